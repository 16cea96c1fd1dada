"""The rows of a list of people on old posts (原有岗位人员的行): columns, the empty list, and each row being read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from states.say import Sentence, say
from states.service import served
from workflow.imports.person_rows import Entry, Reading
from workflow.imports.roster_rows import Places
from workflow.imports.roster_words import COLUMNS as ROSTER_COLUMNS
from workflow.imports.table import Column, days_in, shown, whole_number
from workflow.imports.template import Blank, Heading

TEMPLATE = "zaigang-old-posts-"
TEMPLATE_VERSION = 1
_ONE_DAY = timedelta(days=1)
_PERSON = (
    "serial", "name", "sex", "id_number", "education", "home_region", "category", "recognised_by", "recognised_on",
    "retirement_category", "phone",
)  # fmt: skip
COLUMNS = (
    *(column for column in ROSTER_COLUMNS if column.name in _PERSON),
    Column("post", ("岗位", "岗位名称"), required=True),
    Column("post_region", ("岗位所在地", "岗位所在村")),
    Column("started_on", ("首次上岗日期", "上岗日期"), required=True),
    Column("term", ("原协议起止", "协议起止", "合同起止"), required=True),
    Column("months", ("此前累计月数", "此前月数")),
    Column("signed_on", ("原协议签订日期", "协议签订日期")),
    Column("number", ("原协议编号", "协议编号")),
    Column("pay", ("原待遇（元/月）", "原待遇"), required=True),
    Column("evidence", ("证明材料",), required=True),
)
_TEMPLATE: tuple[Heading, ...] = (
    ("序号", 6, "", ()),
    ("姓名", 12, "必填", ()),
    ("性别", 6, "男或女", ("男", "女")),
    ("身份证号", 22, "必填，18位，按文本录入", ()),
    ("文化程度", 16, "从列表中选", ()),
    ("户籍地", 18, "村（社区）名称或12位编码", ()),
    ("人员类别", 18, "几种之间用顿号隔开", ()),
    ("认定部门", 18, "认定人员类别的部门", ()),
    ("认定日期", 14, "例如 2021-12-31", ()),
    ("原退休年龄", 12, "女性必填：50或55", ("60", "55", "50")),
    ("电话", 16, "", ()),
    ("岗位", 16, "必填，与“岗位一览”里登记的名称一致", ()),
    ("岗位所在地", 18, "不填则与户籍地相同", ()),
    ("首次上岗日期", 14, "必填，例如 2021-03-01", ()),
    ("原协议起止", 26, "必填，例如 2021-03-01至2022-12-31", ()),
    ("此前累计月数", 12, "现协议期以前的月数，不含现协议期；不填则按首次上岗日期推算", ()),
    ("原协议签订日期", 14, "不填则为协议起始日", ()),
    ("原协议编号", 16, "", ()),
    ("原待遇（元/月）", 14, "必填，例如 800", ()),
    ("证明材料", 24, "必填，材料名称和编号", ()),
)
OLD_POSTS = Blank(
    sheet="原有岗位人员",
    title="原有岗位在岗人员名单",
    version=f"{TEMPLATE}{TEMPLATE_VERSION}",
    columns=_TEMPLATE,
)


@dataclass(slots=True)
class OldEntry(Entry):
    """One person of the list. ``terms``: what the step of entering is told; ``post``: title and region of the post."""

    terms: dict[str, Any] = field(default_factory=dict)
    post: tuple[str, str] = ("", "")


class OldReading(Reading[OldEntry]):
    """One row being read."""

    def all(self, places: Places) -> None:
        self.name()
        self.id_number()
        self.sex()
        self.education("junior_secondary")
        self.retirement()
        self.phone()
        self.categories("warning")
        home = self._region(places, "home_region")
        if home is not None:
            self.given["home_region"] = home
        elsewhere = self._region(places, "post_region") if self.text("post_region") else home
        self.entry.post = (shown(self.cells.get("post")), elsewhere or "")
        self._terms()

    def _region(self, places: Places, name: str) -> str | None:
        found = places.find(self.text(name)) if self.text(name) else say("没有填写")
        if isinstance(found, Sentence):
            self.wrong(name, found)
            return None
        return found

    def _terms(self) -> None:
        first, term = self._days("started_on", 1), self._days("term", 2)
        signed = self._days("signed_on", 1) if self.cells.get("signed_on") is not None else None
        pay, evidence = self.text("pay").replace(",", ""), shown(self.cells.get("evidence"))
        if not evidence:
            self.wrong("evidence", say("没有填写"))
        if term is not None and term[1] < term[0]:
            self.wrong("term", say("合同止于{ends}，早于开始之日{starts}", ends=term[1], starts=term[0]))
            return
        if first is None or term is None or not evidence:
            return
        self.entry.terms = {
            "started_on": first[0].isoformat(),
            "starts_on": term[0].isoformat(),
            "ends_on": term[1].isoformat(),
            "signed_on": (signed or term)[0].isoformat(),
            "number": shown(self.cells.get("number")) or None,
            "monthly_yuan": pay,
            "evidence": evidence[:200],
        }
        self._months(first[0], term[0], evidence)

    def _months(self, first: date, starts: date, evidence: str) -> None:
        """What was served before the agreement: as the list says, else from the first day on, a month begun as one."""
        months: int | Sentence = 0
        if self.cells.get("months") is not None:
            months = whole_number(self.text("months"))
        elif first < starts:
            span = served(first, starts - _ONE_DAY)
            months = span.months + (1 if span.days else 0)
        if isinstance(months, Sentence):
            self.wrong("months", months)
        elif months:
            self.given |= {"prior_months": months, "prior_evidence": evidence[:200]}

    def _days(self, name: str, n: int) -> list[date] | None:
        days = days_in(self.cells.get(name)) if self.cells.get(name) is not None else say("没有填写")
        if not isinstance(days, Sentence) and len(days) != n:
            days = say("应写起止两个日期，例如 2021-03-01至2022-02-28") if n == 2 else say("应写一个日期")
        if isinstance(days, Sentence):
            self.wrong(name, days)
            return None
        return days
