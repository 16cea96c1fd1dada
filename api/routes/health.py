"""Whether the service lives and can work (健康检查). Both answer without sign-in and say nothing about anybody."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from alembic.runtime.migration import MigrationContext
from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from api.dependencies import NowDep, OfficeDep
from notifications.scheduler import last_ticks
from workflow import migrate
from workflow.office import Office

router = APIRouter(tags=["health"])


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
    except SQLAlchemyError:
        facts["database"] = False
    if facts["database"] and facts["migrated"]:
        facts["last_tick_seconds"] = _tick_age(office, at)
    ready = facts["database"] and facts["migrated"]
    return JSONResponse({"status": "ready" if ready else "not ready", **facts}, 200 if ready else 503)


@cache
def _head() -> str:
    return migrate.head()


def _tick_age(office: Office, at: datetime) -> float | None:
    """Seconds since the tick that has waited longest; None when no worker ever ran."""
    seen = last_ticks(office).values()
    return round((at - min(seen)).total_seconds(), 1) if seen else None
