"""Templates of an office (本单位模板): uploaded, looked at whole, tried, kept sealed; one for each paper of a region.

The nearest one holds: the county's goes before the city's, and both before ours. A replaced one is never deleted,
because papers were made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import ColumnElement, Connection, Row, Select, insert, select, update

from states.facts import Actor
from states.procedure import Procedure
from states.refusals import InputRefused
from states.say import say
from workflow import files, office_log
from workflow.authority import NotEntitled, NotPossible
from workflow.file_checks import EXTENSIONS, sniff
from workflow.file_checks.names import clean_name
from workflow.office import Office
from workflow.papers.kinds import Kind, kinds_of
from workflow.papers.names import examples
from workflow.papers.numbers import BOOK
from workflow.papers.ours import ours
from workflow.papers.rendering import DOCX, check, render
from workflow.papers.rulers import may_rule
from workflow.sealing import Seal
from workflow.tables import metadata

_template, _account = metadata.tables["paper_template"], metadata.tables["account"]


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A template that holds in a region. ``by``: the holder of the account that set it."""

    id: int
    procedure_id: str
    region: str
    paper: str
    name: str
    digest: str
    set_at: datetime
    by: str | None


class NoSuchTemplate(NotPossible):
    """There is no such template, or it has been replaced."""

    def __init__(self) -> None:
        super().__init__(say("没有这份模板，或已被替换。请刷新页面后再看"))


def accept(
    office: Office,
    seal: Seal,
    actor: Actor,
    at: datetime,
    procedure: Procedure,
    kind: Kind,
    region: str,
    content: bytes | BinaryIO,
    name: str,
) -> int:
    """Puts a Word file in place of the template that holds in a region, and returns its number.

    It is checked like any upload, looked at as a template and filled in with examples first; one that is refused leaves
    nothing behind. ``at`` is aware. Raises NotEntitled, InputRefused, FileRefused.
    """
    with office.database.reading() as connection:
        if not may_rule(connection, actor, region):
            raise NotEntitled
    if kind not in {paper.kind for paper in kinds_of(procedure)}:
        raise InputRefused({"paper": say("这份办法没有这种文书，请从列表中选择")})
    data = files.received(content, name)
    sniff(data)
    checked = office.scanner.check(data)
    check(data, kind)
    with office.database.session() as session:
        office_log.hold(session, BOOK, at)  # of two who replace it at once, one comes after the other
        connection = session.connection()
        digest = files.keep(office, connection, seal, data, checked, at)
        values = {
            "procedure_id": procedure.procedure,
            "region": region,
            "paper": kind.value,
            "name": clean_name(name, EXTENSIONS[DOCX]),
            "digest": digest,
            "live": True,
            "set_by": actor.person_key,
            "account_id": actor.account_id,
            "set_at": at,
        }
        connection.execute(update(_template).where(*_live(procedure.procedure, region, kind)).values(live=False))
        number = int(connection.execute(insert(_template).values(values).returning(_template.c.id)).scalar_one())
        facts = {"template": number, "procedure": procedure.procedure, "region": region, "paper": kind.value}
        facts |= {"digest": digest}
        office_log.write(connection, BOOK, "template_set", actor, at, facts, office.setting.algorithm)
    return number


def withdraw(office: Office, actor: Actor, at: datetime, number: int) -> None:
    """Takes a template back: from now on the next wider one holds, or ours. Raises NoSuchTemplate, NotEntitled."""
    with office.database.transaction() as connection:
        line = line_of(connection, number)
        if not may_rule(connection, actor, line.region):
            raise NotEntitled
        gone = update(_template).where(_template.c.id == number, _template.c.live).values(live=False)
        if connection.execute(gone).rowcount != 1:
            raise NoSuchTemplate
        office_log.write(connection, BOOK, "template_back", actor, at, {"template": number}, office.setting.algorithm)


def in_force(connection: Connection, procedure_id: str, region: str, kind: Kind) -> TemplateLine | None:
    """The office's template for a paper in a region: the nearest one that covers it; None: ours holds."""
    prefixes = [region[:length] for length in range(len(region) + 1)]
    asked = _lines().where(_template.c.live, _template.c.paper == kind.value)
    asked = asked.where(_template.c.procedure_id == procedure_id, _template.c.region.in_(prefixes))
    found = [_line(row) for row in connection.execute(asked)]
    return max(found, key=lambda line: len(line.region), default=None)


def line_of(connection: Connection, number: int) -> TemplateLine:
    """One template by its number, also one that was replaced. Raises NoSuchTemplate."""
    row = connection.execute(_lines().where(_template.c.id == number)).one_or_none()
    if row is None:
        raise NoSuchTemplate
    return _line(row)


def content_of(office: Office, seal: Seal, procedure: Procedure, kind: Kind, line: TemplateLine | None) -> bytes:
    """The file of a template, or ours. Raises workflow.sealing.SealBroken."""
    return ours(procedure, kind) if line is None else files.open_file(office, seal, line.digest)


def preview(office: Office, seal: Seal, procedure: Procedure, kind: Kind, line: TemplateLine | None) -> bytes:
    """The paper as it would look, filled in with made-up examples."""
    return render(content_of(office, seal, procedure, kind, line), examples(kind), kind)


def _live(procedure_id: str, region: str, kind: Kind) -> tuple[ColumnElement[bool], ...]:
    columns = _template.c
    return columns.procedure_id == procedure_id, columns.region == region, columns.paper == kind.value, columns.live


def _lines() -> Select[Any]:
    shown = ("id", "procedure_id", "region", "paper", "name", "digest", "set_at")
    return select(*(_template.c[name] for name in shown), _account.c.name.label("by")).outerjoin(
        _account, _account.c.id == _template.c.account_id
    )


def _line(row: Row[Any]) -> TemplateLine:
    return TemplateLine(**row._mapping)
