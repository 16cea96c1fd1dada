"""The rows of a roster, read (花名册的行): words become codes, dates days, contracts months; faults name their cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from sqlmodel import Session, select

from states import identity_number
from states.facts import Actor
from states.reckoning import Unreckonable
from states.say import Fact, Sentence, say
from states.service import served
from workflow.imports.person_rows import Entry, Reading, rows_of
from workflow.imports.roster_words import COLUMNS
from workflow.imports.table import CellFault, Table, days_in, whole_number
from workflow.people import REGISTRARS
from workflow.tables import Region

MOST_MONTHS = 600


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
class RosterEntry(Entry):
    """One person of the roster. ``counted``: where the months come from."""

    months: int = 0
    counted: str = "none"


def read_rows(
    tables: Iterable[Table],
    defaults: Defaults,
    places: Places,
    until: date,
    source: str,
    faults: list[CellFault],
    warnings: list[CellFault],
) -> list[RosterEntry]:
    """Every row that speaks of a person, with what is wrong in its cells added to ``faults``."""
    entries = []
    for table, row in rows_of(tables):
        reading = _Reading(RosterEntry(row, table.headings, COLUMNS), defaults, places, faults, warnings)
        reading.all(until, source)
        entries.append(reading.entry)
    return entries


class _Reading(Reading[RosterEntry]):
    """One row of a roster being read."""

    def __init__(
        self,
        entry: RosterEntry,
        defaults: Defaults,
        places: Places,
        faults: list[CellFault],
        warnings: list[CellFault],
    ) -> None:
        super().__init__(entry, faults, warnings)
        self.defaults, self.places = defaults, places

    def all(self, until: date, source: str) -> None:
        self.name()
        self.id_number()
        self.sex()
        self._region()
        self.education(self.defaults.education)
        self._retirement()
        self.phone()
        self.categories("warning")
        self._months(until, source)

    def _region(self) -> None:
        text = self.text("home_region") or (self.defaults.home_region or "")
        if not text:
            self.wrong("home_region", say("没有户籍地；请填写本列，写村（社区）名称或12位编码"))
            return
        found = self.places.find(text)
        if isinstance(found, Sentence):
            self.wrong("home_region", found)
        else:
            self.given["home_region"] = found

    def _retirement(self) -> None:
        name = "retirement_category"
        self.retirement()
        woman = self.given.get("sex") == "女" or _woman(self.given["id_number"])
        if name not in self.given and woman and self.defaults.woman_category is not None and not self.text(name):
            self.given[name] = self.defaults.woman_category

    def _months(self, until: date, source: str) -> None:
        """The months of subsidy as the sheet counts them, or else the months of the contract up to ``until``."""
        term = self._term()
        if self.cells.get("months") is not None:
            months = whole_number(_without_unit(self.text("months")))
            if isinstance(months, Sentence) or months > MOST_MONTHS:
                problem = months if isinstance(months, Sentence) else say("不能大于{n}", n=MOST_MONTHS)
                self.wrong("months", problem)
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
            self.wrong("term" if "term" in self.cells else "starts_on", error.sentence)
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
                self.wrong("term", days)
                return None
            if len(days) != 2:
                self.wrong("term", say("应写起止两个日期，例如 2021-03-01至2022-02-28"))
                return None
            return self._ordered("term", days[0], days[1])
        found: dict[str, date] = {}
        for name in ("starts_on", "ends_on"):
            if self.cells.get(name) is not None:
                days = days_in(self.cells[name])
                if isinstance(days, Sentence):
                    self.wrong(name, days)
                else:
                    found[name] = days[0]
        if len(found) == 2:
            return self._ordered("ends_on", found["starts_on"], found["ends_on"])
        if len(found) == 1 and self.entry.sound:
            missing = "ends_on" if "starts_on" in found else "starts_on"
            self.wrong(missing, say("合同起止日期缺一项"))
        return None

    def _ordered(self, name: str, starts_on: date, ends_on: date) -> tuple[date, date] | None:
        if ends_on < starts_on:
            self.wrong(name, say("合同止于{ends}，早于开始之日{starts}", ends=ends_on, starts=starts_on))
            return None
        return starts_on, ends_on


def _without_unit(text: str) -> str:
    return text.removesuffix("个月").removesuffix("月").strip()


def _woman(number: str) -> bool:
    return not identity_number.faults(number) and identity_number.parse(number).sex == "女"
