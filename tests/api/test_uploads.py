"""Files by the API: who may add and open them, how they come back, what is kept on the record, what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.security import MAX_BODY_BYTES
from states.vocabulary import Role
from tests.api.support import CHILD, OTHER, OWN, PARENT, PROCEDURE, SIBLING, TOWN, Service, number, seal
from tests.support import files_to_send as files_of
from tests.support.world import officer
from workflow import documents, files, people, person_log
from workflow.files import MOST_BYTES

BYTES = {"content-type": "application/octet-stream"}
GIVEN: dict[str, Any] = {
    "id_number": number(date(1990, 3, 5), 11),
    "name": "张三",
    "education": "senior_secondary",
    "home_region": OWN,
    "categories": {"lifted": {"by": "乡村振兴局", "on": "2021-12-31"}},
    "statements": ["political_conduct", "health", "computer_skill", "no_crime"],
}


def a_hire(service: Service, apply: bool = True) -> int:
    """A hire in the township, applied for unless told otherwise."""
    world = service.world
    [hire] = world.an_opening(TOWN, world.a_post(PROCEDURE, "town", OWN)).hire_ids
    if apply:
        with world.office.database.session() as session:
            person = people.register(session, seal(), GIVEN, TOWN, world.clock()).person_id
        world.do(hire, "apply", TOWN, person_id=person)
    return hire


def send(client: TestClient, hire: int, content: bytes, name: str = "说明.pdf", **query: str) -> Any:
    path = f"/api/v1/hires/{hire}/documents"
    return client.post(path, content=content, params={"name": name, **query}, headers=BYTES)


def entries(service: Service) -> list[tuple[str, str | None]]:
    return [(row[0], row[1]) for row in service.world.ask("SELECT act, purpose FROM person_log ORDER BY seq")]


# ---- there and back ---------------------------------------------------------------------------------------------


def test_a_file_is_added_listed_opened_and_each_opening_is_on_the_record(service: Service) -> None:
    hire, clerk, office = a_hire(service), service.as_((Role.EMPLOYER, OWN)), service.as_((Role.HRSS, PARENT))
    added = send(clerk, hire, files_of.jpeg(), "公示 照片.exe", kind="board", board="镇公示栏")
    assert added.status_code == 201, added.text
    seq = added.json()["seq"]
    assert added.headers["location"] == f"/api/v1/hires/{hire}/documents/{seq}"
    [line] = office.get(f"/api/v1/hires/{hire}/documents").json()["items"]
    told = (line["name"], line["kind"], line["board"], line["media_type"], line["size"], line["checked"])
    assert told == ("公示 照片.jpg", "board", "镇公示栏", "image/jpeg", len(files_of.jpeg()), "not checked")
    assert service.world.acts(hire)[-1] == "attach"

    before = entries(service)
    opened = office.get(added.headers["location"])
    assert opened.content == files_of.jpeg()
    assert entries(service)[len(before) :] == [("open_document", f"hire {hire}, document {seq}")]
    with service.world.office.database.session() as session:
        assert list(person_log.verify(session, seal())) == []


def test_a_download_is_never_rendered(service: Service) -> None:
    hire, clerk = a_hire(service), service.as_((Role.EMPLOYER, OWN))
    seq = send(clerk, hire, files_of.pdf(), 'a"\u202e;x=y 材料.html').json()["seq"]
    headers = clerk.get(f"/api/v1/hires/{hire}/documents/{seq}").headers
    assert headers["content-type"] == "application/pdf"
    assert headers["content-disposition"].startswith(f"attachment; filename=\"document-{seq}.pdf\"; filename*=UTF-8''")
    assert headers["content-disposition"].isascii()
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["cache-control"] == "no-store"


def test_a_file_of_a_vacancy_has_no_person_to_log_it_for(quick: Service) -> None:
    hire, clerk = a_hire(quick, apply=False), quick.as_((Role.EMPLOYER, OWN))
    seq = send(clerk, hire, files_of.pdf()).json()["seq"]
    assert clerk.get(f"/api/v1/hires/{hire}/documents/{seq}").status_code == 200
    assert entries(quick) == []


def test_the_records_and_the_trail_hold_the_file(quick: Service) -> None:
    hire, clerk = a_hire(quick), quick.as_((Role.EMPLOYER, OWN))
    digest = send(clerk, hire, files_of.pdf()) and quick.world.ask("SELECT digest FROM document")[0][0]
    assert clerk.get(f"/api/v1/hires/{hire}/records").json()["document"][0]["digest"] == digest
    trail = clerk.get(f"/api/v1/hires/{hire}/trail").json()["items"]
    assert trail[-1]["act"] == "attach"
    assert "name" not in trail[-1]["input"], "the name of a file may name a person: it stays out of the audit bytes"


# ---- who ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "region", "adds", "opens"),
    [
        (Role.EMPLOYER, OWN, 201, 200),
        (Role.HRSS, PARENT, 201, 200),
        (Role.SUPERVISOR, PARENT, 403, 200),
        (Role.EMPLOYER, SIBLING, 404, 404),
        (Role.EMPLOYER, CHILD, 404, 404),
        (Role.HRSS, OTHER, 404, 404),
        (Role.APPLICANT, OWN, 404, 404),
        (Role.SYSTEM_ADMIN, "61", 404, 404),
        (Role.AUDIT_ADMIN, "61", 404, 404),
    ],
)
def test_only_who_sees_the_hire_opens_its_files(quick: Service, role: Role, region: str, adds: int, opens: int) -> None:
    hire = a_hire(quick)
    seq = send(quick.as_((Role.EMPLOYER, OWN)), hire, files_of.pdf()).json()["seq"]
    client, before = quick.as_((role, region)), quick.fingerprint()
    assert send(client, hire, files_of.png()).status_code == adds
    if adds != 201:
        assert quick.fingerprint() == before, "nothing is kept of a file from someone who may not send one"
    assert client.get(f"/api/v1/hires/{hire}/documents/{seq}").status_code == opens
    assert client.get(f"/api/v1/hires/{hire}/documents").status_code == opens


def test_nobody_signed_in_gets_nothing(quick: Service) -> None:
    hire = a_hire(quick)
    assert send(quick.nobody, hire, files_of.pdf()).status_code == 401
    assert quick.nobody.get(f"/api/v1/hires/{hire}/documents/1").status_code == 401


def test_a_digest_read_elsewhere_opens_no_door(quick: Service) -> None:
    """A digest is printed where the file itself is not shown: naming it must not hand the file over."""
    hire = a_hire(quick)
    seq = send(quick.as_((Role.EMPLOYER, OWN)), hire, files_of.pdf()).json()["seq"]
    [[digest]] = quick.world.ask("SELECT digest FROM document")
    world = quick.world
    with world.office.database.session() as session:
        other = {**GIVEN, "id_number": number(date(1991, 3, 5), 13), "home_region": SIBLING}
        person = people.register(session, seal(), other, TOWN, world.clock()).person_id
    beside = officer("e" * 64, Role.EMPLOYER, SIBLING, 900005)
    [theirs] = world.an_opening(beside, world.a_post(PROCEDURE, "town", SIBLING)).hire_ids
    thief = quick.as_((Role.EMPLOYER, SIBLING))
    assert thief.post(f"/api/v1/hires/{theirs}/actions/apply", json={"person_id": person}).status_code == 200
    named = {"kind": "other", "name": "x.pdf", "media_type": "application/pdf", "size": 9, "digest": digest}
    for path, body in (
        (f"/api/v1/hires/{theirs}/actions/attach", named),
        ("/api/v1/actions/attach", {"hire_ids": [theirs], "input": named}),
    ):
        answer = thief.post(path, json=body)
        assert (answer.status_code, answer.json()["faults"].keys()) == (422, {"digest"})
    # evidence at an address needs no file, and opens none either
    at_address = {**named, "address": "https://example.org/x", "size": 0}
    done = thief.post(f"/api/v1/hires/{theirs}/actions/attach", json=at_address)
    assert done.status_code == 200, done.text
    assert thief.get(f"/api/v1/hires/{theirs}/documents/{done.json()['seq']}").status_code == 404
    # who may open the file anyway may attach it to another hire
    again = quick.as_((Role.EMPLOYER, OWN)).post(f"/api/v1/hires/{hire}/actions/attach", json=named)
    assert again.status_code == 200, again.text
    assert seq != again.json()["seq"]


# ---- what is refused ---------------------------------------------------------------------------------------------


def test_a_file_that_is_not_taken_says_why_and_leaves_nothing(quick: Service) -> None:
    hire, clerk = a_hire(quick), quick.as_((Role.EMPLOYER, OWN))
    before = quick.fingerprint()
    for content, said in (
        (b"", "文件是空的"),
        (b"MZ program", "不接收这种文件"),
        (files_of.docx({"word/vbaProject.bin": b"x"}), "宏"),
        (files_of.png(after=bytes(MOST_BYTES)), "超过"),
    ):
        answer = send(clerk, hire, content)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:zaigang:problem:input-refused"), answer.text
        assert said in answer.json()["faults"]["file"]
        assert said in answer.json()["detail"]
    assert quick.fingerprint() == before


def test_the_body_is_bounded_and_has_to_be_sent_as_bytes(quick: Service) -> None:
    hire, clerk = a_hire(quick), quick.as_((Role.EMPLOYER, OWN))
    path = f"/api/v1/hires/{hire}/documents?name=a.pdf"
    assert clerk.post(path, content=bytes(MAX_BODY_BYTES + 1), headers=BYTES).status_code == 413
    for other in (
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
    ):
        assert clerk.post(path, content=files_of.pdf(), headers={"content-type": other}).status_code == 415, other
    assert clerk.post(path).status_code == 415
    # no other address of the API takes bytes
    assert clerk.post(f"/api/v1/hires/{hire}/actions/comment", content=b"{}", headers=BYTES).status_code == 415
    cross = {**BYTES, "sec-fetch-site": "cross-site"}
    assert clerk.post(path, content=files_of.pdf(), headers=cross).status_code == 403


def test_a_name_and_a_kind_that_are_none_are_refused(quick: Service) -> None:
    hire, clerk = a_hire(quick), quick.as_((Role.EMPLOYER, OWN))
    assert send(clerk, hire, files_of.pdf(), kind="program").status_code == 422
    for name in ("", "a\0.pdf", "a\r\n.pdf", "长" * 201):
        assert send(clerk, hire, files_of.pdf(), name).status_code == 422, repr(name)
    assert clerk.post(f"/api/v1/hires/{hire}/documents", content=files_of.pdf(), headers=BYTES).status_code == 422


def test_a_hire_has_so_many_files_and_no_more(quick: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_DOCUMENTS", 2)
    hire, clerk = a_hire(quick), quick.as_((Role.EMPLOYER, OWN))
    for content in (files_of.png(4, 3), files_of.png(5, 3)):
        assert send(clerk, hire, content).status_code == 201
    answer = send(clerk, hire, files_of.png(6, 3))
    assert answer.status_code == 422
    assert "已有2份" in answer.json()["faults"]["file"]


def test_the_same_command_again_is_kept_once(quick: Service) -> None:
    hire, clerk = a_hire(quick), quick.as_((Role.EMPLOYER, OWN))
    path, key = f"/api/v1/hires/{hire}/documents?name=a.pdf", {"idempotency-key": "once"}
    answers = [clerk.post(path, content=files_of.pdf(), headers=BYTES | key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json()["replayed"] for answer in answers] == [False, True]
    assert quick.world.ask("SELECT count(*) FROM document") == [(1,)]
    stale = clerk.post(path, content=files_of.png(), headers=BYTES | {"if-match": '"1"'})
    assert stale.status_code == 412


def test_a_file_whose_seal_was_tampered_with_is_not_handed_out(quick: Service) -> None:
    hire, clerk = a_hire(quick), quick.as_((Role.EMPLOYER, OWN))
    seq = send(clerk, hire, files_of.pdf()).json()["seq"]
    other = files.store(quick.world.office, seal(), files_of.png(), "x.png", quick.world.clock()).digest
    with quick.world.office.database.transaction() as connection:
        connection.exec_driver_sql(
            "UPDATE stored_file SET sealed = (SELECT s.sealed FROM stored_file s WHERE s.digest = ?)", (other,)
        )
    assert clerk.get(f"/api/v1/hires/{hire}/documents/{seq}").status_code == 500


# ---- steps of the house ------------------------------------------------------------------------------------------


def test_a_case_is_given_only_to_who_has_the_role_there(quick: Service) -> None:
    hire, clerk = a_hire(quick), quick.as_((Role.EMPLOYER, OWN))
    own = quick.account(((Role.HRSS, PARENT),))
    far, other_role = quick.account(((Role.HRSS, OTHER),)), quick.account(((Role.RURAL, PARENT),))
    path = f"/api/v1/hires/{hire}/actions/reassign"
    for account in (far, other_role, 10**9):
        answer = clerk.post(path, json={"role": "hrss", "to_account": account, "reason": "请接着办"})
        assert (answer.status_code, answer.json()["faults"].keys()) == (422, {"to_account"})
    assert clerk.post(path, json={"role": "hrss", "to_account": own, "reason": "请接着办"}).status_code == 200
    assert clerk.post(path, json={"role": "hrss", "reason": "谁先办都可以"}).status_code == 200
    rows = clerk.get(f"/api/v1/hires/{hire}/records").json()["assignment"]
    assert [row["to_account"] for row in rows] == [own, None]


def test_what_guards_know_of_persons_is_shown_to_nobody(quick: Service) -> None:
    hire, clerk = a_hire(quick), quick.as_((Role.EMPLOYER, OWN))
    hrss, rural = quick.actor_of((Role.HRSS, PARENT)), quick.actor_of((Role.RURAL, PARENT))
    quick.world.do(hire, "check", TOWN)
    quick.world.do(hire, "recheck", hrss)
    quick.world.do(hire, "recheck", rural)
    keys = {hrss.person_key, rural.person_key, TOWN.person_key}
    assert quick.world.hire(hire).dossier.approvers
    for path in (f"/api/v1/hires/{hire}", f"/api/v1/hires/{hire}/trail", f"/api/v1/hires/{hire}/records"):
        text = clerk.get(path).text
        assert not [key for key in keys if key in text], path
