"""Does the whole of a procedure make sense (自检)? Asked once, when it is loaded, and answered with everything at once.

The schema knows what a line may look like; this module knows what lines say to each other: that no hire can be stuck,
that nobody is asked for what does not exist, and that what is declared will really happen. ``references`` holds the
checks of names; here are those of the course.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from states.assessment import AssessmentItem
from states.faults import Problem
from states.marked import Path
from states.procedure import Procedure
from states.references import REFERENCES, letters_are_known
from states.say import say
from states.steps import Deadline, Stage, Step
from states.vocabulary import DeadlineKind, RecordKind, Role, State, Unit

__all__ = ["Problem", "check"]

#: a deadline from one of these says until when a person may be at work without a new decision
WORK_BASES = frozenset({"term_ends_on", "hired_on", "started_on", "approved_on", "agreement_on", "last_lawful_on"})
MAY_NOT_SECOND = frozenset({Role.SYSTEM, Role.APPLICANT})


def check(procedure: Procedure, templates: Collection[str] | None = None) -> list[Problem]:
    """Every problem of meaning, in the order of the checks; empty when the procedure can be run.

    ``templates`` are the names of the letters that exist; None leaves letters unasked.
    """
    problems = [problem for ask in (*REFERENCES, *COURSE) for problem in ask(procedure)]
    if templates is not None:
        problems += letters_are_known(procedure, templates)
    return problems


# -- stages -----------------------------------------------------------------------------------------------------------


def begins_posted(procedure: Procedure) -> Iterator[Problem]:
    if procedure.first_stage.state is not State.POSTED:
        yield Problem(("stages", 0, "state"), say("第一个环节应处于“已发布”状态（posted）"))


def every_stage_is_reachable(procedure: Procedure) -> Iterator[Problem]:
    reached = _reachable(procedure, procedure.first_stage.stage)
    for index, stage in enumerate(procedure.stages):
        if stage.stage not in reached:
            yield Problem(("stages", index), say("从第一个环节走不到“{stage}”", stage=stage.stage))


def every_open_stage_goes_on(procedure: Procedure) -> Iterator[Problem]:
    """No hire can be stuck: each open stage has a way out, a way to an end, and somebody or something that acts."""
    for index, stage in enumerate(procedure.stages):
        path = ("stages", index)
        steps = procedure.steps_from[stage.stage]
        if stage.final:
            yield from _final_stage_stays(procedure, stage)
            continue
        if not any(step.to not in (None, stage.stage) for step in steps):
            yield Problem(path, say("“{stage}”没有出路：没有一步通往别的环节", stage=stage.stage))
        elif not any(procedure.stage_by_name[name].final for name in _reachable(procedure, stage.stage)):
            yield Problem(path, say("从“{stage}”走不到任何结束环节", stage=stage.stage))
        yield from _somebody_acts(procedure, index, stage, steps)


def _somebody_acts(procedure: Procedure, index: int, stage: Stage, steps: tuple[Step, ...]) -> Iterator[Problem]:
    if not stage.owner:
        timed = [line for line in procedure.deadlines_during[stage.stage] if line.kind is DeadlineKind.ENFORCE]
        for kind in procedure.kinds:
            if not any(not line.kinds or kind.kind in line.kinds for line in timed):
                problem = say("“{stage}”无人负责，也没有到期自动办理的期限", stage=stage.stage)
                yield Problem(("stages", index), problem)
                return
    for place, role in enumerate(stage.owner):
        if not any(role in step.by for step in steps):
            problem = say("{role}负责“{stage}”，但在这里没有可办的步骤", role=role.value, stage=stage.stage)
            yield Problem(("stages", index, "owner", place), problem)


def _final_stage_stays(procedure: Procedure, stage: Stage) -> Iterator[Problem]:
    for index, step in enumerate(procedure.steps):
        if stage.stage in step.origin and step.to is not None:
            problem = say("“{stage}”已是结束环节，不能再由此前往“{to}”", stage=stage.stage, to=step.to)
            yield Problem(("steps", index, "to"), problem)


def people_at_work_have_a_term(procedure: Procedure) -> Iterator[Problem]:
    for index, stage in enumerate(procedure.stages):
        bases = {line.base for line in procedure.deadlines_during[stage.stage]}
        if stage.at_work and not bases & WORK_BASES:
            problem = say("“{stage}”有人在岗，却没有签订合同或合同期满的期限", stage=stage.stage)
            yield Problem(("stages", index, "at_work"), problem)


def _reachable(procedure: Procedure, start: str) -> set[str]:
    reached, ahead = {start}, [start]
    while ahead:
        for step in procedure.steps_from.get(ahead.pop(), ()):
            if step.to is not None and step.to in procedure.stage_by_name and step.to not in reached:
                reached.add(step.to)
                ahead.append(step.to)
    return reached


# -- steps ------------------------------------------------------------------------------------------------------------


def steps_are_signed_rightly(procedure: Procedure) -> Iterator[Problem]:
    for index, step in enumerate(procedure.steps):
        if step.joint and len(set(step.by)) < 2:
            yield Problem(("steps", index, "joint"), say("联合办理至少要有两个角色"))
        if step.independent and MAY_NOT_SECOND & set(step.by):
            yield Problem(("steps", index, "independent"), say("须由另一人办理的步骤不能交给系统或报名人"))
        if Role.SYSTEM in step.by and not step.automatic:
            yield Problem(("steps", index, "by"), say("系统的步骤不能同时交给别人，请分成两步"))


def automatic_steps_are_called(procedure: Procedure) -> Iterator[Problem]:
    """Declared means live: a step of the system that no deadline takes would never happen."""
    for index, step in enumerate(procedure.steps):
        for place, origin in enumerate(step.origin if step.automatic else ()):
            if not any(step.act in line.then for line in _enforcing(procedure, origin)):
                problem = say("没有期限会在“{stage}”自动办理“{act}”", stage=origin, act=step.act)
                yield Problem(("steps", index, "from", place), problem)


def _enforcing(procedure: Procedure, stage: str) -> list[Deadline]:
    return [line for line in procedure.deadlines_during.get(stage, ()) if line.kind is DeadlineKind.ENFORCE]


def records_have_what_they_need(procedure: Procedure) -> Iterator[Problem]:
    for index, step in enumerate(procedure.steps):
        path = ("steps", index, "with")
        needed = NEEDED.get(step.records, ())
        for name in needed:
            if name not in step.params:
                problem = say("记录“{records}”须写明参数“{name}”", records=step.records.value, name=name)
                yield Problem(path if step.params else path[:-1], problem)
        allowed = ALLOWED.get(step.records, {})
        for name, values in allowed.items():
            if name in step.params and step.params[name] not in values:
                shown = "、".join(_plain(value) for value in values)
                problem = say("“{name}”不能是“{value}”，可以是：{allowed}", name=name,
                              value=str(step.params[name]), allowed=shown)  # fmt: skip
                yield Problem((*path, name), problem)


NEEDED: dict[RecordKind, tuple[str, ...]] = {
    RecordKind.NOTICE: ("round",),
    RecordKind.RENEWAL_DECISION: ("outcome",),
    RecordKind.OBJECTION_ANSWER: ("upheld",),
}
ALLOWED: dict[RecordKind, dict[str, tuple[str | bool, ...]]] = {
    RecordKind.RENEWAL_DECISION: {"outcome": ("renew", "end")},
    RecordKind.OBJECTION_ANSWER: {"upheld": (True, False)},
}


def _plain(value: str | bool) -> str:
    return value if isinstance(value, str) else str(value).lower()


def notices_run(procedure: Procedure) -> Iterator[Problem]:
    """A notice ends by the one deadline of its stage that is counted from the posting; nothing else says its length."""
    for index, step in enumerate(procedure.steps):
        if step.records is not RecordKind.NOTICE:
            continue
        for stage in [step.to] if step.to else step.origin:
            lines = [line for line in _enforcing(procedure, stage) if line.base == "posted_on"]
            if len(lines) != 1:
                problem = say(
                    "公示所在的“{stage}”须有且只有一个自张贴之日（posted_on）起算、到期自动办理的期限", stage=stage
                )
                yield Problem(("steps", index, "records"), problem)


# -- deadlines --------------------------------------------------------------------------------------------------------


def deadlines_move_or_are_heard(procedure: Procedure) -> Iterator[Problem]:
    for index, line in enumerate(procedure.deadlines):
        path = ("deadlines", index)
        if line.kind is DeadlineKind.ENFORCE and not line.then:
            yield Problem((*path, "kind"), say("到期应自动办理（enforce），却没有写明办理哪一步（then）"))
        if line.kind is not DeadlineKind.ENFORCE and line.then:
            yield Problem((*path, "then"), say("只有到期自动办理的期限（enforce）才能写 then"))
        if line.kind is DeadlineKind.ADVISE and not (line.owner and line.marks):
            yield Problem(path, say("期限“{deadline}”到期既无人知晓也无事发生", deadline=line.deadline))
        if line.kind is not DeadlineKind.ADVISE and line.marks and not (line.owner or line.then):
            yield Problem((*path, "marks"), say("有提醒日，却没有人收到提醒"))
        if (line.repeat_days or line.escalate_to) and not (line.owner and line.marks):
            name = "repeat_days" if line.repeat_days else "escalate_to"
            yield Problem((*path, name), say("没有提醒，便不会有重复提醒或升级"))


def deadlines_take_steps_that_exist(procedure: Procedure) -> Iterator[Problem]:
    """Each act of ``then`` must be the system's own in every stage of the deadline, or the timer would be refused."""
    for index, line in enumerate(procedure.deadlines):
        for place, act in enumerate(line.then):
            path = ("deadlines", index, "then", place)
            steps = {name: procedure.step_by_origin.get((name, act)) for name in line.during}
            missing = [name for name, step in steps.items() if step is None and name in procedure.stage_by_name]
            if missing:
                yield Problem(path, say("在“{stage}”没有“{act}”这一步", stage="、".join(missing), act=act))
            elif any(step is not None and not step.automatic for step in steps.values()):
                yield Problem(path, say("“{act}”不是系统的步骤，不能到期自动办理", act=act))


def periods_have_a_length(procedure: Procedure) -> Iterator[Problem]:
    for index, line in enumerate(procedure.deadlines):
        n = procedure.settle(line.length.n) if not _unknown_gap(procedure, line) else 1
        path = ("deadlines", index, "length")
        if line.length.unit is Unit.ON_THE_DAY and n != 0:
            yield Problem(path, say("就在当日（on_the_day）的期限不写天数"))
        elif line.length.unit is not Unit.ON_THE_DAY and (not isinstance(n, int) or n < 1):
            yield Problem(path, say("期限至少为1，现为{n}", n=str(n)))


def _unknown_gap(procedure: Procedure, line: Deadline) -> bool:
    return not isinstance(line.length.n, int) and line.length.n.gap not in procedure.gap_by_name


# -- the rest ---------------------------------------------------------------------------------------------------------


def validity_runs_forward(procedure: Procedure) -> Iterator[Problem]:
    first, last = procedure.validity.valid_from, procedure.validity.last_day
    if last is not None and last < first:
        yield Problem(("validity",), say("失效日{last}早于生效日{first}", last=last, first=first))


def somebody_can_pass(procedure: Procedure) -> Iterator[Problem]:
    if not any(grade.passes for grade in procedure.assessment.grades):
        yield Problem(("assessment", "grades"), say("没有一个等次算考核通过"))


def points_make_sense(procedure: Procedure) -> Iterator[Problem]:
    """Points that are counted: a base to begin with, whole tenths, and every level named once and known by name."""
    rules = procedure.assessment
    if rules.items and (rules.scale != "points" or rules.base_points is None):
        yield Problem(("assessment", "items"), say("有加分扣分项目的，须按分值考核（scale: points）并写明基础分"))
    known, seen = {one.level for one in rules.levels}, set[str]()
    for index, item in enumerate(rules.items):
        path = ("assessment", "items", index)
        if item.name in seen:
            yield Problem((*path, "name"), say("“{name}”已经用过", name=item.name))
        seen.add(item.name)
        for level, points in item.points.items():
            if known and level not in known:
                yield Problem((*path, "points", level), say("levels 里没有“{level}”", level=level))
            if round(points * 10) != points * 10:
                yield Problem((*path, "points", level), say("分值最多一位小数，现为{points}", points=str(points)))
        yield from _rulings_make_sense(item, path)


def _rulings_make_sense(item: AssessmentItem, path: Path) -> Iterator[Problem]:
    """Bands are bounds of the levels that there are, and other points are points of the same levels."""
    bounds = {*item.from_percent, *item.below_percent}
    if bounds != (set(item.points) if item.counts == "band" else set()):
        yield Problem((*path, "counts"), say("按准确率分档的项目（counts: band），每一档须有且只有一个百分比"))
    for ruling, other in item.other_points.items():
        if set(other) != set(item.points):
            yield Problem((*path, "other_points", ruling), say("须与 points 的各级相同"))


COURSE: tuple[Callable[[Procedure], Iterator[Problem]], ...] = (
    begins_posted,
    every_stage_is_reachable,
    every_open_stage_goes_on,
    people_at_work_have_a_term,
    steps_are_signed_rightly,
    automatic_steps_are_called,
    records_have_what_they_need,
    notices_run,
    deadlines_move_or_are_heard,
    deadlines_take_steps_that_exist,
    periods_have_a_length,
    validity_runs_forward,
    somebody_can_pass,
    points_make_sense,
)
