"""Answers to questions about legal dates (何时): what ``zaigang when`` prints, as plain values.

Each function takes days as ``date`` or as text ``2026-01-04`` (Asia/Shanghai) and returns one JSON-ready dict with
``proof``, ``article`` and ``reading``, and with ``date`` and ``provisional`` where the answer is a day. ``text`` turns
such a dict into lines for people. All raise ``Unreckonable`` with a sentence: as ``BadQuestion`` for what is no day or
category, as itself for numbers and days beyond reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from states import identity_number, periods
from states.age import ARTICLE as AGE_ARTICLE
from states.age import age_on
from states.calendar import Calendar, default_calendar
from states.reckoning import ProofLine, Reckoning, Unreckonable
from states.retirement import Category, near_retirement, statutory_retirement
from states.say import Sentence, Translate, say
from states.service import CAP_MONTHS, ledger

Day = date | str
Answer = dict[str, Any]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class BadQuestion(Unreckonable):
    """What was typed is not a day, a number or a category."""


def day_of(text: Day) -> date:
    """A day from ``2026-01-04``. Raises BadQuestion, also for a day that does not exist."""
    if type(text) is date:
        return text
    if isinstance(text, str) and _DAY.fullmatch(text.strip()):
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            raise BadQuestion(say("{text}不是真实存在的日期", text=text)) from None
    raise BadQuestion(say("日期应写作 2026-01-04，现为：{text}", text=str(text)))


def working_days(
    start: Day,
    days: int,
    count_first_day: bool = False,
    calendar: Calendar | None = None,
    translate: Translate | None = None,
) -> Answer:
    """The last day of ``days`` working days after ``start`` (Civil Code 201)."""
    found = periods.working_days_end(day_of(start), days, calendar or default_calendar(), count_first_day)
    return _answer(found, translate)


def calendar_days(
    start: Day, days: int, calendar: Calendar | None = None, translate: Translate | None = None
) -> Answer:
    """The last day of ``days`` calendar days after ``start``; rest days do not shift it."""
    return _answer(periods.calendar_days_end(day_of(start), days, calendar or default_calendar()), translate)


def months(
    start: Day, months: int, roll: bool = True, calendar: Calendar | None = None, translate: Translate | None = None
) -> Answer:
    """The last day of a limit of ``months`` months (Civil Code 202, and 203 with ``roll``)."""
    return _answer(periods.month_limit(day_of(start), months, calendar or default_calendar(), roll), translate)


def term(start: Day, months: int, translate: Translate | None = None) -> Answer:
    """The last day of a contract of ``months`` months."""
    return _answer(periods.term_end(day_of(start), months), translate)


def limit(
    start: Day, prior_months: int = 0, cap_months: int = CAP_MONTHS, translate: Translate | None = None
) -> Answer:
    """The last lawful day of service from ``start`` under the 36-month cap. ``remaining_months`` is what was left."""
    if not 0 <= prior_months <= periods.MOST_MONTHS:
        raise BadQuestion(say("此前已享受的月数应在0至{most}之间，现为{n}", most=periods.MOST_MONTHS, n=prior_months))
    book = ledger((), prior_months, cap_months)
    answer = _answer(book.last_lawful_day(day_of(start)), translate)
    return {**answer, "remaining_months": book.remaining.months}


def retirement(born: Day, category: Category | str, translate: Translate | None = None) -> Answer:
    """When the statutory retirement age is reached."""
    found = statutory_retirement(day_of(born), _category(category))
    return {
        "date": found.on.isoformat(),
        "provisional": False,
        "age_years": found.age_months // 12,
        "age_months": found.age_months % 12,
        "delay_months": found.delay_months,
        **_grounds(found.proof, found.article, found.reading, translate),
    }


def near(on: Day, born: Day, category: Category | str, translate: Translate | None = None) -> Answer:
    """Whether on ``on`` strictly less than five years remain to the statutory retirement age (``date``)."""
    found = near_retirement(day_of(on), day_of(born), _category(category))
    return {
        "near": found.near,
        "date": found.retirement.on.isoformat(),
        "near_from": found.from_on.isoformat(),
        "provisional": False,
        **_grounds(found.proof, found.article, found.reading, translate),
    }


def pay_day(on: Day, calendar: Calendar | None = None, translate: Translate | None = None) -> Answer:
    """The day on which wages agreed for ``on`` are due: never later, earlier when it is a rest day."""
    return _answer(periods.pay_day(day_of(on), calendar or default_calendar()), translate)


def age(born: Day, on: Day, translate: Translate | None = None) -> Answer:
    """Age in whole years on ``on``."""
    birth, asked = day_of(born), day_of(on)
    years = age_on(birth, asked)
    reading = say("{born}出生，{on}为{age}周岁（生日当日计满）", born=birth, on=asked, age=years)
    proof = (ProofLine(birth, None, False, say("出生日期")), ProofLine(asked, None, True, reading))
    return {"age": years, **_grounds(proof, AGE_ARTICLE, reading, translate)}


def id_number(text: str, on: Day | None = None, translate: Translate | None = None) -> Answer:
    """Whether ``text`` is a well-formed identity number and, if so, what it tells. The number itself is only masked.

    With ``on``, the age on that day too, and a fault when it is under 16.
    """
    asked = None if on is None else day_of(on)
    found = identity_number.faults(text, asked)
    answer: Answer = {"valid": not found, "masked": identity_number.masked(text)}
    if not found:
        number = identity_number.parse(text)
        answer |= {"born": number.born.isoformat(), "sex": number.sex, "region": number.region}
        if asked is not None:
            answer["age"] = age_on(number.born, asked)
            young = identity_number.too_young(number, asked)
            found = (young,) if young else ()
    answer["faults"] = [
        {"code": fault.code, "reason": fault.reason.text(translate), "article": fault.article} for fault in found
    ]
    reading = say("号码格式、出生日期和校验码相符；地区码不作为户籍或居住证明")
    if not answer["valid"]:
        reading = say("不是合格的公民身份号码")
    return {**answer, **_grounds((), identity_number.STANDARD, reading, translate)}


def text(answer: Answer, translate: Translate | None = None) -> str:
    """The answer as lines for people: the result, its reading and article, any caution, faults, and the proof."""
    lines = [_headline(answer).text(translate), answer["reading"]]
    lines.append(say("依据：{article}", article=answer["article"]).text(translate))
    if answer.get("caution"):
        lines.append(answer["caution"])
    lines += [f"  - {fault['reason']}" for fault in answer.get("faults", ())]
    for line in answer["proof"]:
        number = "" if line["number"] is None else str(line["number"])
        lines.append(f"  {'+' if line['counted'] else ' '} {number:>3} {line['date']}  {line['why']}")
    return "\n".join(lines)


def _headline(answer: Answer) -> Sentence:
    if "near" in answer:
        return say("是：不足5年") if answer["near"] else say("否")
    if "valid" in answer:
        return say("{masked} 合格", masked=answer["masked"]) if answer["valid"] else say("不合格")
    if "age" in answer:
        return say("{age}周岁", age=answer["age"])
    if answer["provisional"]:
        return say("{date}（暂定）", date=answer["date"])
    return say("{date}", date=answer["date"])


def _answer(found: Reckoning, translate: Translate | None) -> Answer:
    caution = found.caution
    return {
        "date": found.on.isoformat(),
        "provisional": found.provisional,
        "missing_years": list(found.missing_years),
        "caution": caution.text(translate) if caution else None,
        **_grounds(found.proof, found.article, found.reading, translate),
    }


def _grounds(proof: Iterable[ProofLine], article: str, reading: Sentence, translate: Translate | None) -> Answer:
    lines = [
        {
            "date": line.on.isoformat(),
            "number": line.number,
            "counted": line.counted,
            "why": line.why.text(translate),
        }
        for line in proof
    ]
    return {"proof": lines, "article": article, "reading": reading.text(translate)}


def _category(text: Category | str) -> Category:
    try:
        return Category(text)
    except ValueError:
        raise BadQuestion(say("类别应为 man、woman55 或 woman50，现为：{text}", text=str(text))) from None
