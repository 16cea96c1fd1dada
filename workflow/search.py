"""Finding a person or a hire (查找): by name, pinyin, initials, number of the case, or full identity number.

What is typed tells what is meant. An identity number is turned into its blind index at once; that somebody looked for
one is kept in the office log (book ``search``), the number nowhere. Found is only what the reader may see.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select

from states.facts import Actor
from states.identity_number import BadIdentityNumber
from states.refusals import InputRefused
from states.say import say
from workflow import office_log
from workflow.office import Office
from workflow.queries import HireFilter, HireLine, PersonLine, Scope, hire_line, hires, person_line, scoped
from workflow.queries.paging import called
from workflow.sealing import Seal
from workflow.tables import metadata

person = metadata.tables["person"]
BOOK, BY_NUMBER = "search", "by_number"
#: people and hires of one answer: whoever finds more is asked to say more
MOST = 50
LONGEST = 60
_NUMBER = re.compile(r"[0-9]{14,20}[0-9Xx]?")
_CASE = re.compile(r"(?:#|编号|no\.?)?\s*([0-9]{1,12})", re.IGNORECASE)


class Kind(StrEnum):
    """What was looked for."""

    NAME = "name"
    CASE = "case"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: hires, and registered people without a hire among them. ``more``: there is more of it."""

    kind: Kind
    hires: tuple[HireLine, ...] = ()
    people: tuple[PersonLine, ...] = ()
    more: bool = False


def search(office: Office, seal: Seal, actor: Actor, text: str, at: datetime) -> Found:
    """Looks for what was typed, within what the actor may see. ``at`` is aware.

    Raises InputRefused for nothing, for too much, and for an identity number that is none.
    """
    wanted = unicodedata.normalize("NFKC", text).strip()
    if not wanted or len(wanted) > LONGEST or not wanted.isprintable():
        raise InputRefused({"q": say("请填写姓名、拼音、编号或完整的身份证号，最多{most}个字", most=LONGEST)})
    scope, bare = scoped(actor), re.sub(r"[\s-]", "", wanted)
    if _NUMBER.fullmatch(bare):
        return _by_number(office, seal, actor, scope, bare, at)
    with office.database.reading(scope.reach) as connection:
        case = _CASE.fullmatch(wanted)
        if case is not None:
            line = hire_line(connection, scope, int(case[1]))
            return Found(Kind.CASE, () if line is None else (line,))
        return _by_name(connection, scope, wanted)


def _by_name(connection: Connection, scope: Scope, name: str) -> Found:
    found = hires(connection, scope, HireFilter(name=name), limit=MOST)
    asked = select(person.c.id).where(scope.people(), called(connection, name)).order_by(person.c.name, person.c.id)
    numbers = connection.execute(asked.limit(MOST + 1)).scalars().all()
    hired = {line.person_id for line in found.lines}
    others = [number for number in numbers[:MOST] if number not in hired]
    people = tuple(line for number in others if (line := person_line(connection, scope, number)) is not None)
    return Found(Kind.NAME, found.lines, people, found.after is not None or len(numbers) > MOST)


def _by_number(office: Office, seal: Seal, actor: Actor, scope: Scope, number: str, at: datetime) -> Found:
    try:
        key = seal.person_key(number)
    except BadIdentityNumber:
        raise InputRefused({"q": say("这不是有效的身份证号，请核对每一位数字（末位可能是X）")}) from None
    with office.database.reading(scope.reach) as connection:
        person_id = connection.execute(select(person.c.id).where(person.c.key == key)).scalar()
        line = None if person_id is None else person_line(connection, scope, person_id)
        lines = () if line is None else hires(connection, scope, HireFilter(person_id=line.id), limit=MOST).lines
    with office.database.session() as session:
        facts = {"person": None if line is None else line.id, "hires": len(lines)}
        office_log.write(session, BOOK, BY_NUMBER, actor, at, facts, office.setting.algorithm)
    return Found(Kind.NUMBER, lines, () if line is None or lines else (line,))
