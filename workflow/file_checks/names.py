"""Names of files (文件名): as people gave them, without what could mislead a reader or a file system."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120
#: names that some file systems take for devices
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[/\\]")
_UNWANTED = re.compile(r'[<>:"|?*\x7f]')


def clean_name(name: str, extension: str) -> str:
    """``name`` without folders, control and direction signs, ending as the file's own kind ends.

    Emptied of everything it is ``file``. What the sender called its kind is left out: ``照片.jpg.exe`` of a picture
    becomes ``照片.jpg``.
    """
    last = _SEPARATORS.split(unicodedata.normalize("NFC", name))[-1]
    text = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    stem = _UNWANTED.sub(" ", text)
    while (cut := re.fullmatch(r"(.*?)\.(?=\d*[A-Za-z])[A-Za-z0-9]{1,5}\s*", stem, re.DOTALL)) is not None:
        stem = cut[1]
    stem = " ".join(stem.split()).strip(". ")[:LONGEST].strip(". ")
    if _DEVICES.fullmatch(stem):
        stem = f"_{stem}"
    return f"{stem or 'file'}.{extension}"


def has_hidden_signs(name: str) -> bool:
    """Whether a name holds NUL or line ends: no program that means well writes such a name."""
    return any(sign in name for sign in "\0\r\n")
