"""Chinese words for the codes of procedures and records (代码的名称): one table each, message ids like any sentence.

A code that is not in its table is shown as it is, so a county may use codes of its own before anyone translates them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from states.say import Sentence, say


def _table(**words: Sentence) -> Mapping[str, str]:
    return MappingProxyType({code: sentence.pattern for code, sentence in words.items()})


#: 人员类别: what a person is recognised as
CATEGORIES = _table(
    lifted=say("脱贫人口"),
    monitored=say("监测对象"),
    employment_difficulty=say("就业困难人员"),
    lifted_family=say("脱贫户家庭成员"),
    monitored_family=say("监测户家庭成员"),
    three_kinds_family=say("“三类人员”家庭成员"),
    knows_village=say("熟悉本村情况"),
    low_income=say("农村低收入人口"),
    disabled=say("农村残疾人"),
    severely_disabled=say("重度残疾人"),
    elderly_rural=say("农村大龄人员"),
    zero_employment_family=say("零就业家庭成员"),
    elderly_unemployed=say("城镇大龄失业人员"),
    widened=say("经批准扩大范围的安置对象"),
    veteran=say("退役军人"),
    graduate=say("高校毕业生"),
    returned_entrepreneur=say("返乡创业人员"),
    farmer=say("农牧民"),
    weak_labour=say("弱劳力"),
    half_labour=say("半劳力"),
)

#: 承诺: what a person declares and signs
STATEMENTS = _table(
    political_conduct=say("政治素质与遵纪守法"),
    health=say("身体条件"),
    computer_skill=say("电脑操作能力"),
    no_crime=say("无违法犯罪记录及不良行为"),
    responsible=say("责任心与敬业精神"),
    able=say("能够胜任岗位"),
    willing=say("自愿上岗"),
    truthful=say("所填信息真实"),
    no_other_job=say("未在其他单位就业"),
    relatives=say("亲属关系申报"),
)

#: 文化程度, from the lowest up: the order is the ranking
EDUCATION = _table(
    none=say("未上学"),
    primary=say("小学"),
    junior_secondary=say("初中"),
    senior_secondary=say("高中（中职、技校）"),
    college=say("大专"),
    bachelor=say("本科"),
    master=say("研究生"),
)

#: 资金来源
SOURCES = _table(
    employment_subsidy=say("就业补助资金"),
    linking_fund=say("财政衔接资金"),
    village_economy=say("村集体经济收入"),
    photovoltaic=say("光伏帮扶电站收益"),
    budget=say("财政预算资金"),
)

#: 不得解除、终止的情形
PROTECTIONS = _table(
    pregnancy=say("孕期、产期、哺乳期"),
    medical_period=say("医疗期"),
    work_injury=say("工伤"),
    occupational_disease_check=say("职业病诊断或医学观察"),
)

#: 期满决定
OUTCOMES = _table(renew=say("续签"), end=say("期满终止"))

#: 计算起点
EVENTS = _table(
    started_on=say("上岗之日"),
    approved_on=say("审定之日"),
    agreement_on=say("协议签订之日"),
    announced_on=say("公告之日"),
    applied_on=say("报名之日"),
)


def joined(codes: Iterable[str], table: Mapping[str, str]) -> str:
    """The words for several codes, with the enumeration comma between them."""
    return "、".join(table.get(code, code) for code in codes)
