"""A stored file as a download (下载): always an attachment, of the kind that was found in its bytes, never rendered."""

from __future__ import annotations

from urllib.parse import quote

from fastapi.responses import Response

from workflow.documents import Opened
from workflow.file_checks import EXTENSIONS

HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "x-download-options": "noopen",
}


def file_response(opened: Opened) -> Response:
    """The file under its cleaned name, and a plain one for readers that know no other."""
    line = opened.line
    media_type = line.media_type if line.media_type in EXTENSIONS else "application/octet-stream"
    plain = f"document-{line.seq}.{EXTENSIONS.get(line.media_type, 'bin')}"
    return attached(opened.content, media_type, plain, line.name)


def attached(content: bytes, media_type: str, plain: str, name: str) -> Response:
    """Bytes as an attachment: ``name`` for readers that know Chinese, ``plain`` (ASCII) for others."""
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media_type, headers={**HEADERS, "content-disposition": disposition})
