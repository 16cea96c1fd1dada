"""The form of a person (人员登记): registering somebody, and correcting what is registered, on the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.dependencies import SealDep
from api.inputs import PathId
from api.pages.filling import Filling, Given, faults_of, group, show_form
from api.pages.forms import Field
from api.pages.homes import HOME, home_fields, resolved
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from api.problems import Forbidden, NotFound
from states.guards.labels import CATEGORIES, STATEMENTS
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from workflow import people, queries
from workflow.people import REGISTRARS
from workflow.queries import PersonLine, scoped

router = APIRouter()


def registers(page: Page) -> bool:
    """Whether one of the reader's roles registers people."""
    return any(grant.role in REGISTRARS for grant in page.actor.grants)


def line_of(page: Page, connection: Connection, person_id: int) -> PersonLine:
    """A person whom the reader may see. Raises NotFound."""
    line = queries.person_line(connection, scoped(page.actor), person_id)
    if line is None:
        raise NotFound
    return line


def keeper_of(page: Page, connection: Connection, person_id: int) -> PersonLine:
    """A person whose data the reader keeps. Raises NotFound, Forbidden."""
    line = line_of(page, connection, person_id)
    if not page.actor.roles_in(line.home_region) & REGISTRARS:
        raise Forbidden
    return line


# ---- registering -------------------------------------------------------------------------------------------------


@router.get("/people/new")
def ask(page: PageDep) -> Response:
    """The form of a person."""
    if not registers(page):
        raise Forbidden
    return _form(page, {})


@router.post("/people/new")
def register(page: PageDep, form: FormDep, seal: SealDep) -> Response:
    """Registers a person, or finds them by their number."""
    if not registers(page):
        raise Forbidden
    given = given_of(form)
    try:
        with page.reading() as connection:
            given, wrong = resolved(connection, given)
        said = person_of(given)
        home = said.get(HOME)
        if home and not wrong and not page.actor.roles_in(home) & REGISTRARS:
            wrong = {HOME: say("不在您的职责地区之内；外地户籍的人员，请在报名时登记")}
        if wrong:
            raise InputRefused(wrong)
        with page.office.database.session() as session:
            algorithm = page.office.setting.algorithm
            known = people.register(session, seal, said, page.actor, page.at, algorithm=algorithm)
    except Refusal as refusal:
        return _form(page, given, refusal)
    done = say("已登记。") if known.created else say("此人已登记过，沿用原有登记；如有变动，请在下面更改。")
    return page.go(f"/people/{known.person_id}", done)


def _form(page: Page, given: Given, refusal: Refusal | None = None) -> Response:
    filling = Filling(page, given, faults_of(refusal))
    near = min((grant.region for grant in page.actor.grants if grant.role in REGISTRARS), default="")
    with page.reading() as connection:
        homes = home_fields(connection, filling, near)
    number = filling.field(
        "id_number",
        say("公民身份号码"),
        hint=say("18位；出生日期和性别由号码得出，号码加密保存。"),
        required=True,
        autocomplete="off",
    )
    return show_form(
        page,
        "people",
        title=say("登记人员"),
        lead=say("同一号码只登记一次；以后再报名，沿用这份登记。"),
        crumbs=[("/people", page.tell(say("人员")))],
        groups=groups_of(page, filling, [number], homes),
        button=say("登记"),
        refusal=refusal,
        not_done=say("没有登记"),
    )


def groups_of(
    page: Page,
    filling: Filling,
    number: Sequence[Field],
    homes: Sequence[Field],
    known: PersonLine | None = None,
    asked: frozenset[str] | None = None,
) -> list[Any]:
    """The parts of the form of a person.

    ``known``: the one that is being corrected. ``asked``: the categories and statements that are asked for; None: all.
    """
    return [
        group(page, say("本人"), _who(filling, number, homes, known)),
        group(
            page, say("住址和银行卡"), _contacts(page, filling, known), say("加密保存；查看全文须写明用途并留下记录。")
        ),
        group(
            page,
            say("已认定的类别"),
            _categories(page, filling, asked),
            say("只勾选已经认定的类别，并写明由谁、何时认定。"),
        ),
        group(page, say("承诺和亲属关系"), _statements(page, filling, known, asked), pair=False),
    ]


def _who(filling: Filling, number: Sequence[Field], homes: Sequence[Field], known: PersonLine | None) -> list[Field]:
    kept = say("已登记；不填则不变。") if known and known.has_phone else None
    return [
        filling.field("name", say("姓名"), required=True, value=known.name if known else ""),
        *number,
        filling.field("phone", say("手机号码"), "tel", kept, autocomplete="off"),
        filling.education(known.education if known else ""),
        *homes,
        filling.retirement(_woman(known)),
        filling.field(
            "prior_months",
            say("以往享受岗位补贴的月数"),
            "number",
            hint=say("在任何单位、任何岗位的月数；没有则为0。"),
            value=str(known.prior_months) if known else "0",
        ),
        filling.field(
            "prior_evidence",
            say("以往月数的依据"),
            hint=say("材料名称和编号。"),
            value=(known.prior_evidence or "") if known else "",
        ),
    ]


def _woman(known: PersonLine | None) -> str:
    return known.retirement_category if known and known.retirement_category != "man" else ""


def _contacts(page: Page, filling: Filling, known: PersonLine | None) -> list[Field]:
    def hint(has: bool, otherwise: Sentence) -> Sentence:
        return say("已登记；不填则不变。") if has else otherwise

    address = hint(bool(known and known.has_address), say("现在住的地方，写到门牌。"))
    bank = hint(bool(known and known.has_bank), say("发放待遇用的卡，16至19位。"))
    return [
        filling.field("address", say("住址"), hint=address, autocomplete="off"),
        filling.field("bank", say("银行卡号"), hint=bank, autocomplete="off"),
    ]


def _categories(page: Page, filling: Filling, asked: frozenset[str] | None) -> list[Field]:
    options = [(code, page.tell(name)) for code, name in CATEGORIES.items() if asked is None or code in asked]
    return [
        filling.field("categories", say("新认定的类别"), "checks", options=options),
        filling.field("recognised_by", say("认定单位")),
        filling.field("recognised_on", say("认定日期"), "date"),
    ]


def _statements(page: Page, filling: Filling, known: PersonLine | None, asked: frozenset[str] | None) -> list[Field]:
    options = [(code, page.tell(name)) for code, name in STATEMENTS.items() if asked is None or code in asked]
    statements = filling.field(
        "statements", say("已签的承诺"), "checks", say("勾选本人已经签字承诺的事项。"), options=options
    )
    if known is not None and not filling.given:
        statements = Field(
            "statements",
            statements.label,
            "checks",
            hint=statements.hint,
            options=statements.options,
            chosen=frozenset(known.statements),
        )
    numbers = say("在审批、经办人员中有近亲属的，填其公民身份号码，一行一个；没有则不填。")
    return [
        statements,
        filling.field("relatives", say("近亲属的公民身份号码"), "prose", numbers),
        filling.field("relative_accounts", say("或近亲属的用户名"), "prose", say("一行一个。")),
    ]


def person_of(given: Given) -> dict[str, Any]:
    """The form as ``people.register`` takes it. Empty fields are left out."""
    plain = (
        "name",
        "id_number",
        "phone",
        "address",
        "bank",
        "education",
        HOME,
        "retirement_category",
        "prior_evidence",
    )
    found: dict[str, Any] = {n: given[n][0].strip() for n in plain if given.get(n) and given[n][0].strip()}
    found.setdefault("id_number", "")
    if months := (given.get("prior_months") or [""])[0].strip():
        found["prior_months"] = months
    if categories := given.get("categories", []):
        by, on = ((given.get(name) or [""])[0].strip() for name in ("recognised_by", "recognised_on"))
        found["categories"] = {code: {"by": by, "on": on} for code in categories}
    found["statements"] = given.get("statements", [])
    for name in ("relatives", "relative_accounts"):
        lines = [line.strip() for text in given.get(name, []) for line in text.splitlines() if line.strip()]
        if lines or name == "relatives":
            found[name] = lines
    return found


# ---- correcting --------------------------------------------------------------------------------------------------


@router.get("/people/{person_id}/edit")
def ask_change(page: PageDep, person_id: PathId) -> Response:
    """The form of a correction."""
    return _change(page, person_id, {})


@router.post("/people/{person_id}/edit")
def change(page: PageDep, form: FormDep, seal: SealDep, person_id: PathId) -> Response:
    """Corrects what is registered, on the record, with a reason."""
    given = given_of(form)
    with page.reading() as connection:
        line = keeper_of(page, connection, person_id)
        given, wrong = resolved(connection, given)
    reason = (given.get("reason") or [""])[0].strip()
    if not 2 <= len(reason) <= 200:
        wrong["reason"] = say("请写明更改的理由（2至200字）")
    changes = _changes(line, given)
    if changes.get(HOME) not in (None, line.home_region) and not page.actor.roles_in(changes[HOME]) & REGISTRARS:
        wrong[HOME] = say("不在您的职责地区之内；迁往外地的，请由当地更改")
    try:
        if wrong:
            raise InputRefused(wrong)
        with page.office.database.session() as session:
            facts = (page.actor, page.at)
            algorithm = page.office.setting.algorithm
            changed = people.update_person(
                session, seal, person_id, changes, *facts, reason=reason, algorithm=algorithm
            )
    except Refusal as refusal:
        return _change(page, person_id, given, refusal)
    return page.go(f"/people/{person_id}", say("已更改。") if changed else say("没有改动。"))


def _changes(line: PersonLine, given: Given) -> dict[str, Any]:
    """What the form changes: empty sealed fields stay as they are, new recognitions join the known ones."""
    found = person_of(given)
    del found["id_number"]
    if not found["relatives"]:
        del found["relatives"]
    if "categories" in found:
        found["categories"] = {**line.categories, **found["categories"]}
    if (given.get("died_on") or [""])[0].strip():
        found["died_on"] = given["died_on"][0].strip()
    return found


def _change(page: Page, person_id: int, given: Given, refusal: Refusal | None = None) -> Response:
    filling = Filling(page, given, faults_of(refusal))
    with page.reading() as connection:
        line = keeper_of(page, connection, person_id)
        homes = home_fields(connection, filling, line.home_region, line.home_region)
    last = [
        filling.field("died_on", say("死亡日期"), "date", value=line.died_on.isoformat() if line.died_on else ""),
        filling.field("reason", say("更改的理由"), required=True, hint=say("例如：原登记有误，已核对户口簿。")),
    ]
    return show_form(
        page,
        "people",
        title=say("更改登记：{name}", name=line.name),
        lead=say("公民身份号码登记后不能更改；每次更改都留下记录。"),
        crumbs=[("/people", page.tell(say("人员"))), (f"/people/{line.id}", line.name)],
        groups=[*groups_of(page, filling, [], homes, line), group(page, say("更改"), last)],
        button=say("保存更改"),
        refusal=refusal,
        not_done=say("没有更改"),
    )
