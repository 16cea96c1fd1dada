"""The register of people (人员): finding somebody, what is registered of them, a full number, clearing an officer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection, select

from api.dependencies import SealDep
from api.inputs import PathId
from api.pages import person_form, words
from api.pages.filling import Filling, Given, faults_of, refusal_of, status_of
from api.pages.forms import Field
from api.pages.hires import hire_rows, whole
from api.pages.render import Page, PageDep, RecentFormDep
from api.pages.submitted import given_of
from api.problems import Forbidden
from states.refusals import InputRefused, Refusal, StepNotOffered
from states.say import Sentence, say
from workflow import clearance, people, queries
from workflow.people import REGISTRARS
from workflow.queries import HireFilter, PersonLine, scoped
from workflow.queries.places import region_paths
from workflow.tables import metadata

router = APIRouter()
router.include_router(person_form.router)
account, person_log = metadata.tables["account"], metadata.tables["person_log"]
cleared = metadata.tables["clearance"]
LOG_MOST = 100
#: what may be read in full, and what it is called
REVEALED: dict[people.Sealed, Sentence] = {
    "id_number": say("公民身份号码"),
    "phone": say("手机号码"),
    "address": say("住址"),
    "bank": say("银行卡号"),
}
_ACTS = {
    "register": say("登记"),
    "update": say("更改"),
    "clear": say("解除回避"),
    "reveal:id_number": say("查看完整公民身份号码"),
    "reveal:phone": say("查看完整手机号码"),
    "reveal:address": say("查看住址"),
    "reveal:bank": say("查看完整银行卡号"),
    "make_paper": say("制作文书"),
    "open_paper": say("下载文书"),
    "open_masked": say("下载脱敏的文书"),
}


@router.get("/people")
def show_all(page: PageDep) -> Response:
    """The registered people of the reader's regions, by name or pinyin."""
    name = page.request.query_params.get("name", "").strip()[:100]
    after = whole(page.request.query_params.get("after"))
    with page.reading() as connection:
        found = queries.people(connection, scoped(page.actor), name=name or None, after=after or 0)
        paths = region_paths(connection, {line.home_region for line in found.lines})
    rows = [
        {
            "id": line.id,
            "name": line.name,
            "sex": words.sex_words(page, line.sex),
            "born": line.born,
            "number": line.id_number,
            "home": paths[line.home_region],
            "serving": line.serving_hire,
        }
        for line in found.lines
    ]
    return page.show(
        "people.html",
        "people",
        rows=rows,
        name=name,
        may_register=person_form.registers(page),
        next_page=page.address(after=str(found.after)) if found.after else None,
        first_page=page.address(after=None) if after else None,
    )


# ---- one person --------------------------------------------------------------------------------------------------


@router.get("/people/{person_id}")
def show_one(page: PageDep, person_id: PathId) -> Response:
    """What is registered of a person, masked, with their hires and their log."""
    return _one(page, person_id, {})


def _one(
    page: Page, person_id: int, given: Given, refusal: Refusal | None = None, revealed: tuple[str, str] | None = None
) -> Response:
    with page.reading() as connection:
        line = person_form.line_of(page, connection, person_id)
        found = queries.hires(connection, scoped(page.actor), HireFilter(person_id=person_id))
        rows = hire_rows(page, connection, list(found.lines))
        home = region_paths(connection, {line.home_region})[line.home_region]
        log = _log(page, connection, person_id)
        clearances = _clearances(page, connection, person_id)
    keeps = bool(page.actor.roles_in(line.home_region) & REGISTRARS)
    return page.show(
        "person.html",
        "people",
        status=status_of(refusal),
        person=_facts(page, line, home),
        person_id=line.id,
        name=line.name,
        rows=rows,
        log=log,
        clearances=clearances,
        keeps=keeps,
        refusal=refusal_of(page, refusal, say("没有办理")),
        revealed=revealed,
        reveal=_reveal_fields(page, line, Filling(page, given, faults_of(refusal))) if keeps else [],
        clear=_clear_fields(Filling(page, given, faults_of(refusal)))
        if clearance.may_clear(page.actor, line.home_region)
        else [],
    )


def _facts(page: Page, line: PersonLine, home: str) -> list[tuple[str, str]]:
    comma = "、" if page.language == "zh" else ", "
    yes, no = page.tell(say("已登记，加密保存")), "—"
    facts: list[tuple[Sentence, str]] = [
        (say("公民身份号码"), line.id_number),
        (say("性别"), words.sex_words(page, line.sex)),
        (say("出生日期"), page.day(line.born)),
        (say("户籍所在村（社区）"), home),
        (say("文化程度"), words.code_words(page, line.education)),
        (say("手机号码"), yes if line.has_phone else no),
        (say("住址"), yes if line.has_address else no),
        (say("银行卡号"), yes if line.has_bank else no),
        (say("已认定的类别"), comma.join(_recognised(page, *one) for one in line.categories.items()) or no),
        (say("已签的承诺"), comma.join(words.code_words(page, code) for code in line.statements) or no),
        (say("申报的近亲属"), page.tell(say("{n}人", n=line.relatives)) if line.relatives else no),
        (say("以往享受岗位补贴的月数"), str(line.prior_months)),
    ]
    if line.died_on:
        facts.append((say("死亡日期"), page.day(line.died_on)))
    return [(page.tell(name), value) for name, value in facts]


def _recognised(page: Page, code: str, said: Any) -> str:
    facts = {"category": words.code_words(page, code), "by": said.get("by", ""), "on": said.get("on", "")}
    return page.tell(say("{category}（{by}，{on}）", **facts))


def _log(page: Page, connection: Connection, person_id: int) -> list[dict[str, Any]]:
    """Who registered, changed or read what and why, the newest first."""
    asked = (
        select(person_log.c.at, person_log.c.act, person_log.c.purpose, account.c.name)
        .outerjoin(account, account.c.id == person_log.c.account_id)
        .where(person_log.c.person_id == person_id)
        .order_by(person_log.c.seq.desc())
        .limit(LOG_MOST)
    )
    return [
        {
            "moment": page.moment(row.at),
            "act": page.tell(_ACTS[row.act]) if row.act in _ACTS else row.act,
            "purpose": row.purpose or "",
            "who": row.name or "—",
        }
        for row in connection.execute(asked)
    ]


def _clearances(page: Page, connection: Connection, person_id: int) -> list[dict[str, Any]]:
    asked = (
        select(cleared.c.at, cleared.c.reason, account.c.name)
        .outerjoin(account, account.c.person_key == cleared.c.officer_key)
        .where(cleared.c.person_id == person_id)
        .order_by(cleared.c.at)
    )
    return [
        {"moment": page.moment(row.at), "reason": row.reason, "who": row.name or "—"}
        for row in connection.execute(asked)
    ]


# ---- full numbers, and kinship -----------------------------------------------------------------------------------


@router.post("/people/{person_id}/reveal")
def reveal(page: PageDep, form: RecentFormDep, seal: SealDep, person_id: PathId) -> Response:
    """Shows one full number once, on the record with its purpose."""
    given = given_of(form)
    with page.reading() as connection:
        person_form.keeper_of(page, connection, person_id)
    asked = (given.get("field") or [""])[0]
    field = next((name for name in REVEALED if name == asked), None)
    purpose = (given.get("purpose") or [""])[0]
    try:
        if field is None:
            raise InputRefused({"field": say("请选择查看哪一项")})
        with page.office.database.session() as session:
            facts = (page.actor, purpose, page.at)
            algorithm = page.office.setting.algorithm
            value = people.reveal_id(session, seal, person_id, *facts, field=field, algorithm=algorithm)
    except InputRefused as refusal:
        return _one(page, person_id, given, refusal)
    return _one(page, person_id, {}, None, (page.tell(REVEALED[field]), value or page.tell(say("没有登记"))))


def _reveal_fields(page: Page, line: PersonLine, filling: Filling) -> list[Field]:
    has = {"id_number": True, "phone": line.has_phone, "address": line.has_address, "bank": line.has_bank}
    options = [(name, page.tell(words)) for name, words in REVEALED.items() if has[name]]
    return [
        filling.field("field", say("查看哪一项"), "radio", options=options, required=True),
        filling.field("purpose", say("用途"), required=True, hint=say("例如：核对身份证原件。用途会留下记录。")),
    ]


@router.post("/people/{person_id}/clearance")
def clear(page: PageDep, form: RecentFormDep, seal: SealDep, person_id: PathId) -> Response:
    """Clears an officer to deal with this person."""
    given = given_of(form)
    with page.reading() as connection:
        line = person_form.line_of(page, connection, person_id)
    if not clearance.may_clear(page.actor, line.home_region):
        raise Forbidden
    officer, reason = ((given.get(name) or [""])[0] for name in ("officer", "reason"))
    try:
        with page.office.database.session() as session:
            facts = (officer, page.actor, page.at, reason)
            clearance.clear(session, seal, person_id, *facts, algorithm=page.office.setting.algorithm)
    except (InputRefused, StepNotOffered) as refusal:
        return _one(page, person_id, given, refusal)
    return page.go(f"/people/{person_id}", say("已解除回避，并记录在案。"))


def _clear_fields(filling: Filling) -> list[Field]:
    return [
        filling.field("officer", say("经办人的用户名"), required=True, autocomplete="off"),
        filling.field(
            "reason", say("解除的理由"), "prose", required=True, hint=say("例如：同姓同住址，经核实并无亲属关系。")
        ),
    ]
