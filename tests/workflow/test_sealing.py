"""Sealed values open in their place and nowhere else; equal values are found without being opened."""

from __future__ import annotations

import base64
import multiprocessing
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from states.identity_number import BadIdentityNumber, synthetic
from tests.workflow.support import AT, MAN, SEAL, WOMAN, database_at
from workflow import sealing
from workflow.sealing import ALGORITHM, Place, Seal, SealBroken, WrongSecret
from workflow.settings import Settings

HERE = Place("person", "id_number_sealed", "key of one person")
OTHER_SECRET = Seal.from_secret(b"another secret, as long as the first")


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8")))
def test_what_is_sealed_opens_in_its_place(text: str, row: str) -> None:
    place = Place("person", "phone_sealed", row)
    assert SEAL.unseal(SEAL.seal(text, place), place) == text


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("account", "id_number_sealed", "key of one person"),
        Place("person", "phone_sealed", "key of one person"),
        Place("person", "id_number_sealed", "key of another"),
    ],
)
def test_moved_to_another_table_column_or_row_it_does_not_open(elsewhere: Place) -> None:
    with pytest.raises(SealBroken):
        SEAL.unseal(SEAL.seal(MAN, HERE), elsewhere)


def test_another_secret_does_not_open_it() -> None:
    with pytest.raises(SealBroken, match="not at hand"):
        OTHER_SECRET.unseal(SEAL.seal(MAN, HERE), HERE)


def test_every_byte_is_held() -> None:
    algorithm, key_id, text = SEAL.seal(MAN, HERE).split(".")
    raw = base64.urlsafe_b64decode(text)
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(SealBroken):
            SEAL.unseal(f"{algorithm}.{key_id}.{base64.urlsafe_b64encode(changed).decode()}", HERE)


@pytest.mark.parametrize(
    "rubbish", ["", "x", "a.b", "a.b.c", f"{ALGORITHM}.{SEAL.key_id}.***", f"{ALGORITHM}.{SEAL.key_id}."]
)
def test_what_was_never_sealed_does_not_open(rubbish: str) -> None:
    with pytest.raises(SealBroken):
        SEAL.unseal(rubbish, HERE)


def test_a_sealed_text_names_its_algorithm_and_key_and_never_looks_the_same() -> None:
    first, second = SEAL.seal(MAN, HERE), SEAL.seal(MAN, HERE)
    assert first != second
    assert first.split(".")[:2] == ["aes256gcmsiv", SEAL.key_id]
    assert MAN not in first
    with pytest.raises(ValueError):
        SEAL.seal("", HERE)


def test_a_new_secret_still_opens_what_the_old_one_sealed() -> None:
    renewed = Seal.from_secret(b"the secret of the next five years", b"a secret that only the tests know of")
    assert renewed.unseal(SEAL.seal(MAN, HERE), HERE) == MAN
    assert renewed.seal(MAN, HERE).split(".")[1] == renewed.key_id != SEAL.key_id


# ---- the blind index


def test_the_blind_index_is_the_same_for_the_same_person_however_the_number_is_spelled() -> None:
    number = next(n for n in (synthetic("610928", date(1980, 1, 1), s) for s in range(1, 99)) if n.endswith("X"))
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    spellings = [number, number.lower(), f" {number[:6]} {number[6:]} ", wide]
    assert {SEAL.person_key(text) for text in spellings} == {Seal.from_secret(SECRET).person_key(number)}
    with pytest.raises(BadIdentityNumber):
        SEAL.person_key(number[:-1] + "1")


SECRET = b"a secret that only the tests know of"


def test_the_blind_index_differs_by_value_by_column_and_by_secret() -> None:
    indexes = {
        SEAL.blind(MAN, "person.key"),
        SEAL.blind(WOMAN, "person.key"),
        SEAL.blind(MAN, "another column"),
        OTHER_SECRET.blind(MAN, "person.key"),
    }
    assert len(indexes) == 4
    assert all(len(index) == 64 and int(index, 16) for index in indexes)


# ---- the secret


def test_the_secret_comes_from_the_settings() -> None:
    text = "thirty-two characters and a few more"
    assert Seal.open(Settings(secret=SecretStr(text))).key_id == Seal.from_secret(text.encode()).key_id
    with pytest.raises(WrongSecret):
        Seal.open(Settings(secret=SecretStr("too short")))


def test_without_one_a_file_is_made_that_nobody_else_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    first = Seal.open(Settings())
    path = tmp_path / "zaigang" / "secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert Seal.open(Settings()).key_id == first.key_id
    assert [p.name for p in path.parent.iterdir()] == ["secret"]
    path.chmod(0o640)
    with pytest.raises(WrongSecret, match="read by others"):
        Seal.open(Settings())


def _key_id(folder: str, ready: multiprocessing.synchronize.Barrier, ids: multiprocessing.Queue) -> None:
    os.environ["XDG_DATA_HOME"] = folder
    ready.wait()
    ids.put(Seal.open(Settings()).key_id)


def test_of_processes_that_start_at_once_all_have_one_secret(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    ready, ids = context.Barrier(8), context.Queue()
    starters = [context.Process(target=_key_id, args=(str(tmp_path), ready, ids)) for _ in range(8)]
    for starter in starters:
        starter.start()
    found = {ids.get(timeout=30) for _ in starters}
    for starter in starters:
        starter.join()
    assert len(found) == 1


def test_a_database_keeps_to_the_secret_it_began_with(migrated_url: str) -> None:
    with database_at(migrated_url) as database:
        SEAL.bind(database, AT)
        SEAL.bind(database, AT)
        with pytest.raises(WrongSecret, match=SEAL.key_id):
            OTHER_SECRET.bind(database, AT)


def test_the_keys_for_sealing_and_for_each_index_differ() -> None:
    keys = sealing._Keys(SECRET)
    derived = {keys.derive(use) for use in ("seal", "index/person.key", "index/account.key", "key id")}
    assert len(derived) == 4
