"""A small office with readers and letters: rows put where steps and sweeps would have put them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from notifications.channels import Away, Post
from notifications.preferences import MailMode, set_mail_mode
from states.vocabulary import Role
from tests.support.world import World
from workflow.grants import settled
from workflow.settings import Settings
from workflow.tables import Account, Hire, Opening, metadata

DAY = date(2026, 3, 2)
REGIONS = {"61": "陕西省", "610928": "旬阳市", "610928100": "双河镇", "610928101": "城关镇"}
TOWN, OTHER_TOWN = "610928100", "610928101"
XUNYANG = "xunyang-2022-88"
REMINDER = {"deadline": "first_check", "due_on": "2026-03-09", "mark": 0, "provisional": False}
#: as the dossier of a hire keeps it while that period runs
RUNNING = {"clocks": {"first_check": ["2026-03-02", "2026-03-09", False, 1, True, False]}}


class Room:
    """The world of a test, with accounts to hear and letters to be heard."""

    def __init__(self, url: str) -> None:
        self.world = World.on(url, DAY, REGIONS)
        self.office = self.world.office
        self.settings = Settings(
            database_url=url, public_url="https://zaigang.example", mail_from="zaigang@example.org"
        )
        self._post = self.world.a_post(XUNYANG, "town", TOWN)

    @property
    def at(self) -> datetime:
        return self.world.clock()

    def later(self, **passed: float) -> datetime:
        self.world.clock.moment += timedelta(**passed)
        return self.at

    def mailing(self, server: Any) -> Settings:
        return self.settings.model_copy(update={"smtp_host": server.host, "smtp_port": server.port})

    def account(
        self, name: str, role: Role = Role.EMPLOYER, region: str = TOWN, email: str | None = "",
        mode: MailMode = MailMode.EACH, **more: Any,
    ) -> int:  # fmt: skip
        """An account with one grant; an e-mail address of its own, and each letter by itself, unless told otherwise."""
        with self.office.database.session() as session:
            address = f"{name}@example.org" if email == "" else email
            values: dict[str, Any] = {
                "username": name,
                "password_hash": "-",
                "person_key": name,
                "name": name,
                "email": address,
            }
            account = Account(**values, **{"created_at": self.at} | more)
            session.add(account)
            session.flush()
            assert account.id is not None
            session.add(settled(account.id, role, region, self.at))
        set_mail_mode(self.office, account.id, mode, self.at)
        return account.id

    def hires(self, number: int = 1) -> list[int]:
        """Hires of one opening, posted; put there without asking the quota."""
        with self.office.database.session() as session:
            opening = Opening(
                post_id=self._post, procedure=f"{XUNYANG}@1", announced_on=DAY, places=number, announced_by="-",
                created_at=self.at,
            )  # fmt: skip
            session.add(opening)
            session.flush()
            hires = [
                Hire(
                    opening_id=opening.id or 0, procedure=opening.procedure, kind="town", region=TOWN, stage="vacancy",
                    state="posted", submitted_by="-", audit_head="-", opened_at=self.at, changed_at=self.at,
                    dossier=RUNNING,
                )
                for _ in range(number)
            ]  # fmt: skip
            session.add_all(hires)
            session.flush()
            return [hire.id for hire in hires if hire.id]

    def letter(self, hire_id: int, seq: int = 1, n: int = 0, **more: Any) -> str:
        """A waiting outbox row: by default a reminder of the employer."""
        values: dict[str, Any] = {
            "message_id": f"{hire_id}-{seq}-{n}",
            "hire_id": hire_id,
            "seq": seq,
            "n": n,
            "template": "remind_first_check",
            "to_role": "employer",
            "region": TOWN,
            "facts": REMINDER,
            "created_at": self.at,
            "due_at": self.at,
            "status": "waiting",
        } | more
        with self.office.database.transaction() as connection:
            connection.execute(insert(metadata.tables["outbox"]), [values])
        return str(values["message_id"])

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        chosen = metadata.tables[table]
        with self.office.database.reading() as connection:
            asked = select(*(chosen.c[name] for name in columns)).order_by(*(chosen.c[name] for name in columns))
            return [tuple(row) for row in connection.execute(asked)]

    def mails(self) -> dict[str, str]:
        """Message id → status of its e-mail."""
        return {key: status for channel, key, status in self.rows("delivery", "channel", "message_id", "status")
                if channel in ("mail", "digest")}  # fmt: skip


@contextmanager
def a_room(url: str) -> Iterator[Room]:
    room = Room(url)
    try:
        yield room
    finally:
        room.world.close()


class Poisoned:
    """A channel that cannot bear letters of one hire, nor, when told, anything at all."""

    def __init__(self, hire_id: int | None = None, fault: Exception | None = None) -> None:
        self.hire_id, self.fault, self.away = hire_id, fault or ValueError("poison"), False
        self.sent: list[str] = []

    def send(self, post: Post) -> None:
        if self.away:
            raise Away("nobody at home")
        if post.key.startswith(f"{self.hire_id}-"):
            raise self.fault
        self.sent.append(post.key)

    def close(self) -> None:
        pass
