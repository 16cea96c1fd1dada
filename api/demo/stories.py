"""What happened to whom (故事): short stories, told through ``Tale`` in the words of no particular document.

A story is told of one hire. Where it names a stage, that stage is named by the documents it is told of.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from api.demo.tale import Tale
from api.demo.walk import Days
from states.periods import add_months
from states.vocabulary import RecordKind, State

Story = Callable[[Tale], Days]


# ---- not yet hired -------------------------------------------------------------------------------------------------


def open_window(tale: Tale) -> Days:
    """Announced; the window is open and nobody has applied yet."""
    tale.announce(closes_on=tale.walk.present + timedelta(days=12))
    yield from tale.rest()


def window_closes_unfilled(tale: Tale) -> Days:
    """Two places, one applicant: the window closes and one place is left."""
    tale.announce(places=2)
    yield from tale.rest()
    yield from tale.forward_to("never")


def cancelled(tale: Tale) -> Days:
    """The place is taken back before anybody applies."""
    tale.announce()
    yield from tale.rest(3, 3)
    tale.act("cancel", opinion="岗位调整，撤销名额。")


def stays_at(stage: str, working_days: int) -> Story:
    """Goes its way up to a stage, which it reached so many working days ago, and waits there."""

    def story(tale: Tale) -> Days:
        tale.announce()
        yield from tale.forward(lambda hire, step: step is not None and step.to == stage)
        yield from tale.until_ago(working_days)
        tale.step()

    return story


def reaches(stage: str) -> Story:
    """Goes its way to a stage and waits there."""

    def story(tale: Tale) -> Days:
        tale.announce()
        yield from tale.forward_to(stage)

    return story


def half_signed(stage: str) -> Story:
    """A joint ruling: one body has signed, the other has not."""

    def story(tale: Tale) -> Days:
        tale.announce()
        yield from tale.forward_to(stage)
        step = tale.next_step(tale.hire)
        assert step is not None and step.joint
        tale.take(step, step.by[0])

    return story


def two_for_one_place(tale: Tale) -> Days:
    """Two apply for one place. One is chosen and hired; the other is told why not."""
    tale.announce()
    rival = tale.rival()
    tale.step()
    yield from tale.rest()
    rival.step()
    yield from tale.rest()
    yield from tale.forward(
        lambda hire, step: hire.dossier.posted_on is not None or hire.dossier.approved_on is not None
    )
    rival.act("reject", opinion="名额已满，择优未入选。")


def objection_open(tale: Tale) -> Days:
    """In its notice somebody objects; the period is over, and nothing moves until the objection is answered."""
    tale.announce()
    yield from tale.forward(lambda hire, step: step is not None and step.records is RecordKind.NOTICE)
    yield from tale.until_ago(9)
    tale.step()
    yield from tale.rest(2, 2)
    tale.record(RecordKind.OBJECTION, by_name="村民某某")


def objection_upheld(tale: Tale) -> Days:
    """An objection proves true, and the applicant is refused."""
    yield from _objected(tale)
    tale.record(RecordKind.OBJECTION_ANSWER, where={"upheld": True}, reason="经核查，申报情况不属实。")


def objection_dismissed(tale: Tale) -> Days:
    """An objection proves untrue; the hire goes on and stands before the county."""
    yield from _objected(tale)
    tale.record(RecordKind.OBJECTION_ANSWER, where={"upheld": False}, reason="经核查，反映的情况不属实。")
    yield from tale.forward_to("joint_review", "county_review", "county_filing")


def _objected(tale: Tale) -> Days:
    tale.announce()
    yield from tale.forward(lambda hire, step: hire.dossier.posted_on is not None)
    tale.record(RecordKind.OBJECTION)
    yield from tale.rest(2, 3)


def withdrawn(tale: Tale) -> Days:
    """Found other work and withdraws the application."""
    tale.announce()
    yield from tale.forward(lambda hire, step: hire.state is State.APPLIED)
    tale.act("withdraw", opinion="本人已外出务工，自愿退出。")


def refused_above(tale: Tale) -> Days:
    """Passed below, refused by those who rule."""
    tale.announce()
    yield from tale.forward_to("joint_review", "county_review", "chosen", "village_noticed")
    tale.act("refuse", opinion="人员类别认定材料不完整，不予通过。")


# ---- hired ---------------------------------------------------------------------------------------------------------


def at_work(started: date, *, signed_after: int = 9, undecided: int = 0) -> Story:
    """Hired, and carried on from year to year as far as the months go."""

    def story(tale: Tale) -> Days:
        yield from tale.to_work(started)
        yield from tale.signed(signed_after)
        yield from tale.years(undecided=undecided)

    return story


def contract_not_signed(started: date) -> Story:
    """At work, and the contract not signed yet."""

    def story(tale: Tale) -> Days:
        yield from tale.to_work(started)

    return story


def filing_owed(working_days: int) -> Story:
    """Signed so many working days ago; the contract has still to be reported."""

    def story(tale: Tale) -> Days:
        yield from tale.to_work(tale.walk.ago(working_days + 6))
        yield from tale.until_ago(working_days)
        step = tale.next_step(tale.hire)
        if step is not None:
            tale.step()

    return story


def not_passed(started: date) -> Story:
    """The first yearly assessment is not passed: the contract ends at its term and is not renewed."""

    def story(tale: Tale) -> Days:
        tale.failed_year = started.year
        yield from at_work(started)(tale)

    return story


def resigned(started: date, on: date) -> Story:
    """Gives notice and leaves when it is over."""

    def story(tale: Tale) -> Days:
        yield from tale.to_work(started)
        yield from tale.signed()
        yield from tale.years(up_to=on)
        tale.record(RecordKind.RESIGNATION)
        if any(step.records is RecordKind.HANDOVER for step in tale.procedure.steps_from[tale.hire.stage]):
            yield from tale.rest(5, 9)
            tale.record(RecordKind.HANDOVER)
        yield from tale.years(undecided=tale.hire.dossier.term_no)

    return story


def dismissed(started: date, on: date, ground: str) -> Story:
    """Dismissed on a ground of the document, with evidence."""

    def story(tale: Tale) -> Days:
        yield from tale.to_work(started)
        yield from tale.signed()
        yield from tale.years(up_to=on)
        tale.record(
            RecordKind.ENDING_DECISION,
            ground=ground,
            effective_on=tale.today + timedelta(days=31),
            notice_on=tale.today,
            reason="经调查核实，符合规定的解聘情形。",
            evidence="调查记录和本人谈话笔录",
        )
        yield from tale.years(undecided=tale.hire.dossier.term_no)

    return story


def protected(started: date) -> Story:
    """Expecting a child when the term runs out: the law moves its end."""

    def story(tale: Tale) -> Days:
        yield from tale.to_work(started)
        yield from tale.signed()
        yield from tale.years(undecided=1, up_to=add_months(started, 11))
        tale.record(RecordKind.PROTECTION, until=add_months(tale.walk.present, 4))

    return story


def extended(started: date) -> Story:
    """The three years are nearly over; the county allows a rural post a year more."""

    def story(tale: Tale) -> Days:
        yield from tale.to_work(started)
        yield from tale.signed()
        yield from tale.years(up_to=add_months(started, 35))
        until = add_months(started, 48) - timedelta(days=1)
        tale.record(RecordKind.EXTENSION, until=until, reason="本人家庭困难，岗位确需，经研究同意延长。")
        yield from tale.years()

    return story


def comes_again(started: date, on: date, again: date) -> Story:
    """Resigns, and is hired again later: the months of both count as one person's."""

    def story(tale: Tale) -> Days:
        yield from resigned(started, on)(tale)
        yield from tale.until(again - timedelta(days=75))
        second = Tale(tale.walk, tale.crowd, tale.area, tale.work, tale.place, person_id=tale.person_id)
        yield from at_work(again)(second)

    return story


def renewed_late(started: date) -> Story:
    """Nobody decided in time; over term for some days, then renewed late."""

    def story(tale: Tale) -> Days:
        yield from tale.to_work(started)
        yield from tale.signed()
        yield from tale.years(undecided=1)
        yield from tale.rest(4, 4)
        tale.record(RecordKind.RENEWAL_DECISION, where={"outcome": "renew"})
        yield from tale.rest()
        tale.act("renew_late")
        yield from tale.years()

    return story
