"""Making a paper (制作文书): values, template, number and file in one transaction, and opening it again.

Asked again for the same paper of the same term, the same number and the same bytes come back. A form is made anew once
its facts have changed; what two parties sign only with a reason, and never once it is signed. Nothing is made while a
value is missing that the template prints: every one is told, with where it is entered.

Beside the paper the same one is kept with its sealed values masked: who keeps no data of people (``people.REGISTRARS``)
reads that one. Whoever opens the full one stands in the person's log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from states.clocks import local_day
from states.facts import Actor, Hire
from states.procedure import Procedure
from states.refusals import InputRefused, NoSuchHire, StepNotOffered
from states.say import Sentence, say
from workflow import files, office_log, person_log
from workflow.announcement_text import in_words
from workflow.authority import NotPossible
from workflow.office import Office
from workflow.papers import templates
from workflow.papers.kinds import PAPERS, Kind, heading_of, kinds_of, may_make, term_of, why_not
from workflow.papers.names import KNOWN
from workflow.papers.numbers import BOOK, hold, next_number
from workflow.papers.rendering import Use, render, used_by
from workflow.papers.values import Source, Values, masked, values_of
from workflow.people import REGISTRARS
from workflow.queries.hires import hire_line
from workflow.queries.scope import Scope, scoped
from workflow.reading import load_hires
from workflow.sealing import Seal
from workflow.tables import Paper as PaperRow
from workflow.tables import Person, metadata

_paper, _hire, _account = (metadata.tables[name] for name in ("paper", "hire", "account"))
#: what looked for viruses in a file that was made here
MADE_HERE = "made here"


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper that was made. ``made_at`` is UTC; ``by``: the account's holder; ``reason``: why it was set aside."""

    number: str
    paper: str
    term_no: int
    digest: str
    made_at: datetime
    by: str | None
    replaced_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """What came of asking for a paper. ``again``: it had been made before, and this is the same one."""

    line: PaperLine
    again: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A paper with its bytes, and the name under which it is handed out. ``full``: nothing in it is masked."""

    line: PaperLine
    name: str
    content: bytes
    full: bool


class NoSuchPaper(NoSuchHire):
    """There is no such paper of this hire, or not for this actor."""


class PaperIncomplete(InputRefused):
    """Values are missing that the template prints. ``faults`` names each, with where it is entered."""

    def __init__(self, missing: Mapping[str, Sentence]) -> None:
        super().__init__(missing)
        self.sentence = say("还缺少{n}项内容，没有制作。请先补齐下列各项", n=len(missing))


# ---- making ------------------------------------------------------------------------------------------------------


def make(
    office: Office, seal: Seal, hire_id: int, kind: Kind, actor: Actor, at: datetime, *, reason: str | None = None
) -> Made:
    """Makes a paper for a hire, or returns the one that was made.

    ``reason``: why one that two parties sign is to be made anew; the earlier one stays on record. ``at`` is aware.
    Raises NoSuchHire, StepNotOffered, NotPossible, PaperIncomplete, InputRefused.
    """
    form = _form_of(office, seal, hire_id, kind, actor, at)
    source, hire = form.source, form.source.hire
    with office.database.session() as session:
        connection = session.connection()
        hold(connection, hire.region, kind, at)
        former = _live(session, source)
        values = _values_anew(connection, seal, form, former, reason)
        if values is None:
            assert former is not None
            return Made(_line_of(connection, hire_id, former.digest), True)
        if former is not None:
            _set_aside(session, source, former, actor, at, reason)
        number = next_number(connection, hire.region, kind, at)
        whole = {**{name: value or "" for name, value in values.items()}, "number": number, "made_on": _today(at)}
        made, hidden = (render(form.content, said, kind) for said in (whole, masked(whole)))
        digest = files.keep(office, connection, seal, made, MADE_HERE, at)
        row = PaperRow(
            hire_id=hire_id,
            number=number,
            paper=kind.value,
            term_no=term_of(kind, hire, source.today.year),
            digest=digest,
            masked=files.keep(office, connection, seal, hidden, MADE_HERE, at),
            template_id=None if form.template is None else form.template.id,
            basis=_basis(seal, values, form.template),
            made_by=actor.person_key,
            account_id=actor.account_id,
            made_at=at,
        )
        session.add(row)
        session.flush()
        _record(office, seal, session, source, row, actor, at)
        return Made(_line_of(connection, hire_id, digest), False)


def outlook(office: Office, seal: Seal, hire_id: int, kind: Kind, actor: Actor, at: datetime) -> PaperLine | None:
    """What ``make`` without a reason would come to now: the paper that it hands out again; None: it makes one.

    Nothing is written. Raises as ``make``.
    """
    form = _form_of(office, seal, hire_id, kind, actor, at)
    with office.database.reading() as connection, Session(bind=connection) as session:
        former = _live(session, form.source)
        stands = _values_anew(connection, seal, form, former, None) is None
        return _line_of(connection, hire_id, former.digest) if former is not None and stands else None


@dataclass(frozen=True, slots=True)
class _Form:
    """What a paper is made of beside its values. ``template``: the office's own, ``content``: the bytes in force."""

    source: Source
    template: templates.TemplateLine | None
    content: bytes
    use: Use


def _form_of(office: Office, seal: Seal, hire_id: int, kind: Kind, actor: Actor, at: datetime) -> _Form:
    """The form of this hire, if this actor may make it now."""
    hire, procedure = _allowed(office, hire_id, kind, actor, at)
    with office.database.reading() as connection:
        template = templates.in_force(connection, procedure.procedure, hire.region, kind)
    content = templates.content_of(office, seal, procedure, kind, template)
    return _Form(Source(procedure, hire, kind, local_day(at)), template, content, used_by(content, kind))


def _values_anew(
    connection: Connection, seal: Seal, form: _Form, former: PaperRow | None, reason: str | None
) -> Values | None:
    """The values of a new paper; None where the ``former`` one stands, for want of a reason or of anything new."""
    kind = form.source.kind
    if former is not None and PAPERS[kind].once and reason is None:
        return None
    values = values_of(connection, seal, form.source, form.use.names)
    _check_complete(values, form.use.printed, kind)
    if former is not None and former.basis == _basis(seal, values, form.template) and reason is None:
        return None
    return values


def _allowed(office: Office, hire_id: int, kind: Kind, actor: Actor, at: datetime) -> tuple[Hire, Procedure]:
    """The hire, if this actor may make this paper of it now."""
    scope = scoped(actor)
    with office.database.reading(scope.reach) as connection:
        line = hire_line(connection, scope, hire_id)
    if line is None or not scope.covers(line.region):
        raise NoSuchHire(hire_id)
    with office.database.reading() as connection:
        hire = load_hires(connection, [hire_id])[hire_id]
    procedure = office.procedure(hire.procedure)
    if kind not in {paper.kind for paper in kinds_of(procedure)}:
        raise InputRefused({"paper": say("这份办法没有这种文书，请从列表中选择")})
    if not may_make(actor, procedure, kind, hire.region):
        raise StepNotOffered(say("您没有制作这种文书的职责"), act=kind.value, forbidden=True)
    refused = why_not(procedure, kind, hire)
    if refused is not None:
        raise NotPossible(refused)
    return hire, procedure


def _live(session: Session, source: Source) -> PaperRow | None:
    asked = rows_of(PaperRow).where(
        PaperRow.hire_id == source.hire.id,
        PaperRow.paper == source.kind.value,
        PaperRow.term_no == term_of(source.kind, source.hire, source.today.year),
        col(PaperRow.replaced_at).is_(None),
    )
    return session.exec(asked).first()


def _check_complete(values: Values, printed: frozenset[str], kind: Kind) -> None:
    missing = {name: KNOWN[kind][name] for name in values if name in printed and values[name] is None}
    stopping = {name.name: _WHERE[name.page] for name in missing.values() if not name.blank}
    if stopping:
        known = KNOWN[kind]
        told = {n: say("{name}：{where}", name=known[n].alias, where=where.pattern) for n, where in stopping.items()}
        raise PaperIncomplete(told)


_WHERE = {
    "person": say("请在人员档案中登记"),
    "post": say("请在岗位信息中登记"),
    "hire": say("请先办理相应步骤"),
}


def _basis(seal: Seal, values: Values, template: templates.TemplateLine | None) -> str:
    """A keyed commitment to what a paper says: it shows that nothing has changed, and tells nothing to others."""
    said = {"values": values, "template": None if template is None else template.digest}
    return seal.blind(orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode(), "paper.basis")


def _set_aside(
    session: Session, source: Source, former: PaperRow, actor: Actor, at: datetime, reason: str | None
) -> None:
    """An earlier paper stays on record, with who set it aside and why. One that is signed stays as it is."""
    if PAPERS[source.kind].once:
        reason = (reason or "").strip()
        if not 2 <= len(reason) <= 200:
            raise InputRefused({"reason": say("请写明重新制作的理由（2至200字）")})
        if _is_signed(session, former):
            raise NotPossible(say("这份文书已经签订，不能重新制作。内容有变的，请双方另签变更协议"))
    former.replaced_at, former.replaced_by, former.reason = at, actor.person_key, reason or None
    session.flush()


def _is_signed(session: Session, former: PaperRow) -> bool:
    """Whether the contract that the paper is for was entered as signed."""
    if former.paper in (Kind.ENDING, Kind.CERTIFICATE):  # one side gives it, and nobody signs it as a contract
        return False
    contract = metadata.tables["contract"]
    asked = select(contract.c.seq).where(contract.c.hire_id == former.hire_id, contract.c.term_no == former.term_no)
    return session.connection().execute(asked).first() is not None


def _today(at: datetime) -> str:
    return in_words(local_day(at))


def _record(
    office: Office, seal: Seal, session: Session, source: Source, row: PaperRow, actor: Actor, at: datetime
) -> None:
    """In the book of the office without personal data, and in the log of the person whose data went into it."""
    facts: dict[str, Any] = {"hire": row.hire_id, "paper": row.paper, "number": row.number, "digest": row.digest}
    if row.template_id is not None:
        facts["template"] = row.template_id
    algorithm = office.setting.algorithm
    assert source.hire.person is not None
    _log_person(seal, session, source.hire.person.id, actor, at, "make_paper", row.number, algorithm)
    # last, because whoever writes it keeps every other writer of the book waiting
    office_log.write(session, BOOK, "made", actor, at, facts, algorithm)


def _log_person(
    seal: Seal, session: Session, person_id: int, actor: Actor, at: datetime, act: str, number: str, algorithm: str
) -> None:
    person = session.exec(rows_of(Person).where(Person.id == person_id).with_for_update()).one()
    person_log.write(session, seal, person, actor, at, act, purpose=number, algorithm=algorithm)


# ---- reading -----------------------------------------------------------------------------------------------------


def papers_of(connection: Connection, scope: Scope, hire_id: int) -> tuple[PaperLine, ...]:
    """The papers of a hire for the offices that see it: those in force, the latest first, then those set aside."""
    asked = _lines(hire_id).join(_hire, _hire.c.id == _paper.c.hire_id).where(scope.regions(_hire.c.region))
    latest = (_paper.c.replaced_at.is_not(None), _paper.c.made_at.desc(), _paper.c.number.desc())
    found = connection.execute(asked.order_by(*latest))
    return tuple(_line(row) for row in found)


def reads_full(actor: Actor, region: str) -> bool:
    """Whether papers of a hire in ``region`` are opened by the actor as they were made, full numbers and all."""
    return bool(actor.roles_in(region) & REGISTRARS)


def open_paper(office: Office, seal: Seal, hire_id: int, digest: str, actor: Actor, at: datetime) -> Opened:
    """A paper for a reader of an office that sees the hire; that it was opened is kept in the person's log.

    ``digest`` names the paper; who keeps no data of people gets the masked one. ``at`` is aware.
    Raises NoSuchPaper, workflow.sealing.SealBroken.
    """
    scope = scoped(actor)
    with office.database.reading(scope.reach) as connection:
        line = next((line for line in papers_of(connection, scope, hire_id) if line.digest == digest), None)
    if line is None:
        raise NoSuchPaper(hire_id)
    with office.database.session() as session:
        asked = select(_hire.c.procedure, _hire.c.region, _hire.c.person_id, _paper.c.masked)
        asked = asked.join(_paper, _paper.c.hire_id == _hire.c.id)
        same = (_hire.c.id == hire_id, _paper.c.number == line.number)
        hire = session.connection().execute(asked.where(*same)).one()
        full = reads_full(actor, hire.region)
        content = files.open_file(office, seal, digest if full else hire.masked)
        act = "open_paper" if full else "open_masked"
        _log_person(seal, session, hire.person_id, actor, at, act, line.number, office.setting.algorithm)
    title = heading_of(office.procedure(hire.procedure), Kind(line.paper))
    return Opened(line, f"{title}-{line.number}{'' if full else '（脱敏）'}.docx", content, full)


def numbers_to_sign(lines: tuple[PaperLine, ...]) -> dict[Kind, str]:
    """The number of the latest live paper of each kind."""
    return {Kind(line.paper): line.number for line in reversed(lines) if line.replaced_at is None}


def _lines(hire_id: int) -> Select[Any]:
    shown = ("number", "paper", "term_no", "digest", "made_at", "replaced_at", "reason")
    asked = select(*(_paper.c[name] for name in shown), _account.c.name.label("by"))
    return asked.outerjoin(_account, _account.c.id == _paper.c.account_id).where(_paper.c.hire_id == hire_id)


def _line_of(connection: Connection, hire_id: int, digest: str) -> PaperLine:
    return _line(connection.execute(_lines(hire_id).where(_paper.c.digest == digest)).one())


def _line(row: Row[Any]) -> PaperLine:
    return PaperLine(**row._mapping)
