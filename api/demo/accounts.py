"""The accounts of the demonstration as a table for the terminal (演示账户一览), in Chinese and English."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from api.demo.people import OFFICERS, PASSWORD

HEAD = ("身份", "role", "姓名", "用户名 user name", "密码 password")


def table() -> str:
    """One line per account."""
    rows = [HEAD, *((o.zh, o.en, o.name, o.username, PASSWORD) for o in OFFICERS)]
    widths = [max(width(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "  " + "  ".join("─" * one for one in widths))
    return "\n".join(lines)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  " + "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()


def width(text: str) -> int:
    """How many columns a terminal gives the text: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
