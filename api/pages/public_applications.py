"""Applying without an account (网上报名): a few short parts on a phone, a receipt at the end, nothing published.

The identity number is asked in the last part and never sent back to the browser: neither in a page nor in a field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.dependencies import AddressDep, SealDep
from api.inputs import PathId
from api.pages import errors
from api.pages.filling import Filling, refusal_of
from api.pages.forms import Field
from api.pages.hires import whole
from api.pages.homes import HOME, NAMED, home_fields, resolved
from api.pages.objecting import SentDep
from api.pages.render import OpenPageDep, Page, new_key
from api.pages.submitted import given_of
from states.guards.labels import CATEGORIES, STATEMENTS
from states.procedure import Procedure, article_of
from states.refusals import InputRefused
from states.say import Sentence, say
from workflow import announcements, public_applications, public_limits, receipts
from workflow.announcement_text import lines_of, pools_of
from workflow.announcements import PublicOpening
from workflow.queries.places import region_paths

router = APIRouter()
#: the parts of the form, and what each asks
PARTS: tuple[tuple[str, ...], ...] = (
    ("name", "education", "retirement_category"),
    (HOME, "phone"),
    ("claimed", "statements"),
    ("id_number", "consent"),
)
LAST = len(PARTS) - 1
#: what is carried from part to part; the number never is
CARRIED = ("name", "education", HOME, "retirement_category", "phone", "claimed", "statements", "key")


@router.get("/public/openings/{opening_id}/apply")
def ask(page: OpenPageDep, opening_id: PathId) -> Response:
    """The first part of the form."""
    return _part(page, opening_id, 0, {"key": [new_key()]}, {})


@router.post("/public/openings/{opening_id}/apply")
def send(page: OpenPageDep, form: SentDep, seal: SealDep, address: AddressDep, opening_id: PathId) -> Response:
    """Looks at the part that was filled in and asks the next, or sends the whole in and shows the receipt, once."""
    given = given_of(form)
    part = min(whole((given.get("part") or ["0"])[0]) or 0, LAST)
    if "back" in given:
        return _part(page, opening_id, max(0, part - 1), given, {})
    with page.office.database.reading() as connection:
        given, wrong = resolved(connection, given)
    said = _said(given)
    faults = {**public_applications.faults_of(seal, said, PARTS[part], page.at), **wrong} if part < LAST else wrong
    if faults:
        return _part(page, opening_id, part, given, faults)
    if part < LAST:
        return _part(page, opening_id, part + 1, given, {})
    try:
        code = public_applications.send(page.office, seal, opening_id, said, address, page.at)
    except InputRefused as refusal:
        back = next((n for n, names in enumerate(PARTS) if _concerns(refusal.faults, names)), LAST)
        return _part(page, opening_id, back, given, refusal.faults)
    except public_limits.TooMany as refusal:
        return _part(page, opening_id, LAST, given, {}, refusal, 429)
    except public_applications.NotOpen:
        return _gone(page)
    return _done(page, opening_id, code)


def _concerns(faults: Mapping[str, Sentence], names: tuple[str, ...]) -> bool:
    return any(place.split(".")[0] in names for place in faults)


def _said(given: Mapping[str, list[str]]) -> dict[str, Any]:
    """The form as ``public_applications.send`` takes it."""
    single = ("consent", "name", "education", HOME, "retirement_category", "phone", "id_number", "key")
    found: dict[str, Any] = {n: given[n][0].strip() for n in single if given.get(n) and given[n][0].strip()}
    for name in ("statements", "claimed"):
        found[name] = [code[:48] for code in given.get(name, []) if code][:30]
    return found


def _gone(page: Page) -> Response:
    return errors.error_page(page, 410, say("报名已经截止"), say("这则招聘公告的报名期已过，或者已经撤销，不再显示。"))


def _part(
    page: Page,
    opening_id: int,
    part: int,
    given: Mapping[str, list[str]],
    faults: Mapping[str, Sentence],
    refusal: public_limits.TooMany | None = None,
    status: int = 200,
) -> Response:
    page.headers["X-Robots-Tag"] = "noindex"
    with page.office.database.reading() as connection:
        line = announcements.one_on_show(connection, page.today, opening_id)
        if line is None:
            return _gone(page)
        fields = _fields(page, connection, line, part, Filling(page, given, faults))
        path = region_paths(connection, {line.region})[line.region]
    asked = {field.name for field in fields}
    carried = [(n, value) for n in CARRIED if n not in asked for value in given.get(n, []) if value]
    return page.show(
        "public_apply.html",
        "public_openings",
        status=422 if faults else status,
        id=opening_id,
        post=line.title,
        place=path,
        employer=line.employer,
        part=part,
        parts_in_all=len(PARTS),
        fields=fields,
        carried=carried,
        refusal=refusal_of(page, refusal, say("没有提交")),
        faulty=bool(faults),
    )


def _fields(page: Page, connection: Connection, line: PublicOpening, part: int, filling: Filling) -> list[Field]:
    if part == 0:
        name = filling.field("name", say("姓名"), required=True, autocomplete="name")
        return [name, filling.education(), filling.retirement()]
    if part == 1:
        hint = say("可以不填；用于通知您办理结果。")
        homes = home_fields(connection, filling, line.region)
        return [*homes, filling.field("phone", say("手机号码"), "tel", hint, autocomplete="tel")]
    return _conditions(page, line, filling) if part == 2 else _last(page, filling)


def _last(page: Page, filling: Filling) -> list[Field]:
    agreed = page.tell(say("我同意用人单位和主管部门为这次招聘使用我填写的信息"))
    return [
        filling.field(
            "id_number",
            say("公民身份号码"),
            hint=say("18位，最后一位可能是X。加密保存，页面上不再显示，也不公布。"),
            required=True,
            autocomplete="off",
            secret=True,
        ),
        filling.field(
            "consent",
            say("信息的使用"),
            "checks",
            say("信息加密保存，只用于这次招聘的审查；您可以随时凭回执撤回。"),
            options=[("yes", agreed)],
            required=True,
        ),
    ]


def _conditions(page: Page, line: PublicOpening, filling: Filling) -> list[Field]:
    """What the document asks, in plain words with its article: what one belongs to, and what one declares."""
    procedure = page.office.procedure(line.procedure)
    return [
        filling.field(
            "claimed",
            say("您属于下面哪一类？"),
            "checks",
            say("可以不勾，也可以勾几项。受理时要看认定材料。"),
            options=_claims(page, procedure, line.kind),
        ),
        filling.field(
            "statements",
            say("请您承诺"),
            "checks",
            say("逐条看过，符合的才勾选。不符合的也可以报名，由工作人员按规定审查。"),
            options=_declarations(page, procedure, line.kind),
        ),
    ]


def _claims(page: Page, procedure: Procedure, kind: str) -> list[tuple[str, str]]:
    pools = [code for pool in pools_of(procedure, kind) for code in pool.categories]
    asked = [code for rule in lines_of(procedure, kind) for code in rule.params.get("categories", ())]
    return [(code, page.tell(CATEGORIES.get(code, code))) for code in dict.fromkeys([*asked, *pools])]


#: what each declaration means, as one would say it to a neighbour
_PLAIN: Mapping[str, Sentence] = {
    "political_conduct": say("我遵纪守法，品行端正"),
    "health": say("我身体健康，能做这份工作"),
    "computer_skill": say("我会使用电脑办公"),
    "no_crime": say("我没有违法犯罪记录和不良行为"),
    "responsible": say("我做事认真负责"),
    "able": say("我能胜任这份工作"),
    "willing": say("我自愿做这份工作"),
    "truthful": say("我填写的都是真实的"),
    "no_other_job": say("我没有在其他单位上班"),
    "relatives": say("我已如实申报亲属关系"),
}


def _declarations(page: Page, procedure: Procedure, kind: str) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for rule in lines_of(procedure, kind):
        if rule.use == "statement_signed":
            code = str(rule.params["statement"])
            said = page.tell(_PLAIN[code]) if code in _PLAIN else page.tell(STATEMENTS.get(code, code))
            facts = {"said": said, "article": article_of(procedure, rule.cite)}
            found.setdefault(code, page.tell(say("{said}（{article}）", **facts)))
    found.setdefault("truthful", page.tell(_PLAIN["truthful"]))
    return list(found.items())


def _done(page: Page, opening_id: int, code: str) -> Response:
    page.headers["X-Robots-Tag"] = "noindex"
    with page.office.database.reading() as connection:
        line = announcements.one_on_show(connection, page.today, opening_id)
    return page.show(
        "public_apply_done.html",
        "public_openings",
        code=code,
        post=line.title if line else "",
        moment=page.moment(page.at),
    )


# ---- taking it back ----------------------------------------------------------------------------------------------


@router.get("/public/applications/withdraw")
def ask_withdraw(page: OpenPageDep) -> Response:
    """The form for the code."""
    return _withdraw(page, "", None)


@router.post("/public/applications/withdraw")
def withdraw(page: OpenPageDep, form: SentDep, address: AddressDep) -> Response:
    """Takes a waiting application back by its receipt. Raises TooMany."""
    typed = form.get("code")
    code = typed.strip()[:100] if isinstance(typed, str) else ""
    if receipts.normalised(code) is None:
        return _withdraw(page, code, say("回执号由12个字母和数字组成，例如ABCD-2345-WXYZ，请核对后再填"))
    public_limits.admit(page.office.database, "receipt", address, page.at)
    if not public_applications.withdraw(page.office, code, page.at):
        return _withdraw(page, code, say("没有等待受理的报名；已经受理的，请向公告上的联系人申请退出"))
    return page.go("/public/openings", say("报名已撤回，填写的信息不再使用。"))


def _withdraw(page: Page, code: str, fault: Sentence | None) -> Response:
    page.headers["X-Robots-Tag"] = "noindex"
    field = Filling(page, {"code": [code]}, {"code": fault} if fault else {}).field(
        "code", say("回执号"), required=True, hint=say("提交时给您的12位字母和数字。"), autocomplete="off"
    )
    return page.show("public_withdraw.html", "receipt", status=422 if fault else 200, field=field)


assert NAMED not in CARRIED
