"""The lives of hires under every document, told again by their trail, and nothing impossible in the tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from states.clocks import moment
from states.facts import dossier_from_json, dossier_to_json
from states.vocabulary import FINAL_STATES
from tests.support.lives import COUNTIES, FIRST_DAY, XUNYANG, begin, live
from tests.support.world import World
from workflow.audit import verify
from workflow.invariants import impossible

MIDDLE = date(2023, 6, 14)  # somebody at every kind of stage: over term, renewed, at work, gone
END = date(2025, 10, 1)


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, FIRST_DAY, {})
    yield world
    world.close()


def asked(world: World) -> list[str]:
    with world.office.database.reading() as connection:
        return impossible(connection)


def replayed(world: World, hire_id: int) -> dict[str, Any]:
    """Where a hire stands by its trail alone: the changes of every entry, one after the other."""
    dossier: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for (body,) in world.ask("SELECT body FROM audit_entry WHERE hire_id = ? ORDER BY seq", hire_id):
        last = body if isinstance(body, dict) else json.loads(body)
        for name, value in last["changes"].items():
            dossier[name] = value
            if value is None:
                del dossier[name]
    return {"stage": last["to"], "state": last["state"], "visit": last["visit"], "dossier": dossier}


def test_the_trail_alone_gives_every_hire_as_it_stands(world: World) -> None:
    lives = begin(world)
    assert asked(world) == []  # announced, and on somebody's list
    for until in (MIDDLE, END):
        live(world, lives, until)
        for life in lives:
            hire = world.hire(life.hire_id)
            assert replayed(world, life.hire_id) == {
                "stage": hire.stage,
                "state": hire.state.value,
                "visit": hire.visit,
                "dossier": dossier_to_json(hire.dossier),
            }, f"{life.county.document} {life.name}"
            assert dossier_from_json(dossier_to_json(hire.dossier)) == hire.dossier
        assert verify(world.office).faults == []
        assert asked(world) == []
        _every_entry_changes_something(world)
        _timers_have_settled(world, until)
    _every_step_was_walked(world)


def _every_entry_changes_something(world: World) -> None:
    """An entry has a state change, a fact or a record; one that only says that it was is no entry."""
    empty = []
    for hire_id, seq, act, start, to, body in world.ask(
        "SELECT hire_id, seq, act, from_stage, to_stage, body FROM audit_entry WHERE act <> 'post'"
    ):
        entry = body if isinstance(body, dict) else json.loads(body)
        if start == to and not entry["changes"] and not entry["records"] and not act.startswith("remind:"):
            empty.append((hire_id, seq, act))
    assert not empty


def _timers_have_settled(world: World, until: date) -> None:
    """What was due has been done, has collapsed, or was of no effect any more; nothing failed or was passed by."""
    assert world.ask("SELECT hire_id, name, error FROM timer WHERE attempts > 0") == []
    waiting = world.ask("SELECT hire_id, name, kind, mark, due_at FROM timer WHERE status = 'pending'")
    assert [row for row in waiting if str(row[4]) < str(moment(until - timedelta(days=1)))[:19]] == []
    final = ", ".join(f"'{state.value}'" for state in FINAL_STATES)
    after_the_end = world.ask(
        "SELECT t.hire_id, t.name FROM timer t JOIN hire h ON h.id = t.hire_id"
        f" WHERE h.state IN ({final}) AND t.status IN ('pending', 'blocked')"
    )
    assert [row for row in after_the_end if not row[1].startswith("filing:")] == []


def _every_step_was_walked(world: World) -> None:
    """Each act of each document was taken in some life: a table that nobody walks proves nothing."""
    walked: dict[str, set[str]] = {}
    for procedure, act in world.ask("SELECT h.procedure, e.act FROM audit_entry e JOIN hire h ON h.id = e.hire_id"):
        walked.setdefault(procedure, set()).add(act)
    assert set(walked) == {f"{county.document}@1" for county in COUNTIES}
    for key, acts in walked.items():
        assert {step.act for step in world.office.procedure(key).steps} - acts == set(), key


# ---- the questions find what they are asked for -------------------------------------------------------------------


SPOILS: dict[str, tuple[str, str]] = {
    "a task is lost": ("DELETE FROM task WHERE hire_id = {over}", "待办与案卷不一致"),
    "all tasks and timers are lost": (
        "DELETE FROM task WHERE hire_id = {over}; UPDATE timer SET status = 'done' WHERE hire_id = {over}",
        "无人负责",
    ),
    "a task has another day": ("UPDATE task SET due_on = '2030-01-01' WHERE hire_id = {over}", "待办与案卷不一致"),
    "the timer of a term is lost": (
        "UPDATE timer SET status = 'cancelled' WHERE hire_id = {work} AND name = 'term_end' AND kind = 'enforce'",
        "期限“term_end”没有计时",
    ),
    "a timer of an earlier visit waits": (
        "UPDATE timer SET status = 'pending' WHERE hire_id = {work} AND name = 'notice_period'",
        "计时“notice_period”已没有对应的期限",
    ),
    "a place too many is taken": (
        "UPDATE opening SET taken = 0 WHERE id = (SELECT opening_id FROM hire WHERE id = {work})",
        "实际占用1个",
    ),
    "two contracts cover a day": (
        "UPDATE contract SET starts_on = '2023-01-01' WHERE hire_id = {work} AND term_no = 2",
        "合同期限重叠",
    ),
    "somebody is paid after the end": (
        "UPDATE departure SET paid_until = '2030-01-01' WHERE hire_id = {gone}",
        "超过离岗日",
    ),
    "somebody serves beyond the limit": (
        "UPDATE person SET prior_months = 30 WHERE id = (SELECT person_id FROM hire WHERE id = {work})",
        "超过36个月且没有例外",
    ),
    "a stage is set by hand": ("UPDATE hire SET stage = 'over_term' WHERE id = {work}", "审计记录不一致"),
    "a state is set by hand": ("UPDATE hire SET state = 'contracted' WHERE id = {work}", "不符"),
    "a filing is forgotten": ("UPDATE filing SET sent_on = NULL WHERE hire_id = {work}", "待备案事项与案卷不一致"),
    "serving is not said": ("UPDATE hire SET serving = false WHERE id = {work}", "在岗标记"),
}


class Undone(Exception):
    """Leaves a transaction without keeping it."""


def test_what_should_be_impossible_is_found(world: World) -> None:
    """In Xunyang, in the second year: one at work, one over term, one gone. Each fault is made, found and undone."""
    names = ("three_years", "undecided", "dismissed")
    lives = begin(world, [replace(XUNYANG, lives={name: XUNYANG.lives[name] for name in names})])
    live(world, lives, date(2023, 6, 25))
    assert [world.hire(life.hire_id).stage for life in lives] == ["renewed", "over_term", "ended"]
    places = dict(zip(("work", "over", "gone"), (life.hire_id for life in lives), strict=True))
    assert asked(world) == []
    for case, (statements, expected) in SPOILS.items():
        with pytest.raises(Undone), world.office.database.transaction() as connection:
            for statement in statements.format(**places).split("; "):
                assert connection.exec_driver_sql(statement).rowcount > 0, case
            answers = impossible(connection)
            assert any(expected in answer for answer in answers), (case, answers)
            raise Undone
    assert asked(world) == []


def test_an_empty_database_holds_nothing_impossible(world: World) -> None:
    assert asked(world) == []
