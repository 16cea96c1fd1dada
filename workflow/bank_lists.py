"""Lists for the bank (银行代发清单): whom a sheet pays on which card, for the first time or once more; each on record.

A list is taken once: its lines are sent, its digest binds hires, amounts and cards, every reading of a card stands in
the log of its person. The first one takes an approved sheet, reckoned anew. A further one takes what the bank refused
and what the first had to leave off; entitlement is reckoned anew for each, and another person than who kept the
refusal sends it. Whoever has no card waits and is named, as does a card that changed after the sheet was handed in,
until another person has seen to it (``bank_cards``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, insert, select
from sqlmodel import Session

from states.clocks import SHANGHAI
from states.facts import Actor
from states.meets import enforces
from states.pay import yuan
from states.refusals import InputRefused, StepNotOffered
from states.say import Sentence, say
from workflow import office_log, people
from workflow.bank_cards import Card, cards_of
from workflow.bank_results import FAILED, RESENT, Standing, behind, keep, standings
from workflow.office import Office
from workflow.pay_keeping import void
from workflow.pay_rows import Rows
from workflow.pay_sheets import (
    APPROVED,
    BOOK,
    PAID,
    PAYERS,
    STATUSES,
    SheetChanged,
    locked,
    order_of,
    rows_of,
)  # fmt: skip
from workflow.queries import pay as found
from workflow.sealing import Seal
from workflow.tables import metadata

sent, sent_line, account = (metadata.tables[name] for name in ("bank_list", "bank_line", "account"))


@dataclass(frozen=True, slots=True)
class Payment:
    """A line of a list with the full card, on its way out; it is kept nowhere like this."""

    hire_id: int
    name: str
    card: str
    fen: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A list as it goes out. ``number``: 1 the first; ``copy``: it was taken before, by whom and when the words say."""

    sheet: Any
    number: int
    digest: str
    payments: Sequence[Payment]
    copy: str = ""

    @property
    def sum_fen(self) -> int:
        return sum(one.fen for one in self.payments)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a list would hold now, by hire. ``held``: who waits, and why."""

    ready: Mapping[int, found.PayText]
    held: Mapping[int, Sentence]
    cards: Mapping[int, Card]
    again: bool


def lists_of(connection: Connection, number: int) -> list[Row[Any]]:
    """The lists of a sheet with the name of who took each, the first first."""
    asked = select(sent, account.c.name).outerjoin(account, account.c.id == sent.c.account_id).order_by(sent.c.number)
    return list(connection.execute(asked.where(sent.c.sheet_id == number)))


def outlook(office: Office, connection: Connection, seal: Seal, row: Any, actor: Actor, rows: Rows) -> Outlook:
    """What a list of the sheet would hold if the actor took it. ``rows``: the sheet reckoned anew."""
    standing = standings(connection, row.id)
    listed = set(connection.execute(select(sent_line.c.hire_id).where(sent_line.c.sheet_id == row.id)).scalars())
    texts = {
        text.hire_id: text
        for text in found.lines(connection, row.id, limit=None)[0]
        if _to_send(row, standing[text.hire_id], bool(listed), text.hire_id in listed)
    }
    cards = cards_of(connection, seal, row, [(text.hire_id, text.row.person_id) for text in texts.values()])
    keys = behind(actor, row.region, PAYERS)[0]
    held: dict[int, Sentence] = {}
    for hire_id, text in texts.items():
        refused = standing[hire_id] if standing[hire_id].result == FAILED else None
        why = _why_not(text, rows, refused, keys) or cards[hire_id].why_not()
        if why is not None:
            held[hire_id] = why
    ready = {hire_id: text for hire_id, text in texts.items() if hire_id not in held}
    return Outlook(ready, held, cards, bool(listed) or row.status == PAID)


def _to_send(row: Any, standing: Standing, any_list: bool, listed: bool) -> bool:
    """Refused money, and lines that no list has held yet; a sheet paid without a list was paid by other ways."""
    if standing.result == FAILED:
        return True
    return not listed and standing.number == 0 and (row.status == APPROVED or any_list)


def _why_not(text: found.PayText, rows: Rows, refused: Standing | None, keys: frozenset[str]) -> Sentence | None:
    """Why a line is not sent as it was approved: what is owed now is another sum, or the same person would do both."""
    now = rows.paid.get(text.hire_id)
    if now is None:
        answer = rows.unpaid.get(text.hire_id)
        return answer.why if answer is not None else say("现在已不在应发的名单内")
    if now.net_fen != text.row.net_fen:
        facts = {"now": yuan(now.net_fen), "then": yuan(text.row.net_fen)}
        return say("重新核算为{now}元，与审批的{then}元不同，不能照原数发；可由补发表重新核发", **facts)
    if refused is not None and refused.by & keys:
        return say("退回是您登记的，须由另一人再次送银行")
    return None


# ---- taking one --------------------------------------------------------------------------------------------------


@enforces("NM-31", "BH-27")
def take(
    office: Office, seal: Seal, number: int, purpose: str, actor: Actor, at: datetime, *, partial: bool = False
) -> Taken:
    """Takes what is to be sent, with full cards, each reading on the record of its person; its lines are sent now.

    ``partial``: whoever waits is left off, and stands on a later list. Raises NoSuchSheet, StepNotOffered for whoever
    pays nothing there and where nothing is left (it says who took it when), SheetChanged where an approved sheet says
    something else by now, InputRefused without a purpose and, by hire, for whoever waits.
    """
    with office.database.session() as session:
        connection = session.connection()
        row = _held_sheet(connection, number, actor)
        rows = rows_of(office, connection, order_of(row), row.id)
        before = lists_of(connection, number)
        changed = row.status == APPROVED and not before and (rows.digest() != row.digest or bool(rows.stopping))
        if changed:
            reason = say("名单或金额有变动").pattern
            void(connection, number, at, reason, "changed", actor, office.setting.algorithm)
        else:
            seen = outlook(office, connection, seal, row, actor, rows)
            _check(seen, before, partial)
            return _kept(office, session, seal, row, seen, len(before) + 1, purpose, actor, at)
    raise SheetChanged(number)


def _held_sheet(connection: Connection, number: int, actor: Actor) -> Any:
    row = locked(connection, number, actor)
    if not actor.roles_in(row.region) & PAYERS:
        raise StepNotOffered(say("您在这个地区没有发放待遇的职责"), forbidden=True)
    if row.status not in (APPROVED, PAID):
        raise StepNotOffered(
            say("这份发放表现在是“{status}”，审批以后才有银行清单", status=STATUSES[row.status].pattern)
        )
    return row


def _check(seen: Outlook, before: Sequence[Any], partial: bool) -> None:
    if seen.held and not (partial and seen.ready):
        raise InputRefused({str(hire_id): why for hire_id, why in seen.held.items()})
    if not seen.ready and before:
        raise StepNotOffered(taken_words(before[-1]))
    if not seen.ready:
        raise StepNotOffered(say("没有要送银行的"))


def taken_words(row: Any) -> Sentence:
    """Who took a list, and when."""
    local = row.taken_at.astimezone(SHANGHAI)
    facts = {"n": row.number, "who": row.name or "—", "at": f"{local:%Y-%m-%d %H:%M}", "people": row.people}
    return say("第{n}次清单已由{who}于{at}取走，{people}人、{sum}元", **facts, sum=yuan(row.sum_fen))


def _kept(
    office: Office,
    session: Session,
    seal: Seal,
    row: Any,
    seen: Outlook,
    number: int,
    purpose: str,
    actor: Actor,
    at: datetime,
) -> Taken:
    connection, principal = session.connection(), behind(actor, row.region, PAYERS)[1]
    payments = _revealed(office, session, seal, seen.ready, purpose, actor, at)
    lines = [
        {"sheet_id": row.id, "number": number, "hire_id": one.hire_id, "fen": one.fen, "card": _index(seal, one.card)}
        for one in payments
    ]
    bound = _digest(row, lines)
    about = {"sheet_id": row.id, "number": number, "region": row.region, "people": len(lines), "digest": bound}
    by = {"taken_by": actor.person_key, "taken_for": principal, "account_id": actor.account_id, "taken_at": at}
    total = sum(one.fen for one in payments)
    connection.execute(insert(sent).values({**about, **by, "sum_fen": total, "purpose": purpose.strip()}))
    connection.execute(insert(sent_line), lines)
    for one in payments if seen.again else ():
        said = say("第{n}次清单", n=number).text()
        keep(connection, row.id, one.hire_id, (RESENT, 0, said), actor, at, kept_for=principal)
    facts = {"sheet": row.id, "list": number, "digest": bound, "people": len(lines), "sum": total}
    office_log.write(connection, BOOK, "listed", actor, at, facts, office.setting.algorithm)
    return Taken(row, number, bound, payments)


def copy(office: Office, seal: Seal, number: int, purpose: str, actor: Actor, at: datetime) -> Taken:
    """The last list once more, because its file was lost: the same lines and cards, marked as a copy.

    Raises as ``take``, StepNotOffered where the bank has answered to it or a card has changed since.
    """
    with office.database.session() as session:
        connection = session.connection()
        row = _held_sheet(connection, number, actor)
        before = lists_of(connection, number)
        if not before:
            raise StepNotOffered(say("还没有取过清单"))
        last = before[-1]
        asked = select(sent_line).where(sent_line.c.sheet_id == number, sent_line.c.number == last.number)
        lines = {one.hire_id: one for one in connection.execute(asked)}
        standing = standings(connection, number)
        if any(standing[hire_id].number and standing[hire_id].result != RESENT for hire_id in lines):
            raise StepNotOffered(say("这份清单银行已有回单，不能重取"))
        texts = {text.hire_id: text for text in found.lines(connection, number, limit=None)[0]}
        wanted = {hire_id: texts[hire_id] for hire_id in lines}
        payments = _revealed(office, session, seal, wanted, purpose, actor, at)
        if any(_index(seal, one.card) != lines[one.hire_id].card for one in payments):
            raise StepNotOffered(say("清单取走以后有人改了卡号，不能重取；请先向银行核实上次的清单"))
        facts = {"sheet": number, "list": last.number, "digest": last.digest}
        office_log.write(connection, BOOK, "list_copied", actor, at, facts, office.setting.algorithm)
        return Taken(row, last.number, last.digest, payments, taken_words(last).text())


def _revealed(
    office: Office,
    session: Session,
    seal: Seal,
    texts: Mapping[int, found.PayText],
    purpose: str,
    actor: Actor,
    at: datetime,
) -> list[Payment]:
    """The payments in the order of the sheet; persons are held in the order of their numbers."""
    cards: dict[int, str] = {}
    for person_id in sorted({text.row.person_id for text in texts.values()}):
        read = people.reveal_id(
            session, seal, person_id, actor, purpose, at, field="bank", algorithm=office.setting.algorithm
        )
        cards[person_id] = read or ""
    return [Payment(text.hire_id, text.name, cards[text.row.person_id], text.row.net_fen) for text in texts.values()]


def _index(seal: Seal, card: str) -> str:
    return seal.blind(card, "contact.bank")


def _digest(row: Any, lines: Sequence[Mapping[str, Any]]) -> str:
    """What binds a list: the rows that were approved, and whom it pays how much on which card."""
    rows = sorted((line["hire_id"], line["fen"], line["card"]) for line in lines)
    return hashlib.sha256(orjson.dumps([row.id, row.digest, lines[0]["number"], rows])).hexdigest()
