"""What the law says of an application before it is made (预审): the guards of the very step, and nothing written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from states.decide import decide
from states.facts import Actor, Hire, Person, dossier_from_json
from workflow.office import Office
from workflow.openings import check_further
from workflow.reading import load_hires
from workflow.reception import Arriving, application_step, free_places
from workflow.reception import hire as hires


class Outlook:
    """The places of an opening as one applicant after the other would find them."""

    def __init__(self, office: Office, connection: Connection, arriving: Arriving, actor: Actor, at: datetime) -> None:
        """``arriving`` names the opening; route and day come with each applicant. ``at`` is aware."""
        self.office, self.connection, self.arriving, self.actor, self.at = office, connection, arriving, actor, at
        self.rules = office.rulebook.rules(arriving.procedure.key)
        self._free = list(load_hires(connection, free_places(connection, arriving)).values())
        self._blank: Hire | None = None

    def ask(self, person: Person, route: str, on: date | None = None) -> None:
        """Whether this person could apply, after all who could before. ``on``: the day it came in; None: today.

        Raises StepRefused, StepNotOffered, InputRefused.
        """
        if not self._free:
            check_further(self.office, self.connection, self.arriving.opening_id, self.actor, self.at, on)
        place = self._free[0] if self._free else self._further()
        act = application_step(self.arriving.procedure).act
        payload = {"person_id": person.id, "route": route}
        setting = self.office.setting
        decide(place, act, self.actor, self.at, self.rules, setting, payload=payload, candidate=person, on=on)
        del self._free[:1]

    def _further(self) -> Hire:
        """A place as it would be added: like another of the opening before anybody applied."""
        if self._blank is None:
            asked = select(func.min(hires.c.id)).where(hires.c.opening_id == self.arriving.opening_id)
            number = int(self.connection.execute(asked).scalar_one())
            first = self.rules.procedure.first_stage
            self._blank = replace(
                load_hires(self.connection, [number])[number],
                stage=first.stage,
                state=first.state,
                person=None,
                dossier=dossier_from_json({}),
                stored={},
            )
        return self._blank
