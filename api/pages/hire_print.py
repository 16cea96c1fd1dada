"""The whole case on paper (案卷打印): for a check away from any screen, with the digest that proves it whole."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from api.inputs import PathId
from api.pages.case import Case
from api.pages.render import RecentPageDep
from workflow.engine import offers_of
from workflow.queries import scoped

router = APIRouter()


@router.get("/hires/{hire_id}/print")
def print_hire(page: RecentPageDep, hire_id: PathId) -> Response:
    """Everything on record about one hire, without buttons, on A4."""
    hire, _ = offers_of(page.office, hire_id, page.actor, page.at)
    scope = scoped(page.actor)
    with page.office.database.reading(scope.reach) as connection:
        context = Case.read(page, connection, scope, hire, ()).shared()  # on paper nobody in particular is asked
    return page.show("hire_print.html", "hires", printed_at=page.moment(page.at), printed_by=page.actor.name, **context)
