"""Nobody is paid twice (一人一岗一月一行): who has the month already, and who stands on two lines for the same days.

What a paid sheet holds is settled: a new sheet leaves it off and does not wait, or pays what is still owed of it.
What stands on a sheet that is not paid yet, or twice on one, somebody has to look at. The database holds the last of
it: one live line for a person, a post and a month, and one for each difference that follows it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from states.pay import Line, NotPaid
from states.say import say
from states.top_up import Given
from workflow.portions import in_portions
from workflow.tables import metadata

sheet, pay_line = metadata.tables["pay_sheet"], metadata.tables["pay_line"]
PAID = "paid"
#: the kinds of lines: pay of a month, a year's performance
MONTHLY, PERFORMANCE = "monthly", "performance"
#: of those who share something, so many are named
_TOLD = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """A live line of another sheet. ``paid``: its money has gone out; ``parts``: fen by part, as ``Given`` has them.

    ``topup``: 0 for the month itself, else which of the differences that were paid later.
    """

    sheet_id: int
    hire_id: int
    person_id: int
    post_id: int
    from_on: date
    until_on: date
    paid: bool
    topup: int = 0
    days: int = 0
    parts: Mapping[str, int] = field(default_factory=dict)

    @property
    def given(self) -> Given:
        return Given(self.sheet_id, self.from_on, self.until_on, self.days, self.parts)


def standing_lines(
    connection: Connection, person_ids: Iterable[int], month: date, kind: str, own: int | None
) -> list[Standing]:
    """The live lines of people for a month on every sheet but ``own``, by sheet and hire."""
    found: list[Standing] = []
    for some in in_portions(sorted(set(person_ids))):
        asked = (
            select(
                pay_line.c.sheet_id, pay_line.c.hire_id, pay_line.c.person_id, pay_line.c.post_id,
                pay_line.c.from_on, pay_line.c.until_on, sheet.c.status, pay_line.c.topup, pay_line.c.days_tenths,
                pay_line.c["items"],
            )
            .join(sheet, sheet.c.id == pay_line.c.sheet_id)
            .where(pay_line.c.person_id.in_(some), pay_line.c.month == month, pay_line.c.kind == kind, pay_line.c.live)
        )  # fmt: skip
        if own is not None:
            asked = asked.where(pay_line.c.sheet_id != own)
        for row in connection.execute(asked):
            parts = {part["item"]: part["fen"] for part in row._mapping["items"]}
            found.append(Standing(*row[:6], row.status == PAID, row.topup, row.days_tenths // 10, parts))
    return sorted(found, key=lambda line: (not line.paid, line.sheet_id, line.hire_id))


def leave_off(
    people: Mapping[int, Any],
    paid: dict[int, Line],
    unpaid: dict[int, NotPaid],
    others: Iterable[Standing],
    *,
    further: bool = False,
) -> None:
    """Takes from ``paid`` whoever has the month or the days already; ``unpaid`` says where. The first hired stays.

    ``further``: of a month, what is still owed after it was paid is a further line. Of a year each hire has one line
    and no more, of several on one post each its own.
    """
    before: dict[int, list[Standing]] = defaultdict(list)
    for line in others:
        before[line.person_id].append(line)
    kept: dict[int, list[int]] = defaultdict(list)
    for hire_id in sorted(people):
        who = people[hire_id]
        answer = None if further else _settled(hire_id, before[who.person_id])
        if answer is None and hire_id in paid:
            answer = _elsewhere(who, paid[hire_id], before[who.person_id])
            beside = [(people[one], paid[one]) for one in kept[who.person_id]]
            answer = answer or _beside(who, paid[hire_id], beside, one_a_post=further)
        if answer is not None:
            paid.pop(hire_id, None)
            unpaid[hire_id] = answer
        elif hire_id in paid:
            kept[who.person_id].append(hire_id)


def _settled(hire_id: int, lines: Sequence[Standing]) -> NotPaid | None:
    """The hire's own line of the month whose money has gone out."""
    sheet_id = next((line.sheet_id for line in lines if line.hire_id == hire_id and line.paid), None)
    return None if sheet_id is None else NotPaid(say("已由第{sheet}号发放表发放", sheet=sheet_id), sheet=sheet_id)


def _elsewhere(who: Any, mine: Line, lines: Sequence[Standing]) -> NotPaid | None:
    """The same hire on another open sheet; another hire of the person for the same days, or on the same post."""
    for line in lines:
        facts = {"sheet": line.sheet_id, "hire": line.hire_id}
        if line.hire_id == who.hire_id and line.paid:
            continue
        if line.hire_id == who.hire_id:
            why = say("已列入第{sheet}号发放表，尚未发放；请先办完或退回那份表", sheet=line.sheet_id)
            return NotPaid(why, stops=True)
        if _overlap(line, mine):
            if line.paid:
                return NotPaid(say("本人同一时间已由第{sheet}号发放表发放（聘用{hire}），不再发放", **facts))
            return NotPaid(say("本人同一时间已列入第{sheet}号发放表（聘用{hire}），请核对", **facts), stops=True)
        if line.post_id == who.post_id and not line.paid:
            why = say(
                "本人在同一岗位本月已列入第{sheet}号发放表（聘用{hire}），一人一岗一月只列一行；"
                "{first}至{last}的待遇在那份表发放之后另编补发表",
                first=mine.from_on, last=mine.until_on, **facts,
            )  # fmt: skip
            return NotPaid(why)
    return None


def _beside(who: Any, mine: Line, kept: Sequence[tuple[Any, Line]], *, one_a_post: bool) -> NotPaid | None:
    """Another hire of the same person on this very sheet."""
    for other, line in kept:
        if _overlap(line, mine):
            why = say("本人在本表中另有聘用{hire}，发放的日子重叠，请核对", hire=other.hire_id)
            return NotPaid(why, stops=True)
        if one_a_post and other.post_id == who.post_id:
            why = say(
                "本人在同一岗位本月已列聘用{hire}，一人一岗一月只列一行；{first}至{last}的待遇在本表发放之后另编补发表",
                hire=other.hire_id, first=mine.from_on, last=mine.until_on,
            )  # fmt: skip
            return NotPaid(why)
    return None


def _overlap(one: Standing | Line, other: Line) -> bool:
    return one.from_on <= other.until_on and other.from_on <= one.until_on


def warn_of_shared_contacts(rows: Sequence[Any], paid: dict[int, Line]) -> None:
    """Two who are paid and share a phone, an address or a card are to be looked at before the money goes out."""
    holders: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        for index in row.contacts if row.id in paid else ():
            holders[index].append(row)
    for same in holders.values():
        for row in same:
            others = [other.id for other in same if other.person_id != row.person_id]
            if not others:
                continue
            listed = "、".join(str(number) for number in others[:_TOLD])
            why = say("与聘用{hires}的电话、住址或银行账号相同，请核对", hires=listed)
            if why not in paid[row.id].warnings:
                paid[row.id] = replace(paid[row.id], warnings=(*paid[row.id].warnings, why))
