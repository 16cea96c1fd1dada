"""Pages for people (页面): server-rendered, without scripts, in Chinese and English.

``include_in`` adds every page, ``install`` adds the style sheet and the pages for things that went wrong.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from api.pages import (
    administration,
    aftercare,
    allocation_import,
    applicant_import,
    assessments,
    attendance,
    attendance_corrections,
    attendance_import,
    bank_lists,
    bank_returns,
    bulk,
    bulk_papers,
    calendar,
    charges,
    claims,
    corrections,
    demo,
    errors,
    feeds,
    filings,
    hires,
    imports,
    inbox,
    insurance,
    leaving,
    listing,
    lists,
    moving,
    my_account,
    my_sign_in,
    notice_contact,
    notice_posting,
    notices,
    objecting,
    objections,
    old_post_entry,
    old_posts,
    openings,
    overview,
    paper_templates,
    pay,
    pay_days,
    people,
    posts,
    procedures,
    public,
    publications,
    rates,
    receipt,
    recoveries,
    renewals,
    roster_import,
    search,
    sign_in,
    sign_in_oidc,
    step_up,
    tasks,
    views,
    years,
)

STATIC = Path(__file__).parents[1] / "static"

#: a path that two modules know is answered by the first of them
MODULES = (
    feeds,
    calendar,
    years,
    sign_in,
    sign_in_oidc,
    step_up,
    my_account,
    my_sign_in,
    administration,
    tasks,
    views,
    search,
    bulk,
    bulk_papers,
    listing,
    hires,
    corrections,
    openings,
    applicant_import,
    people,
    posts,
    public,
    objecting,
    receipt,
    notice_contact,
    notice_posting,
    notices,
    objections,
    procedures,
    inbox,
    overview,
    paper_templates,
    pay_days,
    pay,
    filings,
    insurance,
    claims,
    charges,
    publications,
    lists,
    rates,
    recoveries,
    aftercare,
    renewals,
    old_post_entry,
    old_posts,
    moving,
    leaving,
    attendance,
    attendance_corrections,
    attendance_import,
    assessments,
    bank_lists,
    bank_returns,
    roster_import,
    allocation_import,
    imports,
    demo,
)


def include_in(together: APIRouter) -> None:
    """Adds the routes of every page."""
    for module in MODULES:
        together.include_router(module.router, include_in_schema=False)


def install(app: FastAPI) -> None:
    """Adds what is no route: static files, and the page that a problem becomes for a person."""
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.state.problem_page = errors.problem_page


__all__ = ["include_in", "install"]
