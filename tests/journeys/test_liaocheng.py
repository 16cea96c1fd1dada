"""聊城: rural and urban posts from the announcement to the exit (聊政办字〔2022〕4号)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from states.refusals import InputRefused, StepNotOffered, StepRefused
from states.vocabulary import Role, State
from tests.support.world import World, officer
from workflow.figures import overview

NUMBER = "聊政办字〔2022〕4号"
DOCUMENT = "liaocheng-2022-4"
VILLAGE = "371502100201"
REGIONS = {"37": "山东省", "3715": "聊城市", "371502": "东昌府区", "371502100": "示例镇", VILLAGE: "示例村"}

HEAD = officer("村干部甲", Role.VILLAGE, VILLAGE, 1)
TOWN = officer("镇干部乙", Role.TOWNSHIP, "371502100", 2)
CHIEF = officer("镇干部丙", Role.TOWNSHIP, "371502100", 3)
HRSS = officer("人社干部丁", Role.HRSS, "371502", 4)
COUNTY = officer("区政府戊", Role.COUNTY, "371502", 5)

ELDERLY = {"elderly_rural": {"by": "镇政府", "on": "2022-01-10"}}
ZERO = {"zero_employment_family": {"by": "人社局", "on": "2022-01-10"}}


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, date(2022, 3, 1), REGIONS)
    yield world
    world.close()


def test_rural_from_the_vacancy_to_the_end_of_the_third_year(world: World) -> None:
    zhao = world.a_person("赵某", date(1970, 5, 1), "M", VILLAGE, categories=ELDERLY)
    post = world.a_post(DOCUMENT, "rural", VILLAGE)
    with pytest.raises(StepNotOffered):  # the county announces, the township carries out
        world.an_opening(TOWN, post)
    opened = world.an_opening(HRSS, post, closes_on=date(2022, 3, 10))
    (hire,) = opened.hire_ids
    assert all(answer.verdict.passed for answer in opened.answers if answer.guard in ("season", "document_in_force"))
    assert world.tasks(hire) == {("stage:vacancy", "township")}

    world.do(hire, "apply", TOWN, person_id=zhao)
    assert world.tasks(hire) == {("stage:applied", "village")}
    assert isinstance(_refused_notice(world, hire), StepNotOffered)  # the village appraises first
    world.do(hire, "appraise", HEAD, held_on=date(2022, 3, 1), present=21, in_favour=11)
    assert world.tasks(hire) == {("stage:appraised", "township")}

    # review and notice are one act, by somebody else than whoever appraised; it passes through “qualified”
    world.walk_to(date(2022, 3, 4))
    posting: dict[str, Any] = {"posted_on": date(2022, 3, 4), "boards": ["镇公示栏", "村公示栏"]}
    same = officer("村干部甲", Role.TOWNSHIP, "371502100", 9)
    assert world.articles(hire, "review_and_post", same, **posting) == {"four_eyes": f"{NUMBER}二(二)"}
    world.do(hire, "review_and_post", TOWN, **posting)
    assert (world.hire(hire).stage, world.hire(hire).state) == ("notice", State.PUBLICIZED)
    entry = _entry(world, hire, "review_and_post")
    assert (entry["from"], entry["through"], entry["to"], entry["state"]) == (
        "appraised",
        ["qualified"],
        "notice",
        "publicized",
    )
    assert world.hire(hire).dossier.notice_ends_on == date(2022, 3, 11)
    assert world.tasks(hire) == set()  # the notice ends by itself
    world.walk_to(date(2022, 3, 11))
    assert world.hire(hire).stage == "notice"
    world.walk_to(date(2022, 3, 12))
    assert world.tasks(hire) == {("stage:county_review", "hrss")}

    # the county approves, the agreement comes before the training, the training before the work
    world.walk_to(date(2022, 3, 14))
    assert isinstance(world.refused(hire, "approve", TOWN), StepNotOffered)
    also_there = officer("镇干部乙", Role.HRSS, "371502", 8)
    assert world.articles(hire, "approve", also_there) == {"four_eyes": f"{NUMBER}二(二);二(三)"}
    world.do(hire, "approve", HRSS)
    assert world.tasks(hire) == {("stage:approved", "township")}
    assert isinstance(world.refused(hire, "train", TOWN, held_on=date(2022, 3, 14), passed=True), StepNotOffered)
    assert world.articles(hire, "sign", TOWN, signed_on=date(2022, 3, 11)) == {"signing_order": f"{NUMBER}二(二)"}
    world.do(hire, "sign", TOWN, signed_on=date(2022, 3, 14), number="2022-7")
    assert world.ask("SELECT term_no, starts_on, ends_on FROM contract WHERE hire_id = ?", hire) == [(1, None, None)]
    assert world.tasks(hire) == {("stage:agreed", "township")}
    assert isinstance(world.refused(hire, "start", TOWN, started_on=date(2022, 3, 14)), StepNotOffered)
    failed = world.articles(hire, "train", TOWN, held_on=date(2022, 3, 14), passed=False)
    assert failed == {"training_passed": f"{NUMBER}二(二)"}
    world.do(hire, "train_again", TOWN, held_on=date(2022, 3, 14), passed=False)
    world.walk_to(date(2022, 3, 16))
    world.do(hire, "train", TOWN, held_on=date(2022, 3, 16), passed=True)
    assert world.hire(hire).state is State.TRAINED
    assert world.tasks(hire) == {("stage:trained", "township")}
    world.walk_to(date(2022, 3, 17))
    early = world.articles(hire, "start", TOWN, started_on=date(2022, 3, 15))
    assert early == {"trained": f"{NUMBER}二(二)"}
    world.do(hire, "start", TOWN, started_on=date(2022, 3, 17))

    # the term begins with the work, not with the signature
    dossier = world.hire(hire).dossier
    assert (dossier.signed_on, dossier.term_starts_on, dossier.term_ends_on) == (
        date(2022, 3, 14),
        date(2022, 3, 17),
        date(2023, 3, 16),
    )
    assert dossier.last_lawful_on == date(2025, 3, 16)
    (filing,) = dossier.filings
    assert (filing.filing, filing.by, filing.due_on) == ("real_name", Role.TOWNSHIP, date(2022, 3, 24))
    assert _receivers(world, hire) == {"real_name": ["hrss"]}
    assert world.tasks(hire) == {(f"clock:filing:real_name:{filing.seq}", "township")}
    world.walk_to(date(2022, 3, 25))  # one day late: told the day before and the day after
    world.do(hire, "file", TOWN, filing="real_name", seq=filing.seq, sent_on=date(2022, 3, 25), receipt="实名-7")
    assert world.tasks(hire) == set()

    for year in (2022, 2023):
        world.walk_to(date(year, 12, 1))
        assert world.tasks(hire) == {("clock:assessment_due", "township")}
        renewal = world.articles(hire, "decide_renew", TOWN, reason="拟续签")
        assert renewal == {"assessment_passed": f"{NUMBER}二(三)"}
        world.do(hire, "assess", HEAD, year=year, grade="passed")
        assert world.articles(hire, "rule_assessment", officer("村干部甲", Role.TOWNSHIP, "371502100", 9)) == {
            "four_eyes": f"{NUMBER}二(三)"
        }
        world.do(hire, "rule_assessment", CHIEF)
        world.walk_to(date(year + 1, 2, 20))
        assert world.tasks(hire) == {("clock:term_end", "township")}
        world.do(hire, "decide_renew", TOWN, reason="考核合格")
        world.do(hire, "sign_renewal", TOWN, signed_on=date(year + 1, 2, 20))
        world.walk_to(date(year + 1, 3, 16))
        assert world.hire(hire).dossier.term_no == year - 2021
        world.walk_to(date(year + 1, 3, 17))
        assert world.hire(hire).state is State.RENEWED
        assert world.hire(hire).dossier.term_ends_on == date(year + 2, 3, 16)

    world.walk_to(date(2024, 12, 20))
    world.do(hire, "assess", TOWN, year=2024, grade="passed")
    assert world.articles(hire, "rule_assessment", TOWN) == {"four_eyes": f"{NUMBER}二(三)"}
    world.do(hire, "rule_assessment", CHIEF)
    assert world.articles(hire, "decide_renew", TOWN, reason="拟再续") == {"months_left": f"{NUMBER}二(四)"}
    world.walk_to(date(2025, 3, 1))
    world.do(hire, "decide_end", TOWN, reason="三年期满")
    world.walk_to(date(2025, 3, 16))
    assert world.hire(hire).state is State.RENEWED
    world.walk_to(date(2025, 3, 17))
    assert world.hire(hire).state is State.DISMISSED
    dossier = world.hire(hire).dossier
    assert (dossier.ended_on, dossier.paid_until) == (date(2025, 3, 16), date(2025, 3, 16))
    owed = [(f.filing, f.by, f.due_on) for f in dossier.filings]
    assert owed == [(name, Role.TOWNSHIP, date(2025, 3, 24)) for name in ("real_name", "refill", "follow_up")]
    assert _receivers(world, hire) == {"real_name": ["hrss"], "refill": ["hrss"], "follow_up": ["hrss"]}
    for owing in dossier.filings:
        world.do(hire, "file", TOWN, filing=owing.filing, seq=owing.seq, sent_on=date(2025, 3, 17))
    assert world.tasks(hire) == set()

    town = "township"
    yearly = [
        ("remind_assessment_due", town),
        ("remind_term_end", town),  # 60, 30 and 7 days ahead; the renewal is signed between
        ("remind_term_end", town),
        ("renewal_decided", "applicant"),
        ("contract_signed", "applicant"),
        ("remind_term_end", town),
    ]
    assert world.letters(hire) == [
        ("notice_over", "hrss"),
        ("approved", "applicant"),
        ("contract_signed", "applicant"),
        ("remind_filing", town),  # the day before it is due, and the day after
        ("remind_filing", town),
        ("remind_filing", "hrss"),  # overdue: the bureau hears of it too
        *yearly,
        *yearly,
        ("remind_service_limit", town),  # 180 days ahead
        ("remind_assessment_due", town),
        ("remind_service_limit", town),
        ("remind_term_end", town),
        ("remind_service_limit", town),
        ("remind_term_end", town),
        ("end_decided", "applicant"),
        ("remind_service_limit", town),
        ("remind_service_limit", "hrss"),  # the last one before the limit goes one level up as well
        ("remind_term_end", town),
        ("left", "applicant"),
    ]


def _refused_notice(world: World, hire: int) -> Exception:
    return world.refused(hire, "review_and_post", TOWN, posted_on=world.clock.today, boards=["村公示栏"])


def _entry(world: World, hire: int, act: str) -> dict[str, Any]:
    """The last entry of the trail with this act."""
    sql = "SELECT body FROM audit_entry WHERE hire_id = ? AND act = ? ORDER BY seq DESC"
    body = world.ask(sql, hire, act)[0][0]
    entry: dict[str, Any] = body if isinstance(body, dict) else json.loads(body)
    return entry


def _receivers(world: World, hire: int) -> dict[str, list[str]]:
    return dict(world.ask("SELECT filing, to_roles FROM filing WHERE hire_id = ?", hire))


def _posted(world: World, name: str, kind: str = "rural", **person: Any) -> int:
    """A hire in its public notice: applied, appraised and posted on the day."""
    number = world.a_person(name, person.pop("born", date(1970, 5, 1)), person.pop("sex", "M"), VILLAGE, **person)
    hire = world.an_opening(HRSS, world.a_post(DOCUMENT, kind, VILLAGE)).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=number)
    world.do(hire, "appraise", HEAD, held_on=world.clock.today, present=21, in_favour=11)
    world.do(hire, "review_and_post", TOWN, posted_on=world.clock.today, boards=["村公示栏"])
    return hire


def _on_post(world: World, name: str, kind: str = "rural", **person: Any) -> int:
    """At work since the day after the notice, with everything before it done on that day."""
    hire = _posted(world, name, kind, **person)
    ends = world.hire(hire).dossier.notice_ends_on
    assert ends is not None
    world.walk_to(ends)
    world.walk(1)
    today = world.clock.today
    world.do(hire, "approve", HRSS)
    world.do(hire, "sign", TOWN, signed_on=today)
    world.do(hire, "train", TOWN, held_on=today, passed=True)
    world.do(hire, "start", TOWN, started_on=today)
    filing = world.hire(hire).dossier.filings[0]
    world.do(hire, "file", TOWN, filing=filing.filing, seq=filing.seq, sent_on=today)
    return hire


def _third_year(world: World, hire: int) -> None:
    """Walks on with yearly assessments and renewals until nothing is left to renew."""
    while True:
        year = world.clock.today.year
        world.walk_to(date(year, 12, 20))
        world.do(hire, "assess", HEAD, year=year, grade="passed")
        world.do(hire, "rule_assessment", TOWN)
        if world.hire(hire).dossier.term_no == 3:
            return
        world.do(hire, "decide_renew", TOWN, reason="考核合格")
        world.do(hire, "sign_renewal", TOWN, signed_on=world.clock.today)
        ends = world.hire(hire).dossier.term_ends_on
        assert ends is not None
        world.walk_to(ends)
        world.walk(1)


def test_a_rural_post_may_be_extended_by_the_named_approver_with_a_reason(world: World) -> None:
    hire = _on_post(world, "钱某", categories=ELDERLY)
    _third_year(world, hire)
    last = world.hire(hire).dossier.last_lawful_on
    assert last == date(2025, 3, 8)
    article = {"extension_allowed": f"{NUMBER}二(四)"}
    until = date(2025, 9, 30)
    assert isinstance(world.refused(hire, "extend_service", TOWN, until=until, reason="岗位需要"), StepNotOffered)
    assert world.articles(hire, "extend_service", COUNTY, until=until, reason="岗位需要") == article
    assert world.articles(hire, "extend_service", HRSS, until=last, reason="岗位需要") == article
    assert isinstance(world.refused(hire, "extend_service", HRSS, until=until), InputRefused)
    world.do(hire, "extend_service", HRSS, until=until, reason="岗位需要，本人生活困难")
    assert world.hire(hire).dossier.last_lawful_on == until
    world.do(hire, "decide_renew", TOWN, reason="县级批准延长")
    world.do(hire, "sign_renewal", TOWN, signed_on=world.clock.today)
    world.walk_to(date(2025, 3, 9))
    after = world.hire(hire)
    assert (after.state, after.dossier.term_starts_on, after.dossier.term_ends_on) == (
        State.RENEWED,
        date(2025, 3, 9),
        until,
    )
    # and not a day further: undecided, the post is over term
    world.walk_to(date(2025, 10, 1))
    assert (world.hire(hire).stage, world.hire(hire).dossier.paid_until) == ("over_term", until)


def test_without_an_extension_the_third_year_is_the_last(world: World) -> None:
    hire = _on_post(world, "孙某", categories=ELDERLY)
    _third_year(world, hire)
    world.walk_to(date(2025, 3, 9))
    after = world.hire(hire)
    assert (after.stage, after.dossier.paid_until) == ("over_term", date(2025, 3, 8))
    assert world.tasks(hire) == {("stage:over_term", "township"), ("clock:over_term_watch", "township")}
    before = len(world.letters(hire))
    world.walk(2)
    daily = [("remind_over_term_watch", "township"), ("remind_over_term_watch", "hrss")]
    assert world.letters(hire)[before:] == daily * 2
    assert world.articles(hire, "decide_renew", TOWN, reason="拟再续") == {"months_left": f"{NUMBER}二(四)"}
    # an extension that comes late leaves the days between unpaid
    world.do(hire, "extend_service", HRSS, until=date(2025, 6, 30), reason="岗位需要")
    world.do(hire, "decide_renew", TOWN, reason="县级批准延长")
    world.do(hire, "renew_late", TOWN)
    after = world.hire(hire)
    assert (after.dossier.term_starts_on, after.dossier.term_ends_on) == (world.clock.today, date(2025, 6, 30))
    sql = "SELECT starts_on, ends_on FROM contract WHERE hire_id = ? AND term_no > 2 ORDER BY term_no"
    third, fourth = world.ask(sql, hire)
    assert (str(third[1]), str(fourth[0])) == ("2025-03-08", "2025-03-11")


def test_an_urban_post_knows_no_extension(world: World) -> None:
    hire = _on_post(world, "李某", "urban", categories=ZERO)
    refusal = world.articles(hire, "extend_service", HRSS, until=date(2026, 1, 1), reason="岗位需要")
    assert refusal == {"extension_allowed": f"{NUMBER}二(四)"}


@pytest.mark.parametrize(
    ("born", "near", "last_lawful"),
    [
        # approved on Wednesday 2025-03-12: 2030-03-12 is exactly five years away, one day less is near
        ("1978-06-11", True, "2030-03-11"),
        ("1978-06-12", False, "2028-03-11"),
    ],
)
def test_urban_near_retirement_is_measured_at_the_first_approval(
    migrated_url: str, born: str, near: bool, last_lawful: str
) -> None:
    world = World.on(migrated_url, date(2025, 3, 4), REGIONS)
    hire = _on_post(world, "周某", "urban", born=date.fromisoformat(born), sex="F", categories=ZERO)
    dossier = world.hire(hire).dossier
    assert dossier.approved_on == date(2025, 3, 12)
    assert (dossier.near_retirement, dossier.last_lawful_on) == (near, date.fromisoformat(last_lawful))
    _third_year(world, hire)
    if not near:
        assert world.articles(hire, "decide_renew", TOWN, reason="拟再续") == {"months_left": f"{NUMBER}二(四)"}
        world.walk_to(date(2028, 3, 12))
        assert world.hire(hire).stage == "over_term"
        world.close()
        return
    for year in (2028, 2029):  # beyond 36 months, until the day of retirement and no further
        world.do(hire, "decide_renew", TOWN, reason="距退休不足五年")
        world.do(hire, "sign_renewal", TOWN, signed_on=world.clock.today)
        world.walk_to(date(year, 3, 12))
        assert world.hire(hire).dossier.term_ends_on == date(year + 1, 3, 11)
        world.walk_to(date(year, 12, 20))
        world.do(hire, "assess", HEAD, year=year, grade="passed")
        world.do(hire, "rule_assessment", TOWN)
    assert world.hire(hire).dossier.term_ends_on == world.hire(hire).dossier.retires_on == date(2030, 3, 11)
    assert world.articles(hire, "decide_renew", TOWN, reason="拟再续") == {"months_left": f"{NUMBER}二(四)"}
    leaving: dict[str, Any] = {"ground": "retirement", "effective_on": date(2030, 3, 11), "reason": "达到退休年龄"}
    assert world.articles(hire, "decide_leaving", TOWN, **leaving) == {"ground_evidence": f"{NUMBER}二(五)"}
    world.do(hire, "decide_leaving", TOWN, **leaving, evidence="退休审批表")
    world.walk_to(date(2030, 3, 12))
    assert world.hire(hire).state is State.DISMISSED
    assert world.hire(hire).dossier.ended_on == date(2030, 3, 11)
    assert "overrun" not in world.acts(hire)
    world.close()


def test_widening_the_groups_needs_the_approval_number_and_the_right_officer(world: World) -> None:
    nobody = world.a_person("吴某", date(1990, 3, 5), "M", VILLAGE, categories={})
    hire = world.an_opening(HRSS, world.a_post(DOCUMENT, "rural", VILLAGE)).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=nobody)
    world.do(hire, "appraise", HEAD, held_on=world.clock.today, present=21, in_favour=11)
    posting: dict[str, Any] = {"posted_on": world.clock.today, "boards": ["村公示栏"]}
    group = {"in_group": f"{NUMBER}二(一)"}
    without = {"guard": "in_group", "reason": "岗位无人报名"}
    numbered = without | {"approval_no": "东昌府政复〔2022〕3号"}
    assert world.articles(hire, "review_and_post", TOWN, **posting) == group
    assert world.articles(hire, "review_and_post", TOWN, **posting, overrides=[without]) == group
    world.do(hire, "review_and_post", TOWN, **posting, overrides=[numbered])
    world.walk_to(date(2022, 3, 9))

    # the township's widening does not bind the county: it is asked again
    assert world.articles(hire, "approve", HRSS) == group
    assert world.articles(hire, "approve", HRSS, overrides=[without]) == group
    assert isinstance(world.refused(hire, "approve", COUNTY, overrides=[numbered]), StepNotOffered)
    assert isinstance(world.refused(hire, "approve", TOWN, overrides=[numbered]), StepNotOffered)
    # a rule that is not "in principle" yields to nobody
    done = world.do(hire, "approve", HRSS, overrides=[numbered, numbered | {"guard": "months_left"}])
    overridden = [(answer.guard, answer.overridden) for answer in done.answers if answer.overridden]
    assert overridden == [("in_group", "岗位无人报名")]
    (kept,) = world.ask("SELECT overrides FROM decision WHERE hire_id = ? AND act = 'approve'", hire)
    assert kept[0][0]["approval_no"] == "东昌府政复〔2022〕3号"
    answers = {answer[0]: answer for answer in _entry(world, hire, "approve")["answers"]}
    assert answers["in_group"][1:4] == ["principle", False, True]


@pytest.mark.parametrize(("prior", "last_lawful"), [(24, "2023-03-08"), (35, "2022-04-08")])
def test_earlier_months_are_merged(world: World, prior: int, last_lawful: str) -> None:
    hire = _on_post(world, "郑某", categories=ELDERLY, prior_months=prior, prior_evidence="原协议")
    dossier = world.hire(hire).dossier
    assert dossier.last_lawful_on == dossier.term_ends_on == date.fromisoformat(last_lawful)
    world.walk_to(date.fromisoformat(last_lawful))
    refusal = world.articles(hire, "decide_renew", TOWN, reason="拟续签")
    assert refusal["months_left"] == f"{NUMBER}二(四)"
    world.walk(1)
    assert world.hire(hire).stage == "over_term"


def test_who_has_used_all_months_is_not_reviewed(world: World) -> None:
    person = world.a_person("冯某", date(1970, 5, 1), "M", VILLAGE, categories=ELDERLY, prior_months=36)
    hire = world.an_opening(HRSS, world.a_post(DOCUMENT, "rural", VILLAGE)).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=person)
    world.do(hire, "appraise", HEAD, held_on=world.clock.today, present=21, in_favour=11)
    posting: dict[str, Any] = {"posted_on": world.clock.today, "boards": ["村公示栏"]}
    assert world.articles(hire, "review_and_post", TOWN, **posting) == {"months_left": f"{NUMBER}二(四)"}


@pytest.mark.parametrize(("in_favour", "passes"), [(10, False), (11, True)])
def test_the_appraisal_needs_more_than_half(world: World, in_favour: int, passes: bool) -> None:
    person = world.a_person("陈某", date(1970, 5, 1), "M", VILLAGE, categories=ELDERLY)
    hire = world.an_opening(HRSS, world.a_post(DOCUMENT, "rural", VILLAGE)).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=person)
    world.do(hire, "appraise", HEAD, held_on=world.clock.today, present=20, in_favour=in_favour)
    posting: dict[str, Any] = {"posted_on": world.clock.today, "boards": ["村公示栏"]}
    if passes:
        assert world.do(hire, "review_and_post", TOWN, **posting).stage == "notice"
    else:
        assert world.articles(hire, "review_and_post", TOWN, **posting) == {"meeting_held": f"{NUMBER}二(二)"}


def test_a_county_that_rules_seven_days_gets_seven(migrated_url: str, tmp_path: Path) -> None:
    (tmp_path / "gaps.yaml").write_text("liaocheng-2022-4: {notice_working_days: 7}\n", encoding="utf-8")
    world = World.on(migrated_url, date(2022, 3, 1), REGIONS, procedure_folder=tmp_path)
    hire = _posted(world, "卫某", categories=ELDERLY)
    assert world.hire(hire).procedure != f"{DOCUMENT}@1"
    assert world.hire(hire).dossier.notice_ends_on == date(2022, 3, 10)
    world.walk_to(date(2022, 3, 10))
    assert world.hire(hire).stage == "notice"
    world.walk(1)
    assert world.hire(hire).stage == "county_review"
    world.close()


def test_a_township_has_three_dedicated_posts_and_its_neighbour_three_more(world: World) -> None:
    """三(一): announced by the county, for the township or a village of it, and counted by themselves."""
    world.add_regions({"371502101": "邻镇"})
    kinds = [("dedicated", "371502100"), ("dedicated", VILLAGE), ("dedicated", "371502101"), ("urban", "371502100")]
    town, village, neighbour, urban = (world.a_post(DOCUMENT, *one, monthly_fen=220000) for one in kinds)
    world.an_opening(HRSS, urban, places=4)
    hire = world.an_opening(HRSS, town, places=2).hire_ids[0]
    assert _over(world, village, 2) == {"quota_cap": f"{NUMBER}三(一)"}
    world.an_opening(HRSS, village)
    assert _over(world, village) == _over(world, town) == {"quota_cap": f"{NUMBER}三(一)"}
    world.an_opening(HRSS, neighbour, places=3)
    assert _over(world, world.a_post(DOCUMENT, "dedicated", "371502")) == {"quota_cap": f"{NUMBER}三(一)"}
    for prefixes, towns in (("371502",), 2), (("371502100",), 1):
        with world.office.database.reading() as connection:
            (line,) = overview(world.office, connection, prefixes, world.clock()).bands
        assert (line.kind, line.per, line.article) == ("dedicated", "township", "三(一)")
        assert (line.villages, line.places, line.used, line.over) == (towns, 3 * towns, 3 * towns, 0)

    person = world.a_person("褚某", date(1990, 3, 5), "F", VILLAGE, categories=ZERO)
    world.do(hire, "apply", TOWN, person_id=person)
    group = officer("镇评议组", Role.VILLAGE, "371502100", 8)
    world.do(hire, "appraise", group, held_on=world.clock.today, present=9, in_favour=5)
    world.do(hire, "review_and_post", TOWN, posted_on=world.clock.today, boards=["镇公示栏"])
    world.walk_to(date(2022, 3, 9))
    world.do(hire, "approve", HRSS)
    world.do(hire, "sign", TOWN, signed_on=world.clock.today)
    world.do(hire, "train", TOWN, held_on=world.clock.today, passed=True)
    world.do(hire, "start", TOWN, started_on=world.clock.today)
    assert world.hire(hire).dossier.last_lawful_on == date(2025, 3, 8)
    # a place whose holder left is announced anew, and counts once
    leaving = {"ground": "off_post", "effective_on": world.clock.today, "reason": "自动离岗", "evidence": "考勤表"}
    world.do(hire, "decide_leaving", TOWN, **leaving)
    world.walk(1)
    assert world.hire(hire).state is State.DISMISSED
    assert _over(world, town, 2) == {"quota_cap": f"{NUMBER}三(一)"}
    assert world.an_opening(HRSS, town, refills=hire).hire_ids


def _over(world: World, post: int, places: int = 1) -> dict[str, str]:
    """The guards that stop an announcement, with their articles."""
    with pytest.raises(StepRefused) as refused:
        world.an_opening(HRSS, post, places=places)
    return {answer.guard: answer.article for answer in refused.value.answers if answer.stops}


def test_outside_the_first_quarter_is_said_and_not_stopped(world: World) -> None:
    world.walk_to(date(2022, 4, 1))
    opened = world.an_opening(HRSS, world.a_post(DOCUMENT, "rural", VILLAGE))
    (season,) = [answer for answer in opened.answers if answer.guard == "season"]
    assert (season.verdict.passed, season.stops, season.article) == (False, False, f"{NUMBER}二(二)")
