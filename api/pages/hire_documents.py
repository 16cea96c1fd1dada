"""Adding a file to a hire by a form, and downloading one (材料)."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from api.dependencies import SealDep
from api.file_out import file_response
from api.inputs import PathId
from api.pages.case import STALE, Attempt, hire_page
from api.pages.hire_files import FILE, UPLOAD, about_of
from api.pages.render import FormDep, PageDep
from api.pages.submitted import given_of
from states.refusals import NoSuchHire, Refusal, StaleHire
from states.say import say
from workflow import documents
from workflow.engine import KeyReused
from workflow.files import FileRefused

router = APIRouter()


@router.post("/hires/{hire_id}/documents")
def add_document(page: PageDep, form: FormDep, seal: SealDep, hire_id: PathId) -> Response:
    """Stores a file and attaches it. A refusal shows the page again and says why; the file has to be chosen again."""
    given, sent = given_of(form), form.get(FILE)
    key = (given.get("key") or [""])[0][:128] or None
    try:
        if not isinstance(sent, UploadFile) or not sent.filename:
            raise FileRefused(say("请先选择要上传的文件"))
        documents.attach(
            page.office, seal, hire_id, page.actor, page.at, sent.file, sent.filename, about_of(given), key=key
        )
    except (StaleHire, KeyReused):
        return page.go(f"/hires/{hire_id}", STALE, "care")
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return hire_page(page, hire_id, Attempt.of(UPLOAD, given, refusal), refusal)
    return page.go(f"/hires/{hire_id}#files", say("已添加材料"))


@router.get("/hires/{hire_id}/documents/{seq}")
def download(page: PageDep, seal: SealDep, hire_id: PathId, seq: PathId) -> Response:
    """The file as an attachment; that it was opened is kept in the person's log."""
    return file_response(documents.open_document(page.office, seal, hire_id, seq, page.actor, page.at))
