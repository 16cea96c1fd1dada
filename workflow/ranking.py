"""Who goes first (择优、递补): groups an applicant belongs to, order by points, and who follows when one falls out.

Whether somebody goes first is read from the recognitions on record; each is shown with who recognised it and when. The
document's groups are never merged into one order: only those that it calls upon “when equal” break a tie.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, select

from states.facts import Hire
from states.guards.labels import CATEGORIES
from states.posts import Pool
from states.procedure import Procedure, article_of
from states.say import Sentence, say
from states.vocabulary import State
from workflow.announcement_text import pools_of
from workflow.reading import load_hires
from workflow.tables import metadata

audit_entry, person, score = (metadata.tables[name] for name in ("audit_entry", "person", "score"))
hire = metadata.tables["hire"]
#: the guard of the steps by which somebody is chosen
PLACE_FREE = "place_free"
Standing = Literal["candidate", "chosen", "fallen", "out"]


@dataclass(frozen=True, slots=True)
class Flag:
    """One group of the document that an applicant belongs to, or not (优先标志).

    ``by``, ``on``: who recognised it and from when; both are None where the applicant does not belong to it.
    """

    pool: Pool
    category: str | None
    by: str | None
    on: str | None
    article: str

    @property
    def holds(self) -> bool:
        return self.category is not None

    @property
    def sentence(self) -> Sentence:
        """Why, in one sentence."""
        if self.category is None:
            return say("不属于“{pool}”", pool=self.pool.zh)
        facts = {"pool": self.pool.zh, "category": CATEGORIES.get(self.category, self.category)}
        return say("属于“{pool}”：{category}，{by}于{on}认定", **facts, by=self.by or "—", on=self.on or "—")


@dataclass(frozen=True, slots=True)
class Ranked:
    """An applicant with place, points (in tenths) and flags. ``rank`` None: not scored, or out."""

    hire_id: int
    name: str
    born: date
    stage: str
    state: State
    standing: Standing
    applied_on: date | None
    flags: tuple[Flag, ...]
    tenths: int | None
    items: Mapping[str, int]
    scored_on: date | None = None
    rank: int | None = None
    tied: bool = False
    broken_by: Pool | None = None

    @property
    def sentence(self) -> Sentence:
        """The place explained in one sentence."""
        if self.tenths is None:
            return say("尚未评分，不排名次")
        facts = {"points": in_points(self.tenths), "rank": self.rank}
        if self.rank is None:
            return say("{points}分，不再参加排名", points=facts["points"])
        if self.broken_by is not None:
            return say("{points}分，第{rank}名；同分，因“{pool}”排在前面", **facts, pool=self.broken_by.zh)
        if self.tied:
            return say("{points}分，并列第{rank}名；文件没有规定先后，请集体研究确定并记录", **facts)
        return say("{points}分，第{rank}名", **facts)


def in_points(tenths: int) -> str:
    """875 tenths as people write it: 87.5."""
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}"


def flags_of(
    procedure: Procedure, kind: str, categories: Mapping[str, Mapping[str, str]], on: date
) -> tuple[Flag, ...]:
    """The groups of the document for a kind of post, and how somebody with these recognitions stands to each.

    Of several recognitions in one group the earliest counts; one that is dated after ``on`` does not.
    """
    found = []
    for pool in pools_of(procedure, kind):
        held = [
            (str(said.get("on") or ""), code)
            for code in pool.categories
            if (said := categories.get(code)) is not None and str(said.get("on") or "") <= on.isoformat()
        ]
        article = article_of(procedure, pool.cite)
        if not held:
            found.append(Flag(pool, None, None, None, article))
        else:
            day, code = min(held)
            found.append(Flag(pool, code, categories[code].get("by") or None, day or None, article))
    return tuple(found)


def ranked(connection: Connection, procedure: Procedure, hire_ids: Collection[int], on: date) -> tuple[Ranked, ...]:
    """The applicants among ``hire_ids``, the first first: by points, ties by the groups that go first when equal.

    Those without points follow in the order of application, those who are out come last.
    """
    hires = {i: one for i, one in load_hires(connection, sorted(hire_ids)).items() if one.person is not None}
    names = _names(connection, hires.values())
    scores = _scores(connection, hires)
    chosen = _ever_chosen(connection, procedure, hires)
    lines = [_line(procedure, one, names, scores.get(i), i in chosen, on) for i, one in hires.items()]
    return _placed(lines)


def _line(procedure: Procedure, one: Hire, names: Mapping[int, str], sheet: Any, was_chosen: bool, on: date) -> Ranked:
    assert one.person is not None
    return Ranked(
        hire_id=one.id,
        name=names[one.person.id],
        born=one.person.born,
        stage=one.stage,
        state=one.state,
        standing=_standing(procedure, one, was_chosen),
        applied_on=one.dossier.applied_on,
        flags=flags_of(procedure, one.kind, one.person.categories, one.dossier.applied_on or on),
        tenths=None if sheet is None else sheet.tenths,
        items={} if sheet is None else sheet.items,
        scored_on=None if sheet is None else sheet.on_day,
    )


def _standing(procedure: Procedure, one: Hire, was_chosen: bool) -> Standing:
    if one.state in (State.REJECTED, State.WITHDRAWN):
        return "fallen" if was_chosen else "out"
    order = [stage.stage for stage in procedure.stages]
    return "candidate" if order.index(one.stage) <= order.index(_choosing_stage(procedure)) else "chosen"


def choosing_acts(procedure: Procedure) -> frozenset[str]:
    """The steps by which an applicant is chosen: those for which a place has to be free."""
    return frozenset(s.act for s in procedure.steps if any(g.use == PLACE_FREE for g in procedure.guards_of(s)))


def _choosing_stage(procedure: Procedure) -> str:
    """The stage from which somebody is chosen first."""
    acts, order = choosing_acts(procedure), [stage.stage for stage in procedure.stages]
    origins = [origin for step in procedure.steps if step.act in acts for origin in step.origin]
    return min(origins, key=order.index, default=order[-1])


def _placed(lines: Iterable[Ranked]) -> tuple[Ranked, ...]:
    """The lines in their order, each with its place."""
    live = [one for one in lines if one.tenths is not None and one.standing in ("candidate", "chosen")]
    live.sort(key=lambda one: (*_order(one), one.hire_id))
    placed: list[Ranked] = []
    for place, one in enumerate(live, 1):
        same = placed and _order(placed[-1]) == _order(one)
        placed.append(replace(one, rank=placed[-1].rank if same else place))
    placed = [_explained(one, placed) for one in placed]
    rest = [one for one in lines if one.hire_id not in {other.hire_id for other in placed}]
    rest.sort(key=lambda one: (one.standing in ("fallen", "out"), one.applied_on or date.max, one.hire_id))
    return (*placed, *rest)


def _order(one: Ranked) -> tuple[int, bool]:
    return -(one.tenths or 0), _tie_break(one) is None


def _tie_break(one: Ranked) -> Pool | None:
    return next((flag.pool for flag in one.flags if flag.pool.use == "tie_break" and flag.holds), None)


def _explained(one: Ranked, placed: Collection[Ranked]) -> Ranked:
    equal = [other for other in placed if other.tenths == one.tenths and other.hire_id != one.hire_id]
    tied = any(other.rank == one.rank for other in equal)
    behind = any(other.rank is not None and one.rank is not None and other.rank > one.rank for other in equal)
    return replace(one, tied=tied, broken_by=_tie_break(one) if behind and not tied else None)


# ---- falling out -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Substitute:
    """The next by rank for somebody who was chosen and fell out (递补)."""

    instead_of: Ranked
    proposed: Ranked

    @property
    def sentence(self) -> Sentence:
        """Why this one, in one sentence."""
        facts = {"gone": self.instead_of.name, "next": self.proposed.name, "rank": self.proposed.rank}
        if self.instead_of.state is State.WITHDRAWN:
            return say("{gone}已退出，名额空出；按名次由第{rank}名{next}递补", **facts)
        return say("{gone}未通过，名额空出；按名次由第{rank}名{next}递补", **facts)


def substitutes(lines: Iterable[Ranked], free: int) -> tuple[Substitute, ...]:
    """Who follows those who were chosen and fell out, as far as ``free`` places allow; the best of the rest first."""
    lines = tuple(lines)
    gone = [one for one in lines if one.standing == "fallen"]
    following = [one for one in lines if one.standing == "candidate" and one.rank is not None]
    return tuple(Substitute(*pair) for pair in zip(gone[: max(0, free)], following, strict=False))


# ---- reading -----------------------------------------------------------------------------------------------------


def _names(connection: Connection, hires: Iterable[Hire]) -> dict[int, str]:
    ids = sorted({one.person.id for one in hires if one.person is not None})
    return {
        row.id: row.name for row in connection.execute(select(person.c.id, person.c.name).where(person.c.id.in_(ids)))
    }


def _scores(connection: Connection, hire_ids: Iterable[int]) -> dict[int, Any]:
    """The latest score sheet of each hire, with the day on which it was recorded."""
    asked = (
        select(score, audit_entry.c.on_day)
        .join(audit_entry, (audit_entry.c.hire_id == score.c.hire_id) & (audit_entry.c.seq == score.c.seq))
        .where(score.c.hire_id.in_(sorted(hire_ids)))
        .order_by(score.c.hire_id, score.c.seq)
    )
    return {row.hire_id: row for row in connection.execute(asked)}


def _ever_chosen(connection: Connection, procedure: Procedure, hire_ids: Iterable[int]) -> frozenset[int]:
    acts = sorted(choosing_acts(procedure))
    asked = select(audit_entry.c.hire_id).where(
        audit_entry.c.hire_id.in_(sorted(hire_ids)), audit_entry.c.act.in_(acts)
    )
    return frozenset(connection.execute(asked).scalars())
