"""各步骤怎么办: how each step of a document is done, role by role, and who may do what; all of it from the procedure.

For somebody who has to do it today: where it begins, what is asked, what has to be filled in, by when, what comes next.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.pages import words
from api.pages.forms import words_of
from api.pages.hires import lapsed
from api.pages.navigation import roles_of
from api.pages.render import Page, PageDep
from states.inputs import INPUTS
from states.labels import GUARDS, when
from states.procedure import Procedure, article_of
from states.say import say
from states.steps import Deadline, GuardLine, Step
from states.vocabulary import Effect, RecordKind, Role

router = APIRouter()
#: fields that a form fills in by itself
UNSAID = frozenset({"overrides", "seq"})


@router.get("/procedures/manual")
def show(page: PageDep) -> Response:
    """The steps of one role under one document; the reader's own role and a document in force if not asked."""
    known = page.office.catalogue.all()
    key = page.request.query_params.get("procedure")
    procedure = next((p for p in known if p.key == key), None) or _first(page, known)
    role = _role(page, procedure)
    return page.show(
        "manual.html",
        "manual",
        title=page.named(procedure.title),
        key=procedure.key,
        procedures=[(p.key, f"{page.named(p.title)} {p.document.number}", p.key == procedure.key) for p in known],
        roles=[(r.value, _role_name(page, procedure, r), r is role) for r in _acting(procedure)],
        role_name=_role_name(page, procedure, role),
        steps=[_step(page, procedure, step) for step in procedure.steps if role in step.by],
        columns=[_role_name(page, procedure, r) for r in _acting(procedure)],
        matrix=[_marks(page, procedure, step) for step in procedure.steps if not step.automatic],
        by_itself=[_by_itself(page, procedure, step) for step in procedure.steps if step.automatic],
    )


# ---- which document, which role ----------------------------------------------------------------------------------


def _first(page: Page, known: Iterable[Procedure]) -> Procedure:
    """The document nearest to the reader's regions, one in force before one that has lapsed."""
    regions = [grant.region for grant in page.actor.grants]

    def fits(procedure: Procedure) -> tuple[bool, bool]:
        area = procedure.document.region
        near = any(region.startswith(area) or area.startswith(region) for region in regions)
        return near, not lapsed(procedure, page.today)

    return max(known, key=fits)


def _acting(procedure: Procedure) -> list[Role]:
    """The roles that take steps, in the order in which the document names them."""
    acting = {role for step in procedure.steps for role in step.by} - {Role.SYSTEM}
    return [role for role in procedure.roles if role in acting]


def _role(page: Page, procedure: Procedure) -> Role:
    acting = _acting(procedure)
    asked = page.request.query_params.get("role")
    own = roles_of(page.actor)
    return next(
        (role for role in acting if role.value == asked), next((role for role in acting if role in own), acting[0])
    )


def _role_name(page: Page, procedure: Procedure, role: Role) -> str:
    return words.roles_in_words(page, procedure, [role])


# ---- one step ----------------------------------------------------------------------------------------------------


def _step(page: Page, procedure: Procedure, step: Step) -> dict[str, Any]:
    return {
        "name": page.named(step),
        "adverse": step.adverse,
        "where": [page.named(procedure.stage_by_name[name]) for name in step.origin],
        "asks": [_asked(page, procedure, line) for line in procedure.guards_of(step)],
        "fields": _fields(page, step.records),
        "by_when": [_by_when(page, procedure, line) for line in _deadlines(procedure, step)],
        "with_whom": words.roles_in_words(page, procedure, step.by) if step.joint else "",
        "second_person": step.independent,
        "next": page.named(procedure.stage_by_name[step.to]) if step.to else "",
        "files": [page.named(line) for line in step.files],
        "cite": article_of(procedure, step.cite),
    }


def _asked(page: Page, procedure: Procedure, line: GuardLine) -> dict[str, str]:
    kinds = (procedure.kind_by_name[kind] for kind in line.kinds)
    only = ("、" if page.language == "zh" else ", ").join(page.named(kind) for kind in kinds)
    effect = {
        Effect.BLOCK: say("不符合就不能办"),
        Effect.PRINCIPLE: say("原则上要符合；可以由{who}说明理由后作例外", who=_who(page, procedure, line)),
        Effect.WARN: say("只作提醒"),
    }[line.effect]
    return {
        "what": page.named(GUARDS[line.use]),
        "only": only,
        "effect": page.tell(effect),
        "cite": article_of(procedure, line.cite),
    }


def _who(page: Page, procedure: Procedure, line: GuardLine) -> str:
    return words.roles_in_words(page, procedure, line.override_by) or page.tell(say("有权人员"))


def _fields(page: Page, records: RecordKind) -> list[str]:
    model = INPUTS[records]
    return list(dict.fromkeys(page.tell(words_of(model, name)) for name in model.model_fields if name not in UNSAID))


def _deadlines(procedure: Procedure, step: Step) -> list[Deadline]:
    """The periods that run where the step is taken, as far as its roles are called by them."""
    during = [line for stage in step.origin for line in procedure.deadlines_during[stage] if step.main]
    return [line for line in dict.fromkeys(during) if not line.owner or set(line.owner) & set(step.by)]


def _by_when(page: Page, procedure: Procedure, line: Deadline) -> str:
    return page.tell(say("{name}：{length}", name=page.named(line), length=when(procedure, line, page.language)))


# ---- who may do what ---------------------------------------------------------------------------------------------


def _marks(page: Page, procedure: Procedure, step: Step) -> dict[str, Any]:
    mark = page.tell(say("会签") if step.joint else say("办"))
    cells = [(_role_name(page, procedure, role), mark if role in step.by else "") for role in _acting(procedure)]
    return {"name": page.named(step), "cells": cells}


def _by_itself(page: Page, procedure: Procedure, step: Step) -> dict[str, str]:
    to = page.named(procedure.stage_by_name[step.to]) if step.to else ""
    return {"name": page.named(step), "to": to, "cite": article_of(procedure, step.cite)}
