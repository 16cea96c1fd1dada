"""One kind of paper for many hires (批量制作文书): what would become of each, the making, and who ran it.

Each paper is made by ``making.make`` in a transaction of its own, as if it had been asked for on its hire's page. A run
that was cut short is taken up again by its id: what was made is handed out as it is, and nothing is made twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from states.facts import Actor, Hire
from states.procedure import Procedure
from states.refusals import InputRefused, Refusal
from states.say import say
from workflow import bulk_runs, office_log
from workflow.office import Office
from workflow.papers import making
from workflow.papers.kinds import Kind, kinds_of, may_make
from workflow.papers.making import Made, PaperLine
from workflow.queries.scope import scoped
from workflow.sealing import Seal

#: papers of one run: half a minute's work of the machine, and what somebody prints and has signed in a day
MOST = 200
RAN = "papers"
Outcome = TypeVar("Outcome")


@dataclass(slots=True)
class Offer:
    """A kind that the actor makes for some of the hires; ``procedures``: those under which it has its titles."""

    kind: Kind
    procedures: dict[str, Procedure] = field(default_factory=dict)
    hires: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PaperRun:
    """A run as it was kept: ``made`` holds hires and digests, ``again`` those of them that had been made before."""

    id: str
    kind: Kind
    at: datetime
    made: tuple[tuple[int, str], ...]
    again: frozenset[int]
    refused: tuple[tuple[int, tuple[str, ...]], ...]


def offers(office: Office, actor: Actor, hires: Mapping[int, Hire]) -> list[Offer]:
    """The kinds of papers that the actor may make for some of ``hires``, in the order of a hire's life."""
    found: dict[Kind, Offer] = {}
    for hire_id, hire in hires.items():
        procedure = office.procedure(hire.procedure)
        for paper in kinds_of(procedure) if scoped(actor).covers(hire.region) else ():
            if may_make(actor, procedure, paper.kind, hire.region):
                offer = found.setdefault(paper.kind, Offer(paper.kind))
                offer.procedures.setdefault(hire.procedure, procedure)
                offer.hires.append(hire_id)
    return [found[kind] for kind in Kind if kind in found]


def check_number(ids: Collection[int]) -> None:
    """Raises InputRefused for more papers than one run makes."""
    if len(ids) > MOST:
        raise InputRefused({"paper": say("一次最多制作{most}份文书，请减少勾选，或者按村分几次制作", most=MOST)})


def preview(
    office: Office, seal: Seal, ids: Iterable[int], kind: Kind, actor: Actor, at: datetime
) -> dict[int, PaperLine | Refusal | None]:
    """What would become of each: the paper that was made before, None for a new one, or why there would be none.

    ``at`` is aware. Nothing is written.
    """
    return _each(ids, lambda hire_id: making.outlook(office, seal, hire_id, kind, actor, at))


def run(
    office: Office,
    seal: Seal,
    run_id: str,
    ids: Iterable[int],
    kind: Kind,
    actor: Actor,
    at: datetime,
    reasons: Callable[[Refusal], Sequence[str]],
) -> PaperRun:
    """Makes the papers, then keeps who did and what became of each. A run of this id that was kept is not run again.

    ``reasons``: a refusal in the words of the reader. ``at`` is aware.
    """
    kept = kept_run(office, seal, run_id, actor)
    if kept is not None:
        return kept
    outcomes: dict[int, Made | Refusal] = _each(
        ids, lambda hire_id: making.make(office, seal, hire_id, kind, actor, at)
    )
    made = {i: outcome for i, outcome in outcomes.items() if isinstance(outcome, Made)}
    refused = {i: tuple(reasons(outcome)) for i, outcome in outcomes.items() if isinstance(outcome, Refusal)}
    facts = {
        "run": run_id,
        "paper": kind.value,
        "made": [[hire_id, one.line.digest] for hire_id, one in made.items()],
        "again": [hire_id for hire_id, one in made.items() if one.again],
        "refused": list(refused),
        "reasons": bulk_runs.sealed(seal, run_id, list(refused.values())),
    }
    with office.database.session() as session:
        office_log.write(session, bulk_runs.BOOK, RAN, actor, at, facts, office.setting.algorithm)
    return _run_of(seal, at, facts)


def kept_run(office: Office, seal: Seal, run_id: str, actor: Actor) -> PaperRun | None:
    """A run of this person's as it was kept; None for one that is not there, or somebody else's."""
    for at, facts in bulk_runs.logged(office, RAN, run_id, actor):
        return _run_of(seal, at, facts)
    return None


def _run_of(seal: Seal, at: datetime, facts: Mapping[str, Any]) -> PaperRun:
    return PaperRun(
        id=facts["run"],
        kind=Kind(facts["paper"]),
        at=at,
        made=tuple((hire_id, digest) for hire_id, digest in facts["made"]),
        again=frozenset(facts["again"]),
        refused=tuple(zip(facts["refused"], bulk_runs.opened(seal, facts["run"], facts["reasons"]), strict=True)),
    )


def _each(ids: Iterable[int], act: Callable[[int], Outcome]) -> dict[int, Outcome | Refusal]:
    """What ``act`` answers for each, or why it refuses."""
    found: dict[int, Outcome | Refusal] = {}
    for hire_id in ids:
        try:
            found[hire_id] = act(hire_id)
        except Refusal as refusal:
            found[hire_id] = refusal
    return found
