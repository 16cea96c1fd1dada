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

router = APIRouter(prefix="/api/v1")
for module in MODULES:
    router.include_router(module.router)
public = APIRouter()
for module in (notices, openings):
    public.include_router(module.public)
