"""One hire and the lists around it: what they show, what they never show, and that foreign looks like absent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from starlette.testclient import TestClient

from states.vocabulary import Role
from tests.api.support import CHILD, OTHER, OWN, PARENT, PROCEDURE, TOWN, Service, number, seal
from tests.support.world import officer
from workflow import people

EMPLOYER, HRSS = (Role.EMPLOYER, OWN), (Role.HRSS, PARENT)
ID_NUMBER = number(date(1990, 3, 5), 11)
PHONE = "13800138000"
KEY = re.compile(r"\b[0-9a-f]{64}\b")


@pytest.fixture
def noticed(service: Service) -> Service:
    """Hire 1: 张三, on public notice since 1 June 2022; hires 2 and 3 vacant."""
    world = service.world
    given = {
        "id_number": ID_NUMBER,
        "name": "张三",
        "phone": PHONE,
        "education": "senior_secondary",
        "home_region": CHILD,
        "categories": {"lifted": {"by": "乡村振兴局", "on": "2021-12-31"}},
        "statements": ["political_conduct", "health", "computer_skill", "no_crime"],
        "relatives": [number(date(1960, 1, 1), 31)],
    }
    with world.office.database.session() as session:
        person = people.register(session, seal(), given, TOWN, world.clock()).person_id
    hire = world.an_opening(TOWN, world.a_post(PROCEDURE, "town", OWN), places=3).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=person)
    world.do(hire, "check", TOWN, opinion="材料齐全")
    world.do(hire, "recheck", officer("b" * 64, Role.HRSS, PARENT, 900002))
    world.do(hire, "recheck", officer("c" * 64, Role.RURAL, PARENT, 900003))
    world.do(hire, "post_notice", TOWN, posted_on=date(2022, 6, 1), boards=["镇公示栏"])
    return service


def test_a_hire_shows_where_it_stands_and_what_is_due(noticed: Service) -> None:
    answer = noticed.as_(EMPLOYER).get("/api/v1/hires/1")
    hire = answer.json()
    assert answer.headers["etag"] == f'"{hire["hire"]["version"]}"'
    assert (hire["stage_label"], hire["state_label"]) == ("公示", "已公示")
    assert hire["dossier"]["posted_on"] == "2022-06-01"
    assert hire["person"]["id_number"] == "*" * 14 + ID_NUMBER[-4:]
    assert (hire["opening"]["places"], hire["post"]["title"]) == (3, "信息员")
    [period] = hire["deadlines"]
    assert (period["name"], period["due_on"], period["days_left"]) == ("notice_period", "2022-06-09", 8)
    assert period["article"] == "旬人社发〔2022〕88号四(二)3"
    assert period["proof"] is None
    english = noticed.as_(EMPLOYER).get("/api/v1/hires/1", headers={"accept-language": "en"}).json()
    assert (english["stage_label"], english["deadlines"][0]["label"]) == ("public notice", "notice period")


def test_a_deadline_prints_its_own_count_when_asked(noticed: Service) -> None:
    """Dragon Boat: 3 to 5 June are off. Five working days after 1 June end on the 9th."""
    [period] = noticed.as_(EMPLOYER).get("/api/v1/hires/1", params={"proof": 1}).json()["deadlines"]
    counted = [line["date"] for line in period["proof"]["proof"] if line["counted"]]
    assert counted == ["2022-06-02", "2022-06-06", "2022-06-07", "2022-06-08", "2022-06-09"]
    assert period["proof"]["date"] == period["due_on"]
    assert all(line["why"] for line in period["proof"]["proof"])


def test_a_hire_offers_what_the_role_may_do_and_says_why_not(noticed: Service) -> None:
    offers = {offer["act"]: offer for offer in noticed.as_(HRSS).get("/api/v1/hires/1").json()["offers"]}
    of_the_house = {"comment", "attach", "reassign", "return_to", "suspend", "resume"}
    of_the_house |= {"propose_correction", "confirm_correction", "refuse_correction"}
    assert set(offers) == {"object", "dismiss_objection", "uphold_objection", *of_the_house}
    assert offers["object"]["open"] is True
    assert offers["uphold_objection"]["open"] is False and offers["uphold_objection"]["adverse"] is True
    [stopping] = [answer for answer in offers["uphold_objection"]["answers"] if answer["stops"]]
    assert stopping["guard"] == "objection_open" and stopping["article"] == "旬人社发〔2022〕88号四(二)3"
    assert offers["object"]["href"] == "/api/v1/hires/1/actions/object"


def test_the_links_of_a_hire_lead_somewhere(noticed: Service) -> None:
    client = noticed.as_(EMPLOYER)
    for name, href in client.get("/api/v1/hires/1").json()["links"].items():
        assert client.get(href).status_code == 200, name


def test_the_trail_tells_who_did_what_in_which_order(noticed: Service) -> None:
    lines = noticed.as_(EMPLOYER).get("/api/v1/hires/1/trail").json()["items"]
    assert [line["act"] for line in lines] == ["post", "apply", "check", "recheck", "recheck", "post_notice"]
    assert [line["role"] for line in lines][-3:] == ["hrss", "rural", "employer"]
    assert lines[2]["opinion"] == "材料齐全"
    first = noticed.as_(EMPLOYER).get("/api/v1/hires/1/trail", params={"limit": 4}).json()
    rest = noticed.as_(EMPLOYER).get("/api/v1/hires/1/trail", params={"limit": 4, "after": first["next"]}).json()
    assert first["items"] + rest["items"] == lines and rest["next"] is None


def test_the_records_name_who_objected_to_offices_only(noticed: Service) -> None:
    said = {"text": "其亲属在村委会任职", "by_name": "李四"}
    noticed.as_(HRSS).post("/api/v1/hires/1/actions/object", json=said)
    [objection] = noticed.as_(EMPLOYER).get("/api/v1/hires/1/records").json()["objection"]
    assert (objection["text"], objection["by_name"]) == ("其亲属在村委会任职", "李四")
    mine = noticed.as_((Role.APPLICANT, OWN), person=seal().person_key(ID_NUMBER))
    assert mine.get("/api/v1/hires/1").status_code == 200
    assert mine.get("/api/v1/hires/1/records").status_code == 404
    trail = mine.get("/api/v1/hires/1/trail").text
    assert "李四" not in trail and "村委会" not in trail and "材料齐全" not in trail


# ---- what is never shown -----------------------------------------------------------------------------------------

PATHS = [
    "/api/v1/hires", "/api/v1/hires/1", "/api/v1/hires/1/trail", "/api/v1/hires/1/records", "/api/v1/people",
    "/api/v1/people/1", "/api/v1/posts", "/api/v1/openings", "/api/v1/openings/1", "/api/v1/tasks", "/api/v1/notices",
    "/api/v1/inbox", "/api/v1/overview", "/public/notices.json",
]  # fmt: skip


def strings_in(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for inner_name, inner in value.items():
            yield from strings_in(inner, inner_name)
    elif isinstance(value, list):
        for inner in value:
            yield from strings_in(inner, name)
    elif isinstance(value, str):
        yield name, value


@pytest.mark.parametrize("path", PATHS)
def test_no_answer_holds_a_full_number_or_the_key_of_a_person(noticed: Service, path: str) -> None:
    answer = noticed.as_(EMPLOYER, HRSS).get(path)
    assert answer.status_code == 200
    assert ID_NUMBER not in answer.text and ID_NUMBER[:17] not in answer.text and PHONE not in answer.text
    # what hashes one entry of the trail is no key
    keys = [(name, text) for name, text in strings_in(answer.json()) if KEY.search(text) and name != "hash"]
    assert keys == []
    assert "sealed" not in answer.text


def test_the_full_number_is_read_for_a_purpose_that_is_kept(noticed: Service) -> None:
    client = noticed.as_(EMPLOYER)
    before = noticed.world.ask("SELECT count(*) FROM person_log")[0][0]
    assert client.post("/api/v1/people/1/reveal", json={"purpose": " "}).status_code == 422
    assert noticed.world.ask("SELECT count(*) FROM person_log")[0][0] == before
    assert client.post("/api/v1/people/1/reveal", json={"purpose": "核对原件"}).json() == {"value": ID_NUMBER}
    phone = client.post("/api/v1/people/1/reveal", json={"purpose": "电话核实", "field": "phone"}).json()
    assert phone == {"value": PHONE}
    log = noticed.world.ask("SELECT act, purpose FROM person_log WHERE purpose IS NOT NULL ORDER BY seq")
    assert log == [("reveal:id_number", "核对原件"), ("reveal:phone", "电话核实")]


def test_everybody_reads_what_the_notice_has_to_say_and_nothing_else(noticed: Service) -> None:
    answer = noticed.nobody.get("/public/notices.json")
    assert (answer.headers["cache-control"], answer.headers["x-robots-tag"]) == ("public, max-age=60", "noindex")
    found = answer.json()
    digests = [(one.pop("digest"), one.pop("trail")) for one in found["items"]]
    assert all(
        re.fullmatch("[0-9a-f]{32}", digest) and re.fullmatch("[0-9a-f]{16}", trail) for digest, trail in digests
    )
    assert found == {
        "on": "2022-06-01",
        "items": [
            {
                "sheet": "1-1-20220601",
                "post": "信息员",
                "kind": "town",
                "employer": "城关镇人民政府",
                "region": "城关镇",
                "region_code": "610981100",
                "procedure": "xunyang-2022-88@1",
                "article": "旬人社发〔2022〕88号四(二)3",
                "round": 1,
                "begins_on": "2022-06-01",
                "ends_on": "2022-06-09",
                "provisional": False,
                "boards": ["镇公示栏"],
                "people": [{"name": "张三", "sex": "男", "village": "示例村"}],
                "contact": {"office": None, "telephone": None, "address": None},
            }
        ],
        "next": None,
    }
    for query, there in (({"region": OTHER}, 0), ({"place": "城关"}, 1), ({"place": "白河"}, 0)):
        assert len(noticed.nobody.get("/public/notices.json", params=query).json()["items"]) == there


# ---- foreign looks like absent -----------------------------------------------------------------------------------


def same(first: Any, second: Any) -> bool:
    return (first.status_code, first.content) == (second.status_code, second.content)


@pytest.mark.parametrize(
    "path", ["hires/{}", "hires/{}/trail", "hires/{}/records", "people/{}", "posts/{}", "openings/{}"]
)
def test_what_is_foreign_is_answered_like_what_is_not_there(noticed: Service, path: str) -> None:
    abroad = noticed.as_((Role.EMPLOYER, OTHER))
    foreign, absent = (abroad.get("/api/v1/" + path.format(id)) for id in (1, 987654321))
    assert foreign.status_code == 404 and same(foreign, absent)
    assert noticed.as_(EMPLOYER).get("/api/v1/" + path.format(1)).status_code == 200


WRITES = [
    ("POST", "hires/{}/actions/check", {}),
    ("POST", "openings/{}/places", None),
    ("PATCH", "people/{}", {"name": "李四"}),
    ("POST", "people/{}/reveal", {"purpose": "核对原件"}),
    ("POST", "openings", {"post_id": "{}", "places": 1}),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_what_is_foreign_cannot_be_told_by_writing_either(
    noticed: Service, method: str, path: str, body: dict[str, Any] | None
) -> None:
    def send(client: TestClient, number: int) -> Any:
        text = None if body is None else json.loads(json.dumps(body).replace('"{}"', str(number)))
        return client.request(method, "/api/v1/" + path.format(number), json=text)

    before = noticed.fingerprint()
    abroad = noticed.as_((Role.EMPLOYER, OTHER))
    before["account"] = before["account"] + 1
    before["role_grant"] = before["role_grant"] + 1
    foreign, absent = send(abroad, 1), send(abroad, 987654321)
    assert foreign.status_code == 404 and same(foreign, absent)
    assert noticed.fingerprint() == before


def test_a_filter_shows_nothing_of_other_regions(noticed: Service) -> None:
    abroad = noticed.as_((Role.EMPLOYER, OTHER))
    for path in ("hires", "people", "posts", "openings", "tasks", "notices"):
        for query in ({}, {"region": OWN}, {"region": "61"}, {"name": "张"}, {"person": 1}):
            assert abroad.get(f"/api/v1/{path}", params=query).json()["items"] == [], (path, query)


# ---- lists -------------------------------------------------------------------------------------------------------


def test_a_list_goes_on_where_it_stopped(noticed: Service) -> None:
    client = noticed.as_(EMPLOYER)
    first = client.get("/api/v1/hires", params={"limit": 2}).json()
    noticed.world.an_opening(TOWN, 1, places=2)
    rest = client.get("/api/v1/hires", params={"limit": 2, "after": first["next"]}).json()
    assert [line["id"] for line in first["items"] + rest["items"]] == [3, 2, 1]
    assert rest["next"] is None


def test_the_worklist_and_its_counts(noticed: Service) -> None:
    noticed.world.walk_to(date(2022, 6, 10))
    client = noticed.as_(EMPLOYER)
    lines = client.get("/api/v1/tasks").json()["items"]
    assert {line["hire_id"]: (line["name"], line["person_name"]) for line in lines} == {
        1: ("stage:notice_closed", "张三"), 2: ("stage:vacancy", None), 3: ("stage:vacancy", None)
    }  # fmt: skip
    assert sum(client.get("/api/v1/tasks/counts").json().values()) == len(lines) == 3
    assert client.get("/api/v1/tasks", params={"urgency": "overdue"}).json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    "query", [{"state": "hired"}, {"limit": 0}, {"limit": 201}, {"after": "x"}, {"region": "%"}, {"name": ""}]
)
def test_a_filter_that_means_nothing_is_named(quick: Service, query: dict[str, Any]) -> None:
    answer = quick.as_(EMPLOYER).get("/api/v1/hires", params=query)
    assert answer.status_code == 422
    assert [name.split(".")[-1] for name in answer.json()["faults"]] == list(query)
