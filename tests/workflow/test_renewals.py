"""The round of renewals: which terms end, what stands beside them, what was decided, and in how few statements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from states.present_term import term_columns
from states.renewal_round import Look, Outcome, look
from states.vocabulary import Role, State
from tests.conftest import SQLITE
from tests.support.after import Village, at_work
from tests.support.lives import FIRST_DAY
from tests.support.world import World
from workflow.queries import scoped
from workflow.queries.leaving import proposals
from workflow.queries.renewals import Window, outcome_counts, terms, window_of
from workflow.reading import load_hires

NAMES = ["未考核", "合格", "不合格", "续签", "签订", "终止", "辞职"]


@pytest.fixture
def village(migrated_url: str) -> Iterator[Village]:
    world = World.on(migrated_url, FIRST_DAY, {})
    yield at_work(world, "xunyang-2022-88", NAMES, date(2022, 8, 1))
    world.close()


def assessed(village: Village, name: str, grade: str) -> None:
    world, hire = village.world, village.hires[name]
    world.do(hire, "assess", village.officer("employer"), year=2022, grade=grade, evidence="考核表")
    for who in ("hrss", "rural"):
        world.do(hire, "rule_assessment", village.officer(who))


def decided(village: Village) -> None:
    """December: all but one are assessed; May: what can be decided is."""
    world, clerk = village.world, village.officer("employer")
    world.sleep_to(date(2022, 12, 20))
    for name in NAMES[1:]:
        assessed(village, name, "failed" if name == "不合格" else "passed")
    world.sleep_to(date(2023, 5, 20))
    for name in ("续签", "签订"):
        world.do(village.hires[name], "decide_renew", clerk, reason="考核合格")
    world.do(village.hires["签订"], "sign_renewal", clerk, signed_on=world.clock.today)
    world.do(village.hires["终止"], "decide_end", clerk, reason="不再续签")
    day = world.clock.today
    world.do(village.hires["辞职"], "resign", clerk, given_on=day, leave_on=day + timedelta(days=30))


def looked(village: Village, name: str) -> Look:
    world = village.world
    hire = world.hire(village.hires[name])
    return look(hire, world.clock(), world.office.rulebook.rules(hire.procedure), world.office.setting)


def shown(village: Village, outcome: Outcome | None, window: Window, who: str = "employer") -> list[str]:
    called = {hire_id: name for name, hire_id in village.hires.items()}
    with village.world.office.database.reading() as connection:
        found = terms(connection, scoped(village.officer(who)), window, outcome=outcome)
    return sorted(called[line.hire_id] for line in found.lines)


def counts(village: Village, window: Window) -> dict[Outcome, int]:
    with village.world.office.database.reading() as connection:
        return outcome_counts(connection, scoped(village.officer("employer")), window)


def test_a_round_from_the_assessment_to_the_new_term(village: Village) -> None:
    decided(village)
    world, window = village.world, window_of(village.world.clock.today, 2023)
    expected = {
        Outcome.OPEN: ["不合格", "合格", "未考核"],
        Outcome.TO_RENEW: ["续签"],
        Outcome.SIGNED: ["签订"],
        Outcome.TO_END: ["终止"],
        Outcome.LEAVING: ["辞职"],
    }
    for outcome, names in expected.items():
        assert shown(village, outcome, window) == names
        assert {looked(village, name).outcome for name in names} == {outcome}
    assert counts(village, window) == {outcome: len(names) for outcome, names in expected.items()}
    assert shown(village, None, window) == sorted(NAMES)
    assert shown(village, None, window_of(world.clock.today, 2024)) == []
    world.sleep_to(date(2023, 9, 1))
    world.sleep_to(date(2023, 9, 2))
    assert shown(village, Outcome.RENEWED, window) == ["签订"]
    assert shown(village, Outcome.ENDED, window) == ["终止"]  # who resigned was out before the term was over
    assert shown(village, Outcome.OVER, window) == ["不合格", "合格", "未考核"]
    assert shown(village, Outcome.TO_RENEW, window) == ["续签"]  # decided, never signed, and over the term
    assert counts(village, window) == {
        Outcome.RENEWED: 1,
        Outcome.ENDED: 1,
        Outcome.OVER: 3,
        Outcome.TO_RENEW: 1,
    }
    columns_follow_from_the_dossier(village)


def columns_follow_from_the_dossier(village: Village) -> None:
    rows = village.world.ask("SELECT term_starts_on, term_ends_on, renewal, dossier FROM hire")
    assert len(rows) == len(NAMES)
    for starts_on, ends_on, renewal, dossier in rows:
        found = {"term_starts_on": starts_on, "term_ends_on": ends_on, "renewal": renewal}
        assert {name: None if value is None else str(value) for name, value in found.items()} == term_columns(dossier)


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_a_failed_year_bars_the_renewal_and_dismisses_nobody(village: Village) -> None:
    decided(village)
    world, failed = village.world, village.hires["不合格"]
    one = looked(village, "不合格")
    assert (one.passes, one.year, one.grade is not None and one.grade.passes) == (False, 2022, False)
    [refusal] = one.refusals
    assert (refusal.guard, str(refusal.verdict.say)) == ("assessment_passed", "2022年度考核不合格，不再续签")
    assert refusal.article.endswith("四(二)5")
    guards = world.articles(failed, "decide_renew", village.officer("employer"), reason="续签")
    assert set(guards) == {refusal.guard}
    ends_on = world.hire(failed).dossier.term_ends_on
    assert ends_on is not None
    world.sleep_to(ends_on)
    assert world.hire(failed).state is State.CONTRACTED, "on the last day of the term the person is still at work"
    world.sleep_to(ends_on + timedelta(1))
    assert world.hire(failed).stage == "over_term", "nobody has decided, so nobody is dismissed; the pay stops"
    assert [str(a.verdict.say) for a in looked(village, "未考核").refusals] == ["2022年度考核尚未审定"]


def test_what_stands_beside_a_term(village: Village) -> None:
    decided(village)
    world, one = village.world, looked(village, "合格")
    ends_on = world.hire(village.hires["合格"]).dossier.term_ends_on
    assert ends_on is not None
    assert (one.passes, one.used, one.left, one.limit_months) == (True, (12, 0), (24, 0), 36)
    assert one.next_ends_on == date(ends_on.year + 1, ends_on.month, ends_on.day)
    assert one.protected_until is None and one.cautions == ()
    clerk = village.officer("employer")
    until = ends_on + timedelta(days=20)
    world.do(village.hires["合格"], "protect", clerk, kind="medical_period", until=until, evidence="医院证明")
    with world.office.database.transaction() as connection:
        sql = "UPDATE person SET born = '1977-06-01', categories = '{}', died_on = '2023-06-01' WHERE id = ?"
        person = world.hire(village.hires["合格"]).person
        assert person is not None
        connection.exec_driver_sql(world.office._sql(sql), (person.id,))
    one = looked(village, "合格")
    assert one.protected_until == until
    assert [str(said).split("，")[0] for said in one.cautions] == [
        "登记显示本人已于2023-06-01死亡",
        "续签时年满46周岁",
        "登记的人员类别里没有文件要求的类别",
    ]
    with world.office.database.reading() as connection:
        known = world.office.every_procedure(connection)
        found = proposals(connection, scoped(clerk), known, world.clock.today)
        assert [(line.hire_id, line.proposal.ground.ground) for line in found.lines] == [
            (village.hires["合格"], "death")
        ]
        assert not proposals(connection, scoped(village.stranger(Role.HRSS)), known, world.clock.today).lines


def test_pages_follow_each_other_with_a_fixed_number_of_statements(village: Village) -> None:
    office, window = village.world.office, window_of(village.world.clock.today, 2023)
    seen, told = scoped(village.officer("employer")), 0
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(office.database.engine, "before_cursor_execute", note)
    taken: dict[int, int] = {}
    with office.database.reading() as connection:
        assert terms(connection, seen, window).lines
        for limit in (2, 7):
            statements.clear()
            page = terms(connection, seen, window, limit=limit)
            load_hires(connection, [line.hire_id for line in page.lines])
            outcome_counts(connection, seen, window)
            taken[limit] = len(statements)
        after, listed = None, []
        while True:
            page = terms(connection, seen, window, limit=2, after=after)
            listed += [line.hire_id for line in page.lines]
            after, told = page.after, told + 1
            if after is None:
                break
        assert not terms(connection, scoped(village.stranger(Role.EMPLOYER)), window).lines
        assert outcome_counts(connection, scoped(village.stranger(Role.EMPLOYER)), window) == {}
    assert taken == {2: 4, 7: 4}
    assert (told, sorted(listed)) == (4, sorted(village.hires.values()))


@pytest.mark.parametrize(
    ("today", "year", "expected"),
    [
        (date(2026, 6, 15), None, Window(date(2026, 1, 1), date(2026, 12, 31))),
        (date(2026, 11, 30), None, Window(date(2026, 1, 1), date(2027, 2, 28))),
        (date(2026, 6, 15), 2024, Window(date(2024, 1, 1), date(2024, 12, 31))),
        (date(2026, 6, 15), 99999, Window(date(2026, 1, 1), date(2026, 12, 31))),
    ],
)
def test_this_year_and_three_months_unless_a_year_is_named(today: date, year: int | None, expected: Window) -> None:
    assert window_of(today, year) == expected
