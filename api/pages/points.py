"""The year's assessment on the page of a hire (考核): points line by line, surveys, and the total so far.

A year that is open is reckoned from what stands noted; a year that was proposed or ruled on shows the lines that were
stored with it, so that what is ruled on is what was shown. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from api.pages import words
from api.pages.render import Page, new_key
from states.assessment import AssessmentItem
from states.decide import Offer
from states.facts import Hire
from states.noting import open_years, strike_fault
from states.points import CORRECTED, CountedLine, in_points, reckon, share_in_words
from states.procedure import Procedure
from states.say import Sentence, say
from states.vocabulary import RecordKind
from workflow.queries import TrailLine

STRIKE = "strike_point"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NoteView:
    """One note as the table shows it. ``key`` and ``error`` belong to the form that strikes it, where there is one."""

    seq: int
    matter: str
    evidence: str
    who: str
    may_strike: bool = False
    key: str = ""
    error: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the reckoning, with the notes that it counts."""

    item: str
    level: str
    article: str
    points: str
    why: str
    counted: bool
    notes: list[NoteView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class YearView:
    """One year: how far it is, its total and grade, every line, and what was struck.

    ``correct``: where the total of a year that was ruled on is set right, for whoever may propose it.
    """

    year: int
    status: str
    total: str
    grade: str
    lines: list[LineView]
    struck: list[NoteView]
    stale: bool = False
    ruled: bool = False
    correct: str = ""


@dataclass(frozen=True, slots=True)
class SurveyView:
    """One survey of those served."""

    year: int
    held_on: Any
    result: str
    took_part: str
    who: str


@dataclass(frozen=True, slots=True)
class Card:
    """The card of the hire page. ``proposed`` stands beside the acts in ``ruling``: what they rule on."""

    years: list[YearView]
    surveys: list[SurveyView]
    proposed: YearView | None
    ruling: frozenset[str]
    counts: bool
    hears: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried on one of the small forms and refused: filled in again, with its faults."""

    act: str = ""
    given: Mapping[str, list[str]] = field(default_factory=dict)
    faults: Mapping[str, Sentence] = field(default_factory=dict)


def card_of(
    page: Page,
    procedure: Procedure,
    hire: Hire,
    rows: Mapping[str, Sequence[Row]],
    trail: Sequence[TrailLine],
    offers: Sequence[Offer] = (),
    tried: Tried | None = None,
) -> Card | None:
    """The card, or None where the document neither counts points nor hears those served, or nobody was at work yet."""
    rules = procedure.assessment
    if not (rules.reckoned or rules.takes_part) or not (open_years(hire, page.today) or rows.get("assessment")):
        return None
    making = _Making(page, procedure, hire, rows, {entry.seq: entry for entry in trail}, offers, tried or Tried())
    years = making.years() if rules.reckoned else []
    proposed = making.proposed() if rules.reckoned else None
    about = {RecordKind.ASSESSMENT_RULING}
    ruling = {s.act for s in procedure.steps if s.records in about or s.params.get("reviews") == "assessment"}
    surveys = making.surveys()
    return Card(years, surveys, proposed, frozenset(ruling), rules.reckoned, rules.takes_part is not None)


def told(page: Page, procedure: Procedure, rows: Mapping[str, Sequence[Row]], entry: TrailLine) -> list[str]:
    """What an entry of the trail says of a point or a survey; empty for any other."""
    row = _row(rows, "point", entry.seq)
    if row is not None:
        item = procedure.assessment.item(str(row["item"]))
        name = page.named(item) if item else str(row["item"])
        worth = page.tell(say("{points}分", points=in_points(int(row["tenths"]))))
        return [page.tell(say("{item}：{matter}（{worth}）", item=name, matter=_matter(page, row), worth=worth))]
    row = _row(rows, "survey", entry.seq)
    if row is not None:
        return [_result(page, row)]
    struck = next((one for one in rows.get("point", ()) if one["struck_seq"] == entry.seq), None)
    if struck is not None:
        about = say("撤销第{seq}号：{matter}", seq=int(struck["seq"]), matter=_matter(page, struck))
        reason = [page.tell(say("理由：{reason}", reason=entry.opinion))] if entry.opinion else []
        return [page.tell(about), *reason]
    return []


def _marked(lines: Sequence[Any]) -> list[tuple[bool, Any]]:
    """Each line, and whether it is the first."""
    return [(place == 0, line) for place, line in enumerate(lines)]


def _row(rows: Mapping[str, Sequence[Row]], table: str, seq: int) -> Row | None:
    return next((row for row in rows.get(table, ()) if row["seq"] == seq), None)


def _matter(page: Page, row: Row) -> str:
    if row["month"] is None:
        return str(row["matter"])
    facts = {"month": int(row["month"]), "listed": int(row["listed"]), "asked": int(row["number"])}
    share = share_in_words(int(row["correct"]), int(row["number"]))
    sentence = say("{month}月：名册{listed}人，抽查{asked}人，属实{correct}人，准确率{share}",
                   **facts, correct=int(row["correct"]), share=share)  # fmt: skip
    return page.tell(sentence)


def _result(page: Page, row: Row) -> str:
    asked, satisfied = int(row["asked"]), int(row["satisfied"])
    share = share_in_words(satisfied, asked)
    return page.tell(
        say("{asked}人参与，{satisfied}人满意，满意率{share}", asked=asked, satisfied=satisfied, share=share)
    )


@dataclass(frozen=True, slots=True)
class _Making:
    page: Page
    procedure: Procedure
    hire: Hire
    rows: Mapping[str, Sequence[Row]]
    entries: Mapping[int, TrailLine]
    offers: Sequence[Offer]
    tried: Tried

    def years(self) -> list[YearView]:
        """The years with points, or still open, the latest first; without points the present one alone is shown."""
        assessments = (row for row in self.rows.get("assessment", ()) if row["corrected_by"] is None)
        ruled = {row["year"]: row for row in assessments if row["ruled_seq"] is not None}
        noted = {row["year"] for row in self.rows.get("point", ())}
        still = open_years(self.hire, self.page.today)
        shown = {*ruled, *(year for year in still if year in noted), *([still[-1]] if still else [])}
        return [self._ruled(ruled[year]) if year in ruled else self._open(year) for year in sorted(shown, reverse=True)]

    def proposed(self) -> YearView | None:
        """What the proposal says that waits to be ruled on."""
        row = _row(self.rows, "assessment", self.hire.dossier.proposed_seq or 0)
        return None if row is None else self._stored(row, say("已提出，待审定"))

    def surveys(self) -> list[SurveyView]:
        """Every survey, the latest first."""
        return [
            SurveyView(
                row["year"], row["held_on"], _result(self.page, row), str(row["took_part"]), self._who(row["seq"])
            )
            for row in reversed(self.rows.get("survey", ()))
        ]

    # -- one year

    def _open(self, year: int) -> YearView:
        total = reckon(self.procedure, self.hire.dossier.points, year)
        status = say("已提出，待审定") if self.hire.dossier.proposed_year == year else say("正在登记")
        return YearView(
            year,
            self.page.tell(status),
            in_points(total.tenths),
            self.page.named(total.grade) if total.grade else "",
            [self._line(line, first) for first, line in _marked(total.lines)],
            self._struck(year),
            self.hire.dossier.proposed_year == year and self.hire.dossier.points_moved,
        )

    def _ruled(self, row: Row) -> YearView:
        may = any(offer.step.records is RecordKind.CORRECTION for offer in self.offers)
        entry = row["corrects_seq"] or row["seq"]
        correct = f"/hires/{self.hire.id}/corrections/new?entry={entry}" if may else ""
        return replace(self._stored(row, say("已审定")), ruled=True, correct=correct)

    def _stored(self, row: Row, status: Sentence) -> YearView:
        grade = self.procedure.assessment.grade(str(row["grade"]))
        points = "" if row["points_tenths"] is None else in_points(int(row["points_tenths"]))
        lines = [self._kept(line, first) for first, line in _marked(row["items"])]
        named = self.page.named(grade) if grade else str(row["grade"])
        return YearView(row["year"], self.page.tell(status), points, named, lines, self._struck(row["year"]))

    def _line(self, line: CountedLine, first: bool) -> LineView:
        name, level = self._named(line.item, first), self._level(line.level)
        notes = [self._note(seq) for seq in line.notes]
        why = self.page.tell(line.why)
        return LineView(name, level, line.article, in_points(line.tenths), why, line.counted, notes)

    def _kept(self, line: Row, first: bool) -> LineView:
        """A line as it was stored with a proposal: nothing of it is reckoned again."""
        item = self.procedure.assessment.item(str(line["item"]))
        name = self.page.tell(say("审定后更正")) if line["item"] == CORRECTED else self._named(item, first)
        level = self._level(str(line["level"]))
        article = item.cite if item else self.procedure.assessment.cite
        notes = [self._note(seq) for seq in line["notes"]]
        why = self.page.tell(Sentence(str(line["why"]), line["facts"]))
        return LineView(name, level, article, in_points(int(line["tenths"])), why, bool(line["counted"]), notes)

    def _named(self, item: AssessmentItem | None, first: bool) -> str:
        """The item; the base stands first, and what lifts a total to its bound stands last."""
        return self.page.named(item) if item else self.page.tell(say("基础分") if first else say("不低于0分"))

    def _level(self, code: str) -> str:
        found = next((one for one in self.procedure.assessment.levels if one.level == code), None)
        return self.page.named(found) if found else ""

    # -- one note

    def _note(self, seq: int) -> NoteView:
        row = _row(self.rows, "point", seq)
        if row is None:
            return NoteView(seq, "", "", self._who(seq))
        tried = self.tried.act == STRIKE and (self.tried.given.get("seq") or [""])[0] == str(seq)
        fault = next(iter(self.tried.faults.values()), None) if tried else None
        return NoteView(
            seq,
            _matter(self.page, row),
            str(row["evidence"]),
            self._who(seq),
            self._may_strike(seq),
            new_key(),
            self.page.tell(fault) if fault else "",
            (self.tried.given.get("reason") or [""])[0] if tried else "",
        )

    def _may_strike(self, seq: int) -> bool:
        offer = next((one for one in self.offers if one.step.records is RecordKind.POINT_STRUCK and one.open), None)
        if offer is None:
            return False
        actor, roles = self.page.actor, offer.roles
        return any(strike_fault(self.procedure, self.hire, seq, actor, role) is None for role in roles)

    def _struck(self, year: int) -> list[NoteView]:
        rows = (row for row in self.rows.get("point", ()) if row["year"] == year and row["struck_seq"] is not None)
        return [
            NoteView(row["seq"], _matter(self.page, row), str(row["evidence"]), self._who(row["struck_seq"]))
            for row in rows
        ]

    def _who(self, seq: int) -> str:
        entry = self.entries.get(seq)
        if entry is None:
            return ""
        role = words.roles_in_words(self.page, self.procedure, [entry.role])
        who = say("{who}（{role}）", who=entry.actor or self.page.tell(say("账户已注销")), role=role)
        return f"{self.page.tell(who)} · {self.page.day(entry.on_day)}"
