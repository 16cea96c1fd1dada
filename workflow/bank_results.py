"""What became of the lines of a paid sheet at the bank (回单结果): kept line by line, the last word counts.

A sheet that was paid says that the money was sent. That it arrived is said by a line of the bank's return (一卡通回单),
or by an officer in words; until then a line waits. Money that came back is owed: the line stays, so that no second
sheet pays the month; it is sent again on a further list (``bank_lists``), or another person agrees that it never will
be (不再发放), or that a supplementary sheet reckons the month anew, where less is owed by now.
Source: 内政办发〔2022〕10号第十条, 渝人社发〔2022〕317号五(三).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from states.facts import Actor
from states.meets import enforces
from states.refusals import InputRefused, StepNotOffered
from states.say import Sentence, say
from states.separation import keys_of, preferred
from states.vocabulary import Role
from workflow import office_log
from workflow.office import Office
from workflow.pay_sheets import APPROVERS, BOOK, PAID, PAYERS, STATUSES, locked
from workflow.plain_words import words
from workflow.queries.bank import (
    AMOUNT,
    CLOSED,
    CLOSING,
    FAILED,
    NAME,
    RECEIVED,
    REDOING,
    REDONE,
    RESENT,
    refused_by_bank,
)  # fmt: skip
from workflow.tables import metadata

__all__ = [
    "AMOUNT", "CLOSED", "CLOSED_ONES", "CLOSING", "CLOSING_ONES", "DECIDERS", "FAILED", "NAME", "RECEIVED", "REDOING",
    "REDONE", "RESENT", "RESULTS", "WAITING", "Standing", "ask_close", "behind", "counts", "decide_close", "keep",
    "last_number", "may_keep", "refuse_own", "refused_by_bank", "standings", "state",
]  # fmt: skip

result, line, person = (metadata.tables[name] for name in ("pay_result", "pay_line", "person"))
WAITING = "waiting"
#: who agrees that a line is closed
DECIDERS = PAYERS | APPROVERS
CLOSING_ONES = frozenset({CLOSING, CLOSED, REDOING, REDONE})
CLOSED_ONES = frozenset({CLOSED, REDONE})
#: what is asked for, and what it is once another person agreed
_AGREED = {CLOSING: CLOSED, REDOING: REDONE}
RESULTS: Mapping[str, Sentence] = {
    RECEIVED: say("已到账"),
    FAILED: say("银行退回"),
    RESENT: say("已再次送银行"),
    AMOUNT: say("金额不符"),
    NAME: say("户名不符"),
    CLOSING: say("不再发放，待另一人确认"),
    CLOSED: say("不再发放"),
    REDOING: say("改由补发表重新核发，待另一人确认"),
    REDONE: say("改由补发表重新核发"),
    WAITING: say("未见回单"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a line stands. ``number`` counts what was ever kept of it, 0: nothing; ``fen`` is what the bank moved.

    ``by``: the natural persons behind it.
    """

    result: str
    number: int = 0
    fen: int = 0
    said: str = ""
    at: datetime | None = None
    run_id: str | None = None
    by: frozenset[str] = frozenset()


def standings(connection: Connection, number: int) -> dict[int, Standing]:
    """Where every line of a sheet stands, by hire."""
    kept = {hire_id: Standing(WAITING) for hire_id in _hires(connection, number)}
    asked = select(result).where(result.c.sheet_id == number).order_by(result.c.hire_id, result.c.number)
    for row in connection.execute(asked):
        if row.undo_id is None:
            by = frozenset(filter(None, (row.kept_by, row.kept_for)))
            what = (row.result, row.number, row.fen, row.said)
            kept[row.hire_id] = Standing(*what, row.kept_at, row.run_id, by)
    return kept


def last_number(connection: Connection, number: int, hire_id: int) -> int:
    """How many results were ever kept of a line, those that were taken back as well."""
    asked = select(func.max(result.c.number)).where(result.c.sheet_id == number, result.c.hire_id == hire_id)
    return int(connection.execute(asked).scalar() or 0)


def counts(connection: Connection, number: int) -> Counter[str]:
    """How many lines of a sheet stand where."""
    return Counter(one.result for one in standings(connection, number).values())


def keep(
    connection: Connection,
    sheet_id: int,
    hire_id: int,
    what: tuple[str, int, str],
    actor: Actor,
    at: datetime,
    *,
    kept_for: str | None = None,
    run_id: str | None = None,
) -> int:
    """Writes one result down, in the caller's transaction, and returns its number.

    ``what``: result, fen, words of the bank or the officer; ``kept_for``: in whose place a deputy does it.
    """
    outcome, fen, said = what
    number = last_number(connection, sheet_id, hire_id) + 1
    values = {"sheet_id": sheet_id, "hire_id": hire_id, "number": number, "result": outcome, "fen": fen}
    by = {"kept_by": actor.person_key, "kept_for": kept_for, "account_id": actor.account_id, "kept_at": at}
    connection.execute(insert(result).values({**values, **by, "said": said[:300], "run_id": run_id}))
    return number


# ---- what an officer says ----------------------------------------------------------------------------------------


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
        standing = _seen(connection, number, hire_id, actor, row.region, seen)
        if outcome == FAILED and standing.result in CLOSING_ONES:
            raise StepNotOffered(say("这一笔已按不再发放或者重新核发办理"))
        fen = _net(connection, number, hire_id) if outcome == RECEIVED else 0
        _keep(office, connection, row, hire_id, (outcome, fen, kept), "stated", actor, at)


def ask_close(
    office: Office, number: int, hire_id: int, reason: str, actor: Actor, at: datetime, *, seen: int, anew: bool = False
) -> None:
    """Asks that money which came back is never sent again (不再发放), with a reason; another person agrees or does not.

    ``anew``: a supplementary sheet is to reckon the month again, as where less is owed by now.

    Raises as ``state``, and StepNotOffered for money that did not come back.
    """
    kept = words(reason, 2, 300)
    if kept is None:
        raise InputRefused({"said": say("请写明理由（2至300字）")})
    with office.database.transaction() as connection:
        row = may_keep(connection, number, actor)
        if _seen(connection, number, hire_id, actor, row.region, seen).result != FAILED:
            raise StepNotOffered(say("只有银行退回的才能这样办理"))
        _keep(office, connection, row, hire_id, (REDOING if anew else CLOSING, 0, kept), "close_asked", actor, at)


def decide_close(
    office: Office, number: int, hire_id: int, actor: Actor, at: datetime, *, seen: int, uphold: bool
) -> None:
    """Another natural person agrees to what was asked, or turns it down: then the money is owed as before.

    Raises as ``state``, and StepNotOffered for whoever asked, also in somebody's place.
    """
    with office.database.transaction() as connection:
        row = may_keep(connection, number, actor, DECIDERS)
        standing = _seen(connection, number, hire_id, actor, row.region, seen)
        if standing.result not in _AGREED:
            raise StepNotOffered(say("这一笔没有等待确认的"))
        if standing.by & behind(actor, row.region, DECIDERS)[0]:
            raise StepNotOffered(say("这一笔由您提出，须由另一人确认"), forbidden=True)
        agreed = _AGREED[standing.result]
        what = (agreed, 0, standing.said) if uphold else (FAILED, 0, say("提出的办理未获同意").text())
        if uphold and agreed == REDONE:
            mine = (line.c.sheet_id == number, line.c.hire_id == hire_id)
            connection.execute(update(line).where(*mine).values(live=False))
        _keep(office, connection, row, hire_id, what, "closed" if uphold else "close_refused", actor, at)


def _keep(
    office: Office,
    connection: Connection,
    row: Any,
    hire_id: int,
    what: tuple[str, int, str],
    act: str,
    actor: Actor,
    at: datetime,
) -> None:
    last = keep(connection, row.id, hire_id, what, actor, at, kept_for=behind(actor, row.region)[1])
    facts = {"sheet": row.id, "hire": hire_id, "result": what[0], "number": last}
    office_log.write(connection, BOOK, act, actor, at, facts, office.setting.algorithm)


def _seen(connection: Connection, number: int, hire_id: int, actor: Actor, region: str, seen: int) -> Standing:
    """Where the line stands, as it was shown. Raises StepNotOffered."""
    standing = standings(connection, number).get(hire_id)
    if standing is None:
        raise StepNotOffered(say("表中没有这个人"))
    refuse_own(connection, number, [hire_id], actor, region)
    if standing.number != seen:
        raise StepNotOffered(say("这一笔刚刚有新的结果，请刷新后再登记"))
    return standing


# ---- who may -----------------------------------------------------------------------------------------------------


def may_keep(connection: Connection, number: int, actor: Actor, roles: Iterable[Role] = PAYERS) -> Any:
    """The sheet, held, for whoever may say what became of its lines. Raises NoSuchSheet, StepNotOffered."""
    row = locked(connection, number, actor)
    if not actor.roles_in(row.region) & set(roles):
        raise StepNotOffered(say("您在这个地区没有发放待遇的职责"), forbidden=True)
    if row.status != PAID:
        status = STATUSES[row.status].pattern
        raise StepNotOffered(say("这份发放表现在是“{status}”，登记发放以后才有回单", status=status))
    return row


def behind(actor: Actor, region: str, roles: Iterable[Role] = DECIDERS) -> tuple[frozenset[str], str | None]:
    """The natural persons behind an act there, and in whose place a deputy does it; the actor alone without a role."""
    held = actor.roles_in(region) & set(roles)
    if not held:
        return frozenset({actor.person_key}), None
    keys = keys_of(actor, preferred(actor, region, held), region)
    return keys, next(iter(keys - {actor.person_key}), None)


def refuse_own(connection: Connection, number: int, hire_ids: Iterable[int], actor: Actor, region: str) -> None:
    """Nobody says of their own money that it arrived, nor whoever stands in for them. Raises StepNotOffered."""
    about = set(hire_ids)
    asked = (
        select(line.c.hire_id)
        .join(person, person.c.id == line.c.person_id)
        .where(line.c.sheet_id == number, person.c.key.in_(behind(actor, region)[0]))
    )
    if about & set(connection.execute(asked).scalars()):
        raise StepNotOffered(say("本人的待遇须由另一人登记"), forbidden=True)


def _hires(connection: Connection, number: int) -> list[int]:
    return list(connection.execute(select(line.c.hire_id).where(line.c.sheet_id == number)).scalars())


def _net(connection: Connection, number: int, hire_id: int) -> int:
    asked = select(line.c.net_fen).where(line.c.sheet_id == number, line.c.hire_id == hire_id)
    return int(connection.execute(asked).scalar_one())
