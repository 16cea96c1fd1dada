"""The trail: sound after every step, and whatever is changed behind its back is found and located."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.canonical import canonical, digest_of, link
from states.vocabulary import Role
from tests.conftest import MigratedTemplate
from tests.support.postgres import Cluster
from tests.support.world import WalkingClock, World, colleague, officer
from tests.workflow.support import AT, MAN, SEAL
from workflow import audit, audit_records
from workflow.accounts import create_account
from workflow.audit_records import TABLES, digest
from workflow.office import Office
from workflow.settings import Settings
from workflow.tables import Account
from workflow.trail import trail

VILLAGES = {"610981100201": "一村", "610981100202": "二村", "610981100203": "三村"}
REGIONS = {"61": "陕西省", "610981": "旬阳市", "610981100": "城关镇", **VILLAGES}
TOWN = officer("镇干部甲", Role.EMPLOYER, "610981100", 1)
HRSS = officer("人社干部乙", Role.HRSS, "610981", 2)
RURAL = officer("乡村振兴干部丙", Role.RURAL, "610981", 3)


def the_story(url: str) -> World:
    """Three hires: one renewed and dismissed, one with an objection, one only applied for."""
    world = World.on(url, date(2022, 6, 1), REGIONS)
    hires = []
    for number, village in enumerate(VILLAGES):
        person = world.a_person(f"张{number}", date(1990, 3, 5), "M", village)
        post = world.a_post("xunyang-2022-88", "village", village)
        hires.append(world.an_opening(TOWN, post, closes_on=date(2022, 6, 10)).hire_ids[0])
        world.do(hires[-1], "apply", TOWN, person_id=person)
    for hire in hires[:2]:
        world.do(hire, "check", TOWN, opinion="材料齐全")
        world.do(hire, "recheck", colleague(HRSS))
        world.do(hire, "recheck", colleague(RURAL))
        world.do(hire, "post_notice", TOWN, posted_on=date(2022, 6, 1), boards=["镇公示栏", "村公示栏"])
    objection = world.do(hires[1], "object", TOWN, text="与村主任是亲属", by_name="王某")
    world.do(hires[1], "dismiss_objection", colleague(HRSS, 3), objection=objection.seq, reason="经查不属实")
    world.walk_to(date(2022, 6, 10))
    first = hires[0]
    world.do(first, "report", TOWN)
    world.do(first, "approve", HRSS)
    world.do(first, "approve", RURAL)
    world.do(first, "train", HRSS, held_on=date(2022, 6, 10), passed=True)
    world.walk_to(date(2022, 6, 13))
    world.do(first, "start", TOWN, started_on=date(2022, 6, 13))
    signed = world.do(first, "sign", TOWN, signed_on=date(2022, 6, 13))
    world.do(first, "file", TOWN, filing="contract", seq=signed.seq, sent_on=date(2022, 6, 13), receipt="回执1")
    world.walk_to(date(2022, 12, 1))
    world.do(first, "assess", TOWN, year=2022, grade="passed")
    world.do(first, "rule_assessment", HRSS)
    world.do(first, "rule_assessment", RURAL)
    world.walk_to(date(2023, 5, 1))
    world.do(first, "decide_renew", TOWN, reason="考核合格，继续聘用")
    world.do(first, "sign_renewal", TOWN, signed_on=date(2023, 5, 1))
    world.walk_to(date(2023, 7, 1))
    world.do(
        first,
        "decide_leaving",
        TOWN,
        ground="off_post",
        effective_on=world.clock.today,
        reason="自动离岗",
        evidence="考勤表",
    )
    world.walk(2)
    return world


@pytest.fixture(scope="module")
def told(migrated_template: MigratedTemplate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story, told once on SQLite, to be copied."""
    path = tmp_path_factory.mktemp("told") / "told.sqlite3"
    shutil.copyfile(migrated_template.sqlite(), path)
    the_story(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def sqlite_world(told: Path, sqlite_url: str) -> Iterator[World]:
    shutil.copyfile(told, sqlite_url.removeprefix("sqlite:///"))
    world = reopened(sqlite_url)
    yield world
    world.close()


@pytest.fixture(scope="module")
def told_on_postgresql(postgres_cluster: Cluster, migrated_template: MigratedTemplate) -> Iterator[str]:
    """The story, told once on PostgreSQL, to be copied."""
    url = postgres_cluster.new_database(migrated_template.postgresql(postgres_cluster))
    the_story(url).close()
    yield url
    postgres_cluster.drop_database(url)


@pytest.fixture
def postgresql_world(told_on_postgresql: str, new_database: Callable[..., str]) -> Iterator[World]:
    world = reopened(new_database(told_on_postgresql))
    yield world
    world.close()


@pytest.fixture(
    params=[pytest.param("sqlite", marks=pytest.mark.sqlite), pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def world(request: pytest.FixtureRequest) -> World:
    world: World = request.getfixturevalue(f"{request.param}_world")
    return world


def reopened(url: str) -> World:
    clock = WalkingClock(date(2023, 7, 3))
    return World(Office.open(Settings(database_url=url), clock), clock)


def change(world: World, *statements: str) -> None:
    with world.office.database.transaction() as connection:
        for statement in statements:
            connection.exec_driver_sql(
                statement.replace("%", "%%") if not world.office.database.is_sqlite else statement
            )


def found(world: World, hire_id: int | None = None) -> list[tuple[int, int, str]]:
    return [(f.hire_id, f.seq, f.kind) for f in audit.verify(world.office, hire_id).faults]


def test_every_step_of_every_hire_is_proven(world: World) -> None:
    report = audit.verify(world.office)
    assert report.sound, report.faults
    assert (report.hires, report.entries) == (3, world.ask("SELECT count(*) FROM audit_entry")[0][0])
    assert {table for table in TABLES if world.ask(f"SELECT count(*) FROM {table}")[0][0]} >= {
        "decision", "notice", "objection", "training", "contract", "assessment", "departure", "filing"
    }  # fmt: skip
    assert audit.verify(world.office, 2).hires == 1


def test_who_brought_a_hire_where_it_stands_is_proven(sqlite_world: World) -> None:
    sqlite_world.do(3, "check", TOWN)
    sqlite_world.do(3, "recheck", colleague(HRSS))
    assert sqlite_world.hire(3).submitted_by == TOWN.person_key  # a signature that waits brings it nowhere
    assert found(sqlite_world) == []
    sqlite_world.do(3, "recheck", colleague(RURAL))
    assert sqlite_world.hire(3).submitted_by == colleague(RURAL).person_key
    assert found(sqlite_world) == []


def test_the_measure_of_its_speed_reads_everything(world: World) -> None:
    speed = audit.speed(world.office)
    assert speed.entries == audit.verify(world.office).entries
    assert speed.hashing > 0 and speed.verifying > 0


def last(world: World, hire_id: int = 1) -> int:
    return world.hire(hire_id).audit_seq


ATTACKS: dict[str, tuple[Callable[[World], list[str]], Callable[[World], list[tuple[int, int, str]]]]] = {
    "edited body": (
        lambda w: ["UPDATE audit_entry SET body = replace(body, 'checked', 'applied') WHERE hire_id = 1 AND seq = 5"],
        lambda w: [(1, 5, "body")],
    ),
    "edited hash": (
        lambda w: [f"UPDATE audit_entry SET hash = '{'a' * 64}' WHERE hire_id = 1 AND seq = 3"],
        lambda w: [(1, 3, "body"), (1, 4, "chain")],
    ),
    "edited act": (
        lambda w: ["UPDATE audit_entry SET act = 'approve' WHERE hire_id = 2 AND seq = 3"],
        lambda w: [(2, 3, "column")],
    ),
    "edited actor": (
        lambda w: ["UPDATE audit_entry SET actor_key = '别人' WHERE hire_id = 2 AND seq = 3"],
        lambda w: [(2, 3, "column")],
    ),
    "edited moment": (
        lambda w: ["UPDATE audit_entry SET at = '2022-06-01 00:59:59.000000+00:00' WHERE hire_id = 2 AND seq = 3"],
        lambda w: [(2, 3, "column")],
    ),
    "edited day": (
        lambda w: ["UPDATE audit_entry SET on_day = '2022-05-31' WHERE hire_id = 2 AND seq = 3"],
        lambda w: [(2, 3, "column")],
    ),
    "deleted entry": (
        lambda w: ["DELETE FROM audit_entry WHERE hire_id = 1 AND seq = 6"],
        lambda w: [(1, 6, "missing"), (1, 7, "chain")],
    ),
    "reordered": (
        lambda w: [
            "UPDATE audit_entry SET seq = 1000 WHERE hire_id = 1 AND seq = 3",
            "UPDATE audit_entry SET seq = 3 WHERE hire_id = 1 AND seq = 4",
            "UPDATE audit_entry SET seq = 4 WHERE hire_id = 1 AND seq = 1000",
        ],
        lambda w: [(1, 3, "chain"), (1, 3, "column"), (1, 4, "chain"), (1, 4, "column"), (1, 5, "chain")],
    ),
    "inserted entry": (
        lambda w: [
            "INSERT INTO audit_entry (hire_id, seq, at, on_day, act, from_stage, to_stage, actor_key, role, body, hash)"
            f" SELECT hire_id, {last(w) + 1}, at, on_day, act, from_stage, to_stage, actor_key, role, body, hash"
            f" FROM audit_entry WHERE hire_id = 1 AND seq = {last(w)}"
        ],
        lambda w: [(1, last(w) + 1, "chain"), (1, last(w) + 1, "column"), (1, last(w) + 1, "tail")],
    ),
    "tail cut": (
        lambda w: [f"DELETE FROM audit_entry WHERE hire_id = 1 AND seq > {last(w) - 2}"],
        lambda w: [(1, last(w) - 1, "tail")],
    ),
    "tail cut and the head set back": (
        lambda w: [
            f"DELETE FROM audit_entry WHERE hire_id = 3 AND seq = {last(w, 3)}",
            "UPDATE hire SET audit_seq = audit_seq - 1 WHERE id = 3",
        ],
        lambda w: [(3, last(w, 3) - 1, "tail")],
    ),
    "all entries of a hire": (
        lambda w: ["DELETE FROM audit_entry WHERE hire_id = 3"],
        lambda w: [(3, 1, "tail")],
    ),
    "stage": (lambda w: ["UPDATE hire SET stage = 'contracted' WHERE id = 2"], lambda w: [(2, last(w, 2), "hire")]),
    "state": (lambda w: ["UPDATE hire SET state = 'rejected' WHERE id = 2"], lambda w: [(2, last(w, 2), "hire")]),
    "visit": (lambda w: ["UPDATE hire SET visit = visit + 1 WHERE id = 2"], lambda w: [(2, last(w, 2), "hire")]),
    "person": (lambda w: ["UPDATE hire SET person_id = 3 WHERE id = 2"], lambda w: [(2, last(w, 2), "hire")]),
    "submitter": (lambda w: ["UPDATE hire SET submitted_by = 'x' WHERE id = 2"], lambda w: [(2, last(w, 2), "hire")]),
    "serving": (lambda w: ["UPDATE hire SET serving = true WHERE id = 2"], lambda w: [(2, last(w, 2), "hire")]),
    "procedure": (
        lambda w: ["UPDATE hire SET procedure = 'baihe-2023-47@1' WHERE id = 2"],
        lambda w: [(2, last(w, 2), "hire")],
    ),
    "dossier": (
        lambda w: ["UPDATE hire SET dossier = replace(CAST(dossier AS text), '06-01', '05-01')__json WHERE id=2"],
        lambda w: [(2, last(w, 2), "hire")],
    ),
    "decision": (
        lambda w: ["UPDATE decision SET officer_key = '别人' WHERE hire_id = 1 AND seq = 3"],
        lambda w: [(1, 3, "record")],
    ),
    "opinion": (
        lambda w: ["UPDATE decision SET opinion = '材料不全' WHERE hire_id = 1 AND seq = 3"],
        lambda w: [(1, 3, "record")],
    ),
    "deleted decision": (
        lambda w: ["DELETE FROM decision WHERE hire_id = 1 AND seq = 3"],
        lambda w: [(1, 3, "record")],
    ),
    "invented decision": (
        lambda w: [
            "INSERT INTO training (hire_id, seq, held_on, passed) VALUES (3, 2, '2022-06-01', true)",
        ],
        lambda w: [(3, 2, "record")],
    ),
    "a row of an entry that there never was": (
        lambda w: ["INSERT INTO training (hire_id, seq, held_on, passed) VALUES (3, 99, '2022-06-01', true)"],
        lambda w: [(3, 99, "record")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_changed_by_hand_is_located(sqlite_world: World, attack: str) -> None:
    _located(sqlite_world, attack)


@pytest.mark.postgresql
@pytest.mark.parametrize("attack", ["edited body", "edited moment", "deleted entry", "tail cut", "dossier", "opinion"])
def test_on_postgresql_too(migrated_postgresql_url: str, attack: str) -> None:
    world = the_story(migrated_postgresql_url)
    try:
        _located(world, attack)
    finally:
        world.close()


def _located(world: World, attack: str) -> None:
    how, where = ATTACKS[attack]
    sqlite = world.office.database.is_sqlite
    expected = where(world)
    statements = [s.replace("__json", "" if sqlite else "::json") for s in how(world)]
    if sqlite:  # foreign keys are no obstacle to who edits by hand; SQLite keeps moments without an offset
        statements = [s.replace(".000000+00:00", ".000000") for s in statements]
    change(world, *statements)
    assert found(world) == expected
    hurt = expected[0][0]
    assert found(world, hurt) == expected
    assert [fault for hire in {1, 2, 3} - {hurt} for fault in found(world, hire)] == []


LATER = {
    "contract": ("starts_on", "ends_on", "ended_on"),
    "notice": ("closed_on",),
    "filing": ("sent_on",),
    "assessment": ("ruled_seq",),
    "objection": ("answered_seq", "upheld"),
}


@pytest.mark.parametrize(("table", "column"), [(t, c) for t, columns in LATER.items() for c in columns])
def test_what_was_set_later_is_proven_too(sqlite_world: World, table: str, column: str) -> None:
    [(hire, seq), *_] = sqlite_world.ask(f"SELECT hire_id, seq FROM {table} WHERE {column} IS NOT NULL ORDER BY 1, 2")
    day = "2022-06-14" if column == "starts_on" else "2023-06-20"
    value = f"'{day}'" if column.endswith("_on") else f"1 - {column}" if column == "upheld" else f"{column} - 1"
    for edit in (value, "NULL"):
        kept = sqlite_world.ask(f"SELECT {column} FROM {table} WHERE hire_id = {hire} AND seq = {seq}")[0][0]
        change(sqlite_world, f"UPDATE {table} SET {column} = {edit} WHERE hire_id = {hire} AND seq = {seq}")
        assert found(sqlite_world) == [(hire, seq, "record")]
        back = f"'{kept}'" if isinstance(kept, str) else kept
        change(sqlite_world, f"UPDATE {table} SET {column} = {back} WHERE hire_id = {hire} AND seq = {seq}")
    assert found(sqlite_world) == []


def test_a_body_rewritten_with_its_hash_breaks_the_chain_behind_it(sqlite_world: World) -> None:
    rewrite(sqlite_world, 1, 5)
    assert found(sqlite_world) == [(1, 6, "chain")]


def test_the_last_body_rewritten_with_its_hash_is_not_the_head(sqlite_world: World) -> None:
    at_end = last(sqlite_world)
    rewrite(sqlite_world, 1, at_end)
    assert found(sqlite_world) == [(1, at_end, "tail")]


def raw(world: World, sql: str, *values: Any) -> list[Any]:
    """Rows as they are stored: ``World.ask`` would read JSON."""
    with world.office.database.reading() as connection:
        return list(connection.exec_driver_sql(sql, values))


def rewrite(world: World, hire_id: int, seq: int) -> None:
    [(text,)] = raw(world, "SELECT body FROM audit_entry WHERE hire_id = ? AND seq = ?", hire_id, seq)
    [(before,)] = raw(world, "SELECT hash FROM audit_entry WHERE hire_id = ? AND seq = ?", hire_id, seq - 1)
    body = orjson.loads(text) | {"answers": []}
    forged = canonical(body)
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql(
            "UPDATE audit_entry SET body = ?, hash = ? WHERE hire_id = ? AND seq = ?",
            (forged, link("sha256", before, forged), hire_id, seq),
        )


def test_two_hundred_random_edits_are_all_located(sqlite_world: World) -> None:
    chance = random.Random(20260302)
    entries = raw(sqlite_world, "SELECT hire_id, seq, body FROM audit_entry ORDER BY 1, 2")
    missed = []
    for _ in range(200):
        hire, seq, text = chance.choice(entries)
        put(sqlite_world, hire, seq, edit(chance, text))
        if found(sqlite_world, hire) != [(hire, seq, "body")]:
            missed.append((hire, seq))
        put(sqlite_world, hire, seq, text)
    assert not missed
    assert found(sqlite_world) == []


def edit(chance: random.Random, text: str) -> str:
    """One character changed, added or taken away, or the same JSON in another spelling."""
    place = chance.randrange(len(text))
    kind = chance.choice(("change", "add", "take", "space", "order", "escape"))
    if kind == "change":
        other = chr(ord(text[place]) ^ 1)
        return text[:place] + other + text[place + 1 :]
    if kind == "add":
        return text[:place] + "0" + text[place:]
    if kind == "take":
        return text[:place] + text[place + 1 :]
    if kind == "space":
        return text.replace(",", ", ", 1)
    if kind == "order":
        return orjson.dumps(dict(reversed(orjson.loads(text).items()))).decode()
    return text.replace('"act"', '"\\u0061ct"', 1)


def put(world: World, hire: int, seq: int, text: str) -> None:
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE audit_entry SET body = ? WHERE hire_id = ? AND seq = ?", (text, hire, seq))


def test_the_algorithm_is_the_one_that_each_entry_names(migrated_sqlite_url: str) -> None:
    world = World.on(migrated_sqlite_url, date(2022, 6, 1), REGIONS)
    village = next(iter(VILLAGES))
    post = world.a_post("xunyang-2022-88", "village", village)
    hire = world.an_opening(TOWN, post).hire_ids[0]
    world.office.setting = type(world.office.setting)(world.office.setting.calendar, "sm3")
    person = world.a_person("张某", date(1990, 3, 5), "M", village)
    world.do(hire, "apply", TOWN, person_id=person)
    world.do(hire, "check", TOWN)
    algorithms = [b["alg"] for (b,) in world.ask("SELECT body FROM audit_entry ORDER BY seq")]
    assert algorithms == ["sha256", "sm3", "sm3"]
    assert found(world) == []
    change(world, "UPDATE audit_entry SET body = replace(body, '\"sm3\"', '\"sha256\"') WHERE seq = 2")
    assert found(world) == [(hire, 2, "body")]
    change(world, "UPDATE audit_entry SET body = replace(body, '\"sha256\"', '\"md5\"') WHERE seq = 1")
    assert found(world)[0] == (hire, 1, "body")
    world.close()


def test_a_fault_is_a_sentence(sqlite_world: World) -> None:
    change(sqlite_world, "UPDATE hire SET stage = 'trained' WHERE id = 3")
    [fault] = audit.verify(sqlite_world.office).faults
    assert str(fault.sentence) == "聘用的“stage”与各条记录推得的结果不符"


def test_verifying_does_not_keep_others_from_writing(world: World) -> None:
    real = audit_records.streams

    def meanwhile(*of: Any) -> Any:
        streams = real(*of)
        world.do(3, "check", TOWN)  # after the first rows were read, before the others
        return streams

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit_records, "streams", meanwhile)
        report = audit.verify(world.office)
    assert report.sound and report.entries + 1 == audit.verify(world.office).entries
    assert audit.verify(world.office).sound


def test_the_trail_is_read_with_names(world: World) -> None:

    with world.office.database.session() as session:
        number = create_account(
            session, SEAL, username="jia", password="a long password", person=MAN, name="镇干部甲", at=AT
        )
        assert session.get(Account, number) is not None
    assert number == TOWN.account_id
    entries = trail(world.office.database, 2)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    checked = entries[2]
    assert (checked.act, checked.name, checked.role, checked.opinion) == ("check", "镇干部甲", "employer", "材料齐全")
    assert (checked.from_stage, checked.to_stage, checked.state) == ("applied", "checked", "applied")
    assert checked.at.utcoffset() is not None and checked.on == date(2022, 6, 1)
    assert any(entry.by_system and entry.name is None for entry in entries)
    assert entries[1].answers and all(len(answer) == 6 for answer in entries[1].answers)
    assert trail(world.office.database, 99) == []


words = st.text(st.characters(codec="utf-8"))
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner),
    max_leaves=8,
)


@given(st.dictionaries(words, plain))
def test_the_second_writing_of_canonical_bytes_is_the_first(row: dict[str, Any]) -> None:
    assert digest("sha256", "no such table", row) == digest_of("sha256", row)
