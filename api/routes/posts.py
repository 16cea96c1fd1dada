"""Posts and regions (岗位、地区)."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.dependencies import ActorDep, NowDep, OfficeDep, ReadDep, ScopeDep
from api.inputs import After, Limit, PathId, RegionCode, Slug, cursor, number_of
from api.opening_schemas import Changed, PostPatch
from api.problems import Forbidden, NotFound
from api.schemas import Created, Page, PostIn, Regions
from states.refusals import InputRefused
from states.say import say
from workflow import queries
from workflow.posts import may_keep, register_post, update_post
from workflow.queries import PostLine

router = APIRouter()


@router.get("/posts", tags=["posts"], summary="posts within my regions")
def listed(
    connection: ReadDep,
    scope: ScopeDep,
    region: RegionCode | None = None,
    procedure: Slug | None = None,
    after: After = None,
    limit: Limit = queries.PAGE,
) -> Page[PostLine]:
    page = queries.posts(
        connection, scope, in_region=region, procedure_id=procedure, after=number_of(after) or 0, limit=limit
    )
    return Page(items=list(page.lines), next=cursor(page.after))


@router.post("/posts", tags=["posts"], summary="register a post", status_code=201)
def registered(given: PostIn, office: OfficeDep, actor: ActorDep, at: NowDep, response: Response) -> Created:
    with office.database.session() as session:
        post_id = register_post(session, office.catalogue, given.model_dump(), actor, at)
    response.headers["location"] = f"/api/v1/posts/{post_id}"
    return Created(id=post_id)


@router.get("/posts/{post_id}", tags=["posts"], summary="one post")
def one(post_id: PathId, connection: ReadDep, scope: ScopeDep) -> PostLine:
    line = queries.post_line(connection, scope, post_id)
    if line is None:
        raise NotFound
    return line


@router.patch("/posts/{post_id}", tags=["posts"], summary="change what is named, on the record")
def changed(
    post_id: PathId, given: PostPatch, office: OfficeDep, actor: ActorDep, scope: ScopeDep, at: NowDep
) -> Changed:
    with office.database.reading(scope.reach) as connection:
        line = queries.post_line(connection, scope, post_id)
    if line is None:
        raise NotFound
    if not may_keep(office.catalogue, line.procedure_id, line.kind, line.region, actor):
        raise Forbidden
    values = given.model_dump(exclude_unset=True)
    empty = [
        name for name in ("title", "employer", "sources", "registered", "monthly_fen") if values.get(name, 0) is None
    ]
    if empty:
        raise InputRefused({name: say("此项必填") for name in empty})
    with office.database.session() as session:
        return Changed(changed=list(update_post(session, office.catalogue, post_id, values, actor, at)))


@router.get("/regions", tags=["regions"], summary="the regions that I may look into")
def regions(connection: ReadDep, scope: ScopeDep, parent: RegionCode | None = None) -> Regions:
    return Regions(items=list(queries.regions(connection, scope, parent=parent)))
