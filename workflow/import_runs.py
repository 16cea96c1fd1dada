"""Runs of imports (导入记录): who took in which file, what it changed line by line, and what became of that.

Kept in the transaction of the change itself where the import is one; the office log (book ``imports``) says so by
numbers, and never tells of people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from states.facts import Actor
from states.say import Sentence, say
from workflow import office_log
from workflow.office import Office
from workflow.queries.paging import PAGE, page_size
from workflow.queries.scope import Scope
from workflow.tables import metadata

BOOK = "imports"
run, line, undo = (metadata.tables[f"import_{name}"] for name in ("run", "line", "undo"))
APPLICANTS, ATTENDANCE, ASSESSMENT, POINTS = "applicants", "attendance", "assessment", "points"
BANK_RETURN, ROSTER, ALLOCATION, OLD_POSTS = "bank_return", "roster", "allocation", "old_posts"
KINDS: Mapping[str, Sentence] = {
    APPLICANTS: say("报名表"),
    ATTENDANCE: say("考勤表"),
    ASSESSMENT: say("考核表"),
    POINTS: say("加分扣分表"),
    BANK_RETURN: say("银行回单"),
    ROSTER: say("花名册"),
    ALLOCATION: say("指标分配表"),
    OLD_POSTS: say("原有岗位人员名单"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a run is about. ``digest``: the SHA-256 of its file; ``refused``: rows that were left out."""

    id: str
    kind: str
    region: str
    subject: str
    digest: str
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that a run changed. ``change``: new, changed, removed; ``seq``: the entry or version it left behind."""

    change: str
    about: str
    hire_id: int | None = None
    person_id: int | None = None
    seq: int | None = None
    before: Mapping[str, Any] | None = None


def common_region(regions: Sequence[str]) -> str:
    """The narrowest region that holds all of these; empty where there is none."""
    lengths = (12, 9, 6, 4, 2) if regions else ()
    found = (regions[0][:length] for length in lengths if len({one[:length] for one in regions}) == 1)
    return next(found, "")


def keep(
    office: Office, connection: Connection, told: Told, lines: Sequence[Changed], actor: Actor, at: datetime
) -> int:
    """Writes a run down; one that is there already gets the lines that it lacks. Returns how many lines were added.

    A run that changed nothing leaves nothing behind. ``at`` is aware.
    """
    known = set(connection.execute(select(line.c.about).where(line.c.run_id == told.id)).scalars())
    added = [one for one in lines if one.about not in known]
    if not added:
        return 0
    counts = Counter(one.change for one in added)
    numbers = {change: counts[change] for change in ("new", "changed", "removed")}
    if known or connection.execute(select(run.c.id).where(run.c.id == told.id)).scalar() is not None:
        more = {name: run.c[name] + n for name, n in numbers.items()}
        connection.execute(update(run).where(run.c.id == told.id).values(more))
    else:
        connection.execute(insert(run).values(_row(told, numbers, actor, at)))
    rows = [
        {
            "run_id": told.id,
            "number": number,
            "region": told.region,
            "change": one.change,
            "hire_id": one.hire_id,
            "person_id": one.person_id,
            "about": one.about,
            "seq": one.seq,
            "before": None if one.before is None else dict(one.before),
        }
        for number, one in enumerate(added, len(known) + 1)
    ]
    connection.execute(insert(line), rows)
    facts = {"run": told.id, "kind": told.kind, "subject": told.subject, "file": told.digest, **numbers}
    office_log.write(connection, BOOK, "ran", actor, at, facts, office.setting.algorithm)
    return len(added)


def _row(told: Told, numbers: Mapping[str, int], actor: Actor, at: datetime) -> dict[str, Any]:
    return {
        "id": told.id,
        "kind": told.kind,
        "region": told.region,
        "subject": told.subject[:100],
        "file_digest": told.digest,
        **numbers,
        "refused": told.refused,
        "ran_by": actor.person_key,
        "account_id": actor.account_id,
        "ran_at": at,
    }


# ---- asked for ---------------------------------------------------------------------------------------------------


def runs(
    connection: Connection, scope: Scope, *, kind: str | None = None, before: str | None = None, limit: int = PAGE
) -> tuple[list[Row[Any]], str | None]:
    """The runs within the scope, the newest first, with ``undone`` lines and their ``total``; the key to go on from."""
    limit = page_size(limit)
    counted = (
        select(line.c.run_id, func.count().label("total"), func.count(line.c.undo_id).label("undone"))
        .group_by(line.c.run_id)
        .subquery()
    )
    account = metadata.tables["account"]
    asked = (
        select(run, counted.c.total, counted.c.undone, account.c.name)
        .join(counted, counted.c.run_id == run.c.id)
        .outerjoin(account, account.c.id == run.c.account_id)
        .where(scope.regions(run.c.region))
        .order_by(run.c.ran_at.desc(), run.c.id.desc())
        .limit(limit + 1)
    )
    if kind is not None:
        asked = asked.where(run.c.kind == kind)
    if before is not None:
        last = select(run.c.ran_at).where(run.c.id == before).scalar_subquery()
        asked = asked.where((run.c.ran_at < last) | ((run.c.ran_at == last) & (run.c.id < before)))
    rows = list(connection.execute(asked))
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def one_run(connection: Connection, scope: Scope, run_id: str) -> Row[Any] | None:
    """A run within the scope with the name of who ran it; None where there is none."""
    account = metadata.tables["account"]
    asked = select(run, account.c.name).outerjoin(account, account.c.id == run.c.account_id)
    return connection.execute(asked.where(run.c.id == run_id, scope.regions(run.c.region))).one_or_none()


def lines_of(connection: Connection, run_id: str) -> list[Row[Any]]:
    """What a run changed, in its order."""
    return list(connection.execute(select(line).where(line.c.run_id == run_id).order_by(line.c.number)))


def undos_of(connection: Connection, run_id: str) -> list[Row[Any]]:
    """Every undoing that was asked for, the first first."""
    return list(connection.execute(select(undo).where(undo.c.run_id == run_id).order_by(undo.c.id)))
