"""One year on post under each document: attendance, twelve sheets, the assessment, what follows it, and how it ends.

Every sum is worked out by hand beside the test, in yuan as on paper, and is compared to the fen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from states.calendar import default_calendar
from states.pay_days import dues
from states.performance import PotRuling
from states.refusals import InputRefused
from states.vocabulary import State
from tests.support.lives import BAIHE, FIRST_DAY, LIAOCHENG, NEIMENGGU, XUNYANG
from tests.support.world import World
from tests.support.year import Place, months
from workflow import pay_sheets

JULY = date(2022, 7, 1)
SHEETS = months(JULY, 12)
PERFORMANCE = date(2022, 12, 1)


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    world = World.on(migrated_sqlite_url, FIRST_DAY, {})
    yield world
    world.close()


def yuan(text: str) -> int:
    """ "1,234.56" as fen."""
    whole, _, rest = text.replace(",", "").partition(".")
    return int(whole) * 100 + int(rest or 0)


def filings(place: Place, name: str) -> set[str]:
    """What is still owed of somebody."""
    return {owed.filing for owed in place.world.hire(place.hires[name]).dossier.filings}


def test_xunyang_insurance_is_taken_off_and_performance_follows_the_ruling(world: World) -> None:
    """Two village informants from 11 July 2022 on: 1,000 a month, of which 357.20 for the pension (8 % of 4,465) and
    13.40 for unemployment (0.3 %, 13.395) are taken off; 754.59 is the city's (714.40 + 31.26 + 8.93).

    甲: July 21 of 31 days 677.42, September 28 of 30 days 933.33, December with a top-up of 200, nine whole months:
    677.42 + 933.33 + 1,200 + 9 × 1,000 = 11,810.75, less 12 × 370.60 = 4,447.20, leaves 7,363.55.
    乙 missed nothing: 677.42 + 1,200 + 10 × 1,000 = 11,877.42, less 4,447.20, leaves 7,430.22.
    Performance of 甲, 400 a month: 270.97 + 400 + 373.33 + 3 × 400 = 2,244.30; 乙 failed and gets none.
    """
    place = Place.with_people(world, XUNYANG, ("甲", "乙"), date(2022, 7, 11), date(2022, 7, 12))
    for name, value in (
        ("insurance_base", 446_500), ("pension_own", 80_000), ("pension_employer", 160_000),
        ("unemployment_own", 3_000), ("unemployment_employer", 7_000), ("injury_employer", 2_000),
    ):  # fmt: skip
        place.rate(name, value)
    for month in SHEETS[:6]:
        top_up = {"extra": (("village_top_up", 20_000),)} if month.month == 12 else {}
        place.month(month, {"甲": (5, 6)} if month.month == 9 else None, **top_up)
    with pytest.raises(InputRefused):  # nobody has ruled yet
        place.performance(2022)
    for name, grade in (("甲", "passed"), ("乙", "failed")):
        place.do(name, "assess", "employer", year=2022, grade=grade)
        place.do(name, "rule_assessment", "hrss")
        place.do(name, "rule_assessment", "rural")
    assert place.performance(2022) == {"甲": yuan("2,244.30")}
    for month in SHEETS[6:11]:
        place.month(month)
    assert world.articles(place.hires["乙"], "decide_renew", place.county.officer("employer"), reason="拟续签")
    place.do("甲", "decide_renew", "employer", reason="考核合格")
    place.do("甲", "sign_renewal", "employer", signed_on=world.clock.today)
    place.do("乙", "decide_end", "employer", reason="考核不合格，期满终止")
    place.month(SHEETS[11])
    assert place.total() == {"甲": yuan("7,363.55"), "乙": yuan("7,430.22")}
    assert place.total("gross_fen") == {"甲": yuan("11,810.75"), "乙": yuan("11,877.42")}
    assert place.total("employer_fen") == {name: 12 * yuan("754.59") for name in ("甲", "乙")}
    # 乙 is out after 10 July: 322.58 for ten days does not bear 370.60, so nothing is paid out and no more is taken off
    assert place.month(date(2023, 7, 1)) == {"甲": yuan("629.40"), "乙": 0}
    assert {name: world.hire(number).state for name, number in place.hires.items()} == {
        "甲": State.RENEWED, "乙": State.DISMISSED,
    }  # fmt: skip
    assert (filings(place, "甲"), filings(place, "乙")) == ({"contract"}, {"change"})


def test_baihe_shares_its_pot_by_points_to_the_fen(world: World) -> None:
    """Four coordinators from 1 July 2022 on: 1,600 a month, less 344.00 for the pension (8 % of 4,300), is 1,256.00;
    the company advances 688.00 and 8.60. 丙 missed three of October's 31 days: 1,600 × 28 ÷ 31 = 1,445.16.

    Points 95.5, 75.5, 60.0; 丁 has 50 and failed. The county rules: 400 a month, by months served, over all points.
    The pot: 甲 and 乙 2,400.00 each, 丙 400 × (5 + 28 ÷ 31) = 2,361.29, together 7,161.29, over 231.0 points:
    甲 2,960.6199…, 乙 2,340.5947…, 丙 1,860.0753…; cut to the fen two are left, which go to 甲 and 丙:
    2,960.62 + 2,340.59 + 1,860.08 = 7,161.29.
    By article 13 to the letter, 500 a year over a hundred points each, 1,500 would leave 345.00 unspent.
    """
    place = Place.with_people(world, BAIHE, ("甲", "乙", "丙", "丁"), JULY, date(2022, 7, 2))
    for name, value in (
        ("insurance_base", 430_000), ("pension_own", 80_000), ("pension_employer", 160_000), ("injury_employer", 2_000),
    ):  # fmt: skip
        place.rate(name, value)
    for month in SHEETS[:5]:
        place.month(month, {"丙": (3, 4, 5)} if month.month == 10 else None)
    # the roster by the 15th, the advance by the 20th, pay by Friday the 23rd because the 25th is a Sunday
    procedure = world.office.procedure(world.hire(place.hires["甲"]).procedure)
    assert [due.on.day for due in dues(procedure, date(2022, 11, 1), default_calendar())] == [15, 20, 23]
    world.sleep_to(date(2022, 12, 12))
    for name, wrong in (("甲", 9), ("乙", 49), ("丙", 80), ("丁", 100)):  # half a point each
        noted = {"item": "minus_local_check", "level": "township", "matter": "镇政府抽查", "evidence": "抽查表"}
        place.do(name, "note_point", "township", year=2022, number=wrong, **noted)
        place.do(name, "assess", "village", year=2022)
        place.do(name, "review_assessment", "township")
        place.do(name, "rule_assessment", "hrss")
        place.do(name, "rule_assessment", "rural")
    place.month(SHEETS[5])
    with pytest.raises(InputRefused):  # the formula is not ruled on
        place.performance(2022)
    letter = place.order(PERFORMANCE, kind="performance", ruling=PotRuling(50_000, 1, "heads", "hundred"))
    with world.office.database.reading() as connection:
        pot = pay_sheets.rows_of(world.office, connection, letter).basis["pot"]
    assert (pot["fen"], pot["left"]) == (yuan("1,500"), yuan("345.00"))
    shares = place.performance(2022, PotRuling(40_000, 12, "months", "scores"))
    assert shares == {"甲": yuan("2,960.62"), "乙": yuan("2,340.59"), "丙": yuan("1,860.08")}
    for month in SHEETS[6:11]:
        place.month(month)
    assert world.articles(place.hires["丁"], "decide_renew", place.county.officer("employer"), reason="拟续签")
    for name in ("甲", "乙", "丙"):
        place.do(name, "decide_renew", "employer", reason="考核合格")
        place.do(name, "sign_renewal", "employer", signed_on=world.clock.today)
    place.do("丁", "decide_end", "employer", reason="期满终止")
    place.month(SHEETS[11])
    whole = 12 * yuan("1,256.00")
    assert place.total() == {"甲": whole, "乙": whole, "丙": whole - yuan("154.84"), "丁": whole}
    assert place.total("employer_fen") == {name: 12 * yuan("696.60") for name in place.hires}
    assert {name for name, number in place.hires.items() if world.hire(number).state is State.RENEWED} == {
        "甲", "乙", "丙",
    }  # fmt: skip
    assert place.month(date(2023, 7, 1)) == dict.fromkeys(("甲", "乙", "丙"), yuan("1,256.00"))
    assert (filings(place, "甲"), filings(place, "丁")) == ({"assessment", "contract"}, {"assessment", "change"})


def test_liaocheng_the_city_and_the_county_share_what_the_province_leaves(world: World) -> None:
    """Two rural posts of 700 a month from 1 July 2022 on. 甲: 12 × 700 = 8,400. 乙 leaves on 15 March 2023:
    8 × 700 + 700 × 15 ÷ 31 = 5,600 + 338.71 = 5,938.71.

    The province gives 400 a month; of the other 300 the city bears 40 %, 120.00, and the county 60 %, 180.00, for two
    240.00 and 360.00. In March: cost 1,038.71, grant 400 + 193.55, rest 445.16: 178.06 and 267.10.
    """
    place = Place.with_people(world, LIAOCHENG, ("甲", "乙"), JULY, date(2022, 7, 2), monthly_fen=70_000)
    place.rate("province_grant_month", 40_000)
    place.rate("minimum_wage_hour", 2_100)
    place.rate("hours_month", 40)
    for month in SHEETS[:6]:
        assert place.month(month) == {"甲": yuan("700"), "乙": yuan("700")}
    assert _split(world) == {"city": yuan("240.00"), "county": yuan("360.00")}
    ((warnings,),) = world.ask("SELECT warnings FROM pay_line WHERE hire_id = ? AND month = ?", place.hires["甲"], JULY)
    assert "低于当地最低工资标准" in str(warnings)  # 40 hours at 21.00 are 840
    with pytest.raises(InputRefused):  # the document knows no performance pay
        place.performance(2022)
    for name in place.hires:
        place.do(name, "assess", "village", year=2022, grade="passed")
        place.do(name, "rule_assessment", "township")
    place.month(SHEETS[6])
    place.do("乙", "resign", "township", given_on=world.clock.today, leave_on=date(2023, 3, 15))
    place.month(SHEETS[7])
    assert place.month(SHEETS[8]) == {"甲": yuan("700"), "乙": yuan("338.71")}
    assert _split(world) == {"city": yuan("178.06"), "county": yuan("267.10")}
    assert filings(place, "乙") == {"real_name", "refill", "follow_up"}
    for month in SHEETS[9:11]:
        place.month(month)
    place.do("甲", "decide_renew", "township", reason="考核合格")
    place.do("甲", "sign_renewal", "township", signed_on=world.clock.today)
    place.month(SHEETS[11])
    assert place.total() == {"甲": 12 * yuan("700"), "乙": yuan("5,938.71")}
    assert world.hire(place.hires["甲"]).state is State.RENEWED


def _split(world: World) -> dict[str, int]:
    """What the latest sheet says of who bears what."""
    ((basis,),) = world.ask("SELECT basis FROM pay_sheet WHERE status = 'paid' ORDER BY month DESC, id DESC LIMIT 1")
    found: dict[str, int] = basis["shares"]["parts"]
    return found


def test_inner_mongolia_pays_no_more_than_urban_posts_get(world: World) -> None:
    """Two at 1,300 a month from 1 July 2022 on, where urban posts get 1,400. 甲: 12 × 1,300 = 15,600. The post of 乙 is
    cancelled with 31 May 2023: 11 × 1,300 = 14,300.
    """
    place = Place.with_people(world, NEIMENGGU, ("甲", "乙"), JULY, date(2022, 7, 2), monthly_fen=130_000)
    place.rate("urban_subsidy_month", 140_000)
    for month in SHEETS[:6]:
        place.month(month)
    for name, number in place.hires.items():
        place.do(name, "assess", "employer", year=2022, grade="passed", skilled=name == "甲")
        assert world.articles(number, "rule_assessment", place.county.officer("employer2")).keys() == {
            "served_took_part"
        }
        asked = {"held_on": world.clock.today, "asked": 12, "satisfied": 11, "took_part": "服务对象12户"}
        place.do(name, "note_survey", "employer", year=2022, **asked)
        place.do(name, "rule_assessment", "employer2")
    place.month(SHEETS[6])
    # a figure below what is paid holds February up, until the banner sets the right one
    place.rate("urban_subsidy_month", 125_000, date(2023, 2, 1))
    with pytest.raises(InputRefused) as refused:
        place.month(SHEETS[7])
    assert all("高于城镇公益性岗位补贴1250.00元" in fault.text() for fault in refused.value.faults.values())
    place.rate("urban_subsidy_month", 140_000, date(2023, 2, 28))
    assert place.paid(place.order(SHEETS[7])) == {"甲": yuan("1,300"), "乙": yuan("1,300")}
    for month in SHEETS[8:10]:
        place.month(month)
    cancelled = {
        "ground": "post_cancelled",
        "reason": "岗位政策调整",
        "evidence": "旗县文件",
        "notice_on": date(2023, 4, 20),
    }
    place.do("乙", "decide_leaving", "employer", effective_on=date(2023, 5, 31), **cancelled)
    place.month(SHEETS[10])
    place.do("甲", "decide_renew", "employer", reason="考核合格并熟练掌握技能")
    place.do("甲", "sign_renewal", "employer", signed_on=world.clock.today)
    assert place.month(SHEETS[11]) == {"甲": yuan("1,300")}
    assert place.total() == {"甲": yuan("15,600"), "乙": yuan("14,300")}
    with pytest.raises(InputRefused):  # the document knows no performance pay
        place.performance(2022)
    assert filings(place, "乙") == {"change"}
    assert world.hire(place.hires["甲"]).state is State.RENEWED
