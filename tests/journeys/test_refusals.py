"""What is not done: every act by the wrong role, every condition once unfulfilled, one person under two names."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from states.clocks import moment
from states.decide import decide
from states.facts import Actor, Dossier, Grant
from states.house import house_steps
from states.loading import shipped
from states.machine import Rules, build
from states.plan import Plan
from states.procedure import article_of
from states.refusals import InputRefused, NoSuchHire, StaleHire, StepNotOffered, StepRefused
from states.steps import GuardLine, Step
from states.vocabulary import Effect, RecordKind, Role
from tests.conftest import MigratedTemplate
from tests.support.lives import COUNTIES, FIRST_DAY, County, Moment, begin, live
from tests.support.world import World, officer
from workflow.engine import bulk, perform

#: the versions that people are hired under; old terms have lives of their own (tests/workflow/test_old_and_new.py)
PRESENT = tuple(shipped().values())
RULES: dict[str, Rules] = {procedure.key: build(procedure) for procedure in PRESENT}
OTHER_REGION = "440300"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, migrated_template: MigratedTemplate) -> Iterator[list[Moment]]:
    """Every step that was taken in the lives under all documents, with what its decision read."""
    path = tmp_path_factory.mktemp("lives") / "zaigang.sqlite3"
    shutil.copyfile(migrated_template.sqlite(), path)
    world = World.on(f"sqlite:///{path}", FIRST_DAY, {})
    yield live(world, begin(world), date(2025, 10, 1))
    world.close()
    os.unlink(path)


@pytest.fixture
def setting(lived: list[Moment]) -> Any:
    from states.calendar import Calendar
    from states.decide import Setting

    return Setting(Calendar.load(None), "sha256")


def taken(one: Moment, setting: Any, **changes: Any) -> Plan:
    """The decision of a moment again, with some of it changed."""
    one = replace(one, **changes)
    return decide(
        one.hire,
        one.act,
        one.actor,
        moment(one.on) + timedelta(hours=9),
        RULES[one.hire.procedure],
        setting,
        payload=one.payload,
        candidate=one.candidate,
        on=one.on,
    )


# ---- wrong roles ----------------------------------------------------------------------------------------------------


def one_per_stage(lived: list[Moment]) -> dict[tuple[str, str], Moment]:
    found: dict[tuple[str, str], Moment] = {}
    for one in lived:
        found.setdefault((one.hire.procedure, one.hire.stage), one)
    return found


HOUSE_ACTS = {"comment", "attach", "reassign", "score", "return_to", "suspend", "resume"} | {
    *("note_point", "strike_point", "note_survey", "take_back_assessment", "take_back_leaving"),
}


def test_every_act_by_every_wrong_role_is_refused_at_every_stage(lived: list[Moment], setting: Any) -> None:
    stages = one_per_stage(lived)
    tried = 0
    for procedure in PRESENT:
        acts = {step.act for step in procedure.steps}
        for stage in procedure.stages:
            if (procedure.key, stage.stage) not in stages:
                assert stage.final, f"no life of {procedure.key} came to {stage.stage}"
                continue
            one = stages[procedure.key, stage.stage]
            house = {step.act: step for step in house_steps(procedure)[stage.stage]}
            for act in acts | HOUSE_ACTS:
                step = procedure.step_by_origin.get((stage.stage, act)) or house.get(act)
                for role in Role:
                    if step is not None and role in step.by:
                        continue
                    if step is not None and step.records is RecordKind.OBJECTION and role is Role.PUBLIC:
                        continue  # anybody may object to what is public
                    stranger = officer("外人", role, one.hire.region[:6], 900)
                    with pytest.raises(StepNotOffered):
                        taken(one, setting, act=act, actor=stranger, payload={})
                    tried += 1
                if step is not None and not step.automatic:
                    for role in step.by:  # the right role, of another place
                        with pytest.raises(StepNotOffered):
                            taken(one, setting, act=act, actor=officer("外地", role, OTHER_REGION, 901), payload={})
                        tried += 1
    assert tried > 12_000


def test_what_is_the_systems_own_is_nobodys_button(lived: list[Moment], setting: Any) -> None:
    everything = Actor(902, "全权", "全权", tuple(Grant(role, "") for role in Role if role is not Role.SYSTEM))
    own = {(one.hire.procedure, one.act): one for one in lived if one.actor.is_system}
    assert {act for _, act in own} == {
        "close_window",
        "close_notice",
        "renew",
        "extend",
        "end_term",
        "overrun",
        "leave",
    }
    for one in own.values():
        assert taken(one, setting).act == one.act
        with pytest.raises(StepNotOffered):
            taken(one, setting, actor=everything)


# ---- every condition, once unfulfilled ------------------------------------------------------------------------------

Break = Callable[[Moment, GuardLine, int], Moment]


def person(**changes: Any) -> Break:
    def broken(one: Moment, line: GuardLine, case: int) -> Moment:
        if one.candidate is not None:
            return replace(one, candidate=replace(one.candidate, **changes))
        assert one.hire.person is not None
        return replace(one, hire=replace(one.hire, person=replace(one.hire.person, **changes)))

    return broken


def dossier(**changes: Any) -> Break:
    return lambda one, line, case: replace(one, hire=replace(one.hire, dossier=replace(one.hire.dossier, **changes)))


def said(**changes: Any) -> Break:
    return lambda one, line, case: replace(one, payload={**one.payload, **changes})


def _statement(one: Moment, line: GuardLine, case: int) -> Moment:
    assert one.hire.person is not None
    left = one.hire.person.statements - {line.params["statement"]}
    return person(statements=left)(one, line, case)


def _age(one: Moment, line: GuardLine, case: int) -> Moment:
    """Too young by a day, or too old by a day where the line has an upper age."""
    announced = one.hire.opening.announced_on
    if "at_most" in line.params and case:
        born = announced.replace(year=announced.year - line.params["at_most"] - 1)
    else:
        born = announced.replace(year=announced.year - line.params["at_least"]) + timedelta(days=1)
    return person(born=born)(one, line, case)


def _window(one: Moment, line: GuardLine, case: int) -> Moment:
    yesterday = one.on - timedelta(days=1)
    opening = replace(one.hire.opening, announced_on=yesterday, closes_on=yesterday)
    return replace(one, hire=replace(one.hire, opening=opening))


def _full(one: Moment, line: GuardLine, case: int) -> Moment:
    return replace(one, hire=replace(one.hire, opening=replace(one.hire.opening, taken=one.hire.opening.places + 1)))


def _relative(one: Moment, line: GuardLine, case: int) -> Moment:
    return person(relatives=frozenset({one.actor.person_key}))(one, line, case)


def _notice_runs(one: Moment, line: GuardLine, case: int) -> Moment:
    return dossier(notice_ends_on=one.on)(one, line, case)


def _signed_before_approval(one: Moment, line: GuardLine, case: int) -> Moment:
    return dossier(approved_on=one.on + timedelta(days=1))(one, line, case)


def _funded(one: Moment, line: GuardLine, case: int) -> Moment:
    if case:
        return replace(one, hire=replace(one.hire, post=replace(one.hire.post, registered_as_public_post=False)))
    return person(categories={"farmer": {"by": "-", "on": "2021-12-31"}})(one, line, case)


def _protected_ground(one: Moment, line: GuardLine, case: int) -> Moment:
    procedure = RULES[one.hire.procedure].procedure
    ground = next(ground for ground in procedure.grounds if ground.protected)
    last = max(one.on + timedelta(days=40), one.hire.dossier.term_ends_on or one.on)
    one = said(ground=ground.ground, effective_on=last)(one, line, case)
    return dossier(protected_until=last, protected_kind="pregnancy")(one, line, case)


def _extension(one: Moment, line: GuardLine, case: int) -> Moment:
    if case:
        return replace(one, actor=replace(one.actor, grants=(Grant(Role.COUNTY, one.hire.region[:6]),)))
    return replace(one, hire=replace(one.hire, kind="urban"))


def _no_majority(one: Moment, line: GuardLine, case: int) -> Moment:
    if "in_favour" in one.payload:
        return said(present=20, in_favour=10)(one, line, case)
    return dossier(meeting_present=20, meeting_for=10)(one, line, case)


def _protected_today(one: Moment, line: GuardLine, case: int) -> Moment:
    return dossier(protected_until=one.on, protected_kind="pregnancy")(one, line, case)


#: how to leave each condition unfulfilled, in one or more ways, with everything else as it was when the step was taken
BREAKS: dict[str, tuple[Break, ...]] = {
    "window_open": (_window,),
    "statement_signed": (_statement,),
    "age_between": (_age, _age),
    "category_in": (person(categories={}),),
    "education_at_least": (person(education="primary"),),
    "resident_of_village": (person(home_region="110101001001"), person(home_region="")),
    "funding_requires": (_funded, _funded),
    "alive": (person(died_on=FIRST_DAY),),
    "one_post_only": (person(serving_hire=999_999),),
    "months_left": (person(prior_months=36),),
    "place_free": (_full,),
    "no_relative": (_relative,),
    "notice_period_over": (_notice_runs, dossier(notice_ends_on=None)),
    "no_open_objection": (dossier(open_objections=(1,)),),
    "objection_open": (dossier(open_objections=()), said(objection=999)),
    "meeting_held": (_no_majority, dossier(meeting_on=None)),
    "training_passed": (said(passed=False),),
    "trained": (dossier(training_passed=None, trained_on=None), dossier(training_passed=False, trained_on=None)),
    "agreement_signed": (dossier(agreement_on=None),),
    "signing_order": (_signed_before_approval,),
    "assessment_year": (said(year=2000), said(year=2099)),
    "assessment_proposed": (dossier(proposed_year=None), dossier(points_moved=True)),
    "assessment_reviewed": (dossier(proposed_reviewed=False),),
    "served_took_part": (dossier(surveyed=()),),
    "assessment_passed": (dossier(ruled_passed=False), dossier(ruled_year=None, ruled_passed=None)),
    "skilled": (dossier(skilled=False), dossier(skilled=None)),
    "renewal_decided": (dossier(renewal=None),),
    "renewal_signed": (dossier(renewal_signed_on=None),),
    "protected_now": (dossier(protected_until=None),),
    "not_protected": (_protected_today,),
    "ground_known": (said(ground="whim"),),
    "ground_evidence": (said(evidence=None),),
    "ground_notice": (said(notice_on=None), said(ground="whim")),
    "ground_protected": (_protected_ground,),
    "leaving_decided": (dossier(leaving_on=None),),
    "filing_owed": (dossier(filings=()), said(seq=999)),
    "extension_allowed": (_extension, _extension),
}


def blocking_lines() -> list[tuple[str, Step, GuardLine]]:
    return [
        (procedure.key, step, line)
        for procedure in PRESENT
        for step in procedure.steps
        for line in procedure.guards_of(step)
        if line.effect is Effect.BLOCK
    ]


def test_every_condition_that_blocks_is_seen_to_block(lived: list[Moment], setting: Any) -> None:
    """Each line stops its step with its own article, and with the condition fulfilled the same step is taken."""
    never: list[str] = []
    for key, step, line in blocking_lines():
        moments = [
            one
            for one in lived
            if (one.hire.procedure, one.act) == (key, step.act)
            and one.hire.stage in step.origin
            and (not line.kinds or one.hire.kind in line.kinds)
        ]
        shown = [case for case in range(len(BREAKS[line.use])) if _stops(moments, line, case, setting)]
        if not shown:
            never.append(f"{key} {step.act} from {step.origin}: {line.use} {line.params or ''}")
    assert not never, "\n".join(never)


def _stops(moments: list[Moment], line: GuardLine, case: int, setting: Any) -> bool:
    for one in moments:
        taken(one, setting)
        broken = BREAKS[line.use][case](one, line, case)
        if broken == one:
            continue
        try:
            taken(broken, setting)
        except StepRefused as refusal:
            article = article_of(RULES[one.hire.procedure].procedure, line.cite)
            stopping = {(answer.guard, answer.article) for answer in refusal.answers if answer.stops}
            if (line.use, article) in stopping:
                return True
    return False


def test_every_way_of_leaving_a_condition_unfulfilled_stops_some_step(lived: list[Moment], setting: Any) -> None:
    used = {line.use for _, _, line in blocking_lines()}
    assert used == set(BREAKS)
    for name, breaks in BREAKS.items():
        lines = [(key, step, line) for key, step, line in blocking_lines() if line.use == name]
        for case in range(len(breaks)):
            assert any(
                _stops([one for one in lived if (one.hire.procedure, one.act) == (key, step.act)], line, case, setting)
                for key, step, line in lines
            ), f"{name}, way {case}"


# ---- one natural person ---------------------------------------------------------------------------------------------


def independent_moments(lived: list[Moment]) -> list[Moment]:
    return [one for one in lived if _step(one).independent and not one.actor.is_system]


def _step(one: Moment) -> Step:
    step = RULES[one.hire.procedure].step(one.hire.stage, one.act)
    assert step is not None
    return step


def test_whoever_submitted_does_not_approve_under_any_account(lived: list[Moment], setting: Any) -> None:
    """The same natural person, with another account and the right role."""
    seen = set()
    for one in independent_moments(lived):
        step = _step(one)
        submitter = one.hire.submitter_of(step.records)
        again = replace(one.actor, account_id=777, person_key=submitter, name="另一账户")
        with pytest.raises(StepRefused) as refused:
            taken(one, setting, actor=again)
        procedure = RULES[one.hire.procedure].procedure
        stopping = {(answer.guard, answer.article) for answer in refused.value.answers if answer.stops}
        assert ("four_eyes", article_of(procedure, step.cite)) in stopping
        seen.add((one.hire.procedure, one.act))
    declared = {(procedure.key, step.act) for procedure in PRESENT for step in procedure.steps if step.independent}
    assert seen == declared


def test_one_person_does_not_sign_for_two_bureaus(lived: list[Moment], setting: Any) -> None:
    joint = [one for one in lived if _step(one).joint and one.hire.dossier.signatures]
    assert {(one.hire.procedure, one.act) for one in joint} == {
        (procedure.key, step.act) for procedure in PRESENT for step in procedure.steps if step.joint
    }
    for one in joint:
        (first,) = one.hire.dossier.signatures
        with pytest.raises(StepRefused) as refused:
            taken(one, setting, actor=replace(one.actor, account_id=778, person_key=first.person_key))
        assert [answer.guard for answer in refused.value.answers if answer.stops] == ["four_eyes"]


XY = COUNTIES[0]
NM = COUNTIES[-1]


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, FIRST_DAY, {})
    yield world
    world.close()


def _lived_to(world: World, county: County, life: str, until: date, stages: int) -> int:
    """A hire of one life, with its first ``stages`` stops taken."""
    only = replace(county, lives={life: county.lives[life][:stages]})
    (begun,) = begin(world, [only])
    live(world, [begun], until)
    assert not begun.ahead
    return begun.hire_id


def test_a_first_signature_does_not_free_the_submitter(world: World) -> None:
    """The employer reports, one bureau signs: the reporter may still not sign for the other."""
    hire = _lived_to(world, XY, "three_years", date(2022, 6, 27), 7)
    assert (world.hire(hire).stage, len(world.hire(hire).dossier.signatures)) == ("joint_review", 1)
    reporter = XY.officer("employer").person_key
    assert world.hire(hire).submitted_by == reporter
    elsewhere = officer(reporter, Role.RURAL, XY.area, 779)
    assert world.articles(hire, "approve", elsewhere) == {"four_eyes": "旬人社发〔2022〕88号四(二)3"}
    world.do(hire, "approve", XY.officer("rural"))
    assert world.hire(hire).stage == "approved"


def test_the_proposer_of_an_assessment_does_not_rule_on_it(world: World) -> None:
    """In Inner Mongolia the selecting body proposes and rules: two persons of it."""
    hire = _lived_to(world, NM, "three_years", date(2022, 12, 2), len(NM.lives["three_years"][:12]))
    assert world.hire(hire).dossier.proposed_year == 2022
    first, second = NM.officer("employer"), NM.officer("employer2")
    assert world.articles(hire, "rule_assessment", first) == {"four_eyes": "内乡振发〔2022〕10号第十二条"}
    # whoever proposes last is the proposer, and what was proposed first is not ruled on
    world.do(hire, "assess", second, year=2022, grade="failed", skilled=False)
    assert "four_eyes" in world.articles(hire, "rule_assessment", second)
    world.do(hire, "rule_assessment", first)
    after = world.hire(hire).dossier
    assert (after.ruled_year, after.ruled_grade, after.ruled_passed) == (2022, "failed", False)
    sql = "SELECT grade, ruled_seq FROM assessment WHERE hire_id = ? ORDER BY seq"
    assert [(grade, ruled is not None) for grade, ruled in world.ask(sql, hire)] == [
        ("passed", False),
        ("failed", True),
    ]


# ---- stale, unknown, unreadable ------------------------------------------------------------------------------------


def test_a_stale_version_writes_nothing(world: World) -> None:
    hire = _lived_to(world, XY, "three_years", date(2022, 6, 14), 1)
    seen = world.hire(hire).version
    world.do(hire, "check", XY.officer("employer"))
    with pytest.raises(StaleHire) as stale:
        perform(world.office, hire, "recheck", XY.officer("hrss2"), world.clock(), {}, expected_version=seen)
    assert stale.value.facts["current"] == seen + 1
    assert world.acts(hire)[-1] == "check"
    perform(world.office, hire, "recheck", XY.officer("hrss2"), world.clock(), {}, expected_version=seen + 1)


def test_an_unknown_act_hire_or_field_is_refused(world: World) -> None:
    hire = _lived_to(world, XY, "three_years", date(2022, 6, 14), 1)
    town = XY.officer("employer")
    assert isinstance(world.refused(hire, "promote", town), StepNotOffered)
    assert isinstance(world.refused(hire, "remind:first_check", town), StepNotOffered)
    refusal = world.refused(hire, "check", town, colour="red")
    assert isinstance(refusal, InputRefused) and set(refusal.faults) == {"colour"}
    with pytest.raises(NoSuchHire):
        perform(world.office, hire + 1000, "check", town, world.clock(), {})
    with pytest.raises(NoSuchHire):  # another place's officer cannot even see it
        perform(world.office, hire, "check", officer("外地", Role.EMPLOYER, OTHER_REGION, 903), world.clock(), {})
    outcomes = bulk(world.office, [hire, hire + 1000], "check", town, world.clock())
    assert [type(outcome).__name__ for outcome in outcomes] == ["Done", "NoSuchHire"]


@pytest.mark.parametrize(
    ("procedure", "said_wrong", "fault"),
    [
        ("baihe-2022-72@1", {"grade": "excellent"}, {"grade"}),
        ("baihe-2022-72@1", {"points": "75.55"}, {"points"}),
        ("baihe-2022-72@1", {"points": "75.4"}, {"points"}),  # the points that were noted come to 75.5
        ("xunyang-2022-88@1", {"points": "0"}, {"grade", "points"}),
        ("xunyang-2022-88@1", {"grade": "splendid"}, {"grade"}),
        ("neimenggu-2022-10@1", {}, {"grade"}),
    ],
)
def test_an_assessment_speaks_the_language_of_its_document(
    lived: list[Moment], setting: Any, procedure: str, said_wrong: dict[str, Any], fault: set[str]
) -> None:
    one = next(one for one in lived if (one.hire.procedure, one.act) == (procedure, "assess"))
    with pytest.raises(InputRefused) as refused:
        taken(one, setting, payload={"year": one.on.year, **said_wrong})
    assert set(refused.value.faults) == fault


def test_a_renewal_is_signed_once(lived: list[Moment], setting: Any) -> None:
    for one in (one for one in lived if one.act == "sign_renewal"):
        after = taken(one, setting).after()
        with pytest.raises(InputRefused) as refused:
            taken(one, setting, hire=after)
        assert set(refused.value.faults) == {"signed_on"}


@pytest.mark.parametrize("life", ["three_years"])
def test_nobody_starts_before_training_and_agreement(lived: list[Moment], setting: Any, life: str) -> None:
    starts = [one for one in lived if one.act == "start" and one.life == life]
    assert len(starts) == 3
    for one in starts:
        early = replace(one, payload={"started_on": one.on - timedelta(days=1)})
        with pytest.raises(StepRefused) as refused:
            taken(early, setting)
        guards = {answer.guard for answer in refused.value.answers if answer.stops}
        assert guards == {"trained"} | ({"agreement_signed"} if "xunyang" not in one.hire.procedure else set())


# ---- ends that meet --------------------------------------------------------------------------------------------------


def test_a_dismissal_on_the_last_day_of_the_term_is_no_overrun(world: World) -> None:
    hire = _lived_to(world, XY, "late", date(2022, 7, 1), 13)
    ends = world.hire(hire).dossier.term_ends_on
    assert ends is not None
    world.do(hire, "decide_leaving", XY.officer("employer"), ground="term_over", effective_on=ends, reason="不再续签")
    world.walk_to(ends + timedelta(days=1))
    assert world.hire(hire).stage == "ended"
    assert "overrun" not in world.acts(hire)
    assert ("over_term", "hrss") not in world.letters(hire)


def test_a_term_that_ends_overtakes_a_later_resignation(world: World) -> None:
    hire = _lived_to(world, XY, "late", date(2022, 7, 1), 13)
    ends = world.hire(hire).dossier.term_ends_on
    assert ends is not None
    world.walk_to(ends - timedelta(days=20))
    town = XY.officer("employer")
    world.do(hire, "decide_end", town, reason="期满终止")
    world.do(hire, "resign", town, given_on=world.clock.today, leave_on=ends + timedelta(days=15))
    world.walk_to(ends + timedelta(days=1))
    after: Dossier = world.hire(hire).dossier
    assert (after.ended_on, after.paid_until, after.leaving_ground) == (ends, ends, "term_over")


def test_only_the_present_contract_ends_and_none_outlives_its_term(world: World) -> None:
    hire = _lived_to(world, XY, "late", date(2023, 8, 1), len(XY.lives["late"]))
    sql = "SELECT term_no, starts_on, ends_on, ended_on FROM contract WHERE hire_id = ? ORDER BY term_no"
    first, second = ([str(value) for value in row] for row in world.ask(sql, hire))
    assert first == ["1", "2022-06-21", "2023-06-20", "None"]
    assert second == ["2", "2023-06-21", "2024-06-20", str(world.hire(hire).dossier.ended_on)]

    other = _lived_to(world, NM, "undecided", date(2024, 10, 1), len(NM.lives["undecided"]))
    dossier = world.hire(other).dossier
    (row,) = world.ask("SELECT ends_on, ended_on FROM contract WHERE hire_id = ?", other)
    assert dossier.term_ends_on is not None and dossier.ended_on is not None
    assert dossier.ended_on > dossier.term_ends_on  # over term for a month, unpaid
    assert str(row[1]) == str(row[0]) == str(dossier.term_ends_on) == str(dossier.paid_until)
