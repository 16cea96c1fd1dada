"""The page of a hire: who does what next, why not, files, notes, returns, suspensions, and the whole case on paper."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.pages.rules import RULES
from states.facts import Grant
from states.guards import REGISTRY, load_all
from states.vocabulary import Role
from tests.browser import county as counties
from tests.browser.county import COUNTY, TOWN, County
from tests.support import files_to_send as files_of
from workflow import accounts
from workflow.engine import bulk

HTML = {"accept": "text/html"}
HIDDEN = re.compile(r'type="hidden" name="(\w+)" value="([^"]*)"')


def client_of(county: County, username: str = "lvhe") -> TestClient:
    client = TestClient(county.app(), headers=HTML, follow_redirects=False)
    assert client.post("/sign-in/demo", data={"username": username}).status_code == 303
    return client


def shown(client: TestClient, hire: int, path: str = "", lang: str = "zh") -> str:
    answer = client.get(f"/hires/{hire}{path}?lang={lang}")
    assert answer.status_code == 200, answer.text[-800:]
    return str(answer.text)


def hidden_of(html: str, act: str) -> dict[str, str]:
    """The hidden fields of a form on the page, by the address it is sent to."""
    form = html.split(f'action="/hires/{act}"')[1].split("</form>")[0]
    return {name: unescape(value) for name, value in HIDDEN.findall(form)}


def take(client: TestClient, hire: int, act: str, **given: str) -> Any:
    """Fills in and sends a form of the page."""
    address = f"{hire}/actions/{act}"
    return client.post(f"/hires/{address}", data={**hidden_of(shown(client, hire), address), **given})


def upload(client: TestClient, hire: int, content: bytes, name: str = "说明.pdf", **given: str) -> Any:
    fields = {**hidden_of(shown(client, hire), f"{hire}/documents"), **given}
    files = {"file": (name, content, "image/jpeg")}
    return client.post(f"/hires/{hire}/documents", data=fields, files=files)


def banner(html: str) -> str:
    """What comes next, as text."""
    return words(html.split('class="next ')[1].split("</section>")[0].split(">", 1)[1])


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def section(html: str, name: str) -> str:
    """A part of the page by the id of its heading."""
    return html.split(f'aria-labelledby="{name}"')[1].split("</section>")[0]


# ---- what comes next, for whom ----------------------------------------------------------------------------------


def test_whoever_can_take_the_next_step_is_asked_to_and_others_hear_who_is_waited_for(county: County) -> None:
    hire = county.hires["欧阳文静"]
    assert banner(shown(client_of(county), hire)) == "请您办理“资格审查通过”，期限到2026年6月16日。"
    waiting = "等用人单位办理“资格审查通过”，期限到2026年6月16日。"
    assert banner(shown(client_of(county, "renshe"), hire)) == waiting
    assert banner(shown(client_of(county, "ducha"), hire)) == waiting


def test_whose_turn_it_is_hears_how_many_conditions_are_missing(county: County) -> None:
    said = banner(shown(client_of(county), county.hires["long"]))
    assert said.startswith("轮到您办理“资格审查通过”，还有3项条件不符合")


def test_on_post_the_nearest_day_is_told_with_what_it_is_the_day_of(county: County) -> None:
    said = banner(shown(client_of(county), county.hires["刘桂英"]))
    assert "在岗。“聘用协议备案”的期限2026年5月18日已过，请用人单位尽快办理。" in said
    assert "此前请决定续签还是终止；没有决定的，次日起停发补贴。" in said
    assert "届满，次日由系统接着办理" not in said, "nothing is renewed or ended without a decision"


def test_an_end_that_the_reform_moved_after_the_test_is_asked_about_above_the_case(county: County) -> None:
    """Near retirement was found before 2025, and the ages of the reform carry the end further: a person has to look."""
    hire, client = county.hires["刘桂英"], client_of(county)
    assert "请人工确认" not in shown(client, hire)
    found = {"approved_on": "2023-05-01", "near_retirement": True, "retires_on": "2026-12-01"}
    with county.world.office.database.transaction() as connection:
        changes = json.dumps(found)
        connection.exec_driver_sql("UPDATE hire SET dossier = json_patch(dossier, ?) WHERE id = ?", (changes, hire))
        born = "UPDATE person SET born = '1966-07-01', retirement_category = 'man' WHERE id = ?"
        connection.exec_driver_sql(born, (county.world.hire(hire).person.id,))  # type: ignore[union-attr]
    for path in ("", "/print"):
        assert "退休日期已随2025年改革推迟至2026-12-01，请人工确认" in shown(client, hire, path)


def test_after_leaving_nothing_is_asked_for_but_the_reports_that_are_owed(county: County) -> None:
    world, hire = county.world, county.hires["欧阳文静"]
    world.do(hire, "withdraw", county.town, opinion="本人不愿参加。")
    said = banner(shown(client_of(county), hire))
    assert said == "报名已退出或名额已撤回，这份聘用已经办结。"
    assert "已经办结，没有可以办理的步骤。" in shown(client_of(county), hire)


def test_an_open_objection_is_in_the_banner_with_who_answers_it(county: County) -> None:
    said = banner(shown(client_of(county), county.hires["吴秀兰"]))
    assert "有1件异议等" in said
    assert "答复之前不能进入下一步。" in said
    assert "异议的答复期限到2026年6月" in said


def test_who_may_not_act_is_told_why_and_given_no_button(county: County) -> None:
    """李敏 checked this applicant again: another person has to approve."""
    world, hire = county.world, county.hires["欧阳文静"]
    world.do(hire, "check", county.town)
    world.do(hire, "recheck", county.hrss)
    world.do(hire, "recheck", county.rural)
    world.do(hire, "post_notice", county.town, posted_on=world.clock.today, boards=["镇公示栏"])
    world.walk(14)
    world.do(hire, "report", county.town)
    html = shown(client_of(county, "renshe"), hire)
    assert "须由别人办理，不能由您办：您在这次聘用中已经审批过一个环节，不能再审批" in banner(html)
    step = html.split('id="step-approve"')[1].split("</details>\n")[0]
    assert "为什么不能由您办？" in step
    assert "<form" not in step and "<button" not in step
    before = world.hire(hire)
    refused = client_of(county, "renshe").post(
        f"/hires/{hire}/actions/approve", data={"form_token": hidden_of(html, f"{hire}/documents")["form_token"]}
    )
    assert refused.status_code in (403, 409)
    assert world.hire(hire) == before


def test_an_answer_is_spoken_of_while_there_is_an_objection(county: County) -> None:
    """吴秀兰 has one open; whoever is on a notice without any is offered none."""
    handler, disputed = client_of(county, "renshe"), county.hires["吴秀兰"]
    answers = ("uphold_objection", "dismiss_objection")
    html = shown(handler, disputed)
    assert all(f'id="step-{act}"' in html for act in answers), re.findall(r'id="step-(\w+)"', html)
    seq = county.world.hire(disputed).dossier.open_objections[0]
    done = take(handler, disputed, "dismiss_objection", objection=str(seq), reason="经入户核实，常住本村。")
    assert done.status_code == 303, done.text
    assert not any(f'id="step-{act}"' in shown(handler, disputed) for act in answers)


@pytest.mark.parametrize(("day", "warned"), [(30, True), (31, False)])
def test_choosing_before_the_window_ends_is_warned_of(county: County, day: int, warned: bool) -> None:
    """Applications are taken until 30 June 2026: the warning stands on that day and not on the day after."""
    world, hire = county.world, county.hires["欧阳文静"]
    world.do(hire, "check", county.town)
    world.do(hire, "recheck", county.hrss)
    world.do(hire, "recheck", county.rural)
    world.walk_to(date(2026, 6, 30))
    world.walk(day - 30)
    step = shown(client_of(county), hire).split('id="step-post_notice"')[1].split('id="step-')[0]
    assert ("请等报名截止后再确定人选" in step) is warned


# ---- clause cards -----------------------------------------------------------------------------------------------


def test_a_card_tells_the_rule_the_article_the_facts_and_what_would_help(county: County) -> None:
    html = shown(client_of(county), county.hires["long"])
    card = words(html.split('<li class="clause stop">')[1].split("</li>")[0])
    for part in ("尚未签署", "旬人社发〔2022〕88号二(二)", "规定：报名人要签署承诺。", "怎样才能办：", "依据的事实"):
        assert part in card


@pytest.mark.parametrize("username", ["lvhe", "renshe", "zhenxing"])
def test_no_card_shows_a_code(county: County, username: str) -> None:
    client, told = client_of(county, username), 0
    for hire in county.hires.values():
        for value in re.findall(r"<dd>(.*?)</dd>", section(shown(client, hire), "steps"), re.S):
            told += 1
            assert not re.fullmatch(r"[a-z][a-z0-9_,-]*|\d{6,12}", value.strip()), (hire, value)
    assert told or username == "zhenxing"


def test_every_rule_has_words_of_our_own() -> None:
    load_all()
    house = {"four_eyes", "recusal", "suspended", "correcting", "taking_back", "stands", "points_noted"}
    assert set(REGISTRY) | house == set(RULES)


# ---- deadlines --------------------------------------------------------------------------------------------------


def test_a_period_whose_end_was_blocked_says_why(county: County) -> None:
    world, hire = county.world, county.hires["吴秀兰"]
    world.walk(5)
    html = shown(client_of(county), hire)
    assert "没有自动办理，因为：" in section(html, "deadlines")
    assert "异议" in words(section(html, "deadlines").split('class="small cause">')[1].split("</p>")[0])
    assert "答复异议" in section(html, "deadlines"), "the objection has a period of its own"


# ---- files ------------------------------------------------------------------------------------------------------


def test_a_file_is_added_by_the_form_listed_and_downloaded(county: County) -> None:
    client, hire = client_of(county), county.hires["欧阳文静"]
    added = upload(client, hire, files_of.jpeg(), "户口簿.exe", kind="application")
    assert (added.status_code, added.headers["location"]) == (303, f"/hires/{hire}#files")
    part = section(shown(client, hire), "files")
    for said in ("户口簿.jpg", "报名材料", "照片，1 KB", "王建国（用人单位）", "未查毒", "SHA-256"):
        assert said in words(part), said
    [href] = re.findall(rf'href="(/hires/{hire}/documents/\d+)"', part)
    assert "<img" not in part
    opened = client_of(county, "ducha").get(href)
    assert (opened.status_code, opened.content) == (200, files_of.jpeg())
    assert opened.headers["content-disposition"].startswith("attachment")


def test_a_file_that_is_refused_says_why_beside_the_field(county: County) -> None:
    client, hire = client_of(county), county.hires["欧阳文静"]
    before = county.world.hire(hire)
    refused = upload(client, hire, files_of.docx({"word/vbaProject.bin": b"x"}), "a.docx", kind="evidence")
    assert refused.status_code == 422
    assert "文件没有接收" in refused.text
    part = section(refused.text, "files")
    assert 'id="upload-file-error">文件含有宏' in part
    assert re.search(r'value="evidence" checked', part), "what was chosen beside the file stays"
    none = client.post(
        f"/hires/{hire}/documents", data={**hidden_of(shown(client, hire), f"{hire}/documents"), "kind": "other"}
    )
    assert "请先选择要上传的文件" in none.text
    assert county.world.hire(hire) == before


def test_files_are_not_for_whoever_looks_on(county: County) -> None:
    hire = county.hires["欧阳文静"]
    html = shown(client_of(county, "ducha"), hire)
    assert "<form" not in section(html, "files")
    token = client_of(county).get(f"/hires/{hire}").text
    assert 'id="upload-file"' in token


def test_an_upload_without_its_token_does_nothing(county: County) -> None:
    client, hire = client_of(county), county.hires["欧阳文静"]
    answer = client.post(f"/hires/{hire}/documents", files={"file": ("a.pdf", files_of.pdf())}, data={"kind": "other"})
    assert answer.status_code == 403
    assert county.world.ask("SELECT count(*) FROM stored_file") == [(0,)]


@pytest.mark.parametrize("name", ["../../x.pdf", "<script>alert(1)</script>.pdf", '"><img src=x onerror=alert(1)>.pdf'])
def test_a_name_is_shown_as_text(county: County, name: str) -> None:
    client, hire = client_of(county), county.hires["欧阳文静"]
    assert upload(client, hire, files_of.pdf(), name).status_code == 303
    html = shown(client, hire)
    assert "<script>" not in html and "<img src=x" not in html and "../" not in section(html, "files")


# ---- notes, returns, suspensions, colleagues --------------------------------------------------------------------


def test_a_note_is_text_for_offices_and_stands_in_the_trail(county: County) -> None:
    client, hire = client_of(county), county.hires["欧阳文静"]
    assert take(client, hire, "comment", text="请核对原件。\n<b>急</b>").status_code == 303
    for username in ("renshe", "ducha"):
        html = shown(client_of(county, username), hire)
        assert "&lt;b&gt;急&lt;/b&gt;" in section(html, "house")
        assert "&lt;b&gt;急&lt;/b&gt;" in section(html, "trail")


def test_a_small_form_that_is_refused_stays_as_it_was_filled_in(county: County) -> None:
    client, hire = client_of(county), county.hires["欧阳文静"]
    before = county.world.hire(hire)
    empty = take(client, hire, "comment", text=" ")
    assert (empty.status_code, "此项必填" in empty.text) == (422, True)
    nobody = take(client, hire, "reassign", recipient="", reason="出差一周")
    part = nobody.text.split('id="step-reassign"')[1].split("</details>")[0]
    assert nobody.status_code == 422
    assert "请选择转给谁" in part and "出差一周" in part and part.startswith(" open")
    foreign = take(client, hire, "reassign", recipient="hrss|999", reason="出差一周")
    assert foreign.status_code == 422
    assert county.world.hire(hire) == before


def test_a_case_is_given_to_a_colleague_and_the_banner_names_them(county: County) -> None:
    client, hire = client_of(county), county.hires["欧阳文静"]
    county.world.do(hire, "check", county.town)
    other = counties.an_account(county.world, county.seal, "zhoumei", "周梅", Grant(Role.HRSS, COUNTY), 31)
    html = shown(client, hire)
    assert f'value="hrss|{other.account_id}">周梅（' in html
    assert "zhoumei" not in html and "王五" not in html
    done = take(client, hire, "reassign", recipient=f"hrss|{other.account_id}", reason="李敏出差")
    assert done.status_code == 303
    html = shown(client, hire)
    assert "（周梅）" in banner(html)
    assert "转给周梅" in section(html, "trail") and "理由：李敏出差" in section(html, "trail")


def test_a_suspension_stops_the_way_forward_and_has_its_ledger(county: County) -> None:
    client, hire = client_of(county), county.hires["欧阳文静"]
    assert take(client, hire, "suspend", reason="本人住院").status_code == 303
    html = shown(client, hire)
    assert banner(html) == "已于2026年6月15日中止办理。恢复办理之前，不办下一步。"
    assert 'id="step-resume"' in html and 'id="step-suspend"' not in html
    assert f'action="/hires/{hire}/actions/check"' not in html
    county.world.walk(3)
    client = client_of(county)
    assert take(client, hire, "resume", reason="本人出院").status_code == 303
    html = shown(client, hire)
    ledger = words(html.split("中止记录")[1].split("</section>")[0])
    assert ledger == "中止日 2026年6月15日 恢复日 2026年6月18日 天数 3 理由 本人住院 中止人 王建国 恢复人 王建国"
    assert "理由：本人出院" in section(html, "trail")
    assert f'action="/hires/{hire}/actions/check"' in html


def test_a_return_goes_to_the_chosen_stage_and_the_line_of_life_says_so(county: County) -> None:
    hire = county.hires["欧阳文静"]
    county.world.do(hire, "check", county.town)
    client = client_of(county, "renshe")
    html = shown(client, hire)
    assert '<li class="done">报名与资格审查' in html
    part = html.split('id="step-return_to"')[1].split("</details>")[0]
    assert re.findall(r'name="to" value="(\w+)"', part) == ["applied"]
    assert take(client, hire, "return_to", to="worked", reason="x" * 5).status_code == 422
    assert take(client, hire, "return_to", to="applied", reason="缺身体条件承诺").status_code == 303
    html = shown(client, hire)
    assert '<li class="here" aria-current="step">报名与资格审查' in html
    assert re.search(r'<li class="ahead">资格复审', html), "what was taken back lies ahead again"
    assert "从 资格复审 退回到 报名与资格审查 理由 缺身体条件承诺" in words(
        html.split("退回记录")[1].split("</section>")[0]
    )


# ---- decisions and the trail ------------------------------------------------------------------------------------


def test_a_deputy_signs_with_the_name_of_whom_they_stand_in_for(county: County) -> None:
    world, hire = county.world, county.hires["欧阳文静"]
    world.do(hire, "check", county.town, opinion="材料齐全。")
    grant = Grant(Role.HRSS, COUNTY, county.hrss.person_key, county.hrss.name)
    deputy = counties.an_account(world, county.seal, "daili", "孙立", Grant(Role.FINANCE, COUNTY), 33)
    world.do(hire, "recheck", replace(deputy, grants=(grant,)), opinion="同意。", approval_no="旬人社复〔2026〕8号")
    html = shown(client_of(county, "ducha"), hire)
    signed = "孙立（市人社局，代李敏）"
    decisions = words(html.split("审核与审批</h2>")[1].split("</section>")[0])
    assert signed in decisions and "批准文号 旬人社复〔2026〕8号" in decisions and "意见 材料齐全。" in decisions
    assert signed in section(html, "trail") and "批准文号：旬人社复〔2026〕8号" in section(html, "trail")
    assert county.hrss.person_key not in html


def test_an_assessment_that_was_proposed_anew_waits_for_nobody(county: County) -> None:
    world, hire = county.world, county.hires["at work"]
    world.do(hire, "sign", county.town, signed_on=world.clock.today, number="旬聘〔2026〕22号")
    world.walk_to(date(2026, 12, 21))
    world.do(hire, "assess", county.town, year=2026, grade="failed", evidence="考核表1号")
    world.do(hire, "assess", county.town, year=2026, grade="passed", evidence="考核表2号")
    html = shown(client_of(county), hire)
    rows = words(html.split("年度考核</h2>")[1].split("</section>")[0])
    assert rows.index("考核表2号 审定 待审定") < rows.index("考核表1号 审定 已被后来的考核意见代替，不再审定")


def test_a_bulk_run_is_named_in_the_trail(county: County) -> None:
    world, hire = county.world, county.hires["欧阳文静"]
    [done] = bulk(world.office, [hire], "check", county.town, world.clock(), {}, batch="b20260615-77")
    assert not isinstance(done, Exception)
    assert "批量办理，批次b20260615-77。" in section(shown(client_of(county), hire), "trail")


def test_every_act_of_every_trail_is_in_words(county: County) -> None:
    """Reminders, blocked ends, steps of the system and of the house: none shows its code."""
    world = county.world
    take(client_of(county), county.hires["欧阳文静"], "comment", text="附言一则")
    world.walk(40)
    client = client_of(county, "ducha")
    for hire in county.hires.values():
        for what in re.findall(r'<li class="(?:system)?"><p><strong>(.*?)</strong>', shown(client, hire)):
            assert not re.search(r"[a-z_]{4,}", what), what


# ---- on paper ---------------------------------------------------------------------------------------------------


def test_the_whole_case_is_printed_with_the_digest_of_its_trail(county: County) -> None:
    client, hire = client_of(county, "ducha"), county.hires["刘桂英"]
    upload(client_of(county), hire, files_of.pdf(), "考核表.pdf")
    html = shown(client, hire, "/print")
    paper = html.split("<article")[1].split("</article>")[0]
    assert county.world.hire(hire).audit_head in paper
    assert "<form" not in paper and "<button" not in paper and "<details" not in paper
    for part in ("刘桂英", "旬聘〔2025〕12号", "考核表.pdf", "合同期满", "1. 发布名额", "陈静"):
        assert part in paper, part
    [[entries]] = county.world.ask("SELECT audit_seq FROM hire WHERE id = ?", hire)
    assert f"办理记录共{entries}条" in paper
    mine = shown(client_of(county), county.hires["欧阳文静"], "/print")
    assert "等用人单位办理“资格审查通过”" in mine and "请您办理" not in mine, "paper speaks to nobody in particular"


# ---- for whom not -----------------------------------------------------------------------------------------------


def an_applicant(county: County, name: str) -> TestClient:
    """Somebody who looks at their own hire."""
    person = county.seal.person_key(counties.number("19951112", 26))
    with county.world.office.database.session() as session:
        accounts.create_account(
            session,
            county.seal,
            username="applicant",
            password=counties.PASSWORD,
            person=person,
            name=name,
            at=county.world.clock(),
            grants=[Grant(Role.APPLICANT, TOWN)],
        )
    client = TestClient(county.app(), headers=HTML, follow_redirects=False)
    assert client.post("/sign-in", data={"username": "applicant", "password": counties.PASSWORD}).status_code == 303
    return client


def test_an_applicant_sees_where_they_stand_and_not_what_officers_write(county: County) -> None:
    hire = county.hires["欧阳文静"]
    county.world.do(hire, "comment", county.town, text="只给同事看")
    upload(client_of(county), hire, files_of.pdf(), "内部核查.pdf")
    client = an_applicant(county, "欧阳文静")
    html = shown(client, hire)
    assert "欧阳文静" in html
    assert "只给同事看" not in html and "内部核查" not in html
    [[seq]] = county.world.ask("SELECT seq FROM document")
    assert client.get(f"/hires/{hire}/documents/{seq}").status_code == 404
    assert client.get(f"/hires/{county.hires['高大伟']}").status_code == 404
    assert client.get(f"/hires/{county.hires['高大伟']}/print").status_code == 404
    printed = shown(client, hire, "/print")
    assert "只给同事看" not in printed and "内部核查" not in printed


@pytest.mark.parametrize("path", ["/print", "/documents/1", ""])
def test_a_hire_that_is_not_theirs_is_not_there(county: County, path: str) -> None:
    counties.an_account(county.world, county.seal, "gouyuan", "钱明", Grant(Role.EMPLOYER, "610981102"), 35)
    client = client_of(county, "gouyuan")
    assert client.get(f"/hires/{county.hires['刘桂英']}{path}").status_code == 404
    assert client.get(f"/hires/999999{path}").status_code == 404


@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("attach", {"digest": "0" * 64}),
        ("score", {"items": "x"}),
        ("return_to", {"to": "\0", "reason": "\0"}),
        ("reassign", {"recipient": "hrss|99999999999999999999", "reason": "xx"}),
        ("reassign", {"recipient": "nobody|x|y", "reason": "xx"}),
        ("comment", {"text": "x" * 5000}),
        ("suspend", {}),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(county: County, act: str, given: dict[str, str]) -> None:
    client, hire = client_of(county), county.hires["欧阳文静"]
    before = county.world.hire(hire)
    token = hidden_of(shown(client, hire), f"{hire}/documents")["form_token"]
    answer = client.post(f"/hires/{hire}/actions/{act}", data={"form_token": token, **given})
    assert answer.status_code in (409, 422), answer.text[:300]
    assert county.world.hire(hire) == before


def test_the_page_is_whole_in_english(county: County) -> None:
    client, hire = client_of(county), county.hires["long"]
    upload(client, hire, files_of.pdf(), "a.pdf")
    shown(client, hire)  # what was said after the upload
    for path in ("", "/print"):
        html = re.sub(r"<dd>.*?</dd>|<title>.*?</title>|《[^》]*》\S*", "", shown(client, hire, path, "en"), flags=re.S)
        for word in ("为什么", "请您", "材料", "期限", "办理", "附言", "未查毒"):
            assert word not in html.split("<main")[1].split("</main>")[0], word


@pytest.mark.parametrize(
    ("act", "now", "new", "moved", "late"),
    [
        ("file", "收文2025-31", {"receipt": "收文2025-13"}, "回执 收文2025-31 收文2025-13", False),
        ("file", "收文2025-31", {"sent_on": "2025-05-29"}, "应在2025年5月29日以前报送，2025年5月29日报送", False),
        ("file", "收文2025-31", {"sent_on": "2025-05-30"}, "2025年5月30日报送，已逾期", True),
        ("sign", "旬聘〔2025〕12号", {"number": "旬聘〔2025〕21号"}, "编号 旬聘〔2025〕12号 旬聘〔2025〕21号", False),
    ],
)
def test_words_of_an_entry_are_corrected_from_what_they_say_now(
    county: County, act: str, now: str, new: dict[str, str], moved: str, late: bool
) -> None:
    """The number of a contract, the receipt and day of a report: before beside after, and whether it was in time."""
    hire, client = county.hires["刘桂英"], client_of(county)
    entry = county.world.ask("SELECT min(seq) FROM audit_entry WHERE hire_id = ? AND act = ?", hire, act)[0][0]
    assert f'/hires/{hire}/corrections/new?entry={entry}"' in shown(client, hire)
    form = client.get(f"/hires/{hire}/corrections/new?entry={entry}").text
    assert f"现在的记录：{now}" in form and f'value="{now}"' in form
    hidden = hidden_of(form, f"{hire}/corrections/new")
    looked = client.post(f"/hires/{hire}/corrections/new", data={**hidden, **new, "do": "look"})
    assert looked.status_code == 200 and moved in words(looked.text)
    assert ("已逾期" in looked.text) is late
