"""Points of a yearly assessment (量化考核分值): what was noted in a year, counted line by line into the total.

Everything that a document leaves open is settled by its gaps. The order of the notes never matters, and a note that
was struck counts as if it had never been. Points are integer tenths (十分之一分). The items are data of the procedure,
so that another county's scheme is another table. Source: 白人社发〔2022〕72号第十三条、第十六条、第十八条.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from states.assessment import AssessmentItem, Grade
from states.facts import PointNote
from states.meets import enforces
from states.procedure import Procedure
from states.say import Sentence, say

#: the line by which a total that was set right after the ruling differs from what its points come to (审定后更正)
CORRECTED = "corrected"
#: the band of a phone check that falls into none
NO_BAND = "none"
_PUNCTUATION = frozenset("PZSC")


@dataclass(frozen=True, slots=True)
class CountedLine:
    """One line of the reckoning: which notes, at which level, what they come to, and why so much or nothing.

    ``item`` is None for the base and for the bound below. ``tenths`` of all lines add up to the total.
    """

    article: str
    item: AssessmentItem | None
    level: str
    notes: tuple[int, ...]
    tenths: int
    counted: bool
    why: Sentence


@dataclass(frozen=True, slots=True)
class Total:
    """The points of a year in tenths, the grade that they reach, and every line."""

    year: int
    tenths: int
    grade: Grade | None
    lines: tuple[CountedLine, ...]

    def stored(self) -> list[dict[str, Any]]:
        """The lines as they are kept beside a proposal, why included: plain values, and no words of anybody's own."""
        return [
            {
                "item": "" if line.item is None else line.item.name,
                "level": line.level,
                "notes": list(line.notes),
                "tenths": line.tenths,
                "counted": line.counted,
                "why": line.why.pattern,
                "facts": dict(line.why.facts),
            }
            for line in self.lines
        ]

    def stored_as(self, tenths: int) -> list[dict[str, Any]]:
        """The lines of a total that was set right after the year had been ruled on: one more, for the difference."""
        if tenths == self.tenths:
            return self.stored()
        why = say("审定后更正：逐项合计{sum}分，更正为{points}分", sum=in_points(self.tenths), points=in_points(tenths))
        facts = {"level": "", "notes": [], "tenths": tenths - self.tenths, "counted": True}
        return [*self.stored(), {"item": CORRECTED, **facts, "why": why.pattern, "facts": dict(why.facts)}]


def matter_key(words: str) -> str:
    """What two wordings of one matter (同一事项) have in common: letters and digits, whatever their width and case."""
    plain = unicodedata.normalize("NFKC", words).casefold()
    kept = "".join(sign for sign in plain if unicodedata.category(sign)[0] not in _PUNCTUATION)
    return hashlib.sha256((kept or plain).encode()).hexdigest()[:16]


def in_points(tenths: int) -> str:
    """Tenths as people write points: "4", "-0.5", "99.3"."""
    whole, rest = divmod(abs(tenths), 10)
    return ("-" if tenths < 0 else "") + (f"{whole}.{rest}" if rest else str(whole))


@enforces("BH-30", "BH-37")
def reckon(procedure: Procedure, notes: Iterable[PointNote], year: int) -> Total:
    """个人得分=基础分+加分-减分: the total of a year from all that was noted and not struck.

    Raises KeyError for a note whose item or level the procedure does not have.
    """
    rules = procedure.assessment
    mine = sorted((note for note in notes if note.year == year), key=lambda note: note.seq)
    lines = [_base(procedure), *_matters(procedure, mine), *_bands(procedure, mine)]
    tenths = sum(line.tenths for line in lines)
    if tenths < 0 and rules.floor is not None and procedure.settle(rules.floor) == "zero":
        article = procedure.gap_by_name[rules.floor.gap].cite
        lines.append(CountedLine(article, None, "", (), -tenths, True, say("扣分后低于0分，按0分计")))
        tenths = 0
    return Total(year, tenths, rules.grade_for(tenths / 10), tuple(lines))


def _base(procedure: Procedure) -> CountedLine:
    base = procedure.assessment.base_points or 0
    return CountedLine(procedure.assessment.cite, None, "", (), base * 10, True, say("基础分{points}分", points=base))


# ---- single matters ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Worth:
    """A note with what it is worth by itself, in exact tenths."""

    note: PointNote
    item: AssessmentItem
    exact: Fraction


@enforces("BH-38", "BH-39", "BH-41", "BH-42", "BH-43", "BH-44", "BH-45")
def _matters(procedure: Procedure, notes: Sequence[PointNote]) -> Iterator[CountedLine]:
    """One matter counts once; what it was noted for besides is said, not lost (一次性计分).

    A bonus counts at its highest level, whatever a lower one would come to; a deduction where it comes to most. Items
    of a group are one for this: a manuscript in two kinds of media, a wrong record that two levels found.
    """
    matters: dict[tuple[str, ...], list[_Worth]] = {}
    for note in notes:
        item = item_of(procedure, note)
        if item.counts != "band":
            matters.setdefault(_subject(procedure, item, note), []).append(_Worth(note, item, exact(procedure, note)))
    for found in matters.values():
        chosen = min(
            found,
            key=lambda one: (_height(procedure, one), -abs(one.exact), -one.note.authors, one.note.seq),
        )
        for one in found:
            yield _told(procedure, one, chosen)


def _height(procedure: Procedure, one: _Worth) -> int:
    """The place of a bonus among the levels, the highest first (按最高层次加分); a deduction goes by what it costs."""
    levels = [line.level for line in procedure.assessment.levels]
    return levels.index(one.note.level) if one.exact > 0 and one.note.level in levels else 0


def _subject(procedure: Procedure, item: AssessmentItem, note: PointNote) -> tuple[str, ...]:
    """What counts once: the matter within its group, or within each level where the county counts each."""
    each = item.found_twice is not None and procedure.settle(item.found_twice) == "each"
    return (item.name, note.level, note.matter) if each else (item.group or item.name, note.matter)


def _told(procedure: Procedure, one: _Worth, chosen: _Worth) -> CountedLine:
    note, item = one.note, one.item
    if one is not chosen:
        why = say("同一事项只计一次，已按第{seq}号记录计分", seq=chosen.note.seq)
        return CountedLine(item.cite, item, note.level, (note.seq,), 0, False, why)
    tenths = worth(procedure, note)
    each = in_points(_of_level(procedure, item, note.level))
    points = in_points(tenths)
    if item.shared and note.authors > 1:
        why = say("{each}分由{authors}名作者平均，计{points}分", each=each, authors=note.authors, points=points)
    elif item.counts == "record" and note.number > 1:
        why = say("每条{each}分，共{number}条，计{points}分", each=each, number=note.number, points=points)
    else:
        why = say("计{points}分", points=points)
    return CountedLine(item.cite, item, note.level, (note.seq,), tenths, True, why)


def item_of(procedure: Procedure, note: PointNote) -> AssessmentItem:
    """The item of a note. Raises KeyError."""
    item = procedure.assessment.item(note.item)
    if item is None:
        raise KeyError(note.item)
    return item


def points_of(procedure: Procedure, item: AssessmentItem) -> dict[str, int]:
    """The tenths of an item by level, as the county ruled."""
    by = None if item.points_by is None else str(procedure.settle(item.points_by))
    table = item.other_points.get(by or "", item.points)
    return {level: round(points * 10) for level, points in table.items()}


def _of_level(procedure: Procedure, item: AssessmentItem, level: str) -> int:
    return points_of(procedure, item)[level]


def exact(procedure: Procedure, note: PointNote) -> Fraction:
    """What a note of a single matter is worth by itself, in tenths, before any rounding."""
    item = item_of(procedure, note)
    times = note.number if item.counts == "record" else 1
    return Fraction(_of_level(procedure, item, note.level) * times, note.authors if item.shared else 1)


def worth(procedure: Procedure, note: PointNote) -> int:
    """What a note is worth by itself, in tenths; of a phone check, what its month would come to alone."""
    item = item_of(procedure, note)
    if item.counts == "band":
        found = band_of(procedure, item, note.correct or 0, note.number)
        return 0 if found is None else found[2]
    return _rounded(procedure, exact(procedure, note))


def _rounded(procedure: Procedure, value: Fraction) -> int:
    """Shares of a tenth: half up, away from nought, or cut off, as the county ruled."""
    gap = procedure.assessment.share_rounding
    down = gap is not None and procedure.settle(gap) == "down"
    size = abs(value)
    tenths = int(size) if down else int(size + Fraction(1, 2))
    return -tenths if value < 0 else tenths


# ---- phone checks ------------------------------------------------------------------------------------------------


@enforces("BH-40", "BH-46")
def _bands(procedure: Procedure, notes: Sequence[PointNote]) -> Iterator[CountedLine]:
    """电话抽查: the share of those asked whose data proved right, over the year or by month, falls into one band."""
    groups: dict[str, list[PointNote]] = {}
    for note in notes:
        item = item_of(procedure, note)
        if item.counts == "band":
            groups.setdefault(item.group or item.name, []).append(note)
    for found in groups.values():
        item = item_of(procedure, found[0])
        if item.period is not None and procedure.settle(item.period) == "each_month":
            months = sorted({note.month or 0 for note in found})
            for month in months:
                yield _band_line(procedure, item, [note for note in found if (note.month or 0) == month])
        else:
            yield _band_line(procedure, item, found)


def _band_line(procedure: Procedure, item: AssessmentItem, notes: Sequence[PointNote]) -> CountedLine:
    asked, correct = sum(note.number for note in notes), sum(note.correct or 0 for note in notes)
    found = band_of(procedure, item, correct, asked)
    tenths = 0 if found is None else found[2]
    facts: dict[str, Any] = {"asked": asked, "correct": correct, "share": share_in_words(correct, asked)}
    sentence = say("抽查{asked}人，属实{correct}人，准确率{share}，计{points}分", **facts, points=in_points(tenths))
    if found is None:
        sentence = say("抽查{asked}人，属实{correct}人，准确率{share}，不加分也不减分", **facts)
    seqs = tuple(note.seq for note in notes)
    counted, level = (item, NO_BAND) if found is None else (found[0], found[1])
    return CountedLine(counted.cite, counted, level, seqs, tenths, found is not None, sentence)


def share_in_words(correct: int, asked: int) -> str:
    """A share in percent with up to two decimals, cut off and never rounded: 89.999 % is not 90 %."""
    hundredths = correct * 10_000 // asked
    return f"{hundredths // 100}.{hundredths % 100:02}".rstrip("0").rstrip(".") + "%"


def band_of(
    procedure: Procedure, item: AssessmentItem, correct: int, asked: int
) -> tuple[AssessmentItem, str, int] | None:
    """The one band that a share falls into, among the items of its group: item, band, tenths. None: no band.

    以上 includes its number, 低于 does not; of several bands the farthest counts alone.
    """
    together = item.group or item.name
    found = []
    for one in procedure.assessment.items:
        if one.counts != "band" or (one.group or one.name) != together:
            continue
        table = points_of(procedure, one)
        reached = [b for b, percent in one.from_percent.items() if correct * 100 >= percent * asked]
        reached += [b for b, percent in one.below_percent.items() if correct * 100 < percent * asked]
        found += [(one, band, table[band]) for band in reached]
    return max(found, key=lambda line: abs(line[2]), default=None)


def sample_needed(item: AssessmentItem, listed: int) -> int:
    """How many of those listed have to be asked in a month: the share, rounded up (至少)."""
    return -(-listed * (item.sample_percent or 0) // 100)
