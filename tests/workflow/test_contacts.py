"""Phone, address and bank card: one spelling for comparing, a check of the card, and names by their pinyin."""

from __future__ import annotations

import pytest

from tests.workflow.support import SEAL
from workflow.contacts import bank_fault, contacts_of, normal_address, normal_bank, normal_phone
from workflow.spelling import pinyin_of

#: made up, with true check digits (Luhn)
CARD_16 = "6222020000000007"


def with_check(body: str) -> str:
    """The card number that begins with ``body``."""
    return next(body + digit for digit in "0123456789" if bank_fault(body + digit) is None)


@pytest.mark.parametrize(
    "text",
    ["13800001234", "138 0000 1234", "１３８００００１２３４", "+86 138-0000-1234", "008613800001234", "8613800001234"],
)
def test_a_phone_number_has_one_spelling(text: str) -> None:
    assert normal_phone(text) == "13800001234"


def test_a_number_that_only_begins_like_the_country_is_left_alone() -> None:
    assert normal_phone("8600123") == "8600123"


@pytest.mark.parametrize(
    "text",
    [
        "城关镇解放路12号3栋2单元501",
        "城关镇 解放路１２号 3幢 2单元 501室",
        "城关镇解放路12號3号楼2单元501房",
        "城关镇解放路12#3座2单元501",
        "城关镇，解放路12号3#楼2单元-501",
    ],
)
def test_spellings_of_an_address_are_one(text: str) -> None:
    assert normal_address(text) == "城关镇解放路12号3栋2单元501"


@pytest.mark.parametrize(
    "other", ["城关镇解放路12号3栋2单元502", "城关镇解放路13号3栋2单元501", "棕溪镇解放路12号3栋2单元501"]
)
def test_another_address_is_another(other: str) -> None:
    assert normal_address(other) != normal_address("城关镇解放路12号3栋2单元501")


@pytest.mark.parametrize(("digits", "refused"), [(15, True), (16, False), (19, False), (20, True)])
def test_a_card_has_sixteen_to_nineteen_digits(digits: int, refused: bool) -> None:
    body = "62" + "0" * (digits - 3)
    candidates = [bank_fault(body + digit) is None for digit in "0123456789"]
    # of all ten last digits exactly one is right
    assert candidates.count(True) == (0 if refused else 1)


def test_one_wrong_digit_and_two_that_were_swapped_are_noticed() -> None:
    card = with_check("622202123456789")
    assert bank_fault(card) is None
    for place, digit in enumerate(card):
        assert bank_fault(card[:place] + str((int(digit) + 1) % 10) + card[place + 1 :]) is not None
    swapped = card[:8] + card[9] + card[8] + card[10:]
    assert bank_fault(swapped) is not None


@pytest.mark.parametrize("text", ["6222O20000000007", "六二二二", "", "٦٢٢٢٠٢٠٠٠٠٠٠٠٠٠٠"])
def test_what_is_no_digit_is_no_card(text: str) -> None:
    assert bank_fault(text) is not None


def test_a_card_is_kept_without_its_spaces() -> None:
    assert normal_bank("6222 0200-0000　0007") == CARD_16


def test_equal_contacts_are_seen_to_be_equal_and_tell_nothing() -> None:
    mine = contacts_of(SEAL, {"phone": "13800001234", "address": "解放路1号2幢", "bank": None})
    theirs = contacts_of(SEAL, {"phone": "138 0000 1234", "address": "解放路1号2座"})
    assert mine == theirs and len(mine) == 2
    assert not any("1380" in index or "解放" in index for index in mine)
    # a phone is not compared with a card of the same digits
    assert set(contacts_of(SEAL, {"phone": CARD_16})).isdisjoint(contacts_of(SEAL, {"bank": CARD_16}))


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("张三", "zhangsan zs"),
        ("单雄", "shanxiong sx"),
        ("解珍", "xiezhen xz"),
        ("曾国华", "zengguohua zgh"),
        ("查良", "zhaliang zl"),
        # the same characters where they are no surname
        ("李解", "lijie lj"),
        ("欧阳文静", "ouyangwenjing oywj"),
        ("尉迟敬", "yuchijing ycj"),
        ("令狐冲", "linghuchong lhc"),
        ("买买提·阿不都", "maimaitiabudou mmtabd"),
        ("吕布", "lvbu lb"),
        ("", ""),
        ("·", ""),
    ],
)
def test_a_name_is_found_by_its_pinyin(name: str, pinyin: str) -> None:
    assert pinyin_of(name) == pinyin


def test_a_very_long_name_fits_its_column() -> None:
    assert len(pinyin_of("庄" * 100)) <= 400
