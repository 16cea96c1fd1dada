"""People on old posts (原有岗位人员): entered as hires under the old terms of a document, with their evidence.

The post itself is registered as any post is (重新梳理设置); nobody is announced and nobody applies. Entering is a step
of the version that holds the old terms, so guards, four eyes of later steps, trail and letters are those of every step.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from states.decide import decide
from states.facts import Actor
from states.machine import Rules
from states.meets import enforces
from states.refusals import InputRefused, StepNotOffered
from states.say import say
from states.steps import Step
from states.vocabulary import RecordKind, Role
from workflow.engine import Done, PlaceTaken
from workflow.moving import old_versions
from workflow.office import Office
from workflow.openings import place_under
from workflow.reading import load_hires, load_person
from workflow.writer import write_plans

#: the step by which a second person takes an entry back that nobody has built on
TAKE_BACK = "take_back_entry"


def rules_for(office: Office, procedure_id: str) -> Rules | None:
    """The old terms of a document; None where it has none."""
    key = next((key for key, now in old_versions(office).items() if now.procedure == procedure_id), None)
    return None if key is None else office.rulebook.rules(key)


def entry_step(rules: Rules) -> Step:
    """The step by which somebody is entered."""
    return next(step for step in rules.procedure.steps if step.records is RecordKind.OLD_TERMS)


def enterers(office: Office) -> frozenset[Role]:
    """The roles that enter people on old posts."""
    return frozenset(role for key in old_versions(office) for role in entry_step(office.rulebook.rules(key)).by)


def may_enter(office: Office, actor: Actor) -> bool:
    """Whether the actor enters people on old posts anywhere."""
    roles = enterers(office)
    return any(grant.role in roles for grant in actor.grants)


@enforces("LC-29")
def enter(office: Office, post_id: int, actor: Actor, at: datetime, given: Mapping[str, Any]) -> Done:
    """Enters one person on one post, in a transaction of its own. ``given``: ``states.inputs.OldTermsInput``.

    Raises InputRefused, StepNotOffered, StepRefused, PlaceTaken for somebody who serves elsewhere.
    """
    try:
        with office.database.transaction() as connection:
            return enter_in(office, connection, post_id, actor, at, given)
    except IntegrityError as error:
        raise taken(error) from error


def taken(error: IntegrityError) -> Exception:
    """What the database says of somebody who is on a post already, in a sentence."""
    if "serving" in str(error.orig) or "hire.person_id" in str(error.orig) or "live_application" in str(error.orig):
        return PlaceTaken(say("此人已在其他公益性岗位上岗，一人不能兼任两岗"))
    return error


def enter_in(
    office: Office, connection: Connection, post_id: int, actor: Actor, at: datetime, given: Mapping[str, Any]
) -> Done:
    """``enter`` in the caller's transaction. Raises as it does, IntegrityError for somebody who serves elsewhere."""
    rules, person_id = _rules_of(office, connection, post_id), given.get("person_id")
    person = load_person(connection, person_id) if isinstance(person_id, int) else None
    if person is None:
        raise InputRefused({"person_id": say("没有登记过这个人，请先登记")})
    step = entry_step(rules)
    hire_id = place_under(office, connection, rules, post_id, frozenset(step.by), actor, at)
    hire = load_hires(connection, [hire_id])[hire_id]
    plan = decide(hire, step.act, actor, at, rules, office.setting, payload=given, candidate=person)
    assert hire_id in write_plans(connection, [plan])  # nobody else knows this row yet
    return Done(hire_id, hire.version + 1, plan.seq, plan.stage.stage, plan.stage.state.value, plan.answers)


def _rules_of(office: Office, connection: Connection, post_id: int) -> Rules:
    sql = office._sql("SELECT procedure_id FROM post WHERE id = ?")
    name = connection.exec_driver_sql(sql, (post_id,)).scalar()
    rules = None if name is None else rules_for(office, str(name))
    if rules is None:
        raise StepNotOffered(say("这个岗位所属的文件没有关于原在岗人员的规定"))
    return rules
