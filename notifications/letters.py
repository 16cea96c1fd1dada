"""Outbox rows with everything that their words need, read in two queries however many there are."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, and_, select, tuple_

from notifications.due_words import DUE
from notifications.messages import Letter
from notifications.repeats import has_moved
from states.clocks import FILING, local_day
from workflow.due_letters import AFTERCARE, CERTIFICATE, PAY_DAY, still_open
from workflow.office import Office
from workflow.queries.certificates import unissued
from workflow.tables import metadata

log = logging.getLogger(__name__)

_outbox, _hire, _opening, _post, _region, _person, _audit, _case, _decision = (
    metadata.tables[name]
    for name in ("outbox", "hire", "opening", "post", "region", "person", "audit_entry", "aftercare", "decision")
)


def load_letters(office: Office, connection: Connection, message_ids: Sequence[str]) -> dict[str, Letter]:
    """The letters of ``message_ids`` that exist and can be written out; what is wrong with one harms no other."""
    found = connection.execute(
        select(
            _outbox.c.message_id,
            _outbox.c.hire_id,
            _outbox.c.template,
            _outbox.c.to_role,
            _outbox.c.facts,
            _outbox.c.created_at,
            _hire.c.procedure,
            _hire.c.dossier,
            _post.c.title,
            _post.c.employer,
            _region.c.name.label("place"),
            _person.c.name.label("person"),
            _audit.c.from_stage,
            _audit.c.body,
            _decision.c.law,
        )
        .join(_hire, _hire.c.id == _outbox.c.hire_id)
        .join(_opening, _opening.c.id == _hire.c.opening_id)
        .join(_post, _post.c.id == _opening.c.post_id)
        .join(_region, _region.c.code == _hire.c.region)
        .outerjoin(_person, _person.c.id == _hire.c.person_id)
        .outerjoin(_audit, and_(_audit.c.hire_id == _outbox.c.hire_id, _audit.c.seq == _outbox.c.seq))
        .outerjoin(_decision, and_(_decision.c.hire_id == _outbox.c.hire_id, _decision.c.seq == _outbox.c.seq))
        .where(_outbox.c.message_id.in_(message_ids))
    ).all()
    acts = _acts_of_filings(connection, found)
    settled = _settled(office, connection, found)
    letters = {}
    for row in found:
        try:
            letters[row.message_id] = _letter(office, row, acts, settled)
        except (KeyError, ValueError):
            log.exception("a letter lacks what its words need", extra={"message_id": row.message_id})
    return letters


def _letter(
    office: Office, row: Row[*tuple[Any, ...]], acts: dict[tuple[int, int], str], settled: frozenset[str]
) -> Letter:
    entry = orjson.loads(row.body) if row.body else {}
    entry_of_filing = _entry_of_filing(row)
    return Letter(
        message_id=row.message_id,
        hire_id=row.hire_id,
        template=row.template,
        to_role=row.to_role,
        facts=row.facts,
        created_on=local_day(row.created_at),
        procedure=office.rulebook.rules(row.procedure).procedure,
        origin=row.from_stage or "",
        post=row.title,
        employer=row.employer,
        place=row.place,
        person=row.person,
        changes=entry.get("changes", {}),
        ground=row.facts.get("leaving_ground") or row.dossier.get("leaving_ground"),
        law=row.law,
        due_by=acts.get(entry_of_filing) if entry_of_filing else None,
        moved=row.message_id in settled or has_moved(row.template, row.facts, row.dossier),
    )


def _settled(office: Office, connection: Connection, rows: Sequence[Row[*tuple[Any, ...]]]) -> frozenset[str]:
    """The letters about a day that is due, of which what they ask for was done meanwhile."""
    asked = [row for row in rows if row.template in DUE]
    helped = {row.hire_id for row in asked if row.template == AFTERCARE}
    closed = select(_case.c.hire_id).where(_case.c.hire_id.in_(helped), _case.c.closed_on.is_not(None))
    done = set(connection.execute(closed).scalars()) if helped else set()
    left = {row.hire_id for row in asked if row.template == CERTIFICATE}
    owed = unissued().where(_hire.c.id.in_(left))
    without = {row.hire_id for row in connection.execute(owed)} if left else set()
    return frozenset(
        row.message_id
        for row in asked
        if (row.template == PAY_DAY and not still_open(office, connection, row.facts))
        or (row.template == AFTERCARE and row.hire_id in done)
        or (row.template == CERTIFICATE and row.hire_id not in without)
    )


def _entry_of_filing(row: Row[*tuple[Any, ...]]) -> tuple[int, int] | None:
    """The entry that made a report due is the last part of its clock's name: ``filing:contract:9``."""
    seq = str(row.facts.get("deadline", "")).rpartition(":")[2] if _is_filing(row) else ""
    return (row.hire_id, int(seq)) if seq.isdecimal() else None


def _is_filing(row: Row[*tuple[Any, ...]]) -> bool:
    return str(row.facts.get("deadline", "")).startswith(FILING)


def _acts_of_filings(connection: Connection, rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[tuple[int, int], str]:
    entries = {entry for entry in map(_entry_of_filing, rows) if entry}
    if not entries:
        return {}
    where = tuple_(_audit.c.hire_id, _audit.c.seq).in_(sorted(entries))
    return {(r.hire_id, r.seq): r.act for r in connection.execute(select(_audit).where(where))}
