"""Working a case (办理事项): what every office does with a case and no document names.

Returning a case to an earlier stage, suspending and resuming it, giving it to a colleague, a note, a file, a score
sheet. They are steps like the document's own: listed in the table, taken through the engine, each an entry in the
trail. They never lead forward and never touch a person at work. See ``docs/decisions/0012-working-a-case.md``.
"""

from __future__ import annotations

from collections.abc import Iterator

from states.procedure import Procedure
from states.steps import Stage, Step
from states.vocabulary import HOUSE_ROLES, RecordKind, Role, State

#: how these steps are cited: by the rules of the house, never by a document that does not know them
CITE = "《在岗办理规则》{}"
#: who deals with cases: not those who apply, look on, or belong to the house
_OUTSIDE = frozenset({Role.APPLICANT, Role.SYSTEM, Role.SUPERVISOR}) | HOUSE_ROLES
RETURN, TAKE_BACK, TAKE_BACK_LEAVING = "return_to", "take_back_assessment", "take_back_leaving"
PROPOSE_CORRECTION, CONFIRM_CORRECTION, REFUSE_CORRECTION = (
    "propose_correction",
    "confirm_correction",
    "refuse_correction",
)
#: setting a past fact right (更正): proposed, confirmed, refused
CORRECTIONS = frozenset({RecordKind.CORRECTION, RecordKind.CORRECTION_CONFIRMED, RecordKind.CORRECTION_REFUSED})
#: kinds of record that say nothing a guard reads: they never make the system ask a refused step again
QUIET = frozenset(
    {RecordKind.COMMENT, RecordKind.DOCUMENT, RecordKind.ASSIGNMENT, RecordKind.SCORE}
    # nothing that the system is refused waits for them; a ruling that a person takes does
    | {RecordKind.POINT, RecordKind.SURVEY}
    # a proposal changes nothing but that it waits
    | {RecordKind.CORRECTION}
)
#: what goes on while a case is suspended
WHILE_SUSPENDED = (
    QUIET
    | CORRECTIONS
    | {
        RecordKind.RESUMPTION,
        RecordKind.OBJECTION,
        RecordKind.OBJECTION_ANSWER,
        RecordKind.FILING,
    }
)
#: what a record establishes, and what a return to before it takes back
ESTABLISHES: dict[RecordKind, tuple[str, ...]] = {
    RecordKind.MEETING: ("meeting_on", "meeting_present", "meeting_for"),
    RecordKind.NOTICE: ("posted_on", "notice_ends_on", "notice_round", "boards"),
    RecordKind.TRAINING: ("training_passed", "trained_on"),
}
_FIRST_APPROVAL = ("approved_on", "retires_on", "near_retirement")


def officers(procedure: Procedure) -> tuple[Role, ...]:
    """The roles that deal with cases under a document."""
    return tuple(role for role in procedure.roles if role not in _OUTSIDE)


def house_steps(procedure: Procedure) -> dict[str, tuple[Step, ...]]:
    """The steps of the house by stage, in the order in which pages show them."""
    return {stage.stage: tuple(_steps(procedure, stage)) for stage in procedure.stages}


def _steps(procedure: Procedure, stage: Stage) -> Iterator[Step]:
    everyone, before = officers(procedure), before_the_hire(procedure, stage)
    yield _step("comment", "附言", "comment", stage, everyone, RecordKind.COMMENT)
    yield _step("attach", "添加材料", "attach a file", stage, everyone, RecordKind.DOCUMENT)
    yield from _of_corrections(procedure, stage)
    if stage.final or stage.state is State.POSTED:
        return
    yield _step("reassign", "转办", "give to a colleague", stage, everyone, RecordKind.ASSIGNMENT)
    if before:
        if stage.state in (State.APPLIED, State.QUALIFIED):
            yield _step("score", "登记评分", "record the score", stage, everyone, RecordKind.SCORE)
        if targets(procedure, stage.stage):
            yield _step(RETURN, "退回", "return", stage, everyone, RecordKind.RETURN)
        yield _step("suspend", "中止办理", "suspend", stage, everyone, RecordKind.SUSPENSION)
        yield _step("resume", "恢复办理", "resume", stage, everyone, RecordKind.RESUMPTION)
    if stage.at_work or stage.pay_stopped:
        yield from _of_the_assessment(procedure, stage)
        yield from _of_leaving(procedure, stage)


def _of_corrections(procedure: Procedure, stage: Stage) -> Iterator[Step]:
    """A past fact is set right wherever the hire stands by now; what never began has no past."""
    if stage.state is State.POSTED:
        return
    by, proposed = confirmers(procedure), RecordKind.CORRECTION
    yield _step(PROPOSE_CORRECTION, "提出更正", "propose a correction", stage, officers(procedure), proposed)
    for act, zh, en, records in (
        (CONFIRM_CORRECTION, "确认更正", "confirm the correction", RecordKind.CORRECTION_CONFIRMED),
        (REFUSE_CORRECTION, "不予更正", "refuse the correction", RecordKind.CORRECTION_REFUSED),
    ):
        yield _step(act, zh, en, stage, by, records, independent=True)


def confirmers(procedure: Procedure) -> tuple[Role, ...]:
    """Who confirms that a past fact is set right: the roles that approve under the document."""
    steps = (step for step in procedure.steps if step.independent or step.joint)
    roles = tuple(dict.fromkeys(role for step in steps for role in step.by if role not in _OUTSIDE))
    return roles or officers(procedure)


def _of_the_assessment(procedure: Procedure, stage: Stage) -> Iterator[Step]:
    """Points and surveys, where the document counts points or wants to hear those served; a proposal taken back."""
    by = noters(procedure)
    proposed = [step for step in procedure.steps_from[stage.stage] if step.records is RecordKind.ASSESSMENT]
    for step in proposed:
        yield _step(
            TAKE_BACK, "撤回考核意见", "take the proposal back", stage, step.by, RecordKind.ASSESSMENT_TAKEN_BACK
        )
    if procedure.assessment.reckoned and by:
        yield _step("note_point", "登记加分扣分", "note points", stage, by, RecordKind.POINT)
        yield _step("strike_point", "撤销加分扣分", "strike points", stage, by, RecordKind.POINT_STRUCK)
    if procedure.assessment.takes_part is not None and by:
        yield _step("note_survey", "登记满意度调查", "record a survey", stage, by, RecordKind.SURVEY)


def _of_leaving(procedure: Procedure, stage: Stage) -> Iterator[Step]:
    """A decision to end or a resignation, taken back before its day by somebody else: who may decide, or confirms."""
    decides = (RecordKind.ENDING_DECISION, RecordKind.RESIGNATION)
    steps = [step for step in procedure.steps_from[stage.stage] if step.records in decides]
    if steps:
        able = {role for step in steps for role in step.by} | set(confirmers(procedure))
        by, records = tuple(role for role in officers(procedure) if role in able), RecordKind.LEAVING_TAKEN_BACK
        yield _step(TAKE_BACK_LEAVING, "撤回离岗", "take the leaving back", stage, by, records, independent=True)


def noters(procedure: Procedure) -> tuple[Role, ...]:
    """Who notes points and surveys: the roles that propose, review or rule on the assessment, as the document says."""
    takes = (RecordKind.ASSESSMENT, RecordKind.ASSESSMENT_RULING)
    steps = (step for step in procedure.steps if step.records in takes or step.params.get("reviews") == "assessment")
    return tuple(dict.fromkeys(role for step in steps for role in step.by))


def _step(
    act: str,
    zh: str,
    en: str,
    stage: Stage,
    by: tuple[Role, ...],
    records: RecordKind,
    *,
    independent: bool = False,
) -> Step:
    return Step(
        act=act,
        zh=zh,
        en=en,
        origin=(stage.stage,),
        by=by,
        records=records,
        cite=CITE.format(zh),
        adverse=False,
        independent=independent,
    )  # type: ignore[call-arg]  # ``origin`` is read from "from" in files


def before_the_hire(procedure: Procedure, stage: Stage) -> bool:
    """Whether nobody is at work yet in a stage: it is open and leads to work only by further steps."""
    if stage.final or stage.at_work or stage.pay_stopped:
        return False
    return stage.state in (State.APPLIED, State.QUALIFIED, State.PUBLICIZED, State.TRAINED)


def targets(procedure: Procedure, stage: str) -> tuple[str, ...]:
    """The earlier stages to which a case may be returned from ``stage``: those with an owner that lead there."""
    if not before_the_hire(procedure, procedure.stage_by_name[stage]):
        return ()
    return tuple(
        earlier.stage
        for earlier in procedure.stages
        if earlier.stage != stage
        and earlier.owner
        and earlier.state is not State.POSTED
        and before_the_hire(procedure, earlier)
        and stage in onward(procedure, earlier.stage)
    )


def onward(procedure: Procedure, stage: str) -> frozenset[str]:
    """The stages that follow ``stage`` on the way to work, and itself."""
    reached, ahead = {stage}, [stage]
    while ahead:
        for step in procedure.steps_from[ahead.pop()]:
            following = step.to
            if following is None or following in reached or step.adverse:
                continue
            reached.add(following)
            ahead.append(following)
    return frozenset(reached)


def taken_back(procedure: Procedure, to: str) -> tuple[str, ...]:
    """The fields of the dossier that a return to ``to`` empties: all that its stage and later ones establish."""
    ahead = {stage for stage in onward(procedure, to) if before_the_hire(procedure, procedure.stage_by_name[stage])}
    fields: dict[str, None] = {}
    for step in procedure.steps:
        if ahead.isdisjoint(step.origin):
            continue
        fields.update(dict.fromkeys(ESTABLISHES.get(step.records, ())))
        if step.params.get("first_approval"):
            fields.update(dict.fromkeys(_FIRST_APPROVAL))
    return tuple(fields)


def handlers(procedure: Procedure) -> tuple[Role, ...]:
    """Who answers objections under a document, at any of its notices."""
    steps = (step for step in procedure.steps if step.records is RecordKind.OBJECTION_ANSWER)
    return tuple(dict.fromkeys(role for step in steps for role in step.by))


def answering(procedure: Procedure, stage: str) -> tuple[Role, ...]:
    """Who answers objections to the notice of a stage."""
    steps = (step for step in procedure.steps_from[stage] if step.records is RecordKind.OBJECTION_ANSWER)
    return tuple(dict.fromkeys(role for step in steps for role in step.by))
