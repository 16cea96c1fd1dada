"""Files that people send (上传文件): good ones of every accepted kind, and hostile ones with the reason of each.

Hostile files that would fetch something name the address of a listener, which counts who calls.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial

import openpyxl

from workflow.file_checks import faults

MB = 1024 * 1024
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MAIN = f'<Override PartName="/word/document.xml" ContentType="{WORD}.main+xml"/>'
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

# ---- good ones ---------------------------------------------------------------------------------------------------


def png(width: int = 4, height: int = 3, after: bytes = b"") -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = b"".join(b"\0" + bytes(4) for _ in range(3))
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"") + after


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def jpeg(width: int = 4, height: int = 3, comment: bytes = b"", after: bytes = b"") -> bytes:
    said = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment if comment else b""
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\0"
    return b"\xff\xd8" + said + frame + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + b"\x12\x34" + b"\xff\xd9" + after


def webp(width: int = 4, height: int = 3, after: bytes = b"") -> bytes:
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0"
    body += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", len(body)) + body + after


def heic(width: int = 4, height: int = 3, brand: bytes = b"heic") -> bytes:
    kind = struct.pack(">I", 24) + b"ftyp" + brand + b"\0\0\0\0" + brand + (b"mif1" if brand == b"heic" else brand)
    size = struct.pack(">I", 20) + b"ispe" + struct.pack(">III", 0, width, height)
    return kind + struct.pack(">I", 8 + len(size)) + b"meta" + size


def pdf(extra: bytes = b"", stream: bytes = b"", kind: bytes = b"", after: bytes = b"") -> bytes:
    packed = zlib.compress(stream or b"BT /F1 12 Tf (x) Tj ET")
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + extra + b" >>\nendobj\n"
        b"4 0 obj\n<< /Filter /FlateDecode /Length "
        + str(len(packed)).encode()
        + b" "
        + kind
        + b" >>\nstream\n"
        + packed
        + b"\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
        + after
    )


def package(parts: Mapping[str, bytes | str], stored: tuple[str, ...] = ()) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in parts.items():
            made.writestr(name, body, zipfile.ZIP_STORED if name in stored else None)
    return out.getvalue()


def docx(parts: Mapping[str, bytes | str] = {}, types: str = "", relations: str = "", body: str = "") -> bytes:
    return package(
        {
            "[Content_Types].xml": f'<?xml version="1.0" encoding="UTF-8"?><Types>{_MAIN}{types}</Types>',
            "word/document.xml": f"<w:document><w:body><w:p>{body}</w:p></w:body></w:document>",
            "word/_rels/document.xml.rels": f"<Relationships>{relations}</Relationships>",
            **parts,
        }
    )


def relation(kind: str, target: str, mode: str = "External") -> str:
    return f'<Relationship Id="r1" Type="{_RELATION}/{kind}" Target="{target}" TargetMode="{mode}"/>'


def odt(body: str = "<text:p>x</text:p>", parts: Mapping[str, bytes | str] = {}) -> bytes:
    told = "application/vnd.oasis.opendocument.text"
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content>{body}</office:document-content>'
    return package({"mimetype": told, "content.xml": content, **parts}, stored=("mimetype",))


def xlsx() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.create_sheet("评分")
    sheet.append(["姓名", "得分"])
    sheet["A1"].hyperlink = "https://example.org/"
    book.save(out)
    return out.getvalue()


def ofd() -> bytes:
    return package({"OFD.xml": "<?xml version='1.0' encoding='UTF-8'?><ofd:OFD/>", "Doc_0/Document.xml": "<ofd:D/>"})


GOOD: dict[str, Callable[[], bytes]] = {
    "image/png": png,
    "image/jpeg": jpeg,
    "image/webp": webp,
    "image/heic": heic,
    "application/pdf": pdf,
    WORD: partial(docx, relations=relation("hyperlink", "https://example.org/")),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": xlsx,
    "application/vnd.oasis.opendocument.text": partial(odt, '<text:a xlink:href="https://example.org/">x</text:a>'),
    "application/ofd": ofd,
}

# ---- hostile ones ------------------------------------------------------------------------------------------------

BROKEN, BLOATED, ACTIVE = faults.broken().sentence, faults.bloated().sentence, faults.active().sentence
LINKED, LOCKED, MIXED = faults.linked().sentence, faults.locked().sentence, faults.mixed().sentence


def _part(name: str, body: bytes = b"x", attributes: int = 0, times: int = 1) -> bytes:
    """A docx with one more part, written as no office program would."""
    out = io.BytesIO(docx())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as made:
        for number in range(times):
            info = zipfile.ZipInfo("word/media/name")
            info.filename = info.orig_filename = name if times == 1 else f"{name}{number}"
            info.external_attr = attributes
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, body)
    return out.getvalue()


def _with_nul() -> bytes:
    return _part("word/media/nameX.exe").replace(b"nameX.exe", b"name\0.exe")


def _lying() -> bytes:
    """A part of ten megabytes that says it has ten bytes."""
    good = _part("word/media/image1.png", bytes(10 * MB))
    return good.replace(struct.pack("<I", 10 * MB), struct.pack("<I", 10))


def _locked() -> bytes:
    made = bytearray(docx())
    at = made.find(b"PK\x01\x02")
    made[at + 8] |= 1
    return bytes(made)


def _many_entries() -> bytes:
    """A directory of 180,000 entries: reading it all would take more memory than one request may."""
    entry = b"PK\x01\x02" + bytes(42)
    size = 180_000 * len(entry)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, size, 30, 0)
    return b"PK\x03\x04" + bytes(26) + entry * 180_000 + end


def _entity(address: str) -> str:
    return f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "{address}">]><w:document>&x;</w:document>'


def _laughs() -> str:
    steps = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    return f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a0 "ha">{steps}]><w:document>&a8;</w:document>'


def hostile(address: str) -> dict[str, tuple[bytes, object]]:
    """Name → content and the sentence of its refusal (None: any). ``address`` is that of a listener."""
    named = docx(body="<w:r/>")
    return {
        "zip-bomb-declared": (_part("word/media/image1.png", bytes(60 * MB)), BLOATED),
        "zip-bomb-in-many-parts": (_part("word/media/image", bytes(6 * MB), times=12), BLOATED),
        "zip-bomb-that-lies": (_lying(), BROKEN),
        "zip-of-very-many-entries": (_many_entries(), BLOATED),
        "xml-of-one-long-text": (docx({"word/document.xml": b"<w:document>" + b"a" * 20 * MB}), BLOATED),
        "zip-in-zip": (docx({"word/media/more.zip": package({"x": "y"})}), ACTIVE),
        "external-entity": (docx({"word/document.xml": _entity(address)}), LINKED),
        "billion-laughs": (docx({"word/document.xml": _laughs()}), LINKED),
        "entity-in-utf-16": (docx({"word/document.xml": _entity(address).encode("utf-16")}), BROKEN),
        "entity-in-utf-7": (
            docx({"word/document.xml": '<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE w+AD4-<w/>'}),
            BROKEN,
        ),
        "template-from-outside": (docx(relations=relation("attachedTemplate", address)), LINKED),
        "picture-from-outside": (docx(relations=relation("image", address)), LINKED),
        "outside-spelled-by-numbers": (docx(relations=relation("image", "x", "&#69;xternal")), LINKED),
        "picture-from-a-share": (docx(relations=relation("image", r"//10.0.0.1/share/x.png", "Internal")), LINKED),
        "external-workbook": (docx({"xl/externalLinks/externalLink1.xml": "<externalLink/>"}), LINKED),
        "dde-field": (docx(body='<w:instrText> DDEAUTO c:\\\\cmd.exe "/c calc"</w:instrText>'), LINKED),
        "opendocument-picture-from-outside": (odt(f'<draw:image xlink:href="{address}"/>'), LINKED),
        "opendocument-macro": (odt(parts={"Basic/Standard/Module1.xml": "<script:module/>"}), ACTIVE),
        "opendocument-event": (odt('<script:event-listener script:language="ooo:script"/>'), ACTIVE),
        "macro-by-part": (docx({"word/vbaProject.bin": b"\xcc\x61"}), ACTIVE),
        "macro-by-type": (
            docx(types='<Override ContentType="application/vnd.ms-word.x.macroEnabled.main+xml"/>'),
            ACTIVE,
        ),
        "embedded-program": (docx({"word/media/image1.png": b"MZ\x90\0program"}), ACTIVE),
        "embedded-object": (docx({"word/embeddings/oleObject1.bin": b"x"}), ACTIVE),
        "path-out-of-the-package": (_part("../../../../etc/cron.d/x"), BROKEN),
        "path-from-the-root": (_part("/etc/passwd"), BROKEN),
        "path-of-a-drive": (_part("C:\\Windows\\x"), BROKEN),
        "symbolic-link": (_part("word/media/x", b"/etc/passwd", (stat.S_IFLNK | 0o777) << 16), BROKEN),
        "name-with-nul": (_with_nul(), BROKEN),
        "locked-package": (_locked(), LOCKED),
        "plain-archive": (package({"材料.txt": "x"}), None),
        "package-after-a-picture": (png(after=named), MIXED),
        "package-behind-a-photo": (jpeg(after=named), MIXED),
        "package-with-something-before": (b"PK\x03\x04" + bytes(40) + named, MIXED),
        "pdf-in-a-photo": (jpeg(comment=b"%PDF-1.7 1 0 obj"), MIXED),
        "page-in-a-photo": (jpeg(comment=b"<SCRIPT>alert(1)</SCRIPT>"), MIXED),
        "archive-behind-a-picture": (webp(after=b"Rar!\x1a\x07\x01\0"), MIXED),
        "huge-png": (png(60_000, 60_000), None),
        "huge-jpeg": (jpeg(65_000, 2_000), None),
        "huge-webp": (webp(16_000, 16_000), None),
        "huge-heic": (heic(30_000, 3_000), None),
        "video-as-photo": (heic(brand=b"isom"), None),
        "half-a-photo": (jpeg()[:20], BROKEN),
        "photo-of-very-many-segments": (b"\xff\xd8" + b"\xff\xe1\0\x02" * MB + b"\xff\xd9", BROKEN),
        "pdf-script": (pdf(b"/OpenAction << /S /JavaScript /JS (app.launchURL\\(x\\)) >>"), ACTIVE),
        "pdf-script-spelled-by-numbers": (pdf(b"/OpenAction << /S /J#61vaScr#69pt /#4aS (x) >>"), ACTIVE),
        "pdf-script-in-an-object-stream": (pdf(stream=b"1 0 << /S /JavaScript >>", kind=b"/Type /ObjStm"), ACTIVE),
        "pdf-program": (pdf(b"/OpenAction << /S /Launch /F (cmd.exe) >>"), ACTIVE),
        "pdf-embedded-file": (pdf(b"/Names << /EmbeddedFiles 5 0 R >>"), ACTIVE),
        "pdf-sends-itself": (pdf(f"/OpenAction << /S /SubmitForm /F ({address}) >>".encode()), LINKED),
        "pdf-from-a-share": (pdf(b"/OpenAction << /S /GoToR /F (\\\\\\\\10.0.0.1\\\\x.pdf) >>"), LINKED),
        "pdf-locked": (pdf(b"/Encrypt 9 0 R"), LOCKED),
        "pdf-bomb": (pdf(stream=bytes(170 * MB)), BLOATED),
        "pdf-object-bomb": (pdf(stream=bytes(20 * MB), kind=b"/Type /ObjStm"), BLOATED),
        "pdf-of-slashes": (b"%PDF-1.7\n" + b"/" * (8 * MB - 32), BROKEN),
        "pdf-with-an-archive": (pdf(after=named), None),
        "old-office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), None),
        "program": (b"MZ\x90\0" + bytes(512), None),
        "page": (b"<!doctype html><script>alert(1)</script>", None),
        "drawing": (f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{address}"/></svg>'.encode(), None),
        "empty": (b"", None),
        "too-large": (png(after=bytes(8 * MB)), None),
    }
