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

from api.pages.names import FIELDS, HINTS
from api.pages.render import Page
from states.employment import Ground
from states.facts import Hire
from states.guards import Answer
from states.guards.labels import PROTECTIONS
from states.inputs import INPUTS, StepInput
from states.procedure import Procedure
from states.say import Sentence, say
from states.steps import Step
from states.vocabulary import RecordKind
from workflow.imports.applicant_words import ROUTES

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


#: days that are begun with today: the usual case is that the thing was done today
TODAY_FIRST = frozenset({"held_on", "posted_on", "started_on", "signed_on", "given_on", "done_on", "sent_on", "year"})
_YES, _NO = say("是"), say("否")


@dataclass(frozen=True, slots=True)
class Asking:
    """For whom a form is made: the step, the hire, and what was filled in before, with its faults.

    ``again``: what the step said is set right, also what nobody had to say then.
    """

    page: Page
    procedure: Procedure
    hire: Hire
    step: Step
    given: Mapping[str, list[str]]
    faults: Mapping[str, Sentence]
    again: bool = False


def fields_of(asking: Asking) -> list[Field]:
    """The fields of a step, its opinion last."""
    model = INPUTS[asking.step.records]
    names = [name for name in model.model_fields if name not in _ELSEWHERE and _asked(asking, name)]
    # a bare opinion comes first and its approval number after; beside other facts it comes last
    bare = asking.step.records in (RecordKind.OPINION, RecordKind.NONE)
    found = [_field(asking, model, name) for name in (["opinion", *names] if bare else [*names, "opinion"])]
    return [f for one in found for f in (_with_other_boards(asking, one) if one.name == "boards" else [one])]


#: fields that stand at a place of their own, or travel with another field
_ELSEWHERE = ("opinion", "overrides", "seq")


def _asked(asking: Asking, name: str) -> bool:
    """Whether the document has a use for a field: points or grades as it assesses, skill where a rule asks for it."""
    procedure = asking.procedure
    if name == "points" and procedure.assessment.reckoned and not asking.again:
        return False  # the total follows from the points that were noted
    if name in ("points", "grade"):
        return (name == "points") == (procedure.assessment.scale == "points")
    if name == "skilled":
        return any(line.use == "skilled" for step in procedure.steps for line in procedure.guards_of(step))
    if name in ("in_lieu_yuan", "in_lieu_on"):
        return any(ground.pay_in_lieu for ground in procedure.grounds)
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
        step={"points": "0.1", "in_lieu_yuan": "0.01"}.get(name, ""),
        prefix=f"{asking.step.act}-",
    )


def words_of(model: type[StepInput], name: str) -> Sentence:
    """What a field is called. Raises KeyError for a field without words."""
    return FIELDS.get(f"{model.__name__}.{name}") or FIELDS[name]


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
    meant = [g for g in asking.procedure.grounds if not g.kinds or asking.hire.kind in g.kinds]
    grounds = [g for g in meant if not g.only_at_term_end]
    return (("", asking.page.tell(say("请选择"))), *((g.ground, _ground_words(asking, g)) for g in grounds))


def _ground_words(asking: Asking, ground: Ground) -> str:
    """A ground with what the law asks of it: its article, and the days of notice."""
    page, law = asking.page, ground.law or asking.page.tell(say("须写明法律条文"))
    days = asking.procedure.settle(ground.notice_days)
    if not days:
        return page.tell(say("{ground}（{law}）", ground=page.named(ground), law=law))
    return page.tell(say("{ground}（{law}，提前{n}日）", ground=page.named(ground), law=law, n=int(days)))


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
