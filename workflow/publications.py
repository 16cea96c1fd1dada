"""What a village publishes of its posts (村务公开): duties, names, pay, how people are evaluated, a telephone.

Published is an allow-list: a name, a post and its monthly pay, and what somebody wrote for the public; never a number
of identity, a telephone of a person, a category. It ends when it is taken down, or by itself when nobody serves there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from states.clocks import local_day
from states.facts import Actor, dossier_from_json
from states.meets import enforces
from states.procedure import Procedure
from states.refusals import InputRefused, NoSuchHire, StepNotOffered
from states.say import Sentence, say
from states.standard import base_fen, standard_of
from states.vocabulary import Role
from workflow import office_log
from workflow.office import Office
from workflow.plain_words import words
from workflow.queries.paging import PAGE, begins_with
from workflow.queries.scope import Scope, scoped, within
from workflow.tables import metadata

BOOK = "publications"
PUBLISHERS = frozenset({Role.VILLAGE, Role.TOWNSHIP, Role.EMPLOYER})
LONGEST = 2000
VILLAGE = 12
_TELEPHONE = re.compile(r"[0-9][0-9 -]{5,38}[0-9]")
#: eighteen digits in a row, the last perhaps an X: a number of identity in words that are meant for everybody
_IDENTITY = re.compile(r"[0-9]{17}[0-9Xx]")
table, hire, person = (metadata.tables[name] for name in ("publication", "hire", "person"))
opening, post, region = (metadata.tables[name] for name in ("opening", "post", "region"))


class NoSuchPublication(NoSuchHire):
    """There is no such publication, or it has come down."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One person as everybody may read of them: monthly pay in fen."""

    name: str
    post: str
    fen: int


@dataclass(frozen=True, slots=True)
class Published:
    """What everybody may read."""

    number: int
    region: str
    procedure: Procedure
    duties: str
    scheme: str
    telephone: str
    published_on: date
    people: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be published: words for everybody."""

    procedure_id: str
    region: str
    duties: str
    scheme: str
    telephone: str


@enforces("NM-34")
def publish(office: Office, draft: Draft, actor: Actor, at: datetime) -> int:
    """Publishes what a village says of its posts and returns its number. ``at`` is aware.

    Raises InputRefused with every fault, also where it is published already or nobody serves there; StepNotOffered.
    """
    values = _read(office, draft)
    if not actor.roles_in(draft.region) & PUBLISHERS:
        raise StepNotOffered(say("您在这个村（社区）没有公开村务的职责"), forbidden=True)
    try:
        with office.database.transaction() as connection:
            if not _people(office, connection, draft.procedure_id, draft.region):
                raise InputRefused({"region": say("这个村（社区）现在没有按这份办法在岗的人员")})
            who = {"published_by": actor.person_key, "account_id": actor.account_id}
            made = insert(table).values(**values, **who, published_on=local_day(at), published_at=at)
            number = int(connection.execute(made.returning(table.c.id)).scalar_one())
            facts = {"publication": number, "region": draft.region}
            office_log.write(connection, BOOK, "published", actor, at, facts, office.setting.algorithm)
    except IntegrityError:
        raise InputRefused({"region": say("这个村（社区）已经公开；要改内容，请先撤下")}) from None
    return number


def _read(office: Office, draft: Draft) -> dict[str, Any]:
    faults: dict[str, Sentence] = {}
    if draft.procedure_id not in {procedure.procedure for procedure in publishing(office)}:
        faults["procedure"] = say("请选择要求村务公开的办法")
    if len(draft.region) != VILLAGE:
        faults["region"] = say("请选择村（社区）")
    found: dict[str, str] = {}
    for name, text in (("duties", draft.duties), ("scheme", draft.scheme)):
        kept = words(text, 2, LONGEST)
        if kept is None:
            faults[name] = say("请填写，{least}至{most}字", least=2, most=LONGEST)
        elif _IDENTITY.search(kept):
            faults[name] = say("公开的内容里不能有身份证号码")
        else:
            found[name] = kept
    if not _TELEPHONE.fullmatch(draft.telephone.strip()):
        faults["telephone"] = say("请填写监督举报电话，例如0476-1234567")
    if faults:
        raise InputRefused(faults)
    return {
        "procedure_id": draft.procedure_id,
        "region": draft.region,
        **found,
        "telephone": draft.telephone.strip(),
    }


def publishing(office: Office) -> list[Procedure]:
    """The documents that ask for publication in the village."""
    names = sorted({procedure.procedure for procedure in office.catalogue.all()})
    return [p for p in (office.catalogue.current(name) for name in names) if p.publications]


def take_down(office: Office, number: int, actor: Actor, at: datetime) -> None:
    """Takes a publication down. Raises NoSuchPublication, StepNotOffered."""
    with office.database.transaction() as connection:
        row = connection.execute(select(table).where(table.c.id == number).with_for_update()).one_or_none()
        if row is None or row.taken_on is not None or not scoped(actor).covers(row.region):
            raise NoSuchPublication(number)
        if not actor.roles_in(row.region) & PUBLISHERS:
            raise StepNotOffered(say("您在这个村（社区）没有公开村务的职责"), forbidden=True)
        gone = {"taken_on": local_day(at), "taken_by": actor.person_key}
        connection.execute(update(table).where(table.c.id == number).values(gone))
        office_log.write(connection, BOOK, "taken", actor, at, {"publication": number}, office.setting.algorithm)


# ---- what everybody reads ----------------------------------------------------------------------------------------


def _people(office: Office, connection: Connection, procedure_id: str, place: str) -> tuple[Listed, ...]:
    asked = (
        select(hire.c.procedure, hire.c.kind, hire.c.dossier, person.c.name, post.c.title, post.c.monthly_fen)
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(hire.c.serving, within(hire.c.region, (place,)), begins_with(hire.c.procedure, f"{procedure_id}@"))
        .order_by(hire.c.id)
    )
    return tuple(Listed(r.name, r.title, _monthly(office, r)) for r in connection.execute(asked))


def _monthly(office: Office, row: Any) -> int:
    standard_fen = standard_of(dossier_from_json(row.dossier), row.monthly_fen)
    return base_fen(office.procedure(row.procedure), row.kind, standard_fen)


def shown(office: Office, connection: Connection, number: int) -> Published:
    """What everybody reads under a number. Raises NoSuchPublication once its purpose has ended."""
    row = connection.execute(select(table).where(table.c.id == number, table.c.taken_on.is_(None))).one_or_none()
    people = () if row is None else _people(office, connection, row.procedure_id, row.region)
    if row is None or not people:
        raise NoSuchPublication(number)
    procedure = office.catalogue.current(row.procedure_id)
    texts = (row.duties, row.scheme, row.telephone)
    return Published(row.id, row.region, procedure, *texts, row.published_on, people)


def standing(connection: Connection, scope: Scope | None = None) -> list[Row[Any]]:
    """What is published, by place; ``scope`` None: everywhere, for everybody."""
    asked = select(table).where(table.c.taken_on.is_(None)).order_by(table.c.region, table.c.id).limit(PAGE * 10)
    if scope is not None:
        asked = asked.where(scope.regions(table.c.region))
    else:
        serving = select(hire.c.id).where(hire.c.serving, hire.c.region == table.c.region)
        asked = asked.where(serving.exists())
    return list(connection.execute(asked).all())
