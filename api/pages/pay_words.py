"""Pay in words and figures (待遇的写法): months, parts, who gets nothing and why, what was reckoned with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from api.pages import words
from api.pages.render import Page
from api.pages.sign_in import ROLES
from api.pages.submitted import scaled
from states.labels import role_name
from states.pay import percent, yuan
from states.pay_days import dues
from states.procedure import Procedure
from states.rates import MILLION, RATES
from states.say import Sentence, say
from states.vocabulary import Role
from workflow.pay_notice import PublicLine
from workflow.pay_rows import MONTHLY, PERFORMANCE, sentence_of
from workflow.queries.pay import PayText

KINDS: Mapping[str, Sentence] = {MONTHLY: say("月度待遇"), PERFORMANCE: say("年度绩效")}
SUPPLEMENTARY: Mapping[str, Sentence] = {MONTHLY: say("月度待遇（补发）"), PERFORMANCE: say("年度绩效（补发）")}
#: what a refusal calls a field, in words
FIELDS: Mapping[str, Sentence] = {
    "month": say("月份"),
    "region": say("地区"),
    "procedure": say("办法"),
    "paid_on": say("发放日"),
    "voucher": say("回单号或凭证号"),
    "reason": say("退回的理由"),
    "opinion": say("意见"),
}
_KEY = re.compile(r"([0-9A-Z]{2,12})\.(\d{1,18})")
#: so many who get nothing are told on the page
UNPAID = 200
LEVELS = {"city": say("市级分担"), "county": say("县级分担")}


def month_in_words(page: Page, month: date, kind: str) -> str:
    if kind == PERFORMANCE:
        return page.tell(say("{year}年度", year=month.year))
    return page.tell(say("{year}年{month}月", year=month.year, month=month.month))


def document_of(page: Page, procedure_id: str) -> str:
    """The short title of a document."""
    return words.short_title(page, page.office.catalogue.current(procedure_id))


def holds(page: Page, roles: frozenset[Role]) -> bool:
    """Whether one of the reader's roles, wherever, is among these."""
    return any(grant.role in roles for grant in page.actor.grants)


def key_of(text: str) -> tuple[str, int] | None:
    """Where a page of lines ended; None for anything that is no key."""
    read = _KEY.fullmatch(text)
    return (read.group(1), int(read.group(2))) if read else None


def line_of(page: Page, text: PayText, places: Mapping[str, str]) -> dict[str, Any]:
    """A line as the sheet shows it."""
    row = text.row
    return {
        "hire": text.hire_id,
        "name": text.name,
        "post": page.tell(say("{post}（补差）", post=text.post_title)) if row.topup else text.post_title,
        "place": places.get(text.region, text.region),
        "from_on": row.from_on,
        "until_on": row.until_on,
        "days": f"{row.days_tenths / 10:g}",
        "gross": yuan(row.gross_fen),
        "deducted": yuan(row.deducted_fen),
        "net": yuan(row.net_fen),
        "employer": yuan(row.employer_fen),
        "parts": [{"fen": yuan(part["fen"]), "why": page.tell(sentence_of(part))} for part in row.items],
        "warnings": [page.tell(sentence_of(warning)) for warning in row.warnings],
    }


def common(lines: list[dict[str, Any]]) -> list[str]:
    """What every line warns of: it is said once, above them."""
    first, *others = (line["warnings"] for line in lines) if len(lines) > 1 else ([],)
    return [warning for warning in first if all(warning in warnings for warnings in others)]


def unpaid_hires(row: Any) -> list[int]:
    """Who gets nothing and was not paid by an earlier sheet, as many as a page tells."""
    before = row.basis.get("paid_by", {})
    return [int(hire) for hire in row.basis.get("unpaid", {}) if hire not in before][:UNPAID]


def unpaid_count(row: Any) -> int:
    """How many that are in all."""
    return len(row.basis.get("unpaid", {})) - len(row.basis.get("paid_by", {}))


def unpaid_of(page: Page, row: Any, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Who gets nothing, and why."""
    told = row.basis.get("unpaid", {})
    return [
        {"hire": hire, "name": names.get(hire, ""), "why": page.tell(sentence_of(told[str(hire)]))}
        for hire in unpaid_hires(row)
    ]


def paid_before(row: Any) -> list[tuple[int, int]]:
    """The sheets that paid this month already, and how many of the people here."""
    return sorted(Counter(row.basis.get("paid_by", {}).values()).items())


def kind_of(row: Any) -> Sentence:
    """What a sheet pays; one that follows a sheet that was paid is supplementary."""
    return SUPPLEMENTARY[row.kind] if row.basis.get("supplements") else KINDS[row.kind]


def steps_of(page: Page, row: Any) -> list[str]:
    """When a sheet was made, handed in and voided."""
    moments = (
        (row.made_at, say("{moment}编制")),
        (row.frozen_at, say("{moment}提交审批")),
        (row.voided_at, say("{moment}作废")),
    )
    return [page.tell(say(words.pattern, moment=page.moment(at))) for at, words in moments if at is not None]


def fault_of(page: Page, name: str, why: Sentence, names: Mapping[int, str]) -> str:
    """What is wrong, with whom or what it is about; a hire by its person's name and its number."""
    if name.isdigit():
        about = say("{name}（聘用{hire}）", name=names.get(int(name), ""), hire=int(name))
    elif name in FIELDS:
        about = FIELDS[name]
    else:
        return page.tell(why)
    return page.tell(say("{about}：{why}", about=page.tell(about), why=page.tell(why)))


def public_line(line: PublicLine, places: Mapping[str, str]) -> dict[str, Any]:
    """A line as it is put up."""
    place = places.get(line.region, line.region)
    return {"name": line.name, "place": place, "post": line.post, "days": f"{line.days:g}", "sum": yuan(line.fen)}


def figures_of(page: Page, row: Any) -> list[tuple[str, str]]:
    """The figures that were reckoned with, in words."""
    return [(page.tell(RATES[name].words), shown(page, name, value)) for name, value in row.basis["figures"].items()]


def shown(page: Page, name: str, value: int) -> str:
    """A figure with its unit."""
    unit = RATES[name].unit
    if unit == "fen":
        return page.tell(say("{fen}元", fen=yuan(value)))
    if unit == "ppm":
        return f"{percent(value)}%"
    return page.tell(say("{n}天", n=value)) if unit == "days" else page.tell(say("{n}小时", n=value))


def ppm_of(text: str) -> int:
    """A percentage with up to four decimals as millionths. Raises ValueError."""
    return scaled(text, 10_000, MILLION)


def dues_in_words(page: Page, procedure: Procedure, month: date) -> list[str]:
    """What is due for a month, by day, with who does it."""
    told = []
    for due in dues(procedure, month, page.office.setting.calendar):
        facts = {"day": page.day(due.on), "what": page.named(due.line), "article": due.line.cite}
        who = role_name(procedure, due.line.by.value, page.language)
        said = say("{day}前：{what}（{who}，{article}）", **facts, who=who)
        told.append(page.tell(say("{said}；遇休息日提前", said=page.tell(said))) if due.moved else page.tell(said))
    return told


def shares_of(page: Page, row: Any) -> list[tuple[str, str]]:
    """Who bears which part of the sheet, where the document shares it out, as it was reckoned with the sheet."""
    found = row.basis.get("shares")
    if found is None:
        return []
    whole = say("分担范围（{n}人，含单位缴费，{article}）", n=found["people"], article=found["article"])
    told = [(page.tell(whole), yuan(found["cost_fen"]))]
    if found["grant_fen"] is None:
        why = say("没有录入省财政补助标准，省、市、县各自分担多少没有计算")
        return [*told, (page.tell(say("分担")), page.tell(why))]
    told.append((page.tell(say("省财政补助")), yuan(found["grant_fen"])))
    parts = found["parts"].items()
    return [*told, *((page.tell(LEVELS[name]) if name in LEVELS else name, yuan(fen)) for name, fen in parts)]


def signature_of(page: Page, row: Any) -> dict[str, str]:
    """An approval with who gave it, when, and in whose place."""
    return {
        "who": row.name or page.tell(say("账户已注销")),
        "role": page.tell(ROLES[Role(row.role)]),
        "at": page.moment(row.at),
        "opinion": row.opinion or "",
        "deputy": page.tell(say("代")) if row.deputy_for else "",
    }
