"""Workbooks as answers (下载工作簿): one way to hand out an .xlsx, and to hand back one with its faults."""

from __future__ import annotations

from fastapi.responses import Response

from api.file_out import attached
from workflow.imports.carried import Carried
from workflow.imports.returned import marked

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(content: bytes, name: str, plain: str = "list.xlsx") -> Response:
    """A workbook to be kept under ``name``, ``plain`` (ASCII) where that cannot be; no store on the way keeps it."""
    return attached(content, XLSX, plain, name)


def handed_back(sent: Carried, called: str) -> Response:
    """The list that was sent in, with every fault marked where it is."""
    return workbook(marked(sent.cells, sent.faults), f"{called}-须改正.xlsx")
