"""What may be shown of a person where the full value may not (脱敏)."""

from __future__ import annotations

from states.surnames import surname

#: 复姓 that are still met with; of any other name the first character is the surname
HIDDEN_DIGITS = 14


def masked_name(name: str) -> str:
    """The surname and a star for each further character: 张**, 欧阳*."""
    kept = len(surname(name))
    return name[:kept] + "*" * (len(name) - kept)


def masked_tail(tail: str) -> str:
    """An identity number of which only the last four are known to the page: **************1234."""
    return "*" * HIDDEN_DIGITS + tail


def masked_phone(phone: str) -> str:
    """138****1234; anything shorter than seven digits is hidden whole."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) > 7 else "*" * len(phone)


def tail_of(number: str) -> str:
    """The last four characters, kept in the clear so that clerks can tell namesakes apart."""
    return number[-4:]
