"""Who may not take a step although their role may: four eyes over a whole hiring, deputies, and recusal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from states.facts import Actor, Grant, Person
from states.refusals import StepRefused
from states.separation import RECUSAL_LAW, related
from states.surnames import surname
from states.vocabulary import Role
from tests.support.deciding import CHECKER, CLERK, FIRST_DAY, HRSS, JUDGE, RURAL, Desk, able, officer

KIN = frozenset({"address:1"})


def stopped(desk: Desk, act: str, by: Actor, day: str = FIRST_DAY, **payload: Any) -> dict[str, str]:
    """What stops the step, by guard, with its article; empty when nothing does."""
    try:
        desk.plan(act, by, day, **payload)
    except StepRefused as refused:
        return {answer.guard: answer.article for answer in refused.answers if answer.stops}
    return {}


def deputy(of: Actor, role: Role, name: str = "deputy") -> Actor:
    return Actor(500, name, name, (Grant(role, "990000", deputy_for=of.person_key, deputy_name=of.name),))


# ---- one approval in one hiring --------------------------------------------------------------------------------------


def test_whoever_checked_does_not_approve_under_any_account_or_as_anybodys_deputy() -> None:
    desk = Desk.at_review()  # CHECKER has checked
    second_account = replace(CHECKER, account_id=999)
    as_deputy = Actor(7, CHECKER.person_key, "checker", (Grant(Role.RURAL, "990000", deputy_for=RURAL.person_key),))
    for by in (CHECKER, second_account, as_deputy, deputy(CHECKER, Role.HRSS)):
        assert set(stopped(desk, "approve", by, "2026-03-10")) == {"four_eyes"}
    assert stopped(desk, "approve", HRSS, "2026-03-10") == {}


def test_a_deputy_counts_as_themselves_and_as_whom_they_stand_in_for() -> None:
    desk = Desk.at_review()
    stand_in = deputy(HRSS, Role.HRSS)
    plan = desk.do("approve", stand_in, "2026-03-10")
    assert plan.rows["decision"][0]["deputy_for"] == HRSS.person_key
    assert desk.body["actor"] == {"person": "deputy", "account": 500, "role": "hrss", "deputy_for": "hrss"}
    assert set(desk.dossier.approvers) >= {"deputy", "hrss"}
    for by in (
        officer("deputy", Role.RURAL),
        Actor(1, HRSS.person_key, "hrss", (Grant(Role.RURAL, "990000"),)),
        deputy(HRSS, Role.RURAL, "third"),
    ):
        assert set(stopped(desk, "approve", by, "2026-03-10")) == {"four_eyes"}
    assert stopped(desk, "approve", RURAL, "2026-03-10") == {}


def test_an_own_role_goes_before_a_role_held_as_deputy() -> None:
    both = Actor(
        1, "both", "both", (Grant(Role.HRSS, "990000", deputy_for="hrss"), Grant(Role.RURAL, "990000"))
    )  # fmt: skip
    plan = Desk.at_review().do("approve", both, "2026-03-10")
    assert (plan.rows["decision"][0]["role"], plan.rows["decision"][0]["deputy_for"]) == ("rural", None)


def test_the_submitter_does_not_approve_through_a_deputy() -> None:
    desk = Desk.at_applied()  # CLERK has taken the application; the check is independent
    assert set(stopped(desk, "check", deputy(CLERK, Role.HRSS))) == {"four_eyes"}
    assert stopped(desk, "check", deputy(JUDGE, Role.HRSS)) == {}


def test_who_had_a_deputy_submit_does_not_approve_nor_does_another_deputy_of_theirs() -> None:
    """Deputy D of P takes the application, proposes the assessment, asks for a correction: P decides none of them."""
    principal = officer("principal", Role.EMPLOYER)
    asking = deputy(principal, Role.EMPLOYER, "first")
    desk = Desk.at_vacancy()
    desk.do("apply", asking, candidate=able(), person_id=3)
    for by in (officer("principal", Role.HRSS), deputy(principal, Role.HRSS, "second"), officer("first", Role.HRSS)):
        assert set(stopped(desk, "check", by)) == {"four_eyes"}
    assert stopped(desk, "check", HRSS) == {}
    desk.do("check", HRSS)
    assert desk.dossier.submitted_for is None, "what came before is not theirs any more"
    desk = Desk.under_contract()
    desk.do("assess", asking, "2026-12-01", year=2026, grade="passed")
    for by in (officer("principal", Role.HRSS), deputy(principal, Role.HRSS, "second")):
        assert set(stopped(desk, "rule_assessment", by, "2026-12-02")) == {"four_eyes"}
    stand_in = deputy(HRSS, Role.HRSS, "third")
    desk.do("rule_assessment", stand_in, "2026-12-02")
    for by in (officer("hrss", Role.RURAL), officer("third", Role.RURAL), deputy(HRSS, Role.RURAL, "fourth")):
        assert set(stopped(desk, "rule_assessment", by, "2026-12-02")) == {"four_eyes"}, "one for two bureaus"
    assert stopped(desk, "rule_assessment", RURAL, "2026-12-02") == {}
    desk.do("rule_assessment", RURAL, "2026-12-02")
    assert desk.dossier.ruled_year == 2026 and desk.dossier.proposed_for is None


def test_the_chain_ends_with_the_hiring() -> None:
    desk = Desk.under_contract()
    desk.do("assess", CLERK, "2026-12-01", year=2026, grade="passed")
    desk.do("rule_assessment", HRSS, "2026-12-02")  # HRSS approved the hiring, and rules on the year's work
    desk.do("rule_assessment", RURAL, "2026-12-02")
    assert desk.dossier.ruled_year == 2026


def test_a_refusal_is_no_approval() -> None:
    desk = Desk.at_review()
    assert CHECKER.person_key in desk.dossier.approvers
    desk = Desk.at_applied()
    plan = desk.do("refuse", HRSS, opinion="不符合条件")
    assert plan.rows["decision"][0]["approves"] is False and desk.dossier.approvers == ()


# ---- recusal ---------------------------------------------------------------------------------------------------------


def kin(**changes: Any) -> Person:
    return able(**{"surname": "王", "contacts": KIN, **changes})


def wang(role: Role = Role.HRSS, **changes: Any) -> Actor:
    return replace(officer("王某", role), **{"contacts": KIN, **changes})


def test_nobody_deals_with_their_own_case() -> None:
    desk = Desk.at_applied(person=able(key="hrss"))
    for act in ("check", "refuse", "comment"):
        assert stopped(desk, act, HRSS, opinion="意见", **({"text": "附言"} if act == "comment" else {})) == {
            "recusal": RECUSAL_LAW
        }
    assert stopped(Desk.at_vacancy(), "apply", CLERK, candidate=able(key="clerk"), person_id=3) == {
        "recusal": RECUSAL_LAW
    }
    applicant = officer("clerk", Role.APPLICANT)
    assert stopped(Desk.at_vacancy(), "apply", applicant, candidate=able(key="clerk"), person_id=3) == {}


def test_a_declared_relative_is_kept_away_until_a_higher_level_clears_it() -> None:
    declared = able(relatives=frozenset({"hrss"}))
    assert stopped(Desk.at_applied(person=declared), "check", HRSS) == {"recusal": RECUSAL_LAW}
    assert stopped(Desk.at_applied(person=declared), "check", JUDGE) == {}
    cleared = replace(declared, cleared=frozenset({"hrss"}))
    assert stopped(Desk.at_applied(person=cleared), "check", HRSS) == {}
    another = replace(declared, cleared=frozenset({"judge"}))
    assert stopped(Desk.at_applied(person=another), "check", HRSS) == {"recusal": RECUSAL_LAW}
    itself = replace(able(key="hrss"), cleared=frozenset({"hrss"}))
    assert stopped(Desk.at_applied(person=itself), "check", HRSS), "nobody is cleared for their own case"


@pytest.mark.parametrize(
    ("person", "actor", "flag"),
    [
        (kin(), wang(), "flag"),
        (kin(surname="李"), wang(), None),
        (kin(contacts=frozenset({"phone:2"})), wang(), None),
        (kin(contacts=frozenset()), wang(contacts=frozenset()), None),
        (kin(surname=""), wang(name=""), None),
        (kin(relatives=frozenset({"王某"})), wang(), "relative"),
    ],
)
def test_the_same_surname_and_address_raise_a_flag_and_either_alone_does_not(
    person: Person, actor: Actor, flag: str | None
) -> None:
    assert related(actor, person) == flag
    assert bool(stopped(Desk.at_applied(person=person), "check", actor)) is (flag is not None)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("王某", "王"), ("欧阳某", "欧阳"), ("钟离某", "钟离"), ("百里某", "百里"), ("独孤某", "独孤"),
        ("万俟卨", "万俟"), ("欧阳", "欧"), ("李", "李"), ("", ""), ("Li Si", "L"),
    ],
)  # fmt: skip
def test_surnames_of_two_characters_are_known(name: str, found: str) -> None:
    assert surname(name) == found


def test_a_recused_officer_sees_why_at_every_button() -> None:
    desk = Desk.at_applied(person=kin())
    offered = desk.offers(wang())
    assert offered and not any(offer.open for offer in offered.values())
    for offer in offered.values():
        (answer,) = [answer for answer in offer.answers if answer.guard == "recusal"]
        assert answer.verdict.inputs == {"relation": "flag"} and answer.verdict.remedy is not None


def test_recusal_reaches_whoever_stands_in_for_the_person_or_for_their_kin() -> None:
    for person, relation in ((able(key="hrss"), "principal"), (able(relatives=frozenset({"hrss"})), "principals_kin")):
        desk = Desk.at_applied(person=person)
        assert stopped(desk, "check", deputy(HRSS, Role.HRSS)) == {"recusal": RECUSAL_LAW}
        (answer,) = [a for a in desk.offers(deputy(HRSS, Role.HRSS))["check"].answers if a.guard == "recusal"]
        assert answer.verdict.inputs == {"relation": relation}
        assert stopped(desk, "check", deputy(JUDGE, Role.HRSS)) == {}
    declared = able(relatives=frozenset({"hrss"}), cleared=frozenset({"hrss"}))
    assert stopped(Desk.at_applied(person=declared), "check", deputy(HRSS, Role.HRSS)) == {}
    both = able(relatives=frozenset({"hrss", "deputy"}), cleared=frozenset({"deputy"}))
    assert stopped(Desk.at_applied(person=both), "check", deputy(HRSS, Role.HRSS)), "the principal is not cleared"
    own = Actor(7, "deputy", "deputy", (Grant(Role.COUNTY, "990000"), Grant(Role.HRSS, "990000", deputy_for="hrss")))
    assert stopped(Desk.at_applied(person=able(key="hrss")), "check", own) == {}, "in a role of one's own"
