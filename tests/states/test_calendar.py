"""The calendar says what the State Council's notices say, and says so when it does not know."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import holidays
import pytest

from states.calendar import (
    SHIPPED,
    Calendar,
    CalendarFaults,
    CalendarYear,
    Notice,
    OutsideCalendar,
    Rest,
    default_calendar,
)
from states.calendar.files import read_years

CALENDAR = default_calendar()
EVERY_DAY = [date(2022, 1, 1) + timedelta(n) for n in range(1826)]

# The days that the law makes holidays (全国年节及纪念日放假办法) are in any notice for 2027; the rest is made up.
MADE_UP_2027 = """
year: 2027
notice: {title: 关于2027年部分节假日安排的通知, issued_on: 2026-11-10}
rest:
  - {name: 元旦, from: 2027-01-01, to: 2027-01-03}
  - {name: 春节, from: 2027-02-05, to: 2027-02-12}
  - {name: 清明节, from: 2027-04-05, to: 2027-04-05}
  - {name: 劳动节, from: 2027-05-01, to: 2027-05-05}
  - {name: 国庆节, from: 2027-10-01, to: 2027-10-07}
work: [2027-02-14]
"""


def day(text: str) -> date:
    return date.fromisoformat(text)


def faults_of(folder: Path, text: str, name: str = "2027.yaml") -> list[str]:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(CalendarFaults) as caught:
        Calendar.load(folder)
    assert all(fault.file == name for fault in caught.value.faults)
    return [str(fault.reason) for fault in caught.value.faults]


def test_every_day_of_five_years_agrees_with_two_independent_calendars():
    other = holidays.country_holidays("CN", years=range(2021, 2028), language="zh_CN")
    assert len(EVERY_DAY) == 1826
    differing = [
        each
        for each in EVERY_DAY
        if len({CALENDAR.is_working_day(each), chinese_calendar.is_workday(each), other.is_working_day(each)}) > 1
    ]
    assert differing == []


def test_weekdays_without_holidays_are_wrong_on_the_make_up_days():
    other = holidays.country_holidays("CN", years=range(2021, 2028), language="zh_CN")
    naive_is_wrong = [d for d in EVERY_DAY if CALENDAR.is_working_day(d) != (d.weekday() < 5 and d not in other)]
    assert len(naive_is_wrong) == 33
    assert all(CALENDAR.is_working_day(d) and d.weekday() >= 5 for d in naive_is_wrong)


@pytest.mark.parametrize(("year", "count"), [(2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_a_year(year, count):
    before = CALENDAR.working_days_until(date(year - 1, 12, 31))
    assert CALENDAR.working_days_until(date(year, 12, 31)) - before == count
    assert sum(CALENDAR.day(d).working for d in EVERY_DAY if d.year == year) == count


@pytest.mark.parametrize(
    ("on", "working", "says"),
    [
        ("2024-02-09", True, "星期五，工作日"),  # 除夕: encouraged to be given, formally worked
        ("2024-02-04", True, "星期日，调休上班（国务院办公厅关于2024年部分节假日安排的通知，国办发明电〔2023〕7号）"),
        ("2022-12-31", False, "星期六，元旦放假（国务院办公厅关于2023年部分节假日安排的通知，国办发明电〔2022〕16号）"),
        (
            "2026-10-01",
            False,
            "星期四，国庆节放假（国务院办公厅关于2026年部分节假日安排的通知，国办发明电〔2025〕7号）",
        ),
        ("2026-03-07", False, "星期六，休息日"),
    ],
)
def test_a_day_says_why(on, working, says):
    kind = CALENDAR.day(day(on))
    assert (kind.working, str(kind.why), kind.provisional) == (working, says, False)
    assert CALENDAR.is_rest_day(day(on)) is not working


def test_a_day_of_december_can_stand_in_the_next_years_notice():
    notice = CALENDAR.day(day("2022-12-31")).year_notice
    assert notice is not None and notice.issued_on == day("2022-12-08")


@pytest.mark.parametrize(
    ("on", "missing"),
    [
        ("2026-12-24", ()),
        ("2026-12-25", (2027,)),
        ("2026-12-31", (2027,)),
        ("2027-01-01", (2027,)),
        ("2027-12-24", (2027,)),
        ("2027-12-25", (2027, 2028)),
        ("2021-12-31", (2021,)),
        ("2022-01-01", ()),
        ("2025-12-28", ()),
    ],
)
def test_a_day_that_a_missing_notice_could_change_is_provisional(on, missing):
    kind = CALENDAR.day(day(on))
    assert (kind.provisional, kind.missing_years) == (bool(missing), missing)
    for year in missing:
        assert str(year) in str(kind.why)


def test_a_day_that_a_loaded_notice_names_is_certain_though_its_own_year_is_missing():
    shipped = read_years(SHIPPED)
    alone = Calendar.of([shipped[2023]])
    assert alone.day(day("2022-12-30")).missing_years == (2022,)
    assert alone.day(day("2022-12-31")).missing_years == ()
    assert alone.missing_years(day("2022-12-31"), day("2023-12-24")) == ()


@pytest.mark.parametrize(
    ("on", "working"),
    [
        ("2027-01-01", False),  # the regulation on holidays frees these in every year
        ("2027-10-01", False),
        ("2027-10-04", True),  # a Monday that the notice may free, or not
        ("2027-10-08", True),
        ("2027-10-09", False),  # a Saturday that the notice may make a working day
        ("2028-05-01", False),
        ("2028-05-02", False),
        ("2028-05-03", True),
    ],
)
def test_an_unpublished_year_counts_weekdays_and_the_days_that_are_free_by_regulation(on, working):
    found = CALENDAR.day(day(on))
    assert (found.working, found.provisional, found.year_notice) == (working, True, None)
    assert found.why.text()


def test_loading_a_year_settles_it_and_changes_the_edition(tmp_path):
    (tmp_path / "2027.yaml").write_text(MADE_UP_2027, encoding="utf-8")
    later = Calendar.load(tmp_path)
    assert later.years == (2022, 2023, 2024, 2025, 2026, 2027)
    assert not later.day(day("2027-10-01")).working
    assert later.day(day("2027-02-14")).working
    assert not later.day(day("2026-12-28")).provisional
    assert later.day(day("2027-12-28")).missing_years == (2028,)
    assert later.edition != CALENDAR.edition
    assert later == Calendar.load(tmp_path / "2027.yaml")


def test_an_extra_file_stands_in_place_of_a_shipped_year(tmp_path):
    text = (SHIPPED / "2026.yaml").read_text(encoding="utf-8").replace("2026-10-10]", "2026-10-11]")
    (tmp_path / "2026.yaml").write_text(text, encoding="utf-8")
    changed = Calendar.load(tmp_path)
    assert changed.is_rest_day(day("2026-10-10")) and changed.is_working_day(day("2026-10-11"))


def test_with_year_leaves_the_old_calendar_alone():
    rest = [
        *(("元旦", "01-01", "01-01"), ("春节", "02-05", "02-12"), ("清明节", "04-05", "04-05")),
        *(("劳动节", "05-01", "05-05"), ("国庆节", "10-01", "10-07")),
    ]
    year = CalendarYear(
        2027,
        Notice("通知", None, day("2026-11-10")),
        tuple(Rest(name, day(f"2027-{first}"), day(f"2027-{last}")) for name, first, last in rest),
        (),
    )
    edition = CALENDAR.edition
    assert CALENDAR.with_year(year).years[-1] == 2027
    assert (CALENDAR.years[-1], CALENDAR.edition) == (2026, edition)
    with pytest.raises(CalendarFaults):
        CALENDAR.with_year(replace(year, rest=year.rest[1:]))


def test_equal_content_is_an_equal_calendar():
    again = Calendar.load()
    assert again is not CALENDAR and again == CALENDAR and hash(again) == hash(CALENDAR)
    assert default_calendar() is CALENDAR


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("year: 2028", "year: 2027", "文件名应为2028.yaml，与 year 一致"),
        ("year: 二〇二七", "year: 2027", "year 应为四位年份，现为：二〇二七"),
        ("issued_on: 2024-11-10", "issued_on: 2026-11-10", "通知日期2024-11-10与年份2027不符"),
        ("certainty: sure, issued_on: 2026", "issued_on: 2026", "certainty 应为 high、medium 或 low，现为：sure"),
        ("from: 2027-02-30", "from: 2027-02-05", "rest.from 应为真实日期，写作 2026-01-04，现为：2027-02-30"),
        ("from: 2027-2-5", "from: 2027-02-05", "rest.from 应为真实日期，写作 2026-01-04，现为：2027-2-5"),
        ("from: 2027-02-13", "from: 2027-02-05", "春节止于2027-02-12，早于起始2027-02-13"),
        ("to: 2027-02-21", "to: 2027-02-12", "春节放假超过16天，疑有误"),
        ("name: 春节, start: x,", "name: 春节,", "不认识的键：start"),
        ("holidays: []\nwork: [2027-02-14]", "work: [2027-02-14]", "不认识的键：holidays"),
        ("work: [2027-02-15]", "work: [2027-02-14]", "调休上班日2027-02-15不是周末"),
        ("work: [2027-02-06]", "work: [2027-02-14]", "2027-02-06出现了两次"),
        ("work: [2026-12-20]", "work: [2027-02-14]", "2026-12-20不属于2027年的通知"),
        ("work: [2028-01-02]", "work: [2027-02-14]", "2028-01-02不属于2027年的通知"),
        ("to: 2027-10-02", "to: 2027-10-07", "缺少法定节日2027-10-03"),
        ("from: 2027-04-03, to: 2027-04-03", "from: 2027-04-05, to: 2027-04-05", "缺少清明节放假日期"),
        ("from: 2027-03-05, to: 2027-03-12", "from: 2027-02-05, to: 2027-02-12", "缺少春节放假日期"),
        ("", "work: [2027-02-14]", "缺少 work：调休上班的日期（没有时写 []）"),
        ("notice: 通知", "notice: {title: 关于2027年部分节假日安排的通知, issued_on: 2026-11-10}",
         "缺少 notice：放假安排通知的标题、文号和日期"),
    ],
)  # fmt: skip
def test_a_faulty_year_file_is_refused_with_its_reason(tmp_path, wrong, right, says):
    assert right in MADE_UP_2027
    assert says in faults_of(tmp_path, MADE_UP_2027.replace(right, wrong, 1))


def test_all_faults_of_all_files_come_at_once(tmp_path):
    (tmp_path / "2028.yaml").write_text("year: 2028", encoding="utf-8")
    (tmp_path / "2029.yaml").write_text("[", encoding="utf-8")
    (tmp_path / "2027.yaml").write_text(
        MADE_UP_2027.replace("2027-02-05", "05.02.2027").replace("2027-02-14", "2027-02-15"), encoding="utf-8"
    )
    with pytest.raises(CalendarFaults) as caught:
        Calendar.load(tmp_path)
    by_file = [fault.file for fault in caught.value.faults]
    assert by_file.count("2028.yaml") == 3 and by_file.count("2029.yaml") == 1
    assert by_file.count("2027.yaml") >= 1


def test_a_key_written_twice_is_refused(tmp_path):
    assert "work ×2" in faults_of(tmp_path, MADE_UP_2027 + "work: []\n")[0]


def test_a_day_named_by_two_notices_is_refused(tmp_path):
    text = MADE_UP_2027.replace("from: 2027-01-01, to", "from: 2026-12-31, to")
    (tmp_path / "2027.yaml").write_text(text, encoding="utf-8")
    assert not Calendar.load(tmp_path).is_working_day(day("2026-12-31"))
    twice = (SHIPPED / "2026.yaml").read_text(encoding="utf-8").replace("2026-10-10]", "2026-10-10, 2026-12-26]")
    (tmp_path / "2026.yaml").write_text(twice, encoding="utf-8")
    (tmp_path / "2027.yaml").write_text(text.replace("2026-12-31", "2026-12-26").replace("01-03", "01-03"), "utf-8")
    with pytest.raises(CalendarFaults, match="2026-12-26在2026年的通知中已有安排"):
        Calendar.load(tmp_path)


def test_a_path_that_is_not_there_is_a_fault(tmp_path):
    with pytest.raises(CalendarFaults, match="读不出文件"):
        Calendar.load(tmp_path / "2027.yaml")


def test_days_beyond_the_span_and_moments_are_refused():
    with pytest.raises(OutsideCalendar, match="1989-12-31超出可推算的范围"):
        CALENDAR.day(day("1989-12-31"))
    with pytest.raises(OutsideCalendar):
        CALENDAR.is_working_day(day("2101-01-01"))
    with pytest.raises(TypeError):
        CALENDAR.is_working_day(datetime(2026, 1, 5, 20, 0))
