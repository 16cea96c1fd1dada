"""The governing documents as data (办法), and their pictures."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import LanguageDep, OfficeDep, SessionDep
from api.inputs import Slug
from api.problems import NotFound
from states.loading import UnknownProcedure
from states.picture import draw
from states.procedure import Procedure
from workflow.office import Office

router = APIRouter(prefix="/procedures", tags=["procedures"])


@router.get("", summary="every version of every document that this service knows")
def listed(office: OfficeDep, _: SessionDep, language: LanguageDep) -> dict[str, list[dict[str, Any]]]:
    return {"items": [_brief(office, procedure, language) for procedure in office.catalogue.all()]}


@router.get("/{procedure}", summary="one document: the current version by its id, any version by id@version")
def one(procedure: Slug, office: OfficeDep, _: SessionDep) -> dict[str, Any]:
    return _found(office, procedure).model_dump(mode="json", by_alias=True)


@router.get("/{procedure}/picture.svg", summary="the life cycle as a picture", response_class=Response)
def picture(
    procedure: Slug, office: OfficeDep, _: SessionDep, language: LanguageDep, current: Slug | None = None
) -> Response:
    svg = draw(_found(office, procedure), language, current)
    return Response(svg, media_type="image/svg+xml", headers={"content-language": language})


def _found(office: Office, name: str) -> Procedure:
    try:
        return office.procedure(name) if "@" in name else office.catalogue.current(name)
    except UnknownProcedure:
        raise NotFound from None


def _brief(office: Office, procedure: Procedure, language: str) -> dict[str, Any]:
    valid = procedure.validity
    return {
        "key": procedure.key,
        "procedure": procedure.procedure,
        "version": procedure.version,
        "current": office.catalogue.current(procedure.procedure).key == procedure.key,
        "title": procedure.title.in_language(language),
        "number": procedure.document.number,
        "region": procedure.document.region,
        "valid_from": valid.valid_from.isoformat(),
        "valid_to": valid.last_day.isoformat() if valid.last_day else None,
        "href": f"/api/v1/procedures/{procedure.key}",
        "picture": f"/api/v1/procedures/{procedure.key}/picture.svg",
    }
