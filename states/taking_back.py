"""What may be taken back, and what stands until it is (撤回): proposals, decisions to end, signed renewals.

A decision is not undone by another step that happens to say something else: it is taken back on record, or it stands.
"""

from __future__ import annotations

from collections.abc import Iterator

from states.guards import Answer, Ask, Verdict, refused
from states.guards.common import awaits, text_given
from states.house import CITE
from states.leaving import RESIGNATION
from states.say import Fact, Sentence, say
from states.vocabulary import Effect, RecordKind

TAKING_BACK, STANDS = "taking_back", "stands"
_NOTHING_TO_DO = say("无须办理")


def taking_back(ask: Ask) -> Iterator[Answer]:
    """What stands against taking something back, and against a step that would undo what was not taken back."""
    records = ask.step.records
    if records is RecordKind.ASSESSMENT_TAKEN_BACK:
        yield from _answer(TAKING_BACK, "撤回考核意见", _proposal(ask))
    elif records is RecordKind.LEAVING_TAKEN_BACK:
        yield from _answer(TAKING_BACK, "撤回离岗", _leaving(ask))
    elif records is RecordKind.RESIGNATION:
        yield from _answer(STANDS, "撤回离岗", _dismissed(ask))
    elif records is RecordKind.ENDING_DECISION:
        yield from _answer(STANDS, "撤回离岗", _decided_before(ask))
    elif records is RecordKind.RENEWAL_DECISION:
        yield from _answer(STANDS, "撤回离岗", _renewed(ask) or _leaves(ask))


def _answer(guard: str, rule: str, verdict: Verdict | None) -> Iterator[Answer]:
    if verdict is not None:
        yield Answer(guard, Effect.BLOCK, CITE.format(rule), verdict)


def _proposal(ask: Ask) -> Verdict | None:
    """撤回考核意见: a proposal that waits and that nobody has reviewed or signed."""
    dossier = ask.hire.dossier
    ruling = {step.act for step in ask.procedure.steps if step.records is RecordKind.ASSESSMENT_RULING}
    if dossier.proposed_seq is None:
        return refused(say("没有可以撤回的考核"), _NOTHING_TO_DO)
    if dossier.proposed_reviewed or any(one.act in ruling for one in dossier.signatures):
        return refused(say("考核已经复核或者签署审定，不能撤回"), say("由审定的单位办理"))
    return None


def _leaving(ask: Ask) -> Verdict | None:
    """撤回离岗: until its day has passed; who is out by then does not come back by a step of ours."""
    day = ask.hire.dossier.leaving_on
    if day is None:
        return refused(say("没有可以撤回的离岗决定或者辞职"), _NOTHING_TO_DO)
    if day < ask.on:
        sentence = say("离岗日{day}已过，不能撤回", day=day)
        return refused(sentence, say("日期有误的，提出更正"), leaving_on=day.isoformat())
    return None


def _standing(ask: Ask) -> dict[str, Fact] | None:
    """The decision by which the person leaves, as it is quoted; None where there is none, or a resignation."""
    dossier = ask.hire.dossier
    if dossier.leaving_on is None or dossier.leaving_ground == RESIGNATION:
        return None
    ground = ask.procedure.ground_by_name.get(dossier.leaving_ground or "")
    return {"day": dossier.leaving_on, "ground": "" if ground is None else ground.zh}


def _dismissed(ask: Ask) -> Verdict | None:
    """A resignation takes the place of no decision by somebody else: ground and day would be others."""
    decided = _standing(ask)
    if decided is None:
        return None
    remedy = say("按原决定办理；决定有误的，离岗日以前由另一人撤回之后再登记")
    return _refused(ask, say("已决定于{day}离岗（{ground}），不能再登记辞职", **decided), remedy)


def _decided_before(ask: Ask) -> Verdict | None:
    """The person holds one letter that says ground and day. What the law itself ends (a death) waits for nobody."""
    decided, named = _standing(ask), ask.procedure.ground_by_name.get(text_given(ask, "ground") or "")
    if decided is None or (awaits(ask, "ground") if named is None else named.by == "law"):
        return None
    remedy = say("按原决定办理；决定有误的，离岗日以前由另一人撤回之后再决定")
    return _refused(ask, say("已决定于{day}离岗（{ground}），不能再作另一个解聘决定", **decided), remedy)


def _leaves(ask: Ask) -> Verdict | None:
    """Whoever is to leave within the term is not renewed; who was dismissed is not told of another end either."""
    dossier = ask.hire.dossier
    leaves, ends = dossier.leaving_on, dossier.term_ends_on
    if leaves is None:
        return None
    if dossier.leaving_ground == RESIGNATION:
        beyond = ends is not None and ends < leaves
        if beyond or ask.step.params.get("outcome") != "renew":
            return None
    sentence = say("已决定于{day}离岗，不再决定是否续签", day=leaves)
    return _refused(ask, sentence, say("按原决定办理；决定有误的，离岗日以前由另一人撤回"))


def _refused(ask: Ask, sentence: Sentence, remedy: Sentence) -> Verdict:
    leaves = ask.hire.dossier.leaving_on
    return refused(sentence, remedy, leaving_on=None if leaves is None else leaves.isoformat())


def _renewed(ask: Ask) -> Verdict | None:
    """A renewal that both have signed is a contract: it is ended as one, and not by deciding again."""
    signed_on = ask.hire.dossier.renewal_signed_on
    if signed_on is None or ask.step.params.get("outcome") == "renew":
        return None
    sentence = say("续签合同已于{day}签订，不能再决定不续签", day=signed_on)
    remedy = say("照签订的合同办理；须终止的，登记辞职或者按解聘情形决定")
    return refused(sentence, remedy, renewal_signed_on=signed_on.isoformat())
