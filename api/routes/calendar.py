"""Legal dates (日期推算), each with its proof: thin wrappers of ``states.when`` with the calendar in force."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.dependencies import OfficeDep, SessionDep, TranslateDep
from states import when
from states.retirement import Category

router = APIRouter(prefix="/calendar/when", tags=["calendar"])
Start = Annotated[date, Query(alias="from")]
Number = Annotated[int, Query(ge=0, le=10_000)]


@router.get("/working-days")
def working_days(
    office: OfficeDep, _: SessionDep, speak: TranslateDep, start: Start, days: Number, count_first_day: bool = False
) -> dict[str, Any]:
    return when.working_days(start, days, count_first_day, office.setting.calendar, speak)


@router.get("/calendar-days")
def calendar_days(office: OfficeDep, _: SessionDep, speak: TranslateDep, start: Start, days: Number) -> dict[str, Any]:
    return when.calendar_days(start, days, office.setting.calendar, speak)


@router.get("/months")
def months(
    office: OfficeDep, _: SessionDep, speak: TranslateDep, start: Start, months: Number, roll: bool = True
) -> dict[str, Any]:
    return when.months(start, months, roll, office.setting.calendar, speak)


@router.get("/term")
def term(_: SessionDep, speak: TranslateDep, start: Start, months: Number) -> dict[str, Any]:
    return when.term(start, months, speak)


@router.get("/limit")
def limit(_: SessionDep, speak: TranslateDep, start: Start, prior_months: Number = 0) -> dict[str, Any]:
    return when.limit(start, prior_months, translate=speak)


@router.get("/retirement")
def retirement(_: SessionDep, speak: TranslateDep, born: date, category: Category) -> dict[str, Any]:
    return when.retirement(born, category, speak)


@router.get("/near-retirement")
def near_retirement(_: SessionDep, speak: TranslateDep, on: date, born: date, category: Category) -> dict[str, Any]:
    return when.near(on, born, category, speak)


@router.get("/pay-day")
def pay_day(office: OfficeDep, _: SessionDep, speak: TranslateDep, on: date) -> dict[str, Any]:
    return when.pay_day(on, office.setting.calendar, speak)


@router.get("/age")
def age(_: SessionDep, speak: TranslateDep, born: date, on: date) -> dict[str, Any]:
    return when.age(born, on, speak)
