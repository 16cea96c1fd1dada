"""Noting points and surveys (登记加分扣分、满意度调查): what may be noted, for which year, and who may strike it.

A point is struck by the office that noted it or by one that rules. Until the year is proposed whoever noted it may take
back their own slip; from then on it lies before others and only another natural person strikes it (经办与审批分离).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from states.assessment import AssessmentItem
from states.facts import Actor, Dossier, Hire, PointNote
from states.meets import enforces
from states.points import NO_BAND, band_of, matter_key, sample_needed
from states.procedure import Procedure
from states.refusals import InputRefused
from states.say import Sentence, say
from states.separation import keys_of
from states.steps import Step
from states.vocabulary import RecordKind, Role

Faults = Iterator[tuple[str, Sentence]]
_UNKNOWN = say("没有这一项")
_MISSING = say("此项必填")


def open_years(hire: Hire, on: date) -> range:
    """The years of service that are not ruled on yet, up to the present one; empty before the first day on post."""
    dossier = hire.dossier
    began = _began(dossier)
    if began is None:
        return range(0)
    first = began.year if dossier.ruled_year is None else max(began.year, dossier.ruled_year + 1)
    return range(first, on.year + 1)


def _began(dossier: Dossier) -> date | None:
    return dossier.first_started_on or dossier.started_on or dossier.term_starts_on


def check_noting(
    procedure: Procedure, hire: Hire, step: Step, values: Mapping[str, Any], on: date, actor: Actor, role: Role
) -> None:
    """Checks a point, a survey, or the striking of a point; other steps pass. Raises InputRefused with every fault."""
    if step.records is RecordKind.POINT:
        faults = dict(_point_faults(procedure, hire, values, on))
    elif step.records is RecordKind.SURVEY:
        faults = dict(_survey_faults(hire, values, on))
    elif step.records is RecordKind.POINT_STRUCK:
        fault = strike_fault(procedure, hire, values["seq"], actor, role)
        faults = {} if fault is None else {"seq": fault}
    else:
        return
    if faults:
        raise InputRefused(faults)


def note_of(
    procedure: Procedure, dossier: Dossier, values: Mapping[str, Any], seq: int, role: Role, by: str
) -> PointNote:
    """The note that an input makes. ``values``: as ``PointInput`` has them, found without fault."""
    item = procedure.assessment.item(values["item"])
    assert item is not None
    year, month = values["year"], values.get("month")
    if item.counts == "band":
        asked, correct = values["asked"], values["correct"]
        found = band_of(procedure, item, correct, asked)
        level = NO_BAND if found is None else found[1]
        key = matter_key(f"{year}-{month}")
        return PointNote(seq, year, item.name, level, asked, 1, key, role, by, month, correct)
    same = _same(dossier, values)
    key = same.matter if same is not None else matter_key(values["matter"])
    return PointNote(seq, year, item.name, values["level"], values["number"], values["authors"], key, role, by)


def _same(dossier: Dossier, values: Mapping[str, Any]) -> PointNote | None:
    return next((note for note in dossier.points if note.seq == values.get("same_as")), None)


# ---- a point -----------------------------------------------------------------------------------------------------


@enforces("BH-37")
def _point_faults(procedure: Procedure, hire: Hire, values: Mapping[str, Any], on: date) -> Faults:
    yield from _year_fault(hire, values["year"], on)
    item = procedure.assessment.item(values["item"])
    if item is None:
        names = "、".join(one.name for one in procedure.assessment.items)
        yield "item", say("没有这个选项，可选：{names}", names=names)
    elif item.counts == "band":
        yield from _check_faults(item, hire.dossier, values, on)
    else:
        yield from _matter_faults(procedure, item, hire.dossier, values)


def _year_fault(hire: Hire, year: int, on: date) -> Faults:
    years = open_years(hire, on)
    if year in years:
        return
    if years:
        yield "year", say("可登记的年度为{first}至{last}", first=years[0], last=years[-1])
    else:
        yield "year", say("{year}年度考核已审定，现在没有可登记的年度", year=hire.dossier.ruled_year or on.year)


def _matter_faults(procedure: Procedure, item: AssessmentItem, dossier: Dossier, values: Mapping[str, Any]) -> Faults:
    for name in ("month", "listed", "asked", "correct"):
        if values.get(name) is not None:
            yield name, _UNKNOWN
    if values.get("matter") is None:
        yield "matter", _MISSING
    if values.get("level") not in item.points:
        yield (
            "level",
            say("没有这个选项，可选：{names}", names="、".join(item.points)) if values.get("level") else _MISSING,
        )
    if values["number"] != 1 and item.counts != "record":
        yield "number", say("这一项不按条数计，请填1")
    if values["authors"] != 1 and not item.shared:
        yield "authors", say("这一项没有合作者，请填1")
    if values.get("same_as") is not None and _same(dossier, values) is None:
        yield "same_as", say("没有这条记录，或已撤销、已审定")
    elif values.get("matter") is not None:
        yield from _noted_before(procedure, item, dossier, values)


def _noted_before(procedure: Procedure, item: AssessmentItem, dossier: Dossier, values: Mapping[str, Any]) -> Faults:
    """一次性计分: the same matter at the same level is one note; one manuscript has one number of authors."""
    same = _same(dossier, values)
    key = same.matter if same is not None else matter_key(values["matter"])
    for note in dossier.points:
        other = procedure.assessment.item(note.item)
        if note.year != values["year"] or note.matter != key or other is None:
            continue
        if (note.item, note.level) == (item.name, values["level"]):
            yield "matter", say("这件事已登记为第{seq}号；内容有变动的，先撤销再登记", seq=note.seq)
        elif item.shared and other.shared and note.authors != values["authors"]:
            yield "authors", say("第{seq}号登记的是{n}名作者，同一篇稿件应一致", seq=note.seq, n=note.authors)


@enforces("BH-40")
def _check_faults(item: AssessmentItem, dossier: Dossier, values: Mapping[str, Any], on: date) -> Faults:
    """A month's phone check: at least the share of those listed, each month once, and no month before or after."""
    for name in ("level", "same_as", "matter"):
        if values.get(name) is not None:
            yield name, _UNKNOWN
    for name in ("number", "authors"):
        if values[name] != 1:
            yield name, _UNKNOWN
    missing = [name for name in ("month", "listed", "asked", "correct") if values.get(name) is None]
    if missing:
        yield from ((name, _MISSING) for name in missing)
        return
    yield from _month_fault(dossier, values["year"], values["month"], on)
    listed, asked = values["listed"], values["asked"]
    needed = sample_needed(item, listed)
    if asked > listed:
        yield "asked", say("抽查人数不能多于名册人数{listed}人", listed=listed)
    elif asked < needed:
        yield "asked", say("名册{listed}人，至少应抽查{needed}人", listed=listed, needed=needed)
    if values["correct"] > asked:
        yield "correct", say("属实人数不能多于抽查人数{asked}人", asked=asked)


def _month_fault(dossier: Dossier, year: int, month: int, on: date) -> Faults:
    began = _began(dossier)
    noted = next((note for note in dossier.points if (note.year, note.month) == (year, month)), None)
    if (year, month) > (on.year, on.month):
        yield "month", say("这个月还没有到")
    elif began is not None and (year, month) < (began.year, began.month):
        yield "month", say("这个月还没有上岗")
    elif noted is not None:
        yield "month", say("这个月的抽查已登记为第{seq}号；有误的，先撤销再登记", seq=noted.seq)


# ---- struck, asked -----------------------------------------------------------------------------------------------


def strike_fault(procedure: Procedure, hire: Hire, seq: int, actor: Actor, role: Role) -> Sentence | None:
    """Why ``actor`` may not strike a point in this role; None: nothing stands against it."""
    note = next((note for note in hire.dossier.points if note.seq == seq), None)
    if note is None:
        return say("没有这条记录，或已撤销、已审定")
    rulers = {by for step in procedure.steps if step.records is RecordKind.ASSESSMENT_RULING for by in step.by}
    if role is not note.role and role not in rulers:
        return say("只能由登记的单位或审定的单位撤销")
    if note.year == hire.dossier.proposed_year and note.by in keys_of(actor, role, hire.region):
        return say("考核已经提出，您自己登记的须由另一人撤销")
    return None


def _survey_faults(hire: Hire, values: Mapping[str, Any], on: date) -> Faults:
    year = values["year"]
    yield from _year_fault(hire, year, on)
    if values["satisfied"] > values["asked"]:
        yield "satisfied", say("满意人数不能多于参与人数{asked}人", asked=values["asked"])
    if values["held_on"].year < year:
        yield "held_on", say("调查应在{year}年度内或以后进行", year=year)
