"""“This should be impossible” (不可能的事): questions to the database, asked by tests and every night.

Each answer names the hire or person and what is wrong; none means that all is as it has to be. What is computed when a
step is taken (tasks, timers, places) is computed again from the dossier and compared with what the tables hold. The
trail itself is verified by ``workflow.audit``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, exists, func, or_, select

from states.bases import BASES
from states.clocks import is_own, tasks
from states.facts import Clock, Hire, holds_place
from states.loading import load_procedure
from states.procedure import Procedure
from states.say import Sentence, say
from states.tenure import exceptions_of, ledger_of
from states.vocabulary import FINAL_STATES, DeadlineKind, State
from workflow.reading import load_hires
from workflow.tables import metadata

BATCH = 500
hire, task, timer, contract, departure, opening, filing, objection, point, audit_entry, procedure_version = (
    metadata.tables[name]
    for name in (
        "hire",
        "task",
        "timer",
        "contract",
        "departure",
        "opening",
        "filing",
        "objection",
        "point",
        "audit_entry",
        "procedure_version",
    )
)


def impossible(connection: Connection) -> list[str]:
    """Everything that should be impossible and is there, one Chinese sentence each.

    The connection should see one unchanging view of the database, or a step that is taken meanwhile looks like a fault.
    """
    found = [*_ownerless(connection), *_overlapping(connection), *_paid_too_long(connection), *_heads(connection)]
    held: Counter[int] = Counter()
    procedures = _procedures(connection)
    for batch in _batches(connection):
        rows = _Rows.of(connection, list(batch))
        for one in batch.values():
            held[one.opening.id] += holds_place(one.state, one.dossier)
            found += _of_hire(one, procedures[one.procedure], rows)
    found += _places(connection, held)
    return [sentence.text() for sentence in found]


# ---- questions that one statement answers ------------------------------------------------------------------------


def _ownerless(connection: Connection) -> Iterator[Sentence]:
    """A hire that nobody has to act on and no timer will move."""
    waiting = exists().where(timer.c.hire_id == hire.c.id, timer.c.status == "pending")
    asked = select(hire.c.id, hire.c.stage).where(
        hire.c.state.not_in([state.value for state in FINAL_STATES]),
        ~exists().where(task.c.hire_id == hire.c.id),
        ~waiting,
    )
    for row in connection.execute(asked.order_by(hire.c.id)):
        yield say("第{hire}号聘用在“{stage}”环节无人负责，也没有到期自动办理的期限", hire=row.id, stage=row.stage)


def _overlapping(connection: Connection) -> Iterator[Sentence]:
    """Two contracts of one person that cover the same day."""
    one, other = contract.alias("one"), contract.alias("other")
    one_ends, other_ends = (func.coalesce(c.c.ended_on, c.c.ends_on) for c in (one, other))
    asked = (
        select(one.c.person_id, one.c.hire_id, other.c.hire_id.label("other_id"), other.c.starts_on)
        .join(other, one.c.person_id == other.c.person_id)
        .where(
            # a row that was set right covers nothing any more
            one.c.corrected_by.is_(None),
            other.c.corrected_by.is_(None),
            or_(
                one.c.hire_id < other.c.hire_id,
                and_(one.c.hire_id == other.c.hire_id, one.c.term_no < other.c.term_no),
            ),
            one.c.starts_on <= other_ends,
            other.c.starts_on <= one_ends,
            one.c.starts_on <= one_ends,
            other.c.starts_on <= other_ends,
        )
    )
    for row in connection.execute(asked.order_by(one.c.hire_id)):
        yield say(
            "第{person}号人员的两份合同期限重叠：第{hire}号聘用与第{other}号聘用（{day}起）",
            person=row.person_id,
            hire=row.hire_id,
            other=row.other_id,
            day=row.starts_on,
        )


def _paid_too_long(connection: Connection) -> Iterator[Sentence]:
    """Paid beyond the last day, or beyond the last contract."""
    of_hire = and_(contract.c.hire_id == departure.c.hire_id, contract.c.corrected_by.is_(None))
    last = select(func.max(contract.c.ends_on)).where(of_hire).scalar_subquery()
    asked = select(departure.c.hire_id, departure.c.paid_until, departure.c.ended_on).where(
        departure.c.corrected_by.is_(None),
        or_(departure.c.paid_until > departure.c.ended_on, departure.c.paid_until > last),
    )
    for row in connection.execute(asked.order_by(departure.c.hire_id)):
        facts = {"hire": row.hire_id, "paid": row.paid_until, "ended": row.ended_on}
        yield say("第{hire}号聘用发放至{paid}，超过离岗日{ended}或合同期", **facts)


def _heads(connection: Connection) -> Iterator[Sentence]:
    """A hire that has changed without an entry, or an entry that the hire does not know."""
    last = (
        select(audit_entry.c.hire_id, func.max(audit_entry.c.seq).label("seq")).group_by(audit_entry.c.hire_id)
    ).subquery()
    asked = (
        select(hire.c.id)
        .outerjoin(last, last.c.hire_id == hire.c.id)
        .outerjoin(audit_entry, and_(audit_entry.c.hire_id == hire.c.id, audit_entry.c.seq == last.c.seq))
        .where(
            or_(
                last.c.seq.is_(None),
                last.c.seq != hire.c.audit_seq,
                audit_entry.c.hash != hire.c.audit_head,
                audit_entry.c.to_stage != hire.c.stage,
                hire.c.version != hire.c.audit_seq + 1,
            )
        )
    )
    for row in connection.execute(asked.order_by(hire.c.id)):
        yield say("第{hire}号聘用与其最后一条审计记录不一致", hire=row.id)


def _places(connection: Connection, held: Mapping[int, int]) -> Iterator[Sentence]:
    """Places taken are the hires that hold one."""
    asked = select(opening.c.id, opening.c.taken, opening.c.places).order_by(opening.c.id)
    for row in connection.execute(asked):
        if row.taken != held.get(row.id, 0) or row.taken > row.places:
            facts = {"opening": row.id, "taken": row.taken, "held": held.get(row.id, 0), "places": row.places}
            yield say("第{opening}号公告记录已用{taken}个名额，实际占用{held}个，共{places}个", **facts)


# ---- questions that the law answers ------------------------------------------------------------------------------


def _procedures(connection: Connection) -> dict[str, Procedure]:
    """The procedure versions that hires began under, as they were kept with them."""
    rows = connection.execute(select(procedure_version.c.key, procedure_version.c.body))
    return {row.key: load_procedure(row.body, row.key) for row in rows}


def _batches(connection: Connection) -> Iterator[dict[int, Hire]]:
    after = 0
    while True:
        asked = select(hire.c.id).where(hire.c.id > after).order_by(hire.c.id).limit(BATCH)
        ids = list(connection.execute(asked).scalars())
        if not ids:
            return
        yield load_hires(connection, ids)
        after = ids[-1]


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the tables hold for a batch of hires."""

    tasks: Mapping[int, set[tuple[str, str, date | None]]]
    timers: Mapping[int, list[Any]]
    filings: Mapping[int, set[tuple[str, int]]]
    objections: Mapping[int, set[int]]
    points: Mapping[int, set[tuple[Any, ...]]]
    serving: Mapping[int, bool]

    @classmethod
    def of(cls, connection: Connection, ids: Sequence[int]) -> _Rows:
        found = cls(defaultdict(set), defaultdict(list), defaultdict(set), defaultdict(set), defaultdict(set), {})
        for row in connection.execute(select(task).where(task.c.hire_id.in_(ids))):
            found.tasks[row.hire_id].add((row.name, row.role, row.due_on))
        waiting = timer.c.status.in_(["pending", "blocked"])
        for row in connection.execute(select(timer).where(timer.c.hire_id.in_(ids), waiting)):
            found.timers[row.hire_id].append(row)
        owed = filing.c.sent_on.is_(None)
        for row in connection.execute(select(filing).where(filing.c.hire_id.in_(ids), owed)):
            found.filings[row.hire_id].add((row.filing, row.seq))
        unanswered = objection.c.answered_seq.is_(None)
        for row in connection.execute(select(objection).where(objection.c.hire_id.in_(ids), unanswered)):
            found.objections[row.hire_id].add(row.seq)
        standing = point.c.struck_seq.is_(None)
        for row in connection.execute(select(point).where(point.c.hire_id.in_(ids), standing)):
            found.points[row.hire_id].add((row.year, row.seq, row.item, row.level, row.number, row.authors))
        serving = {row.id: bool(row.serving) for row in connection.execute(select(hire).where(hire.c.id.in_(ids)))}
        return cls(found.tasks, found.timers, found.filings, found.objections, found.points, serving)


def _of_hire(one: Hire, procedure: Procedure, rows: _Rows) -> Iterator[Sentence]:
    stage = procedure.stage_by_name.get(one.stage)
    if stage is None or stage.state is not one.state:
        yield say(
            "第{hire}号聘用的环节“{stage}”与状态“{state}”不符", hire=one.id, stage=one.stage, state=one.state.value
        )
        return
    if rows.serving[one.id] != (stage.at_work or stage.pay_stopped):
        yield say("第{hire}号聘用的在岗标记与环节“{stage}”不符", hire=one.id, stage=one.stage)
    dossier = one.dossier
    wanted = {(t.name, t.role.value, t.due_on) for t in tasks(procedure, one.stage, dossier, dossier.clocks)}
    if rows.tasks.get(one.id, set()) != wanted:
        yield say("第{hire}号聘用的待办与案卷不一致", hire=one.id)
    # of an entry that was taken back (撤销录入) nothing is owed, and its rows stay as they were written
    owing = rows.filings.get(one.id, set()) if one.state is not State.WITHDRAWN else set()
    if owing != {(owed.filing, owed.seq) for owed in dossier.filings}:
        yield say("第{hire}号聘用的待备案事项与案卷不一致", hire=one.id)
    if rows.objections.get(one.id, set()) != set(dossier.open_objections):
        yield say("第{hire}号聘用的未处理异议与案卷不一致", hire=one.id)
    noted = {(n.year, n.seq, n.item, n.level, n.number, n.authors) for n in dossier.points}
    if {row for row in rows.points.get(one.id, set()) if row[0] > (dossier.ruled_year or 0)} != noted:
        yield say("第{hire}号聘用的加分扣分与案卷不一致", hire=one.id)
    yield from _clocks(one, procedure, rows.timers.get(one.id, []))
    yield from _service(one, procedure)


def _clocks(one: Hire, procedure: Procedure, timers: list[Any]) -> Iterator[Sentence]:
    """Every running deadline has the timer that ends it or goes on reminding, and no timer waits for anything else."""
    clocks = one.dossier.clocks
    running = {
        line.deadline
        for line in procedure.deadlines_during[one.stage]
        if (not line.kinds or one.kind in line.kinds)
        and BASES[line.base](procedure, one.dossier, one.opening) is not None
    }
    if running != {name for name in clocks if not is_own(name)}:
        yield say("第{hire}号聘用正在计的期限与案卷不一致", hire=one.id)
    for row in timers:
        clock = clocks.get(row.name)
        if clock is None or (row.legal_on, row.visit) != (clock.due_on, clock.visit):
            yield say("第{hire}号聘用的计时“{name}”已没有对应的期限", hire=one.id, name=row.name)
    for name, clock in clocks.items():
        mine = [row for row in timers if row.name == name]
        if not _lives(procedure, name, clock, mine):
            yield say("第{hire}号聘用的期限“{name}”没有计时", hire=one.id, name=name)


def _lives(procedure: Procedure, name: str, clock: Clock, timers: list[Any]) -> bool:
    if is_own(name):
        return any(row.status == "pending" for row in timers)
    line = procedure.deadline_by_name[name]
    if line.kind is DeadlineKind.ENFORCE:
        wanted = "blocked" if clock.blocked else "pending"
        return any(row.kind == DeadlineKind.ENFORCE.value and row.status == wanted for row in timers)
    return not line.repeat_days or any(row.status == "pending" for row in timers)


def _service(one: Hire, procedure: Procedure) -> Iterator[Sentence]:
    """No month beyond the limit without an exception on record, and no term beyond the last lawful day."""
    dossier = one.dossier
    ends, lawful = dossier.term_ends_on, dossier.last_lawful_on
    if one.person is None or ends is None:
        return
    protected = dossier.protected_until is not None and dossier.protected_until >= ends
    if lawful is not None and ends > lawful and not protected:
        yield say("第{hire}号聘用的合同至{ends}，超过最后合法日{last}", hire=one.id, ends=ends, last=lawful)
    book = ledger_of(one.person, procedure)
    excepted = any(line.until >= ends for line in exceptions_of(procedure, one.kind, one.person, dossier))
    if book is not None and book.exceeded and not excepted and not protected:
        facts = {"person": one.person.id, "hire": one.id, "months": book.used.months, "limit": book.cap_months}
        yield say("第{person}号人员（第{hire}号聘用）累计{months}个月，超过{limit}个月且没有例外", **facts)
    if dossier.paid_until is not None and dossier.paid_until > ends:
        yield say("第{hire}号聘用发放至{paid}，超过合同期{ends}", hire=one.id, paid=dossier.paid_until, ends=ends)
