"""A county with its offices, and the service in front of it: what tests of the API begin with.

Objects stand in the township ``OWN``; accounts stand there, above, below, beside and elsewhere. Sessions are begun
directly, because hashing a password takes a quarter of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api.app import create_app
from states.facts import Actor
from states.identity_number import synthetic
from states.vocabulary import Role
from tests.support.world import World, officer
from workflow import sign_in
from workflow.grants import settled
from workflow.sealing import Seal
from workflow.settings import Settings
from workflow.tables import Account, metadata

SECRET = "a secret that only the tests know of"
DAY = date(2022, 6, 1)
OWN, PARENT, CHILD, SIBLING, OTHER = "610981100", "610981", "610981100201", "610981101", "610929"
REGIONS: Mapping[str, str] = {
    "61": "陕西省",
    "6109": "安康市",
    PARENT: "旬阳市",
    OWN: "城关镇",
    CHILD: "示例村",
    SIBLING: "棕溪镇",
    OTHER: "白河县",
}
PROCEDURE = "xunyang-2022-88"
ORIGIN = {"origin": "http://testserver"}
#: a well-formed hash that takes no time and fits nothing that anybody types
NO_PASSWORD = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("\0")
TOWN = officer("a" * 64, Role.EMPLOYER, OWN, 900001)


def number(born: date, sequence: int) -> str:
    """A made-up identity number that is well formed."""
    return synthetic("610928", born, sequence)


@dataclass
class Service:
    """The app over one world. ``as_`` is a client that is signed in, ``nobody`` one that is not."""

    world: World
    app: FastAPI
    url: str
    tokens: dict[tuple[Any, ...], str] = field(default_factory=dict)

    @classmethod
    def on(cls, url: str) -> Service:
        world = World.on(url, DAY, REGIONS)
        app = create_app(Settings(database_url=url, secret=SECRET), world.office)  # type: ignore[arg-type]
        return cls(world, app, url)

    @property
    def nobody(self) -> TestClient:
        return TestClient(self.app, headers=ORIGIN, raise_server_exceptions=False)

    def as_(self, *grants: tuple[Role, str], person: str | None = None, language: str = "zh") -> TestClient:
        """A client signed in to an account with these grants, made at the first call."""
        name = (*grants, person, language)
        if name not in self.tokens:
            self.tokens[name] = self.session_of(self.account(grants, person, language))
        return self.as_called(self.tokens[name])

    def as_called(self, token: str) -> TestClient:
        """A client that shows this token, whatever it is worth."""
        headers = {**ORIGIN, "authorization": f"Bearer {token}"}
        return TestClient(self.app, headers=headers, raise_server_exceptions=False)

    def account(self, grants: tuple[tuple[Role, str], ...], person: str | None = None, language: str = "zh") -> int:
        with self.world.office.database.session() as session:
            count = session.connection().execute(select(func.count()).select_from(metadata.tables["account"])).scalar()
            account = Account(
                username=f"account{count}",
                password_hash=NO_PASSWORD,
                person_key=person or f"{count:064x}",
                name=f"干部{count}",
                language=language,
                created_at=self.world.clock(),
            )
            session.add(account)
            session.flush()
            assert account.id is not None
            for role, region in grants:
                session.add(settled(account.id, role, region, datetime(2000, 1, 1, tzinfo=UTC)))
            return account.id

    def session_of(self, account_id: int) -> str:
        return sign_in.begin(self.world.office.database, account_id, self.world.clock()).token

    def actor_of(self, *grants: tuple[Role, str]) -> Actor:
        self.as_(*grants)
        found = sign_in.actor_of(self.world.office.database, self.tokens[*grants, None, "zh"], self.world.clock())
        assert found is not None
        return found

    def fingerprint(self) -> dict[str, Any]:
        """What a refused request may not change: the rows of every table, and where every hire stands."""
        found: dict[str, Any] = {}
        with self.world.office.database.reading() as connection:
            for name, table in metadata.tables.items():
                if name not in ("sign_in", "sign_in_attempt"):
                    found[name] = connection.execute(select(func.count()).select_from(table)).scalar()
            hire, person = metadata.tables["hire"], metadata.tables["person"]
            standing = select(hire.c.id, hire.c.version, hire.c.stage, hire.c.audit_head).order_by(hire.c.id)
            found["hires"] = connection.execute(standing).all()
            found["people"] = connection.execute(select(person).order_by(person.c.id)).all()
        return found

    def close(self) -> None:
        self.world.close()


def seal() -> Seal:
    return Seal.from_secret(SECRET.encode())
