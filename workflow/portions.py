"""Long lists of numbers, so many in one statement at a time (分批)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

#: what one statement may name
PORTION = 5_000


def in_portions(ids: Sequence[int], size: int = PORTION) -> Iterator[Sequence[int]]:
    """The numbers in their order, ``size`` at a time."""
    return (ids[start : start + size] for start in range(0, len(ids), size))
