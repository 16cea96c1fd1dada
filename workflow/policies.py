"""Accident insurance of those on post (意外伤害险): policies, who is covered on which days, and who is not.

Nobody is covered twice on one day: whoever enters cover holds the rows of the people and looks first, in the same
transaction. Cover ends with the post. Every act stands in the office log (book ``policies``), by numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, exists, false, func, insert, or_, select
from sqlalchemy.exc import IntegrityError

from states.clocks import local_day
from states.facts import Actor
from states.meets import enforces
from states.procedure import Procedure
from states.refusals import InputRefused, NoSuchHire, StepNotOffered
from states.say import Sentence, say
from states.vocabulary import Role
from workflow import office_log
from workflow.office import Office
from workflow.plain_words import words
from workflow.queries.paging import PAGE, begins_with, page_size
from workflow.queries.scope import Scope, scoped, within
from workflow.rates import CODE
from workflow.tables import metadata

BOOK = "policies"
#: the benefit of a document that asks for such a policy
BENEFIT = "accident_policy"
KEEPERS = frozenset({Role.COUNTY, Role.HRSS})
#: a policy that ends within so many days is told of
SOON = timedelta(days=30)
LONGEST = timedelta(days=3 * 366)
MOST_FEN = 10**12
policy, cover, hire, person = (metadata.tables[name] for name in ("policy", "cover", "hire", "person"))
departure, opening, post = (metadata.tables[name] for name in ("departure", "opening", "post"))


class NoSuchPolicy(NoSuchHire):
    """There is no such policy, or not for this actor."""


@dataclass(frozen=True, slots=True)
class Covered:
    """What became of people who were to be covered: how many are, and whose own cover stands in the way."""

    number: int
    done: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Given:
    """A policy as it is entered: ``premium_fen`` in fen, both days counted."""

    region: str
    insurer: str
    number: str
    from_on: date | None
    until_on: date | None
    premium_fen: int


def insured_kinds(procedure: Procedure) -> frozenset[str] | None:
    """The kinds of post for which a document asks for such insurance; None: it asks for none."""
    line = next((line for line in procedure.benefits if line.name == BENEFIT), None)
    if line is None:
        return None
    return frozenset(line.kinds) or frozenset(procedure.kind_by_name)


@enforces("LC-24")
def register(office: Office, given: Given, actor: Actor, at: datetime, *, all_without: bool) -> Covered:
    """Enters a policy; ``all_without``: it covers everybody in its region who has no cover on any of its days to come.

    ``at`` is aware. Raises InputRefused with every fault, also for a policy that is entered already, StepNotOffered.
    """
    values = _read(given)
    if not actor.roles_in(given.region) & KEEPERS:
        raise StepNotOffered(say("您在这个地区没有登记保单的职责"), forbidden=True)
    who = {"recorded_by": actor.person_key, "account_id": actor.account_id, "recorded_at": at}
    try:
        with office.database.transaction() as connection:
            number = int(connection.execute(insert(policy).values(**values, **who).returning(policy.c.id)).scalar_one())
            row = connection.execute(select(policy).where(policy.c.id == number)).one()
            found = _cover(office, connection, row, local_day(at)) if all_without else Covered(number, 0, 0)
            facts = {"policy": number, "region": given.region, "people": found.done}
            office_log.write(connection, BOOK, "registered", actor, at, facts, office.setting.algorithm)
    except IntegrityError:
        raise InputRefused({"number": say("这家公司的这张保单已经登记过")}) from None
    return found


def extend(office: Office, number: int, actor: Actor, at: datetime) -> Covered:
    """Takes everybody who came since onto a policy, from today on. Raises NoSuchPolicy, StepNotOffered."""
    today = local_day(at)
    with office.database.transaction() as connection:
        row = one(connection, scoped(actor), number)
        if not actor.roles_in(row.region) & KEEPERS:
            raise StepNotOffered(say("您在这个地区没有登记保单的职责"), forbidden=True)
        if row.until_on < today:
            raise StepNotOffered(say("这张保单已经到期，不能再加人"))
        found = _cover(office, connection, row, today)
        facts = {"policy": number, "people": found.done}
        office_log.write(connection, BOOK, "extended", actor, at, facts, office.setting.algorithm)
    return found


def _read(given: Given) -> dict[str, Any]:
    faults: dict[str, Sentence] = {}
    if not CODE.fullmatch(given.region):
        faults["region"] = say("请选择地区")
    for name, text in (("insurer", given.insurer), ("number", given.number)):
        if words(text, 2, 100) is None:
            faults[name] = say("请填写，2至100字")
    first, last = given.from_on, given.until_on
    if first is None or last is None or not first <= last or last - first > LONGEST:
        faults["until_on"] = say("请填写起止日：止日不早于起日，最长三年")
    if not 0 <= given.premium_fen <= MOST_FEN:
        faults["premium"] = say("请填写保费，例如36000或36000.00")
    if faults:
        raise InputRefused(faults)
    return {
        "region": given.region, "insurer": given.insurer.strip(), "number": given.number.strip(), "from_on": first,
        "until_on": last, "premium_fen": given.premium_fen,
    }  # fmt: skip


def _cover(office: Office, connection: Connection, row: Any, today: date) -> Covered:
    """Covers everybody at work in the region of a policy who has no cover on any of the days left of it."""
    first = max(row.from_on, min(today, row.until_on)) if row.from_on < today else row.from_on
    asked = select(hire.c.id, hire.c.person_id).where(_insured(office), within(hire.c.region, (row.region,)))
    people = {found.person_id: found.id for found in connection.execute(asked.order_by(hire.c.id))}
    # whoever enters cover for one of them waits here; then what stands is looked at
    ids = sorted(people)
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        connection.execute(select(person.c.id).where(person.c.id.in_(some)).order_by(person.c.id).with_for_update())
    taken = _taken(connection, ids, first, row.until_on)
    rows = [
        {"policy_id": row.id, "hire_id": people[i], "person_id": i, "from_on": first, "until_on": row.until_on}
        for i in ids
        if i not in taken
    ]
    if rows:
        connection.execute(insert(cover), rows)
    return Covered(row.id, len(rows), len(taken))


def _taken(connection: Connection, ids: Sequence[int], first: date, last: date) -> set[int]:
    """Those who have cover on one of these days: it ends with the post, whatever the policy says."""
    found: set[int] = set()
    for start in range(0, len(ids), 500):
        asked = select(cover.c.person_id).where(
            cover.c.person_id.in_(ids[start : start + 500]), cover.c.from_on <= last, _ends() >= first
        )
        found |= set(connection.execute(asked).scalars())
    return found


def _ends() -> ColumnElement[Any]:
    """The last day of a cover: that of the policy, or of the post."""
    stands = (departure.c.hire_id == cover.c.hire_id, departure.c.corrected_by.is_(None))
    left = select(func.max(departure.c.ended_on)).where(*stands).scalar_subquery()
    return case((left < cover.c.until_on, left), else_=cover.c.until_on)


def _insured(office: Office) -> ColumnElement[bool]:
    """Hires at work on a post for which their document asks for insurance."""
    conditions = []
    for name in sorted({procedure.procedure for procedure in office.catalogue.all()}):
        kinds = insured_kinds(office.catalogue.current(name))
        if kinds is not None:
            conditions.append(begins_with(hire.c.procedure, f"{name}@") & hire.c.kind.in_(sorted(kinds)))
    return hire.c.serving & or_(false(), *conditions)


# ---- looking -----------------------------------------------------------------------------------------------------


def one(connection: Connection, scope: Scope, number: int) -> Row[Any]:
    """One policy within the scope. Raises NoSuchPolicy."""
    row = connection.execute(select(policy).where(policy.c.id == number, _in_sight(scope))).one_or_none()
    if row is None:
        raise NoSuchPolicy(number)
    return row


def _in_sight(scope: Scope) -> ColumnElement[bool]:
    around = {prefix[:length] for prefix in scope.prefixes for length in range(len(prefix) + 1)}
    return scope.regions(policy.c.region) | policy.c.region.in_(sorted(around))


def policies(connection: Connection, scope: Scope, today: date) -> list[Row[Any]]:
    """The policies that hold in the reader's regions, the latest end first, with how many are covered today."""
    number = (
        select(func.count())
        .select_from(cover.join(hire, hire.c.id == cover.c.hire_id))
        .where(cover.c.policy_id == policy.c.id, _ends() >= today, scope.regions(hire.c.region))
        .scalar_subquery()
    )
    asked = select(policy, number.label("people")).where(_in_sight(scope))
    return list(connection.execute(asked.order_by(policy.c.until_on.desc(), policy.c.id.desc()).limit(PAGE)).all())


def _people() -> Select[Any]:
    return (
        select(hire.c.id, hire.c.region, person.c.name, post.c.title)
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
    )


def without(
    office: Office, connection: Connection, scope: Scope, today: date, *, after: int = 0, limit: int = PAGE
) -> list[Row[Any]]:
    """Who is at work on an insured post and has no cover today, by the number of the hire."""
    holds = exists().where(cover.c.person_id == hire.c.person_id, cover.c.from_on <= today, _ends() >= today)
    asked = _people().where(_insured(office), scope.regions(hire.c.region), ~holds, hire.c.id > after)
    return list(connection.execute(asked.order_by(hire.c.id).limit(page_size(limit))).all())


def count_without(office: Office, connection: Connection, scope: Scope, today: date) -> int:
    """How many they are."""
    holds = exists().where(cover.c.person_id == hire.c.person_id, cover.c.from_on <= today, _ends() >= today)
    asked = select(func.count()).select_from(hire).where(_insured(office), scope.regions(hire.c.region), ~holds)
    return int(connection.execute(asked).scalar_one())


def ending(connection: Connection, today: date, ahead: timedelta = SOON) -> Sequence[Any]:
    """Policies whose last day is near or just passed, of which somebody at work has no further cover.

    ``hire``: one of them; ``people``: how many.
    """
    later = cover.alias("later")
    follows = exists().where(later.c.person_id == cover.c.person_id, later.c.until_on > policy.c.until_on)
    asked = (
        select(policy.c.id, policy.c.region, policy.c.number, policy.c.until_on,
               func.min(hire.c.id).label("hire"), func.count().label("people"))
        .join(cover, cover.c.policy_id == policy.c.id)
        .join(hire, hire.c.id == cover.c.hire_id)
        .where(policy.c.until_on.between(today - ahead, today + ahead), hire.c.serving, ~follows)
        .group_by(policy.c.id, policy.c.region, policy.c.number, policy.c.until_on)
        .order_by(policy.c.id)
    )  # fmt: skip
    return connection.execute(asked).all()


def of_hire(connection: Connection, hire_id: int) -> Sequence[Any]:
    """The cover of one hire, with the day on which it really ends."""
    asked = (
        select(policy.c.insurer, policy.c.number, cover.c.from_on, _ends().label("ends_on"))
        .join(policy, policy.c.id == cover.c.policy_id)
        .where(cover.c.hire_id == hire_id)
        .order_by(cover.c.from_on)
    )
    return connection.execute(asked).all()
