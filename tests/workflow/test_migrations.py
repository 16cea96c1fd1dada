"""Migrations: the schema is what the tables say, with data in it, there and back, whoever comes first; and it holds."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import (
    JSON,
    CheckConstraint,
    Connection,
    Table,
    create_engine,
    inspect,
    text,
)
from sqlalchemy.exc import IntegrityError

from workflow import migrate
from workflow.tables import STATES, metadata
from workflow.unit_of_work import Database

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
KEY = "k" * 64


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    database = Database(migrated_url)
    yield database
    database.dispose()


# ---- the schema


def test_the_schema_is_what_the_tables_say(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_constraints_and_partial_indexes_are_what_the_tables_say(migrated_url: str) -> None:
    """What comparing leaves out: the migrated database beside one made straight from the tables."""
    database = Database(migrated_url)
    with database.reading() as connection:
        found = laws_of(connection)
    database.dispose()
    migrate.downgrade(migrated_url, "base")
    with database.transaction() as connection:
        metadata.create_all(connection)
    with database.reading() as connection:
        expected = laws_of(connection)
    database.dispose()
    assert found == expected
    assert {"ck_decision_four_eyes", "uq_hire_serving_person"} <= {law[1] for law in expected}


def laws_of(connection: Connection) -> set[tuple[str, str, str]]:
    """Every check and every index of every table, as the database describes it."""
    if connection.dialect.name == "postgresql":
        rows = connection.exec_driver_sql(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace"
            " UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        ).fetchall()
        return {(t, n, d) for t, n, d in rows if t != "alembic_version"}
    inspector = inspect(connection)
    found = set()
    for table in set(inspector.get_table_names()) - {"alembic_version"}:
        for check in inspector.get_check_constraints(table):
            found.add((table, str(check["name"]), " ".join(check["sqltext"].split())))
        for index in inspector.get_indexes(table):
            where = str(index.get("dialect_options", {}).get("sqlite_where", ""))
            found.add((table, str(index["name"]), f"{index['column_names']} {index['unique']} {where}"))
        for key in inspector.get_foreign_keys(table):
            found.add((table, str(key["name"]), f"{key['constrained_columns']} {key['referred_table']}"))
        for unique in inspector.get_unique_constraints(table):
            found.add((table, str(unique["name"]), str(unique["column_names"])))
    return found


# ---- there and back, with data


def sample(table: Table, column: Any, overrides: dict[str, Any]) -> Any:
    """A value that fits a column."""
    if column.name in overrides:
        return overrides[column.name]
    if column.nullable:
        return None
    plain = getattr(column.type, "impl_instance", column.type)
    kind = dict if isinstance(plain, JSON) else plain.python_type
    if kind is str:
        return f"{column.name}"[: plain.length or 99]
    return {bool: False, int: 1, date: DAY, datetime: AT, dict: {}, bytes: b""}[kind]


ROWS: dict[str, dict[str, Any]] = {
    "person": {"id": 1, "key": KEY, "prior_months": 0},
    "opening": {"id": 1, "places": 2, "taken": 1, "closes_on": None},
    "region": {"parent": None, "code": "region"},
    "post": {"id": 1, "region": "region"},
    "account": {"id": 1},
    "hire": {"id": 1, "region": "region", "state": "applied", "person_id": 1, "opening_id": 1, "post_id": 1},
    "timer": {"status": "pending", "kind": "advise"},
    "outbox": {"status": "waiting", "message_id": "m"},
    "delivery": {"status": "waiting", "message_id": "m"},
    "contract": {"term_no": 1},
    "substitution": {"principal_id": 1, "deputy_id": 2},
    "public_application": {"status": "waiting"},
    "attendance": {"marks": "1" * 31},
    "attendance_correction": {"id": 1, "marks": "1" * 31, "decided_by": "another", "upheld": True},
    "charge_correction": {"id": 1, "decided_by": "another", "upheld": True},
    "pay_sheet": {"id": 1, "status": "draft"},
    "pay_line": {"sheet_id": 1, "gross_fen": 3, "deducted_fen": 1, "net_fen": 2, "topup": 0, "live": True},
    "recovery": {"id": 1},
    "paper_template": {"id": 1, "live": True},
    "policy": {"id": 1},
    "publication": {"id": 1},
    "cover": {"policy_id": 1},
    "subsidy_claim": {"id": 1, "status": "prepared", "received_fen": 0, "charged_fen": 0},
    "claim_line": {"claim_id": 1, "live": True},
    "import_run": {"id": "run_id", "kind": "roster"},
    "import_line": {"change": "new"},
    "import_undo": {"id": 1, "asked_by": "a", "decided_by": "b", "upheld": True},
    "pay_result": {"result": "paid"},
    "bank_list": {"number": 1},
    "bank_card": {"changed_by": "another"},
    "correction": {"entry": 1, "seq": 2, "decided_seq": 3, "decided_by": "another", "upheld": True},
}


def insert(connection: Connection, name: str, **overrides: Any) -> None:
    table = metadata.tables[name]
    values = {c.name: sample(table, c, ROWS.get(name, {}) | overrides) for c in table.columns}
    if "id" in values and values["id"] is None:
        del values["id"]
    connection.execute(table.insert().values(values))


def fill(database: Database) -> None:
    with database.transaction() as connection:
        for table in metadata.sorted_tables:
            insert(connection, table.name)
            if table.name == "account":
                insert(connection, "account", id=2, username="deputy")


def test_every_table_survives_with_its_rows_and_the_way_back_leaves_nothing(migrated_url: str) -> None:
    database = Database(migrated_url)
    fill(database)
    migrate.upgrade(migrated_url)  # nothing left to do, and nothing done
    with database.reading() as connection:
        for table in metadata.sorted_tables:
            assert connection.execute(text(f"SELECT count(*) FROM {table.name}")).scalar() == 1 + (
                table.name == "account"
            ), table.name
    database.dispose()
    migrate.downgrade(migrated_url, "base")
    assert (migrate.current(migrated_url), migrate.pending(migrated_url)) == (None, True)
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    migrate.upgrade(migrated_url)
    assert (migrate.current(migrated_url), migrate.pending(migrated_url)) == (migrate.head(), False)
    fill(database)
    database.dispose()


def test_each_migration_goes_back_one_by_one(database_url: str) -> None:
    from alembic.script import ScriptDirectory

    revisions = [script.revision for script in ScriptDirectory(str(migrate.SCRIPTS)).walk_revisions()]
    for revision in reversed(revisions):
        migrate.upgrade(database_url, revision)
        assert migrate.current(database_url) == revision
    for revision in [*revisions[1:], "base"]:
        migrate.downgrade(database_url, revision)
    migrate.upgrade(database_url)
    assert not migrate.pending(database_url)


def test_an_empty_database_is_pending(database_url: str) -> None:
    assert migrate.current(database_url) is None
    assert migrate.pending(database_url)


# ---- at once, and half-way


def _upgrade(url: str, ready: Any, failed: Any) -> None:
    ready.wait()
    try:
        migrate.upgrade(url)
    except BaseException as error:
        failed.put(repr(error))
    else:
        failed.put("")


@pytest.mark.parametrize("processes", [2, 4])
def test_of_processes_that_upgrade_at_once_none_fails(database_url: str, processes: int) -> None:
    context = multiprocessing.get_context("fork")
    ready, outcome = context.Barrier(processes), context.Queue()
    started = [context.Process(target=_upgrade, args=(database_url, ready, outcome)) for _ in range(processes)]
    for process in started:
        process.start()
    assert [outcome.get(timeout=60) for _ in started] == [""] * processes
    for process in started:
        process.join()
    assert not migrate.pending(database_url)


def _killed_half_way(url: str, table: str) -> None:
    from alembic import op

    real = op.create_table

    def create_table(name: str, *columns: Any, **more: Any) -> Any:
        if name == table:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(name, *columns, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(op, "create_table", create_table)
        migrate.upgrade(url)


@pytest.mark.parametrize("table", ["hire", "delivery"])
def test_an_upgrade_that_is_killed_has_changed_nothing(database_url: str, table: str) -> None:
    process = multiprocessing.get_context("fork").Process(target=_killed_half_way, args=(database_url, table))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert migrate.current(database_url) is None
    migrate.upgrade(database_url)
    assert not migrate.pending(database_url)


def test_a_migration_that_leaves_orphans_is_refused(migrated_sqlite_url: str) -> None:
    database = Database(migrated_sqlite_url)
    fill(database)
    database.dispose()
    engine = create_engine(migrated_sqlite_url)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("UPDATE audit_entry SET hire_id = 99")
        connection.commit()
    engine.dispose()
    with pytest.raises(RuntimeError, match="without what they refer to"):
        migrate.upgrade(migrated_sqlite_url)


# ---- the constraints hold

#: SQL, or a further row of a table
Step = str | tuple[str, dict[str, Any]]


def row(table: str, **overrides: Any) -> Step:
    return table, overrides


class Undone(Exception):
    """Raised at the end of a transaction that is not to be kept."""


def take(database: Database, steps: list[Step], keep: bool = True) -> None:
    with database.transaction() as connection:
        for step in steps:
            if isinstance(step, str):
                connection.execute(text(step))
            else:
                insert(connection, step[0], **step[1])
        if not keep:
            raise Undone


ATTACKS: dict[str, list[Step]] = {
    # who decides
    "four eyes": [row("decision", seq=2, independent=True, officer_key="a", submitter_key="a")],
    "joint signer": [row("decision", seq=n, joint=True, outcome="sign") for n in (2, 3)],
    "joint signer for two bureaus": [
        row("decision", seq=2, joint=True, outcome="sign", role="hrss"),
        row("decision", seq=3, joint=True, outcome="take", role="rural"),
    ],
    "two entries of one number": [row("audit_entry")],
    # who is hired
    "serving on two posts": ["UPDATE hire SET serving = true", row("hire", id=2, opening_id=2, serving=True)],
    "two live applications": [row("hire", id=2)],
    "a person twice": [row("person", id=2)],
    "nobody applied": ["UPDATE hire SET person_id = NULL"],
    "a state that there is not": ["UPDATE hire SET state = 'fired'"],
    "version 0": ["UPDATE hire SET version = 0"],
    "a negative entry number": ["UPDATE hire SET audit_seq = -1"],
    # places
    "more taken than places": ["UPDATE opening SET taken = 3"],
    "fewer than none taken": ["UPDATE opening SET taken = -1"],
    "no places": ["UPDATE opening SET taken = 0, places = 0"],
    "closed before it opens": ["UPDATE opening SET closes_on = '2026-03-01'"],
    "places of a plan": ["UPDATE allocation SET places = -1"],
    # periods
    "a notice that ends before it begins": ["UPDATE notice SET ends_on = '2026-03-01'"],
    "a term that ends before it begins": ["UPDATE contract SET starts_on = '2026-03-02', ends_on = '2026-03-01'"],
    "two contracts of one term": [row("contract", seq=2)],
    "months that were not served": ["UPDATE person SET prior_months = -1"],
    "two approvals of one hiring": [
        row("decision", seq=n, subject=-1, approves=True, act=f"act{n}", officer_key="a") for n in (2, 3)
    ],
    # who may act
    "granting by oneself": ["UPDATE role_grant SET asked_by = 'a', confirmed_by = 'a'"],
    "a grant that ends before it begins": ["UPDATE role_grant SET until_on = '2026-03-01'"],
    "one's own deputy": ["UPDATE substitution SET deputy_id = principal_id"],
    "an absence that ends before it begins": ["UPDATE substitution SET until_on = '2026-03-01'"],
    "clearing oneself": ["UPDATE clearance SET cleared_by = officer_key"],
    "an office log that begins at 0": ["UPDATE office_log SET seq = 0"],
    "two public applications": [row("public_application", id=2)],
    "a status of no public application": ["UPDATE public_application SET status = 'lost'"],
    "one view under two addresses": [row("saved_view", id=2)],
    "two rulings of one year": [row("assessment", seq=n, year=2025, ruled_seq=9) for n in (2, 3)],
    # a year on the post
    "a month of 27 days": [f"UPDATE attendance SET marks = '{'1' * 27}'"],
    "an exception that nobody gave a reason for": ["UPDATE attendance SET exception_by = 'a'"],
    "a device that saw another month": [f"UPDATE attendance SET device = '{'1' * 30}'"],
    "an exception that one confirms alone": ["UPDATE attendance SET exception = 'w', exception_by = recorded_by"],
    "marks that are claimed for no reason": ["UPDATE attendance SET claimed = marks"],
    "marks still claimed when they were confirmed": [
        "UPDATE attendance SET claimed = marks, exception = 'w', exception_by = 'another'"
    ],
    "two sheets of one month": [row("attendance")],
    "a month corrected to 27 days": [f"UPDATE attendance_correction SET marks = '{'1' * 27}'"],
    "correcting a month alone": ["UPDATE attendance_correction SET decided_by = asked_by"],
    "a month corrected that nobody decided": ["UPDATE attendance_correction SET upheld = NULL"],
    "two corrections of a month that wait": [
        row("attendance_correction", id=n, decided_by=None, upheld=None) for n in (2, 3)
    ],
    "a point for nothing": ["UPDATE point SET number = 0"],
    "more right than asked": ["UPDATE point SET listed = 9, correct = 9, month = 1, number = 8"],
    "an old agreement that was paid less than nothing": ["UPDATE old_terms SET monthly_fen = -1"],
    "more satisfied than asked": ["UPDATE survey SET satisfied = 2"],
    "getting back nothing": ["UPDATE recovery SET fen = 0"],
    "deciding on one's own claim": ["UPDATE recovery SET asked_by = 'a', decided_by = 'a', upheld = true"],
    "somebody who decided nothing": ["UPDATE recovery SET asked_by = 'a', decided_by = 'b', upheld = NULL"],
    "closed for no reason": ["UPDATE aftercare SET closed_on = '2026-03-02', reason = NULL"],
    "paying back nothing": ["UPDATE repayment SET fen = 0"],
    # facts and money set right
    "confirming one's own correction": ["UPDATE correction SET decided_by = proposed_by"],
    "a correction that nobody decided": ["UPDATE correction SET upheld = NULL"],
    "correcting what is still to come": ["UPDATE correction SET entry = seq"],
    "two corrections that wait": [
        row("correction", seq=n, decided_seq=None, decided_by=None, upheld=None) for n in (5, 6)
    ],
    "money that is set right by nothing": [row("repayment", number=2, corrects=1, reason="r", fen=1)],
    "money set right for no reason": [row("repayment", number=2, corrects=1, fen=-1)],
    "a claim raised by a reduction": [row("repayment", number=2, corrects=0, reason="r", fen=-1)],
    "two reductions that wait": [row("repayment", number=n, corrects=0, reason="r", fen=1) for n in (2, 3)],
    "money set right twice": [row("repayment", number=n, corrects=1, reason="r", fen=-1) for n in (2, 3)],
    "setting one's own money right": [
        row("repayment", number=2, corrects=1, reason="r", fen=-1, upheld=True, decided_by="recorded_by")
    ],
    "money set right that nobody decided": [row("repayment", number=2, corrects=1, reason="r", fen=-1, upheld=True)],
    "a payment that is decided on": ["UPDATE repayment SET upheld = true, decided_by = 'another'"],
    # money
    "done before its month": ["UPDATE pay_day_done SET done_on = '2026-03-01', month = '2026-03-02'"],
    "a list of nobody": ["UPDATE filing_list SET people = 0"],
    "sent without a receipt": ["UPDATE filing_list SET sent_on = '2026-03-02'"],
    "a policy that ends before it begins": ["UPDATE policy SET until_on = '2026-03-01'"],
    "one policy twice": [row("policy", id=2)],
    "cover that ends before it begins": ["UPDATE cover SET until_on = '2026-03-01'"],
    "claiming nothing": ["UPDATE subsidy_claim SET fen = 0"],
    "receiving more than was claimed": ["UPDATE subsidy_claim SET received_fen = 1, charged_fen = 1"],
    "a claim of no known status": ["UPDATE subsidy_claim SET status = 'lost'"],
    "a month claimed for nothing": ["UPDATE claim_line SET fen = 0"],
    "a month claimed twice": [row("subsidy_claim", id=2), row("claim_line", claim_id=2)],
    "charging nothing": ["UPDATE pay_charge SET fen = 0"],
    "charging anew by oneself": ["UPDATE charge_correction SET decided_by = asked_by"],
    "charged anew, and nobody decided": ["UPDATE charge_correction SET upheld = NULL"],
    "two chargings anew that wait": [row("charge_correction", id=n, decided_by=None, upheld=None) for n in (2, 3)],
    "taken down before it was put up": ["UPDATE publication SET taken_on = '2026-03-01'"],
    "published twice": [row("publication", id=2)],
    "a rate below nought": ["UPDATE rate SET value = -1"],
    "two rates from one day": [row("rate", id=2)],
    "a budget below nought": ["UPDATE budget SET fen = -1"],
    "a sheet of no known status": ["UPDATE pay_sheet SET status = 'lost'"],
    "a sheet of fewer than nobody": ["UPDATE pay_sheet SET people = -1"],
    "two open sheets of one month": [row("pay_sheet", id=2)],
    "an open sheet beside another, the first of them approved": [
        "UPDATE pay_sheet SET status = 'approved'",
        row("pay_sheet", id=2, status="draft"),
    ],
    "paid twice for a month, the first time for good": [
        "UPDATE pay_sheet SET status = 'paid'",
        row("pay_sheet", id=2),
        row("pay_line", sheet_id=2, hire_id=1),
    ],
    "paid twice for a month": [row("pay_sheet", id=2, region="other"), row("pay_line", sheet_id=2, hire_id=1)],
    "paid a difference that is none": ["UPDATE pay_line SET topup = 1, gross_fen = 0, deducted_fen = 0, net_fen = 0"],
    "paid the same difference twice": [
        row("pay_sheet", id=2, region="other"),
        row("pay_line", sheet_id=2, hire_id=1, topup=1),
        row("pay_sheet", id=3, region="another"),
        row("pay_line", sheet_id=3, hire_id=1, topup=1),
    ],
    "paid for days backwards": ["UPDATE pay_line SET until_on = '2026-03-01'"],
    "a line that does not add up": ["UPDATE pay_line SET net_fen = 3"],
    "approving one's own sheet": ["UPDATE pay_approval SET officer_key = 'a', maker_key = 'a'"],
    "approving one sheet twice": [row("pay_approval")],
    "two templates for one paper": [row("paper_template", id=2)],
    "one number twice": [row("paper", term_no=2)],
    "two live papers of one term": [row("paper", number="another")],
    # imports
    "an import of no known kind": ["UPDATE import_run SET kind = 'fax'"],
    "an import of fewer than no rows": ["UPDATE import_run SET refused = -1"],
    "a line that changed nothing": ["UPDATE import_line SET change = 'same'"],
    "undoing by oneself": ["UPDATE import_undo SET asked_by = 'a', decided_by = 'a', upheld = true"],
    "an undoing that nobody answered": ["UPDATE import_undo SET decided_by = NULL, upheld = true"],
    "two undoings at once": [
        "UPDATE import_undo SET decided_by = NULL, upheld = NULL",
        row("import_undo", id=2, decided_by=None, upheld=None),
    ],
    "a result that there is not": ["UPDATE pay_result SET result = 'lost'"],
    "a list for the bank of nobody": ["UPDATE bank_list SET people = 0"],
    "a card checked by whoever changed it": ["UPDATE bank_card SET checked_by = changed_by"],
    "a payment of less than nothing": ["UPDATE bank_line SET fen = -1"],
    # words of a list
    "timer status": ["UPDATE timer SET status = 'running'"],
    "timer kind": ["UPDATE timer SET kind = 'bar'"],
    "outbox status": ["UPDATE outbox SET status = 'sent'"],
    "delivery status": ["UPDATE delivery SET status = 'lost'"],
    # the rest
    "a log that begins at 0": ["UPDATE person_log SET seq = 0"],
    "an entry without a hire": [row("audit_entry", hire_id=99)],
    "a place in no region": ["UPDATE post SET region = 'nowhere'"],
    "a user name twice": [row("account", id=3)],
    "a deleted hire": ["DELETE FROM hire"],
    "a deleted person": ["DELETE FROM person"],
}


@pytest.fixture(scope="module")
def filled(shared_url: str) -> Iterator[Database]:
    """A row of every table; whatever is refused or undone leaves it as it was."""
    database = Database(shared_url)
    fill(database)
    take(database, [row("opening", id=2)])
    yield database
    database.dispose()


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_constraint_holds(filled: Database, attack: str) -> None:
    with pytest.raises(IntegrityError):
        take(filled, ATTACKS[attack])


ALLOWED: dict[str, list[Step]] = {
    "one's own step without four eyes": [row("decision", seq=2, officer_key="a", submitter_key="a")],
    "another's step": [row("decision", seq=2, independent=True, officer_key="a", submitter_key="b")],
    "signing for two acts": [row("decision", seq=n, joint=True, outcome="sign", act=f"act{n}") for n in (2, 3)],
    "ruling on two proposals": [row("decision", seq=n, subject=n, joint=True, outcome="take") for n in (2, 3)],
    "refusing twice": [row("decision", seq=n, joint=True, outcome="refuse") for n in (2, 3)],
    "applying again after withdrawing": ["UPDATE hire SET state = 'withdrawn'", row("hire", id=2)],
    "serving and applying": ["UPDATE hire SET serving = true", row("hire", id=2, opening_id=2)],
    "an empty place": [row("hire", id=2, person_id=None, state="posted")],
    "every place taken": ["UPDATE opening SET taken = places"],
    "closing on the day": ["UPDATE opening SET closes_on = announced_on"],
    "two proposals of one year": [row("assessment", seq=n, year=2025) for n in (2, 3)],
    "approving two rounds": [
        row("decision", seq=n, subject=-n, approves=True, act=f"act{n}", officer_key="a") for n in (2, 3)
    ],
    "answering twice": [row("decision", seq=n, subject=-1, act=f"act{n}", officer_key="a") for n in (2, 3)],
    "applying again after an answer": [
        "UPDATE public_application SET status = 'taken'",
        row("public_application", id=2),
    ],
    "a term of one day": ["UPDATE contract SET starts_on = '2026-03-02', ends_on = '2026-03-02'"],
    "a new sheet for one that is void": ["UPDATE pay_sheet SET status = 'void'", row("pay_sheet", id=2)],
    "a supplementary sheet after one that was paid": ["UPDATE pay_sheet SET status = 'paid'", row("pay_sheet", id=2)],
    "paid on the sheet that follows a void one": [
        "UPDATE pay_sheet SET status = 'void'",
        "UPDATE pay_line SET live = false",
        row("pay_sheet", id=2),
        row("pay_line", sheet_id=2),
    ],
    "paid for two posts in a month": [
        "INSERT INTO post SELECT 2, "
        + ", ".join(c.name for c in list(metadata.tables["post"].columns)[1:])
        + " FROM post",
        row("pay_sheet", id=2, region="other"),
        row("pay_line", sheet_id=2, post_id=2),
    ],
    "a paper in place of one set aside": ["UPDATE paper SET replaced_at = made_at", row("paper", number="another")],
    "a month of 28 days": [f"UPDATE attendance SET marks = '{'1' * 28}'"],
    "what a device saw of a month": ["UPDATE attendance SET device = marks"],
    "marks that are claimed": ["UPDATE attendance SET claimed = marks, exception = 'w'"],
    "an exception that two answer for": ["UPDATE attendance SET exception = 'w', exception_by = 'another'"],
}


@pytest.mark.parametrize("case", ALLOWED)
def test_the_constraint_lets_pass(filled: Database, case: str) -> None:
    """No constraint waits for the commit."""
    with pytest.raises(Undone):
        take(filled, ALLOWED[case], keep=False)


def test_every_state_is_let_in(database: Database) -> None:
    fill(database)
    with database.transaction() as connection:
        for state in STATES:
            connection.execute(text("UPDATE hire SET state = :state"), {"state": state})


def test_every_check_is_attacked() -> None:
    """A check that is added without an attack is noticed here."""
    attacked = {
        "ck_decision_four_eyes", "ck_hire_person", "ck_hire_state", "ck_hire_numbers", "ck_opening_taken",
        "ck_opening_places", "ck_opening_window", "ck_allocation_places", "ck_notice_period", "ck_person_prior_months",
        "ck_timer_status", "ck_timer_kind", "ck_outbox_status", "ck_delivery_status", "ck_person_log_seq",
        "ck_contract_term", "ck_role_grant_two_people", "ck_role_grant_window", "ck_substitution_two_accounts",
        "ck_substitution_window", "ck_clearance_two_people", "ck_office_log_seq", "ck_public_application_status",
        "ck_attendance_marks", "ck_attendance_exception",
        "ck_attendance_device", "ck_attendance_two_people", "ck_attendance_claimed",
        "ck_point_numbers", "ck_point_check", "ck_survey_numbers", "ck_old_terms_numbers",
        "ck_recovery_numbers", "ck_recovery_two_people", "ck_recovery_decision", "ck_aftercare_closed",
        "ck_correction_order", "ck_correction_decision", "ck_correction_four_eyes",
        "ck_repayment_reason", "ck_repayment_decision", "ck_repayment_correction", "ck_repayment_two_people",
        "ck_repayment_fen", "ck_rate_value", "ck_budget_fen",
        "ck_pay_sheet_status", "ck_pay_sheet_numbers", "ck_pay_line_days", "ck_pay_line_sum",
        "ck_pay_line_topup", "ck_attendance_correction_marks", "ck_attendance_correction_decision",
        "ck_attendance_correction_two_people", "ck_charge_correction_decision", "ck_charge_correction_two_people",
        "ck_policy_numbers", "ck_cover_days", "ck_subsidy_claim_numbers", "ck_subsidy_claim_money",
        "ck_subsidy_claim_status", "ck_claim_line_fen",
        "ck_pay_charge_fen", "ck_publication_taken",
        "ck_pay_day_done_day", "ck_filing_list_people", "ck_filing_list_sent",
        "ck_pay_approval_four_eyes", "ck_import_run_kind", "ck_import_run_numbers", "ck_import_line_change",
        "ck_import_undo_two_people", "ck_import_undo_decision", "ck_pay_result_result",
        "ck_bank_list_numbers", "ck_bank_card_two_people", "ck_bank_line_fen",
    }  # fmt: skip
    checks = {
        str(constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert {name if name.startswith("ck_") else f"ck_{name}" for name in checks} == attacked
