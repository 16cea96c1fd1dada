"""How I sign in (登录方式): the password, and the code of an app on the phone; also where one of them is owed."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup

from api.dependencies import AddressDep, AnySessionDep, SealDep, require_recent
from api.pages.forms import Field
from api.pages.my_account import text_of
from api.pages.render import AnyFormDep, AnyPageDep, Page, PageDep, RecentFormDep, local
from api.security import set_cookie
from states.refusals import InputRefused, Refusal
from states.say import say
from workflow import account_office, office_log, second_factor, sign_in
from workflow.access_policy import policy_of
from workflow.demo_clock import session_moment
from workflow.sealing import Place, Seal, SealBroken

router = APIRouter()


# ---- the password ------------------------------------------------------------------------------------------------


@router.get("/account/password")
def ask_password(page: AnyPageDep, session: AnySessionDep, next: str = "/account") -> Response:
    """The form for another password."""
    return page.go("/sign-in/code") if session.owes == "code" else _password(page, next)


@router.post("/account/password")
def change_password(page: AnyPageDep, form: AnyFormDep, session: AnySessionDep, where: AddressDep) -> Response:
    """Sets it: every session ends, and this one begins anew."""
    if session.owes == "code":
        return page.go("/sign-in/code")
    policy, target = policy_of(page.settings), text_of(form, "next") or "/account"
    current, new, again = (str(form.get(name) or "") for name in ("current", "new", "again"))
    at, database = session_moment(page.office), page.office.database
    try:
        known = second_factor.knows_password(database, session.visit, current, at, address=where, policy=policy)
        if not known:
            raise InputRefused({"current": say("现在的密码不正确")})
        if new != again:
            raise InputRefused({"again": say("两次输入不一致")})
        with database.session() as opened:
            algorithm = page.office.setting.algorithm
            account_office.own_password(opened, page.actor, at, new, policy=policy, algorithm=algorithm)
    except Refusal as refusal:
        return _password(page, target, refusal)
    return _anew(page, target, session.visit.second_factor, say("密码已更换，其他各处的登录均已结束。"))


def _password(page: Page, target: str, refusal: Refusal | None = None) -> Response:
    faults = refusal.faults if isinstance(refusal, InputRefused) else {}
    wrong = {name: page.tell(sentence) for name, sentence in faults.items()}
    policy = policy_of(page.settings)
    hint = page.tell(say("至少{n}位，不含用户名。可以用几个不相干的词连成一句。", n=policy.password_at_least))
    if policy.password_kinds > 1:
        kinds = say(
            "至少{n}位，含大写字母、小写字母、数字、符号中的{kinds}种。",
            n=policy.password_at_least,
            kinds=policy.password_kinds,
        )
        hint = page.tell(kinds)
    fields = [
        Field("current", page.tell(say("现在的密码")), "password", error=wrong.get("current", ""), required=True,
              autocomplete="current-password"),
        Field("new", page.tell(say("新密码")), "password", hint=hint, error=wrong.get("password", ""), required=True,
              autocomplete="new-password"),
        Field("again", page.tell(say("再输入一次新密码")), "password", error=wrong.get("again", ""), required=True,
              autocomplete="new-password"),
    ]  # fmt: skip
    assert page.session is not None
    return page.show(
        "account_password.html",
        "account",
        status=200 if refusal is None else 422,
        fields=fields,
        next=local(target),
        refused=page.tell(refusal.sentence) if refusal and not faults else "",
        owed=page.session.owes == "password",
    )


# ---- the second factor -------------------------------------------------------------------------------------------


@router.get("/account/second-factor")
def offer(page: AnyPageDep, session: AnySessionDep, seal: SealDep, next: str = "/account") -> Response:
    """Offers a secret as a picture for the app; or tells that there is one already."""
    if session.owes == "code":
        return page.go("/sign-in/code")
    return _offer(page, seal, next, second_factor.new_secret())


@router.post("/account/second-factor")
def enrol(page: AnyPageDep, form: AnyFormDep, session: AnySessionDep, seal: SealDep) -> Response:
    """Keeps the secret once the app has shown its first code; the session begins anew."""
    if session.visit.enrolled or session.owes == "password":
        return page.go("/account/password" if session.owes == "password" else "/account")
    if session.owes is None:
        require_recent(session)
    target, offered = text_of(form, "next") or "/account", text_of(form, "offered")
    account_id, at = page.actor.account_id or 0, session_moment(page.office)
    try:
        with page.office.database.session() as opened:
            second_factor.enrol(opened, seal, account_id, offered, text_of(form, "code"), at)
            _log(page, opened, "second_factor_enrolled")
    except Refusal as refusal:
        return _offer(page, seal, target, _secret_of(seal, account_id, offered), refusal)
    sign_in.end_others(page.office.database, session.token)
    sign_in.sign_out(page.office.database, session.token)
    return _anew(page, target, True, say("动态口令已启用。下次登录时，密码之后还要输入口令。"))


@router.post("/account/second-factor/remove")
def remove(page: PageDep, form: RecentFormDep) -> Response:
    """Takes it away, where the house does not demand one."""
    if policy_of(page.settings).second_factor:
        return page.go("/account", say("本单位要求使用动态口令，不能停用。更换手机请联系系统管理员重置。"), "stop")
    with page.office.database.session() as opened:
        second_factor.remove(opened, page.actor.account_id or 0)
        _log(page, opened, "second_factor_removed")
    return page.go("/account", say("动态口令已停用。"))


def _offer(page: Page, seal: Seal, target: str, secret: str, refusal: Refusal | None = None) -> Response:
    assert page.session is not None
    visit = page.session.visit
    error = page.tell(refusal.sentence) if refusal else ""
    return page.show(
        "second_factor.html",
        "account",
        status=200 if refusal is None else 422,
        enrolled=visit.enrolled,
        owed=page.session.owes == "second_factor",
        picture=Markup(second_factor.picture_of(secret, visit.username)),
        secret=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        offered=second_factor.offered(seal, visit.actor.account_id or 0, secret),
        field=Field("code", page.tell(say("应用显示的6位口令")), error=error, autocomplete="one-time-code"),
        next=local(target),
    )


def _secret_of(seal: Seal, account_id: int, offered: str) -> str:
    """The secret that was offered before, so that a mistyped code does not need another picture."""
    try:
        return seal.unseal(offered, Place("account", "totp_offered", str(account_id)))
    except SealBroken:
        return second_factor.new_secret()


def _log(page: Page, session: object, act: str) -> None:
    facts, algorithm = {"account": page.actor.account_id}, page.office.setting.algorithm
    office_log.write(session, office_log.ACCESS, act, page.actor, page.at, facts, algorithm)  # type: ignore[arg-type]


def _anew(page: Page, target: str, second: bool, words: object) -> Response:
    """Goes on with a new session of the same account."""
    at, limits = session_moment(page.office), sign_in.Lifetime.of(page.settings)
    account_id = page.actor.account_id or 0
    signed = sign_in.begin(page.office.database, account_id, at, lifetime=limits, second_factor=second)
    response = page.go(target, words)  # type: ignore[arg-type]
    set_cookie(response, page.settings, signed.token)
    return response
