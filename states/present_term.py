"""The present term in columns (本期合同): what lists ask about over many hires without reading a dossier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEAVING, END, SIGNED, RENEW = "leaving", "end", "signed", "renew"


def term_columns(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of ``hire`` that follow from a dossier as it is stored: both days of the term, and what was decided.

    ``renewal``: ``leaving`` (somebody leaves on a day that is set), ``end``, ``renew``, ``signed`` or None.
    """
    return {
        "term_starts_on": stored.get("term_starts_on"),
        "term_ends_on": stored.get("term_ends_on"),
        "renewal": decided(stored.get("leaving_on"), stored.get("renewal"), stored.get("renewal_signed_on")),
    }


def decided(leaving_on: object, renewal: str | None, signed_on: object) -> str | None:
    """What was decided of a term, from the fields of its dossier."""
    if leaving_on:
        return LEAVING
    return SIGNED if renewal == RENEW and signed_on else renewal
