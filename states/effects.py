"""What each kind of record does to a hire (效果): the change of its dossier and the rows that keep the fact.

One small function per ``RecordKind``. They decide nothing: guards have spoken before, the engine writes after. Days in
rows are ISO text, because rows travel as JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from states.bases import BASES
from states.calendar import Calendar
from states.chronology import notice_begins
from states.clocks import due, objection_due
from states.coming_term import renewed_until, term_end
from states.facts import Actor, Dossier, Hire, OpenFiling, OpenObjection, Person
from states.house import taken_back
from states.noting import note_of
from states.past import split
from states.plan import Row
from states.points import Total, reckon, worth
from states.procedure import Procedure, RecordKind, Role, Step
from states.tenure import last_lawful, measure_retirement

if TYPE_CHECKING:  # corrections run the effects of earlier acts again
    from states.correcting import Moves

_ONE_DAY = timedelta(days=1)
#: of rows that were corrected only the last one is spoken of
IN_FORCE: Row = {"corrected_by": None}


@dataclass(slots=True)
class Act:
    """A step being carried out: what effects may look at, and where they put their rows."""

    hire: Hire
    procedure: Procedure
    step: Step
    input: Mapping[str, Any]
    on: date
    calendar: Calendar
    actor: Actor
    role: Role
    seq: int
    #: of a correction: everything that moves with it
    moves: Moves | None = None
    rows: list[tuple[str, Row]] = field(default_factory=list)
    updates: list[tuple[str, Row, Row]] = field(default_factory=list)
    #: columns of this act's own rows that later acts may set again, by table and what tells the rows apart
    born: list[tuple[str, Row, Row]] = field(default_factory=list)

    @property
    def dossier(self) -> Dossier:
        return self.hire.dossier

    @property
    def person(self) -> Person:
        if self.hire.person is None:
            raise ValueError("the hire has no person yet")
        return self.hire.person

    def record(self, table: str, **values: Any) -> None:
        self.rows.append((table, {"hire_id": self.hire.id, "seq": self.seq, **values}))

    def update(self, table: str, keys: Row, values: Row) -> None:
        self.updates.append((table, {"hire_id": self.hire.id, **keys}, values))


Effect = Callable[[Act], dict[str, Any]]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _nothing(act: Act) -> dict[str, Any]:
    return {}


def _application(act: Act) -> dict[str, Any]:
    return {"applied_on": act.on, "route": act.input["route"]}


def _old_terms(act: Act) -> dict[str, Any]:
    """原在岗人员: at work under an agreement that was made elsewhere; its days and pay are taken as they stand."""
    starts_on, ends_on = act.input["starts_on"], act.input["ends_on"]
    fen = int(act.input["monthly_yuan"] * 100)
    act.record(
        "old_terms",
        started_on=_iso(act.input["started_on"]),
        months_before=act.person.prior_months,
        monthly_fen=fen,
        evidence=act.input["evidence"],
    )
    _contract_row(act, "old_agreement", 1, starts_on, ends_on)
    return {
        "first_started_on": act.input["started_on"],
        "started_on": starts_on,
        "signed_on": act.input["signed_on"],
        "term_no": 1,
        "term_starts_on": starts_on,
        "term_ends_on": ends_on,
        "old_pay_fen": fen,
    }


def _opinion(act: Act) -> dict[str, Any]:
    if act.step.params.get("reviews") == "assessment":
        return {"proposed_reviewed": True}
    if act.step.params.get("takes_back") == "entry":
        return _entry_taken_back(act)
    if not act.step.params.get("first_approval"):
        return {}
    changes: dict[str, Any] = {"approved_on": act.on}
    return changes | _measured(act, "approved_on", act.on)


def _entry_taken_back(act: Act) -> dict[str, Any]:
    """撤销录入: the agreement counts as never served (it ends before its first day), and no report of it is owed."""
    dossier = act.dossier
    assert dossier.term_starts_on is not None
    ended_on = dossier.term_starts_on - _ONE_DAY
    act.update("contract", {"term_no": dossier.term_no, "ended_on": None, **IN_FORCE}, {"ended_on": _iso(ended_on)})
    return {"filings": ()}


def _measured(act: Act, event: str, on: date) -> dict[str, Any]:
    """Retirement is measured at the event the document names; the day itself is kept at the first approval anyway."""
    lines = act.procedure.service.exceptions
    events = {str(act.procedure.settle(line.measured_on)) for line in lines if line.measured_on is not None}
    if event not in (events or {"approved_on"}):
        return {}
    retires_on, near = measure_retirement(act.procedure, act.hire.kind, act.person, on)
    return {"retires_on": retires_on, "near_retirement": near}


def _meeting(act: Act) -> dict[str, Any]:
    return {
        "meeting_on": act.input["held_on"],
        "meeting_present": act.input["present"],
        "meeting_for": act.input["in_favour"],
    }


def _notice(act: Act) -> dict[str, Any]:
    """公示: its end follows from the deadline that the document sets on the stage it leads to."""
    days = [board.posted_on or act.input["posted_on"] for board in act.input["boards"]]
    posted_on = notice_begins(max(days), act.on)
    target = act.step.to or act.hire.stage
    line = next(line for line in act.procedure.deadlines_during[target] if line.base == "posted_on")
    ends_on, provisional = due(act.procedure, line.length, posted_on, act.calendar)
    round_no = int(act.step.params.get("round", 1))
    boards = tuple(board.name for board in act.input["boards"])
    act.record(
        "notice",
        round=round_no,
        posted_on=_iso(max(days)),
        ends_on=_iso(ends_on),
        provisional=provisional,
        boards=list(boards),
        board_days=[day.isoformat() for day in days],
        sheet=sheet_of(act.hire.opening.id, round_no, posted_on),
        article=line.cite,
    )
    return {
        "posted_on": posted_on,
        "notice_ends_on": ends_on,
        "notice_round": round_no,
        "boards": boards,
    }


def sheet_of(opening_id: int, round_no: int, begins_on: date) -> str:
    """The list on which a person is published (公示名单): all of one opening and round that count from one day."""
    return f"{opening_id}-{round_no}-{begins_on:%Y%m%d}"


def _notice_end(act: Act) -> dict[str, Any]:
    act.update("notice", {"closed_on": None, **IN_FORCE}, {"closed_on": _iso(act.on)})
    return {}


def _objection(act: Act) -> dict[str, Any]:
    objection = OpenObjection(act.seq, act.on)
    due_on, provisional = objection_due(act.procedure, objection, act.calendar)
    act.record(
        "objection",
        lodged_on=_iso(act.on),
        text=act.input["text"],
        by_name=act.input.get("by_name"),
        due_on=_iso(due_on),
        provisional=provisional,
        public=act.role is Role.PUBLIC,
    )
    return {
        "open_objections": (*act.dossier.open_objections, act.seq),
        "objections": (*act.dossier.objections, objection),
    }


def _objection_answer(act: Act) -> dict[str, Any]:
    upheld = bool(act.step.params.get("upheld"))
    answered = act.input["objection"]
    act.update("objection", {"seq": answered}, {"answered_seq": act.seq, "upheld": upheld})
    dossier = act.dossier
    return {
        "open_objections": tuple(seq for seq in dossier.open_objections if seq != answered),
        "objections": tuple(objection for objection in dossier.objections if objection.seq != answered),
        "objection_handlers": tuple(dict.fromkeys((*dossier.objection_handlers, act.actor.person_key))),
        "upheld_objections": dossier.upheld_objections + upheld,
    }


def _training(act: Act) -> dict[str, Any]:
    held_on, passed = act.input["held_on"], act.input["passed"]
    act.record("training", held_on=_iso(held_on), hours=act.input.get("hours"), passed=passed)
    return {"training_passed": passed, "trained_on": held_on if passed else None}


def _agreement(act: Act) -> dict[str, Any]:
    _contract_row(act, "agreement", 0, None, None)
    return {"agreement_on": act.input["signed_on"]}


def _start(act: Act) -> dict[str, Any]:
    started_on: date = act.input["started_on"]
    changes = _begin_service(act, started_on)
    if act.dossier.signed_on is not None and act.dossier.term_starts_on is None:
        # the agreement was signed before the work began: its term starts with the work
        term = term_end(act.procedure, started_on, changes["last_lawful_on"])
        act.update("contract", {"term_no": 1, **IN_FORCE}, _period(started_on, term))
        changes |= {"term_no": 1, "term_starts_on": started_on, "term_ends_on": term}
    return changes


def _begin_service(act: Act, started_on: date) -> dict[str, Any]:
    changes: dict[str, Any] = {"started_on": started_on, "first_started_on": started_on}
    changes |= _measured(act, "started_on", started_on)
    dossier = act.dossier.with_(**changes)
    counted_from = BASES["hired_on"](act.procedure, dossier, act.hire.opening) or started_on
    limit = last_lawful(act.procedure, act.hire.kind, act.person, dossier, counted_from)
    return changes | {"last_lawful_on": None if limit is None else limit.on}


def _contract(act: Act) -> dict[str, Any]:
    signed_on: date = act.input["signed_on"]
    changes: dict[str, Any] = {"signed_on": signed_on}
    starts_on: date | None = act.input.get("starts_on") or act.dossier.started_on
    if act.step.params.get("starts") and act.dossier.started_on is None:
        starts_on = act.input.get("starts_on") or signed_on
        changes |= _begin_service(act, starts_on)
    if starts_on is None or (act.dossier.started_on is None and "started_on" not in changes):
        _contract_row(act, str(act.step.params.get("instrument", "contract")), 1, None, None)
        return changes | {"agreement_on": signed_on}
    term = term_end(act.procedure, starts_on, changes.get("last_lawful_on", act.dossier.last_lawful_on))
    _contract_row(act, str(act.step.params.get("instrument", "contract")), 1, starts_on, term)
    return changes | {"term_no": 1, "term_starts_on": starts_on, "term_ends_on": term}


def _period(starts_on: date, ends_on: date) -> Row:
    return {"starts_on": _iso(starts_on), "ends_on": _iso(ends_on)}


def _contract_row(act: Act, instrument: str, term_no: int, starts_on: date | None, ends_on: date | None) -> None:
    act.record(
        "contract",
        person_id=act.person.id,
        instrument=instrument,
        term_no=term_no,
        number=act.input.get("number"),
        signed_on=_iso(act.input["signed_on"]),
        starts_on=_iso(starts_on),
        ends_on=_iso(ends_on),
    )


def _assessment(act: Act) -> dict[str, Any]:
    rules, total = act.procedure.assessment, _total(act)
    points = act.input.get("points")
    tenths = total.tenths if total is not None else None if points is None else int(points * 10)
    grade = rules.grade(str(act.input.get("grade"))) if tenths is None else rules.grade_for(tenths / 10)
    name = "" if grade is None else grade.grade
    act.record(
        "assessment",
        year=act.input["year"],
        points_tenths=tenths,
        grade=name,
        passed=bool(grade and grade.passes),
        skilled=act.input.get("skilled"),
        evidence=act.input.get("evidence"),
        items=[] if total is None else total.stored(),
    )
    rulings = {s.act for s in act.procedure.steps if s.records is RecordKind.ASSESSMENT_RULING}
    return {
        "proposed_year": act.input["year"],
        "proposed_grade": name,
        "proposed_points_tenths": tenths,
        "proposed_seq": act.seq,
        "proposed_by": act.actor.person_key,
        "proposed_for": act.actor.stands_for(act.role, act.hire.region),
        # a new proposal is not what was signed
        "signatures": tuple(s for s in act.dossier.signatures if s.act not in rulings),
        "proposed_skilled": act.input.get("skilled"),
        "proposed_reviewed": False,
        "points_moved": False,
    }


def _total(act: Act) -> Total | None:
    """What the points of the year come to, where the document counts them."""
    if not act.procedure.assessment.reckoned:
        return None
    return reckon(act.procedure, act.dossier.points, act.input["year"])


def _assessment_taken_back(act: Act) -> dict[str, Any]:
    """撤回考核意见: nothing is proposed any more; the row of what was proposed stays, and is never ruled on."""
    proposed = ("proposed_year", "proposed_grade", "proposed_points_tenths", "proposed_seq", "proposed_skilled")
    who = ("proposed_by", "proposed_for")
    return {**dict.fromkeys((*proposed, *who)), "proposed_reviewed": False, "points_moved": False}


def _assessment_ruling(act: Act) -> dict[str, Any]:
    grade = act.procedure.assessment.grade(act.dossier.proposed_grade or "")
    act.update("assessment", {"seq": act.dossier.proposed_seq}, {"ruled_seq": act.seq})
    return {
        "ruled_year": act.dossier.proposed_year,
        "ruled_grade": act.dossier.proposed_grade,
        "ruled_passed": bool(grade and grade.passes),
        "proposed_year": None,
        "proposed_grade": None,
        "proposed_points_tenths": None,
        "proposed_seq": None,
        "skilled": act.dossier.proposed_skilled,
        "proposed_skilled": None,
        "proposed_by": None,
        "proposed_for": None,
        "proposed_reviewed": False,
        "points_moved": False,
        "points": tuple(note for note in act.dossier.points if note.year > (act.dossier.proposed_year or 0)),
        "surveyed": tuple(year for year in act.dossier.surveyed if year > (act.dossier.proposed_year or 0)),
    }


def _renewal_decision(act: Act) -> dict[str, Any]:
    return {"renewal": str(act.step.params["outcome"])}


def _renewal_signing(act: Act) -> dict[str, Any]:
    _contract_row(act, "renewal", act.dossier.term_no + 1, None, None)
    return {"renewal_signed_on": act.input["signed_on"]}


def _renewal(act: Act) -> dict[str, Any]:
    """续签: the next term begins on the day it takes effect; a late one leaves the unpaid gap visible."""
    starts_on = act.on
    ends_on, limit_on = renewed_until(act.procedure, act.hire, starts_on)
    term_no = act.dossier.term_no + 1
    if act.dossier.renewal_signed_on is None:
        act.record(
            "contract",
            person_id=act.person.id,
            instrument="renewal",
            term_no=term_no,
            number=None,
            signed_on=_iso(act.on),
            **_period(starts_on, ends_on),
        )
    else:
        act.update("contract", {"term_no": term_no, **IN_FORCE}, _period(starts_on, ends_on))
    return {
        "term_no": term_no,
        "term_starts_on": starts_on,
        "term_ends_on": ends_on,
        "last_lawful_on": limit_on,
        "renewal": None,
        "renewal_signed_on": None,
        "over_term_on": None,
        "paid_until": None,
    }


def _protection(act: Act) -> dict[str, Any]:
    until: date = act.input["until"]
    act.record("protection", kind=act.input["kind"], until_on=_iso(until), evidence=act.input["evidence"])
    known = act.dossier.protected_until
    if known is not None and known >= until:
        return {}
    return {"protected_kind": act.input["kind"], "protected_until": until}


def _extension(act: Act) -> dict[str, Any]:
    """A document may let the county go further than the limit of months, for a named person and with a reason."""
    until: date = act.input["until"]
    dossier = act.dossier.with_(extension_until=until)
    start = (act.dossier.term_ends_on or act.on) + _ONE_DAY
    limit = last_lawful(act.procedure, act.hire.kind, act.person, dossier, start)
    return {"extension_until": until, "last_lawful_on": None if limit is None else limit.on}


def _statutory_extension(act: Act) -> dict[str, Any]:
    """The law moves the end of a term to the end of the protected period (LCL 45)."""
    end = act.dossier.protected_until
    act.update("contract", {"term_no": act.dossier.term_no, **IN_FORCE}, {"ends_on": _iso(end)})
    return {"term_ends_on": end}


def _overrun(act: Act) -> dict[str, Any]:
    return {"over_term_on": act.on, "paid_until": act.dossier.term_ends_on}


def _resignation(act: Act) -> dict[str, Any]:
    return {
        "resigned_on": act.input["given_on"],
        "leaving_ground": "resignation",
        "leaving_on": act.input["leave_on"],
        **_way_of_ending({}),
    }


def _handover(act: Act) -> dict[str, Any]:
    return {"handover_on": act.input["done_on"]}


def _ending_decision(act: Act) -> dict[str, Any]:
    return {
        "leaving_ground": act.input["ground"],
        "leaving_on": act.input["effective_on"],
        **_way_of_ending(act.input),
    }


def _way_of_ending(given: Mapping[str, Any]) -> dict[str, Any]:
    """How the person was told of a decision to end, or what they were paid instead."""
    paid = given.get("in_lieu_yuan")
    return {
        "leaving_notice_on": given.get("notice_on"),
        "in_lieu_fen": None if paid is None else int(paid * 100),
        "in_lieu_on": given.get("in_lieu_on"),
    }


def _ending(act: Act) -> dict[str, Any]:
    dossier = act.dossier
    # A term that ends by itself overtakes a resignation for a later day.
    by_term = act.step.params.get("ground")
    ground = str(by_term or dossier.leaving_ground or "")
    ended_on = (dossier.term_ends_on if by_term else dossier.leaving_on) or act.on
    paid_until = min(day for day in (ended_on, dossier.paid_until) if day is not None)
    line = act.procedure.ground_by_name.get(ground)
    act.record(
        "departure",
        ground=ground,
        ended_on=_iso(ended_on),
        paid_until=_iso(paid_until),
        law=line.law if line else None,
        article=line.cite if line else act.step.cite,
    )
    # Only the present contract ends now, and no contract outlives its term: days over term are unpaid and not service.
    contract_ended = min(ended_on, dossier.term_ends_on or ended_on)
    act.update(
        "contract", {"term_no": dossier.term_no, "ended_on": None, **IN_FORCE}, {"ended_on": _iso(contract_ended)}
    )
    return {"ended_on": ended_on, "paid_until": paid_until, "leaving_ground": ground}


def _filing(act: Act) -> dict[str, Any]:
    name, seq = act.input["filing"], act.input["seq"]
    sent = {"sent_on": _iso(act.input["sent_on"]), "receipt": act.input.get("receipt"), "sent_seq": act.seq}
    act.update("filing", {"filing": name, "seq": seq}, sent)
    return {"filings": tuple(f for f in act.dossier.filings if (f.filing, f.seq) != (name, seq))}


def _return(act: Act) -> dict[str, Any]:
    """退回: what its stage and later ones established is open again; the rows of what was done stay."""
    act.record("returned", from_stage=act.hire.stage, to_stage=act.input["to"], reason=act.input["reason"])
    empty = Dossier()
    fields = {name: getattr(empty, name) for name in taken_back(act.procedure, act.input["to"])}
    return {**fields, "signatures": (), "approvers": (), "objection_handlers": (), "returns": act.dossier.returns + 1}


def _suspension(act: Act) -> dict[str, Any]:
    act.record("suspension", from_on=_iso(act.on), reason=act.input["reason"])
    return {"suspended_on": act.on, "suspended_seq": act.seq}


def _resumption(act: Act) -> dict[str, Any]:
    resumed = {"resumed_on": _iso(act.on), "resumed_seq": act.seq}
    act.update("suspension", {"seq": act.dossier.suspended_seq}, resumed)
    return {"suspended_on": None, "suspended_seq": None}


def _assignment(act: Act) -> dict[str, Any]:
    role, account = act.input["role"].value, act.input["to_account"]
    act.record("assignment", role=role, to_account=account, reason=act.input["reason"])
    others = {known: given for known, given in act.dossier.assigned.items() if known != role}
    return {"assigned": others if account is None else {**others, role: account}}


def _comment(act: Act) -> dict[str, Any]:
    act.record("comment", text=act.input["text"])
    return {}


def _document(act: Act) -> dict[str, Any]:
    fields = ("kind", "name", "media_type", "size", "digest", "board", "address")
    act.record("document", **{name: act.input[name] for name in fields})
    return {}


def _score(act: Act) -> dict[str, Any]:
    items = dict(act.input["items"])
    act.record("score", tenths=sum(items.values()), items=items)
    return {"score_tenths": sum(items.values())}


def _point(act: Act) -> dict[str, Any]:
    note = note_of(act.procedure, act.dossier, act.input, act.seq, act.role, act.actor.person_key)
    act.record(
        "point",
        year=note.year,
        item=note.item,
        level=note.level,
        number=note.number,
        authors=note.authors,
        matter=act.input.get("matter") or f"{note.year}-{note.month:02}",
        evidence=act.input["evidence"],
        tenths=worth(act.procedure, note),
        month=note.month,
        listed=act.input.get("listed"),
        correct=note.correct,
    )
    return {"points": (*act.dossier.points, note), **_moved(act, note.year)}


def _moved(act: Act, year: int) -> dict[str, Any]:
    """A proposal of the year no longer says what its points come to."""
    return {"points_moved": True} if act.dossier.proposed_year == year else {}


def _point_struck(act: Act) -> dict[str, Any]:
    seq = act.input["seq"]
    struck = next(note for note in act.dossier.points if note.seq == seq)
    act.update("point", {"seq": seq}, {"struck_seq": act.seq})
    return {"points": tuple(note for note in act.dossier.points if note.seq != seq), **_moved(act, struck.year)}


def _survey(act: Act) -> dict[str, Any]:
    year = act.input["year"]
    asked, satisfied = act.input["asked"], act.input["satisfied"]
    held_on, took_part = _iso(act.input["held_on"]), act.input["took_part"]
    act.record("survey", year=year, held_on=held_on, asked=asked, satisfied=satisfied, took_part=took_part)
    return {"surveyed": tuple(sorted({*act.dossier.surveyed, year}))}


def _correction(act: Act) -> dict[str, Any]:
    moves = act.moves
    assert moves is not None
    act.record(
        "correction",
        entry=act.input["entry"],
        act=moves.entry.act,
        said=[[name, _plain(before), _plain(after)] for name, before, after in moves.said],
        reason=act.input["reason"],
        evidence=act.input["evidence"],
        proposed_by=act.actor.person_key,
    )
    return {
        "correcting_seq": act.seq,
        "correcting_entry": act.input["entry"],
        "correcting_by": act.actor.person_key,
        "correcting_for": act.actor.stands_for(act.role, act.hire.region),
    }


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _decided(act: Act, upheld: bool) -> dict[str, Any]:
    decided = {"decided_seq": act.seq, "upheld": upheld, "decided_by": act.actor.person_key}
    act.update("correction", {"seq": act.input["correction"]}, decided)
    return dict.fromkeys(("correcting_seq", "correcting_entry", "correcting_by", "correcting_for"))


def _correction_refused(act: Act) -> dict[str, Any]:
    return _decided(act, False)


def _correction_confirmed(act: Act) -> dict[str, Any]:
    """更正: rows that say something else now stand beside those in force, which stay as they were written."""
    moves = act.moves
    assert moves is not None
    for row in moves.rows:
        said, born = split(row)
        act.rows.append((row.table, said))
        act.born.append((row.table, row.keys, born))
        act.update(row.table, {"seq": row.old["seq"], **row.keys}, {"corrected_by": act.seq})
    return {**moves.changes(), **_decided(act, True)}


EFFECTS: dict[RecordKind, Effect] = {
    RecordKind.NONE: _nothing,
    RecordKind.APPLICATION: _application,
    RecordKind.OLD_TERMS: _old_terms,
    RecordKind.OPINION: _opinion,
    RecordKind.MEETING: _meeting,
    RecordKind.NOTICE: _notice,
    RecordKind.NOTICE_END: _notice_end,
    RecordKind.OBJECTION: _objection,
    RecordKind.OBJECTION_ANSWER: _objection_answer,
    RecordKind.TRAINING: _training,
    RecordKind.START: _start,
    RecordKind.AGREEMENT: _agreement,
    RecordKind.CONTRACT: _contract,
    RecordKind.ASSESSMENT: _assessment,
    RecordKind.ASSESSMENT_RULING: _assessment_ruling,
    RecordKind.RENEWAL_DECISION: _renewal_decision,
    RecordKind.RENEWAL_SIGNING: _renewal_signing,
    RecordKind.RENEWAL: _renewal,
    RecordKind.PROTECTION: _protection,
    RecordKind.EXTENSION: _extension,
    RecordKind.STATUTORY_EXTENSION: _statutory_extension,
    RecordKind.OVERRUN: _overrun,
    RecordKind.RESIGNATION: _resignation,
    RecordKind.HANDOVER: _handover,
    RecordKind.ENDING_DECISION: _ending_decision,
    RecordKind.ENDING: _ending,
    RecordKind.FILING: _filing,
    RecordKind.RETURN: _return,
    RecordKind.SUSPENSION: _suspension,
    RecordKind.RESUMPTION: _resumption,
    RecordKind.ASSIGNMENT: _assignment,
    RecordKind.COMMENT: _comment,
    RecordKind.DOCUMENT: _document,
    RecordKind.SCORE: _score,
    RecordKind.POINT: _point,
    RecordKind.POINT_STRUCK: _point_struck,
    RecordKind.ASSESSMENT_TAKEN_BACK: _assessment_taken_back,
    RecordKind.SURVEY: _survey,
    RecordKind.CORRECTION: _correction,
    RecordKind.CORRECTION_CONFIRMED: _correction_confirmed,
    RecordKind.CORRECTION_REFUSED: _correction_refused,
}


def filings_due(act: Act) -> tuple[OpenFiling, ...]:
    """The reports that the step makes due (备案), and their rows."""
    found = []
    for line in act.step.files:
        due_on, provisional = due(act.procedure, line.within, act.on, act.calendar)
        act.record(
            "filing",
            filing=line.filing,
            by_role=line.by.value,
            to_roles=[role.value for role in line.to],
            due_on=_iso(due_on),
            provisional=provisional,
            article=line.cite,
        )
        found.append(OpenFiling(line.filing, act.seq, line.by, due_on, provisional))
    return tuple(found)
