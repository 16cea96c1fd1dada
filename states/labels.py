"""The names that people read for states, units, levels and periods (名称), in Chinese and English.

States are shown in lists, pictures and tables everywhere; one table keeps them the same.
"""

from __future__ import annotations

from datetime import date

from states.model import GapRef, Text
from states.procedure import Procedure
from states.steps import Deadline, Length
from states.vocabulary import Level, RecordKind, State, Unit

STATES: dict[State, Text] = {
    State.POSTED: Text(zh="已发布", en="posted"),
    State.APPLIED: Text(zh="已报名", en="applied"),
    State.QUALIFIED: Text(zh="资格合格", en="qualified"),
    State.PUBLICIZED: Text(zh="已公示", en="publicized"),
    State.TRAINED: Text(zh="已培训", en="trained"),
    State.CONTRACTED: Text(zh="已签约", en="contracted"),
    State.RENEWED: Text(zh="已续签", en="renewed"),
    State.DISMISSED: Text(zh="已离岗", en="dismissed"),
    State.REJECTED: Text(zh="未通过", en="rejected"),
    State.WITHDRAWN: Text(zh="已退出", en="withdrawn"),
}
LEVELS: dict[Level, Text] = {
    Level.PROVINCE: Text(zh="省级", en="province"),
    Level.CITY: Text(zh="市级", en="city"),
    Level.COUNTY: Text(zh="县级", en="county"),
    Level.TOWNSHIP: Text(zh="乡镇级", en="township"),
    Level.VILLAGE: Text(zh="村级", en="village"),
}
#: a period of one and of several, where English tells them apart
UNITS: dict[Unit, tuple[str, str, str]] = {
    Unit.WORKING_DAYS: ("个工作日", "working day", "working days"),
    Unit.CALENDAR_DAYS: ("日", "day", "days"),
    Unit.MONTHS: ("个月", "month", "months"),
}


def state_name(state: State, language: str = "zh") -> str:
    """The name of a state (状态) in ``language`` ("zh" or "en")."""
    return STATES[state].in_language(language)


def role_name(procedure: Procedure, role: str, language: str = "zh") -> str:
    """What the document itself calls a role, without the explanation in brackets; the code where it has no name."""
    name = next((name for known, name in procedure.roles.items() if known.value == role), None)
    if name is None:
        return role
    words = name.en if language == "en" else name.zh
    return words.replace("（", "(").split("(")[0].strip()


#: the clock of an objection, which no document names
OBJECTION_CLOCK = Text(zh="答复异议", en="answer to an objection")


def period(procedure: Procedure, length: Length, language: str = "zh") -> str:
    """A period in words; one that the document leaves open is marked with ``*``."""
    if length.unit is Unit.ON_THE_DAY:
        return "on the day" if language == "en" else "当日"
    n = procedure.settle(length.n)
    mark = "*" if isinstance(length.n, GapRef) else ""
    zh, one, several = UNITS[length.unit]
    return f"{n} {one if n == 1 else several}{mark}" if language == "en" else f"{n}{zh}{mark}"


def notice_length(procedure: Procedure, round_no: int) -> Length | None:
    """How long the notice of a round hangs: the period on the stage to which its step leads."""
    for step in procedure.steps:
        if step.records is RecordKind.NOTICE and step.to and int(step.params.get("round", 1)) == round_no:
            lines = procedure.deadlines_during[step.to]
            return next((line.length for line in lines if line.base == "posted_on"), None)
    return None


def when(procedure: Procedure, line: Deadline, language: str = "zh") -> str:
    """The length of a deadline in words; where it ends on a day that something else sets, what sets that day."""
    if line.length.unit is not Unit.ON_THE_DAY:
        return period(procedure, line.length, language)
    rules = procedure.assessment
    if line.base == "assessment_due":
        month = date(2000, rules.due_month, 1).strftime("%B")
        return f"by {rules.due_day} {month}" if language == "en" else f"每年{rules.due_month}月{rules.due_day}日前"
    if line.base == "term_ends_on":
        return period(procedure, Length(n=procedure.contract.term_months, unit=Unit.MONTHS), language)
    if line.base == "last_lawful_on" and procedure.service.months:
        return period(procedure, Length(n=procedure.service.months, unit=Unit.MONTHS), language)
    return period(procedure, line.length, language)


RECORDS: dict[RecordKind, Text] = {
    RecordKind.NONE: Text(zh="—", en="—"),
    RecordKind.APPLICATION: Text(zh="报名", en="application"),
    RecordKind.OLD_TERMS: Text(zh="原协议", en="old agreement"),
    RecordKind.OPINION: Text(zh="意见", en="opinion"),
    RecordKind.MEETING: Text(zh="会议评议", en="meeting"),
    RecordKind.NOTICE: Text(zh="公示", en="notice"),
    RecordKind.NOTICE_END: Text(zh="公示期满", en="end of the notice"),
    RecordKind.OBJECTION: Text(zh="异议", en="objection"),
    RecordKind.OBJECTION_ANSWER: Text(zh="异议处理", en="answer to an objection"),
    RecordKind.TRAINING: Text(zh="培训", en="training"),
    RecordKind.START: Text(zh="上岗", en="start of work"),
    RecordKind.AGREEMENT: Text(zh="聘用协议", en="agreement"),
    RecordKind.CONTRACT: Text(zh="合同", en="contract"),
    RecordKind.ASSESSMENT: Text(zh="考核意见", en="assessment proposed"),
    RecordKind.ASSESSMENT_RULING: Text(zh="考核审定", en="assessment ruled"),
    RecordKind.RENEWAL_DECISION: Text(zh="期满决定", en="decision at the term"),
    RecordKind.RENEWAL_SIGNING: Text(zh="续签合同", en="renewal signed"),
    RecordKind.RENEWAL: Text(zh="续签生效", en="renewal"),
    RecordKind.PROTECTION: Text(zh="保护期", en="protected period"),
    RecordKind.EXTENSION: Text(zh="批准延长", en="extension"),
    RecordKind.STATUTORY_EXTENSION: Text(zh="依法顺延", en="extension by law"),
    RecordKind.OVERRUN: Text(zh="超期", en="over term"),
    RecordKind.RESIGNATION: Text(zh="辞职", en="resignation"),
    RecordKind.HANDOVER: Text(zh="工作交接", en="handover"),
    RecordKind.ENDING_DECISION: Text(zh="解聘决定", en="decision to dismiss"),
    RecordKind.ENDING: Text(zh="离岗", en="leaving"),
    RecordKind.FILING: Text(zh="报备", en="filing"),
    RecordKind.RETURN: Text(zh="退回", en="return"),
    RecordKind.SUSPENSION: Text(zh="中止", en="suspension"),
    RecordKind.RESUMPTION: Text(zh="恢复办理", en="resumption"),
    RecordKind.ASSIGNMENT: Text(zh="转办", en="assignment"),
    RecordKind.COMMENT: Text(zh="附言", en="comment"),
    RecordKind.DOCUMENT: Text(zh="材料", en="file"),
    RecordKind.SCORE: Text(zh="评分", en="score"),
    RecordKind.POINT: Text(zh="加分扣分", en="points"),
    RecordKind.POINT_STRUCK: Text(zh="撤销加分扣分", en="points struck"),
    RecordKind.ASSESSMENT_TAKEN_BACK: Text(zh="撤回考核意见", en="proposal taken back"),
    RecordKind.LEAVING_TAKEN_BACK: Text(zh="撤回离岗", en="leaving taken back"),
    RecordKind.SURVEY: Text(zh="满意度调查", en="survey of satisfaction"),
    RecordKind.CORRECTION: Text(zh="提出更正", en="correction proposed"),
    RecordKind.CORRECTION_CONFIRMED: Text(zh="确认更正", en="correction confirmed"),
    RecordKind.CORRECTION_REFUSED: Text(zh="不予更正", en="correction refused"),
}
#: what each guard asks, in a few words; its sentence to the person is the guard's own
GUARDS: dict[str, Text] = {
    "age_between": Text(zh="年龄", en="age"),
    "agreement_signed": Text(zh="已签协议", en="agreement signed"),
    "alive": Text(zh="未登记死亡", en="not recorded as having died"),
    "assessment_in_time": Text(zh="按期审定", en="ruled on in time"),
    "assessment_passed": Text(zh="考核合格", en="assessment passed"),
    "assessment_proposed": Text(zh="考核已报审", en="assessment proposed"),
    "assessment_reviewed": Text(zh="考核已经审核", en="assessment reviewed"),
    "assessment_year": Text(zh="考核年度", en="year of the assessment"),
    "boards_named": Text(zh="公告张贴处", en="boards named"),
    "budget_lasts": Text(zh="资金够用", en="budget lasts"),
    "category_in": Text(zh="人员类别", en="category of person"),
    "document_in_force": Text(zh="文件有效", en="document in force"),
    "education_at_least": Text(zh="文化程度", en="education"),
    "extension_allowed": Text(zh="可以延长", en="extension allowed"),
    "filing_owed": Text(zh="有待报备事项", en="a filing is owed"),
    "forms_named": Text(zh="公开形式", en="forms of publicity named"),
    "funding_requires": Text(zh="资金来源的要求", en="what the money requires"),
    "ground_evidence": Text(zh="解聘证据", en="evidence of the ground"),
    "ground_known": Text(zh="解聘情形", en="ground named by the document"),
    "ground_notice": Text(zh="提前通知", en="notice of dismissal"),
    "ground_protected": Text(zh="保护期内不得解除", en="no dismissal while protected"),
    "handover_done": Text(zh="工作交接", en="handover done"),
    "in_group": Text(zh="安置对象", en="belongs to a group"),
    "leaving_decided": Text(zh="已定离岗日", en="day of leaving decided"),
    "meeting_held": Text(zh="评议过半数", en="approved by the meeting"),
    "minimum_wage": Text(zh="最低工资", en="minimum wage"),
    "months_left": Text(zh="期限尚有余月", en="months left"),
    "no_open_objection": Text(zh="无未处理的异议", en="no open objection"),
    "no_relative": Text(zh="亲属回避", en="no relative decides"),
    "not_protected": Text(zh="不在保护期", en="not protected"),
    "notice_period_over": Text(zh="公示期满", en="notice period over"),
    "objection_open": Text(zh="有待处理的异议", en="an objection is open"),
    "old_terms_end": Text(zh="原协议期满终止", en="an old agreement ends"),
    "one_post_only": Text(zh="一人一岗", en="one post only"),
    "pay_cap": Text(zh="报酬上限", en="cap of the pay"),
    "place_free": Text(zh="尚有名额", en="a place is free"),
    "protected_now": Text(zh="正在保护期", en="protected now"),
    "quota_bands": Text(zh="按人数设岗", en="places by number of people"),
    "quota_cap": Text(zh="指标上限", en="quota"),
    "quota_target": Text(zh="计划数", en="target"),
    "renewal_decided": Text(zh="已作期满决定", en="decided for the end of the term"),
    "renewal_signed": Text(zh="续签合同已签", en="renewal signed"),
    "resident_of_village": Text(zh="本村人员", en="resident of the village"),
    "resignation_notice": Text(zh="辞职提前通知", en="notice of resignation"),
    "season": Text(zh="集中开展时间", en="season"),
    "served_took_part": Text(zh="服务对象参与评价", en="those served took part"),
    "signed_in_time": Text(zh="按期签订", en="signed in time"),
    "signing_order": Text(zh="签订先后", en="order of signing"),
    "skilled": Text(zh="掌握岗位技能", en="skilled"),
    "started": Text(zh="已上岗", en="at work"),
    "statement_signed": Text(zh="本人承诺", en="signed statement"),
    "trained": Text(zh="培训合格", en="trained"),
    "training_passed": Text(zh="培训结果合格", en="training passed"),
    "was_on_post": Text(zh="文件施行前已在岗", en="at work before the document"),
    "window_open": Text(zh="报名期内", en="window open"),
}
