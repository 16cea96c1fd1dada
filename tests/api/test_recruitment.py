"""Openings, applicants, people and posts by JSON: what is answered, what is refused, and that nothing is kept then."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from states.vocabulary import Role
from tests.api.support import CHILD, OTHER, OWN, PARENT, PROCEDURE, TOWN, Service, number

CLERK, COUNTY = (Role.EMPLOYER, OWN), (Role.HRSS, PARENT)
CONTENT = {
    "duties": "信息采集",
    "conditions": "见办法",
    "where": "镇政府",
    "contact": "王建国 0915-7200000",
    "pay": "每月1400元",
    "term": "一年",
}
NUMBER = number(date(1990, 3, 5), 11)
APPLICATION: dict[str, Any] = {
    "name": "张三",
    "id_number": NUMBER,
    "education": "senior_secondary",
    "home_region": CHILD,
    "phone": "13800001234",
    "statements": ["health"],
    "claimed": ["lifted"],
    "consent": "yes",
}


def opening_of(service: Service, **more: Any) -> int:
    post = service.world.a_post(PROCEDURE, "town", OWN)
    return service.world.an_opening(TOWN, post, **{"closes_on": date(2022, 6, 10), **more}).opening_id


def kept(service: Service) -> dict[str, Any]:
    """What a refusal may not change; accounts are made on the way, as tests ask for them."""
    return service.fingerprint() | {"account": 0, "role_grant": 0, "public_attempt": 0}


# ---- announcements


def test_a_draft_is_completed_and_published(service: Service) -> None:
    client = service.as_(CLERK)
    post = service.world.a_post(PROCEDURE, "town", OWN)
    draft = client.get("/api/v1/openings/draft", params={"post_id": post}).json()
    assert draft["birth_range"] | {"articles": []} == {
        "earliest": "1976-06-02",
        "latest": "2004-06-01",
        "on": "2022-06-01",
        "measured": "announced_on",
        "text": "1976年6月2日至2004年6月1日出生",
        "note": "年龄以公告之日（2022年6月1日）计算",
        "articles": [],
    }
    assert {a["guard"] for a in draft["answers"]} >= {"quota_cap", "boards_named", "budget_lasts"}
    body = {"post_id": post, "places": 1, "boards": ["公示栏"], "content": draft["content"]}
    before = kept(service)
    lacking = client.post("/api/v1/openings", json=body)
    assert lacking.status_code == 422 and list(lacking.json()["faults"]) == ["content.contact"]
    assert kept(service) == before
    body["content"]["contact"] = "王建国 0915-7200000"
    made = client.post("/api/v1/openings", json=body)
    assert made.status_code == 201
    shown = client.get(f"/api/v1/openings/{made.json()['opening_id']}").json()["opening"]
    assert shown["content"]["contact"] == "王建国 0915-7200000" and shown["cancelled_on"] is None


def test_an_announcement_is_taken_back_before_anybody_applied(service: Service) -> None:
    opening = opening_of(service, places=2)
    path = f"/api/v1/openings/{opening}/cancel"
    before = kept(service)
    assert service.as_((Role.EMPLOYER, OTHER)).post(path, json={"reason": "岗位调整"}).status_code == 404
    assert service.as_(CLERK).post(path, json={"reason": ""}).status_code == 422
    assert service.as_(COUNTY).post(path, json={"reason": "不归我管"}).status_code in (403, 409)
    assert kept(service) == before
    assert service.as_(CLERK).post(path, json={"reason": "岗位调整"}).json() == {"places": 2}
    assert service.as_(CLERK).get("/api/v1/openings", params={"open_now": True}).json()["items"] == []


def test_vacancies_are_listed_for_those_whose_they_are(service: Service) -> None:
    assert service.as_(CLERK).get("/api/v1/openings/vacancies").json() == {"items": [], "next": None}


# ---- for everybody


def test_anybody_sees_what_takes_applications_today_and_nothing_else(service: Service) -> None:
    opening = opening_of(service)
    [line] = service.nobody.get("/public/openings.json").json()["items"]
    assert line["id"] == opening
    assert set(line) == {
        "id", "title", "employer", "region", "kind", "procedure", "announced_on", "closes_on", "places",
        "monthly_fen", "boards", "content",
    }  # fmt: skip
    assert service.nobody.get("/public/openings.json", params={"region": OTHER}).json()["items"] == []
    service.world.walk_to(date(2022, 6, 11))
    assert service.nobody.get("/public/openings.json").json()["items"] == []
    gone = service.nobody.post(f"/public/openings/{opening}/applications.json", json=APPLICATION)
    assert gone.status_code == 404


def test_applying_without_an_account_and_being_taken(service: Service) -> None:
    opening = opening_of(service)
    path = f"/public/openings/{opening}/applications.json"
    for wrong in ({"consent": "no"}, {"id_number": NUMBER[:-1] + "y"}, {"surprise": 1}):
        before = kept(service)
        refused = service.nobody.post(path, json=APPLICATION | wrong)
        assert refused.status_code == 422 and NUMBER[:12] not in refused.text
        assert kept(service) == before
    sent = service.nobody.post(path, json=APPLICATION)
    assert sent.status_code == 201 and list(sent.json()) == ["receipt"]
    assert service.nobody.post(path, json=APPLICATION | {"key": "another"}).status_code == 422

    waiting = f"/api/v1/openings/{opening}/applications"
    assert service.as_(COUNTY).get(waiting).status_code == 403
    assert service.as_((Role.EMPLOYER, OTHER)).get(waiting).status_code == 404
    [one] = service.as_(CLERK).get(waiting).json()["items"]
    assert one["name"] == "张三" and one["id_number"] == "*" * 14 + NUMBER[-4:]
    other = opening_of(service)
    # by another announcement's address it is not there
    elsewhere = f"/api/v1/openings/{other}/applications/{one['id']}/take"
    assert service.as_(CLERK).post(elsewhere, json={}).status_code == 404
    proof = {"recognised": {"lifted": {"by": "乡村振兴局", "on": "2021-12-31"}}}
    taken = service.as_(CLERK).post(f"{waiting}/{one['id']}/take", json=proof)
    assert taken.status_code == 200
    assert service.world.hire(taken.json()["hire_id"]).stage == "applied"
    assert service.as_(CLERK).post(f"{waiting}/{one['id']}/refuse", json={"reason": "晚了"}).status_code == 404


def test_a_refusal_has_a_reason(service: Service) -> None:
    opening = opening_of(service)
    service.nobody.post(f"/public/openings/{opening}/applications.json", json=APPLICATION)
    path = f"/api/v1/openings/{opening}/applications"
    [one] = service.as_(CLERK).get(path).json()["items"]
    assert service.as_(CLERK).post(f"{path}/{one['id']}/refuse", json={"reason": ""}).status_code == 422
    assert service.as_(CLERK).post(f"{path}/{one['id']}/refuse", json={"reason": "材料不全"}).status_code == 204
    assert service.as_(CLERK).get(path).json()["items"] == []


# ---- rank


def test_the_order_is_told_with_its_reasons(service: Service) -> None:
    opening = opening_of(service, places=2)
    hires = [row[0] for row in service.world.ask("SELECT id FROM hire ORDER BY id")]
    veteran = {"veteran": {"by": "退役军人局", "on": "2020-08-01"}}
    for hire, (name, more) in zip(hires, (("甲", {}), ("乙", veteran)), strict=True):
        categories = {"lifted": {"by": "乡村振兴局", "on": "2021-12-31"}, **more}
        person = service.world.a_person(name, date(1990, 1, 1), "M", OWN, categories=categories)
        service.world.do(hire, "apply", TOWN, person_id=person)
        answer = service.as_(CLERK).post(f"/api/v1/hires/{hire}/actions/score", json={"items": {"面试": 800}})
        assert answer.status_code == 200, answer.text
    found = service.as_(CLERK).get(f"/api/v1/openings/{opening}/ranking").json()
    assert [(one["name"], one["rank"], one["tenths"]) for one in found["ranked"]] == [("乙", 1, 800), ("甲", 2, 800)]
    assert "同等条件下优先" in found["ranked"][0]["text"]
    [flag] = [flag for flag in found["ranked"][0]["flags"] if flag["use"] == "tie_break"]
    assert (flag["holds"], flag["by"], flag["on"]) == (True, "退役军人局", "2020-08-01")
    assert "2022-06-10" in found["warning"] and found["substitutes"] == []
    assert service.as_((Role.FINANCE, OWN)).get(f"/api/v1/openings/{opening}/ranking").status_code == 403
    assert service.as_((Role.EMPLOYER, OTHER)).get(f"/api/v1/openings/{opening}/ranking").status_code == 404
    english = service.as_(CLERK, language="en").get(f"/api/v1/openings/{opening}/ranking").json()
    assert english["ranked"][0]["text"] != found["ranked"][0]["text"]


# ---- posts and people


def test_a_post_is_changed_on_the_record(service: Service) -> None:
    opening = opening_of(service)
    (post,) = service.world.ask("SELECT post_id FROM opening WHERE id = ?", opening)[0]
    version = service.world.ask("SELECT version FROM hire")[0][0]
    client = service.as_(CLERK)
    before = kept(service)
    for wrong in ({"kind": "village"}, {"title": None}, {"monthly_fen": -1}, {"region": OTHER}):
        assert client.patch(f"/api/v1/posts/{post}", json=wrong).status_code == 422
    assert service.as_((Role.VILLAGE, OWN)).patch(f"/api/v1/posts/{post}", json={"title": "x"}).status_code == 403
    assert service.as_((Role.EMPLOYER, OTHER)).patch(f"/api/v1/posts/{post}", json={"title": "x"}).status_code == 404
    assert kept(service) == before
    changed = client.patch(f"/api/v1/posts/{post}", json={"title": "镇级信息员", "monthly_fen": 140000})
    assert changed.json() == {"changed": ["title"]}
    # hires under way are decided on what the post says now
    assert service.world.ask("SELECT version FROM hire")[0][0] == version + 1
    assert service.world.ask("SELECT act FROM office_log WHERE book = 'posts'") == [("update_post",)]
    assert client.patch(f"/api/v1/posts/{post}", json={"title": "镇级信息员"}).json() == {"changed": []}


@pytest.mark.parametrize(
    ("field", "value"), [("bank", "6222020000000000000"), ("address", "城关镇解放路1号"), ("phone", "13800001234")]
)
def test_what_is_sealed_is_read_with_a_purpose(service: Service, field: str, value: str) -> None:
    client = service.as_(CLERK)
    given = {"id_number": NUMBER, "name": "张三", "education": "college", "home_region": OWN, field: value}
    person = client.post("/api/v1/people", json=given).json()["id"]
    line = client.get(f"/api/v1/people/{person}").json()["person"]
    assert line[f"has_{field}"] is True and value not in client.get(f"/api/v1/people/{person}").text
    revealed = client.post(f"/api/v1/people/{person}/reveal", json={"purpose": "核对原件", "field": field})
    assert revealed.json() == {"value": value}


def test_a_person_is_found_by_pinyin(service: Service) -> None:
    client = service.as_(CLERK)
    given = {"id_number": NUMBER, "name": "单雄", "education": "college", "home_region": OWN}
    person = client.post("/api/v1/people", json=given).json()["id"]
    for typed, found in (
        ("shanx", True),
        ("sx", True),
        ("单", True),
        ("danx", False),
        ("x", False),
        ("%", False),
        ("s_", False),
    ):
        items = client.get("/api/v1/people", params={"name": typed}).json()["items"]
        assert ([one["id"] for one in items] == [person]) is found, typed


def test_the_county_clears_an_officer(service: Service) -> None:
    given = {"id_number": NUMBER, "name": "张三", "education": "college", "home_region": OWN}
    person = service.as_(CLERK).post("/api/v1/people", json=given).json()["id"]
    username = service.world.ask("SELECT username FROM account ORDER BY id")[0][0]
    path = f"/api/v1/people/{person}/clearances"
    body = {"officer": username, "reason": "经核实并无亲属关系"}
    before = kept(service)
    assert service.as_(CLERK).post(path, json=body).status_code == 403
    assert service.as_((Role.HRSS, OTHER)).post(path, json=body).status_code == 404
    assert service.as_(COUNTY).post(path, json={**body, "officer": "nobody"}).status_code == 422
    assert kept(service)["clearance"] == before["clearance"]
    assert service.as_(COUNTY).post(path, json=body).status_code == 204
    assert service.world.ask("SELECT count(*) FROM clearance") == [(1,)]
