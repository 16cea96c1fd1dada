"""Whole careers with pay: nothing is paid that was not earned, nothing earned is left out, nobody ends by themselves.

``tests/support/pay_proofs.py`` has the questions, ``careers.py`` what people mean to do. ``make soak`` asks more often.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import randoms

from tests.conftest import Figures
from tests.support.careers import Career, Post, Year, a_career
from tests.support.county_desk import CountyDesk
from tests.support.lives import FIRST_DAY
from tests.support.paper import Paper
from tests.support.pay_proofs import AS_PAID, faults
from tests.support.world import World
from workflow import audit, office_log
from workflow.invariants import impossible

#: so many careers are lived here; thousands in ``make soak``
EXAMPLES = 100
#: what is met at least so often, or the proof is of a life that nobody lives
WANTED = {
    "start": 50, "renew": 50, "renew_late": 3, "overrun": 10, "extend": 10, "extend_service": 5, "end_term": 5,
    "resign": 1, "decide_leaving": 5, "leave": 5, "died": 3, "a death that was heard of late": 2,
    "served to a retirement": 1, "36 months": 5, "beyond 36 months by name": 1, "a second post": 5,
    "part of a month": 50, "paid wrongly": 2, "refused: months_left": 5, "refused: one_post_only": 5,
    "refused: assessment_passed": 3,
}  # fmt: skip


def lived(examples: int) -> Counter[str]:
    """Lives so many careers, the same ones each time; returns what was met."""
    met: Counter[str] = Counter()

    @settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(randoms(use_true_random=True))
    def live(random: Random) -> None:
        career = a_career(random)
        record = Paper(career, met).live().record
        assert faults(record) == [], career
        met["paid months"] += len(record.paid)
        met["part of a month"] += sum(one.line.days < 28 for one in record.paid)
        met["a second post"] += len({one.number for one in record.paid}) > 1
        for number in record.hires:
            mine = [one.line for one in record.paid if one.number == number]
            known = record.known(number)
            limit = known.stops.get("limit")
            last = max((line.until_on for line in mine), default=None)
            met["36 months"] += last is not None and last == limit
            months = record.procedures[number].service.months
            met["beyond 36 months by name"] += months is not None and len(mine) > months + 1
            met["served to a retirement"] += last is not None and last == known.stops.get("retirement")
            met["paid wrongly"] += any(
                not known.earned(day) for one in record.paid if one.number == number for day in one.days
            )

    live()
    return met


def test_of_every_career_all_that_has_to_hold_holds(figures: Figures) -> None:
    met = lived(EXAMPLES)
    figures("careers with pay", careers=EXAMPLES, paid_months=met["paid months"], hires=met["start"])
    assert {name: met[name] for name, least in WANTED.items() if met[name] < least} == {}


# ---- in a database -----------------------------------------------------------------------------------------------

#: seeds of careers that meet many things in little time
SIDE_BY_SIDE = (21, 24, 20, 3)
UNTIL = date(2023, 8, 31)
WANTED_THERE = ("a sheet that was paid", "a sheet: SheetChanged", "decide_leaving", "a death that was heard of late")


def test_side_by_side_in_a_database(migrated_url: str) -> None:
    """Sheets are made, handed in, approved and paid on different mornings, in between of which lives go on."""
    world = World.on(migrated_url, FIRST_DAY, {})
    seeds = SIDE_BY_SIDE if world.office.database.is_sqlite else SIDE_BY_SIDE[:2]
    desk = CountyDesk(world, [a_career(Random(seed)) for seed in seeds])
    desk.live(UNTIL)
    for index in range(len(seeds)):
        record = desk.record(index, UNTIL)
        assert [fault for proof in AS_PAID for fault in proof(record)] == [], record.career
    sums = "SELECT s.id, s.people, s.sum_fen, count(*), sum(l.net_fen) FROM pay_sheet s JOIN pay_line l"
    for sheet, people, sum_fen, lines, fen in world.ask(
        f"{sums} ON l.sheet_id = s.id GROUP BY s.id, s.people, s.sum_fen"
    ):
        assert (people, sum_fen) == (lines, fen), sheet
    once = "SELECT person_id, post_id, month FROM pay_line WHERE live GROUP BY person_id, post_id, month"
    assert world.ask(f"{once} HAVING count(*) > 1") == []
    with world.office.database.reading() as connection:
        assert impossible(connection) == []
        assert not list(office_log.verify(connection))
    assert audit.verify(world.office).faults == []
    assert not [what for what in WANTED_THERE if not desk.met[what]], desk.met
    assert sum(map(len, desk.paid.values())) >= 5 * len(seeds)
    world.close()


GOES_ON = Year()
TOLD = {
    "renewed late within the month, which has a gap": Career(
        (Post("xunyang", (Year("passed", "nothing", ("renew", 2)),)),)
    ),
    "let go for a day in the term before": Career(
        (Post("xunyang", (GOES_ON, Year(leaving=("dismiss", 20, -100)))), Post("xunyang", (GOES_ON,) * 5, opens=500))
    ),
    "dead in the first term, let go in the second": Career((Post("xunyang", (GOES_ON,) * 3),), died=(350, 60, True)),
    "a start that is written back into another post": Career(
        (Post("xunyang", (Year(leaving=("dismiss", 5, 0)),)), Post("baihe", (GOES_ON,) * 4, rests=40, back=30))
    ),
    "to the end of all months, and not a day more": Career((Post("rural", (GOES_ON,) * 5),)),
}  # fmt: skip


@pytest.mark.parametrize("told", TOLD)
def test_what_once_went_wrong_does_not_again(told: str) -> None:
    assert faults(Paper(TOLD[told]).live().record) == []
