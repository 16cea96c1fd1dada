"""Steps by HTTP: held to a version, kept once under a key, refused with every guard's answer and its article."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from notifications import i18n
from states.refusals import StepRefused
from states.vocabulary import Role
from tests.api.support import OTHER, OWN, PARENT, PROCEDURE, TOWN, Service
from tests.support.world import officer

EMPLOYER = (Role.EMPLOYER, OWN)
HRSS = (Role.HRSS, PARENT)
PROBLEM = "application/problem+json"
NUMBER = "旬人社发〔2022〕88号"


def a_hire(service: Service, **person: Any) -> int:
    """A hire somebody has applied for."""
    world = service.world
    who = world.a_person("张三", person.pop("born", date(1990, 3, 5)), "男", OWN, **person)
    hire = world.an_opening(TOWN, world.a_post(PROCEDURE, "town", OWN), places=1).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=who)
    return hire


def test_a_step_needs_no_version_and_answers_with_the_new_one(service: Service) -> None:
    hire = a_hire(service)
    seen = service.as_(EMPLOYER).get(f"/api/v1/hires/{hire}")
    done = service.as_(EMPLOYER).post(f"/api/v1/hires/{hire}/actions/check", json={"opinion": "合格"})
    assert done.status_code == 200
    body = done.json()
    assert (body["stage"], body["replayed"]) == ("checked", False)
    assert {answer["passed"] for answer in body["answers"]} == {True}
    assert done.headers["etag"] == f'"{body["version"]}"' != seen.headers["etag"]
    assert service.as_(EMPLOYER).get(f"/api/v1/hires/{hire}").headers["etag"] == done.headers["etag"]


def test_a_version_that_has_passed_is_412_and_changes_nothing(service: Service) -> None:
    hire = a_hire(service)
    client = service.as_(EMPLOYER)
    seen = client.get(f"/api/v1/hires/{hire}").headers["etag"]
    taken = client.post(f"/api/v1/hires/{hire}/actions/check", headers={"if-match": seen})
    assert taken.status_code == 200
    before = service.fingerprint()
    stale = client.post(f"/api/v1/hires/{hire}/actions/withdraw", headers={"if-match": seen})
    assert (stale.status_code, stale.headers["content-type"]) == (412, PROBLEM)
    assert stale.json()["current"] == taken.json()["version"]
    assert service.fingerprint() == before


@pytest.mark.parametrize("tag", ['"999999999999999999999"', 'W/"3"', '"x"', '"²"', '""'])
def test_a_tag_that_is_not_ours_matches_no_version(quick: Service, tag: str) -> None:
    hire = a_hire(quick)
    sent = [(b"if-match", tag.encode())]
    done = quick.as_(EMPLOYER).post(f"/api/v1/hires/{hire}/actions/check", headers=sent)
    assert done.status_code == 412


def test_a_tag_that_is_no_tag_is_named(quick: Service) -> None:
    hire = a_hire(quick)
    done = quick.as_(EMPLOYER).post(f"/api/v1/hires/{hire}/actions/check", headers={"if-match": "7"})
    assert done.status_code == 422
    assert list(done.json()["faults"]) == ["If-Match"]


def test_the_same_key_has_one_effect_and_the_same_answer(service: Service) -> None:
    hire = a_hire(service)
    client, path = service.as_(EMPLOYER), f"/api/v1/hires/{hire}/actions/check"
    first = client.post(path, json={"opinion": "合格"}, headers={"idempotency-key": "once"}).json()
    before = service.fingerprint()
    again = client.post(path, json={"opinion": "合格"}, headers={"idempotency-key": "once"})
    assert again.status_code == 200
    assert again.json() == {**first, "answers": again.json()["answers"], "replayed": True}
    assert service.fingerprint() == before


def test_the_same_key_with_another_body_is_refused(service: Service) -> None:
    hire = a_hire(service)
    client, path = service.as_(EMPLOYER), f"/api/v1/hires/{hire}/actions/check"
    client.post(path, json={"opinion": "合格"}, headers={"idempotency-key": "once"})
    before = service.fingerprint()
    other = client.post(path, json={"opinion": "不合格"}, headers={"idempotency-key": "once"})
    assert (other.status_code, other.json()["type"]) == (422, "urn:zaigang:problem:key-reused")
    assert service.fingerprint() == before


def test_a_key_belongs_to_one_account(service: Service) -> None:
    hire = a_hire(service)
    path, key = f"/api/v1/hires/{hire}/actions/", {"idempotency-key": "once"}
    service.as_(EMPLOYER).post(path + "check", headers=key)
    other = service.as_(HRSS).post(path + "recheck", headers=key)
    assert (other.status_code, other.json()["replayed"]) == (200, False)


def test_a_refusal_brings_every_answer_with_its_article(service: Service) -> None:
    """Too old by eleven years: the other rules of the step are answered too."""
    hire = a_hire(service, born=date(1966, 1, 1))
    done = service.as_(EMPLOYER).post(f"/api/v1/hires/{hire}/actions/check")
    assert (done.status_code, done.headers["content-type"]) == (409, PROBLEM)
    problem = done.json()
    assert (problem["type"], problem["status"]) == ("urn:zaigang:problem:step-refused", 409)
    assert problem["title"] == "未予办理"
    stopping = [answer for answer in problem["answers"] if answer["stops"]]
    assert [answer["guard"] for answer in stopping] == ["age_between"]
    assert stopping[0]["article"] == f"{NUMBER}二(二)2"
    assert problem["detail"] == stopping[0]["sentence"]
    assert "56周岁" in problem["detail"]
    assert all(answer["article"] for answer in problem["answers"])
    assert {"category_in", "education_at_least", "months_left"} <= {answer["guard"] for answer in problem["answers"]}


def test_a_refusal_is_told_in_english_to_whoever_asks_for_it(quick: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    hire = a_hire(quick, born=date(1966, 1, 1))
    refusal = quick.world.refused(hire, "check", TOWN)
    assert isinstance(refusal, StepRefused)
    english = {answer.verdict.say.pattern: f"{answer.guard} in English" for answer in refusal.answers}
    for pattern, words in english.items():
        monkeypatch.setitem(i18n._words("en"), pattern, words)
    asked = {"accept-language": "en-GB,en;q=0.8,zh;q=0.2"}
    done = quick.as_(EMPLOYER).post(f"/api/v1/hires/{hire}/actions/check", headers=asked)
    problem = done.json()
    assert (problem["title"], problem["detail"]) == ("Not done", "age_between in English")
    assert done.headers["content-language"] == "en"
    assert {answer["sentence"] for answer in problem["answers"]} <= set(english.values())
    # the article is quoted as it is printed
    assert f"{NUMBER}二(二)2" in {answer["article"] for answer in problem["answers"]}


def test_the_account_s_language_is_used_where_the_request_names_none(quick: Service) -> None:
    hire = a_hire(quick, born=date(1966, 1, 1))
    client = quick.as_(EMPLOYER, language="en")
    done = client.post(f"/api/v1/hires/{hire}/actions/check")
    assert done.headers["content-language"] == "en"


def test_a_rule_in_principle_is_set_aside_by_its_officer_with_a_reason(quick: Service) -> None:
    """Four eyes is no rule in principle: naming it changes nothing."""
    hire = a_hire(quick)
    client = quick.as_(EMPLOYER, HRSS)
    client.post(f"/api/v1/hires/{hire}/actions/check")
    override = {"overrides": [{"guard": "four_eyes", "reason": "人手不足"}]}
    done = client.post(f"/api/v1/hires/{hire}/actions/recheck", json=override)
    assert done.status_code == 409
    assert [a["guard"] for a in done.json()["answers"] if a["stops"]] == ["four_eyes"]


def test_a_step_that_is_not_offered_here_is_409_and_for_another_role_403(quick: Service) -> None:
    hire = a_hire(quick)
    early = quick.as_(EMPLOYER).post(f"/api/v1/hires/{hire}/actions/sign", json={"signed_on": "2022-06-01"})
    assert (early.status_code, early.json()["type"]) == (409, "urn:zaigang:problem:step-not-offered")
    foreign = quick.as_(HRSS).post(f"/api/v1/hires/{hire}/actions/check")
    assert (foreign.status_code, foreign.json()["type"]) == (403, "urn:zaigang:problem:role-not-allowed")


def test_the_input_is_refused_field_by_field(quick: Service) -> None:
    hire = a_hire(quick)
    client = quick.as_(EMPLOYER)
    bad = client.post(f"/api/v1/hires/{hire}/actions/check", json={"opinion": "x" * 2001, "stage": "contracted"})
    assert bad.status_code == 422
    assert bad.json()["faults"] == {"opinion": "内容过长", "stage": "没有这一项"}


@pytest.mark.parametrize("ids", [[], list(range(1, 502))])
def test_many_are_at_least_one_and_at_most_500(quick: Service, ids: list[int]) -> None:
    done = quick.as_(EMPLOYER).post("/api/v1/actions/check", json={"hire_ids": ids})
    assert done.status_code == 422


def test_many_hires_are_answered_one_by_one_and_none_holds_up_the_others(service: Service) -> None:
    world = service.world
    post = world.a_post(PROCEDURE, "town", OWN)
    young, old, vacant = world.an_opening(TOWN, post, places=3).hire_ids
    world.do(young, "apply", TOWN, person_id=world.a_person("张三", date(1990, 3, 5), "男", OWN))
    world.do(old, "apply", TOWN, person_id=world.a_person("李四", date(1966, 3, 5), "男", OWN))
    abroad = officer("d" * 64, Role.EMPLOYER, OTHER, 900004)
    there = world.an_opening(abroad, world.a_post(PROCEDURE, "town", OTHER)).hire_ids[0]

    sent = {"hire_ids": [young, old, vacant, there, 987654, young]}
    done = service.as_(EMPLOYER).post("/api/v1/actions/check", json=sent)
    assert done.status_code == 200
    items = {item["hire_id"]: item for item in done.json()["items"]}
    assert {hire: item["status"] for hire, item in items.items()} == {
        young: 200, old: 409, vacant: 409, there: 404, 987654: 404
    }  # fmt: skip
    # what lies elsewhere and what does not exist cannot be told apart
    assert items[there]["problem"] == items[987654]["problem"]
    assert [a["guard"] for a in items[old]["problem"]["answers"] if a["stops"]] == ["age_between"]
    assert world.acts(young) == ["post", "apply", "check"]
    assert world.acts(old) == ["post", "apply"]


def test_an_applicant_applies_for_nobody_else(service: Service) -> None:
    world = service.world
    me = world.a_person("张三", date(1990, 3, 5), "男", OWN, key="e" * 64)
    other = world.a_person("李四", date(1991, 3, 5), "男", OWN)
    vacancy, second = world.an_opening(TOWN, world.a_post(PROCEDURE, "town", OWN), places=2).hire_ids
    client = service.as_((Role.APPLICANT, OWN), person="e" * 64)
    answers = [
        client.post(f"/api/v1/hires/{vacancy}/actions/apply", json={"person_id": person}) for person in (other, 987654)
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json() == answers[1].json()
    bulk = client.post("/api/v1/actions/apply", json={"hire_ids": [vacancy], "input": {"person_id": other}})
    assert bulk.status_code == 422
    assert client.post(f"/api/v1/hires/{vacancy}/actions/apply", json={"person_id": me}).status_code == 200
    # and withdraws nobody else
    world.do(second, "apply", TOWN, person_id=other)
    assert client.post(f"/api/v1/hires/{second}/actions/withdraw").status_code == 404
    [line] = client.post("/api/v1/actions/withdraw", json={"hire_ids": [second]}).json()["items"]
    assert line["status"] == 404 and world.hire(second).stage == "applied"
    assert client.post(f"/api/v1/hires/{vacancy}/actions/withdraw").status_code == 200


def test_an_announcement_is_refused_with_its_guards(quick: Service) -> None:
    client = quick.as_(EMPLOYER)
    post = quick.world.a_post(PROCEDURE, "town", OWN)
    many = client.post("/api/v1/openings", json={"post_id": post, "places": 43, "boards": ["镇公示栏"]})
    assert many.status_code == 409
    assert [(a["guard"], a["article"]) for a in many.json()["answers"] if a["stops"]] == [
        ("quota_cap", f"{NUMBER}二(一)")
    ]
    early = client.post("/api/v1/openings", json={"post_id": post, "places": 1, "closes_on": "2022-05-31"})
    assert early.status_code == 422
    assert list(early.json()["faults"]) == ["closes_on"]
