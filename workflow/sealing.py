"""Sealing what identifies a person (加密封存), and finding it again without opening it (盲索引).

One secret, from which every key is derived; it never lies in the database. A sealed text names its algorithm and its
key, and is bound to its table, column and row: moved elsewhere it does not open. The blind index is a keyed digest of
the whole normalised value: equal values are seen to be equal, and nothing else can be told without the secret.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from states.identity_number import parse
from workflow.settings import Settings, data_folder
from workflow.tables import Setting
from workflow.unit_of_work import Database

ALGORITHM = "aes256gcmsiv"
SECRET_FILE = "secret"
SHORTEST = 32
_NONCE = 12
_PREFIX = b"zaigang.seal.v1/"
_KEY_SETTING = "seal_key"


class SealBroken(Exception):
    """A sealed text does not open: another key, another place, or somebody changed it. Says nothing of its content."""


class WrongSecret(Exception):
    """The secret is not the one under which this database was begun, or cannot be used."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed text stands; it opens nowhere else. ``row`` is a natural key that never changes."""

    table: str
    column: str
    row: str

    def binding(self) -> bytes:
        return f"{self.table}|{self.column}|{self.row}".encode()


class _Keys:
    """What follows from one secret."""

    __slots__ = ("_cipher", "_secret", "id")

    def __init__(self, secret: bytes) -> None:
        if len(secret) < SHORTEST:
            raise WrongSecret(f"the secret has {len(secret)} bytes; at least {SHORTEST} are wanted")
        self._secret = secret
        self._cipher = AESGCMSIV(self.derive("seal"))
        self.id = self.derive("key id")[:4].hex()

    def derive(self, use: str) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=_PREFIX + use.encode()).derive(self._secret)

    def encrypt(self, content: bytes, place: Place) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, content, place.binding())

    def decrypt(self, sealed: bytes, place: Place) -> bytes:
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.binding())


class Seal:
    """Seals, unseals and indexes with one secret; texts sealed under ``older`` secrets still open."""

    def __init__(self, keys: _Keys, older: Sequence[_Keys] = ()) -> None:
        self._keys = keys
        self._by_id = {k.id: k for k in (*older, keys)}
        self._index_keys: dict[str, bytes] = {}

    @classmethod
    def from_secret(cls, secret: bytes, *older: bytes) -> Seal:
        """Raises WrongSecret for a secret under 32 bytes."""
        return cls(_Keys(secret), [_Keys(old) for old in older])

    @classmethod
    def open(cls, settings: Settings) -> Seal:
        """With the secret of the settings, or of the file ``secret`` in the data folder, made when there is none.

        Raises WrongSecret if others may read that file.
        """
        if settings.secret is not None:
            return cls.from_secret(settings.secret.get_secret_value().encode())
        return cls.from_secret(_secret_of(data_folder() / SECRET_FILE))

    @property
    def key_id(self) -> str:
        """Eight hex digits that tell this secret from another and nothing about it."""
        return self._keys.id

    def bind(self, database: Database, at: datetime) -> None:
        """Ties the database to this secret, once. Raises WrongSecret if it is tied to another.

        A second secret would register everybody a second time without anyone noticing: no index would be found again.
        """
        with database.session() as session:
            known = session.get(Setting, _KEY_SETTING)
            if known is None:
                session.add(Setting(name=_KEY_SETTING, value=self.key_id, changed_at=at))
            elif known.value != self.key_id:
                raise WrongSecret(f"the database was begun under the secret {known.value}, this one is {self.key_id}")

    def seal(self, text: str, place: Place) -> str:
        """``algorithm.key id.base64url(nonce and ciphertext)``. The same text looks different each time.

        Raises ValueError for an empty text.
        """
        if not text:
            raise ValueError("nothing to seal")
        sealed = base64.urlsafe_b64encode(self._keys.encrypt(text.encode(), place)).decode()
        return f"{ALGORITHM}.{self._keys.id}.{sealed}"

    def unseal(self, sealed: str, place: Place) -> str:
        """The text that was sealed for this place. Raises SealBroken."""
        algorithm, _, rest = sealed.partition(".")
        key_id, _, text = rest.partition(".")
        keys = self._by_id.get(key_id)
        if algorithm != ALGORITHM or keys is None:
            raise SealBroken(f"sealed with {algorithm[:20]} under the key {key_id[:8]}, which is not at hand")
        try:
            return keys.decrypt(base64.b64decode(text, altchars=b"-_", validate=True), place).decode()
        except (InvalidTag, ValueError, binascii.Error):
            raise SealBroken(f"{place.table}.{place.column} does not open") from None

    def seal_bytes(self, content: bytes, place: Place) -> bytes:
        """``algorithm.key id.`` and then nonce and ciphertext as they are: for files. Raises ValueError for none."""
        if not content:
            raise ValueError("nothing to seal")
        return f"{ALGORITHM}.{self._keys.id}.".encode() + self._keys.encrypt(content, place)

    def unseal_bytes(self, sealed: bytes, place: Place) -> bytes:
        """The content that was sealed for this place. Raises SealBroken."""
        algorithm, _, rest = sealed.partition(b".")
        key_id, _, content = rest.partition(b".")
        keys = self._by_id.get(key_id[:20].decode("ascii", "replace"))
        if algorithm != ALGORITHM.encode() or keys is None:
            raise SealBroken(f"{place.table}.{place.column} was sealed under a key that is not at hand")
        try:
            return keys.decrypt(content, place)
        except (InvalidTag, ValueError):
            raise SealBroken(f"{place.table}.{place.column} does not open") from None

    def blind(self, value: str, column: str) -> str:
        """The blind index of a value in a column: 64 hex digits, the same for the same value and secret."""
        key = self._index_keys.get(column)
        if key is None:
            key = self._index_keys[column] = self._keys.derive(f"index/{column}")
        return hmac.digest(key, value.encode(), "sha256").hex()

    def person_key(self, id_number: str) -> str:
        """The key of the natural person with this identity number, however it is spelled.

        Raises states.identity_number.BadIdentityNumber.
        """
        return self.blind(parse(id_number).number, "person.key")


def _secret_of(path: Path) -> bytes:
    if not path.exists():
        _make_secret(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise WrongSecret(f"{path} may be read by others (mode {mode:o}); it must be 600")
    return path.read_text(encoding="ascii").strip().encode()


def _make_secret(path: Path) -> None:
    """Of several processes that start at once one makes the file, whole, and the others find it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
