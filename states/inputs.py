"""What a person has to say when taking a step (填报内容): one model per kind of record.

The same models validate the API, the forms and imports. Unknown fields are refused. Days are Asia/Shanghai.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from states.model import Model
from states.vocabulary import RecordKind, Role

#: what a meeting's numbers are refused with; told in words where inputs are read
MORE_IN_FAVOUR = "more in favour than present"

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x08]*$")
]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00-\x08]*$")]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000, pattern=r"^[^\x00-\x08]*$")
]


class Override(Model):
    """A rule "in principle" set aside by the named officer who takes the step (原则上的例外)."""

    guard: Line
    reason: Reason
    approval_no: Line | None = None
    evidence: Line | None = None


class StepInput(Model):
    """Common to every step: an opinion (意见) and overrides."""

    opinion: Prose | None = None
    overrides: tuple[Override, ...] = ()


class ApplicationInput(StepInput):
    """报名: who applies and by which route. ``person_id`` is a registered person."""

    person_id: int
    route: Literal["open", "recommended", "self"] = "open"


class OldTermsInput(StepInput):
    """原在岗人员: the first day on the post, the agreement in force with its days, the old pay in yuan, the evidence.

    Months served before that agreement are those of the person's record, so they are said and proved in one place.
    """

    person_id: int
    started_on: date
    starts_on: date
    ends_on: date
    signed_on: date
    number: Line | None = None
    monthly_yuan: Decimal = Field(ge=0, le=100_000, max_digits=8, decimal_places=2)
    evidence: Line


class OpinionInput(StepInput):
    """审核意见."""

    approval_no: Line | None = None


class MeetingInput(StepInput):
    """民主评议 / 村民代表会议: day, persons present and in favour."""

    held_on: date
    present: int = Field(ge=1, le=10000)
    in_favour: int = Field(ge=0, le=10000)

    @field_validator("in_favour")
    @classmethod
    def no_more_than_present(cls, value: int, info: ValidationInfo) -> int:
        if "present" in info.data and value > info.data["present"]:
            raise ValueError(MORE_IN_FAVOUR)
        return value


class Board(Model):
    """公示栏: where a notice hangs, and since when if not since the day of the whole."""

    name: Line
    posted_on: date | None = None


class NoticeInput(StepInput):
    """公示: the day it was put up and on which boards; a board is a name, or a name with a day of its own."""

    posted_on: date
    boards: tuple[Board, ...] = Field(min_length=1, max_length=20)

    @field_validator("boards", mode="before")
    @classmethod
    def named(cls, value: Any) -> Any:
        if not isinstance(value, (list, tuple)):
            return value
        return tuple({"name": board} if isinstance(board, str) else board for board in value)


class ObjectionInput(StepInput):
    """异议: what is objected; the name is optional (匿名)."""

    text: Reason
    by_name: Line | None = None


class ObjectionAnswerInput(StepInput):
    """异议处理: which objection (its entry number) and the reasoned answer."""

    objection: int
    reason: Reason


class TrainingInput(StepInput):
    """岗前培训."""

    held_on: date
    passed: bool
    hours: int | None = Field(default=None, ge=1, le=1000)


class StartInput(StepInput):
    """上岗."""

    started_on: date


class ContractInput(StepInput):
    """合同 / 协议: the day of signing; ``starts_on`` defaults to the first day on post."""

    signed_on: date
    starts_on: date | None = None
    number: Line | None = None


class AssessmentInput(StepInput):
    """年度考核: the year, points or a grade, and whether the person masters the skills of the post."""

    year: int = Field(ge=2000, le=2100)
    points: Decimal | None = Field(default=None, max_digits=5, decimal_places=1)
    grade: Line | None = None
    skilled: bool | None = None
    evidence: Line | None = None


class RenewalDecisionInput(StepInput):
    """续签或期满终止的决定, with its reason."""

    reason: Reason


class RenewalSigningInput(StepInput):
    """续签合同."""

    signed_on: date
    number: Line | None = None


class ProtectionInput(StepInput):
    """不得解除、终止的情形: which protected period (LCL 42, 45) and its last day."""

    kind: Literal["pregnancy", "medical_period", "work_injury", "occupational_disease_check"]
    until: date
    evidence: Line


class ExtensionInput(StepInput):
    """期满后延长 (rural posts in Liaocheng): until which day, with its reason."""

    until: date
    reason: Reason


class ResignationInput(StepInput):
    """辞职: the day the written notice was given and the last day wished."""

    given_on: date
    leave_on: date


class HandoverInput(StepInput):
    """工作交接."""

    done_on: date


class EndingDecisionInput(StepInput):
    """解聘决定: the ground, the last day, reason and evidence; ``law`` where the ground must cite one.

    ``in_lieu_yuan``, ``in_lieu_on``: the month's pay that stands in for notice (代通知金), and when it is paid.
    """

    ground: Line
    effective_on: date
    reason: Reason
    evidence: Line | None = None
    law: Line | None = None
    notice_on: date | None = None
    in_lieu_yuan: Decimal | None = Field(default=None, gt=0, le=100_000, max_digits=8, decimal_places=2)
    in_lieu_on: date | None = None


class FilingInput(StepInput):
    """备案: which report (name and the entry that made it due) was sent, and when."""

    filing: Line
    seq: int
    sent_on: date
    receipt: Line | None = None


class ReturnInput(StepInput):
    """退回: to which earlier stage, and why."""

    to: Line
    reason: Reason


class SuspensionInput(StepInput):
    """中止、恢复、撤回考核、撤回离岗: why."""

    reason: Reason


class AssignmentInput(StepInput):
    """转办: to which account of a role; nobody in particular when none is named."""

    role: Role
    to_account: int | None = Field(default=None, ge=1, lt=2**63)
    reason: Reason


class CommentInput(StepInput):
    """附言: a note to the others who deal with the case."""

    text: Reason


class DocumentInput(StepInput):
    """材料: a file that was stored under its digest, or evidence at an address of the network."""

    kind: Literal["evidence", "board", "application", "other"]
    name: Line
    media_type: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]+$", max_length=100)]
    size: int = Field(ge=0, le=2**40)
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    board: Line | None = None
    address: Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=500)] | None = None


class ScoreInput(StepInput):
    """评分: points in tenths by item."""

    items: dict[Line, Annotated[int, Field(ge=-10_000, le=10_000)]] = Field(min_length=1, max_length=20)


class PointInput(StepInput):
    """加分、扣分: one matter of a year at a level, or a month's phone check; always with its evidence.

    ``number``: of wrong records; ``same_as``: the entry of an earlier note of the same matter. Of a phone check:
    ``listed`` people in the village's list, ``asked`` of them, ``correct`` those whose data proved right.
    """

    year: int = Field(ge=2000, le=2100)
    item: Line
    level: Line | None = None
    matter: Line | None = None
    same_as: int | None = Field(default=None, ge=1)
    number: int = Field(default=1, ge=1, le=1000)
    authors: int = Field(default=1, ge=1, le=50)
    month: int | None = Field(default=None, ge=1, le=12)
    listed: int | None = Field(default=None, ge=1, le=100_000)
    asked: int | None = Field(default=None, ge=1, le=100_000)
    correct: int | None = Field(default=None, ge=0, le=100_000)
    evidence: Line


class StrikeInput(StepInput):
    """撤销加分、扣分: which entry, and why."""

    seq: int = Field(ge=1)
    reason: Reason


class SurveyInput(StepInput):
    """满意度调查: how many of the people served took part, how many were satisfied, and who they were."""

    year: int = Field(ge=2000, le=2100)
    held_on: date
    asked: int = Field(ge=1, le=100_000)
    satisfied: int = Field(ge=0, le=100_000)
    took_part: Line


class CorrectionInput(StepInput):
    """提出更正: which entry of this hire, what its fields should say, why, and what proves it.

    ``values`` has the corrected fields alone; each is checked as it was when the entry was made.
    """

    entry: int = Field(ge=1)
    values: dict[Line, Line | bool | int] = Field(min_length=1, max_length=10)
    reason: Reason
    evidence: Line


class CorrectionConfirmedInput(StepInput):
    """确认更正: which proposal (its entry), and that what now should not have been allowed was seen."""

    correction: int = Field(ge=1)
    acknowledged: bool = False


class CorrectionRefusedInput(StepInput):
    """不予更正: which proposal (its entry), and why it is turned down."""

    correction: int = Field(ge=1)
    reason: Reason


INPUTS: dict[RecordKind, type[StepInput]] = {
    RecordKind.NONE: StepInput,
    RecordKind.APPLICATION: ApplicationInput,
    RecordKind.OLD_TERMS: OldTermsInput,
    RecordKind.OPINION: OpinionInput,
    RecordKind.MEETING: MeetingInput,
    RecordKind.NOTICE: NoticeInput,
    RecordKind.NOTICE_END: StepInput,
    RecordKind.OBJECTION: ObjectionInput,
    RecordKind.OBJECTION_ANSWER: ObjectionAnswerInput,
    RecordKind.TRAINING: TrainingInput,
    RecordKind.START: StartInput,
    RecordKind.AGREEMENT: ContractInput,
    RecordKind.CONTRACT: ContractInput,
    RecordKind.ASSESSMENT: AssessmentInput,
    RecordKind.ASSESSMENT_RULING: StepInput,
    RecordKind.RENEWAL_DECISION: RenewalDecisionInput,
    RecordKind.RENEWAL_SIGNING: RenewalSigningInput,
    RecordKind.RENEWAL: StepInput,
    RecordKind.PROTECTION: ProtectionInput,
    RecordKind.EXTENSION: ExtensionInput,
    RecordKind.STATUTORY_EXTENSION: StepInput,
    RecordKind.OVERRUN: StepInput,
    RecordKind.RESIGNATION: ResignationInput,
    RecordKind.HANDOVER: HandoverInput,
    RecordKind.ENDING_DECISION: EndingDecisionInput,
    RecordKind.ENDING: StepInput,
    RecordKind.FILING: FilingInput,
    RecordKind.RETURN: ReturnInput,
    RecordKind.SUSPENSION: SuspensionInput,
    RecordKind.RESUMPTION: SuspensionInput,
    RecordKind.ASSIGNMENT: AssignmentInput,
    RecordKind.COMMENT: CommentInput,
    RecordKind.DOCUMENT: DocumentInput,
    RecordKind.SCORE: ScoreInput,
    RecordKind.POINT: PointInput,
    RecordKind.POINT_STRUCK: StrikeInput,
    RecordKind.ASSESSMENT_TAKEN_BACK: SuspensionInput,
    RecordKind.LEAVING_TAKEN_BACK: SuspensionInput,
    RecordKind.SURVEY: SurveyInput,
    RecordKind.CORRECTION: CorrectionInput,
    RecordKind.CORRECTION_CONFIRMED: CorrectionConfirmedInput,
    RecordKind.CORRECTION_REFUSED: CorrectionRefusedInput,
}
