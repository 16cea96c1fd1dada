"""Who is signed in (会话), in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, Connection, select

from states.facts import Actor, Grant
from states.procedure import Role
from workflow.tables import metadata

account, grant, sign_in = (metadata.tables[name] for name in ("account", "account_grant", "sign_in"))


@dataclass(frozen=True, slots=True)
class Visit:
    """A living session and whose it is."""

    actor: Actor
    username: str
    name: str
    language: str
    form_token: str
    seen_at: datetime
    expires_at: datetime


def visit_of(connection: Connection, token_hash: str, at: datetime, idle: timedelta) -> Visit | None:
    """The session with this token, in one query; None if it ended, was idle too long, or its account is closed."""
    asked = (
        select(*sign_in.c, *account.c, grant.c.role, grant.c.region)
        .join(account, account.c.id == sign_in.c.account_id)
        .outerjoin(grant, grant.c.account_id == account.c.id)
        .where(
            sign_in.c.token_hash == token_hash,
            sign_in.c.expires_at > at,
            sign_in.c.seen_at > at - idle,
            account.c.disabled_at.is_(None),
        )
    )
    rows = connection.execute(asked.set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)).all()
    if not rows:
        return None
    row = rows[0]
    grants = tuple(Grant(Role(r.account_grant_role), r.account_grant_region) for r in rows if r.account_grant_role)
    actor = Actor(row.account_id, row.account_person_key, row.account_name, grants)
    return Visit(
        actor,
        row.account_username,
        row.account_name,
        row.account_language,
        row.sign_in_form_token,
        row.sign_in_seen_at,
        row.sign_in_expires_at,
    )
