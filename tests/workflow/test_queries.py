"""Worklists and lists: what is in them, in which order, and that they go on where they stopped."""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from states.facts import Actor, Grant
from states.procedure import Role
from tests.conftest import POSTGRESQL, SQLITE, MigratedTemplate
from tests.support.world import World, officer
from workflow.queries import (
    HireFilter,
    Scope,
    TaskFilter,
    TaskLine,
    Urgency,
    counts_by_state,
    hire_line,
    hires,
    narrowed,
    notices,
    outermost,
    people,
    public_notices,
    scoped,
    task_counts,
    urgency,
    worklist,
)
from workflow.tables import metadata
from workflow.unit_of_work import Database

ON = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
COUNTY, OTHER = "610981", "610929"
TOWNS = ("610981100", "610981101")
VILLAGES = ("610981100201", "610981100202", "610981101201", "610929100201", "3715A1")
Row = dict[str, Any]
DUE = (None, -40, -1, 0, 1, 7, 8, 90)


def actor(*grants: tuple[Role, str], key: str = "k") -> Actor:
    return Actor(1, key, "某干部", tuple(Grant(role, region) for role, region in grants))


def who(*grants: tuple[Role, str]) -> Scope:
    return scoped(actor(*grants))


@pytest.fixture(scope="module", params=[SQLITE, POSTGRESQL])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated_template: MigratedTemplate
) -> Iterator[Database]:
    """Two hundred hires over five villages, with tasks of three roles, some of them due. Only read from."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("queries") / "filled.sqlite3"
        shutil.copyfile(migrated_template.sqlite(), path)
        database = Database(f"sqlite:///{path}")
        drop: Callable[[], None] = path.unlink
    else:
        cluster = request.getfixturevalue("postgres_cluster")
        url = cluster.new_database(migrated_template.postgresql(cluster))
        database = Database(url)
        drop = partial(cluster.drop_database, url)
    with database.transaction() as writing:
        for table, rows in a_county(random.Random(3)).items():
            writing.execute(metadata.tables[table].insert(), rows)
    yield database
    database.dispose()
    drop()


@pytest.fixture
def connection(filled: Database) -> Iterator[Connection]:
    with filled.reading() as reading:
        yield reading


def a_county(dice: random.Random) -> dict[str, list[Row]]:
    post: Row = {"procedure_id": "x", "kind": "village", "title": "信息员", "employer": "镇政府", "sources": []}
    opening: Row = {"procedure": "x@1", "announced_on": ON, "places": 500, "taken": 0, "boards": []}
    rows: dict[str, list[Row]] = {name: [] for name in ("region", "post", "opening", "person", "hire", "task")}
    for number, village in enumerate(VILLAGES, 1):
        rows["region"].append({"code": village, "parent": None, "level": "village", "name": village})
        new = {"id": number, "registered": True, "monthly_fen": 0, "created_at": AT}
        rows["post"].append({**post, **new, "region": village})
        new = {"id": number, "post_id": number, "announced_by": "x", "created_at": AT}
        rows["opening"].append({**opening, **new})
    for number in range(1, 201):
        place = dice.randrange(len(VILLAGES))
        rows["person"].append(a_person(number, VILLAGES[place]))
        rows["hire"].append(a_hire(number, place))
        rows["task"] += some_tasks(number, VILLAGES[place], dice)
    return rows


def a_person(number: int, village: str) -> Row:
    person: Row = {"id_number_sealed": "-", "id_number_tail": "0000", "born": date(1980, 1, 1), "sex": "男"}
    person |= {"retirement_category": "man", "education": "x", "categories": {}, "statements": [], "preferences": []}
    person |= {"id": number, "key": f"key{number}", "name": f"{'张王李'[number % 3]}{number}", "relatives": []}
    return person | {"home_region": village, "prior_months": 0, "created_at": AT}


def a_hire(number: int, village: int) -> Row:
    state = ("applied", "contracted")[number % 2]
    hire: Row = {"version": 1, "visit": 1, "opening_id": village + 1, "person_id": number, "kind": "village"}
    hire |= {"id": number, "procedure": f"x@{number % 2}", "region": VILLAGES[village], "stage": state, "state": state}
    hire |= {"serving": False, "submitted_by": "x", "audit_seq": 1, "audit_head": "0", "dossier": {}}
    return hire | {"opened_at": AT, "changed_at": AT}


def some_tasks(number: int, village: str, dice: random.Random) -> Iterator[Row]:
    for role in ("employer", "hrss", "rural")[: dice.randrange(4)]:
        days = dice.choice(DUE)
        due = None if days is None else ON + timedelta(days=days)
        yield {"hire_id": number, "name": "stage:x", "role": role, "region": village, "seq": 1, "due_on": due}
        if dice.random() < 0.2:  # a second task of the same hire on the same day
            yield {"hire_id": number, "name": "clock:y", "role": role, "region": village, "seq": 1, "due_on": due}


# ---- scope -------------------------------------------------------------------------------------------------------


@given(st.lists(st.text("0123", max_size=4), max_size=6), st.text("0123", max_size=5))
def test_the_outermost_regions_cover_what_all_of_them_cover(prefixes: list[str], code: str) -> None:
    kept = outermost(prefixes)
    assert any(code.startswith(p) for p in kept) is any(code.startswith(p) for p in prefixes)
    assert not any(a != b and a.startswith(b) for a, b in itertools.product(kept, kept))


@pytest.mark.parametrize(
    ("prefixes", "region", "left"),
    [
        (("61",), None, ("61",)),
        (("61",), "610981", ("610981",)),
        (("610981",), "61", ("610981",)),
        (("610981", "610929"), "610981", ("610981",)),
        (("610981",), "610929", ()),
        (("",), "610929", ("610929",)),
    ],
)
def test_a_region_asked_for_never_widens_the_scope(
    prefixes: tuple[str, ...], region: str | None, left: tuple[str, ...]
) -> None:
    assert narrowed(prefixes, region) == left


@pytest.mark.parametrize(
    ("prefix", "villages"),
    [
        ("", VILLAGES),
        ("61", VILLAGES[:4]),
        (COUNTY, VILLAGES[:3]),
        (TOWNS[0], VILLAGES[:2]),
        (VILLAGES[0], VILLAGES[:1]),
        ("3715A1", VILLAGES[4:]),
        ("3715", VILLAGES[4:]),
        ("6109811002010", ()),
        ("62", ()),
    ],
)
def test_a_region_holds_what_its_code_begins(connection: Connection, prefix: str, villages: tuple[str, ...]) -> None:
    found = hires(connection, who((Role.HRSS, prefix)), limit=200).lines
    assert {line.region for line in found} == set(villages)


def test_who_holds_nothing_sees_nothing(connection: Connection) -> None:
    scope = who()
    assert worklist(connection, scope, ON).lines == ()
    assert sum(task_counts(connection, scope, ON).values()) == 0
    assert (hires(connection, scope).lines, people(connection, scope).lines) == ((), ())
    assert counts_by_state(connection, scope) == {}
    assert hire_line(connection, scope, 1) is None


def test_an_applicant_sees_their_own_hire_and_nobody_else_s(connection: Connection) -> None:
    scope = scoped(actor((Role.APPLICANT, ""), key="key7"))
    assert [line.id for line in hires(connection, scope).lines] == [7]
    assert [line.id for line in people(connection, scope).lines] == [7]
    assert [line.id for line in hires(connection, scope, HireFilter(region=COUNTY), limit=200).lines] in ([7], [])
    assert hire_line(connection, scope, 8) is None


# ---- the worklist ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "level"),
    [(-1, "overdue"), (0, "today"), (1, "week"), (7, "week"), (8, "later"), (None, "later")],
)
def test_urgency_on_both_sides_of_each_boundary(days: int | None, level: str) -> None:
    assert urgency(None if days is None else ON + timedelta(days=days), ON).value == level


def all_tasks(connection: Connection, scope: Scope, filters: TaskFilter, limit: int) -> list[TaskLine]:
    found: list[TaskLine] = []
    page = worklist(connection, scope, ON, filters, limit=limit)
    found += page.lines
    while page.after is not None:
        assert len(page.lines) == limit
        page = worklist(connection, scope, ON, filters, page.after, limit)
        found += page.lines
    return found


SCOPES = {
    "village": ((Role.EMPLOYER, VILLAGES[0]),),
    "township": ((Role.HRSS, TOWNS[0]),),
    "county": ((Role.HRSS, COUNTY),),
    "everywhere": ((Role.EMPLOYER, ""),),
    "twenty regions": tuple((Role.EMPLOYER, village) for village in VILLAGES),
    "two roles": ((Role.HRSS, COUNTY), (Role.RURAL, OTHER)),
}


@pytest.mark.parametrize("grants", SCOPES.values(), ids=SCOPES.keys())
@pytest.mark.parametrize("level", [None, *Urgency])
def test_a_worklist_holds_each_task_of_the_actor_once_most_urgent_first(
    connection: Connection, grants: tuple[tuple[Role, str], ...], level: Urgency | None
) -> None:
    task = metadata.tables["task"]
    expected = {
        (row.hire_id, row.name, row.role)
        for row in connection.execute(task.select())
        if any(row.role == role and row.region.startswith(region) for role, region in grants)
        and level in (None, urgency(row.due_on, ON))
    }
    found = all_tasks(connection, who(*grants), TaskFilter(urgency=level), 7)
    assert len(found) == len(expected)
    assert {(line.hire_id, line.name, line.role) for line in found} == expected
    assert found == sorted(found, key=lambda line: (line.due_on or date.max, line.hire_id, line.name, line.role))


@pytest.mark.parametrize("grants", SCOPES.values(), ids=SCOPES.keys())
@pytest.mark.parametrize(
    "filters",
    [
        TaskFilter(),
        TaskFilter(procedure="x@1"),
        TaskFilter(procedure="x"),
        TaskFilter(stage="applied"),
        TaskFilter(region=TOWNS[0]),
        TaskFilter(role=Role.HRSS),
    ],
    ids=str,
)
def test_the_counts_are_those_of_the_list(
    connection: Connection, grants: tuple[tuple[Role, str], ...], filters: TaskFilter
) -> None:
    scope = who(*grants)
    found = all_tasks(connection, scope, filters, 200)
    assert task_counts(connection, scope, ON, filters) == {
        level: sum(line.urgency is level for line in found) for level in Urgency
    }
    for line in found:
        assert filters.stage in (None, line.stage)
        assert filters.procedure in (None, "x", line.procedure)
        assert line.region.startswith(filters.region or "")


def test_a_percent_sign_is_no_pattern(connection: Connection) -> None:
    scope = who((Role.EMPLOYER, ""))
    for text in ("%", "_", "x%", "张%", "\\"):
        assert hires(connection, scope, HireFilter(name=text)).lines == ()
        assert hires(connection, scope, HireFilter(procedure=text)).lines == ()


# ---- lists -------------------------------------------------------------------------------------------------------


def test_a_list_that_changes_under_the_reader_repeats_and_leaves_out_nothing(migrated_url: str) -> None:
    world = World.on(migrated_url, ON, {"61": "陕西省", "610981": "旬阳市", "610981100": "城关镇"})
    town = officer("甲", Role.EMPLOYER, "610981100")
    post = world.a_post("xunyang-2022-88", "town", "610981100")
    old = world.an_opening(town, post, places=6).hire_ids
    scope = scoped(town)
    with world.office.database.reading() as reading:
        first = hires(reading, scope, limit=4)
    world.an_opening(town, post, places=3)  # newer ones come in before the second page is asked for
    with world.office.database.reading() as reading:
        second = hires(reading, scope, after=first.after, limit=4)
    assert [line.id for line in (*first.lines, *second.lines)] == sorted(old, reverse=True)
    assert second.after is None
    world.close()


def test_hires_are_found_by_how_a_name_begins(connection: Connection) -> None:
    found = hires(connection, who((Role.HRSS, "")), HireFilter(name="张"), limit=200).lines
    assert {line.person_name[:1] for line in found if line.person_name} == {"张"}
    assert len(found) == 66
    names = [line.name for line in people(connection, who((Role.HRSS, "")), name="张3").lines]
    assert names == ["张3", "张30", "张33", "张36", "张39"]


def test_the_overview_counts_what_the_list_holds(connection: Connection) -> None:
    scope = who((Role.HRSS, COUNTY))
    found = hires(connection, scope, limit=200).lines
    assert counts_by_state(connection, scope) == {
        state: sum(line.state == state for line in found) for state in ("applied", "contracted")
    }


# ---- notices -----------------------------------------------------------------------------------------------------


@pytest.fixture
def noticed(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, date(2022, 6, 1), {"61": "陕西省", "610981": "旬阳市", "610981100": "城关镇"})
    town = officer("甲", Role.EMPLOYER, "610981100", 1)
    hire = world.an_opening(town, world.a_post("xunyang-2022-88", "town", "610981100")).hire_ids[0]
    world.do(hire, "apply", town, person_id=world.a_person("张三", date(1990, 3, 5), "男", "610981100"))
    world.do(hire, "check", town)
    world.do(hire, "recheck", officer("乙", Role.HRSS, "610981", 2))
    world.do(hire, "recheck", officer("丙", Role.RURAL, "610981", 3))
    world.do(hire, "post_notice", town, posted_on=date(2022, 6, 1), boards=["镇公示栏"])
    yield world
    world.close()


@pytest.mark.parametrize(
    ("day", "there"), [("2022-05-31", False), ("2022-06-01", True), ("2022-06-09", True), ("2022-06-10", False)]
)
def test_a_public_notice_is_there_from_its_first_day_to_its_last(noticed: World, day: str, there: bool) -> None:
    with noticed.office.database.reading() as reading:
        assert bool(public_notices(reading, date.fromisoformat(day))) is there


def test_a_correction_takes_the_place_of_the_notice_before_it(noticed: World) -> None:
    noticed.walk_to(date(2022, 6, 6))
    town = officer("甲", Role.EMPLOYER, "610981100", 1)
    noticed.do(1, "restart_notice", town, posted_on=date(2022, 6, 6), boards=["镇公示栏"])
    with noticed.office.database.reading() as reading:
        assert [n.posted_on for n in public_notices(reading, date(2022, 6, 7))] == [date(2022, 6, 6)]
        scope = who((Role.HRSS, "610981"))
        assert [(n.posted_on, n.boards) for n in notices(reading, scope, date(2022, 6, 7)).lines] == [
            (date(2022, 6, 6), ("镇公示栏",)),
            (date(2022, 6, 1), ("镇公示栏",)),
        ]
        assert len(notices(reading, scope, date(2022, 6, 7), running=True).lines) == 1
        assert len(notices(reading, scope, date(2022, 6, 7), running=False).lines) == 1


def test_a_notice_comes_down_when_its_hire_ends(noticed: World) -> None:
    noticed.do(1, "withdraw", officer("甲", Role.EMPLOYER, "610981100", 1))
    with noticed.office.database.reading() as reading:
        assert public_notices(reading, date(2022, 6, 2)) == ()


@pytest.mark.parametrize(
    ("phones", "shown"),
    [
        ({}, None),
        ({"6109": "0915-1"}, "0915-1"),
        ({"6109": "0915-1", "610981": "0915-7"}, "0915-7"),
        ({"62": "x"}, None),
    ],
)
def test_the_narrowest_phone_is_shown(noticed: World, phones: dict[str, str], shown: str | None) -> None:
    setting = metadata.tables["setting"]
    with noticed.office.database.transaction() as writing:
        for region, phone in phones.items():
            row = {"name": f"supervision_phone:{region}", "value": phone, "changed_at": noticed.clock()}
            writing.execute(setting.insert(), [row])
    with noticed.office.database.reading() as reading:
        assert [n.supervision_phone for n in public_notices(reading, date(2022, 6, 2))] == [shown]
