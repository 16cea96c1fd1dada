"""The overview of a region (概览): what the counted rows mean, against limits, plans and terms of the procedures.

Small regions are counted when they are asked for. For large ones the worker keeps the rows once an hour (``figure``),
with the moment at which they were counted; whoever reads them is told that moment.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from states.calendar import Calendar
from states.clocks import local_day
from states.posts import Quota
from states.procedure import Procedure
from states.steps import Deadline
from states.vocabulary import Level, State, Unit
from workflow.kept_days import keep_days, store_days
from workflow.office import Office
from workflow.queries.figures import FINAL, Counted, allocations, by_state, counted, hires_up_to
from workflow.tables import metadata
from workflow.years_kept import set_shared

figure, region, hire, setting = (metadata.tables[name] for name in ("figure", "region", "hire", "setting"))
NAME = "overview"
MADE = "figures"
#: so many hires are counted while somebody waits
AT_ONCE = 500
#: of regions with more than this part of it figures are kept: whoever has several of them adds them up
PART = 5
HOURLY = timedelta(hours=1)
MONTHS_AHEAD = 12


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long hires are in a stage, in working days: those there now, and those who left it in the last 365 days.

    ``limit`` is what the article allows, where it counts working days from the entry; ``over``: how many are beyond.
    """

    procedure: str
    stage: str
    now: int
    median: int | None
    ninth: int | None
    limit: int | None
    deadline: Deadline | None
    over: int
    left: int
    left_median: int | None
    left_ninth: int | None


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """Places that a document plans or allows, and what is used of them. ``region``: a district of its plan."""

    procedure: str
    kind: str
    rule: str
    region: str
    year: int | None
    places: int
    used: int
    working: int
    article: str


@dataclass(frozen=True, slots=True)
class BandLine:
    """Villages whose counted workers fall into one band: the places allowed them, and what is used.

    ``per`` township: a line that is the same for each township; ``villages`` and ``over`` are then townships.
    """

    procedure: str
    kind: str
    per: str
    at_least: int | None
    at_most: int | None
    villages: int
    places: int
    used: int
    over: int
    article: str


@dataclass(frozen=True, slots=True)
class MonthLine:
    """Terms that end in a month (2026-12): renewal decided, end decided, undecided; and three-year limits reached."""

    month: str
    renewed: int
    ended: int
    undecided: int
    limits: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything about a region, as counted at ``made_at`` (UTC); ``kept``: not counted just now.

    Not ``complete``: only the states are known; the rest of a large region comes with the worker's next count.
    """

    made_at: datetime
    kept: bool
    states: dict[str, int]
    serving: int
    towns: dict[str, tuple[int, int, int]]
    stages: tuple[StageTime, ...]
    quotas: tuple[QuotaLine, ...]
    bands: tuple[BandLine, ...]
    months: tuple[MonthLine, ...]
    watched: dict[str, int]
    complete: bool = True


def overview(office: Office, connection: Connection, prefixes: Sequence[str], at: datetime) -> Overview:
    """The overview of the regions ``prefixes``, which do not overlap, at the moment ``at`` (aware)."""
    known = _rows(connection, prefixes, at)
    if known is None:
        return _at_first(connection, prefixes, at)
    rows, made_at, kept = known
    on = local_day(made_at)
    keys = sorted({row[1] for row in rows.standing})
    procedures = {key: _procedure(office, key) for key in keys}
    calendar = office.setting.calendar
    return Overview(
        made_at=made_at,
        kept=kept,
        states=dict(_added((row[3], row[-1]) for row in rows.standing)),
        serving=sum(row[-1] for row in rows.standing if row[5]),
        towns=_towns(rows),
        stages=tuple(_stages(rows, procedures, calendar, on)),
        quotas=tuple(_quotas(rows, procedures, allocations(connection, prefixes), prefixes)),
        bands=(*_bands(rows, procedures), *_townships(rows, procedures)),
        months=tuple(_months(rows, on)),
        watched=_watched(rows, procedures),
    )


def _procedure(office: Office, key: str) -> Procedure:
    return office.rulebook.rules(key).procedure


# ---- kept or counted ---------------------------------------------------------------------------------------------


def _rows(connection: Connection, prefixes: Sequence[str], at: datetime) -> tuple[Counted, datetime, bool] | None:
    """Counted now where there are few; else as kept. None: there are many, and nothing is kept yet."""
    if hires_up_to(connection, prefixes, AT_ONCE + 1) <= AT_ONCE:
        return counted(connection, prefixes, local_day(at)), at, False
    kept = [found for prefix in prefixes if (found := _kept(connection, prefix)) is not None]
    small = [prefix for prefix in prefixes if prefix not in {region for region, _, _ in kept}]
    if not kept or (small and hires_up_to(connection, small, AT_ONCE + 1) > AT_ONCE):
        return None
    parts = [rows for _, rows, _ in kept] + ([counted(connection, small, local_day(at))] if small else [])
    whole = parts[0]
    for rows in parts[1:]:
        whole = whole.plus(rows)
    return whole, min(made_at for _, _, made_at in kept), True


def _at_first(connection: Connection, prefixes: Sequence[str], at: datetime) -> Overview:
    """What can be told of many hires before they were counted: how many are in each state."""
    return Overview(at, False, by_state(connection, prefixes), 0, {}, (), (), (), (), {}, complete=False)


def _kept(connection: Connection, prefix: str) -> tuple[str, Counted, datetime] | None:
    asked = select(figure.c.body, figure.c.made_at).where(figure.c.name == NAME, figure.c.region == prefix)
    row = connection.execute(asked).one_or_none()
    return None if row is None else (prefix, Counted(**row.body), row.made_at)


def keep_figures(office: Office, at: datetime) -> int:
    """For the worker: counts every region that is too large to be counted on demand, at most once an hour.

    Those that are large only together are counted too. Returns how many regions were counted.
    """
    if not _claimed(office, at):
        return 0
    with office.database.reading() as connection:
        large = _large(connection)
    for prefix, same in large.items():
        with office.database.reading() as connection:
            body = counted(connection, (prefix,), local_day(at)).document()
            months = keep_days(office, connection, prefix, at)
        with office.database.transaction() as connection:
            for code in same:
                _keep(connection, code, body, at)
                store_days(connection, code, months, at)
    return sum(map(len, large.values()))


def _keep(connection: Connection, code: str, body: dict[str, Any], at: datetime) -> None:
    values = {"body": body, "made_at": at}
    mine = (figure.c.name == NAME, figure.c.region == code)
    if not connection.execute(update(figure).where(*mine).values(values)).rowcount:
        connection.execute(insert(figure).values(name=NAME, region=code, **values))


def _claimed(office: Office, at: datetime) -> bool:
    """Whether this process is the one that counts now."""
    with office.database.transaction() as connection:
        row = connection.execute(select(setting).where(setting.c.name == MADE).with_for_update()).one_or_none()
        if row is not None and at - row.changed_at < HOURLY:
            return False
        set_shared(connection, MADE, at.isoformat(), at)
        return True


def _large(connection: Connection) -> dict[str, list[str]]:
    """The codes that anybody may ask about and that hold many hires, by a code that holds exactly the same ones.

    A province of which one county uses the service is counted once, not three times.
    """
    rows = connection.execute(select(hire.c.region, func.count()).group_by(hire.c.region)).all()
    codes = ["", *connection.execute(select(region.c.code).order_by(region.c.code)).scalars()]
    sums: Counter[str] = Counter()
    for code, number in rows:
        for length in range(len(code) + 1):
            sums[code[:length]] += number
    found: dict[str, list[str]] = {}
    for code in sorted((code for code in codes if sums[code] > AT_ONCE // PART), key=len, reverse=True):
        same = next((one for one in found if one.startswith(code) and sums[one] == sums[code]), code)
        found.setdefault(same, []).append(code)
    return found


# ---- what the rows mean ------------------------------------------------------------------------------------------


def _added(pairs: Iterable[tuple[Any, int]]) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for key, number in pairs:
        found[key] += number
    return found


def _towns(rows: Counted) -> dict[str, tuple[int, int, int]]:
    """Per township: at work, being handled, overdue."""
    serving = _added((row[0], row[-1]) for row in rows.standing if row[5])
    running = _added((row[0], row[-1]) for row in rows.standing if not row[5] and row[3] not in FINAL)
    late = _added((row[0], row[-1]) for row in rows.overdue)
    return {town: (serving[town], running[town], late[town]) for town in sorted({*serving, *running, *late})}


def _stages(rows: Counted, procedures: Mapping[str, Procedure], calendar: Calendar, on: date) -> Iterable[StageTime]:
    now: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    left: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    numbers: Counter[tuple[str, str]] = Counter()
    for key, stage, entered, number in rows.waiting:
        numbers[key, stage] += number
        if entered is not None:
            now[key, stage][_working_days(calendar, date.fromisoformat(entered), on)] += number
    for key, stage, entered, gone, number in rows.finished:
        spent = _working_days(calendar, date.fromisoformat(entered), date.fromisoformat(gone))
        left[key, stage][spent] += number
    for key, procedure in procedures.items():
        for line in procedure.stages:
            place = (key, line.stage)
            if line.final or not (numbers[place] or left[place]):
                continue
            limit, deadline = limit_of(procedure, line.stage)
            yield StageTime(
                procedure=key,
                stage=line.stage,
                now=numbers[place],
                median=nth(now[place], 50),
                ninth=nth(now[place], 90),
                limit=limit,
                deadline=deadline,
                over=sum(number for days, number in now[place].items() if limit is not None and days > limit),
                left=left[place].total(),
                left_median=nth(left[place], 50),
                left_ninth=nth(left[place], 90),
            )


def _working_days(calendar: Calendar, first: date, last: date) -> int:
    """Working days after ``first`` up to ``last``: the day of the entry does not count."""
    return max(0, calendar.working_days_until(last) - calendar.working_days_until(first))


def nth(days: Counter[int], percent: int) -> int | None:
    """The value that so many percent do not exceed (nearest rank); None of nothing."""
    total, seen = days.total(), 0
    for value in sorted(days):
        seen += days[value]
        if seen * 100 >= total * percent:
            return value
    return None


def limit_of(procedure: Procedure, stage: str) -> tuple[int | None, Deadline | None]:
    """The working days that a document gives a stage from its beginning, and the line that says so."""
    for line in procedure.deadlines_during[stage]:
        if line.base in ("stage_entered", "posted_on") and line.length.unit is Unit.WORKING_DAYS:
            return int(procedure.settle(line.length.n)), line
    return None, None


def _quotas(
    rows: Counted,
    procedures: Mapping[str, Procedure],
    imported: list[list[Any]],
    prefixes: Sequence[str],
) -> Iterable[QuotaLine]:
    """The latest version of each document speaks; all versions of it use up its places."""
    latest = {procedure.procedure: procedure for procedure in procedures.values()}
    for name, procedure in latest.items():
        own = [row for row in rows.standing if row[1].split("@")[0] == name and row[3] not in FINAL]
        plans = {(year, area, kind): places for n, year, area, kind, places in imported if n == name}
        whole = any(procedure.document.region.startswith(prefix) for prefix in prefixes)
        for line in procedure.quotas:
            for area, year, kind, places in _planned(line, plans, prefixes, whole=whole):
                mine = [row for row in own if row[2] == kind and row[0].startswith(area)]
                yield QuotaLine(
                    procedure=procedure.key,
                    kind=kind,
                    rule=line.rule,
                    region=area,
                    year=year,
                    places=places,
                    used=sum(row[-1] for row in mine),
                    working=sum(row[-1] for row in mine if row[5]),
                    article=line.cite,
                )


def _planned(
    line: Quota, imported: Mapping[tuple[int, str, str], int], prefixes: Sequence[str], *, whole: bool
) -> Iterable[tuple[str, int | None, str, int]]:
    """Area, year, kind and places of a line, as imported where anything was; bands and villages are told elsewhere.

    ``whole``: the regions hold all of the document's area. Its total means nothing beside the use of one township.
    """
    if line.rule in ("bands", "per_area"):
        return
    if line.allocations:
        own = {(a.year, a.region, kind): n for a in line.allocations for kind, n in a.places.items()}
        shares = {**own, **imported}
        for (year, area, kind), places in sorted(shares.items()):
            if any(area.startswith(prefix) or prefix.startswith(area) for prefix in prefixes):
                yield area, year, kind, places
    elif line.places is not None and whole:
        for kind in line.kinds:
            yield "", line.year, kind, line.places


def _bands(rows: Counted, procedures: Mapping[str, Procedure]) -> Iterable[BandLine]:
    for key, procedure in procedures.items():
        for line in procedure.quotas:
            if line.per is Level.TOWNSHIP:
                continue
            mine = [row for row in rows.villages if row[0] == key and row[1] in (line.kinds or (row[1],))]
            if line.rule == "per_area" and line.places is not None and mine:
                yield _band(key, line, None, None, line.places, mine)
            if line.rule != "bands":
                continue
            for band in line.bands:
                inside = [row for row in mine if row[2] is not None and _within(row[2], band.at_least, band.at_most)]
                if inside:
                    yield _band(key, line, band.at_least, band.at_most, band.places, inside)


def _townships(rows: Counted, procedures: Mapping[str, Procedure]) -> Iterable[BandLine]:
    """What each township may have, with its villages in one: by the latest version, whatever the hires began under."""
    for name, procedure in {one.procedure: one for one in procedures.values()}.items():
        own = [row for row in rows.standing if row[1].split("@")[0] == name and row[3] not in FINAL]
        for line in procedure.quotas:
            used = _added((row[0], row[-1]) for row in own if row[2] in line.kinds)
            if line.rule == "per_area" and line.per is Level.TOWNSHIP and line.places is not None and used:
                yield BandLine(
                    procedure=procedure.key,
                    kind=line.kinds[0],
                    per=line.per.value,
                    at_least=None,
                    at_most=None,
                    villages=len(used),
                    places=line.places * len(used),
                    used=sum(used.values()),
                    over=sum(number > line.places for number in used.values()),
                    article=line.cite,
                )


def _within(number: int, at_least: int, at_most: int | None) -> bool:
    return at_least <= number and (at_most is None or number <= at_most)


def _band(
    key: str, line: Quota, at_least: int | None, at_most: int | None, places: int, mine: list[list[Any]]
) -> BandLine:
    villages = sum(row[-1] for row in mine)
    return BandLine(
        procedure=key,
        kind=line.kinds[0] if line.kinds else mine[0][1],
        per=Level.VILLAGE.value,
        at_least=at_least,
        at_most=at_most,
        villages=villages,
        places=places * villages,
        used=sum(row[3] * row[-1] for row in mine),
        over=sum(row[-1] for row in mine if row[3] > places),
        article=line.cite,
    )


def _months(rows: Counted, on: date) -> Iterable[MonthLine]:
    terms = _added(((row[1], row[2]), row[-1]) for row in rows.terms if row[1])
    limits = _added((row[0], row[-1]) for row in rows.limits if row[0])
    for n in range(MONTHS_AHEAD):
        year, month = divmod(on.year * 12 + on.month - 1 + n, 12)
        name = f"{year}-{month + 1:02}"
        decided = {decision: number for (m, decision), number in terms.items() if m == name}
        renewed, undecided = decided.get("renew", 0) + decided.get("extend", 0), decided.get("", 0)
        ended = sum(decided.values()) - renewed - undecided
        yield MonthLine(name, renewed, ended, undecided, limits[name])


def _watched(rows: Counted, procedures: Mapping[str, Procedure]) -> dict[str, int]:
    found = _added((row[0], row[-1]) for row in rows.watched)
    over = sum(row[-1] for row in rows.standing if row[4] in over_term_stages(procedures.values()))
    return {**found, "over_term": over}


def over_term_stages(procedures: Iterable[Procedure]) -> list[str]:
    """The stages in which nobody is paid any more and nothing was decided."""
    return sorted({stage.stage for procedure in procedures for stage in procedure.stages if stage.pay_stopped})


#: the order in which a life goes through the states
STATES = tuple(state.value for state in State)
