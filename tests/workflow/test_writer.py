"""Writing plans: all of a plan or nothing of it, and the same rows on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import JSON, Connection, Text, cast, select
from sqlalchemy.exc import IntegrityError

from states.decide import decide, decide_timer
from states.facts import Actor
from states.plan import Plan, Row, TimerFact
from tests.support.checker import faults_of
from tests.support.county import CLERK, HRSS, RURAL, a_county, an_applicant, multiply
from tests.support.world import World, colleague
from tests.workflow.test_audit import the_story
from workflow.tables import metadata
from workflow.unit_of_work import Database
from workflow.writer import write_plans

#: what a step may touch
WRITTEN = (
    "hire", "opening", "audit_entry", "decision", "notice", "objection", "training", "contract", "assessment",
    "protection", "departure", "filing", "timer", "task", "outbox", "idempotency",
)  # fmt: skip


@pytest.fixture
def county(migrated_url: str) -> Iterator[World]:
    world = a_county(migrated_url)
    yield world
    world.close()


def stored(database: Database, tables: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the tables (all of them, unless named), JSON as the very text that is stored."""
    found = {}
    with database.reading() as connection:
        for table in metadata.sorted_tables:
            if not tables or table.name in tables:
                columns = [cast(c, Text).label(c.name) if isinstance(c.type, JSON) else c for c in table.columns]
                rows = connection.execute(select(*columns).order_by(*table.primary_key.columns))
                found[table.name] = [tuple(row) for row in rows]
    return found


def plan_of(world: World, hire_id: int, act: str, by: Actor, **payload: Any) -> Plan:
    """The plan of a step, decided on what is stored now and not written."""
    hire = world.hire(hire_id)
    rules = world.office.rulebook.rules(hire.procedure)
    return decide(hire, act, by, world.clock(), rules, world.office.setting, payload=payload)


def write(world: World, *plans: Plan, **extra: list[Row]) -> frozenset[int]:
    with world.office.database.transaction() as connection:
        return write_plans(connection, plans, extra)


def an_idempotency_row(hire_id: int) -> Row:
    return {"account_id": 1, "key": "k", "request_digest": "d", "hire_id": hire_id, "seq": 3, "answer": {},
            "created_at": "2022-06-01T01:00:00+00:00"}  # fmt: skip


# ---- stale ----------------------------------------------------------------------------------------------------------

Prepared = Callable[[World, int], Plan]


def _check(world: World, hire: int) -> Plan:
    return plan_of(world, hire, "check", CLERK, opinion="材料齐全")


def _notice(world: World, hire: int) -> Plan:
    _qualified(world, hire)
    return plan_of(world, hire, "post_notice", CLERK, posted_on=world.clock.today, boards=["公示栏"])


def _qualified(world: World, hire: int) -> None:
    world.do(hire, "check", CLERK)
    world.do(hire, "recheck", colleague(HRSS))
    world.do(hire, "recheck", colleague(RURAL))


def _objecting(world: World, hire: int) -> int:
    write(world, _notice(world, hire))
    return world.do(hire, "object", CLERK, text="与村主任是亲属").seq


def _answer(world: World, hire: int) -> Plan:
    """Sets columns of an earlier row, and drops a task."""
    seq = _objecting(world, hire)
    return plan_of(world, hire, "dismiss_objection", colleague(HRSS, 3), objection=seq, reason="经查不属实")


def _upheld(world: World, hire: int) -> Plan:
    """Gives a place back and cancels what is armed."""
    seq = _objecting(world, hire)
    return plan_of(world, hire, "uphold_objection", HRSS, objection=seq, reason="属实")


def _reminder(world: World, hire: int) -> Plan:
    """Fires one timer and arms the next."""
    facts = world.hire(hire)
    clock = facts.dossier.clocks["first_check"]
    timer = TimerFact(hire, "first_check", "advise", 0, facts.audit_seq, clock.visit, clock.due_on)
    rules = world.office.rulebook.rules(facts.procedure)
    plan = decide_timer(facts, timer, world.clock(), rules, world.office.setting)
    assert plan is not None
    return plan


@pytest.mark.parametrize("prepare", [_check, _notice, _answer, _upheld, _reminder])
def test_a_plan_made_on_what_has_changed_since_writes_nothing_at_all(county: World, prepare: Prepared) -> None:
    hire = an_applicant(county)
    plan = prepare(county, hire)
    stale = replace(plan, hire={**plan.hire, "version": plan.hire["version"] - 1})
    before = stored(county.office.database)
    assert write(county, stale, idempotency=[an_idempotency_row(hire)]) == frozenset()
    assert stored(county.office.database) == before
    # and the same plan on what was read is written whole
    assert write(county, plan, idempotency=[an_idempotency_row(hire)]) == {hire}
    after = stored(county.office.database)
    changed = {name for name in after if after[name] != before[name]}
    assert {"hire", "audit_entry", "idempotency"} <= changed <= set(WRITTEN)


def test_what_was_written_once_is_stale_from_then_on(county: World) -> None:
    hire = an_applicant(county)
    plan = _check(county, hire)
    assert write(county, plan) == {hire}
    before = stored(county.office.database)
    assert write(county, plan) == frozenset()
    assert stored(county.office.database) == before


def test_a_plan_for_a_hire_that_is_not_there_writes_nothing(county: World) -> None:
    plan = _check(county, an_applicant(county))
    before = stored(county.office.database)
    assert write(county, replace(plan, hire={**plan.hire, "id": 10**9})) == frozenset()
    assert stored(county.office.database) == before


def test_nothing_to_write_is_nothing_written(county: World) -> None:
    before = stored(county.office.database)
    assert write(county) == frozenset()
    assert stored(county.office.database) == before


def test_a_batch_with_one_stale_plan_keeps_the_others(county: World) -> None:
    """The rows of the stale one are in the same statement: each has to be held back on its own."""
    hires = multiply(county, an_applicant(county), 6)
    with county.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE opening SET places = 9")  # room for all in the one that they come from
    prepared = (_upheld, _upheld, _check, _check, _reminder, _reminder)
    plans = [prepare(county, hire) for prepare, hire in zip(prepared, hires, strict=True)]
    for number in (0, 2, 4):
        plans[number] = replace(plans[number], hire={**plans[number].hire, "version": 0})
    before = stored(county.office.database)
    assert write(county, *plans) == {hires[1], hires[3], hires[5]}
    after = stored(county.office.database)
    for table in ("audit_entry", "decision", "objection", "notice", "timer", "task", "outbox"):
        names = [column.name for column in metadata.tables[table].columns]
        owner = names.index("hire_id")
        for hire in (hires[0], hires[2], hires[4]):
            rows = [[row for row in state[table] if row[owner] == hire] for state in (before, after)]
            assert rows[0] == rows[1], (table, hire)
    assert [county.hire(hire).stage for hire in hires] == [
        "notice", "rejected", "applied", "checked", "applied", "applied",
    ]  # fmt: skip
    assert [reminders_of(county, hire) for hire in hires[4:]] == [["pending", "pending"], ["done", "pending"]]
    assert county.ask("SELECT taken FROM opening")[0][0] == 1
    with county.office.database.reading() as connection:
        assert faults_of(connection, hires) == []


def reminders_of(world: World, hire: int) -> list[str]:
    sql = "SELECT status FROM timer WHERE hire_id = ? AND name = 'first_check' ORDER BY mark"
    return [row[0] for row in world.ask(sql, hire)]


# ---- constraints ----------------------------------------------------------------------------------------------------

Unit = Callable[[Database], AbstractContextManager[Connection]]


def _four_eyes(plan: Plan) -> None:
    decision = plan.rows["decision"][0]
    decision |= {"independent": True, "submitter_key": decision["officer_key"]}


def _entry_twice(plan: Plan) -> None:
    plan.rows["audit_entry"][0]["seq"] = 1


def _no_such_state(plan: Plan) -> None:
    plan.hire["state"] = "promoted"


def _nobody(plan: Plan) -> None:
    plan.hire["person_id"] = None


def _too_many(plan: Plan) -> None:
    plan.place_delta = 99


@pytest.mark.parametrize("unit", [Database.transaction, Database.single], ids=["transaction", "single"])
@pytest.mark.parametrize("spoil", [_four_eyes, _entry_twice, _no_such_state, _nobody, _too_many])
def test_what_the_database_refuses_leaves_nothing_of_the_batch(
    county: World, spoil: Callable[[Plan], None], unit: Unit
) -> None:
    hires = multiply(county, an_applicant(county), 3)
    plans = [_check(county, hire) for hire in hires]
    spoil(plans[1])
    before = stored(county.office.database)
    with pytest.raises(IntegrityError), unit(county.office.database) as connection:
        write_plans(connection, plans)
    assert stored(county.office.database) == before
    assert write(county, plans[0], plans[2]) == {hires[0], hires[2]}


# ---- the same on both -----------------------------------------------------------------------------------------------


@pytest.mark.sqlite
@pytest.mark.postgresql
def test_both_databases_store_the_very_same_rows(migrated_sqlite_url: str, migrated_postgresql_url: str) -> None:
    """Three lives with every table that a step writes: the same moments, the same days, the same text of every JSON."""
    worlds = [the_story(url) for url in (migrated_sqlite_url, migrated_postgresql_url)]
    try:
        rows = [stored(world.office.database, WRITTEN) for world in worlds]
    finally:
        for world in worlds:
            world.close()
    for table in WRITTEN:
        assert rows[0][table] == rows[1][table], table
    told = {table for table in WRITTEN if rows[0][table]}
    assert told == set(WRITTEN) - {"protection", "idempotency"}


def test_a_day_and_a_moment_are_stored_as_what_they_are(county: World) -> None:
    hire = an_applicant(county)
    write(county, _notice(county, hire))
    rows = stored(county.office.database, ("notice", "audit_entry"))
    posted = dict(zip((c.name for c in metadata.tables["notice"].columns), rows["notice"][0], strict=True))
    assert (posted["posted_on"], posted["boards"]) == (date(2022, 6, 1), '["公示栏"]')
    entry = dict(zip((c.name for c in metadata.tables["audit_entry"].columns), rows["audit_entry"][-1], strict=True))
    assert (entry["at"], entry["on_day"]) == (county.clock(), date(2022, 6, 1))
