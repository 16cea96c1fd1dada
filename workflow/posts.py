"""Posts (岗位): registered before anything is announced for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from states.facts import Actor
from states.loading import Catalogue, UnknownProcedure
from states.procedure import Procedure, Role
from states.refusals import InputRefused, StepNotOffered
from states.say import Sentence, say
from workflow.tables import Post, Region

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
    return post.id


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
