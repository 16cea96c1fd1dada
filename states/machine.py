"""What may follow what: one shared ``transitions`` machine per procedure version, built from the data.

``transitions`` supplies legality; our guards supply reasons, so the machine carries no conditions and no callbacks
(the library answers a failed condition with a bare False). A hire is never added to the machine: a light object is
moved and thrown away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from transitions import Machine, MachineError

from states.guards import BoundGuard, bind
from states.house import before_the_hire, house_steps, targets
from states.procedure import Procedure
from states.steps import Stage, Step

NO_GUARDS: dict[str, tuple[BoundGuard, ...]] = {}


class Track:
    """The light object that the machine moves: where a hire stands, nothing else."""

    __slots__ = ("state",)

    def __init__(self, stage: str) -> None:
        self.state = stage


@dataclass(frozen=True)
class Rules:
    """A procedure made ready to run: its machine, and its guards bound to their functions."""

    procedure: Procedure
    machine: Machine
    guards: dict[str, dict[str, tuple[BoundGuard, ...]]]
    opening_guards: tuple[BoundGuard, ...]
    #: the steps of the house by stage (``states.house``)
    house: dict[str, tuple[Step, ...]]

    def step(self, stage: str, act: str) -> Step | None:
        """The document's step of this name in a stage, else the house's."""
        found = self.procedure.step_by_origin.get((stage, act))
        return found or next((step for step in self.house.get(stage, ()) if step.act == act), None)

    def steps_from(self, stage: str) -> tuple[Step, ...]:
        """Every step of a stage: the document's in the order of its file, then the house's."""
        return (*self.procedure.steps_from[stage], *self.house[stage])

    def guards_of(self, step: Step, kind: str) -> tuple[BoundGuard, ...]:
        return self.guards.get(step.act + "@" + step.origin[0], NO_GUARDS).get(kind, ())

    def move(self, stage: str, act: str) -> Stage:
        """The stage that ``act`` leads to from ``stage`` (the same one for acts that stay).

        A return names its target: "return_to:applied". Raises transitions.MachineError when the table does not list it.
        """
        event = self.machine.events.get(act)
        if event is None:
            raise MachineError(f"no act {act}")
        track = Track(stage)
        event.trigger(track)
        return self.procedure.stage_by_name[track.state]


def build(procedure: Procedure) -> Rules:
    """Binds every guard and builds the machine. Raises KeyError or ValidationError for guards that do not fit."""
    machine = Machine(
        model=None,
        states=[stage.stage for stage in procedure.stages],
        initial=procedure.first_stage.stage,
        transitions=[
            {"trigger": step.act, "source": origin, "dest": step.to}
            for step in procedure.steps
            for origin in step.origin
        ]
        + [
            {"trigger": f"return_to:{earlier}", "source": stage.stage, "dest": earlier}
            for stage in procedure.stages
            if before_the_hire(procedure, stage)
            for earlier in targets(procedure, stage.stage)
        ],
        auto_transitions=False,
        queued=False,
    )
    kinds = [kind.kind for kind in procedure.kinds]
    guards: dict[str, dict[str, tuple[BoundGuard, ...]]] = {}
    for step in procedure.steps:
        bound = [bind(procedure, line) for line in procedure.guards_of(step)]
        guards[step.act + "@" + step.origin[0]] = {k: tuple(b for b in bound if b.applies_to(k)) for k in kinds}
    opening = tuple(bind(procedure, line) for line in procedure.announcement.guards)
    return Rules(procedure, machine, guards, opening, house_steps(procedure))


class Rulebook:
    """The rules of every procedure version in use, each built once and shared by all hires.

    ``find`` gives the procedure of a key ("id@version") or raises KeyError.
    """

    def __init__(self, find: Callable[[str], Procedure]) -> None:
        self._find = find
        self._rules: dict[str, Rules] = {}

    def rules(self, key: str) -> Rules:
        found = self._rules.get(key)
        if found is None:
            found = self._rules[key] = build(self._find(key))
        return found
