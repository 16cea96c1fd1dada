"""What an account finds in its inbox, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import delete, update

from notifications import inbox
from notifications.delivery import address
from notifications.inbox import UnknownCursor
from notifications.messages import Reader
from notifications.sending import deliver_mail
from states.vocabulary import Role
from tests.notifications.support import OTHER_TOWN, TOWN, XUNYANG, Room, a_room
from tests.support.asking import d
from tests.support.smtp import MailServer
from tests.support.world import officer
from workflow.grants import settled
from workflow.tables import metadata

READER = Reader("zh", "https://zaigang.example", signed_in=True)


@pytest.fixture
def room(migrated_url: str) -> Iterator[Room]:
    with a_room(migrated_url) as room:
        yield room


def all_pages(room: Room, account: int, limit: int) -> list[str]:
    found: list[str] = []
    after = None
    while items := inbox.page(room.office, account, reader=READER, after=after, limit=limit):
        assert len(items) <= limit
        found += [item.message_id for item in items]
        after = items[-1].cursor
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_hold_every_letter_once_the_newest_first(room: Room, limit: int) -> None:
    account = room.account("town")
    one, other = room.hires(2)
    for seq in (1, 2, 10):  # all addressed in one moment
        room.letter(one, seq)
        room.letter(other, seq, n=1)
    address(room.office, room.at)
    room.later(minutes=1)
    room.letter(one, 11)
    address(room.office, room.at)
    expected = [f"{one}-11-0"] + [f"{hire}-{seq}-{n}" for hire, n in ((other, 1), (one, 0)) for seq in (10, 2, 1)]
    assert all_pages(room, account, limit) == expected


def test_a_letter_that_comes_between_two_pages_disturbs_neither(room: Room) -> None:
    account = room.account("town")
    first, second, third = room.hires(3)
    for hire in (first, second):
        room.letter(hire)
    address(room.office, room.at)
    [top] = inbox.page(room.office, account, reader=READER, limit=1)
    room.later(minutes=1)
    room.letter(third)
    address(room.office, room.at)
    [rest] = inbox.page(room.office, account, reader=READER, after=top.cursor)
    assert {top.hire_id, rest.hire_id} == {first, second}


def test_reading_marks_once_and_counts_down(room: Room) -> None:
    account = room.account("town")
    letters = [room.letter(hire) for hire in room.hires(3)]
    address(room.office, room.at)
    assert inbox.unread_count(room.office, account) == 3
    first = room.later(minutes=1)
    item = inbox.read(room.office, account, letters[0], first, reader=READER)
    assert item is not None
    assert item.read_at == first
    assert "请核对报名条件" in item.message.body
    again = inbox.read(room.office, account, letters[0], room.later(minutes=1), reader=READER)
    assert again is not None
    assert again.read_at == first
    assert inbox.unread_count(room.office, account) == 2
    unread = inbox.page(room.office, account, reader=READER, unread_only=True)
    assert {item.message_id for item in unread} == set(letters[1:])
    assert inbox.mark_all_read(room.office, account, room.at) == 2
    assert inbox.unread_count(room.office, account) == 0


def test_nobody_reads_or_marks_letters_of_another(room: Room) -> None:
    mine = room.account("town")
    other = room.account("other", region=OTHER_TOWN)
    letter = room.letter(room.hires()[0])
    address(room.office, room.at)
    assert inbox.read(room.office, other, letter, room.at, reader=READER) is None
    assert inbox.page(room.office, other, reader=READER) == []
    assert inbox.mark_all_read(room.office, other, room.at) == 0
    assert inbox.unread_count(room.office, mine) == 1


def test_whoever_loses_a_region_loses_its_letters(room: Room) -> None:
    account = room.account("town")
    letter = room.letter(room.hires()[0])
    address(room.office, room.at)
    grants = metadata.tables["role_grant"]
    with room.office.database.session() as session:
        session.execute(delete(grants).where(grants.c.account_id == account))
        session.add(settled(account, Role.EMPLOYER, OTHER_TOWN, room.at))
    assert inbox.page(room.office, account, reader=READER) == []
    assert inbox.unread_count(room.office, account) == 0
    assert inbox.read(room.office, account, letter, room.at, reader=READER) is None


def test_a_letter_that_cannot_be_written_hides_no_other(room: Room) -> None:
    account = room.account("town")
    broken, whole = room.hires(2)
    room.letter(broken, facts={"due_on": "no day", "deadline": "first_check"})
    room.letter(whole)
    lost = room.hires()[0]
    room.letter(lost)
    with room.office.database.transaction() as connection:
        hire = metadata.tables["hire"]
        connection.execute(update(hire).where(hire.c.id == lost).values(procedure="nowhere@1"))
    address(room.office, room.at)
    subjects = {item.hire_id: item.message.subject for item in inbox.page(room.office, account, reader=READER)}
    assert subjects == {
        broken: "这封信暂时无法显示",
        whole: "资格审查（空缺名额）：还有7天",
        lost: "这封信暂时无法显示",
    }


@pytest.mark.parametrize(
    "cursor",
    ["", "1", "2026-03-02T01:00:00+00:00~1~1", "2026-03-02~1~1~1", "2026-03-02T01:00:00+00:00~x~1~1",
     "2026-03-02T01:00:00+00:00~99999999999999999999~1~1", "2026-03-02T01:00:00+00:00~1~-1~1"],
)  # fmt: skip
def test_a_cursor_that_nobody_gave_out(room: Room, cursor: str) -> None:
    with pytest.raises(UnknownCursor):
        inbox.page(room.office, 1, reader=READER, after=cursor)


def test_from_a_missed_deadline_to_the_inbox_and_the_mail(room: Room, mail_server: MailServer) -> None:
    """The whole way: an application is left lying, the sweep reminds, the clerk hears by both channels."""
    world = room.world
    account = room.account("town")
    world.a_person("欧阳小明", d("1990-06-15"), "M", TOWN)
    clerk = officer("王经办", Role.EMPLOYER, TOWN)
    [hire] = world.an_opening(clerk, world.a_post(XUNYANG, "town", TOWN)).hire_ids
    world.do(hire, "apply", clerk, person_id=world.people["欧阳小明"])
    world.walk_to(d("2026-03-09"))  # five working days after the second
    assert world.letters(hire) == [("remind_first_check", "employer")]
    address(room.office, room.at, mail=True)
    [item] = inbox.page(room.office, account, reader=READER)
    assert item.message.subject == "资格审查（欧阳小明）：今天到期"
    deliver_mail(room.office, room.mailing(mail_server), room.at)
    [mail] = mail_server.wait_for(1)
    assert mail.subject == "资格审查（欧阳某）：今天到期"
    assert "小明" not in mail.text
    english = inbox.page(room.office, account, reader=replace(READER, language="en"))
    assert english[0].message.subject == "First check (欧阳小明): due today"
