"""One step, one transaction: concurrency, repeats, stale readers, constraints."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from states.refusals import InputRefused, NoSuchHire, Refusal, StaleHire, StepNotOffered, StepRefused
from states.vocabulary import Role
from tests.support.checker import faults_of
from tests.support.county import CLERK, HRSS, RURAL, a_county, an_applicant, multiply, village
from tests.support.world import World, colleague, officer
from workflow.engine import Done, KeyReused, PlaceTaken, bulk, offers_of, perform


@pytest.fixture
def county(migrated_url: str) -> Iterator[World]:
    world = a_county(migrated_url)
    yield world
    world.close()


def rows(world: World, table: str) -> int:
    return int(world.ask(f"SELECT count(*) FROM {table}")[0][0])


def at_once(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Runs the jobs in threads that start together; answers or exceptions, in order."""
    barrier = threading.Barrier(len(jobs))
    answers: list[Any] = [None] * len(jobs)

    def run(number: int) -> None:
        barrier.wait()
        try:
            answers[number] = jobs[number]()
        except Exception as error:
            answers[number] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_many_attempts_at_one_step_exactly_one_wins(county: World) -> None:
    hire = an_applicant(county)
    answers = at_once([lambda: perform(county.office, hire, "check", CLERK, county.clock()) for _ in range(12)])
    done = [answer for answer in answers if isinstance(answer, Done)]
    assert len(done) == 1
    assert all(isinstance(answer, StepNotOffered | StaleHire) for answer in answers if answer not in done)
    assert county.acts(hire).count("check") == 1
    with county.office.database.reading() as connection:
        assert faults_of(connection, [hire]) == []


def test_a_stale_reader_is_refused_and_nothing_changes(county: World) -> None:
    hire = an_applicant(county)
    seen = county.hire(hire).version
    county.do(hire, "check", CLERK)
    before = county.hire(hire)
    with pytest.raises(StaleHire) as stale:
        perform(county.office, hire, "recheck", colleague(HRSS), county.clock(), expected_version=seen)
    assert stale.value.facts["current"] == before.version
    assert county.hire(hire) == before


def test_the_same_command_twice_has_one_effect_and_one_answer(county: World) -> None:
    hire = an_applicant(county)
    first = perform(county.office, hire, "check", CLERK, county.clock(), {"opinion": "符合"}, key="k-1")
    again = perform(county.office, hire, "check", CLERK, county.clock(), {"opinion": "符合"}, key="k-1")
    assert (again.version, again.seq, again.stage, again.replayed) == (first.version, first.seq, first.stage, True)
    assert county.acts(hire).count("check") == 1
    with pytest.raises(KeyReused):
        perform(county.office, hire, "check", CLERK, county.clock(), {"opinion": "不同"}, key="k-1")
    # another account's key of the same name is its own
    done = perform(county.office, hire, "recheck", colleague(HRSS), county.clock(), key="k-1")
    assert not done.replayed


def test_the_same_key_at_the_same_moment_has_one_effect(county: World) -> None:
    hire = an_applicant(county)
    answers = at_once(
        [lambda: perform(county.office, hire, "check", CLERK, county.clock(), key="together") for _ in range(8)]
    )
    assert all(isinstance(answer, Done) for answer in answers), answers
    assert len({(a.version, a.seq) for a in answers}) == 1
    assert county.acts(hire).count("check") == 1


def test_a_refused_step_leaves_no_trace(county: World) -> None:
    hire = an_applicant(county)
    tables = ("audit_entry", "decision", "timer", "task", "outbox", "idempotency")
    before = {table: rows(county, table) for table in tables}
    post = county.hire(hire)
    with pytest.raises(InputRefused):
        perform(county.office, hire, "check", CLERK, county.clock(), {"surprise": 1}, key="x")
    with pytest.raises(StepNotOffered):
        perform(county.office, hire, "check", HRSS, county.clock(), key="x")
    county.do(hire, "check", CLERK)
    with pytest.raises(StepRefused):
        perform(county.office, hire, "recheck", officer("clerk", Role.HRSS, "610981", 7), county.clock(), key="x")
    assert rows(county, "idempotency") == before["idempotency"]
    assert county.hire(hire).version == post.version + 1


def test_places_are_never_taken_twice(county: World) -> None:
    """Two qualified applicants, one place: the second notice is refused, also at the same moment."""
    hires = multiply(county, an_applicant(county), 2)
    for hire in hires:
        county.do(hire, "check", CLERK)
        county.do(hire, "recheck", colleague(HRSS))
        county.do(hire, "recheck", colleague(RURAL))
    payload = {"posted_on": county.clock.today, "boards": ["公示栏"]}
    answers = at_once(
        [partial(perform, county.office, hire, "post_notice", CLERK, county.clock(), payload) for hire in hires]
    )
    assert sorted(type(answer).__name__ for answer in answers if isinstance(answer, Done)) == ["Done"]
    assert all(isinstance(answer, Refusal) for answer in answers if not isinstance(answer, Done)), answers
    assert county.ask("SELECT taken, places FROM opening")[0] == (1, 1)


def test_one_person_is_never_on_two_posts(county: World) -> None:
    person = county.a_person("甲", date(1990, 1, 1), "F", village(0))
    hires = []
    for number in range(2):
        post = county.a_post("xunyang-2022-88", "village", village(number))
        hire = county.an_opening(CLERK, post).hire_ids[0]
        county.do(hire, "apply", CLERK, person_id=person)
        county.do(hire, "check", CLERK)
        county.do(hire, "recheck", colleague(HRSS))
        county.do(hire, "recheck", colleague(RURAL))
        county.do(hire, "post_notice", CLERK, posted_on=county.clock.today, boards=["公示栏"])
        hires.append(hire)
    county.walk_to(date(2022, 6, 10))
    for hire in hires:
        county.do(hire, "report", CLERK)
        county.do(hire, "approve", HRSS)
        county.do(hire, "approve", RURAL)
        county.do(hire, "train", HRSS, held_on=county.clock.today, passed=True)
    answers = at_once(
        [
            partial(perform, county.office, hire, "start", CLERK, county.clock(), {"started_on": county.clock.today})
            for hire in hires
        ]
    )
    assert sum(isinstance(answer, Done) for answer in answers) == 1, answers
    assert all(isinstance(answer, Done | PlaceTaken | StepRefused) for answer in answers)


def test_the_database_itself_keeps_the_four_eyes(county: World) -> None:
    hire = an_applicant(county)
    county.do(hire, "check", CLERK)
    county.do(hire, "recheck", colleague(HRSS))
    with pytest.raises(IntegrityError), county.office.database.transaction() as connection:
        connection.exec_driver_sql(
            f"UPDATE decision SET officer_key = submitter_key WHERE hire_id = {hire} AND independent"
        )


def test_a_bulk_step_refuses_each_that_cannot_and_keeps_the_rest(county: World) -> None:
    hires = multiply(county, an_applicant(county), 5)
    county.do(hires[0], "withdraw", CLERK)
    outcome = bulk(county.office, [*hires, hires[1], 999_999], "check", CLERK, county.clock())
    assert [type(one).__name__ for one in outcome] == ["StepNotOffered", "Done", "Done", "Done", "Done", "NoSuchHire"]
    assert [county.hire(hire).stage for hire in hires] == ["withdrawn", *["checked"] * 4]


def test_what_lies_outside_is_as_if_it_were_not_there(county: World) -> None:
    hire = an_applicant(county)
    stranger = officer("外人", Role.EMPLOYER, "371502", 5)
    for call in (
        lambda: perform(county.office, hire, "check", stranger, county.clock()),
        lambda: offers_of(county.office, hire, stranger, county.clock()),
        lambda: perform(county.office, 10**9, "check", CLERK, county.clock()),
    ):
        with pytest.raises(NoSuchHire):
            call()


def test_offers_tell_the_same_as_the_step_itself(county: World) -> None:
    hire = an_applicant(county)
    _, offered = offers_of(county.office, hire, CLERK, county.clock())
    by_act = {offer.step.act: offer for offer in offered}
    assert by_act["check"].open
    of_the_house = {"comment", "attach", "reassign", "score", "suspend", "resume", "propose_correction"}
    assert set(by_act) == {"check", "reject", "withdraw", *of_the_house}
    county.do(hire, "check", CLERK)
    _, offered = offers_of(county.office, hire, officer("clerk", Role.RURAL, "610981", 7), county.clock())
    recheck = next(offer for offer in offered if offer.step.act == "recheck")
    assert [answer.guard for answer in recheck.answers if answer.stops] == ["four_eyes"]
