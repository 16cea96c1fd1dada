"""How a person can be reached and paid (联系方式): phone, address, bank card, each in one spelling, and their indexes.

Only the keyed blind index of the normal spelling can be compared. Equal indexes of two people (an applicant and an
officer) are a flag of kinship, nothing more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from states.say import Sentence, say
from workflow.sealing import Seal

#: the fields of a person that are compared
FIELDS = ("phone", "address", "bank")
SHORTEST_CARD, LONGEST_CARD = 16, 19
#: different words for the same part of an address
_SAME = (
    (re.compile(r"(号楼|#楼|幢|座)"), "栋"),
    (re.compile(r"(號|#|号院)"), "号"),
    (re.compile(r"(室|房)$"), ""),
    (re.compile(r"[\s,，.。·、()（）_—-]+"), ""),
)


def normal_phone(text: str) -> str:
    """The digits of a phone number without the code of the country: ``13800001234``."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    for code in ("0086", "86"):
        if digits.startswith(code) and len(digits) == len(code) + 11:
            return digits[len(code) :]
    return digits


def normal_bank(text: str) -> str:
    """The digits of a card as they are stored. Anything but digits, spaces and dashes stays, to be refused."""
    return re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", text))


def normal_address(text: str) -> str:
    """An address to be compared: half-width, without spaces and marks, 幢 and 号楼 as 栋, without a last 室."""
    found = unicodedata.normalize("NFKC", text).upper()
    for pattern, instead in _SAME:
        found = pattern.sub(instead, found)
    return found


_NORMAL = {"phone": normal_phone, "address": normal_address, "bank": normal_bank}


def bank_fault(number: str) -> Sentence | None:
    """What is wrong with a card number in its normal spelling (16 to 19 digits, Luhn); None when it passes."""
    if not number.isascii() or not number.isdecimal():
        return say("银行卡号只能是数字")
    if not SHORTEST_CARD <= len(number) <= LONGEST_CARD:
        return say("银行卡号应为{least}至{most}位，请对照卡面核对", least=SHORTEST_CARD, most=LONGEST_CARD)
    if _luhn(number) % 10:
        return say("银行卡号校验不符，请对照卡面核对每一位")
    return None


def _luhn(number: str) -> int:
    """The sum by Luhn's formula (ISO/IEC 7812-1): every second digit from the right is doubled, digits added."""
    doubled = (int(sign) * (1 + place % 2) for place, sign in enumerate(reversed(number)))
    return sum(value - 9 if value > 9 else value for value in doubled)


def contacts_of(seal: Seal, given: Mapping[str, str | None]) -> list[str]:
    """The blind indexes of what is given under ``FIELDS``, sorted; for people and accounts alike."""
    found = ((name, _NORMAL[name](value)) for name in FIELDS if (value := given.get(name)))
    return sorted(seal.blind(normal, f"contact.{name}") for name, normal in found if normal)
