"""Administration (系统管理): accounts for system administrators, grants for security administrators, the log for audit.

Each page is for one of the three (三员) and refuses everybody else; who has what may be read by the two that answer for
it. Every change is made again only after the administrator has lately shown who they are.
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from api.pages import administration_accounts, administration_grants, administration_log, administration_regions
from api.pages.administrators import AUDIT, SECURITY, SYSTEM, TABS, held, only
from api.pages.render import PageDep

router = APIRouter()
for pages in (administration_accounts, administration_regions, administration_grants, administration_log):
    router.include_router(pages.router)


@router.get("/administration")
def first(page: PageDep) -> Response:
    """The first page of an administrator."""
    only(page, SYSTEM, SECURITY, AUDIT)
    return page.go("/administration/" + next(name for name, _, roles in TABS if roles & held(page.actor)))
