"""Canonical bytes and the hash chain of the audit trail (规范字节与哈希链).

A profile narrower than RFC 8785: objects with sorted keys, arrays, strings, booleans, null and integers below 2**53; no
floats. The bytes are stored and verified as they are, never made again from parsed values.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

CONTEXT = b"zaigang.audit.v1\n"
GENESIS = "0" * 64
LARGEST = 2**53 - 1


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"not part of the canonical profile: {type(value).__name__}")


_encode = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain
).encode


def canonical(value: Mapping[str, Any]) -> str:
    """The one text of ``value``. Raises TypeError for floats and foreign types, ValueError for integers past 2**53."""
    _check(value)
    return _encode(value)


def canonical_of_checked(value: Mapping[str, Any]) -> str:
    """As ``canonical``, for a value whose parts were all made plain where they came in (``plain``): the hot path."""
    return _encode(value)


_PLAIN = frozenset({str, int, bool, type(None)})


def plain(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same values, known to be strings, integers below 2**53, booleans or null. Raises as ``canonical`` does."""
    for value in values.values():
        if type(value) not in _PLAIN or (type(value) is int and not -LARGEST <= value <= LARGEST):
            _check(value)
    return values


def _check(value: Any) -> None:
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        if not -LARGEST <= value <= LARGEST:
            raise ValueError(f"integer outside the canonical profile: {value}")
    elif isinstance(value, float):
        raise TypeError("floats are not part of the canonical profile")
    elif isinstance(value, Mapping):
        for item in value.values():
            _check(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check(item)


Digest = Callable[[bytes], str]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sm3(data: bytes) -> str:
    return hashlib.new("sm3", data).hexdigest()


#: by the name that stands in every entry; SM3 is GB/T 32905-2016
DIGESTS: dict[str, Digest] = {"sha256": _sha256, "sm3": _sm3}


def link(algorithm: str, previous: str, body: str) -> str:
    """The hash of an entry: context, hash of the entry before it, body. Hex, 64 characters."""
    return DIGESTS[algorithm](CONTEXT + previous.encode() + b"\n" + body.encode())


def digest_of(algorithm: str, record: Mapping[str, Any]) -> str:
    """The digest by which an audit entry names a record that is kept in a table of its own."""
    return DIGESTS[algorithm](_encode(record).encode())
