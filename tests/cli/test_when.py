"""``zaigang when``: legal dates with their proofs, for people and for programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from states.identity_number import synthetic
from tests.cli.conftest import Office

runner = CliRunner()


def ask(*arguments: str) -> Any:
    done = runner.invoke(app, ["when", *arguments, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_five_working_days_over_the_dragon_boat_festival(office: Office) -> None:
    ran = office.really("when", "working-days", "--from", "2022-06-01", "--days", 5, "--json")
    assert ran.status == 0
    found = ran.document
    assert (found["date"], found["provisional"]) == ("2022-06-09", False)
    assert [line["date"] for line in found["proof"] if line["counted"]] == [
        "2022-06-02", "2022-06-06", "2022-06-07", "2022-06-08", "2022-06-09",
    ]  # fmt: skip
    assert found["article"].startswith("《民法典》")
    assert any("端午节" in line["why"] for line in found["proof"])


def test_a_date_into_a_year_without_notice_says_so(office: Office) -> None:
    found = office.did("when", "working-days", "--from", "2026-12-28", "--days", 5)
    assert (found["date"], found["provisional"], found["missing_years"]) == ("2027-01-05", True, [2027])
    ran = office.run("when", "working-days", "--from", "2026-12-28", "--days", 5)
    assert "2027-01-05（暂定）" in ran.out
    assert "2027年放假安排的通知尚未载入" in ran.out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("working-days", "--from", "2022-06-01", "--days", "5", "--count-first-day"), {"date": "2022-06-08"}),
        (("calendar-days", "--from", "2022-06-01", "--days", "30"), {"date": "2022-07-01"}),
        (("months", "--from", "2022-06-10", "--months", "1"), {"date": "2022-07-11"}),
        (("months", "--from", "2022-06-10", "--months", "1", "--no-roll"), {"date": "2022-07-10"}),
        (("term", "--from", "2022-06-13", "--months", "12"), {"date": "2023-06-12"}),
        (("limit", "--from", "2022-06-13"), {"date": "2025-06-12", "remaining_months": 36}),
        (("limit", "--from", "2022-06-13", "--prior-months", "12"), {"date": "2024-06-12", "remaining_months": 24}),
        (("retirement", "--born", "1964-12-01", "--category", "man"), {"date": "2024-12-01"}),
        (
            ("near-retirement", "--on", "2022-06-10", "--born", "1964-12-01", "--category", "man"),
            {"near": True},
        ),
        (("pay-day", "--on", "2022-06-25"), {"date": "2022-06-24"}),
        (("age", "--born", "1980-06-10", "--on", "2022-06-09"), {"age": 41}),
        (("age", "--born", "1980-06-10", "--on", "2022-06-10"), {"age": 42}),
    ],
)
def test_every_calculation(arguments: tuple[str, ...], expected: dict[str, Any]) -> None:
    found = ask(*arguments)
    assert {name: found[name] for name in expected} == expected
    assert found["article"]
    assert found["proof"] or "near" in found


def test_an_identity_number_is_shown_masked_only(office: Office) -> None:
    from datetime import date

    number = synthetic("610928", date(1980, 5, 6), 7)
    for ran in (office.run("when", "id-number", number, "--json"), office.run("when", "id-number", "-", stdin=number)):
        assert ran.status == 0
        assert number not in ran.out
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    ran = office.run("when", "id-number", wrong, "--json")
    assert (ran.status, ran.document["valid"]) == (1, False)
    assert wrong not in ran.out


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--from", "2022-02-30", "--days", "5"), 1, "2022-02-30不是真实存在的日期"),
        (("--from", "yesterday", "--days", "5"), 1, "yesterday"),
        (("--days", "5"), 2, "缺少--from"),
        (("--from", "2022-06-01", "--days", "many"), 2, "--days"),
        (("--from", "2022-06-01", "--days", "5", "--workdays"), 2, "没有--workdays这个选项"),
        (("--from", "2022-06-01", "--days", "5", "--lang", "fr"), 2, "--lang"),
    ],
)
def test_a_mistake_is_told_and_the_status_is_not_zero(
    office: Office, arguments: tuple[str, ...], status: int, said: str
) -> None:
    ran = office.run("when", "working-days", *arguments)
    assert (ran.status, ran.out) == (status, "")
    assert said in ran.err
    as_json = office.run("when", "working-days", *arguments, "--json")
    assert as_json.status == status
    assert said in as_json.document["error"]["what"]


def test_a_mistake_ends_a_real_process_with_its_status(office: Office) -> None:
    ran = office.really("when", "working-days", "--from", "tomorrow", "--days", 5, "--json")
    assert (ran.status, "tomorrow" in ran.document["error"]["what"]) == (1, True)
    assert office.really("when", "working-days", "--json").status == 2
    assert office.really("nothing").err.startswith("错误：没有nothing这个命令")


def test_english_is_asked_for_by_option_or_by_setting(office: Office) -> None:
    line = ("when", "working-days", "--from", "2022-06-01", "--days", "5")
    by_option = office.run(*line, "--lang", "en")
    assert by_option.out == office.run(*line, more={"ZAIGANG_LANGUAGE": "en"}).out
    assert by_option.out.startswith("2022-06-09\n")
