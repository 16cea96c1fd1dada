"""An office begins without the demonstration, brings its lists in, is backed up, restored and verified."""

from __future__ import annotations

import csv
import io
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from states.identity_number import synthetic
from states.vocabulary import Role
from tests.cli.conftest import PROGRAM, Office
from tests.support.postgres import Cluster
from tests.support.world import World, officer
from tests.workflow.test_imports import HEADER, a_csv, a_number, a_row, a_workbook, an_annex
from workflow.unit_of_work import Database

REGIONS = (("编码", "名称"), ("610981", "旬阳市"), ("610981100", "城关镇"), ("610981100201", "示例村"))
NOTICE_2027 = """\
year: 2027
notice: {title: 关于2027年部分节假日安排的通知（试验）, issued_on: 2026-11-05}
rest:
  - {name: 元旦, from: 2027-01-01, to: 2027-01-03}
  - {name: 春节, from: 2027-02-05, to: 2027-02-11}
  - {name: 清明节, from: 2027-04-03, to: 2027-04-05}
  - {name: 劳动节, from: 2027-05-01, to: 2027-05-05}
  - {name: 国庆节, from: 2027-10-01, to: 2027-10-07}
work: []
"""


def an_office_with_people(office: Office) -> None:
    office.did("import", "regions", a_csv(office.folder / "regions.csv", REGIONS))
    office.account("clerk", "township", "610981100", synthetic("610928", date(1985, 3, 4), 11))


def a_hire(office: Office) -> int:
    """One application, taken by the engine itself: something to export, to bundle and to verify."""
    world = World.on(office.url, date(2022, 6, 1), {"6109": "安康市"})
    town = officer("镇干部甲", Role.EMPLOYER, "610981100", 1)
    person = world.a_person("张某", date(1990, 3, 5), "M", "610981100201", id_number_tail="4321")
    post = world.a_post("xunyang-2022-88", "village", "610981100201", title="=1+1")
    hire = world.an_opening(town, post).hire_ids[0]
    world.do(hire, "apply", town, person_id=person)
    world.close()
    return hire


# ---- beginning ---------------------------------------------------------------------------------------------------


def test_a_database_is_made_once(office: Office) -> None:
    ran = office.run("account", "list", "--json")
    assert (ran.status, "zaigang migrate" in ran.document["error"]["mend"]) == (1, True)
    assert not (office.folder / "office.db").exists(), "asking made a database"
    told = office.run("account", "list", "--lang", "en").err
    assert told.isascii(), f"not in English: {told}"
    first = office.did("migrate")
    assert (first["before"], first["changed"]) == (None, True)
    assert office.did("migrate")["changed"] is False


def test_a_first_account(migrated_office: Office) -> None:
    office = migrated_office
    an_office_with_people(office)
    office.did("account", "grant", "clerk", "--role", "village", "--region", "610981100201")
    (row,) = office.did("account", "list")["accounts"]
    assert (row["username"], row["grants"]) == ("clerk", [["township", "610981100"], ["village", "610981100201"]])
    secrets = {"ZAIGANG_NEW_PASSWORD": "12345", "ZAIGANG_NEW_ID_NUMBER": "610928198503040010"}
    ran = office.run(
        "account", "create", "other", "--name", "乙", "--role", "hrss", "--region", "619999", "--json", more=secrets
    )
    assert {fault["where"] for fault in ran.document["error"]["faults"]} == {"password", "person", "region"}
    assert "610928198503040010" not in ran.out + ran.err
    alone = office.run("account", "create", "x1", "--name", "乙", "--role", "hrss", "--region", "all", "--json")
    assert alone.document["error"]["where"] == "ZAIGANG_NEW_ID_NUMBER"
    assert office.run("account", "grant", "clerk", "--role", "king", "--region", "all").status == 1
    assert office.run("account", "grant", "nobody", "--role", "hrss", "--region", "all").status == 1


def test_another_secret_is_refused_before_anybody_is_registered_twice(migrated_office: Office) -> None:
    an_office_with_people(migrated_office)
    path = a_workbook(migrated_office.folder / "r.xlsx", [HEADER, a_row(1)])
    other = {"ZAIGANG_SECRET": "quite another secret of at least 32 bytes"}
    ran = migrated_office.run("import", "roster", path, "--by", "clerk", "--json", more=other)
    assert (ran.status, ran.document["error"]["where"]) == (1, "ZAIGANG_SECRET")


# ---- lists -------------------------------------------------------------------------------------------------------


def test_regions_are_loaded_once(migrated_office: Office) -> None:
    path = a_csv(migrated_office.folder / "regions.csv", REGIONS)
    assert migrated_office.did("import", "regions", path, "--dry-run")["added"] == 3
    assert migrated_office.did("import", "regions", path)["added"] == 3
    assert migrated_office.did("import", "regions", path) == {"kept": True, "added": 0, "changed": 0, "unchanged": 3}


def test_an_annex_is_imported_or_refused_whole(migrated_office: Office) -> None:
    office = migrated_office
    good = a_csv(office.folder / "annex.csv", an_annex())
    assert office.did("import", "allocation", good)["new"] == 22
    assert office.did("import", "allocation", good)["unchanged"] == 22
    bad = a_csv(office.folder / "bad.csv", an_annex(replaced={0: ("东昌府区", 1, 760, 2550), 2: ("某县", 2, 1, 1)}))
    ran = office.run("import", "allocation", bad, "--json")
    assert ran.status == 1
    assert [fault["row"] for fault in ran.document["faults"]] == [2, 4, 0]
    told = office.run("import", "allocation", bad, "--lang", "en")
    assert told.status == 1
    assert office.run("import", "allocation", good, "--procedure", "xunyang-2022-88").status == 1


def test_a_roster_is_imported_by_a_named_person(migrated_office: Office) -> None:
    office = migrated_office
    an_office_with_people(office)
    path = a_workbook(office.folder / "r.xlsx", [HEADER, a_row(1), a_row(2)])
    nameless = office.run("import", "roster", path, "--json")
    assert (nameless.status, nameless.document["error"]["where"]) == (1, "--by")
    assert office.did("import", "roster", path, "--by", "clerk", "--dry-run")["created"] == 2
    first = office.did("import", "roster", path, "--by", "clerk")
    assert (first["created"], first["kept"]) == (2, True)
    assert office.did("import", "roster", path, "--by", "clerk")["unchanged"] == 2
    assert office.did("audit", "verify") == {
        "sound": True, "hires": 0, "entries": 0, "faults": [], "people": [], "office_log": [], "attendance": [],
    }  # fmt: skip


def test_ten_faults_are_told_with_their_rows(migrated_office: Office) -> None:
    office = migrated_office
    an_office_with_people(office)
    rows: list[Any] = [a_row(n, 身份证号=a_number(n)[:17]) for n in range(1, 11)]
    path = a_workbook(office.folder / "r.xlsx", [HEADER, *rows, a_row(11)])
    ran = office.run("import", "roster", path, "--by", "clerk", "--json")
    assert ran.status == 1
    assert [fault["row"] for fault in ran.document["faults"]] == list(range(2, 12))
    assert "张三" not in ran.out, "a name in the output of a program"
    kept = office.did("import", "roster", path, "--by", "clerk", "--partial")
    assert (kept["created"], kept["refused_rows"]) == (1, 10)


def test_applicants_are_imported_for_an_announcement_by_whoever_takes_them(migrated_office: Office) -> None:
    office = migrated_office
    an_office_with_people(office)
    world = World.on(office.url, date.today(), {"6109": "安康市"})
    town = officer("镇干部甲", Role.EMPLOYER, "610981100", 1)
    opening = world.an_opening(town, world.a_post("xunyang-2022-88", "town", "610981100")).opening_id
    world.close()
    header = ("姓名", "公民身份号码", "户籍所在村（社区）", "文化程度")
    rows = [(f"张三{n}", a_number(n), "示例村", word) for n, word in enumerate(("高中", "秀才", "初中"), 1)]
    path = a_workbook(office.folder / "a.xlsx", [header, *rows])
    asked = ("import", "applicants", path, "--opening", opening, "--by")
    assert office.run(*asked, "clerk").status == 1  # a township officer does not take applications here
    office.account("town", "employer", "610981100", synthetic("610928", date(1985, 3, 4), 13))
    assert office.run(*asked, "town", "--dry-run", "--json").document["new"] == 2
    ran = office.run(*asked, "town", "--json")
    assert (ran.status, ran.document["kept"], ran.document["new"]) == (1, False, 2)
    assert [(f["row"], f["column"]) for f in ran.document["faults"]] == [(3, "文化程度")]
    first = office.did(*asked, "town", "--partial")
    assert (first["new"], first["already"], len(first["hires"]), first["faulty_rows"]) == (2, 0, 2, 1)
    again = office.did(*asked, "town", "--partial")
    assert (again["new"], again["already"], again["hires"]) == (0, 2, [])
    told = office.run(*asked, "town", "--partial", more={"ZAIGANG_LANGUAGE": "en"})
    assert "3 people: 0 registered and applied" in told.out
    for said in (told.out, str(first), str(ran.document)):
        assert "张三" not in said and a_number(1) not in said
    assert office.run("import", "applicants", path, "--opening", 99, "--by", "town").status == 1


def test_a_template_is_written_once(office: Office) -> None:
    office.did("import", "template", "roster", "花名册.xlsx")
    office.did("import", "template", "applicants", "报名表.xlsx")
    assert office.run("import", "template", "applicants", "报名表.xlsx").status == 1
    assert (office.folder / "花名册.xlsx").stat().st_size > 5000
    assert office.run("import", "template", "roster", "花名册.xlsx").status == 1
    assert office.run("import", "template", "roster", "花名册.xls").status == 1


def test_a_list_shows_what_the_account_may_see_and_no_number(migrated_office: Office) -> None:
    office = migrated_office
    an_office_with_people(office)
    hire = a_hire(office)
    office.did("import", "regions", a_csv(office.folder / "more.csv", [("编码", "名称"), ("610982", "邻市")]))
    office.account("stranger", "hrss", "610982", synthetic("610928", date(1986, 3, 4), 12))
    (line,) = office.did("export", "hires", "--by", "clerk")["hires"]
    assert (line["hire_id"], line["name"], line["state"]) == (hire, "张某", "applied")
    assert office.did("export", "hires", "--by", "stranger")["hires"] == []
    assert office.did("export", "audit", "--by", "stranger")["audit"] == []
    office.did("export", "hires", "--by", "clerk", "--output", "hires.csv")
    text = (office.folder / "hires.csv").read_text(encoding="utf-8-sig")
    assert "'=1+1" in text, "a spreadsheet would take it for a formula"
    assert "4321" not in text
    rows = list(csv.DictReader(io.StringIO(office.run("export", "audit", "--by", "clerk").out)))
    assert [row["act"] for row in rows] == ["post", "apply"]
    jsonl = office.run("export", "audit", "--by", "clerk", "--format", "jsonl").out.splitlines()
    assert len(jsonl) == 2
    assert office.run("export", "hires", "--by", "clerk", "--output", "hires.csv").status == 1


# ---- backup and restore ------------------------------------------------------------------------------------------


def back_and_forth(office: Office, restored: Office) -> None:
    """What was backed up is there again, and the trail proves it."""
    an_office_with_people(office)
    office.did("import", "roster", a_workbook(office.folder / "r.xlsx", [HEADER, a_row(1)]), "--by", "clerk")
    made = office.did("backup", "copy.backup")
    file = office.folder / "copy.backup"
    assert (made["bytes"], file.stat().st_mode & 0o777) == (file.stat().st_size, 0o600)
    assert office.run("backup", "copy.backup").status == 1, "a backup was overwritten"
    assert restored.did("restore", file)["kept"] is None
    (row,) = restored.did("account", "list")["accounts"]
    assert row["username"] == "clerk"
    assert restored.did("audit", "verify")["sound"] is True
    same = restored.did("import", "roster", office.folder / "r.xlsx", "--by", "clerk")
    assert same["unchanged"] == 1
    # what is there is not given up unless it is said, and then a copy of it is kept
    restored.did("import", "roster", a_workbook(restored.folder / "s.xlsx", [HEADER, a_row(2)]), "--by", "clerk")
    assert restored.run("restore", file).status == 1
    kept = Path(restored.did("restore", file, "--replace")["kept"])
    again = restored.did("import", "roster", restored.folder / "s.xlsx", "--by", "clerk", "--dry-run")
    assert again["created"] == 1
    restored.did("restore", kept, "--replace")
    assert restored.did("import", "roster", restored.folder / "s.xlsx", "--by", "clerk")["unchanged"] == 1


def test_sqlite_back_and_forth(tmp_path: Path, migrated_sqlite_url: str) -> None:
    second = tmp_path / "second"
    second.mkdir()
    back_and_forth(Office(tmp_path, migrated_sqlite_url), Office(second, f"sqlite:///{second / 'other.db'}"))


def test_postgresql_back_and_forth(
    tmp_path: Path, migrated_postgresql_url: str, postgresql_url: str, postgres_cluster: Cluster
) -> None:
    tools = {"PATH": f"{postgres_cluster.bin_folder}:{os.environ['PATH']}"}
    if shutil.which("pg_dump", path=tools["PATH"]) is None:
        pytest.skip("no pg_dump")
    second = tmp_path / "second"
    second.mkdir()
    back_and_forth(Office(tmp_path, migrated_postgresql_url, tools), Office(second, postgresql_url, tools))


def test_postgresql_without_its_tools_says_so(tmp_path: Path, migrated_postgresql_url: str) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    office = Office(tmp_path, migrated_postgresql_url, {"PATH": str(empty)})
    ran = office.run("backup", "x.backup", "--json")
    assert (ran.status, "pg_dump" in ran.document["error"]["what"]) == (1, True)
    assert not (tmp_path / "x.backup").exists()


def test_a_backup_is_taken_while_somebody_writes(tmp_path: Path, migrated_sqlite_url: str) -> None:
    office = Office(tmp_path, migrated_sqlite_url)
    writer = sqlite3.connect(migrated_sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO region (code, level, name) VALUES ('99', 'province', '未完')")
    try:
        office.did("backup", "copy.backup")
    finally:
        writer.execute("ROLLBACK")
        writer.close()
    with sqlite3.connect(tmp_path / "copy.backup") as copy:
        assert copy.execute("SELECT count(*) FROM region").fetchone() == (0,)
    copy.close()


@pytest.mark.parametrize("damage", ["torn", "foreign", "other", "newer"])
def test_a_file_that_is_no_sound_backup_is_refused(tmp_path: Path, migrated_sqlite_url: str, damage: str) -> None:
    office = Office(tmp_path, migrated_sqlite_url)
    an_office_with_people(office)
    office.did("backup", "copy.backup")
    file = tmp_path / "copy.backup"
    if damage == "torn":
        data = bytearray(file.read_bytes())
        data[20_000:30_000] = os.urandom(10_000)
        file.write_bytes(bytes(data))
    elif damage == "foreign":
        file.unlink()
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE t (a)")
        connection.close()
    elif damage == "other":
        file.write_bytes(b"PGDMP" + bytes(100))
    else:
        with sqlite3.connect(file) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.close()
    ran = office.run("restore", file, "--replace", "--json")
    assert ran.status == 1, ran.out
    assert [row["username"] for row in office.did("account", "list")["accounts"]] == ["clerk"]
    assert not list(tmp_path.glob("*.before-restore-*"))


# ---- the trail ---------------------------------------------------------------------------------------------------


def test_a_changed_entry_is_found(migrated_office: Office) -> None:
    office = migrated_office
    an_office_with_people(office)
    hire = a_hire(office)
    assert office.did("audit", "verify", "--hire", hire)["entries"] == 2
    database = Database(office.url)
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE audit_entry SET body = replace(body, 'apply', 'check') WHERE seq = 2")
    database.dispose()
    ran = office.run("audit", "verify", "--hire", hire, "--json")
    assert ran.status == 1
    assert (ran.document["faults"][0]["hire_id"], ran.document["faults"][0]["kind"]) == (hire, "body")
    assert office.run("audit", "verify", "--hire", 999).status == 1


def test_a_month_of_attendance_that_nobody_recorded_is_found(migrated_office: Office) -> None:
    office = migrated_office
    an_office_with_people(office)
    hire = a_hire(office)
    database = Database(office.url)
    with database.transaction() as connection:
        connection.exec_driver_sql(
            "INSERT INTO attendance (hire_id, month, marks, source, version, recorded_by, recorded_at)"
            f" VALUES ({hire}, '2026-06-01', '{'1' * 30}', 'page', 1, 'a', '2026-07-01 00:00:00.000000')"
        )
    database.dispose()
    ran = office.run("audit", "verify", "--json")
    assert ran.status == 1 and ran.document["attendance"] == [{"hire": hire, "month": "2026-06", "kind": "unlogged"}]
    assert f"聘用{hire}的2026-06考勤与登记不符（unlogged）" in office.run("audit", "verify").out


def test_an_auditor_checks_a_hire_without_the_server(migrated_office: Office, tmp_path: Path) -> None:
    office = migrated_office
    an_office_with_people(office)
    made = office.did("audit", "bundle", a_hire(office), "--output", "hire.json")
    file = office.folder / "hire.json"
    assert "张某" not in file.read_text(encoding="utf-8")
    elsewhere = Office(tmp_path, "sqlite:////nowhere/at/all.db")
    found = elsewhere.did("audit", "verify", "--file", file, "--head", made["head"])
    assert (found["sound"], found["compared"]) == (True, True)
    assert elsewhere.run("audit", "verify", "--file", file, "--head", "0" * 64).status == 1
    text = file.read_text(encoding="utf-8")
    for old, new in (("apply", "check"), ('"stage": "applied"', '"stage": "posted"'), ("xunyang-2022-88@1", "b@1")):
        file.write_text(text.replace(old, new), encoding="utf-8")
        ran = elsewhere.run("audit", "verify", "--file", file, "--json")
        assert (ran.status, ran.document["sound"]) == (1, False), old
    file.write_text("[]", encoding="utf-8")
    assert elsewhere.run("audit", "verify", "--file", file).status == 1


# ---- a year is loaded --------------------------------------------------------------------------------------------


def test_a_year_is_loaded_and_dates_become_certain(office: Office) -> None:
    office.did("migrate")
    question = ("when", "working-days", "--from", "2026-12-28", "--days", 5)
    assert office.did(*question)["provisional"]
    file = office.folder / "2027.yaml"
    file.write_text(NOTICE_2027, encoding="utf-8")
    assert office.did("calendar", "load", file, "--dry-run")["loaded"] is False
    assert office.did(*question)["provisional"]
    done = office.did("calendar", "load", file)
    assert (done["loaded"], done["changed"]) == (True, [])
    found = office.did(*question)
    assert (found["date"], found["provisional"]) == ("2027-01-05", False)
    assert 2027 in {row["year"] for row in office.did("calendar", "list")["years"]}
    assert office.did("calendar", "load", file)["loaded"] is False


def test_a_faulty_year_is_refused_whole(office: Office) -> None:
    office.did("migrate")
    file = office.folder / "2027.yaml"
    file.write_text(NOTICE_2027.replace("2027-05-01", "2027-05-32").replace("work: []", "wrok: []"), encoding="utf-8")
    ran = office.run("calendar", "load", file, "--json")
    assert ran.status == 1
    assert len(ran.document["error"]["faults"]) >= 3
    assert not (office.folder / "data" / "zaigang" / "calendar").exists()


# ---- the service -------------------------------------------------------------------------------------------------


def a_free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def answers(url: str, process: subprocess.Popen[bytes]) -> int:
    until = time.monotonic() + 40
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            time.sleep(0.1)
    return 0


@pytest.mark.parametrize("arguments", [("serve", "--embedded"), ("worker",)], ids=" ".join)
def test_the_service_runs_until_it_is_told_to_stop(migrated_office: Office, arguments: tuple[str, ...]) -> None:
    office = migrated_office
    environment = {**office.environment, "ZAIGANG_TICK_SECONDS": "0.3"}
    port = a_free_port()
    command: list[str | Path] = [PROGRAM, *arguments, *(["--port", str(port)] if arguments[0] == "serve" else [])]
    process = subprocess.Popen(command, env=environment, cwd=office.folder, stdout=-1, stderr=-1)
    try:
        if arguments[0] == "serve":
            assert answers(f"http://127.0.0.1:{port}/healthz", process) == 200
        assert ticked(office.url), "no tick was seen"
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode in (0, -signal.SIGTERM)
    assert b"Traceback" not in err


def ticked(url: str) -> bool:
    database = Database(url)
    until = time.monotonic() + 40
    try:
        while time.monotonic() < until:
            with database.reading() as connection:
                if connection.exec_driver_sql("SELECT 1 FROM setting WHERE name LIKE 'tick:timers'").first():
                    return True
            time.sleep(0.1)
        return False
    finally:
        database.dispose()


def test_serving_an_office_that_is_not_there_is_refused(office: Office) -> None:
    assert office.run("serve", "--port", a_free_port()).status == 1
    assert office.run("worker").status == 1
    assert office.run("serve", "--embedded", "--workers", 2).status == 1
