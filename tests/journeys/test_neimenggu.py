"""内蒙古: a village coordinator through two notices to a fourth year (内乡振发〔2022〕10号)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from states.facts import Actor, Grant
from states.inputs import Override
from states.refusals import StepNotOffered, StepRefused
from states.vocabulary import Role, State
from tests.support.world import World, officer

NUMBER = "内乡振发〔2022〕10号"
DOCUMENT = "neimenggu-2022-10"
VILLAGE = "150426100201"
REGIONS = {"15": "内蒙古自治区", "150426": "翁牛特旗", "150426100": "示例苏木", VILLAGE: "示例嘎查"}
FORMS = ("村民代表会议", "公示公告", "入户宣传")

HEAD = officer("嘎查干部甲", Role.VILLAGE, VILLAGE, 1)
TOWN = officer("苏木干部乙", Role.TOWNSHIP, "150426100", 2)
EMPLOYER = officer("选聘主体丙", Role.EMPLOYER, "150426100", 3)
SECOND = officer("选聘主体丁", Role.EMPLOYER, "150426100", 4)
HRSS = officer("人社干部戊", Role.HRSS, "150426", 5)
RURAL = officer("乡村振兴干部己", Role.RURAL, "150426", 6)

KNOWN = {"by": "苏木乡镇政府", "on": "2021-12-31"}
HERDER = {"farmer": KNOWN, "lifted": KNOWN}
STATEMENTS = ["responsible", "computer_skill"]


def _served(world: World, hire: int, year: int) -> None:
    """Nothing is ruled before those served were heard in that very year, and nobody may waive it."""
    article = {"served_took_part": f"{NUMBER}第十二条"}
    waived = {"overrides": [{"guard": "served_took_part", "reason": "来不及调查"}]}
    assert world.articles(hire, "rule_assessment", SECOND, **waived) == article
    survey = {"held_on": world.clock.today, "satisfied": 9, "took_part": "服务对象农牧民"}
    world.do(hire, "note_survey", EMPLOYER, year=year, asked=10, **survey)


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, date(2022, 5, 10), REGIONS)
    yield world
    world.close()


def _post(world: World, **more: Any) -> int:
    values: dict[str, Any] = {"sources": ["village_economy"], "counted_workers": 100, "subsidy_cap_fen": 140000}
    return world.a_post(DOCUMENT, "village", VILLAGE, **(values | more))


def _person(world: World, name: str = "巴某", **more: Any) -> int:
    values: dict[str, Any] = {"categories": HERDER, "statements": STATEMENTS, "education": "junior_secondary"}
    born = more.pop("born", date(1985, 6, 1))
    return world.a_person(name, born, more.pop("sex", "M"), more.pop("home", VILLAGE), **(values | more))


def test_from_the_vacancy_through_three_years_to_a_lawful_fourth(world: World) -> None:
    post = _post(world)
    ba = _person(world)
    with pytest.raises(StepNotOffered):
        world.an_opening(HRSS, post, boards=FORMS)
    hire = world.an_opening(HEAD, post, boards=FORMS).hire_ids[0]
    assert world.tasks(hire) == {("stage:vacancy", "village"), ("stage:vacancy", "employer")}
    world.do(hire, "apply", HEAD, person_id=ba, route="recommended")
    assert world.tasks(hire) == {("stage:applied", "village")}
    world.do(hire, "check", HEAD)
    assert world.tasks(hire) == {("stage:checked", "village")}

    # the villagers' meeting: more than half of those present
    meeting: dict[str, Any] = {"held_on": date(2022, 5, 10), "present": 20}
    assert world.articles(hire, "hold_meeting", HEAD, **meeting, in_favour=10) == {"meeting_held": f"{NUMBER}第八条"}
    world.do(hire, "hold_meeting", HEAD, **meeting, in_favour=11)
    assert world.hire(hire).state is State.QUALIFIED
    assert world.tasks(hire) == {("stage:qualified", "village")}

    # the village's notice: five working days of its own
    world.walk_to(date(2022, 5, 11))
    world.do(hire, "post_notice", HEAD, posted_on=date(2022, 5, 11), boards=["嘎查公示栏"])
    assert (world.hire(hire).dossier.notice_round, world.hire(hire).dossier.notice_ends_on) == (1, date(2022, 5, 18))
    assert world.tasks(hire) == set()
    world.walk_to(date(2022, 5, 18))
    assert world.hire(hire).stage == "notice"
    world.walk_to(date(2022, 5, 19))
    assert world.tasks(hire) == {("stage:village_noticed", "township")}
    assert world.hire(hire).dossier.clocks["township_review"].due_on == date(2022, 5, 26)

    # the township reviews and posts for another five; it may not be who posted in the village
    world.walk_to(date(2022, 5, 20))
    posting: dict[str, Any] = {"posted_on": date(2022, 5, 20), "boards": ["苏木公示栏"]}
    too = officer("嘎查干部甲", Role.TOWNSHIP, "150426100", 9)
    assert world.articles(hire, "review_and_post", too, **posting) == {"four_eyes": f"{NUMBER}第八条"}
    world.do(hire, "review_and_post", TOWN, **posting)
    dossier = world.hire(hire).dossier
    assert (dossier.notice_round, dossier.notice_ends_on) == (2, date(2022, 5, 27))
    sql = "SELECT round, posted_on, ends_on FROM notice WHERE hire_id = ? ORDER BY seq"
    rounds = [tuple(map(str, row)) for row in world.ask(sql, hire)]
    assert rounds == [("1", "2022-05-11", "2022-05-18"), ("2", "2022-05-20", "2022-05-27")]

    # an objection in the second notice stops it until the banner has answered
    world.walk_to(date(2022, 5, 25))
    objection = world.do(hire, "object", HEAD, text="有异议：不是本嘎查农牧民").seq
    assert world.tasks(hire) == {("objection", "hrss"), ("objection", "rural")}
    world.walk_to(date(2022, 5, 30))
    assert world.hire(hire).stage == "notice_township"
    assert isinstance(world.refused(hire, "record_filing", RURAL), StepNotOffered)
    assert isinstance(
        world.refused(hire, "dismiss_objection", TOWN, objection=objection, reason="不属实"), StepNotOffered
    )
    town_too = officer("苏木干部乙", Role.HRSS, "150426", 8)
    assert world.articles(hire, "dismiss_objection", town_too, objection=objection, reason="不属实") == {
        "four_eyes": f"{NUMBER}第八条"
    }
    world.do(hire, "dismiss_objection", HRSS, objection=objection, reason="户籍核查属实，异议不成立")
    world.walk_to(date(2022, 5, 31))
    assert world.hire(hire).stage == "county_filing"
    sql = "SELECT closed_on FROM notice WHERE hire_id = ? ORDER BY seq"
    assert [str(row[0]) for row in world.ask(sql, hire)] == ["2022-05-19", "2022-05-28"]
    assert world.tasks(hire) == {("stage:county_filing", "hrss"), ("stage:county_filing", "rural")}

    # filed by either department of the banner; the agreement does not wait for the training
    world.do(hire, "record_filing", RURAL)
    assert world.tasks(hire) == {("stage:filed", "employer")}
    world.do(hire, "train", TOWN, held_on=date(2022, 5, 31), passed=True)
    assert (world.hire(hire).state, world.tasks(hire)) == (State.TRAINED, {("stage:trained", "employer")})
    world.walk_to(date(2022, 6, 1))
    early = world.articles(hire, "sign", EMPLOYER, signed_on=date(2022, 5, 30))
    assert early == {"signing_order": f"{NUMBER}第八条、第九条"}
    world.do(hire, "sign", EMPLOYER, signed_on=date(2022, 6, 1))
    dossier = world.hire(hire).dossier
    assert (dossier.started_on, dossier.term_ends_on, dossier.last_lawful_on) == (
        date(2022, 6, 1),
        date(2023, 5, 31),
        None,
    )
    assert world.tasks(hire) == set()
    world.do(hire, "train_on_post", TOWN, held_on=date(2022, 6, 1), passed=True)

    for year in (2022, 2023, 2024):
        world.walk_to(date(year, 12, 1))
        assert world.tasks(hire) == {("clock:assessment_due", "employer")}
        assert set(world.articles(hire, "decide_renew", EMPLOYER, reason="拟续聘").values()) == {f"{NUMBER}第九条"}
        world.do(hire, "assess", EMPLOYER, year=year, grade="passed", skilled=True, evidence="群众满意度调查")
        _served(world, hire, year)
        assert world.articles(hire, "rule_assessment", EMPLOYER) == {"four_eyes": f"{NUMBER}第十二条"}
        world.do(hire, "rule_assessment", SECOND)
        world.walk_to(date(year + 1, 5, 20))
        world.do(hire, "decide_renew", EMPLOYER, reason="考核合格并熟练掌握技能")
        world.do(hire, "sign_renewal", EMPLOYER, signed_on=date(year + 1, 5, 20))
        world.walk_to(date(year + 1, 6, 1))
        assert world.hire(hire).dossier.term_no == year - 2020

    # a fourth year, which no limit of months forbids here
    dossier = world.hire(hire).dossier
    assert (dossier.term_no, dossier.term_ends_on, dossier.last_lawful_on) == (4, date(2026, 5, 31), None)

    # until the post is cancelled by policy: thirty days' notice, and three departments are told
    world.walk_to(date(2025, 8, 1))
    ground: dict[str, Any] = {"ground": "post_cancelled", "reason": "岗位政策调整", "notice_on": date(2025, 8, 1)}
    bare = world.articles(hire, "decide_leaving", EMPLOYER, **ground, effective_on=date(2025, 9, 30))
    assert bare == {"ground_evidence": f"{NUMBER}第十四条"}
    ground["evidence"] = "旗县调整文件"
    short = world.articles(hire, "decide_leaving", EMPLOYER, **ground, effective_on=date(2025, 8, 30))
    assert short == {"ground_notice": "《劳动合同法》第四十条"}
    world.do(hire, "decide_leaving", EMPLOYER, **ground, effective_on=date(2025, 8, 31))
    world.walk_to(date(2025, 8, 31))
    assert world.hire(hire).state is State.RENEWED
    world.walk_to(date(2025, 9, 1))
    dossier = world.hire(hire).dossier
    assert (world.hire(hire).state, dossier.ended_on, dossier.leaving_ground) == (
        State.DISMISSED,
        date(2025, 8, 31),
        "post_cancelled",
    )
    assert [(f.filing, f.by, f.due_on) for f in dossier.filings] == [("change", Role.EMPLOYER, date(2025, 9, 8))]
    (receivers,) = world.ask("SELECT to_roles FROM filing WHERE hire_id = ?", hire)
    assert receivers == (["rural", "hrss", "finance"],)
    (owed,) = dossier.filings
    world.do(hire, "file", EMPLOYER, filing="change", seq=owed.seq, sent_on=date(2025, 9, 1))
    assert world.tasks(hire) == set()

    employer = "employer"
    yearly = [
        ("remind_assessment_due", employer),
        ("remind_term_end", employer),  # 60 and 30 days ahead
        ("remind_term_end", employer),
        ("renewal_decided", "applicant"),
        ("contract_signed", "applicant"),
        ("remind_term_end", employer),
    ]
    assert world.letters(hire) == [
        ("notice_over", "township"),
        ("objection_lodged", "hrss"),
        ("objection_lodged", "rural"),
        ("blocked", "hrss"),  # the notice could not end: whoever answers objections is told
        ("blocked", "rural"),
        ("notice_over", "hrss"),
        ("approved", "applicant"),
        ("contract_signed", "applicant"),
        *yearly,
        *yearly,
        *yearly,
        ("leaving_decided", "applicant"),
        ("left", "applicant"),
    ]


def _filed(world: World, **person: Any) -> int:
    """Through both notices, filed on the morning after the second."""
    hire = world.an_opening(HEAD, _post(world), boards=FORMS).hire_ids[0]
    world.do(hire, "apply", HEAD, person_id=_person(world, **person))
    today = world.clock.today
    world.do(hire, "check", HEAD)
    world.do(hire, "hold_meeting", HEAD, held_on=today, present=20, in_favour=11)
    for act, by in (("post_notice", HEAD), ("review_and_post", TOWN)):
        world.do(hire, act, by, posted_on=world.clock.today, boards=["公示栏"])
        ends = world.hire(hire).dossier.notice_ends_on
        assert ends is not None
        world.walk_to(ends + timedelta(days=1))
    world.do(hire, "record_filing", HRSS)
    return hire


@pytest.mark.parametrize("order", ["before", "on post", "never"])
def test_training_comes_wherever_it_comes(world: World, order: str) -> None:
    hire = _filed(world)
    today = world.clock.today
    if order == "before":
        world.do(hire, "train_again", TOWN, held_on=today, passed=False)
        failed = world.articles(hire, "train", TOWN, held_on=today, passed=False)
        assert failed == {"training_passed": f"{NUMBER}第十一条"}
        world.do(hire, "train", TOWN, held_on=today, passed=True)
    world.do(hire, "sign", EMPLOYER, signed_on=today)
    if order == "on post":
        world.do(hire, "train_on_post", TOWN, held_on=today, passed=True)
    assert world.hire(hire).state is State.CONTRACTED
    assert world.hire(hire).dossier.training_passed is (None if order == "never" else True)


@pytest.mark.parametrize(
    ("grade", "skilled", "stopping"),
    [
        ("passed", True, set()),
        ("passed", False, {"skilled"}),
        ("passed", None, {"skilled"}),
        ("failed", True, {"assessment_passed"}),
    ],
)
def test_renewal_asks_for_a_passed_year_and_for_skill(
    world: World, grade: str, skilled: bool | None, stopping: set[str]
) -> None:
    hire = _filed(world)
    world.do(hire, "sign", EMPLOYER, signed_on=world.clock.today)
    world.walk_to(date(2022, 12, 1))
    world.do(hire, "assess", EMPLOYER, year=2022, grade=grade, skilled=skilled)
    assert "skilled" in world.articles(hire, "decide_renew", EMPLOYER, reason="拟续聘")  # proposed is not found yet
    _served(world, hire, 2022)
    world.do(hire, "rule_assessment", SECOND)
    if stopping:
        refusal = world.articles(hire, "decide_renew", EMPLOYER, reason="拟续聘")
        assert refusal == {guard: f"{NUMBER}第九条" for guard in stopping}
        world.walk_to(date(2023, 1, 10))
        world.do(hire, "assess", EMPLOYER, year=2023, grade="passed", skilled=True)
        assert world.articles(hire, "decide_renew", EMPLOYER, reason="拟续聘") == refusal
    else:
        world.do(hire, "decide_renew", EMPLOYER, reason="符合三项条件")


def test_the_money_decides_who_may_be_hired(world: World) -> None:
    article = {"funding_requires": f"{NUMBER}第十条"}
    only_farmer = {"farmer": KNOWN}
    cases: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
        ({"sources": ["village_economy"]}, {"categories": only_farmer}, True),
        ({"sources": ["employment_subsidy"]}, {"categories": only_farmer}, False),
        ({"sources": ["village_economy", "photovoltaic"]}, {"categories": only_farmer}, False),
        ({"sources": ["linking_fund"]}, {"categories": {"farmer": KNOWN, "monitored": KNOWN}}, True),
        ({"sources": ["employment_subsidy"], "registered": False}, {"categories": HERDER}, False),
        ({"sources": []}, {"categories": HERDER}, False),
    ]
    for number, (post, person, passes) in enumerate(cases):
        many = post | {"counted_workers": 600}
        hire = None
        village = f"1504261003{number:02}"
        world.add_regions({village: f"嘎查{number}"})
        post_id = world.a_post(DOCUMENT, "village", village, **({"subsidy_cap_fen": 140000} | many))
        hire = world.an_opening(officer("旗县", Role.EMPLOYER, "150426", 7), post_id, boards=FORMS).hire_ids[0]
        head = officer("嘎查干部", Role.VILLAGE, village, 20)
        world.do(hire, "apply", head, person_id=_person(world, f"人{number}", home=village, **person))
        if passes:
            assert world.do(hire, "check", head).stage == "checked"
        else:
            assert world.articles(hire, "check", head) == article, post


@pytest.mark.parametrize(("born", "passes"), [("1966-05-11", True), ("1966-05-10", False)])
def test_fifty_five_in_principle_with_a_reason_beyond(world: World, born: str, passes: bool) -> None:
    hire = world.an_opening(HEAD, _post(world), boards=FORMS).hire_ids[0]
    world.do(hire, "apply", HEAD, person_id=_person(world, born=date.fromisoformat(born)))
    if passes:
        world.do(hire, "check", HEAD)
        return
    assert world.articles(hire, "check", HEAD) == {"age_between": f"{NUMBER}第七条"}
    override = {"guard": "age_between", "reason": "嘎查没有更年轻的合适人选"}
    done = world.do(hire, "check", HEAD, overrides=[override])
    assert [a.overridden for a in done.answers if a.overridden] == ["嘎查没有更年轻的合适人选"]


def test_eighteen_is_firm(world: World) -> None:
    hire = world.an_opening(HEAD, _post(world), boards=FORMS).hire_ids[0]
    world.do(hire, "apply", HEAD, person_id=_person(world, born=date(2004, 5, 11)))
    override = {"guard": "age_between", "reason": "嘎查没有其他合适人选"}
    assert world.articles(hire, "check", HEAD, overrides=[override]) == {"age_between": f"{NUMBER}第七条"}


@pytest.mark.parametrize(("counted", "places", "announced"), [(100, 1, True), (100, 2, False), (29, 1, False)])
def test_the_number_of_people_decides_how_many_posts(world: World, counted: int, places: int, announced: bool) -> None:
    post = _post(world, counted_workers=counted)
    if announced:
        assert len(world.an_opening(HEAD, post, places, boards=FORMS).hire_ids) == places
        return
    with pytest.raises(StepRefused) as refused:
        world.an_opening(HEAD, post, places, boards=FORMS)
    assert refused.value.articles == [f"{NUMBER}第四条"]


def test_pay_above_the_local_subsidy_needs_an_officer_with_a_number(world: World) -> None:
    post = _post(world, subsidy_cap_fen=139999)
    with pytest.raises(StepRefused) as refused:
        world.an_opening(HEAD, post, boards=FORMS)
    assert refused.value.articles == [f"{NUMBER}第十条"]
    numbered = Override(guard="pay_cap", reason="服务强度大", approval_no="旗人社〔2022〕5号")
    with pytest.raises(StepRefused):  # the village may not set it aside
        world.an_opening(HEAD, post, boards=FORMS, overrides=[numbered])
    grants = (Grant(Role.EMPLOYER, "150426"), Grant(Role.RURAL, "150426"))
    banner = Actor(30, "旗县干部", "旗县干部", grants)
    with pytest.raises(StepRefused):
        world.an_opening(banner, post, boards=FORMS, overrides=[Override(guard="pay_cap", reason="服务强度大")])
    assert world.an_opening(banner, post, boards=FORMS, overrides=[numbered]).hire_ids


def test_undecided_the_agreement_runs_out_and_pay_stops(world: World) -> None:
    hire = _filed(world)
    world.do(hire, "sign", EMPLOYER, signed_on=world.clock.today)
    ends = world.hire(hire).dossier.term_ends_on
    assert ends is not None
    world.walk_to(ends + timedelta(days=1))
    after = world.hire(hire)
    assert (after.stage, after.dossier.paid_until) == ("over_term", ends)
    letters = world.letters(hire)
    daily = [("remind_over_term_watch", role) for role in ("employer", "hrss", "rural")]
    assert letters[-5:] == [("over_term", "employer"), ("over_term", "hrss"), *daily]
