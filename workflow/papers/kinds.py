"""Which papers there are (文书种类): what each is called, who makes it, and what has to be there before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from states.facts import Actor, Dossier, Hire
from states.house import officers
from states.late_contract import is_labour_contract
from states.leaving import DEATH, RESIGNATION
from states.procedure import Procedure
from states.say import Sentence, say
from states.vocabulary import RecordKind, Role, State


class Kind(StrEnum):
    APPLICATION = "application"
    APPROVAL = "approval"
    AGREEMENT = "agreement"
    CONTRACT = "contract"
    FILING = "filing"
    ASSESSMENT = "assessment"
    RENEWAL = "renewal"
    ENDING = "ending"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper. ``mark`` is its character in the number (字); ``records``: whoever records these makes it.

    ``once``: what two parties sign or somebody takes home is made once for a term and is not made anew by itself.
    """

    kind: Kind
    mark: str
    records: frozenset[RecordKind]
    once: bool = False


PAPERS: Mapping[Kind, Paper] = {
    paper.kind: paper
    for paper in (
        Paper(Kind.APPLICATION, "报", frozenset({RecordKind.APPLICATION})),
        Paper(Kind.APPROVAL, "审", frozenset({RecordKind.APPLICATION, RecordKind.OPINION, RecordKind.MEETING})),
        Paper(Kind.AGREEMENT, "协", frozenset({RecordKind.AGREEMENT}), once=True),
        Paper(Kind.CONTRACT, "合", frozenset({RecordKind.CONTRACT}), once=True),
        Paper(Kind.FILING, "备", frozenset({RecordKind.CONTRACT, RecordKind.FILING})),
        Paper(Kind.ASSESSMENT, "考", frozenset({RecordKind.ASSESSMENT, RecordKind.ASSESSMENT_RULING})),
        Paper(Kind.RENEWAL, "续", frozenset({RecordKind.RENEWAL_SIGNING, RecordKind.RENEWAL}), once=True),
        Paper(Kind.ENDING, "解", frozenset({RecordKind.ENDING_DECISION, RecordKind.RENEWAL_DECISION}), once=True),
        Paper(Kind.CERTIFICATE, "证", frozenset({RecordKind.CONTRACT}), once=True),
    )
}
#: the record by which each signed paper is entered, where its number is asked for
NUMBERED: Mapping[RecordKind, Kind] = {
    RecordKind.AGREEMENT: Kind.AGREEMENT,
    RecordKind.CONTRACT: Kind.CONTRACT,
    RecordKind.RENEWAL_SIGNING: Kind.RENEWAL,
}
#: roles that look on or pay: they read papers and make none
_READERS = frozenset({Role.FINANCE, Role.SUPERVISOR})
_NOT_HIRED = frozenset({State.REJECTED, State.WITHDRAWN})


def kinds_of(procedure: Procedure) -> tuple[Paper, ...]:
    """The papers that a document has a use for, in the order of a hire's life."""
    recorded = {step.records for step in procedure.steps}
    return tuple(paper for paper in PAPERS.values() if paper.records & recorded)


def title_of(procedure: Procedure, kind: Kind) -> Sentence:
    """What a paper is called in a list."""
    labour = is_labour_contract(procedure)
    if kind is Kind.CONTRACT and not labour:
        return say("{instrument}", instrument=procedure.contract.instrument.zh)
    return {
        Kind.APPLICATION: say("报名登记表"),
        Kind.APPROVAL: say("聘用审批表"),
        Kind.AGREEMENT: say("聘用协议"),
        Kind.CONTRACT: say("劳动合同"),
        Kind.FILING: say("聘用备案表"),
        Kind.ASSESSMENT: say("年度考核表"),
        Kind.RENEWAL: say("续签劳动合同") if labour else say("续签协议"),
        Kind.ENDING: say("解除（终止）劳动合同通知书") if labour else say("解除（终止）聘用协议通知书"),
        Kind.CERTIFICATE: say("解除（终止）劳动合同证明") if labour else say("解除（终止）聘用协议证明"),
    }[kind]


def heading_of(procedure: Procedure, kind: Kind) -> str:
    """What stands at the head of the paper itself: the plain name of the instrument."""
    if kind is Kind.CONTRACT and not is_labour_contract(procedure):
        return procedure.contract.instrument.zh.replace("（", "(").partition("(")[0].removeprefix("书面").strip()
    if kind in (Kind.APPLICATION, Kind.APPROVAL, Kind.FILING, Kind.ASSESSMENT):
        return f"公益性岗位{title_of(procedure, kind).text()}"
    return title_of(procedure, kind).text()


def makers(procedure: Procedure, kind: Kind) -> frozenset[Role]:
    """The roles that make a paper: those who take the step that it belongs to."""
    records = PAPERS[kind].records
    roles = {role for step in procedure.steps if step.records in records for role in step.by}
    if kind is Kind.FILING:
        roles |= {line.by for step in procedure.steps for line in step.files}
    return frozenset(roles & set(officers(procedure)) - _READERS)


def may_make(actor: Actor, procedure: Procedure, kind: Kind, region: str) -> bool:
    """Whether the actor holds such a role there."""
    return bool(actor.roles_in(region) & makers(procedure, kind))


def term_of(kind: Kind, hire: Hire, year: int) -> int:
    """What a paper is made once for: the term, the year of an assessment, nought before the first term."""
    dossier = hire.dossier
    if kind is Kind.ASSESSMENT:
        return assessed_year(dossier, year)
    if kind is Kind.RENEWAL:
        return dossier.term_no + (1 if dossier.renewal == "renew" else 0)
    if kind is Kind.CONTRACT:
        return 1
    return dossier.term_no if kind in (Kind.FILING, Kind.ENDING, Kind.CERTIFICATE) else 0


def assessed_year(dossier: Dossier, year: int) -> int:
    """The year that an assessment form is for: the one proposed or ruled on last, else ``year``."""
    return dossier.proposed_year or dossier.ruled_year or year


def why_not(procedure: Procedure, kind: Kind, hire: Hire) -> Sentence | None:
    """What has to happen before a paper can be made; None when it can be."""
    dossier = hire.dossier
    if hire.person is None:
        return say("还没有人报名，登记报名人后才能制作")
    if hire.state in _NOT_HIRED and kind is not Kind.APPLICATION:
        return say("这份报名已经办结，没有聘用，不制作这种文书")
    return _WHY_NOT.get(kind, _always)(dossier)


def _always(dossier: Dossier) -> Sentence | None:
    return None


def _before_signing(dossier: Dossier) -> Sentence | None:
    if dossier.ended_on is not None:
        return say("已经离岗，不再制作")
    if dossier.term_no > 1:
        return say("首次合同期已过，请制作续签的文书")
    return None if dossier.approved_on or dossier.started_on else say("审定通过后才能制作")


def _once_signed(dossier: Dossier) -> Sentence | None:
    return None if dossier.signed_on or dossier.term_no else say("签订合同或协议后才能制作")


def _once_at_work(dossier: Dossier) -> Sentence | None:
    return None if dossier.started_on else say("上岗后才能制作")


def _once_renewed(dossier: Dossier) -> Sentence | None:
    if dossier.ended_on is not None:
        return say("已经离岗，不再制作")
    return None if dossier.renewal == "renew" or dossier.term_no > 1 else say("决定续签后才能制作")


def _once_ending(dossier: Dossier) -> Sentence | None:
    if dossier.leaving_ground == RESIGNATION:
        return say("本人辞职的，不制作通知书；离岗后制作证明")
    if dossier.leaving_ground == DEATH:
        return say("本人死亡的，依法终止，不制作通知书；离岗后制作证明")
    return None if dossier.leaving_on or dossier.renewal == "end" else say("决定解聘或者期满终止后才能制作")


def _once_left(dossier: Dossier) -> Sentence | None:
    return None if dossier.ended_on else say("登记离岗后才能制作")


_WHY_NOT = {
    Kind.AGREEMENT: _before_signing,
    Kind.CONTRACT: _before_signing,
    Kind.FILING: _once_signed,
    Kind.ASSESSMENT: _once_at_work,
    Kind.RENEWAL: _once_renewed,
    Kind.ENDING: _once_ending,
    Kind.CERTIFICATE: _once_left,
}
