"""Help after leaving: what each need asks for, one less and just enough, and what may follow what."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from states.aftercare import (
    ACTS,
    NEEDS,
    REASONS,
    STANDS,
    Act,
    Case,
    Done,
    Need,
    Reason,
    Stand,
    due_on,
    gap,
    move,
    ruled,
    standards,
    wanted,
)
from states.faults import InvalidProcedure
from states.loading import Catalogue, shipped
from states.procedure import Procedure
from states.refusals import StepNotOffered, StepRefused
from states.ruleset import shipped_rulesets

PROCEDURE = next(one for one in shipped().values() if one.procedure == "liaocheng-2022-4")
#: a county that has ruled that the standard binds
BOUND = PROCEDURE.with_rulings({"aftercare_minimum_binds": True}, "1+x", standards().gaps)
CQ, LC = "渝人社办〔2022〕317号五(二)", "聊政办字〔2022〕4号二(五)"


def case(state: Stand, need: Need | None, *acts: str, hardship: bool = False, procedure: Procedure = BOUND) -> Case:
    """``acts`` as ``job:岗位一``."""
    done = tuple(Done(*one.split(":")) for one in acts)
    return Case(state, need, hardship, done, procedure)


@pytest.mark.parametrize(
    ("need", "hardship", "lacking", "enough", "articles"),
    [
        (Need.UNWILLING, False, ["talk:一"], ["talk:一", "guidance:二"], [CQ]),
        (Need.UNWILLING, False, ["guidance:一", "guidance:二"], ["guidance:一", "talk:二"], [CQ]),
        (Need.UNSKILLED, False, ["job:一", "talk:二"], ["training:电工班"], [CQ]),
        (Need.WILLING, False, ["job:一", "job:二"], ["job:一", "job:二", "job:三"], [CQ]),
        (Need.WILLING, False, ["job:一", "job:二", "job:二"], ["job:二", "job:三", "job:四"], [CQ]),
        (Need.UNREACHABLE, False, ["contact:未接"] * 2, ["contact:未接"] * 3, [LC]),
        (Need.NONE, True, ["talk:一"], ["referral:已转民政所"], [LC]),
        (Need.UNSKILLED, True, ["training:电工班"], ["training:电工班", "referral:已转民政所"], [LC]),
        (Need.UNSKILLED, True, [], ["training:电工班", "referral:已转民政所"], [CQ, LC]),
    ],
)
def test_a_case_is_closed_when_its_need_has_what_it_asks_for(
    need: Need, hardship: bool, lacking: list[str], enough: list[str], articles: list[str]
) -> None:
    with pytest.raises(StepRefused) as refused:
        move(case(Stand.ASSESSED, need, *lacking, hardship=hardship), Act.CLOSE, Reason.SERVED)
    assert refused.value.articles == articles
    assert move(case(Stand.ASSESSED, need, *enough, hardship=hardship), Act.CLOSE, Reason.SERVED) is Stand.CLOSED


def test_the_standard_of_another_place_is_told_and_binds_where_it_is_from_or_the_county_says_so() -> None:
    lacking = {"state": Stand.ASSESSED, "need": Need.WILLING}
    elsewhere = case(**lacking, procedure=PROCEDURE)  # type: ignore[arg-type]
    assert [(one.act, one.n, one.binds, one.article) for one in wanted(elsewhere)] == [(Act.JOB, 3, False, CQ)]
    assert move(elsewhere, Act.CLOSE, Reason.SERVED) is Stand.CLOSED
    document = PROCEDURE.document.model_copy(update={"region": "500101"})
    there = PROCEDURE.model_validate({**PROCEDURE.model_dump(by_alias=True), "document": document})
    for bound in (there, BOUND):
        with pytest.raises(StepRefused):
            move(case(**lacking, procedure=bound), Act.CLOSE, Reason.SERVED)  # type: ignore[arg-type]
    # whom nobody reached, and who is in hardship, is no matter of that standard
    for need, hardship in ((Need.UNREACHABLE, False), (Need.NONE, True)):
        with pytest.raises(StepRefused):
            move(case(Stand.ASSESSED, need, hardship=hardship, procedure=PROCEDURE), Act.CLOSE, Reason.SERVED)


def test_a_county_rules_in_its_folder_what_no_document_says(tmp_path: Path) -> None:
    (tmp_path / "gaps.yaml").write_text("neimenggu-2022-10:\n  aftercare_minimum_binds: true\n", encoding="utf-8")
    catalogue = Catalogue.load(tmp_path)
    found = [
        ruled(catalogue.current(name), "aftercare_minimum_binds") for name in ("neimenggu-2022-10", "baihe-2022-72")
    ]
    assert found == [1, 0]
    (tmp_path / "gaps.yaml").write_text("neimenggu-2022-10:\n  aftercare_minimum_binds: 3\n", encoding="utf-8")
    with pytest.raises(InvalidProcedure):
        Catalogue.load(tmp_path)


def test_who_needs_nothing_is_asked_and_no_more() -> None:
    assert wanted(case(Stand.ASSESSED, Need.NONE)) == ()
    assert move(case(Stand.ASSESSED, Need.NONE), Act.CLOSE, Reason.SERVED) is Stand.CLOSED
    with pytest.raises(StepNotOffered, match="还没有摸底"):
        move(case(Stand.OPEN, None), Act.CLOSE, Reason.SERVED)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.SERVED])
@pytest.mark.parametrize("state", [state for state in Stand if state is not Stand.CLOSED])
def test_a_named_reason_closes_a_case_whatever_was_done(state: Stand, reason: Reason) -> None:
    assert move(case(state, Need.WILLING, hardship=True), Act.CLOSE, reason) is Stand.CLOSED


#: where each act leads from each state; None: not from there
MOVES = {
    Act.ASSESS: {Stand.OPEN: "assessed", Stand.ASSESSED: "assessed", Stand.SERVED: "assessed"},
    Act.CONTACT: {Stand.OPEN: "open", Stand.ASSESSED: "assessed", Stand.SERVED: "served", Stand.REFERRED: "referred"},
    Act.TALK: {Stand.ASSESSED: "assessed", Stand.SERVED: "served", Stand.REFERRED: "referred"},
    Act.JOB: {Stand.ASSESSED: "assessed", Stand.SERVED: "served", Stand.REFERRED: "referred"},
    Act.STARTUP: {Stand.ASSESSED: "assessed", Stand.SERVED: "served", Stand.REFERRED: "referred"},
    Act.REFERRAL: {Stand.ASSESSED: "referred", Stand.SERVED: "referred", Stand.REFERRED: "referred"},
}
MOVES[Act.ASSESS][Stand.REFERRED] = "assessed"


@pytest.mark.parametrize("act", MOVES)
@pytest.mark.parametrize("state", Stand)
def test_what_may_follow_what(act: Act, state: Stand) -> None:
    tried = case(state, Need.WILLING, f"{act.value}:一")
    to = MOVES[act].get(state)
    if to is None:
        with pytest.raises(StepNotOffered):
            move(tried, act)
    else:
        assert move(tried, act) == to


def test_the_last_service_that_was_owed_shows_on_the_case() -> None:
    two = case(Stand.ASSESSED, Need.WILLING, "job:一", "job:二")
    three = case(Stand.ASSESSED, Need.WILLING, "job:一", "job:二", "job:三")
    assert (move(two, Act.JOB), move(three, Act.JOB)) == (Stand.ASSESSED, Stand.SERVED)
    # what civil affairs are owed is another matter than the services
    assert move(case(Stand.ASSESSED, Need.UNSKILLED, "training:一", hardship=True), Act.TRAINING) is Stand.SERVED


def test_our_numbers_are_gaps_that_a_version_of_a_procedure_may_rule() -> None:
    assert due_on(PROCEDURE, date(2026, 11, 30)) == date(2027, 2, 28)
    own = gap("aftercare_due_months").model_copy(update={"default": 6})
    stricter = PROCEDURE.model_validate({**PROCEDURE.model_dump(by_alias=True), "gaps": (*PROCEDURE.gaps, own)})
    assert (ruled(PROCEDURE, "aftercare_due_months"), ruled(stricter, "aftercare_due_months")) == (3, 6)


def test_our_gaps_are_found_by_their_names_wherever_they_stand() -> None:
    names = ["aftercare_attempts", "aftercare_due_months", "aftercare_minimum_binds"]
    assert [gap(name).gap for name in names] == names
    assert gap("aftercare_due_months").unit == "months"
    with pytest.raises(KeyError):
        gap("aftercare")


def test_the_standard_is_the_rule_set_and_everything_has_its_words() -> None:
    rules = shipped_rulesets()[standards().standard]
    assert {line.situation for line in rules.services} <= {need.value for need in Need}
    assert {offer.service for line in rules.services for offer in line.offers} <= {act.value for act in Act}
    assert (set(STANDS), set(NEEDS), set(ACTS), set(REASONS)) == (set(Stand), set(Need), set(Act), set(Reason))
