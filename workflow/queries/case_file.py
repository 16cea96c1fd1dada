"""What working a case left behind (案卷): files, notes, returns, suspensions, who decided what and in whose place.

For offices only: an applicant sees where their hire stands, not what officers write to each other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from states.vocabulary import Role
from workflow.grants import held
from workflow.queries.scope import Scope
from workflow.tables import metadata

hire, account, audit_entry = (metadata.tables[name] for name in ("hire", "account", "audit_entry"))
document, stored_file, decision = (metadata.tables[name] for name in ("document", "stored_file", "decision"))
suspension, comment, assignment = (metadata.tables[name] for name in ("suspension", "comment", "assignment"))


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A file of a hire, or evidence at an address. ``checked``: what looked for viruses; None where nothing is kept."""

    seq: int
    at: datetime
    by: str | None
    role: str
    kind: str
    name: str
    media_type: str
    size: int
    digest: str
    board: str | None
    address: str | None
    checked: str | None


@dataclass(frozen=True, slots=True)
class SuspensionLine:
    """A suspension, with who suspended and who resumed."""

    seq: int
    from_on: date
    reason: str
    by: str | None
    resumed_on: date | None
    resumed_by: str | None


@dataclass(frozen=True, slots=True)
class CommentLine:
    """A note, with who wrote it when."""

    seq: int
    at: datetime
    by: str | None
    role: str
    text: str


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A decision of a named officer. ``approval``: by another than who submitted it, or one signature of several.

    ``principal``: in whose place a deputy acted (代).
    """

    seq: int
    on_day: date
    act: str
    stage: str
    outcome: str
    role: str
    by: str | None
    principal: str | None
    opinion: str | None
    approval_no: str | None
    evidence: str | None
    law: str | None
    overrides: tuple[dict[str, Any], ...]
    approval: bool


@dataclass(frozen=True, slots=True)
class OfficerLine:
    """An account to which a hire may be given."""

    id: int
    name: str


def documents(connection: Connection, scope: Scope, hire_id: int) -> tuple[DocumentLine, ...]:
    """The files of a hire within the scope, the latest first."""
    found = connection.execute(_documents(scope, hire_id).order_by(document.c.seq.desc()))
    return tuple(DocumentLine(**row._mapping) for row in found)


def document_line(connection: Connection, scope: Scope, hire_id: int, seq: int) -> DocumentLine | None:
    """One of them; None when there is none for this reader."""
    row = connection.execute(_documents(scope, hire_id).where(document.c.seq == seq)).one_or_none()
    return None if row is None else DocumentLine(**row._mapping)


def number_of_documents(connection: Connection, hire_id: int) -> int:
    """How many files a hire has."""
    asked = select(func.count()).select_from(document).where(document.c.hire_id == hire_id)
    return int(connection.execute(asked).scalar_one())


def seen_digest(connection: Connection, scope: Scope, digest: str) -> bool:
    """Whether a file with this digest is attached to any hire within the scope."""
    asked = select(document.c.seq).join(hire, hire.c.id == document.c.hire_id)
    asked = asked.where(document.c.digest == digest, document.c.address.is_(None), scope.regions(hire.c.region))
    return connection.execute(asked.limit(1)).first() is not None


def _documents(scope: Scope, hire_id: int) -> Select[Any]:
    shown = (document.c[name] for name in ("seq", "kind", "name", "media_type", "size", "digest", "board", "address"))
    return (
        select(*shown, audit_entry.c.at, audit_entry.c.role, account.c.name.label("by"), stored_file.c.checked)
        .select_from(document)
        .join(hire, hire.c.id == document.c.hire_id)
        .join(audit_entry, (audit_entry.c.hire_id == document.c.hire_id) & (audit_entry.c.seq == document.c.seq))
        .outerjoin(account, account.c.id == audit_entry.c.account_id)
        .outerjoin(stored_file, (stored_file.c.digest == document.c.digest) & document.c.address.is_(None))
        .where(document.c.hire_id == hire_id, scope.regions(hire.c.region))
    )


def suspensions(connection: Connection, scope: Scope, hire_id: int) -> tuple[SuspensionLine, ...]:
    """The suspensions of a hire within the scope, in order."""
    began, ended = audit_entry.alias("began"), audit_entry.alias("ended")
    who, then = account.alias("who"), account.alias("then_who")
    asked = (
        select(*(suspension.c[name] for name in ("seq", "from_on", "reason", "resumed_on")))
        .add_columns(who.c.name.label("by"), then.c.name.label("resumed_by"))
        .select_from(suspension)
        .join(hire, hire.c.id == suspension.c.hire_id)
        .outerjoin(began, (began.c.hire_id == suspension.c.hire_id) & (began.c.seq == suspension.c.seq))
        .outerjoin(who, who.c.id == began.c.account_id)
        .outerjoin(ended, (ended.c.hire_id == suspension.c.hire_id) & (ended.c.seq == suspension.c.resumed_seq))
        .outerjoin(then, then.c.id == ended.c.account_id)
        .where(suspension.c.hire_id == hire_id, scope.regions(hire.c.region))
        .order_by(suspension.c.seq)
    )
    return tuple(SuspensionLine(**row._mapping) for row in connection.execute(asked))


def comments(connection: Connection, scope: Scope, hire_id: int) -> tuple[CommentLine, ...]:
    """The notes on a hire within the scope, the latest first."""
    asked = (
        select(comment.c.seq, comment.c.text, audit_entry.c.at, audit_entry.c.role, account.c.name.label("by"))
        .select_from(comment)
        .join(hire, hire.c.id == comment.c.hire_id)
        .join(audit_entry, (audit_entry.c.hire_id == comment.c.hire_id) & (audit_entry.c.seq == comment.c.seq))
        .outerjoin(account, account.c.id == audit_entry.c.account_id)
        .where(comment.c.hire_id == hire_id, scope.regions(hire.c.region))
        .order_by(comment.c.seq.desc())
    )
    return tuple(CommentLine(**row._mapping) for row in connection.execute(asked))


def decisions(connection: Connection, scope: Scope, hire_id: int) -> tuple[DecisionLine, ...]:
    """Who decided what on a hire within the scope, in order."""
    shown = ("seq", "act", "stage", "outcome", "role", "opinion", "approval_no", "evidence", "law", "overrides")
    asked = (
        select(*(decision.c[name] for name in shown), decision.c.deputy_for)
        .add_columns(audit_entry.c.on_day, account.c.name.label("by"))
        .add_columns((decision.c.independent | decision.c.joint).label("approval"))
        .select_from(decision)
        .join(hire, hire.c.id == decision.c.hire_id)
        .join(audit_entry, (audit_entry.c.hire_id == decision.c.hire_id) & (audit_entry.c.seq == decision.c.seq))
        .outerjoin(account, account.c.id == decision.c.account_id)
        .where(decision.c.hire_id == hire_id, scope.regions(hire.c.region))
        .order_by(decision.c.seq)
    )
    rows = connection.execute(asked).all()
    names = names_of(connection, {row.deputy_for for row in rows if row.deputy_for is not None})
    found = []
    for row in rows:
        values = dict(row._mapping)
        deputy_for = values.pop("deputy_for")
        values["overrides"] = tuple(values["overrides"] or ())
        found.append(DecisionLine(**values, principal=names.get(deputy_for, "") if deputy_for else None))
    return tuple(found)


def names_of(connection: Connection, keys: Collection[str]) -> dict[str, str]:
    """The names of officers by the keys of natural persons, as their accounts have them."""
    if not keys:
        return {}
    asked = select(account.c.person_key, func.min(account.c.name)).where(account.c.person_key.in_(sorted(keys)))
    return {row[0]: row[1] for row in connection.execute(asked.group_by(account.c.person_key))}


def account_names(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    """The names of accounts by id."""
    if not ids:
        return {}
    asked = select(account.c.id, account.c.name).where(account.c.id.in_(sorted(ids)))
    return {row.id: row.name for row in connection.execute(asked)}


def officers_for_all(
    connection: Connection, regions: Collection[str], roles: Collection[Role], on: date
) -> dict[Role, tuple[OfficerLine, ...]]:
    """The same for hires of several places: who holds the role in every one of them."""
    here = [officers_for(connection, region, roles, on) for region in sorted(regions)]
    return {
        role: tuple(line for line in lines if all(line in others.get(role, ()) for others in here))
        for role, lines in (here[0] if here else {}).items()
    }


def officers_for(
    connection: Connection, region: str, roles: Collection[Role], on: date
) -> dict[Role, tuple[OfficerLine, ...]]:
    """Whom a hire of a place may be given to, by role: open accounts whose grant covers it on the day ``on``."""
    grants = held(on).subquery()
    asked = (
        select(grants.c.role, account.c.id, account.c.name, grants.c.region)
        .join(account, account.c.id == grants.c.account_id)
        .where(account.c.disabled_at.is_(None), grants.c.role.in_(sorted(role.value for role in roles)))
        .where(grants.c.region.in_([region[:length] for length in range(len(region) + 1)]))
        .order_by(account.c.name, account.c.id)
    )
    found: dict[Role, dict[int, OfficerLine]] = {}
    for row in connection.execute(asked):
        found.setdefault(Role(row.role), {})[row.id] = OfficerLine(row.id, row.name)
    return {role: tuple(lines.values()) for role, lines in found.items()}
