"""Accounts (账户管理): opened, closed and reset by the system administrator, who gives nobody a role."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep
from api.inputs import PathId
from api.pages.administrators import PAGE, SYSTEM, only, tabs_of
from api.pages.forms import Field
from api.pages.my_account import text_of
from api.pages.render import Page, PageDep, RecentFormDep
from states.refusals import InputRefused
from states.say import Sentence, say
from workflow import account_office
from workflow.accounts import NoSuchAccount

router = APIRouter(prefix="/administration")


@router.get("/accounts")
def show_accounts(page: PageDep) -> Response:
    """Accounts by user name, and the form for another one."""
    only(page, SYSTEM)
    return _accounts(page)


@router.post("/accounts")
def open_account(page: PageDep, form: RecentFormDep, seal: SealDep) -> Response:
    """Opens an account without roles. Its first password is shown this once."""
    only(page, SYSTEM)
    given = {name: text_of(form, name) for name in ("username", "name", "person", "email")}
    try:
        with page.office.database.session() as session:
            number, password = account_office.open_account(
                session,
                seal,
                page.actor,
                page.at,
                username=given["username"],
                person=given["person"],
                name=given["name"],
                email=given["email"] or None,
                algorithm=page.office.setting.algorithm,
            )
    except InputRefused as refusal:
        return _accounts(page, {**given, "person": ""}, refusal)
    return _account(page, number, password)


@router.get("/accounts/{number}")
def show_account(page: PageDep, number: PathId) -> Response:
    """One account."""
    only(page, SYSTEM)
    return _account(page, number)


@router.post("/accounts/{number}/{what}")
def change_account(page: PageDep, form: RecentFormDep, number: PathId, what: str) -> Response:
    """Closes, opens again or resets an account."""
    only(page, SYSTEM)
    changes: dict[str, tuple[Callable[..., str | None], Sentence]] = {
        "close": (account_office.close, say("账户已停用，其登录已全部结束。")),
        "reopen": (account_office.reopen, say("账户已重新启用。")),
        "second-factor": (account_office.reset_second_factor, say("动态口令已重置。")),
        "password": (account_office.reset_password, say("密码已重置。")),
    }
    if what not in changes:
        raise NoSuchAccount(number)
    change, words = changes[what]
    with page.office.database.session() as session:
        password = change(session, page.actor, page.at, number, page.office.setting.algorithm)
    return _account(page, number, password) if password else page.go(f"/administration/accounts/{number}", words)


def _accounts(page: Page, given: dict[str, str] | None = None, refusal: InputRefused | None = None) -> Response:
    query = page.request.query_params
    text, after = query.get("q", "").strip()[:64].replace("\0", ""), query.get("after", "")[:64].replace("\0", "")
    with page.office.database.reading() as connection:
        found = account_office.lines(connection, text=text, after=after, limit=PAGE + 1)
    rows = found[:PAGE]
    wrong = {name: page.tell(words) for name, words in refusal.faults.items()} if refusal else {}
    values = given or {}

    def field(name: str, words: Sentence, hint: Sentence | None = None, required: bool = True) -> Field:
        told = page.tell(hint) if hint else ""
        return Field(name, page.tell(words), value=values.get(name, ""), hint=told, error=wrong.get(name, ""),
                     required=required, autocomplete="off")  # fmt: skip

    return page.show(
        "administration_accounts.html",
        "administration",
        status=422 if refusal else 200,
        tabs=tabs_of(page, "accounts"),
        rows=rows,
        search=Field("q", page.tell(say("用户名或姓名")), value=text, prefix="filter-"),
        fields=[
            field("username", say("用户名"), say("2至64个字母、数字或汉字。")),
            field("name", say("姓名")),
            field("person", say("公民身份号码"), say("只用来认出同一个人，不保存号码本身。")),
            field("email", say("邮箱"), say("收提醒信用，可以不填。"), required=False),
        ],
        faulty=bool(refusal),
        next_page=page.address(after=rows[-1].username) if len(found) > PAGE else None,
        first_page=page.address(after=None) if after else None,
    )


def _account(page: Page, number: int, password: str = "") -> Response:
    with page.office.database.reading() as connection:
        line = account_office.account_of(connection, number)
    return page.show(
        "administration_account.html", "administration", tabs=tabs_of(page, "accounts"), line=line, password=password,
        since=page.moment(line.created_at),
    )  # fmt: skip
