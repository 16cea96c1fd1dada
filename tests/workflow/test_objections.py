"""Objections by anybody: registered at once, holding the notice, answered by others than the approvers, followed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from states.refusals import InputRefused, Refusal, StepNotOffered, StepRefused
from states.vocabulary import Role
from tests.support.sheets import AFTER, DAY, ENDS_ON, HRSS, OTHER_HRSS, SEAL, TOWN, Sheet, a_sheet
from tests.support.world import officer
from workflow import objections
from workflow.objections import FORM, LONGEST, Lodged, NoticeOver, answer, has_phone, lodge, progress, reveal_phone
from workflow.public_limits import LIMITS, TooMany
from workflow.queries import scoped
from workflow.queries.objections import waiting
from workflow.receipts import Entry, find, new_code

TEXT = "他常年在外地打工，不住在本村。"
PHONE = "13800138000"


@pytest.fixture
def sheet(migrated_url: str) -> Iterator[Sheet]:
    sheet = a_sheet(migrated_url)
    yield sheet
    sheet.world.close()


def said(sheet: Sheet, *names: str, **more: str) -> objections.Said:
    people = [str(sheet.hires[name]) for name in names or ("李四",)]
    return objections.read({"text": TEXT, **more}, people, list(sheet.hires.values()))


def lodged(sheet: Sheet, *names: str, nonce: str = "n" * 22, address: str = "10.0.0.1", **more: str) -> Lodged:
    what = said(sheet, *names, **more)
    return lodge(sheet.world.office, SEAL, sheet.number, what, sheet.world.clock(), nonce=nonce, address=address)


def told(sheet: Sheet, code: str) -> tuple[objections.Progress, ...]:
    with sheet.world.office.database.reading() as connection:
        return progress(connection, find(connection, code))


def reply(sheet: Sheet, entry: Entry, upheld: bool, reason: str = "经入户核实。", by: Any = OTHER_HRSS) -> Any:
    return answer(sheet.world.office, entry, upheld, reason, by, sheet.world.clock())


# ---- lodging -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_name", ["", "周某某"])
def test_it_is_registered_at_once_with_a_name_or_without(sheet: Sheet, by_name: str) -> None:
    done = lodged(sheet, by_name=by_name)
    hire = sheet.hires["李四"]
    assert sheet.world.acts(hire)[-1] == "object"
    row = sheet.world.ask("SELECT lodged_on, text, by_name, public, due_on, answered_seq FROM objection")
    assert [tuple(map(str, one)) for one in row] == [
        (str(DAY), TEXT, by_name or "None", str(row[0][3]), str(ENDS_ON), "None")
    ]
    assert row[0][3]
    assert sheet.world.hire(hire).dossier.clocks["objection:7"].due_on == ENDS_ON
    assert {role for name, role in sheet.world.tasks(hire) if name == "objection"} == {"hrss", "rural"}
    assert done.entries == (Entry(hire, 7),)
    body = sheet.world.ask("SELECT body FROM audit_entry WHERE hire_id = ? AND seq = 7", hire)[0][0]
    assert body["actor"] == {"person": "public", "account": None, "role": "public"}
    assert TEXT not in str(body) and (not by_name or by_name not in str(body))


def test_it_holds_the_notice_of_those_it_concerns_and_of_nobody_else(sheet: Sheet) -> None:
    done = lodged(sheet, "张三", "王五")
    assert {entry.hire_id for entry in done.entries} == {sheet.hires["张三"], sheet.hires["王五"]}
    sheet.world.walk_to(AFTER)
    stages = {name: sheet.world.hire(hire).stage for name, hire in sheet.hires.items()}
    assert stages == {"张三": "notice", "李四": "notice_closed", "王五": "notice"}
    assert len(told(sheet, done.code)) == 2


@pytest.mark.parametrize(("day", "taken"), [(ENDS_ON, True), (AFTER, False)])
def test_it_is_taken_on_the_last_day_and_not_the_day_after(sheet: Sheet, day: date, taken: bool) -> None:
    number = sheet.number
    lodged(sheet, "王五")  # so that the hire still stands in the stage of its notice the day after
    sheet.world.walk_to(day)
    before = sheet.world.ask("SELECT count(*) FROM objection")
    for name in ("李四", "王五"):
        if taken:
            assert lodged(sheet, name, nonce="m" * 20).entries
            continue
        with pytest.raises(NoticeOver):
            lodge(
                sheet.world.office,
                SEAL,
                number,
                said(sheet, name),
                sheet.world.clock(),
                nonce="m" * 20,
                address="10.0.0.1",
            )
    assert sheet.world.ask("SELECT count(*) FROM objection") == [(before[0][0] + 2 * taken,)]


def test_the_same_form_sent_twice_registers_once_and_both_receipts_follow_it(sheet: Sheet) -> None:
    first, second = lodged(sheet, phone=PHONE), lodged(sheet, phone=PHONE)
    assert first.entries == second.entries and first.code != second.code
    assert sheet.world.ask("SELECT count(*) FROM objection") == [(1,)]
    assert told(sheet, first.code) == told(sheet, second.code) != ()
    lodged_letters = [("objection_lodged", "hrss"), ("objection_lodged", "rural")]
    assert sheet.world.letters(sheet.hires["李四"]) == lodged_letters


def test_sent_many_times_at_one_moment_it_is_registered_once(sheet: Sheet) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: lodged(sheet, phone=PHONE), range(6)))
    assert len({one.entries for one in done}) == 1
    assert sheet.world.ask("SELECT count(*) FROM objection") == [(1,)]


def test_two_people_object_to_the_same_person(sheet: Sheet) -> None:
    first, second = lodged(sheet), lodged(sheet, nonce="another-form-of-someone")
    assert first.entries != second.entries
    reply(sheet, first.entries[0], upheld=False)
    assert [one.standing.upheld for one in told(sheet, first.code)] == [False]
    assert [one.standing.upheld for one in told(sheet, second.code)] == [None]
    sheet.world.walk_to(AFTER)
    assert sheet.world.hire(sheet.hires["李四"]).stage == "notice"


def test_somebody_who_left_the_list_meanwhile_is_told_apart(sheet: Sheet) -> None:
    what = said(sheet, "张三", "李四")
    sheet.world.do(sheet.hires["李四"], "withdraw", TOWN)
    done = lodge(sheet.world.office, SEAL, sheet.number, what, sheet.world.clock(), nonce="n" * 22, address="10.0.0.1")
    assert (len(done.entries), done.failed) == (1, 1)
    with pytest.raises(NoticeOver):
        lodge(
            sheet.world.office,
            SEAL,
            sheet.number,
            objections.Said((sheet.hires["李四"],), TEXT),
            sheet.world.clock(),
            nonce="k" * 22,
            address="10.0.0.1",
        )


@pytest.mark.parametrize("nonce", ["", "short", "x" * 65, "a b" * 8, "中" * 20, "../" * 8])
def test_a_form_that_was_not_ours_registers_nothing(sheet: Sheet, nonce: str) -> None:
    with pytest.raises(InputRefused):
        lodged(sheet, nonce=nonce)
    assert sheet.world.ask("SELECT count(*) FROM objection") == [(0,)]


def test_one_address_is_stopped_and_another_is_not(sheet: Sheet) -> None:
    most = LIMITS[FORM].most
    for number in range(most):
        lodged(sheet, nonce=f"form-number-{number:010d}")
    with pytest.raises(TooMany):
        lodged(sheet, nonce="form-number-too-many")
    assert sheet.world.ask("SELECT count(*) FROM objection") == [(most,)]
    lodged(sheet, nonce="form-from-elsewhere", address="10.0.0.2")
    sheet.world.clock.moment += LIMITS[FORM].window
    lodged(sheet, nonce="form-an-hour-later")


FAULTS: list[tuple[dict[str, str], list[str], set[str]]] = [
    ({"text": ""}, ["1"], {"text"}),
    ({"text": "四个字啊"}, ["1"], {"text"}),
    ({"text": "x" * (LONGEST + 1)}, ["1"], {"text"}),
    ({"text": "正常的文字\x00"}, ["1"], {"text"}),
    ({"text": "正常的文字\ud800"}, ["1"], {"text"}),
    ({"text": TEXT}, [], {"people"}),
    ({"text": TEXT}, ["9"], {"people"}),
    ({"text": TEXT}, ["１"], {"people"}),
    ({"text": TEXT, "by_name": "x" * 51}, ["1"], {"by_name"}),
    ({"text": TEXT, "by_name": "周\n某"}, ["1"], {"by_name"}),
    ({"text": TEXT, "phone": "电话"}, ["1"], {"phone"}),
    ({"text": TEXT, "phone": "1" * 30}, ["1"], {"phone"}),
    ({"text": "", "phone": "x", "by_name": "x" * 51}, [], {"text", "phone", "by_name", "people"}),
]


@pytest.mark.parametrize(("given", "people", "faults"), FAULTS)
def test_every_fault_of_the_form_is_named(given: dict[str, str], people: list[str], faults: set[str]) -> None:
    with pytest.raises(InputRefused) as refused:
        objections.read(given, people, [1, 2])
    assert set(refused.value.faults) == faults


@pytest.mark.parametrize(
    "given",
    [
        {"text": "五个字正好"},
        {"text": "x" * LONGEST},
        {"text": "多行\r\n文字\t可以"},
        {"text": TEXT, "by_name": "x" * 50, "phone": "0915-720 0000"},
        {"text": TEXT, "phone": "+86 13800138000"},
    ],
)
def test_what_is_within_the_bounds_is_taken(given: dict[str, str]) -> None:
    assert objections.read(given, ["2", "2", "77"], [1, 2]).hires == (2,)


# ---- the telephone number ----------------------------------------------------------------------------------------


def test_the_number_is_sealed_read_on_the_record_and_gone_with_the_answer(sheet: Sheet) -> None:
    office, world = sheet.world.office, sheet.world
    (entry,) = lodged(sheet, phone=PHONE).entries
    assert PHONE not in str(world.ask("SELECT * FROM setting")) + str(world.ask("SELECT * FROM objection"))
    with office.database.reading() as connection:
        assert has_phone(connection, [entry, Entry(1, 1)]) == {entry}
    assert reveal_phone(office, SEAL, entry, OTHER_HRSS, world.clock()) == PHONE
    log = world.ask("SELECT act, actor_key, body FROM office_log WHERE act = 'reveal_objector'")
    assert [(act, who) for act, who, _ in log] == [("reveal_objector", OTHER_HRSS.person_key)]
    assert PHONE not in str(log)
    assert reveal_phone(office, SEAL, Entry(1, 1), OTHER_HRSS, world.clock()) is None
    reply(sheet, entry, upheld=False)
    assert reveal_phone(office, SEAL, entry, OTHER_HRSS, world.clock()) is None
    assert world.ask("SELECT count(*) FROM setting WHERE name LIKE ?", "objection_phone%") == [(0,)]


# ---- answering ---------------------------------------------------------------------------------------------------


def test_unfounded_the_notice_goes_on_and_ends_by_itself(sheet: Sheet) -> None:
    (entry,) = lodged(sheet).entries
    sheet.world.walk_to(date(2022, 6, 6))
    reply(sheet, entry, upheld=False)
    assert sheet.world.hire(entry.hire_id).stage == "notice"
    sheet.world.walk_to(ENDS_ON)
    assert sheet.world.hire(entry.hire_id).stage == "notice"
    sheet.world.walk_to(AFTER)
    assert sheet.world.hire(entry.hire_id).stage == "notice_closed"


def test_upheld_the_person_is_not_hired(sheet: Sheet) -> None:
    (entry,) = lodged(sheet).entries
    reply(sheet, entry, upheld=True)
    assert sheet.world.hire(entry.hire_id).state.value == "rejected"
    assert sheet.shown is not None and [one.name for one in sheet.shown.people] == ["张三", "王五"]


def test_whoever_approved_does_not_answer_and_no_reason_is_no_answer(sheet: Sheet) -> None:
    (entry,) = lodged(sheet).entries
    with pytest.raises(StepRefused) as refused:
        reply(sheet, entry, upheld=False, by=HRSS)
    assert [answer.guard for answer in refused.value.answers if answer.stops] == ["four_eyes"]
    for who in (TOWN, officer("外县", Role.HRSS, "610929", 77), officer("督查", Role.SUPERVISOR, "610981", 78)):
        with pytest.raises(Refusal):
            reply(sheet, entry, upheld=False, by=who)
    with pytest.raises(InputRefused):
        reply(sheet, entry, upheld=False, reason=" ")
    assert [one.standing.upheld for one in told(sheet, _receipt(sheet))] == [None]


def _receipt(sheet: Sheet) -> str:
    return lodged(sheet).code


def test_an_answer_is_given_once(sheet: Sheet) -> None:
    (entry,) = lodged(sheet).entries
    reply(sheet, entry, upheld=False)
    with pytest.raises(StepRefused):
        reply(sheet, entry, upheld=True)
    with pytest.raises(StepRefused):
        reply(sheet, Entry(entry.hire_id, 2), upheld=True)
    sheet.world.walk_to(AFTER)
    with pytest.raises(StepNotOffered):
        reply(sheet, entry, upheld=True)


def test_its_own_deadline_reminds_the_handlers_and_then_those_above(sheet: Sheet) -> None:
    (entry,) = lodged(sheet).entries
    sheet.world.walk_to(ENDS_ON - timedelta(days=1))
    letters = sheet.world.letters(entry.hire_id)
    assert {role for template, role in letters if template == "remind_objection"} == {"hrss", "rural"}
    sheet.world.walk_to(AFTER)
    later = sheet.world.letters(entry.hire_id)[len(letters) :]
    assert {role for template, role in later if template == "remind_objection"} >= {"hrss", "rural"}
    assert sheet.world.letters(sheet.hires["张三"]) == [("notice_over", "employer")]


def test_what_waits_is_listed_for_those_of_the_region_the_most_urgent_first(sheet: Sheet) -> None:
    first = lodged(sheet, "李四", by_name="周某某")
    sheet.world.walk_to(date(2022, 6, 6))
    second = lodged(sheet, "张三", nonce="form-of-the-sixth-day")
    with sheet.world.office.database.reading() as connection:
        lines = waiting(connection, scoped(OTHER_HRSS)).lines
        assert [(line.person_name, line.due_on, line.by_name, line.public) for line in lines] == [
            ("李四", ENDS_ON, "周某某", True),
            ("张三", date(2022, 6, 13), None, True),
        ]
        assert waiting(connection, scoped(officer("外县", Role.HRSS, "610929"))).lines == ()
        page = waiting(connection, scoped(OTHER_HRSS), limit=1)
        rest = waiting(connection, scoped(OTHER_HRSS), after=page.after, limit=1)
        assert [one.person_name for one in (*page.lines, *rest.lines)] == ["李四", "张三"] and rest.after is None
    reply(sheet, first.entries[0], upheld=True)
    reply(sheet, second.entries[0], upheld=False)
    with sheet.world.office.database.reading() as connection:
        assert waiting(connection, scoped(OTHER_HRSS)).lines == ()


# ---- following it ------------------------------------------------------------------------------------------------


def test_the_receipt_tells_where_it_stands_and_names_nobody(sheet: Sheet) -> None:
    done = lodged(sheet)
    (open_one,) = told(sheet, done.code)
    assert (open_one.standing.upheld, open_one.standing.due_on, open_one.reason) == (None, ENDS_ON, None)
    sheet.world.walk(1)
    reason = "李四自2021年起住在本村，身份证612426199001010011、电话138 0013 8000核对无误，李四无需回避。"
    reply(sheet, done.entries[0], upheld=False, reason=reason)
    (closed,) = told(sheet, done.code)
    assert (closed.standing.upheld, closed.standing.answered_on) == (False, date(2022, 6, 2))
    assert closed.reason == "李*自2021年起住在本村，身份证****、电话****核对无误，李*无需回避。"


def test_a_case_that_ended_otherwise_is_said_to_have_ended(sheet: Sheet) -> None:
    done = lodged(sheet)
    sheet.world.do(done.entries[0].hire_id, "withdraw", TOWN)
    (one,) = told(sheet, done.code)
    assert one.standing.ended and one.standing.upheld is None


def test_the_receipt_of_somebody_else_and_one_that_never_was(sheet: Sheet) -> None:
    mine, theirs = lodged(sheet, "张三"), lodged(sheet, "王五", nonce="form-of-somebody-else")
    assert told(sheet, new_code()) == ()
    (own,) = told(sheet, mine.code)
    reply(sheet, theirs.entries[0], upheld=True)
    assert told(sheet, mine.code) == (own,)
