"""Posts (岗位): registered before anything is announced for them, changed on the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from states.facts import Actor
from states.loading import Catalogue, UnknownProcedure
from states.procedure import Procedure
from states.refusals import InputRefused, StepNotOffered
from states.say import Sentence, say
from states.vocabulary import FINAL_STATES, Role
from workflow import office_log
from workflow.tables import Hire, Opening, Post, Region

#: the book of the office log in which posts stand
BOOK = "posts"
#: what may be changed; document, kind and place stay, because openings and hires were made under them
CHANGEABLE = (
    "title",
    "employer",
    "sources",
    "registered",
    "monthly_fen",
    "minimum_wage_fen",
    "subsidy_cap_fen",
    "counted_workers",
)
#: organisers beside those whom the document lets announce
KEEPERS = frozenset({Role.HRSS, Role.RURAL, Role.COUNTY})


def register_post(session: Session, catalogue: Catalogue, given: Mapping[str, Any], actor: Actor, at: datetime) -> int:
    """Registers a post and returns its id. ``given``: the columns of ``Post`` without id and moment; amounts in fen.

    Raises InputRefused for a document, kind or region that is not there or not the actor's, StepNotOffered for a role
    that does not keep posts.
    """
    procedure, found = _checked(session, catalogue, given, actor)
    if procedure is None or found:
        raise InputRefused(found)
    organiser = procedure.kind_by_name[given["kind"]].organiser
    if not actor.roles_in(given["region"]) & {*procedure.announcement.by, organiser, *KEEPERS}:
        raise StepNotOffered(say("您在这个地区没有登记岗位的职责"), forbidden=True)
    post = Post(**{**given, "sources": list(given["sources"])}, created_at=at)
    session.add(post)
    session.flush()
    assert post.id is not None
    office_log.write(session, BOOK, "register_post", actor, at, {"post": post.id, "region": post.region})
    return post.id


def update_post(
    session: Session, catalogue: Catalogue, post_id: int, given: Mapping[str, Any], actor: Actor, at: datetime
) -> tuple[str, ...]:
    """Changes what ``given`` names (of ``CHANGEABLE``) and returns the names of what really changed.

    What guards read counts for openings announced from now on; hires under way read the post as it is. Raises
    InputRefused for anything else, StepNotOffered for a post that is not there or a role that does not keep it.
    """
    post = session.exec(select(Post).where(Post.id == post_id).with_for_update()).first()
    if post is None or not actor.sees(post.region):
        raise StepNotOffered(say("没有这个岗位，或您无权查看"), post_id=post_id)
    if not may_keep(catalogue, post.procedure_id, post.kind, post.region, actor):
        raise StepNotOffered(say("您在这个地区没有登记岗位的职责"), forbidden=True)
    if unknown := given.keys() - set(CHANGEABLE):
        raise InputRefused({name: say("这一项登记后不能更改") for name in sorted(unknown)})
    values = {name: list(value) if name == "sources" else value for name, value in given.items()}
    changed = tuple(name for name in CHANGEABLE if name in values and getattr(post, name) != values[name])
    for name in changed:
        setattr(post, name, values[name])
    if changed:
        # a step that was decided on what the post said before is decided again
        hires = select(Hire.id).join(Opening, col(Opening.id) == col(Hire.opening_id)).where(Opening.post_id == post_id)
        open_ones = hires.where(col(Hire.state).not_in(sorted(FINAL_STATES)))
        session.execute(update(Hire).where(col(Hire.id).in_(open_ones)).values(version=Hire.version + 1))
        office_log.write(session, BOOK, "update_post", actor, at, {"post": post_id, "fields": list(changed)})
    session.flush()
    return changed


def may_keep(catalogue: Catalogue, procedure_id: str, kind: str, region: str, actor: Actor) -> bool:
    """Whether one of the actor's roles registers and changes posts of a kind in a region under a document."""
    try:
        procedure = catalogue.current(procedure_id)
    except UnknownProcedure:
        return False
    known = procedure.kind_by_name.get(kind)
    organisers = {known.organiser} if known else set()
    return bool(actor.roles_in(region) & {*procedure.announcement.by, *organisers, *KEEPERS})


def _checked(
    session: Session, catalogue: Catalogue, given: Mapping[str, Any], actor: Actor
) -> tuple[Procedure | None, dict[str, Sentence]]:
    found: dict[str, Sentence] = {}
    procedure = None
    try:
        procedure = catalogue.current(given["procedure_id"])
    except UnknownProcedure:
        found["procedure_id"] = say("没有这个办法")
    region = given["region"]
    # a region of somebody else is answered like one that does not exist
    if not actor.roles_in(region) or session.get(Region, region) is None:
        found["region"] = say("没有这个地区，或不在您的职责之内")
    elif procedure is not None and not region.startswith(procedure.document.region):
        found["region"] = say("这个地区不在办法的适用范围之内")
    if procedure is not None and given["kind"] not in procedure.kind_by_name:
        found["kind"] = say("办法中没有这一类岗位")
    return procedure, found
