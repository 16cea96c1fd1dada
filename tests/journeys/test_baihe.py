"""白河: a village coordinator without any public notice, from the vacancy to the exit (白人社发〔2022〕72号)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from states.refusals import StepNotOffered, StepRefused
from states.vocabulary import Role, State
from tests.support.world import World, officer

NUMBER = "白人社发〔2022〕72号"
DOCUMENT = "baihe-2022-72"
VILLAGE = "610929100201"
REGIONS = {"61": "陕西省", "610929": "白河县", "610929100": "示例镇", VILLAGE: "示例村"}

HEAD = officer("村干部甲", Role.VILLAGE, VILLAGE, 1)
TOWN = officer("镇干部乙", Role.TOWNSHIP, "610929100", 2)
EMPLOYER = officer("镇人事丙", Role.EMPLOYER, "610929100", 3)
COMPANY = officer("公司培训丁", Role.COMPANY, "610929", 4)
HRSS = officer("人社干部戊", Role.HRSS, "610929", 5)
RURAL = officer("乡村振兴干部己", Role.RURAL, "610929", 6)


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, date(2022, 6, 13), REGIONS)
    yield world
    world.close()


def test_from_the_vacancy_to_the_end_of_the_third_year(world: World) -> None:
    he = world.a_person("何某", date(1990, 3, 5), "F", VILLAGE)
    post = world.a_post(DOCUMENT, "village", VILLAGE)
    with pytest.raises(StepNotOffered):  # the village organises the selection
        world.an_opening(TOWN, post)
    hire = world.an_opening(HEAD, post, closes_on=date(2022, 6, 20)).hire_ids[0]
    with pytest.raises(StepRefused) as second:
        world.an_opening(HEAD, post)
    assert second.value.articles == [f"{NUMBER}第五条"]
    assert world.tasks(hire) == {("stage:vacancy", "village")}

    world.do(hire, "apply", HEAD, person_id=he)
    assert world.tasks(hire) == {("stage:applied", "village")}
    world.do(hire, "check", HEAD)
    assert world.tasks(hire) == {("stage:qualified", "village")}
    assert isinstance(world.refused(hire, "approve", TOWN), StepNotOffered)  # the village chooses first
    world.do(hire, "choose", HEAD)
    assert world.tasks(hire) == {("stage:chosen", "township")}
    # there is no notice to post in this document, by anybody
    for who in (HEAD, TOWN, EMPLOYER, HRSS):
        posting = {"posted_on": date(2022, 6, 13), "boards": ["村公示栏"]}
        assert isinstance(world.refused(hire, "post_notice", who, **posting), StepNotOffered)

    # the township approves what the village chose: two natural persons
    village_too = officer("村干部甲", Role.TOWNSHIP, "610929100", 9)
    assert world.articles(hire, "approve", village_too) == {"four_eyes": f"{NUMBER}第六条"}
    world.do(hire, "approve", TOWN)
    assert world.tasks(hire) == {("stage:town_approved", "hrss")}
    # the county files it: five working days from Monday the 13th
    assert world.hire(hire).dossier.clocks["selection_filing"].due_on == date(2022, 6, 20)
    assert isinstance(world.refused(hire, "record_filing", TOWN), StepNotOffered)
    world.walk_to(date(2022, 6, 21))  # a day late: told on the day and on the day after
    assert world.tasks(hire) == {("stage:town_approved", "hrss"), ("clock:selection_filing", "hrss")}
    world.do(hire, "record_filing", HRSS)
    assert world.tasks(hire) == {("stage:filed", "company")}

    # training, then the agreement, then the first day
    failed = world.articles(hire, "train", COMPANY, held_on=date(2022, 6, 21), passed=False)
    assert failed == {"training_passed": f"{NUMBER}第六条"}
    world.do(hire, "train_again", COMPANY, held_on=date(2022, 6, 21), passed=False)
    world.do(hire, "train", COMPANY, held_on=date(2022, 6, 21), passed=True)
    assert world.tasks(hire) == {("stage:trained", "employer")}
    assert isinstance(world.refused(hire, "start", EMPLOYER, started_on=date(2022, 6, 21)), StepNotOffered)
    world.walk_to(date(2022, 6, 22))
    world.do(hire, "sign_agreement", EMPLOYER, signed_on=date(2022, 6, 22))
    assert world.hire(hire).state is State.TRAINED
    early = world.articles(hire, "start", EMPLOYER, started_on=date(2022, 6, 21))
    assert early == {"agreement_signed": f"{NUMBER}第六条"}
    world.do(hire, "start", EMPLOYER, started_on=date(2022, 6, 22))
    dossier = world.hire(hire).dossier
    assert (dossier.clocks["contract_due"].due_on, dossier.last_lawful_on) == (date(2022, 7, 22), date(2025, 6, 21))
    assert world.tasks(hire) == {("stage:on_post", "employer")}

    # the labour contract within the month, filed within five working days
    world.walk_to(date(2022, 7, 22))
    assert ("clock:contract_due", "employer") in world.tasks(hire)
    done = world.do(hire, "sign", EMPLOYER, signed_on=date(2022, 7, 22), number="2022-1")
    (in_time,) = [answer for answer in done.answers if answer.guard == "signed_in_time"]
    assert in_time.verdict.passed
    dossier = world.hire(hire).dossier
    assert (dossier.term_starts_on, dossier.term_ends_on) == (date(2022, 6, 22), date(2023, 6, 21))
    assert [(f.filing, f.by, f.due_on) for f in dossier.filings] == [("contract", Role.EMPLOYER, date(2022, 7, 29))]
    _file_all(world, hire)
    assert world.tasks(hire) == set()

    points = {2022: "75.5", 2023: "60.0", 2024: "90.0"}
    grades = {2022: "passed", 2023: "basically_passed", 2024: "excellent"}
    for year in (2022, 2023, 2024):
        world.walk_to(date(year, 11, 19))
        assert ("clock:assessment_due", "village") not in world.tasks(hire)
        world.walk_to(date(year, 11, 20))  # thirty days before 20 December
        assert {("clock:assessment_due", "village"), ("clock:assessment_due", "township")} <= world.tasks(hire)
        assert world.hire(hire).dossier.clocks["assessment_due"].due_on == date(year, 12, 20)
        assert world.articles(hire, "review_assessment", TOWN) == {"assessment_proposed": f"{NUMBER}第十九条"}
        _assess(world, hire, year, points[year])
        assert world.hire(hire).dossier.ruled_grade == grades[year]
        if year == 2024:
            break
        world.walk_to(date(year + 1, 5, 30))
        world.do(hire, "decide_renew", EMPLOYER, reason="考核合格")
        world.do(hire, "sign_renewal", EMPLOYER, signed_on=date(year + 1, 5, 30))
        _file_all(world, hire)
        world.walk_to(date(year + 1, 6, 21))
        assert world.hire(hire).dossier.term_no == year - 2021
        world.walk_to(date(year + 1, 6, 22))
        assert (world.hire(hire).state, world.hire(hire).dossier.term_ends_on) == (
            State.RENEWED,
            date(year + 2, 6, 21),
        )

    assert world.articles(hire, "decide_renew", EMPLOYER, reason="拟再续") == {"months_left": f"{NUMBER}第九条"}
    world.walk_to(date(2025, 6, 2))
    world.do(hire, "decide_end", EMPLOYER, reason="三年期满")
    world.walk_to(date(2025, 6, 22))
    assert world.hire(hire).state is State.DISMISSED
    dossier = world.hire(hire).dossier
    assert (dossier.ended_on, dossier.paid_until) == (date(2025, 6, 21), date(2025, 6, 21))
    assert [(f.filing, f.by, f.due_on) for f in dossier.filings] == [("change", Role.EMPLOYER, date(2025, 6, 27))]
    receivers = {
        name: roles for name, roles in world.ask("SELECT filing, to_roles FROM filing WHERE hire_id = ?", hire)
    }
    assert receivers == {"contract": ["hrss"], "assessment": ["hrss", "rural"], "change": ["hrss", "rural"]}
    _file_all(world, hire)
    assert world.tasks(hire) == set()
    states = {row[0] for row in world.ask("SELECT to_stage FROM audit_entry WHERE hire_id = ?", hire)}
    assert not any("notice" in stage for stage in states)

    employer, both = "employer", [("remind_assessment_due", "village"), ("remind_assessment_due", "township")]
    yearly = [
        *both,
        ("remind_term_end", employer),  # 60 and 30 days ahead
        ("remind_term_end", employer),
        ("renewal_decided", "applicant"),
        ("contract_signed", "applicant"),
        ("remind_term_end", employer),
    ]
    assert world.letters(hire) == [
        ("approved", "applicant"),
        ("remind_selection_filing", "hrss"),
        ("remind_selection_filing", "hrss"),
        ("remind_contract_due", employer),  # 20, 7 and 1 days ahead
        ("remind_contract_due", employer),
        ("remind_contract_due", employer),
        ("contract_signed", "applicant"),
        *yearly,
        *yearly,
        *both,
        ("remind_service_limit", employer),  # 180 days ahead
        ("remind_service_limit", employer),
        ("remind_term_end", employer),
        ("remind_service_limit", employer),
        ("remind_term_end", employer),
        ("end_decided", "applicant"),
        ("remind_service_limit", employer),
        ("remind_service_limit", "hrss"),  # the last one before the limit goes one level up as well
        ("remind_term_end", employer),
        ("left", "applicant"),
    ]


def _file_all(world: World, hire: int) -> None:
    for owed in world.hire(hire).dossier.filings:
        by = TOWN if owed.by is Role.TOWNSHIP else EMPLOYER
        world.do(hire, "file", by, filing=owed.filing, seq=owed.seq, sent_on=world.clock.today)


def _noted(world: World, hire: int, year: int, points: str) -> None:
    """What lies between 100 and the total: wrong records at half a point each, commendations, a shared article."""
    left = round(float(points) * 10) - 1000
    note: dict[str, Any] = {"year": year, "evidence": "佐证材料"}
    if left % 5:
        left -= 4  # 2 points among five authors
        shared = {"item": "bonus_media", "level": "city", "authors": 5, "matter": "合作稿件"}
        world.do(hire, "note_point", HEAD, **note, **shared)
    if left > 0:
        assert left == 35
        world.do(hire, "note_point", HEAD, **note, item="bonus_commended", level="provincial", matter="省级先进")
        world.do(hire, "note_point", HEAD, **note, item="bonus_other_media", level="county", matter="县融媒体报道")
    if left < 0:
        wrong = {"item": "minus_local_check", "level": "township", "number": -left // 5, "matter": "镇政府抽查"}
        world.do(hire, "note_point", TOWN, **note, **wrong)


def _assess(world: World, hire: int, year: int, points: str) -> None:
    """Proposed by the village, reviewed and reported by the township, ruled by the two bureaus."""
    _noted(world, hire, year, points)
    world.do(hire, "assess", HEAD, year=year)
    assert world.articles(hire, "rule_assessment", HRSS) == {"assessment_reviewed": f"{NUMBER}第十九条"}
    done = world.do(hire, "review_assessment", TOWN)
    assert [(f.filing, f.by) for f in world.hire(hire).dossier.filings if f.seq == done.seq] == [
        ("assessment", Role.TOWNSHIP)
    ]
    _file_all(world, hire)
    world.do(hire, "rule_assessment", HRSS)
    assert world.hire(hire).dossier.ruled_year != year
    world.do(hire, "rule_assessment", RURAL)
    assert world.hire(hire).dossier.ruled_year == year


def _on_post(world: World, name: str = "何某", **person: Any) -> int:
    """At work since the first day of the world's clock, without a labour contract yet."""
    today = world.clock.today
    number = world.a_person(name, person.pop("born", date(1990, 3, 5)), person.pop("sex", "F"), VILLAGE, **person)
    hire = world.an_opening(HEAD, world.a_post(DOCUMENT, "village", VILLAGE)).hire_ids[0]
    world.do(hire, "apply", HEAD, person_id=number)
    world.do(hire, "check", HEAD)
    world.do(hire, "choose", HEAD)
    world.do(hire, "approve", TOWN)
    world.do(hire, "record_filing", HRSS)
    world.do(hire, "train", COMPANY, held_on=today, passed=True)
    world.do(hire, "sign_agreement", EMPLOYER, signed_on=today)
    world.do(hire, "start", EMPLOYER, started_on=today)
    return hire


def _contracted(world: World, name: str = "何某", **person: Any) -> int:
    hire = _on_post(world, name, **person)
    world.do(hire, "sign", EMPLOYER, signed_on=world.clock.today)
    _file_all(world, hire)
    return hire


def test_a_contract_signed_late_is_kept_and_its_price_is_said(world: World) -> None:
    hire = _on_post(world)
    world.walk_to(date(2022, 7, 20))
    # the last day of the month is 13 July; from the 14th everybody up to the county is told, every week
    late = [letter for letter in world.letters(hire) if letter[0] == "remind_contract_due"]
    assert late == [("remind_contract_due", role) for role in ("employer", "employer", "employer", "employer", "hrss")]
    done = world.do(hire, "sign", EMPLOYER, signed_on=date(2022, 7, 20))
    assert world.hire(hire).state is State.CONTRACTED
    (answer,) = [answer for answer in done.answers if answer.guard == "signed_in_time"]
    assert (answer.verdict.passed, answer.stops, answer.article) == (False, False, f"{NUMBER}第八条")
    assert "《劳动合同法》第八十二条" in answer.verdict.say.text()
    assert (answer.verdict.inputs["due_on"], answer.verdict.inputs["double_pay_from"]) == ("2022-07-13", "2022-07-13")
    # the term counts from the first day at work, however late the paper
    assert world.hire(hire).dossier.term_starts_on == date(2022, 6, 13)


def test_twenty_days_written_notice_of_a_resignation(world: World) -> None:
    hire = _contracted(world)
    given = world.clock.today
    short = {"given_on": given, "leave_on": given + timedelta(days=19)}
    enough = {"given_on": given, "leave_on": given + timedelta(days=20)}
    override = {"overrides": [{"guard": "resignation_notice", "reason": "用人单位同意提前"}]}
    article = {"resignation_notice": f"{NUMBER}第十条"}
    assert world.articles(hire, "resign", HEAD, **short) == article
    assert world.articles(hire, "resign", HEAD, **short, **override) == article  # the village may not waive it
    assert world.articles(hire, "resign", EMPLOYER, **short) == article
    done = world.do(hire, "resign", EMPLOYER, **short, **override)
    assert [a.overridden for a in done.answers if a.guard == "resignation_notice"] == ["用人单位同意提前"]
    world.do(hire, "resign", HEAD, **enough)
    assert world.hire(hire).dossier.leaving_on == given + timedelta(days=20)


@pytest.mark.parametrize("handed_over", [True, False])
def test_handover_and_consent_are_recorded_and_never_keep_the_person(world: World, handed_over: bool) -> None:
    hire = _contracted(world)
    given = world.clock.today
    world.do(hire, "resign", HEAD, given_on=given, leave_on=given + timedelta(days=20))
    if handed_over:
        world.do(hire, "consent_resignation", EMPLOYER, opinion="同意")
        world.do(hire, "hand_over", HEAD, done_on=given)
        assert world.hire(hire).dossier.handover_on == given
    world.walk(20)
    assert world.hire(hire).state is State.CONTRACTED
    world.walk(1)
    after = world.hire(hire)
    assert (after.state, after.dossier.ended_on) == (State.DISMISSED, given + timedelta(days=20))
    assert after.dossier.leaving_ground == "resignation"
    body = world.ask("SELECT body FROM audit_entry WHERE hire_id = ? AND act = 'leave'", hire)[0][0]
    answers = {answer[0]: answer for answer in body["answers"]}
    assert answers["handover_done"][1:5] == ["warn", handed_over, False, f"{NUMBER}第十条"]


@pytest.mark.parametrize(
    ("points", "grade", "passes"),
    [
        ("103.5", "excellent", True),
        ("90", "excellent", True),
        ("89.9", "passed", True),
        ("70.0", "passed", True),
        ("69.9", "basically_passed", True),
        ("60.0", "basically_passed", True),
        ("59.9", "failed", False),
        ("0", "failed", False),
    ],
)
def test_points_make_grades_and_the_bound_belongs_to_the_better_one(
    world: World, points: str, grade: str, passes: bool
) -> None:
    hire = _contracted(world)
    world.walk_to(date(2022, 12, 1))
    _assess(world, hire, 2022, points)
    dossier = world.hire(hire).dossier
    assert (dossier.ruled_grade, dossier.ruled_passed) == (grade, passes)
    (row,) = world.ask("SELECT points_tenths, grade FROM assessment WHERE hire_id = ?", hire)
    assert row == (int(float(points) * 10), grade)
    if passes:
        world.do(hire, "decide_renew", EMPLOYER, reason="考核合格")
    else:
        refusal = world.articles(hire, "decide_renew", EMPLOYER, reason="拟续签")
        assert refusal == {"assessment_passed": f"{NUMBER}第十七条"}


def test_a_failed_year_ends_at_the_term_only_and_never_renews(world: World) -> None:
    hire = _contracted(world)
    world.walk_to(date(2022, 12, 1))
    _assess(world, hire, 2022, "59.9")
    dismissal: dict[str, Any] = {"ground": "assessment_failed", "reason": "考核不合格", "evidence": "考核表"}
    early = world.articles(hire, "decide_leaving", EMPLOYER, **dismissal, effective_on=date(2023, 6, 11))
    assert early == {"ground_known": f"{NUMBER}第二十条"}
    world.do(hire, "decide_leaving", EMPLOYER, **dismissal, effective_on=date(2023, 6, 12))
    world.walk_to(date(2023, 6, 12))
    assert world.hire(hire).state is State.CONTRACTED
    world.walk_to(date(2023, 6, 13))
    after = world.hire(hire)
    assert (after.state, after.dossier.leaving_ground, after.dossier.ended_on) == (
        State.DISMISSED,
        "assessment_failed",
        date(2023, 6, 12),
    )
    assert "overrun" not in world.acts(hire)


def test_undecided_after_a_failed_year_there_is_no_late_renewal_either(world: World) -> None:
    hire = _contracted(world)
    world.walk_to(date(2022, 12, 1))
    _assess(world, hire, 2022, "59.9")
    world.walk_to(date(2023, 6, 13))
    assert world.hire(hire).stage == "over_term"
    article = {"assessment_passed": f"{NUMBER}第十七条"}
    assert world.articles(hire, "decide_renew", EMPLOYER, reason="拟续签") == article
    late = world.articles(hire, "renew_late", EMPLOYER)
    assert late == {"renewal_decided": f"{NUMBER}第十七条"}


def test_nobody_is_excepted_for_being_near_retirement(world: World) -> None:
    """The conditions of age are “in general” and set aside with a reason; the 36 months are not."""
    hire = world.an_opening(HEAD, world.a_post(DOCUMENT, "village", VILLAGE)).hire_ids[0]
    born = date(1974, 1, 5)
    person = world.a_person("老何", born, "F", VILLAGE, prior_months=24, prior_evidence="原合同")
    world.do(hire, "apply", HEAD, person_id=person)
    assert world.articles(hire, "check", HEAD) == {"age_between": f"{NUMBER}第五条"}
    override = {"overrides": [{"guard": "age_between", "reason": "本村没有其他合适人选"}]}
    world.do(hire, "check", HEAD, **override)
    world.do(hire, "choose", HEAD)
    assert world.articles(hire, "approve", TOWN) == {"age_between": f"{NUMBER}第五条"}
    world.do(hire, "approve", TOWN, **override)
    dossier = world.hire(hire).dossier
    assert (dossier.near_retirement, dossier.retires_on) == (False, date(2024, 1, 5))
    world.do(hire, "record_filing", HRSS)
    today = world.clock.today
    world.do(hire, "train", COMPANY, held_on=today, passed=True)
    world.do(hire, "sign_agreement", EMPLOYER, signed_on=today)
    world.do(hire, "start", EMPLOYER, started_on=today)
    assert world.hire(hire).dossier.last_lawful_on == date(2023, 6, 12)


def test_overdue_assessments_are_told_every_week_and_one_level_up(world: World) -> None:
    hire = _contracted(world)
    world.walk_to(date(2022, 12, 20))
    assert "hrss" not in {role for template, role in world.letters(hire) if template == "remind_assessment_due"}
    before = len(world.letters(hire))
    world.walk_to(date(2022, 12, 28))
    everyone = [("remind_assessment_due", role) for role in ("village", "township", "hrss")]
    assert world.letters(hire)[before:] == everyone * 2  # the 21st and the 28th


def test_one_person_does_not_rule_for_both_bureaus_nor_on_an_own_proposal(world: World) -> None:
    hire = _contracted(world)
    world.walk_to(date(2022, 12, 1))
    _noted(world, hire, 2022, "80")
    world.do(hire, "assess", HEAD, year=2022)
    world.do(hire, "review_assessment", TOWN)
    article = {"four_eyes": f"{NUMBER}第十九条"}
    assert world.articles(hire, "rule_assessment", officer("村干部甲", Role.HRSS, "610929", 9)) == article
    world.do(hire, "rule_assessment", HRSS)
    assert isinstance(world.refused(hire, "rule_assessment", HRSS), StepNotOffered)
    assert world.articles(hire, "rule_assessment", officer("人社干部戊", Role.RURAL, "610929", 8)) == article
    world.do(hire, "rule_assessment", RURAL)
    assert world.hire(hire).dossier.ruled_grade == "passed"
