"""Worklists and lists: what is in them, in which order, and that they go on where they stopped."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from states.facts import Actor, Grant
from states.loading import Catalogue
from states.vocabulary import Role
from tests.support.world import World, officer
from workflow.queries import (
    Assignee,
    HireFilter,
    Scope,
    TaskFilter,
    TaskLine,
    Urgency,
    counts_by_state,
    hire_line,
    hires,
    hires_by_day,
    hires_count,
    narrowed,
    outermost,
    people,
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
ME, COLLEAGUE = 1, 2
STAGES = ("applied", "contracted")
PROCEDURES = Catalogue.load().all()
DUE = (None, -40, -1, 0, 1, 7, 8, 90)


def actor(*grants: tuple[Role, str], key: str = "k") -> Actor:
    return Actor(1, key, "某干部", tuple(Grant(role, region) for role, region in grants))


def who(*grants: tuple[Role, str]) -> Scope:
    return scoped(actor(*grants))


@pytest.fixture(scope="module")
def filled(shared_url: str) -> Iterator[Database]:
    """Two hundred hires over five villages, with tasks of three roles, some of them due. Only read from."""
    database = Database(shared_url)
    with database.transaction() as writing:
        for table, rows in a_county(random.Random(3)).items():
            writing.execute(metadata.tables[table].insert(), rows)
    yield database
    database.dispose()


@pytest.fixture
def connection(filled: Database) -> Iterator[Connection]:
    with filled.reading() as reading:
        yield reading


def a_county(dice: random.Random) -> dict[str, list[Row]]:
    post: Row = {"procedure_id": "x", "kind": "village", "title": "信息员", "employer": "镇政府", "sources": []}
    opening: Row = {"procedure": "x@1", "announced_on": ON, "places": 500, "taken": 0, "boards": []}
    opening["content"] = {}
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
    person |= {"contacts": [], "pinyin": f"{('zhang', 'wang', 'li')[number % 3]}{number} {'zwl'[number % 3]}{number}"}
    return person | {"home_region": village, "prior_months": 0, "created_at": AT}


def a_hire(number: int, village: int) -> Row:
    state = STAGES[number % 2]
    hire: Row = {"version": 1, "visit": 1, "opening_id": village + 1, "person_id": number, "kind": "village"}
    hire |= {"id": number, "procedure": f"x@{number % 2}", "region": VILLAGES[village], "stage": state, "state": state}
    hire |= {"serving": False, "submitted_by": "x", "audit_seq": 1, "audit_head": "0", "dossier": {}}
    hire["entered_on"] = None
    return hire | {"opened_at": AT, "changed_at": AT}


def some_tasks(number: int, village: str, dice: random.Random) -> Iterator[Row]:
    """Of each role one task or several, with days of their own; some were given to an account."""
    for role in ("employer", "hrss", "rural")[: dice.randrange(4)]:
        given = dice.choice((None, None, None, ME, COLLEAGUE))
        stage = f"stage:{STAGES[number % 2]}"
        for name in (stage, "clock:y", "objection", "clock:filing:z:3")[: dice.choice((1, 1, 1, 2, 3, 4))]:
            days = dice.choice(DUE)
            due = None if days is None else ON + timedelta(days=days)
            task: Row = {"hire_id": number, "name": name, "role": role, "region": village, "seq": 1, "due_on": due}
            yield {**task, "assigned_to": given}


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
    [(-1, "overdue"), (0, "today"), (1, "week"), (7, "week"), (8, "later"), (None, "none")],
)
def test_urgency_on_both_sides_of_each_boundary(days: int | None, level: str) -> None:
    assert urgency(None if days is None else ON + timedelta(days=days), ON).value == level


def all_tasks(
    connection: Connection, scope: Scope, filters: TaskFilter, limit: int, reader: Actor | None = None
) -> list[TaskLine]:
    found: list[TaskLine] = []
    page = worklist(connection, scope, ON, filters, limit=limit, actor=reader)
    found += page.lines
    while page.after is not None:
        assert len(page.lines) == limit
        page = worklist(connection, scope, ON, filters, page.after, limit, actor=reader)
        found += page.lines
    return found


SCOPES = {
    "village": ((Role.EMPLOYER, VILLAGES[0]),),
    "township": ((Role.HRSS, TOWNS[0]),),
    "county": ((Role.HRSS, COUNTY),),
    "everywhere": ((Role.EMPLOYER, ""),),
    "twenty regions": tuple((Role.EMPLOYER, village) for village in VILLAGES),
    "two roles": ((Role.HRSS, COUNTY), (Role.RURAL, OTHER)),
    "looks on": ((Role.SUPERVISOR, "61"),),
    "looks on and acts": ((Role.SUPERVISOR, "61"), (Role.HRSS, TOWNS[0])),
    "nothing": (),
}
Line = tuple[int, str, int | None]


def expected_lines(
    connection: Connection, grants: tuple[tuple[Role, str], ...], filters: TaskFilter
) -> dict[Line, list[Any]]:
    """What the list should hold, reckoned in the simplest way: tasks by line, the earliest first."""
    task, hire = metadata.tables["task"], metadata.tables["hire"]
    asked = task.select().add_columns(hire.c.state, hire.c.stage, hire.c.procedure)
    lines: dict[Line, list[Any]] = {}
    for row in connection.execute(asked.join(hire, hire.c.id == task.c.hire_id)):
        held = any(row.role == role and row.region.startswith(region) for role, region in grants)
        seen = any(row.region.startswith(region) for _, region in grants)
        mine = held and row.assigned_to in (None, ME)
        if (seen and not mine) if filters.waiting else mine:
            lines.setdefault((row.hire_id, row.role, row.assigned_to), []).append(row)
    for key, rows in list(lines.items()):
        rows.sort(key=lambda row: (row.due_on or date.max, row.name))
        if not fits(rows[0], filters):
            del lines[key]
    return lines


def fits(row: Any, filters: TaskFilter) -> bool:
    spanned = filters.due_from is not None or filters.due_to is not None
    return (
        filters.urgency in (None, urgency(row.due_on, ON))
        and filters.role in (None, row.role)
        and filters.state in (None, row.state)
        and filters.stage in (None, row.stage)
        and row.region.startswith(filters.region or "")
        and filters.procedure in (None, row.procedure, row.procedure.partition("@")[0])
        and filters.assignee in (None, "me" if row.assigned_to == ME else "nobody")
        and (not spanned or (row.due_on is not None))
        and (filters.due_from is None or row.due_on >= filters.due_from)
        and (filters.due_to is None or row.due_on <= filters.due_to)
    )


days = st.none() | st.sampled_from([ON + timedelta(days=n) for n in (-41, -1, 0, 1, 7, 90)])
task_filters = st.builds(
    TaskFilter,
    role=st.none() | st.sampled_from([Role.HRSS, Role.EMPLOYER]),
    urgency=st.none() | st.sampled_from(Urgency),
    region=st.none() | st.sampled_from(["61", COUNTY, TOWNS[0], VILLAGES[0], "3715A1", "99", "6109'"]),
    procedure=st.none() | st.sampled_from(["x", "x@1", "%", "y"]),
    stage=st.none() | st.sampled_from(["applied", "contracted"]),
    state=st.none() | st.sampled_from(["applied", "contracted"]),
    due_from=days,
    due_to=days,
    assignee=st.none() | st.sampled_from(Assignee),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(grants=st.sampled_from(list(SCOPES.values())), filters=task_filters, waiting=st.booleans(), limit=st.data())
def test_a_worklist_holds_each_line_once_in_order_and_the_counts_are_those_of_the_list(
    connection: Connection,
    grants: tuple[tuple[Role, str], ...],
    filters: TaskFilter,
    waiting: bool,
    limit: st.DataObject,
) -> None:
    filters = replace(filters, waiting=waiting, assignee=None if waiting else filters.assignee)
    expected = expected_lines(connection, grants, filters)
    found = all_tasks(connection, who(*grants), filters, limit.draw(st.sampled_from([3, 50, 200])), actor(*grants))
    assert [(line.hire_id, line.role, line.assigned_to) for line in found] == sorted(
        expected,
        key=lambda key: (
            key[2] != ME or waiting,
            expected[key][0].due_on or date.max,
            key[0],
            expected[key][0].name,
            key[1],
        ),
    )
    for line in found:
        first, *others = expected[line.hire_id, line.role, line.assigned_to]
        assert (line.name, line.due_on, line.given) == (first.name, first.due_on, line.assigned_to == ME)
        assert line.also == tuple(sorted(row.name for row in others))
    every = expected_lines(connection, grants, replace(filters, urgency=None))
    wanted = {level: sum(urgency(rows[0].due_on, ON) is level for rows in every.values()) for level in Urgency}
    for procedures in ((), PROCEDURES):
        found_counts = task_counts(connection, who(*grants), ON, filters, actor=actor(*grants), procedures=procedures)
        assert found_counts == wanted


def test_what_was_given_to_somebody_is_nobody_s_without_a_reader(connection: Connection) -> None:
    scope = who((Role.EMPLOYER, ""))
    assert {line.assigned_to for line in all_tasks(connection, scope, TaskFilter(), 200)} == {None}
    waiting = all_tasks(connection, scope, TaskFilter(waiting=True, role=Role.EMPLOYER), 200)
    assert {line.assigned_to for line in waiting} == {ME, COLLEAGUE}


def test_an_applicant_waits_for_the_offices_that_have_their_hire(connection: Connection) -> None:
    for number in (3, 7, 12):
        mine = actor((Role.APPLICANT, ""), key=f"key{number}")
        found = all_tasks(connection, scoped(mine), TaskFilter(waiting=True), 200, mine)
        assert {line.hire_id for line in found} <= {number}
        counts = task_counts(connection, scoped(mine), ON, TaskFilter(waiting=True), actor=mine)
        assert sum(counts.values()) == len(found)
        assert worklist(connection, scoped(mine), ON, actor=mine).lines == ()


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


# ---- hires by filter and by day ----------------------------------------------------------------------------------

hire_filters = st.builds(
    HireFilter,
    state=st.none() | st.sampled_from(["applied", "contracted", "x"]),
    stage=st.none() | st.sampled_from(["applied", "contracted"]),
    procedure=st.none() | st.sampled_from(["x", "x@1", "%"]),
    region=st.none() | st.sampled_from(["61", COUNTY, TOWNS[0], VILLAGES[0], "3715A1", "99"]),
    name=st.none() | st.sampled_from(["张", "王1", "zhang", "ZHANG", "w1", "z", "q", "李%"]),
    due_from=days,
    due_to=days,
)


def expected_hires(
    connection: Connection, grants: tuple[tuple[Role, str], ...], filters: HireFilter
) -> dict[int, date | None]:
    """Hires that fit, with the day of the next task, reckoned in the simplest way."""
    hire, person, task = (metadata.tables[name] for name in ("hire", "person", "task"))
    next_days: dict[int, date] = {}
    for row in connection.execute(task.select().where(task.c.due_on.is_not(None))):
        next_days[row.hire_id] = min(row.due_on, next_days.get(row.hire_id, row.due_on))
    found = {}
    asked = hire.select().add_columns(person.c.name, person.c.pinyin).join(person, person.c.id == hire.c.person_id)
    for row in connection.execute(asked):
        day = next_days.get(row.id)
        text = (filters.name or "").lower()
        latin = re.sub("[^a-z]", "", text) if text and not re.search("[一-鿿]", text) else None
        if (
            any(row.region.startswith(region) for _, region in grants)
            and filters.state in (None, row.state)
            and filters.stage in (None, row.stage)
            and filters.procedure in (None, row.procedure, row.procedure.partition("@")[0])
            and row.region.startswith(filters.region or "")
            and (row.name.startswith(text) or (latin and any(p.startswith(latin) for p in row.pinyin.split())))
            and (filters.due_from is None or (day is not None and day >= filters.due_from))
            and (filters.due_to is None or (day is not None and day <= filters.due_to))
        ):
            found[row.id] = day
    return found


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(grants=st.sampled_from(list(SCOPES.values())), filters=hire_filters, limit=st.sampled_from([7, 200]))
def test_hires_are_those_that_fit_by_either_order_and_so_is_their_number(
    connection: Connection, grants: tuple[tuple[Role, str], ...], filters: HireFilter, limit: int
) -> None:
    scope, expected = who(*grants), expected_hires(connection, grants, filters)
    newest: list[int] = []
    page = hires(connection, scope, filters, limit=limit)
    newest += [line.id for line in page.lines]
    while page.after is not None:
        page = hires(connection, scope, filters, page.after, limit)
        newest += [line.id for line in page.lines]
    assert newest == sorted(expected, reverse=True)
    by_day: list[tuple[int, date | None]] = []
    listed = hires_by_day(connection, scope, filters, limit=limit)
    by_day += [(line.id, day) for line, day in listed.lines]
    while listed.after is not None:
        listed = hires_by_day(connection, scope, filters, listed.after, limit)
        by_day += [(line.id, day) for line, day in listed.lines]
    dated = sorted((day, number) for number, day in expected.items() if day is not None)
    rest = sorted((number for number, day in expected.items() if day is None), reverse=True)
    assert by_day == [*((number, day) for day, number in dated), *((number, None) for number in rest)]
    assert hires_count(connection, scope, filters) == len(expected)
    for most in (1, len(expected), len(expected) + 1):
        assert hires_count(connection, scope, filters, most=most) == min(most, len(expected))
    assert sum(counts_by_state(connection, scope, filters).values()) == len(expected)
