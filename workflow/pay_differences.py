"""Lines that pay what is still owed of a month (补差): whose month was paid is reckoned anew, and the rest follows.

They stand on a supplementary sheet beside whoever earlier sheets left out, and are numbered for a person and a post.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from states.paid_back import Reckoned
from states.pay import AskMonth, Line, NotPaid, month_line
from states.top_up import Given, month_fen, top_up
from workflow.paid_back import PaidBack
from workflow.pay_once import Standing


def settle(
    asks: Mapping[int, AskMonth],
    paid: dict[int, Line],
    unpaid: dict[int, NotPaid],
    others: Iterable[Standing],
    claimed: PaidBack,
) -> None:
    """Puts in the place of a month that was paid already what is still owed of it, or says that nothing is.

    ``claimed``: what was claimed back of it.
    """
    given: dict[int, list[Standing]] = defaultdict(list)
    for line in others:
        if line.paid and line.hire_id in asks:
            given[line.hire_id].append(line)
    for hire_id, lines in given.items():
        before = [line.given for line in sorted(lines, key=lambda line: line.topup)]
        now = anew(asks[hire_id], before)
        answer = top_up(asks[hire_id].procedure, now, before, claimed.of(hire_id, reckoned(now, before)))
        paid.pop(hire_id, None)
        unpaid.pop(hire_id, None)
        if isinstance(answer, Line):
            paid[hire_id] = answer
        else:
            unpaid[hire_id] = answer


def reckoned(now: Line | NotPaid, given: Sequence[Given]) -> Reckoned:
    """A month as a claim over it looks at it."""
    return Reckoned(sum(one.net_fen for one in given), month_fen(now))


def anew(ask: AskMonth, given: Sequence[Given]) -> Line | NotPaid:
    """The month as it is reckoned now. A part that somebody decided on stays, where it was paid, as it was paid."""
    optional = {item.item for item in ask.procedure.pay if item.paid == "optional"}
    decided = {item: sum(one.parts.get(item, 0) for one in given) for item in optional}
    extra = {item: max(fen, ask.extra.get(item, 0)) for item, fen in decided.items()}
    return month_line(replace(ask, extra={**ask.extra, **extra}))


def numbered(people: Mapping[int, Any], paid: Mapping[int, Line], others: Iterable[Standing]) -> dict[int, int]:
    """Which further line of the month on its post each line is; the month itself is left out."""
    last: dict[tuple[int, int], int] = {}
    for line in others:
        if line.paid:
            key = line.person_id, line.post_id
            last[key] = max(last.get(key, 0), line.topup)
    found = {}
    for hire_id in sorted(paid):
        key = people[hire_id].person_id, people[hire_id].post_id
        last[key] = last.get(key, -1) + 1
        found[hire_id] = last[key]
    return {hire_id: number for hire_id, number in found.items() if number}
