"""Who is told that a year was loaded (日历变动通知): one letter to each account, however many of its hires moved.

While dates are computed again, each transaction adds to the letter of every account concerned; the letter waits until
the load has ended. So the numbers in it are those of what was kept, also when a process died in between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from states.clocks import local_day, owners_of
from states.plan import Plan
from states.procedure import Procedure
from states.vocabulary import Role
from workflow.grants import held
from workflow.office import Office
from workflow.tables import metadata

TEMPLATE = "calendar_moved"
#: a letter that still counts is due so long after its load that nothing addresses it before it is released
HELD = timedelta(days=3650)
outbox, account = metadata.tables["outbox"], metadata.tables["account"]


def count(office: Office, connection: Connection, run: str, year: int, plans: Iterable[Plan], at: datetime) -> None:
    """Adds what these plans moved to the letters of those concerned, in the transaction that keeps the plans."""
    concerned: dict[int, list[Plan]] = defaultdict(list)
    for plan, role_regions in _roles(office, plans):
        for reader in _accounts(connection, role_regions, plan.before.region, at):
            concerned[reader].append(plan)
    known = _known(connection, run, concerned)
    for reader, of_reader in sorted(concerned.items()):
        _add(connection, run, year, reader, of_reader, known.get(reader), at)


def release(connection: Connection, run: str, at: datetime) -> None:
    """The letters are whole: they are addressed at the next tick."""
    mine = outbox.c.message_id.startswith(f"calendar-{run}-")
    connection.execute(update(outbox).where(mine, outbox.c.status == "waiting").values(due_at=at))


def _roles(office: Office, plans: Iterable[Plan]) -> Iterable[tuple[Plan, frozenset[Role]]]:
    for plan in plans:
        yield plan, concerned_by(office.procedure(plan.before.procedure), plan)


def concerned_by(procedure: Procedure, plan: Plan) -> frozenset[Role]:
    """Who has to know: whoever a moved period calls, else whoever deals with the hire now or announced the place."""
    before = plan.before.dossier.clocks
    moved = [name for name, clock in plan.dossier.clocks.items() if before.get(name) != clock]
    owners = {role for name in moved for role in owners_of(procedure, name, plan.dossier.filings)}
    stage = procedure.stage_by_name[plan.before.stage]
    return frozenset(owners or stage.owner or procedure.announcement.by)


def _accounts(connection: Connection, roles: frozenset[Role], region: str, at: datetime) -> list[int]:
    """The accounts that hold one of these roles there on the day, and those who stand in for one that does (代)."""
    above = [region[:length] for length in range(len(region) + 1)]
    granted = held(local_day(at)).subquery()
    asked = (
        select(granted.c.account_id)
        .distinct()
        .join(account, account.c.id == granted.c.account_id)
        .where(account.c.disabled_at.is_(None), granted.c.role.in_([role.value for role in roles]))
        .where(granted.c.region.in_(above))
    )
    return list(connection.execute(asked).scalars())


def _known(connection: Connection, run: str, readers: Iterable[int]) -> dict[int, dict[str, Any]]:
    ids = [_message(run, reader) for reader in readers]
    rows = connection.execute(select(outbox.c.facts).where(outbox.c.message_id.in_(ids))).scalars()
    return {facts["to_account"]: facts for facts in rows}


def _add(
    connection: Connection,
    run: str,
    year: int,
    reader: int,
    plans: list[Plan],
    known: dict[str, Any] | None,
    at: datetime,
) -> None:
    before = known or {"hires": 0, "moved": 0}
    facts = {
        "to_account": reader,
        "year": year,
        "hires": before["hires"] + len(plans),
        "moved": before["moved"] + sum(map(_has_moved, plans)),
        **dict.fromkeys(("act", "stage"), ""),
        "on": local_day(at).isoformat(),
    }
    if known is not None:
        mine = outbox.c.message_id == _message(run, reader)
        connection.execute(update(outbox).where(mine).values(facts=facts))
        return
    hire = plans[0].before
    row = {"hire_id": hire.id, "seq": plans[0].seq, "n": 0, "template": TEMPLATE, "to_role": Role.SYSTEM.value}
    row |= {"message_id": _message(run, reader), "region": hire.region, "facts": facts, "status": "waiting"}
    connection.execute(insert(outbox).values(**row, created_at=at, due_at=at + HELD))


def _has_moved(plan: Plan) -> bool:
    before = plan.before.dossier.clocks
    return any(name in before and before[name].due_on != clock.due_on for name, clock in plan.dossier.clocks.items())


def _message(run: str, reader: int) -> str:
    return f"calendar-{run}-{reader}"
