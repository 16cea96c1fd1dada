"""Moving to another version: stages by name or as the new file says, what stands against it, how months are paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest

from states.calendar import default_calendar
from states.clocks import moment
from states.facts import Actor, Grant, Hire
from states.loading import FOLDER, load_procedure
from states.machine import build
from states.move_preview import preview
from states.moving import decide_proposal, obstacles
from states.refusals import StepNotOffered
from states.versions import Versions, in_month
from states.vocabulary import Role, State
from states.writing import Setting
from tests.support.asking import a_hire, a_person
from tests.support.world import MORNING

TEXT = (FOLDER / "liaocheng-2022-4.yaml").read_text(encoding="utf-8")
AT = moment(date(2022, 3, 10)) + MORNING
SETTING = Setting(default_calendar())
HRSS = Actor(4, "hrss", "hrss", (Grant(Role.HRSS, ""),))
MAPPED = 'moves:\n  - {from: "1", stages: {county_review: final_review}, cite: 二(二)}\n  - from: 0.old-terms'


@cache
def versions(*changes: tuple[str, str]) -> Versions:
    """Version 1, and a version 2 in which every first of the pairs reads like the second."""
    text = TEXT.replace('version: "1"', 'version: "2"')
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Versions(build(load_procedure(TEXT, "1.yaml")), build(load_procedure(text, "2.yaml")), "a", "b")


def waiting(**changes: Any) -> Hire:
    """A hire that waits for the county's approval."""
    more: dict[str, Any] = {"entered_on": "2022-03-09", "applied_on": "2022-03-01", **changes}
    hire = a_hire(a_person(), stage="county_review", state=State.PUBLICIZED, kind="rural", **more)
    return replace(hire, procedure="liaocheng-2022-4@1")


def told(hire: Hire, both: Versions) -> list[str]:
    return [said.text() for said in obstacles(hire, both)]


def test_a_stage_without_a_counterpart_stays_until_the_new_file_says_where_it_belongs() -> None:
    renamed = ("county_review", "final_review")
    lost = versions(renamed)
    (why,) = told(waiting(), lost)
    assert why == "新版本里没有与“县级审批”对应的环节，也没有写明归到哪里"
    assert not preview(waiting(), AT, lost, SETTING).possible
    with pytest.raises(StepNotOffered):
        decide_proposal(waiting(), AT, lost, SETTING, HRSS, "改名")
    found = versions(renamed, ("moves:\n  - from: 0.old-terms", MAPPED))
    look = preview(waiting(), AT, found, SETTING)
    assert (look.possible, look.stage and look.stage.stage) == (True, "final_review")
    plan = decide_proposal(waiting(), AT, found, SETTING, HRSS, "改名")
    assert (plan.dossier.move_to, plan.dossier.move_by, plan.stage.stage) == (
        "liaocheng-2022-4@2",
        "hrss",
        "county_review",
    )


def test_what_has_to_be_settled_first() -> None:
    same = versions()
    assert told(waiting(), same) == []
    assert told(waiting(suspended_on="2022-03-09"), same) == ["已于2022-03-09中止办理，恢复之后再移"]
    assert told(waiting(), Versions(same.old, same.old)) == ["已经适用这一版本"]
    grades = versions(("due_day: 31", "due_day: 20"))
    assert told(waiting(proposed_year=2022), grades) == ["考核办法不同，而本年度考核已登记未审定，审定之后再移"]
    assert told(waiting(proposed_year=2022), same) == []
    kinds = versions(("- kind: rural\n    zh", "- kind: countryside\n    zh"), ("[rural]", "[countryside]"),
                     ("[rural, urban]", "[countryside, urban]"), ("rural: ", "countryside: "))  # fmt: skip
    assert told(waiting(), kinds) == ["新版本没有“乡村公益性岗位”这类岗位"]


def test_months_are_paid_by_what_held_on_their_last_day() -> None:
    kept = {"earlier": {"d@0": "2022-02-28", "d@1": "2022-05-15"}, "old_pay_fen": 80000, "old_pay_until": "2022-02-28"}
    months = {
        date(2022, 2, 1): ("d@0", 80000),
        date(2022, 3, 1): ("d@1", 95000),
        date(2022, 5, 1): ("d@2", 95000),  # moved on the sixteenth: the month is paid by the version of its end
    }
    for first, expected in months.items():
        last = date(first.year, first.month, 31 if first.month != 2 else 28)
        assert in_month(kept, "d@2", 95000, last) == expected
    assert in_month({"old_pay_fen": 0}, "d@2", 95000, date(2022, 3, 31)) == ("d@2", 0)


def test_a_move_is_proposed_in_a_role_of_ones_own_before_one_as_somebodys_deputy() -> None:
    grants = (Grant(Role.HRSS, "", deputy_for="principal"), Grant(Role.TOWNSHIP, ""))
    both = versions()
    assert min(Role.HRSS, Role.TOWNSHIP) is Role.HRSS
    plan = decide_proposal(waiting(), AT, both, SETTING, Actor(4, "both", "both", grants), "文件换版")
    (decided,) = plan.rows["decision"]
    assert (decided["role"], decided["deputy_for"]) == ("township", None)
