"""Every name in a procedure must stand for something (引用): stages, roles, kinds, gaps, guards, grounds, articles.

Part of ``checking``; each function answers with the problems it finds, with the place in the file's own keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from states import guards
from states.bases import BASES
from states.faults import Problem, problems_of
from states.marked import Path
from states.model import GapRef, Line
from states.procedure import Procedure
from states.say import Sentence, say
from states.steps import GuardLine
from states.vocabulary import HOUSE_ROLES, Effect, Role

#: how a citation begins: an article, a numbered section, a part of the document, or a law by its name
CITE = re.compile(
    r"第[一二三四五六七八九十百零〇\d]+[条章节款项]|[一二三四五六七八九十]+([(（、.]|$)|[(（][一二三四五六七八九十\d]+[)）]|"
    r"《[^》]+》|\d+([.(（条]|$)|附件|附表|附录|通知|引言|序言|正文|标题|各条末"
)
#: where a gap is read as a number, a yes or no, or an event from which days are counted
GAP_KINDS: dict[str, tuple[type, Sentence]] = {
    "n": (int, say("整数")),
    "term_months": (int, say("整数")),
    "notice_days": (int, say("整数")),
    "count_first_day": (bool, say("true 或 false")),
}
EVENTS = (("counted_from",), ("measured_on",))


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every line and value of a procedure with its path, parents first, in the keys of the file."""
    yield path, value
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from leaves(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))


# -- one name, one thing ----------------------------------------------------------------------------------------------


def names_are_given_once(procedure: Procedure) -> Iterator[Problem]:
    for field, name in (
        ("stages", "stage"), ("deadlines", "deadline"), ("gaps", "gap"), ("guard_sets", "name"), ("kinds", "kind"),
        ("grounds", "ground"), ("contradictions", "name"), ("pools", "name"),
    ):  # fmt: skip
        seen: set[str] = set()
        for index, line in enumerate(getattr(procedure, field)):
            value = getattr(line, name)
            if value in seen:
                yield Problem((field, index, name), say("“{name}”已经用过", name=value))
            seen.add(value)
    yield from _steps_are_given_once(procedure)


def _steps_are_given_once(procedure: Procedure) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for index, step in enumerate(procedure.steps):
        for place, origin in enumerate(step.origin):
            if (origin, step.act) in seen:
                problem = say("从“{stage}”出发的“{act}”写了两次", stage=origin, act=step.act)
                yield Problem(("steps", index, "from", place), problem)
            seen.add((origin, step.act))


# -- names that must exist --------------------------------------------------------------------------------------------


def stages_are_known(procedure: Procedure) -> Iterator[Problem]:
    used: list[tuple[Path, str]] = []
    for index, step in enumerate(procedure.steps):
        used += [(("steps", index, "from", place), name) for place, name in enumerate(step.origin)]
        used += [(("steps", index, "to"), step.to)] if step.to is not None else []
    for index, line in enumerate(procedure.deadlines):
        used += [(("deadlines", index, "during", place), name) for place, name in enumerate(line.during)]
    for path, name in used:
        if name not in procedure.stage_by_name:
            yield Problem(path, say("没有名为“{stage}”的环节", stage=name))


def roles_are_known(procedure: Procedure) -> Iterator[Problem]:
    for role in sorted(HOUSE_ROLES & procedure.roles.keys()):
        yield Problem(("roles", role.value), say("“{role}”不是办法可以规定的角色", role=role.value))
    for path, value in leaves(procedure):
        # who may rule on a gap is a level first, and only then a role
        if isinstance(value, Role) and value not in procedure.roles and path[-1] != "set_by":
            yield Problem(path, say("roles 里没有“{role}”", role=value.value))


def kinds_are_known(procedure: Procedure) -> Iterator[Problem]:
    for path, value in leaves(procedure):
        if len(path) > 1 and path[-1] == "kinds":
            for index, kind in enumerate(value):
                if kind not in procedure.kind_by_name:
                    yield Problem((*path, index), say("没有名为“{kind}”的岗位类别", kind=kind))


def guard_sets_are_known(procedure: Procedure) -> Iterator[Problem]:
    for index, step in enumerate(procedure.steps):
        for place, name in enumerate(step.guard_sets):
            if name not in procedure.guards_by_set:
                yield Problem(("steps", index, "guard_sets", place), say("没有名为“{name}”的条件组", name=name))


def moves_are_known(procedure: Procedure) -> Iterator[Problem]:
    """Who comes from another version arrives at a stage that there is; a new recognition leads to work, by somebody."""
    for index, line in enumerate(procedure.moves):
        path: Path = ("moves", index)
        for old, name in line.stages.items():
            stage = procedure.stage_by_name.get(name)
            if stage is None or stage.final:
                yield Problem((*path, "stages", old), say("没有名为“{stage}”的环节", stage=name))
            elif line.recognition and not stage.at_work:
                yield Problem((*path, "stages", old), say("重新认定应到在岗的环节，“{stage}”不是", stage=name))
        for place, name in enumerate(line.guard_sets):
            if name not in procedure.guards_by_set:
                yield Problem((*path, "guard_sets", place), say("没有名为“{name}”的条件组", name=name))
        if line.recognition and not (line.by and line.zh and line.en and line.stages):
            yield Problem((*path, "recognition"), say("重新认定须写明由谁确认（by）、名称（zh、en）和环节（stages）"))


def grounds_are_known(procedure: Procedure) -> Iterator[Problem]:
    for index, step in enumerate(procedure.steps):
        ground = step.params.get("ground")
        if ground is not None and ground not in procedure.ground_by_name:
            yield Problem(("steps", index, "with", "ground"), say("没有名为“{ground}”的解聘情形", ground=str(ground)))


def letters_are_known(procedure: Procedure, templates: Collection[str]) -> Iterator[Problem]:
    for index, step in enumerate(procedure.steps):
        for place, letter in enumerate(step.letters):
            if letter.template not in templates:
                path = ("steps", index, "letters", place, "template")
                yield Problem(path, say("没有名为“{template}”的通知模板", template=letter.template))


# -- gaps and events --------------------------------------------------------------------------------------------------


def gaps_are_known(procedure: Procedure) -> Iterator[Problem]:
    for path, name in _gap_references(procedure):
        if name not in procedure.gap_by_name:
            yield Problem(path, say("gaps 里没有“{gap}”", gap=name))
            continue
        wanted = GAP_KINDS.get(str(path[-2] if path[-1] == "gap" else path[-1]))
        if wanted and type(procedure.gap_by_name[name].default) is not wanted[0]:
            yield Problem(path, say("留白“{gap}”应为{kind}", gap=name, kind=wanted[1].pattern))


def _gap_references(procedure: Procedure) -> Iterator[tuple[Path, str]]:
    for path, value in leaves(procedure):
        if isinstance(value, GapRef):
            yield (*path, "gap"), value.gap
        elif isinstance(value, dict) and set(value) == {"gap"}:  # parameters are plain until their guard reads them
            yield (*path, "gap"), str(value["gap"])
        elif path and path[-1] == "undefined_gap" and value is not None:
            yield path, value


def gaps_choose_among_equals(procedure: Procedure) -> Iterator[Problem]:
    for index, gap in enumerate(procedure.gaps):
        if gap.choices and gap.default not in gap.choices:
            yield Problem(("gaps", index, "default"), say("默认值“{value}”不在 choices 之中", value=str(gap.default)))
        if any(type(choice) is not type(gap.default) for choice in gap.choices):
            yield Problem(("gaps", index, "choices"), say("choices 应与默认值同一类型"))


def events_are_known(procedure: Procedure) -> Iterator[Problem]:
    """Whatever days are counted from must be an event that the service knows, whichever way a gap is ruled."""
    for index, line in enumerate(procedure.deadlines):
        if line.base not in BASES:
            yield Problem(("deadlines", index, "base"), _no_event(line.base))
    for path, value in leaves(procedure):
        # parameters of guards are the guards' own business
        if "with" in path or path[-1:] not in EVENTS or value is None:
            continue
        for name in _possible(procedure, value):
            if name not in BASES:
                yield Problem(path, _no_event(name))


def _possible(procedure: Procedure, value: GapRef | str) -> list[str]:
    if isinstance(value, str):
        return [value]
    gap = procedure.gap_by_name.get(value.gap)
    return [] if gap is None else list(dict.fromkeys(map(str, (gap.default, *gap.choices))))


def _no_event(name: str) -> Sentence:
    return say("没有名为“{event}”的起算点，可以是：{known}", event=name, known="、".join(BASES))


# -- guards -----------------------------------------------------------------------------------------------------------


def guards_are_known_and_fit(procedure: Procedure) -> Iterator[Problem]:
    guards.load_all()
    for path, line in leaves(procedure):
        if isinstance(line, GuardLine):
            yield from _guard_fits(procedure, path, line, of_opening=path[0] == "announcement")
            yield from _exception_is_named(path, line)


def _guard_fits(procedure: Procedure, path: Path, line: GuardLine, of_opening: bool) -> Iterator[Problem]:
    registered = guards.REGISTRY.get(line.use)
    if registered is None:
        yield Problem((*path, "use"), say("没有名为“{guard}”的条件", guard=line.use))
        return
    if registered.of_opening and not of_opening:
        yield Problem((*path, "use"), say("“{guard}”只能用在招聘公告上", guard=line.use))
    if of_opening and not registered.of_opening:
        yield Problem((*path, "use"), say("“{guard}”只能用在步骤上", guard=line.use))
    try:
        guards.bind(procedure, line)
    except ValidationError as refused:
        yield from problems_of(refused, line.params, (*path, "with"))


def _exception_is_named(path: Path, line: GuardLine) -> Iterator[Problem]:
    if line.effect is Effect.PRINCIPLE and not line.override_by:
        yield Problem(path, say("原则性条件须写明谁可以例外（override_by）"))
    if line.effect is not Effect.PRINCIPLE and line.override_by:
        yield Problem((*path, "override_by"), say("只有原则性条件（effect: principle）才可以例外"))


# -- articles ---------------------------------------------------------------------------------------------------------


def citations_name_an_article(procedure: Procedure) -> Iterator[Problem]:
    for path, line in leaves(procedure):
        if isinstance(line, Line):
            for part in re.split(r"[;；]", line.cite):
                if not CITE.match(part.strip()):
                    problem = say("“{cite}”不像条款：应以条、节的编号或《法律名称》开头", cite=part.strip())
                    yield Problem((*path, "cite"), problem)


REFERENCES: tuple[Callable[[Procedure], Iterator[Problem]], ...] = (
    names_are_given_once,
    stages_are_known,
    roles_are_known,
    kinds_are_known,
    guard_sets_are_known,
    moves_are_known,
    grounds_are_known,
    gaps_are_known,
    gaps_choose_among_equals,
    events_are_known,
    guards_are_known_and_fit,
    citations_name_an_article,
)
