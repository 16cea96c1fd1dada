"""New recognition (重新认定): people from old posts go over to the new ones, or their old agreement runs out.

A document that keeps those who were there before (新老衔接) holds their old terms as a version of its own, and says in
the present version on which conditions they are recognised (``moves`` with ``recognition``). One officer proposes what
is to become of a person, another confirms it; both see what the same guards answer that are asked of new applicants.

Readings of ours (docs/decisions/0019): a recognition takes effect on the first day of the month in which it is
confirmed, because pay is settled by the month and a month is paid by one standard; and the months served until then
count whole against the limit (合并计算), as they stand in the record and in the old agreement. Where the old agreement
is over already (原协议期满待处理) the article still asks for the recognition, and names no last day for it; it takes
effect on the day of its confirmation, and the days since the old end are neither paid nor counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from states.clocks import local_day
from states.decide import weighed
from states.effects import filings_due
from states.effects.act import Act
from states.facts import Actor, Hire
from states.guards import Answer, Ask, Verdict, bind, refused
from states.inputs import Line, Override, StepInput
from states.meets import enforces
from states.move_entries import NO_PROPOSAL, PROPOSE, RECOGNISE, RUN_OUT, Moved, Proposed, decision
from states.move_preview import Preview, told
from states.moving import blocking, check_free, check_second, confirmers, proposers, role_of
from states.periods import last_day_of_term
from states.plan import Plan, Row
from states.procedure import Procedure, article_of
from states.refusals import InputRefused, StepNotOffered, StepRefused
from states.say import Sentence, say
from states.steps import MoveLine, Step
from states.tenure import last_lawful, measure_retirement
from states.versions import Versions
from states.vocabulary import Effect, Role
from states.writing import Setting

_ONE_DAY = timedelta(days=1)
#: what stands against letting somebody run out who fulfils the new conditions
QUALIFIES = "qualifies_anew"


class RecognitionInput(StepInput):
    """重新认定: the day on which the new agreement was signed, and its number."""

    signed_on: date
    number: Line | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """What the present document says of somebody on an old post (核对). ``from_on``: the first day of the new term.

    ``against``: why nothing can be decided now. ``used`` are whole months and days with the old post, ``ends_on`` the
    last day of the new term, ``lawful_on`` the last lawful day with all months added up.
    """

    answers: tuple[Answer, ...]
    from_on: date
    against: tuple[Sentence, ...]
    ends_on: date | None = None
    lawful_on: date | None = None

    @property
    def qualifies(self) -> bool:
        return not any(answer.stops for answer in self.answers)

    @property
    def lasts(self) -> bool:
        """Whether a new term would have a day at all."""
        return self.ends_on is not None and self.ends_on >= self.from_on


def line_of(versions: Versions) -> MoveLine:
    """What the new version says of the recognition. Raises StepNotOffered where it knows none."""
    line = versions.line
    if line is None or not line.recognition:
        raise StepNotOffered(say("文件没有规定从这一版本重新认定"))
    return line


def examine(
    hire: Hire,
    at: datetime,
    versions: Versions,
    setting: Setting,
    actor: Actor,
    overrides: Sequence[Override] = (),
) -> Examined:
    """Asks the guards of the new document about somebody on an old post, as of the day of ``at``."""
    on, new, line = local_day(at), versions.new.procedure, line_of(versions)
    from_on = first_day(hire, on)
    against = tuple(_against(hire, versions, from_on))
    anew = as_applicant(hire, versions, on)
    ask = Ask(anew, new, _step(line, hire.stage), on, setting.calendar, actor)
    by_guard = {override.guard: override for override in overrides}
    roles = actor.roles_in(hire.region)
    bound = [one for one in (bind(new, guard) for guard in new.guards_of(line)) if one.applies_to(hire.kind)]
    answers = tuple(weighed(one, one.function(ask, one.rule), by_guard, roles) for one in bound)
    lawful, ends_on = _term(anew, new, from_on)
    return Examined(answers, from_on, against, ends_on, lawful)


def is_over(hire: Hire, on: date) -> bool:
    """Whether the old agreement has ended before ``on``, so that nothing of it is left to run."""
    ends = hire.dossier.term_ends_on
    return ends is not None and ends < on


def first_day(hire: Hire, on: date) -> date:
    """The first day of the new term of somebody recognised on ``on``: of its month, but none that nobody was owed."""
    return on if is_over(hire, on) else on.replace(day=1)


def _against(hire: Hire, versions: Versions, from_on: date) -> Sequence[Sentence]:
    found = list(blocking(hire, versions))
    line, starts = line_of(versions), hire.dossier.term_starts_on
    stage = versions.old.procedure.stage_by_name[hire.stage]
    if hire.stage not in line.stages:
        found.append(say("在“{stage}”环节不能重新认定", stage=stage.zh))
    if starts is not None and from_on <= starts:
        found.append(say("原协议自{starts}开始，次月起才能重新认定", starts=starts))
    if hire.dossier.leaving_on is not None:
        found.append(say("已决定于{day}离岗", day=hire.dossier.leaving_on))
    return found


@enforces("LC-30")
def as_applicant(hire: Hire, versions: Versions, on: date) -> Hire:
    """The hire as the new document's guards see it: the old service up to yesterday's month as service before.

    Ages are measured on the day of the recognition, which stands where the announcement stands for others; whether
    somebody is near retirement is measured on their first day on the post (以初次核定其享受补贴时年龄为准).
    """
    person, dossier, new = hire.person, hire.dossier, versions.new.procedure
    assert person is not None  # nobody stands in an old post's stage without a person
    from_on = first_day(hire, on)
    last = from_on - _ONE_DAY
    periods = tuple(
        (start, min(end, last) if owner == hire.id else end, None if owner == hire.id else owner)
        for start, end, owner in person.periods
    )
    first = dossier.first_started_on or dossier.term_starts_on or from_on
    retires_on, near = measure_retirement(new, hire.kind, person, first)
    stage = versions.counterpart(hire.stage)
    return replace(
        hire,
        procedure=new.key,
        stage=stage.stage if stage is not None else hire.stage,
        person=replace(person, periods=periods),
        opening=replace(hire.opening, announced_on=on),
        dossier=dossier.with_(
            applied_on=on,
            approved_on=from_on,
            started_on=from_on,
            first_started_on=from_on,
            term_starts_on=None,
            term_ends_on=None,
            over_term_on=None,
            retires_on=retires_on,
            near_retirement=near,
        ),
    )


def _term(anew: Hire, new: Procedure, from_on: date) -> tuple[date | None, date]:
    """The last lawful day with all months added up, and the last day of the new term."""
    assert anew.person is not None
    limit = last_lawful(new, anew.kind, anew.person, anew.dossier, from_on)
    end = last_day_of_term(from_on, int(new.settle(new.contract.term_months)))
    return (None, end) if limit is None else (limit.on, min(end, limit.on))


def _step(line: MoveLine, stage: str) -> Step:
    """The recognition as guards and reports see a step."""
    return Step(  # type: ignore[call-arg]  # ``origin`` is read from "from" in files
        act=RECOGNISE,
        zh=line.zh or "",
        en=line.en or "",
        origin=(stage,),
        by=line.by,
        guard_sets=line.guard_sets,
        guards=line.guards,
        files=line.files,
        letters=line.letters,
        cite=line.cite,
    )


# ---- the two decisions -------------------------------------------------------------------------------------------


def propose(
    hire: Hire, at: datetime, versions: Versions, setting: Setting, actor: Actor, kind: str, reason: str
) -> Plan:
    """The first person says what is to become of somebody on an old post: ``recognise`` or ``run_out``.

    A rule that yields to nobody stops the proposal already; one "in principle" is left to whoever confirms.
    Raises StepNotOffered, StepRefused.
    """
    role = role_of(hire, actor, proposers(versions.old.procedure), versions.old, setting, at)
    check_free(hire)
    if kind == RUN_OUT:
        _check_runs(hire, local_day(at))
    examined = _looked_at(hire, at, versions, setting, actor, ())
    stopping = tuple(a for a in examined.answers if a.stops and a.effect is Effect.BLOCK)
    if kind == RECOGNISE and stopping:
        raise StepRefused(examined.answers)
    if kind == RUN_OUT and hire.dossier.renewal == "end":
        raise StepNotOffered(say("已经确认执行原协议期至期满"))
    proposed = Proposed(hire, at, versions.old, setting, actor, role, PROPOSE + kind, reason)
    return proposed.propose(kind, versions.new.procedure.key, examined.answers)


def _check_runs(hire: Hire, on: date) -> None:
    """Raises StepNotOffered where the old agreement has no day left that it could run."""
    if is_over(hire, on):
        ends = hire.dossier.term_ends_on
        raise StepNotOffered(say("原协议已于{ends}期满，没有可执行的剩余期限；不重新认定的，请办理退出", ends=ends))


def _looked_at(
    hire: Hire, at: datetime, versions: Versions, setting: Setting, actor: Actor, overrides: Sequence[Override]
) -> Examined:
    examined = examine(hire, at, versions, setting, actor, overrides)
    if examined.against:
        raise StepNotOffered(examined.against[0])
    return examined


@enforces("LC-30")
def decide_recognition(
    hire: Hire,
    at: datetime,
    versions: Versions,
    setting: Setting,
    actor: Actor,
    given: RecognitionInput,
    filed_on: Mapping[int, date],
) -> Plan:
    """The second person confirms: old months and new ones are one sum, the new pay counts from the first of the month.

    Raises StepNotOffered, StepRefused with what the new document's guards say, InputRefused.
    """
    line = line_of(versions)
    role = role_of(hire, actor, confirmers(versions.new.procedure, line), versions.old, setting, at)
    check_second(hire, actor, role, RECOGNISE)
    examined = _looked_at(hire, at, versions, setting, actor, given.overrides)
    if not examined.qualifies:
        raise StepRefused(examined.answers)
    if given.signed_on > local_day(at):
        raise InputRefused({"signed_on": say("不能晚于办理当日（{today}）", today=local_day(at))})
    old = hire.dossier.term_starts_on
    if old is not None and given.signed_on < old:
        raise InputRefused({"signed_on": say("新协议不能早于原协议开始之日（{day}）签订，请核对", day=old)})
    return Recognised(hire, at, versions, setting, actor, role, filed_on, examined, given).plan()


@enforces("LC-31")
def decide_run_out(
    hire: Hire,
    at: datetime,
    versions: Versions,
    setting: Setting,
    actor: Actor,
    reason: str,
    although: str | None = None,
) -> Plan:
    """The second person confirms that the old agreement runs out, with the old pay (执行原协议期限和标准).

    ``although``: why somebody is let run out who fulfils the new conditions. Raises StepNotOffered, StepRefused.
    """
    line = line_of(versions)
    role = role_of(hire, actor, confirmers(versions.new.procedure, line), versions.old, setting, at)
    check_second(hire, actor, role, RUN_OUT)
    _check_runs(hire, local_day(at))
    examined = _looked_at(hire, at, versions, setting, actor, ())
    answers = examined.answers
    if examined.qualifies:
        article = article_of(versions.new.procedure, line.cite)
        answers = (*answers, Answer(QUALIFIES, Effect.PRINCIPLE, article, _qualifies(), although, (role.value,)))
        if not although:
            raise StepRefused(answers)
    return RunOut(hire, at, versions.old, setting, actor, role, RUN_OUT, reason).carried(answers, although)


def _qualifies() -> Verdict:
    return refused(say("本人符合新一轮安置条件，应重新认定"), say("提议重新认定；确不认定的，写明理由"))


def preview_recognition(
    hire: Hire, at: datetime, versions: Versions, setting: Setting, actor: Actor, examined: Examined
) -> Preview:
    """What a recognition would come to today, whether or not the guards allow it. Nothing is decided."""
    stage = versions.counterpart(hire.stage)
    if examined.against or stage is None:
        return Preview(hire, versions.new.procedure.key, stage, examined.against)
    given = RecognitionInput(signed_on=local_day(at))
    role = Role.SYSTEM
    plan = Recognised(hire, at, versions, setting, actor, role, {}, examined, given).plan()
    return told(plan, versions, setting)


class RunOut(Proposed):
    """执行原协议期: the old agreement ends at its end, and the decision that ends it is this one."""

    def carried(self, answers: tuple[Answer, ...], although: str | None) -> Plan:
        self.quiet, self.answers = False, answers
        self.input = {"proposal": self.hire.dossier.move_seq}
        self.dossier = self.dossier.with_(**NO_PROPOSAL, renewal="end")
        submitter = self.hire.dossier.move_by or self.hire.submitted_by
        overrides = [{"guard": QUALIFIES, "reason": although}] if although else []
        self.records.append(("decision", decision(self, submitter, self.reason, overrides, independent=True)))
        person = self.hire.person
        return self.finish(person_id=person.id if person else None, submitted_by=self.hire.submitted_by)


class Recognised(Moved):
    """Somebody from an old post, recognised: the old agreement ends with last month, the new one begins with this."""

    def __init__(
        self,
        hire: Hire,
        at: datetime,
        versions: Versions,
        setting: Setting,
        actor: Actor,
        role: Role,
        filed_on: Mapping[int, date],
        examined: Examined,
        given: RecognitionInput,
    ) -> None:
        super().__init__(hire, at, versions, setting, actor, role, filed_on)
        self.act, self.answers, self.examined, self.given = RECOGNISE, examined.answers, examined, given
        line = line_of(versions)
        step = _step(line, hire.stage)
        new = versions.new.procedure
        self.reports = Act(hire, new, step, {}, self.on, setting.calendar, actor, role, self.seq)
        self.filings = filings_due(self.reports)
        facts = {"act": self.act, "on": self.on.isoformat(), "stage": hire.stage}
        self.letters = [(letter.template, letter.to, facts) for letter in line.letters]

    def last_day(self) -> date:
        return self.examined.from_on - _ONE_DAY

    def _old_end(self) -> date:
        """The last day that was served under the old agreement."""
        return min(self.last_day(), self.hire.dossier.term_ends_on or self.last_day())

    def changes(self, new: Procedure) -> dict[str, Any]:
        anew = as_applicant(self.hire, self.versions_of, self.on).dossier
        return {
            "approved_on": self.on,
            "entered_on": self.on,
            # at work since the old agreement, but assessed as from the new one
            "first_started_on": self.examined.from_on,
            "signed_on": self.given.signed_on,
            "agreement_on": self.given.signed_on,
            "retires_on": anew.retires_on,
            "near_retirement": anew.near_retirement,
            "term_no": self.hire.dossier.term_no + 1,
            "term_starts_on": self.examined.from_on,
            "term_ends_on": self.examined.ends_on,
            "last_lawful_on": self.examined.lawful_on,
            "renewal": None,
            "over_term_on": None,
            "paid_until": None,
            "old_pay_until": self.last_day(),
            "filings": (*self.dossier.filings, *self.filings),
        }

    def said(self) -> dict[str, Any]:
        return {"signed_on": self.given.signed_on, "from_on": self.examined.from_on}

    def decided(self, submitter: str) -> Row:
        overrides = [dict(override) for override in self.given.overrides]
        return decision(self, submitter, self.given.opinion or "", overrides, independent=True)

    def further(self) -> list[tuple[str, Row]]:
        hire = self.hire
        keys = {"hire_id": hire.id, "term_no": hire.dossier.term_no}
        self.updates.append(("contract", keys, {"ended_on": self._old_end().isoformat()}))
        assert hire.person is not None and self.examined.ends_on is not None
        agreement: Row = {
            "hire_id": hire.id,
            "seq": self.seq,
            "person_id": hire.person.id,
            "instrument": "agreement",
            "term_no": hire.dossier.term_no + 1,
            "number": self.given.number,
            "signed_on": self.given.signed_on.isoformat(),
            "starts_on": self.examined.from_on.isoformat(),
            "ends_on": self.examined.ends_on.isoformat(),
        }
        return [("contract", agreement), *self.reports.rows]


def old_versions(known: Sequence[Procedure], current: Mapping[str, Procedure]) -> dict[str, Procedure]:
    """The versions that hold old terms, by key, each with the present version into which people are recognised."""
    found: dict[str, Procedure] = {}
    for procedure in known:
        now = current.get(procedure.procedure)
        line = now.move_from(procedure.version) if now is not None else None
        if now is not None and line is not None and line.recognition:
            found[procedure.key] = now
    return found
