"""The demonstration, as ``zaigang demo`` makes it on an empty machine: told once, looked at from all sides."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from api.demo.accounts import table, width
from api.demo.areas import AREAS
from api.demo.people import FIRST_SEQUENCE, OFFICERS, PASSWORD
from api.demo.seed import Seeded, demo_moment, seed
from api.demo.walk import INBOX_MOST, Walk
from states.calendar import default_calendar
from states.clocks import moment
from states.facts import Grant
from states.identity_number import faults, parse
from states.loading import Catalogue
from states.procedure import Procedure
from states.steps import Step
from states.vocabulary import Role, State
from tests.support.run_folder import locked
from workflow import audit, migrate, person_log, sign_in
from workflow.office import Office
from workflow.sealing import Seal
from workflow.settings import Settings
from workflow.tables import Account, Post, Region

pytestmark = [pytest.mark.slow, pytest.mark.sqlite, pytest.mark.timeout(300)]
COMMAND = Path(sys.executable).with_name("zaigang")
TELLING = "Telling the demonstration"
#: the stories differ with the day on which they are told: ``make soak`` tells them on many days
DAY = date.fromisoformat(os.environ["DEMO_DAY"]) if "DEMO_DAY" in os.environ else None


# ---- the command, once per run -----------------------------------------------------------------------------------


@contextmanager
def started(home: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """``zaigang demo`` on a machine whose data folder is ``home``; killed at the end if it still runs."""
    environment = {**os.environ, "XDG_DATA_HOME": str(home)}
    with subprocess.Popen(
        [COMMAND, "demo", "--port", str(port)], cwd=home, env=environment, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def answer(port: int, path: str) -> tuple[int, str, str]:
    """Status, address in the end, and body, as a browser gets them."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept": "text/html"})
    with urllib.request.urlopen(asked, timeout=10) as got:
        return got.status, got.url, got.read().decode()


def wait_until_it_serves(process: subprocess.Popen[str], port: int) -> None:
    for _ in range(1200):
        assert process.poll() is None, process.communicate()[0]
        try:
            if answer(port, "/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the demonstration never served")


def stop(process: subprocess.Popen[str]) -> tuple[float, int, str]:
    """Seconds until it had stopped, its status, and everything it said."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)
    return time.monotonic() - began, process.returncode, said


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def first_start(home: Path) -> dict[str, Any]:
    port = free_port()
    home.mkdir(parents=True)
    with started(home, port) as process:
        wait_until_it_serves(process, port)
        status, address, page = answer(port, "/")
        seconds, returned, said = stop(process)
    kept = {"status": status, "address": address, "page": page, "seconds": seconds, "returned": returned, "said": said}
    (home / "first.json").write_text(json.dumps(kept), encoding="utf-8")
    return kept


def told_on(home: Path, day: date) -> Seeded:
    """The data folder as the first start of that day leaves it before anybody is served."""
    (home / "zaigang").mkdir(parents=True)
    secret, kept = "0f" * 32, home / "zaigang" / "secret"
    kept.write_text(secret, encoding="ascii")
    kept.chmod(0o600)
    url = f"sqlite:///{home / 'zaigang' / 'zaigang.db'}"
    migrate.upgrade(url)
    settings = Settings(database_url=url, secret=secret, demo=True)  # type: ignore[arg-type]
    office = Office.open(settings)
    event.listen(office.database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    try:
        told = seed(office, Seal.open(settings), moment(day) + timedelta(hours=10))
        assert not told.untold
        return told
    finally:
        office.database.dispose()


@pytest.fixture(scope="session")
def home(run_folder: Path) -> Path:
    """The data folder after the first start and stop, or as it were on ``DEMO_DAY``. Nobody writes in it any more."""
    found = run_folder / "demo-home"
    with locked(run_folder / "demo-home.lock"):
        if not found.exists():
            making = run_folder / "demo-home-making"
            shutil.rmtree(making, ignore_errors=True)
            if DAY:
                told_on(making, DAY)
            else:
                first_start(making)
            making.rename(found)
    return found


@pytest.fixture(scope="session")
def first(home: Path) -> dict[str, Any]:
    if DAY:
        pytest.skip("nobody was served on this day")
    found: dict[str, Any] = json.loads((home / "first.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def settings(home: Path) -> Settings:
    secret = (home / "zaigang" / "secret").read_text(encoding="ascii").strip()
    return Settings(database_url=f"sqlite:///{home / 'zaigang' / 'zaigang.db'}", secret=secret, demo=True)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def office(settings: Settings) -> Iterator[Office]:
    found = Office.open(settings)
    yield found
    found.database.dispose()


def rows(office: Office, sql: str, **values: Any) -> list[Any]:
    with office.database.reading() as connection:
        return [tuple(row) for row in connection.execute(text(sql), values)]


@pytest.fixture(scope="session")
def present(office: Office) -> date:
    return date.fromisoformat(rows(office, "SELECT value FROM setting WHERE name = 'demo_seeded'")[0][0])


# ---- what is in it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", State)
def test_some_hire_is_in_every_state(office: Office, state: State) -> None:
    assert rows(office, "SELECT id FROM hire WHERE state = :state", state=state.value)


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.procedure)
def test_every_document_is_at_work_for_every_kind_of_post(office: Office, area: Any) -> None:
    for work in area.works:
        found = rows(
            office,
            "SELECT count(*), count(DISTINCT state) FROM hire WHERE procedure LIKE :id AND kind = :kind",
            id=f"{area.procedure}@%",
            kind=work.kind,
        )
        assert found[0] >= (3, 2), work.kind


def d(name: str) -> str:
    return f"json_extract(h.dossier, '$.{name}')"


def clock(name: str, part: int) -> str:
    """1: last day, 4: the owner was called, 5: held up."""
    return d(f"clocks.{name}[{part}]")


def some(table: str, condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} x WHERE x.hire_id = h.id AND {condition})"


def of_opening(column: str) -> str:
    return f"(SELECT o.{column} FROM opening o WHERE o.id = h.opening_id)"


def of_person(value: str) -> str:
    return f"(SELECT {value} FROM person n WHERE n.id = h.person_id)"


HALF_SIGNED = f"json_array_length({d('signatures')}) = 1"
TO_SIGN = "h.stage = 'on_post' AND h.state = 'trained'"
AT_WORK = "h.state IN ('contracted', 'renewed') AND h.stage <> 'over_term'"
UNDECIDED = f"{AT_WORK} AND {d('renewal')} IS NULL AND {clock('term_end', 4)} AND {d('term_ends_on')}"
MOVED = f"{d('protected_kind')} = 'pregnancy' AND {d('term_ends_on')} = {d('protected_until')}"
PAST_36 = f"{d('term_starts_on')} >= date({d('first_started_on')}, '+36 months')"
SHORTER = f"{d('last_lawful_on')} < date({d('started_on')}, '+36 months', '-1 day')"
#: situation → the condition on a hire ``h`` (``:today`` and days around it are handed in)
SITUATIONS = {
    "posted with an open window": f"h.state = 'posted' AND {of_opening('closes_on')} >= :today",
    "check half signed": f"h.stage = 'checked' AND {HALF_SIGNED}",
    "ruling half signed": f"h.stage = 'joint_review' AND {HALF_SIGNED}",
    "noticed, nobody has signed yet": f"h.stage = 'joint_review' AND {d('signatures')} IS NULL",
    "waiting for the county": "h.stage = 'county_review'",
    "in notice, over in the next days": f"h.stage = 'notice' AND {d('open_objections')} IS NULL"
    f" AND {d('notice_ends_on')} BETWEEN :today AND :in_7",
    "in its second notice": f"h.stage = 'notice_township' AND {d('notice_ends_on')} >= :today",
    "held up by an objection": f"h.state = 'publicized' AND json_array_length({d('open_objections')}) > 0"
    f" AND {d('notice_ends_on')} < :today AND {clock('notice_period', 5)}",
    "objection dismissed": f"h.state = 'publicized' AND {some('objection', 'x.upheld = 0')}",
    "objection upheld": f"h.state = 'rejected' AND {some('objection', 'x.upheld = 1')}",
    "first check overdue": f"h.stage = 'applied' AND {clock('first_check', 1)} < :today",
    "relative of the clerk": f"h.state = 'qualified' AND {of_person('json_array_length(n.relatives)')} = 1",
    "trained": "h.stage = 'trained'",
    "at work, contract to be signed": f"{TO_SIGN} AND {clock('contract_due', 1)} >= :today",
    "at work, contract overdue": f"{TO_SIGN} AND {clock('contract_due', 1)} < :today",
    "contract signed late": f"{AT_WORK} AND {d('signed_on')} > date({d('started_on')}, '+1 month')",
    "contracted": "h.stage = 'contracted'",
    "first renewal": f"{AT_WORK} AND {d('term_no')} = 2",
    "second renewal": f"{AT_WORK} AND {d('term_no')} = 3",
    "renewal due in 60 days": f"{UNDECIDED} BETWEEN :in_31 AND :in_60",
    "renewal due in 30 days": f"{UNDECIDED} BETWEEN :in_8 AND :in_30",
    "renewal due in 7 days": f"{UNDECIDED} BETWEEN :today AND :in_7",
    "near the three-year limit": f"{AT_WORK} AND {clock('service_limit', 4)} AND {d('last_lawful_on')} > :today",
    "over term since today": f"h.stage = 'over_term' AND {d('over_term_on')} = :today",
    "over term for days": f"h.stage = 'over_term' AND {d('over_term_on')} < :today",
    "renewed late": some("audit_entry", "x.act = 'renew_late'"),
    "three years, over in 2025": f"h.state = 'dismissed' AND {d('ended_on')} LIKE '2025-%' AND {d('term_no')} = 3",
    "resigned": some("departure", "x.ground = 'resignation'"),
    "resigning": f"h.serving AND {d('leaving_ground')} = 'resignation' AND {d('leaving_on')} >= :today",
    "dismissed on a ground": some("departure", "x.ground NOT IN ('resignation', 'term_over')"),
    "not renewed: assessment failed": f"h.state = 'dismissed' AND {d('ruled_passed')} = 0",
    "withdrawn": "h.stage = 'withdrawn'",
    "place taken back": some("audit_entry", "x.act = 'cancel'"),
    "window closed, unfilled": "h.stage = 'unfilled' AND " + some("audit_entry", "x.act = 'close_window'"),
    "protected, the term moved by law": f"{AT_WORK} AND {MOVED} AND " + some("audit_entry", "x.act = 'extend'"),
    "filing owed": some("filing", "x.sent_on IS NULL AND x.due_on >= :today"),
    "filing overdue": some("filing", "x.sent_on IS NULL AND x.due_on < :today"),
    "assessment due in December": f"{AT_WORK} AND {clock('assessment_due', 1)} LIKE '%-12-%'",
    "urban, past 36 months": f"h.kind = 'urban' AND h.serving AND {d('near_retirement')} AND {PAST_36}",
    "rural, extended by the county": f"h.kind = 'rural' AND {d('extension_until')} >= :today AND {PAST_36}",
    "months served before": f"h.serving AND {of_person('n.prior_months')} > 0 AND {SHORTER}",
    "hired a second time": f"h.serving AND {SHORTER}"
    " AND EXISTS (SELECT 1 FROM hire g WHERE g.person_id = h.person_id AND g.state = 'dismissed')",
    "a rule in principle set aside": some("decision", "x.overrides <> '[]'"),
    "education relaxed on record": f"h.serving AND {of_opening('relaxed_by')} IS NOT NULL",
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_situation_is_there(office: Office, present: date, situation: str) -> None:
    days = {f"in_{n}": (present + timedelta(days=n)).isoformat() for n in (7, 8, 30, 31, 60)}
    sql = f"SELECT h.id FROM hire h WHERE {SITUATIONS[situation]}"
    values = {name: value for name, value in (days | {"today": present.isoformat()}).items() if f":{name}" in sql}
    assert rows(office, sql, **values)


def test_the_county_is_of_a_size_to_look_around_in(office: Office) -> None:
    (people,) = rows(office, "SELECT count(*) FROM person")[0]
    assert 120 <= people <= 160


def test_towns_and_villages_say_that_they_are_made_up(office: Office) -> None:
    below = rows(office, "SELECT name FROM region WHERE level IN ('township', 'village')")
    assert below and all(name.endswith("（示例）") for (name,) in below)


def test_every_trail_replays_to_where_the_hire_stands(office: Office) -> None:
    report = audit.verify(office)
    assert report.sound, report.faults[:5]
    assert report.hires == rows(office, "SELECT count(*) FROM hire")[0][0] and report.entries > 2000


def test_no_timer_failed_and_none_was_left_behind(office: Office, present: date) -> None:
    assert not rows(office, "SELECT * FROM timer WHERE error IS NOT NULL OR attempts > 0")
    overdue = (present - timedelta(days=1)).isoformat()
    assert not rows(office, "SELECT * FROM timer WHERE status = 'pending' AND wake_at < :day", day=overdue)


def test_no_open_hire_is_left_without_somebody_or_something_to_move_it(office: Office) -> None:
    lost = rows(
        office,
        "SELECT id, procedure, stage FROM hire h WHERE state NOT IN ('dismissed', 'rejected', 'withdrawn')"
        " AND NOT EXISTS (SELECT 1 FROM task k WHERE k.hire_id = h.id)"
        " AND NOT EXISTS (SELECT 1 FROM timer t WHERE t.hire_id = h.id AND t.status = 'pending')",
    )
    assert not lost


def test_first_days_at_work_are_those_the_stories_meant(office: Office, present: date) -> None:
    """A story that came late would shift its terms: over term today, and the end of the three years, are exact."""
    starts = {row[0] for row in rows(office, f"SELECT {d('first_started_on')} FROM hire h")}
    assert "2022-09-01" in starts
    over = rows(office, f"SELECT {d('first_started_on')} FROM hire h WHERE {d('over_term_on')} = :on", on=str(present))
    assert len(over) == len(AREAS)


# ---- nobody real, and nothing in the open --------------------------------------------------------------------------


def test_every_identity_number_is_synthetic_and_none_is_in_the_file(office: Office, settings: Settings) -> None:
    seal = Seal.open(settings)
    numbers = [
        seal.unseal(sealed, person_log.place_of("id_number", key))
        for sealed, key in rows(office, "SELECT id_number_sealed, key FROM person")
    ]
    assert len(set(numbers)) == len(numbers) >= 120
    numbers += [officer.id_number for officer in OFFICERS]
    assert not any(faults(number) for number in numbers)
    assert all(parse(number).sequence >= FIRST_SEQUENCE for number in numbers)
    folder = Path(str(office.database.url.database)).parent
    stored = b"".join(path.read_bytes() for path in sorted(folder.glob("zaigang.db*")))
    assert len(stored) > 1_000_000
    assert not [number for number in numbers if number.encode() in stored]


# ---- the accounts ------------------------------------------------------------------------------------------------


def test_every_listed_account_signs_in_with_the_listed_password(home: Path, settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(home / "zaigang", tmp_path / "copy")
    url = f"sqlite:///{tmp_path / 'copy' / 'zaigang.db'}"
    found = Office.open(settings.model_copy(update={"database_url": url}))
    listed = table()
    for officer in OFFICERS:
        signed = sign_in.sign_in(found.database, officer.username, PASSWORD, datetime.now(UTC), address="127.0.0.1")
        assert signed.token and officer.username in listed
    found.database.dispose()
    assert listed.count(PASSWORD) == len(OFFICERS)
    lines = [line for line in listed.splitlines() if PASSWORD in line]
    assert len({width(line.partition(PASSWORD)[0]) for line in lines}) == 1, "the columns do not stand below each other"


def test_the_supervisor_sees_all_and_acts_nothing_and_one_officer_has_four_areas() -> None:
    by_name = {officer.username: officer for officer in OFFICERS}
    assert by_name["ducha"].grants == (Grant(Role.SUPERVISOR, ""),)
    assert {grant.region for grant in by_name["sidi.renshe"].grants} == {area.code for area in AREAS}
    catalogue = Catalogue.load(None)
    for area in AREAS:
        assert not any(Role.SUPERVISOR in step.by for step in catalogue.current(area.procedure).steps)


def _able(step: Step, region: str) -> set[str]:
    """Who may take a step in a region. Applicants have no accounts."""
    grants = product(OFFICERS, step.by)
    return {o.username for o, role in grants if any(g.role is role and g.covers(region) for g in o.grants)}


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.procedure)
def test_a_visitor_can_walk_every_step_with_the_listed_accounts(area: Any) -> None:
    procedure: Procedure = Catalogue.load(None).current(area.procedure)
    for town in area.towns:
        region = town.village(0)[0] if town.villages else town.code
        for step in procedure.steps:
            if step.automatic:
                continue
            able = _able(step, region)
            assert able, f"nobody may {step.act} in {town.name}"
            if step.joint:
                assert len(able) >= len(step.by), step.act
            if step.independent:
                before = {
                    name
                    for other in procedure.steps
                    if not other.automatic and (other.to in step.origin or other.act == "assess")
                    for name in _able(other, region)
                }
                assert len(before | able) >= 2, f"one person alone could {step.act} in {town.name}"


def test_inboxes_look_like_those_of_people_at_work(office: Office) -> None:
    letters = dict(rows(office, "SELECT account_id, count(*) FROM delivery GROUP BY 1"))
    # a worker was at it since: it finds little, for what falls due on the present day was told as well
    assert len(letters) >= 15 and max(letters.values()) <= INBOX_MOST + 4
    read, unread = rows(office, "SELECT count(read_at), count(*) - count(read_at) FROM delivery")[0]
    assert read and unread
    assert not rows(office, "SELECT 1 FROM outbox WHERE status = 'waiting' AND due_at < created_at")


def test_it_can_be_told_in_the_middle_of_a_holiday_as_well(tmp_path: Path) -> None:
    """The stories count back from the day on which they are told; ``make soak`` tells them on many more days."""
    told = told_on(tmp_path, date(2026, 5, 2))
    assert (told.swept.failed, told.hires > 100) == (0, True)


def test_a_story_that_breaks_off_is_left_out_and_named(office: Office, settings: Settings) -> None:
    walk = Walk(office, Seal.open(settings), office.now(), random.Random("示例"))

    def broken() -> Iterator[date]:
        yield walk.today
        raise LookupError("nobody is there")

    story = broken()
    assert (walk._told_on("broken", story), walk.untold) == (walk.today, [])  # type: ignore[arg-type]
    assert walk._told_on("broken", story) is None  # type: ignore[arg-type]
    assert walk.untold == [f"broken {walk.today}"]


# ---- starting and stopping -----------------------------------------------------------------------------------------


def test_an_empty_machine_shows_the_sign_in_page_and_the_accounts(first: dict[str, Any]) -> None:
    assert first["status"] == 200 and "/sign-in" in first["address"]
    assert "/sign-in/demo" in first["page"] and OFFICERS[0].name in first["page"]
    assert first["said"].count(TELLING) == 1
    assert all(officer.username in first["said"] for officer in OFFICERS) and PASSWORD in first["said"]


def test_it_stops_in_order_within_ten_seconds(first: dict[str, Any]) -> None:
    assert first["seconds"] < 10 and first["returned"] == 0
    assert "Traceback" not in first["said"]


def test_a_second_start_tells_nothing_anew_and_keeps_what_was_done(
    home: Path, first: dict[str, Any], tmp_path: Path
) -> None:
    assert TELLING in first["said"]
    again = tmp_path / "home"
    shutil.copytree(home, again)
    port = free_port()
    with started(again, port) as process:
        wait_until_it_serves(process, port)
        # with somebody's connection open it stops as well
        with socket.create_connection(("127.0.0.1", port)):
            seconds, returned, said = stop(process)
    assert (returned, TELLING in said) == (0, False) and seconds < 10, said
    url = "sqlite:///{}/zaigang/zaigang.db"
    before, after = (Office.open(Settings(database_url=url.format(folder))) for folder in (home, again))
    counts = [rows(o, "SELECT count(*) FROM hire")[0][0] for o in (before, after)]
    before.database.dispose()
    after.database.dispose()
    assert counts[0] == counts[1]


def refused(home: Path, port: int) -> str:
    with started(home, port) as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1 and "Traceback" not in said
    return said


def test_a_port_in_use_is_told_in_a_sentence_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        said = refused(tmp_path, port)
    assert f"127.0.0.1:{port}" in said and "--port" in said
    assert not (tmp_path / "zaigang").exists()


@pytest.mark.parametrize("what", ["account", "post"])
def test_a_database_in_which_somebody_works_is_left_alone(tmp_path: Path, what: str) -> None:
    """The demonstration signs people in without a password: never over an office's own data."""
    url = f"sqlite:///{tmp_path / 'zaigang' / 'zaigang.db'}"
    (tmp_path / "zaigang").mkdir()
    migrate.upgrade(url)
    office = Office.open(Settings(database_url=url))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with office.database.session() as session:
        session.add(Region(code="61", level="province", name="陕西省"))
        session.flush()
        if what == "account":
            session.add(Account(username="a", password_hash="-", person_key="k", name="某", created_at=at))
        else:
            session.add(Post(procedure_id="p", kind="k", region="61", title="t", employer="e", created_at=at))
    office.database.dispose()
    assert "ZAIGANG_DATABASE_URL" in refused(tmp_path, free_port())


@pytest.mark.parametrize(("now_on", "plays_on"), [("12-10", "12-10"), ("12-11", "11-20"), ("12-31", "11-20")], ids=str)
def test_where_holidays_are_not_known_it_plays_in_the_last_year_that_is(now_on: str, plays_on: str) -> None:
    """A notice of five working days that begins on the present day must end on a day that is certain."""
    calendar = default_calendar()
    last = max(calendar.years)
    now = datetime.fromisoformat(f"{last}-{now_on}T04:00:00+00:00")
    shown = demo_moment(calendar, now)
    assert shown.date() == date.fromisoformat(f"{last}-{plays_on}")
    assert (shown == now) is (now_on == plays_on)
    assert demo_moment(calendar, now.replace(year=last + 1)).date() == date(last, 11, 20)
