"""Registering an applicant (登记报名人): the person and the application in one go, every fault beside its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.dependencies import SealDep
from api.inputs import PathId
from api.pages import reading, words
from api.pages.forms import Field
from api.pages.hires import whole
from api.pages.names import ROUTES
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from api.problems import Forbidden, NotFound
from states.guards.labels import CATEGORIES, EDUCATION, STATEMENTS
from states.procedure import Procedure, RecordKind
from states.refusals import InputRefused, Refusal, StepRefused
from states.retirement import Category
from states.say import Sentence, say
from workflow import people, queries
from workflow.engine import perform
from workflow.openings import add_place
from workflow.queries import HireFilter, OpeningLine, scoped

router = APIRouter()
Given = Mapping[str, list[str]]
Faults = Mapping[str, Sentence]


def may_take(page: Page, line: OpeningLine) -> bool:
    """Whether one of the reader's roles takes applications under the document of this announcement."""
    procedure = page.office.procedure(line.procedure)
    return bool(page.actor.roles_in(line.region) & {role for s in _applications(procedure) for role in s.by})


def _applications(procedure: Procedure) -> list[Any]:
    first = procedure.steps_from[procedure.first_stage.stage]
    return [step for step in first if step.records is RecordKind.APPLICATION]


@router.get("/openings/{opening_id}/apply")
def ask(page: PageDep, opening_id: PathId) -> Response:
    """The form for a person who applies."""
    return _form(page, _opening(page, opening_id), {}, {})


@router.post("/openings/{opening_id}/apply")
def take(page: PageDep, form: FormDep, seal: SealDep, opening_id: PathId) -> Response:
    """Registers the person, or finds them by their number, and takes the application."""
    line = _opening(page, opening_id)
    given = given_of(form)
    try:
        with page.office.database.session() as session:
            algorithm = page.office.setting.algorithm
            known = people.register(session, seal, person_of(given), page.actor, page.at, algorithm=algorithm)
    except InputRefused as refusal:
        return _form(page, line, given, refusal.faults, refusal)
    try:
        hire_id = _apply(page, line, known.person_id, (given.get("route") or ["open"])[0])
    except Refusal as refusal:
        return _form(page, line, given, {}, refusal)
    said = say("已登记并报名。") if known.created else say("此人已登记过，沿用原有登记；已报名。")
    return page.go(f"/hires/{hire_id}", said)


def _opening(page: Page, opening_id: int) -> OpeningLine:
    with page.office.database.reading() as connection:
        line = queries.opening_line(connection, scoped(page.actor), opening_id)
    if line is None:
        raise NotFound
    if not may_take(page, line):
        raise Forbidden
    return line


def _apply(page: Page, line: OpeningLine, person_id: int, route: str) -> int:
    """Takes the application on a place without an applicant, or on a further one: more may apply than are taken."""
    procedure = page.office.procedure(line.procedure)
    step = _applications(procedure)[0]
    with page.office.database.reading() as connection:
        chosen = whole(page.request.query_params.get("hire"))
        waiting = _waiting(page, connection, line.id, procedure.first_stage.stage)
    if chosen not in waiting:
        chosen = min(waiting) if waiting else add_place(page.office, line.id, page.actor, page.at)
    assert chosen is not None
    perform(page.office, chosen, step.act, page.actor, page.at, {"person_id": person_id, "route": route})
    return chosen


def _waiting(page: Page, connection: Connection, opening_id: int, stage: str) -> list[int]:
    found = queries.hires(connection, scoped(page.actor), HireFilter(opening_id=opening_id, stage=stage), limit=200)
    return [line.id for line in found.lines if line.person_id is None]


# ---- the form ----------------------------------------------------------------------------------------------------


def _form(page: Page, line: OpeningLine, given: Given, faults: Faults, refusal: Refusal | None = None) -> Response:
    procedure = page.office.procedure(line.procedure)
    with page.office.database.reading() as connection:
        places = reading.place_names(connection, {line.region})
        regions = queries.regions(connection, scoped(page.actor))
        names = reading.place_names(connection, {region.code for region in regions})
    homes = [(r.code, names[r.code]) for r in regions if r.level == "village"]
    status = 200 if refusal is None else 422 if isinstance(refusal, InputRefused) else 409
    return page.show(
        "apply.html",
        "openings",
        status=status,
        refusal=_refusal(page, refusal),
        action=page.address(),
        opening={"id": line.id, "post": line.post_title, "place": places.get(line.region, line.region)},
        groups=_groups(page, procedure, _Form(page, given, faults), homes or [(line.region, places[line.region])]),
    )


def _refusal(page: Page, refusal: Refusal | None) -> dict[str, Any] | None:
    if refusal is None:
        return None
    faulty = isinstance(refusal, InputRefused)
    answers = [a for a in refusal.answers if a.stops] if isinstance(refusal, StepRefused) else []
    said = say("请改正下面标出的各项，再办一次。") if faulty else refusal.sentence
    return {
        "title": page.tell(say("填报内容有误，没有办理") if faulty else say("没有报名")),
        "say": page.tell(said),
        "answers": words.clauses_of(page, answers),
    }


class _Form:
    """Fields with what was filled in before and what was wrong with it."""

    def __init__(self, page: Page, given: Given, faults: Faults) -> None:
        self.page, self.given, self.faults = page, given, faults

    def field(
        self,
        name: str,
        label: Sentence,
        kind: str = "text",
        hint: Sentence | None = None,
        *,
        value: str = "",
        options: tuple[tuple[str, str], ...] = (),
        required: bool = False,
    ) -> Field:
        """``value`` is what the field begins with, for choices the one that is chosen."""
        fault = next((s for place, s in self.faults.items() if place.split(".")[0] == name), None)
        given = self.given.get(name)
        tell = self.page.tell
        return Field(
            name,
            tell(label),
            kind,
            (given or [value])[0],
            required=required,
            hint=tell(hint) if hint else "",
            error=tell(fault) if fault else "",
            options=options,
            chosen=frozenset([value] if given is None and kind == "select" else given or []),
            lines=2,
        )


def _groups(page: Page, procedure: Procedure, form: _Form, homes: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {"title": page.tell(say("本人")), "hint": "", "pair": True, "fields": _who(page, form, homes)},
        {
            "title": page.tell(say("人员类别")),
            "hint": page.tell(say("只勾选已经认定的类别，并写明由谁、何时认定。")),
            "pair": False,
            "fields": _categories(page, procedure, form),
        },
        {
            "title": page.tell(say("承诺和亲属关系")),
            "hint": page.tell(say("勾选本人已经签字承诺的事项。")),
            "pair": False,
            "fields": _statements(page, procedure, form),
        },
    ]


def _who(page: Page, form: _Form, homes: Sequence[tuple[str, str]]) -> list[Field]:
    choose = ("", page.tell(say("请选择")))
    education = tuple((code, page.tell(name)) for code, name in EDUCATION.items())
    retirement = (
        ("", page.tell(say("男性，不填"))),
        (Category.WOMAN_50.value, page.tell(say("女性，原五十周岁退休"))),
        (Category.WOMAN_55.value, page.tell(say("女性，原五十五周岁退休"))),
    )
    routes = tuple((code, page.tell(name)) for code, name in ROUTES.items())
    number_hint = say("18位；出生日期和性别由号码得出，号码加密保存。")
    return [
        form.field("name", say("姓名"), required=True),
        form.field("id_number", say("公民身份号码"), hint=number_hint, required=True),
        form.field("phone", say("手机号码"), "tel"),
        form.field("education", say("文化程度"), "select", options=(choose, *education), required=True),
        form.field("home_region", say("户籍所在村（社区）"), "select", options=(choose, *homes), required=True),
        form.field("retirement_category", say("原法定退休年龄"), "select", options=retirement),
        form.field(
            "prior_months",
            say("以往享受岗位补贴的月数"),
            "number",
            hint=say("在任何单位、任何岗位的月数；没有则为0。"),
            value="0",
        ),
        form.field("prior_evidence", say("以往月数的依据"), hint=say("材料名称和编号。")),
        form.field("route", say("报名途径"), "select", options=routes, value="open"),
    ]


def _categories(page: Page, procedure: Procedure, form: _Form) -> list[Field]:
    options = tuple((code, page.tell(CATEGORIES[code])) for code in _named_in(procedure, CATEGORIES))
    return [
        form.field("categories", say("已认定的类别"), "checks", options=options),
        form.field("recognised_by", say("认定单位")),
        form.field("recognised_on", say("认定日期"), "date"),
    ]


def _statements(page: Page, procedure: Procedure, form: _Form) -> list[Field]:
    codes = list(dict.fromkeys([*_named_in(procedure, STATEMENTS), "relatives"]))
    options = tuple((code, page.tell(STATEMENTS[code])) for code in codes)
    relatives_hint = say("在审批、经办人员中有近亲属的，填其公民身份号码，一行一个；没有则不填。")
    return [
        form.field("statements", say("已签的承诺"), "checks", options=options),
        form.field("relatives", say("近亲属的公民身份号码"), "prose", hint=relatives_hint),
    ]


def _named_in(procedure: Procedure, table: Mapping[str, str]) -> list[str]:
    """The codes of a table that the document speaks of."""
    text = procedure.model_dump_json()
    return [code for code in table if f'"{code}"' in text]


def person_of(given: Given) -> dict[str, Any]:
    """The form as ``people.register`` takes it. Empty fields are left out."""
    plain = ("name", "id_number", "phone", "education", "home_region", "retirement_category", "prior_evidence")
    found: dict[str, Any] = {
        name: given[name][0].strip() for name in plain if given.get(name) and given[name][0].strip()
    }
    found.setdefault("id_number", "")
    months = (given.get("prior_months") or [""])[0].strip()
    if months:
        found["prior_months"] = months
    categories = given.get("categories", [])
    if categories:
        recognition = {
            "by": (given.get("recognised_by") or [""])[0].strip(),
            "on": (given.get("recognised_on") or [""])[0].strip(),
        }
        found["categories"] = {code: recognition for code in categories}
    found["statements"] = given.get("statements", [])
    found["relatives"] = [n.strip() for text in given.get("relatives", []) for n in text.splitlines() if n.strip()]
    return found
