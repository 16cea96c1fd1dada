"""Other shares for a sheet that was paid and charged (列支更正): one asks, with a reason, another puts them in place.

The shares of before are named in the office log; what the sheet paid does not move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from states.charging import Judged
from states.facts import Actor
from states.refusals import InputRefused, StepNotOffered
from states.say import say
from states.separation import keys_of, preferred
from workflow import office_log
from workflow.charges import BOOK, CHARGERS, charged, held, judged, put
from workflow.office import Office
from workflow.pay_sheets import PAID, NoSuchSheet
from workflow.plain_words import words
from workflow.tables import metadata

table = metadata.tables["charge_correction"]


def ask(
    office: Office, number: int, shares: Mapping[str, int], reason: str, actor: Actor, at: datetime
) -> tuple[int, Judged]:
    """Asks that a paid sheet be charged otherwise; the number of the proposal, and what is warned of.

    Raises NoSuchSheet, StepNotOffered for a sheet that is charged without this, InputRefused for shares that do not add
    up or are those of now, and without a reason.
    """
    kept = words(reason, 2, 500)
    try:
        with office.database.transaction() as connection:
            row = held(connection, number, actor)
            before = charged(connection, number)
            if row.status != PAID or not before:
                raise StepNotOffered(say("这份发放表还没有发放，或者没有登记过列支，可以直接登记"))
            found = judged(office, connection, row, shares)
            faults = dict(found.faults)
            if kept is None:
                faults["reason"] = say("请写明改动列支的理由（2至500字）")
            if dict(shares) == before:
                faults["sum"] = say("与现在的列支相同，没有要更正的")
            if faults:
                raise InputRefused(faults)
            values = {"sheet_id": number, "region": row.region, "shares": dict(shares), "reason": kept}
            values |= {"asked_by": actor.person_key, "asked_for": _principal(actor, row.region), "asked_at": at}
            values["account_id"] = actor.account_id
            asked = int(connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one())
            facts = {"sheet": number, "correction": asked, "shares": dict(shares), "before": before}
            office_log.write(connection, BOOK, "correction_asked", actor, at, facts, office.setting.algorithm)
            return asked, found
    except IntegrityError as error:
        raise StepNotOffered(say("这份发放表已有一份列支更正在等待另一人确认")) from error


def decide(office: Office, number: int, actor: Actor, at: datetime, *, uphold: bool) -> Judged | None:
    """Another person puts the shares in place, or turns them down; what is warned of, None where nothing changed.

    Raises NoSuchSheet, StepNotOffered for whoever asked or stood behind it, InputRefused where they add up no more.
    """
    with office.database.session() as session:
        office_log.hold(session, BOOK, at)
        connection = session.connection()
        row = connection.execute(select(table).where(table.c.id == number).with_for_update()).one_or_none()
        if row is None:
            raise NoSuchSheet
        sheet = held(connection, row.sheet_id, actor)
        if row.decided_by is not None:
            raise StepNotOffered(say("这份列支更正已经办理"))
        role = preferred(actor, sheet.region, actor.roles_in(sheet.region) & CHARGERS)
        if keys_of(actor, role, sheet.region) & {row.asked_by, row.asked_for}:
            raise StepNotOffered(say("列支更正由您提出，须由另一人确认"), forbidden=True)
        by = {"decided_by": actor.person_key, "decided_for": _principal(actor, sheet.region), "decided_at": at}
        connection.execute(update(table).where(table.c.id == number).values({**by, "upheld": uphold}))
        if uphold:
            return put(office, connection, sheet, row.shares, "charge_corrected", actor, at)
        facts = {"sheet": row.sheet_id, "correction": number}
        office_log.write(connection, BOOK, "correction_refused", actor, at, facts, office.setting.algorithm)
    return None


def of_sheet(connection: Connection, number: int) -> Sequence[Row[Any]]:
    """Every proposal about a sheet, the first first."""
    return connection.execute(select(table).where(table.c.sheet_id == number).order_by(table.c.id)).all()


def _principal(actor: Actor, region: str) -> str | None:
    return actor.stands_for(preferred(actor, region, actor.roles_in(region) & CHARGERS), region)
