"""Stored files (文件): checked by their content, kept once under the digest of what they hold, sealed at rest.

A file is stored before the step that attaches it; one that nothing refers to is harmless and can be read by nobody.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import Connection

from states.say import say
from workflow.file_checks import EXTENSIONS, FileRefused, sniff
from workflow.file_checks.names import clean_name, has_hidden_signs
from workflow.office import Office
from workflow.sealing import Place, Seal

__all__ = ["MOST_BYTES", "FileRefused", "Stored", "keep", "open_file", "received", "store"]

#: what one file may weigh
MOST_BYTES = 8 * 1024 * 1024
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that was stored. ``checked``: what looked for viruses, ``not checked`` where nothing did."""

    digest: str
    size: int
    media_type: str
    name: str
    checked: str


def store(office: Office, seal: Seal, content: bytes | BinaryIO, name: str, at: datetime) -> Stored:
    """Checks a file and keeps it sealed under its SHA-256 digest; the same content is kept once.

    ``content``: the bytes, or a stream that is read to its end or to the limit. ``name``: what the sender calls it;
    it is cleaned, and its ending follows from the content. ``at`` is aware. Raises FileRefused.
    """
    data = received(content, name)
    media_type = sniff(data)
    checked = office.scanner.check(data)
    with office.database.transaction() as connection:
        digest = keep(office, connection, seal, data, checked, at)
    return Stored(digest, len(data), media_type, clean_name(name, EXTENSIONS[media_type]), checked)


def keep(office: Office, connection: Connection, seal: Seal, data: bytes, checked: str, at: datetime) -> str:
    """Keeps what was checked, or made here, in the caller's transaction, and returns its digest.

    ``checked``: what looked for viruses. The same content is kept once.
    """
    digest = hashlib.sha256(data).hexdigest()
    sealed = seal.seal_bytes(data, _place(digest))
    connection.exec_driver_sql(
        office._sql(
            "INSERT INTO stored_file (digest, sealed, size, checked, created_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (digest) DO NOTHING"
        ),
        (digest, sealed, len(data), checked, office.moment(at)),
    )
    return digest


def received(content: bytes | BinaryIO, name: str) -> bytes:
    """The whole of a file that was sent, as far as it may be one at all: its name, and its size. Raises FileRefused."""
    if has_hidden_signs(name):
        raise FileRefused(say("文件名含有不能使用的字符。请改名后再上传"))
    data = content if isinstance(content, bytes) else _read(content)
    if not data:
        raise FileRefused(say("文件是空的。请选择要上传的文件"))
    if len(data) > MOST_BYTES:
        raise _too_large()
    return data


def open_file(office: Office, seal: Seal, digest: str) -> bytes:
    """What a stored file holds. Whoever asks has made sure that the reader may see what it is attached to.

    Raises KeyError if there is none, workflow.sealing.SealBroken if it is not what was stored.
    """
    with office.database.reading() as connection:
        found = connection.exec_driver_sql(office._sql("SELECT sealed FROM stored_file WHERE digest = ?"), (digest,))
        sealed = found.scalar()
    if sealed is None:
        raise KeyError(digest)
    return seal.unseal_bytes(bytes(sealed), _place(digest))


def _place(digest: str) -> Place:
    return Place("stored_file", "sealed", digest)


def _read(stream: BinaryIO) -> bytes:
    """At most one piece more than a file may weigh is ever held."""
    found = bytearray()
    while piece := stream.read(_PIECE):
        found += piece
        if len(found) > MOST_BYTES:
            raise _too_large()
    return bytes(found)


def _too_large() -> FileRefused:
    return FileRefused(
        say("文件超过{most}MB，未予接收。请压缩、分成几份或降低扫描分辨率后再上传", most=MOST_BYTES // 1024 // 1024)
    )
