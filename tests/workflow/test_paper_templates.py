"""Templates of an office: hostile ones leave nothing behind, unknown names are all told, the nearest one holds."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from states.refusals import InputRefused
from states.vocabulary import Role
from tests.support.files_to_send import docx as a_docx
from tests.support.files_to_send import hostile, relation
from tests.support.lives import XUNYANG
from tests.support.world import officer
from tests.workflow.papers_county import SEAL, TOWN, Papers, an_applicant, cells, make, papers_on, read, words
from workflow import office_log
from workflow.authority import NotEntitled
from workflow.file_checks import FileRefused
from workflow.papers import numbers, templates
from workflow.papers.kinds import Kind
from workflow.papers.names import KNOWN, examples
from workflow.papers.ours import ours
from workflow.papers.rendering import check, render, text_of, used_by

HRSS = officer("人社干部", Role.HRSS, "610981", 3)
COUNTY = "610981"


def a_template(
    *lines: str, fill: Callable[[Any], None] = lambda document: None, number: str = "{{ 文书编号 }}"
) -> bytes:
    """A Word file with these paragraphs and the number that every paper has."""
    document: Any = docx.Document()
    for line in (*lines, number):
        document.add_paragraph(line)
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, body: bytes) -> bytes:
    """The same package with one part more, or another one in its place."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, body)
    return out.getvalue()


def a_field(*pieces: str) -> Callable[[Any], None]:
    """A field of Word whose code is cut into runs."""

    def fill(document: Any) -> None:
        run = document.add_paragraph().add_run()
        for kind in ("begin", *pieces, "end"):
            element = OxmlElement("w:fldChar" if kind in ("begin", "end") else "w:instrText")
            if kind in ("begin", "end"):
                element.set(qn("w:fldCharType"), kind)
            else:
                element.text = kind
            run._r.append(element)

    return fill


def a_link(document: Any) -> None:
    part = document.part
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    part.relate_to("http://example.org/", kind, is_external=True)


def in_a_comment(document: Any) -> None:
    document.add_comment(document.paragraphs[0].runs[0], "{{ 姓名 }}")


def in_properties(document: Any) -> None:
    document.core_properties.title = "{{ x.__class__ }}"


BAD: dict[str, tuple[bytes, str]] = {
    "walks attributes": (a_template("{{ x.__class__.__mro__ }}"), "不能写"),
    "walks attributes of a value": (a_template("{{ 姓名.__class__ }}"), "不能写"),
    "walks by item": (a_template("{{ 姓名['__class__'] }}"), "不能写"),
    "calls": (a_template("{{ cycler() }}"), "不能写"),
    "multiplies": (a_template("{{ 'x' * 999999999 }}"), "不能写"),
    "filters": (a_template("{{ 姓名 | upper }}"), "不能写"),
    "a loop without end": (a_template("{% for i in range(10**9) %}x{% endfor %}"), "不能写"),
    "a row that repeats": (a_template("{%tr for x in 姓名 %}"), "不能写"),
    "includes a file": (a_template("{% include '/etc/hostname' %}"), "不能写"),
    "imports": (a_template("{% import 'os' as os %}"), "不能写"),
    "sets": (a_template("{% set a = 1 %}"), "不能写"),
    "a comment": (a_template("{# 备注 #}"), "不能写"),
    "asks too deep": (a_template("{% if 姓名 %}" * 7 + "{% endif %}" * 7), "不能写"),
    "a tag of a mile": (a_template("{{ " + "姓" * 500 + " }}"), "不能写"),
    "in its properties": (a_template(fill=in_properties), "不能写"),
    "not closed": (a_template("{{ 姓名 }"), "不能写"),
    "closed and not opened": (a_template("姓名 }}"), "没有写完整"),
    "asked and not closed": (a_template("{% if 姓名 %}有"), "没有写完整"),
    "closed and not asked": (a_template("{% endif %}"), "不能写"),
    "a thousand tags": (a_template("{{ 姓名 }}" * 401), "超过400处"),
    "printed where nobody reads": (a_template("{{r 姓名 }}"), "没有显示"),
    "no number": (a_template("{{ 姓名 }}", number=""), "须有"),
    "a link outside": (a_template(fill=a_link), "外部地址"),
    "a picture outside": (a_docx(relations=relation("image", "http://example.org/x.png")), "外部地址"),
    "a field that fetches, in pieces": (a_template(fill=a_field("INCLUDE", "PICTURE http://example.org/x")), "域"),
    "a field that asks a database": (a_template(fill=a_field(" DATABASE \\d x ")), "域"),
    "a macro": (with_part(a_template(), "word/vbaProject.bin", b"x"), "宏"),
    "another file inside": (with_part(a_template(), "word/afchunk.docx", a_template()), "宏"),
    "unfilled in a comment": (a_template(fill=in_a_comment), "没有显示"),
    "too much text": (with_part(a_template(), "word/x.xml", b"<x>" + b"a" * 4_000_000 + b"</x>"), "内容过多"),
    "five megabytes": (b"PK\x03\x04" + b"x" * 5 * 1024 * 1024, "超过2MB"),
    "not Word": (b"%PDF-1.4\n%%EOF\n", "docx|损坏"),
    "broken inside": (with_part(a_template(), "word/document.xml", b"<w:document"), "不能用作模板"),
    "without a body": (with_part(a_template(), "word/document.xml", b"<x/>"), "不能用作模板"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_hostile_template_is_refused_before_anything_of_it_runs(name: str) -> None:
    data, said = BAD[name]
    with pytest.raises(FileRefused, match=said):
        check(data, Kind.CONTRACT)


def test_the_number_of_a_paper_stands_there_in_any_case() -> None:
    with pytest.raises(FileRefused, match="编号"):
        check(a_template(number="{% if 联系电话 %}{{ 文书编号 }}{% endif %}"), Kind.CONTRACT)
    assert check(a_template("{% if 联系电话 %}{{ 文书编号 }}{% endif %}"), Kind.CONTRACT).always == {"number"}


def test_a_part_is_looked_at_whatever_it_is_called() -> None:
    """A footer under another name than .xml, of which the package says itself what it is."""
    body = b'<?xml version="1.0"?><w:ftr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p>'
    body += b'<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>DD</w:instrText><w:instrText>E x</w:instrText>'
    body += b'<w:fldChar w:fldCharType="end"/></w:r></w:p></w:ftr>'
    with pytest.raises(FileRefused, match="DDE x"):
        check(with_part(a_template(), "word/footer1.dat", body), Kind.CONTRACT)


def test_what_is_no_upload_is_no_template() -> None:
    files = hostile("127.0.0.1:9")
    assert len(files) > 40
    for data, _ in files.values():
        with pytest.raises(FileRefused):
            check(data, Kind.CONTRACT)


def test_unknown_names_are_told_at_once_with_those_that_are_known() -> None:
    with pytest.raises(FileRefused) as refused:
        check(a_template("{{ 姓名 }} {{ 工资卡号 }} {{ monthly_salary }} {% if 民族 %}{% endif %}"), Kind.CONTRACT)
    text = refused.value.reason.text()
    assert "工资卡号、monthly_salary、民族" in text
    assert all(name.alias in text for name in KNOWN[Kind.CONTRACT].values())
    # what one paper knows another does not
    check(a_template("{{ 工作年限 }}"), Kind.CERTIFICATE)
    with pytest.raises(FileRefused, match="工作年限"):
        check(a_template("{{ 工作年限 }}"), Kind.CONTRACT)


def test_a_value_is_text_wherever_it_stands_and_whatever_it_holds() -> None:
    """In runs that Word has cut, in head and foot, with marks of XML and of the template language in it."""

    def fill(document: Any) -> None:
        paragraph = document.add_paragraph("甲：")
        for piece in ("{", "{ 姓", "名 }", "}"):
            paragraph.add_run(piece).bold = True
        document.sections[0].header.paragraphs[0].text = "{{ name }}"
        document.sections[0].footer.paragraphs[0].text = "{{ 住址 }}"

    data = a_template("{% if 联系电话 %}电话{{ 联系电话 }}{% else %}无电话{% endif %}", fill=fill)
    assert check(data, Kind.CONTRACT).printed == {"name", "number", "address"}
    hostile_name = "<b>&\"'张{{7*7}}{% endif %}]]>"
    values = examples(Kind.CONTRACT) | {"name": hostile_name, "phone": "", "address": "一\n二"}
    made = docx.Document(io.BytesIO(render(data, values, Kind.CONTRACT)))
    assert [p.text for p in made.paragraphs] == ["无电话", values["number"], f"甲：{hostile_name}"]
    assert made.sections[0].header.paragraphs[0].text == hostile_name
    assert made.sections[0].footer.paragraphs[0].text == "一\n二"


def test_the_same_values_make_the_same_bytes() -> None:
    data = a_template("{{ 姓名 }}")
    values = examples(Kind.CONTRACT)
    assert render(data, values, Kind.CONTRACT) == render(data, values, Kind.CONTRACT)
    with zipfile.ZipFile(io.BytesIO(render(data, values, Kind.CONTRACT))) as made:
        assert {part.date_time[0] for part in made.infolist()} == {1980}, "no trace of the moment"
    assert render(data, values | {"name": "别人"}, Kind.CONTRACT) != render(data, values, Kind.CONTRACT)


# ---- kept and in force -------------------------------------------------------------------------------------------


@pytest.fixture
def papers(migrated_url: str) -> Iterator[Papers]:
    papers = papers_on(migrated_url)
    yield papers
    papers.world.close()


def accept(papers: Papers, data: bytes, by: Any = HRSS, region: str = COUNTY, kind: Kind = Kind.APPLICATION) -> int:
    office, at = papers.world.office, papers.world.clock()
    procedure = office.procedure("xunyang-2022-88@1")
    return templates.accept(office, SEAL, by, at, procedure, kind, region, data, "本单位报名表.docx")


def kept(papers: Papers) -> list[Any]:
    tables = ("stored_file", "paper_template", "office_log", "paper", "setting")
    return [papers.world.ask(f"SELECT count(*) FROM {table}") for table in tables]


def test_a_refused_template_leaves_nothing_behind(papers: Papers) -> None:
    before = kept(papers)
    for data in (BAD["walks attributes"][0], BAD["a macro"][0], BAD["five megabytes"][0], a_template("{{ 民族 }}")):
        with pytest.raises(FileRefused):
            accept(papers, data)
    town = officer("镇干部", Role.HRSS, "610981100", 4)
    for other, region in ((town, COUNTY), (town, "610981100"), (TOWN, COUNTY), (HRSS, "610929"), (HRSS, "610981100")):
        with pytest.raises(NotEntitled):
            accept(papers, a_template("{{ 姓名 }}"), other, region)
    papers.world.office.scanner = _Infected()  # type: ignore[assignment]
    with pytest.raises(FileRefused, match="病毒"):
        accept(papers, a_template("{{ 姓名 }}"))
    assert kept(papers) == before


class _Infected:
    """A scanner that finds something in everything."""

    def check(self, data: bytes) -> str:
        from workflow.virus import _infected

        raise _infected()


def test_the_nearest_template_holds_and_a_replaced_one_stays(papers: Papers) -> None:
    world = papers.world
    world.add_regions({"6109": "安康市"})
    hire = an_applicant(papers, "甲某")
    ours_made = make(world, hire, Kind.APPLICATION, TOWN)
    accept(papers, a_template("市里的 {{ 姓名 }}"), officer("市局", Role.HRSS, "6109", 9), "6109")
    assert words(read(world, hire, make(world, hire, Kind.APPLICATION, TOWN))).startswith("市里的 甲某")
    first = accept(papers, a_template("县里的 {{ 姓名 }}"))
    county = make(world, hire, Kind.APPLICATION, TOWN)
    assert words(read(world, hire, county)) == f"县里的 甲某\n{county.line.number}"
    second = accept(papers, a_template("新的 {{ name }}"))
    assert words(read(world, hire, make(world, hire, Kind.APPLICATION, TOWN))).startswith("新的 甲某")
    live = world.ask("SELECT id, live FROM paper_template WHERE region = ? ORDER BY id", COUNTY)
    assert [(number, bool(held)) for number, held in live] == [(first, False), (second, True)]
    templates.withdraw(world.office, HRSS, world.clock(), second)
    with pytest.raises(templates.NoSuchTemplate):
        templates.withdraw(world.office, HRSS, world.clock(), second)
    assert words(read(world, hire, make(world, hire, Kind.APPLICATION, TOWN))).startswith("市里的 甲某")
    # what was made before is what it was
    assert cells(read(world, hire, ours_made))["姓名"] == "甲某" and words(read(world, hire, county)).startswith(
        "县里的"
    )
    with world.office.database.reading() as connection:
        acts = [entry.act for entry in office_log.entries(connection, "papers", limit=99)]
        assert list(office_log.verify(connection)) == []
    assert sorted(acts) == sorted([*["made"] * 5, *["template_set"] * 3, "template_back"])


def test_a_county_sets_what_its_numbers_begin_with(papers: Papers) -> None:
    world, at = papers.world, papers.world.clock()
    with pytest.raises(NotEntitled):
        numbers.set_prefix(world.office, TOWN, COUNTY, "旬人社", at)
    with pytest.raises(InputRefused):
        numbers.set_prefix(world.office, HRSS, COUNTY, "x" * 13, at)
    world.add_regions({COUNTY[:4]: "安康市"})
    with pytest.raises(InputRefused) as refused:  # two counties would give the same number
        numbers.set_prefix(world.office, officer("市", Role.HRSS, COUNTY[:4], 90), COUNTY[:4], "安公岗", at)
    assert "各县区设定" in str(refused.value.faults["prefix"])
    numbers.set_prefix(world.office, HRSS, COUNTY, " 旬人社 ", at)
    assert make(world, an_applicant(papers), Kind.APPLICATION, TOWN).line.number == "旬人社报〔2022〕0001号"
    numbers.set_prefix(world.office, HRSS, COUNTY, "", at)
    assert make(world, an_applicant(papers), Kind.APPLICATION, TOWN).line.number == "旬公岗报〔2022〕0002号"


def test_ours_can_be_downloaded_changed_and_put_in_place(papers: Papers) -> None:
    procedure = papers.world.office.procedure("xunyang-2022-88@1")
    mine: Any = docx.Document(io.BytesIO(ours(procedure, Kind.APPLICATION)))
    mine.paragraphs[0].runs[0].text = "{{ 县区名称 }}{{ 文书名称 }}"
    out = io.BytesIO()
    mine.save(out)
    accept(papers, out.getvalue())
    hire = an_applicant(papers)
    made = make(papers.world, hire, Kind.APPLICATION, XUNYANG.officer("employer"))
    assert words(read(papers.world, hire, made)).startswith("旬阳市公益性岗位报名登记表")
    with papers.world.office.database.reading() as connection:
        line = templates.in_force(connection, "xunyang-2022-88", f"{COUNTY}100201", Kind.APPLICATION)
    example = templates.preview(papers.world.office, SEAL, procedure, Kind.APPLICATION, line)
    assert examples(Kind.APPLICATION)["id_number"] in text_of(example)
    assert used_by(out.getvalue(), Kind.APPLICATION).printed >= {"county", "title", "name", "id_number"}
