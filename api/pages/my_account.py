"""My account (我的账户): what I may do and until when, who stands in for me, how I sign in, where I am signed in."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import select, update
from starlette.datastructures import FormData

from api.dependencies import SealDep, SessionDep
from api.inputs import PathId
from api.pages.forms import Field
from api.pages.render import LANGUAGES, FormDep, Page, PageDep, RecentFormDep
from api.pages.sign_in import ROLES
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from states.vocabulary import Role
from workflow import declared_contacts, granting, sign_in, substitutes
from workflow.access_policy import policy_of
from workflow.demo_clock import session_moment
from workflow.grants import CONSOLE
from workflow.substitutes import NO_DEPUTY, SubstitutionLine
from workflow.tables import metadata

router = APIRouter()
_account, _session = metadata.tables["account"], metadata.tables["sign_in"]
#: what is declared for recusal; never shown again, because only its index is kept
CONTACTS: dict[str, tuple[Sentence, str]] = {
    "phone": (say("手机号码"), "tel"),
    "address": (say("住址"), "text"),
    "bank": (say("银行卡号"), "text"),
}
STATES: dict[str, Sentence] = {
    "waiting": say("等待确认"),
    "coming": say("尚未开始"),
    "in_force": say("有效"),
    "over": say("已到期"),
    "revoked": say("已收回"),
    "ended": say("已结束"),
}


@router.get("/account")
def show(page: PageDep, session: SessionDep) -> Response:
    """Everything about the reader's own account."""
    return _show(page)


@router.post("/account/deputies")
def name_deputy(page: PageDep, form: RecentFormDep) -> Response:
    """Names a deputy for one of the reader's own grants."""
    given = {name: text_of(form, name) for name in ("grant", "deputy", "from_on", "until_on", "reason")}
    role, _, region = given["grant"].partition("|")
    try:
        with page.office.database.session() as session:
            substitutes.ask(
                session,
                page.actor,
                page.at,
                role=role_of(role, "grant"),
                region=region,
                deputy=given["deputy"],
                from_on=day_of(given["from_on"], "from_on"),
                until_on=day_of(given["until_on"], "until_on"),
                reason=given["reason"],
                algorithm=page.office.setting.algorithm,
            )
    except Refusal as refusal:
        return _show(page, given, refusal)
    return page.go("/account", say("已提出。对方在“我的账户”里接受之后，代理才开始。"))


@router.post("/account/deputies/{number}/accept")
def accept(page: PageDep, form: RecentFormDep, number: PathId) -> Response:
    """The deputy agrees."""
    with page.office.database.session() as session:
        substitutes.accept(session, page.actor, page.at, number, page.office.setting.algorithm)
    return page.go("/account", say("已接受代理。代理期间，您签署的每一步都注明“代”。"))


@router.post("/account/deputies/{number}/end")
def end(page: PageDep, form: FormDep, number: PathId) -> Response:
    """Either side ends it, or the deputy declines."""
    with page.office.database.session() as session:
        substitutes.end(session, page.actor, page.at, number, page.office.setting.algorithm)
    return page.go("/account", say("代理已结束。"))


@router.post("/account/contacts")
def declare_contacts(page: PageDep, seal: SealDep, form: RecentFormDep) -> Response:
    """Declares phone, address and bank card, by which kinship with applicants is noticed."""
    given = {name: text_of(form, name) for name in CONTACTS}
    try:
        with page.office.database.session() as session:
            algorithm = page.office.setting.algorithm
            declared_contacts.declare(session, seal, page.actor, page.at, given, algorithm)
    except InputRefused as refusal:
        return _show(page, declaring=refusal)
    return page.go("/account", say("已申报。只保存用于比对的摘要，不保存号码本身。"))


@router.post("/account/sessions/end")
def end_others(page: PageDep, session: SessionDep, form: FormDep) -> Response:
    """Ends every other session of the account."""
    ended = sign_in.end_others(page.office.database, session.token)
    return page.go("/account", say("已结束其他{n}处登录。", n=ended))


@router.post("/account/language")
def choose_language(page: PageDep, form: FormDep) -> Response:
    """The language of letters, and of pages where nothing else is chosen."""
    chosen = text_of(form, "language")
    if chosen in LANGUAGES:
        with page.office.database.transaction() as connection:
            own = _account.c.id == page.actor.account_id
            connection.execute(update(_account).where(own).values(language=chosen))
    response = page.go("/account", say("已保存。"))
    response.delete_cookie("lang")
    return response


# ---- reading forms -----------------------------------------------------------------------------------------------


def text_of(form: FormData, name: str) -> str:
    """A field as text without blanks around it; "" where it is missing or a file."""
    value = form.get(name)
    return value.strip().replace("\0", "") if isinstance(value, str) else ""


def day_of(text: str, field: str) -> date:
    """A day of a form. Raises InputRefused."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputRefused({field: say("请填写日期，例如2026-03-02")}) from None


def role_of(text: str, field: str) -> Role:
    """A role of a form. Raises InputRefused."""
    if text not in {role.value for role in Role}:
        raise InputRefused({field: say("请选择职责")})
    return Role(text)


# ---- as the page shows it ----------------------------------------------------------------------------------------


def _show(
    page: Page,
    given: dict[str, str] | None = None,
    refusal: Refusal | None = None,
    declaring: InputRefused | None = None,
) -> Response:
    assert page.session is not None
    visit, account_id = page.session.visit, page.actor.account_id or 0
    with page.office.database.reading() as connection:
        grants = granting.lines(connection, page.today, account_id=account_id)
        stand_ins = substitutes.lines(connection, page.today, account_id=account_id, limit=50)
        asked = (
            select(_session.c.created_at, _session.c.seen_at)
            .where(_session.c.account_id == account_id, _session.c.expires_at > session_moment(page.office))
            .order_by(_session.c.seen_at.desc())
        )
        sessions = connection.execute(asked).all()
        linked = connection.execute(select(_account.c.oidc_subject).where(_account.c.id == account_id)).scalar()
    refused = declaring or refusal
    status = 200 if refused is None else 422 if isinstance(refused, InputRefused) else 409
    own = [one for one in grants if one.state in ("in_force", "coming") and one.role not in NO_DEPUTY]
    return page.show(
        "account.html",
        "account",
        status=status,
        visit=visit,
        grants=[grant_row(page, one) for one in grants if one.state != "revoked"],
        deputies=[_stand_in(page, one) for one in stand_ins if one.principal_id == account_id],
        deputising=[_stand_in(page, one) for one in stand_ins if one.deputy_id == account_id],
        fields=_deputy_fields(page, own, given or {}, refusal) if own else [],
        refused=page.tell(refusal.sentence) if refusal and not isinstance(refusal, InputRefused) else "",
        sessions=[{"since": page.moment(one.created_at), "seen": page.moment(one.seen_at)} for one in sessions],
        policy=policy_of(page.settings),
        oidc=page.settings.oidc_name if page.settings.oidc_issuer else "",
        linked=linked is not None,
        declared=_contact_fields(page, declaring),
        has_declared=bool(page.actor.contacts),
    )


def _contact_fields(page: Page, refusal: InputRefused | None) -> list[Field]:
    faults = {} if refusal is None else refusal.faults
    return [
        Field(name, page.tell(label), kind, error=page.tell(faults[name]) if name in faults else "", prefix="own-")
        for name, (label, kind) in CONTACTS.items()
    ]


def grant_row(page: Page, line: granting.GrantLine) -> dict[str, Any]:
    """A grant as tables show it."""
    return {
        "id": line.id,
        "account_id": line.account_id,
        "who": line.name,
        "username": line.username,
        "role": page.tell(ROLES[line.role]),
        "place": place_of(page, line.region, line.place),
        "from_on": line.from_on,
        "until_on": line.until_on,
        "basis": page.tell(say("控制台授权")) if line.basis == CONSOLE else line.basis,
        "state": line.state,
        "words": page.tell(STATES[line.state]),
        "mine": line.asked_by == page.actor.person_key,
    }


def place_of(page: Page, region: str, name: str | None) -> str:
    """A region by its name and code; the whole tree has none."""
    if not region:
        return page.tell(say("全部地区"))
    return f"{name} {region}" if name else region


def stand_in_row(page: Page, line: SubstitutionLine) -> dict[str, Any]:
    """A substitution as tables show it."""
    return {
        "id": line.id,
        "principal": line.principal,
        "deputy": line.deputy,
        "what": f"{page.tell(ROLES[line.role])} · {place_of(page, line.region, line.place)}",
        "from_on": line.from_on,
        "until_on": line.until_on,
        "reason": line.reason,
        "state": line.state,
        "words": page.tell(STATES[line.state]),
        "open": line.state in ("waiting", "coming", "in_force"),
    }


_stand_in = stand_in_row


def _deputy_fields(
    page: Page, own: list[granting.GrantLine], given: dict[str, str], refusal: Refusal | None
) -> list[Field]:
    tell = page.tell
    faults = refusal.faults if isinstance(refusal, InputRefused) else {}
    wrong = {name: tell(sentence) for name, sentence in faults.items()}
    options = tuple(
        (f"{one.role.value}|{one.region}", f"{tell(ROLES[one.role])} · {place_of(page, one.region, one.place)}")
        for one in own
    )
    today = page.today.isoformat()

    def field(name: str, words: Sentence, kind: str = "text", value: str = "", **more: Any) -> Field:
        return Field(name, tell(words), kind, given.get(name, value), error=wrong.get(name, ""), required=True, **more)

    chosen = given.get("grant") or options[0][0]
    return [
        field("grant", say("请人代理的职责"), "select", options=options, chosen=frozenset({chosen})),
        field("deputy", say("代理人的用户名"), hint=tell(say("须在同一级别任职，且不是亲属。"))),
        field("from_on", say("从哪天起"), "date", today),
        field("until_on", say("到哪天止（含当天）"), "date"),
        field("reason", say("事由"), hint=tell(say("例如：年休假、外出培训。"))),
    ]
