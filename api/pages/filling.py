"""A form that is filled in, refused, and filled in again (填表): fields keep what was said and show what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.responses import Response

from api.pages import words
from api.pages.forms import Field
from api.pages.render import Page
from states.guards.labels import EDUCATION
from states.refusals import InputRefused, Refusal, StepRefused
from states.retirement import Category
from states.say import Sentence, say

Given = Mapping[str, list[str]]
Faults = Mapping[str, Sentence]
NOTHING: Faults = {}


class Filling:
    """Fields with what was filled in before and what was wrong with it."""

    def __init__(self, page: Page, given: Given, faults: Faults = NOTHING) -> None:
        self.page, self.given, self.faults = page, given, faults

    def first(self, name: str, otherwise: str = "") -> str:
        return (self.given.get(name) or [otherwise])[0]

    def field(
        self,
        name: str,
        label: Sentence,
        kind: str = "text",
        hint: Sentence | None = None,
        *,
        value: str = "",
        options: Sequence[tuple[str, str]] = (),
        required: bool = False,
        lines: int = 2,
        autocomplete: str = "",
        step: str = "",
        secret: bool = False,
    ) -> Field:
        """``value`` is what the field begins with, for choices the chosen one; a ``secret`` is never shown again."""
        tell = self.page.tell
        given = self.given.get(name)
        wrong = [tell(said) for place, said in self.faults.items() if place.split(".")[0] == name or place == name]
        return Field(
            name,
            tell(label),
            kind,
            "" if secret else (given or [value])[0],
            required=required,
            hint=tell(hint) if hint else "",
            error=" ".join(dict.fromkeys(wrong)),
            options=tuple(options),
            chosen=frozenset([value] if given is None and value else given or []),
            lines=lines,
            autocomplete=autocomplete,
            step=step,
        )

    # -- choices that several forms have

    def choose(self) -> tuple[str, str]:
        return ("", self.page.tell(say("请选择")))

    def education(self, value: str = "") -> Field:
        options = [self.choose(), *((code, self.page.tell(name)) for code, name in EDUCATION.items())]
        return self.field("education", say("文化程度"), "select", options=options, required=True, value=value)

    def retirement(self, value: str = "") -> Field:
        options = [
            ("", self.page.tell(say("男性，不填"))),
            (Category.WOMAN_50.value, self.page.tell(say("女性，原五十周岁退休"))),
            (Category.WOMAN_55.value, self.page.tell(say("女性，原五十五周岁退休"))),
        ]
        return self.field("retirement_category", say("原法定退休年龄"), "select", options=options, value=value)


def refusal_of(page: Page, refusal: Refusal | None, title: Sentence) -> dict[str, Any] | None:
    """A refusal as the head of the form shows it; None for none. ``title`` says what was not done."""
    if refusal is None:
        return None
    faulty = isinstance(refusal, InputRefused)
    answers = [answer for answer in refusal.answers if answer.stops] if isinstance(refusal, StepRefused) else []
    said = say("请改正下面标出的各项，再办一次。") if faulty else refusal.sentence
    return {
        "title": page.tell(say("填报内容有误，没有办理") if faulty else title),
        "say": page.tell(said),
        "answers": words.clauses_of(page, answers),
    }


def status_of(refusal: Refusal | None) -> int:
    """200 for a form that is asked, 422 for one with faults, 403 and 409 for one that was refused."""
    if refusal is None:
        return 200
    if isinstance(refusal, InputRefused):
        return 422
    return 403 if refusal.facts.get("forbidden") else 409


def faults_of(refusal: Refusal | None) -> Faults:
    return refusal.faults if isinstance(refusal, InputRefused) else {}


def show_form(
    page: Page,
    here: str,
    *,
    title: Sentence,
    lead: Sentence,
    crumbs: Sequence[tuple[str, str]],
    groups: Sequence[Mapping[str, Any]],
    button: Sentence,
    refusal: Refusal | None = None,
    not_done: Sentence | None = None,
    action: str = "",
) -> Response:
    """A form on a page of its own. ``crumbs``: address and words of what stands above; ``groups``: parts of fields."""
    return page.show(
        "form_page.html",
        here,
        status=status_of(refusal),
        title=page.tell(title),
        lead=page.tell(lead),
        crumbs=crumbs,
        groups=groups,
        button=page.tell(button),
        action=action or page.address(),
        refusal=refusal_of(page, refusal, not_done or say("没有办理")),
    )


def group(
    page: Page, title: Sentence, fields: Sequence[Field], hint: Sentence | None = None, *, pair: bool = True
) -> Any:
    """A part of a form under a heading of its own."""
    return {"title": page.tell(title), "hint": page.tell(hint) if hint else "", "pair": pair, "fields": fields}
