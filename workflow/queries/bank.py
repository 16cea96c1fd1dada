"""What the bank said of paid lines, as other questions need it (到账与未到账): whose money never arrived."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, or_, select

from workflow.tables import metadata

line, result = metadata.tables["pay_line"], metadata.tables["pay_result"]
sent, sent_line = metadata.tables["bank_list"], metadata.tables["bank_line"]
#: of a line: it arrived, was refused, came with another amount or name, was sent again
RECEIVED, FAILED, AMOUNT, NAME, RESENT = "paid", "failed", "amount", "name", "resent"
#: nothing more is sent of it, or its month is reckoned anew by a supplementary sheet; asked for, and agreed to
CLOSING, CLOSED, REDOING, REDONE = "closing", "closed", "redoing", "redone"
#: the money is not there, and is owed or was given up
NOT_THERE = (FAILED, CLOSING, CLOSED, REDOING, REDONE)


def refused_by_bank() -> ColumnElement[bool]:
    """The condition on ``pay_line`` that its money never arrived: refused at last, closed, or left off every list.

    A line stands on the list that the bank was given, where the sheet has any; one that waits for its return counts as
    paid.
    """
    listed = select(sent.c.number).where(sent.c.sheet_id == line.c.sheet_id).correlate(line)
    on_one = select(sent_line.c.number).where(
        sent_line.c.sheet_id == line.c.sheet_id, sent_line.c.hire_id == line.c.hire_id
    )
    left_off = and_(listed.exists(), ~on_one.correlate(line).exists(), ~_last().exists())
    return or_(_ended(*NOT_THERE), left_off)


def cost_fen() -> Any:
    """What a ``pay_line`` costs whoever pays it, in fen, of what is paid before anything is taken off.

    Money that the bank refused and that is owed costs what it did: it will be sent. Of a line that was closed for good
    (不再发放) the sum for the card was never spent; what was taken off for the insurance was paid in, and stays. A line
    whose month a supplementary sheet reckons anew costs nothing: that sheet bears the month, insurance with it.
    """
    return case((_ended(REDONE), 0), (_ended(CLOSED), line.c.deducted_fen), else_=line.c.gross_fen)


def employer_cost_fen() -> Any:
    """The employer's insurance of a ``pay_line``, in fen: paid in whatever the bank did, once for a month."""
    return case((_ended(REDONE), 0), else_=line.c.employer_fen)


def _ended(*results: str) -> ColumnElement[bool]:
    """Whether the last word on a ``pay_line`` is one of these."""
    return _last().where(result.c.result.in_(results)).exists()


def _last() -> Select[tuple[int]]:
    later = result.alias()
    newer = select(later.c.number).where(
        later.c.sheet_id == result.c.sheet_id,
        later.c.hire_id == result.c.hire_id,
        later.c.number > result.c.number,
        later.c.undo_id.is_(None),
    )
    mine = and_(result.c.sheet_id == line.c.sheet_id, result.c.hire_id == line.c.hire_id)
    return select(result.c.number).where(mine, result.c.undo_id.is_(None), ~newer.exists()).correlate(line)


def listed_for_bank(connection: Connection, number: int) -> bool:
    """Whether a list of the sheet was taken for the bank: from then on its money counts as on its way."""
    return connection.execute(select(sent.c.number).where(sent.c.sheet_id == number).limit(1)).first() is not None
