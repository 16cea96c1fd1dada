"""The JSON API under /api/v1 (接口): one module per resource, thin."""

from __future__ import annotations

from fastapi import APIRouter

from api.routes import (
    accounts,
    actions,
    aftercare,
    attendance,
    calendar,
    corrections,
    documents,
    grants,
    hires,
    inbox,
    notices,
    openings,
    overview,
    papers,
    pay,
    people,
    points,
    posts,
    procedures,
    recoveries,
    renewals,
    session,
    substitutes,
    tasks,
)

MODULES = (
    session,
    tasks,
    hires,
    points,
    documents,
    papers,
    actions,
    people,
    posts,
    openings,
    procedures,
    notices,
    inbox,
    calendar,
    overview,
    accounts,
    grants,
    substitutes,
    pay,
    recoveries,
    corrections,
    aftercare,
    renewals,
    attendance,
)


def include_in(together: APIRouter) -> None:
    """Adds the routes of the JSON API, and what is public beside it."""
    for module in MODULES:
        together.include_router(module.router, prefix="/api/v1")
    for module in (notices, openings):
        together.include_router(module.public)
