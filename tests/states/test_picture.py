"""The picture of a procedure: everything that is in the data, nothing else, readable by eye, by ear and on paper."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

import pytest

from states.drawing import Box, width_of, wrap
from states.labels import STATES, period, state_name, when
from states.layout import Layout, lay_out
from states.loading import shipped
from states.picture import draw
from states.procedure import Procedure
from states.steps import Length
from states.vocabulary import DeadlineKind, Unit

SVG = "{http://www.w3.org/2000/svg}"
PROCEDURES = sorted(shipped())
LANGUAGES = ("zh", "en")


def drawn(name: str, language: str = "zh", **more: object) -> ElementTree.Element:
    return ElementTree.fromstring(draw(shipped()[name], language, **more))  # type: ignore[arg-type]


def stage_of(picture: ElementTree.Element, stage: str) -> ElementTree.Element:
    [found] = [group for group in picture.iter(f"{SVG}g") if group.get("data-stage") == stage]
    return found


def words_in(element: ElementTree.Element) -> str:
    return "".join("".join(text.itertext()) for text in element.iter(f"{SVG}text"))


def timed_transitions(procedure: Procedure) -> set[str]:
    return {
        f"{stage}:{line.deadline}:{act}"
        for line in procedure.deadlines
        if line.kind is DeadlineKind.ENFORCE
        for stage in line.during
        for act in line.then
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PROCEDURES)
def test_every_stage_is_there_with_its_state_and_name(name: str, language: str) -> None:
    picture = drawn(name, language)
    for stage in shipped()[name].stages:
        said = words_in(stage_of(picture, stage.stage)).replace(" ", "")
        assert state_name(stage.state, language).replace(" ", "") in said
        whole = (stage.zh if language == "zh" else stage.en).replace(" ", "")
        assert whole in said or ("…" in said and whole[:6] in said)


@pytest.mark.parametrize("name", PROCEDURES)
def test_every_timed_transition_is_there_with_a_clock_its_length_and_article(name: str) -> None:
    procedure, picture = shipped()[name], drawn(name)
    marked = [group for group in picture.iter(f"{SVG}g") if group.get("data-timed")]
    assert {one for group in marked for one in group.get("data-timed", "").split()} == timed_transitions(procedure)
    everything = words_in(picture)
    for line in procedure.deadlines:
        assert when(procedure, line) in everything
        assert line.cite.split(";")[0] in everything
    for group in marked:
        clocks = [inner for inner in group.iter(f"{SVG}g") if inner.get("class") == "clock"]
        # the way into a stage below carries its clock beside that stage
        assert clocks or all(one.endswith(":overrun") for one in group.get("data-timed", "").split())
        [tip] = group.findall(f"{SVG}title")
        assert tip.text


@pytest.mark.parametrize("name", PROCEDURES)
def test_every_way_is_shown(name: str) -> None:
    layout = lay_out(shipped()[name])
    everything = words_in(drawn(name))
    for move in layout.moves:
        if move.deadline is None and move.to in layout.lane:
            assert move.step.zh in everything
    for move in layout.spoken:
        assert f"{move.step.zh} → " in everything


@pytest.mark.parametrize("name", PROCEDURES)
def test_no_box_lies_on_another_and_all_lie_on_the_sheet(name: str) -> None:
    layout: Layout = lay_out(shipped()[name])
    assert set(layout.boxes) == set(shipped()[name].stage_by_name)
    boxes = [*layout.boxes.values(), layout.reminders]
    for one, two in combinations(boxes, 2):
        assert one.right <= two.x or two.right <= one.x or one.bottom <= two.y or two.bottom <= one.y
    assert all(box.x >= 0 and box.right <= layout.width and box.bottom <= layout.height for box in boxes)
    assert max(len(row.stages) for row in layout.rows) <= 5
    # A4 across is 1.41 wide for 1 high: no more than a little off, or print would be tiny
    assert 1.1 < layout.width / layout.height < 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PROCEDURES)
def test_no_word_leaves_the_sheet(name: str, language: str) -> None:
    picture = drawn(name, language)
    right = float(picture.get("width", "0"))
    for text in picture.iter(f"{SVG}text"):
        size, x = float(text.get("font-size", "0")), float(text.get("x", "0"))
        long = width_of(text.text or "", size)
        start = {"start": x, "middle": x - long / 2, "end": x - long}[text.get("text-anchor", "start")]
        assert start >= 0, text.text
        assert start + long <= right + 4, text.text


@pytest.mark.parametrize("name", PROCEDURES)
def test_the_picture_needs_nothing_from_elsewhere_and_speaks_for_itself(name: str) -> None:
    text = draw(shipped()[name])
    assert not re.search(r"<script|<style|<image|href|url\(|@import|\son\w+=", text)
    assert set(re.findall(r"https?://[^\"]+", text)) == {"http://www.w3.org/2000/svg"}
    picture = ElementTree.fromstring(text)
    assert picture.get("role") == "img"
    title, desc = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert picture.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert title.text == shipped()[name].title.zh
    assert all(stage.zh in (desc.text or "") for stage in shipped()[name].stages if stage.at_work)


def test_where_a_hire_stands_and_has_been_is_shown() -> None:
    picture = drawn("xunyang-2022-88", current="notice", visited=frozenset({"vacancy", "applied"}))
    here, been, ahead = (stage_of(picture, name) for name in ("notice", "applied", "joint_review"))
    assert (here.get("aria-current"), here.get("class"), here.get("opacity")) == ("step", "stage current", None)
    assert "当前环节" in words_in(here)
    assert (been.get("class"), been.get("opacity")) == ("stage visited", None)
    assert (ahead.get("class"), ahead.get("opacity")) == ("stage", "0.5")
    assert [g.get("data-stage") for g in picture.iter(f"{SVG}g") if g.get("aria-current")] == ["notice"]


def test_without_a_hire_nothing_is_pale() -> None:
    assert all(group.get("opacity") is None for group in drawn("xunyang-2022-88").iter(f"{SVG}g"))


def test_the_picture_is_the_same_every_time() -> None:
    procedure = shipped()["xunyang-2022-88"]
    assert draw(procedure) == draw(procedure)


def test_a_ruling_is_seen_in_the_picture() -> None:
    procedure = shipped()["liaocheng-2022-4"]
    assert "公示期 5个工作日*" in draw(procedure)
    assert "公示期 7个工作日*" in draw(procedure.with_rulings({"notice_working_days": 7}, "1+x"))


def test_names_cannot_break_the_drawing() -> None:
    procedure = shipped()["xunyang-2022-88"]
    stage = procedure.stages[0].model_copy(update={"zh": "<b>&\"'", "en": "x"})
    changed = procedure.model_copy(update={"stages": (stage, *procedure.stages[1:])})
    picture = ElementTree.fromstring(draw(changed))
    assert "<b>&\"'" in words_in(stage_of(picture, "vacancy"))


# -- words ------------------------------------------------------------------------------------------------------------


def test_states_have_names_of_their_own() -> None:
    for language in LANGUAGES:
        assert len({text.in_language(language) for text in STATES.values()}) == len(STATES)


@pytest.mark.parametrize(
    ("n", "unit", "zh", "en"),
    [
        (1, Unit.WORKING_DAYS, "1个工作日", "1 working day"),
        (5, Unit.WORKING_DAYS, "5个工作日", "5 working days"),
        (20, Unit.CALENDAR_DAYS, "20日", "20 days"),
        (1, Unit.MONTHS, "1个月", "1 month"),
        (0, Unit.ON_THE_DAY, "当日", "on the day"),
    ],
)
def test_periods_in_words(n: int, unit: Unit, zh: str, en: str) -> None:
    procedure = shipped()["xunyang-2022-88"]
    assert (period(procedure, Length(n=n, unit=unit)), period(procedure, Length(n=n, unit=unit), "en")) == (zh, en)


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("assessment_due", "每年12月31日前", "by 31 December"),
        ("term_end", "12个月", "12 months"),
        ("service_limit", "36个月", "36 months"),
        ("leaving", "当日", "on the day"),
        ("first_check", "5个工作日*", "5 working days*"),
    ],
)
def test_deadlines_in_words(name: str, zh: str, en: str) -> None:
    procedure = shipped()["xunyang-2022-88"]
    line = procedure.deadline_by_name[name]
    assert (when(procedure, line), when(procedure, line, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("words", "width", "lines"),
    [
        ("资格审查通过", 66, ["资格审查通过"]),
        ("资格审查通过", 60, ["资格审", "查通过"]),
        ("公示（试行）", 44, ["公示（", "试行）"]),
        ("record training passed", 62, ["record", "training", "passed"]),
        ("一二三四五六七八九十", 22, ["一二", "三四", "五六…"]),
    ],
)
def test_words_break_into_even_lines(words: str, width: float, lines: list[str]) -> None:
    assert wrap(words, 11, width) == lines


def test_a_box_knows_its_middle() -> None:
    box = Box(10, 20, 30, 40)
    assert (box.middle, box.centre, box.right, box.bottom) == (25, 40, 40, 60)
