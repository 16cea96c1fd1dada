"""``zaigang when``: every legal date calculation, with its proof (何时). Thin over ``states.when``."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.calendar import calendar_in_force
from api.cli.console import Answer, Command, CommandFailed, Console, command, group
from states import when as ask
from states.say import say

Day = Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="起算日 / the day counted from")]
On = Annotated[str, typer.Option("--on", metavar="YYYY-MM-DD", help="所问之日 / the day asked about")]
Born = Annotated[str, typer.Option("--born", metavar="YYYY-MM-DD", help="出生日期 / day of birth")]
Days = Annotated[int, typer.Option("--days", help="天数 / number of days")]
Months = Annotated[int, typer.Option("--months", help="月数 / number of months")]
Category = Annotated[
    str, typer.Option("--category", metavar="man|woman55|woman50", help="原法定退休年龄类别 / category before 2025")
]


def add_to(app: typer.Typer) -> None:
    below = group(app, "when", "法定日期怎样推算，逐日说明依据。\n\nEvery legal date calculation, with its proof.")
    for name, function in COMMANDS.items():
        command(below, name)(function)


def _answer(console: Console, answer: ask.Answer) -> Answer:
    lines = tuple(ask.text(answer, console.translate).splitlines())
    return Answer(answer, lines, ok=answer.get("valid", True))


def working_days(
    console: Console,
    start: Day,
    days: Days,
    count_first_day: Annotated[
        bool, typer.Option("--count-first-day", help="起算日计入 / the first day counts")
    ] = False,
) -> Answer:
    """若干个工作日的最后一日。

    The last day of a number of working days.
    """
    return _answer(
        console, ask.working_days(start, days, count_first_day, calendar_in_force(console), console.translate)
    )


def calendar_days(console: Console, start: Day, days: Days) -> Answer:
    """若干日（自然日）的最后一日。

    The last day of a number of calendar days.
    """
    return _answer(console, ask.calendar_days(start, days, calendar_in_force(console), console.translate))


def months(
    console: Console,
    start: Day,
    n: Months,
    no_roll: Annotated[
        bool, typer.Option("--no-roll", help="末日遇休息日不顺延 / a last day of rest does not move")
    ] = False,
) -> Answer:
    """若干个月期限的最后一日。

    The last day of a limit of months.
    """
    return _answer(console, ask.months(start, n, not no_roll, calendar_in_force(console), console.translate))


def term(console: Console, start: Day, n: Months) -> Answer:
    """合同期限的最后一日。

    The last day of a contract.
    """
    return _answer(console, ask.term(start, n, console.translate))


def limit(
    console: Console,
    start: Day,
    prior_months: Annotated[int, typer.Option("--prior-months", help="此前已享受的月数 / months enjoyed before")] = 0,
) -> Answer:
    """36个月期限内最后一个合法在岗日。

    The last lawful day of service under the limit of 36 months.
    """
    return _answer(console, ask.limit(start, prior_months, translate=console.translate))


def retirement(console: Console, born: Born, category: Category) -> Answer:
    """何时达到法定退休年龄。

    When the statutory retirement age is reached.
    """
    return _answer(console, ask.retirement(born, category, console.translate))


def near_retirement(console: Console, on: On, born: Born, category: Category) -> Answer:
    """某日距法定退休年龄是否不足5年。

    Whether less than five years remain to retirement on a day.
    """
    return _answer(console, ask.near(on, born, category, console.translate))


def pay_day(console: Console, on: On) -> Answer:
    """约定某日发薪时，实际应在哪一日发放。

    The day on which wages agreed for a day are due.
    """
    return _answer(console, ask.pay_day(on, calendar_in_force(console), console.translate))


def age(console: Console, born: Born, on: On) -> Answer:
    """某日的周岁。

    Age in whole years on a day.
    """
    return _answer(console, ask.age(born, on, console.translate))


def id_number(
    console: Console,
    number: Annotated[
        str, typer.Argument(metavar="N", help="公民身份号码；“-”表示从标准输入读取 / - reads it from stdin")
    ],
    on: Annotated[str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="这一日的周岁 / age on this day")] = None,
) -> Answer:
    """公民身份号码是否合格；不合格时退出码为1。

    Whether an identity number is well formed; exit status 1 if it is not. It is shown masked only.
    """
    if number == "-":
        number = typer.get_text_stream("stdin").readline().strip()
        if not number:
            raise CommandFailed(say("标准输入中没有号码"), mend=say("例如：printf 号码 | zaigang when id-number -"))
    return _answer(console, ask.id_number(number, on, console.translate))


COMMANDS: dict[str, Command] = {
    "working-days": working_days,
    "calendar-days": calendar_days,
    "months": months,
    "term": term,
    "limit": limit,
    "retirement": retirement,
    "near-retirement": near_retirement,
    "pay-day": pay_day,
    "age": age,
    "id-number": id_number,
}
