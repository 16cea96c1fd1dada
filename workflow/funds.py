"""How long the money for the posts lasts (资金测算): what was set, what was paid of it, what all places cost.

One reckoning for whoever announces, pays and renews. Held against each other are all money and all places of an area:
the widest one around a post for which money is known. What a village adds is part of it, and hides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Select, case, func, select

from states.budget import Funds, Places, document_places, places_of
from states.meets import enforces
from states.procedure import Procedure
from states.recognition import old_versions
from states.standard import performance_fen
from workflow.office import Office
from workflow.queries.bank import cost_fen
from workflow.queries.paging import begins_with
from workflow.queries.scope import within
from workflow.tables import metadata

budget, hire, opening, post = (metadata.tables[name] for name in ("budget", "hire", "opening", "post"))
sheet, line = metadata.tables["pay_sheet"], metadata.tables["pay_line"]
#: what was decided on is spent
_SPENT = ("approved", "paid")
_ENDED = ("rejected", "withdrawn")
_MONTHLY = "monthly"
_PERFORMANCE = 0
MONTHS = 12


def funds(
    office: Office, connection: Connection, procedure_id: str, region: str, on: date, new: Places | None = None
) -> Funds:
    """The money for the posts of a document around ``region`` on a day, and how long it lasts.

    ``new``: places that are about to be announced. A year's budget has to last until the end of its year, the sum that
    a document itself states for twelve months. Money of a larger region is held against everybody in that region, also
    where the reader sees less: a sum and a number of months tell of nobody.
    """
    return funds_of(office, connection, procedure_id, {region}, on, new)[region]


@enforces("XY-44", "LC-35")
def funds_of(
    office: Office,
    connection: Connection,
    procedure_id: str,
    regions: Collection[str],
    on: date,
    new: Places | None = None,
) -> dict[str, Funds]:
    """The same for several regions at once; what lies in one area is reckoned once, and is the same value."""
    procedure = office.catalogue.current(procedure_id)
    asked = select(budget.c.region, budget.c.fen).where(budget.c.procedure_id == procedure_id, budget.c.year == on.year)
    known = [(row.region, int(row.fen)) for row in connection.execute(asked)]
    areas = {region: _area(procedure, known, region) for region in regions}
    found = {area: _reckoned(office, connection, procedure, area, on, new) for area in set(areas.values())}
    return {region: found[area] for region, area in areas.items()}


def funds_for(office: Office, asked: Collection[tuple[str, str]], on: date) -> dict[tuple[str, str], Funds]:
    """The same for each document (its id) and region that is asked for, on a connection of its own that sees all."""
    regions: dict[str, set[str]] = {}
    for name, region in asked:
        regions.setdefault(name, set()).add(region)
    with office.database.reading() as connection:
        known = {name: funds_of(office, connection, name, some, on) for name, some in sorted(regions.items())}
    return {(name, region): known[name][region] for name, region in asked}


@dataclass(frozen=True, slots=True)
class _Area:
    """Where money and places are held against each other. ``fen`` None: nobody has said what there is."""

    region: str
    fen: int | None
    yearly: bool


def _area(procedure: Procedure, known: Sequence[tuple[str, int]], region: str) -> _Area:
    """The widest area around a region with money; the document's own sum counts where nothing was set in its place."""
    stated, home = sum(one.fen or 0 for one in procedure.funding), procedure.document.region
    around = [place for place, _ in known if region.startswith(place)]
    own = stated and region.startswith(home) and not any(home.startswith(place) for place in around)
    if not around and not own:  # the county is told of, or the document's own area where that is smaller
        return _Area(max(home, region[:6], key=len) if region.startswith(home) else region, None, True)
    area = min([*around, *([home] if own else [])], key=len)
    fen = sum(fen for place, fen in known if place.startswith(area)) + (stated if own else 0)
    return _Area(area, fen, not own)


def _reckoned(
    office: Office, connection: Connection, procedure: Procedure, area: _Area, on: date, new: Places | None
) -> Funds:
    there = _places(office, connection, procedure, area.region) + (new or Places())
    if area.fen is None:
        return Funds(None, places=there, region=area.region)
    spent = _spent(office, connection, procedure, area, on.year)
    paid = set(spent) - {_PERFORMANCE}
    cut = min([on.year * 100 + on.month, *([max(paid) + 1] if paid else [])])
    months = MONTHS + 1 - cut % 100 if area.yearly else MONTHS - sum(month < cut for month in paid)
    whole = document_places(procedure) if procedure.document.region.startswith(area.region) else None
    ahead = sum(fen for month, fen in spent.items() if month >= cut)
    return Funds(area.fen, sum(spent.values()), there, whole, max(months, 0), ahead, area.region)


# ---- what there is to pay ----------------------------------------------------------------------------------------


def in_use(connection: Connection, procedure_id: str, kind: str, region: str) -> int:
    """The places of a kind that are filled or being filled within a region: places, however many apply for each."""
    each = _openings(procedure_id, region).where(post.c.kind == kind).subquery()
    return int(connection.execute(select(func.coalesce(func.sum(each.c.serving + each.c.free), 0))).scalar_one())


def _openings(procedure_id: str, region: str) -> Select[tuple[int, ...]]:
    """Of each opening: who serves, and how many of its places are free or being filled.

    A place whose holder has left is announced anew, and counts there. Who applies beyond the places holds none.
    """
    serving = func.sum(case((hire.c.serving, 1), else_=0))
    live = func.sum(case((hire.c.state.not_in((*_ENDED, "dismissed")), 1), else_=0))
    there = opening.c.places - func.sum(case((hire.c.state == "dismissed", 1), else_=0))
    held = case((live < there, live), else_=there)
    free = case((held > serving, held - serving), else_=0)
    return (
        select(
            opening.c.procedure,
            post.c.kind,
            post.c.monthly_fen,
            serving.label("serving"),
            free.label("free"),
        )
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(post.c.procedure_id == procedure_id, within(hire.c.region, (region,)), hire.c.state.not_in(_ENDED))
        .group_by(opening.c.id, opening.c.procedure, opening.c.places, post.c.kind, post.c.monthly_fen)
    )


def _places(office: Office, connection: Connection, procedure: Procedure, region: str) -> Places:
    """Who serves, each by the version and the pay that are theirs, and the places that are free or being filled."""
    each = _openings(procedure.procedure, region).subquery()
    free = select(each.c.procedure, each.c.kind, each.c.monthly_fen, func.sum(each.c.free)).group_by(
        each.c.procedure, each.c.kind, each.c.monthly_fen
    )
    kept = sorted(old_versions(office.catalogue.all(), {procedure.procedure: procedure}))
    own = case((hire.c.procedure.in_(kept), hire.c.dossier["old_pay_fen"].as_integer()))
    who = (
        select(hire.c.procedure, hire.c.kind, func.coalesce(own, post.c.monthly_fen).label("monthly_fen"))
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(hire.c.serving, within(hire.c.region, (region,)))
        .where(begins_with(hire.c.procedure, f"{procedure.procedure}@"))
        .subquery()
    )
    serving = select(*who.c, func.count()).group_by(*who.c)
    found = Places()
    for asked in (free, serving):
        for key, kind, fen, number in connection.execute(asked):
            found += places_of(office.procedure(key), kind, int(number), fen)
    return found


# ---- what was paid -----------------------------------------------------------------------------------------------


def _spent(office: Office, connection: Connection, procedure: Procedure, area: _Area, year: int) -> dict[int, int]:
    """What was paid of the money for each month (year × 100 + month), with the performance pay owed for it.

    What was paid as performance pay belongs to the months before, and stands under ``_PERFORMANCE``. What the bank
    refused is owed, and counts until it is closed for good or a supplementary sheet takes the month over.
    """
    asked = (
        select(sheet.c.region, sheet.c.month, line.c.kind, hire.c.procedure, hire.c.kind, func.count())
        .add_columns(func.sum(cost_fen()))
        .join(sheet, sheet.c.id == line.c.sheet_id)
        .join(hire, hire.c.id == line.c.hire_id)
        .where(sheet.c.procedure == procedure.procedure, within(sheet.c.region, (area.region,)))
        .where(sheet.c.status.in_(_SPENT), line.c.live)
        .group_by(sheet.c.region, sheet.c.month, line.c.kind, hire.c.procedure, hire.c.kind)
    )
    if area.yearly:
        asked = asked.where(sheet.c.month.between(date(year, 1, 1), date(year, 12, 31)))
    rows = [tuple(row) for row in connection.execute(asked)]
    settled = {(place, month.year) for place, month, of_sheet, *_ in rows if of_sheet != _MONTHLY}
    found: dict[int, int] = {}
    for place, month, of_sheet, key, kind, number, fen in rows:
        owes = of_sheet == _MONTHLY and (place, month.year) not in settled
        owed = number * performance_fen(office.procedure(key), kind) if owes else 0
        name = month.year * 100 + month.month if of_sheet == _MONTHLY else _PERFORMANCE
        found[name] = found.get(name, 0) + int(fen) + owed
    return found
