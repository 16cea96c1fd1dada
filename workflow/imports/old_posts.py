"""A list of people on old posts (原有岗位人员名单): registered, and entered with the agreements they are under.

Read whole; every fault of every row is told at once. A dry run does all of it and keeps nothing, so what it says is
what the real run will do. Whoever is on a post already is told of, so the same file twice enters nobody twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from states.clocks import local_day
from states.facts import Actor
from states.meets import enforces
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from states.service import served
from workflow import people
from workflow.imports.person_rows import Entry, Reading, rows_of, sound_ones, tables_of, unread
from workflow.imports.roster_rows import Places
from workflow.imports.roster_words import COLUMNS as ROSTER_COLUMNS
from workflow.imports.table import CellFault, Column, days_in, shown, whole_number
from workflow.imports.template import Blank, Heading
from workflow.imports.workbook import read_sheets
from workflow.moving import old_versions
from workflow.office import Office
from workflow.old_posts import enter_in, taken
from workflow.sealing import Seal
from workflow.tables import Post

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


@dataclass(slots=True)
class OldReport:
    """What the list says and what was done. ``kept`` False: nothing was written (faults, or a dry run)."""

    rows: int = 0
    entered: list[int] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    warnings: list[CellFault] = field(default_factory=list)
    kept: bool = False


class _Undone(Exception):
    """Ends a transaction of which nothing is kept."""


@enforces("LC-29")
def import_old_posts(
    office: Office,
    seal: Seal,
    path: Path,
    actor: Actor,
    at: datetime,
    *,
    partial: bool = False,
    dry_run: bool = False,
) -> OldReport:
    """Registers and enters everybody in ``path``, in one transaction. ``partial``: rows without a fault are kept.

    Raises NotReadable, OSError.
    """
    tables = tables_of(read_sheets(path), COLUMNS, TEMPLATE, TEMPLATE_VERSION, say("原有岗位人员名单"))
    report = OldReport(warnings=unread(tables))
    try:
        with office.database.session() as session:
            places = Places.load(session, actor)
            entries = []
            for table, row in rows_of(tables):
                reading = _Reading(OldEntry(row, table.headings, COLUMNS), report.faults, report.warnings)
                reading.all(places)
                entries.append(reading.entry)
            report.rows = len(entries)
            for entry in sound_ones(entries, seal, local_day(at), report.faults, report.warnings):
                _keep(office, session, seal, entry, actor, at, report)
            if dry_run or (report.faults and not partial):
                raise _Undone
        report.kept = True
    except _Undone:
        pass
    report.faults.sort(key=lambda fault: (fault.sheet, fault.row))
    return report


def _keep(
    office: Office, session: Session, seal: Seal, entry: OldEntry, actor: Actor, at: datetime, report: OldReport
) -> None:
    """One row, kept whole or not at all."""
    try:
        with session.begin_nested():
            report.entered.append(_enter(office, session, seal, entry, actor, at))
    except InputRefused as refusal:
        for name, problem in refusal.faults.items():
            report.faults.append(entry.fault(_COLUMN_OF.get(name, name), problem))
    except Refusal as refusal:
        report.faults.append(entry.fault("term", refusal.sentence))
    except IntegrityError as error:
        refused = taken(error)
        if not isinstance(refused, Refusal):
            raise
        report.faults.append(entry.fault("id_number", refused.sentence))


_COLUMN_OF: Mapping[str, str] = {
    "starts_on": "term",
    "ends_on": "term",
    "monthly_yuan": "pay",
    "prior_months": "months",
    "person_id": "id_number",
}


def _enter(office: Office, session: Session, seal: Seal, entry: OldEntry, actor: Actor, at: datetime) -> int:
    known = people.register(session, seal, entry.given, actor, at, algorithm=office.setting.algorithm)
    if not known.created and "prior_months" in known.differs:
        differs = say("此人已登记的此前累计月数与本表不同，请先核对人员信息（不含现协议期）")
        raise InputRefused({"prior_months": differs})
    session.flush()
    post_id = _post_of(office, session, entry)
    terms = {**entry.terms, "person_id": known.person_id}
    return enter_in(office, session.connection(), post_id, actor, at, terms).hire_id


def _post_of(office: Office, session: Session, entry: OldEntry) -> int:
    """The registered post of this title and place. Raises InputRefused."""
    title, region = entry.post
    documents = {now.procedure for now in old_versions(office).values()}
    asked = select(Post.id).where(Post.title == title, Post.region == region, col(Post.procedure_id).in_(documents))
    found = session.exec(asked).all()
    if len(found) == 1 and found[0] is not None:
        return found[0]
    if found:
        raise InputRefused({"post": say("这里有{n}个叫“{title}”的岗位，请改名以便区分", n=len(found), title=title)})
    raise InputRefused({"post": say("这里没有登记过叫“{title}”的岗位，请先在“岗位一览”登记", title=title)})


class _Reading(Reading[OldEntry]):
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
