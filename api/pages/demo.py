"""The demonstration's clock (演示时钟): a bar that moves the day, and what happened on the way.

Exists only where ``Settings.demo`` is set. Moving the day ends no session, as sleeping over it would: the reader gets a
new one for the day after.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import func, select

from api.pages import words
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from api.problems import NotFound
from api.security import is_secure
from notifications.delivery import address
from states.say import say
from workflow.demo_clock import advance
from workflow.queries import scoped
from workflow.tables import metadata

router = APIRouter()
audit, hire, person = (metadata.tables[name] for name in ("audit_entry", "hire", "person"))
SINCE_COOKIE = "demo_since"
SHOWN_MOST = 8
STEPS = {"day": {"days": 1}, "five": {"working_days": 5}, "month": {"months": 1}}


@router.post("/demo/clock")
def move(page: PageDep, form: FormDep) -> Response:
    """Moves the demo's day, and goes back to where the reader was."""
    given = given_of(form)
    by = STEPS.get((given.get("by") or [""])[0])
    if not page.settings.demo or by is None:
        raise NotFound
    before = page.office.now()
    advance(page.office, **by, after=lambda at: address(page.office, at))
    response = page.go((given.get("back") or ["/"])[0])
    since = before.isoformat()
    response.set_cookie(SINCE_COOKIE, since, 3600, samesite="lax", httponly=True, secure=is_secure(page.settings))
    return response


def bar(page: Page) -> dict[str, Any]:
    """What the bar shows: the day, and what happened since the day was last moved."""
    since = _moment(page.request.cookies.get(SINCE_COOKIE))
    if since is None or page.session is None or since >= page.at:
        return {"today": page.today, "happened": [], "headline": ""}
    scope = scoped(page.session.actor)
    with page.office.database.reading() as connection:
        told = (audit.c.role == "system", audit.c.at > since, scope.hires())
        joined = audit.join(hire, hire.c.id == audit.c.hire_id)
        number = connection.execute(select(func.count()).select_from(joined).where(*told)).scalar_one()
        asked = (
            select(audit.c.act, audit.c.from_stage, audit.c.hire_id, hire.c.procedure, person.c.name)
            .select_from(joined.outerjoin(person, person.c.id == hire.c.person_id))
            .where(*told)
            .order_by(audit.c.at.desc(), audit.c.hire_id)
            .limit(SHOWN_MOST)
        )
        rows = connection.execute(asked).all()
    headline = page.tell(say("{n}件事到期办理", n=number) if number else say("没有到期的事"))
    return {"today": page.today, "headline": headline, "happened": [_happened(page, row) for row in rows]}


def _happened(page: Page, row: Any) -> dict[str, str]:
    procedure = page.office.procedure(row.procedure)
    what = words.act_words(page, procedure, row.act, row.from_stage)
    who = row.name or page.tell(say("空缺名额"))
    return {"href": f"/hires/{row.hire_id}", "text": page.tell(say("{who}：{what}", who=who, what=what))}


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
