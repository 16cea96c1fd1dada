"""Objections as those who answer them see them (异议处理): what was said, how long there is left, who may answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import Response
from sqlalchemy import Connection

from api.dependencies import SealDep, require_recent, require_recent_for
from api.pages import reading, words
from api.pages.forms import Field
from api.pages.notice_forms import first
from api.pages.render import FormDep, Page, PageDep, new_key
from api.pages.submitted import given_of
from api.problems import NotFound
from states.decide import offers
from states.facts import Hire
from states.procedure import Procedure
from states.refusals import InputRefused, NoSuchHire, Refusal, StaleHire, StepRefused
from states.say import Sentence, say
from states.vocabulary import RecordKind
from workflow import objections
from workflow.queries import scoped
from workflow.queries.objections import ObjectionKey, ObjectionLine, waiting
from workflow.reading import load_hires
from workflow.receipts import Entry

router = APIRouter()
Number = Annotated[int, Path(ge=1, lt=2**63)]
Seq = Annotated[int, Path(ge=1, lt=2**31)]
UPHELD, UNFOUNDED = "upheld", "unfounded"


@router.get("/objections")
def show(page: PageDep) -> Response:
    """Every objection of the reader's regions that waits for an answer, the most urgent first."""
    return _show(page)


def _show(
    page: Page,
    tried: Entry | None = None,
    given: Mapping[str, list[str]] | None = None,
    refusal: Refusal | None = None,
) -> Response:
    after = _key(page.request.query_params.get("after")) if page.request.method == "GET" else None
    with page.reading() as connection:
        found = waiting(connection, scoped(page.actor), after=after)
        cards = _cards(page, connection, found.lines, tried, given or {}, refusal)
    following = "~".join(map(str, found.after)) if found.after else None
    status = 200 if refusal is None else 422 if isinstance(refusal, InputRefused) else 409
    return page.show(
        "objections.html",
        "notices",
        status=status,
        cards=cards,
        next_page=page.address(after=following) if following else None,
        first_page=page.address(after=None) if after else None,
    )


def _cards(
    page: Page,
    connection: Connection,
    lines: tuple[ObjectionLine, ...],
    tried: Entry | None,
    given: Mapping[str, list[str]],
    refusal: Refusal | None,
) -> list[dict[str, Any]]:
    hires = load_hires(connection, sorted({line.hire_id for line in lines}))
    places = reading.place_names(connection, {line.region for line in lines})
    phones = objections.has_phone(connection, [Entry(line.hire_id, line.seq) for line in lines])
    cards = []
    for line in lines:
        entry, hire = Entry(line.hire_id, line.seq), hires[line.hire_id]
        mine = entry == tried
        card = _card(page, line, hire, given if mine else {}, refusal if mine else None)
        cards.append({**card, "place": places.get(line.region, line.region), "phone": entry in phones})
    return cards


def _card(
    page: Page, line: ObjectionLine, hire: Hire, given: Mapping[str, list[str]], refusal: Refusal | None
) -> dict[str, Any]:
    procedure = page.office.procedure(line.procedure)
    due = words.due_of(page, line.due_on, line.provisional)
    why = _why_not(page, hire)
    return {
        "id": f"o{line.hire_id}-{line.seq}",
        "hire_id": line.hire_id,
        "seq": line.seq,
        "who": line.person_name,
        "post": line.post_title,
        "lodged_on": line.lodged_on,
        "due_on": due.due_on,
        "provisional": due.provisional,
        "urgency": due.urgency,
        "left": due.left,
        "text": line.text,
        "by": line.by_name or page.tell(say("匿名")),
        "way": page.tell(say("公众在网上提出") if line.public else say("由工作人员登记")),
        "handlers": words.roles_in_words(page, procedure, objections.handlers(procedure, line.stage)),
        "may": why is None,
        "why": [] if why is None else why,
        "fields": _fields(page, procedure, hire, line, given, refusal),
        "key": first(given, "key") or new_key(),
        "refusal": _told(page, refusal),
    }


def _why_not(page: Page, hire: Hire) -> list[str] | None:
    """Why the reader may not answer; None when they may. Nobody answers who approved, is kin or brought it here."""
    rules = page.office.rulebook.rules(hire.procedure)
    answering = [
        offer
        for offer in offers(hire, page.actor, page.at, rules, page.office.setting)
        if offer.step.records is RecordKind.OBJECTION_ANSWER
    ]
    if any(offer.open for offer in answering):
        return None
    stopping = {page.tell(a.verdict.say): None for offer in answering for a in offer.answers if a.stops}
    return list(stopping) or [page.tell(say("不属于您的职责"))]


def _fields(
    page: Page,
    procedure: Procedure,
    hire: Hire,
    line: ObjectionLine,
    given: Mapping[str, list[str]],
    refusal: Refusal | None,
) -> list[Field]:
    faults: Mapping[str, Sentence] = refusal.faults if isinstance(refusal, InputRefused) else {}
    prefix = f"o{line.hire_id}-{line.seq}-"
    options = []
    for outcome, upheld in ((UNFOUNDED, False), (UPHELD, True)):
        step = objections.step_of(procedure, hire.stage, RecordKind.OBJECTION_ANSWER, upheld=upheld)
        if step is not None:
            options.append((outcome, _effect(page, procedure, page.named(step), step.to)))
    return [
        Field(
            "outcome",
            page.tell(say("核实结果")),
            "radio",
            required=True,
            options=tuple(options),
            chosen=frozenset(given.get("outcome", ())),
            error=page.tell(faults["outcome"]) if "outcome" in faults else "",
            prefix=prefix,
        ),
        Field(
            "reason",
            page.tell(say("核实情况和理由")),
            "prose",
            first(given, "reason"),
            required=True,
            hint=page.tell(say("会告知提出人，也会存档。不要写他人的证件号码、电话等个人信息。")),
            error=page.tell(faults["reason"]) if "reason" in faults else "",
            prefix=prefix,
        ),
    ]


def _effect(page: Page, procedure: Procedure, name: str, to: str | None) -> str:
    """An outcome with what follows from it by itself."""
    if to is None:
        return page.tell(say("{name}：公示继续，期满后自动结束", name=name))
    stage = procedure.stage_by_name[to]
    return page.tell(say("{name}：随即转入“{stage}”", name=name, stage=page.named(stage)))


@router.post("/objections/{hire_id}/{seq}")
def answer(page: PageDep, form: FormDep, hire_id: Number, seq: Seq) -> Response:
    """Answers one, with a reason; what becomes of the hire follows by itself."""
    given, entry = given_of(form), Entry(hire_id, seq)
    hire = _seen(page, entry)
    assert page.session is not None
    outcome = first(given, "outcome")
    step = objections.step_of(
        page.office.procedure(hire.procedure), hire.stage, RecordKind.OBJECTION_ANSWER, upheld=outcome == UPHELD
    )
    require_recent_for(page.session, [page.office.procedure(hire.procedure)], step.act if step else "")
    try:
        if outcome not in (UPHELD, UNFOUNDED):
            raise InputRefused({"outcome": say("请选择核实结果")})
        key = first(given, "key")[:128] or None
        reason = first(given, "reason")
        objections.answer(page.office, entry, outcome == UPHELD, reason, page.actor, page.at, key=key)
    except (StaleHire, NoSuchHire):
        return page.go("/objections", say("这件异议刚刚有变动，没有办理。请看过现在的情况再办。"), "care")
    except Refusal as refusal:
        return _show(page, entry, given, refusal)
    return page.go("/objections", say("已答复。提出人凭回执号可以看到结果和理由。"))


@router.post("/objections/{hire_id}/{seq}/phone")
def phone(page: PageDep, form: FormDep, hire_id: Number, seq: Seq, seal: SealDep) -> Response:
    """Shows the number that was left with an objection, on the record, to whoever may answer it."""
    entry = Entry(hire_id, seq)
    hire = _seen(page, entry)
    assert page.session is not None
    require_recent(page.session)
    if _why_not(page, hire) is not None or seq not in hire.dossier.open_objections:
        return page.go("/objections", say("只有可以答复这件异议的人员才能查看电话。"), "stop")
    number = objections.reveal_phone(page.office, seal, entry, page.actor, page.at)
    if number is None:
        return page.go("/objections", say("提出人没有留电话。"), "care")
    return page.show("objection_phone.html", "notices", number=number)


def _seen(page: Page, entry: Entry) -> Hire:
    """The hire of an objection, if the reader deals with its region. Raises NotFound."""
    with page.reading() as connection:
        hire = load_hires(connection, [entry.hire_id]).get(entry.hire_id)
    if hire is None or not scoped(page.actor).covers(hire.region):
        raise NotFound
    return hire


def _told(page: Page, refusal: Refusal | None) -> list[str]:
    if refusal is None:
        return []
    if isinstance(refusal, StepRefused):
        return [
            page.tell(say("{said}（{article}）", said=page.tell(a.verdict.say), article=a.article))
            for a in refusal.answers
            if a.stops
        ]
    return [
        page.tell(say("请改正下面标出的各项，再办一次。") if isinstance(refusal, InputRefused) else refusal.sentence)
    ]


def _key(text: str | None) -> ObjectionKey | None:
    """The key that the address of a further page carries; anything else is the first page."""
    parts = (text or "").split("~")
    try:
        return (date.fromisoformat(parts[0]), int(parts[1]), int(parts[2])) if len(parts) == 3 else None
    except ValueError:
        return None
