"""PDF: no scripts, no programs, no embedded files, nothing that is fetched, no password, and a bounded expansion."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from workflow.file_checks.faults import active, bloated, broken, linked, locked

#: what all compressed streams of a file may unpack to: some scanned pages at full depth
MOST_UNPACKED = 160 * 1024 * 1024
#: what its object streams may unpack to; these are searched
MOST_OBJECTS = 8 * 1024 * 1024
MOST_STREAMS = 20_000
_PIECE = 256 * 1024
#: the dictionary before a stream ends within this
_BEFORE = 2048


def _names(*names: str) -> re.Pattern[bytes]:
    """These names as a PDF may spell them: any letter of a name may be written by its number (#4A)."""
    spelled = ("".join(_letter(letter) for letter in name) for name in names)
    return re.compile(b"/(?:" + "|".join(spelled).encode() + rb")(?![A-Za-z0-9])")


def _letter(letter: str) -> str:
    number = f"{ord(letter):02x}"
    return f"(?:{letter}|#{''.join(f'[{d}{d.upper()}]' if d.isalpha() else d for d in number)})"


_ACTIVE = _names("JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "Movie", "XFA")
_LINKED = _names("SubmitForm", "ImportData", "GoToR", "GoToE")
_LOCKED = _names("Encrypt")
_OBJECT_STREAM = _names("ObjStm")
_STREAM = re.compile(rb"stream\r?\n")


def pdf(data: bytes) -> str:
    """Raises Unfit."""
    if b"%%EOF" not in data[-4096:]:
        raise broken()
    _check_words(data)
    _check_streams(data)
    return "application/pdf"


def _check_words(text: bytes) -> None:
    if _ACTIVE.search(text):
        raise active()
    if _LINKED.search(text):
        raise linked()
    if _LOCKED.search(text):
        raise locked()


def _check_streams(data: bytes) -> None:
    """Unpacks what is packed, keeping nothing, and searches the streams that hold further objects."""
    unpacked = objects = 0
    for number, begins in enumerate(_STREAM.finditer(data)):
        if number > MOST_STREAMS:
            raise bloated()
        before = data[max(0, begins.start() - _BEFORE) : begins.start()].rpartition(b"obj")[2]
        holds_objects, tail = _OBJECT_STREAM.search(before) is not None, b""
        for piece in _unpacked(data, begins.end()):
            unpacked += len(piece)
            if unpacked > MOST_UNPACKED:
                raise bloated()
            if holds_objects:
                objects += len(piece)
                if objects > MOST_OBJECTS:
                    raise bloated()
                _check_words(tail + piece)
                tail = piece[-64:]


def _unpacked(data: bytes, at: int) -> Iterator[bytes]:
    """The pieces of a zlib stream that begins at ``at``; nothing for other encodings, whose files are no larger."""
    if data[at : at + 1] not in (b"\x78", b"\x58", b"\x48", b"\x68"):
        return
    unpacker = zlib.decompressobj()
    view = memoryview(data)
    try:
        for start in range(at, len(data), _PIECE):
            waiting = bytes(view[start : start + _PIECE])
            while waiting and not unpacker.eof:
                yield unpacker.decompress(waiting, _PIECE)
                waiting = unpacker.unconsumed_tail
            if unpacker.eof:
                return
    except zlib.error:
        return
