"""The calendar of last days, its feed, and the page where a year is loaded: whose, when, and who may."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any

import icalendar
import pytest
from starlette.testclient import TestClient

from states.calendar.files import parse_year, year_text
from states.vocabulary import Role
from tests.api.support import OTHER, OWN, PARENT, SIBLING, Service
from tests.support.world import officer
from workflow import sign_in
from workflow.accounts import disable
from workflow.calendar_years import applying
from workflow.feeds import AHEAD
from workflow.tables import RoleGrant

TOWN = officer("a" * 64, Role.EMPLOYER, PARENT, 900001)
HRSS = officer("b" * 64, Role.HRSS, PARENT, 900002)
RURAL = officer("c" * 64, Role.RURAL, PARENT, 900003)
CLERK, NEIGHBOUR, STRANGER = (Role.EMPLOYER, OWN), (Role.EMPLOYER, SIBLING), (Role.EMPLOYER, OTHER)
LOADER, LOOKER = (Role.HRSS, PARENT), (Role.SUPERVISOR, PARENT)

YEAR_2027 = """year: 2027
notice: {title: 国务院办公厅关于2027年部分节假日安排的通知, issued_on: 2026-11-05}
rest:
  - {name: 元旦, from: 2027-01-01, to: 2027-01-03}
  - {name: 春节, from: 2027-02-05, to: 2027-02-11}
  - {name: 清明节, from: 2027-04-03, to: 2027-04-05}
  - {name: 劳动节, from: 2027-05-01, to: 2027-05-05}
  - {name: 国庆节, from: 2027-10-01, to: 2027-10-07}
work: [2027-02-14]
"""


@pytest.fixture(params=["service", "quick"])
def each(request: pytest.FixtureRequest) -> Iterator[Service]:
    yield request.getfixturevalue(request.param)


def a_year_later(service: Service, day: date) -> None:
    """The world of the API tests begins in 2022: sessions are begun after the walk."""
    service.world.clock.moment += timedelta(days=(day - service.world.clock.today).days)


def applied(service: Service, name: str = "张三", town: str = OWN) -> int:
    """A hire that waits for its first check: five working days, whose owner is the employer."""
    world = service.world
    person = world.a_person(name, date(1990, 3, 5), "M", town)
    hire = world.an_opening(TOWN, world.a_post("xunyang-2022-88", "town", town)).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=person)
    return hire


def on_notice(service: Service, name: str = "张三", town: str = OWN) -> int:
    world = service.world
    hire = applied(service, name, town)
    world.do(hire, "check", TOWN)
    world.do(hire, "recheck", HRSS)
    world.do(hire, "recheck", RURAL)
    world.do(hire, "post_notice", TOWN, posted_on=world.clock.today, boards=["镇公示栏"])
    return hire


def ends(service: Service, hire: int, name: str) -> date:
    return service.world.hire(hire).dossier.clocks[name].due_on


def html(client: TestClient, path: str) -> str:
    answer = client.get(path, headers={"accept": "text/html"}, follow_redirects=False)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def counts(page: str) -> dict[str, int]:
    """Day → number, as the month shows them."""
    return {day: int(n) for day, n in re.findall(r'href="/calendar/([\d-]{10})[^"]*"><strong>(\d+)</strong>', page)}


# ---- months and weeks -----------------------------------------------------------------------------------------------


def test_a_day_counts_what_its_list_holds(service: Service) -> None:
    hires = [applied(service, name) for name in ("张三", "李四")]
    due = ends(service, hires[0], "first_check")
    clerk = service.as_(CLERK)
    assert counts(html(clerk, f"/calendar?month={due:%Y-%m}")) == {due.isoformat(): 2}
    page = html(clerk, f"/calendar/{due.isoformat()}")
    assert sorted(map(int, re.findall(r'class="main"><a href="/hires/(\d+)"', page))) == sorted(hires)
    assert "资格审查" in page
    nothing = html(clerk, f"/calendar/{(due + timedelta(1)).isoformat()}")
    assert "/hires/" not in nothing.split("<main")[1].split("</main>")[0]


def test_a_month_and_a_week_hold_their_first_and_last_day_and_no_other(service: Service) -> None:
    hire = applied(service)
    due = ends(service, hire, "first_check")
    clerk = service.as_(CLERK)
    with service.world.office.database.transaction() as connection:
        for n, day in enumerate(("2022-06-30", "2022-07-01", "2022-07-31", "2022-08-01", "2022-07-03", "2022-07-04")):
            sql = (
                "INSERT INTO timer (hire_id, name, kind, mark, seq, visit, legal_on, provisional, due_at, wake_at,"
                f" status, attempts) SELECT hire_id, name, kind, {100 + n}, seq, visit, '{day}', provisional, due_at,"
                f" wake_at, status, 0 FROM timer WHERE hire_id = {hire} AND mark = 0"
            )
            connection.exec_driver_sql(sql)
    july = counts(html(clerk, "/calendar?month=2022-07"))
    assert set(july) == {"2022-07-01", "2022-07-31", "2022-07-03", "2022-07-04"}
    assert set(counts(html(clerk, "/calendar?month=2022-06"))) == {"2022-06-30", due.isoformat()}
    assert set(counts(html(clerk, "/calendar?month=2022-08"))) == {"2022-08-01"}
    # Friday, 1 July 2022 lies in the week of Monday, 27 June to Sunday, 3 July
    for day in ("2022-06-27", "2022-07-03"):
        assert set(counts(html(clerk, f"/calendar?week={day}"))) == {"2022-06-30", "2022-07-01", "2022-07-03"}
    assert set(counts(html(clerk, "/calendar?week=2022-07-04"))) == {"2022-07-04"}


def test_a_period_stays_on_its_day_when_it_is_overdue_and_goes_when_it_is_done(service: Service) -> None:
    hire = applied(service)
    due = ends(service, hire, "first_check")
    service.world.walk_to(due + timedelta(20))
    path = f"/calendar?month={due:%Y-%m}"
    assert counts(html(service.as_(CLERK), path)) == {due.isoformat(): 1}
    service.world.do(hire, "check", TOWN)
    assert due.isoformat() not in counts(html(service.as_(CLERK), path))


def test_make_up_days_and_rest_days_are_marked(quick: Service) -> None:
    page = html(quick.as_(CLERK), "/calendar?month=2022-10")
    marks = dict(re.findall(r'datetime="(2022-10-\d\d)">\d+</time>.*?title="[^"]*">([休班])</abbr>', page))
    # the notice for 2022: 1 to 7 October off, 8 and 9 October (a weekend) worked; 1 and 2 are a weekend anyway
    assert {day[-2:]: mark for day, mark in marks.items()} == {
        **{f"0{n}": "休" for n in range(3, 8)},
        **{"08": "班", "09": "班"},
    }
    assert "国庆节放假" in page


def test_what_a_missing_year_could_move_is_told(quick: Service) -> None:
    quick.world.clock.moment += timedelta(days=(date(2026, 12, 28) - quick.world.clock.today).days)
    hire = on_notice(quick)
    due = ends(quick, hire, "notice_period")
    page = html(quick.as_(CLERK), f"/calendar?month={due:%Y-%m}")
    assert "1项暂定" in page
    assert "2027年的放假安排尚未载入" in page
    assert "暂定" in html(quick.as_(CLERK), f"/calendar/{due.isoformat()}")


@pytest.mark.parametrize(
    "query",
    ["month=2022-13", "month=99999-01", "week=nonsense", "month=0001-01", "week=2101-01-01", "month=%00", "who=x"],
)
def test_nonsense_shows_this_month(quick: Service, query: str) -> None:
    assert "2022年六月" in html(quick.as_(CLERK), f"/calendar?{query}")


@pytest.mark.parametrize("day", ["2022-02-30", "x", "20220601", "1989-12-31", "2022-W10-1"])
def test_no_day_is_not_found(quick: Service, day: str) -> None:
    assert quick.as_(CLERK).get(f"/calendar/{day}").status_code == 404


def test_nobody_sees_the_days_of_other_regions_or_of_other_roles(service: Service) -> None:
    hire = applied(service)
    month = f"/calendar?month={ends(service, hire, 'first_check'):%Y-%m}"
    assert counts(html(service.as_(CLERK), month))
    for who in (NEIGHBOUR, STRANGER, LOADER, (Role.SYSTEM_ADMIN, "")):
        assert counts(html(service.as_(who), month)) == {}, who
    # all of the region, if it is one's own; those who look on see it at once
    assert counts(html(service.as_(LOADER), f"{month}&who=all"))
    assert counts(html(service.as_(LOOKER), month))
    assert counts(html(service.as_(STRANGER), f"{month}&who=all")) == {}


# ---- feeds ----------------------------------------------------------------------------------------------------------


def form_of(service: Service, who: Any) -> dict[str, str]:
    service.as_(who)
    visit = sign_in.visit_of(service.world.office.database, service.tokens[who, None, "zh"], service.world.clock())
    assert visit is not None
    return {"form_token": visit.form_token}


def a_feed(service: Service, who: Any) -> str:
    answer = service.as_(who).post("/calendar/feed", data=form_of(service, who), headers={"accept": "text/html"})
    found = re.search(r"/calendar/feed/[\w-]{43}\.ics", answer.text)
    assert found is not None, answer.text
    return found[0]


def events(text: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


def test_a_feed_needs_no_sign_in_and_says_little(service: Service) -> None:
    hire = applied(service, "欧阳文静")
    address = a_feed(service, CLERK)
    answer = service.nobody.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    (event,) = events(answer.content)
    assert event["DTSTART"].dt == ends(service, hire, "first_check")
    assert event["SUMMARY"] == f"资格审查·第{hire}号 欧阳**"
    assert event["URL"].endswith(f"/hires/{hire}")
    assert "文静" not in answer.content.decode()


def test_the_name_of_an_event_stays_when_its_day_moves(quick: Service) -> None:
    quick.world.clock.moment += timedelta(days=(date(2026, 12, 28) - quick.world.clock.today).days)
    hire = on_notice(quick)
    address = a_feed(quick, CLERK)
    (before,) = events(quick.nobody.get(address).content)
    assert before["STATUS"] == "TENTATIVE"
    load(quick, YEAR_2027.replace("2027-01-03", "2027-01-05"))
    (after,) = events(quick.nobody.get(address).content)
    assert after["UID"] == before["UID"]
    assert str(hire) in after["UID"]
    assert after["DTSTART"].dt == before["DTSTART"].dt + timedelta(2)
    assert after["STATUS"] == "CONFIRMED"
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_a_feed_that_has_not_changed_is_not_sent_again(quick: Service) -> None:
    hire = applied(quick)
    address = a_feed(quick, CLERK)
    first = quick.nobody.get(address)
    assert quick.nobody.get(address, headers={"if-none-match": first.headers["etag"]}).status_code == 304
    quick.world.do(hire, "check", TOWN)
    second = quick.nobody.get(address, headers={"if-none-match": first.headers["etag"]})
    assert second.status_code == 200
    assert second.headers["etag"] != first.headers["etag"]


def test_a_feed_looks_400_days_ahead_and_no_further(quick: Service) -> None:
    hire = applied(quick)
    address = a_feed(quick, CLERK)
    limit = quick.world.clock.today + AHEAD
    for day, seen in ((limit, 1), (limit + timedelta(1), 0)):
        with quick.world.office.database.transaction() as connection:
            connection.exec_driver_sql(f"UPDATE timer SET legal_on = '{day}' WHERE hire_id = {hire}")
        assert len(events(quick.nobody.get(address).content)) == seen


def test_an_address_ends_when_it_is_taken_back_or_made_anew(service: Service) -> None:
    applied(service)
    old = a_feed(service, CLERK)
    new = a_feed(service, CLERK)
    assert service.nobody.get(old).status_code == 410
    assert service.nobody.get(new).status_code == 200
    service.as_(CLERK).post("/calendar/feed/revoke", data=form_of(service, CLERK))
    assert service.nobody.get(new).status_code == 410
    assert service.nobody.get("/calendar/feed/" + "x" * 43 + ".ics").status_code == 404
    assert service.nobody.get("/calendar/feed/x.ics").status_code == 404
    assert "没有启用" in html(service.as_(CLERK), "/calendar/feed")


def test_a_closed_account_and_a_lost_grant_act_on_the_next_request(service: Service) -> None:
    applied(service)
    account = service.account((CLERK, (Role.EMPLOYER, OTHER)))
    token = service.session_of(account)
    visit = sign_in.visit_of(service.world.office.database, token, service.world.clock())
    assert visit is not None
    answer = service.as_called(token).post("/calendar/feed", data={"form_token": visit.form_token})
    found = re.search(r"/calendar/feed/[\w-]{43}\.ics", answer.text)
    assert found is not None
    address = found[0]
    assert len(events(service.nobody.get(address).content)) == 1
    revoke_grant(service, account, OWN)
    assert events(service.nobody.get(address).content) == []
    revoke_grant(service, account, OTHER)
    assert service.nobody.get(address).status_code == 404
    with service.world.office.database.session() as session:
        disable(session, account, service.world.clock())
    assert service.nobody.get(address).status_code == 410


def revoke_grant(service: Service, account: int, region: str) -> None:
    from sqlmodel import select

    with service.world.office.database.session() as session:
        chosen = select(RoleGrant).where(RoleGrant.account_id == account, RoleGrant.region == region)
        grant = session.exec(chosen).one()
        grant.revoked_at, grant.revoked_by = service.world.clock(), "x"
        session.add(grant)


def test_no_case_of_another_region_comes_into_a_feed(service: Service) -> None:
    near, _ = applied(service, "张三"), applied(service, "李四", SIBLING)
    (event,) = events(service.nobody.get(a_feed(service, CLERK)).content)
    assert event["URL"].endswith(f"/hires/{near}")
    assert len(events(service.nobody.get(a_feed(service, LOOKER)).content)) == 2
    assert events(service.nobody.get(a_feed(service, STRANGER)).content) == []


def test_an_address_stands_in_no_log_and_not_in_the_database(quick: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    address = a_feed(quick, CLERK)
    token = address.split("/")[-1].removesuffix(".ics")
    assert quick.nobody.get(address).status_code == 200
    assert quick.nobody.get(address.removesuffix(".ics")).status_code == 404
    lines = [record.getMessage() for record in caplog.records if record.name == "zaigang.requests"]
    assert any("/calendar/feed/…" in line for line in lines)
    assert not [
        record for record in caplog.records if not record.name.startswith("httpx") and token in str(record.__dict__)
    ]
    assert token not in str(quick.world.ask("SELECT token_hash FROM feed"))


# ---- years ----------------------------------------------------------------------------------------------------------


def load(service: Service, text: str, who: Any = LOADER, reason: str = "国办通知已经印发") -> Any:
    """Preview, then apply as the page offers it."""
    client, token = service.as_(who), form_of(service, who)
    shown = client.post("/years/preview", data={**token, "text": text}, headers={"accept": "text/html"})
    assert shown.status_code == 200, shown.text
    fields = dict(re.findall(r'type="hidden" name="(text|mark)" value="([^"]*)"', shown.text))
    sent = {**token, **{name: unescape(value) for name, value in fields.items()}, "reason": reason}
    return client.post("/years/apply", data=sent, headers={"accept": "text/html"}, follow_redirects=False)


def test_a_year_is_previewed_and_loaded(service: Service) -> None:
    service.world.clock.moment += timedelta(days=(date(2026, 12, 28) - service.world.clock.today).days)
    hire = on_notice(service)
    text = YEAR_2027.replace("2027-01-03", "2027-01-05")
    client = service.as_(LOADER)
    before = service.fingerprint()
    shown = client.post("/years/preview", data={**form_of(service, LOADER), "text": text}).text
    assert service.fingerprint() == before
    assert "1件聘用的期限会更新，其中1个日期变动" in shown
    assert "2027年1月5日" in shown
    assert "<strong>2027年1月7日</strong>" in shown
    assert load(service, text).status_code == 303
    assert ends(service, hire, "notice_period") == date(2027, 1, 7)
    page = html(client, "/years/2027")
    assert "国办通知已经印发" in page
    assert "国务院办公厅关于2027年部分节假日安排的通知" in page
    with service.world.office.database.reading() as connection:
        assert applying(connection) is None


def test_every_fault_is_shown_at_once_in_both_languages(quick: Service) -> None:
    text = YEAR_2027.replace("2027-02-14", "2027-02-15, 2027-13-01").replace("issued_on: 2026-11-05", "issued_on: x")
    answer = quick.as_(LOADER).post("/years/preview", data={**form_of(quick, LOADER), "text": text})
    assert answer.status_code == 422
    assert "有2处须改正" in answer.text
    text = YEAR_2027.replace("2027-02-14", "2027-02-15, 2027-02-16")
    english = quick.as_(LOADER).post("/years/preview?lang=en", data={**form_of(quick, LOADER), "text": text})
    assert english.status_code == 422
    assert english.text.count("2027-02-15") >= 2  # in the fault and in what was typed
    assert not re.search(r"[一-鿿]", english.text.split('role="alert"')[1].split("</div>")[0])


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_table_from_a_spreadsheet_is_taken_too(quick: Service, encoding: str) -> None:
    rows = ["项目,内容,起,止", "年份,2027,,", "标题,关于2027年部分节假日安排的通知,,", "日期,,2026/11/5,"]
    rows += ["放假,元旦,2027/1/1,2027/1/3", "放假,春节,2027/2/5,2027/2/11", "放假,清明节,2027/4/3,2027/4/5"]
    rows += ["放假,劳动节,2027/5/1,2027/5/5", "放假,国庆节,2027/10/1,2027/10/7", "上班,,2027/2/14,"]
    client, token = quick.as_(LOADER), form_of(quick, LOADER)
    files = {"file": ("2027.csv", "\r\n".join(rows).encode(encoding), "text/csv")}
    shown = client.post("/years/preview", data=token, files=files)
    assert shown.status_code == 200, shown.text
    kept = unescape(re.findall(r'name="text" value="([^"]*)"', shown.text)[0])
    expected = parse_year(YEAR_2027.replace("国务院办公厅", ""))
    assert parse_year(kept) == expected
    assert kept == year_text(expected)


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"\xff\xfe\xfa", b"PK\x03\x04" * 30000, b"{" * 30000, b"a: &a [*a]"]
)
def test_a_file_that_is_no_year_is_refused(quick: Service, content: bytes) -> None:
    client, token = quick.as_(LOADER), form_of(quick, LOADER)
    answer = client.post("/years/preview", data=token, files={"file": ("2027.yaml", content, "text/yaml")})
    assert answer.status_code == 422
    assert "处须改正" in answer.text


@pytest.mark.parametrize("who", [CLERK, LOOKER, (Role.RURAL, PARENT), (Role.HRSS, OWN), (Role.SYSTEM_ADMIN, "")])
def test_only_a_county_office_loads_and_everybody_reads(quick: Service, who: Any) -> None:
    client, token = quick.as_(who), form_of(quick, who)
    assert "2022年放假安排" in html(client, "/years")
    before = quick.fingerprint()
    for path in ("/years/preview", "/years/apply", "/years/continue"):
        assert client.post(path, data={**token, "text": YEAR_2027, "reason": "国办通知", "mark": ""}).status_code == 403
    assert client.get("/years/new").status_code == 403
    assert quick.fingerprint() == before


def test_loading_wants_to_know_again_who_it_is(quick: Service) -> None:
    form_of(quick, LOADER)
    with quick.world.office.database.transaction() as connection:
        past = quick.world.clock() - timedelta(minutes=61)
        sql = "UPDATE sign_in SET confirmed_at = ?, created_at = ?"
        moment = quick.world.office.moment(past)
        connection.exec_driver_sql(quick.world.office._sql(sql), (moment, moment))
    answer = load(quick, YEAR_2027)
    assert answer.status_code == 403
    assert quick.world.ask("SELECT year FROM calendar_year") == []


def test_without_a_reason_nothing_is_loaded_and_nothing_typed_is_lost(quick: Service) -> None:
    answer = load(quick, YEAR_2027, reason="  好 ")
    assert answer.status_code == 422
    assert "请写明理由" in answer.text
    assert "国务院办公厅关于2027年" in answer.text
    assert quick.world.ask("SELECT year FROM calendar_year") == []


def test_a_preview_that_was_overtaken_is_told_so(quick: Service) -> None:
    client, token = quick.as_(LOADER), form_of(quick, LOADER)
    assert load(quick, YEAR_2027).status_code == 303
    sent = {**token, "text": YEAR_2027, "mark": "", "reason": "国办通知已经印发"}
    assert client.post("/years/apply", data=sent, headers={"accept": "text/html"}).status_code == 409


def test_a_preview_of_a_county_shows_no_hire_of_another(quick: Service) -> None:
    quick.world.clock.moment += timedelta(days=(date(2026, 12, 28) - quick.world.clock.today).days)
    on_notice(quick)
    other = (Role.HRSS, OTHER)
    shown = quick.as_(other).post("/years/preview", data={**form_of(quick, other), "text": YEAR_2027}).text
    assert "0件聘用的期限会更新" in shown
    assert "另有1件在您管辖的地区以外" in shown
    assert "张三" not in shown
    assert "/hires/" not in shown.split("<main")[1].split("</main>")[0]
