"""Pages of notices and objections without a browser: what forms do, what is refused in words, and what never shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from states.vocabulary import Role
from tests.api.support import OTHER, OWN, PARENT, Service, number
from tests.support.files_to_send import png
from tests.support.sheets import AFTER, BOARDS, DAY, ENDS_ON, TOWN, Sheet, candidates_in, put_up_together
from workflow import people
from workflow.public_limits import LIMITS
from workflow.tables import metadata

EMPLOYER, HRSS, ABROAD = (Role.EMPLOYER, OWN), (Role.HRSS, PARENT), (Role.EMPLOYER, OTHER)
ID_NUMBER, PHONE, BANK = number(date(1988, 7, 6), 21), "13891500077", "6228480402564890018"
HTML = {"accept": "text/html"}
PHOTO = png(8, 6)
TEXT = "他常年在外地打工，不住在本村。"
NASTY = "<script>alert(1)</script>{{7*7}}\"'><img src=x onerror=alert(1)>‮"


@dataclass
class Desk:
    """The service with the sheet of three persons on it."""

    service: Service
    sheet: Sheet
    tokens: dict[int, str] = field(default_factory=dict)

    def client(self, *grants: tuple[Role, str], language: str = "zh") -> TestClient:
        client = self.service.as_(*grants, language=language) if grants else self.service.nobody
        client.headers.update(HTML)
        client.follow_redirects = False
        return client

    def post(self, client: TestClient, path: str, data: dict[str, Any], page: str = "/notices", **more: Any) -> Any:
        """Sends a form of ours, with the token that the page gave out."""
        found = re.search(r'name="form_token" value="([^"]+)"', client.get(page).text)
        assert found is not None
        return client.post(path, data={"form_token": found[1], **data}, **more)

    @property
    def public(self) -> str:
        return f"/public/notices/{self.sheet.number}"

    def objection(self, *names: str, **more: Any) -> dict[str, Any]:
        """What the public form sends."""
        return {
            "people": [str(self.sheet.hires[name]) for name in names or ("李四",)],
            "text": TEXT,
            "key": "k" * 22,
            **more,
        }


@pytest.fixture
def desk(quick: Service) -> Iterator[Desk]:
    quick.world.add_regions({"610981100202": "河湾社区"})
    yield Desk(quick, put_up_together(candidates_in(quick.world)))


def code_in(html: str) -> str:
    found = re.search(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b", html.split('class="code"')[1])
    assert found is not None
    return found[0]


# ---- what everybody reads ----------------------------------------------------------------------------------------


def test_nothing_of_a_person_but_the_allow_list_is_on_any_public_page(desk: Desk) -> None:
    """A canary: everything the register holds of a person is recognisable, and none of it is on a page."""
    from tests.api.support import seal

    world = desk.sheet.world
    given = {
        "id_number": ID_NUMBER,
        "name": "金丝雀",
        "phone": PHONE,
        "education": "college",
        "home_region": "610981100201",
        "categories": {"lifted": {"by": "乡村振兴局", "on": "2021-12-31"}},
        "statements": ["political_conduct", "health", "computer_skill", "no_crime"],
    }
    with world.office.database.session() as session:
        person = people.register(session, seal(), given, TOWN, world.clock()).person_id
    with world.office.database.transaction() as connection:
        connection.execute(metadata.tables["person"].update().values(bank_sealed=BANK, address_sealed=f"{PHONE}号院"))
    first = desk.sheet.hires["张三"]
    world.office.database.engine.dispose()
    with world.office.database.transaction() as connection:
        hire = metadata.tables["hire"]
        connection.execute(hire.update().where(hire.c.id == first).values(person_id=person))
    client = desk.client()
    key = seal().person_key(ID_NUMBER)
    secrets = (ID_NUMBER, ID_NUMBER[-4:], PHONE, BANK, "1988", "脱贫", "lifted", "college", "大专", "身体条件", key)
    for path in ("/public", desk.public, f"{desk.public}/objection", "/public/receipt", "/public/notices.json"):
        for language in ("zh", "en"):
            shown = client.get(path, params={"lang": language})
            assert shown.status_code == 200, path
            assert not [secret for secret in secrets if secret in shown.text], path
    assert "金丝雀" in client.get(desk.public).text


@pytest.mark.parametrize(("day", "status"), [(ENDS_ON, 200), (AFTER, 410)])
def test_it_comes_down_by_itself_and_is_not_kept_by_anybody(desk: Desk, day: date, status: int) -> None:
    path = desk.public
    desk.sheet.world.clock.moment += timedelta(days=(day - DAY).days)  # nobody swept: the page goes by the day alone
    client = desk.client()
    for address in (path, f"{path}/objection"):
        answer = client.get(address)
        assert answer.status_code == status
        assert answer.headers["x-robots-tag"] == "noindex" and 'content="noindex"' in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert ("张三" in answer.text) is (status == 200)
    assert client.post(f"{path}/objection", data=desk.objection()).status_code == status
    assert ("张三" in client.get("/public/notices.json").text) is (status == 200)


@pytest.mark.parametrize("what", ["0-1-20220601", "1-1-20220602", "1-0-20220601", "x", "1-1", "9" * 30 + "-1-20220601"])
def test_what_never_hung_is_not_there(desk: Desk, what: str) -> None:
    client = desk.client()
    assert client.get(f"/public/notices/{what}").status_code == 404
    assert client.get(f"/public/notices/{what}/objection").status_code == 404
    assert client.post(f"/public/notices/{what}/objection", data=desk.objection()).status_code == 404


@pytest.mark.parametrize("place", ["城关", "河湾社区", NASTY, "%", "x" * 500, "没有这个地方"])
def test_the_list_is_searched_by_place(desk: Desk, place: str) -> None:
    answer = desk.client().get("/public", params={"place": place})
    assert answer.status_code == 200
    assert (desk.public in answer.text) is (place in ("城关", "河湾社区"))
    assert "<script>alert" not in answer.text and "<img src=x" not in answer.text
    for after in ("x", "2022-06-09~x", "2022-13-40~1-1-20220601", "2022-06-09~1-1-20220601"):
        assert desk.client().get("/public", params={"after": after}).status_code == 200


# ---- objecting ---------------------------------------------------------------------------------------------------


def test_an_objection_shows_its_receipt_once_and_stops_the_clock(desk: Desk) -> None:
    client = desk.client()
    form = client.get(f"{desk.public}/objection").text
    assert all(name in form for name in desk.sheet.hires)
    done = client.post(f"{desk.public}/objection", data=desk.objection("李四", "王五", by_name="周某某", phone=PHONE))
    assert done.status_code == 200 and "已登记2件" in done.text
    code = code_in(done.text)
    assert TEXT not in done.text and "周某某" not in done.text and PHONE not in done.text
    assert desk.sheet.world.ask("SELECT count(*) FROM objection") == [(2,)]
    shown = client.post("/public/receipt", data={"code": code.lower().replace("-", " ")})
    assert shown.text.count("正在办理，应于2022年6月9日前答复") == 2
    assert not [secret for secret in (TEXT, "周某某", PHONE, *desk.sheet.hires) if secret in shown.text]
    assert code not in client.get("/public/receipt").text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": "短"}, "至少5个字"),
        ({"people": []}, "请勾选您对名单中的哪一位有异议"),
        ({"people": ["999"]}, "请勾选您对名单中的哪一位有异议"),
        ({"phone": "不是号码"}, "电话号码只填数字"),
        ({"by_name": "名" * 51}, "姓名请控制在50个字以内"),
        ({"key": ""}, "表单已经过期"),
    ],
)
def test_a_form_with_faults_says_what_to_do_and_keeps_what_was_written(
    desk: Desk, change: dict[str, Any], words: str
) -> None:
    answer = desk.client().post(f"{desk.public}/objection", data=desk.objection(**{"text": TEXT, **change}))
    assert answer.status_code == 422 and words in answer.text
    assert change.get("text", TEXT) in answer.text
    assert desk.sheet.world.ask("SELECT count(*) FROM objection") == [(0,)]


def test_nonsense_is_kept_as_text_and_shown_as_text(desk: Desk) -> None:
    client = desk.client()
    assert client.post(f"{desk.public}/objection", data=desk.objection(text=NASTY, by_name="<b>周")).status_code == 200
    shown = desk.client(HRSS).get("/objections")
    assert "<script>alert" not in shown.text and "<b>周" not in shown.text
    assert unescape(shown.text).count(NASTY) == 1 and "49" not in unescape(shown.text).split("{{7*7}}")[0][-10:]
    for body in (b"", b"\xff\xfe", b"text=" + b"%00" * 50, b"people=1&people=1&text=" + "啊".encode() * 3000):
        answer = client.post(
            f"{desk.public}/objection", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code == 422, body[:20]
    file = {"text": ("x.txt", b"12345678", "text/plain")}
    assert client.post(f"{desk.public}/objection", data={"key": "k" * 22}, files=file).status_code == 422


def test_one_address_may_object_so_often_and_no_more(desk: Desk) -> None:
    client = desk.client()
    for turn in range(LIMITS["objection"].most):
        sent = client.post(f"{desk.public}/objection", data=desk.objection(key=f"form-{turn:020d}"))
        assert sent.status_code == 200
    full = client.post(f"{desk.public}/objection", data=desk.objection(key="form-one-too-many-000"))
    assert full.status_code == 429 and "提交的次数过多" in full.text
    desk.sheet.world.clock.moment += timedelta(hours=1)
    sent = client.post(f"{desk.public}/objection", data=desk.objection(key="form-an-hour-later-00"))
    assert sent.status_code == 200


def test_an_objection_from_another_site_is_not_taken(desk: Desk) -> None:
    foreign = {"origin": "https://elsewhere.example", **HTML}
    answer = TestClient(desk.service.app).post(f"{desk.public}/objection", data=desk.objection(), headers=foreign)
    assert answer.status_code == 403
    assert desk.sheet.world.ask("SELECT count(*) FROM objection") == [(0,)]


# ---- following it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["", "x", "ABCD-EFGH-JKMN", NASTY, "0000-0000-0000", "中" * 12])
def test_a_code_that_was_never_given_out_tells_nothing(desk: Desk, code: str) -> None:
    answer = desk.client().post("/public/receipt", data={"code": code})
    assert answer.status_code == 422
    assert "镇级信息员" not in answer.text and "<script>alert" not in answer.text


def test_guessing_codes_is_slowed_down(desk: Desk) -> None:
    client = desk.client()
    for _ in range(LIMITS["receipt"].most):
        assert client.post("/public/receipt", data={"code": "ABCD-EFGH-JKMN"}).status_code == 422
    assert client.post("/public/receipt", data={"code": "ABCD-EFGH-JKMN"}).status_code == 429
    assert client.get("/public/receipt").status_code == 200


def test_the_code_stands_in_no_address(desk: Desk) -> None:
    code = code_in(desk.client().post(f"{desk.public}/objection", data=desk.objection()).text)
    assert "正在办理" not in desk.client().get("/public/receipt", params={"code": code}).text


# ---- the offices -------------------------------------------------------------------------------------------------


def test_the_office_sees_what_is_missing_and_shows_that_it_hung(desk: Desk) -> None:
    client = desk.client(EMPLOYER)
    assert "2处缺少张贴凭证" in client.get("/notices").text
    path = f"/notices/{desk.sheet.number}"
    page = client.get(path).text
    assert page.count("缺少凭证") >= 2 and "共5个工作日" in page
    data = {"board": BOARDS[0].name, "address": ""}
    answer = desk.post(client, f"{path}/evidence", data, files={"file": ("公示栏.png", PHOTO, "image/png")})
    assert answer.status_code == 303
    data = {"board": BOARDS[1].name, "address": "https://example.gov.cn/gs/1"}
    assert desk.post(client, f"{path}/evidence", data).status_code == 303
    page = client.get(path).text
    assert "缺少凭证" not in page and "https://example.gov.cn/gs/1" in page and "公示栏.png" in page
    kept = desk.sheet.world.ask("SELECT hire_id, board, size, digest FROM document ORDER BY seq, hire_id")
    assert [row[:3] for row in kept[:3]] == [(hire, BOARDS[0].name, len(PHOTO)) for hire in desk.sheet.hires.values()]
    assert len(kept) == 6 and len({row[3] for row in kept}) == 2


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        ({"board": BOARDS[0].name}, None, "请选择照片或扫描件"),
        ({"board": "别处"}, "x.png", "没有张贴在这个地方"),
        ({"board": BOARDS[0].name, "address": "javascript:alert(1)"}, None, "填写的内容不符合要求"),
        ({"board": BOARDS[0].name}, "evil.exe", ""),
    ],
)
def test_evidence_with_faults_is_refused_in_words(
    desk: Desk, data: dict[str, str], name: str | None, words: str
) -> None:
    client = desk.client(EMPLOYER)
    content = b"MZ\x90\x00" * 20 if name == "evil.exe" else PHOTO
    files = {"file": (name, content, "image/png")} if name else None
    answer = desk.post(client, f"/notices/{desk.sheet.number}/evidence", data, files=files)
    assert answer.status_code == 422 and words in answer.text
    assert desk.sheet.world.ask("SELECT count(*) FROM document") == [(0,)]


def boards_form(*days: date) -> dict[str, str]:
    found: dict[str, str] = {}
    for place, (board, day) in enumerate(zip(BOARDS, days, strict=False)):
        found |= {f"board.{place}.name": board.name, f"board.{place}.on": "1", f"board.{place}.day": day.isoformat()}
    return found


def test_a_correction_is_for_everybody_on_it_and_tells_of_each(desk: Desk) -> None:
    world = desk.sheet.world
    world.do(desk.sheet.hires["王五"], "suspend", TOWN, reason="本人申请延后")
    world.walk_to(date(2022, 6, 6))
    client = desk.client(EMPLOYER)
    path = f"/notices/{desk.sheet.number}"
    data = {**boards_form(DAY, date(2022, 6, 6)), "opinion": "第二处张贴延后"}
    answer = desk.post(client, f"{path}/restart", data)
    assert answer.status_code == 200 and "3人中已办理2人" in answer.text and "中止" in answer.text
    assert client.get(path).text.count("已更正，另行公示") >= 2
    assert client.get("/notices/1-1-20220606").text.count("2022年6月13日") >= 1
    for change, words in (({"opinion": ""}, "请写明更正了什么"), ({"board.0.day": "31.12"}, "张贴日期不对")):
        again = desk.post(client, "/notices/1-1-20220606/restart", {**data, **change})
        assert again.status_code == 422 and words in again.text
    late = desk.post(client, "/notices/1-1-20220606/restart", {**data, "board.1.day": "2022-06-30"})
    assert late.status_code == 422 and "不能晚于办理当日" in late.text


def test_several_persons_are_put_up_from_one_screen(quick: Service) -> None:
    quick.world.add_regions({"610981100202": "河湾社区"})
    desk = Desk(quick, candidates_in(quick.world))
    client = desk.client(EMPLOYER)
    page = client.get("/notices/new").text
    assert "3人可以公示" in page and "公示拟聘人员 · 3" in unescape(client.get("/notices").text)
    values = re.findall(r'name="people" value="([\d.]+)"', page)
    data = {"opening": "1", "people": values[:2], **boards_form(DAY, DAY)}
    for change, words in (
        ({"people": []}, "请勾选要公示的人员"),
        ({"people": ["x", "1.x", "9" * 60]}, "请勾选要公示的人员"),
        ({"board.0.on": "", "board.1.on": ""}, "请至少勾选或填写一处"),
    ):
        answer = desk.post(client, "/notices/new", {**data, **change})
        assert answer.status_code == 422 and words in answer.text, words
    assert desk.post(client, "/notices/new", {**data, "opening": "77"}).status_code == 303
    done = desk.post(client, "/notices/new", data)
    assert done.status_code == 200 and "2人中已办理2人" in done.text
    assert "1人可以公示" in client.get("/notices/new").text
    stale = desk.post(client, "/notices/new", data)
    assert stale.status_code == 422 and "请勾选要公示的人员" in stale.text
    assert desk.client(HRSS).get("/notices/new").text.count('name="people"') == 0


def test_the_office_sets_where_objections_are_taken_and_it_is_printed(desk: Desk) -> None:
    client = desk.client(HRSS)
    assert "由公示单位填写" in desk.client().get(desk.public).text
    given = {"region": PARENT, "office": "旬阳市人社局<b>", "telephone": "0915-7200000", "address": "党家坝1号"}
    bad = desk.post(client, "/notices/contact", {**given, "telephone": "打这个"}, page="/notices/contact")
    assert bad.status_code == 422 and "请填写办公电话" in bad.text and 'value="打这个"' in bad.text
    assert desk.post(client, "/notices/contact", given, page="/notices/contact").status_code == 303
    for path in (desk.public, f"{desk.public}/objection"):
        shown = desk.client().get(path).text
        assert "0915-7200000" in shown and "党家坝1号" in shown and "<b>" not in shown
    assert "0915-7200000" in desk.client(EMPLOYER).get("/notices/contact").text
    abroad = desk.client(ABROAD)
    assert "0915-7200000" not in abroad.get("/notices/contact").text
    refused = desk.post(abroad, "/notices/contact", given, page="/notices/contact")
    assert refused.status_code == 403


def test_another_place_has_no_such_sheet(desk: Desk) -> None:
    client = desk.client(ABROAD)
    path = f"/notices/{desk.sheet.number}"
    assert client.get(path).status_code == 404
    assert desk.post(client, f"{path}/restart", {**boards_form(DAY, DAY), "opinion": "更正"}).status_code == 404
    assert desk.post(client, f"{path}/evidence", {"board": BOARDS[0].name}).status_code == 404
    assert "镇级信息员" not in client.get("/notices").text and "张三" not in client.get("/notices/new").text
    assert client.get("/notices/1-1-20990101").status_code == client.get("/notices/x").status_code == 404


# ---- answering ---------------------------------------------------------------------------------------------------


def objected(desk: Desk, **more: Any) -> tuple[str, str]:
    """The receipt of an objection against 李四, and the address of its answer."""
    done = desk.client().post(f"{desk.public}/objection", data=desk.objection(**more))
    hire = desk.sheet.hires["李四"]
    return code_in(done.text), f"/objections/{hire}/{desk.sheet.world.hire(hire).audit_seq}"


@pytest.mark.parametrize(
    ("outcome", "stage", "words"),
    [("unfounded", "notice", "经核实，异议不成立"), ("upheld", "rejected", "异议成立，该人员不予聘用")],
)
def test_the_answer_decides_and_whoever_objected_reads_it(desk: Desk, outcome: str, stage: str, words: str) -> None:
    code, path = objected(desk)
    client = desk.client(HRSS)
    page = client.get("/objections").text
    assert TEXT in page and "匿名" in page and "还有8天" in page
    for change in ({"outcome": ""}, {"outcome": "x"}, {"reason": " "}):
        bad = desk.post(client, path, {"outcome": outcome, "reason": "经入户核实。", **change})
        assert bad.status_code == 422
    done = desk.post(client, path, {"outcome": outcome, "reason": "李四的情况经入户核实。"})
    assert done.status_code == 303
    assert desk.sheet.world.hire(desk.sheet.hires["李四"]).stage == stage
    shown = desk.client().post("/public/receipt", data={"code": code}).text
    assert words in shown and "李*的情况经入户核实。" in shown and "李四" not in shown
    assert "没有待处理的异议" in client.get("/objections").text


def test_whoever_may_not_answer_is_told_why_and_who_may(desk: Desk) -> None:
    _, path = objected(desk, phone=PHONE)
    token = desk.service.session_of(desk.service.account((HRSS,), person="王科长"))  # who rechecked these persons
    approver = desk.service.as_called(token)
    approver.headers.update(HTML)
    approver.follow_redirects = False
    for client in (approver, desk.client(EMPLOYER)):
        page = client.get("/objections").text
        assert "不能由您处理" in page and "没有参与审批的人员处理" in page and f'action="{path}"' not in page
        refused = desk.post(client, path, {"outcome": "unfounded", "reason": "经入户核实。"})
        assert refused.status_code in (403, 409)
        assert desk.post(client, f"{path}/phone", {}).headers["location"] == "/objections"
    assert "已经审批过" in approver.get("/objections").text
    assert desk.sheet.world.hire(desk.sheet.hires["李四"]).dossier.open_objections
    foreign = desk.client(ABROAD)
    assert "李四" not in foreign.get("/objections").text
    assert desk.post(foreign, path, {"outcome": "unfounded", "reason": "经核实。"}).status_code == 404
    assert desk.post(foreign, f"{path}/phone", {}).status_code == 404


def test_the_number_is_shown_to_the_handler_on_the_record(desk: Desk) -> None:
    _, path = objected(desk, phone=PHONE)
    client = desk.client(HRSS)
    assert PHONE not in client.get("/objections").text
    shown = desk.post(client, f"{path}/phone", {})
    assert shown.status_code == 200 and PHONE in shown.text
    assert desk.sheet.world.ask("SELECT count(*) FROM office_log WHERE act = 'reveal_objector'") == [(1,)]
    assert desk.post(client, path, {"outcome": "unfounded", "reason": "经核实。"}).status_code == 303
    assert desk.post(client, f"{path}/phone", {}).status_code == 303


@pytest.mark.parametrize("path", ["/notices", "/notices/new", "/objections", "/notices/1-1-20220601"])
def test_without_a_session_the_offices_ask_to_sign_in(desk: Desk, path: str) -> None:
    answer = desk.client().get(path)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")


def test_every_page_is_there_in_english(desk: Desk) -> None:
    objected(desk, phone=PHONE)
    client = desk.client(EMPLOYER, HRSS, language="en")
    for path in ("/notices", f"/notices/{desk.sheet.number}", "/notices/new", "/objections", desk.public, "/public"):
        page = client.get(path, params={"lang": "en"}).text
        assert 'lang="en"' in page
        page = re.sub(r'<ol class="proof">.*?</ol>', "", page, flags=re.S)  # titles of documents are quoted as they are
        left = re.sub(r"[^一-鿿]+", " ", re.sub(r"<[^>]*>", " ", page)).split()
        known = set(
            ["张三", "李四", "王五", "镇级信息员", "城关镇", "城关镇人民政府", "示例村", "河湾社区", "中文", "旬阳市"]
        )
        known |= {word for board in BOARDS for word in [board.name]} | {"他常年在外地打工", "不住在本村"}
        assert set(left) - known <= {"旬人社发", "号", "号四", "二", "干部", "四"}, path
