"""One walk through the years for all stories of the demonstration (走时间): a clock, what falls due, who acts.

A story is a generator: it acts, then yields the day on which it wants to go on. The walk goes from one such day to the
next, and to every day on which a timer is due in between; days on which nothing happens cost nothing. Everything is
done by the engine at the moment of the walk; nothing is written around it.
"""

from __future__ import annotations

import heapq
import logging
import random
from collections.abc import Generator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from notifications.delivery import address
from notifications.inbox import mark_all_read
from states.clocks import local_day, moment
from states.facts import Actor, Hire
from states.periods import working_days_before, working_days_end
from states.separation import approves, in_hiring
from states.steps import Step
from states.vocabulary import RecordKind, Role
from workflow.aftercare import open_due
from workflow.due_letters import remind_due
from workflow.engine import perform
from workflow.office import Office
from workflow.reading import load_hires, load_person
from workflow.sealing import Seal
from workflow.tables import metadata
from workflow.timers import Swept, sweep

Days = Generator[date, None, None]
#: letters older than this were read and put away long ago: they stay in the outbox, addressed to nobody
INBOX_DAYS = 30
#: what lies in an inbox for longer has been opened
READ_DAYS = 6
#: and of the rest an inbox keeps the latest, so that it looks like one at which somebody works
INBOX_MOST = 36
_SWEEP_AT = timedelta(hours=8, minutes=30)
_OPENS, _CLOSES = timedelta(hours=9), timedelta(hours=17, minutes=30)

log = logging.getLogger(__name__)
_timer, _outbox, _delivery = (metadata.tables[name] for name in ("timer", "outbox", "delivery"))


class NobodyActs(LookupError):
    """No officer of the demonstration may take a step: the cast lacks somebody."""


class Walk:
    """The clock of all stories, from the first of their days up to ``now``. Days are Asia/Shanghai."""

    def __init__(self, office: Office, seal: Seal, now: datetime, chance: random.Random) -> None:
        self.office = office
        self.seal = seal
        self.now = now
        self.present = local_day(now)
        self.chance = chance
        self.moment = now
        self.cast: list[Actor] = []
        self.accounts: list[int] = []
        self.swept = Swept()
        #: stories that broke off, with the day: on some day of some year one may not fit
        self.untold: list[str] = []
        self._waiting: list[tuple[date, int, str, Days]] = []
        self._told = 0

    @property
    def today(self) -> date:
        return local_day(self.moment)

    # ---- walking

    def tell(self, begins: date, name: str, story: Days) -> None:
        """A story that begins on a day before the present; its name is for whoever has to mend it."""
        self._told += 1
        heapq.heappush(self._waiting, (begins, self._told, name, story))

    def go(self) -> None:
        """Walks through all stories up to the present moment. Stories that wait for a later day stay where they are."""
        self.tell(self.present - timedelta(days=INBOX_DAYS), "inboxes", self._inboxes())
        self.moment = moment(self._waiting[0][0])
        while (day := self._next_day()) < self.present:
            self._wake(day)
            while self._waiting and self._waiting[0][0] <= day:
                _, number, name, story = heapq.heappop(self._waiting)
                following = self._told_on(name, story)
                if following is not None:
                    heapq.heappush(self._waiting, (max(following, day), number, name, story))
        self.moment = self.now
        self._sweep()

    def settle(self) -> None:
        """What the first minute of a worker would bring, so that nobody's inbox fills up before one's eyes."""
        open_due(self.office, self.now)
        remind_due(self.office, self.now)
        address(self.office, self.now)
        self._tidy()

    def _told_on(self, name: str, story: Days) -> date | None:
        try:
            return next(story, None)
        except Exception:
            # one story less is better than no demonstration; what it did so far is whole, step by step
            log.exception("a story broke off", extra={"story": name, "on": str(self.today)})
            self.untold.append(f"{name} {self.today}")
            return None

    def _next_day(self) -> date:
        """The next day of a story or of a due timer."""
        with self.office.database.reading() as connection:
            asked = select(_timer.c.wake_at).where(_timer.c.status == "pending").order_by(_timer.c.wake_at).limit(1)
            due = connection.execute(asked).scalar()
        days = [self._waiting[0][0]] if self._waiting else []
        if due is not None:
            days.append(max(local_day(due), self.today + timedelta(days=1)))
        return min(days, default=self.present)

    def _wake(self, day: date) -> None:
        self.moment = moment(day) + _SWEEP_AT
        self._sweep()
        self.moment = moment(day) + _OPENS

    def _sweep(self) -> None:
        swept = sweep(self.office, self.moment)
        for name in ("fired", "blocked", "collapsed", "stale", "failed"):
            setattr(self.swept, name, getattr(self.swept, name) + getattr(swept, name))
        if self.today > self.present - timedelta(days=INBOX_DAYS):
            address(self.office, self.moment)

    def _inboxes(self) -> Days:
        with self.office.database.transaction() as connection:
            connection.execute(update(_outbox).where(_outbox.c.status == "waiting").values(status="addressed"))
        yield self.present - timedelta(days=READ_DAYS)
        for account in self.accounts:
            mark_all_read(self.office, account, self.moment)

    def _tidy(self) -> None:
        """Of each inbox only the latest letters stay."""
        with self.office.database.transaction() as connection:
            for account in self.accounts:
                mine = select(_delivery.c.message_id).where(_delivery.c.account_id == account)
                latest = mine.order_by(_delivery.c.sent_at.desc(), _delivery.c.message_id).limit(INBOX_MOST)
                put_away = (_delivery.c.account_id == account, _delivery.c.message_id.not_in(latest))
                connection.execute(delete(_delivery).where(*put_away))

    # ---- acting

    def tick(self) -> datetime:
        """The next moment of the working day: acts of one day come one after the other."""
        step = timedelta(seconds=self.chance.randint(20, 240))
        if self.moment - moment(self.today) + step > _CLOSES:
            step = timedelta(seconds=1)
        self.moment += step
        return self.moment

    def hire(self, hire_id: int) -> Hire:
        with self.office.database.reading() as connection:
            return load_hires(connection, [hire_id])[hire_id]

    def perform(self, hire: Hire, step: Step, role: Role, payload: Mapping[str, Any]) -> None:
        officer = self.officer(hire, step, role, payload.get("person_id"))
        perform(self.office, hire.id, step.act, officer, self.tick(), payload)

    def officer(self, hire: Hire, step: Step, role: Role, applicant: int | None = None) -> Actor:
        """Who acts in a role for a hire: the nearest office first, no relative, and never twice under four eyes.

        ``applicant``: the person whom the step brings in.
        """
        person = hire.person
        if person is None and applicant is not None:
            with self.office.database.reading() as connection:
                person = load_person(connection, applicant)
        barred = set(person.relatives) if person else set()
        if step.independent:
            barred |= hire.submitters_of(step.records)
        if in_hiring(hire) and (approves(step) or step.records is RecordKind.OBJECTION_ANSWER):
            barred |= {*hire.dossier.approvers, *(hire.dossier.objection_handlers if approves(step) else ())}
        if step.joint:
            barred |= {signature.person_key for signature in hire.dossier.signatures if signature.act == step.act}
        able = [actor for actor in self.holders(role, hire.region) if actor.person_key not in barred]
        if not able:
            raise NobodyActs(f"{hire.procedure} {hire.stage} {step.act}: {role.value} in {hire.region}")
        return able[hire.id % len(able)] if _same_reach(able, role, hire.region) else able[0]

    def holders(self, role: Role, region: str) -> list[Actor]:
        """The officers with a role in a region, the nearest office first."""
        found = [actor for actor in self.cast if role in actor.roles_in(region)]
        return sorted(found, key=lambda actor: -_reach(actor, role, region))

    # ---- days

    def workday(self, day: date, after: int = 0) -> date:
        """The working day on ``day``, or the next one; ``after``: so many working days later."""
        calendar = self.office.setting.calendar
        first = day if calendar.is_working_day(day) else working_days_end(day, 1, calendar).on
        return working_days_end(first, after, calendar).on if after else first

    def ago(self, working_days: int) -> date:
        """So many working days before the present day; 1 is the last working day before today."""
        return working_days_before(self.present, working_days, self.office.setting.calendar).on


def _reach(actor: Actor, role: Role, region: str) -> int:
    return max(len(grant.region) for grant in actor.grants if grant.role is role and grant.covers(region))


def _same_reach(actors: list[Actor], role: Role, region: str) -> bool:
    return len({_reach(actor, role, region) for actor in actors}) == 1
