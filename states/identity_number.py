"""Citizens' identity numbers (公民身份号码): the check of GB 11643-1999, and what a number tells.

The first six digits are the place of first registration. Some of those codes no longer exist (610928 旬阳县), and
people move; so they are never proof of residence and never refused.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from states.age import age_on
from states.say import Sentence, say

STANDARD = "GB 11643-1999《公民身份号码》"
WORKING_AGE = "《劳动法》第十五条"
MINIMUM_AGE = 16

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a number. ``code``: empty, fifteen, length, characters, birth_date, check_digit, …"""

    code: str
    reason: Sentence
    article: str = STANDARD


class BadIdentityNumber(ValueError):
    """The number does not pass; ``faults`` says why. Its message, which ends up in logs, holds no digit of it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("identity number: " + ", ".join(fault.code for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, repr=False)
class IdentityNumber:
    """A number that passed. ``sex`` is 男 or 女, by the parity of the sequence; ``region`` is no proof of residence."""

    number: str
    region: str
    born: date
    sequence: int
    sex: str

    def masked(self) -> str:
        """First six and last four, as on notices."""
        return masked(self.number)

    def __repr__(self) -> str:
        return f"IdentityNumber({self.masked()})"

    __str__ = __repr__


def normalised(text: str) -> str:
    """The number as it is stored: half-width, without spaces, the check letter a capital X."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def faults(text: str, on: date | None = None) -> tuple[Fault, ...]:
    """Everything that is wrong with ``text``; empty when it passes. With ``on``, a birth after that day is a fault."""
    number = normalised(text)
    if not number:
        return (Fault("empty", say("未填写公民身份号码")),)
    if len(number) == 15 and number.isdecimal():
        return (Fault("fifteen", say("15位号码已停止使用，请填写18位公民身份号码")),)
    found = []
    if len(number) != 18:
        found.append(Fault("length", say("公民身份号码应为18位，现为{length}位", length=len(number))))
    if not re.fullmatch(r"[0-9]*X?", number, re.ASCII) or "X" in number[:17]:
        found.append(Fault("characters", say("前17位应为数字，末位应为数字或X")))
    if found:
        return tuple(found)
    born = _born(number)
    if born is None:
        found.append(Fault("birth_date", say("第7至14位{digits}不是真实的出生日期", digits=number[6:14])))
    elif on is not None and born > on:
        found.append(Fault("birth_date", say("出生日期{born}晚于{on}", born=born, on=on)))
    if check_digit(number[:17]) != number[17]:
        found.append(Fault("check_digit", say("校验码不符，请逐位核对")))
    return tuple(found)


def parse(text: str, on: date | None = None) -> IdentityNumber:
    """Read a number. Raises BadIdentityNumber with every fault."""
    found = faults(text, on)
    if found:
        raise BadIdentityNumber(found)
    number = normalised(text)
    born, sequence = _born(number), int(number[14:17])
    assert born is not None
    return IdentityNumber(number, number[:6], born, sequence, "男" if sequence % 2 else "女")


def too_young(number: IdentityNumber, on: date, minimum: int = MINIMUM_AGE) -> Fault | None:
    """The fault when the person is under ``minimum`` whole years on ``on`` (Labour Law 15: nobody under 16)."""
    age = age_on(number.born, on)
    if age >= minimum:
        return None
    reason = say("{on}时为{age}周岁，不满{minimum}周岁，不得招用", on=on, age=age, minimum=minimum)
    return Fault("too_young", reason, WORKING_AGE)


def sex_differs(number: IdentityNumber, declared: str) -> Fault | None:
    """A warning, never a refusal, when the declared sex (男 or 女) is not the one that the number's parity gives."""
    if declared == number.sex:
        return None
    reason = say("填写的性别为{declared}，号码第17位表示{sex}，请核对", declared=declared, sex=number.sex)
    return Fault("sex_differs", reason)


def masked(text: str) -> str:
    """First six and last four, the rest as *. Anything shorter than 18 is hidden whole."""
    number = normalised(text)
    return f"{number[:6]}********{number[-4:]}" if len(number) == 18 else "*" * len(number)


def check_digit(first17: str) -> str:
    """The check character (ISO 7064 MOD 11-2) of the first 17 digits."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first17, strict=True))
    return _CHECK[total % 11]


def synthetic(region6: str, born: date, sequence: int) -> str:
    """A well-formed number for tests and the demonstration: made up, belonging to nobody we know of.

    ``region6``: six digits; ``sequence`` 0–999, odd for men. Numbers of the demonstration are synthetic throughout;
    never use one where a person's own is wanted. Raises ValueError for parts of the wrong form.
    """
    if not re.fullmatch(r"[0-9]{6}", region6, re.ASCII) or not 0 <= sequence <= 999:
        raise ValueError("a region of six digits and a sequence from 0 to 999 are wanted")
    first17 = f"{region6}{born:%Y%m%d}{sequence:03d}"
    return first17 + check_digit(first17)


def _born(number: str) -> date | None:
    if number[6:8] not in ("18", "19", "20"):  # the standard's own second example was born in 1880
        return None
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
