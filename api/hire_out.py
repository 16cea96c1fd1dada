"""One hire as the API shows it (聘用详情): put together from the facts that guards read and the names around them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection

from api.problems import answer_json
from api.schemas import DeadlineOut, DoneOut, HireOut, OfferOut
from states.calendar import Calendar
from states.clocks import is_own
from states.decide import Offer
from states.facts import Hire, dossier_to_json
from states.labels import state_name
from states.procedure import Procedure, article_of
from states.reckoning import Reckoning
from states.say import Translate
from workflow import queries
from workflow.engine import Done
from workflow.queries import DeadlineLine, HireLine, Scope

#: shown elsewhere in the answer, or naming a person by key
_LEFT_OUT = frozenset({"clocks", "approvers", "objection_handlers", "points"}) | {
    f"{act}_{whose}" for act in ("proposed", "correcting", "move", "submitted") for whose in ("by", "for")
}
_PERSON_KEY = re.compile(r"[0-9a-f]{64}")


class Showing:
    """Shows one hire in one language on one day."""

    def __init__(self, procedure: Procedure, calendar: Calendar, on: date, language: str, translate: Translate) -> None:
        self.procedure, self.calendar, self.on = procedure, calendar, on
        self.language, self.translate = language, translate

    def hire(
        self,
        connection: Connection,
        scope: Scope,
        line: HireLine,
        hire: Hire,
        offers: Iterable[Offer],
        proof: bool,
    ) -> HireOut:
        stage = self.procedure.stage_by_name[hire.stage]
        return HireOut(
            hire=line,
            stage_label=stage.en if self.language == "en" else stage.zh,
            state_label=state_name(hire.state, self.language),
            visit=hire.visit,
            dossier=dossier_shown(hire),
            opening=queries.opening_line(connection, scope, line.opening_id),
            post=queries.post_line(connection, scope, line.post_id),
            person=queries.person_line(connection, scope, line.person_id) if line.person_id else None,
            deadlines=self.deadlines(connection, hire, proof),
            offers=[self.offer(hire.id, offer) for offer in offers],
            links=links_of(line),
        )

    def deadlines(self, connection: Connection, hire: Hire, proof: bool) -> list[DeadlineOut]:
        owed = [filing.seq for filing in hire.dossier.filings]
        days = queries.days_of_entries(connection, hire.id, owed) if owed else {}
        return [self.deadline(line, proof) for line in queries.deadlines(hire, self.procedure, self.on, days)]

    def deadline(self, line: DeadlineLine, proof: bool) -> DeadlineOut:
        reckoned = line.proof(self.procedure, self.calendar) if proof else None
        return DeadlineOut(
            name=line.name,
            label=line.label.in_language(self.language),
            article=line.article,
            kind=line.name.partition(":")[0] if is_own(line.name) else line.kind.value,
            base_on=line.base_on,
            due_on=line.due_on,
            provisional=line.provisional,
            days_left=line.days_left,
            owner=[role.value for role in line.owner],
            then=list(line.then),
            called=line.called,
            blocked=line.blocked,
            proof=reckoning_json(reckoned, self.translate) if reckoned else None,
        )

    def offer(self, hire_id: int, offer: Offer) -> OfferOut:
        step = offer.step
        return OfferOut(
            act=step.act,
            label=step.en if self.language == "en" else step.zh,
            article=article_of(self.procedure, step.cite),
            open=offer.open,
            main=step.main,
            adverse=step.adverse,
            joint=step.joint,
            roles=sorted(role.value for role in offer.roles),
            to=step.to,
            records=step.records.value,
            answers=[answer_json(answer, self.translate) for answer in offer.answers],
            href=f"/api/v1/hires/{hire_id}/actions/{step.act}",
        )


def dossier_shown(hire: Hire) -> dict[str, Any]:
    """What follows from the trail, without the keys of natural persons: those are never shown."""
    shown = {name: value for name, value in dossier_to_json(hire.dossier).items() if name not in _LEFT_OUT}
    shown = {name: value for name, value in shown.items() if not _is_person_key(value)}
    shown["signatures"] = [{"act": s.act, "role": s.role.value} for s in hire.dossier.signatures]
    return shown


def _is_person_key(value: Any) -> bool:
    return isinstance(value, str) and _PERSON_KEY.fullmatch(value) is not None


def links_of(line: HireLine) -> dict[str, str]:
    """Where to go on from a hire."""
    here = f"/api/v1/hires/{line.id}"
    links = {
        "self": here,
        "trail": f"{here}/trail",
        "records": f"{here}/records",
        "opening": f"/api/v1/openings/{line.opening_id}",
        "post": f"/api/v1/posts/{line.post_id}",
        "procedure": f"/api/v1/procedures/{line.procedure}",
        "picture": f"/api/v1/procedures/{line.procedure}/picture.svg?current={line.stage}",
    }
    if line.person_id is not None:
        links["person"] = f"/api/v1/people/{line.person_id}"
    return links


def reckoning_json(reckoned: Reckoning, translate: Translate) -> dict[str, Any]:
    """A day with its proof: each day counted or skipped, and why."""
    return {
        "date": reckoned.on.isoformat(),
        "provisional": reckoned.provisional,
        "caution": reckoned.caution.text(translate) if reckoned.caution else None,
        "article": reckoned.article,
        "reading": reckoned.reading.text(translate),
        "proof": [
            {
                "date": line.on.isoformat(),
                "number": line.number,
                "counted": line.counted,
                "why": line.why.text(translate),
            }
            for line in reckoned.proof
        ],
    }


def done_json(done: Done, translate: Translate) -> DoneOut:
    """A step that was kept."""
    return DoneOut(
        hire_id=done.hire_id,
        version=done.version,
        seq=done.seq,
        stage=done.stage,
        state=done.state,
        answers=[answer_json(answer, translate) for answer in done.answers],
        replayed=done.replayed,
    )
