"""Pages without a browser: who is let in, what a form may do, what is never shown, and how fast a long list comes."""

from __future__ import annotations

import re
import time
from html import unescape

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.pages.render import TEMPLATES, local
from tests.browser import county as counties
from tests.browser.county import DAHE, TOWN, County

HTML = {"accept": "text/html"}


def client_of(county: County, username: str | None = "lvhe") -> TestClient:
    client = TestClient(county.app(), headers=HTML, follow_redirects=False)
    if username is not None:
        assert client.post("/sign-in/demo", data={"username": username}).status_code == 303
    return client


def token_of(client: TestClient) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', client.get("/").text)
    assert found is not None
    return found[1]


def fields_of(html: str, act: str) -> dict[str, str]:
    """The hidden fields of a step's form."""
    form = html.split(f'id="step-{act}"')[1].split("</form>")[0]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


# ---- who is let in ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/hires", "/hires/1", "/openings", "/openings/new", "/notices", "/overview", "/inbox"]
)
def test_without_a_session_every_page_but_the_public_ones_asks_to_sign_in(county: County, path: str) -> None:
    answer = client_of(county, None).get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")


def test_a_hire_of_another_place_is_not_there(county: County) -> None:
    from states.facts import Grant
    from states.vocabulary import Role

    counties.an_account(county.world, county.seal, "gouyuan", "钱明", Grant(Role.EMPLOYER, "610981102"), 9)
    client = client_of(county, "gouyuan")
    hire = county.hires["吴秀兰"]
    foreign = [client.get(f"/hires/{hire}"), client.get(f"/openings/{county.openings[DAHE]}")]
    missing = client.get("/hires/999999")
    assert {answer.status_code for answer in foreign} == {404}
    assert "吴秀兰" not in foreign[0].text
    strip = re.compile(r'href="[^"]*"|value="[^"]*"')
    assert strip.sub("", foreign[0].text) == strip.sub("", missing.text)
    for path in ("/", "/hires", "/openings", "/notices", "/overview"):
        assert "吕河镇" not in client.get(path).text, path


def test_the_demo_door_is_closed_where_people_really_work(county: County) -> None:
    county.settings = county.settings.model_copy(update={"demo": False})
    client = client_of(county, None)
    assert client.post("/sign-in/demo", data={"username": "lvhe"}).headers.get("set-cookie") is None
    assert "演示" not in client.get("/sign-in").text
    client.post("/sign-in", data={"username": "lvhe", "password": counties.PASSWORD})
    moved = client.post("/demo/clock", data={"form_token": token_of(client), "by": "day"})
    assert moved.status_code == 404


# ---- what a form may do -----------------------------------------------------------------------------------------


def test_a_form_without_its_token_does_nothing(county: County) -> None:
    client, hire = client_of(county), county.hires["欧阳文静"]
    before = county.world.hire(hire)
    for token in ({}, {"form_token": "x" * 43}):
        answer = client.post(f"/hires/{hire}/actions/withdraw", data={**token, "version": str(before.version)})
        assert answer.status_code == 403
        assert "不是从本系统的页面发出的" in answer.text
    assert county.world.hire(hire) == before


def test_a_form_from_another_site_does_nothing(county: County) -> None:
    client, hire = client_of(county), county.hires["欧阳文静"]
    data = {"form_token": token_of(client)}
    answer = client.post(f"/hires/{hire}/actions/withdraw", data=data, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert county.world.hire(hire).stage == "applied"


def test_a_button_pressed_twice_acts_once(county: County) -> None:
    client, hire = client_of(county), county.hires["欧阳文静"]
    fields = fields_of(client.get(f"/hires/{hire}").text, "check")
    answers = [client.post(f"/hires/{hire}/actions/check", data=fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    # the second press is told what the first one did, not that the hire has changed
    assert answers[0].headers["set-cookie"] == answers[1].headers["set-cookie"]
    assert county.world.acts(hire).count("check") == 1


def test_a_step_that_the_stage_does_not_offer_is_told_and_nothing_is_done(county: County) -> None:
    client, hire = client_of(county), county.hires["欧阳文静"]
    answer = client.post(
        f"/hires/{hire}/actions/sign", data={"form_token": token_of(client), "signed_on": "2026-06-15"}
    )
    assert answer.status_code == 409
    assert "不能办理这一步" in answer.text
    assert client.post(f"/hires/{hire}/actions/recheck", data={"form_token": token_of(client)}).status_code in (
        403,
        409,
    )


def test_what_is_typed_is_shown_again_as_text_and_never_as_markup(county: County) -> None:
    client, hire = client_of(county), county.hires["at work"]
    fields = fields_of(client.get(f"/hires/{hire}").text, "sign")
    hostile = "<script>alert(1)</script>{{7*7}}\"' onfocus=x"
    answer = client.post(f"/hires/{hire}/actions/sign", data={**fields, "signed_on": "", "number": hostile})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert "{{7*7}}" in answer.text and "49" not in answer.text.split("{{7*7}}")[0][-20:]
    assert hostile in unescape(answer.text)


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_nobody_is_led_elsewhere_after_signing_in(county: County, path: str) -> None:
    assert local(path) == "/"
    answer = client_of(county, None).post("/sign-in/demo", data={"username": "lvhe", "next": path})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/hires/1/actions/check", {"version": "x"}),
        ("/hires/1/actions/check", {"version": "9" * 30}),
        ("/hires/1/actions/%00", {}),
        ("/hires/99999999999999999999999/actions/check", {}),
        ("/openings/new", {"post_id": "9" * 18, "places": "1"}),
        ("/openings/new", {"post_id": "1", "places": "9" * 40, "closes_on": "2026-13-45"}),
        ("/openings/99999999999999999999999/apply", {}),
        ("/openings/1/apply", {"id_number": "\x00", "name": "\x00" * 300, "prior_months": "-1", "route": "?"}),
        ("/demo/clock", {"by": "year"}),
        ("/inbox/read", {}),
    ],
)
def test_nonsense_is_refused_and_never_an_error_of_ours(county: County, path: str, data: dict[str, str]) -> None:
    client = client_of(county)
    answer = client.post(path, data={"form_token": token_of(client), **data})
    assert answer.status_code < 500


@pytest.mark.parametrize(
    "path",
    [
        "/?after=x~y",
        "/?after=2026-06-15~999999999999999999999~a~b",
        "/?due=never&procedure=%00",
        "/hires?after=-1&state=x&region=%27",
        "/hires?name=%25&procedure=a%40b",
        "/openings?after=99999999999999999999",
        "/notices?after=1~2~3",
        "/notices?after=2026-06-15~99999999999999999999~1",
        "/inbox?after=x",
        "/procedures/x",
        "/sign-in?next=%00",
        "/?lang=xx",
        "/hires/0",
        "/hires/99999999999999999999999",
    ],
)
def test_an_address_that_somebody_made_up_is_no_error_of_ours(county: County, path: str) -> None:
    assert client_of(county).get(path).status_code < 500


# ---- what is never there ----------------------------------------------------------------------------------------


def test_pages_carry_no_script_and_no_style_of_their_own() -> None:
    for path in sorted(TEMPLATES.glob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script|\sstyle=|\son\w+=|javascript:", text), path.name
        assert "|safe" not in text.replace(" ", ""), path.name


def test_full_numbers_are_on_no_page(county: County) -> None:
    client = client_of(county)
    numbers = [counties.number("19880706", 12), counties.number("19920315", 31), "13891500000"]
    for path in ("/hires", *(f"/hires/{hire}" for hire in county.hires.values())):
        text = client.get(path).text
        assert not [number for number in numbers if number in text], path


def test_pages_are_not_kept_by_the_browser(county: County) -> None:
    answer = client_of(county).get(f"/hires/{county.hires['吴秀兰']}")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-language"] == "zh"


# ---- long lists -------------------------------------------------------------------------------------------------


def test_ten_thousand_tasks_are_shown_a_page_at_a_time_and_quickly(county: County) -> None:
    office, hire = county.world.office, county.hires["欧阳文静"]
    with office.database.transaction() as connection:
        row = connection.exec_driver_sql("SELECT * FROM hire WHERE id = ?", (hire,)).mappings().one()
        copied = [name for name in row if name not in ("id", "person_id", "state")]
        names, marks = ", ".join(copied), ", ".join("?" * len(copied))
        connection.exec_driver_sql(
            f"INSERT INTO hire (id, state, {names}) VALUES (?, 'posted', {marks})",
            [(10_000 + n, *(row[name] for name in copied)) for n in range(10_000)],
        )
        connection.exec_driver_sql(
            "INSERT INTO task (hire_id, name, role, region, due_on, seq)"
            " VALUES (?, 'stage:vacancy', 'employer', ?, ?, 1)",
            [(10_000 + n, f"{TOWN}201", f"2026-{6 + n % 5:02}-{1 + n % 28:02}") for n in range(10_000)],
        )
    client = client_of(county)
    client.get("/")
    began = time.perf_counter()
    text = client.get("/").text
    spent = time.perf_counter() - began
    assert "共10006件" in text
    assert text.count('<p class="main">') == 50
    assert spent < 2, f"{spent:.2f} s"  # 0.15 s on a machine with nothing else to do
    seen: set[str] = set()
    for _ in range(3):
        rows = re.findall(r'<p class="main"><a href="/hires/(\d+)"', text)
        assert not seen & set(rows)
        seen |= set(rows)
        following = re.search(r'href="([^"]+)" rel="next"', text)
        assert following is not None
        text = client.get(unescape(following[1])).text
    assert len(seen) == 150


def test_create_app_has_the_pages(county: County) -> None:
    assert client_of(county, None).get("/static/zaigang.css").status_code == 200
    assert create_app(county.settings, county.world.office).state.problem_page is not None
