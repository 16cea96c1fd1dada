"""Where objections are taken (受理异议的联系方式): department, telephone and address, set region by region.

They stand on every public notice of the region and below it; a narrower region's own go before. Kept in ``setting``,
changed by an office of that region, on the record of the office.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from states.facts import Actor
from states.refusals import InputRefused, StepNotOffered
from states.say import Sentence, say
from states.vocabulary import Role
from workflow import office_log
from workflow.office import Office
from workflow.queries.public_notices import ADDRESS, OFFICE, PHONE
from workflow.tables import metadata

setting, region = metadata.tables["setting"], metadata.tables["region"]
BOOK = "notices"
#: who answers for what a notice says of where to object
KEEPERS = frozenset({Role.EMPLOYER, Role.TOWNSHIP, Role.HRSS, Role.RURAL, Role.COUNTY})
FIELDS: Mapping[str, str] = {"office": OFFICE, "telephone": PHONE, "address": ADDRESS}
LONGEST = 100
_TELEPHONE = re.compile(r"\+?[0-9][0-9 -]{2,18}[0-9]([ 转-][0-9]{1,6})?")


def may_set(actor: Actor, code: str) -> bool:
    """Whether the actor holds an office in a region by which they answer for it."""
    return bool(actor.roles_in(code) & KEEPERS)


def set_contact(office: Office, actor: Actor, code: str, given: Mapping[str, str], at: datetime) -> None:
    """Sets where objections about a region are taken; an empty field takes what was set back.

    ``at`` is aware. Raises InputRefused with every fault, StepNotOffered for a region that is not the actor's.
    """
    if not may_set(actor, code):
        raise StepNotOffered(say("您在这个地区没有办理这一步的职责"), forbidden=True)
    said = {name: given.get(name, "").strip() for name in FIELDS}
    faults = _faults(said)
    with office.database.transaction() as connection:
        if connection.execute(select(region.c.code).where(region.c.code == code)).first() is None:
            faults["region"] = say("没有这个地区，请从列表中选择")
        if faults:
            raise InputRefused(faults)
        _keep(connection, code, said, at)
        facts = {"region": code, "set": sorted(name for name, value in said.items() if value)}
        office_log.write(connection, BOOK, "contact", actor, at, facts, office.setting.algorithm)


def _faults(said: Mapping[str, str]) -> dict[str, Sentence]:
    found: dict[str, Sentence] = {}
    for name in ("office", "address"):
        if len(said[name]) > LONGEST or not said[name].isprintable():
            found[name] = say("请控制在{n}个字以内", n=LONGEST)
    if said["telephone"] and not _TELEPHONE.fullmatch(said["telephone"]):
        found["telephone"] = say("请填写办公电话，例如0915-7200000")
    return found


def _keep(connection: Connection, code: str, said: Mapping[str, str], at: datetime) -> None:
    names = {kind + code: said[name] for name, kind in FIELDS.items()}
    connection.execute(delete(setting).where(setting.c.name.in_(list(names))))
    rows = [{"name": name, "value": value, "changed_at": at} for name, value in names.items() if value]
    if rows:
        connection.execute(insert(setting), rows)


def contacts_set(connection: Connection) -> dict[str, dict[str, str]]:
    """What was set: region code → field → value."""
    names = [setting.c.name.like(kind.replace("_", r"\_") + "%", escape="\\") for kind in FIELDS.values()]
    found: dict[str, dict[str, str]] = {}
    for kind, condition in zip(FIELDS, names, strict=True):
        for row in connection.execute(select(setting.c.name, setting.c.value).where(condition)):
            found.setdefault(row.name.partition(":")[2], {})[kind] = row.value
    return found
