"""What all processes share (公用): kept versions of procedures, settings, calendar years, figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from workflow.tables.common import json_column


class ProcedureVersion(SQLModel, table=True):
    """办法版本: the text of every version that a hire began under, kept as long as the hire."""

    __tablename__ = "procedure_version"
    key: str = Field(primary_key=True, max_length=100)
    body: str = Field(sa_type=Text)
    digest: str = Field(max_length=64)
    kept_at: datetime


class Setting(SQLModel, table=True):
    """A few values that all processes share: the demo clock, the last tick of the worker."""

    __tablename__ = "setting"
    name: str = Field(primary_key=True, max_length=48)
    value: str = Field(max_length=200)
    changed_at: datetime


class CalendarYear(SQLModel, table=True):
    """年度日历: a State Council year that was loaded here, in place of the shipped one."""

    __tablename__ = "calendar_year"
    year: int = Field(primary_key=True)
    body: str = Field(sa_type=Text)
    digest: str = Field(max_length=64)
    reason: str = Field(max_length=500)
    loaded_by: str = Field(max_length=64)
    loaded_at: datetime


class Figure(SQLModel, table=True):
    """统计: figures over many hires, made by the worker, with the moment they were made."""

    __tablename__ = "figure"
    name: str = Field(primary_key=True, max_length=48)
    region: str = Field(primary_key=True, max_length=12)
    body: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    made_at: datetime
