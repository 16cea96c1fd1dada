"""What is filled in at a step (填写), by the kind of record that it writes: the same under every document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from states.facts import Hire
from states.periods import add_months
from states.steps import Step
from states.vocabulary import RecordKind, Role
from workflow import people

if TYPE_CHECKING:
    from api.demo.tale import Tale

Input = Callable[["Tale", Hire, Step], dict[str, Any]]


def filled_in(tale: Tale, hire: Hire, step: Step) -> dict[str, Any]:
    """The input of a step as an officer of the demonstration fills it in on the present day of the walk."""
    fill = INPUTS.get(step.records)
    return {} if fill is None else fill(tale, hire, step)


def _application(tale: Tale, hire: Hire, step: Step) -> dict[str, Any]:
    if not tale.person_id:
        office, at = tale.walk.office, tale.walk.tick()
        given = tale.crowd.person(tale.work.profile, tale.place.home, hire.opening.announced_on, tale.wish)
        actor = tale.walk.officer(hire, step, tale.role_for(step))
        with office.database.session() as session:
            tale.person_id = people.register(session, tale.walk.seal, given, actor, at).person_id
    return {"person_id": tale.person_id}


def _meeting(tale: Tale, hire: Hire, step: Step) -> dict[str, Any]:
    present = tale.walk.chance.randint(18, 46)
    return {"held_on": tale.today, "present": present, "in_favour": present - tale.walk.chance.randint(0, 6)}


def _assessment(tale: Tale, hire: Hire, step: Step) -> dict[str, Any]:
    rules = tale.procedure.assessment
    year = tale.assessed_on(hire).year
    passes = year != tale.failed_year
    given: dict[str, Any] = {"year": year, "skilled": passes, "evidence": f"{year}年度考核表"}
    if rules.reckoned:
        return given  # the points follow from what was noted
    return given | {"grade": next(grade.grade for grade in rules.grades if grade.passes is passes)}


def noted_points(tale: Tale, hire: Hire) -> list[tuple[Role, dict[str, Any]]]:
    """What a year is judged by: an article and a good phone check, and records that were found wrong."""
    year = tale.assessed_on(hire).year
    began = hire.dossier.first_started_on or hire.dossier.started_on
    # who began in December was not there yet when November's list was checked
    month = 12 if began is not None and (began.year, began.month) == (year, 12) else 11
    wrong = tale.walk.chance.randint(3, 27) if year != tale.failed_year else 53
    found = {"item": "minus_local_check", "level": "county", "number": wrong, "matter": f"{year}年数据质量抽查"}
    article = {"item": "bonus_media", "level": "county", "matter": "四百工程协理员上门送岗", "authors": 1}
    phone = {"item": "bonus_phone_check", "month": month, "listed": 320, "asked": 40, "correct": 37}
    return [
        (Role.VILLAGE, {"year": year, **article, "evidence": "县融媒体中心刊发截图"}),
        (Role.HRSS, {"year": year, **phone, "evidence": f"{year}年{month}月电话抽查登记表"}),
        (Role.HRSS, {"year": year, **found, "evidence": "抽查通报"}),
    ]


INPUTS: Mapping[RecordKind, Input] = {
    RecordKind.APPLICATION: _application,
    RecordKind.MEETING: _meeting,
    RecordKind.NOTICE: lambda tale, hire, step: {"posted_on": tale.today, "boards": list(tale.area.boards)},
    RecordKind.OBJECTION: lambda tale, hire, step: {"text": "群众反映其家庭情况与申报不一致，请核实。"},
    RecordKind.OBJECTION_ANSWER: lambda tale, hire, step: {
        "objection": hire.dossier.open_objections[0],
        "reason": "经入户核查并与公安、民政部门比对。",
    },
    RecordKind.TRAINING: lambda tale, hire, step: {"held_on": tale.today, "passed": True, "hours": 16},
    RecordKind.START: lambda tale, hire, step: {"started_on": tale.today},
    RecordKind.AGREEMENT: lambda tale, hire, step: {"signed_on": tale.today},
    RecordKind.CONTRACT: lambda tale, hire, step: {
        "signed_on": tale.today,
        "number": f"示例聘〔{tale.today.year}〕{hire.id}号",
    },
    RecordKind.ASSESSMENT: _assessment,
    RecordKind.RENEWAL_DECISION: lambda tale, hire, step: {
        "reason": "考核合格，岗位仍需要。"
        if step.params.get("outcome") == "renew"
        else "期限届满或考核不合格，不再续签。"
    },
    RecordKind.RENEWAL_SIGNING: lambda tale, hire, step: {
        "signed_on": tale.today,
        "number": f"示例续〔{tale.today.year}〕{hire.id}号",
    },
    RecordKind.PROTECTION: lambda tale, hire, step: {
        "kind": "pregnancy",
        "until": add_months(tale.today, 6),
        "evidence": "医院诊断证明",
    },
    RecordKind.RESIGNATION: lambda tale, hire, step: {
        "given_on": tale.today,
        "leave_on": tale.today + timedelta(days=31),
    },
    RecordKind.HANDOVER: lambda tale, hire, step: {"done_on": tale.today},
    RecordKind.SURVEY: lambda tale, hire, step: {
        "year": tale.assessed_on(hire).year,
        "held_on": tale.today,
        "asked": 15,
        "satisfied": 14,
        "took_part": "本村服务对象15户",
    },
    RecordKind.FILING: lambda tale, hire, step: {},
}
