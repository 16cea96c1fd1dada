"""Pay of a month (待遇核算): which days are paid, in which parts, and why not. Whole fen, every rounding named.

Paid is a day only within a live contract, from the first day of work on, and not after the end, the last day that may
be paid, the last lawful day, death or retirement. Where nobody kept the attendance nothing is guessed: the sheet waits.

How a part of a month is paid no document says. Our reading: the month's standard by the days paid over the days of
the month; where a place has set how many days a month asks for (应出勤天数), by the days present over those. Half a
fen goes up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from states.attendance_marks import MARKS, OFF, UNKNOWN, month_days
from states.employment import PayItem
from states.meets import enforces
from states.procedure import Procedure
from states.rates import part_of
from states.say import Sentence, say

#: insurances of which the worker bears a share, and of which only the employer does
OWN_SHARES = ("pension", "medical", "unemployment")
EMPLOYER_SHARES = ("pension", "medical", "unemployment", "injury")


@dataclass(frozen=True, slots=True)
class Service:
    """What pay looks at of a hire (在岗事实): days are Asia/Shanghai, ``terms`` with their first and last day.

    ``stops``: days after which nothing is paid, each with the reason. ``limit_on``: the last day of the months allowed,
    where the law alone makes the term go on beyond it: those days are paid, and somebody has to say from which money.
    """

    started_on: date | None
    terms: tuple[tuple[date, date], ...]
    stops: tuple[tuple[date, Sentence], ...] = ()
    limit_on: date | None = None

    def served(self, days: Sequence[date]) -> list[date]:
        """Those of the days that may be paid."""
        if self.started_on is None:
            return []
        last = min((last for last, _ in self.stops), default=date.max)
        spans = [(max(first, self.started_on), min(end, last)) for first, end in self.terms]
        return [day for day in days if any(first <= day <= end for first, end in spans)]

    def beyond(self, last: date) -> Sentence | None:
        """What is said of pay up to ``last`` beyond the limit of months; None where it is within."""
        if self.limit_on is None or last <= self.limit_on:
            return None
        return say("规定的使用期限已于{day}届满，此后因合同依法续延而发；请先核实这部分由谁承担", day=self.limit_on)

    def why_not(self, day: date) -> Sentence | None:
        """Why a day is not paid; None where it is."""
        if self.started_on is None or day < self.started_on:
            return say("尚未上岗")
        for last, why in sorted(self.stops, key=lambda stop: stop[0]):
            if day > last:
                return why
        if not any(first <= day <= last for first, last in self.terms):
            return say("不在合同期内")
        return None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of somebody's pay: ``fen`` above nought is paid, below is taken off; ``why`` says how it came about."""

    item: str
    fen: int
    why: Sentence


@dataclass(frozen=True, slots=True)
class Line:
    """One person's money of a month. ``employer``: what the employer pays beside it, to the insurance."""

    from_on: date
    until_on: date
    days: int
    parts: tuple[Part, ...]
    employer: tuple[Part, ...] = ()
    warnings: tuple[Sentence, ...] = ()

    @property
    def gross_fen(self) -> int:
        return sum(part.fen for part in self.parts if part.fen > 0)

    @property
    def deducted_fen(self) -> int:
        return -sum(part.fen for part in self.parts if part.fen < 0)

    @property
    def net_fen(self) -> int:
        return self.gross_fen - self.deducted_fen

    @property
    def employer_fen(self) -> int:
        return sum(part.fen for part in self.employer)


@dataclass(frozen=True, slots=True)
class NotPaid:
    """Somebody who gets nothing for the month, and why. ``stops``: the sheet waits until it is mended.

    ``sheet``: the number of the sheet that has paid the month already.
    """

    why: Sentence
    stops: bool = False
    sheet: int | None = None


@dataclass(frozen=True, slots=True)
class AskMonth:
    """A person's month as it is asked about. ``month`` is its first day; ``marks``: its attendance, None: not kept.

    ``standard_fen``: the pay of the post where the document leaves it to the place. ``extra``: parts that the document
    allows and somebody decided on (村集体提高部分), in fen. ``carried``: parts of a month as a whole that other pay of
    the person holds already, in fen above nought. ``working_days``: those of the month by the calendar.
    """

    procedure: Procedure
    kind: str
    month: date
    service: Service
    marks: str | None
    standard_fen: int = 0
    rates: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, int] = field(default_factory=dict)
    carried: Mapping[str, int] = field(default_factory=dict)
    working_days: int | None = None


def month_line(ask: AskMonth) -> Line | NotPaid:
    """What is paid for a month, with every part explained; or why nothing is."""
    days = month_days(ask.month)
    served = ask.service.served(days)
    if not served:
        return NotPaid(ask.service.why_not(days[-1]) or say("不在合同期内"))
    if ask.marks is None:
        return NotPaid(say("本月考勤没有填报"), stops=True)
    if unknown := [day for day in served if ask.marks[day.day - 1] in (UNKNOWN, OFF)]:
        return NotPaid(say("{day}没有考勤记录，请补记或签署例外", day=unknown[0]), stops=True)
    paid = [day for day in served if MARKS[ask.marks[day.day - 1]].pays]
    base = [_base(ask, item, paid, len(days)) for item in _monthly(ask.procedure, ask.kind)]
    if too_high := _above_cap(ask):
        return NotPaid(too_high, stops=True)
    if not paid:
        return NotPaid(say("在岗的{n}天都没有应发待遇的出勤", n=len(served)))
    extra, own, employer, missing = _once_a_month(ask)
    taken, owed = _affordable(own, sum(part.fen for part in (*base, *extra)))
    beyond = ask.service.beyond(paid[-1])
    warnings = (*([beyond] if beyond else []), *missing, *owed, *_below_minimum(ask), *_no_cap(ask))
    return Line(served[0], served[-1], len(paid), (*base, *extra, *taken), tuple(employer), warnings)


def _once_a_month(ask: AskMonth) -> tuple[list[Part], list[Part], list[Part], list[Sentence]]:
    """What belongs to a month and not to its days: additions, own and employer's insurance, and what is to be said.

    A person has each of it once a month, on however many posts: what their other pay carries is left out here.
    """
    added = [_extra(ask, item) for item in _optional(ask.procedure, ask.kind) if ask.extra.get(item.item)]
    own, employer, said = _insurance(ask)
    if any(part.item in ask.carried for part in (*added, *own, *employer)):
        said = [*said, say("本月已随本人另一岗位计算的社会保险和按月项目，不再重复计算")]
    return _left(ask, added), _left(ask, own), _left(ask, employer), said


def _left(ask: AskMonth, parts: Sequence[Part]) -> list[Part]:
    """The parts less what is carried already, those of which nothing is left gone."""
    left = [(part, max(abs(part.fen) - ask.carried.get(part.item, 0), 0)) for part in parts]
    return [replace(part, fen=fen if part.fen > 0 else -fen) for part, fen in left if fen]


def _affordable(own: Sequence[Part], gross_fen: int) -> tuple[list[Part], list[Sentence]]:
    """What is taken off, never more than is paid; what is left to pay in by oneself is said."""
    left, taken, owed = gross_fen, list[Part](), 0
    for part in own:
        fen = min(-part.fen, left)
        left, owed = left - fen, owed - part.fen - fen
        if fen:
            taken.append(replace(part, fen=-fen))
    return taken, [say("应发不够扣缴社会保险个人部分，尚差{fen}元，须本人补缴", fen=yuan(owed))] if owed else []


def share_of(fen: int, days: int, of_days: int) -> int:
    """So many days' part of a month's standard, in fen, half a fen up; never more than all of it."""
    days = min(days, of_days)
    return (2 * fen * days + of_days) // (2 * of_days)


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals, as it stands on a sheet."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02}"


def _of_kind(items: tuple[PayItem, ...], kind: str) -> Iterator[PayItem]:
    return (item for item in items if not item.kinds or kind in item.kinds)


def _monthly(procedure: Procedure, kind: str) -> Iterator[PayItem]:
    return (item for item in _of_kind(procedure.pay, kind) if item.paid == "monthly")


def _optional(procedure: Procedure, kind: str) -> Iterator[PayItem]:
    return (item for item in _of_kind(procedure.pay, kind) if item.paid == "optional")


def _standard(ask: AskMonth, item: PayItem) -> int:
    """What a whole month brings: as the document says, else as the post was registered."""
    return ask.standard_fen if item.fen is None else item.fen


@enforces("XY-40", "XY-41", "BH-23", "LC-20")
def _base(ask: AskMonth, item: PayItem, paid: list[date], of_days: int) -> Part:
    standard = _standard(ask, item)
    asked = ask.rates.get("required_days")
    if asked:
        # February and a month with a long holiday have fewer working days than the figure of every month
        asked = min(asked, ask.working_days or asked)
        present = sum(ask.marks is not None and MARKS[ask.marks[day.day - 1]].code != "r" for day in paid)
        fen = share_of(standard, present, asked)
        why = say(
            "{name}每月{standard}元，应出勤{of}天，出勤{days}天",
            name=item.zh, standard=yuan(standard), of=asked, days=min(present, asked),
        )  # fmt: skip
        return Part(item.item, fen, why)
    fen = share_of(standard, len(paid), of_days)
    if len(paid) == of_days:
        return Part(item.item, fen, say("{name}每月{standard}元，全月", name=item.zh, standard=yuan(standard)))
    why = say(
        "{name}每月{standard}元，本月{of}天中计发{days}天",
        name=item.zh, standard=yuan(standard), of=of_days, days=len(paid),
    )  # fmt: skip
    return Part(item.item, fen, why)


@enforces("XY-42", "BH-24")
def _extra(ask: AskMonth, item: PayItem) -> Part:
    fen = ask.extra[item.item]
    return Part(item.item, fen, say("{name}{fen}元，另行决定", name=item.zh, fen=yuan(fen)))


@enforces("XY-43", "BH-31")
def _insurance(ask: AskMonth) -> tuple[list[Part], list[Part], list[Sentence]]:
    """The worker's shares taken off, the employer's beside them, and what could not be reckoned."""
    lines = (line for line in ask.procedure.benefits if not line.kinds or ask.kind in line.kinds)
    insured = [name for line in lines for name in line.insurances]
    if not insured:
        return [], [], []
    base = ask.rates.get("insurance_base")
    if base is None:
        return [], [], [say("没有录入社会保险缴费基数，没有扣缴")]
    own: list[Part] = []
    employer: list[Part] = []
    missing: list[Sentence] = []
    for name in insured:
        for side, sides, parts, sign in (("own", OWN_SHARES, own, -1), ("employer", EMPLOYER_SHARES, employer, 1)):
            if name not in sides:
                continue
            ppm = ask.rates.get(f"{name}_{side}")
            if ppm is None:
                missing.append(say("没有录入{name}的缴费比例，没有计算", name=INSURANCES[name].pattern))
            elif fen := part_of(base, ppm):
                facts = {"name": INSURANCES[name].pattern, "base": yuan(base), "share": percent(ppm)}
                why = say("{name}，基数{base}元×{share}%", **facts)
                if side == "employer":  # no part of what the person is paid
                    why = say("{name}（单位缴费，另付），基数{base}元×{share}%", **facts)
                parts.append(Part(f"{name}_{side}", sign * fen, why))
    return own, employer, missing


INSURANCES: Mapping[str, Sentence] = {
    "pension": say("养老保险"),
    "medical": say("医疗保险"),
    "unemployment": say("失业保险"),
    "injury": say("工伤保险"),
}


def percent(ppm: int) -> str:
    """Millionths as a percentage without needless zeros: 80000 is "8"."""
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest:04}".rstrip("0").rstrip(".")


def _below_minimum(ask: AskMonth) -> Iterator[Sentence]:
    """Pay below the local minimum is said, not corrected: the document fixes it (劳动法第四十八条 stands above it)."""
    for item in _monthly(ask.procedure, ask.kind):
        if item.floor is None:
            continue
        floor, hours = ask.rates.get(item.floor), ask.rates.get("hours_month")
        hourly = item.floor == "minimum_wage_hour"
        if floor is None or (hourly and hours is None):
            yield (
                say("没有录入当地小时最低工资标准和每月约定工时，没有比较")
                if hourly
                else say("没有录入当地月最低工资标准，没有比较")
            )
            continue
        least, standard = floor * (hours or 0) if hourly else floor, _standard(ask, item)
        if standard < least:
            yield say(
                "{name}每月{standard}元，低于当地最低工资标准{floor}元（《劳动法》第四十八条）",
                name=item.zh, standard=yuan(standard), floor=yuan(least),
            )  # fmt: skip


@enforces("NM-28")
def _above_cap(ask: AskMonth) -> Sentence | None:
    """Inner Mongolia's Article 10 forbids raising the pay above the subsidy of urban posts."""
    cap = ask.rates.get("urban_subsidy_month")
    for item in _monthly(ask.procedure, ask.kind):
        standard = _standard(ask, item)
        if item.cap is not None and cap is not None and standard > cap:
            return say(
                "{name}每月{standard}元，高于城镇公益性岗位补贴{cap}元（{article}），不能发放",
                name=item.zh, standard=yuan(standard), cap=yuan(cap), article=item.cite,
            )  # fmt: skip
    return None


def _no_cap(ask: AskMonth) -> Iterator[Sentence]:
    """A document that caps the pay cannot be kept to where nobody has set the figure that it is held against."""
    for item in _monthly(ask.procedure, ask.kind):
        if item.cap is not None and "urban_subsidy_month" not in ask.rates:
            yield say("没有录入当地城镇公益性岗位月补贴标准，没有比较（{article}）", article=item.cite)
