"""One kind of paper for many hires (批量制作文书): the kinds, what would become of each, the making, the package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep
from api.file_out import attached
from api.pages import picking
from api.pages.bulk_picks import begun_at, list_of, picks_of, value_of, way_back
from api.pages.hires import hire_rows
from api.pages.paper_block import raised
from api.pages.picking import Pick
from api.pages.render import FormDep, Page, PageDep, RecentPageDep
from api.pages.submitted import given_of
from api.problems import NotFound
from api.reasons import reasons_of
from states.procedure import Procedure
from states.refusals import InputRefused, Refusal
from states.say import Sentence
from workflow import bulk_runs, queries
from workflow.papers import many
from workflow.papers.kinds import Kind, title_of
from workflow.papers.making import PaperLine
from workflow.papers.many import Offer, PaperRun
from workflow.papers.package import package
from workflow.queries import scoped
from workflow.sealing import Seal

router = APIRouter()
ZIP = "application/zip"
Plans = Mapping[int, PaperLine | Refusal | None]


@router.post("/bulk/papers")
def bulk_papers(page: PageDep, form: FormDep, seal: SealDep) -> Response:
    """The screen: which papers there are, then what would become of each hire; and the making, once that was seen."""
    given = given_of(form)
    picks = picks_of(page, list_of(given), given)
    if isinstance(picks, Sentence):
        return page.go(way_back(list_of(given), given), picks, "care")
    hires = bulk_runs.read(page.office, page.actor, [hire_id for hire_id, _ in picks])
    offers = many.offers(page.office, page.actor, hires)
    offer = next((one for one in offers if one.kind == value_of(given, "paper")), None)
    try:
        many.check_number(hires)
    except InputRefused as refusal:
        return _screen(page, given, picks, offers, refusal=refusal)
    if offer is None:
        return _screen(page, given, picks, offers)
    if value_of(given, "do") != "run":
        plans = many.preview(page.office, seal, hires, offer.kind, page.actor, page.at)
        return _screen(page, given, picks, offers, offer, plans)
    run_id = value_of(given, "run")[:40] or bulk_runs.new_id(page.at)
    about = (run_id, hires, offer.kind, page.actor, page.at)
    run = many.run(page.office, seal, *about, lambda refusal: reasons_of(refusal, page.tell))
    return page.go(f"/bulk/papers/{run.id}")


def _screen(
    page: Page,
    given: Mapping[str, list[str]],
    picks: list[Pick],
    offers: list[Offer],
    offer: Offer | None = None,
    plans: Plans | None = None,
    refusal: InputRefused | None = None,
) -> Response:
    shown = _rows(page, [hire_id for hire_id, _ in picks])
    rows = [_planned(page, row, plans) for row in shown.values()]
    ready = sum(row["verdict"] == "yes" for row in rows)
    return page.show(
        "bulk_papers.html",
        list_of(given),
        status=422 if refusal else 200,
        back=way_back(list_of(given), given),
        begun=begun_at(given),
        list=list_of(given),
        query=value_of(given, "query"),
        picked=picking.written(picks),
        digest=picking.digest(picks),
        number=len(picks),
        gone=len(picks) - len(rows),
        rows=rows,
        kinds=[] if refusal else [_kind(page, one, offer) for one in offers],
        kind=_kind(page, offer, offer) if offer else None,
        refusal=page.tell(next(iter(refusal.faults.values()))) if refusal else "",
        ready=ready,
        stopped=len(plans or ()) - ready,
        run=bulk_runs.new_id(page.at),
    )


def _kind(page: Page, offer: Offer, chosen: Offer | None) -> dict[str, Any]:
    return {
        "key": offer.kind.value,
        "name": _titles(page, offer.procedures.values(), offer.kind),
        "number": len(offer.hires),
        "current": chosen is offer,
    }


def _titles(page: Page, procedures: Iterable[Procedure], kind: Kind) -> str:
    """What a kind is called under all of these documents: a contract here may be an agreement there."""
    found: dict[str, None] = dict.fromkeys(page.tell(title_of(procedure, kind)) for procedure in procedures)
    return raised(" / ".join(found))


def _planned(page: Page, row: dict[str, Any], plans: Plans | None) -> dict[str, Any]:
    found = (plans or {}).get(row["id"])
    if plans is None or row["id"] not in plans:
        return row | {"verdict": "", "number": "", "why": []}
    if isinstance(found, Refusal):
        return row | {"verdict": "no", "number": "", "why": reasons_of(found, page.tell)}
    return row | {"verdict": "yes", "number": found.number if found else "", "why": []}


# ---- what was made -----------------------------------------------------------------------------------------------


@router.get("/bulk/papers/{run_id}")
def outcome(page: PageDep, run_id: str, seal: SealDep) -> Response:
    """What became of a run: for whoever ran it."""
    run = _kept(page, run_id, seal)
    known = _rows(page, [hire_id for hire_id, _ in (*run.made, *run.refused)])
    return page.show(
        "bulk_papers_done.html",
        "hires",
        run=run,
        at=page.moment(run.at),
        title=_titles(page, [page.office.procedure(row["document"]) for row in known.values()], run.kind),
        made=[known[i] | {"again": i in run.again, "why": ()} for i, _ in run.made if i in known],
        refused=[known[i] | {"why": why} for i, why in run.refused if i in known],
        gone=len(run.made) + len(run.refused) - len(known),
    )


@router.get("/bulk/papers/{run_id}/papers.zip")
def as_package(page: RecentPageDep, run_id: str, seal: SealDep) -> Response:
    """The papers with their index; that each was opened stands in the log of its person."""
    run = _kept(page, run_id, seal)
    content = package(page.office, seal, run, page.actor, page.at)
    return attached(content, ZIP, f"papers-{run.id}.zip", f"批量文书-{run.id}.zip")


def _kept(page: Page, run_id: str, seal: Seal) -> PaperRun:
    run = many.kept_run(page.office, seal, run_id, page.actor) if 0 < len(run_id) <= 40 else None
    if run is None:
        raise NotFound
    return run


def _rows(page: Page, ids: list[int]) -> dict[int, dict[str, Any]]:
    """The hires that the reader sees, in the order asked for."""
    with page.reading() as connection:
        lines = queries.hire_lines(connection, scoped(page.actor), ids)
        rows = hire_rows(page, connection, lines)
    known = {line.id: row | {"document": line.procedure} for line, row in zip(lines, rows, strict=True)}
    return {i: known[i] for i in ids if i in known}
