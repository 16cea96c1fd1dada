"""Who may clear a flag of kinship: a level that is high enough, above the officer, and never the officer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from states.facts import Actor, Grant
from states.refusals import InputRefused, StepNotOffered
from states.vocabulary import Role
from tests.support.world import World, officer
from tests.workflow.support import SEAL
from workflow import person_log
from workflow.clearance import clear, may_clear
from workflow.grants import settled
from workflow.tables import Account

TOWN, COUNTY, CITY = "610981100", "610981", "6109"
REGIONS = {"61": "陕西省", CITY: "安康市", COUNTY: "旬阳市", TOWN: "城关镇", "610981100201": "示例村", "610982": "别县"}
CLERK = officer("clerk", Role.EMPLOYER, TOWN)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, date(2022, 6, 1), REGIONS)
    with world.office.database.session() as session:
        for name, role, region in (("clerk", Role.EMPLOYER, TOWN), ("bureau", Role.HRSS, COUNTY)):
            account = Account(username=name, password_hash="-", person_key=name, name=name, created_at=world.clock())
            session.add(account)
            session.flush()
            assert account.id is not None
            session.add(settled(account.id, role, region, LONG_AGO))
    yield world
    world.close()


def cleared(world: World, by: Actor, username: str = "clerk", reason: str = "同名同姓，并无亲属关系。") -> int:
    """The version of the person's open hire before and after, as a difference."""
    if not world.people:
        person = world.a_person("张三", date(1990, 1, 1), "M", TOWN)
        (hire,) = world.an_opening(CLERK, world.a_post("xunyang-2022-88", "town", TOWN)).hire_ids
        world.do(hire, "apply", CLERK, person_id=person)
    before = world.ask("SELECT max(version) FROM hire")[0][0]
    with world.office.database.session() as session:
        clear(session, SEAL, world.people["张三"], username, by, world.clock(), reason)
    return int(world.ask("SELECT max(version) FROM hire")[0][0]) - int(before)


def test_the_county_clears_an_officer_of_a_township_on_the_record(world: World) -> None:
    assert cleared(world, officer("chief", Role.HRSS, COUNTY)) == 1
    assert world.ask("SELECT officer_key, cleared_by, role, region FROM clearance") == [
        ("clerk", "chief", "hrss", COUNTY)
    ]
    assert world.ask("SELECT act, purpose FROM person_log ORDER BY seq DESC LIMIT 1") == [
        ("clear", "同名同姓，并无亲属关系。")
    ]
    with pytest.raises(InputRefused):
        cleared(world, officer("chief", Role.HRSS, COUNTY))


@pytest.mark.parametrize(
    ("by", "username"),
    [
        (officer("peer", Role.TOWNSHIP, TOWN), "clerk"),  # not high enough
        (officer("other", Role.HRSS, "610982"), "clerk"),  # elsewhere
        (officer("watch", Role.SUPERVISOR, COUNTY), "clerk"),  # decides nothing
        (officer("chief", Role.HRSS, COUNTY), "bureau"),  # the same level is not above
        (officer("clerk", Role.HRSS, CITY), "clerk"),  # oneself, under another account
        (Actor(1, "person:张三", "张三", (Grant(Role.HRSS, CITY),)), "clerk"),  # one's own case
    ],
)
def test_nobody_else_clears_anybody(world: World, by: Actor, username: str) -> None:
    with pytest.raises(StepNotOffered):
        cleared(world, by, username)
    assert world.ask("SELECT count(*) FROM clearance") == [(0,)]
    assert world.ask("SELECT count(*) FROM person_log") == [(0,)]


def test_the_city_clears_an_officer_of_the_county(world: World) -> None:
    assert cleared(world, officer("chief", Role.HRSS, CITY), "bureau") == 1


@pytest.mark.parametrize(
    ("reason", "refused"), [("是", True), ("无关", False), ("无" * 200, False), ("无" * 201, True)]
)
def test_a_reason_is_given(world: World, reason: str, refused: bool) -> None:
    if refused:
        with pytest.raises(InputRefused):
            cleared(world, officer("chief", Role.HRSS, COUNTY), reason=reason)
    else:
        assert cleared(world, officer("chief", Role.HRSS, COUNTY), reason=reason) == 1


def test_an_account_that_is_not_there_cannot_be_cleared(world: World) -> None:
    with pytest.raises(InputRefused):
        cleared(world, officer("chief", Role.HRSS, COUNTY), "nobody")


def test_the_page_asks_before_it_shows_the_form() -> None:
    assert may_clear(officer("chief", Role.HRSS, COUNTY), TOWN)
    assert not may_clear(officer("chief", Role.HRSS, "610982"), TOWN)
    assert not may_clear(CLERK, TOWN)
    assert not may_clear(officer("watch", Role.SUPERVISOR, COUNTY), TOWN)


def test_the_log_stays_sound(world: World) -> None:
    cleared(world, officer("chief", Role.HRSS, COUNTY))
    with world.office.database.session() as session:
        assert [f.kind for f in person_log.verify(session, SEAL, [world.people["张三"]])] == []
