"""Moving one hire to another version of its document (换版): looked at first, proposed by one, confirmed by another."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.inputs import PathId
from api.pages.filling import Filling, Given, faults_of, refusal_of, status_of
from api.pages.hires import person_of
from api.pages.move_words import preview_words, version_name
from api.pages.render import FormDep, Page, PageDep, RecentFormDep
from api.pages.submitted import given_of
from api.problems import NotFound
from states.facts import Hire
from states.move_entries import MOVE
from states.moving import confirmers, proposers
from states.refusals import InputRefused, NoSuchHire, Refusal
from states.say import say
from workflow import moving
from workflow.queries import scoped
from workflow.reading import load_hires

router = APIRouter()


@router.get("/hires/{hire_id}/move")
def show(page: PageDep, hire_id: PathId) -> Response:
    """What the other versions of the document would change for this hire, and who may do what."""
    return _one(page, hire_id)


@router.post("/hires/{hire_id}/move/propose")
def propose(page: PageDep, form: FormDep, hire_id: PathId) -> Response:
    """The first person proposes the version that was looked at, with a reason."""
    given = given_of(form)
    to, reason = (given.get("to") or [""])[0], (given.get("reason") or [""])[0].strip()
    try:
        if not 2 <= len(reason) <= 2000:
            raise InputRefused({"reason": say("请写明理由（2至2000字）")})
        hire = _hire(page, hire_id)
        if to not in [one.key for one in moving.targets_of(page.office, hire)]:
            raise InputRefused({"to": say("请选择一个版本")})
        moving.propose_move(page.office, hire_id, to, page.actor, page.at, reason)
    except NoSuchHire:
        raise NotFound from None
    except Refusal as refusal:
        return _one(page, hire_id, given, refusal)
    return page.go(f"/hires/{hire_id}/move", say("已提议，请另一人确认"))


@router.post("/hires/{hire_id}/move/confirm")
def confirm(page: PageDep, form: RecentFormDep, hire_id: PathId) -> Response:
    """The second person confirms: from now on the other version holds."""
    try:
        moving.confirm_move(page.office, hire_id, page.actor, page.at)
    except NoSuchHire:
        raise NotFound from None
    except Refusal as refusal:
        return _one(page, hire_id, given_of(form), refusal)
    return page.go(f"/hires/{hire_id}", say("已换版"))


@router.post("/hires/{hire_id}/move/drop")
def drop(page: PageDep, form: FormDep, hire_id: PathId) -> Response:
    """Takes the proposal back, or turns it down."""
    given = given_of(form)
    reason = (given.get("drop_reason") or [""])[0].strip()
    try:
        if not 2 <= len(reason) <= 2000:
            raise InputRefused({"drop_reason": say("请写明理由（2至2000字）")})
        moving.drop(page.office, hire_id, page.actor, page.at, reason)
    except NoSuchHire:
        raise NotFound from None
    except Refusal as refusal:
        return _one(page, hire_id, given, refusal)
    return page.go(f"/hires/{hire_id}/move", say("提议已撤回"))


def _hire(page: Page, hire_id: int) -> Hire:
    with page.reading() as connection:
        hire = load_hires(connection, [hire_id]).get(hire_id)
    if hire is None or not scoped(page.actor).covers(hire.region) or not page.actor.sees(hire.region):
        raise NotFound
    return hire


def _one(page: Page, hire_id: int, given: Given | None = None, refusal: Refusal | None = None) -> Response:
    hire, office = _hire(page, hire_id), page.office
    targets = moving.targets_of(office, hire)
    asked = (given or {}).get("to", [page.request.query_params.get("to", "")])[0]
    chosen = hire.dossier.move_to if hire.dossier.move_kind == MOVE else asked
    now = office.procedure(hire.procedure)
    held = page.actor.roles_in(hire.region)
    waiting = hire.dossier.move_kind == MOVE
    filling = Filling(page, given or {}, faults_of(refusal))
    shown: dict[str, Any] = {"look": None, "to": "", "reason": None, "may_confirm": False, "dropping": None}
    if chosen in [one.key for one in targets]:
        new = office.procedure(chosen)
        look = moving.look(office, hire_id, chosen, page.actor, page.at)
        shown |= {"look": preview_words(page, look, now, new), "to": chosen, "to_name": version_name(page, new)}
        first, second = bool(held & proposers(now)), bool(held & confirmers(new))
        own = page.actor.person_key == hire.dossier.move_by
        if waiting:
            shown["may_confirm"] = second and not own and look.possible
            drop_field = filling.field("drop_reason", say("撤回或者不同意的理由"), "prose", required=True)
            shown["dropping"] = [drop_field] if first else None
        elif look.possible and first and hire.dossier.move_seq is None:
            hint = say("写明为什么要换到这一版本。")
            shown["reason"] = [filling.field("reason", say("理由"), "prose", hint, required=True)]
    return page.show(
        "move.html",
        "hires",
        status=status_of(refusal),
        refusal=refusal_of(page, refusal, say("没有办理")),
        hire_id=hire_id,
        who=person_of(page, hire_id),
        now=version_name(page, now),
        targets=[
            {"key": one.key, "name": version_name(page, one), "title": page.named(one.title), "here": one.key == chosen}
            for one in targets
        ],
        waiting=waiting,
        earlier=[
            (key, page.day(date.fromisoformat(day))) for key, day in sorted(hire.dossier.earlier.items(), key=_by_day)
        ],
        **shown,
    )


def _by_day(one: tuple[str, str]) -> str:
    return one[1]
