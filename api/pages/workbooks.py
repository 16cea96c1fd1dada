"""Workbooks as answers (下载工作簿): one way to hand out an .xlsx, and to hand back one with its faults."""

from __future__ import annotations

from urllib.parse import quote

from fastapi.responses import Response

from workflow.imports.carried import Carried
from workflow.imports.returned import marked

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(content: bytes, name: str) -> Response:
    """A workbook to be kept under ``name``; no store on the way keeps it."""
    headers = {"content-disposition": f"attachment; filename=\"list.xlsx\"; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=XLSX, headers={**headers, "cache-control": "no-store"})


def handed_back(sent: Carried, called: str) -> Response:
    """The list that was sent in, with every fault marked where it is."""
    return workbook(marked(sent.cells, sent.faults), f"{called}-须改正.xlsx")
