"""What a month has only once (社会保险、按月项目): whoever has pay on several posts bears and gets it on one of them.

Lines of other sheets come first, then those of this sheet in the order of the hires.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from states.pay import AskMonth, Line, month_line
from workflow.pay_once import Standing


def with_other_sheets(
    asks: Mapping[int, AskMonth], people: Mapping[int, Any], others: Sequence[Standing]
) -> dict[int, AskMonth]:
    """What is asked of the law, each with what the person's other hires hold on other sheets."""
    by_person: dict[int, list[Standing]] = defaultdict(list)
    for line in others:
        by_person[line.person_id].append(line)
    found = {}
    for hire_id, ask in asks.items():
        beside = [line.parts for line in by_person[people[hire_id].person_id] if line.hire_id != hire_id]
        found[hire_id] = replace(ask, carried=_sums(beside)) if beside else ask
    return found


def once_here(
    asks: Mapping[int, AskMonth], people: Mapping[int, Any], paid: dict[int, Line], others: Iterable[Standing]
) -> None:
    """Takes from the lines of this sheet what an earlier line of the person on it holds.

    A hire with a line on another sheet keeps what it has: it came first.
    """
    before = {line.hire_id for line in others}
    held: dict[int, list[Mapping[str, int]]] = defaultdict(list)
    for hire_id in sorted(paid):
        mine = held[people[hire_id].person_id]
        if mine and hire_id not in before:
            ask = asks[hire_id]
            here = _sums(mine)
            both = {item: ask.carried.get(item, 0) + here.get(item, 0) for item in {**ask.carried, **here}}
            answer = month_line(replace(ask, carried=both))
            if isinstance(answer, Line):
                paid[hire_id] = answer
        mine.append({part.item: part.fen for part in (*paid[hire_id].parts, *paid[hire_id].employer)})


def _sums(lines: Iterable[Mapping[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for parts in lines:
        for item, fen in parts.items():
            sums[item] += fen
    return {item: abs(fen) for item, fen in sums.items() if fen}
