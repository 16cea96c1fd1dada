"""Signing in and out (登录)."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import and_, select

from api.dependencies import AddressDep, AnySessionDep
from api.pages.forms import Field
from api.pages.render import AnyFormDep, AnyPageDep, OpenPageDep, Page, local
from api.security import drop_cookie, set_cookie
from states.refusals import Refusal
from states.say import say
from states.vocabulary import Role
from workflow import sign_in
from workflow.access_policy import policy_of
from workflow.account_office import note_policy
from workflow.demo_clock import session_moment
from workflow.grants import in_force, role_grant
from workflow.tables import metadata

router = APIRouter()
account, region = (metadata.tables[name] for name in ("account", "region"))
#: how many demo accounts are listed; a demonstration has a handful
PEOPLE_MOST = 24

ROLES = {
    Role.APPLICANT: say("报名人"),
    Role.VILLAGE: say("村（社区）"),
    Role.TOWNSHIP: say("乡镇"),
    Role.EMPLOYER: say("用人单位"),
    Role.HRSS: say("人社部门"),
    Role.RURAL: say("乡村振兴部门"),
    Role.COUNTY: say("县级"),
    Role.FINANCE: say("财政部门"),
    Role.COMPANY: say("劳务公司"),
    Role.SUPERVISOR: say("监督人员"),
    Role.SYSTEM: say("系统"),
    Role.PUBLIC: say("公众"),
    Role.SYSTEM_ADMIN: say("系统管理员"),
    Role.SECURITY_ADMIN: say("安全管理员"),
    Role.AUDIT_ADMIN: say("审计管理员"),
}

Typed = Annotated[str, Form()]


@router.get("/sign-in")
def ask(page: OpenPageDep, next: str = "/") -> Response:
    """The form; whoever is signed in already is sent on."""
    return page.go(next) if page.session else _form(page, next)


@router.post("/sign-in")
def begin(
    page: OpenPageDep, where: AddressDep, username: Typed = "", password: Typed = "", next: Typed = "/"
) -> Response:
    """Begins a session, or shows the form again with the reason. What it still owes is asked for on the next page."""
    try:
        signed = sign_in.sign_in(
            page.office.database,
            username,
            password,
            session_moment(page.office),
            address=where,
            lifetime=sign_in.Lifetime.of(page.settings),
            policy=policy_of(page.settings),
        )
    except Refusal as refusal:
        return _form(page, next, username, refusal)
    note_policy(page.office.database, policy_of(page.settings), page.at, page.office.setting.algorithm)
    return _begun(page, signed, next)


@router.post("/sign-in/demo")
def begin_demo(page: OpenPageDep, username: Typed, next: Typed = "/") -> Response:
    """Begins a session of a demo account without a password: only where ``Settings.demo`` is set."""
    if not page.settings.demo:
        return _form(page, next)
    with page.office.database.reading() as connection:
        asked = select(account.c.id).where(account.c.username == username, account.c.disabled_at.is_(None))
        found = connection.execute(asked).scalar()
    if found is None:
        return _form(page, next)
    limits = sign_in.Lifetime.of(page.settings)
    return _begun(
        page, sign_in.begin(page.office.database, int(found), session_moment(page.office), lifetime=limits), next
    )


@router.post("/sign-out")
def end(page: AnyPageDep, session: AnySessionDep, form: AnyFormDep) -> Response:
    """Ends the session everywhere."""
    sign_in.sign_out(page.office.database, session.token)
    response = page.go("/sign-in", say("您已退出登录。"))
    drop_cookie(response, page.settings)
    return response


def _begun(page: Page, signed: sign_in.SignedIn, target: str) -> Response:
    response = RedirectResponse(local(target), 303)
    set_cookie(response, page.settings, signed.token)
    return response


def _form(page: Page, target: str, username: str = "", refusal: Refusal | None = None) -> Response:
    fields = [
        Field("username", page.tell(say("用户名")), value=username, autocomplete="username"),
        Field("password", page.tell(say("密码")), "password", autocomplete="current-password"),
    ]
    return page.show(
        "sign_in.html",
        "sign_in",
        status=200 if refusal is None else 401,
        fields=fields,
        next=local(target),
        refused=page.tell(refusal.sentence) if refusal else "",
        oidc=page.settings.oidc_name if page.settings.oidc_issuer else "",
        people=_people(page) if page.settings.demo else [],
    )


def address(path: str) -> str:
    """The address of the form that leads back to ``path``."""
    return "/sign-in?" + urlencode({"next": local(path)})


def _people(page: Page) -> list[dict[str, Any]]:
    """The demo accounts with their roles."""
    with page.office.database.reading() as connection:
        asked = (
            select(account.c.username, account.c.name, role_grant.c.role, region.c.name.label("place"))
            .outerjoin(role_grant, and_(role_grant.c.account_id == account.c.id, in_force(page.today)))
            .outerjoin(region, region.c.code == role_grant.c.region)
            .where(account.c.disabled_at.is_(None))
            .order_by(account.c.id, role_grant.c.role)
        )
        rows = connection.execute(asked).all()
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        person = found.setdefault(row.username, {"username": row.username, "name": row.name, "roles": []})
        if row.role:
            role = page.tell(ROLES[Role(row.role)])
            person["roles"].append(f"{row.place} {role}" if row.place else role)
    stop = ", " if page.language == "en" else "、"
    return [{**p, "roles": stop.join(dict.fromkeys(p["roles"]))} for p in list(found.values())[:PEOPLE_MOST]]
