"""Which reminders were followed by a step in time, on both sides of each boundary."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, true

from notifications.effect import LONGEST_DAYS, Effect, effects
from tests.notifications.support import Room, a_room
from tests.support.asking import d
from workflow.tables import metadata


@pytest.fixture
def room(migrated_url: str) -> Iterator[Room]:
    with a_room(migrated_url) as room:
        yield room


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}:00+08:00").astimezone(UTC)


def remind(room: Room, hire: int, seq: int, moment: str, **more: Any) -> None:
    room.letter(hire, seq, created_at=at(moment), due_at=at(moment), **more)


def acted(room: Room, hire: int, seq: int, moment: str, act: str = "check", role: str = "employer") -> None:
    table = metadata.tables["audit_entry"]
    values = {
        "hire_id": hire, "seq": seq, "at": at(moment), "on_day": d(moment[:10]), "act": act, "role": role,
        "actor_key": "-", "from_stage": "applied", "to_stage": "applied", "body": "{}", "hash": "-",
    }  # fmt: skip
    with room.office.database.transaction() as connection:
        connection.execute(insert(table).values(**values))


def found(room: Room, today: str = "2026-03-20", first: str = "2026-03-02", last: str = "2026-03-20") -> list[Effect]:
    return effects(room.office, true(), d(first), d(last), today=d(today))


@pytest.mark.parametrize(
    ("moment", "followed"),
    [("2026-03-02T09:00", 1), ("2026-03-05T23:59", 1), ("2026-03-06T00:00", 0)],
)
def test_followed_is_what_was_done_within_three_working_days(room: Room, moment: str, followed: int) -> None:
    [hire] = room.hires()
    remind(room, hire, 2, "2026-03-02T08:00")
    acted(room, hire, 3, moment)
    assert found(room) == [Effect("first_check", 1, followed, 0)]


def test_the_weekend_does_not_count(room: Room) -> None:
    [hire] = room.hires()
    remind(room, hire, 2, "2026-03-06T08:00")  # a Friday: Monday, Tuesday, Wednesday
    acted(room, hire, 3, "2026-03-11T20:00")
    assert found(room)[0].followed == 1


@pytest.mark.parametrize(("act", "role"), [("comment", "employer"), ("attach", "employer"), ("expire", "system")])
def test_a_remark_or_the_system_follows_nothing(room: Room, act: str, role: str) -> None:
    [hire] = room.hires()
    remind(room, hire, 2, "2026-03-02T08:00")
    acted(room, hire, 3, "2026-03-02T09:00", act, role)
    assert found(room)[0].followed == 0


def test_what_was_done_before_follows_nothing(room: Room) -> None:
    [hire] = room.hires()
    acted(room, hire, 1, "2026-03-01T09:00")
    remind(room, hire, 2, "2026-03-02T08:00")
    assert found(room)[0].followed == 0


@pytest.mark.parametrize(("today", "waits"), [("2026-03-05", 1), ("2026-03-06", 0)])
def test_a_reminder_whose_days_still_run_is_not_judged(room: Room, today: str, waits: int) -> None:
    [hire] = room.hires()
    remind(room, hire, 2, "2026-03-02T08:00")
    [effect] = found(room, today)
    assert (effect.open, effect.judged) == (waits, 1 - waits)
    assert effect.percent == (None if waits else 0)


def test_one_reminder_to_several_roles_is_one_and_the_period_bounds_it(room: Room) -> None:
    one, other = room.hires(2)
    remind(room, one, 2, "2026-03-02T08:00")
    remind(room, one, 2, "2026-03-02T08:00", n=1, to_role="hrss")
    remind(room, one, 4, "2026-03-03T08:00", template="remind_term_end")
    remind(room, other, 2, "2026-03-01T23:59")
    remind(room, other, 3, "2026-03-04T00:00")
    acted(room, one, 3, "2026-03-02T09:00")
    room.letter(other, 9, template="approved", facts={})
    effect = found(room, last="2026-03-03")
    assert effect == [Effect("first_check", 1, 1, 0), Effect("term_end", 1, 0, 0)]


@pytest.mark.parametrize(("first", "last"), [("2026-03-02", "2026-03-01"), ("2026-01-01", "2026-04-03")])
def test_a_period_without_end_is_refused(room: Room, first: str, last: str) -> None:
    assert LONGEST_DAYS == 92
    with pytest.raises(ValueError, match="days"):
        found(room, first=first, last=last)
