"""Charts drawn by the server (图): bars as SVG whose words stay words, in colours that differ in lightness too.

Colours stand as attributes, because our pages take no inline styles. A chart never stands alone: the same numbers are
in a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from markupsafe import Markup, escape

WIDTH, ROW, TOP = 320, 42, 6
BAR_TOP, BAR_HIGH = 20, 12
DARK, LIGHT, GROUND, INK, LIMIT = "#14548a", "#8db7dc", "#e9eef3", "#1c2733", "#7a1f1a"
_LETTER, _SIGN = 7.6, 14.0
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: what it is, how long, and in words. ``reach`` is drawn lighter behind; ``limit`` as a line across."""

    label: str
    value: float
    words: str
    reach: float | None = None
    limit: float | None = None


def bars(title: str, description: str, rows: Sequence[Bar]) -> Markup:
    """Horizontal bars over one another. Nothing to draw gives nothing."""
    if not rows:
        return Markup("")
    most = max((n for row in rows for n in (row.value, row.reach or 0, row.limit or 0)), default=0) or 1
    high = TOP + ROW * len(rows)
    name = f"chart{next(_numbers)}"
    drawn = "".join(_row(row, TOP + ROW * n, most) for n, row in enumerate(rows))
    return Markup(
        f'<svg class="chart" viewBox="0 0 {WIDTH} {high}" role="img" aria-labelledby="{name}-t {name}-d"'
        f' font-size="14" fill="{INK}"><title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(description)}</desc>{drawn}</svg>'
    )


def _row(row: Bar, top: int, most: float) -> str:
    def long(value: float) -> float:
        return round(WIDTH * value / most, 1)

    place = f'y="{top + BAR_TOP}" height="{BAR_HIGH}"'
    room = WIDTH - _wide(row.words) - 12
    parts = [
        f'<text x="0" y="{top + 13}">{escape(_fitted(row.label, room))}</text>',
        f'<text x="{WIDTH}" y="{top + 13}" text-anchor="end" font-weight="700">{escape(row.words)}</text>',
        f'<rect x="0" {place} width="{WIDTH}" fill="{GROUND}"/>',
    ]
    if row.reach is not None:
        parts.append(f'<rect x="0" {place} width="{long(row.reach)}" fill="{LIGHT}"/>')
    parts.append(f'<rect x="0" {place} width="{long(row.value)}" fill="{DARK}"/>')
    if row.limit is not None:
        x = min(long(row.limit), WIDTH - 1)
        line = f'x1="{x}" x2="{x}" y1="{top + BAR_TOP - 3}" y2="{top + BAR_TOP + BAR_HIGH + 3}"'
        parts.append(f'<line {line} stroke="{LIMIT}" stroke-width="3"/>')
    return "".join(parts)


def _wide(text: str) -> float:
    return sum(_SIGN if ord(sign) > 0x2E7F else _LETTER for sign in text)


def _fitted(text: str, room: float) -> str:
    """As much of a text as there is room for; the table has all of it."""
    if _wide(text) <= room:
        return text
    kept = ""
    for sign in text:
        if _wide(kept + sign) > room - _SIGN:
            break
        kept += sign
    return kept + "…"
