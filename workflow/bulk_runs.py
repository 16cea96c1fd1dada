"""Many hires, one step (批量办理): which steps there are, what would become of each hire, and the run itself.

A preview asks the same law as the step and writes nothing. A run is held to the versions that were shown: a hire
that changed in between is refused as changed. Each hire gets an entry of its own with the run's id; who ran what, and
with which outcome, stands in the office log (book ``bulk``), the reasons sealed, because they may tell of people.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from states.clocks import local_day
from states.facts import Actor, Hire
from states.refusals import Refusal
from states.steps import Step
from states.vocabulary import RecordKind
from workflow import office_log
from workflow.engine import Done, bulk, outlook
from workflow.house_inputs import REASSIGN, check_house_input
from workflow.office import Office
from workflow.reading import load_hires
from workflow.sealing import Place, Seal
from workflow.tables import metadata

BOOK, RAN = "bulk", "ran"
#: of what the house does with a case, what says the same of many; a file, a score, a return are of one case each
FOR_MANY = (RecordKind.COMMENT, RecordKind.ASSIGNMENT, RecordKind.SUSPENSION, RecordKind.RESUMPTION)
_log = metadata.tables["office_log"]


@dataclass(slots=True)
class Choice:
    """A step that at least one of the chosen hires offers: ``sample`` is the first of them, ``hires`` all of them."""

    step: Step
    sample: Hire
    hires: list[int] = field(default_factory=list)

    @property
    def key(self) -> str:
        """One act records the same thing in all documents; where not, they are two choices."""
        return f"{self.step.act}~{self.step.records.value}"

    @property
    def of_the_house(self) -> bool:
        """Whether it works the cases and moves none of them on."""
        return self.step.records in FOR_MANY


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done with one hire; ``version``: where it stood when it was chosen, if that counts."""

    version: int | None
    act: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it was kept: ``done`` holds hires and the numbers of their entries, ``refused`` hires and reasons."""

    id: str
    act: str
    at: datetime
    done: tuple[tuple[int, int], ...]
    refused: tuple[tuple[int, tuple[str, ...]], ...]


def read(office: Office, actor: Actor, ids: Sequence[int]) -> dict[int, Hire]:
    """The hires of ``ids`` that the actor sees, in that order."""
    with office.database.reading() as connection:
        found = load_hires(connection, list(ids))
    return {i: found[i] for i in ids if i in found and actor.sees(found[i].region)}


def choices(office: Office, actor: Actor, hires: Mapping[int, Hire]) -> list[Choice]:
    """The steps that a role of the actor may take on at least one of the hires: the main ones first, the house's last.

    An application names a person each: it is taken one by one.
    """
    found: dict[str, Choice] = {}
    for hire_id, hire in hires.items():
        roles = actor.roles_in(hire.region)
        for step in _steps(office, hire):
            if roles & frozenset(step.by):
                choice = Choice(step, hire)
                found.setdefault(choice.key, choice).hires.append(hire_id)
    return sorted(found.values(), key=lambda c: (c.of_the_house, not c.step.main, c.step.adverse, -len(c.hires)))


def _steps(office: Office, hire: Hire) -> Iterator[Step]:
    rules = office.rulebook.rules(hire.procedure)
    for step in rules.procedure.steps_from[hire.stage]:
        if not step.automatic and step.records is not RecordKind.APPLICATION:
            yield step
    known = RecordKind.RESUMPTION if hire.dossier.suspended_on is None else RecordKind.SUSPENSION
    for step in rules.house[hire.stage]:
        if step.records in FOR_MANY and step.records is not known:
            yield step


def preview(office: Office, orders: Mapping[int, Order], actor: Actor, at: datetime) -> dict[int, Done | Refusal]:
    """What would become of each hire, or why nothing would. ``at`` is aware. Nothing is written."""
    found: dict[int, Done | Refusal] = {**_misnamed(office, orders, actor, at)}
    with office.database.reading() as connection:
        hires = load_hires(connection, list(orders))
        for i, order in orders.items():
            if i in found:
                continue
            try:
                found[i] = outlook(
                    office, connection, i, hires.get(i), order.act, actor, at, order.payload, order.version
                )
            except Refusal as refusal:
                found[i] = refusal
    return found


def new_id(at: datetime) -> str:
    """An id of a run: its day and a random part."""
    return f"{local_day(at):%Y%m%d}-{secrets.token_hex(6)}"


def run(
    office: Office,
    seal: Seal,
    run_id: str,
    act: str,
    orders: Mapping[int, Order],
    actor: Actor,
    at: datetime,
    reasons: Callable[[Refusal], Sequence[str]],
) -> Run:
    """Takes the steps, then keeps who did and what became of them. A run of this id that was kept is not run again.

    ``act``: what was chosen; an order may name another (a training that was not passed). ``reasons``: a refusal in the
    words of the reader.
    """
    kept = kept_run(office, seal, run_id, actor)
    if kept is not None:
        return kept
    return keep(office, seal, run_id, act, taken(office, run_id, orders, actor, at), actor, at, reasons)


def taken(
    office: Office, run_id: str, orders: Mapping[int, Order], actor: Actor, at: datetime
) -> dict[int, Done | Refusal]:
    """Takes the steps, act by act, each in one transaction."""
    found: dict[int, Done | Refusal] = {**_misnamed(office, orders, actor, at)}
    for act in dict.fromkeys(order.act for hire_id, order in orders.items() if hire_id not in found):
        ids = [hire_id for hire_id, order in orders.items() if order.act == act and hire_id not in found]
        payloads = {hire_id: orders[hire_id].payload for hire_id in ids}
        versions = {hire_id: seen for hire_id in ids if (seen := orders[hire_id].version) is not None}
        outcomes = bulk(office, ids, act, actor, at, batch=run_id, payloads=payloads, versions=versions)
        found |= dict(zip(ids, outcomes, strict=True))
    return found


def _misnamed(office: Office, orders: Mapping[int, Order], actor: Actor, at: datetime) -> dict[int, Refusal]:
    """Orders that name a colleague who does not hold the role where the hire is, each place asked once."""
    given = {hire_id: order for hire_id, order in orders.items() if order.act == REASSIGN}
    hires = read(office, actor, list(given)) if given else {}
    said: dict[str, Refusal | None] = {}
    found = {}
    for hire_id, hire in hires.items():
        key = f"{hire.region}|{given[hire_id].payload.get('role')}|{given[hire_id].payload.get('to_account')}"
        if key not in said:
            said[key] = _refused(office, actor, hire.region, given[hire_id], at)
        refusal = said[key]
        if refusal is not None:
            found[hire_id] = refusal
    return found


def _refused(office: Office, actor: Actor, region: str, order: Order, at: datetime) -> Refusal | None:
    try:
        check_house_input(office, actor, [region], order.act, order.payload, local_day(at))
    except Refusal as refusal:
        return refusal
    return None


def keep(
    office: Office,
    seal: Seal,
    run_id: str,
    act: str,
    outcomes: Mapping[int, Done | Refusal],
    actor: Actor,
    at: datetime,
    reasons: Callable[[Refusal], Sequence[str]],
) -> Run:
    """Writes down in the office log who ran what, and what became of each hire."""
    done = [(hire_id, outcome.seq) for hire_id, outcome in outcomes.items() if isinstance(outcome, Done)]
    refused = [(hire_id, tuple(reasons(why))) for hire_id, why in outcomes.items() if isinstance(why, Refusal)]
    facts = {
        "run": run_id,
        "step": act,
        "done": [list(pair) for pair in done],
        "refused": [hire_id for hire_id, _ in refused],
        "reasons": sealed(seal, run_id, [why for _, why in refused]),
    }
    with office.database.session() as session:
        office_log.write(session, BOOK, RAN, actor, at, facts, office.setting.algorithm)
    return Run(run_id, act, at, tuple(done), tuple(refused))


def kept_run(office: Office, seal: Seal, run_id: str, actor: Actor) -> Run | None:
    """A run of this person's as it was kept; None for one that is not there, or somebody else's."""
    for at, facts in logged(office, RAN, run_id, actor):
        refused = tuple(zip(facts["refused"], opened(seal, run_id, facts["reasons"]), strict=True))
        return Run(run_id, facts["step"], at, tuple((h, s) for h, s in facts["done"]), refused)
    return None


def logged(office: Office, act: str, run_id: str, actor: Actor) -> list[tuple[datetime, Mapping[str, Any]]]:
    """What the office log says of a run of this person's, the first entry first."""
    asked = (
        select(_log.c.at, _log.c.body)
        .where(
            _log.c.book == BOOK,
            _log.c.act == act,
            _log.c.actor_key == actor.person_key,
            _log.c.body.contains(run_id, autoescape=True),
        )
        .order_by(_log.c.seq)
    )
    with office.database.reading() as connection:
        found = [(at, orjson.loads(body)["facts"]) for at, body in connection.execute(asked)]
    return [(at, facts) for at, facts in found if facts["run"] == run_id]


def sealed(seal: Seal, run_id: str, reasons: Sequence[Sequence[str]]) -> str:
    """Words about people as the office log keeps them: sealed, for this run alone."""
    return seal.seal(orjson.dumps([list(said) for said in reasons]).decode(), _place(run_id))


def opened(seal: Seal, run_id: str, reasons: str) -> list[tuple[str, ...]]:
    """The words again."""
    return [tuple(said) for said in orjson.loads(seal.unseal(reasons, _place(run_id)))]


def _place(run_id: str) -> Place:
    return Place("office_log", "reasons", run_id)
