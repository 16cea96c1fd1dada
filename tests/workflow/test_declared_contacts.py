"""What officers declare for recusal: compared with applicants, and nowhere to be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlmodel import col, select

from states.facts import Actor
from states.refusals import InputRefused
from states.separation import related
from states.vocabulary import Role
from tests.support.world import World, officer
from workflow.contacts import contacts_of
from workflow.declared_contacts import declare
from workflow.reading import load_person
from workflow.sealing import Seal
from workflow.tables import Account

SEAL = Seal.from_secret(b"a secret that only the tests know of")
TOWN, CARD = "610981100", "6222020200012345670"


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, date(2026, 6, 15), {"61": "陕西省", "610981": "旬阳市", TOWN: "城关镇"})
    yield world
    world.close()


def accounts_of(world: World, actor: Actor, *usernames: str) -> None:
    with world.office.database.session() as session:
        for username in usernames:
            session.add(
                Account(
                    username=username, password_hash="-", person_key=actor.person_key, name=actor.name,
                    created_at=world.clock(),
                )
            )  # fmt: skip


def declared(world: World, actor: Actor, **given: str) -> list[list[str]]:
    with world.office.database.session() as session:
        declare(session, SEAL, actor, world.clock(), given)
    with world.office.database.session() as session:
        return [account.contacts for account in session.exec(select(Account).order_by(col(Account.id)))]


def test_every_account_of_the_natural_person_carries_what_was_declared(world: World) -> None:
    wang = officer("王某", Role.EMPLOYER, TOWN)
    accounts_of(world, wang, "wang", "wang.second")
    first, second = declared(world, wang, phone="138 0000 1234", address="城关镇3幢201室")
    assert first == second and len(first) == 2
    assert declared(world, wang, phone="13800001235") != [first, first], "declaring again replaces"
    assert [len(one) for one in declared(world, wang)] == [0, 0]


def test_an_applicant_who_shares_the_address_and_the_surname_is_flagged(world: World) -> None:
    wang = officer("王某", Role.EMPLOYER, TOWN)
    accounts_of(world, wang, "wang")
    (contacts,) = declared(world, wang, address="城关镇 3号楼201")
    acting = Actor(1, wang.person_key, wang.name, wang.grants, frozenset(contacts))
    same = contacts_of(SEAL, {"address": "城关镇3栋201室"})
    person = world.a_person("王小某", date(1990, 1, 1), "M", TOWN, contacts=same)
    other = world.a_person("李小某", date(1990, 1, 1), "M", TOWN, contacts=same)
    with world.office.database.reading() as connection:
        flagged, free = load_person(connection, person), load_person(connection, other)
    assert flagged is not None and free is not None
    assert (related(acting, flagged), related(acting, free)) == ("flag", None)


def test_nothing_that_was_declared_can_be_read_anywhere(world: World) -> None:
    wang = officer("王某", Role.EMPLOYER, TOWN)
    accounts_of(world, wang, "wang")
    declared(world, wang, phone="13800001234", bank=CARD)
    kept = str(world.ask("SELECT contacts FROM account")) + str(world.ask("SELECT body FROM office_log"))
    assert "13800001234" not in kept and CARD not in kept
    assert all(name in kept for name in ("declared", "bank", "phone")), "that something was declared is on record"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("phone", "12"), ("bank", CARD[:-1] + str((int(CARD[-1]) + 1) % 10)), ("bank", "abc"), ("address", "长" * 201)],
)
def test_what_cannot_be_is_refused_and_nothing_changes(world: World, field: str, wrong: str) -> None:
    wang = officer("王某", Role.EMPLOYER, TOWN)
    accounts_of(world, wang, "wang")
    (before,) = declared(world, wang, phone="13800001234")
    with pytest.raises(InputRefused) as refused:
        declared(world, wang, **{"phone": "13800001235", field: wrong})
    assert set(refused.value.faults) == {field}
    with world.office.database.session() as session:
        assert [account.contacts for account in session.exec(select(Account))] == [before]
