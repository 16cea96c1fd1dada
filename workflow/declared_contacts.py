"""What an officer declares for recusal (回避申报): phone, address and bank card, kept only as keyed indexes.

They are compared with those of applicants: the same surname and an equal one raise a flag (``states.separation``). The
values themselves are not kept, so declaring again replaces what was declared before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session

from states.facts import Actor
from states.refusals import InputRefused
from states.say import Sentence, say
from workflow import office_log
from workflow.contacts import FIELDS, bank_fault, contacts_of, normal_bank, normal_phone
from workflow.sealing import Seal
from workflow.tables import metadata

_account = metadata.tables["account"]
LONGEST = 200


def declare(
    session: Session, seal: Seal, actor: Actor, at: datetime, given: Mapping[str, str], algorithm: str = "sha256"
) -> tuple[str, ...]:
    """Keeps what ``given`` names of phone, address and bank, for every account of the natural person.

    Returns the names of what was declared; the office log holds these and nothing else. ``at`` is aware. Raises
    InputRefused with every fault.
    """
    said = {name: text for name in FIELDS if (text := given.get(name, "").strip())}
    faults = _faults(said)
    if faults:
        raise InputRefused(faults)
    own = _account.c.person_key == actor.person_key
    session.execute(update(_account).where(own).values(contacts=contacts_of(seal, said)))
    office_log.write(session, "accounts", "contacts", actor, at, {"declared": sorted(said)}, algorithm)
    return tuple(sorted(said))


def _faults(said: Mapping[str, str]) -> dict[str, Sentence]:
    found: dict[str, Sentence] = {
        name: say("最多{length}个字", length=LONGEST) for name, text in said.items() if len(text) > LONGEST
    }
    if "phone" in said and not 7 <= len(normal_phone(said["phone"])) <= 15:
        found["phone"] = say("请填写电话号码，只用数字")
    fault = bank_fault(normal_bank(said["bank"])) if "bank" in said else None
    return found if fault is None else {**found, "bank": fault}
