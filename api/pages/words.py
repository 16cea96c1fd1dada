"""How facts are put into words on pages (措辞): what is left of a period, an answer of a rule, a step, an entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.pages.names import FACTS, RELATIONS, RULINGS, SCOPES, SEXES
from api.pages.render import Page
from states.clocks import FILING, OBJECTION
from states.guards import Answer
from states.guards.labels import CATEGORIES, EDUCATION, EVENTS, OUTCOMES, PROTECTIONS, SOURCES, STATEMENTS
from states.labels import OBJECTION_CLOCK, role_name
from states.procedure import Procedure
from states.say import Sentence, say
from states.steps import Deadline
from states.vocabulary import DeadlineKind, Effect, Role
from workflow.queries.deadlines import DeadlineLine

SOON_DAYS = 7

#: what documents leave to be ruled comes last: "year" there is a way of counting
_TABLES: tuple[Mapping[str, str | Sentence], ...] = (
    *(CATEGORIES, STATEMENTS, EDUCATION, SOURCES, PROTECTIONS, OUTCOMES, EVENTS),
    RULINGS,
)
#: facts whose codes mean something of their own
_OWN: Mapping[str, Mapping[str, Sentence]] = {"relation": RELATIONS, "scope": SCOPES}
#: facts whose codes only documents define
_OF_DOCUMENTS = frozenset({"ground", "kind", "filing", "approver"})


@dataclass(frozen=True, slots=True)
class Due:
    """The end of a period as a page shows it: the day, whether it is certain, and what is left."""

    due_on: date | None
    provisional: bool
    urgency: str
    left: str


def due_of(page: Page, due_on: date | None, provisional: bool = False) -> Due:
    """What is left until ``due_on``, seen from the page's day."""
    if due_on is None:
        return Due(None, False, "none", "")
    days = (due_on - page.today).days
    return Due(due_on, provisional, urgency_of(days), page.tell(left_words(days)))


def urgency_of(days: int) -> str:
    if days < 0:
        return "overdue"
    if days == 0:
        return "today"
    return "week" if days <= SOON_DAYS else "later"


def left_words(days: int) -> Sentence:
    if days < -1:
        return say("已逾期{n}天", n=-days)
    if days == -1:
        return say("昨天到期")
    if days == 0:
        return say("今天到期")
    return say("明天到期") if days == 1 else say("还有{n}天", n=days)


# ---- the answers of rules ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Clause:
    """An answer as a card (条款卡): pass, warn or stop, with its article, the facts it used and what would help."""

    kind: str
    mark: str
    say: str
    article: str
    remedy: str
    overridden: str
    inputs: tuple[tuple[str, str], ...]


def clause_of(page: Page, answer: Answer) -> Clause:
    verdict = answer.verdict
    kind, mark = _standing(answer)
    return Clause(
        kind,
        page.tell(mark),
        page.tell(verdict.say),
        answer.article,
        page.tell(verdict.remedy) if verdict.remedy and not verdict.passed else "",
        answer.overridden or "",
        tuple((fact_name(page, name), fact_value(page, name, value)) for name, value in verdict.inputs.items()),
    )


def _standing(answer: Answer) -> tuple[str, Sentence]:
    if answer.verdict.unknown:
        return "open", say("未作比较")
    if answer.verdict.passed:
        return "pass", say("符合")
    if answer.stops:
        principle = answer.effect is Effect.PRINCIPLE
        return "stop", say("不符合，原则上不能办") if principle else say("不符合，不能办")
    return "warn", say("已作例外") if answer.overridden else say("请注意，不影响办理")


def clauses_of(page: Page, answers: Iterable[Answer]) -> list[Clause]:
    """The answers, those that stop the step first."""
    order = {"stop": 0, "warn": 1, "open": 2, "pass": 3}
    return sorted((clause_of(page, answer) for answer in answers), key=lambda clause: order[clause.kind])


def fact_name(page: Page, name: str) -> str:
    return page.tell(FACTS[name]) if name in FACTS else name


def fact_value(page: Page, name: str, value: Any) -> str:
    """A fact in words: a day as people write it, yes or no, yuan for fen, the names of codes."""
    if value is None:
        return "—"
    if name.endswith("_fen") and isinstance(value, int):
        return f"{value / 100:,.2f}"
    if isinstance(value, bool):
        return page.tell(say("是") if value else say("否"))
    text = str(value)
    try:
        return page.day(date.fromisoformat(text))
    except ValueError:
        words = (_part(page, name, part) for part in text.split(","))
        return ("、" if page.language == "zh" else ", ").join(words) if text else "—"


def _part(page: Page, name: str, code: str) -> str:
    own = _OWN.get(name, {}).get(code)
    return page.tell(own) if own else document_words(page, name, code) or code_words(page, code)


def document_words(page: Page, name: str, code: str) -> str | None:
    """The words of a code that only documents define: a ground, a report, a kind of post, a role."""
    if name not in _OF_DOCUMENTS:
        return None
    for procedure in page.office.catalogue.all():
        if name == "ground" and code in procedure.ground_by_name:
            return page.named(procedure.ground_by_name[code])
        if name == "kind" and code in procedure.kind_by_name:
            return page.named(procedure.kind_by_name[code])
        if name == "filing" and (found := filing_name(page, procedure, code)) != code:
            return found
        if name == "approver" and any(role.value == code for role in procedure.roles):
            return role_name(procedure, code, page.language)
    return None


def code_words(page: Page, code: str) -> str:
    """The words for a code of any of the tables; the code itself where it has none."""
    found = next((table[code] for table in _TABLES if code in table), None)
    return page.tell(found) if found else code


def sex_words(page: Page, sex: str) -> str:
    return page.tell(SEXES[sex]) if sex in SEXES else sex


# ---- roles, periods and tasks ------------------------------------------------------------------------------------


def roles_in_words(page: Page, procedure: Procedure, roles: Iterable[Role | str]) -> str:
    """Roles as the document calls them."""
    names = [role_name(procedure, str(getattr(role, "value", role)), page.language) for role in roles]
    return (", " if page.language == "en" else "、").join(names)


def clock_name(page: Page, procedure: Procedure, name: str) -> str:
    """What a running period is called: a deadline of the document, or a report that is owed."""
    if name.startswith(FILING):
        return filing_name(page, procedure, name.split(":")[1])
    if name.startswith(OBJECTION):
        return page.named(OBJECTION_CLOCK)
    line = procedure.deadline_by_name.get(name)
    return page.named(line) if line else name


def filing_name(page: Page, procedure: Procedure, filing: str) -> str:
    found = next((line for step in procedure.steps for line in step.files if line.filing == filing), None)
    return page.named(found) if found else filing


def at_the_end(page: Page, procedure: Procedure, line: Deadline | DeadlineLine) -> str:
    """What a deadline does at its end, in one sentence."""
    if line.kind is DeadlineKind.ENFORCE:
        acts = dict.fromkeys(page.named(step) for act in line.then for step in procedure.steps if step.act == act)
        return page.tell(say("届满次日由系统办理：{acts}", acts=("；" if page.language == "zh" else "; ").join(acts)))
    if line.kind is DeadlineKind.ADVISE:
        return page.tell(say("提醒{roles}", roles=roles_in_words(page, procedure, line.owner)))
    return page.tell(say("届满以前不得办理下一步"))


def task_words(page: Page, procedure: Procedure, name: str, stage: str) -> str:
    """What a task asks for: the main step of the stage, the period that calls, or an open objection."""
    kind, _, rest = name.partition(":")
    if kind == "clock":
        called = clock_name(page, procedure, rest)
        filing = rest.startswith(FILING)
        return page.tell(say("报备：{name}", name=called) if filing else say("期限：{name}", name=called))
    if kind == "objection":
        return page.tell(say("处理异议"))
    if kind == "correction":
        return page.tell(say("确认更正"))
    steps = [s for s in procedure.steps_from.get(stage, ()) if s.main and not s.automatic]
    known = procedure.stage_by_name.get(stage)
    if not steps:
        return page.named(known) if known else stage
    return page.named(steps[0])


def short_title(page: Page, procedure: Procedure) -> str:
    """The document as a line of a list names it: its number, which is short and certain."""
    return procedure.document.number


MOVES: Mapping[str, Sentence] = {
    "propose:move": say("提议换版"),
    "move": say("确认换版"),
    "drop:move": say("撤回换版的提议"),
    "propose:recognise": say("提议重新认定"),
    "recognise": say("重新认定"),
    "drop:recognise": say("撤回重新认定的提议"),
    "propose:run_out": say("提议执行原协议至期满"),
    "run_out": say("确认执行原协议至期满"),
    "drop:run_out": say("撤回执行原协议的提议"),
}


def act_words(page: Page, procedure: Procedure, act: str, stage: str) -> str:
    """What was done, as an entry of the trail names it: a step, a reminder, or a period whose end was blocked."""
    step = procedure.step_by_origin.get((stage, act))
    if step is not None:
        return page.named(step)
    kind, _, name = act.partition(":")
    if kind == "remind":
        return page.tell(say("提醒：{name}", name=clock_name(page, procedure, name)))
    if kind == "blocked":
        return page.tell(say("“{name}”到期，因条件不符没有办理", name=clock_name(page, procedure, name)))
    if act == "post":
        return page.tell(say("发布名额"))
    return _of_a_move(page, procedure, act, stage)


def _of_a_move(page: Page, procedure: Procedure, act: str, stage: str) -> str:
    """What was done about a move to another version, or under the version that was left."""
    known = MOVES.get(act)
    if known is not None:
        return page.tell(known)
    others = (p for p in page.office.catalogue.all() if p.procedure == procedure.procedure)
    step = next((step for one in others if (step := one.step_by_origin.get((stage, act)))), None)
    return act if step is None else page.named(step)
