"""The JSON API under /api/v1 (接口): one module per resource, thin."""

from __future__ import annotations

from fastapi import APIRouter

from api.routes import session

router = APIRouter(prefix="/api/v1")
for module in (session,):
    router.include_router(module.router)
