"""Words that people write into ledgers (文字): cut to size, and free of signs that a database or a page cannot keep."""

from __future__ import annotations

from states.say import Sentence, say


def words(text: str, shortest: int, longest: int) -> str | None:
    """``text`` without the blanks around it; None where it is too short, too long, or holds signs that are no text."""
    text = text.strip()
    strange = any(
        (sign < " " and sign not in "\r\n\t") or "\x7f" <= sign <= "\x9f" or "\ud800" <= sign <= "\udfff"
        for sign in text
    )
    return text if shortest <= len(text) <= longest and not strange else None


def read(name: str, text: str, longest: int, faults: dict[str, Sentence], shortest: int = 2) -> str:
    """The same, with a fault under ``name`` where there is nothing to keep."""
    found = words(text, shortest, longest)
    if found is None:
        faults[name] = say("请填写，{least}至{most}字", least=shortest, most=longest)
    return found or ""
