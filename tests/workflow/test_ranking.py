"""Who goes first: flags with who recognised them and from when, ties broken only as the document says, who follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from states.loading import Catalogue
from states.refusals import StepNotOffered
from states.vocabulary import Role
from tests.support.world import World, officer
from workflow.ranking import Ranked, choosing_acts, flags_of, in_points, ranked, substitutes

TOWN, VILLAGE, COUNTY = "610981100", "610981100201", "610981"
REGIONS = {"61": "陕西省", "6109": "安康市", COUNTY: "旬阳市", TOWN: "城关镇", VILLAGE: "示例村"}
CLERK = officer("town", Role.EMPLOYER, TOWN)
HRSS, RURAL = officer("hrss", Role.HRSS, COUNTY), officer("rural", Role.RURAL, COUNTY)
LIFTED = {"lifted": {"by": "乡村振兴局", "on": "2021-12-31"}}
VETERAN = {"veteran": {"by": "退役军人事务局", "on": "2020-08-01"}}
DAY = date(2022, 6, 1)


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, DAY, REGIONS)
    yield world
    world.close()


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


def applicants(world: World, places: int, *people: tuple[str, dict[str, Any], int | None]) -> dict[str, int]:
    """Everyone who applied and passed both checks, by name; with points in tenths where they are given."""
    done = world.an_opening(CLERK, world.a_post("xunyang-2022-88", "town", TOWN), places=max(places, len(people)))
    found = {}
    for hire, (name, categories, tenths) in zip(done.hire_ids, people, strict=False):
        person = world.a_person(name, date(1990, 1, 1), "M", VILLAGE, categories={**LIFTED, **categories})
        world.do(hire, "apply", CLERK, person_id=person)
        world.do(hire, "check", CLERK)
        world.do(hire, "recheck", HRSS)
        world.do(hire, "recheck", RURAL)
        if tenths is not None:
            world.do(hire, "score", CLERK, items={"面试": tenths})
        found[name] = hire
    return found


def order(world: World, hires: dict[str, int]) -> list[Ranked]:
    procedure = world.office.procedure("xunyang-2022-88@1")
    with world.office.database.reading() as connection:
        return list(ranked(connection, procedure, list(hires.values()), world.clock.today))


def places_of(lines: list[Ranked]) -> list[tuple[str, int | None]]:
    return [(one.name, one.rank) for one in lines]


# ---- flags


@pytest.mark.parametrize(("on", "holds"), [("2020-07-31", False), ("2020-08-01", True)])
def test_a_recognition_counts_from_its_day(catalogue: Catalogue, on: str, holds: bool) -> None:
    flags = flags_of(catalogue.current("xunyang-2022-88"), "town", VETERAN, date.fromisoformat(on))
    assert {flag.pool.name: flag.holds for flag in flags} == {
        "target": False,
        "equal_conditions": holds,
        "first": False,
    }


def test_a_flag_says_what_by_whom_and_from_when(catalogue: Catalogue) -> None:
    flags = {f.pool.name: f for f in flags_of(catalogue.current("xunyang-2022-88"), "town", {**LIFTED, **VETERAN}, DAY)}
    assert flags["equal_conditions"].sentence.text() == "属于“同等条件下优先”：退役军人，退役军人事务局于2020-08-01认定"
    assert flags["equal_conditions"].article.endswith("二(二)4")
    # somebody lifted out of poverty belongs to two groups, which stand side by side
    assert flags["target"].holds and flags["first"].holds


def test_of_several_recognitions_the_earliest_is_shown(catalogue: Catalogue) -> None:
    both = {**VETERAN, "graduate": {"by": "人社局", "on": "2019-07-01"}}
    flags = {f.pool.name: f for f in flags_of(catalogue.current("xunyang-2022-88"), "town", both, DAY)}
    assert (flags["equal_conditions"].category, flags["equal_conditions"].on) == ("graduate", "2019-07-01")


def test_a_group_for_other_posts_is_left_out(catalogue: Catalogue) -> None:
    names = {
        kind: {f.pool.name for f in flags_of(catalogue.current("xunyang-2022-88"), kind, {}, DAY)}
        for kind in ("town", "village")
    }
    assert names["village"] - names["town"] == {"knows_village"}


@pytest.mark.parametrize(
    ("document", "acts"),
    [("xunyang-2022-88", {"post_notice", "approve", "start"}), ("baihe-2022-72", {"choose", "approve", "start"})],
)
def test_the_steps_of_choosing_are_those_that_need_a_free_place(
    catalogue: Catalogue, document: str, acts: set[str]
) -> None:
    assert choosing_acts(catalogue.current(document)) == acts


@pytest.mark.parametrize(("tenths", "said"), [(875, "87.5"), (0, "0.0"), (5, "0.5"), (-15, "-1.5"), (1000, "100.0")])
def test_points_are_told_to_one_decimal(tenths: int, said: str) -> None:
    assert in_points(tenths) == said


# ---- order


def test_points_decide_first(world: World) -> None:
    hires = applicants(world, 3, ("甲", VETERAN, 800), ("乙", {}, 801), ("丙", {}, None))
    lines = order(world, hires)
    assert places_of(lines) == [("乙", 1), ("甲", 2), ("丙", None)]
    assert [one.sentence.text() for one in lines] == ["80.1分，第1名", "80.0分，第2名", "尚未评分，不排名次"]


def test_a_tie_is_broken_by_who_goes_first_when_equal(world: World) -> None:
    lines = order(world, applicants(world, 2, ("甲", {}, 800), ("乙", VETERAN, 800)))
    assert places_of(lines) == [("乙", 1), ("甲", 2)]
    assert lines[0].sentence.text() == "80.0分，第1名；同分，因“同等条件下优先”排在前面"


def test_a_tie_that_no_rule_breaks_stays_one(world: World) -> None:
    lines = order(world, applicants(world, 3, ("甲", {}, 800), ("乙", {}, 800), ("丙", {}, 700)))
    assert places_of(lines) == [("甲", 1), ("乙", 1), ("丙", 3)]
    assert "并列第1名" in lines[0].sentence.text() and lines[0].tied and not lines[2].tied


def test_who_is_first_in_principle_does_not_break_a_tie(world: World) -> None:
    """原则上优先聘用 is a group of its own; the document does not rank the two against each other."""
    zero = {"zero_employment_family": {"by": "人社局", "on": "2021-01-01"}}
    lines = order(world, applicants(world, 2, ("甲", {}, 800), ("乙", zero, 800)))
    assert {one.rank for one in lines} == {1}


def test_the_latest_sheet_counts(world: World) -> None:
    hires = applicants(world, 2, ("甲", {}, 800), ("乙", {}, 700))
    world.do(hires["乙"], "score", CLERK, items={"面试": 900}, opinion="漏加笔试分，更正。")
    assert places_of(order(world, hires)) == [("乙", 1), ("甲", 2)]


def test_nobody_is_scored_once_chosen(world: World) -> None:
    hires = applicants(world, 1, ("甲", {}, 800))
    world.do(hires["甲"], "post_notice", CLERK, posted_on=world.clock.today, boards=["公示栏"])
    assert isinstance(world.refused(hires["甲"], "score", CLERK, items={"面试": 1000}), StepNotOffered)


# ---- who follows


def standing(world: World, hires: dict[str, int]) -> dict[str, str]:
    return {one.name: one.standing for one in order(world, hires)}


def test_when_somebody_chosen_falls_out_the_next_by_rank_is_proposed(world: World) -> None:
    hires = applicants(world, 3, ("甲", {}, 900), ("乙", {}, 800), ("丙", {}, 850))
    world.do(hires["甲"], "post_notice", CLERK, posted_on=world.clock.today, boards=["公示栏"])
    assert standing(world, hires) == {"甲": "chosen", "丙": "candidate", "乙": "candidate"}
    assert substitutes(order(world, hires), 1) == ()
    world.do(hires["甲"], "withdraw", CLERK)
    (proposed,) = substitutes(order(world, hires), 1)
    assert (proposed.instead_of.name, proposed.proposed.name) == ("甲", "丙")
    assert proposed.sentence.text() == "甲已退出，名额空出；按名次由第1名丙递补"
    # no place is free: nobody follows
    assert substitutes(order(world, hires), 0) == ()


def test_an_objection_that_was_upheld_opens_the_place_too(world: World) -> None:
    hires = applicants(world, 2, ("甲", {}, 900), ("乙", {}, 800))
    world.do(hires["甲"], "post_notice", CLERK, posted_on=world.clock.today, boards=["公示栏"])
    world.do(hires["甲"], "object", CLERK, text="不在本村居住。")
    (objection,) = world.hire(hires["甲"]).dossier.open_objections
    judge = officer("judge", Role.HRSS, COUNTY)
    world.do(hires["甲"], "uphold_objection", judge, objection=objection, reason="经核实属实。")
    (proposed,) = substitutes(order(world, hires), 1)
    assert proposed.sentence.text() == "甲未通过，名额空出；按名次由第1名乙递补"


def test_who_was_refused_before_the_choice_leaves_no_place(world: World) -> None:
    hires = applicants(world, 2, ("甲", {}, 900), ("乙", {}, 800))
    world.do(hires["甲"], "reject", CLERK, opinion="面试后放弃。")
    lines = order(world, hires)
    assert standing(world, hires)["甲"] == "out" and substitutes(lines, 1) == ()
    assert places_of(lines) == [("乙", 1), ("甲", None)]
    assert lines[1].sentence.text() == "90.0分，不再参加排名"


def test_nobody_without_points_follows(world: World) -> None:
    hires = applicants(world, 2, ("甲", {}, 900), ("乙", {}, None))
    world.do(hires["甲"], "post_notice", CLERK, posted_on=world.clock.today, boards=["公示栏"])
    world.do(hires["甲"], "withdraw", CLERK)
    assert substitutes(order(world, hires), 1) == ()
