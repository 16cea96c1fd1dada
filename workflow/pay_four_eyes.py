"""Who may approve a pay sheet (发放四眼): nobody what they made, approved or are paid by, nor what pays their kin.

Everything is asked of natural persons, as ``states.separation`` has it: a deputy counts as themselves and as whoever
they stand in for, on either side.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from states.facts import Actor
from states.refusals import StepNotOffered
from states.say import say
from states.separation import related
from workflow.pay_keeping import approvals
from workflow.pay_rows import Rows
from workflow.tables import metadata

clearance = metadata.tables["clearance"]


def refuse_interested(connection: Connection, row: Any, actor: Actor, keys: frozenset[str], rows: Rows) -> None:
    """``keys``: the natural persons behind the approval (``states.separation.keys_of``). Raises StepNotOffered."""
    if keys & {row.made_by, row.made_for, row.frozen_by, row.frozen_for}:
        raise StepNotOffered(say("发放表由您编制，须由别人审批"), forbidden=True)
    done = {key for one in approvals(connection, row.id) for key in (one.officer_key, one.deputy_for)}
    if keys & done:
        raise StepNotOffered(say("您已经审批过这份发放表，须由另一人审批"), forbidden=True)
    listed = [somebody.person for hire_id, somebody in rows.people.items() if hire_id in rows.paid]
    if any(person.key in keys for person in listed):
        raise StepNotOffered(say("表中有您本人，须由别人审批"), forbidden=True)
    kin = {(person.id, key) for person in listed for key in keys & person.relatives}
    kin |= {(person.id, actor.person_key) for person in listed if related(actor, person)}
    asked = select(clearance.c.person_id, clearance.c.officer_key).where(clearance.c.officer_key.in_(keys))
    if kin - {(one.person_id, one.officer_key) for one in connection.execute(asked)}:
        raise StepNotOffered(
            say("表中有您的亲属，或与您同姓且电话、住址或银行账号相同的人，须由别人审批，或由上级核实后解除回避"),
            forbidden=True,
        )
