"""Office files (办公文件): packages of parts, each looked at as far as it may go wrong.

docx, xlsx, odt, ods and OFD (GB/T 33190) are ZIP packages. What is declared and what really unpacks are both held to
limits; parts with a path out of the package, links of a file system, passwords, programs, macros, document type
definitions or addresses from which a reader would fetch something are refused.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from html import unescape
from xml.parsers import expat

from states.say import say
from workflow.file_checks.faults import Unfit, active, bloated, broken, linked, locked, mixed

MOST_PARTS = 2000
MOST_DIRECTORY = 1024 * 1024
MOST_UNPACKED = 48 * 1024 * 1024
#: a part that is text, and is searched
MOST_TEXT = 16 * 1024 * 1024
MOST_LINKS = 2 * 1024 * 1024
_PIECE = 256 * 1024
_END = struct.Struct("<4s4H2LH")
_TEXT = (".xml", ".rels", ".vml", ".rdf", ".svg")
_PROGRAMS = (b"MZ", b"\x7fELF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"#!", b"\xca\xfe\xba\xbe")
_ACTIVE_PARTS = re.compile(
    r"vba|macros?(?:heets)?/|activex|embeddings/|^basic/|^scripts/|oleobject|attachedtoolbars|customui"
    r"|\.(?:bin|exe|dll|js|vbs|jar|class|bat|cmd|ps1|sh|lnk|hta|scr|com|msi|html?|xhtml)$",
    re.IGNORECASE,
)
#: the one binary part that Office writes without any program in it
_HARMLESS = re.compile(r"printersettings\d*\.bin$", re.IGNORECASE)
#: fields and functions that fetch when the file is opened, in small letters
_FETCHING = (
    b"ddeauto",
    b"ddelink",
    b"dde-source",
    b">dde ",
    b"> dde ",
    b"includepicture",
    b"includetext",
    b"webservice(",
)
_EVENTS = (b"event-listener", b"<script", b":script ", b":script>")
_ADDRESSES = (re.compile(rb"href\s*=\s*[\"']([^\"']{1,2000})"), re.compile(rb"src\s*=\s*[\"']([^\"']{1,2000})"))
_REMOTE = re.compile(
    r"\s*(?:[a-z][a-z0-9+.-]+:)?//|\s*(?:file|ftp|https?|smb|data|javascript|vbscript):", re.IGNORECASE
)
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": b"wordprocessingml.document.main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": b"spreadsheetml.sheet.main+xml",
}
_ODF = ("application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet")
OFD = "application/ofd"


def package(data: bytes) -> str:
    """Raises Unfit."""
    _check_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            parts = opened.infolist()
            _check_parts(parts)
            media_type = _media_type(opened)
            for part in parts:
                _check_part(opened, part)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError, OSError):
        raise broken() from None
    return media_type


def _check_directory(data: bytes) -> None:
    """One directory at the very end, of a size that may be read: before anything of it is taken into memory."""
    if len(data) < _END.size or data[-_END.size :][:4] != b"PK\x05\x06":
        raise mixed() if b"PK\x05\x06" in data else broken()
    _, disk, start_disk, here, parts, size, offset, comment = _END.unpack(data[-_END.size :])
    if parts > MOST_PARTS or size > MOST_DIRECTORY:
        raise bloated()
    if comment or disk or start_disk or here != parts or size + offset + _END.size != len(data):
        raise mixed()


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise bloated()
    if not parts or len({name.lower() for name in names}) != len(names) or min(p.header_offset for p in parts):
        raise broken()
    for part in parts:
        if part.flag_bits & 0x1:
            raise locked()
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise broken()
        if _leads_out(part):
            raise broken()
        if _ACTIVE_PARTS.search(part.filename) and not _HARMLESS.search(part.filename):
            raise active()
        if "externallinks/" in part.filename.lower():
            raise linked()


def _leads_out(part: zipfile.ZipInfo) -> bool:
    """A path out of the package, a link of a file system, a name that is cut short where programs read it."""
    name = part.orig_filename
    kind = stat.S_IFMT(part.external_attr >> 16)
    return (
        kind not in (0, stat.S_IFREG, stat.S_IFDIR)
        or "\0" in name
        or "\\" in name
        or ":" in name
        or name.startswith("/")
        or ".." in name.split("/")
    )


def _media_type(opened: zipfile.ZipFile) -> str:
    names = opened.namelist()
    if "[Content_Types].xml" in names:
        types = _read(opened, opened.getinfo("[Content_Types].xml"), MOST_LINKS)
        if b"macroenabled" in types.lower() or b"vbaproject" in types.lower():
            raise active()
        for media_type, main in _MAIN.items():
            if main in types:
                return media_type
    elif names[0] == "mimetype":
        told = _read(opened, opened.getinfo("mimetype"), 200).decode("ascii", "replace").strip()
        if told in _ODF:
            return told
    elif "OFD.xml" in names:
        return OFD
    raise Unfit(say("不接收压缩包和这种办公文件。请解压后逐个上传，或另存为docx、xlsx或PDF"))


# ---- parts -------------------------------------------------------------------------------------------------------


def _check_part(opened: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpacks a part to its end, whatever it declares, and looks into it where it is text."""
    if part.is_dir():
        return
    pieces = _pieces(opened, part)
    first = next(pieces, b"")
    if first.startswith(_PROGRAMS):
        raise active()
    if not (part.filename.lower().endswith(_TEXT) or first.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"):
        for _ in pieces:
            pass
        return
    text = _joined(first, pieces, MOST_TEXT)
    _check_text(text)
    if part.filename.lower().endswith(".rels"):
        _check_relations(text)
    else:
        _check_addresses(text)


def _pieces(opened: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with opened.open(part) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _joined(first: bytes, pieces: Iterator[bytes], most: int) -> bytes:
    found = bytearray(first)
    for piece in pieces:
        found += piece
        if len(found) > most:
            raise bloated()
    return bytes(found)


def _read(opened: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> bytes:
    if part.file_size > most:
        raise bloated()
    return _joined(b"", _pieces(opened, part), most)


def _check_text(text: bytes) -> None:
    """XML in an encoding in which a search finds what a reader would read, without definitions, fields that fetch."""
    head = text.lstrip(b"\xef\xbb\xbf")[:300]
    told = _ENCODING.match(head)
    if b"\0" in head or (head and head.lstrip()[:1] != b"<"):
        raise broken()
    if told is not None and told[1].lower() not in (b"utf-8", b"us-ascii", b"gb18030", b"gbk", b"gb2312"):
        raise broken()
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise linked()
    small = text.lower()
    if any(mark in small for mark in _FETCHING):
        raise linked()
    if any(mark in small for mark in _EVENTS):
        raise active()


def _check_relations(text: bytes) -> None:
    """Relations to the outside: a hyperlink waits for a click, everything else would be fetched on opening."""
    if len(text) > MOST_LINKS:
        raise bloated()

    def begins(_name: str, attributes: dict[str, str]) -> None:
        outside = attributes.get("TargetMode", "").lower() == "external" or _REMOTE.match(attributes.get("Target", ""))
        if outside and not attributes.get("Type", "").endswith("/hyperlink"):
            raise linked()

    parser = expat.ParserCreate()
    parser.StartElementHandler = begins
    try:
        parser.Parse(text, True)
    except expat.ExpatError:
        raise broken() from None


def _check_addresses(text: bytes) -> None:
    """Addresses in a part: those of a hyperlink (``text:a``) wait for a click, others would be fetched on opening."""
    for pattern in _ADDRESSES:
        for found in pattern.finditer(text):
            if _REMOTE.match(unescape(found[1].decode("utf-8", "replace"))):
                element = text[text.rfind(b"<", 0, found.start()) :][:8]
                if element.split()[:1] != [b"<text:a"]:
                    raise linked()
