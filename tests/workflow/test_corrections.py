"""Corrections in the database: rows beside rows, one statement, what is verified afterwards, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from states.facts import dossier_to_json
from states.overpaid import Paid
from states.refusals import InputRefused, NoSuchHire, Refusal, StepNotOffered
from tests.conftest import SQLITE
from tests.support.after import paid
from tests.support.world import World, officer
from tests.support.xunyang import (
    BEGINS,
    HRSS,
    HRSS_2,
    REGIONS,
    RURAL,
    RURAL_2,
    START,
    TOWN,
    VILLAGE,
    in_notice,
    to_contract,
)  # fmt: skip
from tests.workflow.test_replay_of_lives import replayed
from workflow import audit, recoveries
from workflow.corrections import Lawful, foresee, present, unpaid, waiting
from workflow.engine import perform
from workflow.invariants import impossible
from workflow.queries import scoped
from workflow.queries.recoveries import received_of, suspects
from workflow.recoveries import Claim


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, START, REGIONS)
    yield world
    world.close()


def hired(world: World) -> int:
    hire = in_notice(world, "张三")
    to_contract(world, hire)
    return hire


def seq_of(world: World, hire: int, act: str) -> int:
    return int(world.ask("SELECT max(seq) FROM audit_entry WHERE hire_id = ? AND act = ?", hire, act)[0][0])


def propose(world: World, hire: int, act: str, **values: Any) -> int:
    told = {"entry": seq_of(world, hire, act), "values": values, "reason": "签到表上是另一天", "evidence": "签到表"}
    return world.do(hire, "propose_correction", TOWN, **told).seq


def correct(world: World, hire: int, act: str, **values: Any) -> int:
    number = propose(world, hire, act, **values)
    return world.do(hire, "confirm_correction", HRSS, correction=number, acknowledged=True).seq


def test_a_first_day_set_right_beside_the_old_row_and_verified(world: World) -> None:
    hire = hired(world)
    world.walk_to(date(2022, 9, 1))
    paid(world, hire, [(date(2022, 6, 13), date(2022, 6, 30), 84000), (date(2022, 7, 1), date(2022, 7, 31), 140000)])
    seen = foresee(world.office, hire, seq_of(world, hire, "start"), {"started_on": "2022-06-20"}, HRSS, world.clock())
    assert seen.wrong is not None and (seen.wrong.from_month, seen.wrong.fen) == (date(2022, 6, 1), 32667)
    assert seen.unpaid == ()
    number = propose(world, hire, "start", started_on="2022-06-20")
    assert ("correction", "hrss") in world.tasks(hire) and ("correction_proposed", "hrss") in world.letters(hire)
    proposal = waiting(world.office, hire, HRSS, world.clock())
    assert proposal is not None and (proposal.seq, proposal.reason) == (number, "签到表上是另一天")
    assert proposal.foreseen.wrong == seen.wrong
    assert isinstance(world.refused(hire, "confirm_correction", HRSS, correction=number + 1), InputRefused)
    done = world.do(hire, "confirm_correction", HRSS, correction=number)
    rows = world.ask(
        "SELECT seq, starts_on, ends_on, corrects_seq, corrected_by FROM contract WHERE hire_id = ? ORDER BY seq", hire
    )
    first = seq_of(world, hire, "sign")
    assert [(row[0], str(row[1]), str(row[2]), *row[3:]) for row in rows] == [
        (first, "2022-06-13", "2023-06-12", None, done.seq),
        (done.seq, "2022-06-20", "2023-06-19", first, None),
    ]
    assert ("correction", "hrss") not in world.tasks(hire)
    assert world.hire(hire).person.periods == ((date(2022, 6, 20), date(2023, 6, 19), hire),)  # type: ignore[union-attr]
    with world.office.database.reading() as connection:
        (claim,) = suspects(connection, scoped(HRSS), world.clock.today)
    assert (claim.hire_id, claim.found.fen) == (hire, 32667), "money that was paid for days before is proposed"
    assert audit.verify(world.office).sound
    earlier = foresee(
        world.office, hire, seq_of(world, hire, "start"), {"started_on": "2022-05-30"}, HRSS, world.clock()
    )
    assert earlier.unpaid == (date(2022, 5, 1), date(2022, 6, 1)), "days that would be owed and were never paid"
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE pay_line SET days_tenths = 110 WHERE month = '2022-06-01'")
        assert [line.paid_days for line in received_of(connection, [hire])[hire]] == [11, 31]
    recoveries.ask(world.office, hire, Claim("2022-06", "2022-06", 32667, "多发", "第十五条"), TOWN, world.clock())
    again = foresee(world.office, hire, seq_of(world, hire, "start"), {"started_on": "2022-06-21"}, HRSS, world.clock())
    assert again.wrong is None, "what is claimed back is not told of as wrong again"


JUNE = [(date(2022, 6, 1), date(2022, 6, 10)), (date(2022, 6, 21), date(2022, 6, 30))]


@pytest.mark.parametrize(("days", "owed"), [(20, (date(2022, 6, 1),)), (30, ())])
def test_days_between_two_terms_are_owed_where_they_were_not_paid(days: int, owed: tuple[date, ...]) -> None:
    line = Paid(date(2022, 6, 1), date(2022, 6, 30), 100_000, days)
    whole = ((date(2022, 6, 1), date(2022, 6, 30)),)
    assert unpaid(tuple(JUNE), whole, [line], date(2022, 7, 31)) == owed


def test_two_terms_are_set_right_in_one_statement_and_back(world: World) -> None:
    hire = hired(world)
    world.walk_to(date(2023, 5, 20))
    world.do(hire, "assess", TOWN, year=2022, grade="passed")
    for officer_ in (HRSS, RURAL):
        world.do(hire, "rule_assessment", officer_)
    world.do(hire, "decide_renew", TOWN, reason="考核合格")
    world.do(hire, "sign_renewal", TOWN, signed_on=world.clock.today)
    world.walk_to(date(2023, 7, 1))
    before = world.hire(hire).dossier
    correct(world, hire, "start", started_on="2022-06-12")
    assert [str(row[0]) for row in terms(world, hire)] == ["2022-06-12", "2023-06-12"]
    assert audit.verify(world.office).sound
    correct(world, hire, "start", started_on="2022-06-13")
    assert [str(row[0]) for row in terms(world, hire)] == ["2022-06-13", "2023-06-13"]
    after = world.hire(hire).dossier
    assert after.with_(clocks={}) == before.with_(clocks={})
    report = audit.verify(world.office)
    assert report.sound, report.faults
    with world.office.database.reading() as connection:
        assert impossible(connection) == [], "terms that were set right overlap with nothing"
    # a later step speaks of the rows in force alone
    leaves = {"ground": "fraud", "effective_on": date(2023, 7, 5), "reason": "经查属实", "evidence": "核查表"}
    world.do(hire, "decide_leaving", TOWN, **leaves)
    world.walk_to(date(2023, 7, 7))
    ended = world.ask("SELECT ended_on FROM contract WHERE hire_id = ? AND ended_on IS NOT NULL", hire)
    assert [str(row[0]) for row in ended] == ["2023-07-05"]
    assert audit.verify(world.office).sound
    reports_move_with_the_day_of_their_step(world, hire)


def reports_move_with_the_day_of_their_step(world: World, hire: int) -> None:
    """The change was owed from 6 July 2023; the contract was reported a year before, and its number was mistyped."""
    owed, settled = report(world, hire, "change"), world.hire(hire).dossier
    for moved, due_on in (("2023-07-03", date(2023, 7, 4)), ("2023-07-05", date(2023, 7, 6))):
        correct(world, hire, "decide_leaving", effective_on=moved)
        base = report(world, hire, "change")
        (filing,) = (one for one in world.hire(hire).dossier.filings if one.filing == "change")
        clock = world.hire(hire).dossier.clocks[f"filing:change:{filing.seq}"]
        assert base[0] == filing.due_on.isoformat() == clock.due_on.isoformat()
        assert date.fromisoformat(base[0]) - date.fromisoformat(owed[0]) == due_on - date(2023, 7, 6)
        found = audit.verify(world.office)
        assert found.sound, found.faults
    assert world.hire(hire).dossier.filings == settled.filings, "there and back again"
    world.do(hire, "file", TOWN, filing="change", seq=seq_of(world, hire, "leave"), sent_on=world.clock.today)
    sent = report(world, hire, "change")
    correct(world, hire, "file", sent_on="2023-07-06", receipt="收文3号")
    correct(world, hire, "decide_leaving", effective_on="2023-07-04")
    assert sent == (owed[0], "2023-07-07", None)
    assert report(world, hire, "change")[1:] == ("2023-07-06", "收文3号")
    assert report(world, hire, "change")[0] < owed[0], "one that was sent moves too: was it in time?"
    correct(world, hire, "sign_renewal", number="续字2号")
    assert [row[0] for row in numbers(world, hire)] == [None, "续字2号"]
    assert replayed(world, hire)["dossier"] == dossier_to_json(world.hire(hire).dossier)
    assert audit.verify(world.office).sound
    bodies = str(world.ask("SELECT body FROM audit_entry WHERE hire_id = ?", hire))
    assert "收文3号" not in bodies and "续字2号" not in bodies, "words stay out of the trail"
    for attack in REPORTED:
        assert _found(world, attack), attack


def report(world: World, hire: int, name: str) -> tuple[str, str | None, str | None]:
    (row,) = world.ask("SELECT due_on, sent_on, receipt FROM filing WHERE hire_id = ? AND filing = ?", hire, name)
    return str(row[0]), None if row[1] is None else str(row[1]), row[2]


def numbers(world: World, hire: int) -> list[Any]:
    return world.ask("SELECT number FROM contract WHERE hire_id = ? AND corrected_by IS NULL ORDER BY term_no", hire)


def terms(world: World, hire: int) -> list[Any]:
    return world.ask("SELECT starts_on FROM contract WHERE hire_id = ? AND corrected_by IS NULL ORDER BY term_no", hire)


ATTACKS = [
    "UPDATE contract SET corrected_by = NULL WHERE corrected_by IS NOT NULL AND term_no = 1",
    "UPDATE contract SET starts_on = '2022-06-01' WHERE corrects_seq IS NOT NULL",
    "UPDATE contract SET corrects_seq = 1 WHERE corrects_seq IS NOT NULL",
    "UPDATE contract SET number = 'x' WHERE corrects_seq IS NOT NULL",
    "DELETE FROM contract WHERE corrects_seq IS NOT NULL",
    "UPDATE correction SET upheld = false",
    "UPDATE correction SET entry = 1",
    "UPDATE correction SET reason = '别的理由'",
    "UPDATE correction SET decided_by = 'somebody'",
    "DELETE FROM correction",
]
REPORTED = [
    "UPDATE filing SET due_on = '2023-07-20' WHERE filing = 'change'",
    "UPDATE filing SET sent_on = '2023-07-07' WHERE filing = 'change'",
    "UPDATE filing SET due_on = '2022-07-20' WHERE filing = 'contract'",
    "UPDATE contract SET number = '续字3号' WHERE number = '续字2号'",
]


def test_every_row_of_a_correction_that_is_changed_by_hand_is_found(world: World) -> None:
    hire = hired(world)
    correct(world, hire, "start", started_on="2022-06-12")
    assert audit.verify(world.office).sound
    for attack in ATTACKS:
        kinds = _found(world, attack)
        assert kinds, attack


def _found(world: World, attack: str) -> list[str]:
    """The faults that a verification finds after ``attack``, which is taken back."""
    with world.office.database.transaction() as connection:
        names = ("contract", "correction", "filing")
        kept = {n: [dict(r._mapping) for r in connection.exec_driver_sql(f"SELECT * FROM {n}")] for n in names}
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(attack)
        except IntegrityError as error:
            return [str(error.orig)]
    report = audit.verify(world.office)
    from workflow.tables import metadata

    with world.office.database.transaction() as connection:
        for name in names:
            table = metadata.tables[name]
            connection.execute(table.delete())
            connection.execute(table.insert(), [_typed(table, row) for row in kept[name]])
    assert audit.verify(world.office).sound
    return [fault.kind for fault in report.faults]


def _typed(table: Any, row: dict[str, Any]) -> dict[str, Any]:
    import json

    found = dict(row)
    for column in table.columns:
        value = found[column.name]
        if isinstance(value, str) and str(column.type) == "DATE":
            found[column.name] = date.fromisoformat(value)
        elif isinstance(value, str) and str(column.type) == "JSON":
            found[column.name] = json.loads(value)
        elif isinstance(value, int) and str(column.type) == "BOOLEAN":
            found[column.name] = bool(value)
    return found


def test_who_may_not_look_ahead(world: World) -> None:
    hire = hired(world)
    number = seq_of(world, hire, "start")
    values = {"started_on": "2022-06-12"}
    from states.vocabulary import Role

    cases: list[tuple[Any, type[Refusal]]] = [
        (officer("外地", Role.HRSS, "440300"), NoSuchHire),
        (officer("督查", Role.SUPERVISOR, "610981"), StepNotOffered),
    ]
    for actor, refusal in cases:
        with pytest.raises(refusal):
            foresee(world.office, hire, number, values, actor, world.clock())
        with pytest.raises(refusal):
            present(world.office, hire, number, actor)
        with pytest.raises(Refusal):
            perform(world.office, hire, "propose_correction", actor, world.clock(), {"entry": number, "values": values})
    assert present(world.office, hire, number, TOWN).values == {"started_on": BEGINS}
    assert waiting(world.office, hire, TOWN, world.clock()) is None


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_other_hires_of_the_person_are_shown_and_never_met(world: World) -> None:
    first = hired(world)
    world.walk_to(date(2022, 8, 1))
    leaves = {"ground": "fraud", "effective_on": date(2022, 8, 5), "reason": "经查属实", "evidence": "核查表"}
    world.do(first, "decide_leaving", TOWN, **leaves)
    world.walk_to(date(2022, 8, 8))
    person = world.hire(first).person
    assert person is not None
    post = world.a_post("xunyang-2022-88", "village", VILLAGE, title="二岗")
    second = world.an_opening(TOWN, post).hire_ids[0]
    world.do(second, "apply", TOWN, person_id=person.id)
    for act, by in (("check", TOWN), ("recheck", HRSS_2), ("recheck", RURAL_2)):
        world.do(second, act, by)
    world.do(second, "post_notice", TOWN, posted_on=world.clock.today, boards=["镇公示栏"])
    world.walk_to(date(2022, 8, 19))
    for act, by, said in (
        ("report", TOWN, {}), ("approve", HRSS, {}), ("approve", RURAL, {}),
        ("train", HRSS, {"held_on": world.clock.today, "passed": True}),
        ("start", TOWN, {"started_on": world.clock.today}), ("sign", TOWN, {"signed_on": world.clock.today}),
    ):  # fmt: skip
        world.do(second, act, by, **said)
    world.walk_to(date(2022, 12, 1))
    number, before = seq_of(world, first, "decide_leaving"), world.hire(second).dossier.last_lawful_on
    assert before is not None
    found = foresee(world.office, first, number, {"effective_on": "2022-08-18"}, HRSS, world.clock())
    assert found.lawful == (Lawful(second, before, date(2025, 6, 12)),)
    with pytest.raises(InputRefused, match=None) as refused:
        foresee(world.office, first, number, {"effective_on": "2022-08-19"}, HRSS, world.clock())
    assert f"聘用{second}" in refused.value.faults["values"].text()


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_a_corrected_grade_shows_the_performance_pay_that_rests_on_it(world: World) -> None:
    hire = hired(world)
    world.walk_to(date(2022, 12, 20))
    world.do(hire, "assess", TOWN, year=2022, grade="passed")
    for by in (HRSS, RURAL):
        world.do(hire, "rule_assessment", by)
    december, number = date(2022, 12, 1), seq_of(world, hire, "assess")
    paid(world, hire, [(december, date(2022, 12, 31), 120000)], "performance")
    paid(world, hire, [(date(2021, 12, 1), date(2021, 12, 31), 1)], "performance")  # of another year
    found = foresee(world.office, hire, number, {"grade": "failed"}, HRSS, world.clock())
    assert [(one.month, one.fen, one.paid) for one in found.performance] == [(december, 120000, True)]
    other = foresee(world.office, hire, seq_of(world, hire, "train"), {"hours": 12}, HRSS, world.clock())
    assert other.performance == ()
