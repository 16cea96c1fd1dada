"""旬阳: a village informant from the announcement to the end of the third year (旬人社发〔2022〕88号)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from states.refusals import StepNotOffered, StepRefused
from states.vocabulary import Role, State
from tests.support.world import World, officer
from tests.support.xunyang import (
    HRSS,
    HRSS_2,
    REGIONS,
    RURAL,
    RURAL_2,
    RURAL_3,
    START,
    TOWN,
    VILLAGE,
    in_notice,
    to_contract,
)

NUMBER = "旬人社发〔2022〕88号"


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, START, REGIONS)
    yield world
    world.close()


def test_from_the_vacancy_to_the_end_of_the_third_year(world: World) -> None:
    zhang = world.a_person("张某", date(1990, 3, 5), "M", VILLAGE)
    post = world.a_post("xunyang-2022-88", "village", VILLAGE)
    hire = world.an_opening(TOWN, post, closes_on=date(2022, 6, 10)).hire_ids[0]

    # a second informant for the same village is beyond the quota
    with pytest.raises(StepRefused) as beyond:
        world.an_opening(TOWN, post)
    assert beyond.value.articles == [f"{NUMBER}二(一)"]

    world.do(hire, "apply", TOWN, person_id=zhang)
    assert world.tasks(hire) == {("stage:applied", "employer")}
    world.do(hire, "check", TOWN)
    # joint re-check: both bureaus, two natural persons, none of whom checked first
    assert isinstance(world.refused(hire, "recheck", TOWN), StepNotOffered)
    world.do(hire, "recheck", HRSS_2)
    assert world.hire(hire).stage == "checked"
    assert world.tasks(hire) == {("stage:checked", "rural")}
    assert isinstance(world.refused(hire, "recheck", HRSS_2), StepNotOffered)
    world.do(hire, "recheck", RURAL_2)
    assert world.hire(hire).state is State.QUALIFIED

    # notice: posted on a Wednesday before Dragon Boat; five working days are 6月2日、6月6日至9日
    world.do(hire, "post_notice", TOWN, posted_on=date(2022, 6, 1), boards=["镇公示栏", "村公示栏"])
    assert world.hire(hire).dossier.notice_ends_on == date(2022, 6, 9)
    world.walk_to(date(2022, 6, 9))
    assert isinstance(world.refused(hire, "report", TOWN), StepNotOffered)
    world.walk_to(date(2022, 6, 10))
    assert world.hire(hire).stage == "notice_closed"
    world.do(hire, "report", TOWN)

    # whoever submitted does not approve, under any role
    both = officer("镇干部甲", Role.HRSS, "610981", 9)
    assert world.articles(hire, "approve", both) == {"four_eyes": f"{NUMBER}四(二)3"}
    # nor does whoever has approved before in this hiring
    assert world.articles(hire, "approve", HRSS_2) == {"four_eyes": f"{NUMBER}四(二)3"}
    world.do(hire, "approve", HRSS)
    # and one natural person does not sign for two bureaus
    assert "four_eyes" in world.articles(hire, "approve", officer("人社干部乙", Role.RURAL, "610981", 8))
    world.do(hire, "approve", RURAL)

    assert world.articles(hire, "train", HRSS, held_on=date(2022, 6, 10), passed=False) == {
        "training_passed": f"{NUMBER}四(二)5"
    }
    world.do(hire, "train", HRSS, held_on=date(2022, 6, 10), passed=True)
    world.walk_to(date(2022, 6, 13))
    world.do(hire, "start", TOWN, started_on=date(2022, 6, 13))
    dossier = world.hire(hire).dossier
    assert dossier.last_lawful_on == date(2025, 6, 12)
    assert dossier.clocks["contract_due"].due_on == date(2022, 7, 13)

    world.walk_to(date(2022, 7, 1))
    world.do(hire, "sign", TOWN, signed_on=date(2022, 7, 1), number="2022-001")
    assert world.hire(hire).state is State.CONTRACTED
    assert world.hire(hire).dossier.term_ends_on == date(2023, 6, 12)
    (filing,) = world.hire(hire).dossier.filings
    assert (filing.filing, filing.due_on) == ("contract", date(2022, 7, 8))
    world.do(hire, "file", TOWN, filing="contract", seq=filing.seq, sent_on=date(2022, 7, 1))
    assert not world.hire(hire).dossier.filings

    for year in (2023, 2024):
        # no renewal without an assessment that was ruled on and passed
        world.walk_to(date(year - 1, 12, 1))
        assert ("clock:assessment_due", "employer") in world.tasks(hire)
        assert world.articles(hire, "decide_renew", TOWN, reason="拟续签")["assessment_passed"] == f"{NUMBER}四(二)5"
        world.do(hire, "assess", TOWN, year=year - 1, grade="passed")
        world.do(hire, "rule_assessment", HRSS)
        world.do(hire, "rule_assessment", RURAL)
        world.walk_to(date(year, 5, 1))
        assert ("clock:term_end", "employer") in world.tasks(hire)
        world.do(hire, "decide_renew", TOWN, reason="考核合格，继续聘用")
        world.do(hire, "sign_renewal", TOWN, signed_on=date(year, 5, 1))
        world.walk_to(date(year, 6, 12))
        assert world.hire(hire).dossier.term_no == year - 2022
        world.walk_to(date(year, 6, 13))
        assert world.hire(hire).state is State.RENEWED
        assert world.hire(hire).dossier.term_ends_on == date(year + 1, 6, 12)

    # the third year: nothing is left for a fourth
    world.walk_to(date(2024, 12, 20))
    assert ("clock:service_limit", "employer") in world.tasks(hire)
    world.do(hire, "assess", TOWN, year=2024, grade="passed")
    world.do(hire, "rule_assessment", HRSS)
    world.do(hire, "rule_assessment", RURAL)
    assert world.articles(hire, "decide_renew", TOWN, reason="拟再续") == {"months_left": f"{NUMBER}二(一)"}
    world.walk_to(date(2025, 6, 1))
    world.do(hire, "decide_end", TOWN, reason="三年期满")
    world.walk_to(date(2025, 6, 12))
    assert world.hire(hire).state is State.RENEWED
    world.walk_to(date(2025, 6, 13))
    assert world.hire(hire).state is State.DISMISSED
    dossier = world.hire(hire).dossier
    assert (dossier.ended_on, dossier.paid_until) == (date(2025, 6, 12), date(2025, 6, 12))
    assert [(f.filing, f.due_on) for f in dossier.filings if f.filing == "change"] == [("change", date(2025, 6, 20))]

    letters = world.letters(hire)
    for expected in (
        ("notice_over", "employer"),
        ("approved", "applicant"),
        ("remind_contract_due", "employer"),
        ("contract_signed", "applicant"),
        ("remind_assessment_due", "employer"),
        ("remind_term_end", "employer"),
        ("remind_service_limit", "employer"),
        ("renewal_decided", "applicant"),
        ("end_decided", "applicant"),
        ("left", "applicant"),
    ):
        assert expected in letters
    assert letters.count(("remind_service_limit", "employer")) == 4  # 180, 90, 30 and 7 days ahead
    assert letters.count(("left", "applicant")) == 1


def test_undecided_at_the_limit_is_over_term_and_never_a_fourth_year(world: World) -> None:
    hire = _on_contract(world, "李某")
    world.walk_to(date(2023, 6, 13))
    after = world.hire(hire)
    assert (after.stage, after.dossier.paid_until) == ("over_term", date(2023, 6, 12))
    before = len(world.letters(hire))
    world.walk(3)
    daily = world.letters(hire)[before:]
    assert daily.count(("remind_over_term_watch", "hrss")) == 3
    world.do(hire, "decide_leaving", TOWN, ground="term_over", effective_on=world.clock.today, reason="期满未续")
    world.walk(1)
    assert world.hire(hire).state is State.DISMISSED


def test_a_protected_period_moves_the_end(world: World) -> None:
    hire = _on_contract(world, "王某")
    world.walk_to(date(2023, 5, 20))
    world.do(hire, "decide_end", TOWN, reason="期满终止")
    world.do(hire, "protect", TOWN, kind="pregnancy", until=date(2023, 9, 30), evidence="医院证明")
    world.walk_to(date(2023, 6, 13))
    assert world.hire(hire).stage == "contracted"
    assert world.hire(hire).dossier.term_ends_on == date(2023, 9, 30)
    world.walk_to(date(2023, 10, 1))
    assert world.hire(hire).state is State.DISMISSED


def test_an_objection_stops_the_notice_until_it_is_answered(world: World) -> None:
    hire = in_notice(world, "赵某")
    world.walk_to(date(2022, 6, 8))
    objection = world.do(hire, "object", HRSS, text="有异议：条件不符").seq
    world.walk_to(date(2022, 6, 20))
    assert world.hire(hire).stage == "notice"
    world.do(hire, "dismiss_objection", RURAL_3, objection=objection, reason="经查不属实")
    world.walk_to(date(2022, 6, 21))
    assert world.hire(hire).stage == "notice_closed"

    other = in_notice(world, "钱某", village="610981100202")
    objection = world.do(other, "object", HRSS, text="隐瞒收入").seq
    world.do(other, "uphold_objection", RURAL_3, objection=objection, reason="查证属实")
    assert world.hire(other).state is State.REJECTED


def test_fifteen_days_of_sleep_are_caught_up_in_order_and_once(world: World) -> None:
    hire = _on_contract(world, "孙某")
    world.sleep_to(date(2023, 7, 28))
    acts = world.acts(hire)
    assert acts.count("overrun") == 1
    assert acts.count("remind:over_term_watch") == 1  # one catch-up notice, not forty-five
    assert acts.index("overrun") < acts.index("remind:over_term_watch")


def _on_contract(world: World, name: str) -> int:
    hire = in_notice(world, name)
    to_contract(world, hire)
    return hire


def test_two_assessments_within_one_long_term_are_both_ruled(world: World) -> None:
    """A protected term that spans a second December: the same officers rule twice in one visit of the stage."""
    hire = _on_contract(world, "周某")
    world.do(hire, "protect", TOWN, kind="medical_period", until=date(2024, 2, 28), evidence="医院证明")
    for year in (2022, 2023):
        world.walk_to(date(year, 12, 20))
        world.do(hire, "assess", TOWN, year=year, grade="passed")
        world.do(hire, "rule_assessment", HRSS)
        world.do(hire, "rule_assessment", RURAL)
        assert world.hire(hire).dossier.ruled_year == year
    assert world.hire(hire).visit == world.ask("SELECT max(visit) FROM decision WHERE hire_id = ?", hire)[0][0]
