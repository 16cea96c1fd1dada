"""Recovery of money that was paid wrongly (追回): claimed, decided by another natural person, paid back bit by bit.

Every act stands in the office log (book ``recovery``) in the same transaction. Amounts are fen. The claim's row is held
while money is entered, so that two clerks at once never enter more than is owed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from states.clocks import local_day
from states.facts import Actor, Hire
from states.meets import enforces
from states.overpaid import Claimable
from states.pay import yuan
from states.procedure import Procedure
from states.refusals import InputRefused, NoSuchHire
from states.say import Sentence, say
from states.separation import interest, keys_of, preferred
from states.vocabulary import Role
from workflow import office_log
from workflow.authority import NotEntitled, NotPossible
from workflow.office import Office
from workflow.queries.recoveries import THE_CLAIM, counts
from workflow.queries.scope import scoped
from workflow.reading import load_hires
from workflow.recovery_input import MOST_FEN, Claim, read_claim, read_reduction, read_repayment, read_words
from workflow.recovery_limits import limit_of
from workflow.tables import metadata

__all__ = [
    "ASKERS", "BOOK", "DECIDERS", "MOST_FEN", "Claim", "NoSuchRecovery", "article_for", "ask", "correct_repayment",
    "decide", "decide_repayment", "reduce", "repay", "roles_for",
]  # fmt: skip
BOOK = "recovery"
ASKERS = frozenset({Role.TOWNSHIP, Role.EMPLOYER, Role.HRSS, Role.FINANCE})
DECIDERS = frozenset({Role.HRSS, Role.RURAL, Role.FINANCE})
#: the general rule, where the document itself does not speak of money that comes back
GENERAL_LAW = "《就业补助资金管理办法》（财社〔2023〕181号）"
_recovery, _repayment = metadata.tables["recovery"], metadata.tables["repayment"]


class NoSuchRecovery(NoSuchHire):
    """There is no such claim, or not for this actor."""


def article_for(procedure: Procedure) -> str:
    """The basis that a claim under a document usually has: its own article on recovery, else the general rule."""
    own = next((line.cite for line in procedure.supervision if line.name == "recovery"), None)
    return f"{procedure.document.number} {own}" if own else GENERAL_LAW


@enforces("NM-42")
def ask(office: Office, hire_id: int, claim: Claim, actor: Actor, at: datetime) -> int:
    """Enters a claim and returns its number. ``at`` is aware.

    Raises NoSuchHire, NotEntitled, InputRefused with every fault, also for more than was paid in these months and is
    not claimed yet; NotPossible while another claim for one of them is not settled: nobody is asked twice for the same
    money.
    """
    with office.database.transaction() as connection:
        hire = _hire(connection, hire_id, actor)
        role = _must_hold(actor, ASKERS, hire)
        _refuse_kin(hire, actor, role)
        row = read_claim(claim, hire, local_day(at))
        _hold(connection, hire_id)
        _refuse_twice(connection, hire_id, row["from_month"], row["until_month"])
        _refuse_beyond(limit_of(office, connection, hire_id, row["from_month"], row["until_month"]), claim.fen)
        assert hire.person is not None
        values = {**row, "hire_id": hire_id, "person_id": hire.person.id, "asked_by": actor.person_key, "asked_at": at}
        values["asked_for"] = actor.stands_for(role, hire.region)
        number = int(connection.execute(insert(_recovery).values(values).returning(_recovery.c.id)).scalar_one())
        months = [row["from_month"].isoformat()[:7], row["until_month"].isoformat()[:7]]
        _log(office, connection, "asked", number, hire_id, actor, at, fen=claim.fen, months=months)
    return number


def decide(office: Office, number: int, upheld: bool, opinion: str, actor: Actor, at: datetime) -> None:
    """Decides a claim as the second natural person, with an opinion. One that is turned down is settled that day.

    Raises NoSuchRecovery, NotEntitled, InputRefused, NotPossible (one's own claim, a relative's, decided before).
    """
    with office.database.transaction() as connection:
        row, hire = _claimed(connection, number, actor)
        role = _must_hold(actor, DECIDERS, hire)
        _refuse_interested(row, hire, actor, role)
        faults: dict[str, Sentence] = {}
        words = read_words("opinion", opinion, faults)
        if faults:
            raise InputRefused(faults)
        day = local_day(at)
        changes = {"decided_by": actor.person_key, "decided_at": at, "upheld": upheld, "opinion": words}
        changes |= {} if upheld else {"settled_on": day}
        connection.execute(update(_recovery).where(_recovery.c.id == number).values(changes))
        _log(office, connection, "upheld" if upheld else "turned_down", number, hire.id, actor, at)


def repay(office: Office, number: int, fen: int, on_day: date | None, voucher: str, actor: Actor, at: datetime) -> bool:
    """Enters money that came back, with its voucher; returns whether all of it has. Never more than is owed.

    Raises NoSuchRecovery, NotEntitled, InputRefused, NotPossible for a claim that is not upheld or is settled.
    """
    with office.database.transaction() as connection:
        row, hire = _claimed(connection, number, actor)
        role = _must_hold(actor, ASKERS, hire)
        _refuse_kin(hire, actor, role)
        if not row.upheld or row.settled_on is not None:
            raise NotPossible(say("这笔追回还没有决定，或者已经结清，不能登记退回"))
        count, repaid = _back(connection, number)
        owed = row.fen - repaid
        values = read_repayment(fen, on_day, voucher, owed, row.from_month, local_day(at))
        values |= {"recovery_id": number, "number": count + 1, "hire_id": hire.id}
        connection.execute(insert(_repayment).values({**values, **_recorded(actor, role, hire, at)}))
        settled = bool(fen == owed)
        if settled:
            done = update(_recovery).where(_recovery.c.id == number).values(settled_on=values["on_day"])
            connection.execute(done)
        _log(office, connection, "repaid", number, hire.id, actor, at, fen=fen, settled=settled)
    return settled


def correct_repayment(office: Office, number: int, repayment: int, reason: str, actor: Actor, at: datetime) -> int:
    """Proposes to set a mistyped repayment right: a row of its own with the same sum below nought. Returns its number.

    The money counts as before until a second natural person upholds it. ``at`` is aware. Raises NoSuchRecovery,
    NotEntitled, InputRefused, NotPossible for a row that is none, sets another right, or was set right before.
    """
    with office.database.transaction() as connection:
        _, hire = _claimed(connection, number, actor)
        role = _must_hold(actor, ASKERS, hire)
        _refuse_kin(hire, actor, role)
        faults: dict[str, Sentence] = {}
        words = read_words("reason", reason, faults)
        if faults:
            raise InputRefused(faults)
        row = _repaid_row(connection, number, repayment)
        again = select(_repayment.c.number).where(
            _repayment.c.recovery_id == number, _repayment.c.corrects == repayment, _repayment.c.upheld.is_not(False)
        )
        if row is None or row.corrects is not None or connection.execute(again).first() is not None:
            raise NotPossible(say("没有这笔退回，或者已经更正、正在更正"))
        count, _ = _back(connection, number)
        values = {"recovery_id": number, "number": count + 1, "hire_id": hire.id, "fen": -row.fen}
        values |= {"on_day": row.on_day, "voucher": row.voucher, "corrects": repayment, "reason": words}
        connection.execute(insert(_repayment).values({**values, **_recorded(actor, role, hire, at)}))
        _log(office, connection, "repayment_correction", number, hire.id, actor, at, repayment=repayment, fen=row.fen)
    return count + 1


def reduce(office: Office, number: int, fen: int, reason: str, actor: Actor, at: datetime) -> int:
    """Proposes to take something off an upheld claim that says too much, or all that is still owed of it (核减).

    It is a row among the repayments, which counts once a second natural person has upheld it. Returns its number.
    ``at`` is aware. Raises NoSuchRecovery, NotEntitled, InputRefused, NotPossible for a claim that is not upheld or is
    settled, and while another reduction waits.
    """
    with office.database.transaction() as connection:
        row, hire = _claimed(connection, number, actor)
        role = _must_hold(actor, ASKERS, hire)
        _refuse_kin(hire, actor, role)
        if not row.upheld or row.settled_on is not None:
            raise NotPossible(say("这笔追回还没有决定，或者已经结清，不能核减"))
        waits = select(_repayment.c.number).where(
            _repayment.c.recovery_id == number, _repayment.c.corrects == THE_CLAIM, _repayment.c.upheld.is_(None)
        )
        if connection.execute(waits).first() is not None:
            raise NotPossible(say("已有一项核减等待另一人决定，请先办完那一项"))
        count, back = _back(connection, number)
        words = read_reduction(fen, reason, row.fen - back)
        values = {"recovery_id": number, "number": count + 1, "hire_id": hire.id, "fen": fen, "on_day": local_day(at)}
        values |= {"voucher": "-", "corrects": THE_CLAIM, "reason": words}
        connection.execute(insert(_repayment).values({**values, **_recorded(actor, role, hire, at)}))
        _log(office, connection, "reduction", number, hire.id, actor, at, fen=fen)
    return count + 1


def decide_repayment(office: Office, number: int, correction: int, upheld: bool, actor: Actor, at: datetime) -> None:
    """Decides as the second natural person whether a repayment is set right, or a claim reduced.

    A settled claim of which a repayment was set right is open again; one of which nothing is left to pay is settled.
    Raises NoSuchRecovery, NotEntitled, NotPossible (one's own proposal, a relative's claim, decided before, a reduction
    by more than is owed by now).
    """
    with office.database.transaction() as connection:
        claim, hire = _claimed(connection, number, actor)
        role = _must_hold(actor, DECIDERS, hire)
        row = _repaid_row(connection, number, correction)
        if row is None or row.corrects is None or row.upheld is not None:
            raise NotPossible(say("没有待决定的更正"))
        if {row.recorded_by, row.recorded_for} & keys_of(actor, role, hire.region):
            raise NotPossible(say("这项更正是您提出的，须由另一人决定"))
        _refuse_kin(hire, actor, role)
        mine = (_repayment.c.recovery_id == number) & (_repayment.c.number == correction)
        decided = {"decided_by": actor.person_key, "decided_at": at, "upheld": upheld}
        connection.execute(update(_repayment).where(mine).values(decided))
        if upheld:
            day = _settled_on(claim, row, _back(connection, number)[1], local_day(at))
            connection.execute(update(_recovery).where(_recovery.c.id == number).values(settled_on=day))
        if row.corrects == THE_CLAIM:
            _log(office, connection, "reduced" if upheld else "not_reduced", number, hire.id, actor, at, fen=row.fen)
            return
        act = "repayment_corrected" if upheld else "repayment_kept"
        _log(office, connection, act, number, hire.id, actor, at, repayment=row.corrects, fen=row.fen)


def _settled_on(claim: Row[Any], row: Row[Any], back: int, today: date) -> date | None:
    """The day on which a claim is settled after ``row`` was upheld; ``back``: what has come off it, with this row."""
    if row.corrects != THE_CLAIM:
        return None
    if back > claim.fen:
        owed = yuan(claim.fen - back + row.fen)
        raise NotPossible(say("提出之后又有退回，现在只欠{owed}元，核减不能超过；请不予核减，再重新提出", owed=owed))
    return today if back == claim.fen else None


def _back(connection: Connection, number: int) -> tuple[int, int]:
    """How many rows there are of a claim, and what has come back by those that count."""
    asked = select(func.count(), func.coalesce(func.sum(_repayment.c.fen).filter(counts(_repayment)), 0))
    rows, fen = connection.execute(asked.where(_repayment.c.recovery_id == number)).one()
    return int(rows), int(fen)


def _repaid_row(connection: Connection, number: int, repayment: int) -> Row[Any] | None:
    mine = (_repayment.c.recovery_id == number) & (_repayment.c.number == repayment)
    return connection.execute(select(_repayment).where(mine)).one_or_none()


def roles_for(actor: Actor, region: str) -> tuple[bool, bool]:
    """Whether the actor may claim and enter money, and whether they may decide, for hires of a region."""
    held = actor.roles_in(region)
    return bool(held & ASKERS), bool(held & DECIDERS)


# ---- what is asked of each ---------------------------------------------------------------------------------------


def _hire(connection: Connection, hire_id: int, actor: Actor) -> Hire:
    hire = load_hires(connection, [hire_id]).get(hire_id)
    if hire is None or not scoped(actor).covers(hire.region):
        raise NoSuchHire(hire_id)
    return hire


def _claimed(connection: Connection, number: int, actor: Actor) -> tuple[Row[Any], Hire]:
    """A claim, held until the transaction ends, with its hire."""
    row = connection.execute(select(_recovery).where(_recovery.c.id == number).with_for_update()).one_or_none()
    if row is None:
        raise NoSuchRecovery(number)
    hire = load_hires(connection, [row.hire_id])[row.hire_id]
    if not scoped(actor).covers(hire.region):
        raise NoSuchRecovery(number)
    return row, hire


def _must_hold(actor: Actor, roles: frozenset[Role], hire: Hire) -> Role:
    held = actor.roles_in(hire.region) & roles
    if not held:
        raise NotEntitled
    return preferred(actor, hire.region, held)


def _recorded(actor: Actor, role: Role, hire: Hire, at: datetime) -> dict[str, Any]:
    """Who entered a row, and whom they stood in for."""
    principal = actor.stands_for(role, hire.region)
    return {"recorded_by": actor.person_key, "recorded_for": principal, "recorded_at": at}


def _hold(connection: Connection, hire_id: int) -> None:
    """Claims under one hire are entered one after another (SQLite: every transaction that writes is alone)."""
    table = metadata.tables["hire"]
    connection.execute(select(table.c.id).where(table.c.id == hire_id).with_for_update())


def _refuse_twice(connection: Connection, hire_id: int, first: date, last: date) -> None:
    asked = select(_recovery.c.id).where(
        _recovery.c.hire_id == hire_id,
        _recovery.c.settled_on.is_(None),
        _recovery.c.from_month <= last,
        _recovery.c.until_month >= first,
    )
    known = connection.execute(asked).scalars().first()
    if known is not None:
        raise NotPossible(say("这几个月里已有第{n}号追回还没有结清，请在那一笔上办理", n=known))


def _refuse_beyond(limit: Claimable, fen: int) -> None:
    if fen > limit.left_fen:
        why = say(
            "这几个月发放{paid}元（没有发放表的月份按标准计，年度绩效算在当年12月），除去已经提出追回的，"
            "最多还可以追回{left}元，请核对月份和金额",
            paid=yuan(limit.paid_fen), left=yuan(limit.left_fen),
        )  # fmt: skip
        raise InputRefused({"fen": why})


def _refuse_interested(row: Row[Any], hire: Hire, actor: Actor, role: Role) -> None:
    if row.upheld is not None:
        raise NotPossible(say("这笔追回已经作出决定，不必再办"))
    if {row.asked_by, row.asked_for} & keys_of(actor, role, hire.region):
        raise NotPossible(say("这笔追回是您提出的，须由另一人决定"))
    _refuse_kin(hire, actor, role)


def _refuse_kin(hire: Hire, actor: Actor, role: Role) -> None:
    """Nobody deals with money that they, whom they stand in for, or somebody who seems to be their kin owes."""
    person = hire.person
    if person is not None and interest(actor, keys_of(actor, role, hire.region), person) is not None:
        raise NotPossible(say("涉及您本人或者亲属，请由其他人办理"))


def _log(
    office: Office,
    connection: Connection,
    act: str,
    number: int,
    hire_id: int,
    actor: Actor,
    at: datetime,
    **facts: Any,
) -> None:
    said = {"recovery": number, "hire": hire_id, **facts}
    office_log.write(connection, BOOK, act, actor, at, said, office.setting.algorithm)
