"""Grants in time (授权): two natural persons, from a day to a day; the three administrators; how a house begins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from states.facts import Grant
from states.refusals import InputRefused
from states.vocabulary import ADMINISTRATORS, Role
from tests.workflow.access import COUNTY, DAY, OTHER_COUNTY, TODAY, TOWN, House, house_at, later
from tests.workflow.support import AT
from workflow import accounts, granting, office_log, sign_in
from workflow.authority import NotEntitled, NotPossible
from workflow.granting import NoSuchGrant
from workflow.queries import scoped

HRSS = Grant(Role.HRSS, COUNTY)


@pytest.fixture
def house(migrated_url: str) -> Iterator[House]:
    with house_at(migrated_url) as house:
        yield house


@pytest.fixture
def quick(migrated_sqlite_url: str) -> Iterator[House]:
    with house_at(migrated_sqlite_url) as house:
        yield house


def ask(
    house: House, by: str = "anquan1", to: str = "xin", role: Role = Role.HRSS, region: str = COUNTY, **more
) -> int:
    values: dict[str, Any] = {"from_on": TODAY, "until_on": None, "basis": "旬人社任〔2026〕3号"} | more
    actor = house.actor(by)
    with house.database.session() as session:
        return granting.ask(session, actor, AT, account_id=house.ids[to], role=role, region=region, **values)


def confirm(house: House, grant: int, by: str = "anquan2", at=AT) -> None:
    actor = house.actor(by)
    with house.database.session() as session:
        granting.confirm(session, actor, at, grant)


def revoke(house: House, grant: int, by: str = "anquan2", reason: str = "transfer") -> None:
    actor = house.actor(by)
    with house.database.session() as session:
        granting.revoke(session, actor, AT, grant, reason)


def test_a_grant_is_in_force_when_two_people_have_agreed(house: House) -> None:
    grant = ask(house)
    assert house.grants("xin") == set()
    confirm(house, grant)
    assert house.grants("xin") == {HRSS}
    assert house.log() == ["grant_asked", "grant_confirmed"]


@pytest.mark.parametrize(("day", "held"), [(-1, False), (0, True), (10, True), (11, False)])
def test_both_days_of_the_window_count(house: House, day: int, held: bool) -> None:
    first = TODAY + 5 * DAY
    confirm(house, ask(house, from_on=first, until_on=first + 10 * DAY))
    assert (HRSS in house.grants("xin", first + day * DAY)) is held


def test_nobody_confirms_what_they_asked_for_under_any_account(quick: House) -> None:
    grant = ask(quick)
    quick.add("anquan1b", (Role.SECURITY_ADMIN, ""), person="anquan1")
    for name in ("anquan1", "anquan1b"):
        with pytest.raises(NotPossible):
            confirm(quick, grant, by=name)
    assert quick.grants("xin") == set()


def test_nobody_confirms_a_role_of_their_own(quick: House) -> None:
    quick.add("anquan2b", person="anquan2")
    grant = ask(quick, to="anquan2b", role=Role.SECURITY_ADMIN, region=COUNTY)
    with pytest.raises(NotPossible):
        confirm(quick, grant, by="anquan2")


@pytest.mark.parametrize("name", ["xitong", "shenji", "renshe", "xin"])
def test_only_security_administrators_grant(quick: House, name: str) -> None:
    grant = ask(quick)
    before = quick.log()
    for attempt in (
        lambda: ask(quick, by=name),
        lambda: confirm(quick, grant, by=name),
        lambda: revoke(quick, grant, by=name),
    ):
        with pytest.raises(NotEntitled):
            attempt()
    assert quick.log() == before


def test_a_security_administrator_of_one_county_grants_nothing_in_another(quick: House) -> None:
    quick.add("anquan3", (Role.SECURITY_ADMIN, OTHER_COUNTY))
    grant = ask(quick)
    with pytest.raises(NotEntitled):
        ask(quick, by="anquan3")
    with pytest.raises(NotEntitled):
        ask(quick, by="anquan3", region="")
    with pytest.raises(NoSuchGrant):
        confirm(quick, grant, by="anquan3")


def test_a_deputy_of_nobody_becomes_a_security_administrator(quick: House) -> None:
    with pytest.raises(NotEntitled):
        ask(quick, by="renshe", role=Role.SECURITY_ADMIN)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"from_on": TODAY - DAY}, "from_on"),
        ({"until_on": TODAY - DAY}, "until_on"),
        ({"basis": "  "}, "basis"),
        ({"basis": "长" * 201}, "basis"),
        ({"region": "999999"}, "region"),
        ({"role": Role.SYSTEM}, "role"),
        ({"role": Role.PUBLIC}, "role"),
    ],
)
def test_what_is_wrong_is_named(quick: House, more: dict[str, Any], field: str) -> None:
    with pytest.raises(InputRefused) as refused:
        ask(quick, **more)
    assert set(refused.value.faults) == {field}


def test_the_same_grant_twice_in_one_window_is_refused(quick: House) -> None:
    ask(quick, until_on=TODAY + 9 * DAY)
    with pytest.raises(NotPossible):
        ask(quick, from_on=TODAY + 9 * DAY)
    ask(quick, from_on=TODAY + 10 * DAY)


def test_a_grant_whose_window_is_over_is_not_confirmed(quick: House) -> None:
    grant = ask(quick, until_on=TODAY)
    with pytest.raises(NotPossible):
        confirm(quick, grant, at=later(1))
    confirm(quick, grant)


def test_one_person_revokes_and_it_acts_on_the_next_request_of_twenty_sessions(house: House) -> None:
    grant = ask(house)
    confirm(house, grant)
    tokens = [sign_in.begin(house.database, house.ids["xin"], AT).token for _ in range(20)]
    assert all(sign_in.actor_of(house.database, token, AT) for token in tokens)
    revoke(house, grant, by="anquan1")
    assert [sign_in.actor_of(house.database, token, AT) for token in tokens] == [None] * 20
    assert house.grants("xin") == set()
    with pytest.raises(NotPossible):
        revoke(house, grant)
    with pytest.raises(NotPossible):
        confirm(house, grant)


def test_a_grant_that_runs_out_is_gone_on_the_next_request_of_a_living_session(house: House) -> None:
    confirm(house, ask(house, until_on=TODAY))
    token = sign_in.begin(house.database, house.ids["xin"], AT).token
    for day, held in ((TODAY, True), (TODAY + DAY, False)):
        visit = sign_in.visit_of(house.database, token, AT, on=day)
        assert visit is not None and (HRSS in visit.actor.grants) is held


def test_a_revocation_wants_a_reason_of_the_list(quick: House) -> None:
    with pytest.raises(InputRefused):
        revoke(quick, ask(quick), reason="张三不好")


# ---- the three administrators


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("other", [Role.HRSS, Role.VILLAGE, Role.SUPERVISOR, *sorted(ADMINISTRATORS)])
def test_an_administrator_is_nothing_else(quick: House, role: Role, other: Role) -> None:
    quick.add("guan", (role, ""))
    quick.add("guan2", person="guan")
    if role is other:
        ask(quick, to="guan2", role=other)
        return
    for name in ("guan", "guan2"):
        with pytest.raises(NotPossible):
            ask(quick, to=name, role=other)
    quick.add("ban", (other, COUNTY))
    with pytest.raises(NotPossible):
        ask(quick, to="ban", role=role, region="")


def test_roles_that_never_meet_on_a_day_exclude_nothing(quick: House) -> None:
    confirm(quick, ask(quick, until_on=TODAY + 4 * DAY))
    with pytest.raises(NotPossible):
        ask(quick, role=Role.AUDIT_ADMIN, region="", from_on=TODAY + 4 * DAY)
    ask(quick, role=Role.AUDIT_ADMIN, region="", from_on=TODAY + 5 * DAY)


def test_what_has_become_exclusive_meanwhile_is_not_confirmed(quick: House) -> None:
    grant = ask(quick)
    quick.add("xin2", (Role.SYSTEM_ADMIN, ""), person="xin")
    with pytest.raises(NotPossible):
        confirm(quick, grant)


@pytest.mark.parametrize("name", ["xitong", "anquan1", "shenji"])
def test_administrators_see_no_business_data(quick: House, name: str) -> None:
    scope = scoped(quick.actor(name))
    assert (scope.prefixes, dict(scope.by_role), scope.own_key) == ((), {}, None)
    assert not quick.actor(name).sees(COUNTY)


# ---- how a house begins


def from_console(house: House, to: str, role: Role, region: str = "") -> bool:
    with house.database.session() as session:
        return granting.from_console(session, house.ids[to], role, region, AT)


def begin_again(house: House) -> None:
    """Leaves no security administrator."""
    with house.database.session() as session:
        for name in ("anquan1", "anquan2"):
            accounts.revoke(session, house.ids[name], Role.SECURITY_ADMIN, "", AT)


def test_the_console_gives_roles_until_two_people_are_security_administrators(house: House) -> None:
    begin_again(house)
    assert from_console(house, "anquan1", Role.SECURITY_ADMIN)
    house.add("anquan1b", person="anquan1")
    assert from_console(house, "anquan1b", Role.SECURITY_ADMIN), "one person with two accounts is one"
    assert from_console(house, "anquan2", Role.SECURITY_ADMIN)
    assert not from_console(house, "xin", Role.HRSS, COUNTY)
    assert house.grants("xin") == set()
    assert house.log()[-1] == "grant_asked"
    [waiting] = [line.id for line in lines(house, waiting=True)]
    confirm(house, waiting, by="anquan1")
    assert house.grants("xin") == {HRSS}


def test_a_closed_account_is_no_security_administrator(quick: House) -> None:
    with quick.database.session() as session:
        accounts.disable(session, quick.ids["anquan2"], AT)
    assert from_console(quick, "xin", Role.HRSS, COUNTY)


def test_the_console_too_keeps_administrators_apart(quick: House) -> None:
    begin_again(quick)
    with pytest.raises(NotPossible):
        from_console(quick, "renshe", Role.SYSTEM_ADMIN)
    with pytest.raises(InputRefused):
        from_console(quick, "xin", Role.HRSS, "999999")


def lines(house: House, on: date = TODAY, **more) -> list[granting.GrantLine]:
    with house.database.reading() as connection:
        return granting.lines(connection, on, **more)


def test_the_list_tells_where_each_grant_stands(quick: House) -> None:
    first = ask(quick, until_on=TODAY)
    second = ask(quick, from_on=TODAY + DAY, region=TOWN)
    confirm(quick, second)
    assert [(line.id, line.state) for line in lines(quick, account_id=quick.ids["xin"])] == [
        (second, "coming"),
        (first, "waiting"),
    ]
    revoke(quick, first)
    states = {line.id: line.state for line in lines(quick, TODAY + DAY, account_id=quick.ids["xin"])}
    assert states == {first: "revoked", second: "in_force"}
    assert lines(quick, prefixes=(OTHER_COUNTY,)) == []


def test_every_change_is_in_the_log_and_the_log_is_sound(house: House) -> None:
    grant = ask(house)
    confirm(house, grant)
    revoke(house, grant)
    with house.database.reading() as connection:
        assert list(office_log.verify(connection)) == []
        bodies = "".join(row[0] for row in connection.exec_driver_sql("SELECT body FROM office_log"))
    assert "旬人社任" not in bodies
    assert '"reason":"transfer"' in bodies
