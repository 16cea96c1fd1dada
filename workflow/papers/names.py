"""What a template may name (可以填的内容): each name with what it stands for, an example, and where it is entered.

A name is written in a template as ``{{ 姓名 }}`` or ``{{ name }}``; both mean the same. Every value is plain text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from states.say import Sentence, say
from states.vocabulary import Role
from workflow.papers.kinds import Kind


@dataclass(frozen=True, slots=True)
class Name:
    """A name: its Chinese twin ``zh``, an ``example``, and ``where`` a missing value is entered.

    ``blank``: may be empty, and is then left to be filled in by hand; anything else stops the making of the paper.
    ``page``: the page on which it is entered: person, post or hire.
    """

    name: str
    zh: Sentence
    example: str
    blank: bool = False
    page: str = "hire"

    @property
    def alias(self) -> str:
        return self.zh.pattern


def _names(*names: Name) -> dict[str, Name]:
    return {name.name: name for name in names}


_ALWAYS = _names(
    Name("title", say("文书名称"), "劳动合同"),
    Name("number", say("文书编号"), "旬公岗合〔2026〕0001号"),
    Name("made_on", say("制作日期"), "2026年6月15日"),
    Name("county", say("县区名称"), "旬阳市"),
    Name("document_title", say("依据文件名称"), "旬阳市2022年公益岗位补助项目实施方案"),
    Name("document_number", say("依据文件文号"), "旬人社发〔2022〕88号"),
    Name("employer", say("用人单位"), "旬阳市吕河镇人民政府", page="post"),
    Name("post", say("岗位名称"), "村级信息员", page="post"),
    Name("post_kind", say("岗位类别"), "村级信息员", page="post"),
    Name("workplace", say("工作地点"), "陕西省安康市旬阳市吕河镇冬青村", page="post"),
    Name("name", say("姓名"), "张某某", page="person"),
    Name("sex", say("性别"), "女", page="person"),
    Name("born_on", say("出生日期"), "1990年3月5日", page="person"),
    Name("id_number", say("身份证号"), "610928199003050020", page="person"),
    Name("home", say("户籍所在地"), "陕西省安康市旬阳市吕河镇冬青村", page="person"),
)
_CONTACT = _names(
    Name("address", say("住址"), "旬阳市吕河镇冬青村三组12号", page="person"),
    Name("phone", say("联系电话"), "13800001234", blank=True, page="person"),
)
#: a form may go round without an address; what two parties sign may not (Labour Contract Law 17)
_FORM_CONTACT = _CONTACT | _names(Name("address", say("住址"), "旬阳市吕河镇冬青村三组12号", blank=True, page="person"))
_PERSONAL = _names(
    Name("education", say("文化程度"), "高中（中职、技校）", page="person"),
    Name("categories", say("人员类别"), "脱贫人口", blank=True, page="person"),
)
_PAY = _names(
    Name("monthly_pay", say("月报酬"), "1000.00", page="post"),
    Name("performance_pay", say("绩效工资"), "400.00", blank=True),
    Name("minimum_wage", say("最低工资标准"), "950.00", blank=True),
)
_HIRING = _names(
    Name("applied_on", say("报名日期"), "2026年5月6日", blank=True),
    Name("meeting", say("会议评议"), "2026年5月10日到会21人，同意18人", blank=True),
    Name("notice", say("公示时间"), "2026年5月12日至2026年5月19日", blank=True),
    Name("training", say("岗前培训"), "2026年5月21日，合格", blank=True),
    Name("approved_on", say("审定日期"), "2026年5月20日", blank=True),
    Name("approval_no", say("审定文号"), "旬人社审〔2026〕15号", blank=True),
)
_STARTED = _names(Name("started_on", say("上岗日期"), "2026年6月1日", blank=True))
_TERM = _names(
    Name("term_months", say("期限月数"), "12"),
    Name("term_starts_on", say("期限起始日"), "2026年6月1日", blank=True),
    Name("term_ends_on", say("期限届满日"), "2027年5月31日", blank=True),
)
_SIGNED = _names(
    Name("contract_number", say("合同编号"), "旬公岗合〔2026〕0001号", blank=True),
    Name("signed_on", say("签订日期"), "2026年6月1日", blank=True),
)
_RENEWAL = _names(Name("former_ends_on", say("原期限届满日"), "2026年5月31日"))
_END = _names(
    Name("term_starts_on", say("期限起始日"), "2025年6月1日"),
    Name("term_ends_on", say("期限届满日"), "2026年5月31日"),
    Name("first_started_on", say("入职日期"), "2024年6月1日"),
    Name("ended_on", say("离岗日期"), "2026年5月31日"),
    Name("ending", say("解除或终止"), "终止"),
    Name("ground", say("离岗原因"), "合同期满不再续签"),
    Name("law", say("法律依据"), "《劳动合同法》第四十四条", blank=True),
    Name("time_served", say("工作年限"), "2年"),
)
_DECIDED = _names(
    Name("term_starts_on", say("期限起始日"), "2025年6月1日", blank=True),
    Name("term_ends_on", say("期限届满日"), "2026年5月31日", blank=True),
    Name("last_day", say("最后工作日"), "2026年5月31日"),
    Name("notice_on", say("书面通知日"), "2026年4月20日", blank=True),
    Name("in_lieu", say("代通知金"), "1600.00元，2026年4月20日支付", blank=True),
    Name("ending", say("解除或终止"), "解除"),
    Name("ground", say("离岗原因"), "医疗期满仍不能工作"),
    Name("law", say("法律依据"), "《劳动合同法》第四十条第一项", blank=True),
)
_FILING = _names(
    Name("filing", say("备案事项"), "聘用协议备案", blank=True),
    Name("filing_to", say("备案机关"), "市人社局", blank=True),
    Name("filing_due_on", say("备案截止日"), "2026年6月8日", blank=True),
)
_ASSESSMENT = _names(
    Name("year", say("考核年度"), "2026"),
    Name("points", say("考核得分"), "92.5", blank=True),
    Name("grade", say("考核等次"), "合格", blank=True),
    Name("evidence", say("考核依据"), "考勤和工作记录", blank=True),
)
#: who of those that decide gives an opinion, and what it is called
OPINIONS: Mapping[Role, Sentence] = {
    Role.VILLAGE: say("村级意见"),
    Role.TOWNSHIP: say("乡镇意见"),
    Role.EMPLOYER: say("用人单位意见"),
    Role.COMPANY: say("劳务公司意见"),
    Role.HRSS: say("人社部门意见"),
    Role.RURAL: say("乡村振兴部门意见"),
    Role.COUNTY: say("县级政府意见"),
}
_OPINIONS = _names(
    *(
        Name(f"opinion_{role.value}", words, "同意。李某某 2026年5月20日", blank=True)
        for role, words in OPINIONS.items()
    )
)

KNOWN: Mapping[Kind, Mapping[str, Name]] = {
    Kind.APPLICATION: _ALWAYS | _FORM_CONTACT | _PERSONAL | _HIRING,
    Kind.APPROVAL: _ALWAYS | _FORM_CONTACT | _PERSONAL | _PAY | _HIRING | _OPINIONS,
    Kind.AGREEMENT: _ALWAYS | _CONTACT | _PAY | _HIRING | _STARTED | _TERM,
    Kind.CONTRACT: _ALWAYS | _CONTACT | _PAY | _HIRING | _STARTED | _TERM,
    Kind.FILING: _ALWAYS | _FORM_CONTACT | _PERSONAL | _PAY | _HIRING | _STARTED | _TERM | _SIGNED | _FILING,
    Kind.ASSESSMENT: _ALWAYS | _PERSONAL | _STARTED | _TERM | _ASSESSMENT,
    Kind.RENEWAL: _ALWAYS | _CONTACT | _PAY | _STARTED | _TERM | _RENEWAL,
    Kind.ENDING: _ALWAYS | _STARTED | _DECIDED,
    Kind.CERTIFICATE: _ALWAYS | _STARTED | _END,
}


def examples(kind: Kind) -> dict[str, str]:
    """A value for every name, for trying a template out: made-up, and of nobody."""
    return {name.name: name.example for name in KNOWN[kind].values()}


def by_either(kind: Kind, values: Mapping[str, str]) -> dict[str, str]:
    """The values under both of their names."""
    known = KNOWN[kind]
    return {**values, **{known[name].alias: value for name, value in values.items() if name in known}}


def canonical(kind: Kind, name: str) -> str | None:
    """The name that is meant, however it is spelled; None for one that is not known."""
    known = KNOWN[kind]
    if name in known:
        return name
    return next((found.name for found in known.values() if found.alias == name), None)
