"""Recording attendance (登记考勤): a person's month or a village's sheet, in one transaction, on the office's record.

Offices beside the work keep it (``states.attendance.KEEPERS``), nobody their own. Only days on post carry marks, and
none ahead of today. Writing to a month voids the pay sheet that rests on it; once it was paid only a correction may
(``attendance_corrections``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from states.attendance import KEEPERS, OFF, UNKNOWN
from states.facts import Actor
from states.meets import enforces
from states.refusals import InputRefused, Refusal, StepNotOffered
from states.say import say
from states.vocabulary import Role
from workflow import import_runs, office_log
from workflow.attendance_outlook import Outlook, allowed, already_paid, on_sheets, outlooks, paid_ones
from workflow.attendance_rows import (
    SOURCES,
    Entry,
    Kept,
    StaleMonth,
    ledger,
    months,
    store,
    values_of,
)
from workflow.office import Office
from workflow.pay_sheets import void_for
from workflow.reading import load_hires
from workflow.tables import metadata

__all__ = [
    "Entry", "Fault", "Kept", "Outlook", "Recorded", "SheetRefused", "StaleMonth", "confirm_exception",
    "keep_corrected", "ledger", "may_keep", "months", "outlook", "put_back", "record", "record_sheet", "took_back",
    "verify",
]  # fmt: skip

BOOK = "attendance"
#: who answers for an exception: the keepers, and those above them
CONFIRMERS = KEEPERS | {Role.HRSS, Role.COUNTY}
_attendance, _log = metadata.tables["attendance"], metadata.tables["office_log"]


class SheetRefused(InputRefused):
    """Some months of a sheet cannot be recorded, and so none was. ``refusals``: by hire."""

    def __init__(self, refusals: Mapping[int, Refusal]) -> None:
        super().__init__({str(hire_id): refusal.sentence for hire_id, refusal in refusals.items()})
        self.refusals = refusals


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a sheet, by hire."""

    new: tuple[int, ...]
    changed: tuple[int, ...]
    unchanged: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A month that is not as it was written. ``kind``: missing, changed, unlogged."""

    hire_id: int
    month: date
    kind: str


# ---- recording ---------------------------------------------------------------------------------------------------


@enforces("XY-47", "CQ-10")
def record(
    office: Office,
    hire_id: int,
    month: date,
    marks: str,
    actor: Actor,
    at: datetime,
    *,
    source: str,
    version: int,
    exception: str | None = None,
) -> int:
    """Records one person's month and returns its version. ``month``: its first day; ``at`` is aware.

    ``version``: the one that was seen, 0 for none. ``exception``: why presence counts on days that a device lacks; it
    does when a second person has confirmed it. Raises NoSuchHire, StepNotOffered, InputRefused, StaleMonth.
    """
    entry = Entry(hire_id, marks, version, exception)
    try:
        record_sheet(office, month, (entry,), actor, at, source=source)
    except SheetRefused as refused:
        raise refused.refusals[hire_id] from None
    with office.database.reading() as connection:
        return months(connection, [hire_id], month)[hire_id].version


def record_sheet(
    office: Office,
    month: date,
    entries: Sequence[Entry],
    actor: Actor,
    at: datetime,
    *,
    source: str,
    told: import_runs.Told | None = None,
) -> Recorded:
    """Records the months of many hires, all or none. What is there already as it is written is left alone.

    ``told``: of which import it is, which is written down with what was there before. Raises SheetRefused with the
    refusal of every hire that stands against it, ValueError for an unknown source.
    """
    if source not in SOURCES:
        raise ValueError(source)
    with office.database.transaction() as connection:
        found = outlooks(connection, month, entries, actor, at, source, hold=True)
        refused = {one.entry.hire_id: one.refusal for one in found if one.refusal is not None}
        if refused:
            raise SheetRefused(refused)
        written = [one for one in found if one.kind in ("new", "changed") and one.after is not None]
        _keep(office, connection, "recorded", written, month, actor, at)
        if told is not None:
            import_runs.keep(office, connection, told, [_line(one, month) for one in written], actor, at)
    kinds = {kind: tuple(o.entry.hire_id for o in found if o.kind == kind) for kind in ("new", "changed", "unchanged")}
    return Recorded(**kinds)


def _line(one: Outlook, month: date) -> import_runs.Changed:
    assert one.after is not None
    hire_id, before = one.entry.hire_id, one.before
    plain = None if before is None else orjson.loads(orjson.dumps(values_of(before)))
    return import_runs.Changed(one.kind, f"{hire_id}:{month}", hire_id, None, one.after.version, plain)


def put_back(
    office: Office,
    connection: Connection,
    hire_id: int,
    month: date,
    version: int,
    before: Mapping[str, Any] | None,
    actor: Actor,
    at: datetime,
) -> Outlook:
    """What taking a writing back would come to: the month as it was ``before`` it, as a new version.

    Of a month that nobody had recorded every day is open again. Raises NoSuchHire, StepNotOffered, StaleMonth where
    somebody has written since, InputRefused where the month was paid. ``took_back`` keeps it.
    """
    allowed(load_hires(connection, [hire_id]).get(hire_id), hire_id, actor, KEEPERS | CONFIRMERS)
    now = months(connection, [hire_id], month, hold=True).get(hire_id)
    if now is None or now.version != version:
        raise StaleMonth(hire_id, now.version if now else 0)
    if hire_id in paid_ones(connection, [hire_id], month):
        raise already_paid()
    after = replace(now, version=version + 1, recorded_at=at)
    if before is None:
        marks = "".join(code if code == OFF else UNKNOWN for code in now.marks)
        after = replace(after, marks=marks, claimed=None, exception=None, exception_by=None)
        after = replace(after, recorded_by=actor.person_key, recorded_for=None, account_id=actor.account_id)
    else:  # whose word it was, it is again; who put it back stands in the office log
        was = ("marks", "source", "device", "claimed", "exception", "exception_by")
        who = ("recorded_by", "recorded_for", "account_id")
        after = replace(after, **{name: before[name] for name in (*was, *who)})
    return Outlook(Entry(hire_id, after.marks, version), "changed", now, after)


def took_back(
    office: Office, connection: Connection, month: date, outlooks: Sequence[Outlook], actor: Actor, at: datetime
) -> None:
    """Keeps what ``put_back`` made, in the caller's transaction."""
    _keep(office, connection, "put_back", outlooks, month, actor, at)


def outlook(
    office: Office, month: date, entries: Sequence[Entry], actor: Actor, at: datetime, *, source: str
) -> list[Outlook]:
    """What would become of each entry, in their order. Nothing is written."""
    with office.database.reading() as connection:
        return outlooks(connection, month, entries, actor, at, source)


def confirm_exception(office: Office, hire_id: int, month: date, actor: Actor, at: datetime, *, version: int) -> int:
    """A second natural person answers for an exception: what was claimed counts from now on. Returns the version.

    Raises NoSuchHire, StepNotOffered for whoever wrote it, for the person themselves and where nothing waits,
    StaleMonth, InputRefused for a month that was paid.
    """
    with office.database.transaction() as connection:
        hire = load_hires(connection, [hire_id]).get(hire_id)
        keys = allowed(hire, hire_id, actor, CONFIRMERS)
        before = months(connection, [hire_id], month, hold=True).get(hire_id)
        if before is None or before.claimed is None:
            raise StepNotOffered(say("没有等待确认的例外"))
        if before.version != version:
            raise StaleMonth(hire_id, before.version)
        if {before.recorded_by, before.recorded_for} & keys:
            raise StepNotOffered(say("例外由您填写，须由另一人确认"), forbidden=True)
        if hire_id in paid_ones(connection, [hire_id], month):
            raise already_paid()
        after = replace(
            before, marks=before.claimed, claimed=None, exception_by=actor.person_key, version=before.version + 1
        )
        made = Outlook(Entry(hire_id, after.marks, version), "changed", before, after)
        _keep(office, connection, "confirmed", [made], month, actor, at)
        return after.version


def keep_corrected(
    office: Office, connection: Connection, entry: Entry, before: Kept, after: Kept, actor: Actor, at: datetime
) -> None:
    """Keeps a month that two people set right, whatever rests on it, in the caller's transaction."""
    _keep(office, connection, "corrected", [Outlook(entry, "changed", before, after)], after.month, actor, at, True)


def may_keep(actor: Actor, region: str) -> bool:
    """Whether one of the actor's roles keeps attendance in a region."""
    return bool(actor.roles_in(region) & KEEPERS)


def _keep(
    office: Office,
    connection: Connection,
    act: str,
    written: Sequence[Outlook],
    month: date,
    actor: Actor,
    at: datetime,
    corrects: bool = False,
) -> None:
    """Keeps the months, voids the pay sheets that rest on them, and puts what was written into the office log."""
    algorithm = office.setting.algorithm
    kept = [(one.before, one.after) for one in written if one.after is not None]
    store(connection, kept)
    lines = [[after.hire_id, after.version, after.digest(algorithm)] for _, after in kept]
    moved = [one for one in written if one.after and (one.before is None or one.before.marks != one.after.marks)]
    for hire_id in on_sheets(connection, [one.entry.hire_id for one in moved], month):
        why = say("考勤有变动").pattern
        void_for(connection, hire_id, month, at, why, actor=actor, algorithm=algorithm, corrects=corrects)
    if lines:
        facts = {"month": month.isoformat(), "lines": lines}
        office_log.write(connection, BOOK, act, actor, at, facts, algorithm)


# ---- checking what is kept ---------------------------------------------------------------------------------------


def verify(connection: Connection) -> Iterator[Fault]:
    """Every month that is not as the office log has it. The log itself is verified by ``office_log.verify``."""
    last: dict[tuple[int, str], tuple[int, str, str]] = {}
    asked = select(_log.c.body).where(_log.c.book == BOOK).order_by(_log.c.seq)
    for (text,) in connection.execute(asked):
        body = orjson.loads(text)
        for hire_id, version, digest in body["facts"]["lines"]:
            last[hire_id, body["facts"]["month"]] = (version, digest, body["alg"])
    for row in connection.execute(select(_attendance).order_by(_attendance.c.hire_id, _attendance.c.month)):
        kept = Kept(**row._mapping)
        logged = last.pop((kept.hire_id, kept.month.isoformat()), None)
        if logged is None:
            yield Fault(kept.hire_id, kept.month, "unlogged")
        elif (kept.version, kept.digest(logged[2])) != logged[:2]:
            yield Fault(kept.hire_id, kept.month, "changed")
    for hire_id, month in sorted(last):
        yield Fault(hire_id, date.fromisoformat(month), "missing")
