"""From an outbox row to a letter (书信): pure, in the reader's language, from templates beside this module.

A letter says what is due, until when, under which article and what to do. It never holds an identity, phone or bank
number, and nothing that somebody typed as an opinion. Outside the service a person is a surname (张某); officers who
are signed in may read the full name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications.due_words import DUE, due_words, link_of
from notifications.i18n import CHINESE, install, translator
from notifications.reminders import CALENDAR_MOVED, is_reminder, reminder_for, template_of
from states.certificate import at_term_end
from states.clocks import FILING, OBJECTION
from states.employment import Ground
from states.labels import role_name
from states.pay import yuan
from states.procedure import Procedure, article_of
from states.say import Translate, say
from states.steps import FilingLine, Step
from states.surnames import surname
from states.vocabulary import Role

TEMPLATES = Path(__file__).with_name("templates")
SUBJECT_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Letter:
    """An outbox row with what its words need. ``changes``: what the entry of the trail changed in the hire's dossier.

    ``created_on`` is the day (Asia/Shanghai) on which the letter was decided: days left are told from there.
    ``law``: what an officer cited where the document names no law for a ground.
    ``due_by``: for a filing, the act of the step that made it due. ``moved``: a reminder whose period runs no more.
    """

    message_id: str
    hire_id: int
    template: str
    to_role: str
    facts: Mapping[str, Any]
    created_on: date
    procedure: Procedure
    origin: str
    post: str
    employer: str
    place: str
    person: str | None = None
    changes: Mapping[str, Any] | None = None
    ground: str | None = None
    law: str | None = None
    due_by: str | None = None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a letter is written out. ``signed_in``: within the service, with the full name."""

    language: str = CHINESE
    public_url: str = ""
    signed_in: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """Plain text. The subject is one line of at most 60 characters."""

    subject: str
    body: str


def compose(letter: Letter, reader: Reader) -> Message:
    """The letter in the reader's language. Raises jinja2.UndefinedError if a template names what there is not."""
    return render(f"{template_of(letter.template)}.txt", _context(letter, reader), reader.language)


def render(template: str, context: Mapping[str, Any], language: str) -> Message:
    """A file of words as a message: its first line is the subject, no two blank lines follow each other."""
    written = _environment(language).get_template(template).render(context)
    subject, _, body = written.strip().partition("\n")
    return Message(_one_line(subject[:1].upper() + subject[1:]), re.sub(r"\n{3,}", "\n\n", body).strip() + "\n")


def veiled(name: str) -> str:
    """The surname alone: 张某, 欧阳某."""
    return surname(name) + "某"


def day_in_words(day: date, language: str) -> str:
    """A day as people write it: 2026年3月9日, 9 March 2026."""
    if language == CHINESE:
        return f"{day.year}年{day.month}月{day.day}日"
    return format_date(day, "d MMMM y", locale=language)


@cache
def _environment(language: str) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    install(environment, language)
    # between two sentences of one paragraph: nothing in Chinese
    environment.globals["gap"] = "" if language == CHINESE else " "
    environment.filters["day"] = lambda day: day_in_words(day, language)
    return environment


def _context(letter: Letter, reader: Reader) -> dict[str, Any]:
    speak = translator(reader.language)
    name = letter.person or ""
    common: dict[str, Any] = {
        "person": (name if reader.signed_in else veiled(name)) if name else say("空缺名额").text(speak),
        "post": _plain(letter.post),
        "employer": _plain(letter.employer),
        "place": _plain(letter.place),
        "instrument": _without_brackets(letter.procedure.contract.instrument.in_language(reader.language)),
        "link": reader.public_url + link_of(letter.template, letter.hire_id, letter.facts),
        "signed_in": reader.signed_in,
        "to_hand_over": letter.to_role == Role.APPLICANT.value,
    }
    if letter.template == CALENDAR_MOVED:
        return common | _of_year(letter, reader)
    if letter.template in DUE:
        about, told = str(common["person"]), letter.created_on
        own = (letter.template, letter.facts, letter.procedure, letter.to_role, about, told)
        return common | due_words(*own, reader.language, speak)
    return common | (_of_reminder if is_reminder(letter.template) else _of_decision)(letter, reader.language, speak)


def _of_year(letter: Letter, reader: Reader) -> dict[str, Any]:
    """A calendar year was loaded: one letter about all hires of its reader, so it leads to the calendar, to no hire."""
    numbers = {name: int(letter.facts[name]) for name in ("year", "hires", "moved")}
    return numbers | {"link": f"{reader.public_url}/years/{numbers['year']}"}


def _of_reminder(letter: Letter, language: str, speak: Translate) -> dict[str, Any]:
    due_on = date.fromisoformat(letter.facts["due_on"])
    name = str(letter.facts["deadline"])
    filing = _filing_line(letter, name)
    line = letter.procedure.deadline_by_name.get(name)
    owners: tuple[Role, ...] = (filing.by,) if filing else line.owner if line else ()
    told = filing or line
    left = (due_on - letter.created_on).days
    return {
        "title": told.en if told and language == "en" else told.zh if told else _own_title(name, speak),
        "due_on": due_on,
        "provisional": bool(letter.facts.get("provisional")),
        "left": left,
        "late": -left,
        "owners": _roles(letter.procedure, owners, language),
        "to": _roles(letter.procedure, filing.to if filing else (), language),
        "article": article_of(letter.procedure, told.cite) if told else letter.procedure.document.number,
        "escalation": "" if letter.to_role in owners else reminder_for(letter.template).escalation.text(speak),
    }


def _of_decision(letter: Letter, language: str, speak: Translate) -> dict[str, Any]:
    procedure, told = letter.procedure, {**(letter.changes or {}), **letter.facts}
    step: Step | None = procedure.step_by_origin.get((letter.origin, str(letter.facts["act"])))
    stage = procedure.stage_by_name.get(str(letter.facts["stage"]))
    ground = procedure.ground_by_name.get(letter.ground or "")
    on = date.fromisoformat(letter.facts["on"])
    days = {name: date.fromisoformat(told[name]) if told.get(name) else None for name in _DAYS}
    return {
        **days,
        "on": on,
        "signed_on": days["signed_on"] or days["renewal_signed_on"] or on,
        "ended_on": days["ended_on"] or on,
        "act": _named(step, language),
        "stage": _named(stage, language),
        **_of_the_end(letter, ground),
        "ground": _named(ground, language),
        "death": letter.ground == "death",
        "article": article_of(procedure, step.cite) if step else procedure.document.number,
    }


#: the days of a hire that a letter about a decision may name
_DAYS = (
    *("signed_on", "renewal_signed_on", "term_starts_on", "term_ends_on", "ended_on", "paid_until"),
    *("leaving_on", "leaving_notice_on", "in_lieu_on"),
)


def _of_the_end(letter: Letter, ground: Ground | None) -> dict[str, Any]:
    """What a decision to end rests on, and the month's pay in place of notice (代通知金), in yuan."""
    over = at_term_end(letter.procedure)
    fen = letter.facts.get("in_lieu_fen")
    return {
        "law": _plain((ground.law if ground else None) or letter.law or ""),
        "law_of_the_term": (over.law or "") if over else "",
        "in_lieu": yuan(int(fen)) if fen else "",
    }


def _named(line: Any, language: str) -> str:
    return "" if line is None else line.en if language == "en" else line.zh


def _without_brackets(words: str) -> str:
    return words.replace("（", "(").split("(")[0].strip()


def _own_title(name: str, speak: Translate) -> str:
    """What falls due by a clock that no line of the document names."""
    if name.startswith(OBJECTION):
        return say("答复第{number}号异议", number=name.removeprefix(OBJECTION)).text(speak)
    return name


def _filing_line(letter: Letter, name: str) -> FilingLine | None:
    """The line of the report that is owed. Steps name reports alike; the one that made it due comes first."""
    if not name.startswith(FILING):
        return None
    filing = name.split(":")[1]
    steps = sorted(letter.procedure.steps, key=lambda step: step.act != letter.due_by)
    return next((line for step in steps for line in step.files if line.filing == filing), None)


def _roles(procedure: Procedure, roles: tuple[Role, ...], language: str) -> str:
    return (", " if language == "en" else "、").join(role_name(procedure, role.value, language) for role in roles)


def _plain(text: str) -> str:
    """What somebody typed, on one line and without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _one_line(subject: str) -> str:
    subject = _plain(subject)
    return subject if len(subject) <= SUBJECT_LENGTH else subject[: SUBJECT_LENGTH - 1] + "…"
