"""The steps of a hire's page (可办事项): each with the answers of its rules, its form, and what was tried before.

What is possible was decided by ``offers_of``; this puts it into views and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from api.pages import words
from api.pages.cards import Card, Telling
from api.pages.forms import Asking, Field, fields_of, override_fields
from api.pages.house_forms import is_house
from api.pages.life import PERSONAL
from api.pages.render import Page, new_key
from states.decide import Offer
from states.facts import Hire
from states.guards import Answer
from states.procedure import Procedure, article_of
from states.say import Sentence, say
from states.steps import GuardLine, Step
from states.vocabulary import Effect, RecordKind
from workflow.announcements import window_warning

#: the rule by which one of those who applied is taken for the place
CHOOSING = "place_free"


@dataclass(frozen=True, slots=True)
class Waiver:
    """A rule "in principle" that the actor may set aside, with the fields that it takes."""

    say: str
    article: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as a page offers it: ``kind`` is yes, care (possible, with a warning) or no.

    ``for_others``: a rule about who acts stands against this reader; somebody else may take the step.
    """

    act: str
    name: str
    article: str
    kind: str
    mark: str
    main: bool
    adverse: bool
    opened: bool
    joint: str
    answers: list[Card]
    fields: list[Field]
    overrides: list[Waiver]
    key: str = field(default_factory=new_key)
    form_anyway: bool = False
    link: tuple[str, str] | None = None
    for_others: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """A step that was just refused: the form is shown again as it was filled in."""

    act: str = ""
    given: Mapping[str, list[str]] = field(default_factory=dict)
    faults: Mapping[str, Sentence] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()


def steps_of(telling: Telling, hire: Hire, offers: Sequence[Offer], tried: Tried) -> list[StepView]:
    """The document's steps that are offered: the main ones first, then facts to record, then what ends the hire."""
    found = [
        _step(telling, hire, offer, tried)
        for offer in offers
        if not is_house(offer) and _is_about_something(hire, offer.step)
    ]
    found.sort(key=lambda view: (not view.main, view.kind == "no", view.adverse))
    if found and found[0].main and not tried.act:
        found[0] = replace(found[0], opened=True)
    return found


def _is_about_something(hire: Hire, step: Step) -> bool:
    """An answer is spoken of while there is an objection to be answered."""
    return step.records is not RecordKind.OBJECTION_ANSWER or bool(hire.dossier.open_objections)


def _step(telling: Telling, hire: Hire, offer: Offer, tried: Tried) -> StepView:
    page, procedure, step = telling.page, telling.procedure, offer.step
    again = tried.act == step.act
    answers = tried.answers if again and tried.answers else offer.answers
    asking = Asking(page, procedure, hire, step, tried.given if again else {}, tried.faults if again else {})
    stands = any(answer.stops for answer in answers)
    warns = any(not answer.verdict.passed for answer in answers)
    kind, mark = (
        ("no", say("现在不能办")) if stands else ("care", say("可以办，有提醒")) if warns else ("yes", say("可以办"))
    )
    for_others = any(answer.stops and answer.guard in PERSONAL for answer in answers)
    if for_others:
        mark = say("须由别人办理")
    overrides = _overrides(asking, offer, answers)
    beyond = [a for a in answers if a.stops and not any(o.article == a.article for o in overrides)]
    return StepView(
        step.act,
        page.named(step),
        article_of(procedure, step.cite),
        kind,
        page.tell(mark),
        step.main,
        step.adverse,
        again,
        " ".join(
            part
            for part in (
                _about(page, procedure, hire, step),
                _too_early(page, hire, step),
                _joint(page, procedure, hire, step),
            )
            if part
        ),
        telling.cards(answers),
        fields_of(asking) if step.records is not RecordKind.APPLICATION else [],
        overrides if not beyond else [],
        form_anyway=again and not any(answer.stops for answer in offer.answers),
        link=_link(page, hire) if step.records is RecordKind.APPLICATION else None,
        for_others=for_others,
    )


def _link(page: Page, hire: Hire) -> tuple[str, str]:
    return f"/openings/{hire.opening.id}/apply?hire={hire.id}", page.tell(say("登记报名人"))


def _about(page: Page, procedure: Procedure, hire: Hire, step: Step) -> str:
    """What a ruling rules on: nobody signs what they have not seen."""
    dossier = hire.dossier
    if step.records is not RecordKind.ASSESSMENT_RULING or dossier.proposed_year is None:
        return ""
    grade = procedure.assessment.grade(dossier.proposed_grade or "")
    named = page.named(grade) if grade else dossier.proposed_grade or ""
    if dossier.proposed_points_tenths is None:
        return page.tell(say("审定的是：{year}年度考核，拟定等次“{grade}”。", year=dossier.proposed_year, grade=named))
    points = f"{dossier.proposed_points_tenths / 10:g}"
    return page.tell(
        say(
            "审定的是：{year}年度考核，{points}分，拟定等次“{grade}”。",
            year=dossier.proposed_year,
            points=points,
            grade=named,
        )
    )


def _too_early(page: Page, hire: Hire, step: Step) -> str:
    """Said where somebody is chosen while others may still apply."""
    if all(line.use != CHOOSING for line in step.guards):
        return ""
    warning = window_warning(hire.opening.closes_on, hire.opening.announced_on, page.today)
    return page.tell(warning) if warning else ""


def _joint(page: Page, procedure: Procedure, hire: Hire, step: Step) -> str:
    if not step.joint:
        return ""
    signed = [s.role for s in hire.dossier.signatures if s.act == step.act]
    if not signed:
        return page.tell(say("须由{roles}会签", roles=words.roles_in_words(page, procedure, step.by)))
    left = [role for role in step.by if role not in signed]
    return page.tell(
        say(
            "{signed}已会签，还须{left}会签",
            signed=words.roles_in_words(page, procedure, signed),
            left=words.roles_in_words(page, procedure, left),
        )
    )


def _overrides(asking: Asking, offer: Offer, answers: Iterable[Answer]) -> list[Waiver]:
    lines: dict[str, GuardLine] = {line.use: line for line in asking.procedure.guards_of(offer.step)}
    held = {role.value for role in asking.page.actor.roles_in(asking.hire.region)}
    return [
        Waiver(
            asking.page.tell(answer.verdict.say),
            answer.article,
            override_fields(
                asking.page,
                asking.given,
                answer,
                lines[answer.guard].override_needs if answer.guard in lines else (),
                f"{asking.step.act}-",
            ),
        )
        for answer in answers
        if answer.stops and answer.effect is Effect.PRINCIPLE and held & set(answer.override_by)
    ]
