"""Regions (地区管理): a list of them is loaded by the system administrator, whole or not at all."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from api.pages.administrators import SYSTEM, only, tabs_of
from api.pages.render import Page, PageDep, RecentFormDep
from states.refusals import InputRefused
from states.say import Sentence, say
from workflow import office_log, regions
from workflow.imports.regions import read_regions
from workflow.imports.workbook import NotReadable

router = APIRouter(prefix="/administration")
_UPLOAD_MOST = 4_000_000


@router.get("/regions")
def show_regions(page: PageDep) -> Response:
    """The form that loads regions."""
    only(page, SYSTEM)
    return _regions(page)


@router.post("/regions")
async def load_regions(page: PageDep, form: RecentFormDep) -> Response:
    """Loads a list of regions, whole or not at all; what is wrong is told by its row."""
    only(page, SYSTEM)
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _regions(page, [page.tell(say("请选择文件（CSV 或 XLSX）。"))])
    content = await file.read(_UPLOAD_MOST + 1)
    suffix = Path(file.filename).suffix.lower()
    if len(content) > _UPLOAD_MOST or suffix not in (".csv", ".xlsx"):
        return _regions(page, [page.tell(say("请选择不超过4MB的 CSV 或 XLSX 文件。"))])
    try:
        loaded = _load(page, content, suffix)
    except InputRefused as refusal:
        return _regions(page, [_of_row(page, place, words) for place, words in list(refusal.faults.items())[:200]])
    except (NotReadable, OSError, ValueError) as fault:
        words = getattr(fault, "sentence", None) or say("文件无法读取。请另存为 CSV（UTF-8）或 XLSX 后再试。")
        return _regions(page, [page.tell(words)])
    words = say("已导入：新增{added}个，改动{changed}个，未变{same}个。",
                added=loaded.added, changed=loaded.changed, same=loaded.same)  # fmt: skip
    return page.go("/administration/regions", words)


def _load(page: Page, content: bytes, suffix: str) -> regions.Loaded:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"regions{suffix}"
        path.write_bytes(content)
        rows = read_regions(path)
    with page.office.database.session() as session:
        loaded = regions.load(session, rows)
        facts = {"added": loaded.added, "changed": loaded.changed}
        algorithm = page.office.setting.algorithm
        office_log.write(session, office_log.ACCESS, "regions_loaded", page.actor, page.at, facts, algorithm)
    return loaded


def _of_row(page: Page, place: str, words: Sentence) -> str:
    row, _, _ = place.partition(".")
    return page.tell(say("第{row}行：{fault}", row=row, fault=page.tell(words)))


def _regions(page: Page, faults: list[str] | None = None) -> Response:
    return page.show(
        "administration_regions.html",
        "administration",
        status=422 if faults else 200,
        tabs=tabs_of(page, "regions"),
        faults=faults or [],
    )
