"""The second line: PostgreSQL itself refuses other regions, even where the application has forgotten to ask."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from states.facts import Actor, Grant
from states.vocabulary import ADMINISTRATORS, Role
from tests.api.permissions import Objects
from tests.api.permissions.kept import objects_in
from tests.api.support import OTHER, OWN, PARENT, SIBLING, TOWN, Service
from tests.conftest import Figures
from tests.support.postgres import Cluster, name_of
from tests.support.world import officer
from workflow import migrate
from workflow.queries import scope as scopes
from workflow.queries.scope import Scope, scoped
from workflow.reach import EVERYTHING, NOTHING, Reach
from workflow.tables import metadata
from workflow.unit_of_work import APP_ROLE, Database

#: what belongs to no place: who may sign in and do what, what all share, names of places
OPEN = {
    "region", "account", "role_grant", "substitution", "sign_in", "oidc_state", "sign_in_attempt", "office_log",
    "saved_view", "feed", "public_attempt", "procedure_version", "setting", "calendar_year",
}  # fmt: skip
RLS = "row-level security"


@dataclass(frozen=True, slots=True)
class Blind(Scope):
    """A scope that filters nothing: the application has lost its own condition, the database has not."""

    true: Reach = NOTHING

    @property
    def reach(self) -> Reach:
        return self.true


def blind(actor: Actor) -> Scope:
    """What a faulty ``scoped`` would give: every region to every role, where the actor has any role at all."""
    found = scoped(actor)
    everywhere = {role: ("",) for role in found.by_role}
    return Blind(("",), everywhere, None, (), found.reach)


def remove_the_filter(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever ``scoped`` is used, in routes and pages, it is the faulty one from now on."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("api", "workflow", "notifications") and getattr(module, "scoped", None) is scoped:
            monkeypatch.setattr(module, "scoped", blind)
    monkeypatch.setattr(scopes, "scoped", scoped)  # the one that ``blind`` asks


@pytest.fixture
def filled(migrated_postgresql_url: str) -> Iterator[tuple[Service, Objects]]:
    """A township with three hires, and a service on PostgreSQL."""
    service = Service.on(migrated_postgresql_url)
    yield service, objects_in(service)
    service.close()


LISTS = ["hires", "tasks", "people", "posts", "openings", "notices"]
ONE = ["hires/{o.hire}", "hires/{o.hire}/trail", "hires/{o.hire}/records", "people/{o.person}", "posts/{o.post}"]
ONE += ["openings/{o.opening}"]


@pytest.mark.parametrize("region", [OTHER, SIBLING])
def test_without_the_applications_filter_nothing_foreign_is_answered(
    filled: tuple[Service, Objects], monkeypatch: pytest.MonkeyPatch, region: str, figures: Figures
) -> None:
    service, objects = filled
    remove_the_filter(service, monkeypatch)
    leaked = asked = there = 0
    for role in (Role.EMPLOYER, Role.HRSS, Role.SUPERVISOR):
        foreign, own = service.as_((role, region)), service.as_((role, PARENT))
        for path in LISTS:
            asked += 1
            leaked += len(foreign.get(f"/api/v1/{path}").json()["items"])
            there += len(own.get(f"/api/v1/{path}").json()["items"])
        assert foreign.get("/api/v1/overview").json() == {} != own.get("/api/v1/overview").json()
        for path in ONE:
            asked += 1
            there += 1
            answer = foreign.get(f"/api/v1/{path.format(o=objects)}")
            leaked += answer.status_code != 404
            assert own.get(f"/api/v1/{path.format(o=objects)}").status_code == 200
    figures(RLS, questions_without_a_filter=asked, rows_that_are_there=there, rows_leaked=leaked)
    assert leaked == 0 < there


def test_with_the_databases_filter_removed_too_everything_would_be_there(
    filled: tuple[Service, Objects], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above proves something: it is the database that kept those rows, nothing else."""
    service, _ = filled
    remove_the_filter(service, monkeypatch)
    foreign = service.as_((Role.EMPLOYER, OTHER))
    monkeypatch.setattr(Blind, "reach", EVERYTHING)
    assert all(foreign.get(f"/api/v1/{path}").json()["items"] for path in LISTS)


def test_no_table_is_forgotten(migrated_postgresql_url: str, postgres_cluster: Cluster) -> None:
    with postgres_cluster.admin(name_of(migrated_postgresql_url)) as admin:
        found = admin.execute(
            "SELECT relname, relrowsecurity, relforcerowsecurity, EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)"
            " FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchall()
    held = {name for name, enabled, forced, policy in found if enabled and forced and policy}
    assert held == set(metadata.tables) - OPEN
    about = {"hire_id", "person_id", "post_id", "opening_id", "home_region"}
    assert not [name for name in OPEN if about & set(metadata.tables[name].c.keys())]


def test_a_connection_that_was_told_nothing_sees_and_writes_nothing(
    filled: tuple[Service, Objects], figures: Figures
) -> None:
    service, _ = filled
    seen = written = 0
    address = service.world.office.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as plain, service.world.office.database.reading() as whole:
        for name in sorted(set(metadata.tables) - OPEN):
            seen += _count(plain, name)
            rows = whole.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for change in (f"DELETE FROM {name}", f"UPDATE {name} SET {_a_column(name)} = {_a_column(name)}"):
                written += plain.execute(change).rowcount  # type: ignore[arg-type]
            assert whole.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() == rows
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            plain.execute(
                "INSERT INTO figure (name, region, body, made_at) VALUES ('x', '61', '{}', '2026-01-01 00:00:00Z')"
            )
    figures(RLS, rows_seen_by_whoever_was_told_nothing=seen + written)
    assert (seen, written) == (0, 0)


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])


def _a_column(table: str) -> str:
    return str(next(iter(metadata.tables[table].c)).name)


def all_hires(filled: tuple[Service, Objects]) -> int:
    """All of them lie in one town."""
    [(number,)] = filled[0].world.ask("SELECT count(*) FROM hire")
    assert number > 2
    return int(number)


@pytest.mark.parametrize(
    ("reach", "hires"),
    [
        (EVERYTHING, 3), (Reach((OWN,)), 3), (Reach((PARENT,)), 3), (Reach(("61",)), 3), (Reach((SIBLING, OWN)), 3),
        (Reach((SIBLING,)), 0), (Reach((OTHER,)), 0), (Reach((f"{OWN}201",)), 0), (Reach(("62",)), 0), (NOTHING, 0),
        (Reach(("610981%",)), 0), (Reach(("_",)), 0),
    ],
)  # fmt: skip
def test_what_lies_within_the_prefixes_is_seen(filled: tuple[Service, Objects], reach: Reach, hires: int) -> None:
    database = filled[0].world.office.database
    hires = all_hires(filled) if hires else 0
    for block in (database.reading, database.transaction):
        with block(reach) as connection:
            tables = ("hire", "person", "post", "opening", "notice", "audit_entry", "task", "decision")
            found = {name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in tables}
            assert found.pop("hire") == hires, found
            assert all(found.values()) if hires else not any(found.values()), found


def test_a_person_from_elsewhere_is_seen_by_whoever_has_their_hire(filled: tuple[Service, Objects]) -> None:
    service, objects = filled
    world = service.world
    person = world.a_person("外乡人", date(1990, 1, 1), "M", OTHER)
    asked = f"SELECT count(*) FROM person WHERE id = {person}"
    for expected in (0, 1):
        with world.office.database.reading(Reach((OWN,))) as connection:
            assert connection.exec_driver_sql(asked).scalar_one() == expected
        if not expected:
            world.do(objects.vacancy, "apply", TOWN, person_id=person)


def test_an_applicant_reaches_their_own_and_what_is_announced(filled: tuple[Service, Objects]) -> None:
    service, objects = filled
    with service.world.office.database.reading() as connection:
        key = connection.exec_driver_sql(f"SELECT key FROM person WHERE id = {objects.person}").scalar_one()
    reach = scoped(Actor(1, key, "张三", (Grant(Role.APPLICANT, PARENT),))).reach
    stranger = scoped(Actor(1, "e" * 64, "生人", (Grant(Role.APPLICANT, PARENT),))).reach
    found = {}
    for name, whose in (("own", reach), ("stranger", stranger)):
        with service.world.office.database.reading(whose) as connection:
            hires = set(connection.exec_driver_sql("SELECT id FROM hire").scalars())
            people = connection.exec_driver_sql("SELECT count(*) FROM person").scalar_one()
            forms = connection.exec_driver_sql("SELECT count(*) FROM public_application").scalar_one()
            posts = connection.exec_driver_sql("SELECT count(*) FROM post").scalar_one()
            found[name] = (hires, people, forms, posts)
    assert found == {"own": ({objects.hire, objects.vacancy}, 1, 0, 1), "stranger": ({objects.vacancy}, 0, 0, 1)}


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_an_administrator_reaches_nothing(role: Role) -> None:
    assert scoped(Actor(1, "a", "a", (Grant(role, ""),))).reach == NOTHING


def test_the_whole_country_is_everything() -> None:
    assert scoped(officer("a", Role.SUPERVISOR, "")).reach is EVERYTHING


# ---- connections are used again ----------------------------------------------------------------------------------


def test_no_reach_leaks_to_whoever_has_the_connection_next(
    filled: tuple[Service, Objects], migrated_postgresql_url: str, figures: Figures
) -> None:
    """Eight threads, two connections of each kind; blocks that end well, that fail, and that reach everything."""
    database = Database(migrated_postgresql_url, pool_size=2)
    whole = all_hires(filled)
    reaches = [
        (Reach((OWN,)), whole), (Reach((OTHER,)), 0), (NOTHING, 0), (EVERYTHING, whole),
        (Reach((PARENT, OTHER)), whole),
    ]  # fmt: skip

    def use(number: int) -> int:
        reach, expected = reaches[number % len(reaches)]
        block: Callable[..., Any] = (database.reading, database.transaction, database.session)[number % 3]
        try:
            with block(reach) as used:
                connection = used.connection() if block == database.session else used
                found = connection.exec_driver_sql("SELECT count(*) FROM hire").scalar_one()
                if number % 7 == 0:
                    connection.exec_driver_sql("SELECT 1/0")
        except DBAPIError:
            return int(number % 7 != 0)
        return int(found != expected)

    with ThreadPoolExecutor(8) as threads:
        wrong = sum(threads.map(use, range(420)))
    database.dispose()
    figures(RLS, connections_used_again=420, leaks=wrong)
    assert wrong == 0


def test_the_worker_and_the_engine_go_on(filled: tuple[Service, Objects]) -> None:
    """A notice runs out, the timers fire, and the letters of it are written: the law looks everywhere."""
    service, objects = filled
    swept = service.world.walk(20)
    assert swept.fired and not swept.failed
    assert service.world.letters(objects.hire)


# ---- who is held -------------------------------------------------------------------------------------------------


def test_an_installation_by_a_superuser_is_held_too(
    postgres_cluster: Cluster, new_database: Callable[..., str]
) -> None:
    url = postgres_cluster.admin_url(name_of(new_database()))
    migrate.upgrade(url)
    database = Database(url)
    with database.transaction() as connection:
        assert connection.exec_driver_sql("SELECT current_user").scalar_one() == APP_ROLE
        connection.exec_driver_sql("INSERT INTO region (code, level, name) VALUES ('61', 'province', '陕西省')")
        connection.exec_driver_sql(
            "INSERT INTO figure (name, region, body, made_at) VALUES ('x', '61', '{}', '2026-01-01 00:00:00Z')"
        )
    asked = "SELECT count(*) FROM figure"
    found = []
    for reach in (Reach(("61",)), Reach(("62",)), NOTHING):
        with database.reading(reach) as connection:
            found.append(connection.exec_driver_sql(asked).scalar_one())
    assert found == [1, 0, 0]
    # what is only ever added to is not rewritten, whatever the program tries
    for change in ("DELETE FROM audit_entry", "UPDATE person_log SET body = ''", "UPDATE office_log SET act = ''"):
        with pytest.raises(DBAPIError, match="permission denied"), database.transaction() as connection:
            connection.exec_driver_sql(change)
    database.dispose()
    migrate.downgrade(url, "0002")
    migrate.upgrade(url)


def test_there_and_back(migrated_postgresql_url: str, postgres_cluster: Cluster) -> None:
    asked = "SELECT count(*) FROM pg_policy"
    counts = []
    for go in (lambda: None, lambda: migrate.downgrade(migrated_postgresql_url, "0002"), lambda: None):
        go()
        with postgres_cluster.admin(name_of(migrated_postgresql_url)) as admin:
            counts.append(_one(admin, asked))
            functions = _one(admin, "SELECT count(*) FROM pg_proc WHERE proname LIKE 'zaigang%'")
    assert (counts[0] > 30, counts[1:], functions) == (True, [0, 0], 0)
    migrate.upgrade(migrated_postgresql_url)
    with postgres_cluster.admin(name_of(migrated_postgresql_url)) as admin:
        assert _one(admin, asked) == counts[0]


def _one(connection: psycopg.Connection[Any], asked: str) -> int:
    row = connection.execute(asked).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])


# ---- nobody reads around it --------------------------------------------------------------------------------------

ROOT = Path(__file__).parents[2]
#: what reads for everybody, before anybody is known, or what belongs to no region: accounts, feeds, years
FOR_EVERYBODY = {
    "sign_in.py", "demo.py", "health.py", "public.py", "announcements.py", "public_applications.py", "objecting.py",
    "receipt.py", "feeds.py", "years.py", "my_account.py", "my_sign_in.py", "sign_in_oidc.py", "substitutes.py",
    "administration_accounts.py", "administration_grants.py", "administration_log.py",
}  # fmt: skip
#: what three modules show to everybody that otherwise read within a reach
SHOWN_TO_ALL = {"api/routes/notices.py": 1, "api/routes/openings.py": 2, "api/pages/publications.py": 2}


def test_requests_read_within_a_reach() -> None:
    """Whatever a page or a route reads on behalf of a person goes through their reach."""
    found = [
        path.relative_to(ROOT).as_posix()
        for folder in ("api/pages", "api/routes")
        for path in sorted((ROOT / folder).glob("*.py"))
        if path.name not in FOR_EVERYBODY
        and path.read_text().count("database.reading()") > SHOWN_TO_ALL.get(path.relative_to(ROOT).as_posix(), 0)
    ]
    assert found == [], "page.reading() or ReadDep instead, or database.reading(scope.reach)"
