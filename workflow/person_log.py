"""The log of a person (人员信息日志): every registration, change and reading of a person's data, chained per person.

A body names the fields that were written and a keyed commitment to each value. Whoever holds the secret can prove that
a row still says what was logged; whoever only has the log learns nothing from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlmodel import Session, col, select

from states.canonical import DIGESTS, GENESIS, canonical, digest_of, link
from states.facts import Actor
from workflow.sealing import Place, Seal
from workflow.tables import Person, PersonLog

#: what a person's row says, as far as it is committed to; sealed columns are committed to by what they hold
PLAIN = (
    "name",
    "born",
    "sex",
    "retirement_category",
    "education",
    "home_region",
    "categories",
    "statements",
    "preferences",
    "relatives",
    "contacts",
    "died_on",
    "prior_months",
    "prior_evidence",
)
SEALED = {
    "id_number": "id_number_sealed",
    "phone": "phone_sealed",
    "address": "address_sealed",
    "bank": "bank_sealed",
}


@dataclass(frozen=True, slots=True)
class LogFault:
    """Something in a person's log or row that is not as it was written. ``seq`` 0: the row itself."""

    person_id: int
    seq: int
    kind: str


def place_of(field: str, key: str) -> Place:
    """Where a sealed field of the person with this key stands."""
    return Place("person", SEALED[field], key)


def commitments(seal: Seal, key: str, values: Mapping[str, Any]) -> dict[str, str]:
    """A keyed digest of each value, bound to the person and the field."""
    return {
        name: seal.blind(canonical({"person": key, "field": name, "value": value}), "person_log")
        for name, value in values.items()
    }


def write(
    session: Session,
    seal: Seal,
    person: Person,
    actor: Actor,
    at: datetime,
    act: str,
    *,
    values: Mapping[str, Any] | None = None,
    purpose: str | None = None,
    algorithm: str = "sha256",
) -> PersonLog:
    """Adds an entry at the end of the person's chain. The caller holds the person's row (locked or just inserted)."""
    if person.id is None:
        raise ValueError("the person has no number yet")
    seq = person.log_seq + 1
    body = canonical(
        {
            "v": 1,
            "log": "person",
            "alg": algorithm,
            "person": person.id,
            "seq": seq,
            "prev": person.log_head,
            "act": act,
            "at": at.isoformat(),
            "actor": {"person": actor.person_key, "account": actor.account_id},
            # free words may name somebody: they stand in the column, and only their digest in the body
            "purpose": None if purpose is None else digest_of(algorithm, {"purpose": purpose}),
            "fields": commitments(seal, person.key, values or {}),
        }
    )
    entry = PersonLog(
        person_id=person.id,
        seq=seq,
        at=at,
        actor_key=actor.person_key,
        account_id=actor.account_id,
        act=act,
        purpose=purpose,
        body=body,
        hash=link(algorithm, person.log_head, body),
    )
    person.log_seq, person.log_head = seq, entry.hash
    session.add(entry)
    session.add(person)
    return entry


def verify(session: Session, seal: Seal, person_ids: Iterable[int] | None = None) -> Iterator[LogFault]:
    """Everything in the logs of these persons (default: all) that is not as it was written."""
    statement = select(Person).order_by(col(Person.id))
    if person_ids is not None:
        statement = statement.where(col(Person.id).in_(list(person_ids)))
    for person in session.exec(statement):
        entries = session.exec(
            select(PersonLog).where(PersonLog.person_id == person.id).order_by(col(PersonLog.seq))
        ).all()
        yield from _verify_one(seal, person, list(entries))


def _verify_one(seal: Seal, person: Person, entries: list[PersonLog]) -> Iterator[LogFault]:
    assert person.id is not None
    head, committed = GENESIS, dict[str, str]()
    for number, entry in enumerate(entries, 1):
        if entry.seq != number:
            yield LogFault(person.id, number, "missing")
            return
        try:
            body = orjson.loads(entry.body)
            sound = entry.hash == link(body["alg"], head, entry.body) and body["alg"] in DIGESTS
        except (orjson.JSONDecodeError, KeyError, TypeError):
            sound, body = False, {}
        if not sound:
            yield LogFault(person.id, number, "body")
            return
        if not _columns_agree(entry, body):
            yield LogFault(person.id, number, "column")
        committed |= body["fields"]
        head = entry.hash
    if (person.log_seq, person.log_head) != (len(entries), head):
        yield LogFault(person.id, len(entries) + 1, "tail")
    now = commitments(seal, person.key, row_values(seal, person, committed))
    if entries and now != committed:
        yield LogFault(person.id, 0, "row")


def _columns_agree(entry: PersonLog, body: Mapping[str, Any]) -> bool:
    purpose = None if entry.purpose is None else digest_of(body["alg"], {"purpose": entry.purpose})
    columns = (entry.person_id, entry.seq, entry.act, entry.actor_key, entry.account_id, purpose)
    actor = body["actor"]
    said = (body["person"], body["seq"], body["act"], actor["person"], actor["account"], body["purpose"])
    return columns == said and entry.at == datetime.fromisoformat(body["at"])


def row_values(seal: Seal, person: Person, fields: Iterable[str]) -> dict[str, Any]:
    """What the row says now, field by field, in the form that is committed to."""
    return {name: _value(seal, person, name) for name in fields}


def _value(seal: Seal, person: Person, name: str) -> Any:
    if name in SEALED:
        sealed = getattr(person, SEALED[name])
        return None if sealed is None else seal.unseal(sealed, place_of(name, person.key))
    value = getattr(person, name)
    return value.isoformat() if isinstance(value, date) else value
