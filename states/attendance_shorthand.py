"""Exceptions as villages write them (简写): "3-5病，8事，12×" becomes a mark per day, and a month becomes such a line.

Full-width digits, signs, Chinese names and codes are read, the mark before or after its days ("病假3日"). What cannot
be read is told with the words it stands in; nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from states.attendance_marks import MARKS, OFF, UNKNOWN, days_of
from states.say import Sentence, Translate, say

LONGEST = 300
#: what people write who mean that there is nothing to write
_NOTHING = frozenset({"全勤", "无", "正常", "满勤"})
#: between sentences told as one; other languages write another
_BETWEEN = say("；").pattern
_NAMES: Mapping[str, tuple[str, ...]] = {
    "1": ("✓", "✔", "到岗", "上班", "在岗", "勤"),
    "r": ("轮休", "调休", "公休"),
    "a": ("年休假", "年休", "年假", "带薪年休假", "婚假", "丧假"),
    "m": ("产",),
    "s": ("病",),
    "p": ("事",),
    "x": ("✗", "✘", "旷工", "旷", "缺", "缺席"),
    "-": ("未在岗", "离岗"),
    "?": ("未记", "不详"),
}
#: word → code. The codes "1" and "-" are left out in a line of days: there they are a day and a span.
_CELLS: dict[str, str] = {
    **{unicodedata.normalize("NFKC", word): mark.code for mark in MARKS.values() for word in (mark.sign, mark.zh)},
    **{word: code for code, words in _NAMES.items() for word in words},
    **{code: code for code in MARKS},
}
_WORDS = {word: code for word, code in _CELLS.items() if word not in ("1", OFF)}


def _whole(word: str) -> str:
    """A code of one letter is no part of a longer word."""
    return rf"(?<![a-zA-Z]){word}(?![a-zA-Z])" if word.isascii() and word.isalpha() else re.escape(word)


_TOKEN = re.compile(
    r"(?P<from>\d+)\s*[日号]?\s*[-~至到—–―]+\s*(?P<to>\d+)\s*[日号]?|(?P<day>\d+)\s*[日号]?"
    rf"|(?P<word>{'|'.join(_whole(word) for word in sorted(_WORDS, key=len, reverse=True))})"
    r"|(?P<stop>[,;。\n]+)|(?P<space>[、\s.和及第]+)"
)


class Several(Sentence):
    """Several sentences that are told as one."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Sentence, ...]) -> None:
        super().__init__(parts[0].pattern, parts[0].facts)
        object.__setattr__(self, "parts", parts)

    def text(self, translate: Translate | None = None) -> str:
        """All of them in the language of ``translate``."""
        parts: tuple[Sentence, ...] = self.parts  # type: ignore[attr-defined]
        between = translate(_BETWEEN) if translate else _BETWEEN
        return between.join(part.text(translate) for part in parts)


def mark_of(text: str) -> str | None:
    """The code of a sign, name or code that fills a cell; None for anything else."""
    word = unicodedata.normalize("NFKC", text).strip()
    return _CELLS.get(word) or _CELLS.get(word.lower())


def read_exceptions(text: str, month: date) -> dict[int, str] | Sentence:
    """The days of the month that ``text`` names, with the code of each; or everything that is wrong with it."""
    if len(text) > LONGEST:
        return say("写得太长，最多{most}个字；请只写例外的日子", most=LONGEST)
    text = unicodedata.normalize("NFKC", text).strip()
    reading = _Reading(month)
    reading.all("" if text in _NOTHING else text)
    if reading.faults:
        return reading.faults[0] if len(reading.faults) == 1 else Several(tuple(reading.faults))
    return reading.found


@dataclass
class _Reading:
    """One line being read: days wait for their mark, or follow the mark that stood before them."""

    month: date
    found: dict[int, str] = field(default_factory=dict)
    faults: list[Sentence] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    ahead: str | None = None
    used: bool = True
    #: something of this group was told already; what is missing because of it is not told as well
    spoilt: bool = False

    def all(self, text: str) -> None:
        place = 0
        while place < len(text):
            token = _TOKEN.match(text, place)
            if token is None:
                end = next((at for at in range(place + 1, len(text)) if _TOKEN.match(text, at)), len(text))
                self.faults.append(
                    say("看不懂“{text}”；请写成“{example}”这样", text=text[place:end][:20], example="3-5病，8事，12×")
                )
                place = end
                self._spoil()
                continue
            self._token(token)
            place = token.end()
        self._stop()

    def _token(self, token: re.Match[str]) -> None:
        if token["word"] is not None:
            self._mark(_WORDS[token["word"]])
        elif token["stop"] is not None:
            self._stop(keep_days=True)
        elif token["space"] is None:
            self._days(token)

    def _mark(self, code: str) -> None:
        if self.waiting:
            self._put(self.waiting, code)
            self.waiting = []
            self.ahead, self.used = None, True
        else:
            self._unused()
            self.ahead, self.used = code, False

    def _days(self, token: re.Match[str]) -> None:
        days = self._span(token)
        if self.ahead is not None:
            self.used = True
            self._put(days, self.ahead)
        else:
            self.waiting += days

    def _span(self, token: re.Match[str]) -> list[int]:
        first, last = int((token["from"] or token["day"])[:9]), int((token["to"] or token["day"])[:9])
        if first > last:
            self.faults.append(say("“{text}”前后颠倒，应从早到晚写", text=token.group().strip()))
            return self._spoil()
        wrong = next((day for day in (first, last) if not 1 <= day <= days_of(self.month)), None)
        if wrong is not None:
            self.faults.append(say("{month}月没有{day}日", month=self.month.month, day=wrong))
            return self._spoil()
        return list(range(first, last + 1))

    def _put(self, days: list[int], code: str) -> None:
        for day in days:
            before = self.found.setdefault(day, code)
            if before != code:
                signs = MARKS[before].zh, MARKS[code].zh
                self.faults.append(say("{day}日写了两次：{one}和{other}", day=day, one=signs[0], other=signs[1]))

    def _stop(self, *, keep_days: bool = False) -> None:
        """Between groups: a mark that stood before its days is over; days may still wait for a mark ("3，4，5病")."""
        self._unused()
        self.ahead, self.used, self.spoilt = None, True, False
        if self.waiting and not keep_days:
            days = "、".join(str(day) for day in self.waiting)
            self.faults.append(say("{days}日没有写明是什么，请写上病、事、×等", days=days))

    def _spoil(self) -> list[int]:
        self.waiting, self.spoilt = [], True
        return []

    def _unused(self) -> None:
        if not self.used and not self.spoilt and self.ahead is not None:
            self.faults.append(say("“{mark}”没有写明是哪一天", mark=MARKS[self.ahead].zh))


def written(marks: str, base: str) -> str:
    """What has to be written to make ``marks`` of ``base``: runs of days with the sign of each; "" for no difference.

    Days that may not be written (not on post) and days not yet recorded in ``base`` are left out.
    """
    return "，".join(
        f"{first if first == last else f'{first}-{last}'}{MARKS[code].sign}" for first, last, code in _runs(marks, base)
    )


def _runs(marks: str, base: str) -> Iterator[tuple[int, int, str]]:
    different = [
        (day, code)
        for day, (code, usual) in enumerate(zip(marks, base, strict=True), 1)
        if code != usual and OFF not in (code, usual) and usual != UNKNOWN
    ]
    for (_, code), run in groupby(enumerate(different), key=lambda one: (one[1][0] - one[0], one[1][1])):
        days = [day for _, (day, _) in run]
        yield days[0], days[-1], code
