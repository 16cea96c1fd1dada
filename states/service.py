"""The ledger of a person's months on public-welfare posts (36个月), over all employers and posts.

How months are counted (our reading; the documents say only “3年”):

- A period's first and last day both count. 2023-03-01 to 2024-02-29 is twelve months.
- Periods that touch or overlap are one stretch (连续服务), so a day is never counted twice.
- A stretch made of terms of whole months counts its terms: three one-year terms are exactly 36 months, whatever month
  they began in. Any other stretch is counted by the calendar from its first day: whole months, then leftover days.
- Leftover days of different stretches add up, and every 30 of them are a month. That is the stricter reading, for most
  months are longer.

Pure and cheap: a person has a handful of periods, and nothing here looks at a calendar of rest days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from states.periods import last_day_of_term
from states.reckoning import ProofLine, Reckoning, Unreckonable
from states.say import Sentence, say

CAP_MONTHS = 36
CAP_ARTICLE = "人社部发〔2019〕124号；《就业补助资金管理办法》（财社〔2023〕181号）第十一条"
DAYS_OF_A_MONTH = 30

_ONE_DAY = timedelta(1)


class Span(NamedTuple):
    """A length of service: whole months and leftover days. Compares by months, then days."""

    months: int
    days: int

    def carried(self) -> Span:
        """Every 30 leftover days made a month."""
        return Span(self.months + self.days // DAYS_OF_A_MONTH, self.days % DAYS_OF_A_MONTH)


@dataclass(frozen=True, slots=True)
class Period:
    """Service on a post from ``starts_on`` to ``ends_on``, both with them; ``ends_on`` None while it is open.

    ``source`` is the evidence (contract, subsidy sheet, paper record); ``hire_id`` is None for service before Zaigang.
    """

    starts_on: date
    ends_on: date | None
    source: str
    employer: str
    hire_id: str | None = None


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two periods that cover the same days, ``starts_on`` to ``ends_on``: counted once, and worth a question."""

    first: Period
    second: Period
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Stretch:
    """Service without a gap. ``whole_terms``: it consists of terms of whole months, which count as such."""

    starts_on: date
    ends_on: date
    periods: tuple[Period, ...]
    served: Span
    whole_terms: bool


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line of the explanation: what was counted, as how much (None: nothing of its own), and why."""

    starts_on: date | None
    ends_on: date | None
    served: Span | None
    periods: tuple[Period, ...]
    why: Sentence


@dataclass(frozen=True, slots=True)
class RetirementException:
    """Less than five years to retirement at the reference day: service may go on until ``until``.

    ``until`` follows the ages in force now. ``moved``: the test was made before the reform of 2025 and the end has
    moved with it; no source settles whether it may, so whoever decides has to be told.
    """

    until: date
    reference_on: date
    article: str
    moved: bool

    @property
    def why(self) -> Sentence:
        if self.moved:
            return say(
                "{on}核定时距法定退休年龄不足5年，可延长至退休；退休日期已随2025年改革推迟至{until}，请人工确认",
                on=self.reference_on,
                until=self.until,
            )
        return say("{on}核定时距法定退休年龄不足5年，可延长至退休（{until}）", on=self.reference_on, until=self.until)


@dataclass(frozen=True, slots=True)
class NamedExtension:
    """An extension that a document or an authority grants by name, until ``until`` (with it)."""

    name: str
    until: date
    article: str

    @property
    def why(self) -> Sentence:
        return say("依据“{name}”可延长至{until}", name=self.name, until=self.until)


CapException = RetirementException | NamedExtension


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a natural person has used of the cap. Build it with ``ledger``.

    ``used`` is carried (every 30 days a month). ``overlaps`` are flagged, and already counted once only.
    """

    cap_months: int
    prior_months: int
    stretches: tuple[Stretch, ...]
    overlaps: tuple[Overlap, ...]
    used: Span
    article: str

    @property
    def remaining(self) -> Span:
        """What is left, never below nothing; 30 days are a month here too."""
        if self.used >= (self.cap_months, 0):
            return Span(0, 0)
        borrowed = 1 if self.used.days else 0
        days = DAYS_OF_A_MONTH - self.used.days if borrowed else 0
        return Span(self.cap_months - self.used.months - borrowed, days)

    @property
    def exceeded(self) -> bool:
        """Whether more was used than the cap allows. Exactly the cap is lawful."""
        return self.used > (self.cap_months, 0)

    @property
    def lines(self) -> tuple[LedgerLine, ...]:
        """The explanation, line by line: prior months, each stretch, each overlap, and days that became months."""
        lines = [_stretch_line(stretch) for stretch in self.stretches]
        if self.prior_months:
            why = say("此前已累计{months}个月", months=self.prior_months)
            lines.insert(0, LedgerLine(None, None, Span(self.prior_months, 0), (), why))
        lines += [_overlap_line(overlap) for overlap in self.overlaps]
        leftover = sum(stretch.served.days for stretch in self.stretches)
        if leftover >= DAYS_OF_A_MONTH:
            why = say("零散天数合计{days}天，每30天计1个月（从严）", days=leftover)
            lines.append(LedgerLine(None, None, None, (), why))
        return tuple(lines)

    def last_lawful_day(self, start: date, exceptions: Sequence[CapException] = ()) -> Reckoning:
        """The last lawful day of service that starts, or goes on, on ``start``: the cap less what is used.

        ``start`` within a stretch or on the day after it continues that stretch. When nothing is left, ``on`` is before
        ``start``. Of ``exceptions`` the one that reaches furthest counts, if it reaches beyond the cap. Raises
        Unreckonable.
        """
        capped = self._cap_end(start)
        furthest = max(exceptions, key=lambda exception: exception.until, default=None)
        if furthest is not None and furthest.until > max(capped, start - _ONE_DAY):
            prove = partial(self._prove, start, capped, furthest)
            return Reckoning(furthest.until, False, (), furthest.article, furthest.why, prove)
        left, cap = self.remaining, self.cap_months
        if capped < start:
            reading = say("累计{cap}个月已满，{start}起不得再计入，最后合法日为{end}", cap=cap, start=start, end=capped)
        else:
            reading = say(
                "累计不超过{cap}个月，已用{used_months}个月{used_days}天，剩余{months}个月{days}天，{start}起至{end}止",
                cap=cap,
                used_months=self.used.months,
                used_days=self.used.days,
                months=left.months,
                days=left.days,
                start=start,
                end=capped,
            )
        return Reckoning(capped, False, (), self.article, reading, partial(self._prove, start, capped, None))

    def _cap_end(self, start: date) -> date:
        joined = next((s for s in self.stretches if s.starts_on <= start <= s.ends_on + _ONE_DAY), None)
        elsewhere = _sum((s.served for s in self.stretches if s is not joined), self.prior_months)
        months, days = self.cap_months - elsewhere.months, elsewhere.days
        if joined is None:
            return _furthest(start, months, days)
        end = _furthest(joined.starts_on, months, days)
        # Terms of whole months go on counting as terms, which can reach a day further than the calendar count does.
        whole = months - joined.served.months - (1 if days else 0)
        if joined.whole_terms and start > joined.ends_on and whole >= 0:
            end = max(end, last_day_of_term(start, whole))
        return end

    def _prove(self, start: date, capped: date, exception: CapException | None) -> tuple[ProofLine, ...]:
        lines = [ProofLine(line.starts_on or start, None, line.served is not None, line.why) for line in self.lines]
        lines.append(ProofLine(capped, None, True, say("累计满{cap}个月前的最后一日", cap=self.cap_months)))
        if exception is not None:
            lines.append(ProofLine(exception.until, None, True, exception.why))
        return tuple(lines)


def ledger(
    periods: Iterable[Period],
    prior_months: int = 0,
    cap_months: int = CAP_MONTHS,
    until: date | None = None,
    article: str = CAP_ARTICLE,
) -> Ledger:
    """Add up a person's periods and ``prior_months`` (whole months, from evidence) against ``cap_months``.

    ``until`` counts service up to that day only, with it: what has been used by then. An open period needs it. Raises
    Unreckonable for an open period without ``until``, one that ends before it starts, and negative numbers.
    """
    if prior_months < 0 or cap_months < 0:
        raise Unreckonable(say("月数不能为负"))
    closed = sorted(_closed(periods, until), key=lambda item: (item[0], item[1]))
    stretches: list[Stretch] = []
    overlaps: list[Overlap] = []
    run: list[tuple[date, date, Period]] = []
    reach: tuple[date, date, Period] | None = None
    for item in closed:
        if reach is not None and item[0] > reach[1] + _ONE_DAY:
            stretches.append(_stretch(run))
            run, reach = [], None
        if reach is not None and item[0] <= reach[1]:
            overlaps.append(Overlap(reach[2], item[2], item[0], min(reach[1], item[1])))
        run.append(item)
        reach = item if reach is None or item[1] > reach[1] else reach
    if run:
        stretches.append(_stretch(run))
    used = _sum((stretch.served for stretch in stretches), prior_months)
    return Ledger(cap_months, prior_months, tuple(stretches), tuple(overlaps), used, article)


def cut_back(terms: Sequence[tuple[date, date]]) -> list[tuple[date, date]]:
    """The terms of one hire as they were served, first and last days.

    What ended somebody's service may come to light when the next term has long begun (a death, a fraud): that term then
    ends before its first day. It was never served, and no earlier one goes beyond that day.
    """
    ended = min((last for first, last in terms if last < first), default=date.max)
    return [(first, min(last, ended)) for first, last in terms if first <= min(last, ended)]


def served(starts_on: date, ends_on: date) -> Span:
    """Whole months and leftover days from ``starts_on`` to ``ends_on``, both with them."""
    months = (ends_on.year - starts_on.year) * 12 + ends_on.month - starts_on.month + 1
    while (full := last_day_of_term(starts_on, months)) > ends_on:
        months -= 1
    return Span(months, (ends_on - full).days)


def _closed(periods: Iterable[Period], until: date | None) -> Iterable[tuple[date, date, Period]]:
    for period in periods:
        ends_on = period.ends_on
        if ends_on is not None and ends_on < period.starts_on:
            raise Unreckonable(say("服务期止于{ends}，早于起始{starts}", ends=ends_on, starts=period.starts_on))
        if ends_on is None and until is None:
            raise Unreckonable(say("{starts}起的服务期尚未结束，须指明计算至哪一日", starts=period.starts_on))
        if until is not None and period.starts_on > until:
            continue
        last = until if ends_on is None or (until is not None and until < ends_on) else ends_on
        assert last is not None
        yield period.starts_on, last, period


def _stretch(run: list[tuple[date, date, Period]]) -> Stretch:
    starts_on, ends_on = run[0][0], max(item[1] for item in run)
    spans = [served(first, last) for first, last, _ in run]
    end_to_end = all(before[1] < after[0] for before, after in pairwise(run))
    whole = end_to_end and not any(span.days for span in spans)
    total = Span(sum(span.months for span in spans), 0) if whole else served(starts_on, ends_on)
    return Stretch(starts_on, ends_on, tuple(item[2] for item in run), total, whole)


def _sum(spans: Iterable[Span], months: int) -> Span:
    days = 0
    for span in spans:
        months += span.months
        days += span.days
    return Span(months, days).carried()


def _furthest(start: date, months: int, days: int) -> date:
    """The last day of ``months`` from ``start``, of which ``days`` (under 30) are used already."""
    if months <= 0:
        return start - _ONE_DAY
    if not days:
        return last_day_of_term(start, months)
    by_days = last_day_of_term(start, months - 1) + timedelta(DAYS_OF_A_MONTH - days)
    # In a February the month can be full before its thirty days are: then it would count whole, and the days beside it.
    return min(by_days, last_day_of_term(start, months) - _ONE_DAY)


def _stretch_line(stretch: Stretch) -> LedgerLine:
    months, days = stretch.served
    if len(stretch.periods) == 1:
        period = stretch.periods[0]
        why = say(
            "{starts}至{ends}在{employer}，计{months}个月{days}天（依据：{source}）",
            starts=stretch.starts_on,
            ends=stretch.ends_on,
            employer=period.employer,
            months=months,
            days=days,
            source=period.source,
        )
    else:
        why = say(
            "{starts}至{ends}连续服务{n}段（{employers}），合计{months}个月{days}天（依据：{sources}）",
            starts=stretch.starts_on,
            ends=stretch.ends_on,
            n=len(stretch.periods),
            employers="、".join(dict.fromkeys(period.employer for period in stretch.periods)),
            months=months,
            days=days,
            sources="、".join(dict.fromkeys(period.source for period in stretch.periods)),
        )
    return LedgerLine(stretch.starts_on, stretch.ends_on, stretch.served, stretch.periods, why)


def _overlap_line(overlap: Overlap) -> LedgerLine:
    why = say(
        "{starts}至{ends}同时在{first}和{second}，只计一次，请核查",
        starts=overlap.starts_on,
        ends=overlap.ends_on,
        first=overlap.first.employer,
        second=overlap.second.employer,
    )
    return LedgerLine(overlap.starts_on, overlap.ends_on, None, (overlap.first, overlap.second), why)
