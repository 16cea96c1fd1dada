"""Files of a hire (材料): the list, one to download, one to add. The bytes are sent as they are, without a form."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from typing import Annotated, BinaryIO, Literal, cast

from fastapi import APIRouter, Depends, Query, Request, Response

from api.dependencies import ActorDep, NowDep, OfficeDep, ReadDep, ScopeDep, SealDep, TranslateDep
from api.file_out import file_response
from api.hire_out import done_json
from api.inputs import IdempotencyKey, IfMatch, PathId, Word, etag, version_of
from api.problems import NotFound
from api.schemas import DoneOut, Page
from workflow import documents, queries
from workflow.queries.case_file import DocumentLine
from workflow.queries.case_file import documents as documents_of

router = APIRouter(tags=["documents"])
_IN_MEMORY = 1024 * 1024
_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}, "required": True}
Kind = Literal["evidence", "board", "application", "other"]


async def sent(request: Request) -> AsyncIterator[BinaryIO]:
    """What was sent, on disk as soon as it is larger than a photograph of a phone's usual settings."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spooled:
        async for piece in request.stream():
            spooled.write(piece)
        spooled.seek(0)
        yield cast(BinaryIO, spooled)


@router.get("/hires/{hire_id}/documents", summary="the files of a hire, the latest first")
def listed(hire_id: PathId, connection: ReadDep, scope: ScopeDep) -> Page[DocumentLine]:
    _check_seen(connection, scope, hire_id)
    return Page(items=list(documents_of(connection, scope, hire_id)), next=None)


@router.post(
    "/hires/{hire_id}/documents",
    summary="add a file, sent as it is; what it is follows from its content",
    status_code=201,
    openapi_extra={"requestBody": _BYTES},
)
def added(
    hire_id: PathId,
    content: Annotated[BinaryIO, Depends(sent)],
    office: OfficeDep,
    actor: ActorDep,
    seal: SealDep,
    at: NowDep,
    translate: TranslateDep,
    response: Response,
    name: Annotated[Word, Query(description="what the file is called; its ending follows from the content")],
    kind: Kind = "other",
    board: Annotated[Word | None, Query(description="the board that a photograph shows")] = None,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> DoneOut:
    about = {"kind": kind, "board": board}
    version = version_of(if_match)
    done = documents.attach(office, seal, hire_id, actor, at, content, name, about, expected_version=version, key=key)
    response.headers["etag"] = etag(done.version)
    response.headers["location"] = f"/api/v1/hires/{hire_id}/documents/{done.seq}"
    return done_json(done, translate)


@router.get(
    "/hires/{hire_id}/documents/{seq}",
    summary="one file; reading it is an entry in the person's log",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
def one(hire_id: PathId, seq: PathId, office: OfficeDep, actor: ActorDep, seal: SealDep, at: NowDep) -> Response:
    try:
        return file_response(documents.open_document(office, seal, hire_id, seq, actor, at))
    except documents.NoSuchDocument:
        raise NotFound from None


def _check_seen(connection: ReadDep, scope: ScopeDep, hire_id: int) -> None:
    line = queries.hire_line(connection, scope, hire_id)
    if line is None or not scope.covers(line.region):
        raise NotFound
