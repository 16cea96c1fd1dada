"""Administration (系统管理): accounts for system administrators, grants for security administrators, the log for audit.

Each page is for one of the three (三员) and refuses everybody else; who has what may be read by the two that answer for
it. Every change is made again only after the administrator has lately shown who they are.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session
from starlette.datastructures import UploadFile

from api.dependencies import SealDep
from api.inputs import PathId
from api.pages.forms import Field
from api.pages.my_account import day_of, grant_row, role_of, stand_in_row, text_of
from api.pages.render import FormDep, Page, PageDep, RecentFormDep
from api.pages.sign_in import ROLES
from api.problems import Forbidden
from states.facts import Actor
from states.procedure import Role
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from workflow import account_office, granting, office_log, regions, substitutes
from workflow.access_policy import ORDINARY, POLICIES, policy_of
from workflow.accounts import NoSuchAccount
from workflow.granting import NOT_GRANTED
from workflow.imports.regions import read_regions
from workflow.imports.workbook import NotReadable

router = APIRouter(prefix="/administration")
PAGE = 50
SYSTEM, SECURITY, AUDIT = Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN
#: page, words, for whom
TABS = (
    ("accounts", say("账户"), frozenset({SYSTEM})),
    ("regions", say("地区"), frozenset({SYSTEM})),
    ("grants", say("授权"), frozenset({SECURITY, AUDIT})),
    ("log", say("事务日志"), frozenset({AUDIT})),
)
ACTS: dict[str, Sentence] = {
    "account_opened": say("开立账户"),
    "account_closed": say("停用账户"),
    "account_reopened": say("重新启用账户"),
    "password_changed": say("本人更换密码"),
    "password_reset": say("重置密码"),
    "second_factor_enrolled": say("启用动态口令"),
    "second_factor_removed": say("停用动态口令"),
    "second_factor_reset": say("重置动态口令"),
    "identity_linked": say("关联统一认证"),
    "identity_unlinked": say("解除统一认证"),
    "grant_asked": say("提出授权"),
    "grant_confirmed": say("确认授权"),
    "grant_given": say("控制台授权"),
    "grant_revoked": say("收回授权"),
    "substitute_asked": say("提出代理"),
    "substitute_accepted": say("接受代理"),
    "substitute_ended": say("结束代理"),
    "regions_loaded": say("导入地区"),
    "policy_changed": say("登录要求变更"),
}
_UPLOAD_MOST = 4_000_000


def held(actor: Actor) -> frozenset[Role]:
    """Which of the three the actor is."""
    return frozenset(grant.role for grant in actor.grants) & {SYSTEM, SECURITY, AUDIT}


def only(page: Page, *roles: Role) -> None:
    """Raises Forbidden for everybody else."""
    if not held(page.actor) & set(roles):
        raise Forbidden


@router.get("")
def first(page: PageDep) -> Response:
    """The first page of an administrator."""
    only(page, SYSTEM, SECURITY, AUDIT)
    return page.go("/administration/" + next(name for name, _, roles in TABS if roles & held(page.actor)))


# ---- accounts ----------------------------------------------------------------------------------------------------


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


# ---- regions -----------------------------------------------------------------------------------------------------


@router.get("/regions")
def show_regions(page: PageDep) -> Response:
    """The form that loads regions."""
    only(page, SYSTEM)
    return _regions(page)


@router.post("/regions")
async def load_regions(page: PageDep, form: RecentFormDep) -> Response:
    """Loads a list of regions, whole or not at all; what is wrong is told by its row."""
    only(page, SYSTEM)
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _regions(page, [page.tell(say("请选择文件（CSV 或 XLSX）。"))])
    content = await file.read(_UPLOAD_MOST + 1)
    suffix = Path(file.filename).suffix.lower()
    if len(content) > _UPLOAD_MOST or suffix not in (".csv", ".xlsx"):
        return _regions(page, [page.tell(say("请选择不超过4MB的 CSV 或 XLSX 文件。"))])
    try:
        loaded = _load(page, content, suffix)
    except InputRefused as refusal:
        return _regions(page, [_of_row(page, place, words) for place, words in list(refusal.faults.items())[:200]])
    except (NotReadable, OSError, ValueError) as fault:
        words = getattr(fault, "sentence", None) or say("文件无法读取。请另存为 CSV（UTF-8）或 XLSX 后再试。")
        return _regions(page, [page.tell(words)])
    words = say("已导入：新增{added}个，改动{changed}个，未变{same}个。",
                added=loaded.added, changed=loaded.changed, same=loaded.same)  # fmt: skip
    return page.go("/administration/regions", words)


def _load(page: Page, content: bytes, suffix: str) -> regions.Loaded:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"regions{suffix}"
        path.write_bytes(content)
        rows = read_regions(path)
    with page.office.database.session() as session:
        loaded = regions.load(session, rows)
        facts = {"added": loaded.added, "changed": loaded.changed}
        algorithm = page.office.setting.algorithm
        office_log.write(session, office_log.ACCESS, "regions_loaded", page.actor, page.at, facts, algorithm)
    return loaded


def _of_row(page: Page, place: str, words: Sentence) -> str:
    row, _, _ = place.partition(".")
    return page.tell(say("第{row}行：{fault}", row=row, fault=page.tell(words)))


def _regions(page: Page, faults: list[str] | None = None) -> Response:
    return page.show(
        "administration_regions.html",
        "administration",
        status=422 if faults else 200,
        tabs=tabs_of(page, "regions"),
        faults=faults or [],
    )


# ---- grants ------------------------------------------------------------------------------------------------------


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


# ---- the log -----------------------------------------------------------------------------------------------------


@router.get("/log")
def show_log(page: PageDep) -> Response:
    """The office log, the newest first, and whether it is as it was written."""
    only(page, AUDIT)
    query = page.request.query_params
    before = query.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    with page.office.database.reading() as connection:
        books = office_log.books(connection) or [office_log.ACCESS]
        book = query.get("book", "") if query.get("book", "") in books else books[0]
        entries = office_log.entries(connection, book, before=number, limit=PAGE + 1)
        faults = list(office_log.verify(connection))
    rows = entries[:PAGE]
    return page.show(
        "administration_log.html",
        "administration",
        tabs=tabs_of(page, "log"),
        book=book,
        books=[(name, page.address(book=name, before=None)) for name in books],
        rows=[_entry(page, row) for row in rows],
        faults=[page.tell(say("{book}第{seq}条与写入时不符", book=one.book, seq=one.seq)) for one in faults],
        policy=_policy(page),
        next_page=page.address(before=str(rows[-1].seq)) if len(entries) > PAGE else None,
        first_page=page.address(before=None) if number else None,
    )


def _entry(page: Page, row: Any) -> dict[str, Any]:
    facts = orjson.loads(row.body)["facts"]
    return {
        "seq": row.seq,
        "at": page.moment(row.at),
        "who": row.username or (page.tell(say("控制台")) if row.actor_key == "console" else row.actor_key[:8]),
        "act": page.tell(ACTS[row.act]) if row.act in ACTS else row.act,
        "facts": " · ".join(f"{name} {value}" for name, value in facts.items() if value is not None),
        "hash": row.hash[:12],
    }


def _policy(page: Page) -> str:
    chosen = policy_of(page.settings)
    words = say("登录要求：普通") if chosen is ORDINARY else say("登录要求：等保三级")
    assert chosen.name in POLICIES
    return page.tell(words)


def tabs_of(page: Page, here: str) -> list[tuple[str, str, bool]]:
    """The pages of an administrator: address, words, whether it is open."""
    mine = held(page.actor)
    return [(f"/administration/{name}", page.tell(words), name == here) for name, words, roles in TABS if roles & mine]
