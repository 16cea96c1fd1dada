"""The templates that come with the service (示范文本): one for each paper of each document, made when first asked for.

They say what the law wants a paper to say and what the document adds; an office may download one, change it in Word and
put it in place of ours. The texts are Chinese, as the papers are.
"""

from __future__ import annotations

from collections.abc import Sequence

from states.house import officers
from states.late_contract import is_labour_contract
from states.meets import enforces
from states.procedure import Procedure
from workflow.papers.kinds import Kind, heading_of
from workflow.papers.layout import Row, Sheet
from workflow.papers.names import KNOWN, OPINIONS

Clauses = Sequence[tuple[str, Sequence[str]]]
_TERM = (
    "{% if 期限起始日 %}本{what}期限为{{ 期限月数 }}个月，自{{ 期限起始日 }}起至{{ 期限届满日 }}止。"
    "{% else %}本{what}期限为{{ 期限月数 }}个月，自乙方上岗之日起计算。{% endif %}"
)
#: what is paid only after the ruling on a year is promised as just that
_PERFORMANCE = "{% if 绩效工资 %}绩效工资标准为每月{{ 绩效工资 }}元，年度考核审定后按考核结果发放。{% endif %}"
_BASIS = "甲乙双方依据《{{ 依据文件名称 }}》（{{ 依据文件文号 }}）和有关法律，平等自愿、协商一致，订立本{what}。"
_LAST = "本{what}未尽事宜，按法律和上述文件的规定办理。本{what}一式　　份，甲乙双方各执一份，其余按规定备案。"

#: Labour Contract Law 17; Labour Law 36, 38, 48, 50; Social Insurance Law 58
_LABOUR: Clauses = (
    ("一、合同期限", (_TERM,)),
    ("二、工作内容和工作地点", ("乙方从事{{ 岗位名称 }}（{{ 岗位类别 }}）工作，工作地点为{{ 工作地点 }}。",)),
    (
        "三、工作时间和休息休假",
        (
            "甲方依法安排工作时间，每日不超过八小时、平均每周不超过四十四小时，每周至少休息一日。"
            "实行其他工时制度的，须经批准。",
        ),
    ),
    (
        "四、劳动报酬",
        (
            "甲方以货币形式按月支付乙方劳动报酬，每月{{ 月报酬 }}元"
            "{% if 最低工资标准 %}，不低于当地最低工资标准（每月{{ 最低工资标准 }}元）{% endif %}"
            "，不得克扣或者无故拖欠。",
            _PERFORMANCE,
        ),
    ),
    ("五、社会保险", ("甲方自用工之日起三十日内为乙方办理社会保险登记，双方依法缴纳社会保险费。",)),
    ("六、劳动保护、劳动条件和职业危害防护", ("甲方依法提供劳动条件和劳动保护，对乙方进行岗位培训和安全教育。",)),
)
#: what the documents want an agreement to settle: rights and duties, tasks, pay, performance
_AGREEMENT: Clauses = (
    ("一、协议期限", (_TERM,)),
    ("二、岗位和职责任务", ("乙方在{{ 工作地点 }}从事{{ 岗位名称 }}（{{ 岗位类别 }}）工作，按岗位职责完成各项任务。",)),
    (
        "三、双方的权利和义务",
        (
            "甲方负责岗前培训、日常管理和安全教育，按规定办理保险，维护乙方合法权益。",
            "乙方应遵守规章制度，服从管理，按时出勤，保守工作中知悉的个人信息和秘密。",
        ),
    ),
    ("四、报酬", ("乙方报酬为每月{{ 月报酬 }}元，按月支付。", _PERFORMANCE)),
    ("五、绩效管理和考核", ("甲方按上述文件对乙方进行考核，考核结果作为续签的依据。",)),
)
_CHANGE_LABOUR = (
    "变更、解除和终止",
    ("本合同的变更、解除和终止，按《中华人民共和国劳动合同法》及其实施条例办理。",),
)
_CHANGE = ("变更、解除和终止", ("经双方协商一致可以变更或者解除本协议；出现上述文件规定的退出情形的，按文件办理。",))
#: Implementing Regulation 12, where a document says so itself
_NO_SEVERANCE = "本岗位为公益性岗位，依照《劳动合同法实施条例》第十二条，不适用无固定期限劳动合同和支付经济补偿的规定。"
_NUMERALS = "一二三四五六七八九十"
_PERSON: Sequence[str] = ("name", "sex", "born_on", "id_number", "home", "address", "phone")
_POST: Sequence[str] = ("employer", "post", "post_kind", "workplace")


#: by the key of the procedure, which names its version: a handful of papers for each
_MADE: dict[tuple[str, Kind], bytes] = {}


def ours(procedure: Procedure, kind: Kind) -> bytes:
    """Our template of a paper under a document."""
    known = (procedure.key, kind)
    if known not in _MADE:
        _MADE[known] = _made(procedure, kind)
    return _MADE[known]


def _made(procedure: Procedure, kind: Kind) -> bytes:
    sheet = Sheet(heading_of(procedure, kind))
    sheet.heading("{{ 文书名称 }}")
    sheet.number("编号：{{ 文书编号 }}")
    if kind in (Kind.CONTRACT, Kind.AGREEMENT, Kind.RENEWAL):
        _contract(sheet, procedure, kind)
    elif kind is Kind.ENDING:
        _ending(sheet, procedure)
    elif kind is Kind.CERTIFICATE:
        _certificate(sheet, procedure)
    else:
        _form(sheet, procedure, kind)
    return sheet.content


def _rows(kind: Kind, names: Sequence[str]) -> list[Row]:
    known = KNOWN[kind]
    return [(known[name].alias, f"{{{{ {known[name].alias} }}}}") for name in names if name in known]


# ---- what two parties sign ---------------------------------------------------------------------------------------


@enforces("BH-17", "NM-25")
def _contract(sheet: Sheet, procedure: Procedure, kind: Kind) -> None:
    labour = is_labour_contract(procedure) and kind is not Kind.AGREEMENT
    what = "合同" if labour else "协议"
    sheet.box("甲方（用人单位）", [("名称", "{{ 用人单位 }}"), ("法定代表人或委托代理人", "")])
    sheet.gap()
    sheet.box("乙方（劳动者）", _rows(kind, ("name", "sex", "id_number", "home", "address", "phone")))
    sheet.gap()
    sheet.text(_BASIS.replace("{what}", what))
    if kind is Kind.RENEWAL:
        sheet.text(f"双方原{what}期限于{{{{ 原期限届满日 }}}}届满。乙方经考核合格，双方同意续签。")
    clauses = [*(_LABOUR if labour else _AGREEMENT)]
    change = _CHANGE_LABOUR if labour else _CHANGE
    more = [_NO_SEVERANCE] if labour and procedure.contract.severance is False else []
    ending: Clauses = ((change[0], [*change[1], *more]), ("其他", (_LAST,)))
    clauses += [(f"{_NUMERALS[len(clauses) + at]}、{title}", texts) for at, (title, texts) in enumerate(ending)]
    for title, texts in clauses:
        sheet.clause(title)
        for text in texts:
            if text is _PERFORMANCE and not _has_performance(procedure):
                continue
            sheet.text(text.replace("{what}", what))
    sheet.parties("甲方（盖章）：", "乙方（签字）：")


# ---- what somebody takes home ------------------------------------------------------------------------------------


def _ending(sheet: Sheet, procedure: Procedure) -> None:
    """Labour Contract Law 40, 44, 50: in writing, with the ground, its law, the last day and what is paid instead."""
    labour = is_labour_contract(procedure)
    what = "劳动合同" if labour else "聘用协议"
    sheet.text("{{ 姓名 }}：")
    sheet.text(
        f"你与本单位的{what}，因{{{{ 离岗原因 }}}}，依据{{% if 法律依据 %}}{{{{ 法律依据 }}}}和{{% endif %}}"
        f"《{{{{ 依据文件名称 }}}}》（{{{{ 依据文件文号 }}}}），自{{{{ 最后工作日 }}}}工作结束时{{{{ 解除或终止 }}}}。"
    )
    sheet.text("{% if 代通知金 %}本单位没有提前三十日通知，另付你一个月工资（代通知金）{{ 代通知金 }}。{% endif %}")
    sheet.box(
        "通知事项",
        [
            ("姓名", "{{ 姓名 }}"),
            ("公民身份号码", "{{ 身份证号 }}"),
            ("工作岗位", "{{ 岗位名称 }}"),
            (f"{what}期限", "{% if 期限起始日 %}{{ 期限起始日 }}至{{ 期限届满日 }}{% endif %}"),
            ("解除或者终止原因", "{{ 离岗原因 }}"),
            ("法律依据", "{{ 法律依据 }}"),
            ("书面通知日", "{{ 书面通知日 }}"),
            ("最后工作日", "{{ 最后工作日 }}"),
            ("代通知金", "{{ 代通知金 }}"),
        ],
    )
    sheet.text("请在最后工作日以前办理工作交接，并领取解除（终止）证明。")
    if labour:
        sheet.text("本单位自解除（终止）之日起十五日内办理档案和社会保险关系转移手续。")
    sheet.text("对本决定有不同意见的，可以向本单位书面提出，也可以依法申请调解、仲裁。")
    sheet.parties("用人单位（盖章）：{{ 用人单位 }}", "本人签收：")


def _certificate(sheet: Sheet, procedure: Procedure) -> None:
    """Implementing Regulation 24: the term, the day of the end, the post, the years with the employer."""
    what = "劳动合同" if is_labour_contract(procedure) else "聘用协议"
    sheet.text(f"兹证明{{{{ 姓名 }}}}与本单位的{what}已于{{{{ 离岗日期 }}}}{{{{ 解除或终止 }}}}，特此证明。")
    sheet.box(
        "证明事项",
        [
            ("姓名", "{{ 姓名 }}"),
            ("公民身份号码", "{{ 身份证号 }}"),
            (f"{what}期限", "{{ 期限起始日 }}至{{ 期限届满日 }}"),
            ("解除或者终止日期", "{{ 离岗日期 }}"),
            ("解除或者终止原因", "{{ 离岗原因 }}{% if 法律依据 %}（{{ 法律依据 }}）{% endif %}"),
            ("工作岗位", "{{ 岗位名称 }}"),
            ("在本单位工作年限", "{{ 入职日期 }}起，共{{ 工作年限 }}"),
        ],
    )
    sheet.gap()
    sheet.parties("用人单位（盖章）：{{ 用人单位 }}", "本人签收：")


# ---- forms that offices exchange ---------------------------------------------------------------------------------

_PARTS: dict[Kind, tuple[tuple[str, Sequence[str], int], ...]] = {
    Kind.APPLICATION: (
        ("本人情况", (*_PERSON, "education", "categories"), 2),
        ("应聘岗位", (*_POST, "applied_on"), 1),
    ),
    Kind.APPROVAL: (
        ("拟聘人员", (*_PERSON, "education", "categories"), 2),
        ("拟聘岗位", (*_POST, "monthly_pay", "performance_pay"), 1),
        ("选聘经过", ("applied_on", "meeting", "notice"), 1),
    ),
    Kind.FILING: (
        ("聘用人员", (*_PERSON, "education", "categories"), 2),
        ("岗位", (*_POST, "monthly_pay", "performance_pay"), 1),
        ("聘用情况", ("approved_on", "training", "started_on", "contract_number", "signed_on"), 1),
        ("合同期限", ("term_starts_on", "term_ends_on"), 2),
        ("备案", ("filing", "filing_to", "filing_due_on"), 1),
    ),
    Kind.ASSESSMENT: (
        ("被考核人", ("name", "sex", "id_number", "started_on"), 2),
        ("岗位", (*_POST,), 1),
        ("考核结果", ("year", "points", "grade", "evidence"), 2),
    ),
}


#: what the register does not keep, and the person writes by hand
_BY_THE_PERSON: Sequence[Row] = (
    ("照片", "（粘贴近期免冠照片）"),
    ("就业创业证编号", ""),
    ("家庭成员（姓名、关系、状况）", "\n\n"),
    ("简历", "\n\n\n"),
)


def _has_performance(procedure: Procedure) -> bool:
    return any(item.paid == "after_assessment" for item in procedure.pay)


def _form(sheet: Sheet, procedure: Procedure, kind: Kind) -> None:
    for title, names, pairs in _PARTS[kind]:
        shown = [name for name in names if name != "performance_pay" or _has_performance(procedure)]
        sheet.box(title, _rows(kind, shown), pairs=pairs)
        sheet.gap()
    if kind is Kind.APPLICATION:
        sheet.box("本人填写", _BY_THE_PERSON)
        sheet.gap()
    sheet.opinions("签署意见", _opinions(procedure, kind))


def _opinions(procedure: Procedure, kind: Kind) -> list[Row]:
    """Who signs the form: the applicant, or the offices of the document."""
    if kind is Kind.APPLICATION:
        return [("本人承诺", "以上内容属实，如有隐瞒愿承担责任。"), ("受理单位意见", "")]
    if kind is Kind.FILING:
        return [("用人单位意见", ""), ("备案机关意见", "")]
    if kind is Kind.ASSESSMENT:
        ruled = [OPINIONS[role].text() for role in procedure.assessment.ruled_by if role in OPINIONS]
        return [("本人总结", ""), ("用人单位评语", ""), *((f"{words}（审定）", "") for words in ruled)]
    roles = [role for role in OPINIONS if role in officers(procedure)]
    return [(OPINIONS[role].text(), f"{{{{ {OPINIONS[role].text()} }}}}") for role in roles]
