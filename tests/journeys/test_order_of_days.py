"""What may not be written down: days before what they rest on, and rulings on what was not signed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from pydantic import ValidationError

from states.inputs import MeetingInput
from states.refusals import InputRefused, StepNotOffered
from states.vocabulary import Role
from tests.support.world import World, officer
from workflow.engine import offers_of
from workflow.openings import add_place

TOWN = officer("镇干部甲", Role.EMPLOYER, "610981100", 1)
HRSS = officer("人社干部乙", Role.HRSS, "610981", 2)
RURAL = officer("乡村振兴干部丙", Role.RURAL, "610981", 3)
HRSS_2 = officer("人社干部壬", Role.HRSS, "610981", 12)
RURAL_2 = officer("乡村振兴干部癸", Role.RURAL, "610981", 13)


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    regions = {"61": "陕西省", "610981": "旬阳市", "610981100": "城关镇", "610981100201": "示例村"}
    world = World.on(migrated_sqlite_url, date(2022, 6, 1), regions)
    yield world
    world.close()


def faults(world: World, hire: int, act: str, by: object, **payload: object) -> set[str]:
    refusal = world.refused(hire, act, by, **payload)  # type: ignore[arg-type]
    assert isinstance(refusal, InputRefused), refusal
    return set(refusal.faults)


def approved(world: World) -> int:
    person = world.a_person("张某", date(1990, 3, 5), "M", "610981100201")
    post = world.a_post("xunyang-2022-88", "village", "610981100201")
    hire = world.an_opening(TOWN, post).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=person)
    world.do(hire, "check", TOWN)
    world.do(hire, "recheck", HRSS_2)
    world.do(hire, "recheck", RURAL_2)
    world.do(hire, "post_notice", TOWN, posted_on=world.clock.today, boards=["公示栏"])
    world.walk_to(date(2022, 6, 10))
    world.do(hire, "report", TOWN)
    world.do(hire, "approve", HRSS)
    world.do(hire, "approve", RURAL)
    return hire


def test_no_day_lies_before_what_it_rests_on(world: World) -> None:
    hire = approved(world)
    assert faults(world, hire, "train", HRSS, held_on=date(2022, 6, 9), passed=True) == {"held_on"}
    world.do(hire, "train", HRSS, held_on=date(2022, 6, 10), passed=True)
    world.do(hire, "start", TOWN, started_on=date(2022, 6, 10))
    world.do(hire, "sign", TOWN, signed_on=date(2022, 6, 10))
    ending = {"ground": "off_post", "reason": "自动离岗", "evidence": "考勤表"}
    assert faults(world, hire, "decide_leaving", TOWN, effective_on=date(2022, 6, 9), **ending) == {"effective_on"}
    for noticed in (date(2022, 6, 9), date(2022, 6, 11)):  # before the first day of work, and after today
        days = {"notice_on": noticed, "effective_on": date(2022, 6, 12)}
        assert faults(world, hire, "decide_leaving", TOWN, **days, **ending) == {"notice_on"}
    world.do(hire, "assess", TOWN, year=2022, grade="passed")
    world.do(hire, "rule_assessment", HRSS)
    world.do(hire, "rule_assessment", RURAL)
    world.walk_to(date(2023, 5, 1))
    world.do(hire, "decide_renew", TOWN, reason="考核合格")
    assert faults(world, hire, "sign_renewal", TOWN, signed_on=date(2022, 6, 9)) == {"signed_on"}


def test_a_new_proposal_is_not_what_was_signed(world: World) -> None:
    hire = approved(world)
    world.do(hire, "train", HRSS, held_on=date(2022, 6, 10), passed=True)
    world.do(hire, "start", TOWN, started_on=date(2022, 6, 10))
    world.do(hire, "sign", TOWN, signed_on=date(2022, 6, 10))
    world.do(hire, "assess", TOWN, year=2022, grade="passed")
    world.do(hire, "rule_assessment", HRSS)
    world.do(hire, "assess", TOWN, year=2022, grade="failed")
    world.do(hire, "rule_assessment", RURAL)
    assert world.hire(hire).dossier.ruled_year is None
    world.do(hire, "rule_assessment", HRSS)
    assert world.hire(hire).dossier.ruled_grade == "failed"


def test_an_opening_does_not_close_before_it_is_announced(world: World) -> None:
    post = world.a_post("xunyang-2022-88", "village", "610981100201")
    with pytest.raises(InputRefused) as refused:
        world.an_opening(TOWN, post, closes_on=date(2022, 5, 31))
    assert set(refused.value.faults) == {"closes_on"}
    assert world.an_opening(TOWN, post, closes_on=date(2022, 6, 1)).hire_ids


def test_a_bureau_that_has_signed_is_not_asked_again(world: World) -> None:
    hire = approved(world)
    world.do(hire, "train", HRSS, held_on=date(2022, 6, 10), passed=True)
    world.do(hire, "start", TOWN, started_on=date(2022, 6, 10))
    world.do(hire, "sign", TOWN, signed_on=date(2022, 6, 10))
    world.do(hire, "assess", TOWN, year=2022, grade="passed")
    colleague = officer("人社干部丁", Role.HRSS, "610981", 4)
    for signed in (False, True):
        _, offered = offers_of(world.office, hire, colleague, world.clock())
        assert ("rule_assessment" in {offer.step.act for offer in offered}) is not signed
        if not signed:
            world.do(hire, "rule_assessment", HRSS)


@pytest.mark.parametrize(("in_favour", "possible"), [(9, True), (10, True), (11, False)])
def test_no_more_are_in_favour_than_present(in_favour: int, possible: bool) -> None:
    said = {"held_on": "2022-06-01", "present": 10, "in_favour": in_favour}
    if possible:
        MeetingInput.model_validate(said)
    else:
        with pytest.raises(ValidationError):
            MeetingInput.model_validate(said)


def test_whoever_takes_applications_takes_more_than_there_are_places(world: World) -> None:
    """聊城: the county announces, the township carries out; a second applicant is the township's to register."""
    world.add_regions({"37": "山东省", "371502": "东昌府区", "371502100": "示例镇", "371502100201": "示例村"})
    post = world.a_post("liaocheng-2022-4", "rural", "371502100201")
    county = officer("区人社", Role.HRSS, "371502", 5)
    town = officer("镇经办", Role.TOWNSHIP, "371502100", 6)
    opening = world.an_opening(county, post).opening_id
    assert world.hire(add_place(world.office, opening, town, world.clock())).stage == "vacancy"
    finance = officer("财政干部", Role.FINANCE, "371502", 7)
    with pytest.raises(StepNotOffered):
        add_place(world.office, opening, finance, world.clock())
