"""Setting a past fact right (更正): the form with what it says now, what moves, and the second person's decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SessionDep, require_recent_for
from api.inputs import PathId
from api.pages.correction_view import MoveGroup, entry_words, groups_of
from api.pages.filling import Filling, Given, faults_of, refusal_of, status_of
from api.pages.forms import Asking, Field, fields_of
from api.pages.hires import person_of, whole
from api.pages.render import FormDep, Page, PageDep, new_key
from api.pages.submitted import given_of
from api.problems import NotFound
from states.clocks import local_day
from states.house import CONFIRM_CORRECTION, PROPOSE_CORRECTION, REFUSE_CORRECTION
from states.refusals import InputRefused, NoSuchHire, Refusal
from states.say import say
from workflow import corrections
from workflow.corrections import Present
from workflow.engine import offers_of, perform

router = APIRouter()
#: what a field of a form says, and what the trail keeps: the same text
_MOST = 200


@router.get("/hires/{hire_id}/corrections/new")
def asking(page: PageDep, hire_id: PathId) -> Response:
    """The form of a correction of the entry that ``entry`` names: present values beside new ones."""
    return _form(page, hire_id, _entry_of(page.request.query_params.get("entry")), {})


@router.post("/hires/{hire_id}/corrections/new")
def asked(page: PageDep, form: FormDep, hire_id: PathId) -> Response:
    """Shows what would move, or proposes the correction; somebody else confirms it."""
    given = given_of(form)
    filling = Filling(page, given)
    number = _entry_of(filling.first("entry"))
    try:
        now = corrections.present(page.office, hire_id, number, page.actor)
        values = _values(now, given)
        seen = groups_of(page, page.office.procedure(now.hire.procedure), _foreseen(page, hire_id, number, values))
        if filling.first("do") != "propose":
            return _form(page, hire_id, number, given, moves=seen)
        told = {name: filling.first(name) for name in ("reason", "evidence") if filling.first(name).strip()}
        payload = {"entry": number, "values": values, **told}
        version, key = whole(filling.first("version")), filling.first("key")[:128] or None
        perform(
            page.office,
            hire_id,
            PROPOSE_CORRECTION,
            page.actor,
            page.at,
            payload,
            expected_version=version,
            key=key,
        )
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _form(page, hire_id, number, given, refusal)
    return page.go(f"/hires/{hire_id}/corrections", say("已提出更正，等待另一人确认"))


def _entry_of(text: str | None) -> int:
    number = whole(text)
    if number is None:
        raise NotFound
    return number


def _foreseen(page: Page, hire_id: int, number: int, values: Mapping[str, Any]) -> corrections.Foreseen:
    if not values:
        raise InputRefused({"values": say("没有改动任何一项，请改正写错的那一项")})
    return corrections.foresee(page.office, hire_id, number, values, page.actor, page.at)


def _values(now: Present, given: Given) -> dict[str, Any]:
    """The fields that say something else than now."""
    found = {}
    for name, value in now.values.items():
        said = (given.get(name) or [""])[0].strip()[:_MOST]
        if said and said != _text(value):
            found[name] = said
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _form(
    page: Page,
    hire_id: int,
    number: int,
    given: Given,
    refusal: Refusal | None = None,
    moves: list[MoveGroup] | None = None,
) -> Response:
    try:
        now = corrections.present(page.office, hire_id, number, page.actor)
    except InputRefused:
        raise NotFound from None
    procedure, entry = page.office.procedure(now.hire.procedure), now.entry
    faults, filling = faults_of(refusal), Filling(page, given, faults_of(refusal))
    general = [page.tell(said) for name, said in faults.items() if name in ("values", "entry")]
    return page.show(
        "correction.html",
        "hires",
        status=status_of(refusal),
        refusal=refusal_of(page, refusal, say("没有提出更正")),
        general=general,
        hire={"id": hire_id, "version": now.hire.version, "who": person_of(page, hire_id)},
        key=new_key(),
        number=number,
        heading=entry_words(page, procedure, entry.act, entry.from_stage, number),
        on=entry.on,
        fields=_fields(page, now, given, faults),
        words=[
            filling.field("reason", say("为什么更正"), "prose", say("写清楚原来错在哪里。"), required=True, lines=3),
            filling.field("evidence", say("证明材料"), "text", say("材料名称和编号。"), required=True),
        ],
        moves=moves,
    )


def _fields(page: Page, now: Present, given: Given, faults: Mapping[str, Any]) -> list[Field]:
    """The fields that may be set right, each with what it says now."""
    procedure = page.office.procedure(now.hire.procedure)
    step = page.office.rulebook.rules(now.hire.procedure).step(now.entry.from_stage, now.entry.act)
    assert step is not None
    begun = {name: [_text(value)] for name, value in now.values.items()}
    asking = Asking(page, procedure, now.hire, step, {**begun, **given}, faults, again=True)
    shown = {name: (value.isoformat() if hasattr(value, "isoformat") else value) for name, value in now.values.items()}
    found = []
    for field in fields_of(asking):
        if field.name in now.values:
            said = page.tell(say("现在的记录：{now}", now=_plain(page, field, _text(shown[field.name]))))
            found.append(replace(field, hint=said, required=False))
    return found


def _plain(page: Page, field: Field, value: str) -> str:
    return dict(field.options).get(value, value) or page.tell(say("没有填写"))


# ---- the one that waits ------------------------------------------------------------------------------------------


@router.get("/hires/{hire_id}/corrections")
def waiting(page: PageDep, hire_id: PathId) -> Response:
    """The proposal that waits with everything that it moves, for whoever may confirm it and for whoever proposed it."""
    return _waiting(page, hire_id)


@router.post("/hires/{hire_id}/corrections/confirm")
def confirmed(page: PageDep, session: SessionDep, form: FormDep, hire_id: PathId) -> Response:
    """Confirms what was proposed, as another natural person."""
    given = given_of(form)
    payload = {"acknowledged": (given.get("acknowledged") or [""])[0] == "yes"}
    return _decided(page, session, hire_id, CONFIRM_CORRECTION, given, payload)


@router.post("/hires/{hire_id}/corrections/refuse")
def refused(page: PageDep, session: SessionDep, form: FormDep, hire_id: PathId) -> Response:
    """Turns the proposal down, with a reason."""
    given = given_of(form)
    reason = (given.get("reason") or [""])[0].strip()
    return _decided(page, session, hire_id, REFUSE_CORRECTION, given, {"reason": reason} if reason else {})


def _decided(
    page: Page, session: SessionDep, hire_id: int, act: str, given: Given, payload: Mapping[str, Any]
) -> Response:
    hire = corrections.hire_of(page.office, hire_id, page.actor)
    require_recent_for(session, [page.office.procedure(hire.procedure)], act)
    told = {"correction": whole((given.get("correction") or [""])[0]), **payload}
    version = whole((given.get("version") or [""])[0])
    key = (given.get("key") or [""])[0][:128] or None
    try:
        perform(page.office, hire_id, act, page.actor, page.at, told, expected_version=version, key=key)
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _waiting(page, hire_id, given, refusal)
    made = say("已确认更正") if act == CONFIRM_CORRECTION else say("已退回这项更正")
    return page.go(f"/hires/{hire_id}", made)


def _waiting(page: Page, hire_id: int, given: Given | None = None, refusal: Refusal | None = None) -> Response:
    corrections.hire_of(page.office, hire_id, page.actor)
    hire, offers = offers_of(page.office, hire_id, page.actor, page.at)
    open_now = {offer.step.act: offer for offer in offers}
    try:
        found = corrections.waiting(page.office, hire_id, page.actor, page.at)
        fault = None
    except InputRefused as error:
        # what was proposed can no longer be: it is turned down, and proposed anew
        found, fault = None, "；".join(page.tell(said) for said in error.faults.values())
    procedure = page.office.procedure(hire.procedure)
    filling = Filling(page, given or {}, faults_of(refusal))
    offer = open_now.get(CONFIRM_CORRECTION)
    stops = [page.tell(answer.verdict.say) for answer in offer.answers if answer.stops] if offer else []
    return page.show(
        "correction_waiting.html",
        "hires",
        status=status_of(refusal),
        refusal=refusal_of(page, refusal, say("没有办理")),
        general=[page.tell(said) for said in faults_of(refusal).values()],
        hire={"id": hire_id, "version": hire.version, "who": person_of(page, hire_id)},
        correction=hire.dossier.correcting_seq,
        found=found,
        fault=fault,
        heading=entry_words(page, procedure, found.entry.act, found.entry.from_stage, found.entry.seq) if found else "",
        on=local_day(page.at),
        moves=groups_of(page, procedure, found.foreseen) if found else [],
        refuses=bool(found and (found.foreseen.moves.refused or found.foreseen.moves.others)),
        may=offer is not None,
        stops=stops,
        key=new_key(),
        why=[filling.field("reason", say("退回的理由"), "prose", required=True, lines=2)],
    )
