"""Running deadlines (计时): which periods run for a hire, until when, and the moments at which something happens.

The clocks of a hire follow from its procedure, stage and dossier alone; a step compares those before with those after
and writes the difference. Due days are computed once, here, and then only compared with the present.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from states.bases import BASES
from states.calendar import Calendar
from states.facts import Clock, Dossier, OpenFiling, Opening, OpenObjection
from states.house import answering, confirmers, handlers
from states.periods import calendar_days_end, month_limit, working_days_end
from states.plan import ENFORCE_MARK
from states.procedure import Procedure
from states.reckoning import Reckoning
from states.steps import Deadline, Length
from states.vocabulary import DeadlineKind, Role, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: reminders go out when offices open; enforcing timers act when the day begins
REMIND_AT = time(8, 0)
FILING = "filing:"
FILING_MARKS = (-1, 1)
FILING_REPEAT_DAYS = 7
OBJECTION = "objection:"
OBJECTION_MARKS = (-1, 1)
OBJECTION_REPEAT_DAYS = 1
#: within which an objection is answered, where the document does not say so in a gap of this name
OBJECTION_GAP = "objection_days"
OBJECTION_LENGTH = Length(n=5, unit=Unit.WORKING_DAYS)
#: clocks that no line of a document starts: filings and objections have one each
_OWN = (FILING, OBJECTION)


def moment(day: date, at: time = time(0, 0)) -> datetime:
    """The UTC moment of a local day and time in Asia/Shanghai."""
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)


def local_day(at: datetime) -> date:
    """The day in Asia/Shanghai of an aware moment."""
    return at.astimezone(SHANGHAI).date()


def reckon(procedure: Procedure, length: Length, base: date, calendar: Calendar) -> Reckoning | None:
    """The last day of a period; None when the base is itself the last day."""
    if length.unit is Unit.ON_THE_DAY:
        return None
    n = int(procedure.settle(length.n))
    if length.unit is Unit.WORKING_DAYS:
        return working_days_end(base, n, calendar, bool(procedure.settle(length.count_first_day)))
    if length.unit is Unit.CALENDAR_DAYS:
        return calendar_days_end(base, n, calendar)
    return month_limit(base, n, calendar, length.roll)


def due(procedure: Procedure, length: Length, base: date, calendar: Calendar) -> tuple[date, bool]:
    """Last day and whether it is provisional."""
    reckoned = reckon(procedure, length, base, calendar)
    return (base, False) if reckoned is None else (reckoned.on, reckoned.provisional)


def running(
    procedure: Procedure,
    stage: str,
    kind: str,
    visit: int,
    dossier: Dossier,
    opening: Opening,
    calendar: Calendar,
) -> dict[str, Clock]:
    """The clocks that run in ``stage``. A clock that already ran with the same base, end and visit keeps its marks."""
    clocks: dict[str, Clock] = {}
    before = dossier.clocks
    for line in procedure.deadlines_during[stage]:
        if line.kinds and kind not in line.kinds:
            continue
        base = BASES[line.base](procedure, dossier, opening)
        if base is not None:
            due_on, provisional = due(procedure, line.length, base, calendar)
            clocks[line.deadline] = _kept(before.get(line.deadline), base, due_on, provisional, visit, line)
    for filing in dossier.filings:
        name = filing_clock(filing)
        clocks[name] = _own(before.get(name), Clock(filing.due_on, filing.due_on, filing.provisional, visit))
    for objection in dossier.objections:
        due_on, provisional = objection_due(procedure, objection, calendar)
        name = objection_clock(objection)
        clocks[name] = _own(before.get(name), Clock(objection.lodged_on, due_on, provisional, visit))
    return clocks


def _own(old: Clock | None, new: Clock) -> Clock:
    """The clock of a report or an objection: one that ran to the same day keeps its marks."""
    return new if old is None or old.due_on != new.due_on else replace(old, provisional=new.provisional)


def objection_due(procedure: Procedure, objection: OpenObjection, calendar: Calendar) -> tuple[date, bool]:
    """The last day on which an objection is answered, and whether it is provisional."""
    return due(procedure, objection_length(procedure), objection.lodged_on, calendar)


def objection_length(procedure: Procedure) -> Length:
    """Within what an objection is answered: as a gap of the document is ruled, else ``OBJECTION_LENGTH``."""
    gap = procedure.gap_by_name.get(OBJECTION_GAP)
    return OBJECTION_LENGTH if gap is None else Length(n=int(gap.default), unit=gap.unit or Unit.WORKING_DAYS)


def objection_clock(objection: OpenObjection) -> str:
    return f"{OBJECTION}{objection.seq}"


def is_own(name: str) -> bool:
    """Whether a clock is that of a filing or an objection, which no line of the document names."""
    return name.startswith(_OWN)


def filing_clock(filing: OpenFiling) -> str:
    return f"{FILING}{filing.filing}:{filing.seq}"


def _kept(old: Clock | None, base: date, due_on: date, provisional: bool, visit: int, line: Deadline) -> Clock:
    same_stretch = old is not None and (old.visit == visit or len(line.during) > 1)
    if old is not None and same_stretch and (old.base_on, old.due_on) == (base, due_on):
        return old if old.provisional == provisional else replace(old, provisional=provisional)
    return Clock(base, due_on, provisional, visit)


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of a clock: ``mark`` days from the last day (``ENFORCE_MARK``: the system acts on the day after)."""

    kind: str
    mark: int
    at: datetime


def marks_to_arm(procedure: Procedure, name: str, clock: Clock, now: datetime) -> list[Mark]:
    """The moments of a clock that starts now. Of reminders already past only the latest is kept: one, not many."""
    if name.startswith(FILING):
        return _advising(FILING_MARKS, clock.due_on, now)
    if name.startswith(OBJECTION):
        return _advising(OBJECTION_MARKS, clock.due_on, now)
    line = procedure.deadline_by_name[name]
    marks = _advising(line.marks, clock.due_on, now)
    if line.kind is DeadlineKind.ENFORCE:
        marks.append(Mark(DeadlineKind.ENFORCE.value, ENFORCE_MARK, moment(clock.due_on + timedelta(days=1))))
    return marks


def _advising(marks: tuple[int, ...], due_on: date, now: datetime) -> list[Mark]:
    found = [_mark(mark, due_on) for mark in sorted(marks)]
    ahead = [mark for mark in found if mark.at > now]
    past = [mark for mark in found if mark.at <= now]
    return past[-1:] + ahead


def _mark(mark: int, due_on: date) -> Mark:
    return Mark(DeadlineKind.ADVISE.value, mark, moment(due_on + timedelta(days=mark), REMIND_AT))


def next_repeat(procedure: Procedure, name: str, clock: Clock, fired: int, now: datetime) -> Mark | None:
    """The reminder that follows ``fired`` after the end, in the future of ``now``; None if nothing repeats."""
    if name.startswith(FILING):
        last, every = FILING_MARKS[-1], FILING_REPEAT_DAYS
    elif name.startswith(OBJECTION):
        last, every = OBJECTION_MARKS[-1], OBJECTION_REPEAT_DAYS
    else:
        line = procedure.deadline_by_name[name]
        last, every = max(line.marks, default=0), line.repeat_days or 0
    if not every or fired < last:
        return None
    passed = (local_day(now) - clock.due_on).days
    steps = max(1, (passed - fired) // every)
    following = _mark(fired + steps * every, clock.due_on)
    return following if following.at > now else _mark(fired + (steps + 1) * every, clock.due_on)


def owners_of(procedure: Procedure, name: str, filings: tuple[OpenFiling, ...]) -> tuple[Role, ...]:
    """Who is called by a clock."""
    if name.startswith(FILING):
        return tuple(filing.by for filing in filings if filing_clock(filing) == name)
    if name.startswith(OBJECTION):
        return handlers(procedure)
    return procedure.deadline_by_name[name].owner


def escalation_of(procedure: Procedure, name: str) -> tuple[Role, ...]:
    if name.startswith(OBJECTION):
        return (Role.SUPERVISOR,) if Role.SUPERVISOR in procedure.roles else ()
    if name.startswith(FILING):
        return tuple(role for role in (Role.HRSS, Role.SUPERVISOR) if role in procedure.roles)
    return procedure.deadline_by_name[name].escalate_to


@dataclass(frozen=True, slots=True)
class Task:
    """Something a role has to do for a hire (待办): its name, the role and, where a period runs, the last day."""

    name: str
    role: Role
    due_on: date | None
    #: the account of this role to whom the case was given (转办)
    assigned_to: int | None = None


def tasks(procedure: Procedure, stage: str, dossier: Dossier, clocks: Mapping[str, Clock]) -> frozenset[Task]:
    """Who has to act now: owners of the stage who have not signed, owners called by a clock, filings, objections."""
    found = _tasks(procedure, stage, dossier, clocks)
    if not dossier.assigned:
        return frozenset(found)
    return frozenset(replace(task, assigned_to=dossier.assigned.get(task.role)) for task in found)


def _tasks(procedure: Procedure, stage: str, dossier: Dossier, clocks: Mapping[str, Clock]) -> Iterator[Task]:
    signed = {signature.role for signature in dossier.signatures}
    for role in procedure.stage_by_name[stage].owner:
        if role not in signed:
            yield Task(f"stage:{stage}", role, _soonest(procedure, role, clocks))
    for name, clock in clocks.items():
        if name.startswith(OBJECTION):
            continue
        if name.startswith(FILING) or clock.called:
            for role in owners_of(procedure, name, dossier.filings):
                yield Task(f"clock:{name}", role, clock.due_on)
        elif clock.blocked and not dossier.open_objections:
            for role in clearing(procedure, stage):
                yield Task(f"clock:{name}", role, clock.due_on)
    if dossier.correcting_seq is not None:
        for role in confirmers(procedure):
            yield Task("correction", role, None)
    if dossier.open_objections:
        soonest = min((clock.due_on for name, clock in clocks.items() if name.startswith(OBJECTION)), default=None)
        for role in answering(procedure, stage):
            yield Task("objection", role, soonest)


def clearing(procedure: Procedure, stage: str) -> tuple[Role, ...]:
    """Those who can clear the way: owners of the stage, whoever answers objections, else who announced the post."""
    owners = procedure.stage_by_name[stage].owner
    return tuple(dict.fromkeys((*owners, *answering(procedure, stage)))) or procedure.announcement.by


def _soonest(procedure: Procedure, role: Role, clocks: Mapping[str, Clock]) -> date | None:
    days = [
        clock.due_on
        for name, clock in clocks.items()
        if not is_own(name)
        and (role in procedure.deadline_by_name[name].owner or not procedure.deadline_by_name[name].owner)
    ]
    return min(days, default=None)
