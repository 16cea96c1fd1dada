"""One text for one value, and a chain in which every byte counts."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.canonical import (
    CONTEXT,
    DIGESTS,
    GENESIS,
    LARGEST,
    canonical,
    canonical_of_checked,
    digest_of,
    link,
    plain,
)
from states.vocabulary import Role

scalars = st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
records = st.dictionaries(st.text(), values)


def shuffled(value: Any, order: random.Random) -> Any:
    """The same value with the keys of every object in another order."""
    if isinstance(value, dict):
        keys = list(value)
        order.shuffle(keys)
        return {key: shuffled(value[key], order) for key in keys}
    return [shuffled(item, order) for item in value] if isinstance(value, list) else value


@given(records)
def test_what_is_written_reads_back(value: dict[str, Any]) -> None:
    assert json.loads(canonical(value)) == value


@given(records, st.randoms(use_true_random=False))
def test_the_order_of_keys_makes_no_difference(value: dict[str, Any], order: random.Random) -> None:
    assert canonical(shuffled(value, order)) == canonical(value)


@given(records)
def test_writing_again_what_was_read_gives_the_same_text(value: dict[str, Any]) -> None:
    text = canonical(value)
    assert canonical(json.loads(text)) == text == canonical_of_checked(value)


@given(records, records)
def test_different_values_have_different_texts(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (canonical(one) == canonical(other)) == (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )


def test_the_text_is_as_short_as_it_can_be_and_chinese_stays_readable() -> None:
    value = {"审定": [True, None, "甲"], "a": {"c": 1, "b": -2}}
    assert canonical(value) == '{"a":{"b":-2,"c":1},"审定":[true,null,"甲"]}'


def test_days_moments_and_codes_are_texts() -> None:
    at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert canonical({"on": date(2026, 3, 2), "at": at, "role": Role.HRSS}) == (
        '{"at":"2026-03-02T01:00:00+00:00","on":"2026-03-02","role":"hrss"}'
    )


@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: [v], lambda v: {"deep": [{"er": v}]}])
@pytest.mark.parametrize(
    ("value", "error"),
    [
        (1.0, TypeError),
        (float("nan"), TypeError),
        (LARGEST + 1, ValueError),
        (-LARGEST - 1, ValueError),
        (Decimal("1.5"), TypeError),
        (b"bytes", TypeError),
        ({"a", "set"}, TypeError),
    ],
)
def test_what_has_no_one_text_is_refused_however_deep(value: Any, error: type[Exception], wrap: Any) -> None:
    with pytest.raises(error):
        canonical({"value": wrap(value)})


@pytest.mark.parametrize("value", [LARGEST, -LARGEST, 0, True, "", None])
def test_the_largest_numbers_that_every_reader_keeps_are_allowed(value: Any) -> None:
    assert json.loads(canonical({"value": value})) == {"value": value}
    assert plain({"value": value}) == {"value": value}


@pytest.mark.parametrize("value", [1.0, LARGEST + 1, [LARGEST + 1], {"deep": 1.0}])
def test_inputs_of_guards_are_held_to_the_same(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        plain({"fine": "text", "value": value})


# ---- hashes ---------------------------------------------------------------------------------------------------------


def test_sm3_is_the_one_of_the_standard() -> None:
    """GB/T 32905-2016, example 1."""
    assert DIGESTS["sm3"](b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_sha256_is_the_one_of_the_standard() -> None:
    assert DIGESTS["sha256"](b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_link_hashes_its_context_the_entry_before_and_the_body() -> None:
    for algorithm, digest in DIGESTS.items():
        assert link(algorithm, GENESIS, "{}") == digest(CONTEXT + GENESIS.encode() + b"\n{}")
    with pytest.raises(KeyError):
        link("md5", GENESIS, "{}")


@given(st.sampled_from(sorted(DIGESTS)), st.text(min_size=1), st.data())
def test_a_chain_differs_when_any_byte_of_it_differs(algorithm: str, body: str, data: st.DataObject) -> None:
    previous = link(algorithm, GENESIS, "{}")
    head = link(algorithm, previous, body)
    raw = bytearray(body.encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 6))
    changed = raw.decode(errors="replace")
    assert len(head) == 64
    assert changed == body or link(algorithm, previous, changed) != head
    place = data.draw(st.integers(0, 63))
    other = previous[:place] + ("0" if previous[place] != "0" else "1") + previous[place + 1 :]
    assert link(algorithm, other, body) != head


def test_the_same_bytes_have_another_hash_under_the_other_algorithm() -> None:
    assert link("sm3", GENESIS, "{}") != link("sha256", GENESIS, "{}")


@given(records)
def test_a_record_is_named_by_the_digest_of_its_one_text(value: dict[str, Any]) -> None:
    assert digest_of("sm3", value) == DIGESTS["sm3"](canonical(value).encode())
