"""The words of a list of applicants (报名表用语): what stands over its columns and in its cells, and what it means."""

from __future__ import annotations

from states.guards import labels
from states.say import Sentence, say
from workflow.imports.table import Column

#: shown in the template, and looked for in what comes back
TEMPLATE = "zaigang-applicants-"
TEMPLATE_VERSION = 1
CALLED = say("报名表")
ROUTES: dict[str, Sentence] = {"open": say("公开报名"), "recommended": say("推荐"), "self": say("自荐")}
ROUTE_CODES = {sentence.pattern: code for code, sentence in ROUTES.items()}
YES, NO = "是", "否"
SIGNED = frozenset({YES, "已签", "已签署", "有", "√", "✓", "合格", "Y", "YES"})
UNSIGNED = frozenset({NO, "未签", "未签署", "无", "×", "✗", "/", "-", "N", "NO"})
#: before the code of a statement in the name of its column
STATEMENT = "statement:"

COLUMNS = (
    Column("serial", ("序号", "编号")),
    Column("name", ("姓名",), required=True),
    Column(
        "id_number",
        ("公民身份号码", "公民身份证号码", "身份证号", "身份证号码", "身份证", "证件号码"),
        required=True,
    ),
    Column("sex", ("性别",)),
    Column(
        "home_region",
        (
            "户籍所在村（社区）",
            "户籍所在村",
            "户籍地",
            "户籍所在地",
            "户籍地编码",
            "所属村（社区）",
            "村（社区）",
            "所在村",
        ),
    ),
    Column("education", ("文化程度", "学历")),
    Column("retirement_category", ("原法定退休年龄", "原退休年龄", "退休年龄类别")),
    Column("phone", ("手机号码", "手机", "手机号", "电话", "联系电话")),
    Column("address", ("住址", "现住址", "家庭住址")),
    Column("category", ("人员类别", "类别", "人员类型")),
    Column("recognised_by", ("认定单位", "认定部门", "认定机关")),
    Column("recognised_on", ("认定日期", "认定时间")),
    *(Column(f"{STATEMENT}{code}", (word, f"{word}承诺")) for code, word in labels.STATEMENTS.items()),
    Column("relatives", ("近亲属的公民身份号码", "近亲属身份证号")),
    Column("prior_months", ("以往享受岗位补贴的月数", "已享受补贴月数", "补贴月数")),
    Column("prior_evidence", ("以往月数的依据", "月数依据")),
    Column("route", ("报名途径", "报名方式")),
    Column("applied_on", ("报名日期", "报名时间")),
    Column("note", ("备注",)),
)
