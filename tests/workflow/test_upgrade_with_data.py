"""A database of the first release is upgraded with its data: nothing is lost, and its trail still stands up."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from sqlalchemy import text

from states.canonical import GENESIS, canonical, digest_of, link
from states.facts import Grant
from states.vocabulary import Role
from workflow import migrate
from workflow.accounts import grants_of
from workflow.audit import verify
from workflow.office import Office
from workflow.settings import Settings
from workflow.unit_of_work import Database

AT = "2026-03-02 01:00:00.000000"
#: a hire as the first release left it: put there by SQL, because the program of that release is no longer here
NOTICE = {
    "hire_id": 1, "seq": 1, "round": 1, "posted_on": "2026-03-02", "ends_on": "2026-03-09", "provisional": False,
    "boards": ["公示栏"], "article": "四",
}  # fmt: skip
DOSSIER = {"entered_on": "2026-03-02", "posted_on": "2026-03-02", "notice_ends_on": "2026-03-09"}


def first_release(url: str) -> None:
    migrate.upgrade(url, "0001")
    database = Database(url)
    body = canonical(
        {
            "v": 1, "alg": "sha256", "hire": 1, "seq": 1, "prev": GENESIS, "procedure": "xunyang-2022-88@1",
            "act": "post", "from": "notice", "to": "notice", "state": "publicized", "visit": 1,
            "at": "2026-03-02T01:00:00+00:00",
            "on": "2026-03-02", "actor": {"person": "a", "account": 1, "role": "employer"}, "input": {"opening": 1},
            "answers": [], "records": [["notice", digest_of("sha256", NOTICE)]], "changes": DOSSIER,
        }
    )  # fmt: skip
    head = link("sha256", GENESIS, body)
    rows: dict[str, dict[str, Any]] = {
        "region": {"code": "610981", "level": "county", "name": "旬阳市"},
        "account": {"id": 1, "username": "zhang", "password_hash": "-", "person_key": "a", "name": "张某",
                    "language": "zh", "created_at": AT},
        "account_grant": {"account_id": 1, "role": "employer", "region": "610981"},
        "person": {"id": 1, "key": "p", "id_number_sealed": "-", "id_number_tail": "0000", "name": "单某某",
                   "born": "1990-01-01", "sex": "M", "retirement_category": "man", "education": "primary",
                   "home_region": "610981", "categories": "{}", "statements": "[]", "preferences": "[]",
                   "relatives": "[]", "prior_months": 0, "created_at": AT},
        "post": {"id": 1, "procedure_id": "xunyang-2022-88", "kind": "town", "region": "610981", "title": "信息员",
                 "employer": "镇政府", "sources": "[]", "registered": True, "monthly_fen": 1, "created_at": AT},
        "opening": {"id": 1, "post_id": 1, "procedure": "xunyang-2022-88@1", "announced_on": "2026-03-02", "places": 1,
                    "taken": 1, "boards": "[]", "announced_by": "a", "created_at": AT},
        "hire": {"id": 1, "version": 1, "visit": 1, "opening_id": 1, "person_id": None, "serving": False,
                 "procedure": "xunyang-2022-88@1", "kind": "town", "region": "610981", "stage": "notice",
                 "state": "posted", "submitted_by": "a", "audit_seq": 1, "audit_head": head,
                 "dossier": orjson.dumps(DOSSIER).decode(),
                 "opened_at": AT, "changed_at": AT},
        "audit_entry": {"hire_id": 1, "seq": 1, "at": AT, "on_day": "2026-03-02", "act": "post", "from_stage": "notice",
                        "to_stage": "notice", "actor_key": "a", "account_id": 1, "role": "employer", "body": body,
                        "hash": head},
        "notice": {**NOTICE, "boards": '["公示栏"]'},
    }  # fmt: skip
    with database.transaction() as connection:
        for table, values in rows.items():
            names = ", ".join(values)
            marks = ", ".join(f":{name}" for name in values)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), values)
    database.dispose()


def faults(url: str) -> set[tuple[int, str]]:
    office = Office.open(Settings(database_url=url))
    found = {(fault.seq, fault.kind) for fault in verify(office).faults if fault.kind != "hire"}
    office.database.dispose()
    return found


def test_what_the_first_release_kept_is_all_there_and_its_trail_stands_up(database_url: str) -> None:
    first_release(database_url)
    migrate.upgrade(database_url)
    database = Database(database_url)
    with database.session() as session:
        assert grants_of(session, 1, date(2026, 3, 2)) == (Grant(Role.EMPLOYER, "610981"),)
        assert grants_of(session, 1, date(2026, 3, 1)) == ()
    with database.reading() as connection:
        assert connection.execute(text("SELECT pinyin FROM person")).scalar_one().split()[-1].endswith("mm")
        assert str(connection.execute(text("SELECT entered_on FROM hire")).scalar_one()) == "2026-03-02"
        assert connection.execute(text("SELECT sheet FROM notice")).scalar_one() == "1-1-20260302"
    assert faults(database_url) == set(), "rows of the first release are compared by what they had then"
    with database.transaction() as connection:
        connection.execute(text("UPDATE notice SET article = '五'"))
    assert faults(database_url) == {(1, "record")}
    database.dispose()


def test_the_way_back_keeps_the_grants(database_url: str) -> None:
    first_release(database_url)
    migrate.upgrade(database_url)
    migrate.downgrade(database_url, "0001")
    database = Database(database_url)
    with database.reading() as connection:
        found = connection.execute(text("SELECT account_id, role, region FROM account_grant")).all()
    assert [tuple(row) for row in found] == [(1, "employer", "610981")]
    database.dispose()
