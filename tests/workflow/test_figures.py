"""The figures of a region equal a count of its hires one by one, and stay what they were when they are kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import orjson
import pytest

from states.facts import Actor, Grant
from states.vocabulary import Role
from tests.support.world import World, officer
from workflow import figures
from workflow.figures import keep_figures, limit_of, nth, overview
from workflow.kept_days import days_of
from workflow.queries import scoped
from workflow.queries.agenda import Agenda, AgendaDay, agenda
from workflow.queries.figures import FINAL

OWN, SIBLING, COUNTY = "610981100", "610981101", "610981"
TOWN = officer("镇干部甲", Role.EMPLOYER, COUNTY, 1)
HRSS = officer("人社干部乙", Role.HRSS, COUNTY, 2)
RURAL = officer("乡村振兴干部丙", Role.RURAL, COUNTY, 3)
HRSS_HEAD = officer("人社局长丁", Role.HRSS, COUNTY, 4)
RURAL_HEAD = officer("乡村振兴局长戊", Role.RURAL, COUNTY, 5)
REGIONS = {"61": "陕西省", COUNTY: "旬阳市", OWN: "城关镇", SIBLING: "棕溪镇", OWN + "201": "一村", OWN + "202": "二村"}


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, date(2022, 6, 1), REGIONS)
    yield world
    world.close()


def told(world: World) -> list[int]:
    """Hires at many places, over a year and a half."""
    posts = {
        (kind, region): world.a_post("xunyang-2022-88", kind, region)
        for kind, region in (("town", OWN), ("town", SIBLING), ("village", OWN + "201"), ("village", OWN + "202"))
    }
    openings = {place: world.an_opening(TOWN, post, places=1) for place, post in posts.items()}
    hires = [opening.hire_ids[0] for opening in openings.values()]
    for n, hire in enumerate(hires[:3]):
        person = world.a_person(f"人{n}", date(1990, 3, 5 + n), "M", OWN)
        world.do(hire, "apply", TOWN, person_id=person)
    first, second, _ = hires[:3]
    world.walk(9)
    for hire in (first, second):
        world.do(hire, "check", TOWN)
        world.do(hire, "recheck", HRSS)
        world.do(hire, "recheck", RURAL)
        world.walk(3)
        world.do(hire, "post_notice", TOWN, posted_on=world.clock.today, boards=["公示栏"])
    world.do(second, "object", HRSS, text="不住本地")
    world.walk(10)
    world.do(first, "report", TOWN)
    world.do(first, "approve", HRSS_HEAD)
    world.do(first, "approve", RURAL_HEAD)
    world.do(first, "train", HRSS, held_on=world.clock.today, passed=True)
    world.do(first, "start", TOWN, started_on=world.clock.today)
    world.walk(5)
    world.do(first, "sign", TOWN, signed_on=world.clock.today)
    world.walk(12)
    return hires


def rows(world: World) -> list[dict[str, Any]]:
    names = ("id", "region", "procedure", "kind", "state", "stage", "serving", "dossier")
    found = world.ask(f"SELECT {', '.join(names)} FROM hire ORDER BY id")
    return [dict(zip(names, row, strict=True)) for row in found]


def read(world: World, *prefixes: str) -> figures.Overview:
    with world.office.database.reading() as connection:
        return overview(world.office, connection, prefixes, world.clock())


def moves(world: World, hire: int) -> Iterator[tuple[str, date, date]]:
    """Stage left, day entered, day left: one by one from the trail."""
    entered: date | None = None
    for seq, on, before, after in world.ask(
        "SELECT seq, on_day, from_stage, to_stage FROM audit_entry WHERE hire_id = ? ORDER BY seq", hire
    ):
        day = date.fromisoformat(str(on))
        if seq == 1 or before != after:
            if entered is not None:
                yield before, entered, day
            entered = day


@pytest.mark.parametrize("prefixes", [("",), (COUNTY,), (OWN,), (OWN, SIBLING), (OWN + "201",), ("62",), ()])
def test_figures_equal_a_count_one_by_one(world: World, prefixes: tuple[str, ...]) -> None:
    told(world)
    found = read(world, *prefixes)
    here = [row for row in rows(world) if any(row["region"].startswith(p) for p in prefixes)]
    assert found.states == dict(Counter(row["state"] for row in here))
    assert found.serving == sum(bool(row["serving"]) for row in here)
    assert found.towns == by_town(world, here)
    assert {(line.stage, line.now): (line.median, line.ninth) for line in found.stages if line.now} == waiting(
        world, here
    )
    assert {line.stage: line.left for line in found.stages if line.left} == dict(
        Counter(stage for row in here for stage, _, _ in moves(world, row["id"]))
    )


def by_town(world: World, here: list[dict[str, Any]]) -> dict[str, tuple[int, int, int]]:
    late = {row[0] for row in world.ask("SELECT hire_id FROM task WHERE due_on < ?", stored(world, world.clock.today))}
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in here:
        town = found[row["region"][:9]]
        town[0] += bool(row["serving"])
        town[1] += not row["serving"] and row["state"] not in FINAL
        town[2] += row["id"] in late
    return {town: (numbers[0], numbers[1], numbers[2]) for town, numbers in found.items() if any(numbers)}


def stored(world: World, day: date) -> Any:
    return day.isoformat() if world.office.database.is_sqlite else day


def waiting(world: World, here: list[dict[str, Any]]) -> dict[tuple[str, int], tuple[int, int]]:
    """Working days since the entry, counted day by day."""
    calendar, spent = world.office.setting.calendar, defaultdict(list)
    for row in here:
        if row["state"] not in FINAL:
            day = entered = date.fromisoformat(row["dossier"]["entered_on"])
            number = 0
            while day < world.clock.today:
                day += timedelta(1)
                number += calendar.is_working_day(day)
            spent[row["stage"]].append(number)
            assert entered <= world.clock.today
    found = {}
    for stage, days in spent.items():
        ordered = sorted(days)
        middle, ninth = (ordered[max(0, -(-len(ordered) * p // 100) - 1)] for p in (50, 90))
        found[stage, len(ordered)] = (middle, ninth)
    return found


def test_time_in_a_stage_is_held_against_the_article(world: World) -> None:
    hires = told(world)
    assert world.hire(hires[2]).stage == "applied"
    line = next(line for line in read(world, "").stages if line.stage == "applied")
    assert line.limit == limit_of(world.office.procedure("xunyang-2022-88@1"), "applied")[0] == 5
    assert line.deadline is not None
    assert line.deadline.cite == "四(二)2"
    assert (line.now, line.over) == (1, 1)
    assert line.left == 2


@pytest.mark.parametrize(("wait", "over"), [(5, 0), (6, 1)])
def test_the_last_day_of_the_limit_is_within_it(world: World, wait: int, over: int) -> None:
    """Applied on Wednesday, 1 June 2022; Friday the 3rd is off for the Dragon Boat festival."""
    hire = world.an_opening(TOWN, world.a_post("xunyang-2022-88", "town", OWN)).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=world.a_person("人", date(1990, 3, 5), "M", OWN))
    calendar = world.office.setting.calendar
    world.walk_to(calendar.working_day(calendar.working_days_until(world.clock.today) + wait))
    line = next(line for line in read(world, "").stages if line.stage == "applied")
    assert (line.median, line.over) == (wait, over)


def test_terms_and_limits_stand_in_their_months(world: World) -> None:
    hires = told(world)
    dossier = world.hire(hires[0]).dossier
    assert dossier.term_ends_on is not None
    months = {line.month: line for line in read(world, "").months}
    assert len(months) == 12
    assert next(iter(months)) == f"{world.clock.today:%Y-%m}"
    month = f"{dossier.term_ends_on:%Y-%m}"
    assert {name: line.undecided for name, line in months.items() if line.undecided} == (
        {month: 1} if month in months else {}
    )


def test_places_planned_and_used(world: World) -> None:
    told(world)
    found = {(line.kind, line.rule): line for line in read(world, "61").quotas}
    town = found["town", "cap"]
    assert (town.places, town.used, town.working, town.article) == (42, 2, 1, "二(一)")
    # the total of a county says nothing beside the use of one township
    assert read(world, OWN).quotas == ()
    (villages,) = read(world, OWN).bands
    assert (villages.villages, villages.places, villages.used, villages.over) == (2, 2, 2, 0)


def test_what_a_supervisor_watches(world: World) -> None:
    hires = told(world)
    watched = read(world, "").watched
    blocked = world.ask("SELECT DISTINCT hire_id FROM timer WHERE status = 'blocked'")
    assert watched["blocked"] == len(blocked) == 1
    assert watched["suspended"] == 0
    world.do(hires[2], "suspend", TOWN, reason="等待本人补充材料")
    assert read(world, "").watched["suspended"] == 1
    world.do(hires[2], "resume", TOWN, reason="材料已补齐")
    assert read(world, "").watched["suspended"] == 0


@pytest.mark.parametrize(
    ("days", "percent", "value"),
    [
        ({}, 50, None),
        ({3: 1}, 50, 3),
        ({3: 1, 5: 1}, 50, 3),
        ({3: 1, 5: 2}, 50, 5),
        ({1: 9, 8: 1}, 90, 1),
        ({1: 8, 8: 2}, 90, 8),
    ],
)
def test_the_value_that_so_many_do_not_exceed(days: dict[int, int], percent: int, value: int | None) -> None:
    assert nth(Counter(days), percent) == value


# ---- kept by the worker ---------------------------------------------------------------------------------------------


def test_kept_figures_say_their_moment_and_equal_the_count(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hires = told(world)
    fresh = read(world, COUNTY)
    monkeypatch.setattr(figures, "AT_ONCE", 1)
    made_at = world.clock()
    assert keep_figures(world.office, made_at) > 0
    world.clock.moment += timedelta(minutes=10)
    kept = read(world, COUNTY)
    assert (kept.kept, kept.made_at) == (True, made_at)
    same = [name for name in kept.__slots__ if name not in ("kept", "made_at")]
    assert {name: getattr(kept, name) for name in same} == {name: getattr(fresh, name) for name in same}
    # regions beside one another add up
    assert read(world, OWN, SIBLING).states == fresh.states
    # what happens meanwhile is told with the next count, an hour later and no sooner
    world.do(hires[2], "check", TOWN)
    world.clock.moment = made_at + timedelta(minutes=59)
    assert keep_figures(world.office, world.clock()) == 0
    assert read(world, COUNTY).states == fresh.states
    world.clock.moment = made_at + timedelta(minutes=60)
    assert keep_figures(world.office, world.clock()) > 0
    assert read(world, COUNTY).made_at == world.clock()


def test_a_small_region_is_counted_at_once(world: World) -> None:
    told(world)
    assert keep_figures(world.office, world.clock()) == 0
    found = read(world, COUNTY)
    assert (found.kept, found.made_at) == (False, world.clock())
    assert world.ask("SELECT name FROM figure") == []


def test_what_is_kept_is_plain_json(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told(world)
    monkeypatch.setattr(figures, "AT_ONCE", 1)
    keep_figures(world.office, world.clock())
    for (body,) in world.ask("SELECT body FROM figure"):
        assert orjson.dumps(body)
        assert "人0" not in orjson.dumps(body).decode()


# ---- days of a calendar ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.EMPLOYER, Role.HRSS, Role.SUPERVISOR])
@pytest.mark.parametrize("whole", [False, True])
def test_kept_days_equal_the_count_and_the_list(
    world: World, monkeypatch: pytest.MonkeyPatch, role: Role, whole: bool
) -> None:
    told(world)
    monkeypatch.setattr(figures, "AT_ONCE", 1)
    keep_figures(world.office, world.clock())
    scope = scoped(officer("谁", role, COUNTY, 9))
    first, last = date(2022, 6, 27), date(2023, 7, 31)
    procedures = world.office.catalogue.all()
    asked = Agenda(scope, procedures, first, last, whole, world.office.database.is_sqlite)
    with world.office.database.reading() as connection:
        kept, made_at = days_of(connection, asked, 1)
        fresh, now = days_of(connection, asked, 1000)
        lines, more = agenda(connection, asked, most=1000)
    assert (made_at, now, more) == (world.clock(), None, None)
    assert kept == fresh is not None
    assert {day: found.number for day, found in fresh.items()} == dict(Counter(line.due_on for line in lines))
    # nothing runs for the personnel office in this story, and those who look on answer for nothing themselves
    assert bool(fresh) is (whole or role is Role.EMPLOYER)


def test_days_outside_of_what_is_kept_are_counted_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told(world)
    monkeypatch.setattr(figures, "AT_ONCE", 1)
    keep_figures(world.office, world.clock())
    far = date(2024, 6, 1)
    found, made_at = days(world, (Role.EMPLOYER, COUNTY), span=(far, far))
    assert (found, made_at) == ({}, None)


def days(
    world: World,
    *grants: tuple[Role, str],
    at_once: int = 1,
    span: tuple[date, date] = (date(2022, 6, 27), date(2023, 7, 31)),
    whole: bool = False,
) -> tuple[Mapping[date, AgendaDay] | None, datetime | None]:
    scope = scoped(Actor(9, "谁", "谁", tuple(Grant(role, region) for role, region in grants)))
    asked = Agenda(scope, world.office.catalogue.all(), *span, whole, world.office.database.is_sqlite)
    with world.office.database.reading() as connection:
        return days_of(connection, asked, at_once)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(
    "grants",
    [
        ((Role.EMPLOYER, OWN), (Role.HRSS, COUNTY)),
        ((Role.EMPLOYER, COUNTY), (Role.TOWNSHIP, OWN)),
        ((Role.EMPLOYER, OWN), (Role.TOWNSHIP, COUNTY)),
        ((Role.EMPLOYER, OWN), (Role.EMPLOYER, SIBLING), (Role.TOWNSHIP, COUNTY)),
        ((Role.EMPLOYER, OWN), (Role.TOWNSHIP, SIBLING)),
        ((Role.HRSS, COUNTY), (Role.SUPERVISOR, COUNTY), (Role.EMPLOYER, SIBLING)),
    ],
)
def test_roles_that_reach_differently_far_add_up_without_counting_twice(
    world: World, monkeypatch: pytest.MonkeyPatch, grants: tuple[tuple[Role, str], ...], whole: bool
) -> None:
    told(world)
    monkeypatch.setattr(figures, "AT_ONCE", 1)
    keep_figures(world.office, world.clock())
    kept, made_at = days(world, *grants, whole=whole)
    fresh, now = days(world, *grants, at_once=1000, whole=whole)
    assert (kept, made_at, now) == (fresh, world.clock(), None)


def test_of_many_periods_no_day_is_counted_before_the_worker_did(world: World) -> None:
    told(world)
    everything = (Role.SUPERVISOR, COUNTY)
    hires, timers = (world.ask(f"SELECT count(*) FROM {name}")[0][0] for name in ("hire", "timer"))
    assert hires < timers
    assert days(world, everything, whole=True) == (None, None)
    # as many hires as are counted at once, and one fewer
    assert days(world, everything, at_once=hires - 1, whole=True)[0] is None
    assert days(world, everything, at_once=hires, whole=True)[0]


def test_pages_of_a_calendar_go_on_where_they_stopped(world: World) -> None:
    told(world)
    scope = scoped(officer("谁", Role.SUPERVISOR, COUNTY, 9))
    sqlite = world.office.database.is_sqlite
    asked = Agenda(scope, world.office.catalogue.all(), date(2022, 6, 1), date(2024, 7, 31), True, sqlite)
    with world.office.database.reading() as connection:
        every, _ = agenda(connection, asked, most=1000)
        for limit in (1, 2, len(every) - 1, len(every)):
            found, after = agenda(connection, asked, limit=limit)
            while after is not None:
                more, after = agenda(connection, asked, after, limit)
                found += more
            assert found == every
    assert len({line.key for line in every}) == len(every) > 3
    assert [line.key for line in every] == sorted(line.key for line in every)


# ---- before anything was kept ----------------------------------------------------------------------------------------


def test_of_a_large_region_the_states_are_told_at_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told(world)
    fresh = read(world, COUNTY)
    number = sum(fresh.states.values())
    monkeypatch.setattr(figures, "AT_ONCE", number)
    assert read(world, COUNTY) == fresh
    monkeypatch.setattr(figures, "AT_ONCE", number - 1)
    first = read(world, COUNTY)
    assert (first.complete, first.kept, first.states) == (False, False, fresh.states)
    assert (first.towns, first.stages, first.watched, first.serving) == ({}, (), {}, 0)
    keep_figures(world.office, world.clock())
    assert read(world, COUNTY).complete


def test_regions_that_are_large_only_together_are_kept_each(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told(world)
    fresh = read(world, OWN, SIBLING)
    number = sum(fresh.states.values())
    monkeypatch.setattr(figures, "AT_ONCE", number - 1)
    assert not read(world, OWN, SIBLING).complete
    keep_figures(world.office, world.clock())
    both = read(world, OWN, SIBLING)
    assert (both.complete, both.kept, both.states) == (True, True, fresh.states)
