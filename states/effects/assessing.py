"""What the steps of the yearly assessment do (考核): points, surveys, the proposal and the ruling on it."""

from __future__ import annotations

from typing import Any

from states.effects.act import Act, iso
from states.noting import note_of
from states.points import Total, reckon, worth
from states.vocabulary import RecordKind


def assessment(act: Act) -> dict[str, Any]:
    rules, total = act.procedure.assessment, _total(act)
    points = act.input.get("points")
    # a total is said only where it is what the points come to, or was set right after the ruling
    tenths = int(points * 10) if points is not None else total.tenths if total is not None else None
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
        items=[] if total is None or tenths is None else total.stored_as(tenths),
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


def assessment_taken_back(act: Act) -> dict[str, Any]:
    """撤回考核意见: nothing is proposed any more; the row of what was proposed stays, and is never ruled on."""
    proposed = ("proposed_year", "proposed_grade", "proposed_points_tenths", "proposed_seq", "proposed_skilled")
    who = ("proposed_by", "proposed_for")
    return {**dict.fromkeys((*proposed, *who)), "proposed_reviewed": False, "points_moved": False}


def assessment_ruling(act: Act) -> dict[str, Any]:
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


def point(act: Act) -> dict[str, Any]:
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


def point_struck(act: Act) -> dict[str, Any]:
    seq = act.input["seq"]
    struck = next(note for note in act.dossier.points if note.seq == seq)
    act.update("point", {"seq": seq}, {"struck_seq": act.seq})
    return {"points": tuple(note for note in act.dossier.points if note.seq != seq), **_moved(act, struck.year)}


def survey(act: Act) -> dict[str, Any]:
    year = act.input["year"]
    asked, satisfied = act.input["asked"], act.input["satisfied"]
    held_on, took_part = iso(act.input["held_on"]), act.input["took_part"]
    act.record("survey", year=year, held_on=held_on, asked=asked, satisfied=satisfied, took_part=took_part)
    return {"surveyed": tuple(sorted({*act.dossier.surveyed, year}))}
