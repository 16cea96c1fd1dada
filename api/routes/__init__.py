"""The JSON API under /api/v1 (接口): one module per resource, thin."""

from __future__ import annotations

from fastapi import APIRouter

from api.routes import (
    actions,
    calendar,
    documents,
    hires,
    inbox,
    notices,
    openings,
    people,
    posts,
    procedures,
    session,
    tasks,
)

MODULES = (session, tasks, hires, documents, actions, people, posts, openings, procedures, notices, inbox, calendar)

router = APIRouter(prefix="/api/v1")
for module in MODULES:
    router.include_router(module.router)
public = notices.public
