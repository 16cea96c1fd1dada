"""How requests are read (请求): text that a database can keep, numbers within its range, cursors, versions and keys.

Whatever is sent is either one of these or refused with the name of its field; nothing beyond them reaches a query.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Header, Path, Query
from pydantic import AfterValidator, Field, StringConstraints

from states.refusals import InputRefused
from states.say import say
from workflow.queries.paging import MOST, PAGE

MOST_ID = 2**63 - 1
DEEPEST = 8
_ENTITY_TAG = re.compile(r'(W/)?"([^"]*)"')

#: a short text without control characters
Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Id = Annotated[int, Field(ge=1, le=MOST_ID)]
PathId = Annotated[int, Path(ge=1, le=MOST_ID)]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}[0-9A-Z]{0,10}$")]
#: a month, such as 2026-06
MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
Month = Annotated[str, StringConstraints(pattern=MONTH)]
PathMonth = Annotated[str, Path(pattern=MONTH, description="a month, such as 2026-06")]
Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_@+.:-]*$", max_length=100)]
Limit = Annotated[int, Query(ge=1, le=MOST, description=f"lines on a page, {PAGE} unless told")]
After = Annotated[str | None, Query(alias="after", max_length=400, description="the `next` of the page before")]


def first_of(month: str) -> date:
    """The first day of a month that was read as one."""
    return date.fromisoformat(f"{month}-01")


# ---- JSON of any shape -------------------------------------------------------------------------------------------


def plain(value: dict[str, Any]) -> dict[str, Any]:
    """A JSON object that can be hashed and stored: no NUL, no lone surrogate, numbers of 64 bits, not too deep.

    Raises ValueError.
    """
    _check(value, 0)
    return value


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)
    elif isinstance(value, int) and not -MOST_ID <= value <= MOST_ID:
        raise ValueError("a number beyond 64 bits")
    elif isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        raise ValueError("not a number")


def _check_text(text: str) -> None:
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("a sign that is no text")


Plain = Annotated[dict[str, Any], AfterValidator(plain)]


# ---- cursors -----------------------------------------------------------------------------------------------------


def cursor(key: Sequence[Any] | int | None) -> str | None:
    """A key of a list as the opaque ``next`` of its page; None at the end."""
    if key is None:
        return None
    parts = [key] if isinstance(key, int) else [v.isoformat() if isinstance(v, date) else v for v in key]
    return base64.urlsafe_b64encode(json.dumps(parts, ensure_ascii=False).encode()).decode().rstrip("=")


Part = Callable[[Any], Any]


def key_of(text: str | None, *parts: Part) -> tuple[Any, ...] | None:
    """The key behind a cursor, each part read by its function. Raises InputRefused for a cursor we never gave out."""
    if text is None:
        return None
    try:
        raw = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if not isinstance(raw, list) or len(raw) != len(parts):
            raise ValueError(raw)
        return tuple(part(value) for part, value in zip(parts, raw, strict=True))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise InputRefused({"after": say("这个翻页标记无效，请从第一页看起")}) from None


def number_of(text: str | None) -> int | None:
    """The id behind a cursor of one number. Raises InputRefused."""
    key = key_of(text, a_number)
    return None if key is None else int(key[0])


def a_number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_ID:
        raise ValueError(value)
    return value


def a_word(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise ValueError(value)
    _check_text(value)
    return value


def a_day(value: Any) -> date:
    return date.fromisoformat(a_word(value))


def a_day_or_none(value: Any) -> date | None:
    return None if value is None else a_day(value)


def a_moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(a_word(value))
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment


# ---- versions and keys -------------------------------------------------------------------------------------------

IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=200, description='the `ETag` that was seen: `"7"`')]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,128}$",
        description="a name of the client's own for this command; sending it again gives the first answer",
    ),
]


def etag(version: int) -> str:
    """The version of a hire as an entity tag."""
    return f'"{version}"'


def version_of(if_match: str | None) -> int | None:
    """The version that a request is based on; None when it does not say, or says ``*``.

    A tag that cannot be ours is a version that no hire has. Raises InputRefused for what is no tag.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    tag = _ENTITY_TAG.fullmatch(if_match.strip())
    if tag is None:
        raise InputRefused({"If-Match": say("请写成带引号的版本号，例如“{example}”", example='"7"')})
    weak, version = tag.groups()
    return int(version) if not weak and version.isascii() and version.isdigit() and len(version) < 19 else -1
