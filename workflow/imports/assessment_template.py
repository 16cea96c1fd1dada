"""The year's sheet of assessments as a workbook (考核表): handed out with what is on record, filled in, sent back.

Where a document counts points nobody types a total: there the sheet is for the single matters (加分扣分表).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from states.assessment import AssessmentItem
from states.points import in_points, points_of
from states.procedure import Procedure
from workflow.assessment_sheets import YearRow
from workflow.imports.table import Column
from workflow.imports.template import Blank, Heading

TEMPLATE, POINTS_TEMPLATE, TEMPLATE_VERSION = "zaigang-assessment-", "zaigang-points-", 1
YEAR_MARK, DOCUMENT_MARK, REGION_MARK = "年度：", "办法：", "地区编码："
YES, NO, TAKE_BACK = "是", "否", "撤回"
HIRE, NAME = Column("hire", ("编号", "聘用编号"), required=True), Column("name", ("姓名",), required=True)
SAID, SKILLED = (
    Column("said", ("考核等次", "考核分值", "等次", "分值"), required=True),
    Column("skilled", ("掌握技能",)),
)
EVIDENCE = Column("evidence", ("依据", "考核依据", "佐证材料"))
GRADE_COLUMNS = (HIRE, NAME, SAID, SKILLED, EVIDENCE)
POINT_COLUMNS = (
    HIRE,
    NAME,
    Column("seq", ("记录号",), required=True),
    Column("item", ("项目",), required=True),
    Column("level", ("级别", "层级")),
    Column("matter", ("事项",), required=True),
    Column("number", ("条数",)),
    Column("authors", ("作者数",)),
    Column("month", ("抽查月份",)),
    Column("listed", ("名册人数",)),
    Column("asked", ("抽查人数",)),
    Column("correct", ("属实人数",)),
    EVIDENCE,
    Column("strike", ("撤销理由",)),
)
_SIGNING = ("填表人（签字）：", "村（社区）、单位负责人（签字）：", "乡镇（盖章）：　　　　　　　年　　月　　日")


@dataclass(frozen=True, slots=True)
class YearBook:
    """A year of one region and document as a workbook."""

    procedure: Procedure
    region: str
    place: str
    year: int
    rows: Sequence[YearRow]

    def content(self) -> bytes:
        """The workbook (.xlsx)."""
        return (self._points() if self.procedure.assessment.reckoned else self._grades()).content()

    @property
    def about(self) -> str:
        document = self.procedure.procedure
        return f"{YEAR_MARK}{self.year}　{DOCUMENT_MARK}{document}　{REGION_MARK}{self.region}　{self.place}"

    def _grades(self) -> Blank:
        rules = self.procedure.assessment
        choices = tuple(grade.zh for grade in rules.grades) if rules.scale == "grades" else ()
        what = "考核等次" if choices else "考核分值"
        columns: tuple[Heading, ...] = (
            ("序号", 6, "", ()),
            ("编号", 10, "已经填好，不要改动", ()),
            ("姓名", 12, "已经填好，不要改动", ()),
            ("岗位", 20, "不读取", ()),
            (
                what,
                14,
                f"不填就是没有考核；要撤回已经提出的，填“{TAKE_BACK}”",
                (*choices, TAKE_BACK) if choices else (),
            ),
            ("掌握技能", 10, "是否掌握岗位技能，可不填", (YES, NO)),
            ("依据", 40, "考核记录、会议纪要等，可不填", ()),
        )
        rows = tuple(self._grade_row(number, row) for number, row in enumerate(self.rows, 1))
        title = f"公益性岗位人员{self.year}年度考核表"
        version = f"{TEMPLATE}{TEMPLATE_VERSION}"
        return Blank("考核表", title, version, columns, (), self.about, rows, _SIGNING)

    def _grade_row(self, number: int, row: YearRow) -> tuple[str, ...]:
        said = row.said(self.procedure, self.year)
        skilled = row.hire.dossier.proposed_skilled if said else None
        know = "" if skilled is None else YES if skilled else NO
        return (str(number), str(row.hire.id), row.name, row.post, said, know, row.evidence if said else "")

    def _points(self) -> Blank:
        names = items_by_name(self.procedure)
        columns: tuple[Heading, ...] = (
            ("序号", 6, "", ()),
            ("编号", 10, "已经填好；一个人有几件事的，复制编号和姓名另起一行", ()),
            ("姓名", 12, "与编号一致", ()),
            ("岗位", 20, "不读取", ()),
            ("记录号", 8, "已经登记的有号；新登记的空着", ()),
            ("项目", 30, "从列表中选", tuple(names)),
            ("级别", 14, "从列表中选；电话抽查不填", tuple(dict.fromkeys(levels_of(self.procedure).values()))),
            ("事项", 34, "必填（电话抽查不填）：什么事，如表彰文件名称、稿件标题", ()),
            ("条数", 8, "按条计分的才填", ()),
            ("作者数", 8, "有合作者的稿件才填", ()),
            ("抽查月份", 8, "电话抽查必填：1至12", ()),
            ("名册人数", 8, "电话抽查必填", ()),
            ("抽查人数", 8, "电话抽查必填", ()),
            ("属实人数", 8, "电话抽查必填", ()),
            ("依据", 34, "必填：文件、网址、通报", ()),
            ("撤销理由", 24, "要撤销已经登记的一条，在它的行写明理由；内容不能改，撤销后另起一行", ()),
        )
        notes = tuple(_worth(self.procedure))
        title = f"公益性岗位人员{self.year}年度加分扣分表"
        rows = tuple(line for row in self.rows for line in self._point_rows(row))
        numbered = tuple((str(number), *line) for number, line in enumerate(rows, 1))
        version = f"{POINTS_TEMPLATE}{TEMPLATE_VERSION}"
        return Blank("加分扣分表", title, version, columns, notes, self.about, numbered, _SIGNING)

    def _point_rows(self, row: YearRow) -> Iterator[tuple[str, ...]]:
        """What is noted, and a free line for each person."""
        who, levels = (str(row.hire.id), row.name, row.post), levels_of(self.procedure)
        for note in row.notes:
            item = self.procedure.assessment.item(note.item)
            named = item.zh if item else note.item
            if note.month is not None:
                check = (str(note.month), str(note.listed), str(note.number), str(note.correct))
                yield (*who, str(note.seq), named, "", "", "", "", *check, note.evidence, "")
            else:
                counted = (str(note.number), str(note.authors), "", "", "", "")
                yield (*who, str(note.seq), named, levels.get(note.level, ""), note.matter, *counted, note.evidence, "")
        yield (*who, *[""] * 12)


def items_by_name(procedure: Procedure) -> Mapping[str, AssessmentItem]:
    """The items by their Chinese name; the halves of a phone check go by one of them."""
    return {item.zh: item for item in procedure.assessment.items}


def levels_of(procedure: Procedure) -> Mapping[str, str]:
    """Chinese names of levels by their code, those of bands left out."""
    bands = {code for item in procedure.assessment.items if item.counts == "band" for code in item.points}
    return {one.level: one.zh for one in procedure.assessment.levels if one.level not in bands}


def _worth(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """What each item is worth at each level, for the second sheet."""
    names = {one.level: one.zh for one in procedure.assessment.levels}
    for item in procedure.assessment.items:
        told = "，".join(f"{names[code]}{in_points(tenths)}分" for code, tenths in points_of(procedure, item).items())
        yield item.zh, f"{item.cite}：{told}" + (f"。{item.note.zh}" if item.note else "")
