"""Lists with full identity numbers (完整号码): who may take one out, the form that asks what for, and what is put down.

Each number that is read stands in the log of its person with the purpose; that a list was taken, in the office log.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from api.pages.filling import Filling
from api.pages.ledgers import Form
from api.pages.render import Page
from states.say import Sentence, say
from workflow import office_log
from workflow.people import REGISTRARS
from workflow.sealing import Seal
from workflow.workbooks.lists import MOST_REVEALED, full_numbers

BOOK = "lists"
HINT = say("每个号码的查看都会记录在本人的档案里。")


def may(page: Page, region: str) -> bool:
    """Whether the reader keeps people's data there."""
    return bool(page.actor.roles_in(region) & REGISTRARS)


def ask(page: Page, filling: Filling, region: str, title: Sentence, action: str) -> list[Form]:
    """The form that asks for the purpose; none for whoever may not."""
    if not may(page, region):
        return []
    words, hint = page.tell(title), say("报送、申领确需完整号码时使用，一次最多{n}人。", n=MOST_REVEALED)
    fields = [filling.field("purpose", say("用途"), hint=HINT, required=True)]
    return [Form(words, fields, words, action, page.tell(hint), folded=True)]


def numbers(
    page: Page, seal: Seal, name: str, region: str, people: Collection[int], purpose: str, **more: Any
) -> Mapping[int, str]:
    """The full numbers of ``people`` for a list, put on record first. ``more``: what else the office log says of it.

    Only for whoever ``may``. Raises InputRefused without a purpose or for too many.
    """
    office, ids = page.office, sorted(set(people))
    with office.database.session() as session:
        found = full_numbers(office, session, seal, ids, page.actor, page.at, purpose)
        facts = {"list": name, "region": region, "people": len(ids), **more}
        office_log.write(session, BOOK, "in_full", page.actor, page.at, facts, office.setting.algorithm)
    return found
