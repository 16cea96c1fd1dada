"""Signing in and out, and who one is (登录)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.dependencies import SessionDep

router = APIRouter(tags=["session"])


@router.get("/me", summary="who is signed in, and in which roles and regions")
def me(session: SessionDep) -> dict[str, Any]:
    visit = session.visit
    return {
        "username": visit.username,
        "name": visit.name,
        "language": visit.language,
        "form_token": visit.form_token,
        "grants": [{"role": grant.role.value, "region": grant.region} for grant in visit.actor.grants],
        "expires_at": visit.expires_at.isoformat(),
    }
