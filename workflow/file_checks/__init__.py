"""What a file really is (文件核查): found from its bytes, never from its name, and refused where it could do harm.

Nothing that is checked is rendered, run or followed: no picture is decoded, no link, formula, macro or document type
definition is looked up. Every loop is bounded by what it may read, count and unpack, so that a hostile file costs
little (promises G1, G2).
"""

from __future__ import annotations

from collections.abc import Callable

from states.refusals import InputRefused
from states.say import Sentence, say
from workflow.file_checks.faults import Unfit
from workflow.file_checks.images import heic, jpeg, png, webp
from workflow.file_checks.packages import package
from workflow.file_checks.pdf import pdf
from workflow.file_checks.polyglots import check_only_one

__all__ = ["EXTENSIONS", "FileRefused", "sniff"]

#: what is accepted, and the ending that a download gets, whatever the file was called
EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/ofd": "ofd",
}
_KINDS: tuple[tuple[int, bytes, Callable[[bytes], str]], ...] = (
    (0, b"%PDF-", pdf),
    (0, b"\xff\xd8\xff", jpeg),
    (0, b"\x89PNG\r\n\x1a\n", png),
    (8, b"WEBP", webp),
    (4, b"ftyp", heic),
    (0, b"PK\x03\x04", package),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class FileRefused(InputRefused):
    """A file is not taken. ``reason`` says why and what to do; the fault stands under ``file``."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__({"file": reason})
        self.args = (reason.text(),)
        self.sentence = self.reason = reason


def sniff(data: bytes) -> str:
    """The media type of a whole file, one of ``EXTENSIONS``. Raises FileRefused for any other and for hostile ones."""
    if data.startswith(_OLD_OFFICE):
        raise FileRefused(say("不接收旧式的doc、xls文件。请另存为docx、xlsx或PDF后再上传"))
    for offset, mark, check in _KINDS:
        if data[offset : offset + len(mark)] == mark:
            try:
                found = check(data)
                check_only_one(data, found)
            except Unfit as unfit:
                raise FileRefused(unfit.sentence) from None
            return found
    raise FileRefused(say("不接收这种文件。可以上传PDF、照片（JPEG、PNG、WebP、HEIC）、docx、xlsx、odt、ods或OFD文件"))
