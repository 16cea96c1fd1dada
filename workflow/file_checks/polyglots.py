"""Files that are two things at once (夹带): a picture that is also an archive, a page or a program."""

from __future__ import annotations

import struct

from workflow.file_checks.faults import mixed

_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_PAGES = (b"<script", b"<html", b"<!doctype html", b"<svg", b"<?php", b"<iframe")
_END = struct.Struct("<4s4H2LH")
#: readers look for the start of a PDF in the first kilobyte
_PDF_WITHIN = 1024


def check_only_one(data: bytes, media_type: str) -> None:
    """Raises Unfit where another kind of file is carried along.

    Parts of office packages are looked at one by one; what may stand beside them is nothing.
    """
    if any(mark in data for mark in _ARCHIVES):
        raise mixed()
    if media_type != "application/pdf" and b"%PDF-" in data[:_PDF_WITHIN]:
        raise mixed()
    if media_type.startswith("image/"):
        small = data.lower()
        if b"%PDF-" in data or any(mark in small for mark in _PAGES) or _has_zip(data):
            raise mixed()
    elif media_type == "application/pdf" and _has_zip(data):
        raise mixed()


def _has_zip(data: bytes) -> bool:
    """Whether an archive's directory stands anywhere: four bytes alone may come by chance, its numbers do not."""
    at = data.find(b"PK\x05\x06")
    while at >= 0 and at + _END.size <= len(data):
        _, _, _, _, entries, size, offset, _ = _END.unpack_from(data, at)
        if entries and size >= 46 and size + offset <= at:
            return True
        at = data.find(b"PK\x05\x06", at + 1)
    return False
