"""What every test may ask for: databases, a browser, a mail server; and the account of what really ran.

Fixtures: ``database_url`` and ``migrated_url`` run a test on SQLite and on PostgreSQL; ``sqlite_url``,
``postgresql_url``, ``migrated_sqlite_url`` and ``migrated_postgresql_url`` on one of them. More are in tests/support/.
``figures`` keeps what a test counted; the sums over the whole run are printed at its end.

With ``REQUIRE_ALL=1`` a test that needs PostgreSQL or a browser fails where it would be skipped, and so does a run in
which no such test ran at all: a green run then means that everything was tried.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tests.support.run_folder import RunFolder, locked

if TYPE_CHECKING:  # pytest imports it as a plugin, below
    from tests.support.postgres import Cluster

pytest_plugins = ["tests.support.postgres", "tests.support.browser", "tests.support.smtp"]

KINDS = {"postgresql": "PostgreSQL", "sqlite": "SQLite", "browser": "browser"}
NEEDED_BY = {"postgres_cluster": "postgresql", "browser": "browser", "sqlite_url": "sqlite"}
RUN_FOLDER = "TEST_RUN_FOLDER"
REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"
#: ``make soak`` asks random questions in full numbers; every other run asks some of them, the same ones each time
SOAK = os.environ.get("SOAK") == "1"
SQLITE = pytest.param("sqlite", marks=pytest.mark.sqlite)
POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)

# A machine with two cores and two workers is slow at times; that is no fault of the code under test.
hypothesis.settings.register_profile("here", deadline=None, print_blob=True)
hypothesis.settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
hypothesis.settings.load_profile("ci" if REQUIRE_ALL else "here")


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """Passwords are hashed cheaply in this process: what is tried is who gets in, not how long a guess takes.

    What is shipped is kept in ``accounts.SHIPPED`` and looked at by a test of its own.
    """
    accounts: Any = importlib.import_module("workflow.accounts")
    argon2 = importlib.import_module("pwdlib.hashers.argon2").Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1)
    accounts._hasher = importlib.import_module("pwdlib").PasswordHash((argon2,))


# -- the run ----------------------------------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    for name in [name for name in os.environ if name.startswith("ZAIGANG_")]:
        del os.environ[name]  # a developer's own settings must not reach the tests
    # A time zone that is neither ours nor UTC: whoever takes the machine's local day for the legal day is found out.
    os.environ["TZ"] = "America/Anchorage"
    time.tzset()
    if not hasattr(config, "workerinput"):  # the process that the workers are started from, or the only one
        folder = RunFolder.create()
        os.environ[RUN_FOLDER] = str(folder.path)
        config.add_cleanup(folder.remove)
    os.environ["XDG_DATA_HOME"] = os.path.join(os.environ[RUN_FOLDER], "data-home")


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """The folder of this run, shared by all workers and removed at its end."""
    return Path(os.environ[RUN_FOLDER])


# -- what ran ---------------------------------------------------------------------------------------------------------


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture, marker in NEEDED_BY.items():
            if fixture in getattr(item, "fixturenames", ()) and not item.get_closest_marker(marker):
                item.add_marker(marker)
        # Markers do not travel from the workers; these do.
        item.user_properties += [("kind", kind) for kind in KINDS if item.get_closest_marker(kind)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.failed_in_call = report.failed  # type: ignore[attr-defined]  # asked by the fixture new_page
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail") and kinds_of(report):
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_ALL=1, and this was skipped: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if REQUIRE_ALL and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_ALL=1, and this file was skipped: {report.longrepr}"  # type: ignore[assignment]
    return report


def kinds_of(report: pytest.TestReport) -> list[str]:
    return [str(kind) for name, kind in report.user_properties if name == "kind"]


Figures = Callable[..., None]


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Keeps what a test counted: ``figures("permission table", cells=432, wrong=0)``. Sums are told at the end."""

    def keep(subject: str, **counts: int) -> None:
        request.node.user_properties.append(("figures", [subject, *([name, n] for name, n in counts.items())]))

    return keep


class Account:
    """Counts, over all workers, the tests that ran on each database and in the browser, and what they counted."""

    def __init__(self) -> None:
        self.ran: Counter[str] = Counter()
        self.figures: dict[str, Counter[str]] = {}
        self.skipped: Counter[str] = Counter()
        self.skipped_in_all = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped.update(kinds_of(report))
            self.skipped_in_all += 1
        elif report.when == "call":
            self.ran.update(kinds_of(report))
            for name, figures in report.user_properties:
                if name == "figures":
                    self._add(*figures)  # type: ignore[misc]  # a list, as ``figures`` made it

    def _add(self, subject: str, *counts: tuple[str, int]) -> None:
        sums = self.figures.setdefault(subject, Counter())
        for name, number in counts:
            sums[name] += number

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        missing = [kind for kind in KINDS if not self.ran[kind]]
        if REQUIRE_ALL and missing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        whole = REQUIRE_ALL or terminalreporter.config.args_source == pytest.Config.ArgsSource.TESTPATHS
        told = [kind for kind in KINDS if whole or self.ran[kind] or self.skipped[kind]]
        if not told and not self.figures:
            return
        terminalreporter.section("what ran")
        for kind in told:
            name = KINDS[kind]
            line = f"{name}: {self.ran[kind]} tests ran, {self.skipped[kind]} were skipped"
            absent = REQUIRE_ALL and not self.ran[kind]
            terminalreporter.line(line + (" - REQUIRE_ALL=1 wants them" if absent else ""), red=absent)
        for subject in sorted(self.figures):
            counts = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in self.figures[subject].items())
            terminalreporter.line(f"{subject}: {counts}")
        none = "no test was skipped"
        terminalreporter.line(f"{self.skipped_in_all} tests were skipped in all" if self.skipped_in_all else none)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        session.config.pluginmanager.register(Account(), "account")


# -- databases --------------------------------------------------------------------------------------------------------


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'zaigang.sqlite3'}"


@pytest.fixture
def postgresql_url(new_database: Callable[..., str]) -> str:
    """The address of an empty PostgreSQL database."""
    return new_database()


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database: the test runs on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


class MigratedTemplate:
    """A migrated database of each kind, made once per run, to be copied: migrating anew for each test is slow."""

    def __init__(self, run_folder: Path) -> None:
        self.run_folder = run_folder

    @staticmethod
    def upgrade(url: str) -> None:
        importlib.import_module("workflow.migrate").upgrade(url)

    def sqlite(self) -> Path:
        path = self.run_folder / "migrated.sqlite3"
        with locked(self.run_folder / "migrated.sqlite3.lock"):
            if not path.exists():
                raw = path.with_name("migrating.sqlite3")
                raw.unlink(missing_ok=True)
                self.upgrade(f"sqlite:///{raw}")
                connection = sqlite3.connect(raw)  # what is still in the write-ahead log is not copied with the file
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.close()
                raw.rename(path)
        return path

    def postgresql(self, cluster: Cluster) -> str:
        return cluster.template("migrated", self.upgrade)


@pytest.fixture(scope="session")
def migrated_template(run_folder: Path) -> MigratedTemplate:
    """Where migrated databases are copied from."""
    return MigratedTemplate(run_folder)


@pytest.fixture
def migrated_sqlite_url(sqlite_url: str, migrated_template: MigratedTemplate) -> str:
    """The address of a migrated SQLite database without rows."""
    shutil.copyfile(migrated_template.sqlite(), sqlite_url.removeprefix("sqlite:///"))
    return sqlite_url


@pytest.fixture
def migrated_postgresql_url(
    postgres_cluster: Cluster, new_database: Callable[..., str], migrated_template: MigratedTemplate
) -> str:
    """The address of a migrated PostgreSQL database without rows."""
    return new_database(migrated_template.postgresql(postgres_cluster))


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def migrated_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database without rows: the test runs on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue(f"migrated_{request.param}_url")
    return url


@pytest.fixture(scope="module", params=[SQLITE, POSTGRESQL])
def shared_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated_template: MigratedTemplate
) -> Iterator[str]:
    """As ``migrated_url``, but one for a whole module, whose tests only read it or leave it as it was."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "zaigang.sqlite3"
        shutil.copyfile(migrated_template.sqlite(), path)
        yield f"sqlite:///{path}"
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    url = cluster.new_database(migrated_template.postgresql(cluster))
    yield url
    cluster.drop_database(url)
