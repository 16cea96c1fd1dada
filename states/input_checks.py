"""Reading what was filled in (核对填报): a payload as the model of its record has it, every fault in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from states.facts import Hire
from states.inputs import INPUTS, MORE_IN_FAVOUR, StepInput
from states.points import in_points, reckon
from states.procedure import Procedure
from states.refusals import InputRefused
from states.say import Sentence, say
from states.steps import Step
from states.vocabulary import RecordKind


def parsed(step: Step, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a step's input. Raises InputRefused with every fault."""
    try:
        model: StepInput = INPUTS[step.records].model_validate(payload)
    except ValidationError as error:
        raise InputRefused(faults_of(error)) from None
    return dict(model)


def faults_of(error: ValidationError) -> dict[str, Sentence]:
    """Each field that cannot be read, and what is wrong with it."""
    return {".".join(str(part) for part in e["loc"]) or "?": _fault(e["type"], e["msg"]) for e in error.errors()}


def check_scale(procedure: Procedure, hire: Hire, step: Step, values: Mapping[str, Any]) -> None:
    """A document that counts points asks for points, one with grades for one of its own; nothing else has a meaning.

    Where the points follow from what was noted, nobody has to say them; whoever does must say the same.
    """
    assessment = procedure.assessment
    if step.records is not RecordKind.ASSESSMENT:
        return
    asked, other = ("points", "grade") if assessment.scale == "points" else ("grade", "points")
    faults = {}
    if values.get(other) is not None:
        faults[other] = say("没有这一项")
    if assessment.reckoned:
        tenths = reckon(procedure, hire.dossier.points, values["year"]).tenths
        if values["points"] is not None and values["points"] * 10 != tenths:
            faults["points"] = say("按已登记的加分扣分应为{points}分，请核对登记或留空", points=in_points(tenths))
    elif values.get(asked) is None:
        faults[asked] = say("此项必填")
    elif asked == "grade" and assessment.grade(values["grade"]) is None:
        names, codes = zip(*((grade.zh, grade.grade) for grade in assessment.grades), strict=True)
        faults["grade"] = say("没有这一等次，可选：{names}（{codes}）", names="、".join(names), codes="、".join(codes))
    if faults:
        raise InputRefused(faults)


def _fault(kind: str, message: str) -> Sentence:
    if kind == "missing":
        return say("此项必填")
    if kind == "extra_forbidden":
        return say("没有这一项")
    if kind.startswith("date"):
        return say("请填写日期，例如2026-03-02")
    if kind.startswith("int") or kind.startswith("decimal"):
        return say("请填写数字")
    if kind == "string_too_short":
        return say("内容过短")
    if kind == "string_too_long":
        return say("内容过长")
    if kind == "too_short":
        return say("至少填写一项")
    if kind == "too_long":
        return say("填写的项数过多")
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        return say("超出允许的范围")
    if kind in ("literal_error", "enum"):
        return say("没有这个选项")
    if kind.startswith("bool"):
        return say("请选择是或否")
    if MORE_IN_FAVOUR in message:
        return say("同意人数不能多于到会人数")
    return say("填写的内容不符合要求（{message}）", message=message)
