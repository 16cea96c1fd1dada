"""Moves to another version of a document (换版), and new recognitions (重新认定): read, decided, written.

A proposal and its confirmation are entries of the hire's trail, each in a transaction of its own and held to the
version that was read. Looking beforehand writes nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from states import moving, recognition
from states.facts import Actor, Hire
from states.move_preview import Preview, preview
from states.plan import Plan
from states.procedure import Procedure
from states.recognition import Examined, RecognitionInput
from states.refusals import NoSuchHire, StaleHire, StepNotOffered
from states.say import say
from states.versions import Versions
from workflow.engine import ATTEMPTS, Done
from workflow.office import Office
from workflow.reading import load_hires
from workflow.recompute import board_days_of, filed_days
from workflow.writer import write_plans

#: how many hires a dry run over many reads at a time
_SHARE = 200
Decide = Callable[[Connection, Hire, Versions], Plan]


# ---- looking beforehand ------------------------------------------------------------------------------------------


def look(office: Office, hire_id: int, to: str, actor: Actor, at: datetime) -> Preview:
    """What moving a hire to the version ``to`` would change. Raises NoSuchHire, KeyError for an unknown version."""
    with office.database.reading() as connection:
        hire = _seen(connection, hire_id, actor)
        versions = versions_of(office, hire.procedure, to)
        return preview(hire, at, versions, office.setting, filed_days(connection, hire))


def look_at_many(office: Office, old: str, new: str, at: datetime, region: str = "") -> Iterator[Preview]:
    """The same for every open hire under ``old`` in a region, by number. Raises KeyError for an unknown version."""
    versions, after = versions_of(office, old, new), 0
    sql = "SELECT id FROM hire WHERE procedure = ? AND region LIKE ? AND id > ? ORDER BY id LIMIT ?"
    final = {stage.stage for stage in versions.old.procedure.stages if stage.final}
    while True:
        with office.database.reading() as connection:
            found = connection.exec_driver_sql(office._sql(sql), (old, f"{region}%", after, _SHARE)).scalars().all()
            hires = load_hires(connection, found)
            looks = [
                preview(hires[i], at, versions, office.setting, filed_days(connection, hires[i]))
                for i in found
                if hires[i].stage not in final
            ]
        yield from looks
        if len(found) < _SHARE:
            return
        after = found[-1]


def examine(office: Office, hire: Hire, actor: Actor, at: datetime) -> tuple[Examined, Preview]:
    """What the present document says of somebody on an old post, and what a recognition today would come to.

    Raises StepNotOffered for a hire that does not stand under old terms.
    """
    versions = versions_of(office, hire.procedure, present_of(office, hire).key)
    examined = recognition.examine(hire, at, versions, office.setting, actor)
    return examined, recognition.preview_recognition(hire, at, versions, office.setting, actor, examined)


# ---- which versions ----------------------------------------------------------------------------------------------


def present_of(office: Office, hire: Hire) -> Procedure:
    """The version into which people under old terms are recognised. Raises StepNotOffered."""
    found = old_versions(office).get(hire.procedure)
    if found is None:
        raise StepNotOffered(say("这份聘用不是按原协议执行的，没有重新认定"))
    return found


def old_versions(office: Office) -> dict[str, Procedure]:
    """The versions that hold old terms, each with the present version of its document."""
    known = office.catalogue.all()
    return recognition.old_versions(known, {p.procedure: office.catalogue.current(p.procedure) for p in known})


def targets_of(office: Office, hire: Hire) -> list[Procedure]:
    """The versions to which a hire might be moved: the others of its document that are in the catalogue."""
    name = hire.procedure.partition("@")[0]
    return [p for p in office.catalogue.all() if p.procedure == name and p.key != hire.procedure]


def versions_of(office: Office, old: str, new: str) -> Versions:
    """Both rules of a move. Raises KeyError for an unknown version."""
    return Versions(office.rulebook.rules(old), office.rulebook.rules(new))


# ---- two people --------------------------------------------------------------------------------------------------


def propose_move(
    office: Office, hire_id: int, to: str, actor: Actor, at: datetime, reason: str, *, expected: int | None = None
) -> Done:
    """The first person proposes a move. Raises KeyError, NoSuchHire, StaleHire, StepNotOffered, StepRefused."""

    def decide(connection: Connection, hire: Hire, versions: Versions) -> Plan:
        return moving.decide_proposal(hire, at, versions, office.setting, actor, reason)

    return _take(office, hire_id, actor, at, expected, lambda hire: to, decide)


def confirm_move(office: Office, hire_id: int, actor: Actor, at: datetime, *, expected: int | None = None) -> Done:
    """The second person confirms it. Raises NoSuchHire, StaleHire, StepNotOffered, StepRefused."""

    def decide(connection: Connection, hire: Hire, versions: Versions) -> Plan:
        filed, boards = filed_days(connection, hire), board_days_of(office, connection, hire)
        return moving.decide_move(hire, at, versions, office.setting, actor, filed, boards)

    return _take(office, hire_id, actor, at, expected, _proposed, decide)


def drop(office: Office, hire_id: int, actor: Actor, at: datetime, reason: str, *, expected: int | None = None) -> Done:
    """Takes a proposal back, or turns it down. Raises NoSuchHire, StaleHire, StepNotOffered, StepRefused."""

    def decide(connection: Connection, hire: Hire, versions: Versions) -> Plan:
        return moving.decide_drop(hire, at, versions.old, office.setting, actor, reason)

    return _take(office, hire_id, actor, at, expected, _proposed, decide)


def propose_outcome(
    office: Office, hire_id: int, kind: str, actor: Actor, at: datetime, reason: str, *, expected: int | None = None
) -> Done:
    """What is to become of somebody on an old post: ``recognise`` or ``run_out``. Raises as ``propose_move``."""

    def decide(connection: Connection, hire: Hire, versions: Versions) -> Plan:
        return recognition.propose(hire, at, versions, office.setting, actor, kind, reason)

    return _take(office, hire_id, actor, at, expected, lambda hire: present_of(office, hire).key, decide)


def confirm_recognition(
    office: Office, hire_id: int, actor: Actor, at: datetime, given: RecognitionInput, *, expected: int | None = None
) -> Done:
    """The second person recognises somebody anew. Raises as ``confirm_move``, and InputRefused."""

    def decide(connection: Connection, hire: Hire, versions: Versions) -> Plan:
        filed = filed_days(connection, hire)
        return recognition.decide_recognition(hire, at, versions, office.setting, actor, given, filed)

    return _take(office, hire_id, actor, at, expected, lambda hire: present_of(office, hire).key, decide)


def confirm_run_out(
    office: Office,
    hire_id: int,
    actor: Actor,
    at: datetime,
    reason: str,
    *,
    although: str | None = None,
    expected: int | None = None,
) -> Done:
    """The second person confirms that an old agreement runs out. Raises as ``confirm_move``."""

    def decide(connection: Connection, hire: Hire, versions: Versions) -> Plan:
        return recognition.decide_run_out(hire, at, versions, office.setting, actor, reason, although)

    return _take(office, hire_id, actor, at, expected, lambda hire: present_of(office, hire).key, decide)


def _proposed(hire: Hire) -> str:
    if hire.dossier.move_to is None:
        raise StepNotOffered(say("没有等待确认的提议，请先提出"))
    return hire.dossier.move_to


def _take(
    office: Office,
    hire_id: int,
    actor: Actor,
    at: datetime,
    expected: int | None,
    target: Callable[[Hire], str],
    decide: Decide,
) -> Done:
    """Read, decided and written, again where somebody else's step came in between."""
    for _ in range(ATTEMPTS):
        try:
            with office.database.transaction() as connection:
                hire = _seen(connection, hire_id, actor)
                if expected is not None and hire.version != expected:
                    raise StaleHire(hire_id, hire.version)
                plan = decide(connection, hire, _kept(office, connection, hire.procedure, target(hire), at))
                written = write_plans(connection, [plan])
        except IntegrityError as error:
            if "four_eyes" in str(error.orig):
                raise StepNotOffered(say("您是提出的人，须由另一人确认"), forbidden=True) from error
            raise
        if hire_id in written:
            stage = plan.stage
            return Done(hire_id, hire.version + 1, plan.seq, stage.stage, stage.state.value, plan.answers)
        if expected is not None:
            raise StaleHire(hire_id)
    raise StaleHire(hire_id)


def _kept(office: Office, connection: Connection, old: str, new: str, at: datetime) -> Versions:
    """Both versions with the digests of their texts as they are kept; the new one is kept from now on."""
    versions = versions_of(office, old, new)
    office.keep_procedure(connection, versions.old.procedure, at)
    office.keep_procedure(connection, versions.new.procedure, at)
    sql = office._sql("SELECT key, digest FROM procedure_version WHERE key IN (?, ?)")
    digests = {row[0]: row[1] for row in connection.exec_driver_sql(sql, (old, new))}
    return Versions(versions.old, versions.new, digests[old], digests[new])


def _seen(connection: Connection, hire_id: int, actor: Actor) -> Hire:
    hire = load_hires(connection, [hire_id]).get(hire_id)
    if hire is None or not actor.sees(hire.region):
        raise NoSuchHire(hire_id)
    return hire
