"""The rows of a roster, read (花名册的行): words become codes, dates days, contracts months; faults name their cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from sqlmodel import Session, select

from states import identity_number
from states.facts import Actor
from states.guards import labels
from states.procedure import Role
from states.reckoning import Unreckonable
from states.say import Fact, Sentence, say
from states.service import served
from workflow.imports.roster_words import CATEGORY_CODES, COLUMNS, EDUCATION_CODES, FOOT, RETIREMENT_CODES
from workflow.imports.table import CellFault, Row, Table, days_in, half_width, shown, whole_number
from workflow.imports.workbook import Number
from workflow.person_input import read_person
from workflow.sealing import Seal
from workflow.tables import Region

#: who keeps people's data, here as in the register
REGISTRARS = frozenset({Role.VILLAGE, Role.TOWNSHIP, Role.EMPLOYER, Role.HRSS, Role.RURAL, Role.COUNTY, Role.COMPANY})
MOST_MONTHS = 600

#: a field of the person, to the column in which it was written
_COLUMN_OF = {"categories": "category", "prior_months": "months", "prior_evidence": "months", "born": "id_number"}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for every row that does not say it itself."""

    home_region: str | None = None
    education: str | None = None
    woman_category: str | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """The regions of the office by code and by name, and those for which the actor may register people."""

    names: Mapping[str, str]
    codes: Mapping[str, tuple[str, ...]]
    actor: Actor

    @classmethod
    def load(cls, session: Session, actor: Actor) -> Self:
        names = {region.code: region.name for region in session.exec(select(Region))}
        codes: dict[str, tuple[str, ...]] = {}
        for code, name in sorted(names.items()):
            codes[name] = (*codes.get(name, ()), code)
        return cls(names, codes, actor)

    def find(self, text: str) -> str | Sentence:
        """The code of a region by its code or its name, or why it cannot be used."""
        code = text.upper()
        if code not in self.names:
            found = [c for c in self.codes.get(text, ()) if self._may(c)] or list(self.codes.get(text, ()))
            if not found:
                return say("没有“{name}”这个地区，请先导入地区，或填写编码", name=text[:40])
            if len(found) > 1:
                return say("有{n}个“{name}”，请填写编码：{codes}", n=len(found), name=text, codes="、".join(found[:5]))
            code = found[0]
        return code if self._may(code) else say("{code}不在经办人的职责地区之内", code=code)

    def _may(self, code: str) -> bool:
        return self.actor.is_system or bool(self.actor.roles_in(code) & REGISTRARS)


@dataclass(slots=True)
class Entry:
    """One person of the roster. ``given`` is what the register takes; ``counted``: where the months come from."""

    row: Row
    headings: Mapping[str, str]
    given: dict[str, Any] = field(default_factory=dict)
    number: str = ""
    months: int = 0
    counted: str = "none"
    sound: bool = True

    def fault(self, name: str, problem: Sentence) -> CellFault:
        self.sound = False
        return self.warning(name, problem)

    def warning(self, name: str, problem: Sentence) -> CellFault:
        column = _COLUMN_OF.get(name, name)
        heading = next((c.headings[0] for c in COLUMNS if c.name == column), "")
        return CellFault(self.row.sheet, self.row.number, self.headings.get(column, heading), problem)

    def check(self, seal: Seal, today: date, faults: list[CellFault], warnings: list[CellFault]) -> None:
        """Asks of the person what the register will ask, so that all its faults are told with the others."""
        wrong = {f.column for f in faults if (f.sheet, f.row) == (self.row.sheet, self.row.number)}
        _, number, _, found = read_person(seal, self.given, today)
        for name, problem in found.items():
            fault = self.warning(name.split(".")[0], problem)
            if fault.column not in wrong:
                faults.append(self.fault(name.split(".")[0], problem))
        if number is not None:
            self.number = number.number
            differs = identity_number.sex_differs(number, self.given.get("sex") or number.sex)
            if differs is not None:
                warnings.append(self.warning("sex", differs.reason))


def read_rows(
    tables: Iterable[Table],
    defaults: Defaults,
    places: Places,
    until: date,
    source: str,
    faults: list[CellFault],
    warnings: list[CellFault],
) -> list[Entry]:
    """Every row that speaks of a person, with what is wrong in its cells added to ``faults``."""
    entries = []
    for table in tables:
        for row in table.rows:
            if row.blank or _is_foot(row):
                continue
            reading = _Reading(Entry(row, table.headings), defaults, places, faults, warnings)
            reading.all(until, source)
            entries.append(reading.entry)
    return entries


def _is_foot(row: Row) -> bool:
    if row.cells.get("id_number") is not None:
        return False
    first = next((shown(cell) for cell in row.cells.values() if cell is not None), "")
    return bool(FOOT.match(first))


class _Reading:
    """One row being read: each method takes its cells and puts what they say into ``entry.given``."""

    def __init__(
        self,
        entry: Entry,
        defaults: Defaults,
        places: Places,
        faults: list[CellFault],
        warnings: list[CellFault],
    ) -> None:
        self.entry, self.defaults, self.places = entry, defaults, places
        self.faults, self.warnings = faults, warnings
        self.cells, self.given = entry.row.cells, entry.given

    def all(self, until: date, source: str) -> None:
        self.given["name"] = shown(self.cells.get("name"))
        if not self.given["name"]:
            del self.given["name"]
        self._id_number()
        self._sex()
        self._region()
        self._coded("education", EDUCATION_CODES, self.defaults.education, say("没有这种文化程度：{value}").pattern)
        self._retirement()
        self._phone()
        self._categories()
        self._months(until, source)

    def _text(self, name: str) -> str:
        return half_width(self.cells.get(name))

    def _wrong(self, name: str, problem: Sentence) -> None:
        self.faults.append(self.entry.fault(name, problem))

    def _id_number(self) -> None:
        cell = self.cells.get("id_number")
        text = self._text("id_number").lstrip("'’‘`")
        if isinstance(cell, Number) or re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", text):
            self._wrong(
                "id_number",
                say("身份证号按数字录入，末几位已丢失；请把这一列设为文本，再按证件重新输入"),
            )
            text = ""
        self.given["id_number"] = text

    def _sex(self) -> None:
        text = self._text("sex").removesuffix("性")
        if text in ("男", "女"):
            self.given["sex"] = text
        elif text:
            self._wrong("sex", say("性别应为男或女，现为：{value}", value=text[:10]))

    def _region(self) -> None:
        text = self._text("home_region") or (self.defaults.home_region or "")
        if not text:
            self._wrong("home_region", say("没有户籍地；请填写本列，或用 --home-region 写明编码"))
            return
        found = self.places.find(text)
        if isinstance(found, Sentence):
            self._wrong("home_region", found)
        else:
            self.given["home_region"] = found

    def _coded(self, name: str, codes: Mapping[str, str], default: str | None, otherwise: str) -> None:
        text = "".join(self._text(name).split())
        known = {half_width(word): code for word, code in codes.items()}
        if text:
            code = known.get(text, text if text in codes.values() else None)
            if code is None:
                self._wrong(name, say(otherwise, value=text[:20]))
            else:
                self.given[name] = code
        elif default is not None:
            self.given[name] = default

    def _retirement(self) -> None:
        name = "retirement_category"
        self._coded(name, RETIREMENT_CODES, None, say("应为60（男）、55或50（女），现为：{value}").pattern)
        woman = self.given.get("sex") == "女" or _woman(self.given["id_number"])
        if name not in self.given and woman and self.defaults.woman_category is not None and not self._text(name):
            self.given[name] = self.defaults.woman_category

    def _phone(self) -> None:
        text = self._text("phone")
        if text:
            self.given["phone"] = text

    def _categories(self) -> None:
        words = [word for word in re.split(r"[、,;/\s]+", self._text("category")) if word]
        by, on_cell = self._text("recognised_by"), self.cells.get("recognised_on")
        unknown = [word for word in words if word not in CATEGORY_CODES and word not in CATEGORY_CODES.values()]
        for word in unknown:
            known = "、".join(labels.CATEGORIES.values())
            self._wrong("category", say("没有“{word}”这种人员类别，应为：{known}", word=word[:20], known=known))
        if not words or unknown:
            return
        if not by or on_cell is None:
            self.warnings.append(
                self.entry.warning("category", say("没有认定部门和认定日期，人员类别未登记，请日后补录"))
            )
            return
        days = days_in(on_cell)
        if isinstance(days, Sentence):
            self._wrong("recognised_on", days)
            return
        recognition = {"by": by, "on": days[0]}
        self.given["categories"] = {CATEGORY_CODES.get(word, word): recognition for word in words}

    def _months(self, until: date, source: str) -> None:
        """The months of subsidy as the sheet counts them, or else the months of the contract up to ``until``."""
        term = self._term()
        if self.cells.get("months") is not None:
            months = whole_number(_without_unit(self._text("months")))
            if isinstance(months, Sentence) or months > MOST_MONTHS:
                problem = months if isinstance(months, Sentence) else say("不能大于{n}", n=MOST_MONTHS)
                self._wrong("months", problem)
                return
            self._service(months, "months", say("花名册“{source}”：补贴月数{n}", source=source, n=months))
        elif term is not None:
            self._contract(*term, until, source)

    def _contract(self, starts_on: date, ends_on: date, until: date, source: str) -> None:
        if starts_on > until:
            self._service(0, "term", say("花名册“{source}”：合同自{day}起", source=source, day=starts_on))
            return
        last = min(ends_on, until)
        try:
            span = served(starts_on, last)
        except Unreckonable as error:
            self._wrong("term" if "term" in self.cells else "starts_on", error.sentence)
            return
        # a month begun is a month used: rounding down would let a fourth year begin unseen
        whole = span.months + (1 if span.days else 0)
        facts: dict[str, Fact] = {
            "source": source,
            "starts": starts_on,
            "last": last,
            "months": span.months,
            "days": span.days,
        }
        evidence = say("花名册“{source}”：合同{starts}至{last}，{months}个月{days}天，不足一月按一月计", **facts)
        if ends_on > until:
            self.warnings.append(
                self.entry.warning("term", say("合同尚未到期，此前月数计至{until}，共{n}个月", until=until, n=whole))
            )
        self._service(whole, "term", evidence)

    def _service(self, months: int, counted: str, evidence: Sentence) -> None:
        self.entry.months, self.entry.counted = months, counted
        self.given |= {"prior_months": months, "prior_evidence": evidence.text()[:200]}

    def _term(self) -> tuple[date, date] | None:
        if self.cells.get("term") is not None:
            days = days_in(self.cells["term"])
            if isinstance(days, Sentence):
                self._wrong("term", days)
                return None
            if len(days) != 2:
                self._wrong("term", say("应写起止两个日期，例如 2021-03-01至2022-02-28"))
                return None
            return self._ordered("term", days[0], days[1])
        found: dict[str, date] = {}
        for name in ("starts_on", "ends_on"):
            if self.cells.get(name) is not None:
                days = days_in(self.cells[name])
                if isinstance(days, Sentence):
                    self._wrong(name, days)
                else:
                    found[name] = days[0]
        if len(found) == 2:
            return self._ordered("ends_on", found["starts_on"], found["ends_on"])
        if len(found) == 1 and self.entry.sound:
            missing = "ends_on" if "starts_on" in found else "starts_on"
            self._wrong(missing, say("合同起止日期缺一项"))
        return None

    def _ordered(self, name: str, starts_on: date, ends_on: date) -> tuple[date, date] | None:
        if ends_on < starts_on:
            self._wrong(name, say("合同止于{ends}，早于开始之日{starts}", ends=ends_on, starts=starts_on))
            return None
        return starts_on, ends_on


def _without_unit(text: str) -> str:
    return text.removesuffix("个月").removesuffix("月").strip()


def _woman(number: str) -> bool:
    return not identity_number.faults(number) and identity_number.parse(number).sex == "女"
