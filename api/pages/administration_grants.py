"""Grants (授权管理): asked for by one security administrator, agreed to by another, read by the auditor too."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from api.inputs import PathId
from api.pages.administrators import AUDIT, PAGE, SECURITY, held, only, tabs_of
from api.pages.forms import Field
from api.pages.my_account import day_of, grant_row, role_of, stand_in_row, text_of
from api.pages.render import FormDep, Page, PageDep, RecentFormDep
from api.pages.sign_in import ROLES
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from workflow import account_office, granting, substitutes
from workflow.granting import NOT_GRANTED

router = APIRouter(prefix="/administration")


@router.get("/grants")
def show_grants(page: PageDep) -> Response:
    """What waits for its second person, who has what, who stands in for whom."""
    only(page, SECURITY, AUDIT)
    return _grants(page)


@router.post("/grants")
def ask(page: PageDep, form: RecentFormDep) -> Response:
    """Asks for a grant."""
    only(page, SECURITY)
    given = {name: text_of(form, name) for name in ("username", "role", "region", "from_on", "until_on", "basis")}
    try:
        with page.office.database.session() as session:
            granting.ask(
                session,
                page.actor,
                page.at,
                account_id=_number_of(session, given["username"]),
                role=role_of(given["role"], "role"),
                region=_region_of(given["region"]),
                from_on=day_of(given["from_on"], "from_on"),
                until_on=day_of(given["until_on"], "until_on") if given["until_on"] else None,
                basis=given["basis"],
                algorithm=page.office.setting.algorithm,
            )
    except Refusal as refusal:
        return _grants(page, given, refusal)
    return page.go("/administration/grants", say("已提出。须由另一位安全管理员确认后生效。"))


@router.post("/grants/{number}/confirm")
def confirm(page: PageDep, form: RecentFormDep, number: PathId) -> Response:
    """The second person agrees."""
    only(page, SECURITY)
    with page.office.database.session() as session:
        granting.confirm(session, page.actor, page.at, number, page.office.setting.algorithm)
    return page.go("/administration/grants", say("已确认。授权在其期限内有效。"))


@router.post("/grants/{number}/revoke")
def revoke(page: PageDep, form: RecentFormDep, number: PathId) -> Response:
    """Takes a role away, or refuses what was asked for."""
    only(page, SECURITY)
    with page.office.database.session() as session:
        granting.revoke(session, page.actor, page.at, number, text_of(form, "reason"), page.office.setting.algorithm)
    return page.go("/administration/grants", say("已收回。对方的登录已全部结束。"))


@router.post("/substitutes/{number}/end")
def end_substitute(page: PageDep, form: FormDep, number: PathId) -> Response:
    """Ends a substitution."""
    only(page, SECURITY)
    with page.office.database.session() as session:
        substitutes.end(session, page.actor, page.at, number, page.office.setting.algorithm)
    return page.go("/administration/grants", say("代理已结束。"))


def _number_of(session: Session, username: str) -> int:
    """Raises InputRefused."""
    found = account_office.number_of(session, username)
    if found is None:
        raise InputRefused({"username": say("没有这个用户名。账户由系统管理员开立")})
    return found


def _region_of(text: str) -> str:
    """A missing code must not become the whole country by a slip. Raises InputRefused."""
    if not text:
        raise InputRefused({"region": say("请填写地区编码；全部地区写 all")})
    return "" if text.lower() == "all" else text.upper()[:12]


def _grants(page: Page, given: dict[str, str] | None = None, refusal: Refusal | None = None) -> Response:
    query = page.request.query_params
    before = int(query["before"]) if query.get("before", "").isascii() and query.get("before", "").isdigit() else None
    before = before if before is not None and before < 2**63 else None
    prefixes = [grant.region for grant in page.actor.grants if grant.role in (SECURITY, AUDIT)]
    with page.office.database.reading() as connection:
        waiting = granting.lines(connection, page.today, waiting=True, prefixes=prefixes)
        settled = granting.lines(connection, page.today, waiting=False, prefixes=prefixes, after=before, limit=PAGE + 1)
        stand_ins = substitutes.lines(connection, page.today, limit=PAGE)
    rows = settled[:PAGE]
    return page.show(
        "administration_grants.html",
        "administration",
        status=200 if refusal is None else 422 if isinstance(refusal, InputRefused) else 409,
        tabs=tabs_of(page, "grants"),
        decides=SECURITY in held(page.actor),
        waiting=[grant_row(page, one) for one in waiting],
        rows=[grant_row(page, one) for one in rows],
        stand_ins=[
            stand_in_row(page, one) for one in stand_ins if any(one.region.startswith(prefix) for prefix in prefixes)
        ],
        reasons=[(code, page.tell(words)) for code, words in granting.REASONS.items()],
        fields=_grant_fields(page, given or {}, refusal),
        refused=page.tell(refusal.sentence) if refusal and not isinstance(refusal, InputRefused) else "",
        faulty=refusal is not None,
        next_page=page.address(before=str(rows[-1].id)) if len(settled) > PAGE else None,
        first_page=page.address(before=None) if before else None,
    )


def _grant_fields(page: Page, given: dict[str, str], refusal: Refusal | None) -> list[Field]:
    faults = refusal.faults if isinstance(refusal, InputRefused) else {}
    roles = tuple((role.value, page.tell(words)) for role, words in ROLES.items() if role not in NOT_GRANTED)

    def field(name: str, words: Sentence, kind: str = "text", hint: Sentence | None = None, **more: Any) -> Field:
        error = page.tell(faults[name]) if name in faults else ""
        value = given.get(name, more.pop("value", ""))
        told = page.tell(hint) if hint else ""
        return Field(name, page.tell(words), kind, value, hint=told, error=error, **{"required": True, **more})

    return [
        field("username", say("用户名"), autocomplete="off"),
        field("role", say("职责"), "select", options=(("", page.tell(say("请选择"))), *roles),
              chosen=frozenset({given.get("role", "")})),
        field("region", say("地区编码"), hint=say("授权及于其下各级；全部地区写 all。")),
        field("from_on", say("从哪天起"), "date", value=page.today.isoformat()),
        field("until_on", say("到哪天止（含当天）"), "date", hint=say("不填为长期。"), required=False),
        field("basis", say("依据"), hint=say("例如任命通知的文号。")),
    ]  # fmt: skip
