"""Pay sheets: one live line for a person, post and month; two others approve these very rows; a change voids them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import insert

from states.facts import Actor, Grant
from states.loading import Catalogue
from states.performance import PotRuling
from states.refusals import InputRefused, Refusal, StepNotOffered
from states.vocabulary import Role
from tests.conftest import SQLITE
from tests.support.world import World, officer
from tests.support.xunyang import HRSS, HRSS_2, REGIONS, RURAL, START, TOWN, VILLAGE, in_notice, to_contract
from workflow import office_log
from workflow import pay_sheets as sheets
from workflow.pay_rows import Rows, sentence_of, service_of
from workflow.pay_sheets import APPROVED, FROZEN, PAID, VOID, Order, SheetChanged
from workflow.tables import metadata

JUNE, JULY = date(2022, 6, 1), date(2022, 7, 1)
ORDER = Order("xunyang-2022-88", "610981100", JUNE)
FINANCE = officer("财政干部丁", Role.FINANCE, "610981", 4)
SUPERVISOR = officer("督查戊", Role.SUPERVISOR, "610981", 5)
SECOND = "610981100202"


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    """Two at work from 13 June 2022 on; it is 1 July, and June's attendance is full."""
    world = World.on(migrated_url, START, REGIONS)
    hires = [in_notice(world, "甲某"), in_notice(world, "乙某", SECOND)]
    to_contract(world, *hires)
    world.walk_to(JULY)
    for hire in hires:
        attended(world, hire, "-" * 12 + "1" * 18)
    yield world
    world.close()


def attended(world: World, hire: int, marks: str, month: date = JUNE) -> None:
    with world.office.database.transaction() as connection:
        values = {"hire_id": hire, "month": month, "marks": marks, "source": "page", "version": 1}
        values |= {"recorded_by": TOWN.person_key, "recorded_at": world.clock()}
        connection.execute(insert(metadata.tables["attendance"]).values(values))


def made(world: World, order: Order = ORDER, by: Actor = TOWN) -> int:
    return sheets.make(world.office, order, by, world.clock())


def frozen(world: World, order: Order = ORDER) -> tuple[int, str]:
    number = made(world, order)
    sheets.freeze(world.office, number, TOWN, world.clock())
    return number, status(world, number)[1]


def status(world: World, number: int) -> tuple[str, str]:
    ((found, digest),) = world.ask("SELECT status, digest FROM pay_sheet WHERE id = ?", number)
    return found, digest


def approve(world: World, number: int, digest: str, by: Actor) -> str:
    return sheets.approve(world.office, number, digest, by, world.clock(), "同意")


def lines(world: World, number: int) -> list[tuple[int, int]]:
    asked = "SELECT hire_id, net_fen FROM pay_line WHERE sheet_id = ? ORDER BY hire_id"
    return [tuple(row) for row in world.ask(asked, number)]


def paid(world: World, month: date = JUNE, order: Order = ORDER) -> int:
    """A sheet that went all the way, paid today."""
    number, digest = frozen(world, replace(order, month=month))
    for by in (HRSS, FINANCE):
        approve(world, number, digest, by)
    sheets.pay(world.office, number, world.clock.today, f"回单{number}号", FINANCE, world.clock())
    return number


def warned(world: World, number: int) -> str:
    """The warnings on the first line of a sheet."""
    ((warnings, *_), *_) = world.ask("SELECT warnings FROM pay_line WHERE sheet_id = ? ORDER BY hire_id", number)
    listed = json.loads(warnings) if isinstance(warnings, str) else warnings
    return " ".join(sentence_of(raw).text() for raw in listed)


def voided(world: World) -> list[tuple[str, str]]:
    """Who voided sheets, and why, as the office log has it."""
    with world.office.database.reading() as connection:
        entries = office_log.entries(connection, sheets.BOOK)
        assert not list(office_log.verify(connection))
    return [(e.actor_key, json.loads(e.body)["facts"]["why"]) for e in reversed(entries) if e.act == "voided"]


def again(world: World, number: int) -> tuple[int, str]:
    """The sheet sent back, made and handed in anew."""
    sheets.send_back(world.office, number, TOWN, world.clock(), "再核对一次")
    return frozen(world)


def basis_of(world: World, number: int) -> str:
    ((basis,),) = world.ask("SELECT basis FROM pay_sheet WHERE id = ?", number)
    return json.dumps(json.loads(basis) if isinstance(basis, str) else basis, ensure_ascii=False)


# ---- from the draft to the money ---------------------------------------------------------------------------------


def test_a_sheet_goes_from_its_maker_past_two_others_to_the_payer(world: World) -> None:
    """18 of 30 days of 1,000 yuan: 600 each."""
    number, digest = frozen(world)
    assert lines(world, number) == [(1, 60_000), (2, 60_000)]
    assert world.ask("SELECT people, sum_fen FROM pay_sheet WHERE id = ?", number) == [(2, 120_000)]
    assert approve(world, number, digest, HRSS) == FROZEN
    assert approve(world, number, digest, FINANCE) == APPROVED
    sheets.pay(world.office, number, JULY, "回单2022-07-0001", FINANCE, world.clock())
    assert status(world, number) == (PAID, digest)
    with world.office.database.reading() as connection:
        kept = [row.act for row in reversed(office_log.entries(connection, sheets.BOOK))]
        assert kept == ["made", "frozen", "approved", "approved", "paid"]
        assert not list(office_log.verify(connection))


@pytest.mark.parametrize("by", [HRSS, FINANCE, SUPERVISOR, officer("外镇", Role.EMPLOYER, "610981200")])
def test_who_does_not_make_sheets_makes_none(world: World, by: Actor) -> None:
    with pytest.raises(StepNotOffered):
        made(world, by=by)
    assert world.ask("SELECT count(*) FROM pay_sheet") == [(0,)]


def test_nobody_approves_twice_or_what_they_made_under_any_account(world: World) -> None:
    number, digest = frozen(world)
    maker = replace(TOWN, account_id=77, grants=(Grant(Role.HRSS, "610981"),))
    deputy = replace(RURAL, grants=(Grant(Role.HRSS, "610981", HRSS.person_key, HRSS.name),))
    approve(world, number, digest, HRSS)
    for again in (maker, replace(HRSS, account_id=78), deputy):
        with pytest.raises(StepNotOffered):
            approve(world, number, digest, again)
    for outsider in (SUPERVISOR, TOWN, officer("外县", Role.HRSS, "610982")):
        with pytest.raises(Refusal):
            approve(world, number, digest, outsider)
    assert status(world, number)[0] == FROZEN


def test_nobody_approves_their_own_pay_or_that_of_their_kin(world: World) -> None:
    number, digest = frozen(world)
    with pytest.raises(StepNotOffered, match="本人"):
        approve(world, number, digest, replace(HRSS, person_key="person:甲某"))
    with world.office.database.transaction() as connection:
        connection.execute(
            metadata.tables["person"]
            .update()
            .where(metadata.tables["person"].c.id == 1)
            .values(relatives=["人社干部乙"])
        )
    with pytest.raises(StepNotOffered, match="亲属"):
        approve(world, number, digest, HRSS)
    assert approve(world, number, digest, HRSS_2) == FROZEN


def test_who_shares_surname_and_card_with_somebody_on_the_sheet_is_cleared_first(world: World) -> None:
    person, cleared = metadata.tables["person"], metadata.tables["clearance"]
    with world.office.database.transaction() as connection:
        connection.execute(person.update().where(person.c.id == 1).values(contacts=["card"]))
    number, digest = frozen(world)
    cousin = replace(HRSS, name="甲长官", contacts=frozenset({"card"}))
    for free in (replace(cousin, name="丙长官"), replace(cousin, contacts=frozenset({"other"}))):
        assert approve(world, number, digest, replace(free, person_key=free.name + "1")) in (FROZEN, APPROVED)
        number, digest = again(world, number)
    with pytest.raises(StepNotOffered, match="同姓"):
        approve(world, number, digest, cousin)
    with world.office.database.transaction() as connection:
        row = {"person_id": 1, "officer_key": cousin.person_key, "reason": "不是亲属", "cleared_by": "x"}
        row |= {"role": "county", "region": "610981", "at": world.clock()}
        connection.execute(insert(cleared).values(row))
    assert approve(world, number, digest, cousin) == FROZEN


def test_whoever_stood_in_made_it_for_somebody_who_does_not_approve_it(world: World) -> None:
    """A deputy makes and hands in the sheet; the one in whose place they did is its maker too."""
    grants = (Grant(Role.EMPLOYER, "610981100", HRSS.person_key, HRSS.name),)
    deputy = replace(officer("代班人", Role.EMPLOYER, "610981100", 31), grants=grants)
    number = made(world, by=deputy)
    assert world.ask("SELECT made_for FROM pay_sheet WHERE id = ?", number) == [(HRSS.person_key,)]
    sheets.freeze(world.office, number, TOWN, world.clock())
    digest = status(world, number)[1]
    with pytest.raises(StepNotOffered, match="编制"):
        approve(world, number, digest, HRSS)
    assert approve(world, number, digest, HRSS_2) == FROZEN


def test_what_was_not_shown_is_not_approved(world: World) -> None:
    number, _ = frozen(world)
    with pytest.raises(StepNotOffered, match="刷新"):
        approve(world, number, "0" * 64, HRSS)
    assert status(world, number)[0] == FROZEN


# ---- what changes voids it ---------------------------------------------------------------------------------------

CHANGES = {
    "attendance": "UPDATE attendance SET marks = '------------11111111111111111x' WHERE hire_id = 1",
    "a day of death": "UPDATE person SET died_on = '2022-06-20' WHERE id = 1",
    "an end of the contract": "UPDATE contract SET ended_on = '2022-06-20' WHERE hire_id = 1 AND term_no = 1",
    "a rate": "INSERT INTO rate (name, region, from_on, value, source, set_by, set_at) VALUES"
    " ('required_days', '61', '2022-01-01', 22, 's', 'x', '2022-07-01 00:00:00')",
}


@pytest.mark.parametrize(
    ("change", "step"), [*((change, "approve") for change in CHANGES), ("attendance", "freeze"), ("attendance", "pay")]
)
def test_a_change_behind_a_sheet_voids_it_and_nothing_goes_out(world: World, change: str, step: str) -> None:
    office, at = world.office, world.clock()
    number = made(world)
    digest = status(world, number)[1]
    if step != "freeze":
        sheets.freeze(office, number, TOWN, at)
    if step == "pay":
        approve(world, number, digest, HRSS)
        approve(world, number, digest, FINANCE)
    with office.database.transaction() as connection:
        connection.exec_driver_sql(CHANGES[change])
    with pytest.raises(SheetChanged):
        {
            "freeze": lambda: sheets.freeze(office, number, TOWN, at),
            "approve": lambda: approve(world, number, digest, HRSS),
            "pay": lambda: sheets.pay(office, number, JULY, "回单1号", FINANCE, at),
        }[step]()
    assert status(world, number)[0] == VOID
    assert voided(world) == [({"approve": HRSS, "freeze": TOWN, "pay": FINANCE}[step].person_key, "changed")]
    assert world.ask("SELECT count(*) FROM pay_line WHERE live") == [(0,)]
    again = made(world)
    assert again != number and status(world, again)[1] != digest


@pytest.mark.parametrize("step", ["freeze", "approve"])
def test_why_somebody_gets_nothing_is_bound_too(world: World, step: str) -> None:
    """Absent all month as it was written; in truth he had died before. Nobody approves the wrong reason."""
    office, at = world.office, world.clock()
    with office.database.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE attendance SET marks = '{'-' * 12 + 'x' * 18}' WHERE hire_id = 2")
    number = made(world)
    digest = status(world, number)[1]
    assert "没有应发待遇的出勤" in basis_of(world, number)
    if step == "approve":
        sheets.freeze(office, number, TOWN, at)
    with office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE person SET died_on = '2022-06-10' WHERE id = 2")
    with pytest.raises(SheetChanged):
        sheets.freeze(office, number, TOWN, at) if step == "freeze" else approve(world, number, digest, HRSS)
    again = made(world)
    assert "去世" in basis_of(world, again) and lines(world, again) == [(1, 60_000)]


def test_attendance_that_is_changed_voids_a_sheet_until_it_is_paid(world: World) -> None:
    number, digest = frozen(world)
    with world.office.database.transaction() as connection:
        assert sheets.void_for(connection, 1, JULY, world.clock(), "考勤有改动") is None
        assert sheets.void_for(connection, 1, JUNE, world.clock(), "考勤有改动") == number
    assert status(world, number)[0] == VOID and voided(world) == [("system", "attendance")]
    number, digest = frozen(world)
    approve(world, number, digest, HRSS)
    approve(world, number, digest, FINANCE)
    sheets.pay(world.office, number, JULY, "回单1号", FINANCE, world.clock())
    with pytest.raises(InputRefused), world.office.database.transaction() as connection:
        sheets.void_for(connection, 1, JUNE, world.clock(), "考勤有改动")
    assert status(world, number) == (PAID, digest)


def test_each_village_adds_the_sum_it_has_decided_on(world: World) -> None:
    """100 yuan in the one, before the town's sheet; 200 in the other, after it."""
    of_village = replace(ORDER, region=VILLAGE, extra=(("village_top_up", 10_000),))
    assert lines(world, paid(world, order=of_village)) == [(1, 70_000)]
    assert lines(world, paid(world)) == [(2, 60_000)], "whoever the village's sheet paid is not on the town's"
    late = replace(ORDER, region=SECOND, extra=(("village_top_up", 20_000),))
    assert lines(world, paid(world, order=late)) == [(2, 20_000)], "and what is added later is all that is owed"
    assert world.ask("SELECT hire_id, topup FROM pay_line WHERE live ORDER BY sheet_id") == [(1, 0), (2, 0), (2, 1)]
    assert lines(world, made(world)) == []


# ---- once ---------------------------------------------------------------------------------------------------------


def test_of_many_who_make_a_sheet_at_once_one_line_a_person_is_live(world: World) -> None:
    """Twenty at once, of the township and of one village: whoever comes late gets a sentence, never a second line."""

    def try_it(n: int) -> str:
        order = ORDER if n % 2 else replace(ORDER, region=VILLAGE)
        try:
            return str(made(world, order))
        except Refusal as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(try_it, range(20)))
    assert found - {"InputRefused", "StaleHire"}, "one at least is made"
    counts = world.ask("SELECT count(*) FROM pay_line WHERE live GROUP BY person_id")
    assert counts and all(row[0] == 1 for row in counts)


def test_a_draft_gives_way_to_a_new_one_and_what_was_handed_in_does_not(world: World) -> None:
    first = made(world)
    second, digest = frozen(world)
    assert (status(world, first)[0], status(world, second)[0]) == (VOID, FROZEN)
    with pytest.raises(InputRefused, match="month"):
        made(world)
    sheets.send_back(world.office, second, HRSS, world.clock(), "名单须再核对")
    assert status(world, second) == (VOID, digest)
    assert voided(world) == [(TOWN.person_key, "remade"), (HRSS.person_key, "sent_back")]
    assert made(world) > second


def test_whoever_a_paid_sheet_left_out_is_paid_by_a_supplementary_one(world: World) -> None:
    attendance = metadata.tables["attendance"].update().where(metadata.tables["attendance"].c.hire_id == 2)
    with world.office.database.transaction() as connection:
        connection.execute(attendance.values(marks="-" * 12 + "x" * 18))
    first = paid(world)
    assert lines(world, first) == [(1, 60_000)]
    with world.office.database.transaction() as connection:
        connection.execute(attendance.values(marks="-" * 12 + "x" * 9 + "1" * 9))
        connection.exec_driver_sql("UPDATE attendance SET marks = '------------??????????????????' WHERE hire_id = 1")
    second, digest = frozen(world)
    assert lines(world, second) == [(2, 30_000)], "whoever was paid neither stands on it nor holds it up"
    kept = json.loads(basis_of(world, second))
    assert (kept["supplements"], kept["paid_by"]) == ([first], {"1": first})
    assert kept["unpaid"]["1"]["say"].startswith("已由第{sheet}号发放表发放；在岗日子有变动而考勤没有跟上")
    with pytest.raises(InputRefused, match="month"):
        made(world)
    for by in (HRSS, FINANCE):
        approve(world, second, digest, by)
    sheets.pay(world.office, second, world.clock.today, "回单补1号", FINANCE, world.clock())
    third = made(world)
    with pytest.raises(InputRefused):
        sheets.freeze(world.office, third, TOWN, world.clock())
    assert (status(world, first)[0], status(world, second)[0], lines(world, third)) == (PAID, PAID, [])


def test_whoever_moved_to_another_post_bears_the_insurance_of_the_month_once(world: World) -> None:
    """One post to 20 June, another from the 21st: on one sheet, and with the second half on a supplementary one."""
    with world.office.database.transaction() as connection:
        for change in (
            "UPDATE contract SET ended_on = '2022-06-20' WHERE hire_id = 1",
            "UPDATE contract SET starts_on = '2022-06-21' WHERE hire_id = 2",
            "UPDATE hire SET serving = false WHERE id = 1",
            "UPDATE hire SET person_id = 1 WHERE id = 2",
        ):
            connection.exec_driver_sql(change)
        for name, value in (("insurance_base", 395_700), ("pension_own", 80_000), ("pension_employer", 164_000)):
            row = {"name": name, "region": "61", "from_on": JUNE, "value": value, "source": "s", "set_by": "x"}
            connection.execute(insert(metadata.tables["rate"]).values(**row, set_at=world.clock()))

    def money(number: int) -> list[tuple[int, ...]]:
        asked = "SELECT hire_id, gross_fen, deducted_fen, employer_fen FROM pay_line WHERE sheet_id = ? ORDER BY 1"
        return [tuple(row) for row in world.ask(asked, number)]

    # 8 and 10 of 30 days of 1,000 yuan; 3,957 × 8 % = 316.56 is more than the first brings
    first, second = (1, 26_667, 26_667, 64_895), (2, 33_333, 31_656 - 26_667, 0)
    assert money(made(world)) == [first, second]
    # the first half is paid before anything is known of the second
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE contract SET starts_on = '2022-07-01' WHERE hire_id = 2")
    assert money(paid(world)) == [first]
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE contract SET starts_on = '2022-06-21' WHERE hire_id = 2")
    assert money(made(world)) == [second]


def test_a_month_that_is_not_over_is_looked_at_and_not_handed_in(world: World) -> None:
    for hire in (1, 2):
        attended(world, hire, "1" + "?" * 30, JULY)
    number = made(world, replace(ORDER, month=JULY))
    with pytest.raises(InputRefused) as refused:
        sheets.freeze(world.office, number, TOWN, world.clock())
    assert refused.value.faults["1"].text() == "2022-07-02没有考勤记录，请补记或签署例外"


def test_whoever_is_not_known_to_have_been_there_holds_the_sheet_up(world: World) -> None:
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM attendance WHERE hire_id = 2")
    number = made(world)
    assert lines(world, number) == [(1, 60_000)]
    with pytest.raises(InputRefused) as refused:
        sheets.freeze(world.office, number, TOWN, world.clock())
    assert refused.value.faults["2"].text() == "本月考勤没有填报"


def test_two_who_share_a_card_are_told_of_before_the_money_goes_out(world: World) -> None:
    def warned() -> list[int]:
        asked = "SELECT hire_id, warnings FROM pay_line WHERE sheet_id = ? ORDER BY hire_id"
        return [row[0] for row in world.ask(asked, made(world)) if "银行账号相同" in str(row[1])]

    person = metadata.tables["person"]
    for shared, found in (("b", [1, 2]), ("c", [])):
        with world.office.database.transaction() as connection:
            connection.execute(person.update().where(person.c.id == 1).values(contacts=["a", "b"]))
            connection.execute(person.update().where(person.c.id == 2).values(contacts=[shared]))
        assert warned() == found


@pytest.mark.parametrize(
    ("month", "kind", "words"),
    [
        (date(2022, 6, 2), "monthly", "已经开始的月份"),
        (date(2022, 8, 1), "monthly", "已经开始的月份"),
        (date(2022, 12, 1), "performance", "2022年的年度绩效从当年12月起编制"),
    ],
)
def test_a_month_that_has_not_begun_has_no_sheet(world: World, month: date, kind: str, words: str) -> None:
    with pytest.raises(InputRefused) as refused:
        made(world, replace(ORDER, month=month, kind=kind))
    assert words in str(refused.value.faults["month"])


def test_a_payment_has_its_day_and_its_voucher(world: World) -> None:
    number, digest = frozen(world)
    with pytest.raises(StepNotOffered):
        sheets.pay(world.office, number, JULY, "回单1号", FINANCE, world.clock())
    approve(world, number, digest, HRSS)
    approve(world, number, digest, FINANCE)
    for paid_on, voucher in ((date(2022, 6, 30), "回单1号"), (JULY + timedelta(1), "回单1号"), (JULY, " ")):
        with pytest.raises(InputRefused):
            sheets.pay(world.office, number, paid_on, voucher, FINANCE, world.clock())
    assert status(world, number)[0] == APPROVED


# ---- the year -----------------------------------------------------------------------------------------------------


def test_performance_follows_the_months_that_were_paid_and_the_ruling(world: World) -> None:
    """June's 18 of 30 days and July: 400 × (18/30 + 1) = 640 yuan, once the year was ruled on; August is missing."""
    for hire in (1, 2):
        attended(world, hire, "1" * 31, JULY)
    world.walk_to(date(2022, 12, 20))
    paid(world, JUNE)
    july, digest = frozen(world, replace(ORDER, month=JULY))
    approve(world, july, digest, HRSS)
    approve(world, july, digest, FINANCE)
    year = replace(ORDER, month=date(2022, 12, 1), kind="performance")
    with pytest.raises(InputRefused):
        frozen(world, year)
    for hire, grade in ((1, "passed"), (2, "failed")):
        world.do(hire, "assess", TOWN, year=2022, grade=grade)
        world.do(hire, "rule_assessment", HRSS)
        world.do(hire, "rule_assessment", RURAL)
    early = made(world, year)
    assert lines(world, early) == [(1, 24_000)] and "2022-07、2022-08" in warned(world, early), "approved is not paid"
    sheets.pay(world.office, july, world.clock.today, "回单2号", FINANCE, world.clock())
    with left_on(world, "'2022-06-20'"):  # an end that was entered after the money went out: 8 of 30 days
        late = made(world, year)
        assert lines(world, late) == [(1, 10_667)] and "2022-06、2022-07发放的天数中有不应发的" in warned(world, late)
    number, _ = frozen(world, year)
    assert lines(world, number) == [(1, 64_000)]
    assert "不合格" in basis_of(world, number)
    assert "2022-08、2022-09、2022-10、2022-11、2022-12没有已发放的发放表" in (told := warned(world, number))
    assert "2022-07" not in told


@contextmanager
def left_on(world: World, day: str) -> Iterator[None]:
    for said in (day, "NULL"):
        with world.office.database.transaction() as connection:
            connection.exec_driver_sql(f"UPDATE contract SET ended_on = {said} WHERE hire_id = 1")
        if said == day:
            yield


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
@pytest.mark.parametrize("same_post", [False, True])
def test_two_hires_of_one_person_in_a_year_are_both_paid_by_their_days(world: World, same_post: bool) -> None:
    """June to the 20th under one hire, from the 21st under another: 400 × 8/30 and 400 × 10/30 yuan, on any sheets."""
    year = replace(ORDER, month=date(2022, 12, 1), kind="performance")
    attended(world, 2, "1" * 31, JULY)
    world.walk_to(date(2022, 12, 20))
    for hire in (1, 2):
        world.do(hire, "assess", TOWN, year=2022, grade="passed")
        world.do(hire, "rule_assessment", HRSS)
        world.do(hire, "rule_assessment", RURAL)
    with world.office.database.transaction() as connection:
        for change in (
            "UPDATE contract SET ended_on = '2022-06-20' WHERE hire_id = 1",
            "UPDATE contract SET starts_on = '2022-06-21' WHERE hire_id = 2",
            "UPDATE hire SET serving = false WHERE id = 1",
        ):
            connection.exec_driver_sql(change)
    paid(world)
    paid(world, JULY)
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE hire SET person_id = 1 WHERE id = 2")
        connection.exec_driver_sql("UPDATE pay_line SET person_id = 1 WHERE hire_id = 2")
        if same_post:
            connection.exec_driver_sql(
                "UPDATE opening SET post_id = (SELECT o.post_id FROM opening o JOIN hire h ON h.opening_id = o.id"
                " WHERE h.id = 1) WHERE id = (SELECT opening_id FROM hire WHERE id = 2)"
            )
    both = [(1, 10_667), (2, 13_333 + 40_000)]
    together, _ = frozen(world, year)
    assert lines(world, together) == both
    sheets.send_back(world.office, together, HRSS, world.clock(), "分开编制")
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE pay_line SET live = false WHERE hire_id = 2")
    assert lines(world, paid(world, year.month, year)) == both[:1]
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE pay_line SET live = true WHERE hire_id = 2 AND kind = 'monthly'")
    assert lines(world, made(world, year)) == both[1:]


def test_whoever_left_before_the_ruling_is_told_what_the_county_may_decide(world: World) -> None:
    paid(world, JUNE)
    world.do(1, "resign", TOWN, given_on=JULY, leave_on=date(2022, 8, 1))
    world.walk_to(date(2022, 12, 20))
    year = replace(ORDER, month=date(2022, 12, 1), kind="performance")
    assert "离岗时年度考核没有审定" in (told := basis_of(world, made(world, year))) and "240.00" in told


def test_a_ruling_on_the_pot_stands_on_the_sheet() -> None:
    order = replace(ORDER, ruling=PotRuling(50_000, 1, "heads", "scores"))
    stored = {"ruling": {"person_fen": 50_000, "months": 1, "count": "heads", "divisor": "scores"}, "extra": {}}
    row = type("Row", (), {"procedure": order.procedure, "region": order.region, "month": JUNE, "kind": "monthly"})()
    row.basis = stored
    assert sheets.order_of(row) == order


def test_who_bears_what_is_bound_too() -> None:
    two = [Rows({}, {}, {}, basis={"shares": {"parts": {"city": fen}}}).digest() for fen in (40, 41)]
    assert len({*two, Rows({}, {}, {}).digest()}) == 3


def test_a_term_that_the_law_carries_beyond_the_limit_is_not_stopped_by_it() -> None:
    procedure = next(one for one in Catalogue.load().all() if one.key == "xunyang-2022-88@1")
    facts = {"started_on": "2020-06-13", "last_lawful_on": "2023-06-12", "term_ends_on": "2023-12-31"}
    for protected, stopped in (("2023-12-31", False), ("2023-12-30", True)):
        row = SimpleNamespace(
            dossier={**facts, "protected_until": protected}, died_on=None, kind="village", born=date(1990, 3, 5),
            retirement_category="man",
        )  # fmt: skip
        service = service_of(procedure, row, ((date(2022, 6, 13), date(2023, 12, 31)),))
        assert (service.why_not(date(2023, 7, 1)) is not None) is stopped
        assert service.limit_on == (None if stopped else date(2023, 6, 12))
