"""Working a case (其他办理): the small forms for returning, suspending, giving to a colleague, notes and files.

They stand apart from the way forward. What is possible was decided by ``offers_of``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.pages import words
from api.pages.cards import Card, Telling
from api.pages.forms import Field
from api.pages.points_forms import POINTS
from api.pages.render import Page, new_key
from states.decide import Offer
from states.facts import Hire
from states.house import CORRECTIONS, officers, targets
from states.procedure import Procedure
from states.refusals import InputRefused
from states.say import Sentence, say
from states.steps import Step
from states.vocabulary import HOUSE_RECORDS, RecordKind, Role
from workflow.queries.case_file import OfficerLine

#: acts with a place of their own on other pages, or in another section of this one
ELSEWHERE = frozenset({RecordKind.DOCUMENT, RecordKind.SCORE}) | POINTS | CORRECTIONS
RECIPIENT = "recipient"
_ABOUT: dict[RecordKind, Sentence] = {
    RecordKind.COMMENT: say("写给一起办理的同事看，报名人和公众看不到。"),
    RecordKind.ASSIGNMENT: say("转给同一职责的某一位同事；也可以交回，由谁先办都可以。"),
    RecordKind.RETURN: say("退回到前面的环节重新办理。那一环节以后的审批和结果作废，须重新办理。"),
    RecordKind.SUSPENSION: say("因故暂停办理。中止期间不办下一步，期限照常计算。"),
    RecordKind.RESUMPTION: say("中止的原因消除后，恢复办理。"),
    RecordKind.ASSESSMENT_TAKEN_BACK: say("提错了的考核，在复核、审定之前撤回；以后可以重新提出。"),
    RecordKind.LEAVING_TAKEN_BACK: say(
        "离岗决定或者辞职有误的，离岗日以前由另一人撤回；撤回后照常在岗，本人会收到通知。"
    ),
}


@dataclass(frozen=True, slots=True)
class HouseView:
    """A small form: what it does, what it asks, and why it cannot be used where it cannot."""

    act: str
    name: str
    about: str
    opened: bool
    fields: list[Field]
    answers: list[Card]
    key: str = field(default_factory=new_key)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was tried on a small form: its act, what was filled in, and the faults of the fields."""

    act: str = ""
    given: Mapping[str, list[str]] = field(default_factory=dict)
    faults: Mapping[str, Sentence] = field(default_factory=dict)


def is_house(offer: Offer) -> bool:
    """Whether an offer is of the house and not of the document."""
    return offer.step.records in HOUSE_RECORDS


def house_views(
    telling: Telling,
    hire: Hire,
    offers: Sequence[Offer],
    colleagues: Mapping[Role, Sequence[OfficerLine]],
    asked: Asked,
) -> list[HouseView]:
    """The small forms of this reader; to resume is offered while the case is suspended, to suspend while it is not."""
    suspended = hire.dossier.suspended_on is not None
    hidden = {RecordKind.SUSPENSION if suspended else RecordKind.RESUMPTION} | ELSEWHERE
    if hire.dossier.proposed_seq is None:
        hidden |= {RecordKind.ASSESSMENT_TAKEN_BACK}
    if hire.dossier.leaving_on is None:
        hidden |= {RecordKind.LEAVING_TAKEN_BACK}
    return [
        _view(telling, hire, offer, colleagues, asked)
        for offer in offers
        if is_house(offer) and offer.step.records not in hidden
    ]


def _view(
    telling: Telling,
    hire: Hire,
    offer: Offer,
    colleagues: Mapping[Role, Sequence[OfficerLine]],
    asked: Asked,
) -> HouseView:
    page, step = telling.page, offer.step
    again = asked if asked.act == step.act else Asked()
    stopping = [answer for answer in offer.answers if answer.stops]
    made = [] if stopping else house_fields(page, telling.procedure, hire, step, colleagues, again)
    about = page.tell(_ABOUT[step.records]) if step.records in _ABOUT else ""
    return HouseView(step.act, page.named(step), about, bool(again.act), made, telling.cards(stopping))


def house_fields(
    page: Page,
    procedure: Procedure,
    hire: Hire,
    step: Step,
    colleagues: Mapping[Role, Sequence[OfficerLine]],
    asked: Asked,
) -> list[Field]:
    """The fields of a small form. ``asked``: what was filled in on this very form, with its faults."""
    making, made = _Making(page, procedure, hire, step.act, asked), list[Field]()
    if step.records is RecordKind.RETURN:
        made.append(making.targets())
    if step.records is RecordKind.ASSIGNMENT:
        made.append(making.recipients(colleagues))
    return [*made, making.prose("text" if step.records is RecordKind.COMMENT else "reason")]


@dataclass(frozen=True, slots=True)
class _Making:
    """Makes the fields of one small form."""

    page: Page
    procedure: Procedure
    hire: Hire
    act: str
    asked: Asked

    def field(self, name: str, label: Sentence, kind: str, options: tuple[tuple[str, str], ...] = ()) -> Field:
        given = self.asked.given.get(name, [])
        fault = self.asked.faults.get(name)
        return Field(
            name,
            self.page.tell(label),
            kind,
            given[0] if given else "",
            required=True,
            error=self.page.tell(fault) if fault else "",
            options=options,
            chosen=frozenset(given),
            lines=2,
            prefix=f"{self.act}-",
        )

    def prose(self, name: str) -> Field:
        return self.field(name, say("附言") if name == "text" else say("理由"), "prose")

    def targets(self) -> Field:
        names = targets(self.procedure, self.hire.stage)
        options = tuple((name, self.page.named(self.procedure.stage_by_name[name])) for name in names)
        return self.field("to", say("退回到哪一环节"), "radio", options)

    def recipients(self, colleagues: Mapping[Role, Sequence[OfficerLine]]) -> Field:
        options = [("", self.page.tell(say("请选择")))]
        for role in officers(self.procedure):
            called = words.roles_in_words(self.page, self.procedure, [role])
            for officer in colleagues.get(role, ()):
                told = self.page.tell(say("{who}（{role}）", who=officer.name, role=called))
                options.append((f"{role.value}|{officer.id}", told))
            if role in self.hire.dossier.assigned:
                back = self.page.tell(say("交回{role}，谁先办都可以", role=called))
                options.append((f"{role.value}|", back))
        return self.field(RECIPIENT, say("转给"), "select", tuple(options))


def house_payload(records: RecordKind, given: Mapping[str, list[str]]) -> dict[str, Any]:
    """A small form as the payload of its step. Raises InputRefused for a recipient that is none of the choices."""
    payload: dict[str, Any] = {}
    for name in ("to", "reason", "text"):
        value = (given.get(name) or [""])[0].strip()
        if value:
            payload[name] = value
    if records is RecordKind.ASSIGNMENT:
        role, stroke, account = (given.get(RECIPIENT) or [""])[0].partition("|")
        if not stroke:
            raise InputRefused({RECIPIENT: say("请选择转给谁")})
        payload["role"] = role
        if account:
            payload["to_account"] = account
    return payload
