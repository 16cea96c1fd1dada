"""Announcements after they are made (招聘公告): what the public sees of them, and taking one back.

The public line is an allow-list: nothing is added to it by reading more. An announcement is on show from its day to its
last day for applications, both included, unless it was cancelled or, without a last day, is full.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from states.clocks import local_day
from states.decide import decide
from states.facts import Actor
from states.procedure import Procedure
from states.refusals import InputRefused, NoSuchHire, StaleHire, StepNotOffered
from states.say import Sentence, say
from workflow.office import Office
from workflow.queries.scope import within
from workflow.reading import load_hires
from workflow.tables import metadata
from workflow.writer import write_plans

hire, opening, post = (metadata.tables[name] for name in ("hire", "opening", "post"))
CANCEL = "cancel"
#: more than a province announces at once
MOST = 500


@dataclass(frozen=True, slots=True)
class PublicOpening:
    """An announcement as anybody may see it. The window includes both days; amounts in fen per month."""

    id: int
    title: str
    employer: str
    region: str
    kind: str
    procedure: str
    announced_on: date
    closes_on: date | None
    places: int
    monthly_fen: int
    boards: tuple[str, ...]
    content: Mapping[str, str]


def on_show(connection: Connection, on: date, *, region: str | None = None) -> tuple[PublicOpening, ...]:
    """The announcements that anybody may see on the day ``on``, the newest first, at most ``MOST``."""
    asked = _lines().where(_shown(on)).order_by(opening.c.announced_on.desc(), opening.c.id.desc()).limit(MOST)
    if region is not None:
        asked = asked.where(within(post.c.region, (region,)))
    return tuple(_line(row) for row in connection.execute(asked))


def one_on_show(connection: Connection, on: date, opening_id: int) -> PublicOpening | None:
    """One of them; None when it is not on show on that day."""
    row = connection.execute(_lines().where(opening.c.id == opening_id, _shown(on))).one_or_none()
    return None if row is None else _line(row)


def was_there(connection: Connection, on: date, opening_id: int) -> bool:
    """Whether an announcement of this number has hung and come down: then it is gone, not unknown."""
    asked = select(opening.c.id).where(opening.c.id == opening_id, opening.c.announced_on <= on)
    return connection.execute(asked).scalar() is not None


def _shown(on: date) -> ColumnElement[bool]:
    still = or_(opening.c.closes_on >= on, opening.c.closes_on.is_(None) & (opening.c.taken < opening.c.places))
    return (opening.c.announced_on <= on) & still & opening.c.cancelled_on.is_(None)


def _lines() -> Any:
    named = ("id", "procedure", "announced_on", "closes_on", "places", "boards", "content")
    facts = ("title", "employer", "region", "kind", "monthly_fen")
    return select(*(opening.c[name] for name in named), *(post.c[name] for name in facts)).join(
        post, post.c.id == opening.c.post_id
    )


def _line(row: Any) -> PublicOpening:
    return PublicOpening(**{**row._mapping, "boards": tuple(row.boards)})


def window_warning(closes_on: date | None, announced_on: date, on: date) -> Sentence | None:
    """What is to be thought of before anybody is chosen while others may still apply; None once the window is over.

    The documents are silent on it, so it warns and does not stop: whoever applied in time has a right to be compared.
    """
    if closes_on is None or not announced_on <= on <= closes_on:
        return None
    return say("报名要到{day} 24时才截止。请等报名截止后再确定人选，以免后来报名的人没有参加比较。", day=closes_on)


def cancel(office: Office, opening_id: int, actor: Actor, at: datetime, reason: str) -> int:
    """Takes an announcement back before anybody applied (撤销公告), with every place of it; one transaction.

    Returns how many places ended. Raises NoSuchHire, InputRefused without a reason, StepNotOffered once somebody has
    applied or for a role that may not, StaleHire when somebody applied at this very moment.
    """
    with office.database.transaction() as connection:
        found = connection.execute(
            select(opening.c.cancelled_on, post.c.region, opening.c.procedure)
            .join(post, post.c.id == opening.c.post_id)
            .where(opening.c.id == opening_id)
            .with_for_update(of=opening)
        ).one_or_none()
        if found is None or not actor.sees(found.region):
            raise NoSuchHire(opening_id)
        rules = office.rulebook.rules(found.procedure)
        if not may_cancel(rules.procedure, found.region, actor):
            raise StepNotOffered(say("您在这个地区没有撤销公告的职责"), forbidden=True)
        if not reason.strip():
            raise InputRefused({"opinion": say("请写明撤销公告的理由")})
        if found.cancelled_on is not None:
            raise StepNotOffered(say("这则公告已经撤销"))
        rows = connection.execute(select(hire.c.id, hire.c.state).where(hire.c.opening_id == opening_id)).all()
        if any(row.state not in ("posted", "withdrawn") for row in rows) or _applied(connection, opening_id):
            raise StepNotOffered(say("已经有人报名，公告不能撤销；请逐件办理"))
        ids = sorted(row.id for row in rows if row.state == "posted")
        hires = load_hires(connection, ids)
        plans = [
            decide(hires[i], CANCEL, actor, at, rules, office.setting, payload={"opinion": reason.strip()}) for i in ids
        ]
        if len(write_plans(connection, plans)) != len(ids):
            raise StaleHire(ids[0])
        changed = update(opening).where(opening.c.id == opening_id).values(cancelled_on=local_day(at))
        connection.execute(changed)
    return len(ids)


def may_cancel(procedure: Procedure, region: str, actor: Actor) -> bool:
    """Whether the document gives the step to one of the actor's roles in the region of the post."""
    step = procedure.step_by_origin.get((procedure.first_stage.stage, CANCEL))
    return step is not None and bool(actor.roles_in(region) & set(step.by))


def _applied(connection: Connection, opening_id: int) -> bool:
    """Whether anybody has applied, at the desk (then taken back, too) or on the network."""
    application = metadata.tables["public_application"]
    at_the_desk = select(hire.c.id).where(hire.c.opening_id == opening_id, hire.c.person_id.is_not(None)).limit(1)
    sent_in = select(application.c.id).where(
        application.c.opening_id == opening_id, application.c.status.in_(("waiting", "taken"))
    )
    return (
        connection.execute(at_the_desk).scalar() is not None
        or connection.execute(sent_in.limit(1)).scalar() is not None
    )
