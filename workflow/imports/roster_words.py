"""The words of a roster (花名册用语): what stands over its columns and in its cells, and what it means to us.

Papers of different offices say the same thing differently; ours come first and are those of the template.
"""

from __future__ import annotations

import re

from states.guards import labels
from workflow.imports.table import Column

COLUMNS = (
    Column("serial", ("序号", "编号")),
    Column("name", ("姓名",), required=True),
    Column("sex", ("性别",)),
    Column(
        "id_number", ("身份证号", "身份证号码", "公民身份号码", "公民身份证号码", "身份证", "证件号码"), required=True
    ),
    Column("education", ("文化程度", "学历")),
    Column("home_region", ("户籍地", "户籍所在地", "户籍地编码", "地区编码", "所属村（社区）", "村（社区）", "所在村")),
    Column("category", ("人员类别", "类别", "人员类型")),
    Column("recognised_by", ("认定部门", "认定单位", "认定机关")),
    Column("recognised_on", ("认定日期", "认定时间")),
    Column("post", ("岗位", "岗位名称", "公益性岗位")),
    Column("term", ("合同起止", "合同期限", "合同起止时间", "合同起止日期", "合同起止年月")),
    Column("starts_on", ("合同开始日期", "合同起始日期", "合同起", "合同开始时间", "合同起始时间")),
    Column("ends_on", ("合同终止日期", "合同结束日期", "合同止", "合同到期日期", "合同终止时间", "合同结束时间")),
    Column("months", ("补贴月数", "已享受补贴月数", "累计补贴月数", "已补贴月数", "补贴起止/月数")),
    Column("retirement_category", ("原退休年龄", "原法定退休年龄", "退休年龄类别")),
    Column("phone", ("电话", "联系电话", "手机", "手机号", "手机号码")),
    Column("note", ("备注",)),
)
#: below the people: totals and signatures
FOOT = re.compile(r"^(合\s*计|总\s*计|小\s*计|制表|填表|审核|负责人|经办|单位|注|说明|盖章|日期)")
EDUCATION_CODES = {
    **{word: code for code, word in labels.EDUCATION.items()},
    **{"文盲": "none", "半文盲": "none", "高中": "senior_secondary", "中专": "senior_secondary"},
    **{"中职": "senior_secondary", "技校": "senior_secondary", "职高": "senior_secondary", "专科": "college"},
    **{"大学": "bachelor", "大学本科": "bachelor", "硕士": "master", "硕士研究生": "master", "博士": "master"},
}
CATEGORY_CODES = {
    **{word: code for code, word in labels.CATEGORIES.items()},
    **{"脱贫户": "lifted", "建档立卡": "lifted", "脱贫劳动力": "lifted", "监测户": "monitored", "三类户": "monitored"},
    **{
        "低收入人口": "low_income",
        "残疾人": "disabled",
        "大龄": "elderly_unemployed",
        "零就业家庭": "zero_employment_family",
    },
    **{"就业困难": "employment_difficulty", "高校毕业": "graduate", "退伍军人": "veteran"},
}
RETIREMENT_CODES = {
    **{"60": "man", "六十周岁": "man", "男60": "man", "55": "woman55", "五十五周岁": "woman55", "女55": "woman55"},
    **{"50": "woman50", "五十周岁": "woman50", "女50": "woman50"},
    **{code: code for code in ("man", "woman55", "woman50")},
}
