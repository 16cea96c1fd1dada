"""What an announcement says, who may see it on which day, taking one back, and filling a place that became free."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from states.facts import Post
from states.loading import Catalogue
from states.procedure import Procedure
from states.refusals import InputRefused, NoSuchHire, StepNotOffered, StepRefused
from states.vocabulary import Role
from tests.support.world import World, officer
from workflow import announcements, vacancies
from workflow.announcement_text import (
    PARTS,
    birth_range,
    cleaned,
    draft,
    faults_of,
    scheme_of,
)
from workflow.openings import add_place, announce
from workflow.queries import posts, scoped
from workflow.queries.register import PostUse, use_of_posts

TOWN, VILLAGE, COUNTY = "610981100", "610981100201", "610981"
REGIONS = {"61": "陕西省", "6109": "安康市", COUNTY: "旬阳市", TOWN: "城关镇", VILLAGE: "示例村"}
CLERK = officer("town", Role.EMPLOYER, TOWN)
HRSS, RURAL = officer("hrss", Role.HRSS, COUNTY), officer("rural", Role.RURAL, COUNTY)
DAY = date(2022, 6, 1)
CONTENT = {
    "duties": "信息采集",
    "conditions": "见办法",
    "where": "镇政府",
    "contact": "王建国 0915-7200000",
    "pay": "每月1400元",
    "term": "一年",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, DAY, REGIONS)
    yield world
    world.close()


@pytest.fixture
def quick(migrated_sqlite_url: str) -> Iterator[World]:
    world = World.on(migrated_sqlite_url, DAY, REGIONS)
    yield world
    world.close()


def rows(world: World) -> list[Any]:
    """What a refusal may not change."""
    tables = ("opening", "hire", "audit_entry", "task", "timer", "post", "office_log")
    return [world.ask(f"SELECT count(*) FROM {table}") for table in tables]


# ---- birth dates


@pytest.mark.parametrize(
    ("document", "kind", "on", "earliest", "latest"),
    [
        # 18 to 45: until the day before the 46th birthday
        ("xunyang-2022-88", "village", "2022-06-01", "1976-06-02", "2004-06-01"),
        # two rules side by side: the narrower bound of each end
        ("baihe-2022-72", "village", "2022-06-01", "1981-06-02", "2004-06-01"),
        ("neimenggu-2022-10", "village", "2022-06-01", "1966-06-02", "2004-06-01"),
        # somebody born on 29 February has the birthday on the 28th in other years
        ("xunyang-2022-88", "town", "2022-02-28", "1976-03-01", "2004-02-29"),
        ("xunyang-2022-88", "town", "2022-03-01", "1976-03-02", "2004-03-01"),
    ],
)
def test_birth_dates_follow_from_the_rule_of_age(
    catalogue: Catalogue, document: str, kind: str, on: str, earliest: str, latest: str
) -> None:
    found = birth_range(catalogue.current(document), kind, date.fromisoformat(on))
    assert found is not None
    assert (found.earliest, found.latest) == (date.fromisoformat(earliest), date.fromisoformat(latest))


def test_birth_dates_are_printed_as_people_write_them(catalogue: Catalogue) -> None:
    found = birth_range(catalogue.current("xunyang-2022-88"), "village", DAY)
    assert found is not None
    assert found.sentence().text() == "1976年6月2日至2004年6月1日出生"
    assert found.note().text() == "年龄以公告之日（2022年6月1日）计算"
    assert found.articles == ("二(二)2",)


def test_the_other_reading_and_the_other_day_of_measuring_are_told(catalogue: Catalogue) -> None:
    rulings: dict[str, int | bool | str] = {"age_reading": "not_past_birthday", "age_measured_on": "applied_on"}
    found = birth_range(catalogue.current("xunyang-2022-88").with_rulings(rulings, "1+test"), "village", DAY)
    assert found is not None
    # not past the 45th birthday, which is itself the last day
    assert found.earliest == date(1977, 6, 1)
    assert found.note().text() == "年龄以报名之日计算；上列日期按2022年6月1日推算"


def test_a_document_with_ages_of_groups_only_has_no_range_of_its_own(catalogue: Catalogue) -> None:
    procedure = catalogue.current("liaocheng-2022-4")
    assert birth_range(procedure, "rural", DAY) is None
    post = Post(1, "rural", "371502", monthly_fen=0)
    conditions = draft(procedure, post, "东昌府区", DAY)["conditions"]
    assert "农村大龄人员（1956年6月2日至1977年6月1日出生）" in conditions
    urban = draft(procedure, Post(1, "urban", "371502"), "东昌府区", DAY)["conditions"]
    assert "女1977年6月1日及以前出生，男1967年6月1日及以前出生，未达到法定退休年龄" in urban


@pytest.mark.parametrize(
    ("born", "admitted"), [("1976-06-01", False), ("1976-06-02", True), ("2004-06-01", True), ("2004-06-02", False)]
)
def test_whom_the_printed_range_admits_the_engine_admits(quick: World, born: str, admitted: bool) -> None:
    person = quick.a_person("张三", date.fromisoformat(born), "M", VILLAGE)
    (hire,) = quick.an_opening(CLERK, quick.a_post("xunyang-2022-88", "town", TOWN)).hire_ids
    quick.do(hire, "apply", CLERK, person_id=person)
    if admitted:
        quick.do(hire, "check", CLERK)
    else:
        assert "age_between" in quick.articles(hire, "check", CLERK)


# ---- the draft and the check


@pytest.mark.parametrize("document", ["xunyang-2022-88", "baihe-2022-72", "liaocheng-2022-4", "neimenggu-2022-10"])
def test_a_draft_lacks_only_what_the_office_alone_knows(catalogue: Catalogue, document: str) -> None:
    procedure: Procedure = catalogue.current(document)
    for kind in procedure.kind_by_name:
        content = cleaned(draft(procedure, Post(1, kind, "6109", monthly_fen=140000), "镇政府", DAY))
        assert set(faults_of(content)) == {"content.contact"}
        assert faults_of({**content, "contact": "王建国 0915-7200000"}) == {}


@pytest.mark.parametrize("part", [name for name, may_lack in PARTS.items() if not may_lack])
def test_each_part_that_is_asked_for_is_missed(part: str) -> None:
    assert faults_of(CONTENT) == {}
    lacking = {name: text for name, text in CONTENT.items() if name != part}
    assert set(faults_of(lacking)) == {f"content.{part}"}


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("contact", "王建国"),
        ("other", "联系人身份证号610928197001150117"),
        ("other", "身份证：６１０９２８１９７００１１５０１１７"),
        ("scoring", "面试"),
        ("scoring", "面试 60\n面试 40"),
        ("scoring", "面试 0"),
        ("duties", "做" * 2001),
        ("nonsense", "x"),
    ],
)
def test_what_an_announcement_must_not_say(part: str, text: str) -> None:
    assert set(faults_of({**CONTENT, part: text})) == {f"content.{part}"}


def test_the_scheme_is_read_line_by_line() -> None:
    assert scheme_of({"scoring": "面试 60\n笔试：40分\n\n"}) == {"面试": 60, "笔试": 40}
    assert faults_of({**CONTENT, "scoring": "面试 60\n笔试：40分"}) == {}
    assert scheme_of({}) == {}


def test_a_paper_that_lacks_something_is_not_published(world: World) -> None:
    post = world.a_post("xunyang-2022-88", "town", TOWN)
    before = rows(world)
    with pytest.raises(InputRefused) as refused:
        lacking = {**CONTENT, "pay": "  "}
        announce(world.office, CLERK, world.clock(), post_id=post, places=1, boards=("公示栏",), content=lacking)
    assert set(refused.value.faults) == {"content.pay"}
    assert refused.value.faults["content.pay"].text() == "公告须写明“岗位报酬”，请补上后再发布"
    assert rows(world) == before
    done = announce(world.office, CLERK, world.clock(), post_id=post, places=1, boards=("公示栏",), content=CONTENT)
    assert world.ask("SELECT content FROM opening WHERE id = ?", done.opening_id) == [(CONTENT,)]


def test_birth_dates_that_went_stale_are_noticed(world: World) -> None:
    """The draft was made on one day and announced for another: its dates are a day off."""
    post = world.a_post("xunyang-2022-88", "town", TOWN)
    procedure = world.office.procedure("xunyang-2022-88@1")
    drafted = draft(procedure, Post(1, "town", TOWN, monthly_fen=140000), "镇政府", DAY) | {
        "contact": "王建国 0915-7200000"
    }
    before = rows(world)
    facts: dict[str, Any] = {"post_id": post, "places": 1, "boards": ("公示栏",), "content": drafted}
    with pytest.raises(InputRefused) as refused:
        announce(world.office, CLERK, world.clock(), announced_on=DAY + timedelta(1), **facts)
    assert "1976年6月3日至2004年6月2日出生" in refused.value.faults["content.conditions"].text()
    assert rows(world) == before
    assert announce(world.office, CLERK, world.clock(), announced_on=DAY, **facts).hire_ids


def test_a_rule_that_stands_against_it_keeps_nothing(world: World) -> None:
    post = world.a_post("xunyang-2022-88", "town", TOWN)
    before = rows(world)
    with pytest.raises(StepRefused) as refused:  # no board is named
        announce(world.office, CLERK, world.clock(), post_id=post, places=1, content=CONTENT)
    assert "boards_named" in {answer.guard for answer in refused.value.answers if answer.stops}
    assert rows(world) == before


# ---- who sees it when


def shown(world: World) -> list[int]:
    with world.office.database.reading() as connection:
        return [line.id for line in announcements.on_show(connection, world.clock.today)]


@pytest.mark.parametrize(("day", "seen"), [(DAY, True), (date(2022, 6, 10), True), (date(2022, 6, 11), False)])
def test_it_is_on_show_to_its_last_day(quick: World, day: date, seen: bool) -> None:
    post = quick.a_post("xunyang-2022-88", "town", TOWN)
    opening = quick.an_opening(CLERK, post, closes_on=date(2022, 6, 10)).opening_id
    quick.clock.moment += day - DAY
    assert shown(quick) == ([opening] if seen else [])
    with quick.office.database.reading() as connection:
        assert (announcements.one_on_show(connection, day, opening) is not None) is seen
        assert announcements.was_there(connection, day, opening)


def test_it_is_not_on_show_before_its_day(quick: World) -> None:
    post = quick.a_post("xunyang-2022-88", "town", TOWN)
    later = quick.an_opening(CLERK, post, announced_on=DAY + timedelta(1), closes_on=date(2022, 6, 10)).opening_id
    assert shown(quick) == []
    with quick.office.database.reading() as connection:
        assert not announcements.was_there(connection, DAY, later)
    quick.walk(1)
    assert shown(quick) == [later]


def test_without_a_last_day_it_hangs_until_the_places_are_taken(world: World) -> None:
    post = world.a_post("xunyang-2022-88", "town", TOWN)
    done = world.an_opening(CLERK, post)
    assert shown(world) == [done.opening_id]
    hire = done.hire_ids[0]
    world.do(hire, "apply", CLERK, person_id=world.a_person("张三", date(1990, 1, 1), "M", VILLAGE))
    world.do(hire, "check", CLERK)
    world.do(hire, "recheck", HRSS)
    world.do(hire, "recheck", RURAL)
    world.do(hire, "post_notice", CLERK, posted_on=world.clock.today, boards=["公示栏"])
    assert shown(world) == []


@pytest.mark.parametrize(
    ("closes", "on", "warned"),
    [
        ("2022-06-10", "2022-06-10", True),
        ("2022-06-10", "2022-06-11", False),
        ("2022-06-10", "2022-05-31", False),
        (None, "2022-06-05", False),
    ],
)
def test_choosing_while_others_may_apply_is_warned_of(closes: str | None, on: str, warned: bool) -> None:
    last = date.fromisoformat(closes) if closes else None
    assert (announcements.window_warning(last, DAY, date.fromisoformat(on)) is not None) is warned


# ---- taking it back


def test_an_announcement_is_taken_back_with_all_its_places(world: World) -> None:
    post = world.a_post("xunyang-2022-88", "town", TOWN)
    done = world.an_opening(CLERK, post, places=3)
    assert announcements.cancel(world.office, done.opening_id, CLERK, world.clock(), "岗位调整。") == 3
    assert {world.hire(i).stage for i in done.hire_ids} == {"unfilled"}
    assert world.acts(done.hire_ids[0]) == ["post", "cancel"]
    assert world.ask("SELECT CAST(cancelled_on AS text) FROM opening") == [("2022-06-01",)]
    assert shown(world) == []
    with pytest.raises(StepNotOffered):
        add_place(world.office, done.opening_id, CLERK, world.clock())
    with pytest.raises(StepNotOffered):
        announcements.cancel(world.office, done.opening_id, CLERK, world.clock(), "再撤一次。")


def test_once_somebody_applied_it_stays(world: World) -> None:
    post = world.a_post("xunyang-2022-88", "town", TOWN)
    done = world.an_opening(CLERK, post, places=2)
    world.do(done.hire_ids[1], "apply", CLERK, person_id=world.a_person("张三", date(1990, 1, 1), "M", VILLAGE))
    before = rows(world)
    with pytest.raises(StepNotOffered):
        announcements.cancel(world.office, done.opening_id, CLERK, world.clock(), "岗位调整。")
    # also after the applicant withdrew: somebody did apply
    world.do(done.hire_ids[1], "withdraw", CLERK)
    with pytest.raises(StepNotOffered):
        announcements.cancel(world.office, done.opening_id, CLERK, world.clock(), "岗位调整。")
    assert world.ask("SELECT cancelled_on FROM opening") == [(None,)] and before[1] == rows(world)[1]


@pytest.mark.parametrize(
    ("by", "reason", "refusal"),
    [
        (CLERK, " ", InputRefused),
        (HRSS, "不归我管。", StepNotOffered),
        (officer("other", Role.EMPLOYER, "610981101"), "别的镇。", NoSuchHire),
    ],
)
def test_nobody_else_takes_it_back_nor_without_a_reason(
    world: World, by: Any, reason: str, refusal: type[Exception]
) -> None:
    done = world.an_opening(CLERK, world.a_post("xunyang-2022-88", "town", TOWN), places=2)
    before = rows(world)
    with pytest.raises(refusal):
        announcements.cancel(world.office, done.opening_id, by, world.clock(), reason)
    assert rows(world) == before and shown(world) == [done.opening_id]


@pytest.mark.parametrize(("days", "refused"), [(9, False), (10, True)])
def test_a_further_place_is_made_to_the_last_day(world: World, days: int, refused: bool) -> None:
    done = world.an_opening(CLERK, world.a_post("xunyang-2022-88", "town", TOWN), closes_on=date(2022, 6, 10))
    world.clock.moment += timedelta(days=days)
    before = rows(world)
    if refused:
        with pytest.raises(StepNotOffered):
            add_place(world.office, done.opening_id, CLERK, world.clock())
        assert rows(world) == before
    else:
        assert add_place(world.office, done.opening_id, CLERK, world.clock()) > 0


# ---- places that became free


def someone_left(world: World) -> tuple[int, int]:
    """A post and the hire of somebody who worked there and left."""
    post = world.a_post("xunyang-2022-88", "village", VILLAGE)
    (hire,) = world.an_opening(CLERK, post).hire_ids
    world.do(hire, "apply", CLERK, person_id=world.a_person("张三", date(1990, 1, 1), "M", VILLAGE))
    world.do(hire, "check", CLERK)
    for step, by in (("recheck", HRSS), ("recheck", RURAL)):
        world.do(hire, step, by)
    world.do(hire, "post_notice", CLERK, posted_on=world.clock.today, boards=["公示栏"])
    world.walk(12)
    world.do(hire, "report", CLERK)
    for by in (officer("hrss2", Role.HRSS, COUNTY), officer("rural2", Role.RURAL, COUNTY)):
        world.do(hire, "approve", by)
    world.do(hire, "train", HRSS, held_on=world.clock.today, passed=True, hours=16)
    world.do(hire, "start", CLERK, started_on=world.clock.today)
    world.do(
        hire,
        "decide_leaving",
        CLERK,
        ground="off_post",
        effective_on=world.clock.today,
        reason="自动离岗。",
        evidence="记录1号",
    )
    world.walk(2)
    assert world.hire(hire).stage == "ended"
    return post, hire


def free_places(world: World) -> list[int]:
    with world.office.database.reading() as connection:
        return [line.hire_id for line in vacancies.vacancies(connection, scoped(CLERK)).lines]


def test_a_place_that_somebody_left_is_announced_anew_once(world: World) -> None:
    post, hire = someone_left(world)
    assert free_places(world) == [hire]
    with world.office.database.reading() as connection:
        found = vacancies.vacancy(connection, scoped(CLERK), hire)
        assert found is not None and (found.post_id, found.region) == (post, VILLAGE)
        assert vacancies.vacancy(connection, scoped(officer("x", Role.EMPLOYER, "610981101")), hire) is None
        assert vacancies.vacancy(connection, scoped(CLERK), hire + 1) is None
    facts: dict[str, Any] = {"post_id": post, "boards": ("公示栏",), "refills": hire}
    before = rows(world)
    for wrong in ({"places": 2}, {"places": 1, "post_id": world.a_post("xunyang-2022-88", "village", VILLAGE)}):
        with pytest.raises(InputRefused):
            announce(world.office, CLERK, world.clock(), **(facts | wrong))
    assert rows(world)[:5] == before[:5]
    anew = announce(world.office, CLERK, world.clock(), places=1, **facts)
    assert free_places(world) == []
    with pytest.raises(InputRefused) as refused:
        announce(world.office, CLERK, world.clock(), places=1, **facts)
    assert "refills" in refused.value.faults
    # taken back, it is free again
    announcements.cancel(world.office, anew.opening_id, CLERK, world.clock(), "重新核定。")
    assert free_places(world) == [hire]


def test_a_post_tells_what_is_in_use_and_what_is_free(world: World) -> None:
    post, _ = someone_left(world)
    done = world.an_opening(CLERK, post, places=1)
    with world.office.database.reading() as connection:
        assert use_of_posts(connection, {post})[post] == PostUse(serving=0, under_way=0, vacant=1)
    world.do(done.hire_ids[0], "apply", CLERK, person_id=world.a_person("李四", date(1991, 1, 1), "M", VILLAGE))
    with world.office.database.reading() as connection:
        assert use_of_posts(connection, {post})[post] == PostUse(serving=0, under_way=1, vacant=0)
        assert [line.id for line in posts(connection, scoped(CLERK)).lines] == [post]
