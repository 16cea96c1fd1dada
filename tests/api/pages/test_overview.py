"""The overview over HTTP: what of it each reader gets, its spreadsheets, the lists behind it, and large regions."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.pages import calendar, listing
from api.pages.overview_parts import Telling, _band_row, _still_open
from states.loading import Catalogue
from states.vocabulary import Role
from tests.api.support import OTHER, OWN, PARENT, SIBLING, Service
from tests.support.world import officer
from workflow import figures, queries
from workflow.figures import keep_figures

TOWN = officer("a" * 64, Role.EMPLOYER, PARENT, 900001)
CLERK, NEIGHBOUR, STRANGER = (Role.EMPLOYER, OWN), (Role.EMPLOYER, SIBLING), (Role.EMPLOYER, OTHER)
COUNTY = (Role.HRSS, PARENT)
PARTS = "/api/v1/overview/parts"


@pytest.fixture
def hires(service: Service) -> list[int]:
    """Two that wait for their first check in one town, and one in the town beside it."""
    return [applied(service, "张三", OWN), applied(service, "李四", OWN), applied(service, "王五", SIBLING)]


def applied(service: Service, name: str, town: str) -> int:
    world = service.world
    person = world.a_person(name, date(1990, 3, 5), "M", town)
    hire = world.an_opening(TOWN, world.a_post("xunyang-2022-88", "town", town)).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=person)
    return hire


def html(client: TestClient, path: str, status: int = 200) -> str:
    answer = client.get(path, headers={"accept": "text/html"}, follow_redirects=False)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.text


def main(page: str) -> str:
    return page.split("<main")[1].split("</main>")[0]


def tiles(page: str) -> dict[str, int]:
    return {key: int(n) for key, n in re.findall(r'<li class="(\w+)"><div><strong>(\d+)</strong>', main(page))}


def behind(client: TestClient, what: str, **query: str) -> list[int]:
    asked = "".join(f"&{name}={value}" for name, value in query.items())
    return [
        int(n) for n in re.findall(r'href="/hires/(\d+)"', main(html(client, f"/overview/list?what={what}{asked}")))
    ]


def sheet(client: TestClient, key: str, query: str = "") -> list[list[str]]:
    answer = client.get(f"/overview/{key}.csv{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="overview-{key}.csv"'
    text = answer.content.decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


def after_the_last_day(service: Service, hire: int, days: int) -> None:
    """The clock alone: nothing fires. Sessions are begun after it."""
    due = service.world.hire(hire).dossier.clocks["first_check"].due_on
    service.world.clock.moment += due + timedelta(days) - service.world.clock.today


@pytest.mark.parametrize(
    ("grant", "region", "number"),
    [
        (CLERK, None, 2),
        (NEIGHBOUR, None, 1),
        (STRANGER, None, 0),
        (COUNTY, None, 3),
        (COUNTY, OWN, 2),
        (COUNTY, SIBLING, 1),
        (CLERK, PARENT, 2),
    ],
)
def test_everybody_counts_what_lies_within_their_reach(
    service: Service, hires: list[int], grant: tuple[Role, str], region: str | None, number: int
) -> None:
    reader, query = service.as_(grant), f"?region={region}" if region else ""
    page = html(reader, f"/overview{query}")
    found = reader.get(PARTS + query).json()
    assert found["states"] == ({"applied": number} if number else {})
    assert (found["complete"], found["kept"], found["serving"]) == (True, False, 0)
    assert tiles(page) == {"serving": 0, "running": number, "overdue": 0, "today": 0}
    assert sum(town["running"] for town in found["towns"]) == number
    rows = sheet(reader, "states", query)
    assert [row[1] for row in rows[1:]] == ([str(number)] if number else [])


def test_a_region_out_of_reach_tells_nothing_of_itself(service: Service, hires: list[int]) -> None:
    clerk = service.as_(CLERK)
    assert clerk.get(f"{PARTS}?region={SIBLING}").json()["states"] == {}
    # a page shows the reader's own instead
    assert tiles(html(clerk, f"/overview?region={SIBLING}"))["running"] == 2
    assert sheet(clerk, "states", f"?region={SIBLING}")[1][1] == "2"
    for nonsense in ("%00", "6", "x" * 40, "'--", "61098110%25"):
        assert tiles(html(clerk, f"/overview?region={nonsense}"))["running"] == 2


def test_on_its_last_day_nothing_is_overdue_yet(service: Service, hires: list[int]) -> None:
    after_the_last_day(service, hires[0], 0)
    clerk = service.as_(CLERK)
    assert behind(clerk, "overdue") == []
    assert clerk.get(PARTS).json()["watched"]["overdue"] == 0
    assert tiles(html(clerk, "/overview"))["overdue"] == 0


def test_the_day_after_it_is_overdue_for_those_who_see_it(service: Service, hires: list[int]) -> None:
    after_the_last_day(service, hires[0], 1)
    clerk, county = service.as_(CLERK), service.as_(COUNTY)
    assert sorted(behind(clerk, "overdue")) == hires[:2]
    assert sorted(behind(county, "overdue")) == hires
    assert behind(county, "overdue", region=SIBLING) == [hires[2]]
    assert behind(service.as_(STRANGER), "overdue") == []
    assert clerk.get(PARTS).json()["watched"]["overdue"] == 2
    assert tiles(html(county, "/overview"))["overdue"] == 3
    assert [row[1] for row in sheet(county, "watched") if row[0] == "有逾期事项"] == ["3"]


def test_a_list_goes_on_where_it_stopped(service: Service, hires: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    after_the_last_day(service, hires[0], 1)
    county = service.as_(COUNTY)
    for size in (1, 2, 3):
        monkeypatch.setattr(queries, "PAGE", size)
        found: list[int] = []
        path = "/overview/list?what=overdue"
        while path:
            page = main(html(county, path))
            found += map(int, re.findall(r'href="/hires/(\d+)"', page))
            more = re.search(r'href="(/overview/list\?[^"]*after=[^"]*)"', page)
            path = more[1].replace("&amp;", "&") if more else ""
        assert sorted(found) == hires


@pytest.mark.parametrize("what", ["", "nothing", "term:2023", "term:2023-1", "limit:x", "overdue;", "%00"])
def test_a_list_of_nothing_known_is_not_there(service: Service, what: str) -> None:
    html(service.as_(CLERK), f"/overview/list?what={what}", 404)


def test_a_month_without_ends_has_an_empty_list(service: Service, hires: list[int]) -> None:
    assert behind(service.as_(CLERK), "term:2023-13") == behind(service.as_(CLERK), "limit:2025-06") == []


@pytest.mark.parametrize("key", ["states", "watched", "towns", "stages", "quotas", "bands", "months"])
def test_every_part_is_a_sheet_with_a_head(service: Service, hires: list[int], key: str) -> None:
    head, *rows = sheet(service.as_(COUNTY), key)
    assert len(head) > 1
    assert all(len(row) == len(head) for row in rows)
    english = service.as_(COUNTY, language="en")
    assert not re.search("[\u4e00-\u9fff]", "".join(sheet(english, key)[0]))


def test_of_a_large_region_states_come_first_and_the_rest_with_the_next_count(
    service: Service, hires: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "AT_ONCE", 2)
    monkeypatch.setattr(calendar, "AT_ONCE", 2)
    county, clerk = service.as_(COUNTY), service.as_(CLERK)
    first, page = county.get(PARTS).json(), html(county, "/overview")
    assert (first["complete"], first["states"], first["watched"]) == (False, {"applied": 3}, {})
    assert "随下一次统计给出" in page
    assert (tiles(page), 'id="part-watched"' in page) == ({"today": 0}, False)
    # a town with two hires is not large
    assert clerk.get(PARTS).json()["complete"]
    due = service.world.hire(hires[0]).dossier.clocks["first_check"].due_on
    everything = f"/calendar?month={due:%Y-%m}&who=all"
    days = html(county, everything)
    assert "随下一次统计给出" in days
    assert f'href="/calendar/{due}?who=all"' in days
    listed = re.findall(r'href="/hires/(\d+)"', main(html(county, f"/calendar/{due}?who=all")))
    assert sorted(map(int, listed)) == hires

    keep_figures(service.world.office, service.world.clock())
    then, page = county.get(PARTS).json(), html(county, "/overview")
    assert (then["complete"], then["kept"], then["watched"]["overdue"]) == (True, True, 0)
    assert tiles(page)["running"] == 3
    days = html(county, everything)
    assert "随下一次统计给出" not in days + page
    assert "每小时更新一次" in days
    assert re.findall(r"<strong>(\d+)</strong>", main(days)) == ["3"]
    assert "这一天到期3项" in html(county, f"/calendar/{due}?who=all")


def test_a_long_list_says_that_there_are_more(
    service: Service, hires: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    county = service.as_(COUNTY)
    monkeypatch.setattr(listing, "COUNTED", 3)
    assert "共3份" in main(html(county, "/hires"))
    monkeypatch.setattr(listing, "COUNTED", 2)
    assert "超过2份" in main(html(county, "/hires"))


def test_no_labour_is_bought_while_the_years_task_is_open() -> None:
    """聊政办字〔2022〕4号二(二): the word stands while fewer are at work than the newest year asks for."""
    catalogue = Catalogue.load()
    rules = SimpleNamespace(rules=lambda key: SimpleNamespace(procedure=catalogue.get(key)))
    page: Any = SimpleNamespace(tell=lambda words: words.text(), office=SimpleNamespace(rulebook=rules))

    def told(document: str, *lines: tuple[int | None, int, int]) -> list[str]:
        quotas = [
            SimpleNamespace(procedure=document, year=year, places=places, working=working)
            for year, places, working in lines
        ]
        found: Any = SimpleNamespace(quotas=quotas)
        return list(_still_open(Telling(page, found, None)))

    liaocheng = "liaocheng-2022-4@1"
    (word,) = told(liaocheng, (2022, 10, 0), (2023, 3, 2), (2023, 2, 2))
    assert "2023年任务5人，在岗4人" in word and "不得新增购买人力资源服务（聊政办字〔2022〕4号二(二)）" in word
    assert told(liaocheng, (2022, 10, 0), (2023, 3, 3), (2023, 2, 2)) == []
    assert told(liaocheng, (None, 9, 0)) == [] == told(liaocheng)
    assert told("xunyang-2022-88@1", (2022, 10, 0)) == []


@pytest.mark.parametrize(
    ("per", "kind", "said"), [("township", "dedicated", "每个乡镇的乡镇专职公益性岗位"), ("village", "rural", "不分档")]
)
def test_a_number_that_holds_for_each_township_says_so(per: str, kind: str, said: str) -> None:
    rules = SimpleNamespace(rules=lambda key: SimpleNamespace(procedure=Catalogue.load().get(key)))
    page: Any = SimpleNamespace(
        tell=lambda words: words.text(), named=lambda named: named.zh, office=SimpleNamespace(rulebook=rules)
    )
    line = figures.BandLine("liaocheng-2022-4@1", kind, per, None, None, 2, 6, 4, 1, "三(一)")
    told: Any = SimpleNamespace()
    assert [str(cell.value) for cell in _band_row(Telling(page, told, None), line)][1:] == [
        said, "2", "6", "4", "1", "三(一)",
    ]  # fmt: skip
