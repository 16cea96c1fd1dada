"""A month whose sheet was handed in or paid is set right by two people; what is owed follows, too much is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from states.facts import Actor, Grant
from states.refusals import InputRefused, Refusal, StepNotOffered
from states.vocabulary import Role
from tests.conftest import SQLITE
from tests.support.world import World, officer
from tests.support.xunyang import HRSS, HRSS_2, REGIONS, START, TOWN, VILLAGE, in_notice, to_contract
from workflow import attendance, office_log, recoveries
from workflow import attendance_corrections as corrections
from workflow import pay_sheets as sheets
from workflow.attendance import StaleMonth
from workflow.pay_rows import sentence_of
from workflow.pay_sheets import PAID, VOID, Order
from workflow.queries import scoped

JUNE, JULY = date(2022, 6, 1), date(2022, 7, 1)
ORDER = Order("xunyang-2022-88", "610981100", JUNE)
CADRE = officer("村干部甲", Role.VILLAGE, VILLAGE, 21)
FINANCE = officer("财政干部丁", Role.FINANCE, "610981", 4)
#: on post from Monday the 13th on
FULL, ABSENT = "-" * 12 + "1" * 18, "-" * 12 + "1" * 9 + "x" * 9


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    """One at work from 13 June 2022 on, absent from the 22nd on as it was recorded; it is 1 July."""
    world = World.on(migrated_url, START, REGIONS)
    hire = in_notice(world, "甲某")
    to_contract(world, hire)
    world.walk_to(JULY)
    attendance.record(world.office, hire, JUNE, ABSENT, CADRE, world.clock(), source="page", version=0)
    world.people["hire"] = hire
    yield world
    world.close()


def handed_in(world: World, order: Order = ORDER) -> int:
    number = sheets.make(world.office, order, TOWN, world.clock())
    sheets.freeze(world.office, number, TOWN, world.clock())
    return number


def paid(world: World, order: Order = ORDER) -> int:
    """A sheet that went all the way."""
    number = handed_in(world, order)
    ((digest,),) = world.ask("SELECT digest FROM pay_sheet WHERE id = ?", number)
    for by in (HRSS, FINANCE):
        sheets.approve(world.office, number, digest, by, world.clock())
    sheets.pay(world.office, number, world.clock.today, f"回单{number}号", FINANCE, world.clock())
    return number


def asked(world: World, marks: str = FULL, by: Actor = CADRE, version: int = 1, reason: str = "22日起有签到表") -> int:
    hire, at = world.people["hire"], world.clock()
    shown = corrections.foresee(world.office, hire, JUNE, marks, by, at).fen
    return corrections.ask(world.office, hire, JUNE, marks, reason, by, at, version=version, shown=shown)


def decided(world: World, number: int, shown: int | None, by: Actor = HRSS, *, uphold: bool = True) -> None:
    corrections.decide(world.office, number, by, world.clock(), uphold=uphold, shown=shown)


def corrected(world: World, marks: str, version: int) -> None:
    hire, at = world.people["hire"], world.clock()
    shown = corrections.foresee(world.office, hire, JUNE, marks, CADRE, at).fen
    decided(world, asked(world, marks, version=version), shown)


def lines(world: World) -> list[tuple[int, int, int]]:
    rows = world.ask("SELECT topup, net_fen, days_tenths FROM pay_line WHERE live ORDER BY sheet_id")
    return [tuple(row) for row in rows]


def left_out(world: World, number: int) -> str:
    ((basis,),) = world.ask("SELECT basis FROM pay_sheet WHERE id = ?", number)
    told = json.loads(basis) if isinstance(basis, str) else basis
    return "".join(sentence_of(one).text() for one in told["unpaid"].values())


def sound(world: World) -> bool:
    with world.office.database.reading() as connection:
        return not [*office_log.verify(connection), *attendance.verify(connection)]


def test_days_that_a_paid_sheet_missed_are_paid_by_a_line_of_their_own_once(world: World) -> None:
    """Nine of 30 days of 1,000 yuan were paid; nine more were worked."""
    first, hire = paid(world), world.people["hire"]
    with pytest.raises(InputRefused):
        attendance.record(world.office, hire, JUNE, FULL, CADRE, world.clock(), source="page", version=1)
    seen = corrections.foresee(world.office, hire, JUNE, FULL, CADRE, world.clock())
    assert (seen.given_fen, seen.anew_fen, seen.fen, seen.paid) == (300_00, 600_00, 300_00, True)
    assert seen.sheets == ((first, PAID),)
    number = asked(world)
    assert world.ask("SELECT marks, version FROM attendance") == [(ABSENT, 1)], "nothing moves before it is confirmed"
    with world.office.database.reading() as connection:
        assert [(one.id, one.name, one.fen) for one in corrections.waiting(connection, scoped(HRSS))] == [
            (number, "甲某", 300_00)
        ]
    decided(world, number, 300_00)
    assert world.ask("SELECT marks, version, recorded_by FROM attendance") == [(FULL, 2, CADRE.person_key)]
    assert world.ask("SELECT status FROM pay_sheet") == [(PAID,)], "what was paid stands"
    paid(world)
    assert lines(world) == [(0, 300_00, 90), (1, 300_00, 90)]
    third = sheets.make(world.office, ORDER, TOWN, world.clock())
    assert len(lines(world)) == 2 and "已由第" in left_out(world, third), "and once it is paid, nothing is owed"
    assert sound(world)


def test_what_was_paid_too_much_stays_on_the_sheet_and_is_claimed_elsewhere(world: World) -> None:
    paid(world)
    fewer = "-" * 12 + "1" * 6 + "x" * 12
    corrected(world, fewer, 1)
    more = sheets.make(world.office, ORDER, TOWN, world.clock())
    assert lines(world) == [(0, 300_00, 90)] and "多发100.00元" in left_out(world, more)
    corrected(world, FULL, 2)
    sheets.make(world.office, ORDER, TOWN, world.clock())
    assert lines(world) == [(0, 300_00, 90), (1, 300_00, 90)], "owed is the month less all that was paid"


def test_what_was_handed_back_is_owed_again_and_what_is_only_claimed_is_not_paid_twice(world: World) -> None:
    """Of 300 yuan 100 were too much and 60 came back; set right to 600, 360 are owed, and 40 are asked for no more."""
    first, hire, at = paid(world), world.people["hire"], world.clock()
    corrected(world, "-" * 12 + "1" * 6 + "x" * 12, 1)
    claim = recoveries.Claim("2022-06", "2022-06", 100_00, "考勤更正后多发", "旬人社发〔2022〕88号")
    number = recoveries.ask(world.office, hire, claim, FINANCE, at)
    sheets.make(world.office, ORDER, TOWN, at)
    ((last,),) = world.ask("SELECT max(id) FROM pay_sheet")
    assert f"多发的100.00元已登记第{number}号追回" in left_out(world, last), "claimed once, and not asked for again"
    recoveries.decide(world.office, number, True, "属实", HRSS, at)
    recoveries.repay(world.office, number, 60_00, JULY, "缴款书1号", FINANCE, at)
    seen = corrections.foresee(world.office, hire, JUNE, FULL, CADRE, at)
    assert (seen.given_fen, seen.anew_fen, seen.fen) == (240_00, 600_00, 360_00)
    corrected(world, FULL, 2)
    assert paid(world) > last > first and lines(world)[-1] == (1, 360_00, 90)
    # what is still asked for is to be taken off the claim, which people do; after that nothing is open
    recoveries.reduce(world.office, number, 10_00, "考勤已更正", FINANCE, at)
    recoveries.decide_repayment(world.office, number, 2, True, HRSS, at)
    more = sheets.make(world.office, ORDER, TOWN, at)
    assert len(lines(world)) == 2 and f"第{number}号追回尚未退回的钱中有30.00元不应追回" in left_out(world, more)
    recoveries.reduce(world.office, number, 30_00, "考勤已更正", FINANCE, at)
    recoveries.decide_repayment(world.office, number, 3, True, HRSS, at)
    done = sheets.make(world.office, ORDER, TOWN, at)
    assert left_out(world, done).startswith("已由第") and "追回" not in left_out(world, done)
    assert sound(world)


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_what_came_back_by_a_claim_over_two_months_is_of_the_one_that_was_paid_too_much(world: World) -> None:
    hire, july = world.people["hire"], replace(ORDER, month=JULY)
    paid(world)
    world.walk_to(date(2022, 8, 1))
    attendance.record(world.office, hire, JULY, "1" * 31, CADRE, world.clock(), source="page", version=0)
    corrected(world, "-" * 12 + "1" * 6 + "x" * 12, 1)
    claim, at = recoveries.Claim("2022-06", "2022-07", 100_00, "考勤更正后多发", "旬人社发〔2022〕88号"), world.clock()
    number = recoveries.ask(world.office, hire, claim, FINANCE, at)
    recoveries.decide(world.office, number, True, "属实", HRSS, at)
    recoveries.repay(world.office, number, 100_00, JULY, "缴款书1号", FINANCE, at)
    seen = corrections.foresee(world.office, hire, JUNE, FULL, CADRE, at)
    assert (seen.given_fen, seen.back.unsure_fen) == (300_00, 100_00), "July is paid on paper, for all that is known"
    paid(world, july)
    seen = corrections.foresee(world.office, hire, JUNE, FULL, CADRE, at)
    assert (seen.given_fen, seen.fen, seen.back.unsure_fen) == (200_00, 400_00, 0)


def test_a_sheet_that_is_not_paid_yet_is_void_and_made_anew(world: World) -> None:
    number = handed_in(world)
    corrected(world, FULL, 1)
    assert world.ask("SELECT status FROM pay_sheet WHERE id = ?", number) == [(VOID,)]
    handed_in(world)
    assert lines(world) == [(0, 600_00, 180)]


def test_whoever_asked_or_stood_behind_it_does_not_confirm_it(world: World) -> None:
    paid(world)
    stood_in = replace(officer("代班人", Role.TOWNSHIP, "610981100", 31), grants=(
        Grant(Role.TOWNSHIP, "610981100", HRSS.person_key, HRSS.name),))  # fmt: skip
    number = asked(world, by=stood_in)
    own = replace(officer("甲某", Role.HRSS, "610981", 32), person_key="person:甲某")
    for by, words in (
        (replace(stood_in, grants=(Grant(Role.HRSS, "610981"),)), "另一人"),
        (HRSS, "另一人"),
        (own, "本人"),
        (officer("督查戊", Role.SUPERVISOR, "610981", 5), "职责"),
    ):
        with pytest.raises(StepNotOffered, match=words):
            decided(world, number, 300_00, by)
    with pytest.raises(Refusal):
        decided(world, number, 300_00, officer("外县", Role.HRSS, "610982"))
    with pytest.raises(StepNotOffered, match="金额与刚才"):
        decided(world, number, 299_99, HRSS_2)
    with pytest.raises(StepNotOffered, match="已有一份"):
        asked(world)
    decided(world, number, None, HRSS_2, uphold=False)
    assert world.ask("SELECT marks FROM attendance") == [(ABSENT,)]
    with pytest.raises(StepNotOffered, match="已经办理"):
        decided(world, number, 300_00, HRSS_2)
    asked(world)
    assert sound(world)


def test_a_correction_needs_a_sheet_a_reason_a_change_and_every_day(world: World) -> None:
    with pytest.raises(StepNotOffered, match="直接在考勤表上修改"):
        asked(world)
    sheets.make(world.office, ORDER, TOWN, world.clock())
    with pytest.raises(StepNotOffered, match="直接在考勤表上修改"):
        asked(world)
    paid(world)
    for marks, reason in ((FULL, "无"), (ABSENT, "有表"), ("-" * 12 + "?" + "1" * 17, "有表"), ("1" * 30, "有表")):
        with pytest.raises(InputRefused):
            asked(world, marks, reason=reason)
    with pytest.raises(StaleMonth):
        asked(world, version=2)
    with pytest.raises(StepNotOffered, match="金额与刚才"):
        corrections.ask(world.office, 1, JUNE, FULL, "有签到表", CADRE, world.clock(), version=1, shown=None)
    assert world.ask("SELECT count(*) FROM attendance_correction") == [(0,)]


def test_a_start_that_is_earlier_is_owed_from_its_first_day_on(world: World) -> None:
    """The 13th was the first day; it proves to have been the 8th: five days, which the sheet did not know."""
    paid(world)
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE contract SET starts_on = '2022-06-08' WHERE term_no = 1")
        ((dossier,),) = connection.exec_driver_sql("SELECT dossier FROM hire").all()
        known = json.loads(dossier) if isinstance(dossier, str) else dossier
        text = json.dumps({**known, "started_on": "2022-06-08"})
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        connection.exec_driver_sql(f"UPDATE hire SET dossier = {mark}", (text,))
    more = sheets.make(world.office, ORDER, TOWN, world.clock())
    assert "请办理考勤更正" in left_out(world, more) and len(lines(world)) == 1
    corrected(world, "-" * 7 + "1" * 5 + ABSENT[12:], 1)
    sheets.make(world.office, ORDER, TOWN, world.clock())
    rows = world.ask("SELECT from_on, until_on, net_fen, topup FROM pay_line WHERE live ORDER BY sheet_id")
    assert [(str(a), str(b), fen, n) for a, b, fen, n in rows][1] == ("2022-06-08", "2022-06-12", 166_67, 1)
