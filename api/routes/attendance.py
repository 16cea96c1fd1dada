"""Attendance by month (考勤): a sheet by region, one person's month, and the exceptions that a second person signs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.dependencies import ActorDep, NowDep, OfficeDep, ReadDep, RecentDep, ScopeDep
from api.inputs import PathId, PathMonth, RegionCode, first_of
from api.problems import NotFound
from api.schemas import Accepted, Returned
from states.clocks import local_day
from workflow import attendance, attendance_corrections, attendance_sheets, queries
from workflow.attendance import Kept
from workflow.attendance_corrections import Foreseen
from workflow.attendance_sheets import SheetRow

router = APIRouter(prefix="/attendance", tags=["attendance"])
#: one code per day: 1 present, r rest, a paid leave, m maternity, s sick, p personal, x absent, - off post, ? unknown
Marks = Annotated[str, Field(min_length=28, max_length=31)]
Version = Annotated[int, Field(ge=0, le=10**9)]


class MonthIn(Accepted):
    """A month to be recorded. ``version``: the one that was seen, 0 where there is none.

    ``source``: ``device`` is evidence, and knows 1, - and ? only; ``exception``: why presence counts on days that a
    device lacks, which it does when a second person has confirmed it.
    """

    marks: Marks
    version: Version
    source: Literal["page", "sheet", "paper", "device"]
    exception: Annotated[str, Field(max_length=500)] | None = None


class Confirmed(Accepted):
    """The version that the second person saw."""

    version: Version


class MonthOut(Returned):
    """``marks`` are those that count; ``claimed`` what was written and waits; ``unsigned``: for a second person."""

    hire_id: int
    month: date
    marks: str
    claimed: str | None
    device: str | None
    source: str
    version: int
    recorded_at: datetime
    exception: str | None
    unsigned: bool


class RowOut(Returned):
    """Somebody on post in the month. ``standing``: none, part, unsigned, wrong or done; ``usual``: by the calendar."""

    hire_id: int
    name: str
    post: str
    employer: str
    procedure: str
    from_on: date
    until_on: date | None
    usual: str
    standing: str
    recorded: MonthOut | None


class CorrectedIn(Accepted):
    """What a month is to say whose pay sheet was handed in or paid."""

    marks: Marks


class CorrectionIn(CorrectedIn):
    """The same, asked for. ``version``: of the month that was seen; ``shown_fen``: the difference that was shown."""

    version: Version
    reason: Annotated[str, Field(max_length=500)]
    shown_fen: int | None


class DecisionIn(Accepted):
    """A second person's word on a correction; ``shown_fen``: the difference that was shown."""

    uphold: bool
    shown_fen: int | None
    opinion: Annotated[str, Field(max_length=500)] = ""


class ForeseenOut(Returned):
    """What would follow for the money, in fen. ``fen``: above nought what is still owed, below it paid too much.

    ``anew_fen`` and ``fen`` are null where the month could not be reckoned; ``why`` says why.
    """

    given_fen: int
    anew_fen: int | None
    fen: int | None
    why: str | None
    sheets: list[int]


class CorrectionOut(Returned):
    """A correction that waits for its second person."""

    id: int
    hire_id: int
    month: date
    marks: str
    reason: str
    fen: int | None
    asked_at: datetime


class Asked(Returned):
    number: int


class SheetOut(Returned):
    region: str
    month: date
    items: list[RowOut]


class Written(Returned):
    version: int


@router.get("/corrections", summary="months to be set right that wait for a second person")
def waiting(connection: ReadDep, scope: ScopeDep) -> list[CorrectionOut]:
    rows = attendance_corrections.waiting(connection, scope)
    return [CorrectionOut(**{name: getattr(row, name) for name in CorrectionOut.model_fields}) for row in rows]


@router.post("/corrections/{number}/decision", summary="confirm a month set right, as a second person, or not")
def decided(
    number: PathId, given: DecisionIn, _recent: RecentDep, office: OfficeDep, actor: ActorDep, at: NowDep
) -> ForeseenOut | None:
    found = attendance_corrections.decide(
        office, number, actor, at, uphold=given.uphold, shown=given.shown_fen, opinion=given.opinion
    )
    return None if found is None else _foreseen(found)


@router.post("/{month}/hires/{hire_id}/corrections/foreseen", summary="what would follow for the money")
def foreseen(
    month: PathMonth, hire_id: PathId, given: CorrectedIn, office: OfficeDep, actor: ActorDep, at: NowDep
) -> ForeseenOut:
    return _foreseen(attendance_corrections.foresee(office, hire_id, first_of(month), given.marks, actor, at))


@router.post("/{month}/hires/{hire_id}/corrections", summary="ask that a month be set right that was handed in or paid")
def asked(
    month: PathMonth, hire_id: PathId, given: CorrectionIn, office: OfficeDep, actor: ActorDep, at: NowDep
) -> Asked:
    first, version, shown = first_of(month), given.version, given.shown_fen
    number = attendance_corrections.ask(
        office, hire_id, first, given.marks, given.reason, actor, at, version=version, shown=shown
    )
    return Asked(number=number)


@router.get("/{month}", summary="the sheet of one region: everybody on post there in the month")
def sheet(
    month: PathMonth,
    region: Annotated[RegionCode, Query()],
    office: OfficeDep,
    connection: ReadDep,
    scope: ScopeDep,
    at: NowDep,
) -> SheetOut:
    if not scope.covers(region):
        raise NotFound
    calendar, first = office.setting.calendar, first_of(month)
    rows = attendance_sheets.sheet(connection, scope, region, first, local_day(at), calendar)
    return SheetOut(region=region, month=first, items=[_row(row) for row in rows])


@router.get("/{month}/hires/{hire_id}", summary="one person's month")
def one(month: PathMonth, hire_id: PathId, connection: ReadDep, scope: ScopeDep) -> MonthOut:
    line = queries.hire_line(connection, scope, hire_id)
    if line is None or not scope.covers(line.region):
        raise NotFound
    kept = attendance.months(connection, [hire_id], first_of(month)).get(hire_id)
    if kept is None:
        raise NotFound
    return _month(kept)


@router.put("/{month}/hires/{hire_id}", summary="record one person's month, on the record")
def recorded(
    month: PathMonth,
    hire_id: PathId,
    given: MonthIn,
    office: OfficeDep,
    actor: ActorDep,
    at: NowDep,
    response: Response,
) -> Written:
    version = attendance.record(
        office,
        hire_id,
        first_of(month),
        given.marks,
        actor,
        at,
        source=given.source,
        version=given.version,
        exception=given.exception,
    )
    response.headers["etag"] = f'"{version}"'
    return Written(version=version)


@router.post("/{month}/hires/{hire_id}/confirm", summary="answer, as a second person, for what a device lacks")
def confirmed(
    month: PathMonth,
    hire_id: PathId,
    given: Confirmed,
    _recent: RecentDep,
    office: OfficeDep,
    actor: ActorDep,
    at: NowDep,
) -> Written:
    version = attendance.confirm_exception(office, hire_id, first_of(month), actor, at, version=given.version)
    return Written(version=version)


def _foreseen(found: Foreseen) -> ForeseenOut:
    why = None if found.why is None else found.why.text()
    sheets = [number for number, _ in found.sheets]
    return ForeseenOut(given_fen=found.given_fen, anew_fen=found.anew_fen, fen=found.fen, why=why, sheets=sheets)


def _month(kept: Kept) -> MonthOut:
    names = [name for name in MonthOut.model_fields if name != "unsigned"]
    return MonthOut(**{name: getattr(kept, name) for name in names}, unsigned=kept.unsigned)


def _row(row: SheetRow) -> RowOut:
    return RowOut(
        hire_id=row.hire_id,
        name=row.name,
        post=row.post,
        employer=row.employer,
        procedure=row.procedure,
        from_on=row.service.first,
        until_on=row.service.last,
        usual=row.usual,
        standing=row.standing,
        recorded=None if row.kept is None else _month(row.kept),
    )
