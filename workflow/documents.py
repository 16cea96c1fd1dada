"""Files of a hire (材料): attached by a step of the house, opened only by those who see the hire, on the record.

The bytes are stored first and the step is taken after: a step that is refused leaves a file that nothing refers to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sqlmodel import select

from states.facts import Actor
from states.refusals import NoSuchHire, Refusal, StepNotOffered, StepRefused
from states.say import say
from workflow import files, person_log
from workflow.engine import Done, offers_of, perform
from workflow.files import FileRefused
from workflow.office import Office
from workflow.queries.case_file import DocumentLine, document_line, number_of_documents
from workflow.queries.hires import hire_line
from workflow.queries.scope import scoped
from workflow.sealing import Seal
from workflow.tables import Hire, Person

ATTACH = "attach"
#: how many files a hire may have
MOST_DOCUMENTS = 100


class NoSuchDocument(Refusal):
    """There is no such file of this hire, or not for this actor."""

    def __init__(self) -> None:
        super().__init__(say("没有这份材料，或您无权查看"))


@dataclass(frozen=True, slots=True)
class Opened:
    """A file with what it holds."""

    line: DocumentLine
    content: bytes


def attach(
    office: Office,
    seal: Seal,
    hire_id: int,
    actor: Actor,
    at: datetime,
    content: bytes | BinaryIO,
    name: str,
    about: Mapping[str, Any],
    *,
    expected_version: int | None = None,
    key: str | None = None,
) -> Done:
    """Stores a file and attaches it. ``about``: its kind and board, as ``states.inputs.DocumentInput`` has them.

    Whoever may not attach is refused before anything is read. ``at`` is aware. Raises NoSuchHire, StepNotOffered,
    StepRefused, FileRefused, InputRefused, StaleHire, KeyReused.
    """
    _check_may_attach(office, hire_id, actor, at)
    stored = files.store(office, seal, content, name, at)
    payload = {
        **{field: value for field, value in about.items() if value is not None},
        "name": stored.name,
        "media_type": stored.media_type,
        "size": stored.size,
        "digest": stored.digest,
    }
    return perform(office, hire_id, ATTACH, actor, at, payload, expected_version=expected_version, key=key)


def _check_may_attach(office: Office, hire_id: int, actor: Actor, at: datetime) -> None:
    scope = scoped(actor)
    with office.database.reading(scope.reach) as connection:
        if hire_line(connection, scope, hire_id) is None:
            raise NoSuchHire(hire_id)
    _, offers = offers_of(office, hire_id, actor, at)
    offer = next((offer for offer in offers if offer.step.act == ATTACH), None)
    if offer is None:
        raise StepNotOffered(say("您没有为这份聘用添加材料的职责"), act=ATTACH, forbidden=True)
    if not offer.open:
        raise StepRefused(offer.answers)
    with office.database.reading() as connection:
        if number_of_documents(connection, hire_id) >= MOST_DOCUMENTS:
            raise FileRefused(say("这份聘用已有{most}份材料，不能再添加。请把多页合成一份", most=MOST_DOCUMENTS))


def open_document(office: Office, seal: Seal, hire_id: int, seq: int, actor: Actor, at: datetime) -> Opened:
    """A file for a reader who sees the hire. Where the hire has a person, the reading is an entry in that person's log.

    ``at`` is aware. Raises NoSuchDocument, workflow.sealing.SealBroken.
    """
    scope = scoped(actor)
    with office.database.reading(scope.reach) as connection:
        line = document_line(connection, scope, hire_id, seq)
    if line is None or line.address is not None:
        raise NoSuchDocument
    try:
        content = files.open_file(office, seal, line.digest)
    except KeyError:
        raise NoSuchDocument from None
    _log(office, seal, hire_id, seq, actor, at)
    return Opened(line, content)


def _log(office: Office, seal: Seal, hire_id: int, seq: int, actor: Actor, at: datetime) -> None:
    with office.database.session() as session:
        hire = session.get(Hire, hire_id)
        if hire is None or hire.person_id is None:
            return
        person = session.exec(select(Person).where(Person.id == hire.person_id).with_for_update()).one()
        purpose = f"hire {hire_id}, document {seq}"
        algorithm = office.setting.algorithm
        person_log.write(session, seal, person, actor, at, "open_document", purpose=purpose, algorithm=algorithm)
