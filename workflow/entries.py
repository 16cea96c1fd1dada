"""Entries on old posts on which nobody has built (录入未动用): only these can be taken back, by whatever way."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from states.facts import Hire
from states.procedure import Procedure
from states.refusals import StepNotOffered
from states.say import say
from workflow.tables import metadata


def built_on(connection: Connection, hires: Collection[int]) -> set[int]:
    """Those of whom a day of attendance or a line of pay is on record."""
    found: set[int] = set()
    for table in (metadata.tables["attendance"], metadata.tables["pay_line"]):
        found |= set(connection.execute(select(table.c.hire_id).where(table.c.hire_id.in_(list(hires)))).scalars())
    return found


def check_taking_back(connection: Connection, procedure: Procedure, hire: Hire, act: str) -> None:
    """Refuses to take back (撤销录入) an entry after which somebody worked or was paid. Raises StepNotOffered."""
    steps = procedure.steps_from.get(hire.stage, ())
    if not any(step.act == act and step.params.get("takes_back") == "entry" for step in steps):
        return
    if built_on(connection, [hire.id]):
        raise StepNotOffered(say("此后已经记了考勤或者编了发放表，录入不能再撤销；不再在岗的，请办理离岗"))
