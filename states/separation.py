"""Separation of duties (经办与审批分离、回避): who may not take a step although their role may.

Everything is asked of natural persons: an account is nobody, and a deputy counts as themselves and as whoever they
stand in for. The same is held by constraints of the database; here it is said in a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from states.facts import Actor, Hire, Person
from states.guards import Answer, Ask, Verdict, refused
from states.house import CORRECTIONS
from states.procedure import article_of
from states.say import Sentence, say
from states.steps import Step
from states.surnames import surname
from states.vocabulary import Effect, RecordKind, Role

FOUR_EYES = "four_eyes"
#: whoever rules on points has noted some of them
NOTED = "points_noted"
RECUSAL = "recusal"
#: held apart from who proposed or decided, and no part of a chain of approvals
NO_APPROVAL = CORRECTIONS | {RecordKind.OBJECTION_ANSWER, RecordKind.LEAVING_TAKEN_BACK}
#: why somebody is kept away, beside what ``related`` finds
SELF, PRINCIPAL, PRINCIPALS_KIN = "self", "principal", "principals_kin"
#: recusal in the execution of official duties (公务回避)
RECUSAL_LAW = "《中华人民共和国公务员法》第七十六条"


def keys_of(actor: Actor, role: Role, region: str) -> frozenset[str]:
    """The natural persons behind a step: the actor, and whoever they stand in for in this role."""
    grant = actor.grant_for(role, region)
    principal = grant.deputy_for if grant is not None else None
    return frozenset({actor.person_key} if principal is None else {actor.person_key, principal})


def preferred(actor: Actor, region: str, roles: Iterable[Role]) -> Role:
    """In which of several roles somebody acts: in one of their own before one as somebody's deputy."""

    def rank(role: Role) -> tuple[bool, Role]:
        grant = actor.grant_for(role, region)
        return grant is not None and grant.deputy_for is not None, role

    return min(roles, key=rank)


def approves(step: Step) -> bool:
    """Whether a step is an approval or a signature of one; refusing and answering objections are none."""
    # whoever sets a past fact right is held apart from who proposed it, and belongs to no chain of approvals
    if step.records in NO_APPROVAL or step.params.get("refuse"):
        return False
    return step.independent or step.joint


def in_hiring(hire: Hire) -> bool:
    """Whether the hire is still on its way to work, where all approvals are one chain."""
    dossier = hire.dossier
    return dossier.started_on is None and dossier.term_no == 0


def separation(ask: Ask, role: Role) -> Iterator[Answer]:
    """What the separation of duties says of a step: four eyes where the table asks for them, and recusal."""
    if ask.actor.is_system or role is Role.PUBLIC:
        return
    four_eyes = _four_eyes(ask, role)
    if four_eyes is not None:
        yield Answer(FOUR_EYES, Effect.BLOCK, article_of(ask.procedure, ask.step.cite), four_eyes)
    noted = _noted(ask, role)
    if noted is not None:
        yield Answer(NOTED, Effect.WARN, article_of(ask.procedure, ask.step.cite), noted)
    if role is not Role.APPLICANT:
        recusal = _recusal(ask, role)
        if recusal is not None:
            yield Answer(RECUSAL, Effect.BLOCK, RECUSAL_LAW, recusal)


# ---- four eyes ---------------------------------------------------------------------------------------------------


def _four_eyes(ask: Ask, role: Role) -> Verdict | None:
    """经办与审批分离: nobody approves what they brought here, signs twice, or approves twice in one hiring."""
    step, hire = ask.step, ask.hire
    keys = keys_of(ask.actor, role, hire.region)
    if step.params.get("reviews") == "assessment":
        return _reviewed(hire, keys)
    if step.records is RecordKind.LEAVING_TAKEN_BACK:
        return _taken_back(hire, keys)
    if not (step.independent or step.joint):
        return None
    if step.independent and hire.submitters_of(step.records) & keys:
        return refused(
            say("您是上一步的经办人，须由另一人审批"), say("请交由同一职责的其他人办理"), submitted_by_actor=True
        )
    if step.joint and any({s.person_key, s.principal} & keys for s in hire.dossier.signatures if s.act == step.act):
        return refused(say("同一人不能代表两个单位会签"), say("请由另一单位的人员会签"), signed_before=True)
    if in_hiring(hire):
        again = _again(step, hire, keys)
        if again is not None:
            return again
    return Verdict(True, say("经办与审批由不同的人办理"), {"submitted_by_actor": False})


def _reviewed(hire: Hire, keys: frozenset[str]) -> Verdict:
    """An assessment is reviewed by somebody else than who proposed it."""
    if {hire.dossier.proposed_by, hire.dossier.proposed_for} & keys:
        said, remedy = say("考核是您提出的，须由另一人审核"), say("请交由同一职责的其他人办理")
        return refused(said, remedy, submitted_by_actor=True)
    return Verdict(True, say("经办与审批由不同的人办理"), {"submitted_by_actor": False})


def _taken_back(hire: Hire, keys: frozenset[str]) -> Verdict:
    """A leaving is taken back by somebody else than who decided on it or entered it."""
    if keys & {hire.dossier.leaving_by, hire.dossier.leaving_for}:
        said, remedy = say("离岗是您决定或者登记的，须由另一人撤回"), say("请交由同一职责的其他人办理")
        return refused(said, remedy, submitted_by_actor=True)
    return Verdict(True, say("经办与审批由不同的人办理"), {"submitted_by_actor": False})


def _noted(ask: Ask, role: Role) -> Verdict | None:
    """Whoever noted points of the year may rule on them, and is seen to: a bureau may have one officer and no more.

    They are never alone behind the decision: what is ruled on was proposed by another natural person.
    """
    if ask.step.records is not RecordKind.ASSESSMENT_RULING:
        return None
    dossier, keys = ask.hire.dossier, keys_of(ask.actor, role, ask.hire.region)
    mine = [str(note.seq) for note in dossier.points if note.year == dossier.proposed_year and note.by in keys]
    if not mine:
        return None
    notes = "、".join(mine)
    said = say("这个年度的加分扣分中，第{notes}号是您登记的；由您审定的，会在记录中注明", notes=notes)
    return refused(said, say("本单位有其他人的，请由没有参与登记的人审定"), notes=notes)


def _again(step: Step, hire: Hire, keys: frozenset[str]) -> Verdict | None:
    """In the chain of one hiring a natural person approves once, and whoever judges objections does not approve."""
    other = say("请交由同一职责、未参与前面审批的其他人办理")
    if approves(step):
        if keys & set(hire.dossier.approvers):
            return refused(say("您在这次聘用中已经审批过一个环节，不能再审批"), other, approved_before=True)
        if keys & set(hire.dossier.objection_handlers):
            return refused(say("您处理过这次公示的异议，不能再审批"), other, handled_objection=True)
    elif step.records is RecordKind.OBJECTION_ANSWER and keys & set(hire.dossier.approvers):
        return refused(
            say("您在这次聘用中已经审批过，异议须由没有参与审批的人处理"),
            say("请交由没有参与审批的其他人处理异议"),
            approved_before=True,
        )
    return None


# ---- recusal -----------------------------------------------------------------------------------------------------


def _recusal(ask: Ask, role: Role) -> Verdict | None:
    """回避: nobody deals with their own case, a declared relative's, or that of somebody who may well be one.

    The same surname together with the same address, phone or bank card raises a flag. A higher level clears an officer,
    with a reason; nobody is cleared for their own case.
    """
    person = ask.hire.person
    if person is None:
        return None
    relation = interest(ask.actor, keys_of(ask.actor, role, ask.hire.region), person)
    if relation is None:
        return None
    if relation in (SELF, PRINCIPAL):
        return refused(_REASONS[relation], say("请由其他经办人办理"), relation=relation)
    return refused(_REASONS[relation], say("请由其他经办人办理，或由上级核实后解除回避"), relation=relation)


def interest(actor: Actor, keys: frozenset[str], person: Person) -> str | None:
    """Why an act about a person is none for the actor, nor for whom they stand in (``keys``); None where nothing is.

    Nobody is cleared for their own case, and whoever is cleared is cleared for themselves alone.
    """
    if actor.person_key == person.key:
        return SELF
    if person.key in keys:
        return PRINCIPAL
    if actor.person_key not in person.cleared and (relation := related(actor, person)) is not None:
        return relation
    return PRINCIPALS_KIN if (keys - {actor.person_key} - person.cleared) & person.relatives else None


def related(actor: Actor, person: Person) -> str | None:
    """How an officer seems related to a person: "relative" (declared), "flag" (by what they share), or not at all."""
    if actor.person_key in person.relatives:
        return "relative"
    shared = actor.contacts & person.contacts
    return "flag" if shared and person.surname and surname(actor.name) == person.surname else None


_REASONS: dict[str, Sentence] = {
    SELF: say("不能办理本人的事项"),
    PRINCIPAL: say("您代行职责的正是本人，本人的事项不能由代行人办理"),
    PRINCIPALS_KIN: say("您代行职责的人与本人已申报为亲属，应当回避"),
    "relative": say("您与报名人已申报为亲属，应当回避"),
    "flag": say("您与报名人同姓，且电话、住址或银行账号相同，核实之前应当回避"),
}
