"""Rows with single matters (加分扣分): a new line is noted, one with a number is struck or left as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from states.assessment import AssessmentItem
from states.points import matter_key
from states.say import Sentence, say
from workflow.assessment_sheets import YearRow
from workflow.imports.assessment_rows import Found, Reading, Sheet
from workflow.imports.assessment_template import items_by_name, levels_of
from workflow.imports.table import half_width, whole_number

NOTE, STRIKE = "note_point", "strike_point"
_NUMBERS = ("number", "authors", "month", "listed", "asked", "correct")


class Points(Reading):
    """Single matters: a new line is noted, one with a number is struck or left as it is."""

    def __init__(self, sheet: Sheet, found: Found) -> None:
        super().__init__(sheet, found)
        # cells are read half-width, so are the names they are compared with
        self.items = {half_width(zh): item for zh, item in items_by_name(sheet.procedure).items()}
        self.levels = {half_width(zh): code for code, zh in levels_of(sheet.procedure).items()}
        self.seen: dict[tuple[Any, ...], int] = {}

    def say(self, person: YearRow) -> None:
        filled = [
            name for name in ("seq", "item", "level", "matter", "evidence", "strike", *_NUMBERS) if self.text(name)
        ]
        if not filled:
            self.found.blank += 1
            return
        given = self._given()
        if self.text("seq"):
            self._kept(person, given)
            return
        if self.text("strike"):
            self.wrong("strike", say("没有记录号，没有可以撤销的"))
        if not self.sound or given is None:
            return
        same = (person.hire.id, *self._key(given))
        first = self.seen.setdefault(same, self.row.number)
        if first != self.row.number:
            self.wrong("matter", say("与第{row}行是同一件事", row=first))
        elif any(self._key(given) == self._of(note) and _says(note, given) for note in person.notes):
            self.found.unchanged += 1
        else:
            self.wish(person, "new", NOTE, given)

    def _given(self) -> dict[str, Any] | None:
        item = self.items.get(self.text("item"))
        if item is None:
            known = "、".join(self.items)
            self.wrong("item", say("没有“{value}”这个项目，应为：{known}", value=self.text("item")[:20], known=known))
            return None
        given: dict[str, Any] = {"year": self.sheet.year, "item": item.name}
        for name in _NUMBERS:
            if self.text(name):
                number = whole_number(self.row.cells.get(name))
                if isinstance(number, Sentence):
                    self.wrong(name, number)
                else:
                    given[name] = number
        for name in ("matter", "evidence"):
            if words := self.words(name):
                given[name] = words
        if not given.get("evidence"):
            self.wrong("evidence", say("没有写依据"))
        return self._levelled(item, given)

    def _levelled(self, item: AssessmentItem, given: dict[str, Any]) -> dict[str, Any]:
        """A phone check falls into its band by itself; everything else has a level and a matter."""
        level = self.text("level")
        if item.counts == "band":
            return given
        if level not in self.levels or self.levels[level] not in item.points:
            known = "、".join(zh for zh, code in self.levels.items() if code in item.points)
            self.wrong("level", say("“{item}”的级别应为：{known}", item=item.zh, known=known))
        else:
            given["level"] = self.levels[level]
        if "matter" not in given:
            self.wrong("matter", say("没有写是什么事"))
        return given

    def _kept(self, person: YearRow, given: dict[str, Any] | None) -> None:
        number = whole_number(self.row.cells.get("seq"))
        note = next((note for note in person.notes if note.seq == number), None)
        if note is None:
            self.wrong("seq", say("没有这条记录，或者已经撤销"))
        elif reason := self.words("strike"):
            if self.sound and len(reason) >= 2:
                self.wish(person, "removed", STRIKE, {"seq": note.seq, "reason": reason})
            elif self.sound:
                self.wrong("strike", say("请写明撤销的理由（2至200字）"))
        elif given is None or (self.sound and (self._key(given) != self._of(note) or not _says(note, given))):
            said = say("第{seq}号已经登记，内容不能改；确有错误的，写明撤销理由，再另起一行重新填写", seq=note.seq)
            self.wrong("seq", said)
        elif self.sound:
            self.found.unchanged += 1

    def _key(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        """What tells one matter from another: the month of a check, else the item, its level and the matter."""
        if "month" in given:
            return ("month", given["month"])
        return (given["item"], given.get("level"), matter_key(given.get("matter", "")))

    def _of(self, note: Any) -> tuple[Any, ...]:
        return ("month", note.month) if note.month is not None else (note.item, note.level, matter_key(note.matter))


def _says(note: Any, given: Mapping[str, Any]) -> bool:
    """Whether a note says the same as a row in everything that is counted."""
    if note.month is not None:
        counted = (given.get("listed"), given.get("asked"), given.get("correct"))
        return counted == (note.listed, note.number, note.correct) and bool(given["evidence"] == note.evidence)
    counted = (given.get("number", 1), given.get("authors", 1), given["evidence"])
    return counted == (note.number, note.authors, note.evidence)
