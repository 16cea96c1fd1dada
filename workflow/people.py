"""Natural persons (自然人): registered once, changed on the record, their numbers read only with a purpose.

The identity number is the natural key: whoever registers the same number again finds the same person. A change raises
the version of every open hire of the person in the same transaction, so a step decided on the old facts writes nothing.
Every act is an entry in the person's own log (``person_log``). Who may act is asked by the callers: role and region.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from states import facts
from states.clocks import local_day
from states.facts import Actor
from states.identity_number import IdentityNumber, sex_differs
from states.refusals import InputRefused, Refusal
from states.retirement import Category
from states.say import Sentence, say
from states.surnames import surname
from states.vocabulary import FINAL_STATES, Role
from workflow import person_log
from workflow.contacts import FIELDS, contacts_of
from workflow.masking import tail_of
from workflow.person_input import Facts, PersonChange, PersonInput, read_change, read_person
from workflow.reading import load_person
from workflow.sealing import Seal
from workflow.spelling import pinyin_of
from workflow.tables import Account, Hire, Person

#: no guard reads these themselves, only the surname and the contacts that follow from them
OUTSIDE_THE_LAW = frozenset({"name", *FIELDS})
#: who registers people and keeps their data, and so may read full numbers; supervisors, finance and applicants do not
REGISTRARS = frozenset({Role.VILLAGE, Role.TOWNSHIP, Role.EMPLOYER, Role.HRSS, Role.RURAL, Role.COUNTY, Role.COMPANY})
Sealed = Literal["id_number", "phone", "address", "bank"]


@dataclass(frozen=True, slots=True)
class Registered:
    """A person in the register. ``created`` False: the number was known; ``differs`` names what was said otherwise."""

    person_id: int
    key: str
    created: bool
    differs: tuple[str, ...] = ()
    warnings: tuple[Sentence, ...] = ()


class NoSuchPerson(Refusal):
    """There is no such person, or not for this actor."""

    def __init__(self, person_id: int) -> None:
        super().__init__(say("没有此人，或您无权查看"), person_id=person_id)


# ---- registering -------------------------------------------------------------------------------------------------


def register(
    session: Session, seal: Seal, given: Mapping[str, Any], actor: Actor, at: datetime, *, algorithm: str = "sha256"
) -> Registered:
    """Registers a person (``PersonInput``), or finds the one with the same identity number and says what differs.

    ``at`` is aware. Raises InputRefused with every fault of every field.
    """
    said, number, values, found = read_person(seal, given, local_day(at))
    _add_accounts(session, said, values, (), found)
    if found:
        raise InputRefused(found)
    assert number is not None
    key = seal.person_key(number.number)
    warned = _warnings(number, said.sex)
    known = _by_key(session, key)
    if known is None:
        known, values = _row(seal, key, number, said, values, at)
        try:
            with session.begin_nested():  # somebody may register the same person at this very moment
                session.add(known)
                session.flush()
                person_log.write(session, seal, known, actor, at, "register", values=values, algorithm=algorithm)
            return Registered(_id(known), key, True, warnings=warned)
        except IntegrityError:
            known = _by_key(session, key)
            if known is None:
                raise
    given_values = {name: value for name, value in values.items() if name in said.model_fields_set}
    if known.out_of_use:
        known.out_of_use = False
        person_log.write(session, seal, known, actor, at, "register_again", algorithm=algorithm)
        session.flush()
        changed = _differs(seal, known, given_values)
        if changed:
            reason = say("重新登记").text()
            new = {name: given[name] for name in changed if name in given}
            update_person(session, seal, _id(known), new, actor, at, reason=reason, algorithm=algorithm)
        return Registered(_id(known), key, True, warnings=warned)
    return Registered(_id(known), key, False, _differs(seal, known, given_values))


def _warnings(number: IdentityNumber, declared: str | None) -> tuple[Sentence, ...]:
    fault = sex_differs(number, declared) if declared else None
    return (fault.reason,) if fault else ()


def _row(
    seal: Seal, key: str, number: IdentityNumber, said: PersonInput, values: dict[str, Any], at: datetime
) -> tuple[Person, dict[str, Any]]:
    whole: dict[str, Any] = {
        "prior_months": 0,
        "categories": {},
        "statements": [],
        "preferences": [],
        "relatives": [],
        "phone": None,
        "address": None,
        "bank": None,
        "prior_evidence": None,
        **values,
        "retirement_category": (said.retirement_category or Category.MAN).value,
        "sex": said.sex or number.sex,
        "died_on": None,
    }
    whole["contacts"] = contacts_of(seal, whole)
    columns = {name: value for name, value in whole.items() if name not in person_log.SEALED}
    person = Person(
        **columns,
        key=key,
        born=number.born,
        id_number_sealed=seal.seal(number.number, person_log.place_of("id_number", key)),
        id_number_tail=tail_of(number.number),
        pinyin=pinyin_of(whole["name"]),
        created_at=at,
    )
    for name in FIELDS:
        setattr(person, person_log.SEALED[name], _sealed(seal, key, name, whole[name]))
    return person, {**whole, "id_number": number.number, "born": number.born.isoformat()}


def compared(
    session: Session, seal: Seal, given: Mapping[str, Any], at: datetime
) -> tuple[int, tuple[str, ...]] | None:
    """The registered person with the number in ``given``, and the names of what is said otherwise there; None: new."""
    said, number, values, _ = read_person(seal, given, local_day(at))
    known = None if number is None else _by_key(session, seal.person_key(number.number))
    if known is None:
        return None
    return _id(known), _differs(seal, known, {n: v for n, v in values.items() if n in said.model_fields_set})


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What registering would come to: the person as guards would see them. ``person_id`` None: nobody knows them yet.

    ``differs`` as of ``Registered``.
    """

    key: str
    person: facts.Person
    person_id: int | None = None
    differs: tuple[str, ...] = ()


def foreseen(session: Session, seal: Seal, given: Mapping[str, Any], at: datetime) -> Foreseen:
    """What ``register`` would come to. Nothing is written. Raises InputRefused with every fault of every field."""
    said, number, values, found = read_person(seal, given, local_day(at))
    _add_accounts(session, said, values, (), found)
    if found:
        raise InputRefused(found)
    assert number is not None
    key = seal.person_key(number.number)
    known = _by_key(session, key)
    if known is None:
        return Foreseen(key, _as_guards_see(_row(seal, key, number, said, values, at)[0]))
    if known.out_of_use:
        return Foreseen(key, _as_guards_see(known))
    person = load_person(session.connection(), _id(known))
    assert person is not None
    given_values = {name: value for name, value in values.items() if name in said.model_fields_set}
    return Foreseen(key, person, person.id, _differs(seal, known, given_values))


def _as_guards_see(row: Person) -> facts.Person:
    """Somebody who is not registered yet; they serve nowhere, and nobody was cleared for them."""
    return facts.Person(
        id=0,
        key=row.key,
        born=row.born,
        sex=row.sex,
        retirement_category=row.retirement_category,
        education=row.education,
        home_region=row.home_region,
        categories=row.categories,
        statements=frozenset(row.statements),
        relatives=frozenset(row.relatives),
        preferences=frozenset(row.preferences),
        surname=surname(row.name),
        contacts=frozenset(row.contacts),
        prior_months=row.prior_months,
    )


def of(session: Session, person_id: int) -> Person:
    """The row of a person. Raises NoSuchPerson."""
    person = session.get(Person, person_id)
    if person is None:
        raise NoSuchPerson(person_id)
    return person


def _differs(seal: Seal, known: Person, given: Mapping[str, Any]) -> tuple[str, ...]:
    was = person_log.row_values(seal, known, given)
    return tuple(sorted(name for name in given if was[name] != given[name]))


# ---- changing ----------------------------------------------------------------------------------------------------


def update_person(
    session: Session,
    seal: Seal,
    person_id: int,
    given: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    *,
    reason: str | None = None,
    algorithm: str = "sha256",
) -> tuple[str, ...]:
    """Changes what ``given`` names (``PersonChange``) and returns the names of what really changed.

    Raises the version of every open hire of the person if a guard could see the difference. Raises InputRefused,
    NoSuchPerson.
    """
    hires = _open_hires(session, person_id)  # locked first: hires before persons, everywhere
    person = _locked(session, person_id)
    said, values, found = read_change(seal, given, local_day(at), person.sex)
    _add_accounts(session, said, values, person.relatives, found)
    if found:
        raise InputRefused(found)
    before = person_log.row_values(seal, person, values)
    changed = {name: value for name, value in values.items() if before[name] != value}
    if not changed:
        return ()
    kept = _with_contacts(seal, person, changed)
    seen = kept.keys() - OUTSIDE_THE_LAW or surname(person.name) != surname(kept.get("name", person.name))
    _set(seal, person, kept, said)
    person_log.write(session, seal, person, actor, at, "update", values=kept, purpose=reason, algorithm=algorithm)
    if hires and seen:
        session.execute(update(Hire).where(col(Hire.id).in_(hires)).values(version=Hire.version + 1))
    session.flush()
    return tuple(sorted(changed))


def take_out_of_use(
    session: Session, seal: Seal, person_id: int, actor: Actor, at: datetime, reason: str, *, algorithm: str = "sha256"
) -> None:
    """A registration that an import brought and nobody has used is out of use; registering again brings it back.

    Its log says so, and nothing of it is taken away. Raises NoSuchPerson.
    """
    person = _locked(session, person_id)
    person.out_of_use = True
    person_log.write(session, seal, person, actor, at, "import_undone", purpose=reason[:200], algorithm=algorithm)
    session.flush()


def _set(seal: Seal, person: Person, changed: Mapping[str, Any], said: PersonChange) -> None:
    for name, value in changed.items():
        if name in FIELDS:
            setattr(person, person_log.SEALED[name], _sealed(seal, person.key, name, value))
        else:
            setattr(person, name, said.died_on if name == "died_on" else value)
    person.pinyin = pinyin_of(person.name)


def _with_contacts(seal: Seal, person: Person, changed: dict[str, Any]) -> dict[str, Any]:
    """What changed, with the indexes that follow from a phone, an address or a card."""
    if not changed.keys() & set(FIELDS):
        return changed
    contacts = contacts_of(seal, {**person_log.row_values(seal, person, FIELDS), **changed})
    return changed if contacts == person.contacts else {**changed, "contacts": contacts}


def _add_accounts(
    session: Session, said: Facts, values: dict[str, Any], relatives: Sequence[str], found: dict[str, Sentence]
) -> None:
    """Adds the holders of the accounts that were named to the relatives: those in ``values``, else the known ones."""
    if not said.relative_accounts:
        return
    keys = set(values.get("relatives", relatives))
    for place, username in enumerate(said.relative_accounts):
        key = session.exec(select(Account.person_key).where(Account.username == username)).first()
        if key is None:
            found[f"relative_accounts.{place}"] = say("没有这个账户，请核对用户名，或改填公民身份号码")
        else:
            keys.add(key)
    values["relatives"] = sorted(keys)


def _open_hires(session: Session, person_id: int) -> list[int]:
    statement = (
        select(Hire.id)
        .where(Hire.person_id == person_id, col(Hire.state).not_in(sorted(FINAL_STATES)))
        .order_by(col(Hire.id))
        .with_for_update()
    )
    return [hire_id for hire_id in session.exec(statement) if hire_id is not None]


# ---- reading a number --------------------------------------------------------------------------------------------


def reveal_id(
    session: Session,
    seal: Seal,
    person_id: int,
    actor: Actor,
    purpose: str,
    at: datetime,
    *,
    field: Sealed = "id_number",
    algorithm: str = "sha256",
) -> str | None:
    """The full identity number (phone, address or card; None where none is kept), on the record with its purpose.

    Raises InputRefused for a purpose of less than two characters, NoSuchPerson.
    """
    purpose = purpose.strip()
    if not 2 <= len(purpose) <= 200:
        raise InputRefused({"purpose": say("请写明查看完整号码的用途（2至200字）")})
    person = _locked(session, person_id)
    sealed = getattr(person, person_log.SEALED[field])
    person_log.write(session, seal, person, actor, at, f"reveal:{field}", purpose=purpose, algorithm=algorithm)
    session.flush()
    return None if sealed is None else seal.unseal(sealed, person_log.place_of(field, person.key))


def find(session: Session, seal: Seal, id_number: str) -> Person | None:
    """The person with this identity number, by its blind index. Raises BadIdentityNumber."""
    return _by_key(session, seal.person_key(id_number))


def _sealed(seal: Seal, key: str, field: str, value: str | None) -> str | None:
    return None if value is None else seal.seal(value, person_log.place_of(field, key))


def _by_key(session: Session, key: str) -> Person | None:
    return session.exec(select(Person).where(Person.key == key)).first()


def _locked(session: Session, person_id: int) -> Person:
    statement = select(Person).where(Person.id == person_id).with_for_update().execution_options(populate_existing=True)
    person = session.exec(statement).first()
    if person is None:
        raise NoSuchPerson(person_id)
    return person


def _id(person: Person) -> int:
    assert person.id is not None
    return person.id
