"""What a step of the house names (办理事项的核对): a file that its sender may open, a colleague who has the role.

``states`` knows neither accounts nor files: what an input names is looked up here, before the step is decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from states.facts import Actor
from states.refusals import InputRefused
from states.say import say
from states.vocabulary import Role
from workflow.office import Office
from workflow.queries.case_file import officers_for, seen_digest
from workflow.queries.scope import scoped

ATTACH, REASSIGN = "attach", "reassign"


def check_house_input(
    office: Office, actor: Actor, regions: Iterable[str], act: str, payload: Mapping[str, Any], on: date
) -> None:
    """Checks what an act of the house names; other acts pass. ``regions``: of the hires, ``on``: today.

    Raises InputRefused.
    """
    if act == ATTACH:
        _check_file(office, actor, payload)
    elif act == REASSIGN and payload.get("to_account") is not None:
        _check_recipient(office, regions, payload, on)


def _check_file(office: Office, actor: Actor, payload: Mapping[str, Any]) -> None:
    """Who attaches by digest alone could open the file anyway: a digest may be read where the file may not.

    Evidence at an address has no file.
    """
    if payload.get("address") is not None:
        return
    scope = scoped(actor)
    with office.database.reading(scope.reach) as connection:
        known = seen_digest(connection, scope, str(payload.get("digest", "")))
    if not known:
        raise InputRefused({"digest": say("请上传文件本身")})


def _check_recipient(office: Office, regions: Iterable[str], payload: Mapping[str, Any], on: date) -> None:
    """The colleague holds the role where the hire is."""
    try:
        role, account = Role(str(payload.get("role"))), int(str(payload["to_account"]))
    except ValueError:
        return  # the step itself says what is wrong with its fields
    with office.database.reading() as connection:
        for region in set(regions):
            colleagues = officers_for(connection, region, [role], on).get(role, ())
            if account not in {colleague.id for colleague in colleagues}:
                raise InputRefused({"to_account": say("这个账户在本地区没有这一职责，请另选一位")})
