"""What became of the lines of a paid sheet at the bank (回单结果): kept line by line, and paid again what was refused.

A sheet that was paid says that the money was sent. That it arrived is said by a line of the bank's return (一卡通回单),
or by an officer in words; until then a line waits. The amount and the approvals are those of the sheet, so a line
that was refused is sent again under them. Source: 内政办发〔2022〕10号第十条, 渝人社发〔2022〕317号五(三).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, select
from sqlmodel import Session

from states.facts import Actor
from states.meets import enforces
from states.refusals import InputRefused, StepNotOffered
from states.say import Sentence, say
from workflow import office_log, people
from workflow.office import Office
from workflow.pay_sheets import BOOK, PAID, PAYERS, STATUSES, locked
from workflow.plain_words import words
from workflow.queries import pay as found
from workflow.sealing import Seal
from workflow.tables import metadata

result, line, person = (metadata.tables[name] for name in ("pay_result", "pay_line", "person"))
RECEIVED, FAILED, AMOUNT, NAME, WAITING = "paid", "failed", "amount", "name", "waiting"
RESULTS: Mapping[str, Sentence] = {
    RECEIVED: say("已到账"),
    FAILED: say("银行退回"),
    AMOUNT: say("金额不符"),
    NAME: say("户名不符"),
    WAITING: say("未见回单"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a line stands. ``number`` counts what was ever kept of it, 0: nothing; ``fen`` is what the bank moved."""

    result: str
    number: int = 0
    fen: int = 0
    said: str = ""
    at: datetime | None = None
    run_id: str | None = None


def standings(connection: Connection, number: int) -> dict[int, Standing]:
    """Where every line of a sheet stands, by hire."""
    kept = {hire_id: Standing(WAITING) for hire_id in _hires(connection, number)}
    asked = select(result).where(result.c.sheet_id == number).order_by(result.c.hire_id, result.c.number)
    for row in connection.execute(asked):
        if row.undo_id is None:
            kept[row.hire_id] = Standing(row.result, row.number, row.fen, row.said, row.kept_at, row.run_id)
    return kept


def last_number(connection: Connection, number: int, hire_id: int) -> int:
    """How many results were ever kept of a line, those that were taken back as well."""
    asked = select(func.max(result.c.number)).where(result.c.sheet_id == number, result.c.hire_id == hire_id)
    return int(connection.execute(asked).scalar() or 0)


def refused_by_bank() -> ColumnElement[bool]:
    """The condition on ``pay_line`` that the last word of the bank on it is that the money was not taken."""
    later = result.alias()
    newer = select(later.c.number).where(
        later.c.sheet_id == result.c.sheet_id,
        later.c.hire_id == result.c.hire_id,
        later.c.number > result.c.number,
        later.c.undo_id.is_(None),
    )
    mine = and_(result.c.sheet_id == line.c.sheet_id, result.c.hire_id == line.c.hire_id)
    last = select(result.c.number).where(mine, result.c.undo_id.is_(None), ~newer.exists())
    return last.where(result.c.result == FAILED).exists()


def counts(connection: Connection, number: int) -> Counter[str]:
    """How many lines of a sheet stand where."""
    return Counter(one.result for one in standings(connection, number).values())


def keep(
    connection: Connection,
    sheet_id: int,
    hire_id: int,
    number: int,
    what: tuple[str, int, str],
    actor: Actor,
    at: datetime,
    run_id: str | None = None,
) -> None:
    """Writes one result down, in the caller's transaction. ``what``: result, fen, words of the bank or the officer."""
    outcome, fen, said = what
    values = {"sheet_id": sheet_id, "hire_id": hire_id, "number": number, "result": outcome, "fen": fen}
    by = {"kept_by": actor.person_key, "account_id": actor.account_id, "kept_at": at}
    connection.execute(insert(result).values({**values, **by, "said": said[:300], "run_id": run_id}))


@enforces("NM-31", "CQ-09")
def state(
    office: Office, number: int, hire_id: int, outcome: str, told: str, actor: Actor, at: datetime, *, seen: int
) -> None:
    """An officer states that a line arrived, or did not, and by what they know it. ``seen``: the number last shown.

    Raises NoSuchSheet, StepNotOffered for whoever pays nothing there, for one's own money and where something came in
    since, InputRefused without words.
    """
    kept = words(told, 2, 300)
    if kept is None or outcome not in (RECEIVED, FAILED):
        raise InputRefused({"said": say("请写明依据，例如银行柜台查询单号（2至300字）")})
    with office.database.transaction() as connection:
        row = may_keep(connection, number, actor)
        asked = select(line.c.net_fen, person.c.key).join(person, person.c.id == line.c.person_id)
        of_line = connection.execute(asked.where(line.c.sheet_id == number, line.c.hire_id == hire_id)).one_or_none()
        if of_line is None:
            raise StepNotOffered(say("表中没有这个人"))
        if of_line.key == actor.person_key:
            raise StepNotOffered(say("本人的待遇须由另一人登记"), forbidden=True)
        if standings(connection, number)[hire_id].number != seen:
            raise StepNotOffered(say("这一笔刚刚有新的结果，请刷新后再登记"))
        fen = of_line.net_fen if outcome == RECEIVED else 0
        last = last_number(connection, number, hire_id) + 1
        keep(connection, number, hire_id, last, (outcome, fen, kept), actor, at)
        facts = {"sheet": row.id, "hire": hire_id, "result": outcome, "number": last}
        office_log.write(connection, BOOK, "stated", actor, at, facts, office.setting.algorithm)


def may_keep(connection: Connection, number: int, actor: Actor) -> Any:
    """The sheet, held, for whoever may say what became of its lines. Raises NoSuchSheet, StepNotOffered."""
    row = locked(connection, number, actor)
    if not actor.roles_in(row.region) & PAYERS:
        raise StepNotOffered(say("您在这个地区没有发放待遇的职责"), forbidden=True)
    if row.status != PAID:
        status = STATUSES[row.status].pattern
        raise StepNotOffered(say("这份发放表现在是“{status}”，登记发放以后才有回单", status=status))
    return row


def to_pay_again(
    office: Office, seal: Seal, number: int, actor: Actor, purpose: str, at: datetime
) -> list[tuple[found.PayText, str, int]]:
    """Whom the bank refused, with the full card and the fen, to be sent once more; each reading is on the record.

    Raises as ``state``.
    """
    with office.database.session() as session:
        connection = session.connection()
        may_keep(connection, number, actor)
        failed = {hire_id for hire_id, one in standings(connection, number).items() if one.result == FAILED}
        texts = [text for text in found.lines(connection, number, limit=None)[0] if text.hire_id in failed]
        return [(text, _card(session, office, seal, text.row, actor, purpose, at), text.row.net_fen) for text in texts]


def _card(session: Session, office: Office, seal: Seal, row: Row[Any], actor: Actor, purpose: str, at: datetime) -> str:
    algorithm = office.setting.algorithm
    card = people.reveal_id(session, seal, row.person_id, actor, purpose, at, field="bank", algorithm=algorithm)
    return card or ""


def _hires(connection: Connection, number: int) -> list[int]:
    return list(connection.execute(select(line.c.hire_id).where(line.c.sheet_id == number)).scalars())
