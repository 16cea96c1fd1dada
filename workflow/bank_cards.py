"""Cards behind a list for the bank (卡号核对): who has none, and which changed after the sheet was handed in.

What is approved are people and amounts; the card is read when the list is taken. So a card that somebody changed in
between waits until another natural person has compared it, and says with what.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select

from states.facts import Actor
from states.refusals import InputRefused, StepNotOffered
from states.say import Sentence, say
from states.separation import interest
from workflow import office_log, person_log
from workflow.bank_results import DECIDERS, behind
from workflow.masking import tail_of
from workflow.office import Office
from workflow.pay_sheets import APPROVED, BOOK, PAID, locked
from workflow.plain_words import words
from workflow.portions import in_portions
from workflow.reading import load_person
from workflow.sealing import Seal
from workflow.tables import metadata

checked, sent_line = metadata.tables["bank_card"], metadata.tables["bank_line"]
line, person, log = (metadata.tables[name] for name in ("pay_line", "person", "person_log"))
account = metadata.tables["account"]


@dataclass(frozen=True, slots=True)
class Change:
    """An entry in the log of a person that changed the card."""

    seq: int
    by: str
    at: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """The card of a line as it is now. ``index`` empty: there is none; ``changes``: since the sheet was handed in.

    ``settled``: this very card stood on an earlier list of the sheet, or somebody has seen to it. ``shared``: it stands
    for somebody else of the sheet as well.
    """

    index: str
    tail: str
    changes: Sequence[Change] = ()
    settled: bool = False
    shared: bool = False
    person_id: int = 0

    @property
    def waits(self) -> bool:
        """Whether another person has to see to it."""
        return bool(self.index) and bool(self.changes) and not self.settled

    def why_not(self) -> Sentence | None:
        """Why nothing is sent to it; None where it may be."""
        if not self.index:
            return say("没有银行卡号，请先在人员档案里补录")
        if self.shared:
            return say("与本表另一人的卡号相同（尾号{tail}），请核对后在人员档案里更正", tail=self.tail)
        if self.waits:
            return say("提交审批以后改过卡号（现尾号{tail}），须由改卡号以外的另一人核对", tail=self.tail)
        return None


def cards_of(connection: Connection, seal: Seal, row: Any, lines: Iterable[tuple[int, int]]) -> dict[int, Card]:
    """The cards of lines (hire, person) of a sheet, by hire. Numbers are compared here and shown nowhere."""
    whose = dict(lines)
    numbers = _numbers(connection, seal, whose.values())
    changes = _changes(connection, whose.values(), row.frozen_at or row.made_at)
    known = {(one.hire_id, one.card) for table in (checked, sent_line) for one in _of(connection, table, row.id)}
    holders = Counter(numbers.values())
    found = {}
    for hire_id, person_id in whose.items():
        number = numbers.get(person_id, "")
        index = seal.blind(number, "contact.bank") if number else ""
        settled, shared = (hire_id, index) in known, holders[number] > 1
        found[hire_id] = Card(index, tail_of(number), changes.get(person_id, ()), settled, shared, person_id)
    return found


def _numbers(connection: Connection, seal: Seal, person_ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in in_portions(sorted(set(person_ids))):
        asked = select(person.c.id, person.c.key, person.c.bank_sealed).where(
            person.c.id.in_(some), person.c.bank_sealed.is_not(None)
        )
        for one in connection.execute(asked):
            found[one.id] = seal.unseal(one.bank_sealed, person_log.place_of("bank", one.key))
    return found


def _changes(connection: Connection, person_ids: Iterable[int], since: datetime) -> dict[int, list[Change]]:
    """Who changed whose card since then. A first registration is none: the person could not stand on the sheet."""
    found: dict[int, list[Change]] = {}
    for some in in_portions(sorted(set(person_ids))):
        asked = (
            select(log.c.person_id, log.c.seq, log.c.actor_key, log.c.at, log.c.body, account.c.name)
            .outerjoin(account, account.c.id == log.c.account_id)
            .where(log.c.person_id.in_(some), log.c.act == "update", log.c.at >= since)
        )
        for one in connection.execute(asked.order_by(log.c.seq)):
            if "bank" in orjson.loads(one.body)["fields"]:
                found.setdefault(one.person_id, []).append(Change(one.seq, one.actor_key, one.at, one.name or ""))
    return found


def _of(connection: Connection, table: Any, number: int) -> Iterable[Any]:
    return connection.execute(select(table.c.hire_id, table.c.card).where(table.c.sheet_id == number))


def check(
    office: Office, seal: Seal, number: int, hire_id: int, seen: int, basis: str, actor: Actor, at: datetime
) -> None:
    """Another natural person has compared a changed card. ``seen``: the entry of its last change, as it was shown.

    Raises NoSuchSheet, StepNotOffered for whoever changed it, is paid by it or is kin, and where it changed since;
    InputRefused without words on what it was compared with.
    """
    kept = words(basis, 2, 300)
    if kept is None:
        raise InputRefused({"basis": say("请写明核对的依据，例如社会保障卡原件（2至300字）")})
    with office.database.transaction() as connection:
        row = locked(connection, number, actor)
        if not actor.roles_in(row.region) & DECIDERS:
            raise StepNotOffered(say("您在这个地区没有发放或审批待遇的职责"), forbidden=True)
        if row.status not in (APPROVED, PAID):
            raise StepNotOffered(say("这份发放表还没有审批，或已作废"))
        of_line = select(line.c.person_id).where(line.c.sheet_id == number, line.c.hire_id == hire_id)
        person_id = int(connection.execute(of_line).scalar() or 0)
        card = cards_of(connection, seal, row, [(hire_id, person_id)])[hire_id]
        if not card.waits or card.changes[-1].seq != seen:
            raise StepNotOffered(say("这个卡号刚刚有变动，或不用再核对；请刷新后再看"))
        keys, principal = behind(actor, row.region)
        if keys & {one.by for one in card.changes}:
            raise StepNotOffered(say("卡号由您改动，须由另一人核对"), forbidden=True)
        holder = load_person(connection, person_id)
        if holder is None or interest(actor, keys, holder) is not None:
            raise StepNotOffered(say("本人或亲属的卡号须由另一人核对"), forbidden=True)
        about = {"sheet_id": number, "hire_id": hire_id, "card": card.index, "basis": kept}
        by = {"checked_by": actor.person_key, "checked_for": principal, "account_id": actor.account_id}
        changed = {"changed_by": card.changes[-1].by, "checked_at": at}
        connection.execute(insert(checked).values({**about, **by, **changed}))
        facts = {"sheet": number, "hire": hire_id, "entry": seen}
        office_log.write(connection, BOOK, "card_checked", actor, at, facts, office.setting.algorithm)
