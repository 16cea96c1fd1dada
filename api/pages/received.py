"""Applications from the network at the desk (网上报名受理): what waits, what differs, taking it over or refusing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep
from api.inputs import PathId
from api.pages import applicants, words
from api.pages.filling import Filling, Given, faults_of, refusal_of, status_of
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from api.problems import NotFound
from states.guards.labels import CATEGORIES, STATEMENTS
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from workflow import reception
from workflow.queries import OpeningLine
from workflow.queries.places import region_paths
from workflow.reception import NoSuchApplication, Waiting

router = APIRouter()
#: what fields of a person are called where they differ
NAMES: Mapping[str, Sentence] = {
    "name": say("姓名"),
    "phone": say("手机号码"),
    "address": say("住址"),
    "education": say("文化程度"),
    "home_region": say("户籍所在村（社区）"),
    "retirement_category": say("原法定退休年龄"),
    "statements": say("已签的承诺"),
    "categories": say("人员类别"),
    "relatives": say("近亲属的公民身份号码"),
    "prior_months": say("以往享受岗位补贴的月数"),
    "prior_evidence": say("以往月数的依据"),
}


def deals_with(page: Page, line: OpeningLine) -> bool:
    """Whether one of the reader's roles deals with applicants of this announcement: takes, announces, approves."""
    procedure = page.office.procedure(line.procedure)
    roles = page.actor.roles_in(line.region)
    return bool(
        roles & {role for step in procedure.steps for role in step.by if role.value not in ("applicant", "system")}
    )


@router.get("/openings/{opening_id}/applications")
def show_all(page: PageDep, seal: SealDep, opening_id: PathId) -> Response:
    """The waiting applications to one announcement, the first first."""
    line = applicants.opening_to_take(page, opening_id)
    waits = reception.waiting(page.office, seal, opening_id, page.at)
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "number": one.id_number,
            "moment": page.moment(one.received_at),
            "known": one.person_id,
            "differs": names_of(page, one.differs),
        }
        for one in waits
    ]
    return page.show("applications.html", "openings", rows=rows, opening={"id": line.id, "post": line.post_title})


def names_of(page: Page, fields: Iterable[str]) -> str:
    """Fields of a person by their names, one after the other."""
    comma = "、" if page.language == "zh" else ", "
    return comma.join(page.tell(NAMES[name]) for name in fields if name in NAMES)


@router.get("/openings/{opening_id}/applications/{application_id}")
def show_one(page: PageDep, seal: SealDep, opening_id: PathId, application_id: PathId) -> Response:
    """What one application says, and what the register says otherwise."""
    line = applicants.opening_to_take(page, opening_id)
    return _one(page, line, _waiting(page, seal, opening_id, application_id), {})


def _waiting(page: Page, seal: SealDep, opening_id: int, application_id: int) -> Waiting:
    found = reception.waiting(page.office, seal, opening_id, page.at)
    one = next((one for one in found if one.id == application_id), None)
    if one is None:
        raise NotFound
    return one


@router.post("/openings/{opening_id}/applications/{application_id}")
def answer(page: PageDep, form: FormDep, seal: SealDep, opening_id: PathId, application_id: PathId) -> Response:
    """Takes it over (``do=take``), or refuses it with a reason (``do=refuse``)."""
    line = applicants.opening_to_take(page, opening_id)
    one = _waiting(page, seal, opening_id, application_id)
    given = given_of(form)
    try:
        if (given.get("do") or [""])[0] == "refuse":
            reason = (given.get("reason") or [""])[0]
            reception.refuse(page.office, application_id, page.actor, page.at, reason)
            return page.go(f"/openings/{opening_id}", say("已答复不予受理，报名人凭回执可以看到理由。"))
        facts = (application_id, page.actor, page.at)
        renew = "yes" in given.get("renew", [])
        hire_id = reception.take(page.office, seal, *facts, recognised=_recognised(given), renew=renew)
    except NoSuchApplication:
        return page.go(f"/openings/{opening_id}/applications", say("这份报名已由他人办理。"), "care")
    except Refusal as refusal:
        return _one(page, line, one, given, refusal)
    return page.go(f"/hires/{hire_id}", say("已受理报名。"))


def _recognised(given: Given) -> dict[str, dict[str, str]]:
    """The categories whose proof was seen. Raises InputRefused where it is not said who recognised them and when."""
    codes = given.get("categories", [])
    by, on = ((given.get(name) or [""])[0].strip() for name in ("recognised_by", "recognised_on"))
    if codes and not (by and on):
        raise InputRefused({"recognised_by": say("勾选了类别的，请写明认定单位和认定日期")})
    return {code: {"by": by, "on": on} for code in codes if code in CATEGORIES}


def _one(page: Page, line: OpeningLine, one: Waiting, given: Given, refusal: Refusal | None = None) -> Response:
    filling = Filling(page, given, faults_of(refusal))
    options = [(code, page.tell(CATEGORIES[code])) for code in one.values.get("claimed", []) if code in CATEGORIES]
    recognised = [
        filling.field("categories", say("已看到认定材料的类别"), "checks", options=options),
        filling.field("recognised_by", say("认定单位")),
        filling.field("recognised_on", say("认定日期"), "date"),
    ]
    yes = [("yes", page.tell(say("按这次填报更新原有登记")))]
    renew = [filling.field("renew", say("与原有登记不同"), "checks", options=yes)] if one.differs else []
    return page.show(
        "application.html",
        "openings",
        status=status_of(refusal),
        opening={"id": line.id, "post": line.post_title},
        id=one.id,
        name=one.name,
        facts=_facts(page, one),
        known=one.person_id,
        differs=names_of(page, one.differs),
        take=[*(recognised if options else []), *renew],
        reason=filling.field("reason", say("不予受理的理由"), "prose", say("报名人凭回执可以看到。"), required=True),
        refusal=refusal_of(page, refusal, say("没有办理")),
    )


def _facts(page: Page, one: Waiting) -> list[tuple[str, str]]:
    """What was sent in; the phone is shown to whoever takes the application, because it is there to be called."""
    values, comma = one.values, "、" if page.language == "zh" else ", "
    with page.reading() as connection:
        home = str(values.get("home_region", ""))
        path = region_paths(connection, {home})[home] if home else "—"
    claimed = comma.join(words.code_words(page, code) for code in values.get("claimed", [])) or "—"
    declared = [STATEMENTS.get(code, code) for code in values.get("statements", [])]
    facts: list[tuple[Sentence, Any]] = [
        (say("公民身份号码"), one.id_number),
        (say("文化程度"), words.code_words(page, str(values.get("education", "")))),
        (say("户籍所在村（社区）"), path),
        (say("手机号码"), values.get("phone", "—")),
        (say("本人说属于"), claimed),
        (say("本人承诺"), comma.join(page.tell(name) for name in declared) or "—"),
        (say("收到时间"), page.moment(one.received_at)),
    ]
    return [(page.tell(name), str(value)) for name, value in facts]
