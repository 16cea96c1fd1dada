"""How long the money lasts: what was set, what was paid of it, and places, however many apply for each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from states.budget import Funds, Places
from states.vocabulary import Role
from tests.conftest import SQLITE
from tests.support.world import World, officer
from tests.support.xunyang import HRSS, REGIONS, RURAL, START, TOWN, VILLAGE, in_notice, to_contract
from workflow import old_posts, rates
from workflow.engine import preview_opening
from workflow.funds import funds, in_use
from workflow.openings import add_place
from workflow.queries import scoped
from workflow.tables import metadata
from workflow.workbooks.lists import Asked, roster

XUNYANG, LIAOCHENG = "xunyang-2022-88", "liaocheng-2022-4"
LC_VILLAGE = "371502100201"
LC_REGIONS = {"37": "山东省", "3715": "聊城市", "371502": "东昌府区", "371502100": "示例镇", LC_VILLAGE: "示例村"}
BUREAU, CLERK = officer("人社干部丁", Role.HRSS, "371502", 4), officer("镇干部乙", Role.TOWNSHIP, "371502100", 2)


SQLITE_ONLY = pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, START, REGIONS | LC_REGIONS)
    yield world
    world.close()


def found(world: World, procedure: str = XUNYANG, region: str = VILLAGE, on: date | None = None) -> Funds:
    with world.office.database.reading() as connection:
        return funds(world.office, connection, procedure, region, on or world.clock.today)


def given(world: World, region: str, fen: int, source: str = "资金", procedure: str = XUNYANG) -> None:
    by = BUREAU if procedure == LIAOCHENG else HRSS
    rates.set_budget(world.office, procedure, region, 2022, source, fen, "财发1号", by, world.clock())


def told(world: World, guard: str, post: int, by: Any) -> tuple[bool, str]:
    answers = preview_opening(world.office, by, world.clock(), post_id=post, places=1, boards=["公示栏"])
    verdict = next(answer.verdict for answer in answers if answer.guard == guard)
    return verdict.passed, verdict.say.text()


def paid(world: World, hire: int, month: date, fen: int, region: str = "610981100", kind: str = "monthly") -> None:
    sheet, line = metadata.tables["pay_sheet"], metadata.tables["pay_line"]
    ((person, post),) = world.ask(
        "SELECT h.person_id, o.post_id FROM hire h JOIN opening o ON o.id = h.opening_id WHERE h.id = ?", hire
    )
    about = {"month": month, "kind": kind}
    made = {"people": 1, "sum_fen": fen, "digest": "0" * 64, "made_by": "-", "made_at": world.clock()}
    money = {"gross_fen": fen, "deducted_fen": 0, "net_fen": fen, "employer_fen": 0, "items": [], "warnings": []}
    days = {"from_on": month, "until_on": month, "days_tenths": 10}
    with world.office.database.transaction() as connection:
        values = {"procedure": XUNYANG, "region": region, "status": "paid", "basis": {}, **about, **made}
        number = connection.execute(sheet.insert().values(values).returning(sheet.c.id)).scalar_one()
        who = {"sheet_id": number, "hire_id": hire, "person_id": person, "post_id": post, "live": True}
        connection.execute(line.insert().values({**who, **about, **money, **days}))


def test_ten_apply_for_one_place_and_it_costs_one_wage(world: World) -> None:
    """The place is counted while it is open and while it is filled; what its post was typed with is not its pay."""
    post = world.a_post(XUNYANG, "town", "610981100", monthly_fen=0)
    opening = world.an_opening(TOWN, post).opening_id
    for _ in range(9):
        add_place(world.office, opening, TOWN, world.clock())
    assert world.ask("SELECT count(*) FROM hire") == [(10,)]
    assert found(world).places == Places(1, 2_600_00)
    with world.office.database.reading() as connection:
        assert in_use(connection, XUNYANG, "town", "") == 1
        assert in_use(connection, XUNYANG, "town", "610982") == in_use(connection, XUNYANG, "city", "") == 0
    passed, words = told(world, "budget_lasts", post, TOWN)
    assert not passed and "现有和本次共2个名额每月支出5200元，可支付约576.9个月" in words
    assert "文件规定的370个名额全部上岗每月支出591200元，只够约5.1个月" in words
    assert told(world, "quota_cap", post, TOWN) == (True, "指标42个，已用1个，本次1个")


def test_what_was_paid_and_what_is_owed_for_it_is_not_left(world: World) -> None:
    """3,000,000 less June: 1,000 paid and 400 kept back for December, which are paid then."""
    hire = in_notice(world, "甲某")
    to_contract(world, hire)
    assert found(world).places == Places(1, 1_400_00) and found(world).whole == Places(370, 591_200_00)
    june, july = date(2022, 6, 1), date(2022, 7, 1)
    paid(world, hire, june, 1_000_00)
    assert (found(world, on=july).spent_fen, found(world, on=july).months) == (1_400_00, 11)
    assert found(world, on=july).left_fen == 300_000_000 - 1_400_00
    # a budget of the year takes the place of the document's sum, and has to last until its end
    given(world, "610981", 7 * 1_400_00)
    assert (found(world, on=june).months, found(world, on=july).months) == (7, 6)
    assert found(world, on=july).lasts.enough  # type: ignore[union-attr]
    # asked in the month that is paid, as when another town's sheet is approved
    assert found(world, on=june).lasts.enough and found(world, on=june).ahead_fen == 1_400_00  # type: ignore[union-attr]
    paid(world, hire, date(2022, 12, 1), 390_00, kind="performance")
    assert found(world, on=july).spent_fen == 1_390_00, "what was kept back has been settled"


@SQLITE_ONLY
def test_what_a_town_adds_hides_nothing(world: World) -> None:
    assert (found(world).fen, found(world).region) == (300_000_000, "610981")
    given(world, "610981100", 10_000_00)
    assert (found(world).fen, found(world).region) == (301_000_000, "610981")
    given(world, "610981", 200_000_000)
    assert found(world).fen == found(world, region="610981").fen == 201_000_000


@SQLITE_ONLY
def test_liaocheng_reckons_with_what_the_county_has_set(world: World) -> None:
    """LC-35: the document names no sum. Nobody is told to register what was registered."""
    post = world.a_post(LIAOCHENG, "rural", LC_VILLAGE, monthly_fen=800_00)
    assert told(world, "budget_lasts", post, BUREAU) == (False, "资金数额未登记，不能测算")
    assert "请先在“标准和资金”里登记" in next(found(world, LIAOCHENG, LC_VILLAGE).told()).say.text()
    assert found(world, LIAOCHENG, LC_VILLAGE).region == "371502"
    given(world, "371502", 7 * 800_00, procedure=LIAOCHENG)  # from June to December
    assert told(world, "budget_lasts", post, BUREAU)[0]
    given(world, "371502", 7 * 800_00 - 1, procedure=LIAOCHENG)
    passed, words = told(world, "budget_lasts", post, BUREAU)
    assert not passed and "只够约7.0个月，不足7个月" in words
    unpriced = world.a_post(LIAOCHENG, "rural", LC_VILLAGE, monthly_fen=0)
    assert told(world, "budget_lasts", unpriced, BUREAU)[1] == "1个名额的月报酬没有登记，不能测算资金够发几个月"


def test_who_is_under_old_terms_costs_their_own_pay(world: World) -> None:
    """800 yuan by the old agreement, on a post of 950. A figure in force goes before what was typed for the post."""
    post = world.a_post(LIAOCHENG, "rural", LC_VILLAGE, monthly_fen=950_00, minimum_wage_fen=1)
    person = world.a_person("赵某", date(1970, 5, 1), "M", LC_VILLAGE, prior_evidence="台账",
                            categories={"elderly_rural": {"by": "镇政府", "on": "2022-01-10"}})  # fmt: skip
    terms = {"person_id": person, "started_on": "2021-03-01", "starts_on": "2021-03-01", "ends_on": "2022-12-31",
             "evidence": "原聘用协议",
             "signed_on": "2021-02-25", "number": "旧-7", "monthly_yuan": "800.00"}  # fmt: skip
    old_posts.enter(world.office, post, CLERK, world.clock(), terms)
    assert found(world, LIAOCHENG, LC_VILLAGE).places == Places(1, 800_00)
    asked = Asked(scoped(CLERK), LC_VILLAGE, START, START, START)
    with world.office.database.reading() as connection:
        listing = roster(world.office, connection, asked)
    [row] = listing.rows
    assert row[[column.heading for column in listing.columns].index("月基本待遇（元）")] == 800_00, "as it is paid"
    assert told(world, "minimum_wage", post, BUREAU)[0]
    rates.set_rate(world.office, "minimum_wage_month", "37", START, 950_01, "鲁政字1号", officer("省", Role.HRSS, "37"),
                   world.clock())  # fmt: skip
    assert not told(world, "minimum_wage", post, BUREAU)[0]


@SQLITE_ONLY
def test_what_nobody_may_set_counts_nothing(world: World) -> None:
    """A budget of another year, of another document and of another county is not money for these posts."""
    rates.set_budget(world.office, XUNYANG, "610981", 2023, "资金", 1, "财发1号", RURAL, world.clock())
    rates.set_budget(world.office, LIAOCHENG, "610981", 2022, "资金", 1, "财发1号", RURAL, world.clock())
    given(world, "371502", 1, procedure=LIAOCHENG)
    assert found(world).fen == 300_000_000
