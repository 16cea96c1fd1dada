"""Certificates of the end that were not made (未出具离岗证明): who left under a contract and has none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, exists, select

from workflow.papers.kinds import Kind
from workflow.tables import metadata

departure, hire, paper = (metadata.tables[name] for name in ("departure", "hire", "paper"))


def unissued() -> Select[Any]:
    """The hires that ended without a certificate, with their last day; whoever never had a contract has none to end."""
    made = exists().where(
        paper.c.hire_id == departure.c.hire_id,
        paper.c.paper == Kind.CERTIFICATE.value,
        paper.c.replaced_at.is_(None),
    )
    return (
        select(departure.c.hire_id, departure.c.ended_on)
        .join(hire, hire.c.id == departure.c.hire_id)
        .where(departure.c.corrected_by.is_(None), hire.c.term_starts_on.is_not(None), ~made)
    )
