"""Who is addressed, and that every letter arrives: at least once, in order, whoever dies on the way."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from notifications import inbox
from notifications.channels.memory import MemoryChannel
from notifications.delivery import NOBODY_LONGEST, address
from notifications.sending import BACK_OFF, LEASE, deliver_mail
from states.vocabulary import Role
from tests.notifications.support import DAY, OTHER_TOWN, TOWN, Poisoned, Room, a_room
from tests.support.smtp import MailServer
from workflow.grants import settled
from workflow.office import Office
from workflow.settings import Settings
from workflow.tables import Substitution, metadata

ROOT = Path(__file__).parents[2]
#: no test here is about the bound on e-mails of one day
MANY = 1000


@pytest.fixture
def room(migrated_url: str) -> Iterator[Room]:
    with a_room(migrated_url) as room:
        yield room


# ---- who is addressed -------------------------------------------------------------------------------------------


def test_a_letter_goes_to_the_role_whose_grant_covers_the_region_and_to_nobody_else(room: Room) -> None:
    town = room.account("town")
    county = room.account("county", region="610928", email=None)
    room.account("neighbour", region=OTHER_TOWN)
    room.account("other_role", Role.HRSS, "610928")
    room.account("gone", disabled_at=room.at)
    [hire] = room.hires()
    letter = room.letter(hire)
    done = address(room.office, room.at, mail=True, singles=MANY)
    assert (done.letters, done.deliveries, done.nobody) == (1, 3, 0)
    assert room.rows("delivery", "account_id", "channel", "status", "message_id") == [
        (town, "inbox", "sent", letter),
        (town, "mail", "waiting", letter),
        (county, "inbox", "sent", letter),
    ]
    assert room.rows("outbox", "status") == [("addressed",)]
    assert address(room.office, room.at, mail=True, singles=MANY).letters == 0


def test_two_grants_that_cover_a_region_make_one_reader(room: Room) -> None:
    account = room.account("town")
    with room.office.database.session() as session:
        session.add(settled(account, Role.EMPLOYER, "61", room.at))
    room.letter(room.hires()[0])
    assert address(room.office, room.at).deliveries == 1


def test_without_a_mail_server_nothing_waits_to_be_mailed(room: Room) -> None:
    room.account("town")
    room.letter(room.hires()[0])
    address(room.office, room.at, mail=False)
    assert room.rows("delivery", "channel") == [("inbox",)]


def test_a_letter_to_the_applicant_goes_to_whoever_hands_it_over(room: Room) -> None:
    clerk = room.account("town")
    facts = {"act": "approve", "on": "2026-03-02", "stage": "approved"}
    room.letter(room.hires()[0], template="approved", to_role="applicant", facts=facts)
    address(room.office, room.at)
    assert room.rows("delivery", "account_id") == [(clerk,)]


def test_a_letter_that_nobody_can_read_yet_waits_for_somebody(room: Room) -> None:
    room.letter(room.hires()[0])
    assert address(room.office, room.at).nobody == 1
    assert room.rows("outbox", "status") == [("waiting",)]
    room.account("late")
    assert address(room.office, room.at).letters == 0  # looked at again a day later, not at every tick
    assert address(room.office, room.later(days=1)).deliveries == 1


def test_a_letter_that_nobody_will_ever_read_is_laid_aside(room: Room) -> None:
    room.letter(room.hires()[0])
    address(room.office, room.at)
    room.later(days=NOBODY_LONGEST.days, minutes=-1)
    assert address(room.office, room.at).nobody == 1
    done = address(room.office, room.later(days=1))
    assert (done.letters, done.deliveries) == (1, 0)


def test_addressing_goes_on_past_one_batch(room: Room) -> None:
    room.account("town")
    [hire] = room.hires()
    for n in range(7):
        room.letter(hire, n=n)
    done = address(room.office, room.at, batch=3)
    assert (done.letters, done.deliveries) == (7, 7)


def test_many_at_once_address_each_letter_once(room: Room) -> None:
    room.account("town")
    hires = room.hires(20)
    for hire in hires:
        room.letter(hire)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: address(room.office, room.at, batch=3), range(4)))
    assert sum(one.letters for one in done) == sum(one.deliveries for one in done) == 20
    assert len(room.rows("delivery", "message_id")) == 20


# ---- over a real mail server ------------------------------------------------------------------------------------


def test_a_letter_arrives_as_it_was_written(room: Room, mail_server: MailServer) -> None:
    account = room.account("town")
    [hire] = room.hires()
    letter = room.letter(hire)
    address(room.office, room.at, mail=True, singles=MANY)
    assert deliver_mail(room.office, room.mailing(mail_server), room.at).sent == 1
    [mail] = mail_server.wait_for(1)
    assert mail.recipients == ("town@example.org",)
    assert mail.sender == "zaigang@example.org"
    assert mail.subject == "资格审查（空缺名额）：还有7天"
    assert f"https://zaigang.example/hires/{hire}" in mail.text
    assert mail.message["Message-ID"] == f"<{letter}.{account}@example.org>"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["Date"] == "Mon, 02 Mar 2026 01:00:00 +0000"
    assert room.mails() == {letter: "sent"}
    assert deliver_mail(room.office, room.mailing(mail_server), room.at).sent == 0


def test_one_connection_serves_many_letters(room: Room, mail_server: MailServer) -> None:
    room.account("town")
    for hire in room.hires(5):
        room.letter(hire)
    address(room.office, room.at, mail=True, singles=MANY)
    assert deliver_mail(room.office, room.mailing(mail_server), room.at).sent == 5
    assert len(mail_server.wait_for(5)) == 5


def test_a_server_that_asks_to_come_again_is_visited_again(room: Room, mail_server: MailServer) -> None:
    room.account("town")
    letter = room.letter(room.hires()[0])
    address(room.office, room.at, mail=True, singles=MANY)
    settings = room.mailing(mail_server)
    mail_server.refuse("451 4.7.1 Greylisted", times=1)
    assert deliver_mail(room.office, settings, room.at).delayed == 1
    assert room.mails() == {letter: "waiting"}
    assert deliver_mail(room.office, settings, room.later(seconds=59)).sent == 0  # not before its time
    assert deliver_mail(room.office, settings, room.later(seconds=1)).sent == 1
    assert len(mail_server.letters) == 1


@pytest.mark.parametrize("at", ["rcpt", "data"])
def test_an_address_that_does_not_exist_is_given_up(room: Room, mail_server: MailServer, at: str) -> None:
    room.account("town")
    letter = room.letter(room.hires()[0])
    address(room.office, room.at, mail=True, singles=MANY)
    mail_server.refuse("550 5.1.1 No such user", at=at)  # type: ignore[arg-type]
    assert deliver_mail(room.office, room.mailing(mail_server), room.at).dead == 1
    assert room.mails() == {letter: "dead"}
    [(error,)] = [row for row in room.rows("delivery", "error") if row[0]]
    assert "550" in error


def test_a_letter_taken_by_a_server_that_hung_up_comes_twice_under_one_id(room: Room, mail_server: MailServer) -> None:
    room.account("town")
    room.letter(room.hires()[0])
    address(room.office, room.at, mail=True, singles=MANY)
    settings = room.mailing(mail_server)
    mail_server.drop(after_taking=True, times=1)
    assert deliver_mail(room.office, settings, room.at).delayed == 1
    assert deliver_mail(room.office, settings, room.later(minutes=1)).sent == 1
    first, second = mail_server.wait_for(2)
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert first.text == second.text
    assert mail_server.attempts == 2


def test_a_server_that_is_away_costs_no_letter_an_attempt(room: Room, mail_server: MailServer) -> None:
    room.account("town")
    letters = {room.letter(hire) for hire in room.hires(3)}
    address(room.office, room.at, mail=True, singles=MANY)
    settings = room.mailing(mail_server)
    mail_server.stop()
    for _ in range(len(BACK_OFF) + 3):
        done = deliver_mail(room.office, settings, room.later(days=2))
        assert (done.sent, done.dead) == (0, 0)
    assert room.mails() == dict.fromkeys(letters, "waiting")
    assert {attempts for (attempts,) in room.rows("delivery", "attempts")} == {0}
    channel = MemoryChannel()
    assert deliver_mail(room.office, settings, room.later(minutes=1), channel=channel).sent == 3


@pytest.mark.parametrize("email", ["line\nbreak@example.org", "no address at all\r\nBcc: all@example.org"])
def test_an_address_with_a_line_break_is_no_header(room: Room, mail_server: MailServer, email: str) -> None:
    room.account("town", email=email)
    room.letter(room.hires()[0])
    address(room.office, room.at, mail=True, singles=MANY)
    assert deliver_mail(room.office, room.mailing(mail_server), room.at).dead == 1
    assert mail_server.letters == []


# ---- one at fault, all others served ----------------------------------------------------------------------------


def test_one_poisoned_hire_of_a_hundred_holds_up_no_other(room: Room) -> None:
    room.account("town")
    hires = room.hires(100)
    for hire in hires:
        room.letter(hire)
    address(room.office, room.at, mail=True, singles=MANY)
    channel = Poisoned(hires[0])
    done = deliver_mail(room.office, room.settings, room.at, channel=channel)
    assert (done.sent, done.delayed) == (99, 1)
    for _ in BACK_OFF:
        deliver_mail(room.office, room.settings, room.later(days=1), channel=channel)
    assert room.mails()[f"{hires[0]}-1-0"] == "dead"
    assert len(channel.sent) == len(set(channel.sent)) == 99


def test_back_off_grows_and_ends(room: Room) -> None:
    room.account("town")
    [hire] = room.hires()
    letter = room.letter(hire)
    address(room.office, room.at, mail=True, singles=MANY)
    channel = Poisoned(hire)
    for wait in BACK_OFF:
        assert deliver_mail(room.office, room.settings, room.at, channel=channel).delayed == 1
        room.later(seconds=wait.total_seconds() - 1)
        assert deliver_mail(room.office, room.settings, room.at, channel=channel).delayed == 0
        room.later(seconds=1)
    assert deliver_mail(room.office, room.settings, room.at, channel=channel).dead == 1
    assert room.mails() == {letter: "dead"}


def test_letters_about_one_hire_keep_the_order_of_its_trail(room: Room) -> None:
    room.account("town")
    [hire] = room.hires()
    for seq in (10, 9, 2, 1):  # nine comes before ten, though not as text
        room.letter(hire, seq)
    address(room.office, room.at, mail=True, singles=MANY)
    channel = MemoryChannel()
    deliver_mail(room.office, room.settings, room.at, channel=channel)
    assert [post.key.split(".")[0] for post in channel.sent] == [f"{hire}-{seq}-0" for seq in (1, 2, 9, 10)]


def test_a_later_letter_waits_for_an_earlier_one_of_the_same_hire(room: Room) -> None:
    room.account("town")
    one, other = room.hires(2)
    room.letter(one, 1)
    address(room.office, room.at, mail=True, singles=MANY)
    channel = Poisoned(one)
    deliver_mail(room.office, room.settings, room.at, channel=channel)
    room.letter(one, 2)
    room.letter(other, 1)
    address(room.office, room.at, mail=True, singles=MANY)
    channel.hire_id = None
    assert deliver_mail(room.office, room.settings, room.at, channel=channel).sent == 1
    assert deliver_mail(room.office, room.settings, room.later(minutes=1), channel=channel).sent == 2
    assert [key.split(".")[0] for key in channel.sent] == [f"{other}-1-0", f"{one}-1-0", f"{one}-2-0"]


def test_a_later_letter_waits_for_an_earlier_one_that_is_not_addressed_yet(room: Room) -> None:
    room.account("town")
    [hire] = room.hires()
    room.letter(hire, 2)
    address(room.office, room.at, mail=True, singles=MANY)
    room.letter(hire, 1)
    channel = MemoryChannel()
    assert deliver_mail(room.office, room.settings, room.at, channel=channel).sent == 0
    address(room.office, room.at, mail=True, singles=MANY)
    assert deliver_mail(room.office, room.settings, room.at, channel=channel).sent == 2


def test_one_reader_with_a_dead_mailbox_keeps_nothing_from_another(room: Room) -> None:
    room.account("dead", email="a\nb@example.org")
    well = room.account("well")
    [hire] = room.hires()
    room.letter(hire, 1)
    room.letter(hire, 2)
    address(room.office, room.at, mail=True, singles=MANY)

    class Half(MemoryChannel):
        def send(self, post) -> None:  # type: ignore[no-untyped-def]
            if "\n" in post.address:
                raise ValueError("no such mailbox")
            super().send(post)

    channel = Half()
    deliver_mail(room.office, room.settings, room.at, channel=channel)
    assert [post.key for post in channel.sent] == [f"{hire}-1-0.{well}", f"{hire}-2-0.{well}"]


def test_whoever_was_disabled_meanwhile_gets_no_mail(room: Room) -> None:
    account = room.account("town")
    room.letter(room.hires()[0])
    address(room.office, room.at, mail=True, singles=MANY)
    table = metadata.tables["account"]
    with room.office.database.transaction() as connection:
        connection.execute(update(table).where(table.c.id == account).values(disabled_at=room.at))
    channel = MemoryChannel()
    assert deliver_mail(room.office, room.settings, room.at, channel=channel).dead == 1
    assert channel.sent == []


def test_a_worker_told_to_stop_stops_between_letters(room: Room) -> None:
    room.account("town")
    for hire in room.hires(3):
        room.letter(hire)
    address(room.office, room.at, mail=True, singles=MANY)
    channel = MemoryChannel()
    deliver_mail(room.office, room.settings, room.at, channel=channel, stopping=lambda: len(channel.sent) == 2)
    assert len(channel.sent) == 2


# ---- several at once, and whoever dies --------------------------------------------------------------------------


def _deliver_in_a_process(url: str, host: str, port: int, moment: str, gate: object) -> None:
    from datetime import datetime

    at = datetime.fromisoformat(moment)
    settings = Settings(database_url=url, smtp_host=host, smtp_port=port, mail_from="zaigang@example.org")
    office = Office.open(settings, lambda: at)
    gate.wait()  # type: ignore[attr-defined]
    deliver_mail(office, settings, at)
    office.database.dispose()


def test_two_processes_send_each_letter_once(room: Room, mail_server: MailServer, migrated_url: str) -> None:
    room.account("town")
    for hire in room.hires(40):
        room.letter(hire)
    address(room.office, room.at, mail=True, singles=MANY)
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(2)
    arguments = (migrated_url, mail_server.host, mail_server.port, room.at.isoformat(), gate)
    both = [context.Process(target=_deliver_in_a_process, args=arguments) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
        assert process.exitcode == 0
    ids = [letter.message["Message-ID"] for letter in mail_server.letters]
    assert len(ids) == len(set(ids)) == 40
    assert set(room.mails().values()) == {"sent"}


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


def test_killed_between_sending_and_marking_a_letter_is_sent_again_under_the_same_id(
    room: Room, mail_server: MailServer, migrated_url: str
) -> None:
    room.account("town")
    letters = [room.letter(hire) for hire in room.hires(3)]
    address(room.office, room.at, mail=True, singles=MANY)

    def deliver(failpoint: str | None) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if key != "ZAIGANG_FAILPOINT"}
        if failpoint:
            environment["ZAIGANG_FAILPOINT"] = failpoint
        arguments = [migrated_url, mail_server.host, str(mail_server.port), room.at.isoformat()]
        return subprocess.run(
            [sys.executable, "-c", DELIVER, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True,
            timeout=60,
        )  # fmt: skip

    killed = deliver("after_send:2")
    assert killed.returncode == -signal.SIGKILL
    assert sorted(room.mails().values()) == ["sent", "waiting", "waiting"]
    assert len(mail_server.wait_for(2)) == 2
    assert deliver(None).stdout.strip() == "1"  # the lease of the second still runs: only the third goes out
    room.later(seconds=LEASE.total_seconds())
    assert deliver(None).stdout.strip() == "1"
    ids = [letter.message["Message-ID"].split(".")[0].strip("<") for letter in mail_server.wait_for(4)]
    assert sorted(ids) == sorted([*letters, letters[1]])
    assert set(room.mails().values()) == {"sent"}


def test_a_lease_ends_on_its_minute(room: Room) -> None:
    room.account("town")
    [hire] = room.hires()
    room.letter(hire)
    address(room.office, room.at, mail=True, singles=MANY)

    class Dying(MemoryChannel):
        def send(self, post) -> None:  # type: ignore[no-untyped-def]
            super().send(post)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver_mail(room.office, room.settings, room.at, channel=Dying())
    channel = MemoryChannel()
    room.later(seconds=(LEASE - timedelta(seconds=1)).total_seconds())
    assert deliver_mail(room.office, room.settings, room.at, channel=channel).sent == 0
    assert deliver_mail(room.office, room.settings, room.later(seconds=1), channel=channel).sent == 1


# ---- deputies ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "hears"), [(1, False), (2, True), (4, True), (5, False)])
def test_a_deputy_hears_what_the_absent_officer_hears_in_the_window_alone(room: Room, day: int, hears: bool) -> None:
    absent, deputy = room.account("absent"), room.account("deputy", region=OTHER_TOWN)
    window = Substitution(
        principal_id=absent,
        deputy_id=deputy,
        role="employer",
        region=TOWN,
        from_on=DAY + timedelta(days=1),
        until_on=DAY + timedelta(days=3),
        reason="休假",
        asked_by="absent",
        asked_at=room.at,
        accepted_at=room.at,
    )
    with room.office.database.session() as session:
        session.add(window)
    room.letter(room.hires()[0])
    room.later(days=day - 1)
    address(room.office, room.at)
    assert {account for (account,) in room.rows("delivery", "account_id")} == {absent, *([deputy] if hears else [])}
    assert inbox.unread_count(room.office, deputy) == int(hears)
    room.later(days=5)
    assert inbox.unread_count(room.office, deputy) == 0
