"""How an account wants its e-mails (邮件方式): each letter by itself, or one digest a day. The inbox holds them all."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from workflow.office import Office
from workflow.tables import metadata

_setting = metadata.tables["setting"]
PREFIX = "mail:"


class MailMode(StrEnum):
    """邮件方式: 每天汇总一封, or 每封单独发送."""

    DIGEST = "digest"
    EACH = "each"


DEFAULT = MailMode.DIGEST


def mail_modes(connection: Connection, accounts: Collection[int]) -> dict[int, MailMode]:
    """The way of every account of ``accounts``, the default for those who chose nothing."""
    names = {f"{PREFIX}{account}": account for account in accounts}
    chosen = dict.fromkeys(accounts, DEFAULT)
    query = select(_setting.c.name, _setting.c.value).where(_setting.c.name.in_(names))
    for row in connection.execute(query):
        chosen[names[row.name]] = MailMode(row.value)
    return chosen


def mail_mode(office: Office, account_id: int) -> MailMode:
    with office.database.reading() as connection:
        return mail_modes(connection, [account_id])[account_id]


def set_mail_mode(office: Office, account_id: int, mode: MailMode, at: datetime) -> None:
    """Sets the way of an account from now on (``at``: aware). Letters already on their way go as they were to go."""
    name = f"{PREFIX}{account_id}"
    values = {"value": mode.value, "changed_at": at}
    with office.database.transaction() as connection:
        if not connection.execute(update(_setting).where(_setting.c.name == name).values(**values)).rowcount:
            connection.execute(insert(_setting).values(name=name, **values))
