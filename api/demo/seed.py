"""Telling the demonstration into an empty database (演示数据), through the engine and nothing else.

Every hire, every date and every letter comes from ``workflow.engine``, ``workflow.openings`` and ``workflow.timers``,
walked from 2022 to the present with one clock. All people are made up and all identity numbers are synthetic, with
sequence numbers from 900 on; see ``api.demo.people``. The sign-in page says so wherever ``Settings.demo`` is set.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import perf_counter

from sqlalchemy import func, select

from api.demo.areas import regions
from api.demo.county import all_stories, tales
from api.demo.desk import lay_out
from api.demo.payday import pay_out
from api.demo.people import Crowd, open_accounts
from api.demo.walk import Walk
from states.calendar import Calendar
from states.clocks import local_day, moment
from workflow import regions as region_tree
from workflow.office import Office
from workflow.sealing import Seal
from workflow.tables import Setting, metadata
from workflow.timers import Swept

#: the mark of a database that holds the demonstration and nothing else
MARK = "demo_seeded"
#: the accounts are opened before the first story begins
OPENED = date(2022, 3, 1)
#: notices of the present day must end within known years
AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was told: hires, people, steps of the trail, timers by what became of them, seconds, stories broken off."""

    hires: int
    people: int
    entries: int
    swept: Swept
    seconds: float
    untold: tuple[str, ...] = ()


def is_demo(office: Office) -> bool:
    """Whether the database holds the demonstration."""
    with office.database.session() as session:
        return session.get(Setting, MARK) is not None


def is_empty(office: Office) -> bool:
    """Whether nothing at all has been done in the database: nobody's account, nobody's data."""
    with office.database.reading() as connection:
        tables = (metadata.tables[name] for name in ("account", "person", "hire", "post"))
        return not any(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


def demo_moment(calendar: Calendar, now: datetime) -> datetime:
    """The present of the demonstration: now, as long as the State Council's notices reach.

    A notice whose last day falls into a year without a notice of holidays is provisional and may not be closed, so in
    such a year the demonstration plays in the autumn of the last year that is known.
    """
    today = local_day(now)
    if not calendar.missing_years(today, today + AHEAD):
        return now
    return moment(date(max(calendar.years), 11, 20)) + timedelta(hours=10)


def seed(office: Office, seal: Seal, now: datetime) -> Seeded:
    """Tells all stories up to ``now`` (aware) into an empty database. Deterministic but for the present day."""
    began = perf_counter()
    walk = Walk(office, seal, now, random.Random("示例"))
    opened_at = moment(OPENED) + timedelta(hours=10)
    seal.bind(office.database, opened_at)
    with office.database.session() as session:
        region_tree.load(session, regions())
    with office.database.session() as session:
        for officer, actor in open_accounts(session, seal, opened_at):
            assert actor.account_id is not None
            walk.accounts.append(actor.account_id)
            if officer.acts:
                walk.cast.append(actor)
    crowd = Crowd(walk.chance)
    quiet = logging.getLogger("notifications.delivery")
    level, quiet.level = quiet.level, logging.ERROR
    try:
        for told, tale in tales(walk, crowd, all_stories(walk.present)):
            walk.tell(told.begins, f"{told.what} in {told.area.en}", told.story(tale))
        walk.go()
        lay_out(walk, crowd)
        pay_out(walk)
        walk.settle()
    finally:
        quiet.level = level
    with office.database.session() as session:
        session.add(Setting(name=MARK, value=walk.present.isoformat(), changed_at=now))
    return _counted(office, walk, perf_counter() - began)


def _counted(office: Office, walk: Walk, seconds: float) -> Seeded:
    with office.database.reading() as connection:
        hires, people, entries = (
            connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
            for name in ("hire", "person", "audit_entry")
        )
    return Seeded(hires, people, entries, walk.swept, seconds, tuple(walk.untold))
