"""The values of one hire for its papers (文书内容): read at once, as plain text; None for what is not there yet.

The full identity number, telephone and address are unsealed only where the template names them, and whoever has the
paper made is kept in the person's log (``making``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from states.certificate import at_term_end, kind_of_end, time_served
from states.coming_term import Term, first_term, renewed_term
from states.facts import Dossier, Hire
from states.guards.labels import CATEGORIES, EDUCATION, joined
from states.labels import role_name
from states.meets import enforces
from states.pay import yuan
from states.procedure import Procedure
from states.standard import base_fen, performance_fen, standard_of
from states.vocabulary import RecordKind, Role, State
from workflow import person_log
from workflow.announcement_text import in_words
from workflow.masking import masked_phone, masked_tail, tail_of
from workflow.papers.kinds import Kind, assessed_year, heading_of
from workflow.papers.names import KNOWN, OPINIONS
from workflow.queries.places import region_paths
from workflow.rates import figures_in_force
from workflow.sealing import Seal
from workflow.tables import metadata

Values = dict[str, str | None]
SEALED = frozenset({"id_number", "phone", "address"})
#: an opinion on whether somebody is hired: given before the hire, by a step that checks or posts
_HIRING = frozenset({State.APPLIED, State.QUALIFIED, State.PUBLICIZED})
_SAID = frozenset({RecordKind.OPINION, RecordKind.MEETING, RecordKind.NOTICE, RecordKind.NONE})
#: no sign that XML or a printer has no use for; an opinion may have several lines
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Source:
    """For what a paper is made: the hire under its procedure, on a day."""

    procedure: Procedure
    hire: Hire
    kind: Kind
    today: date

    @property
    def term(self) -> Term:
        hire, dossier = self.hire, self.hire.dossier
        if self.kind is Kind.RENEWAL:
            return renewed_term(self.procedure, hire)
        if dossier.term_no and dossier.term_starts_on and self.kind not in (Kind.AGREEMENT, Kind.CONTRACT):
            months = first_term(self.procedure, hire).months
            return Term(dossier.term_no, months, dossier.term_starts_on, dossier.term_ends_on)
        return first_term(self.procedure, hire)


def values_of(connection: Connection, seal: Seal, source: Source, used: Collection[str]) -> Values:
    """What ``used`` names (of ``names.KNOWN``), but for the number of the paper and the day on which it is made.

    Raises workflow.sealing.SealBroken.
    """
    found: Values = {}
    for part in (_paper, _post, _person, _hiring, _days, _leaving, _filing, _assessment):
        found |= part(connection, source)
    found |= _sealed(connection, seal, source, used)
    found |= _opinions(connection, source)
    return {name: plain(found.get(name)) for name in KNOWN[source.kind] if name in used and name not in _LATER}


#: what stands in place of an address
HIDDEN = "******"


def masked(values: Mapping[str, str]) -> dict[str, str]:
    """The same values as readers see them who keep no data of people: what is sealed in the register is masked."""
    return {name: _MASKS[name](value) if name in _MASKS and value else value for name, value in values.items()}


_MASKS: Mapping[str, Callable[[str], str]] = {
    "id_number": lambda number: masked_tail(tail_of(number)),
    "phone": masked_phone,
    "address": lambda _: HIDDEN,
}


#: known only when the paper gets its number
_LATER = frozenset({"number", "made_on"})


def plain(text: str | None) -> str | None:
    """Text that a printed page can hold, or None where nothing is left of it."""
    return (_CONTROL.sub("", text).strip() or None) if text else None


def _day(value: date | None) -> str | None:
    return None if value is None else in_words(value)


def _rows(connection: Connection, name: str, hire_id: int) -> list[Any]:
    """The rows of a hire that are in force, in the order of what they tell of."""
    table = metadata.tables[name]
    asked = select(table).where(table.c.hire_id == hire_id)
    if "corrected_by" not in table.c:
        return list(connection.execute(asked.order_by(table.c.seq)))
    first = func.coalesce(table.c.corrects_seq, table.c.seq)
    return list(connection.execute(asked.where(table.c.corrected_by.is_(None)).order_by(first)))


def _paper(connection: Connection, source: Source) -> Values:
    procedure = source.procedure
    region = metadata.tables["region"].c
    county = connection.execute(select(region.name).where(region.code == source.hire.region[:6])).scalar()
    return {
        "title": heading_of(procedure, source.kind),
        "county": county,
        "document_title": procedure.title.zh,
        "document_number": procedure.document.number,
    }


def _post(connection: Connection, source: Source) -> Values:
    post = metadata.tables["post"]
    row = connection.execute(select(post).where(post.c.id == source.hire.post.id)).one()
    kind = source.procedure.kind_by_name.get(source.hire.kind)
    paths = region_paths(connection, {source.hire.region})
    pay = _pay(connection, source, row.monthly_fen)
    return {
        "employer": row.employer,
        "post": row.title,
        "post_kind": kind.zh if kind else source.hire.kind,
        "workplace": paths[source.hire.region],
        **pay,
    }


@enforces("XY-40", "XY-41", "BH-23")
def _pay(connection: Connection, source: Source, post_fen: int) -> Values:
    """What the pay sheets will pay: each month, and after the ruling on the year; so a paper never promises otherwise.

    The minimum wage stands on a paper only where a figure is in force that this pay reaches.
    """
    procedure, hire = source.procedure, source.hire
    fen = base_fen(procedure, hire.kind, standard_of(hire.dossier, post_fen))
    later = performance_fen(procedure, hire.kind)
    least = figures_in_force(connection, hire.region, source.today).get("minimum_wage_month")
    return {
        "monthly_pay": yuan(fen) if fen else None,
        "performance_pay": yuan(later) if later else None,
        "minimum_wage": yuan(least) if least is not None and fen >= least else None,
    }


def _person(connection: Connection, source: Source) -> Values:
    assert source.hire.person is not None
    person = metadata.tables["person"]
    row = connection.execute(select(person).where(person.c.id == source.hire.person.id)).one()
    return {
        "name": row.name,
        "sex": {"M": "男", "F": "女"}.get(row.sex, row.sex),
        "born_on": _day(row.born),
        "home": region_paths(connection, {row.home_region})[row.home_region],
        "education": EDUCATION.get(row.education, row.education),
        "categories": joined(row.categories, CATEGORIES),
    }


def _sealed(connection: Connection, seal: Seal, source: Source, used: Collection[str]) -> Values:
    assert source.hire.person is not None
    person, found = metadata.tables["person"], Values()
    for name in sorted(SEALED & set(used)):
        column = person.c[person_log.SEALED[name]]
        row = connection.execute(select(person.c.key, column).where(person.c.id == source.hire.person.id)).one()
        found[name] = None if row[1] is None else seal.unseal(row[1], person_log.place_of(name, row.key))
    return found


def _hiring(connection: Connection, source: Source) -> Values:
    dossier = source.hire.dossier
    decided = [row.approval_no for row in _rows(connection, "decision", source.hire.id) if row.approval_no]
    return {
        "applied_on": _day(dossier.applied_on),
        "meeting": _meeting(source.hire),
        "notice": _between(dossier.posted_on, dossier.notice_ends_on),
        "training": None
        if dossier.trained_on is None
        else f"{in_words(dossier.trained_on)}，{'合格' if dossier.training_passed else '不合格'}",
        "approved_on": _day(dossier.approved_on),
        "approval_no": decided[-1] if decided else None,
    }


def _meeting(hire: Hire) -> str | None:
    dossier = hire.dossier
    if dossier.meeting_on is None:
        return None
    return f"{in_words(dossier.meeting_on)}到会{dossier.meeting_present}人，同意{dossier.meeting_for}人"


def _between(first: date | None, last: date | None) -> str | None:
    return None if first is None or last is None else f"{in_words(first)}至{in_words(last)}"


def _days(connection: Connection, source: Source) -> Values:
    dossier, term = source.hire.dossier, source.term
    contracts = _rows(connection, "contract", source.hire.id)
    own = next((row for row in contracts if row.term_no == term.number), None)
    return {
        "started_on": _day(dossier.started_on),
        "term_months": str(term.months),
        "term_starts_on": _day(term.starts_on),
        "term_ends_on": _day(term.ends_on),
        "former_ends_on": _former_end(contracts, term) or _day(dossier.term_ends_on),
        "contract_number": own.number if own is not None else None,
        "signed_on": _day(own.signed_on) if own is not None else None,
    }


def _former_end(contracts: list[Any], term: Term) -> str | None:
    before = [row.ends_on for row in contracts if row.term_no == term.number - 1]
    return _day(before[0]) if before else None


def _leaving(connection: Connection, source: Source) -> Values:
    hire, procedure = source.hire, source.procedure
    dossier = hire.dossier
    ended_on, first = dossier.ended_on, dossier.first_started_on
    name = dossier.leaving_ground or (_at_term_end(procedure) if dossier.renewal == "end" else None)
    ground = procedure.ground_by_name.get(name or "")
    told = (*_rows(connection, "decision", hire.id), *_rows(connection, "departure", hire.id))
    law = next((row.law for row in reversed(told) if row.law), None)
    return {
        **_decided(dossier),
        "first_started_on": _day(first),
        "ended_on": _day(ended_on),
        "ending": kind_of_end(procedure, name),
        "ground": ground.zh if ground else name,
        "law": (ground.law if ground else None) or law,
        "time_served": time_served(first, ended_on) if first and ended_on else None,
    }


def _at_term_end(procedure: Procedure) -> str | None:
    over = at_term_end(procedure)
    return over.ground if over else None


def _decided(dossier: Dossier) -> Values:
    """What a decision to end says of the last day, of notice, and of the month's pay in its place."""
    fen, paid_on = dossier.in_lieu_fen, dossier.in_lieu_on
    return {
        "last_day": _day(dossier.ended_on or dossier.leaving_on or dossier.term_ends_on),
        "notice_on": _day(dossier.leaving_notice_on),
        "in_lieu": f"{yuan(fen)}元，{in_words(paid_on)}支付" if fen and paid_on else None,
    }


#: what is reported of an assessment or of somebody who left is not the filing of a hire
_OTHER_FILINGS = frozenset(
    {
        RecordKind.ASSESSMENT,
        RecordKind.ASSESSMENT_RULING,
        RecordKind.OPINION,
        RecordKind.ENDING_DECISION,
        RecordKind.ENDING,
    }
)


def _filing(connection: Connection, source: Source) -> Values:
    procedure = source.procedure
    steps = (step for step in procedure.steps if step.records not in _OTHER_FILINGS)
    lines = {line.filing: line.zh for step in steps for line in step.files}
    rows = [row for row in _rows(connection, "filing", source.hire.id) if row.filing in lines]
    if not rows:
        return {}
    row = rows[-1]
    return {
        "filing": lines.get(row.filing, row.filing),
        "filing_to": "、".join(role_name(procedure, role) for role in row.to_roles),
        "filing_due_on": _day(row.due_on),
    }


def _assessment(connection: Connection, source: Source) -> Values:
    year = assessed_year(source.hire.dossier, source.today.year)
    waits = source.hire.dossier.proposed_seq  # what was proposed before, or taken back, is on no paper
    rows = [row for row in _rows(connection, "assessment", source.hire.id) if row.year == year]
    rows = [row for row in rows if row.ruled_seq is not None or row.seq == waits]
    if not rows:
        return {"year": str(year)}
    row, grade = rows[-1], source.procedure.assessment.grade(rows[-1].grade)
    points = row.points_tenths
    return {
        "year": str(year),
        "points": None if points is None else f"{points / 10:g}",
        "grade": grade.zh if grade else row.grade,
        "evidence": row.evidence,
    }


def _opinions(connection: Connection, source: Source) -> Values:
    """The last opinion of each role before somebody was hired, with its officer and day."""
    decision, entry, account = (metadata.tables[name] for name in ("decision", "audit_entry", "account"))
    asked = (
        select(decision.c.role, decision.c.act, decision.c.stage, decision.c.opinion, entry.c.on_day, account.c.name)
        .join(entry, (entry.c.hire_id == decision.c.hire_id) & (entry.c.seq == decision.c.seq))
        .outerjoin(account, account.c.id == decision.c.account_id)
        .where(decision.c.hire_id == source.hire.id)
        .order_by(decision.c.seq)
    )
    return dict(_said(source.procedure, connection.execute(asked)))


def _said(procedure: Procedure, rows: Any) -> Iterator[tuple[str, str]]:
    acts = {step.act: step.zh for step in procedure.steps if step.records in _SAID}
    for row in rows:
        stage = procedure.stage_by_name.get(row.stage)
        if stage is None or stage.state not in _HIRING or row.act not in acts or Role(row.role) not in OPINIONS:
            continue
        words = f"{acts[row.act]}。{row.opinion or ''}"
        yield f"opinion_{row.role}", f"{words}\n{row.name or ''} {in_words(row.on_day)}".strip()
