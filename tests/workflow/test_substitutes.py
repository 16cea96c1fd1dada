"""Absence substitutes (代理): within a level and a window, under both names, and never two bureaus in one hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from states.facts import Grant
from states.refusals import InputRefused
from states.vocabulary import Role
from tests.workflow.access import COUNTY, DAY, TODAY, TOWN, VILLAGE, ZONE, House, house_at, later
from tests.workflow.support import AT
from workflow import accounts, office_log, substitutes
from workflow.authority import NotEntitled, NotPossible
from workflow.substitutes import NoSuchSubstitution
from workflow.tables import Account, Person

FIRST, LAST = TODAY + 2 * DAY, TODAY + 6 * DAY
AS_DEPUTY = Grant(Role.HRSS, COUNTY, "renshe", "renshe")


@pytest.fixture
def house(migrated_url: str) -> Iterator[House]:
    with house_at(migrated_url) as house:
        yield house


@pytest.fixture
def quick(migrated_sqlite_url: str) -> Iterator[House]:
    with house_at(migrated_sqlite_url) as house:
        yield house


def ask(house: House, by: str = "renshe", deputy: str = "renshe2", **more) -> int:
    values: dict[str, Any] = {"role": Role.HRSS, "region": COUNTY, "from_on": FIRST, "until_on": LAST}
    actor = house.actor(by)
    with house.database.session() as session:
        return substitutes.ask(session, actor, AT, deputy=deputy, **{"reason": "休假", **values, **more})


def accept(house: House, number: int, by: str = "renshe2", at=AT) -> None:
    actor = house.actor(by)
    with house.database.session() as session:
        substitutes.accept(session, actor, at, number)


def end(house: House, number: int, by: str = "renshe") -> None:
    actor = house.actor(by)
    with house.database.session() as session:
        substitutes.end(session, actor, AT, number)


def refused(house: House, *words: str, **more) -> None:
    with pytest.raises(NotPossible) as stopped:
        ask(house, **more)
    assert all(word in str(stopped.value) for word in words), stopped.value


@pytest.mark.parametrize(("day", "acts"), [(FIRST - DAY, False), (FIRST, True), (LAST, True), (LAST + DAY, False)])
def test_a_deputy_acts_within_the_window_both_days_included(house: House, day: date, acts: bool) -> None:
    number = ask(house)
    assert AS_DEPUTY not in house.grants("renshe2", day), "the deputy has not agreed yet"
    accept(house, number)
    assert (AS_DEPUTY in house.grants("renshe2", day)) is acts
    own = Grant(Role.HRSS, COUNTY)
    assert own in house.grants("renshe2", day)
    assert house.actor("renshe2", day).grant_for(Role.HRSS, COUNTY) == own, "one's own grant comes first"


def test_what_a_deputy_may_the_principal_may_still(quick: House) -> None:
    accept(quick, ask(quick))
    assert quick.grants("renshe", FIRST) == {Grant(Role.HRSS, COUNTY)}


def test_it_ends_early_by_either_side_and_by_a_security_administrator(quick: House) -> None:
    for by in ("renshe", "renshe2", "anquan1"):
        number = ask(quick)
        accept(quick, number)
        end(quick, number, by=by)
        assert AS_DEPUTY not in quick.grants("renshe2", FIRST)
        with pytest.raises(NotPossible):
            end(quick, number, by=by)
        with pytest.raises(NotPossible):
            accept(quick, number)
    number = ask(quick)
    for stranger in ("zhenxing", "xitong", "shenji", "xin"):
        with pytest.raises(NoSuchSubstitution):
            end(quick, number, by=stranger)
        with pytest.raises(NoSuchSubstitution):
            accept(quick, number, by=stranger)
    with pytest.raises(NoSuchSubstitution):
        accept(quick, number, by="renshe")


def test_it_ends_with_what_it_rests_on(house: House) -> None:
    accept(house, ask(house))
    with house.database.session() as session:
        accounts.disable(session, house.ids["renshe"], AT)
    assert AS_DEPUTY not in house.grants("renshe2", FIRST)
    with house.database.session() as session:
        accounts.enable(session, house.ids["renshe"])
    assert AS_DEPUTY in house.grants("renshe2", FIRST)
    with house.database.session() as session:
        accounts.revoke(session, house.ids["renshe"], Role.HRSS, COUNTY, AT)
    assert house.grants("renshe2", FIRST) == {Grant(Role.HRSS, COUNTY)}


def test_a_deputy_without_an_office_of_their_own_is_nobodys_deputy(quick: House) -> None:
    accept(quick, ask(quick))
    with quick.database.session() as session:
        accounts.revoke(session, quick.ids["renshe2"], Role.HRSS, COUNTY, AT)
    assert quick.grants("renshe2", FIRST) == set()


@pytest.mark.parametrize(
    ("first", "last", "free"),
    [(-2, -1, True), (-2, 0, False), (1, 2, False), (4, 8, False), (5, 8, True), (-2, 8, False)],
)
def test_windows_of_one_grant_do_not_overlap(quick: House, first: int, last: int, free: bool) -> None:
    quick.add("renshe3", (Role.HRSS, COUNTY))
    ask(quick)
    window: dict[str, Any] = {"from_on": FIRST + first * DAY, "until_on": FIRST + last * DAY}
    if free:
        ask(quick, deputy="renshe3", **window)
    else:
        refused(quick, "已经有代理人", deputy="renshe3", **window)


def test_a_deputy_passes_nothing_on(quick: House) -> None:
    quick.add("zhen2", (Role.TOWNSHIP, TOWN))
    quick.add("renshe3", (Role.COUNTY, COUNTY))
    number = ask(quick, deputy="renshe3")
    accept(quick, number, by="renshe3")
    refused(quick, "本人", by="renshe3")
    refused(quick, "本人", by="renshe", region=TOWN)
    refused(quick, "本人", by="renshe", role=Role.RURAL)


def test_the_level_is_the_same(quick: House) -> None:
    for deputy in ("zhen", "xin"):
        refused(quick, "同一级别", deputy=deputy)
    quick.add("zhou", (Role.HRSS, "6109"))
    refused(quick, "同一级别", deputy="zhou")
    quick.add("cun", (Role.VILLAGE, VILLAGE))
    refused(quick, "同一级别", by="cun", deputy="zhen", role=Role.VILLAGE, region=VILLAGE)


def test_a_functional_zone_has_the_level_that_its_row_says(quick: House) -> None:
    """Its code is as long as a county's; the table says that it is a township."""
    quick.add("qu", (Role.TOWNSHIP, ZONE))
    ask(quick, by="zhen", deputy="qu", role=Role.TOWNSHIP, region=TOWN)
    refused(quick, "同一级别", deputy="qu")


def test_the_deputy_holds_office_over_the_whole_window(quick: House) -> None:
    quick.add("lin")
    with quick.database.session() as session:
        from workflow.tables import RoleGrant

        session.add(
            RoleGrant(account_id=quick.ids["lin"], role="hrss", region=COUNTY, from_on=FIRST, until_on=LAST - DAY,
                      basis="b", asked_by="x", asked_at=AT, confirmed_by="y", confirmed_at=AT)
        )  # fmt: skip
    refused(quick, "同一级别", deputy="lin")
    ask(quick, deputy="lin", until_on=LAST - DAY)
    refused(quick, "一直持有", by="lin", deputy="renshe2")


def test_a_deputy_is_another_natural_person_and_no_kin(quick: House) -> None:
    quick.add("renshe1b", (Role.HRSS, COUNTY), person="renshe")
    refused(quick, "另一个人", deputy="renshe1b")
    with quick.database.session() as session:
        row: dict[str, Any] = {
            "id_number_sealed": "-",
            "id_number_tail": "0000",
            "name": "甲",
            "born": date(1980, 1, 1),
            "sex": "F",
        }
        session.add(
            Person(key="renshe2", retirement_category="woman50", education="senior_secondary", home_region=TOWN,
                   relatives=["renshe"], created_at=AT, **row)
        )  # fmt: skip
    refused(quick, "亲属")


def test_a_shared_phone_is_a_sign_of_kinship(quick: House) -> None:
    with quick.database.transaction() as connection:
        connection.execute(update(Account).where(Account.username.in_(["renshe", "renshe2"])).values(contacts=["p1"]))  # type: ignore[attr-defined]
    refused(quick, "联系方式")


def test_nobody_comes_to_sign_for_both_bureaus(quick: House) -> None:
    refused(quick, "会签", deputy="zhenxing")
    quick.add("xian", (Role.COUNTY, COUNTY))
    quick.add("xian2", (Role.COUNTY, COUNTY), person="xian")
    accept(quick, ask(quick, deputy="xian"), by="xian")
    for account in ("xian", "xian2"):
        refused(quick, "会签", by="zhenxing", role=Role.RURAL, deputy=account)
    ask(quick, by="zhenxing", role=Role.RURAL, deputy="xian", from_on=LAST + DAY, until_on=LAST + 2 * DAY)


@pytest.mark.parametrize("name", ["xitong", "anquan1", "shenji"])
def test_administrators_have_no_deputies_and_are_none(quick: House, name: str) -> None:
    role = {"xitong": Role.SYSTEM_ADMIN, "anquan1": Role.SECURITY_ADMIN, "shenji": Role.AUDIT_ADMIN}[name]
    refused(quick, "不设代理", by=name, role=role, region="")
    refused(quick, "同一级别", deputy=name)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"from_on": TODAY - DAY}, "from_on"),
        ({"until_on": FIRST - DAY}, "until_on"),
        ({"until_on": FIRST + 92 * DAY}, "until_on"),
        ({"deputy": "nobody"}, "deputy"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_is_wrong_is_named(quick: House, more: dict[str, Any], field: str) -> None:
    with pytest.raises(InputRefused) as stopped:
        ask(quick, **more)
    assert set(stopped.value.faults) == {field}
    assert quick.log() == []


def test_the_longest_window_is_ninety_two_days(quick: House) -> None:
    ask(quick, until_on=FIRST + 91 * DAY)


def test_a_security_administrator_asks_for_an_officer_who_can_not(quick: House) -> None:
    number = ask(quick, by="anquan1", principal_id=quick.ids["renshe"])
    assert AS_DEPUTY not in quick.grants("renshe2", FIRST)
    accept(quick, number)
    assert AS_DEPUTY in quick.grants("renshe2", FIRST)
    for by in ("xitong", "zhenxing", "renshe2"):
        with pytest.raises(NotEntitled):
            ask(quick, by=by, principal_id=quick.ids["renshe"], from_on=LAST + DAY, until_on=LAST + DAY)


def test_what_no_longer_holds_is_not_accepted(quick: House) -> None:
    number = ask(quick)
    with pytest.raises(NotPossible):
        accept(quick, number, at=later(7))
    with quick.database.session() as session:
        accounts.revoke(session, quick.ids["renshe"], Role.HRSS, COUNTY, AT)
    with pytest.raises(NotPossible):
        accept(quick, number)


def test_each_change_is_in_the_log_and_in_the_lists(house: House) -> None:
    number = ask(house)
    accept(house, number)
    end(house, number)
    assert house.log() == ["substitute_asked", "substitute_accepted", "substitute_ended"]
    other = ask(house, from_on=TODAY)
    accept(house, other)
    with house.database.reading() as connection:
        assert list(office_log.verify(connection)) == []
        states = [(line.id, line.state) for line in substitutes.lines(connection, TODAY)]
        assert states == [(other, "in_force"), (number, "ended")]
        assert substitutes.lines(connection, TODAY, account_id=house.ids["zhen"]) == []
