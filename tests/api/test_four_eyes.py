"""Nobody approves what they brought: not by another account, not for somebody absent, on none of the ways in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from starlette.testclient import TestClient

from states.facts import Grant
from states.vocabulary import Role
from tests.api.support import DAY, OWN, PARENT, PROCEDURE, TOWN, Service
from tests.conftest import Figures
from workflow.sign_in import Lifetime, visit_of
from workflow.tables import Substitution

PERSON, OTHER_PERSON = "5" * 64, "6" * 64
HRSS = (Role.HRSS, PARENT)
RELATIONS = ("the same account", "a second account", "a deputy")
ACT = "recheck"


@dataclass
class Case:
    """A hire that one officer has checked, and the session by which the same natural person would approve it."""

    service: Service
    hire: int
    token: str

    @property
    def client(self) -> TestClient:
        client = self.service.as_called(self.token)
        client.follow_redirects = False
        return client

    @property
    def decisions(self) -> list[tuple[str, str]]:
        asked = "SELECT act, officer_key FROM decision WHERE hire_id = ? ORDER BY seq"
        return [tuple(row) for row in self.service.world.ask(asked, self.hire)]


def a_case(service: Service, relation: str) -> Case:
    world = service.world
    checker = service.account(((Role.EMPLOYER, OWN), HRSS), PERSON)
    person = world.a_person("张三", date(1990, 3, 1), "M", OWN)
    hire = world.an_opening(TOWN, world.a_post(PROCEDURE, "town", OWN)).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=person)
    token = service.session_of(checker)
    done = service.as_called(token).post(f"/api/v1/hires/{hire}/actions/check", json={})
    assert done.status_code == 200, done.text
    if relation == "a second account":
        token = service.session_of(service.account((HRSS,), PERSON))
    elif relation == "a deputy":
        token = service.session_of(a_deputy(service, checker))
    return Case(service, hire, token)


def a_deputy(service: Service, principal: int) -> int:
    """Somebody else, who acts for the checker while they are away, and has no such role of their own."""
    deputy = service.account(((Role.FINANCE, PARENT),), OTHER_PERSON)
    with service.world.office.database.session() as session:
        session.add(
            Substitution(
                principal_id=principal,
                deputy_id=deputy,
                role=Role.HRSS.value,
                region=PARENT,
                from_on=DAY,
                until_on=DAY + timedelta(days=9),
                reason="出差",
                asked_by=PERSON,
                asked_at=service.world.clock(),
                accepted_at=service.world.clock(),
            )
        )
    return deputy


def by_form(case: Case) -> bool:
    world = case.service.world
    visit = visit_of(world.office.database, case.token, world.clock(), lifetime=Lifetime(), on=DAY)
    assert visit is not None
    answer = case.client.post(
        f"/hires/{case.hire}/actions/{ACT}", data={"form_token": visit.form_token}, headers={"accept": "text/html"}
    )
    return answer.status_code == 303


def by_api(case: Case) -> bool:
    answer = case.client.post(f"/api/v1/hires/{case.hire}/actions/{ACT}", json={})
    assert answer.status_code == 200 or "four_eyes" in {a["guard"] for a in answer.json()["answers"]}, answer.text
    return answer.status_code == 200


def by_bulk(case: Case) -> bool:
    answer = case.client.post(f"/api/v1/actions/{ACT}", json={"hire_ids": [case.hire], "input": {}})
    return bool(answer.json()["items"][0]["status"] == 200)


def by_override(case: Case) -> bool:
    """Setting the rule aside, as principle rules may be."""
    said = {"overrides": [{"guard": "four_eyes", "reason": "人手不足", "article": "x"}]}
    return case.client.post(f"/api/v1/hires/{case.hire}/actions/{ACT}", json=said).status_code == 200


def by_timer(case: Case) -> bool:
    """Deadlines pass; the system acts, in nobody's name."""
    case.service.world.walk(40)
    return any(act == ACT for act, _ in case.decisions)


def by_key(case: Case) -> bool:
    """The same command sent twice under a key."""
    headers = {"idempotency-key": "again"}
    path = f"/api/v1/hires/{case.hire}/actions/{ACT}"
    return 200 in {case.client.post(path, json={}, headers=headers).status_code for _ in range(2)}


WAYS: dict[str, Callable[[Case], bool]] = {
    "form": by_form,
    "API": by_api,
    "many at once": by_bulk,
    "override": by_override,
    "timer": by_timer,
    "repeated": by_key,
}


@pytest.mark.parametrize("relation", RELATIONS)
def test_on_no_way_does_one_person_approve_what_they_brought(service: Service, relation: str, figures: Figures) -> None:
    case = a_case(service, relation)
    before = case.decisions
    taken = [way for way, go in WAYS.items() if way != "timer" and go(case)]
    assert case.decisions == before
    taken += ["timer"] if by_timer(case) else []
    figures("four eyes", ways_tried=len(WAYS), approved=len(taken))
    assert taken == []
    assert all(officer != PERSON for act, officer in case.decisions if act != "check")


def test_another_person_may(service: Service) -> None:
    """What refused the others was who they are, nothing else."""
    case = a_case(service, "the same account")
    case.token = service.session_of(service.account((HRSS,), OTHER_PERSON))
    assert by_api(case)


def test_the_deputys_session_would_be_good_for_other_hires(service: Service) -> None:
    """The deputy of the test above does hold the role, in somebody's place."""
    case = a_case(service, "a deputy")
    world = service.world
    visit = visit_of(world.office.database, case.token, world.clock(), lifetime=Lifetime(), on=DAY)
    assert visit is not None
    assert Grant(Role.HRSS, PARENT, PERSON, visit.actor.grants[-1].deputy_name) in visit.actor.grants


ROW = (
    "INSERT INTO decision (hire_id, seq, visit, subject, act, stage, outcome, role, officer_key, submitter_key,"
    " independent, joint, approves, overrides) VALUES (?, ?, 1, ?, ?, 'x', 'take', 'hrss', ?, ?, ?, false, ?, '[]')"
)
ATTACKS = {
    "approving what one brought": [(90, -1, "recheck", PERSON, PERSON, True, False)],
    "approving twice in one hiring": [
        (90, -1, "recheck", PERSON, "s", True, True),
        (91, -1, "approve", PERSON, "s", True, True),
    ],
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_database_refuses_it_too(service: Service, attack: str, figures: Figures) -> None:
    case = a_case(service, "the same account")
    office = service.world.office
    entry = (
        "INSERT INTO audit_entry (hire_id, seq, at, on_day, act, from_stage, to_stage, actor_key, role, body, hash)"
        " VALUES (?, ?, ?, ?, 'x', 'x', 'x', 'x', 'x', '{}', ?)"
    )
    figures("four eyes", attacks_on_the_database=1)
    with (
        pytest.raises(IntegrityError, match=r"four_eyes|approver|decision"),
        office.database.transaction() as connection,
    ):
        for seq, *rest in ATTACKS[attack]:
            moment = office.moment(service.world.clock())
            connection.exec_driver_sql(office._sql(entry), (case.hire, seq, moment, DAY.isoformat(), f"{seq:064}"))
            connection.exec_driver_sql(office._sql(ROW), (case.hire, seq, *rest))
