"""Loading a State Council year (载入年度日历): what it would move, and then moving it, on record.

A load is three things. The year is kept, with its reason, and from then on every process goes by it. Every date that it
touches is computed again, in many transactions; how far that has come stands in ``setting``, so that a process that is
killed is followed by another one (the worker) that goes on. At the end whoever is concerned gets one letter.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from states.calendar import Calendar, CalendarYear
from states.calendar.files import year_text
from states.facts import Actor
from states.plan import Plan
from states.refusals import InputRefused, Refusal
from states.say import say
from states.vocabulary import Role
from workflow import calendar_letters, office_log
from workflow.office import Office
from workflow.recompute import Change, Recomputed, foreseen, recompute, touched, touched_condition
from workflow.years_kept import calendar_year, kept_years, mark, set_mark, set_shared, setting, with_years

log = logging.getLogger(__name__)

BOOK = "calendar"
APPLYING = "calendar:applying"
#: who may load a year: personnel offices and governments of a county and above
LOADERS = frozenset({Role.HRSS, Role.COUNTY})
COUNTY_CODE = 6
REASON_AT_LEAST, REASON_AT_MOST = 5, 500
#: a load that has not moved for so long was broken off
SILENCE = timedelta(seconds=30)
#: as many hires are looked at to foretell what moves, place by place; beyond that their number is told
FORESEEN_AT_MOST = 5000


class YearsChanged(Refusal):
    """Another year was loaded since the preview, or a load is still under way."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a year would move. ``whole`` is False where there are too many hires to look at them all.

    ``by_place``: number of hires per township (code of nine signs, or shorter) whose dates move or become certain.
    ``elsewhere``: how many hires outside of the regions asked about are looked at, too.
    """

    changes: tuple[Change, ...]
    by_place: dict[str, int]
    hires: int
    moved: int
    whole: bool
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Applying:
    """A load under way: its year, its mark, the last hire done, and how much it has done so far."""

    year: int
    run: str
    after: int
    hires: int
    changed: int
    moved: int
    failed: int
    beat_at: datetime


@dataclass(slots=True)
class Applied:
    """What a load did in this process. ``finished`` False: the rest is left to the worker."""

    changes: list[Change] = field(default_factory=list)
    hires: int = 0
    moved: int = 0
    failed: list[tuple[int, str]] = field(default_factory=list)
    finished: bool = False


def may_load(actor: Actor) -> bool:
    """Personnel offices (人社) and governments, of a county or above."""
    return any(grant.role in LOADERS and len(grant.region) <= COUNTY_CODE for grant in actor.grants)


# ---- before ------------------------------------------------------------------------------------------------------


def with_year(office: Office, year: CalendarYear) -> tuple[Calendar, str]:
    """The calendar as it would be with ``year``, and the mark of the years in force now. Raises CalendarFaults."""
    with office.database.reading() as connection:
        kept, now = kept_years(connection), mark(connection)
    return with_years(office.years.files, [*(k.year for k in kept.values() if k.year.year != year.year), year]), now


def foresee(office: Office, calendar: Calendar, year: int, at: datetime, prefixes: tuple[str, ...]) -> Foreseen:
    """What loading would move within the regions ``prefixes``, under the calendar that holds ``year`` already."""
    changes: list[Change] = []
    looked, whole = 0, True
    for ids in _shares(office, year, prefixes):
        if looked >= FORESEEN_AT_MOST:
            whole = False
            break
        looked += len(ids)
        changes += foreseen(office, at, calendar, ids)
    by_place = Counter(region for _, region in {(c.hire_id, c.region[:9]) for c in changes})
    return Foreseen(
        changes=tuple(changes),
        by_place=dict(sorted(by_place.items())),
        hires=len({c.hire_id for c in changes}),
        moved=sum(c.moved for c in changes),
        whole=whole,
        elsewhere=_elsewhere(office, year, prefixes),
    )


def _shares(office: Office, year: int, prefixes: tuple[str, ...]) -> Iterator[list[int]]:
    after = 0
    while ids := touched(office, year, after, prefixes=prefixes):
        yield ids
        after = ids[-1]


def _elsewhere(office: Office, year: int, prefixes: tuple[str, ...]) -> int:
    """How many hires outside of these regions will be looked at: their number alone."""
    condition, values = touched_condition(year, sqlite=office.database.is_sqlite)
    outside = " AND ".join("h.region NOT LIKE ?" for _ in prefixes) or "1 = 1"
    sql = f"SELECT count(*) FROM hire h WHERE {outside} AND {condition}"
    with office.database.reading() as connection:
        found = connection.exec_driver_sql(office._sql(sql), (*(f"{p}%" for p in prefixes), *values))
        return int(found.scalar_one())


# ---- loading -----------------------------------------------------------------------------------------------------


def begin(office: Office, year: CalendarYear, actor: Actor, at: datetime, reason: str, expected: str) -> Applying:
    """Keeps the year: from this moment on it is in force in every process. What it moves is left to ``go_on``.

    ``expected``: the mark of the years in force that the preview was made under. Raises YearsChanged, InputRefused for
    a reason that says nothing, CalendarFaults.
    """
    reason = " ".join(reason.split())
    if not REASON_AT_LEAST <= len(reason) <= REASON_AT_MOST:
        words = say("请写明理由（{least}至{most}字）", least=REASON_AT_LEAST, most=REASON_AT_MOST)
        raise InputRefused({"reason": words})
    with_year(office, year)
    body = year_text(year)
    digest = hashlib.sha256(body.encode()).hexdigest()
    run = hashlib.sha256(f"{digest}{at.isoformat()}".encode()).hexdigest()[:16]
    with office.database.transaction() as connection:
        former = _claimed(office, connection, year.year, at, expected)
        row = {"body": body, "digest": digest, "reason": reason, "loaded_by": actor.person_key, "loaded_at": at}
        if former is None:
            connection.execute(insert(calendar_year).values(year=year.year, **row))
        else:
            connection.execute(update(calendar_year).where(calendar_year.c.year == year.year).values(row))
        set_mark(connection, at)
        facts = {"year": year.year, "digest": digest, "before": former, "reason": reason, "run": run}
        act = "load" if former is None else "correct"
        office_log.write(connection, BOOK, act, actor, at, facts, office.setting.algorithm)
        applying = Applying(year.year, run, 0, 0, 0, 0, 0, at)
        set_shared(connection, APPLYING, _written(applying), at)
    office.years.forget()
    return applying


def _claimed(office: Office, connection: Connection, year: int, at: datetime, expected: str) -> str | None:
    """The digest of the year that is replaced. One load at a time: the row of ``setting`` is held to the end."""
    _row_to_wait_for(office, connection, at)
    held = connection.execute(select(setting).where(setting.c.name == APPLYING).with_for_update()).one()
    if held.value:
        raise YearsChanged(say("上一次载入还在重新推算，请稍候再试"))
    if mark(connection) != expected:
        raise YearsChanged(say("年度日历已有变动，请重新预览"))
    return connection.execute(select(calendar_year.c.digest).where(calendar_year.c.year == year)).scalar()


def _row_to_wait_for(office: Office, connection: Connection, at: datetime) -> None:
    """The row by which loads wait for one another."""
    sql = "INSERT INTO setting (name, value, changed_at) VALUES (?, '', ?) ON CONFLICT (name) DO NOTHING"
    connection.exec_driver_sql(office._sql(sql), (APPLYING, office.moment(at)))


def applying(connection: Connection) -> Applying | None:
    """The load under way; None: nothing is."""
    row = connection.execute(select(setting).where(setting.c.name == APPLYING)).one_or_none()
    if row is None or not row.value:
        return None
    year, run, after, hires, changed, moved, failed = row.value.split("|")
    return Applying(int(year), run, int(after), int(hires), int(changed), int(moved), int(failed), row.changed_at)


def _written(load: Applying) -> str:
    return "|".join(map(str, (load.year, load.run, load.after, load.hires, load.changed, load.moved, load.failed)))


def go_on(office: Office, at: datetime, *, stopping: Callable[[], bool] = lambda: False) -> Applied | None:
    """Computes again what a load touches, from where it stands, and ends it. None: no load is under way.

    ``stopping`` is asked between transactions; what is left then is taken up by the next call, in any process.
    """
    with office.database.reading() as connection:
        load = applying(connection)
        kept = kept_years(connection).get(load.year) if load else None
    if load is None or kept is None:
        return None
    office.years.forget()

    def keep(connection: Connection, plans: list[Plan], last: int, share: Recomputed) -> None:
        _beat(connection, load, last, share, office.now())
        calendar_letters.count(office, connection, load.run, load.year, plans, at)

    report = recompute(office, at, kept.reason, load.year, after=load.after, kept=keep, stopping=stopping)
    if report.finished:
        _end(office, load, at)
    failed = [(one.hire_id, one.why) for one in report.failed]
    return Applied(report.changed, report.hires, report.moved, failed, report.finished)


def _beat(connection: Connection, load: Applying, last: int, share: Recomputed, at: datetime) -> None:
    """How far it has come, in the very transaction that came so far. Raises YearsChanged if another load has begun."""
    row = connection.execute(select(setting.c.value).where(setting.c.name == APPLYING).with_for_update()).scalar()
    now = row.split("|") if row else []
    if now[1:2] != [load.run]:
        raise YearsChanged(say("年度日历已有变动，请重新预览"))
    hires, changed, moved, failed = (int(number) for number in now[3:])
    come = Applying(
        load.year,
        load.run,
        max(last, int(now[2])),
        hires + share.hires,
        changed + len(share.changed),
        moved + share.moved,
        failed + len(share.failed),
        at,
    )
    set_shared(connection, APPLYING, _written(come), at)


def _end(office: Office, load: Applying, at: datetime) -> None:
    """The letters go out, and the log says what was done; once, whoever comes first."""
    with office.database.transaction() as connection:
        row = connection.execute(select(setting.c.value).where(setting.c.name == APPLYING).with_for_update()).scalar()
        if not row or row.split("|")[1] != load.run:
            return
        _, _, _, hires, changed, moved, failed = row.split("|")
        calendar_letters.release(connection, load.run, at)
        facts = {"year": load.year, "run": load.run, "hires": int(hires), "changed": int(changed)}
        facts |= {"moved": int(moved), "failed": int(failed)}
        office_log.write(connection, BOOK, "applied", _SYSTEM, at, facts, office.setting.algorithm)
        set_shared(connection, APPLYING, "", at)


_SYSTEM = Actor(None, "system", "system")


def take_up(office: Office, at: datetime, *, stopping: Callable[[], bool] = lambda: False) -> Applied | None:
    """For the worker: goes on with a load that nobody has worked at for a while. ``at`` is aware."""
    with office.database.reading() as connection:
        load = applying(connection)
    if load is None or at - load.beat_at < SILENCE:
        return None
    log.info("a load of a calendar year is taken up", extra={"year": load.year, "after": load.after})
    return go_on(office, at, stopping=stopping)
