"""Forms (填报): the fields of a step from its input model, and a submitted form back into a payload.

The models of ``states.inputs`` say what a step asks for; here each field gets its words, its kind of control and a
sensible beginning. A model that gains a field shows it without a line here, and a test asks for its words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from starlette.datastructures import FormData

from api.pages.render import Page
from states.facts import Hire
from states.guards import Answer
from states.guards.labels import PROTECTIONS
from states.inputs import INPUTS, StepInput
from states.procedure import Procedure, RecordKind, Step
from states.say import Sentence, say

PROSE_LENGTH = 2000
OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class Field:
    """One control as the template draws it: ``kind`` is a type of input, or prose, select, radio, checks."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    required: bool = False
    hint: str = ""
    error: str = ""
    options: tuple[tuple[str, str], ...] = ()
    chosen: frozenset[str] = frozenset()
    lines: int = 3
    step: str = ""
    autocomplete: str = ""
    prefix: str = ""

    @property
    def id(self) -> str:
        return f"{self.prefix}{self.name}".replace(".", "-").replace("_", "-")


#: the words of a field, by ``Model.field`` where its meaning depends on the model, else by ``field``; then a hint
WORDS: dict[str, Sentence] = {
    "opinion": say("意见"),
    "approval_no": say("批准文号"),
    "MeetingInput.held_on": say("会议日期"),
    "TrainingInput.held_on": say("培训日期"),
    "present": say("到会人数"),
    "in_favour": say("同意人数"),
    "posted_on": say("张贴日期"),
    "boards": say("张贴处"),
    "ObjectionInput.text": say("异议内容"),
    "by_name": say("提出人"),
    "objection": say("针对哪一项异议"),
    "ObjectionAnswerInput.reason": say("处理理由"),
    "passed": say("培训结果"),
    "hours": say("学时"),
    "started_on": say("上岗日期"),
    "signed_on": say("签订日期"),
    "starts_on": say("合同起始日"),
    "number": say("合同编号"),
    "year": say("考核年度"),
    "points": say("得分"),
    "grade": say("等次"),
    "skilled": say("是否掌握岗位技能"),
    "evidence": say("证明材料"),
    "reason": say("理由"),
    "kind": say("情形"),
    "ProtectionInput.until": say("该情形的最后一日"),
    "ExtensionInput.until": say("延长至"),
    "given_on": say("提出日期"),
    "leave_on": say("最后工作日"),
    "done_on": say("交接日期"),
    "ground": say("解聘情形"),
    "effective_on": say("最后一日"),
    "law": say("法律依据"),
    "notice_on": say("书面通知日"),
    "filing": say("哪一项报备"),
    "sent_on": say("报送日期"),
    "receipt": say("回执"),
    "person_id": say("报名人"),
    "route": say("报名途径"),
}
HINTS: dict[str, Sentence] = {
    "boards": say("勾选实际张贴的地方；其他地方写在下面，一行一处。"),
    "by_name": say("可以不填；匿名反映同样受理。"),
    "starts_on": say("不填则为上岗之日。"),
    "evidence": say("材料名称和编号。"),
    "ObjectionInput.text": say("照原话记录，不作评判。"),
    "law": say("情形须引用法律条文时填写。"),
    "notice_on": say("须提前通知的情形填写。"),
    "points": say("可填一位小数。"),
}
#: days that are begun with today: the usual case is that the thing was done today
TODAY_FIRST = frozenset({"held_on", "posted_on", "started_on", "signed_on", "given_on", "done_on", "sent_on", "year"})
_YES, _NO = say("是"), say("否")
ROUTES = {"open": say("公开报名"), "recommended": say("推荐"), "self": say("自荐")}


@dataclass(frozen=True, slots=True)
class Asking:
    """For whom a form is made: the step, the hire, and what was filled in before, with its faults."""

    page: Page
    procedure: Procedure
    hire: Hire
    step: Step
    given: Mapping[str, list[str]]
    faults: Mapping[str, Sentence]


def fields_of(asking: Asking) -> list[Field]:
    """The fields of a step, its opinion last."""
    model = INPUTS[asking.step.records]
    names = [name for name in model.model_fields if name not in _ELSEWHERE and _asked(asking.procedure, name)]
    # a bare opinion comes first and its approval number after; beside other facts it comes last
    bare = asking.step.records in (RecordKind.OPINION, RecordKind.NONE)
    found = [_field(asking, model, name) for name in (["opinion", *names] if bare else [*names, "opinion"])]
    return [f for one in found for f in (_with_other_boards(asking, one) if one.name == "boards" else [one])]


#: fields that stand at a place of their own, or travel with another field
_ELSEWHERE = ("opinion", "overrides", "seq")


def _asked(procedure: Procedure, name: str) -> bool:
    """Whether the document has a use for a field: points or grades as it assesses, skill where a rule asks for it."""
    if name in ("points", "grade"):
        return (name == "points") == (procedure.assessment.scale == "points")
    if name == "skilled":
        return any(line.use == "skilled" for step in procedure.steps for line in procedure.guards_of(step))
    return True


def _field(asking: Asking, model: type[StepInput], name: str) -> Field:
    info = model.model_fields[name]
    page = asking.page
    kind, options = _control(asking, name, info)
    given = asking.given.get(name)
    value = given[0] if given else _beginning(asking, name, kind)
    chosen = frozenset(given) if given is not None else frozenset({value} if value else ())
    fault = next((s for place, s in asking.faults.items() if place.split(".")[0] == name), None)
    return Field(
        name,
        page.tell(words_of(model, name)),
        kind,
        value,
        required=info.is_required(),
        hint=page.tell(hint) if (hint := HINTS.get(f"{model.__name__}.{name}") or HINTS.get(name)) else "",
        error=page.tell(fault) if fault else "",
        options=options,
        chosen=chosen,
        lines=2 if name == "opinion" else 3,
        step="0.1" if name == "points" else "",
        prefix=f"{asking.step.act}-",
    )


def words_of(model: type[StepInput], name: str) -> Sentence:
    """What a field is called. Raises KeyError for a field without words."""
    return WORDS.get(f"{model.__name__}.{name}") or WORDS[name]


def _control(asking: Asking, name: str, info: FieldInfo) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Which control shows a field, and what can be chosen."""
    chooser = _CHOICES.get(name)
    if chooser is not None:
        options = chooser(asking)
        if options:
            return ("checks" if name == "boards" else "radio" if len(options) <= 4 else "select"), options
    return _plain(info), ()


def _plain(info: FieldInfo) -> str:
    types = _types(info.annotation)
    if date in types:
        return "date"
    if int in types or Decimal in types:
        return "number"
    long = any(getattr(rule, "max_length", 0) == PROSE_LENGTH for rule in _rules(info))
    return "prose" if long else "text"


def _types(annotation: Any) -> set[Any]:
    if get_origin(annotation) in (Union, UnionType):
        return {kind for part in get_args(annotation) for kind in _types(part)}
    if get_origin(annotation) is not None and get_origin(annotation) is not Literal:
        return _types(get_args(annotation)[0])
    return {annotation}


def _rules(info: FieldInfo) -> list[Any]:
    inner = [part for part in get_args(info.annotation) for part in getattr(part, "__metadata__", ())]
    return [*info.metadata, *inner]


def _choices_of_boards(asking: Asking) -> tuple[tuple[str, str], ...]:
    boards = asking.procedure.announcement.boards
    return tuple((board.zh, asking.page.named(board)) for board in boards)


def _choices_of_grade(asking: Asking) -> tuple[tuple[str, str], ...]:
    return tuple((g.grade, asking.page.named(g)) for g in asking.procedure.assessment.grades)


def _choices_of_ground(asking: Asking) -> tuple[tuple[str, str], ...]:
    grounds = [g for g in asking.procedure.grounds if not g.only_at_term_end]
    return (("", asking.page.tell(say("请选择"))), *((g.ground, asking.page.named(g)) for g in grounds))


def _choices_of_filing(asking: Asking) -> tuple[tuple[str, str], ...]:
    names = {line.filing: line for step in asking.procedure.steps for line in step.files}
    return tuple(
        (
            f"{owed.filing}|{owed.seq}",
            asking.page.tell(
                say("{name}（{due}前）", name=asking.page.named(names[owed.filing]), due=asking.page.day(owed.due_on))
            ),
        )
        for owed in asking.hire.dossier.filings
    )


def _choices_of_objection(asking: Asking) -> tuple[tuple[str, str], ...]:
    tell = asking.page.tell
    return tuple((str(seq), tell(say("记录第{seq}号", seq=seq))) for seq in asking.hire.dossier.open_objections)


def _choices_of_protection(asking: Asking) -> tuple[tuple[str, str], ...]:
    return tuple((code, asking.page.tell(words)) for code, words in PROTECTIONS.items())


def _yes_or_no(asking: Asking) -> tuple[tuple[str, str], ...]:
    return (("true", asking.page.tell(_YES)), ("false", asking.page.tell(_NO)))


def _passed_or_not(asking: Asking) -> tuple[tuple[str, str], ...]:
    tell = asking.page.tell
    return (("true", tell(say("合格"))), ("false", tell(say("不合格"))))


_CHOICES = {
    "boards": _choices_of_boards,
    "grade": _choices_of_grade,
    "ground": _choices_of_ground,
    "filing": _choices_of_filing,
    "objection": _choices_of_objection,
    "kind": _choices_of_protection,
    "passed": _passed_or_not,
    "skilled": _yes_or_no,
    "route": lambda asking: tuple((code, asking.page.tell(words)) for code, words in ROUTES.items()),
}


def _beginning(asking: Asking, name: str, kind: str) -> str:
    """What a field begins with: today where the thing was usually done today, the only choice where there is one."""
    dossier = asking.hire.dossier
    if name == "passed":
        return "true" if asking.step.main else "false"
    if name == "starts_on":
        return dossier.started_on.isoformat() if dossier.started_on else ""
    if name == "year":
        began = dossier.first_started_on or dossier.term_starts_on or asking.page.today
        return str(dossier.ruled_year + 1 if dossier.ruled_year else min(began.year, asking.page.today.year))
    if kind == "date" and name in TODAY_FIRST:
        return asking.page.today.isoformat()
    if name in ("filing", "objection"):
        options = _CHOICES[name](asking)
        return options[0][0] if options else ""
    return "open" if name == "route" else ""


def _with_other_boards(asking: Asking, boards: Field) -> list[Field]:
    """The boards that the document names as boxes, and a place for others."""
    others = Field(
        "boards_other",
        asking.page.tell(say("其他张贴处")),
        "prose",
        "\n".join(asking.given.get("boards_other", [])),
        lines=2,
        prefix=boards.prefix,
    )
    if boards.kind == "checks":
        chosen = boards.chosen if asking.given else frozenset(value for value, _ in boards.options)
        return [replace(boards, chosen=chosen), others]
    return [replace(others, label=boards.label, hint=boards.hint, error=boards.error, required=True)]


# ---- exceptions to rules in principle ----------------------------------------------------------------------------

_NEEDS: dict[str, Sentence] = {"reason": say("例外的理由"), "approval_no": say("批准文号"), "evidence": say("证明材料")}


def override_fields(
    page: Page, given: Mapping[str, list[str]], answer: Answer, needs: Sequence[str], prefix: str = ""
) -> list[Field]:
    """The fields of an exception to a rule "in principle": its reason, and what else the line asks for."""
    found = []
    for need in dict.fromkeys(("reason", *needs)):
        name = f"{OVERRIDE}.{answer.guard}.{need}"
        value = (given.get(name) or [""])[0]
        kind = "prose" if need == "reason" else "text"
        found.append(Field(name, page.tell(_NEEDS[need]), kind, value, lines=2, prefix=prefix))
    return found


# ---- back from a form --------------------------------------------------------------------------------------------


def given_of(form: FormData) -> dict[str, list[str]]:
    """What was filled in, to be shown again; files are left out."""
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(value)
    return found


def payload_of(records: RecordKind, given: Mapping[str, list[str]]) -> dict[str, Any]:
    """A submitted form as the payload of a step. Empty fields are left out; what is wrong with them the step says."""
    model = INPUTS[records]
    payload: dict[str, Any] = {}
    for name in model.model_fields:
        values = [value.strip() for value in given.get(name, []) if value.strip()]
        if name == "boards":
            payload[name] = _boards(given)
        elif values and name not in ("overrides", "seq"):
            payload[name] = values[0]
    if records is RecordKind.FILING and "filing" in payload:
        payload["filing"], _, payload["seq"] = str(payload["filing"]).rpartition("|")
    overrides = overrides_of(given)
    if overrides:
        payload["overrides"] = overrides
    return payload


def _boards(given: Mapping[str, list[str]]) -> list[str]:
    others = [line for text in given.get("boards_other", []) for line in text.splitlines()]
    return [line.strip() for line in [*given.get("boards", []), *others] if line.strip()]


def overrides_of(given: Mapping[str, list[str]]) -> list[dict[str, str]]:
    """The exceptions that a form asks for, as ``states.inputs.Override`` takes them."""
    found: dict[str, dict[str, str]] = {}
    for name, values in given.items():
        parts = name.split(".")
        if len(parts) == 3 and parts[0] == OVERRIDE and values[0].strip():
            found.setdefault(parts[1], {"guard": parts[1]})[parts[2]] = values[0].strip()
    # an approval number without a reason is no exception yet: the form says what is missing
    return list(found.values())
