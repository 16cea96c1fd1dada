"""Papers: every template of ours filled in for a hire of each document and read again cell by cell; their numbers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import docx
import pytest
from docx.shared import Mm

from states.facts import Actor, Grant
from states.refusals import InputRefused, NoSuchHire, StepNotOffered
from states.vocabulary import Role
from tests.conftest import MigratedTemplate
from tests.support.lives import XUNYANG, Stop
from tests.support.world import World, officer
from tests.workflow.papers_county import (
    ADDRESS,
    COUNTIES,
    NAME,
    PHONE,
    SEAL,
    TOWN,
    Papers,
    an_applicant,
    cells,
    make,
    papers_on,
    read,
    words,
)
from workflow import office_log, people, rates
from workflow.authority import NotPossible
from workflow.masking import masked_phone
from workflow.papers import making
from workflow.papers.kinds import Kind, kinds_of
from workflow.papers.layout import SIGNATURE
from workflow.papers.making import Made, PaperIncomplete
from workflow.papers.package import file_name
from workflow.papers.rendering import text_of

APPLIED = 1
FORMS = (Kind.APPLICATION, Kind.APPROVAL, Kind.FILING, Kind.ASSESSMENT)


@dataclass
class Told:
    """Four people at work whose terms were renewed, four who left, four dismissed; each paper made by who makes it."""

    papers: Papers
    at_work: dict[str, int]
    left: dict[str, int]
    out: dict[str, int]
    made: dict[tuple[str, Kind], bytes]
    masked: dict[tuple[str, Kind], bytes]

    def of(self, document: str, kind: Kind) -> int:
        return {Kind.CERTIFICATE: self.left, Kind.ENDING: self.out}.get(kind, self.at_work)[document]


def _paid_instead(day: date, hire: Any) -> dict[str, Any]:
    paid = {"in_lieu_yuan": "1600", "in_lieu_on": day, "effective_on": day}
    return {"ground": "unfinished_three_months", "reason": "经核查属实", "evidence": "核查记录", **paid}


IN_LIEU = Stop("contracted", "decide_leaving", "employer", _paid_instead)


@pytest.fixture(scope="module")
def told(migrated_template: MigratedTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    path = tmp_path_factory.mktemp("papers") / "papers.sqlite3"
    path.write_bytes(migrated_template.sqlite().read_bytes())
    papers = papers_on(f"sqlite:///{path}")
    world = papers.world
    at_work = {d: papers.begin(c, stops=c.lives["three_years"]) for d, c in COUNTIES.items()}
    left = {d: papers.begin(c, stops=c.lives["resigned"]) for d, c in COUNTIES.items()}
    out = {d: papers.begin(c, stops=c.lives["dismissed"]) for d, c in COUNTIES.items()}
    out["baihe-2022-72"].ahead[-1] = IN_LIEU
    papers.tell([*at_work.values(), *left.values(), *out.values()], 60)
    work, gone, ended = ({d: life.hire_id for d, life in lives.items()} for lives in (at_work, left, out))
    found = Told(papers, work, gone, ended, {}, {})
    for document in COUNTIES:
        for kind in (*FORMS, Kind.AGREEMENT, Kind.CONTRACT, Kind.ENDING, Kind.CERTIFICATE):
            _keep(found, document, kind)
    papers.tell(list(at_work.values()), 290)  # to the weeks before the end of the first term
    for document in COUNTIES:
        _keep(found, document, Kind.RENEWAL)
    yield found
    world.close()


def _keep(told: Told, document: str, kind: Kind) -> None:
    world, hire = told.papers.world, told.of(document, kind)
    known = {paper.kind for paper in kinds_of(world.office.procedure(world.hire(hire).procedure))}
    if kind in known:
        paper = make(world, hire, kind)
        told.made[document, kind] = read(world, hire, paper)
        told.masked[document, kind] = read(world, hire, paper, Role.FINANCE)


def in_chinese(day: date | None) -> str:
    return "" if day is None else f"{day.year}年{day.month}月{day.day}日"


#: whose opinion decides on the hire in each document
WHO_RULED = {
    "xunyang-2022-88": "人社部门意见",
    "liaocheng-2022-4": "人社部门意见",
    "baihe-2022-72": "乡镇意见",
    "neimenggu-2022-10": "乡镇意见",
}
#: what the documents pay each month, and after the ruling; two leave it to the post
PAY = {
    "xunyang-2022-88": ("1000.00", "400.00"),
    "baihe-2022-72": ("1600.00", "400.00"),
    "liaocheng-2022-4": ("1400.00", ""),
    "neimenggu-2022-10": ("1400.00", ""),
}
WHERE = {
    "xunyang-2022-88": ("陕西省旬阳市城关镇1号村", "旬公岗"),
    "liaocheng-2022-4": ("山东省聊城市东昌府区示例镇3号村", "东公岗"),
    "baihe-2022-72": ("陕西省白河县示例镇5号村", "白公岗"),
    "neimenggu-2022-10": ("内蒙古自治区翁牛特旗示例苏木7号村", "翁公岗"),
}


@pytest.mark.parametrize("document", COUNTIES)
def test_what_two_parties_sign_says_who_what_and_for_how_long(told: Told, document: str) -> None:
    hire, place = told.at_work[document], WHERE[document][0]
    content = told.made[document, Kind.CONTRACT]
    found, text = cells(content), words(content)
    assert {name: found[name] for name in ("名称", "姓名", "性别", "身份证号", "户籍所在地", "住址", "联系电话")} == {
        "名称": "城关镇人民政府",
        "姓名": NAME,
        "性别": "男",
        "身份证号": told.papers.number_of(hire),
        "户籍所在地": place,
        "住址": ADDRESS,
        "联系电话": PHONE,
    }
    [[starts, ends]] = told.papers.world.ask(
        "SELECT starts_on, ends_on FROM contract WHERE hire_id = ? AND term_no = 1", hire
    )
    starts, ends = (day if isinstance(day, date) else date.fromisoformat(day) for day in (starts, ends))
    term = f"期限为12个月，自{in_chinese(starts)}起至{in_chinese(ends)}止"
    assert term in text and f"编号：{WHERE[document][1]}合〔2022〕0001号" in text
    assert place in text and "信息员" in text and "最低工资" not in text, "nobody has set what the minimum wage is"
    base, later = PAY[document]
    assert f"每月{base}元" in text
    assert re.findall("绩效工资标准为每月(.*?)元，年度考核审定后按考核结果发放", text) == ([later] if later else [])
    labour = document in ("xunyang-2022-88", "baihe-2022-72")
    assert ("劳动合同法" in text) is labour
    # only Baihe says itself that no severance is paid
    assert ("经济补偿" in text) is (document == "baihe-2022-72")


@pytest.mark.parametrize("document", COUNTIES)
def test_a_renewal_names_the_term_that_ends_and_the_one_that_follows(told: Told, document: str) -> None:
    hire = told.papers.world.hire(told.at_work[document])
    text = words(told.made[document, Kind.RENEWAL])
    ends = hire.dossier.term_ends_on
    assert ends is not None and hire.dossier.term_no == 1
    assert f"期限于{in_chinese(ends)}届满" in text
    assert f"自{in_chinese(ends + timedelta(1))}起至" in text


@pytest.mark.parametrize("document", COUNTIES)
def test_the_certificate_has_what_the_regulation_wants(told: Told, document: str) -> None:
    """Implementing Regulation 24: term, day of the end, post, years with the employer."""
    hire = told.papers.world.hire(told.left[document])
    dossier, found = hire.dossier, cells(told.made[document, Kind.CERTIFICATE])
    what = "劳动合同" if document in ("xunyang-2022-88", "baihe-2022-72") else "聘用协议"
    assert dossier.ended_on is not None and dossier.first_started_on is not None
    assert found["姓名"] == NAME
    assert found["公民身份号码"] == told.papers.number_of(hire.id)
    assert found[f"{what}期限"] == f"{in_chinese(dossier.term_starts_on)}至{in_chinese(dossier.term_ends_on)}"
    assert found["解除或者终止日期"] == in_chinese(dossier.ended_on)
    assert found["解除或者终止原因"].startswith(("本人", "自愿申请"))
    assert found["工作岗位"] == "信息员"
    assert found["在本单位工作年限"].startswith(f"{in_chinese(dossier.first_started_on)}起，共")
    assert "解除" in words(told.made[document, Kind.CERTIFICATE])


@pytest.mark.parametrize("document", COUNTIES)
def test_a_dismissal_is_written_down_with_ground_law_notice_and_last_day(told: Told, document: str) -> None:
    world = told.papers.world
    hire = world.hire(told.out[document])
    dossier, found = hire.dossier, cells(told.made[document, Kind.ENDING])
    ground = world.office.procedure(hire.procedure).ground_by_name[str(dossier.leaving_ground)]
    paid = document == "baihe-2022-72"
    assert dossier.leaving_on is not None and (dossier.leaving_notice_on is None) is paid
    assert {name: found[name] for name in ("解除或者终止原因", "法律依据", "书面通知日", "最后工作日")} == {
        "解除或者终止原因": ground.zh,
        "法律依据": ground.law,
        "书面通知日": in_chinese(dossier.leaving_notice_on),
        "最后工作日": in_chinese(dossier.leaving_on),
    }
    assert found["代通知金"] == (f"1600.00元，{in_chinese(dossier.leaving_on)}支付" if paid else "")
    text = words(told.made[document, Kind.ENDING])
    assert "通知书" in text and f"自{in_chinese(dossier.leaving_on)}工作结束时解除。" in text
    assert ("代通知金" in text) is paid
    with pytest.raises(NotPossible, match="决定解聘或者期满终止后"):
        make(world, told.at_work[document], Kind.ENDING)
    with pytest.raises(NotPossible, match="辞职"):
        make(world, told.left[document], Kind.ENDING)


@pytest.mark.parametrize("document", COUNTIES)
@pytest.mark.parametrize("kind", FORMS)
def test_a_form_is_filled_in_cell_by_cell(told: Told, document: str, kind: Kind) -> None:
    hire = told.papers.world.hire(told.at_work[document])
    found, place = cells(told.made[document, kind]), WHERE[document][0]
    person = {
        "姓名": NAME,
        "性别": "男",
        "身份证号": told.papers.number_of(hire.id),
        "用人单位": "城关镇人民政府",
        "岗位名称": "信息员",
        "工作地点": place,
    }
    if kind is not Kind.ASSESSMENT:
        person |= {
            "出生日期": "1990年3月5日",
            "户籍所在地": place,
            "住址": ADDRESS,
            "联系电话": PHONE,
            "文化程度": "高中（中职、技校）",
            "人员类别": "脱贫人口、农牧民、就业困难人员",
        }
    if kind is Kind.APPLICATION:
        person |= {"报名日期": "2022年6月13日"}
    if kind is Kind.FILING:
        [[number, signed]] = told.papers.world.ask(
            "SELECT number, signed_on FROM contract WHERE hire_id = ? AND term_no = 1", hire.id
        )
        person |= {"上岗日期": in_chinese(hire.dossier.started_on), "合同编号": number or ""}
        person |= {"审定日期": in_chinese(hire.dossier.approved_on)}
        person |= {"签订日期": in_chinese(signed if isinstance(signed, date) else date.fromisoformat(signed))}
    if kind is Kind.ASSESSMENT:
        person |= {"考核年度": "2022", "考核等次": ""}
    if kind is Kind.APPROVAL:
        base, later = PAY[document]
        person |= {"月报酬": base} | ({"绩效工资": later} if later else {})
        assert bool(later) is ("绩效工资" in found)
        box = found[WHO_RULED[document]]
        assert "年6月" in box and box.endswith(SIGNATURE) and "培训" not in box
    assert {name: found[name] for name in person} == person
    if document == "xunyang-2022-88":
        assert found == {**person, "岗位类别": "村级信息员", **THE_REST[kind]}, "and nothing else stands there"


_DAY, _GAP = "2022年6月21日", "　" * 7
_OWN = f"本人签字（按手印）：{_GAP}年　　月　　日"
_PAID = {"月报酬": "1000.00", "绩效工资": "400.00"}
_RULED = f"联合审定通过。\n {_DAY}\n{SIGNATURE}"
#: what else each form of the first document holds: what nobody has entered yet, and room to write and to sign
THE_REST = {
    Kind.APPLICATION: {
        "照片": "（粘贴近期免冠照片）", "就业创业证编号": "", "家庭成员（姓名、关系、状况）": "\n\n", "简历": "\n\n\n",
        "本人承诺": f"以上内容属实，如有隐瞒愿承担责任。\n{_OWN}", "受理单位意见": f"\n{SIGNATURE}",
    },
    Kind.APPROVAL: {
        **_PAID, "报名日期": "2022年6月13日", "会议评议": "", "公示时间": "2022年6月13日至2022年6月20日",
        "用人单位意见": f"报人社局审定。\n {_DAY}\n{SIGNATURE}", "人社部门意见": _RULED, "乡村振兴部门意见": _RULED,
    },
    Kind.FILING: {
        **_PAID, "岗前培训": f"{_DAY}，合格", "期限起始日": _DAY, "期限届满日": "2023年6月20日",
        "备案事项": "聘用协议备案", "备案机关": "市人社局", "备案截止日": "2022年6月28日",
        "用人单位意见": f"\n{SIGNATURE}", "备案机关意见": f"\n{SIGNATURE}",
    },
    Kind.ASSESSMENT: {
        "上岗日期": _DAY, "考核得分": "", "考核依据": "", "本人总结": f"\n{_OWN}", "用人单位评语": f"\n{SIGNATURE}",
        "人社部门意见（审定）": f"\n{SIGNATURE}", "乡村振兴部门意见（审定）": f"\n{SIGNATURE}",
    },
}  # fmt: skip


def test_every_paper_is_whole(told: Told) -> None:
    """A4, numbered, a heading that stands again on every page, a page number, nothing left to fill in."""
    assert len(told.made) == 33
    for (document, kind), content in told.made.items():
        paper: Any = docx.Document(io.BytesIO(content))
        [section] = paper.sections
        size = (section.page_width - Mm(210), section.page_height - Mm(297))
        assert max(map(abs, size)) < Mm(0.1), (document, kind)
        boxes = [table for table in paper.tables if table.style.name == "Table Grid"]
        assert boxes
        for table in boxes:
            assert table.rows[0]._tr.trPr.xpath("w:tblHeader"), (document, kind)
        xml = paper.element.xml.replace(NAME.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), "")
        assert "{{" not in xml and "{%" not in xml, (document, kind)
        assert "PAGE" in section.footer._element.xml
        assert paper.paragraphs[0].style.element is not None and '"仿宋"' in xml
        assert f"〔{2023 if kind is Kind.RENEWAL else 2022}〕0001号" in words(content)
        assert paper.core_properties.author == ""


def test_who_keeps_no_data_of_people_reads_the_same_paper_masked(told: Told) -> None:
    """Nothing else differs: the number of the paper, its boxes and its words are those of the full one."""
    stars = "*" * 14
    for (document, kind), content in told.made.items():
        number = told.papers.number_of(told.of(document, kind))
        full, masked = text_of(content), text_of(told.masked[document, kind])
        assert number in full and not [said for said in (number, PHONE, ADDRESS) if said in masked], (document, kind)
        expected = (
            full.replace(number, stars + number[-4:]).replace(PHONE, masked_phone(PHONE)).replace(ADDRESS, "******")
        )
        assert masked == expected, (document, kind)


def test_the_same_paper_of_the_same_term_is_the_same(told: Told) -> None:
    world, hire = told.papers.world, told.at_work["xunyang-2022-88"]
    before = world.ask("SELECT count(*) FROM person_log")
    again = make(world, hire, Kind.RENEWAL)
    assert again.again and again.line.number == "旬公岗续〔2023〕0001号"
    assert world.ask("SELECT count(*) FROM person_log") == before, "nothing was read, so nothing is logged"
    assert read(world, hire, again) == told.made["xunyang-2022-88", Kind.RENEWAL]


def test_a_signed_contract_is_not_made_anew(told: Told) -> None:
    world, hire = told.papers.world, told.left["baihe-2022-72"]
    with pytest.raises(NotPossible, match="已经离岗"):
        make(world, hire, Kind.CONTRACT)
    at_work = told.at_work["baihe-2022-72"]
    with pytest.raises(NotPossible, match="已经签订"):
        make(world, at_work, Kind.CONTRACT, reason="姓名写错")


def test_making_and_opening_are_on_record_without_personal_data(told: Told) -> None:
    world, hire = told.papers.world, told.at_work["liaocheng-2022-4"]
    [[person]] = world.ask("SELECT person_id FROM hire WHERE id = ?", hire)
    logged = world.ask("SELECT act, purpose FROM person_log WHERE person_id = ? ORDER BY seq", person)
    for act in ("make_paper", "open_paper", "open_masked"):
        assert (act, "东公岗合〔2022〕0001号") in logged
    with world.office.database.reading() as connection:
        entries = office_log.entries(connection, "papers", limit=200)
        assert list(office_log.verify(connection)) == []
    bodies = "".join(entry.body for entry in entries)
    assert len(entries) == 33 and "东公岗合〔2022〕0001号" in bodies
    assert not [secret for secret in (NAME, PHONE, ADDRESS, "610928199003050") if secret in bodies]


# ---- one applicant, from the beginning ---------------------------------------------------------------------------


@pytest.fixture
def papers(migrated_url: str) -> Iterator[Papers]:
    papers = papers_on(migrated_url)
    yield papers
    papers.world.close()


def test_makings_at_once_are_numbered_without_gap_or_double(papers: Papers) -> None:
    world = papers.world
    hires = [an_applicant(papers, f"张{n}") for n in range(10)]

    def one(hire: int) -> str:
        return make(world, hire, Kind.APPLICATION, TOWN).line.number

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(one, hires))
    assert sorted(numbers) == [f"旬公岗报〔2022〕{n:04d}号" for n in range(1, 11)]
    newest = an_applicant(papers, "张新")
    with ThreadPoolExecutor(8) as pool:  # and one paper asked for many times at once is one paper
        assert set(pool.map(one, [newest] * 8)) == {"旬公岗报〔2022〕0011号"}
    assert world.ask("SELECT last FROM numbering") == [(11,)]


def test_a_form_follows_its_facts_and_the_former_one_stays(papers: Papers) -> None:
    world, hire = papers.world, an_applicant(papers)
    first = make(world, hire, Kind.APPLICATION, TOWN)
    assert make(world, hire, Kind.APPLICATION, TOWN) == Made(first.line, True)
    [[person]] = world.ask("SELECT person_id FROM hire WHERE id = ?", hire)
    with world.office.database.session() as session:
        people.update_person(session, SEAL, person, {"name": "张某某"}, TOWN, world.clock(), reason="更正")
    second = make(world, hire, Kind.APPLICATION, TOWN)
    assert (second.again, second.line.number) == (False, "旬公岗报〔2022〕0002号")
    kept = world.ask("SELECT number, replaced_by FROM paper ORDER BY number")
    assert kept == [(first.line.number, TOWN.person_key), (second.line.number, None)]
    assert cells(read(world, hire, first))["姓名"] == "张某" and cells(read(world, hire, second))["姓名"] == "张某某"
    world.clock.moment += timedelta(days=365)
    assert make(world, an_applicant(papers, "李某"), Kind.APPLICATION, TOWN).line.number == "旬公岗报〔2023〕0001号"


def _set_minimum(world: World, fen: int, from_on: date) -> None:
    bureau = officer("人社", Role.HRSS, "610981", 7)
    rates.set_rate(world.office, "minimum_wage_month", "610981", from_on, fen, "陕人社发1号", bureau, world.clock())


def test_a_contract_waits_for_every_missing_value_and_is_redone_only_with_a_reason(papers: Papers) -> None:
    world = papers.world
    stops: tuple[Stop, ...] = XUNYANG.lives["three_years"]
    signing = next(n for n, stop in enumerate(stops) if stop.act == "sign")
    life = papers.begin(XUNYANG, "王某", stops[:signing])
    with pytest.raises(NotPossible, match="还没有人报名"):
        make(world, life.hire_id, Kind.CONTRACT, TOWN)
    papers.tell([life], 20)
    hire = life.hire_id
    assert world.hire(hire).stage == "on_post"
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE post SET employer = ''")
    with world.office.database.session() as session:
        given = {"address": None}
        people.update_person(session, SEAL, life.person_id, given, TOWN, world.clock(), reason="原地址有误")
    with pytest.raises(PaperIncomplete) as missing:
        make(world, hire, Kind.CONTRACT, TOWN)
    assert set(missing.value.faults) == {"address", "employer"}
    assert world.ask("SELECT count(*) FROM paper") == [(0,)] and world.ask("SELECT last FROM numbering") == []
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE post SET employer = '城关镇人民政府', monthly_fen = 140050")
    with world.office.database.session() as session:
        people.update_person(session, SEAL, life.person_id, {"address": ADDRESS}, TOWN, world.clock(), reason="补登")
    _set_minimum(world, 100_001, date(2022, 1, 1))
    first = make(world, hire, Kind.CONTRACT, TOWN)
    text = words(read(world, hire, first))
    assert "每月1000.00元，不得克扣" in text, (
        "the document's pay, not what was typed; and no word of a minimum above it"
    )
    with world.office.database.session() as session:
        people.update_person(session, SEAL, life.person_id, {"name": "王某某"}, TOWN, world.clock(), reason="更正")
    assert make(world, hire, Kind.CONTRACT, TOWN) == Made(first.line, True), "a contract does not change by itself"
    with pytest.raises(InputRefused):
        make(world, hire, Kind.CONTRACT, TOWN, reason=" ")
    _set_minimum(world, 100_000, world.clock.today)
    second = make(world, hire, Kind.CONTRACT, TOWN, reason="报酬写错")
    assert "每月1000.00元，不低于当地最低工资标准（每月1000.00元），不得克扣" in words(read(world, hire, second))
    assert second.line.number == "旬公岗合〔2022〕0002号"
    world.do(hire, "sign", TOWN, signed_on=world.clock.today, number=second.line.number)
    with pytest.raises(NotPossible, match="已经签订"):
        make(world, hire, Kind.CONTRACT, TOWN, reason="又写错")
    assert make(world, hire, Kind.CONTRACT, TOWN).line.number == second.line.number


#: every role of an office
_READERS = frozenset(
    {Role.VILLAGE, Role.TOWNSHIP, Role.EMPLOYER, Role.COMPANY, Role.HRSS, Role.RURAL, Role.COUNTY}
    | {Role.SUPERVISOR, Role.FINANCE}
)


def test_only_who_takes_the_step_makes_the_paper_and_strangers_find_nothing(papers: Papers) -> None:
    world, hire = papers.world, an_applicant(papers)
    supervisor = officer("督查", Role.SUPERVISOR, "610981", 5)
    for other in (supervisor, officer("财政", Role.FINANCE, "610981", 6), officer("人社", Role.HRSS, "610981", 7)):
        with pytest.raises(StepNotOffered):
            make(world, hire, Kind.APPLICATION, other)
    stranger = officer("别处", Role.EMPLOYER, "610929", 8)
    [[key]] = world.ask("SELECT key FROM person")
    applicant = Actor(9, key, "张某", (Grant(Role.APPLICANT, "610981"),))
    with pytest.raises(NoSuchHire):
        make(world, hire, Kind.APPLICATION, applicant)
    made = make(world, hire, Kind.APPLICATION, TOWN)
    number = papers.number_of(hire)
    for role in Role:
        shown = cells(read(world, hire, made, role))["身份证号"] if role in _READERS else ""
        assert (shown == number) is (role in _READERS - {Role.SUPERVISOR, Role.FINANCE}), role
    for act in (
        lambda: make(world, hire, Kind.APPLICATION, stranger),
        lambda: making.open_paper(world.office, SEAL, hire, made.line.digest, stranger, world.clock()),
        lambda: making.open_paper(world.office, SEAL, hire, "0" * 64, supervisor, world.clock()),
    ):
        with pytest.raises(NoSuchHire):
            act()


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("旬公岗合〔2022〕0001号-张三", "旬公岗合〔2022〕0001号-张三.docx"),
        ("甲合〔2022〕0001号-../../etc/passwd", "甲合〔2022〕0001号-.. .. etc passwd.docx"),
        ('甲合〔2022〕0001号-C:\\张<三>|?*"', "甲合〔2022〕0001号-C 张 三.docx"),
        ("甲合〔2022〕0001号-张\u202e三\0\n. ", "甲合〔2022〕0001号-张三.docx"),
        ("..", "file.docx"),
        ("CON", "_CON.docx"),
    ],
)
def test_a_file_of_many_is_named_for_every_system(stem: str, name: str) -> None:
    assert file_name(stem, set()) == name


def test_no_two_files_of_a_package_are_called_alike() -> None:
    """Two counties may number alike, and Windows tells neither capitals nor wide letters apart as people do."""
    taken: set[str] = set()
    stems = ["甲合1号-Li", "甲合1号-li", "甲合1号-ＬＩ", "甲合1号-Li"]
    assert [file_name(stem, taken) for stem in stems] == [
        "甲合1号-Li.docx", "甲合1号-li (2).docx", "甲合1号-ＬＩ (3).docx", "甲合1号-Li (4).docx",
    ]  # fmt: skip
