"""Objections to a public notice (异议): lodged by anybody, answered by whoever the document names.

An objection is registered on the hire at once, through the engine, so that the rules stop the clock and not a clerk.
What was said is for officers only. Whoever lodged it holds a receipt; a telephone number is sealed, read on the record,
and not kept beyond the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from states.clocks import local_day
from states.facts import PUBLIC, Actor, Hire
from states.procedure import Procedure
from states.refusals import InputRefused, Refusal, StepNotOffered
from states.say import Sentence, say
from states.steps import Step
from states.vocabulary import RecordKind, Role
from workflow import engine, office_log, receipts
from workflow.engine import Done
from workflow.masking import masked_name
from workflow.office import Office
from workflow.public_limits import admit
from workflow.queries.objections import Standing, standing_of
from workflow.queries.public_notices import hires_on
from workflow.reading import load_hires
from workflow.receipts import Entry, Ticket
from workflow.sealing import Place, Seal
from workflow.tables import metadata

setting = metadata.tables["setting"]
FORM = "objection"
LONGEST, SHORTEST, LONGEST_NAME = 2000, 5, 50
PHONE = "objection_phone:"
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_TELEPHONE = re.compile(r"\+?[0-9][0-9 -]{5,18}[0-9]")
#: numbers that might identify somebody, in the answer of a handler who forgot
_NUMBERS = re.compile(r"[0-9０-９][0-9０-９Xx\s-]{5,}[0-9０-９Xx]")


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says against one or several persons of a sheet. ``hires``: those of the persons chosen."""

    hires: tuple[int, ...]
    text: str
    by_name: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Lodged:
    """An objection that was registered. ``code``: the receipt, shown once; ``failed``: persons it came too late for."""

    code: str
    entries: tuple[Entry, ...]
    failed: int = 0


class NoticeOver(Refusal):
    """The notice does not hang any more: its days are over, or it was corrected or taken back."""

    def __init__(self) -> None:
        super().__init__(say("这份公示已经结束，不能再在这里提出异议。请直接向公示单位或者上级主管部门反映"))


# ---- lodging -----------------------------------------------------------------------------------------------------


def read(given: Mapping[str, str], people: Sequence[str], hires: Sequence[int]) -> Said:
    """What was filled in on the public form. ``people``: the hires ticked; ``hires``: those on the sheet.

    Raises InputRefused with every fault.
    """
    text, by_name, phone = (given.get(name, "").strip() for name in ("text", "by_name", "phone"))
    known = {str(hire): hire for hire in hires}
    chosen = tuple(known[one] for one in dict.fromkeys(people) if one in known)
    faults: dict[str, Sentence] = {}
    if not chosen:
        faults["people"] = say("请勾选您对名单中的哪一位有异议")
    if len(text) < SHORTEST:
        faults["text"] = say("请写明情况和理由，至少{n}个字", n=SHORTEST)
    elif len(text) > LONGEST:
        faults["text"] = say("内容过长，请控制在{n}个字以内", n=LONGEST)
    elif not _is_text(text, "\r\n\t"):
        faults["text"] = say("内容里有无法保存的字符，请删去后再提交")
    if len(by_name) > LONGEST_NAME or not _is_text(by_name):
        faults["by_name"] = say("姓名请控制在{n}个字以内，也可以不填", n=LONGEST_NAME)
    if phone and not _TELEPHONE.fullmatch(phone):
        faults["phone"] = say("电话号码只填数字，例如0915-7200000，也可以不填")
    if faults:
        raise InputRefused(faults)
    return Said(chosen, text, by_name or None, phone or None)


def _is_text(text: str, breaks: str = "") -> bool:
    """Whether a text can be kept by both databases and shown as it is: no control characters, no half characters."""
    return not any(
        (sign < " " and sign not in breaks) or "\x7f" <= sign <= "\x9f" or "\ud800" <= sign <= "\udfff" for sign in text
    )


def lodge(office: Office, seal: Seal, sheet: str, said: Said, at: datetime, *, nonce: str, address: str) -> Lodged:
    """Registers an objection against every chosen person of a sheet that hangs, and issues the receipt.

    ``nonce`` is the form's own: the same form sent twice registers nothing twice. ``address``: where it came from, for
    the limits. Raises NoticeOver, public_limits.TooMany, and what the engine says where no person could be reached.
    """
    if not _NONCE.fullmatch(nonce):
        raise InputRefused({"text": say("表单已经过期，请重新打开后再提交")})
    with office.database.reading() as connection:
        known = dict(hires_on(connection, local_day(at), sheet))
        chosen = [hire_id for hire_id in said.hires if hire_id in known]
        hires = load_hires(connection, chosen)
    if not chosen:
        raise NoticeOver
    admit(office.database, FORM, address, at)
    payload = {"text": said.text, "by_name": said.by_name}
    done: list[Done] = []
    refusals: list[Refusal] = []
    for hire_id in chosen:
        try:
            key = f"{FORM}:{nonce}:{hire_id}"
            act = _act(office, hires[hire_id])
            done.append(engine.perform(office, hire_id, act, PUBLIC, at, payload, key=key))
        except StepNotOffered:
            refusals.append(NoticeOver())
        except Refusal as refusal:
            refusals.append(refusal)
    if not done:
        raise refusals[0]
    entries = tuple(Entry(one.hire_id, one.seq) for one in done)
    with office.database.transaction() as connection:
        for entry in entries:
            if said.phone:
                _keep_phone(connection, seal, entry, said.phone, at)
        return Lodged(receipts.issue_for(connection, at, entries), entries, len(said.hires) - len(done))


def _act(office: Office, hire: Hire) -> str:
    """By which step an objection is registered on a hire, where it stands now."""
    procedure = office.rulebook.rules(hire.procedure).procedure
    step = step_of(procedure, hire.stage, RecordKind.OBJECTION)
    return step.act if step else FORM


def _once(connection: Connection, table: Table, row: Mapping[str, Any]) -> Executable:
    """An insert that leaves a row that is there already as it is."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement: Executable = dialect.insert(table).values(row).on_conflict_do_nothing()
    return statement


def step_of(procedure: Procedure, stage: str, records: RecordKind, **params: Any) -> Step | None:
    """The step of a stage that makes this record with these parameters."""
    steps = procedure.steps_from.get(stage, ())
    return next(
        (s for s in steps if s.records is records and all(s.params.get(k) == v for k, v in params.items())), None
    )


# ---- the telephone number of whoever lodged it -------------------------------------------------------------------


def _keep_phone(connection: Connection, seal: Seal, entry: Entry, phone: str, at: datetime) -> None:
    name = _name(entry)
    row = {"name": name, "value": seal.seal(phone, _place(name)), "changed_at": at}
    connection.execute(_once(connection, setting, row))


def has_phone(connection: Connection, entries: Sequence[Entry]) -> frozenset[Entry]:
    """For which objections a number was left."""
    names = {_name(entry): entry for entry in entries}
    found = connection.execute(select(setting.c.name).where(setting.c.name.in_(list(names))))
    return frozenset(names[row.name] for row in found)


def reveal_phone(office: Office, seal: Seal, entry: Entry, actor: Actor, at: datetime) -> str | None:
    """The number that was left with an objection, on the record of the office; None: there is none."""
    name = _name(entry)
    with office.database.transaction() as connection:
        sealed = connection.execute(select(setting.c.value).where(setting.c.name == name)).scalar()
        if sealed is None:
            return None
        facts = {"hire": entry.hire_id, "objection": entry.seq}
        office_log.write(connection, "notices", "reveal_objector", actor, at, facts, office.setting.algorithm)
    return seal.unseal(sealed, _place(name))


def _name(entry: Entry) -> str:
    return f"{PHONE}{entry.hire_id}-{entry.seq}"


def _place(name: str) -> Place:
    return Place("setting", "value", name)


# ---- answering ---------------------------------------------------------------------------------------------------


def answer(
    office: Office, entry: Entry, upheld: bool, reason: str, actor: Actor, at: datetime, *, key: str | None = None
) -> Done:
    """Answers an objection with a reason. Its effect on the hire is the document's: the step decides.

    Raises what the engine raises: never by whoever approved (审批), not without a reason, not twice.
    """
    with office.database.reading() as connection:
        hire = load_hires(connection, [entry.hire_id]).get(entry.hire_id)
    step = None
    if hire is not None:
        procedure = office.rulebook.rules(hire.procedure).procedure
        step = step_of(procedure, hire.stage, RecordKind.OBJECTION_ANSWER, upheld=upheld)
    act = step.act if step else ("uphold_objection" if upheld else "dismiss_objection")
    payload = {"objection": entry.seq, "reason": reason}
    done = engine.perform(office, entry.hire_id, act, actor, at, payload, key=key)
    with office.database.transaction() as connection:
        connection.execute(delete(setting).where(setting.c.name == _name(entry)))
    return done


def handlers(procedure: Procedure, stage: str) -> tuple[Role, ...]:
    """Whose work it is to answer objections in a stage."""
    steps = procedure.steps_from.get(stage, ())
    return tuple(dict.fromkeys(role for s in steps if s.records is RecordKind.OBJECTION_ANSWER for role in s.by))


# ---- following it ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """What the holder of a receipt is told: the standing, and the reason without anybody's numbers or name."""

    standing: Standing
    reason: str | None


def progress(connection: Connection, tickets: Sequence[Ticket]) -> tuple[Progress, ...]:
    """Where the objections behind a receipt stand."""
    entries = [(t.hire_id, t.seq) for t in tickets if t.hire_id is not None and t.seq is not None]
    return tuple(Progress(one, _without_persons(one)) for one in standing_of(connection, entries))


def _without_persons(standing: Standing) -> str | None:
    """The reason as it was written, with the person's name and every longer number hidden."""
    if standing.reason is None:
        return None
    hidden = _NUMBERS.sub("****", standing.reason)
    return hidden.replace(standing.person_name, masked_name(standing.person_name))
