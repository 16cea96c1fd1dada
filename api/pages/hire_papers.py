"""Making a paper for a hire, and downloading one (文书)."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep
from api.file_out import attached
from api.inputs import PathId
from api.pages.case import Attempt, hire_page
from api.pages.paper_block import ACT
from api.pages.render import FormDep, PageDep, RecentPageDep
from api.pages.submitted import given_of
from states.refusals import InputRefused, NoSuchHire, Refusal
from states.say import say
from workflow.papers import making
from workflow.papers.kinds import Kind
from workflow.papers.rendering import DOCX

router = APIRouter()


@router.post("/hires/{hire_id}/papers")
def make_paper(page: PageDep, form: FormDep, seal: SealDep, hire_id: PathId) -> Response:
    """Makes a paper. A refusal shows the page again, with everything that is missing and where it is entered."""
    given = given_of(form)
    asked = (given.get("paper") or [""])[0]
    reason = given["reason"][0] if given.get("reason") else None
    try:
        kind = kind_called(asked)
        made = making.make(page.office, seal, hire_id, kind, page.actor, page.at, reason=reason)
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return hire_page(page, hire_id, Attempt.of(ACT + asked, given, refusal), refusal)
    said = say("这份文书已经制作过：{number}", number=made.line.number)
    if not made.again:
        said = say("已制作：{number}。可以在下面下载。", number=made.line.number)
    return page.go(f"/hires/{hire_id}#papers", said)


def kind_called(name: str) -> Kind:
    """A kind of paper by its code. Raises InputRefused."""
    if name not in list(Kind):
        raise InputRefused({"paper": say("请选择要制作的文书")})
    return Kind(name)


@router.get("/hires/{hire_id}/papers/{digest}.docx")
def download(page: RecentPageDep, seal: SealDep, hire_id: PathId, digest: str) -> Response:
    """A paper as an attachment; that it was opened is kept in the person's log."""
    opened = making.open_paper(page.office, seal, hire_id, digest, page.actor, page.at)
    return attached(opened.content, DOCX, f"paper-{hire_id}.docx", opened.name)
