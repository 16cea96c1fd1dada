"""What working a case left behind, as offices read it: files, notes, suspensions, decisions, colleagues."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from states.facts import Actor, Grant
from states.refusals import InputRefused
from states.vocabulary import Role
from tests.support import files_to_send as files_of
from tests.support.world import World, officer
from workflow import documents
from workflow.grants import settled
from workflow.house_inputs import check_house_input
from workflow.queries import case_file, scoped
from workflow.sealing import Seal
from workflow.tables import Account

DAY = date(2022, 6, 1)
TOWN, COUNTY, OTHER = "610981100", "610981", "610929"
REGIONS = {"61": "陕西省", "6109": "安康市", COUNTY: "旬阳市", TOWN: "城关镇", OTHER: "白河县"}
SEAL = Seal.from_secret(b"a secret for tests only, long enough to be one")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, DAY, REGIONS)
    yield world
    world.close()


def an_officer(world: World, name: str, role: Role, region: str) -> Actor:
    """An officer with an account of the database."""
    with world.office.database.session() as session:
        account = Account(
            username=name, password_hash="-", person_key=f"key of {name}", name=name, created_at=world.clock()
        )
        session.add(account)
        session.flush()
        assert account.id is not None
        session.add(settled(account.id, role, region, LONG_AGO))
        return Actor(account.id, f"key of {name}", name, (Grant(role, region),))


def a_hire(world: World, clerk: Actor) -> int:
    person = world.a_person("张三", date(1990, 3, 5), "男", TOWN)
    [hire] = world.an_opening(clerk, world.a_post("xunyang-2022-88", "town", TOWN)).hire_ids
    world.do(hire, "apply", clerk, person_id=person)
    return hire


def test_a_suspension_is_told_with_both_officers(world: World) -> None:
    clerk, hrss = an_officer(world, "王建国", Role.EMPLOYER, TOWN), an_officer(world, "李敏", Role.HRSS, COUNTY)
    hire = a_hire(world, clerk)
    world.do(hire, "suspend", clerk, reason="本人住院")
    world.walk(2)
    world.do(hire, "resume", hrss, reason="本人出院")
    world.do(hire, "suspend", hrss, reason="再次住院")
    with world.office.database.reading() as connection:
        first, second = case_file.suspensions(connection, scoped(clerk), hire)
    assert (first.by, first.resumed_by, first.from_on, first.resumed_on) == ("王建国", "李敏", DAY, date(2022, 6, 3))
    assert (second.reason, second.resumed_on, second.resumed_by) == ("再次住院", None, None)


def test_a_decision_names_the_deputy_and_the_principal(world: World) -> None:
    clerk, hrss = an_officer(world, "王建国", Role.EMPLOYER, TOWN), an_officer(world, "李敏", Role.HRSS, COUNTY)
    hire = a_hire(world, clerk)
    world.do(hire, "check", clerk)
    stands_in = Grant(Role.HRSS, COUNTY, hrss.person_key, hrss.name)
    deputy = replace(an_officer(world, "孙立", Role.FINANCE, COUNTY), grants=(stands_in,))
    world.do(hire, "recheck", deputy, opinion="同意", approval_no="旬人社复〔2022〕8号")
    with world.office.database.reading() as connection:
        *_, check, recheck = case_file.decisions(connection, scoped(clerk), hire)
    assert (check.act, check.approval, check.principal) == ("check", False, None)
    assert (recheck.by, recheck.principal, recheck.approval) == ("孙立", "李敏", True)
    assert (recheck.opinion, recheck.approval_no, recheck.outcome) == ("同意", "旬人社复〔2022〕8号", "sign")


def test_files_and_notes_come_the_latest_first_and_only_within_reach(world: World) -> None:
    clerk, far = an_officer(world, "王建国", Role.EMPLOYER, TOWN), officer("far", Role.HRSS, OTHER)
    hire = a_hire(world, clerk)
    world.do(hire, "comment", clerk, text="第一条")
    world.do(hire, "comment", clerk, text="第二条")
    for content, name in ((files_of.png(), "甲.png"), (files_of.pdf(), "乙.pdf")):
        documents.attach(world.office, SEAL, hire, clerk, world.clock(), content, name, {"kind": "other"})
    with world.office.database.reading() as connection:
        near, off = scoped(clerk), scoped(far)
        assert [line.text for line in case_file.comments(connection, near, hire)] == ["第二条", "第一条"]
        found = case_file.documents(connection, near, hire)
        assert [(line.name, line.by, line.checked) for line in found] == [
            ("乙.pdf", "王建国", "not checked"),
            ("甲.png", "王建国", "not checked"),
        ]
        assert case_file.number_of_documents(connection, hire) == 2
        assert case_file.seen_digest(connection, near, found[0].digest)
        assert not case_file.seen_digest(connection, off, found[0].digest)
        for read in (case_file.documents, case_file.comments, case_file.decisions, case_file.suspensions):
            assert read(connection, off, hire) == ()
        assert case_file.document_line(connection, off, hire, found[0].seq) is None


def test_colleagues_are_those_whose_grant_covers_the_place_today(world: World) -> None:
    own = an_officer(world, "甲", Role.HRSS, COUNTY)
    an_officer(world, "乙", Role.HRSS, OTHER)
    an_officer(world, "丙", Role.RURAL, COUNTY)
    below = an_officer(world, "丁", Role.HRSS, f"{TOWN}201")
    closed = an_officer(world, "戊", Role.HRSS, COUNTY)
    with world.office.database.session() as session:
        gone = session.get(Account, closed.account_id)
        assert gone is not None
        gone.disabled_at = world.clock()
    with world.office.database.reading() as connection:
        found = case_file.officers_for(connection, TOWN, [Role.HRSS, Role.FINANCE], DAY)
        earlier = case_file.officers_for(connection, TOWN, [Role.HRSS], date(1999, 12, 31))
    assert {role: [line.name for line in lines] for role, lines in found.items()} == {Role.HRSS: ["甲"]}
    assert earlier == {}
    at = [TOWN]
    given = {"role": "hrss", "to_account": own.account_id}
    check_house_input(world.office, own, at, "reassign", given, DAY)
    for wrong in (below.account_id, closed.account_id, 10**12):
        with pytest.raises(InputRefused, match="to_account"):
            check_house_input(world.office, own, at, "reassign", {**given, "to_account": wrong}, DAY)
