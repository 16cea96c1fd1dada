"""A year's points on both databases: noted, proposed, struck, refused, proposed anew, ruled on; the trail tells all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from states.facts import dossier_to_json
from states.points import CORRECTED, in_points
from states.refusals import InputRefused, NoSuchHire, StepNotOffered, StepRefused
from tests.journeys.test_baihe import EMPLOYER, HEAD, HRSS, REGIONS, RURAL, TOWN
from tests.journeys.test_baihe import _contracted as at_work
from tests.support.world import World, colleague
from tests.workflow.test_replay_of_lives import asked, replayed
from workflow.audit import verify
from workflow.engine import Done, bulk

ARTICLE = "白人社发〔2022〕72号第十九条"
YEAR = {"year": 2022, "evidence": "佐证材料1号"}
PRIZE = {**YEAR, "item": "bonus_commended", "level": "county", "matter": "县级先进集体"}
WRONG = {**YEAR, "item": "minus_inspection", "level": "city", "number": 4, "matter": "市级检查"}
CHECK = {**YEAR, "item": "bonus_phone_check", "month": 11, "listed": 101, "asked": 11, "correct": 10}


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, date(2022, 6, 13), REGIONS)
    yield world
    world.close()


def points(world: World, hire: int) -> list[Any]:
    return world.ask("SELECT seq, item, tenths, struck_seq FROM point WHERE hire_id = ? ORDER BY seq", hire)


def test_what_is_ruled_on_is_what_was_shown(world: World) -> None:
    hire = at_work(world)
    world.walk_to(date(2022, 12, 1))
    prize = world.do(hire, "note_point", HEAD, **PRIZE).seq
    wrong = world.do(hire, "note_point", HRSS, **WRONG).seq
    check = world.do(hire, "note_point", HRSS, **CHECK).seq
    # 100 + 1 − 4 × 3 + 4 for ten of eleven, which is 90.9 %
    assert points(world, hire) == [
        (prize, "bonus_commended", 10, None), (wrong, "minus_inspection", -120, None),
        (check, "bonus_phone_check", 40, None),
    ]  # fmt: skip
    refused = world.refused(hire, "assess", HEAD, year=2022, points="100")
    assert isinstance(refused, InputRefused) and "93分" in refused.faults["points"].text()
    world.do(hire, "assess", HEAD, year=2022)
    world.do(hire, "review_assessment", TOWN)
    world.do(hire, "rule_assessment", HRSS)

    # a point is struck while one bureau has signed and the other has not
    world.do(hire, "strike_point", RURAL, seq=wrong, reason="市级检查更正了结果")
    assert world.articles(hire, "rule_assessment", RURAL) == {"assessment_proposed": ARTICLE}
    first = world.hire(hire).dossier.proposed_seq
    world.do(hire, "assess", HEAD, year=2022, points="105")
    assert world.hire(hire).dossier.signatures == (), "what was signed was another proposal"
    assert world.articles(hire, "rule_assessment", RURAL) == {"assessment_reviewed": ARTICLE}
    world.do(hire, "review_assessment", TOWN)
    world.do(hire, "rule_assessment", RURAL)
    world.do(hire, "rule_assessment", HRSS)

    dossier = world.hire(hire).dossier
    assert (dossier.ruled_year, dossier.ruled_grade, dossier.points) == (2022, "excellent", ())
    old, new = world.ask(
        "SELECT seq, points_tenths, items, ruled_seq FROM assessment WHERE hire_id = ? ORDER BY 1", hire
    )
    assert (old[0], old[1], old[3]) == (first, 930, None)
    assert new[1] == 1050 and new[3] is not None
    assert [(line["notes"], line["tenths"]) for line in new[2]] == [([], 1000), ([prize], 10), ([check], 40)]
    assert sum(line["tenths"] for line in old[2]) == 930

    assert replayed(world, hire)["dossier"] == dossier_to_json(dossier)
    assert verify(world.office).faults == []
    (body,) = world.ask("SELECT body FROM audit_entry WHERE hire_id = ? AND seq = ?", hire, prize)[0]
    assert "县级先进集体" not in str(body) and "佐证材料" not in str(body)
    the_total_is_set_right_by_a_second_person(world, hire)


def the_total_is_set_right_by_a_second_person(world: World, hire: int) -> None:
    """A point of the ruled year was wrong: the total is another, the grade with it, and the difference is a line."""
    (number, items), ruled = stands(world, hire)[0][::2], world.hire(hire).dossier
    assert isinstance(
        world.refused(hire, "strike_point", HRSS, seq=items[1]["notes"][0], reason="登记有误"), InputRefused
    )
    told = {"entry": number, "reason": "先进集体是另一人", "evidence": "表彰文件"}
    for points, fault in (("-1", "points"), ("105", "values"), ("一百", "points")):
        refused = world.refused(hire, "propose_correction", HRSS, values={"points": points}, **told)
        assert isinstance(refused, InputRefused) and set(refused.faults) == {fault}
    for points, grade, further in (
        ("89.9", "passed", ["-15.1"]),
        ("69.5", "basically_passed", ["-35.5"]),
        ("105", "excellent", []),
    ):
        proposed = world.do(hire, "propose_correction", HRSS, values={"points": points}, **told).seq
        assert isinstance(world.refused(hire, "confirm_correction", HRSS, correction=proposed), StepRefused)
        world.do(hire, "confirm_correction", RURAL, correction=proposed, acknowledged=True)
        assert world.hire(hire).dossier.ruled_grade == grade
        _, tenths, lines = stands(world, hire)[0]
        assert tenths == sum(line["tenths"] for line in lines) and in_points(tenths) == points
        assert [in_points(line["tenths"]) for line in lines if line["item"] == CORRECTED] == further
        assert verify(world.office).faults == []
        assert replayed(world, hire)["dossier"] == dossier_to_json(world.hire(hire).dossier)
    assert stands(world, hire)[0][2] == items
    assert world.hire(hire).dossier.with_(clocks={}) == ruled.with_(clocks={}), "there and back again"


def stands(world: World, hire: int) -> list[tuple[int, int, Any]]:
    """The assessment that was ruled on and that holds: its first entry, its total and its lines."""
    sql = "SELECT coalesce(corrects_seq, seq), points_tenths, items FROM assessment"
    found = world.ask(f"{sql} WHERE hire_id = ? AND ruled_seq IS NOT NULL AND corrected_by IS NULL", hire)
    return [(row[0], row[1], row[2]) for row in found]


def test_a_point_changed_behind_the_trail_is_found(world: World) -> None:
    hire = at_work(world)
    seq = world.do(hire, "note_point", HRSS, **WRONG).seq
    struck = world.do(hire, "strike_point", HRSS, seq=seq, reason="重复登记").seq
    for change, back in (("tenths = 0", "tenths = -120"), ("struck_seq = NULL", f"struck_seq = {struck}")):
        with world.office.database.transaction() as connection:
            connection.exec_driver_sql(f"UPDATE point SET {change} WHERE hire_id = {hire}")
        assert [(fault.seq, fault.kind) for fault in verify(world.office, hire).faults] == [(seq, "record")]
        if "struck_seq" in change:
            assert asked(world) == [f"第{hire}号聘用的加分扣分与案卷不一致"]
        with world.office.database.transaction() as connection:
            connection.exec_driver_sql(f"UPDATE point SET {back} WHERE hire_id = {hire}")
    assert verify(world.office, hire).faults == []
    assert asked(world) == []


def test_a_late_ruling_clears_its_own_year_and_many_are_noted_at_once(world: World) -> None:
    """What was noted in January for the new year stays when the old one is ruled on in February."""
    hire = at_work(world)
    world.walk_to(date(2022, 12, 21))
    assert ("remind_assessment_due", "hrss") in world.letters(hire), "a day late, one level up"
    world.walk_to(date(2023, 1, 9))
    done = bulk(world.office, [hire, hire + 1000], "note_point", HRSS, world.clock(), {**WRONG, "year": 2023})
    assert [type(one) for one in done] == [Done, NoSuchHire]
    world.do(hire, "assess", HEAD, year=2022)
    world.do(hire, "review_assessment", TOWN)
    for bureau in (HRSS, RURAL):
        world.do(hire, "rule_assessment", bureau)
    dossier = world.hire(hire).dossier
    assert [note.year for note in dossier.points] == [2023]
    assert dossier.clocks["assessment_due"].due_on == date(2023, 12, 20)
    refused = world.refused(hire, "note_point", HEAD, **PRIZE)
    assert isinstance(refused, InputRefused) and set(refused.faults) == {"year"}
    assert verify(world.office).faults == []


def test_who_may_note_and_for_whom_it_is_over(world: World) -> None:
    hire = at_work(world)
    assert isinstance(world.refused(hire, "note_point", EMPLOYER, **PRIZE), StepNotOffered)
    world.do(hire, "note_point", colleague(HEAD), **PRIZE)
    world.do(hire, "resign", HEAD, given_on=world.clock.today, leave_on=date(2022, 7, 10))
    world.walk_to(date(2022, 7, 11))
    assert world.hire(hire).stage == "ended"
    assert isinstance(world.refused(hire, "note_point", HEAD, **WRONG), StepNotOffered)
