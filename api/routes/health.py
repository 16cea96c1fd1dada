"""Whether the service lives and can work (健康检查). Both answer without sign-in and say nothing about anybody."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from alembic.runtime.migration import MigrationContext
from fastapi import APIRouter
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from api.dependencies import NowDep, OfficeDep
from workflow import migrate
from workflow.tables import Setting

router = APIRouter(tags=["health"])
#: where the worker notes its last tick
LAST_TICK = "last_tick"


@router.get("/healthz", summary="the process lives")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz", summary="the database answers and is migrated; the age of the worker's last tick")
def readyz(office: OfficeDep, at: NowDep) -> JSONResponse:
    """503 while the database does not answer or has to be upgraded. A worker that is away is told, not an error."""
    facts: dict[str, Any] = {"database": False, "migrated": False, "last_tick_seconds": None}
    try:
        with office.database.reading() as connection:
            facts["database"] = True
            facts["migrated"] = MigrationContext.configure(connection).get_current_revision() == _head()
            if facts["migrated"]:
                facts["last_tick_seconds"] = _tick_age(connection, at)
    except SQLAlchemyError:
        facts["database"] = False
    ready = facts["database"] and facts["migrated"]
    return JSONResponse({"status": "ready" if ready else "not ready", **facts}, 200 if ready else 503)


@cache
def _head() -> str:
    return migrate.head()


def _tick_age(connection: Connection, at: datetime) -> float | None:
    setting = Setting.__table__  # type: ignore[attr-defined]
    seen = connection.execute(select(setting.c.changed_at).where(setting.c.name == LAST_TICK)).scalar()
    return None if seen is None else round((at - seen).total_seconds(), 1)
