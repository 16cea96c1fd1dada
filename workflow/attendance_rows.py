"""Months of attendance as they are kept (考勤记录): read, written held to a version, and what writing makes of them.

A person's word stands over a device's. What a person says against the evidence of a device is claimed, and counts when
a second person has answered for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from states.attendance import counted, lacking_days, merged
from states.canonical import digest_of
from states.facts import Actor
from states.refusals import Refusal, StaleHire
from states.say import say
from workflow.portions import in_portions
from workflow.tables import metadata

attendance = metadata.tables["attendance"]
DEVICE = "device"
#: from where a month came: the page, a workbook, paper typed in by a clerk, a device
SOURCES = ("page", "sheet", "paper", DEVICE)


class StaleMonth(StaleHire):
    """The month has changed since it was read."""

    def __init__(self, hire_id: int, current: int) -> None:
        Refusal.__init__(
            self, say("本月考勤在您打开之后已有变动，请刷新后再记"), hire_id=hire_id, current=current or None
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """One person's month. ``marks`` are those that count; ``claimed`` what was said while a second person is awaited.

    ``device``: what a device saw; ``exception``: why marks stand without it; ``exception_by``: who answered for that.
    ``recorded_by`` is a natural person, ``version`` counts every writing.
    """

    hire_id: int
    month: date
    marks: str
    source: str
    version: int
    recorded_by: str
    account_id: int | None
    recorded_at: datetime
    device: str | None = None
    claimed: str | None = None
    exception: str | None = None
    exception_by: str | None = None
    #: whom a deputy stood in for when it was recorded
    recorded_for: str | None = None

    @property
    def said(self) -> str:
        """What was written, whether it counts already or not."""
        return self.claimed or self.marks

    @property
    def unsigned(self) -> bool:
        """An exception waits for its second person."""
        return self.claimed is not None

    def digest(self, algorithm: str) -> str:
        """What the office log holds of it: everything but the account, the moment and the number of the writing."""
        what = ("hire_id", "month", "marks", "source", "device", "claimed", "exception")
        told = (*what, "exception_by", "recorded_by", "recorded_for")
        return digest_of(algorithm, {name: getattr(self, name) for name in told})


@dataclass(frozen=True, slots=True)
class Entry:
    """A month as it is to be written; ``version``: the one that was seen, 0 where nothing was recorded."""

    hire_id: int
    marks: str
    version: int = 0
    exception: str | None = None


def months(connection: Connection, hire_ids: Iterable[int], month: date, *, hold: bool = False) -> dict[int, Kept]:
    """The months of hires that are kept. ``hold``: nobody else changes them until the transaction ends."""
    found: dict[int, Kept] = {}
    wanted = sorted(set(hire_ids))
    for some in in_portions(wanted):
        asked = select(attendance).where(attendance.c.month == month, attendance.c.hire_id.in_(some))
        asked = asked.order_by(attendance.c.hire_id)
        rows = connection.execute(asked.with_for_update() if hold else asked)
        found |= {row.hire_id: Kept(**row._mapping) for row in rows}
    return found


def ledger(connection: Connection, hire_id: int) -> tuple[Kept, ...]:
    """Every month of a hire that is kept, in order (考勤台账)."""
    asked = select(attendance).where(attendance.c.hire_id == hire_id).order_by(attendance.c.month)
    return tuple(Kept(**row._mapping) for row in connection.execute(asked))


# ---- what writing makes of a month -------------------------------------------------------------------------------


def next_of(
    before: Kept | None,
    entry: Entry,
    month: date,
    actor: Actor,
    at: datetime,
    source: str,
    principal: str | None = None,
) -> Kept:
    """The month after a writing; equal to ``before`` but for who and when where nothing changed (``same``).

    ``principal``: whom the actor stands in for.
    """
    version = before.version + 1 if before else 1
    made = Kept(entry.hire_id, month, entry.marks, source, version, actor.person_key, actor.account_id, at)
    made = made if principal is None else replace(made, recorded_for=principal)
    if source == DEVICE:
        return _seen(before, made, entry.marks)
    return made if before is None and entry.exception is None else _said(before, made, entry.exception, actor)


def same(before: Kept | None, after: Kept) -> bool:
    """Whether a writing leaves everything as it was, so that it is none. A person who agrees with a device says so."""
    if before is None or (before.source == DEVICE) is not (after.source == DEVICE):
        return False
    names = ("marks", "device", "claimed", "exception", "exception_by")
    return all(getattr(before, name) == getattr(after, name) for name in names)


def unexplained(before: Kept | None, entry: Entry) -> frozenset[int]:
    """The days that a device lacks and that need a reason: those that do not stand already."""
    if before is None or before.device is None:
        return frozenset()
    return lacking_days(entry.marks, before.device) - _standing(before)


def _standing(before: Kept) -> frozenset[int]:
    """Days of presence that a person recorded, and that count, without a device."""
    return frozenset() if before.source == DEVICE else lacking_days(before.marks, before.device)


def _seen(before: Kept | None, made: Kept, saw: str) -> Kept:
    """Evidence comes in: it fills what persons left open, and confirms what they claimed."""
    if before is None or before.source == DEVICE:
        return replace(made, device=saw)
    kept = replace(before, version=made.version, device=saw)
    if before.claimed is None:
        return replace(kept, marks=merged(before.marks, saw))
    claimed = merged(before.claimed, saw)
    waiting = lacking_days(claimed, saw) - _standing(before)
    if not waiting:
        return replace(kept, marks=claimed, claimed=None, exception=None)
    return replace(kept, marks=counted(claimed, waiting), claimed=claimed)


def _said(before: Kept | None, made: Kept, reason: str | None, actor: Actor) -> Kept:
    """A person records: what a device lacks waits for somebody else, unless it stood already."""
    if before and before.source != DEVICE and made.marks == before.said and reason in (None, before.exception):
        return before  # a sheet is saved again: whoever saves it has said nothing new of this month
    device = before.device if before else None
    if device is None and reason is None:
        return made
    lacking = lacking_days(made.marks, device)
    made = replace(made, device=device)
    if not lacking:
        return made
    standing = _standing(before) if before else frozenset()
    signer = before.exception_by if before else None
    waiting = lacking - standing
    # whoever answered for an exception does not write it as well, nor has a deputy write it
    if signer is not None and signer in (actor.person_key, made.recorded_for):
        waiting = lacking
    signed = before.exception if before else None
    if not waiting:  # what was answered for stays as it was
        return replace(made, exception=signed if signer else None, exception_by=signer)
    return replace(made, marks=counted(made.marks, waiting), claimed=made.marks, exception=reason or signed)


# ---- rows --------------------------------------------------------------------------------------------------------


def store(connection: Connection, written: Sequence[tuple[Kept | None, Kept]]) -> None:
    """Keeps months after a writing, each held to the version before it. Raises StaleMonth."""
    new = [values_of(after) for before, after in written if before is None]
    if new:
        try:
            with connection.begin_nested():
                connection.execute(insert(attendance), new)
        except IntegrityError as error:  # somebody else recorded one of them in this moment
            raise StaleMonth(int(new[0]["hire_id"]), 0) from error
    for before, after in written:
        if before is None:
            continue
        keys = attendance.c.hire_id == after.hire_id, attendance.c.month == after.month
        held = update(attendance).where(*keys, attendance.c.version == before.version).values(values_of(after))
        if connection.execute(held).rowcount != 1:
            raise StaleMonth(after.hire_id, before.version)


def values_of(kept: Kept) -> dict[str, Any]:
    """The columns of a month."""
    return {name: getattr(kept, name) for name in Kept.__dataclass_fields__}
