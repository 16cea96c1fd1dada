"""Papers of a hire (文书): what was made, making one, and its bytes."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from api.dependencies import ActorDep, NowDep, OfficeDep, ReadDep, RecentDep, ScopeDep, SealDep
from api.file_out import attached
from api.inputs import PathId, Word
from api.problems import NotFound
from api.schemas import Page
from workflow import queries
from workflow.papers import making
from workflow.papers.kinds import Kind
from workflow.papers.rendering import DOCX

router = APIRouter(tags=["papers"])


class PaperIn(BaseModel):
    """Which paper to make; ``reason``: why one that two parties sign is made anew."""

    model_config = ConfigDict(extra="forbid")

    paper: Kind
    reason: Word | None = None


class PaperOut(BaseModel):
    """A paper that was made. ``digest`` is the SHA-256 of its bytes and names it in addresses.

    Who keeps no data of people (supervisors, finance) gets the same paper with masked numbers under that address.
    """

    number: str
    paper: Kind
    term_no: int
    digest: str
    made_at: datetime
    by: str | None
    replaced_at: datetime | None
    reason: str | None


def _out(line: making.PaperLine) -> PaperOut:
    return PaperOut(**{name: getattr(line, name) for name in PaperOut.model_fields})


@router.get("/hires/{hire_id}/papers", summary="the papers of a hire, the latest first")
def listed(hire_id: PathId, connection: ReadDep, scope: ScopeDep) -> Page[PaperOut]:
    line = queries.hire_line(connection, scope, hire_id)
    if line is None or not scope.covers(line.region):
        raise NotFound
    return Page(items=[_out(made) for made in making.papers_of(connection, scope, hire_id)], next=None)


@router.post(
    "/hires/{hire_id}/papers",
    summary="make a paper; asked again for the same one, the same comes back (200)",
    status_code=201,
    responses={200: {"model": PaperOut, "description": "made before"}},
)
def made(
    hire_id: PathId,
    given: PaperIn,
    office: OfficeDep,
    actor: ActorDep,
    seal: SealDep,
    at: NowDep,
    response: Response,
) -> PaperOut:
    done = making.make(office, seal, hire_id, given.paper, actor, at, reason=given.reason)
    response.status_code = 200 if done.again else 201
    response.headers["location"] = f"/api/v1/hires/{hire_id}/papers/{done.line.digest}"
    return _out(done.line)


@router.get(
    "/hires/{hire_id}/papers/{digest}",
    summary="one paper as a Word file; reading it is an entry in the person's log",
    response_class=Response,
    responses={200: {"content": {DOCX: {"schema": {"type": "string", "format": "binary"}}}}},
)
def one(
    hire_id: PathId, digest: str, _recent: RecentDep, office: OfficeDep, actor: ActorDep, seal: SealDep, at: NowDep
) -> Response:
    opened = making.open_paper(office, seal, hire_id, digest, actor, at)
    return attached(opened.content, DOCX, f"paper-{hire_id}.docx", opened.name)
