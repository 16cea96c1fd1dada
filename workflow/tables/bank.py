"""What goes to the bank and comes back (银行代发): the lists of a sheet, their cards, and results line by line."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel


class PayResult(SQLModel, table=True):
    """回单结果: what became of a line of a paid sheet at the bank, or what an officer states; the last one counts.

    ``result``: paid, failed, amount (another than the line's), name (of somebody else), resent (on a further list),
    closing and closed (不再发放, asked for and agreed to by another), redoing and redone (a supplementary sheet reckons
    its month anew, and the line is live no more). ``run_id`` is the import of the bank's file, None for an act of an
    officer; ``undo_id`` the undoing that took it back. ``kept_for``: in whose place a deputy did it.
    """

    __tablename__ = "pay_result"
    sheet_id: int = Field(foreign_key="pay_sheet.id", primary_key=True, sa_type=BigInteger)
    hire_id: int = Field(foreign_key="hire.id", primary_key=True, sa_type=BigInteger)
    number: int = Field(primary_key=True)
    result: str = Field(max_length=8)
    fen: int = Field(sa_type=BigInteger)
    said: str = Field(max_length=300)
    run_id: str | None = Field(default=None, foreign_key="import_run.id", max_length=40)
    kept_by: str = Field(max_length=64)
    kept_for: str | None = Field(default=None, max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    kept_at: datetime
    undo_id: int | None = Field(default=None, foreign_key="import_undo.id", sa_type=BigInteger)
    __table_args__ = (
        CheckConstraint(
            "result IN ('paid', 'failed', 'amount', 'name', 'resent', 'closing', 'closed', 'redoing', 'redone')"
            " AND fen >= 0",
            name="result",
        ),
    )


class BankList(SQLModel, table=True):
    """银行代发清单: who of a sheet is paid to which card, taken for the bank by one person; 1 is the first.

    ``digest`` binds the rows of the sheet, the hires, amounts and cards of the list.
    """

    __tablename__ = "bank_list"
    sheet_id: int = Field(foreign_key="pay_sheet.id", primary_key=True, sa_type=BigInteger)
    number: int = Field(primary_key=True)
    region: str = Field(max_length=12)
    people: int
    sum_fen: int = Field(sa_type=BigInteger)
    digest: str = Field(max_length=64)
    purpose: str = Field(max_length=200)
    taken_by: str = Field(max_length=64)
    taken_for: str | None = Field(default=None, max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    taken_at: datetime
    __table_args__ = (CheckConstraint("number >= 1 AND people >= 1 AND sum_fen >= 0", name="numbers"),)


class BankLine(SQLModel, table=True):
    """代发明细: a line of a list. ``card`` is the keyed blind index of the card, never its number."""

    __tablename__ = "bank_line"
    sheet_id: int = Field(foreign_key="pay_sheet.id", primary_key=True, sa_type=BigInteger)
    number: int = Field(primary_key=True)
    hire_id: int = Field(foreign_key="hire.id", primary_key=True, sa_type=BigInteger)
    fen: int = Field(sa_type=BigInteger)
    card: str = Field(max_length=64)
    __table_args__ = (CheckConstraint("fen >= 0", name="fen"),)


class BankCard(SQLModel, table=True):
    """卡号核对: a card that changed after the sheet was handed in, seen to by another person than who changed it.

    ``basis``: what it was compared with. ``changed_by``: who changed it last.
    """

    __tablename__ = "bank_card"
    sheet_id: int = Field(foreign_key="pay_sheet.id", primary_key=True, sa_type=BigInteger)
    hire_id: int = Field(foreign_key="hire.id", primary_key=True, sa_type=BigInteger)
    card: str = Field(primary_key=True, max_length=64)
    basis: str = Field(max_length=300)
    changed_by: str = Field(max_length=64)
    checked_by: str = Field(max_length=64)
    checked_for: str | None = Field(default=None, max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    checked_at: datetime
    __table_args__ = (CheckConstraint("checked_by <> changed_by", name="two_people"),)
