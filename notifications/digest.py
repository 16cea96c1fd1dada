"""One e-mail for all that an account is told on a day (每日汇总): what is due first, then what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from notifications.due_words import DUE, OF_A_PLACE, link_of
from notifications.messages import Letter, Message, Reader, render
from notifications.reminders import is_reminder


@dataclass(frozen=True, slots=True)
class Line:
    """What one letter says in the digest. ``due_on`` None: it tells of a decision."""

    subject: str
    due_on: date | None
    post: str
    place: str
    link: str


def compose_digest(letters: Sequence[tuple[Letter, Message]], reader: Reader, today: date) -> Message:
    """The letters, already written in the reader's language, as one. ``today`` is the day on which it goes out."""
    lines = [_line(letter, message, reader) for letter, message in letters]
    due = sorted((line for line in lines if line.due_on is not None), key=lambda line: line.due_on or today)
    context: dict[str, Any] = {
        "today": today,
        "number": len(lines),
        "overdue": sum(line.due_on is not None and line.due_on < today for line in due),
        "due": due,
        "told": [line for line in lines if line.due_on is None],
        "inbox": f"{reader.public_url}/inbox",
    }
    return render("digest.txt", context, reader.language)


def _line(letter: Letter, message: Message, reader: Reader) -> Line:
    dated = is_reminder(letter.template) or letter.template in DUE
    due_on = date.fromisoformat(letter.facts["due_on"]) if dated else None
    link = reader.public_url + link_of(letter.template, letter.hire_id, letter.facts)
    if letter.template in OF_A_PLACE:
        document = letter.procedure.title.in_language(reader.language)
        return Line(message.subject, due_on, document, str(letter.facts["place"]), link)
    return Line(message.subject, due_on, letter.post, letter.place, link)
