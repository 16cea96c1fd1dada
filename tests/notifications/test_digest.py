"""One e-mail a day instead of a storm: what waits for the digest, what does not, and what is not sent at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from notifications import inbox
from notifications.channels.memory import MemoryChannel
from notifications.delivery import address
from notifications.messages import Reader
from notifications.preferences import MailMode, mail_mode, set_mail_mode
from notifications.sending import BACK_OFF, LEASE, deliver_mail
from notifications.timetable import Rung, digest_at, mail_at, rung_of
from states.calendar import default_calendar
from states.clocks import moment
from states.vocabulary import Role
from tests.notifications.support import REMINDER, RUNNING, Poisoned, Room, a_room
from tests.support.asking import d
from tests.support.smtp import MailServer
from workflow.tables import metadata

ROOT = Path(__file__).parents[2]
READER = Reader("zh", "https://zaigang.example", signed_in=True)


@pytest.fixture
def room(migrated_url: str) -> Iterator[Room]:
    with a_room(migrated_url) as room:
        yield room


@pytest.fixture
def reader(room: Room) -> int:
    return room.account("town", mode=MailMode.DIGEST)


def at(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}:00+08:00").astimezone(UTC)


def send(room: Room, now: datetime) -> list[Any]:
    channel = MemoryChannel()
    deliver_mail(room.office, room.settings, now, channel=channel)
    return channel.sent


def move(room: Room, hire: int, **values: Any) -> None:
    table = metadata.tables["hire"]
    with room.office.database.transaction() as connection:
        connection.execute(update(table).where(table.c.id == hire).values(**values))


# ---- the timetable ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "digest"),
    [
        (("2026-03-02", "08:00"), ("2026-03-02", "08:30")),
        (("2026-03-02", "08:30"), ("2026-03-02", "08:30")),
        (("2026-03-02", "08:31"), ("2026-03-03", "08:30")),
        (("2026-03-06", "09:00"), ("2026-03-09", "08:30")),  # Friday: not on the weekend
        (("2026-03-07", "08:00"), ("2026-03-09", "08:30")),
        (("2026-02-27", "18:00"), ("2026-02-28", "08:30")),  # a Saturday that is worked
        (("2026-09-30", "09:00"), ("2026-10-08", "08:30")),  # the National Day holidays
    ],
)
def test_the_digest_goes_out_in_the_next_working_morning(now: tuple[str, str], digest: tuple[str, str]) -> None:
    assert digest_at(at(*now), default_calendar()) == at(*digest)


def test_a_letter_of_its_own_waits_only_on_rest_days() -> None:
    calendar = default_calendar()
    assert mail_at(at("2026-03-06", "23:59"), calendar) == at("2026-03-06", "23:59")
    assert mail_at(at("2026-03-07", "00:00"), calendar) == at("2026-03-09", "08:30")


@pytest.mark.parametrize(
    ("due_on", "today", "rung"),
    [
        ("2026-03-09", "2026-03-05", Rung.AHEAD),
        ("2026-03-09", "2026-03-06", Rung.URGENT),  # Friday: the next working day is Monday
        ("2026-03-09", "2026-03-07", Rung.URGENT),
        ("2026-03-09", "2026-03-09", Rung.URGENT),
        ("2026-03-09", "2026-03-10", Rung.OVERDUE),
    ],
)
def test_urgent_is_what_is_due_within_one_working_day(due_on: str, today: str, rung: Rung) -> None:
    assert rung_of(d(due_on), d(today), default_calendar()) is rung


# ---- what comes together ----------------------------------------------------------------------------------------


def test_a_days_letters_come_in_one_mail_the_next_working_morning(room: Room, mail_server: MailServer) -> None:
    room.account("town", mode=MailMode.DIGEST)
    first, second = room.hires(2)
    room.letter(first)
    facts = {"act": "approve", "on": "2026-03-02", "stage": "approved"}
    room.letter(second, template="approved", to_role="applicant", facts=facts)
    address(room.office, room.at, mail=True)
    assert set(room.mails().values()) == {"waiting"}
    settings = room.mailing(mail_server)
    assert deliver_mail(room.office, settings, at("2026-03-03", "08:29")).sent == 0
    assert deliver_mail(room.office, settings, at("2026-03-03", "08:30")).sent == 1
    [mail] = mail_server.wait_for(1)
    assert mail.subject == "今日汇总：2件"
    assert "资格审查（空缺名额）：还有6天" in mail.text  # told from the day it goes out
    assert f"https://zaigang.example/hires/{first}" in mail.text
    assert mail.text.index("【有期限的事】") < mail.text.index("【办理结果】")
    assert set(room.mails().values()) == {"sent"}
    assert deliver_mail(room.office, settings, at("2026-03-04", "08:30")).sent == 0


def test_a_digest_of_one_letter_is_that_letter(room: Room, reader: int) -> None:
    letter = room.letter(room.hires()[0])
    address(room.office, room.at, mail=True)
    [post] = send(room, at("2026-03-03", "08:30"))
    assert post.key == f"{letter}.{reader}"
    assert post.subject == "资格审查（空缺名额）：还有6天"


def test_without_letters_there_is_no_digest(room: Room, reader: int) -> None:
    assert send(room, at("2026-03-03", "08:30")) == []


def test_the_english_digest_is_english(room: Room) -> None:
    room.account("town", mode=MailMode.DIGEST, language="en")
    for hire in room.hires(2):
        room.letter(hire, facts=REMINDER | {"due_on": "2026-03-02"})
        move(room, hire, dossier={"clocks": {"first_check": ["2026-02-24", "2026-03-02", False, 1, True, False]}})
    # on a rest day even what is overdue waits
    address(room.office, at("2026-03-07", "10:00"), mail=True)
    assert send(room, at("2026-03-08", "10:00")) == []
    [post] = send(room, at("2026-03-09", "08:30"))
    assert post.subject == "Today's summary: 2 items, 2 of them overdue"
    assert "days overdue: 7" in post.body
    assert "[Due]" in post.body


def test_what_is_urgent_does_not_wait_and_disturbs_a_rest_day(room: Room, reader: int) -> None:
    letter = room.letter(room.hires()[0])
    sunday = at("2026-03-08", "10:00")
    address(room.office, sunday, mail=True)
    assert [post.key for post in send(room, sunday)] == [f"{letter}.{reader}"]


def test_nobody_is_mailed_on_a_rest_day_about_what_can_wait(room: Room) -> None:
    account = room.account("town")  # each letter by itself
    [hire] = room.hires()
    letter = room.letter(hire, facts=REMINDER | {"due_on": "2026-03-10"})
    move(room, hire, dossier={"clocks": {"first_check": ["", "2026-03-10", False, 1, True, False]}})
    saturday = at("2026-03-07", "10:00")
    address(room.office, saturday, mail=True)
    assert send(room, saturday) == []
    assert [post.key for post in send(room, at("2026-03-09", "08:30"))] == [f"{letter}.{account}"]


def test_beyond_the_days_bound_the_rest_comes_in_the_digest(room: Room) -> None:
    room.account("town")
    for hire in room.hires(5):
        room.letter(hire)
    address(room.office, room.at, mail=True, singles=2)
    assert len(send(room, room.at)) == 2
    room.letter(room.hires()[0])
    address(room.office, room.later(hours=1), mail=True, singles=2)  # the day's bound, not the tick's
    assert send(room, room.at) == []
    [post] = send(room, at("2026-03-03", "08:30"))
    assert post.subject == "今日汇总：4件"
    room.letter(room.hires()[0])
    address(room.office, at("2026-03-03", "09:00"), mail=True, singles=2)
    assert len(send(room, at("2026-03-03", "09:00"))) == 1  # a new day


def test_a_storm_of_urgent_letters_is_one_mail_at_once(room: Room, reader: int) -> None:
    for hire in room.hires(6):
        room.letter(hire)
    friday = at("2026-03-06", "08:00")
    address(room.office, friday, mail=True, singles=2)
    assert [post.subject for post in send(room, friday)][2:] == ["今日汇总：4件"]


def test_the_way_is_chosen_by_the_account(room: Room, reader: int) -> None:
    assert mail_mode(room.office, 999_999) is MailMode.DIGEST  # who chose nothing
    set_mail_mode(room.office, reader, MailMode.EACH, room.at)
    set_mail_mode(room.office, reader, MailMode.EACH, room.at)
    assert mail_mode(room.office, reader) is MailMode.EACH
    room.letter(room.hires()[0])
    address(room.office, room.at, mail=True)
    assert len(send(room, room.at)) == 1


# ---- what is not sent -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "clocks",
    [{}, {"first_check": ["2026-03-03", "2026-03-10", False, 2, False, False]}],
    ids=["done", "runs to another day"],
)
def test_a_reminder_whose_case_has_moved_is_withdrawn(room: Room, reader: int, clocks: dict[str, Any]) -> None:
    moved, standing = room.hires(2)
    gone, stays = room.letter(moved), room.letter(standing)
    address(room.office, room.at, mail=True)
    move(room, moved, dossier={"clocks": clocks})
    channel = MemoryChannel()
    done = deliver_mail(room.office, room.settings, at("2026-03-03", "08:30"), channel=channel)
    assert (done.sent, done.withdrawn) == (1, 1)
    assert room.mails() == {gone: "dead", stays: "sent"}
    assert [post.key for post in channel.sent] == [f"{stays}.{reader}"]
    assert len(inbox.page(room.office, reader, reader=READER)) == 2  # it was told all the same


def test_when_every_case_has_moved_there_is_no_mail(room: Room, reader: int) -> None:
    hire = room.hires()[0]
    room.letter(hire)
    address(room.office, room.at, mail=True)
    move(room, hire, dossier={})
    assert send(room, at("2026-03-03", "08:30")) == []


def test_a_decision_is_told_however_the_case_moves(room: Room, reader: int) -> None:
    hire = room.hires()[0]
    facts = {"act": "approve", "on": "2026-03-02", "stage": "approved"}
    room.letter(hire, template="approved", to_role="applicant", facts=facts)
    address(room.office, room.at, mail=True)
    move(room, hire, dossier={})
    assert len(send(room, at("2026-03-03", "08:30"))) == 1


def test_whoever_lost_the_region_over_night_gets_no_mail_of_it(room: Room, reader: int) -> None:
    room.letter(room.hires()[0])
    address(room.office, room.at, mail=True)
    grant = metadata.tables["role_grant"]
    with room.office.database.transaction() as connection:
        connection.execute(update(grant).where(grant.c.account_id == reader).values(revoked_at=room.at, revoked_by="-"))
    assert send(room, at("2026-03-03", "08:30")) == []


def repeat(room: Room, hire: int, seq: int, day: str) -> list[str]:
    """The reminder of another day: the ways it takes."""
    now = at(day, "08:00")
    room.world.clock.moment = now
    letter = room.letter(hire, seq)
    address(room.office, now, mail=True)
    rows = room.rows("delivery", "message_id", "channel", "read_at")
    return sorted(f"{channel}{'' if read is None else ' read'}" for key, channel, read in rows if key == letter)


def test_whoever_took_note_hears_nothing_more_before_the_next_rung(room: Room, reader: int) -> None:
    hire, other = room.hires(2)
    assert repeat(room, hire, 1, "2026-03-02") == ["digest", "inbox"]
    assert repeat(room, hire, 2, "2026-03-03") == ["digest", "inbox"]
    assert inbox.note(room.office, reader, f"{hire}-2-0", room.at)
    assert inbox.note(room.office, reader, f"{hire}-2-0", room.at)  # pressed twice
    assert repeat(room, hire, 3, "2026-03-04") == ["inbox read"]
    assert repeat(room, other, 1, "2026-03-04") == ["digest", "inbox"]
    assert repeat(room, hire, 4, "2026-03-06") == ["inbox", "mail"]  # urgent by now
    assert inbox.note(room.office, reader, f"{hire}-4-0", room.at)
    assert repeat(room, hire, 5, "2026-03-09") == ["inbox read"]
    assert repeat(room, hire, 6, "2026-03-10") == ["digest", "inbox"]  # overdue by now
    assert inbox.note(room.office, reader, f"{hire}-6-0", room.at)
    assert repeat(room, hire, 7, "2026-03-20") == ["inbox read"]


def test_one_readers_note_silences_no_other(room: Room, reader: int) -> None:
    room.account("second", mode=MailMode.DIGEST)
    hire = room.hires()[0]
    repeat(room, hire, 1, "2026-03-02")
    inbox.note(room.office, reader, f"{hire}-1-0", room.at)
    assert repeat(room, hire, 2, "2026-03-03") == ["digest", "inbox", "inbox read"]


def test_a_period_that_runs_anew_is_told_anew(room: Room, reader: int) -> None:
    hire = room.hires()[0]
    repeat(room, hire, 1, "2026-03-02")
    inbox.note(room.office, reader, f"{hire}-1-0", room.at)
    letter = room.letter(hire, 2, facts=REMINDER | {"due_on": "2026-03-16"})
    address(room.office, room.at, mail=True)
    assert (letter, "digest") in room.rows("delivery", "message_id", "channel")


def test_only_ones_own_reminders_can_be_taken_note_of(room: Room, reader: int) -> None:
    stranger = room.account("stranger", Role.HRSS, "610928")
    hire = room.hires()[0]
    letter = room.letter(hire)
    told = room.letter(hire, 2, template="notice_over", facts={"act": "x", "on": "2026-03-02", "stage": "notice"})
    address(room.office, room.at)
    assert not inbox.note(room.office, stranger, letter, room.at)
    assert not inbox.note(room.office, reader, told, room.at)
    assert not inbox.note(room.office, reader, "nonsense", room.at)
    assert [row[0] for row in room.rows("delivery", "channel")] == ["inbox", "inbox"]


# ---- at least once, under one id --------------------------------------------------------------------------------


def test_one_letter_that_cannot_be_written_keeps_back_no_other(room: Room, reader: int) -> None:
    hires = room.hires(3)
    letters = [room.letter(hire) for hire in hires]
    broken = room.letter(hires[0], 2, template="approved", facts={"act": "approve"})
    address_all(room)
    morning = at("2026-03-03", "08:30")
    channel = MemoryChannel()
    done = deliver_mail(room.office, room.settings, morning, channel=channel)
    assert (done.sent, done.delayed) == (1, 1)
    assert room.mails() == {**dict.fromkeys(letters, "sent"), broken: "waiting"}
    for wait in BACK_OFF:
        morning += wait
        deliver_mail(room.office, room.settings, morning, channel=channel)
    assert room.mails()[broken] == "dead"
    assert len(channel.sent) == 1


def address_all(room: Room) -> None:
    address(room.office, room.at, mail=True)


def test_a_digest_that_was_not_taken_comes_again_under_the_same_id(room: Room, mail_server: MailServer) -> None:
    room.account("town", mode=MailMode.DIGEST)
    for hire in room.hires(3):
        room.letter(hire)
    address_all(room)
    settings, morning = room.mailing(mail_server), at("2026-03-03", "08:30")
    mail_server.drop(after_taking=True, times=1)
    assert deliver_mail(room.office, settings, morning).delayed == 1
    assert deliver_mail(room.office, settings, morning + BACK_OFF[0]).sent == 1
    first, second = mail_server.wait_for(2)
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert first.text == second.text


def test_a_server_that_is_away_costs_no_attempt(room: Room, reader: int) -> None:
    for hire in room.hires(2):
        room.letter(hire)
    address_all(room)
    channel = Poisoned()
    channel.away = True
    morning = at("2026-03-03", "08:30")
    assert deliver_mail(room.office, room.settings, morning, channel=channel).sent == 0
    assert {row[0] for row in room.rows("delivery", "attempts")} == {0}
    channel.away = False
    assert deliver_mail(room.office, room.settings, morning + timedelta(minutes=1), channel=channel).sent == 1


def test_many_at_once_make_one_digest_for_each_reader(room: Room) -> None:
    readers = [room.account(f"town{n}", mode=MailMode.DIGEST) for n in range(6)]
    for hire in room.hires(4):
        room.letter(hire)
    address_all(room)
    channels = [MemoryChannel() for _ in range(4)]
    morning = at("2026-03-03", "08:30")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda c: deliver_mail(room.office, room.settings, morning, channel=c), channels))
    # whoever found an account held by another has left it to them, or to the next tick
    deliver_mail(room.office, room.settings, morning, channel=channels[0])
    sent = [post for channel in channels for post in channel.sent]
    assert sorted(post.address for post in sent) == sorted(f"town{n}@example.org" for n in range(len(readers)))
    assert {post.subject for post in sent} == {"今日汇总：4件"}


DELIVER = """
import sys
from datetime import datetime
from notifications.sending import deliver_mail
from workflow.office import Office
from workflow.settings import Settings
url, host, port, moment = sys.argv[1:]
at = datetime.fromisoformat(moment)
settings = Settings(database_url=url, smtp_host=host, smtp_port=int(port), mail_from="zaigang@example.org")
office = Office.open(settings, lambda: at)
print(deliver_mail(office, settings, at).sent)
office.database.dispose()
"""


def test_killed_after_sending_the_whole_digest_is_sent_again_under_its_id(
    room: Room, mail_server: MailServer, migrated_url: str
) -> None:
    room.account("town", mode=MailMode.DIGEST)
    for hire in room.hires(3):
        room.letter(hire)
    address_all(room)

    def deliver(now: datetime, **more: str) -> subprocess.CompletedProcess[str]:
        arguments = [migrated_url, mail_server.host, str(mail_server.port), now.isoformat()]
        return subprocess.run(
            [sys.executable, "-c", DELIVER, *arguments], cwd=ROOT, env={**os.environ, **more}, capture_output=True,
            text=True, timeout=60,
        )  # fmt: skip

    morning = at("2026-03-03", "08:30")
    assert deliver(morning, ZAIGANG_FAILPOINT="after_send").returncode == -signal.SIGKILL
    assert set(room.mails().values()) == {"waiting"}
    assert deliver(morning + LEASE - timedelta(seconds=1)).stdout.strip() == "0"
    assert deliver(morning + LEASE).stdout.strip() == "1"
    first, second = mail_server.wait_for(2)
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert set(room.mails().values()) == {"sent"}


def test_the_days_of_these_tests_are_what_they_are_said_to_be() -> None:
    calendar = default_calendar()
    assert [calendar.is_working_day(date(2026, 3, day)) for day in (2, 6, 7, 8, 9)] == [True, True, False, False, True]
    assert RUNNING["clocks"]["first_check"][1] == REMINDER["due_on"]
    assert moment(date(2026, 3, 2)) == at("2026-03-02", "00:00")
