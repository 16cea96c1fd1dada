"""What every table has in common: names of constraints, 64-bit keys, JSON columns, the key of a hire."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer, MetaData
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata


def big_id() -> Any:
    """A 64-bit key that SQLite still numbers by itself."""
    return Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True)


def json_column(nullable: bool = False) -> Any:
    return Column(JSON(), nullable=nullable)


def hire_key() -> Any:
    return Field(foreign_key="hire.id", primary_key=True, sa_type=BigInteger)
