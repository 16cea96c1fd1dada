"""What a decided step leaves behind: the audit entry, the row of the hire, letters, places; the first entry of all."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import orjson
import pytest

from states.canonical import GENESIS, digest_of, link
from states.decide import ask_opening, decide_posting
from states.facts import SYSTEM, Actor, dossier_to_json
from states.guards import AskOpening
from states.inputs import Override
from states.plan import ENFORCE_MARK, Plan
from states.refusals import StepRefused
from states.separation import FOUR_EYES
from states.vocabulary import Role, State
from tests.support.asking import a_post, a_procedure, an_opening, d
from tests.support.deciding import (
    CHECKER,
    CLERK,
    FIRST_DAY,
    HRSS,
    JUDGE,
    RURAL,
    SETTING,
    Desk,
    at,
    body_of,
    rules_of,
)


def refusal_of(desk: Desk, act: str, by: Actor, day: str = FIRST_DAY, **payload: Any) -> StepRefused:
    with pytest.raises(StepRefused) as refused:
        desk.plan(act, by, day, **payload)
    return refused.value


def stopping(desk: Desk, act: str, by: Actor, day: str = FIRST_DAY, **payload: Any) -> list[str]:
    return [answer.guard for answer in refusal_of(desk, act, by, day, **payload).answers if answer.stops]


# ---- the entry -------------------------------------------------------------------------------------------------------


def a_life() -> Desk:
    """From the vacancy to the end, with words of every kind in it."""
    desk = Desk.at_applied()
    desk.do("meet", CLERK, held_on=d(FIRST_DAY), present=9, in_favour=5, opinion="机密意见")
    desk.do("check", CHECKER, opinion="机密意见")
    desk.do("post", CLERK, posted_on=d(FIRST_DAY), boards=["机密公示栏"])
    seq = desk.do("object", CLERK, text="机密异议", by_name="机密姓名").seq
    desk.do("dismiss_objection", JUDGE, objection=seq, reason="机密理由")
    desk.fire("notice_period", "2026-03-10")
    desk.do("approve", HRSS, "2026-03-10", opinion="机密意见")
    desk.do("approve", RURAL, "2026-03-10")
    desk.do("start", CLERK, "2026-03-11", started_on=d("2026-03-11"))
    signed = desk.do("sign", CLERK, "2026-03-11", signed_on=d("2026-03-11"), number="机密编号").seq
    desk.do("file", CLERK, "2026-03-12", filing="contract", seq=signed, sent_on=d("2026-03-12"), receipt="机密回执")
    desk.do("assess", CLERK, "2026-12-01", year=2026, grade="passed", evidence="机密材料")
    desk.do("protect", CLERK, "2026-12-02", kind="work_injury", until=d("2026-12-20"), evidence="机密材料")
    desk.do("decide_leaving", CLERK, "2027-01-04", ground="other", effective_on=d("2027-01-31"), reason="机密理由",
            evidence="机密材料", law="机密法条")  # fmt: skip
    desk.fire("leaving", "2027-02-01")
    return desk


@pytest.fixture(scope="module")
def life() -> list[Plan]:
    return a_life().plans


def entry(plan: Plan) -> dict[str, Any]:
    rows: list[dict[str, Any]] = plan.rows["audit_entry"]
    return rows[0]


def test_no_words_about_anybody_are_in_the_bytes_of_the_trail(life: list[Plan]) -> None:
    in_rows = "".join(str(row) for plan in life for rows in plan.rows.values() for row in rows)
    for word in ("意见", "公示栏", "异议", "姓名", "理由", "编号", "材料"):
        assert f"机密{word}" in in_rows  # it was said, and it is kept in its own table
    for plan in life:
        changed = orjson.loads(entry(plan)["body"])
        changed["changes"].pop("boards", None)  # where a notice hangs is a fact of the hire, and names nobody
        assert "机密" not in str(changed), changed


def test_the_bytes_are_canonical_and_form_a_chain(life: list[Plan]) -> None:
    head = GENESIS
    for number, plan in enumerate(life, 1):
        body, parsed = entry(plan)["body"], body_of(plan)
        assert list(parsed) == sorted(parsed)
        assert orjson.dumps(parsed, option=orjson.OPT_SORT_KEYS).decode() == body
        assert (parsed["seq"], parsed["prev"], parsed["alg"]) == (number, head, "sha256")
        head = link("sha256", head, body)
        assert head == entry(plan)["hash"] == plan.head == plan.hire["audit_head"]


def test_the_entry_says_who_did_what_from_where_to_where_and_under_which_document() -> None:
    desk = Desk.at_applied()
    plan = desk.do("check", HRSS, "2026-03-03")
    body = desk.body
    assert (body["act"], body["from"], body["to"], body["state"]) == ("check", "applied", "qualified", "qualified")
    assert body["actor"] == {"person": "hrss", "account": HRSS.account_id, "role": "hrss"}
    assert (body["procedure"], body["hire"], body["visit"]) == (desk.hire.procedure, 7, 3)
    assert [answer[0] for answer in body["answers"]] == ["statement_signed", "age_between", "category_in", FOUR_EYES]
    row = entry(plan)
    assert (row["from_stage"], row["to_stage"], row["actor_key"], row["on_day"]) == (
        "applied", "qualified", "hrss", "2026-03-03",
    )  # fmt: skip


def test_the_entry_vouches_for_every_row_of_its_step(life: list[Plan]) -> None:
    kept = {"decision", "notice", "objection", "contract", "assessment", "protection", "departure", "filing"}
    seen = set()
    for plan in life:
        digests = [
            [table, digest_of("sha256", row)] for table in plan.rows if table in kept for row in plan.rows[table]
        ]
        assert sorted(digests) == sorted(body_of(plan)["records"])
        seen |= {table for table, _ in digests}
    assert seen == kept


def test_columns_set_later_are_in_the_entry_without_words(life: list[Plan]) -> None:
    filed = next(body_of(plan) for plan in life if plan.act == "file")
    table, which, what = filed["sets"][0]
    assert (table, which["filing"], set(what)) == ("filing", "contract", {"sent_on", "sent_seq"})
    assert "sets" not in next(body_of(plan) for plan in life if plan.act == "check")


def test_what_changed_in_the_dossier_replays_to_the_dossier(life: list[Plan]) -> None:
    replayed: dict[str, Any] = {}
    for plan in life:
        replayed |= body_of(plan)["changes"]
        replayed = {name: value for name, value in replayed.items() if value is not None}
        assert replayed == dossier_to_json(plan.dossier) == plan.hire["dossier"]


def test_states_that_an_act_passes_through_are_recorded() -> None:
    desk = Desk.at_applied()
    desk.do("review_and_post", HRSS, posted_on=d(FIRST_DAY), boards=["公示栏"])
    assert (desk.body["through"], desk.body["state"]) == (["qualified"], "publicized")
    assert all("through" not in body_of(plan) for plan in desk.plans[:-1])


def test_a_signature_that_waits_has_passed_through_nothing() -> None:
    assert "through" not in body_of(Desk.at_review().plan("approve", HRSS, "2026-03-10"))


def test_the_hash_is_the_one_of_the_setting() -> None:
    desk = Desk.at_vacancy(setting=replace(SETTING, algorithm="sm3"))
    assert desk.body["alg"] == "sm3"
    assert entry(desk.plans[0])["hash"] == link("sm3", GENESIS, entry(desk.plans[0])["body"])


# ---- the row of the hire and the places ------------------------------------------------------------------------------


def test_the_hire_is_written_against_the_version_that_was_read() -> None:
    desk = Desk.at_applied()
    version = desk.hire.version
    plan = desk.plan("check", HRSS)
    assert (plan.hire["version"], plan.after().version) == (version, version + 1)
    assert plan.after().stored == plan.hire["dossier"]
    assert (plan.hire["stage"], plan.hire["state"], plan.hire["submitted_by"]) == ("qualified", "qualified", "hrss")


def test_a_place_is_taken_by_the_notice_and_given_back_by_a_refusal() -> None:
    desk = Desk.at_applied()
    assert [plan.place_delta for plan in desk.plans] == [0, 0]
    desk.do("check", CHECKER)
    assert desk.do("post", CLERK, posted_on=d(FIRST_DAY), boards=["栏"]).place_delta == 1
    seq = desk.do("object", CLERK, text="学历不实").seq
    assert desk.do("uphold_objection", HRSS, objection=seq, reason="属实").place_delta == -1
    assert desk.hire.opening.taken == 0


def test_a_place_is_not_taken_twice() -> None:
    desk = Desk.at_applied(places=1)
    desk.do("check", CHECKER)
    desk.hire = replace(desk.hire, opening=replace(desk.hire.opening, taken=1))
    assert stopping(desk, "post", CLERK, posted_on=d(FIRST_DAY), boards=["栏"]) == ["place_free"]


def test_serving_lasts_from_the_first_day_at_work_to_the_end() -> None:
    plans = a_life().plans
    acts = [plan.act for plan in plans]
    assert [plan.serving for plan in plans] == [acts.index("start") <= n < len(acts) - 1 for n in range(len(acts))]
    assert (acts[-1], plans[-1].stage.stage) == ("leave", "ended")


def test_whoever_is_over_term_is_still_there() -> None:
    desk = Desk.under_contract()
    plan = desk.fire("term_end", "2027-03-11", mark=ENFORCE_MARK)
    assert plan is not None
    assert (plan.stage.stage, plan.serving) == ("over_term", True)


def test_a_refusing_step_is_kept_as_a_refusal() -> None:
    desk = Desk.at_applied()
    desk.do("refuse", HRSS, opinion="不符合条件")
    assert desk.rows["decision"][0]["outcome"] == "refuse"
    assert desk.hire.state is State.REJECTED


def test_letters_are_numbered_within_the_step() -> None:
    desk = Desk.at_review()
    desk.do("approve", HRSS, "2026-03-10")
    plan = desk.do("approve", RURAL, "2026-03-10")
    letter = plan.rows["outbox"][0]
    assert letter["message_id"] == f"7-{plan.seq}-0"
    assert (letter["to_role"], letter["facts"]) == (
        "applicant", {"act": "approve", "on": "2026-03-10", "stage": "approved"},
    )  # fmt: skip


# ---- posting and announcing ------------------------------------------------------------------------------------------


def test_the_first_entry_of_a_hire_is_its_posting() -> None:
    desk = Desk.at_vacancy(closes="2026-03-20")
    plan = desk.plans[0]
    assert (plan.seq, plan.act, body_of(plan)["prev"]) == (1, "post", GENESIS)
    assert body_of(plan)["input"] == {"opening": 5}
    assert (desk.dossier.entered_on, desk.hire.submitted_by) == (d(FIRST_DAY), "clerk")
    assert desk.armed("window") == [("enforce", ENFORCE_MARK)]
    assert decide_posting(plan.before, CLERK, Role.EMPLOYER, at(FIRST_DAY), desk.rules, SETTING).head == plan.head


def announcing() -> AskOpening:
    guards = [
        {"use": "boards_named", "with": {"at_least": 1}, "cite": "一"},
        {"use": "pay_cap", "effect": "principle", "override_by": ["hrss"], "cite": "二"},
        {"use": "minimum_wage", "kinds": ["town"], "cite": "三"},
    ]
    document = a_procedure(announcement={"by": ["employer"], "cite": "一", "guards": guards})
    post = a_post(subsidy_cap_fen=100)
    return AskOpening(document, post, an_opening(), d(FIRST_DAY), SETTING.calendar)


def test_every_guard_of_an_announcement_for_this_kind_of_post_is_asked() -> None:
    ask = announcing()
    answers = ask_opening(ask, rules_of(ask.procedure))
    assert [(answer.guard, answer.stops) for answer in answers] == [("boards_named", True), ("pay_cap", True)]


@pytest.mark.parametrize(("roles", "yields"), [({Role.HRSS}, True), ({Role.EMPLOYER}, False), (set(), False)])
def test_an_officer_sets_a_rule_of_an_announcement_aside(roles: set[Role], yields: bool) -> None:
    ask = announcing()
    said = (Override(guard="pay_cap", reason="经集体研究"), Override(guard="boards_named", reason="经集体研究"))
    answers = ask_opening(ask, rules_of(ask.procedure), frozenset(roles), said)
    assert [answer.stops for answer in answers] == [True, not yields]


def test_the_system_is_nobody() -> None:
    assert SYSTEM.is_system
    assert not CLERK.is_system
    assert re.fullmatch(r"system", SYSTEM.person_key)
