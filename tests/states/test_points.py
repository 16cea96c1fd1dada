"""The points of Baihe's assessment, counted by hand beside each example, and what may be noted and struck."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import states
from states.facts import Actor, Dossier, Grant, PointNote
from states.faults import InvalidProcedure
from states.house import house_steps
from states.loading import Catalogue, load_procedure
from states.machine import Rules, build
from states.points import in_points, matter_key, reckon, share_in_words, worth
from states.procedure import Procedure
from states.refusals import InputRefused, StepNotOffered, StepRefused
from states.separation import NOTED
from states.vocabulary import Role
from tests.support.asking import a_hire, a_person, d
from tests.support.deciding import Desk, officer

YEAR = 2022
BAIHE = Catalogue.load().get("baihe-2022-72@1")


@cache
def ruled(**gaps: str) -> Procedure:
    return BAIHE.with_rulings(dict(gaps), "county")


def note(seq: int, item: str, level: str = "", matter: str = "甲", **more: Any) -> PointNote:
    values: dict[str, Any] = {"number": 1, "authors": 1, "role": Role.VILLAGE, "by": "village"} | more
    return PointNote(seq=seq, year=YEAR, item=item, level=level, matter=matter_key(matter), **values)


def checked(seq: int, month: int, correct: int, asked: int) -> PointNote:
    return note(seq, "bonus_phone_check", matter=f"{month}", number=asked, correct=correct, month=month)


def tenths(*notes: PointNote, under: Procedure = BAIHE) -> int:
    total = reckon(under, notes, YEAR)
    assert total.tenths == sum(line.tenths for line in total.lines), "the lines add up to the total"
    return total.tenths


# ---- article 18, line by line ----------------------------------------------------------------------------------------

ONE = [
    ("bonus_commended", {"central": 40, "provincial": 30, "city": 20, "county": 10}),
    ("bonus_data_rank", {"first": 30, "second": 20, "third": 10}),
    ("bonus_media", {"central": 40, "provincial": 30, "city": 20, "county": 10}),
    ("bonus_other_media", {"central": 20, "provincial": 15, "city": 10, "county": 5}),
    ("minus_inspection", {"central": -50, "provincial": -40, "city": -30, "county": -20}),
    ("minus_supervision", {"central": -40, "provincial": -30, "city": -20, "county": -10}),
    ("minus_last_three", {"last": -30, "second_last": -20, "third_last": -10}),
    ("minus_local_check", {"county": -10, "township": -5}),
]


@pytest.mark.parametrize(("item", "levels"), ONE)
def test_each_item_at_each_level(item: str, levels: dict[str, int]) -> None:
    assert {level: tenths(note(1, item, level)) - 1000 for level in levels} == levels
    found = BAIHE.assessment.item(item)
    assert found is not None and set(found.points) == set(levels)


@pytest.mark.parametrize(
    ("notes", "points"),
    [
        ([], "100"),
        # one commendation that came down from the province to the county: the province's 3 points
        ([note(1, "bonus_commended", "county"), note(2, "bonus_commended", "provincial")], "103"),
        # two commendations for two things: 3 + 1
        ([note(1, "bonus_commended", "county"), note(2, "bonus_commended", "provincial", "乙")], "104"),
        # one manuscript in a county paper (1), a provincial one (3) and on a provincial website (1.5): 3, once
        ([note(1, "bonus_media", "county"), note(2, "bonus_media", "provincial"),
          note(3, "bonus_other_media", "provincial")], "103"),
        # in a main paper of the city (2), on a provincial website (1.5): the highest level, not the most points
        ([note(1, "bonus_media", "city"), note(2, "bonus_other_media", "provincial")], "101.5"),
        # three authors of a county article share 1 point: a third is 0.3; of a city one 2/3 is 0.7
        ([note(1, "bonus_media", "county", authors=3)], "100.3"),
        ([note(1, "bonus_media", "city", authors=3)], "100.7"),
        # 0.5 among two is 0.25, rounded half up to 0.3
        ([note(1, "bonus_other_media", "county", authors=2)], "100.3"),
        # three wrong records of a city inspection 3 × 3 = 9, two of the township 2 × 0.5 = 1
        ([note(1, "minus_inspection", "city", number=3),
          note(2, "minus_local_check", "township", "乙", number=2)], "90"),
        # the same wrong record found by an inspection of the county (2) and on a visit of the province (3): 3, once
        ([note(1, "minus_inspection", "county"), note(2, "minus_supervision", "provincial")], "97"),
        # bonus and deduction for the like-named matter do not touch each other
        ([note(1, "bonus_commended", "city"), note(2, "minus_last_three", "last")], "99"),
        # 100 + 4 + 3 + 5 + 4: more than 100 stays more than 100
        ([note(1, "bonus_commended", "central"), note(2, "bonus_data_rank", "first"),
          checked(3, 6, 20, 20), note(4, "bonus_media", "central", "乙")], "116"),
        # 21 records of a central inspection cost 105, and below nought is nought
        ([note(1, "minus_inspection", "central", number=21)], "0"),
        # exactly nought needs no floor
        ([note(1, "minus_inspection", "central", number=20)], "0"),
    ],
)  # fmt: skip
def test_hand_worked_examples(notes: list[PointNote], points: str) -> None:
    assert in_points(tenths(*notes)) == points


@pytest.mark.parametrize(
    ("correct", "asked", "points"),
    [
        (30, 30, 50), (999, 1000, 40), (9, 10, 40), (899, 1000, 0), (89, 100, 0), (8, 10, 0),
        (799, 1000, -20), (7, 10, -20), (699, 1000, -30), (6, 10, -30), (599, 1000, -40), (5, 10, -40),
        (499, 1000, -50), (0, 10, -50),
    ],
)  # fmt: skip
def test_the_bands_of_the_phone_checks_at_their_edges(correct: int, asked: int, points: int) -> None:
    assert tenths(checked(1, 6, correct, asked)) - 1000 == points == worth(BAIHE, checked(1, 6, correct, asked))


def test_a_year_of_phone_checks_is_one_share_unless_the_county_counts_each_month() -> None:
    # 10 of 10, 7 of 10 and 10 of 10 are 27 of 30, exactly 90 %: 4 points once; by month 5 − 2 + 5
    months = [checked(1, 6, 10, 10), checked(2, 7, 7, 10), checked(3, 8, 10, 10)]
    assert tenths(*months) == 1040
    assert tenths(*months, under=ruled(phone_check_counted="each_month")) == 1080


def test_what_the_county_rules_otherwise_is_counted_otherwise() -> None:
    twice = [note(1, "minus_inspection", "county"), note(2, "minus_supervision", "provincial")]
    assert tenths(*twice, under=ruled(found_twice="each")) == 1000 - 20 - 30
    assert tenths(note(1, "minus_last_three", "last"), under=ruled(last_three_order="third_last_loses_most")) == 990
    assert tenths(note(1, "bonus_media", "city", authors=3), under=ruled(share_rounding="down")) == 1006
    assert tenths(note(1, "minus_inspection", "central", number=21), under=ruled(score_floor="none")) == -50


SHARED = ("minus_local_check", "township", 1), ("share", "", 0)


@pytest.mark.parametrize(
    ("lost", "points", "grade"),
    [
        ([("minus_inspection", "central", 2)], "90", "excellent"),
        ([("minus_inspection", "central", 2), *SHARED], "89.9", "passed"),
        ([("minus_inspection", "central", 6)], "70", "passed"),
        ([("minus_inspection", "central", 6), *SHARED], "69.9", "basically_passed"),
        ([("minus_inspection", "central", 8)], "60", "basically_passed"),
        ([("minus_inspection", "central", 8), *SHARED], "59.9", "failed"),
    ],
)
def test_the_grades_at_their_very_edges(lost: list[tuple[str, str, int]], points: str, grade: str) -> None:
    """−0.5 and a share of 0.4 (2 points among five authors) leave a tenth less than the bound."""
    notes = [
        note(n, "bonus_media", "city", "文", authors=5)
        if item == "share"
        else note(n, item, level, f"{n}", number=times)
        for n, (item, level, times) in enumerate(lost, 1)
    ]
    total = reckon(BAIHE, notes, YEAR)
    assert (in_points(total.tenths), total.grade and total.grade.grade) == (points, grade)


def test_every_line_says_what_it_counts_and_why() -> None:
    notes = [note(4, "bonus_media", "county"), note(7, "bonus_media", "central"), checked(9, 6, 8, 9)]
    lines = reckon(BAIHE, notes, YEAR).lines
    assert [(line.article, line.notes, line.tenths, line.counted) for line in lines] == [
        ("第十三条;第十六条;第十九条", (), 1000, True),
        ("第十八条（一）4", (4,), 0, False),
        ("第十八条（一）4", (7,), 40, True),
        ("第十八条（一）3", (9,), 0, False),
    ]
    assert [line.why.text() for line in lines] == [
        "基础分100分", "同一事项只计一次，已按第7号记录计分", "计4分",
        "抽查9人，属实8人，准确率88.88%，不加分也不减分",
    ]  # fmt: skip


def test_words_of_one_matter_and_shares_that_are_not_rounded_up() -> None:
    assert matter_key("《稳岗就业 在白河》") == matter_key("稳岗就业在白河") != matter_key("稳岗就业在安康")
    assert matter_key("。。") != matter_key("！")
    assert (share_in_words(899_999, 1_000_000), share_in_words(9, 10), share_in_words(1, 3)) == (
        "89.99%",
        "90%",
        "33.33%",
    )


# ---- whatever was noted ----------------------------------------------------------------------------------------------

MATTERS = st.sampled_from("甲乙丙")
SINGLE = [(item.name, level, item.shared, item.counts == "record") for item in BAIHE.assessment.items
          if item.counts != "band" for level in item.points]  # fmt: skip


@st.composite
def noted(draw: st.DrawFn) -> list[PointNote]:
    notes = []
    for seq in range(1, draw(st.integers(0, 9)) + 1):
        if draw(st.integers(0, 4)) == 0:
            asked = draw(st.integers(1, 40))
            notes.append(checked(seq, draw(st.integers(1, 12)), draw(st.integers(0, asked)), asked))
            continue
        item, level, shared, counts = draw(st.sampled_from(SINGLE))
        authors = draw(st.integers(1, 7)) if shared else 1
        number = draw(st.integers(1, 9)) if counts else 1
        notes.append(note(seq, item, level, draw(MATTERS), authors=authors, number=number))
    return notes


RULINGS = st.fixed_dictionaries({
    "found_twice": st.sampled_from(["once", "each"]), "score_floor": st.sampled_from(["zero", "none"]),
    "phone_check_counted": st.sampled_from(["once_a_year", "each_month"]),
})  # fmt: skip


@given(noted(), st.randoms(), RULINGS)
def test_the_order_of_the_notes_never_matters(notes: list[PointNote], chance: Any, gaps: dict[str, str]) -> None:
    under = ruled(**gaps)
    other = [replace(one, seq=seq) for seq, one in zip(chance.sample(range(1, 90), len(notes)), notes, strict=True)]
    chance.shuffle(other)
    assert tenths(*other, under=under) == tenths(*notes, under=under)
    assert tenths(*notes, *[replace(one, seq=99, year=YEAR + 1) for one in notes], under=under) == tenths(
        *notes, under=under
    ), "another year's points count in that year"


# ---- noting and striking ---------------------------------------------------------------------------------------------

HEAD = officer("head", Role.VILLAGE, "610929")
DEPUTY = officer("second", Role.VILLAGE, "610929")
TOWN = officer("town", Role.TOWNSHIP, "610929")
HRSS = officer("hrss", Role.HRSS, "610929")
TODAY = "2022-11-05"
RULES: Rules = build(BAIHE)
PRIZE: dict[str, Any] = {
    "year": YEAR,
    "item": "bonus_commended",
    "level": "county",
    "matter": "县级先进",
    "evidence": "县委〔2022〕3号",
}
PHONE: dict[str, Any] = {
    "year": YEAR,
    "item": "bonus_phone_check",
    "month": 10,
    "listed": 95,
    "asked": 10,
    "correct": 9,
    "evidence": "抽查表",
}


def at_work(**facts: Any) -> Desk:
    """A coordinator at work since 22 June 2022 under a labour contract."""
    began = d("2022-06-22")
    dossier = Dossier(entered_on=began, started_on=began, first_started_on=began, term_starts_on=began, term_no=1,
                      term_ends_on=d("2023-06-21"), last_lawful_on=d("2025-06-21"))  # fmt: skip
    hire = replace(a_hire(a_person()), dossier=dossier.with_(**facts), procedure=BAIHE.key, stage="contracted",
                   region="610929100201", kind="village")  # fmt: skip
    return Desk(hire, rules=RULES)


def faults(desk: Desk, act: str, by: Any, day: str = TODAY, **payload: Any) -> dict[str, str]:
    with pytest.raises(InputRefused) as refused:
        desk.plan(act, by, day, **payload)
    return {name: sentence.text() for name, sentence in refused.value.faults.items()}


def test_a_point_is_noted_with_its_evidence_and_no_words_in_the_trail() -> None:
    desk = at_work()
    plan = desk.do("note_point", HEAD, TODAY, **PRIZE)
    (row,) = plan.rows["point"]
    assert (row["item"], row["level"], row["tenths"], row["matter"]) == ("bonus_commended", "county", 10, "县级先进")
    assert "decision" not in plan.rows, "nothing is decided by a note"
    (kept,) = desk.dossier.points
    assert (kept.seq, kept.by, kept.role) == (plan.seq, "head", Role.VILLAGE)
    assert "县级先进" not in plan.rows["audit_entry"][0]["body"] and "县委" not in plan.rows["audit_entry"][0]["body"]
    desk.do("note_point", HRSS, TODAY, **PHONE)
    assert [row["tenths"] for row in desk.rows["point"]] == [40]
    assert desk.rows["point"][0]["listed"] == 95 and desk.dossier.points[1].level == "at_least_90"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"year": 2021}, "year"), ({"year": 2023}, "year"), ({"item": "bonus_smile"}, "item"),
        ({"level": "first"}, "level"), ({"level": None}, "level"), ({"matter": None}, "matter"),
        ({"number": 2}, "number"), ({"authors": 2}, "authors"), ({"asked": 3}, "asked"),
        ({"same_as": 99}, "same_as"), ({"evidence": None}, "evidence"), ({"evidence": " "}, "evidence"),
    ],
)  # fmt: skip
def test_a_point_that_cannot_be_is_refused_at_its_field(changed: dict[str, Any], field: str) -> None:
    assert field in faults(at_work(), "note_point", HEAD, **(PRIZE | changed))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"asked": 9}, "asked"), ({"asked": 96}, "asked"), ({"correct": 11}, "correct"), ({"month": 12}, "month"),
        ({"month": 5}, "month"), ({"month": None}, "month"), ({"listed": None}, "listed"),
        ({"level": "county"}, "level"), ({"matter": "十月"}, "matter"), ({"number": 3}, "number"),
    ],
)  # fmt: skip
def test_a_phone_check_asks_a_tenth_of_those_listed_in_a_month_at_work(changed: dict[str, Any], field: str) -> None:
    assert set(faults(at_work(), "note_point", HRSS, **(PHONE | changed))) == {field}


def test_a_matter_is_noted_once_at_a_level_and_a_month_once() -> None:
    desk = at_work()
    first = desk.do("note_point", HEAD, TODAY, **PRIZE).seq
    assert f"第{first}号" in faults(desk, "note_point", TOWN, **(PRIZE | {"matter": "“县级先进”"}))["matter"]
    desk.do("note_point", HEAD, TODAY, **(PRIZE | {"level": "city"}))
    again = PRIZE | {"matter": "其他写法", "same_as": first}
    assert "matter" in faults(desk, "note_point", HEAD, **again)
    desk.do("note_point", HEAD, TODAY, **(again | {"level": "central"}))
    assert reckon(BAIHE, desk.dossier.points, YEAR).tenths == 1040, "three levels of one matter: the highest"
    desk.do("note_point", HRSS, TODAY, **PHONE)
    assert set(faults(desk, "note_point", HRSS, **(PHONE | {"correct": 10}))) == {"month"}
    article: dict[str, Any] = {
        "year": YEAR,
        "item": "bonus_media",
        "level": "city",
        "matter": "文",
        "authors": 2,
        "evidence": "报样",
    }
    desk.do("note_point", HEAD, TODAY, **article)
    assert set(faults(desk, "note_point", HEAD, **(article | {"level": "county", "authors": 3}))) == {"authors"}


def test_what_was_struck_counts_as_if_it_had_never_been_noted() -> None:
    desk = at_work()
    seq = desk.do("note_point", HEAD, TODAY, **PRIZE).seq
    struck = desk.do("strike_point", HEAD, TODAY, seq=seq, reason="填错了级别")
    assert (desk.dossier.points, "points" in desk.hire.stored) == ((), False)
    assert struck.updates == [("point", {"hire_id": desk.hire.id, "seq": seq}, {"struck_seq": struck.seq})]
    assert struck.rows["decision"][0]["opinion"] == "填错了级别"
    assert "seq" in faults(desk, "strike_point", HEAD, seq=seq, reason="再撤一次")
    desk.do("note_point", HEAD, TODAY, **PRIZE)  # and may be noted anew


def test_who_strikes_a_point() -> None:
    """The office that noted it or one that rules; after the proposal not the person who noted it."""
    desk = at_work()
    seq = desk.do("note_point", HRSS, TODAY, **{**PRIZE, "item": "minus_inspection"}).seq
    for other in (HEAD, TOWN):
        assert "seq" in faults(desk, "strike_point", other, seq=seq, reason="不应扣分")
    mine = desk.do("note_point", HEAD, TODAY, **PRIZE).seq
    desk.do("assess", HEAD, TODAY, year=YEAR)
    assert "另一人" in faults(desk, "strike_point", HEAD, seq=mine, reason="填错了")["seq"]
    assert "另一人" in faults(desk, "strike_point", HRSS, seq=seq, reason="填错了")["seq"]
    desk.plan("strike_point", DEPUTY, TODAY, seq=mine, reason="填错了")
    desk.plan("strike_point", HRSS, TODAY, seq=mine, reason="查无此事")


def test_the_proposal_is_reckoned_and_a_typed_total_has_to_be_the_same() -> None:
    desk = at_work()
    desk.do("note_point", HEAD, TODAY, **PRIZE)
    assert "101" in faults(desk, "assess", HEAD, year=YEAR, points="100")["points"]
    assert set(faults(desk, "assess", HEAD, year=YEAR, grade="excellent")) == {"grade"}
    plan = desk.do("assess", HEAD, TODAY, year=YEAR, points="101")
    (row,) = plan.rows["assessment"]
    assert (row["points_tenths"], row["grade"], len(row["items"])) == (1010, "excellent", 2)
    assert row["items"][1] == {
        "item": "bonus_commended",
        "level": "county",
        "notes": [desk.dossier.points[0].seq],
        "tenths": 10,
        "counted": True,
        "why": "计{points}分",
        "facts": {"points": "1"},
    }


@pytest.mark.parametrize(("day", "late"), [("2022-12-20", False), ("2022-12-21", True), ("2023-02-01", True)])
def test_a_ruling_after_20_december_stands_and_is_seen_to_be_late(day: str, late: bool) -> None:
    desk = at_work()
    desk.do("assess", HEAD, day, year=YEAR)
    desk.do("review_assessment", TOWN, day)
    desk.do("rule_assessment", HRSS, day)
    plan = desk.do("rule_assessment", officer("rural", Role.RURAL, "610929"), day)
    (answer,) = (answer for answer in plan.answers if answer.guard == "assessment_in_time")
    assert (answer.verdict.passed, answer.stops, answer.article) == (not late, False, "白人社发〔2022〕72号第十九条")
    assert desk.dossier.ruled_year == YEAR
    assert any(one[0] == "assessment_in_time" and one[2] is not late for one in desk.body["answers"])


def test_whoever_noted_points_rules_on_them_only_in_the_open_and_never_alone() -> None:
    """One officer in each bureau is enough: no dead end, but it is said beside the ruling and in the trail."""
    desk, rural = at_work(), officer("rural", Role.RURAL, "610929")
    seq = desk.do("note_point", HRSS, TODAY, **{**PRIZE, "item": "minus_inspection"}).seq
    desk.do("note_point", TOWN, TODAY, **PRIZE)
    desk.do("assess", HEAD, TODAY, year=YEAR)
    desk.do("review_assessment", TOWN, TODAY)
    deputy = Actor(9, "x", "x", (Grant(Role.HRSS, "610929", deputy_for=HRSS.person_key, deputy_name="hrss"),))
    for by in (HRSS, deputy):
        (warned,) = (answer for answer in desk.plan("rule_assessment", by, TODAY).answers if answer.guard == NOTED)
        assert (warned.stops, warned.verdict.inputs) == (False, {"notes": str(seq)})
    assert not [answer for answer in desk.plan("rule_assessment", rural, TODAY).answers if answer.guard == NOTED]
    desk.do("rule_assessment", HRSS, TODAY)
    assert [one for one in desk.body["answers"] if one[0] == NOTED and not one[2]]
    desk.do("rule_assessment", rural, TODAY)
    assert desk.dossier.ruled_year == YEAR


def test_who_proposed_an_assessment_neither_reviews_it_nor_rules_on_it() -> None:
    desk = at_work()
    both = Actor(3, HEAD.person_key, "head", tuple(Grant(role, "610929") for role in (Role.TOWNSHIP, Role.HRSS)))
    desk.do("assess", HEAD, TODAY, year=YEAR)
    for act, who in (("review_assessment", TOWN), ("rule_assessment", HRSS)):
        with pytest.raises(StepRefused) as refused:
            desk.plan(act, both, TODAY)
        assert [answer.guard for answer in refused.value.answers if answer.stops] == ["four_eyes"]
        desk.do(act, who, TODAY)


def test_a_year_that_was_ruled_on_is_closed_and_the_next_one_stays() -> None:
    desk = at_work(ruled_year=YEAR)
    assert "year" in faults(desk, "note_point", HEAD, "2022-12-31", **PRIZE)
    desk.do("note_point", HEAD, "2023-01-05", **(PRIZE | {"year": 2023}))
    with pytest.raises(StepNotOffered):
        replace(desk, hire=replace(desk.hire, stage="ended")).plan("note_point", HEAD, "2023-01-05", **PRIZE)
    noted = {name for name, steps in house_steps(BAIHE).items() if "note_point" in {step.act for step in steps}}
    assert noted == {"on_post", "contracted", "renewed", "over_term"}, "only while on the post"
    with pytest.raises(StepNotOffered):
        desk.plan("note_point", officer("company", Role.COMPANY, "610929"), "2023-01-05", **PRIZE)


# ---- the data --------------------------------------------------------------------------------------------------------

TEXT = (Path(states.__file__).parent / "procedures" / "baihe-2022-72.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  base_points: 100\n", "", "基础分"),
        ("{first: 3, second: 2, third: 1}", "{first: 3.25, second: 2, third: 1}", "最多一位小数"),
        ("{first: 3, second: 2, third: 1}", "{fourth: 3, second: 2, third: 1}", "levels 里没有“fourth”"),
        ("{name: bonus_data_rank", "{name: bonus_commended", "已经用过"),
        ("below_percent: {below_80: 80,", "below_percent: {below_90: 80,", "每一档"),
        ("{last: -1, second_last: -2, third_last: -3}", "{last: -1}", "各级相同"),
        ("period: {gap: phone_check_counted}", "period: {gap: nothing}", "nothing"),
    ],
)
def test_points_that_make_no_sense_are_refused_where_they_stand(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(InvalidProcedure, match=said):
        load_procedure(TEXT.replace(old, new, 1), "baihe-2022-72.yaml")
