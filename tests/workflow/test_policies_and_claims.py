"""Insurance: nobody is covered twice on a day, nobody at work is forgotten; shares are claimed once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from states.clocks import moment
from states.refusals import InputRefused, StepNotOffered
from states.vocabulary import Role
from tests.conftest import SQLITE
from tests.support.after import Village, at_work, paid
from tests.support.tables import SIGNED, Table, paper, table_of
from tests.support.world import World, officer
from workflow import bank_results, due_letters, office_log, policies, subsidy_claims
from workflow.policies import Covered, Given
from workflow.queries import scoped
from workflow.subsidy_claims import Ledger, NoSuchClaim
from workflow.tables import metadata
from workflow.workbooks.layout import workbook

COUNTY = officer("县政府", Role.COUNTY, "371502", 41)
FIRST, LAST = date(2022, 9, 1), date(2023, 8, 31)


def given(number: str = "PEAC2022-1", first: date = FIRST, last: date = LAST, **more: object) -> Given:
    return Given("371502", "人保财险", number, first, last, 36_000_00, **more)  # type: ignore[arg-type]


@pytest.fixture
def village(migrated_url: str) -> Iterator[Village]:
    """Two on rural posts of Liaocheng."""
    world = World.on(migrated_url, date(2022, 7, 25), {})
    yield at_work(world, "liaocheng-2022-4", ["甲", "乙"], date(2022, 8, 31))
    world.close()


def test_of_two_policies_at_once_one_covers_and_the_other_leaves_out(village: Village) -> None:
    world = village.world
    at = moment(FIRST)
    begun, found = threading.Barrier(2), []

    def enter(number: str) -> None:
        begun.wait(10)
        found.append(policies.register(world.office, given(number), COUNTY, at, all_without=True))

    threads = [threading.Thread(target=enter, args=(f"PEAC-{n}",)) for n in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted((one.done, one.left_out) for one in found) == [(0, 2), (2, 0)]
    assert world.ask("SELECT count(*) FROM cover") == [(2,)]
    with world.office.database.reading() as connection:
        assert policies.without(world.office, connection, scoped(COUNTY), FIRST) == []
        before = policies.without(world.office, connection, scoped(COUNTY), FIRST - timedelta(1))
        after = policies.count_without(world.office, connection, scoped(COUNTY), LAST + timedelta(1))
        assert (len(before), after) == (2, 2)
        assert not list(office_log.verify(connection))


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_cover_ends_with_the_post_and_begins_anew_the_day_after(village: Village) -> None:
    office = village.world.office
    assert policies.register(office, given(), COUNTY, moment(FIRST), all_without=True) == Covered(1, 2, 0)
    with pytest.raises(InputRefused):  # the same policy again
        policies.register(office, given(), COUNTY, moment(FIRST), all_without=True)
    left = date(2022, 12, 31)
    with office.database.transaction() as connection:
        row = {"hire_id": village.hires["甲"], "seq": 99, "ground": "resignation", "ended_on": left, "article": "x"}
        connection.execute(policies.departure.insert().values(row))
        # a day that was set right to the one above
        mistyped = {**row, "seq": 98, "ended_on": date(2023, 3, 1), "corrected_by": 99}
        connection.execute(policies.departure.insert().values(mistyped))
    with office.database.reading() as connection:
        (one,) = policies.of_hire(connection, village.hires["甲"])
        assert one.ends_on == left
    second = given("PEAC-2", left, LAST)
    assert policies.register(office, second, COUNTY, moment(left), all_without=True).done == 0
    third = given("PEAC-3", left + timedelta(1), LAST)
    assert policies.register(office, third, COUNTY, moment(left + timedelta(1)), all_without=True).done == 1


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_what_ends_soon_is_told_of_unless_cover_follows(village: Village) -> None:
    office = village.world.office
    policies.register(office, given(), COUNTY, moment(FIRST), all_without=True)
    for day, told in ((LAST - timedelta(31), 0), (LAST - timedelta(30), 2), (LAST, 4), (LAST + timedelta(1), 6)):
        due_letters.remind_due(office, moment(day) + timedelta(hours=9))
        rows = village.world.ask("SELECT facts, to_role FROM outbox WHERE template = 'policy_ends'")
        assert len(rows) == told
    assert {row[1] for row in rows} == {"county", "hrss"}
    with office.database.reading() as connection:
        assert policies.ending(connection, LAST)
    policies.register(office, given("PEAC-2", LAST + timedelta(1), LAST + timedelta(365)), COUNTY,
                      moment(LAST), all_without=True)  # fmt: skip
    with office.database.reading() as connection:
        assert policies.ending(connection, LAST) == []


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
@pytest.mark.parametrize(
    "wrong",
    [given("x"), given(first=LAST, last=FIRST), Given("", "人保", "A-1", FIRST, LAST, 1),
     Given("371502", "人保", "A-1", FIRST, None, 1), Given("371502", "人保", "A-1", FIRST, LAST, -1)],
)  # fmt: skip
def test_a_policy_with_faults_and_a_clerk_who_may_not_are_refused(village: Village, wrong: Given) -> None:
    with pytest.raises(InputRefused):
        policies.register(village.world.office, wrong, COUNTY, moment(FIRST), all_without=False)
    for stranger in (village.officer("township"), officer("外县", Role.COUNTY, "371503")):
        with pytest.raises(StepNotOffered):
            policies.register(village.world.office, given(), stranger, moment(FIRST), all_without=False)


# ---- claims ------------------------------------------------------------------------------------------------------

BAIHE, PLACE = "baihe-2022-72", "610929"
AUGUST, SEPTEMBER = date(2022, 8, 1), date(2022, 9, 1)


@pytest.fixture
def company(migrated_url: str) -> Iterator[Village]:
    """Two in Baihe, paid for August and September; the employer's shares are 300 and 310 yuan a month."""
    world = World.on(migrated_url, date(2022, 7, 25), {})
    village = at_work(world, BAIHE, ["甲", "乙"], date(2022, 8, 5))
    world.clock.moment = moment(date(2022, 10, 8)) + timedelta(hours=9)
    for name, shares in (("甲", (300_00, 310_00)), ("乙", (300_00, 310_00))):
        months = [(AUGUST, date(2022, 8, 31), 1600_00), (SEPTEMBER, date(2022, 9, 30), 1600_00)]
        # a sheet each: what a place is does not matter here
        paid(world, village.hires[name], months)
        with world.office.database.transaction() as connection:
            for month, fen in zip((AUGUST, SEPTEMBER), shares, strict=True):
                table = metadata.tables["pay_line"]
                values = table.update().values(employer_fen=fen)
                connection.execute(values.where(table.c.hire_id == village.hires[name], table.c.month == month))
            connection.exec_driver_sql("UPDATE pay_sheet SET procedure = 'baihe-2022-72', region = 'X' || id")
    yield village
    world.close()


def claim(village: Village, first: date = AUGUST, last: date = SEPTEMBER, who: str = "company", share: int = 0) -> int:
    office, at = village.world.office, village.world.clock()
    return subsidy_claims.prepare(office, BAIHE, PLACE, first, last, share, village.officer(who), at)


def ledger(village: Village) -> Ledger:
    with village.world.office.database.reading() as connection:
        return subsidy_claims.ledger(village.world.office, connection, scoped(village.officer("hrss")), BAIHE)


def test_what_was_advanced_is_claimed_once_received_and_the_rest_charged(company: Village) -> None:
    """Two people, August 300 and September 310 yuan each: 1,220 advanced; 1,000 come, 200 of 220 are charged."""
    world, office = company.world, company.world.office
    payer, bureau, at, today = company.officer("company"), company.officer("hrss"), world.clock(), world.clock.today
    hire = company.hires["甲"]
    with office.database.transaction() as connection:  # pay that came back for good: the insurance was paid in
        for (sheet,) in world.ask("SELECT sheet_id FROM pay_line WHERE hire_id = ?", hire):
            bank_results.keep(connection, sheet, hire, (bank_results.CLOSED, 0, "销户"), bureau, at)
    assert ledger(company) == Ledger(1220_00, 0, 0, 0)
    first = claim(company, last=AUGUST)
    number = claim(company)
    assert [tuple(row) for row in world.ask("SELECT people, months, fen FROM subsidy_claim ORDER BY id")] == [
        (2, 2, 600_00),
        (2, 2, 620_00),
    ]
    with pytest.raises(InputRefused):
        claim(company)
    subsidy_claims.void(office, first, payer, at)
    again = claim(company)
    assert world.ask("SELECT fen FROM subsidy_claim WHERE id = ?", again) == [(600_00,)]
    with pytest.raises(StepNotOffered):  # not handed in yet
        subsidy_claims.receive(office, again, today, 1, "凭证1", payer, at)
    with pytest.raises(StepNotOffered):
        subsidy_claims.hand_in(office, again, today, "收文1号", bureau, at)
    for one, fen in ((again, 600_00), (number, 400_00)):
        subsidy_claims.hand_in(office, one, today, "收文1号", payer, at)
        with pytest.raises(InputRefused):
            subsidy_claims.receive(office, one, today, 620_01, "凭证1", payer, at)
        subsidy_claims.receive(office, one, today, fen, "凭证1", payer, at)
    with pytest.raises(StepNotOffered):
        subsidy_claims.charge(office, number, 200_00, "凭证2", payer, at)
    with pytest.raises(InputRefused):
        subsidy_claims.charge(office, number, 220_01, "凭证2", bureau, at)
    subsidy_claims.charge(office, number, 200_00, "凭证2", bureau, at)
    found = ledger(company)
    assert found == Ledger(1220_00, 1220_00, 1000_00, 200_00)
    assert found.open == 20_00
    with pytest.raises(StepNotOffered):
        subsidy_claims.void(office, number, payer, at)


def the_claim(claimed: int, shown: list[str]) -> Table:
    """The claim on paper, whole; ``shown``: the identity numbers of the two."""
    above = ["2022年08月至2022年09月公益性岗位社会保险补贴申领表", "申报单位（盖章）：　　　　　　　　地区：白河县"]
    heads = ["序号", "姓名", "身份证号码", "村（社区）", "岗位名称", "补贴期间", "月数", "单位缴费（元）", "备注"]
    rows = [
        [n, f"{BAIHE}-village-{who}", number, f"白河县示例镇{who}村", "信息员", "2022-08至2022-09", 2, 610, None]
        for n, (who, number) in enumerate(zip("甲乙", shown, strict=True), 1)
    ]
    rows.append(["合计", *[None] * 5, 4, 1220, None])
    return paper(
        [*above, f"第{claimed}号　　依据：白人社发〔2022〕72号第十二条;第十四条"],
        heads,
        rows,
        ["合计：2人，4个月，1220.00元", SIGNED],
    )


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_the_paper_adds_up_and_strangers_see_nothing(company: Village) -> None:
    number = claim(company)
    office = company.world.office
    with office.database.reading() as connection:
        row = subsidy_claims.one(connection, scoped(company.officer("company")), number)
        listing = subsidy_claims.paper(office, connection, row)
        people = [one.person_id for one in subsidy_claims.people_on(connection, number)]
        full = subsidy_claims.paper(office, connection, row, {person: f"{person:018}" for person in people})
        with pytest.raises(NoSuchClaim):
            subsidy_claims.one(connection, scoped(company.stranger(Role.COMPANY)), number)
    assert table_of(workbook(listing)) == the_claim(number, ["*" * 14 + "0000"] * 2)
    assert table_of(workbook(full)) == the_claim(number, [f"{person:018}" for person in people])
    for first, last, who in ((SEPTEMBER, AUGUST, "company"), (date(2021, 9, 1), SEPTEMBER, "company")):
        with pytest.raises(InputRefused):
            claim(company, first, last, who)
    with pytest.raises(InputRefused):  # October is not over
        claim(company, AUGUST, date(2022, 10, 1))
    with pytest.raises(StepNotOffered):
        claim(company, who="township")


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_a_month_of_a_person_is_claimed_once_whatever_posts_it_was_paid_for(company: Village) -> None:
    """Both lines of August are one person's: one row of 300 + 300, and September by itself for whoever has it alone."""
    world, first = company.world, company.hires["甲"]
    with world.office.database.transaction() as connection:
        table = metadata.tables["pay_line"]
        mine = (table.c.hire_id == company.hires["乙"]) & (table.c.month == AUGUST)
        owner = connection.execute(table.select().where(table.c.hire_id == first)).first()
        assert owner is not None
        connection.execute(table.update().where(mine).values(person_id=owner.person_id, post_id=owner.post_id + 1))
    number = claim(company)
    assert world.ask("SELECT people, months, fen FROM subsidy_claim WHERE id = ?", number) == [(2, 3, 1220_00)]
    rows = world.ask("SELECT hire_id, month, fen FROM claim_line WHERE person_id = ? ORDER BY month", owner.person_id)
    assert [tuple(row) for row in rows] == [(first, "2022-08-01", 600_00), (first, "2022-09-01", 310_00)]


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_a_month_after_the_end_of_a_post_is_not_claimed(company: Village) -> None:
    """Who left on the last day of August and was paid for September, because nobody had heard of it."""
    with company.world.office.database.transaction() as connection:
        table = metadata.tables["contract"]
        left = table.update().where(table.c.hire_id == company.hires["乙"]).values(ended_on=date(2022, 8, 31))
        connection.execute(left)
    number = claim(company)
    found = company.world.ask("SELECT hire_id, month FROM claim_line WHERE claim_id = ? ORDER BY 1, 2", number)
    assert [(hire, month) for hire, month in found if hire == company.hires["乙"]] == [
        (company.hires["乙"], "2022-08-01")
    ]
    assert len(found) == 3


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_a_sum_that_cannot_be_read_is_told_apart_from_one_that_is_too_high(company: Village) -> None:
    office, payer, at = company.world.office, company.officer("company"), company.world.clock()
    number, today = claim(company), company.world.clock.today
    subsidy_claims.hand_in(office, number, today, "收文1号", payer, at)
    for fen, words in ((-1, "请填写到账金额"), (1220_01, "不超过申领金额")):
        with pytest.raises(InputRefused) as refused:
            subsidy_claims.receive(office, number, today, fen, "凭证1", payer, at)
        assert words in str(refused.value.faults["fen"])
