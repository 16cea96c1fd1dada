"""Pages that are lists with forms beside them (台账页): what stands in each list and form is said by the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi.responses import Response

from api.pages.filling import refusal_of, status_of
from api.pages.forms import Field
from api.pages.render import Page
from states.procedure import Procedure
from states.refusals import Refusal
from states.say import Sentence, say


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: ``small`` below the text, ``href`` where it leads, ``bad`` where it needs a look."""

    text: str
    small: str = ""
    href: str = ""
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A list under a heading of its own; ``empty`` is said where it has no row."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell | str]]
    empty: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form on the page. ``adverse``: it takes something back; ``folded``: shown when asked for."""

    title: str
    fields: Sequence[Field]
    button: str
    action: str
    hint: str = ""
    adverse: bool = False
    folded: bool = False
    file: bool = False


def show(
    page: Page,
    here: str,
    title: Sentence,
    lead: Sentence,
    *,
    crumbs: Sequence[tuple[str, str]] = (),
    links: Sequence[tuple[str, str]] = (),
    tiles: Sequence[tuple[str, str]] = (),
    filters: Sequence[Field] = (),
    tables: Sequence[Table] = (),
    forms: Sequence[Form] = (),
    notes: Sequence[str] = (),
    refusal: Refusal | None = None,
    next_page: str | None = None,
    first_page: str | None = None,
) -> Response:
    """The page. ``links``: address and words beside the heading; ``tiles``: a figure and what it counts."""
    return page.show(
        "ledger.html",
        here,
        status=status_of(refusal),
        refusal=refusal_of(page, refusal, say("没有办理")),
        title=page.tell(title),
        lead=page.tell(lead),
        crumbs=crumbs,
        links=links,
        tiles=tiles,
        filters=filters,
        tables=[
            {"title": t.title, "hint": t.hint, "columns": t.columns, "rows": _rows(t.rows), "empty": t.empty}
            for t in tables
        ],
        forms=forms,
        notes=notes,
        next_page=next_page,
        first_page=first_page,
    )


def documents(page: Page) -> list[Procedure]:
    """The documents in force that concern the reader's regions."""
    catalogue = page.office.catalogue
    known = [catalogue.current(name) for name in sorted({procedure.procedure for procedure in catalogue.all()})]
    mine = [grant.region for grant in page.actor.grants]
    return [p for p in known if any(r.startswith(p.document.region) or p.document.region.startswith(r) for r in mine)]


def _rows(rows: Sequence[Sequence[Cell | str]]) -> list[list[Cell]]:
    return [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
