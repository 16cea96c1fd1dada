"""Marks on code that carries a requirement (落实): ``@enforces("XY-44")`` beside the function that does it.

The mark does nothing when the code runs. ``states.traceability`` reads it from the source, in every layer, so that the
table of requirements can name the code, and a function that is taken out takes its claim with it. The ids have to be
written out, not computed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Marked = TypeVar("Marked")


def enforces(*requirements: str) -> Callable[[Marked], Marked]:
    """Says that a function or class carries these requirements (ids such as ``XY-44``)."""

    def mark(carrier: Marked) -> Marked:
        return carrier

    return mark
