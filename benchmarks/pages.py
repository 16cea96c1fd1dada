"""The pages of lists over 200,000 hires, through the whole service: three readers, the time on the server.

Each page is asked for through the ASGI application, as a browser asks for it: session, permissions, queries, template.
Its ratio is taken against the one raw statement without which it could not be; the aim is 100 ms, whoever looks.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI

from api.app import create_app
from benchmarks.measure import Ratio
from benchmarks.worklists import RAW, spread
from states.vocabulary import Role
from tests.support.county import COUNTY, DAY, TOWNS, an_applicant, multiply, town, village
from tests.support.world import World
from workflow import sign_in
from workflow.figures import keep_figures
from workflow.grants import settled
from workflow.settings import Settings
from workflow.tables import Account, metadata

#: seconds on the server that a page may take
AIM = 0.1
TURNS = 15
READERS = {
    "township clerk": (Role.EMPLOYER, town(3)),
    "county officer": (Role.HRSS, COUNTY),
    "county clerk": (Role.EMPLOYER, COUNTY),
    "province supervisor": (Role.SUPERVISOR, "61"),
}
PAGES = {
    "tasks": "/",
    "tasks by state": "/?state=applied",
    "tasks waiting": "/?due=waiting",
    "hires": "/hires",
    "hires by day": "/hires?sort=day",
    "hires of a state": "/hires?state=applied",
    "notices": "/notices",
    "openings": "/openings",
    "overview": "/overview",
    "calendar": "/calendar",
    "a day of the calendar": f"/calendar/{DAY + timedelta(21)}",
    "inbox": "/inbox",
}
RAW_HIRES = """
SELECT h.id, h.version, h.procedure, h.stage, h.state, h.dossier, n.id, n.name, p.title, p.employer
FROM hire h JOIN opening o ON o.id = h.opening_id JOIN post p ON p.id = o.post_id
LEFT JOIN person n ON n.id = h.person_id
WHERE h.region BETWEEN '{low}' AND '{high}' ORDER BY h.id DESC LIMIT 51
"""


@dataclass(frozen=True)
class Timed(Ratio):
    """``ours`` and ``raw``: the median of the page and of the statement; ``slow``: the 95th percentile of the page."""

    slow: float = 0.0

    @property
    def met(self) -> bool:
        return self.slow <= AIM

    def line(self) -> str:
        verdict = "  met" if self.met else "  MISSED"
        page, statement = f"{self.ours * 1000:.1f} ms", f"{self.raw * 1000:.1f} ms"
        return (
            f"{self.database:<11}{self.case:<52}{page:>12}{statement:>12}{self.times:>7.2f}×"
            f"  p95 {self.slow * 1000:.1f} ms, aim ≤{AIM * 1000:.0f} ms{verdict}"
        )


def cases(world: World, *, quick: bool = False) -> Iterator[Ratio]:
    total, turns = (5_000, 4) if quick else (200_000, TURNS)
    multiply(world, an_applicant(world), total)
    _at_home(world)
    spread(world)
    app = create_app(
        Settings(database_url=str(world.office.database.url), secret="a secret for measuring only, thirty-two"),  # type: ignore[arg-type]
        world.office,
    )
    sessions = {reader: _session(world, role, region) for reader, (role, region) in READERS.items()}
    for page in ("overview", "calendar"):  # before anything was kept
        token, (role, region) = sessions["county officer"], READERS["county officer"]
        case = f"{page} at first, county officer, {total:,} hires"
        yield _timed(world, app, case, PAGES[page], token, region, role, turns)
    keep_figures(world.office, world.clock())
    for reader, (role, region) in READERS.items():
        token = sessions[reader]
        for page, path in PAGES.items():
            yield _timed(world, app, f"{page}, {reader}, {total:,} hires", path, token, region, role, turns)


def _at_home(world: World) -> None:
    """Every town has an opening of its own: a clerk of the town sees the posts there, and no others."""
    with world.office.database.transaction() as connection:
        for table in ("post", "opening"):
            special = {"id": "id + {n}", "post_id": "post_id + {n}", "region": "'{village}'"}
            columns = [column.name for column in metadata.tables[table].columns]
            values = ", ".join(special.get(column, column) for column in columns)
            text = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE id = 1"
            for n in range(1, TOWNS):
                connection.exec_driver_sql(text.format(n=n, village=village(n)))
        connection.exec_driver_sql("UPDATE opening SET places = 1000000")
        for n in range(1, TOWNS):
            low, high = town(n), town(n).ljust(12, "Z")
            connection.exec_driver_sql(
                f"UPDATE hire SET opening_id = opening_id + {n} WHERE region BETWEEN '{low}' AND '{high}'"
            )


def _session(world: World, role: Role, region: str) -> str:
    with world.office.database.session() as session:
        name = f"{role.value}{region}"
        account = Account(
            username=name, password_hash="-", person_key=name, name=name, created_at=world.clock(),
            password_changed_at=world.clock(), contacts=[], former_passwords=[],
        )  # fmt: skip
        session.add(account)
        session.flush()
        assert account.id is not None
        session.add(settled(account.id, role, region, datetime(2000, 1, 1, tzinfo=UTC)))
        number = account.id
    return sign_in.begin(world.office.database, number, world.clock()).token


def _timed(world: World, app: FastAPI, case: str, path: str, token: str, region: str, role: Role, turns: int) -> Timed:
    ours, raw = [], []
    _ask(app, path, token)
    gc.collect()
    for _ in range(turns):
        began = time.perf_counter()
        _ask(app, path, token)
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        _plain(world, path, region, role)
        raw.append(time.perf_counter() - began)
    slow = sorted(ours)[max(0, round(0.95 * len(ours)) - 1)]
    name = "SQLite" if world.office.database.is_sqlite else "PostgreSQL"
    mine, theirs = statistics.median(ours), statistics.median(raw)
    times = statistics.median(a / b for a, b in zip(ours, raw, strict=True))
    return Timed(case, name, "page", turns, mine, theirs, times, None, slow)


def _plain(world: World, path: str, region: str, role: Role) -> None:
    """The statement without which the page could not be: one page of tasks, or of hires."""
    low, high = region, region.ljust(12, "Z")
    if path.startswith("/hires"):
        text = RAW_HIRES.format(low=low, high=high)
    else:
        text = RAW.format(regions=f"t.region BETWEEN '{low}' AND '{high}'").replace("'employer'", f"'{role.value}'")
    with world.office.database.reading() as connection:
        connection.exec_driver_sql(text).fetchall()


def _ask(app: FastAPI, path: str, token: str) -> None:
    """One request, without a network."""
    address, _, query = path.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": address,
        "raw_path": address.encode(),
        "query_string": query.encode(),
        "headers": [(b"accept", b"text/html"), (b"authorization", f"Bearer {token}".encode()), (b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }
    status: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])

    asyncio.run(app(scope, receive, send))
    assert status == [200], (path, status)
