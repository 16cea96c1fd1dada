"""Natural persons: one row for one person, every change on the record, no number in the clear."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlmodel import col, select

from states.facts import Actor
from states.identity_number import check_digit, synthetic
from states.refusals import InputRefused, StaleHire, StepRefused
from states.vocabulary import FINAL_STATES, Role
from tests.support.world import World, officer
from tests.workflow.support import AT, CLERK, MAN, OTHER, SEAL, WOMAN, database_at
from workflow import engine, person_log, writer
from workflow.masking import masked_name, masked_phone, masked_tail
from workflow.people import NoSuchPerson, Registered, find, register, reveal_id, update_person
from workflow.sealing import SealBroken
from workflow.tables import Account, Person, PersonLog
from workflow.unit_of_work import Database

ZHANG: dict[str, Any] = {
    "name": "张三",
    "id_number": MAN,
    "education": "senior_secondary",
    "home_region": "610981100201",
    "phone": "13800001234",
    "categories": {"lifted": {"by": "乡村振兴局", "on": "2021-12-31"}},
    "statements": ["no_crime", "health", "political_conduct", "computer_skill"],
    "relatives": [OTHER],
}
LI: dict[str, Any] = {**ZHANG, "name": "李四", "id_number": WOMAN, "retirement_category": "woman50", "relatives": []}


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    with database_at(migrated_url) as database:
        yield database


@pytest.fixture
def sqlite(migrated_sqlite_url: str) -> Iterator[Database]:
    with database_at(migrated_sqlite_url) as database:
        yield database


def add(database: Database, given: dict[str, Any], **more: Any) -> Registered:
    with database.session() as session:
        return register(session, SEAL, given | more, CLERK, AT)


def change(database: Database, person_id: int, **given: Any) -> tuple[str, ...]:
    with database.session() as session:
        return update_person(session, SEAL, person_id, given, CLERK, AT + timedelta(days=1))


def row(database: Database, person_id: int) -> Person:
    with database.session() as session:
        person = session.get(Person, person_id)
        assert person is not None
        session.expunge(person)
        return person


def log(database: Database) -> list[PersonLog]:
    with database.session() as session:
        entries = list(session.exec(select(PersonLog).order_by(col(PersonLog.person_id), col(PersonLog.seq))))
        session.expunge_all()
        return entries


def faults_of(database: Database, given: dict[str, Any], **more: Any) -> set[str]:
    with pytest.raises(InputRefused) as refused:
        add(database, given, **more)
    return set(refused.value.faults)


def unsound(database: Database) -> list[tuple[int, str]]:
    with database.session() as session:
        return [(fault.seq, fault.kind) for fault in person_log.verify(session, SEAL)]


# ---- registering


def test_what_the_number_tells_is_taken_from_it(database: Database) -> None:
    registered = add(database, ZHANG)
    assert registered.created and registered.key == SEAL.person_key(MAN)
    person = row(database, registered.person_id)
    assert (person.born, person.sex, person.retirement_category) == (date(1970, 1, 15), "男", "man")
    assert person.id_number_tail == MAN[-4:]
    assert person.relatives == [SEAL.person_key(OTHER)]
    assert person.categories == {"lifted": {"by": "乡村振兴局", "on": "2021-12-31"}}
    assert person.statements == ["computer_skill", "health", "no_crime", "political_conduct"]


def test_a_womans_retirement_age_is_asked(database: Database) -> None:
    assert row(database, add(database, LI).person_id).retirement_category == "woman50"
    assert faults_of(database, LI, retirement_category=None) == {"retirement_category"}
    assert faults_of(database, LI, retirement_category="man") == {"retirement_category"}
    assert faults_of(database, ZHANG, retirement_category="woman55") == {"retirement_category"}


def test_every_fault_of_every_field_is_named_at_once(sqlite: Database) -> None:
    given = {
        "id_number": MAN[:6] + "19900230" + MAN[14:17] + "Y",
        "education": "doctorate?",
        "home_region": "somewhere",
        "relatives": [OTHER, "123"],
        "categories": {"lifted": {"by": "乡村振兴局", "on": "2026-03-03"}},
        "prior_months": 5,
        "phone": "call me",
        "salary": 1,
    }
    assert faults_of(sqlite, given) == {
        "id_number", "name", "education", "home_region", "relatives.1", "categories.lifted", "prior_evidence", "phone",
        "salary",
    }  # fmt: skip


def test_several_faults_of_a_number_are_all_named(sqlite: Database) -> None:
    wrong = f"{MAN[:6]}19900230{MAN[14:17]}"
    right = check_digit(wrong)
    assert faults_of(sqlite, ZHANG, id_number=wrong + right) == {"id_number"}
    assert faults_of(sqlite, ZHANG, id_number=wrong + ("1" if right != "1" else "2")) == {"id_number", "id_number.2"}
    assert faults_of(sqlite, ZHANG, id_number=None) == {"id_number"}


@pytest.mark.parametrize(("on", "refused"), [("2026-03-02", False), ("2026-03-03", True)])
def test_nobody_is_recognised_tomorrow(sqlite: Database, on: str, refused: bool) -> None:
    given = {"categories": {"lifted": {"by": "乡村振兴局", "on": on}}}
    if refused:
        assert faults_of(sqlite, ZHANG, **given) == {"categories.lifted"}
    else:
        assert add(sqlite, ZHANG, **given).created


def test_what_was_said_is_compared_with_the_number(sqlite: Database) -> None:
    assert faults_of(sqlite, ZHANG, born="1970-01-16") == {"born"}
    assert add(sqlite, ZHANG, born="1970-01-15").warnings == ()
    # the sex is a warning and never a refusal: numbers have been given out wrongly
    registered = add(sqlite, LI, sex="男", retirement_category="man")
    assert len(registered.warnings) == 1 and row(sqlite, registered.person_id).sex == "男"


def test_the_same_number_is_the_same_person(database: Database) -> None:
    first = add(database, ZHANG)
    again = add(database, ZHANG, id_number=f" {MAN[:6]} {MAN[6:]}")
    assert (again.person_id, again.created, again.differs) == (first.person_id, False, ())
    other = add(database, ZHANG, name="张山", phone="13900001234", education="college")
    assert (other.person_id, other.differs) == (first.person_id, ("education", "name", "phone"))
    assert row(database, first.person_id).name == "张三"  # nothing was changed by saying it otherwise
    assert [entry.act for entry in log(database)] == ["register"]


def test_registered_by_many_at_once_is_registered_once(database: Database) -> None:
    outcomes: list[Registered] = []
    ready = threading.Barrier(6)

    def one() -> None:
        ready.wait()
        outcomes.append(add(database, ZHANG))

    crowd = [threading.Thread(target=one) for _ in range(6)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert [outcome.created for outcome in outcomes].count(True) == 1
    assert len({outcome.person_id for outcome in outcomes}) == 1 and len(outcomes) == 6
    assert unsound(database) == []


# ---- changing


def test_only_what_is_named_is_changed(database: Database) -> None:
    person_id = add(database, ZHANG).person_id
    given = {"statements": ["health"], "died_on": "2026-03-01", "prior_months": 7, "prior_evidence": "县台账"}
    assert change(database, person_id, **given) == ("died_on", "prior_evidence", "prior_months", "statements")
    person = row(database, person_id)
    assert (person.died_on, person.prior_months, person.statements) == (date(2026, 3, 1), 7, ["health"])
    assert person.name == "张三" and person.relatives == [SEAL.person_key(OTHER)]
    assert change(database, person_id, died_on=None) == ("died_on",)
    assert row(database, person_id).died_on is None
    assert [entry.act for entry in log(database)] == ["register", "update", "update"]


def test_what_does_not_change_leaves_no_trace(sqlite: Database) -> None:
    person_id = add(sqlite, ZHANG).person_id
    assert change(sqlite, person_id, name="张三", phone="13800001234", statements=ZHANG["statements"][::-1]) == ()
    assert len(log(sqlite)) == 1


def test_a_change_is_checked_as_a_registration_is(sqlite: Database) -> None:
    person_id = add(sqlite, ZHANG).person_id
    for given in (
        {"education": "?"},
        {"retirement_category": "woman50"},
        {"died_on": "2026-03-04"},
        {"id_number": MAN},
    ):
        with pytest.raises(InputRefused) as refused:
            change(sqlite, person_id, **given)
        assert set(refused.value.faults) == set(given)
    with pytest.raises(NoSuchPerson):
        change(sqlite, 999, name="王五")


# ---- reading a number


def test_a_full_number_is_read_on_the_record(database: Database) -> None:
    person_id = add(database, ZHANG).person_id
    with database.session() as session:
        assert reveal_id(session, SEAL, person_id, CLERK, "签订合同", AT) == MAN
        assert reveal_id(session, SEAL, person_id, CLERK, "电话通知", AT, field="phone") == "13800001234"
    last = log(database)[1:]
    assert [(entry.act, entry.purpose, entry.actor_key) for entry in last] == [
        ("reveal:id_number", "签订合同", CLERK.person_key),
        ("reveal:phone", "电话通知", CLERK.person_key),
    ]


@pytest.mark.parametrize("purpose", ["", "  ", "看", "x" * 201])
def test_without_a_purpose_nothing_is_read(sqlite: Database, purpose: str) -> None:
    person_id = add(sqlite, ZHANG).person_id
    with sqlite.session() as session, pytest.raises(InputRefused):
        reveal_id(session, SEAL, person_id, CLERK, purpose, AT)
    assert len(log(sqlite)) == 1


def test_a_reading_that_cannot_be_recorded_is_no_reading(sqlite: Database) -> None:
    person_id = add(sqlite, ZHANG).person_id
    with sqlite.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE person_log RENAME TO elsewhere")
    with pytest.raises(Exception, match="person_log"), sqlite.session() as session:
        reveal_id(session, SEAL, person_id, CLERK, "签订合同", AT)


# ---- nothing in the clear


def test_no_number_stands_in_the_database_file(migrated_sqlite_url: str) -> None:
    with database_at(migrated_sqlite_url) as database:
        person_id = add(database, ZHANG).person_id
        change(database, person_id, phone="13911112222", relatives=[WOMAN])
        with database.session() as session:
            reveal_id(session, SEAL, person_id, CLERK, "签订合同", AT)
            assert find(session, SEAL, MAN) is not None and find(session, SEAL, WOMAN) is None
        with database.transaction() as connection:
            connection.exec_driver_sql("SELECT 1")
    path = Path(migrated_sqlite_url.removeprefix("sqlite:///"))
    stored = b"".join(p.read_bytes() for p in path.parent.glob(path.name + "*"))
    for secret in (MAN, OTHER, WOMAN, "13800001234", "13911112222"):
        assert secret.encode() not in stored
    assert "张三".encode() in stored  # the search itself works


def test_the_bodies_of_the_log_say_nothing_about_the_person(database: Database) -> None:
    person_id = add(database, ZHANG).person_id
    change(database, person_id, education="college")
    with database.session() as session:
        reveal_id(session, SEAL, person_id, CLERK, "给张三打电话", AT)
    for entry in log(database):
        for words in ("张三", MAN, MAN[-4:], "1380000", "college", "lifted", "1970"):
            assert words not in entry.body.replace(CLERK.person_key, ""), entry.act
        assert set(orjson.loads(entry.body)["fields"]) == set() or entry.act != "reveal:id_number"


def test_sealed_numbers_cannot_be_swapped_between_people(sqlite: Database) -> None:
    first, second = add(sqlite, ZHANG).person_id, add(sqlite, LI).person_id
    with sqlite.transaction() as connection:
        connection.exec_driver_sql(
            "UPDATE person SET id_number_sealed = (SELECT id_number_sealed FROM person WHERE id = ?) WHERE id = ?",
            (second, first),
        )
    with pytest.raises(SealBroken), sqlite.session() as session:
        reveal_id(session, SEAL, first, CLERK, "核对", AT)


# ---- the log


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        ("UPDATE person_log SET body = replace(body, 'update', 'reveal') WHERE seq = 2", (2, "body")),
        ("UPDATE person_log SET actor_key = 'x' WHERE seq = 2", (2, "column")),
        ("UPDATE person_log SET purpose = '别的用途' WHERE seq = 3", (3, "column")),
        ("DELETE FROM person_log WHERE seq = 2", (2, "missing")),
        ("DELETE FROM person_log WHERE seq = 3", (3, "tail")),
        ("UPDATE person SET categories = '{}'", (0, "row")),
        ("UPDATE person SET died_on = NULL", (0, "row")),
        ("UPDATE person SET retirement_category = 'woman55'", (0, "row")),
    ],
)
def test_what_is_changed_by_hand_is_found(database: Database, edit: str, fault: tuple[int, str]) -> None:
    person_id = add(database, ZHANG).person_id
    change(database, person_id, died_on="2026-03-01")
    with database.session() as session:
        reveal_id(session, SEAL, person_id, CLERK, "签订合同", AT)
    assert unsound(database) == []
    with database.transaction() as connection:
        connection.exec_driver_sql(edit)
    assert unsound(database) == [fault]


# ---- open hires

TOWN = officer("镇干部甲", Role.EMPLOYER, "610981100", 1)
VILLAGE = "610981100201"
YOUNGER = synthetic("610928", date(1990, 3, 5), 15)
REGIONS = {"61": "陕西省", "610981": "旬阳市", "610981100": "城关镇", VILLAGE: "示例村"}


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, date(2026, 3, 2), REGIONS)
    yield world
    world.close()


def applied(world: World) -> tuple[int, int]:
    person_id = add(world.office.database, ZHANG, id_number=YOUNGER).person_id
    post = world.a_post("xunyang-2022-88", "village", VILLAGE)
    hire = world.an_opening(TOWN, post).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=person_id)
    return person_id, hire


def test_a_step_decided_on_the_old_facts_writes_nothing(world: World) -> None:
    person_id, hire = applied(world)
    seen = world.hire(hire).version
    change(world.office.database, person_id, statements=["health"])
    assert world.hire(hire).version == seen + 1
    with pytest.raises(StaleHire):
        engine.perform(world.office, hire, "check", TOWN, world.clock(), {}, expected_version=seen)


def test_a_step_that_is_being_decided_is_decided_again(
    migrated_postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite deciding holds the whole database, so that nothing can come in between."""
    world = World.on(migrated_postgresql_url, date(2026, 3, 2), REGIONS)
    person_id, hire = applied(world)
    read: list[int] = []
    real = writer.write_plans

    def meanwhile(connection: Any, plans: Any, extra: Any = None) -> Any:
        read.append(plans[0].before.version)
        if len(read) == 1:
            change(world.office.database, person_id, statements=["health"])
        return real(connection, plans, extra)

    monkeypatch.setattr(engine, "write_plans", meanwhile)
    with pytest.raises(StepRefused) as refused:  # on the new facts
        engine.perform(world.office, hire, "check", TOWN, world.clock(), {})
    assert len(read) == 1 and {a.guard for a in refused.value.answers if a.stops} == {"statement_signed"}
    assert world.acts(hire) == ["post", "apply"]
    world.close()


@pytest.mark.parametrize(
    ("given", "raised"),
    [
        ({"died_on": "2026-03-01"}, 1),
        ({"relatives": []}, 1),
        # what may betray kinship with an officer: the surname, and where somebody lives, calls from and is paid
        ({"phone": "13911112222"}, 1),
        ({"phone": "+86 138-0000-1234"}, 0),
        ({"bank": "6222020000000000000"}, 1),
        ({"name": "张叁"}, 0),
        ({"name": "章三"}, 1),
    ],
)
def test_only_what_a_guard_reads_concerns_the_hires(world: World, given: dict[str, Any], raised: int) -> None:
    person_id, hire = applied(world)
    before = world.hire(hire).version
    change(world.office.database, person_id, **given)
    assert world.hire(hire).version == before + raised


def test_a_hire_that_is_over_is_left_alone(world: World) -> None:
    person_id, hire = applied(world)
    world.do(hire, "withdraw", TOWN, opinion="本人放弃")
    before = world.hire(hire)
    assert before.state in FINAL_STATES
    change(world.office.database, person_id, statements=["health"])
    assert world.hire(hire).version == before.version


# ---- masks


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张小三", "张**"),
        ("欧阳", "欧*"),
        ("欧阳修", "欧阳*"),
        ("买买提·艾力", "买*****"),
        ("张", "张"),
    ],
)
def test_of_a_name_the_surname_is_shown(name: str, shown: str) -> None:
    assert masked_name(name) == shown


def test_of_numbers_the_ends_are_shown() -> None:
    assert masked_tail(MAN[-4:]) == "**************" + MAN[-4:]
    assert masked_phone("13800001234") == "138****1234"
    assert masked_phone("1234567") == "*******"


def test_the_actor_of_the_log_is_the_one_who_acted(sqlite: Database) -> None:
    with sqlite.session() as session:
        register(session, SEAL, ZHANG, Actor(9, "d" * 64, "王"), AT)
    [entry] = log(sqlite)
    assert (entry.actor_key, entry.account_id, entry.at) == ("d" * 64, 9, AT)


# ---- contacts and relatives


def test_phone_address_and_card_are_sealed_and_compared_by_index(database: Database) -> None:
    card = "6222 0200 0000 0000 000"
    first = add(database, ZHANG, address="城关镇解放路1号2幢", bank=card)
    second = add(database, LI, address="城关镇解放路1号2栋", phone="138-0000-1234", bank=None)
    one, two = row(database, first.person_id), row(database, second.person_id)
    assert len(one.contacts) == 3 and set(two.contacts) < set(one.contacts)
    for person in (one, two):
        text = str(person.model_dump())
        assert not [secret for secret in ("13800001234", "6222020", "解放路") if secret in text]
    assert one.pinyin == "zhangsan zs"
    with database.session() as session:
        assert reveal_id(session, SEAL, first.person_id, CLERK, "发放补贴", AT, field="bank") == "6222020000000000000"
        assert reveal_id(session, SEAL, first.person_id, CLERK, "送达文书", AT, field="address") == "城关镇解放路1号2幢"
        assert reveal_id(session, SEAL, second.person_id, CLERK, "发放补贴", AT, field="bank") is None
    assert unsound(database) == []


def test_a_wrong_card_is_refused_and_never_repeated(sqlite: Database) -> None:
    with pytest.raises(InputRefused) as refused:
        add(sqlite, ZHANG, bank="6222020000000000001")
    assert set(refused.value.faults) == {"bank"}
    assert "6222020" not in str(refused.value) + "".join(s.text() for s in refused.value.faults.values())


def test_indexes_and_pinyin_follow_a_change(database: Database) -> None:
    person_id = add(database, ZHANG, address="城关镇解放路1号").person_id
    before = row(database, person_id).contacts
    assert change(database, person_id, phone=None, name="单雄") == ("name", "phone")
    after = row(database, person_id)
    assert set(after.contacts) < set(before) and after.pinyin == "shanxiong sx"
    assert change(database, person_id, address=None) == ("address",)
    assert row(database, person_id).contacts == []
    assert unsound(database) == []


def test_an_index_that_was_tampered_with_is_found(sqlite: Database) -> None:
    person_id = add(sqlite, ZHANG).person_id
    with sqlite.session() as session:
        person = session.get(Person, person_id)
        assert person is not None
        person.contacts = []
        session.add(person)
    assert unsound(sqlite) == [(0, "row")]


def test_a_relative_is_named_by_the_account_of_an_officer(database: Database) -> None:
    with database.session() as session:
        session.add(Account(username="lvhe", password_hash="-", person_key="k" * 64, name="王", created_at=AT))
    person_id = add(database, ZHANG, relative_accounts=["lvhe"]).person_id
    assert row(database, person_id).relatives == sorted([SEAL.person_key(OTHER), "k" * 64])
    other = add(database, LI, relatives=None).person_id
    change(database, other, relative_accounts=["lvhe"])
    assert row(database, other).relatives == ["k" * 64]
    assert faults_of(database, ZHANG, relative_accounts=["lvhe", "nobody"]) == {"relative_accounts.1"}
    assert unsound(database) == []
