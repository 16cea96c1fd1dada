"""People on old posts, and hires that go over to another version: 聊政办字〔2022〕4号二(六), two versions at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from states.attendance_marks import PRESENT
from states.facts import Actor
from states.inputs import Override
from states.recognition import RecognitionInput
from states.refusals import InputRefused, Refusal, StepNotOffered, StepRefused
from states.vocabulary import Role, State
from tests.support.world import World, officer
from workflow import moving, old_posts
from workflow.audit import verify
from workflow.bundle import bundle, faults_of
from workflow.engine import PlaceTaken
from workflow.invariants import impossible
from workflow.pay_rows import month_rows
from workflow.queries import scoped
from workflow.queries.leaving import proposals
from workflow.tables import Attendance, metadata

DOCUMENT = "liaocheng-2022-4"
OLD, NEW = f"{DOCUMENT}@0.old-terms", f"{DOCUMENT}@1"
SIX = "聊政办字〔2022〕4号二(六)"
VILLAGE = "371502100201"
REGIONS = {"37": "山东省", "3715": "聊城市", "371502": "东昌府区", "371502100": "示例镇", VILLAGE: "示例村"}
TOWN = officer("镇干部乙", Role.TOWNSHIP, "371502100", 2)
HRSS = officer("人社干部丁", Role.HRSS, "371502", 4)
CHIEF = officer("人社局长己", Role.HRSS, "371502", 6)
ELDERLY = {"elderly_rural": {"by": "镇政府", "on": "2022-01-10"}}
MARCH = date(2022, 3, 10)


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, MARCH, REGIONS)
    yield world
    world.close()


def entered(world: World, name: str = "赵某", *, prior: int = 0, **more: Any) -> int:
    """Somebody on an old post: by default from 2021-03-01, by an agreement to the end of 2022, for 800 yuan."""
    born = more.pop("born", date(1970, 5, 1))
    person = world.a_person(
        name, born, "M", VILLAGE, categories=more.pop("categories", ELDERLY), prior_months=prior, prior_evidence="台账"
    )
    post = world.a_post(DOCUMENT, "rural", VILLAGE, monthly_fen=95000)
    return old_posts.enter(world.office, post, TOWN, world.clock(), given(person, **more)).hire_id


def given(person: int, **more: Any) -> dict[str, Any]:
    return {
        "person_id": person,
        "started_on": "2021-03-01",
        "starts_on": "2021-03-01",
        "ends_on": "2022-12-31",
        "signed_on": "2021-02-25",
        "number": "旧-7",
        "monthly_yuan": "800.00",
        "evidence": "原聘用协议",
    } | more


def propose(world: World, hire: int, kind: str = "recognise", by: Actor = TOWN) -> Any:
    return moving.propose_outcome(world.office, hire, kind, by, world.clock(), "经核对本人材料")


def recognise(world: World, hire: int, by: Actor = HRSS, **more: Any) -> Any:
    given: dict[str, Any] = {"signed_on": world.clock.today, "number": "新-1"} | more
    said = RecognitionInput(**given)
    return moving.confirm_recognition(world.office, hire, by, world.clock(), said)


def sound(world: World) -> None:
    assert verify(world.office).faults == []
    with world.office.database.reading() as connection:
        assert impossible(connection) == []


def refusal(call: Any, *args: Any, **named: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        call(*args, **named)
    return refused.value


# ---- entering ----------------------------------------------------------------------------------------------------


def test_an_entry_is_taken_back_until_a_day_of_work_is_on_record(world: World) -> None:
    first, second = entered(world), entered(world, "钱某")
    assert isinstance(refusal(world.do, first, "take_back_entry", TOWN, opinion="录错了人"), StepRefused), "by another"
    with world.office.database.session() as session:
        row: dict[str, Any] = {"hire_id": first, "month": MARCH.replace(day=1), "marks": PRESENT * 31, "version": 1}
        session.add(Attendance(**row, source="page", recorded_by="x", recorded_at=world.clock()))
    assert "考勤" in str(refusal(world.do, first, "take_back_entry", HRSS, opinion="录错了人"))
    assert world.hire(first).stage == "old_term"
    world.do(second, "take_back_entry", HRSS, opinion="录错了人")
    assert world.hire(second).stage == "unfilled"
    sound(world)


def test_somebody_on_an_old_post_is_entered_with_what_they_were_under(world: World) -> None:
    hire = entered(world)
    now = world.hire(hire)
    assert (now.procedure, now.stage, now.state) == (OLD, "old_term", State.CONTRACTED)
    assert (now.dossier.term_starts_on, now.dossier.term_ends_on) == (date(2021, 3, 1), date(2022, 12, 31))
    assert now.dossier.old_pay_fen == 80000
    assert [f.filing for f in now.dossier.filings] == ["real_name"]
    assert world.acts(hire) == ["post", "enter"]
    assert world.ask("SELECT months_before, monthly_fen, evidence FROM old_terms") == [(0, 80000, "原聘用协议")]
    sound(world)
    # once only, on this post or on another
    again = given(world.people["赵某"])
    for post in (1, world.a_post(DOCUMENT, "rural", VILLAGE, title="护林员")):
        stopped = refusal(old_posts.enter, world.office, post, TOWN, world.clock(), again)
        assert isinstance(stopped, StepRefused | PlaceTaken)
    assert len(world.ask("SELECT id FROM hire")) == 1
    # the old agreement is never renewed, and the refusal names the article
    assert world.articles(hire, "decide_renew", TOWN, reason="本人愿意继续") == {"old_terms_end": SIX}


# ---- recognised, or run out --------------------------------------------------------------------------------------


def test_old_months_and_new_ones_are_one_sum(migrated_sqlite_url: str) -> None:
    """12 months by the old agreement to the end of February, so 23 before make 35, and one more fills the 36."""
    world = World.on(migrated_sqlite_url, MARCH, REGIONS)
    for served, until in ((0, date(2023, 2, 28)), (23, date(2022, 3, 31)), (24, None), (25, None)):
        hire = entered(world, f"赵{served}", prior=served)
        if until is None:
            found = refusal(propose, world, hire)
            assert isinstance(found, StepRefused)
            assert found.articles == ["聊政办字〔2022〕4号二(四)"], served
            # by then the old agreement still runs to its end
            propose(world, hire, "run_out")
            moving.confirm_run_out(world.office, hire, HRSS, world.clock(), "已满三年")
            assert world.hire(hire).dossier.term_ends_on == date(2022, 12, 31)
        else:
            propose(world, hire)
            recognise(world, hire)
            dossier = world.hire(hire).dossier
            assert (dossier.term_starts_on, dossier.term_ends_on) == (date(2022, 3, 1), until)
            assert dossier.last_lawful_on == (date(2024, 2, 29) if not served else until)
    sound(world)
    world.close()


def test_recognised_anew_by_two_people_and_paid_by_the_new_standard(world: World) -> None:
    hire = entered(world)
    assert isinstance(refusal(recognise, world, hire), StepNotOffered)  # nobody has proposed it
    propose(world, hire, by=HRSS)
    assert isinstance(refusal(propose, world, hire), StepNotOffered)  # one proposal at a time
    same = replace(HRSS, account_id=99)
    alone = refusal(recognise, world, hire, same)
    assert (alone.sentence.text(), world.hire(hire).stage) == ("您是提出的人，须由另一人确认", "old_term")
    assert isinstance(refusal(recognise, world, hire, TOWN), StepNotOffered)  # the county confirms
    early = refusal(recognise, world, hire, CHIEF, signed_on=date(2022, 3, 11))
    assert isinstance(early, InputRefused) and "signed_on" in early.faults
    before = refusal(recognise, world, hire, CHIEF, signed_on=date(2021, 2, 28))
    assert isinstance(before, InputRefused) and "signed_on" in before.faults, "before the old agreement began"
    recognise(world, hire, CHIEF)

    now = world.hire(hire)
    assert (now.procedure, now.stage, now.state) == (NEW, "on_post", State.CONTRACTED)
    contracts = world.ask("SELECT term_no, starts_on, ends_on, ended_on FROM contract ORDER BY term_no")
    assert [tuple(str(v) for v in row) for row in contracts] == [
        ("1", "2021-03-01", "2022-12-31", "2022-02-28"),
        ("2", "2022-03-01", "2023-02-28", "None"),
    ]
    entry = _body(world, hire)
    assert (entry["versions"]["from"], entry["versions"]["to"], entry["procedure"]) == (OLD, NEW, NEW)
    assert {a[0] for a in entry["answers"]} == {"one_post_only", "months_left", "in_group", "alive"}
    assert ("contract_signed", "applicant") in world.letters(hire)
    sound(world)
    assert faults_of(bundle(world.office, hire, world.clock())) == []

    # February by the old standard, March by the new one, whenever the sheet is made
    _present(world, hire, date(2022, 2, 1), 28)
    _present(world, hire, date(2022, 3, 1), 31)
    with world.office.database.reading() as connection:
        sums = [
            month_rows(world.office, connection, DOCUMENT, VILLAGE, month).sum_fen
            for month in (date(2022, 2, 1), date(2022, 3, 1))
        ]
    assert sums == [80000, 95000]


def _present(world: World, hire: int, month: date, days: int) -> None:
    with world.office.database.session() as session:
        session.add(
            Attendance(
                hire_id=hire,
                month=month,
                marks=PRESENT * days,
                source="page",
                recorded_by="某",
                recorded_at=world.clock(),
            )
        )


def _body(world: World, hire: int) -> Any:
    sql = "SELECT body FROM audit_entry WHERE hire_id = ? ORDER BY seq DESC LIMIT 1"
    with world.office.database.reading() as connection:
        return orjson.loads(str(connection.exec_driver_sql(world.office._sql(sql), (hire,)).scalar()))


def test_who_does_not_fulfil_the_conditions_keeps_the_old_end_and_the_old_pay(world: World) -> None:
    hire = entered(world, categories={})
    propose(world, hire)  # a rule in principle: the county may widen the groups, with its approval
    outside = refusal(recognise, world, hire)
    assert isinstance(outside, StepRefused)
    assert [a.guard for a in outside.answers if a.stops] == ["in_group"]
    moving.drop(world.office, hire, HRSS, world.clock(), "不属于安置对象")
    propose(world, hire, "run_out")
    moving.confirm_run_out(world.office, hire, HRSS, world.clock(), "不属于安置对象")
    assert (world.hire(hire).procedure, world.hire(hire).dossier.renewal) == (OLD, "end")
    again = refusal(propose, world, hire, "run_out")
    assert again.sentence.text() == "已经确认执行原协议期至期满"
    _present(world, hire, date(2022, 3, 1), 31)
    with world.office.database.reading() as connection:
        assert month_rows(world.office, connection, DOCUMENT, VILLAGE, date(2022, 3, 1)).sum_fen == 80000
    world.sleep_to(date(2022, 12, 31))
    assert world.hire(hire).stage == "old_term"
    world.sleep_to(date(2023, 1, 1))
    assert (world.hire(hire).state, world.hire(hire).dossier.ended_on) == (State.DISMISSED, date(2022, 12, 31))
    sound(world)


def test_who_fulfils_the_conditions_is_not_let_run_out_without_a_reason(migrated_sqlite_url: str) -> None:
    world = World.on(migrated_sqlite_url, MARCH, REGIONS)
    hire = entered(world)
    propose(world, hire, "run_out")
    found = refusal(moving.confirm_run_out, world.office, hire, HRSS, world.clock(), "到期终止")
    assert isinstance(found, StepRefused) and found.articles == [SIX]
    moving.confirm_run_out(world.office, hire, HRSS, world.clock(), "到期终止", although="本人书面放弃")
    assert world.hire(hire).dossier.renewal == "end"
    # the county widens the groups for another, with its approval on record
    other = entered(world, "钱某", categories={})
    propose(world, other)
    widened = Override(guard="in_group", reason="区政府同意扩大范围", approval_no="区政字〔2022〕3号")
    recognise(world, other, overrides=(widened,))
    assert world.hire(other).stage == "on_post"
    sound(world)
    world.close()


def test_who_stayed_after_the_old_end_is_recognised_from_the_day_of_the_confirmation(migrated_sqlite_url: str) -> None:
    """Old months and new ones are one sum, and the days between are of neither: not paid, and not counted."""
    world = World.on(migrated_sqlite_url, MARCH, REGIONS)
    hire = entered(world, ends_on="2022-04-15")
    other = entered(world, "钱某", ends_on="2022-04-15")
    propose(world, other, "run_out")
    world.sleep_to(date(2022, 4, 16))
    assert {world.hire(one).stage for one in (hire, other)} == {"over_term"}
    # no day of the old agreement is left that could run; who stays has to be recognised, or leaves
    late = (
        refusal(propose, world, hire, "run_out"),
        refusal(moving.confirm_run_out, world.office, other, HRSS, world.clock(), "到期终止", although="本人书面放弃"),
    )
    assert all("没有可执行的剩余期限" in str(one) for one in late)
    propose(world, hire, by=HRSS)
    world.sleep_to(date(2022, 4, 20))
    recognise(world, hire, CHIEF)

    now = world.hire(hire)
    assert (now.procedure, now.stage, now.dossier.over_term_on, now.dossier.paid_until) == (NEW, "on_post", None, None)
    contracts = world.ask("SELECT starts_on, ends_on, ended_on FROM contract WHERE hire_id = ? ORDER BY term_no", hire)
    assert [tuple(str(v) for v in row) for row in contracts] == [
        ("2021-03-01", "2022-04-15", "2022-04-15"),
        ("2022-04-20", "2023-04-19", "None"),
    ]
    # 13 months and 15 days were served, so 22 months and 15 days are left from the day of the recognition
    assert now.dossier.last_lawful_on == date(2024, 3, 5)
    waiting = world.ask("SELECT name FROM timer WHERE hire_id = ? AND status = 'pending'", hire)
    assert "over_term_watch" not in {name for (name,) in waiting}
    sound(world)
    # March by the old standard; of April 15 days before and 11 after, by the new one; nothing for the four between
    for month, days in ((date(2022, 3, 1), 31), (date(2022, 4, 1), 30)):
        _present(world, hire, month, days)
        _present(world, other, month, days)
    with world.office.database.reading() as connection:
        march, april = (
            month_rows(world.office, connection, DOCUMENT, VILLAGE, date(2022, month, 1)).paid for month in (3, 4)
        )
    assert [(lines[hire].net_fen, lines[hire].days) for lines in (march, april)] == [(80000, 31), (82333, 26)]
    assert april[other].days == 15
    world.close()


# ---- another version ---------------------------------------------------------------------------------------------


def on_notice(world: World, name: str) -> int:
    """A hire whose notice hangs since the tenth of March, a Thursday."""
    person = world.a_person(name, date(1970, 5, 1), "M", VILLAGE, categories=ELDERLY)
    post = world.a_post(DOCUMENT, "rural", VILLAGE)
    (hire,) = world.an_opening(HRSS, post, closes_on=date(2022, 3, 31)).hire_ids
    world.do(hire, "apply", TOWN, person_id=person)
    head = officer("村干部甲", Role.VILLAGE, VILLAGE, 1)
    world.do(hire, "appraise", head, held_on=MARCH, present=21, in_favour=11)
    world.do(hire, "review_and_post", TOWN, posted_on=MARCH, boards=["镇公示栏", "村公示栏"])
    return hire


def everything(world: World) -> dict[str, list[str]]:
    """Every row of every table."""
    with world.office.database.reading() as connection:
        return {
            name: sorted(str(row) for row in connection.execute(table.select()))
            for name, table in metadata.tables.items()
        }


@pytest.fixture
def ruled(tmp_path: Path) -> Path:
    """A county that ruled seven working days of notice, which makes a version of its own."""
    (tmp_path / "gaps.yaml").write_text(f"{DOCUMENT}: {{notice_working_days: 7}}\n", encoding="utf-8")
    return tmp_path


def test_two_versions_live_at_once_and_one_hire_goes_over(world: World, ruled: Path) -> None:
    old = on_notice(world, "孙某")
    later = World.on(str(world.office.database.url.render_as_string(False)), MARCH, {}, procedure_folder=ruled)
    second = later.office.catalogue.current(DOCUMENT).key
    new = on_notice(later, "李某")
    ends = {hire: later.hire(hire).dossier.notice_ends_on for hire in (old, new)}
    assert (later.hire(old).procedure, later.hire(new).procedure) == (NEW, second)
    assert ends == {old: date(2022, 3, 17), new: date(2022, 3, 21)}

    # looked at beforehand, by one and by many: nothing at all is written
    before, at = everything(later), later.clock()
    one = moving.look(later.office, old, second, TOWN, at)
    (many,) = moving.look_at_many(later.office, NEW, second, at, "3715")
    assert [(d.name, d.before, d.after) for d in one.deadlines] == [("notice_period", ends[old], ends[new])]
    assert (one.possible, many.deadlines, list(moving.look_at_many(later.office, NEW, second, at, "44"))) == (
        True,
        one.deadlines,
        [],
    )
    assert everything(later) == before

    # two people: the second is another natural person, of the county
    office = later.office
    assert isinstance(refusal(moving.confirm_move, office, old, HRSS, at), StepNotOffered)
    moving.propose_move(office, old, second, HRSS, at, "县里明确公示七个工作日")
    assert later.hire(old).procedure == NEW
    alone = refusal(moving.confirm_move, office, old, replace(HRSS, account_id=98), at)
    assert alone.sentence.text() == "您是提出的人，须由另一人确认"
    assert isinstance(refusal(moving.confirm_move, office, old, TOWN, at), StepNotOffered)
    moving.confirm_move(office, old, CHIEF, at)

    moved = later.hire(old)
    assert (moved.procedure, moved.stage, moved.dossier.notice_ends_on) == (second, "notice", ends[new])
    assert moved.dossier.earlier == {NEW: "2022-03-09"}
    waiting = later.ask("SELECT legal_on FROM timer WHERE hire_id = ? AND status = 'pending'", old)
    assert {str(row[0]) for row in waiting} == {"2022-03-21"}
    sound(later)
    assert faults_of(bundle(office, old, at)) == []
    later.walk_to(date(2022, 3, 21))
    assert {later.hire(hire).stage for hire in (old, new)} == {"notice"}
    later.walk_to(date(2022, 3, 22))
    assert {later.hire(hire).stage for hire in (old, new)} == {"county_review"}
    assert isinstance(refusal(moving.propose_move, office, old, second, HRSS, later.clock(), "再移"), StepNotOffered)
    sound(later)

    # whoever changes the text of a version, or the version of a hire, is found out
    with office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE hire SET procedure = '" + NEW + f"' WHERE id = {old}")
    assert [(fault.hire_id, fault.kind) for fault in verify(office).faults] == [(old, "hire")]
    with office.database.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE hire SET procedure = '{second}' WHERE id = {old}")
        connection.exec_driver_sql(f"UPDATE procedure_version SET body = body || ' ' WHERE key = '{NEW}'")
    assert [(fault.hire_id, fault.kind) for fault in verify(office).faults] == [(old, "record")]
    later.close()


def test_nobody_was_on_a_dedicated_post_before_there_were_any(world: World) -> None:
    """Rules of a kind that a version does not know would not be asked at all."""
    person = world.a_person("钱某", date(1970, 5, 1), "M", VILLAGE, prior_months=0, prior_evidence="台账")
    post = world.a_post(DOCUMENT, "dedicated", VILLAGE, monthly_fen=220000)
    with pytest.raises(StepNotOffered, match="新设"):
        old_posts.enter(world.office, post, TOWN, world.clock(), given(person))


def test_whoever_reaches_retirement_age_on_an_old_urban_post_is_proposed_to_leave(world: World) -> None:
    hires = {}
    for kind in ("urban", "rural"):
        person = world.a_person(kind, date(1962, 5, 1), "M", VILLAGE, categories=ELDERLY, prior_months=0, prior_evidence="台账")  # fmt: skip  # noqa: E501
        post = world.a_post(DOCUMENT, kind, VILLAGE, monthly_fen=95000, title=kind)
        hires[kind] = old_posts.enter(world.office, post, TOWN, world.clock(), given(person)).hire_id
        assert world.hire(hires[kind]).dossier.retires_on == date(2022, 5, 1)
    with world.office.database.reading() as connection:
        known = world.office.every_procedure(connection)
        for today, found in ((date(2022, 4, 30), []), (date(2022, 5, 1), [hires["urban"]])):
            assert [line.hire_id for line in proposals(connection, scoped(HRSS), known, today).lines] == found
