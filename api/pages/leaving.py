"""Who ought to leave (建议办理离岗): deaths and retirements that are on record, for somebody to decide about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.pages import reading, words
from api.pages.after_words import region_of
from api.pages.filters import HIRES, chosen_of, filter_fields
from api.pages.hires import whole
from api.pages.picking import picking_of
from api.pages.render import Page, PageDep
from workflow.queries import scoped
from workflow.queries.leaving import ProposalLine, proposals

router = APIRouter()


@router.get("/leaving")
def show(page: PageDep) -> Response:
    """People at work in the reader's regions who died or reached retirement age, without a decision so far."""
    asked = page.request.query_params
    region, after = region_of(page, asked.get("region")), whole(asked.get("after"))
    with page.reading() as connection:
        scope, procedures = scoped(page.actor), page.office.every_procedure(connection)
        found = proposals(connection, scope, procedures, page.today, region=region, after=after)
        filters = filter_fields(page, connection, scope, {"region": region}, ["region"])
        places = reading.place_names(connection, {line.region for line in found.lines})
    picks = [(line.hire_id, line.version) for line in found.lines]
    return page.show(
        "leaving.html",
        "leaving",
        rows=[_row(page, line, places) for line in found.lines],
        filters=filters,
        filtered=region is not None,
        picking=picking_of(page, chosen_of(HIRES, {}), picks, len(picks), begun=page.address()),
        next_page=page.address(after=str(found.after)) if found.after else None,
        first_page=page.address(after=None) if after else None,
    )


def _row(page: Page, line: ProposalLine, places: Mapping[str, str]) -> dict[str, Any]:
    ground = line.proposal.ground
    return {
        "id": line.hire_id,
        "version": line.version,
        "who": line.person_name,
        "post": line.post_title,
        "place": places.get(line.region, line.region),
        "procedure": words.short_title(page, page.office.procedure(line.procedure)),
        "ground": page.named(ground),
        "law": ground.basis,
        "why": page.tell(line.proposal.why),
    }
