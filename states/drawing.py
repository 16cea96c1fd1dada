"""The few shapes that our pictures are made of (图形): text, boxes, lines, a clock. Pure strings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

Point = tuple[float, float]

FONTS = (
    "'PingFang SC','Microsoft YaHei','Noto Sans SC','Noto Sans CJK SC','Source Han Sans SC','WenQuanYi Micro Hei',"
    "'SimHei',sans-serif"
)
INK, SOFT, LINE = "#1f2933", "#52606d", "#7b8794"
CLOCK = "#b45309"
LEAVE = "#9b2c2c"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def centre(self) -> float:
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


def number(value: float) -> str:
    """A coordinate with at most one decimal, so that files stay the same on every machine."""
    return f"{round(value, 1):g}"


def width_of(words: str, size: float) -> float:
    """About how wide ``words`` are: Chinese characters are square, others half."""
    return sum(size if ord(char) > 0x2E7F else size * 0.55 for char in words)


def wrap(words: str, size: float, width: float, lines: int = 3) -> list[str]:
    """``words`` in at most ``lines`` even lines of ``width``: Chinese breaks anywhere, English between words."""
    count = len(_broken(words, size, width))
    # The narrowest width that needs no further line: no single character is left alone on the last one.
    narrow = next(
        (part for step in range(4, 21) if len(_broken(words, size, part := width * step / 20)) == count), width
    )
    found = _broken(words, size, narrow)
    if len(found) > lines:
        found = [*found[: lines - 1], found[lines - 1].rstrip("，；、,; ") + "…"]
    return found


def _broken(words: str, size: float, width: float) -> list[str]:
    found, line = [], ""
    for piece in _pieces(words):
        if line and width_of((line + piece).rstrip(), size) > width:
            found.append(line.strip())
            line = ""
        line += piece
    return [line for line in (*found, line.strip()) if line]


def _pieces(words: str) -> list[str]:
    """What is never broken: a Chinese character with the punctuation that closes it, an English word with its space."""
    return re.findall(r"[^\u0000-\u2e7f][，。；、）”]*|[\u0000-\u2e7f]*? +|[\u0000-\u2e7f]+", words)


def text(words: str, x: float, y: float, size: float = 12, *, fill: str = INK, anchor: str = "middle",
         bold: bool = False, halo: bool = False) -> str:  # fmt: skip
    """One line of text; ``halo`` keeps it legible where it crosses a line."""
    extra = ' font-weight="600"' if bold else ""
    extra += ' stroke="#fff" stroke-width="4" stroke-linejoin="round" paint-order="stroke"' if halo else ""
    place = f'x="{number(x)}" y="{number(y)}" font-size="{number(size)}"'
    return f'<text {place} text-anchor="{anchor}" fill="{fill}"{extra}>{escape(words, quote=False)}</text>'


def stack(lines: Iterable[str], x: float, y: float, size: float, **style: object) -> str:
    """Lines below each other, the first with its baseline at ``y``."""
    return "".join(text(line, x, y + row * size * 1.25, size, **style) for row, line in enumerate(lines))  # type: ignore[arg-type]


def rectangle(box: Box, fill: str, stroke: str, *, width: float = 1.2, radius: float = 8, dash: str = "") -> str:
    extra = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<rect x="{number(box.x)}" y="{number(box.y)}" width="{number(box.width)}" height="{number(box.height)}" '
        f'rx="{number(radius)}" fill="{fill}" stroke="{stroke}" stroke-width="{number(width)}"{extra}/>'
    )


def path(points: Iterable[Point], stroke: str = LINE, *, arrow: bool = True, dash: str = "", width: float = 1.6,
         radius: float = 8) -> str:  # fmt: skip
    """A line through ``points`` with rounded corners, ending in an arrow."""
    places = list(points)
    route = f"M{_pair(places[0])}"
    for before, corner, after in zip(places, places[1:], places[2:], strict=False):
        route += f"L{_pair(_towards(corner, before, radius))}Q{_pair(corner)} {_pair(_towards(corner, after, radius))}"
    route += f"L{_pair(places[-1])}"
    extra = f' stroke-dasharray="{dash}"' if dash else ""
    drawn = f'<path d="{route}" fill="none" stroke="{stroke}" stroke-width="{number(width)}"{extra}/>'
    return drawn + (_arrow_head(places[-2], places[-1], stroke) if arrow else "")


def _arrow_head(before: Point, tip: Point, fill: str) -> str:
    x, y = tip
    dx, dy = (tip[0] > before[0]) - (tip[0] < before[0]), (tip[1] > before[1]) - (tip[1] < before[1])
    one = (x - 8 * dx - 4 * dy, y - 8 * dy - 4 * dx)
    two = (x - 8 * dx + 4 * dy, y - 8 * dy + 4 * dx)
    return f'<path d="M{_pair(tip)}L{_pair(one)}L{_pair(two)}Z" fill="{fill}"/>'


def _towards(corner: Point, other: Point, radius: float) -> Point:
    length = max(abs(other[0] - corner[0]), abs(other[1] - corner[1]), 0.1)
    part = min(radius, length / 2) / length
    return corner[0] + (other[0] - corner[0]) * part, corner[1] + (other[1] - corner[1]) * part


def _pair(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"


def clock(x: float, y: float, radius: float = 7.5) -> str:
    """The mark of what happens by itself when a period ends."""
    return (
        f'<g class="clock"><circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="#fff" stroke="{CLOCK}" '
        f'stroke-width="1.6"/><path d="M{number(x)} {number(y - radius * 0.6)}V{number(y)}H{number(x + radius * 0.5)}" '
        f'fill="none" stroke="{CLOCK}" stroke-width="1.6" stroke-linecap="round"/></g>'
    )


def timed_text(words: str, x: float, y: float, size: float, fill: str, *, anchor: str = "start",
               left: float = 0) -> str:  # fmt: skip
    """A clock and the words beside it; ``anchor`` says where ``x`` lies, ``left`` is as far left as it may begin."""
    width = width_of(words, size) + 17
    start = max(left, x - {"start": 0, "middle": width / 2, "end": width}[anchor])
    return clock(start + 6, y - size * 0.36, 6) + text(words, start + 17, y, size, fill=fill, anchor="start", halo=True)


def dot(x: float, y: float, fill: str) -> str:
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="2.6" fill="{fill}"/>'


def pill(words: str, x: float, y: float, size: float, fill: str, *, ink: str = "#fff", anchor: str = "start") -> str:
    """A small label with a filled ground; ``y`` is its middle."""
    width = width_of(words, size) + 12
    left = x - width / 2 if anchor == "middle" else x - width if anchor == "end" else x
    ground = rectangle(Box(left, y - size * 0.8, width, size * 1.6), fill, fill, width=0, radius=size * 0.8)
    return ground + text(words, left + width / 2, y + size * 0.36, size, fill=ink)
