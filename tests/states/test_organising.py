"""Who announces a kind of post, and the fields that an announcement may name."""

from __future__ import annotations

import pytest

from states.facts import Post
from states.loading import Catalogue
from states.organising import area_of, level_of, organisers
from states.refusals import StepNotOffered
from states.vocabulary import Level
from tests.support.asking import d
from workflow.announcement_text import draft, fault_of_fields

XUNYANG, LIAOCHENG, NEIMENGGU = (
    Catalogue.load().current(name) for name in ("xunyang-2022-88", "liaocheng-2022-4", "neimenggu-2022-10")
)
COUNTY, TOWN = "610981", "610981100"


@pytest.mark.parametrize(
    ("kind", "regions", "warned"),
    [
        ("city", [COUNTY], False),
        ("town", [TOWN], False),
        ("village", [TOWN], False),
        ("village", [COUNTY, TOWN], False),
        ("village", [COUNTY], True),
        ("town", [COUNTY], True),
    ],
)
def test_an_office_above_is_told_and_the_right_one_hears_nothing(kind: str, regions: list[str], warned: bool) -> None:
    answers = organisers(XUNYANG, kind, regions)
    assert [(one.stops, one.article) for one in answers] == ([(False, "旬人社发〔2022〕88号四(一)")] if warned else [])


def test_a_township_announces_no_post_of_the_city() -> None:
    with pytest.raises(StepNotOffered, match="市级信息员"):
        organisers(XUNYANG, "city", [TOWN])
    assert organisers(NEIMENGGU, "village", ["150000"]) == ()  # the document leaves the level open


@pytest.mark.parametrize(
    ("code", "level", "area"),
    [
        ("371502100201", Level.TOWNSHIP, "371502100"),
        ("371502100", Level.TOWNSHIP, "371502100"),
        ("3715A1001002", Level.TOWNSHIP, "3715A1001"),
        ("371502100201", Level.VILLAGE, "371502100201"),
        ("371502100201", Level.COUNTY, "371502"),
        ("371502", Level.TOWNSHIP, "371502"),
    ],
)
def test_a_region_lies_in_one_area_of_each_level_above(code: str, level: Level, area: str) -> None:
    assert area_of(code, level) == area
    assert level_of(area) is (Level.COUNTY if area == "371502" else level)


def duties(text: str, kind: str = "rural") -> str:
    post = Post(1, kind, "371502100201", monthly_fen=0)
    fault = fault_of_fields(LIAOCHENG, post, {"duties": text})
    return "" if fault is None else fault.text()


@pytest.mark.parametrize(
    "text",
    [
        "公共服务类：村容保洁",
        "公共服务类:村容保洁、农技推广\n社会治理类：乡村网格员",
        "负责本村村容保洁和护林绿化",
        "",
    ],
)
def test_one_field_or_several_together_may_be_named(text: str) -> None:
    assert duties(text) == ""


@pytest.mark.parametrize(
    ("text", "kind", "named"),
    [
        ("公共服务类：村容保洁、唱歌", "rural", "唱歌"),
        ("文艺类：唱歌", "rural", "文艺类"),
        ("做好各项工作", "rural", "公共管理类"),
        ("公共服务类：农技推广", "urban", "农技推广"),
    ],
)
def test_a_field_of_our_own_making_is_refused(text: str, kind: str, named: str) -> None:
    assert named in duties(text, kind)


def test_what_is_drafted_passes() -> None:
    post = Post(1, "rural", "371502100201", monthly_fen=0)
    assert fault_of_fields(LIAOCHENG, post, draft(LIAOCHENG, post, "镇政府", d("2022-06-01"))) is None
    assert fault_of_fields(XUNYANG, Post(1, "town", TOWN, monthly_fen=0), {"duties": "信息采集"}) is None


def test_a_number_that_is_printed_wrongly_stands_beside_the_right_one() -> None:
    wrong = [cited for cited in NEIMENGGU.document.based_on if cited.corrected]
    assert [(cited.zh, cited.corrected) for cited in wrong] == [("人社部〔2021〕26号", "人社部发〔2021〕26号")]
