"""Applying without an account: sealed, counted, followed by a receipt, taken over or refused by a clerk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from states.identity_number import synthetic
from states.refusals import InputRefused, StepNotOffered
from states.vocabulary import Role
from tests.support.world import World, officer
from tests.workflow.support import SEAL
from workflow import announcements, people, reception
from workflow.public_applications import NotOpen, Status, send, status_of, withdraw
from workflow.public_limits import LIMITS, TooMany
from workflow.receipts import find
from workflow.reception import NoSuchApplication, refuse, take, waiting
from workflow.tables import metadata

TOWN, VILLAGE = "610981100", "610981100201"
REGIONS = {"61": "陕西省", "6109": "安康市", "610981": "旬阳市", TOWN: "城关镇", VILLAGE: "示例村"}
CLERK = officer("town", Role.EMPLOYER, TOWN)
NUMBER = synthetic("610928", date(1990, 3, 5), 11)
OTHER = synthetic("610928", date(1992, 3, 5), 13)
GIVEN: dict[str, Any] = {
    "name": "张三",
    "id_number": NUMBER,
    "phone": "13800001234",
    "education": "senior_secondary",
    "home_region": VILLAGE,
    "statements": ["political_conduct", "health", "computer_skill", "no_crime"],
    "claimed": ["lifted"],
    "consent": "yes",
    "key": "nonce-1",
}
SEEN = {"lifted": {"by": "乡村振兴局", "on": "2021-12-31"}}


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, date(2022, 6, 1), REGIONS)
    yield world
    world.close()


def opening_of(world: World, **more: Any) -> int:
    post = world.a_post("xunyang-2022-88", "town", TOWN)
    return world.an_opening(CLERK, post, **{"closes_on": date(2022, 6, 10), **more}).opening_id


def sent(world: World, opening: int, address: str = "192.0.2.1", **more: Any) -> str:
    return send(world.office, SEAL, opening, GIVEN | more, address, world.clock())


def status(world: World, code: str) -> Status:
    with world.office.database.reading() as connection:
        (ticket,) = find(connection, code)
        assert ticket.application_id is not None
        found = status_of(connection, ticket.application_id)
    assert found is not None
    return found


def kept(world: World) -> list[Any]:
    tables = ("public_application", "receipt", "person", "person_log", "hire", "audit_entry", "opening")
    return [world.ask(f"SELECT count(*) FROM {table}") for table in tables]


def waits(world: World, opening: int) -> list[Any]:
    return list(waiting(world.office, SEAL, opening, world.clock()))


# ---- sending in


def test_it_is_kept_sealed_and_nobody_is_registered(world: World) -> None:
    opening = opening_of(world)
    code = sent(world, opening)
    assert status(world, code).status == "waiting"
    assert world.ask("SELECT count(*) FROM person") == [(0,)]
    everything = str(
        [world.ask(f"SELECT * FROM {table}") for table in ("public_application", "receipt", "public_attempt")]
    )
    for secret in (NUMBER, NUMBER[-4:] + "'", "张三", "13800001234", code):
        assert secret not in everything
    (one,) = waits(world, opening)
    assert (one.name, one.id_number, one.person_id) == ("张三", "*" * 14 + NUMBER[-4:], None)
    assert NUMBER not in str(one)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"consent": ""}, {"consent"}),
        ({"id_number": NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")}, {"id_number"}),
        ({"id_number": ""}, {"id_number"}),
        ({"name": "", "education": "", "home_region": ""}, {"name", "education", "home_region"}),
        ({"phone": "call me"}, {"phone"}),
        ({"id_number": synthetic("610928", date(1990, 3, 5), 12)}, {"retirement_category"}),  # a woman
    ],
)
def test_every_fault_is_named_and_nothing_is_kept(world: World, change: dict[str, Any], fields: set[str]) -> None:
    opening = opening_of(world)
    before = kept(world)
    with pytest.raises(InputRefused) as refused:
        sent(world, opening, **change)
    assert set(refused.value.faults) == fields
    said = str(refused.value) + "".join(fault.text() for fault in refused.value.faults.values())
    assert NUMBER[:14] not in said
    assert kept(world) == before


@pytest.mark.parametrize(("days", "taken"), [(0, True), (9, True), (10, False)])
def test_applications_are_taken_to_the_last_day(world: World, days: int, taken: bool) -> None:
    opening = opening_of(world)
    world.clock.moment += timedelta(days=days)
    before = kept(world)
    if taken:
        assert sent(world, opening)
    else:
        with pytest.raises(NotOpen):
            sent(world, opening)
        assert kept(world) == before


def test_a_person_applies_once(world: World) -> None:
    opening, second = opening_of(world), opening_of(world)
    sent(world, opening)
    before = kept(world)
    for again in ({"key": "another form"}, {"key": ""}, {"phone": ""}):
        with pytest.raises(InputRefused) as refused:
            sent(world, opening, **again)
        assert set(refused.value.faults) == {"id_number"}
    assert kept(world) == before
    assert sent(world, second) and sent(world, opening, id_number=OTHER)


def test_a_button_pressed_twice_makes_one_application_and_each_answer_has_a_receipt(world: World) -> None:
    opening = opening_of(world)
    codes = {sent(world, opening) for _ in range(2)}
    assert len(codes) == 2 and len({status(world, code).application_id for code in codes}) == 1
    assert len(waits(world, opening)) == 1


def test_somebody_who_applied_at_the_desk_does_not_apply_again(world: World) -> None:
    opening = opening_of(world)
    with world.office.database.session() as session:
        given = {name: value for name, value in GIVEN.items() if name not in ("claimed", "consent", "key")}
        person = people.register(session, SEAL, given, CLERK, world.clock()).person_id
    procedure = world.office.procedure("xunyang-2022-88@1")
    reception.apply(world.office, opening, procedure, person, CLERK, world.clock())
    with pytest.raises(InputRefused):
        sent(world, opening)


def test_an_address_is_slowed_down_and_others_are_not(world: World) -> None:
    opening = opening_of(world)
    most = LIMITS["application"].most
    for order in range(most):
        with pytest.raises(InputRefused):
            sent(world, opening, consent="", key=str(order))
    with pytest.raises(TooMany):
        sent(world, opening)
    assert waits(world, opening) == []
    assert sent(world, opening, address="192.0.2.2")
    world.clock.moment += LIMITS["application"].window
    assert sent(world, opening, id_number=OTHER)


# ---- following it


def test_it_is_taken_back_by_its_receipt_and_can_be_sent_again(world: World) -> None:
    opening = opening_of(world)
    code = sent(world, opening)
    assert not withdraw(world.office, "AAAA-BBBB-CCCC", world.clock())
    assert withdraw(world.office, code.lower().replace("-", " "), world.clock())
    assert status(world, code).status == "withdrawn" and waits(world, opening) == []
    assert not withdraw(world.office, code, world.clock())
    assert status(world, sent(world, opening)).status == "waiting"


def test_a_refusal_is_told_with_its_reason(world: World) -> None:
    opening = opening_of(world)
    code = sent(world, opening)
    (one,) = waits(world, opening)
    for wrong in ("", " 无 "):
        with pytest.raises(InputRefused):
            refuse(world.office, one.id, CLERK, world.clock(), wrong)
    with pytest.raises(StepNotOffered):
        refuse(world.office, one.id, officer("x", Role.HRSS, "610981"), world.clock(), "不归我管。")
    assert status(world, code).status == "waiting"
    refuse(world.office, one.id, CLERK, world.clock(), "材料不全，请补认定材料。")
    told = status(world, code)
    assert (told.status, told.reason) == ("refused", "材料不全，请补认定材料。")
    assert "材料不全" in told.sentence.text() and "张三" not in str(told)
    with pytest.raises(NoSuchApplication):
        take(world.office, SEAL, one.id, CLERK, world.clock())


# ---- the clerk


def test_a_clerk_takes_it_over_with_the_proof_seen(world: World) -> None:
    opening = opening_of(world)
    code = sent(world, opening)
    (one,) = waits(world, opening)
    hire = take(world.office, SEAL, one.id, CLERK, world.clock(), recognised=SEEN)
    found = world.hire(hire)
    assert found.stage == "applied" and found.person is not None and found.person.categories == SEEN
    assert (status(world, code).status, status(world, code).hire_state) == ("taken", "applied")
    assert waits(world, opening) == []
    world.do(hire, "check", CLERK)
    assert world.ask("SELECT answered_by FROM public_application") == [("town",)]


def test_nobody_is_recognised_by_their_own_word(world: World) -> None:
    opening = opening_of(world)
    sent(world, opening)
    hire = take(world.office, SEAL, waits(world, opening)[0].id, CLERK, world.clock())
    assert "category_in" in world.articles(hire, "check", CLERK)


def test_more_apply_than_there_are_places(world: World) -> None:
    opening = opening_of(world)
    sent(world, opening)
    sent(world, opening, id_number=OTHER, name="李四")
    hires = [take(world.office, SEAL, one.id, CLERK, world.clock()) for one in waits(world, opening)]
    assert len(set(hires)) == 2 and world.ask("SELECT places FROM opening") == [(1,)]


@pytest.mark.parametrize("renew", [False, True])
def test_what_differs_from_the_register_is_shown_and_taken_over_only_when_asked(world: World, renew: bool) -> None:
    opening = opening_of(world)
    with world.office.database.session() as session:
        known = {"name": "张三", "id_number": NUMBER, "education": "college", "home_region": TOWN, "categories": {}}
        person = people.register(session, SEAL, known, CLERK, world.clock()).person_id
    sent(world, opening)
    (one,) = waits(world, opening)
    assert one.person_id == person and set(one.differs) == {"education", "home_region", "phone", "statements"}
    take(world.office, SEAL, one.id, CLERK, world.clock(), recognised=SEEN, renew=renew)
    education, categories = world.ask("SELECT education, categories FROM person")[0]
    assert education == ("senior_secondary" if renew else "college") and categories == SEEN


def test_a_take_that_was_cut_short_is_finished_by_the_next(world: World) -> None:
    """The hire was kept and the machine stopped before the answer was: the next press finds the hire."""
    opening = opening_of(world)
    code = sent(world, opening)
    (one,) = waits(world, opening)
    hire = take(world.office, SEAL, one.id, CLERK, world.clock())
    application = metadata.tables["public_application"]
    with world.office.database.transaction() as connection:
        connection.execute(application.update().values(status="waiting", hire_id=None))
        assert connection.execute(select(application.c.id)).scalar() == one.id
    assert take(world.office, SEAL, one.id, CLERK, world.clock()) == hire
    assert status(world, code).status == "taken" and world.ask("SELECT count(*) FROM person") == [(1,)]


@pytest.mark.parametrize("by", [officer("x", Role.HRSS, "610981"), officer("y", Role.SUPERVISOR, "610981")])
def test_who_does_not_take_applications_takes_none(world: World, by: Any) -> None:
    opening = opening_of(world)
    sent(world, opening)
    before = kept(world)
    with pytest.raises(StepNotOffered):
        take(world.office, SEAL, waits(world, opening)[0].id, by, world.clock())
    assert kept(world) == before


def test_whoever_sent_it_in_time_has_applied_in_time(world: World) -> None:
    """Sent on the last day, looked at after the place had been closed: the day it came in counts."""
    opening = opening_of(world)
    world.walk(9)
    code = sent(world, opening)
    world.walk(3)
    assert {row[0] for row in world.ask("SELECT stage FROM hire")} == {"unfilled"}
    hire = take(world.office, SEAL, waits(world, opening)[0].id, CLERK, world.clock(), recognised=SEEN)
    assert world.hire(hire).dossier.applied_on == date(2022, 6, 10)
    assert status(world, code).status == "taken"
    world.walk(1)
    world.do(hire, "check", CLERK)


def test_an_announcement_that_somebody_applied_to_is_not_taken_back(world: World) -> None:
    opening = opening_of(world)
    code = sent(world, opening)
    with pytest.raises(StepNotOffered):
        announcements.cancel(world.office, opening, CLERK, world.clock(), "岗位调整。")
    withdraw(world.office, code, world.clock())
    assert announcements.cancel(world.office, opening, CLERK, world.clock(), "岗位调整。") == 1
