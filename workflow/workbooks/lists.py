"""What stands on the lists (表册内容): rosters, notices, filings, assessments, changes, the ledger.

Each is read within a ``Scope`` and a region. A list of people goes out masked; in full only to whoever keeps people's
data, with a purpose, and each number that is read stands in the log of its person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select
from sqlmodel import Session

from states.facts import Actor, dossier_from_json
from states.guards import labels
from states.labels import role_name
from states.procedure import Procedure
from states.refusals import InputRefused
from states.say import say
from states.standard import base_fen, standard_of
from states.vocabulary import State
from workflow import people
from workflow.masking import masked_tail
from workflow.office import Office
from workflow.queries.places import region_paths
from workflow.queries.scope import Scope, within
from workflow.sealing import Seal
from workflow.tables import metadata
from workflow.vacancies import free_places
from workflow.workbooks.layout import Column, Listing
from workflow.workbooks.pay_lists import SIGNED, STAMP

hire, person, post, opening = (metadata.tables[name] for name in ("hire", "person", "post", "opening"))
filing, assessment, departure = (metadata.tables[name] for name in ("filing", "assessment", "departure"))
notice = metadata.tables["notice"]
#: what one list may hold, and what may be read in full at once
MOST_ROWS, MOST_REVEALED = 40_000, 1_000
#: by whose cells a list is given out village by village
VILLAGE = "村（社区）"
SEXES = {"M": "男", "F": "女"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is about. ``since`` and ``until``: its days, both with them; ``region``: prefix of codes."""

    scope: Scope
    region: str
    since: date
    until: date
    on: date
    #: full numbers by person; None: masked
    numbers: Mapping[int, str] | None = None
    #: takes in who stands on the list with a number, so that they can be asked for
    people: set[int] | None = None


Made = Callable[[Office, Connection, Asked], Listing]


def full_numbers(
    office: Office, session: Session, seal: Seal, ids: Sequence[int], actor: Actor, at: datetime, purpose: str
) -> dict[int, str]:
    """The full numbers of people for one list, each on the record of its person. Raises InputRefused for too many."""
    if len(ids) > MOST_REVEALED:
        raise InputRefused({"region": say("一次最多导出{most}人的完整号码，请缩小地区", most=MOST_REVEALED)})
    algorithm = office.setting.algorithm
    return {
        person_id: people.reveal_id(session, seal, person_id, actor, purpose, at, algorithm=algorithm) or ""
        for person_id in ids
    }


# ---- people on post ----------------------------------------------------------------------------------------------


def _hires(asked: Asked, *more: Any) -> Select[Any]:
    columns = (
        hire.c.id, hire.c.procedure, hire.c.kind, hire.c.region, hire.c.stage, hire.c.state, hire.c.dossier,
        hire.c.person_id, person.c.name, person.c.sex, person.c.born, person.c.id_number_tail, person.c.categories,
        person.c.prior_months, post.c.title, post.c.employer, post.c.monthly_fen,
    )  # fmt: skip
    return (
        select(*columns)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .join(person, person.c.id == hire.c.person_id)
        .where(asked.scope.regions(hire.c.region), within(hire.c.region, (asked.region,)), *more)
        .order_by(hire.c.region, hire.c.id)
        .limit(MOST_ROWS + 1)
    )


def _read(connection: Connection, asked_for: Select[Any]) -> list[Row[Any]]:
    """All the rows there are; a list is never cut. Raises InputRefused for more than one workbook may hold."""
    rows = list(connection.execute(asked_for).all())
    if len(rows) > MOST_ROWS:
        raise _too_long()
    return rows


def _too_long() -> InputRefused:
    return InputRefused({"region": say("一份表册最多{most}行，请缩小地区或日期范围，分几次下载", most=MOST_ROWS)})


def at_work(connection: Connection, asked: Asked) -> list[Row[Any]]:
    """Everybody who serves in the region. Raises InputRefused for more than one workbook may hold."""
    return _read(connection, _hires(asked, hire.c.serving))


def _number(asked: Asked, row: Any) -> str:
    if asked.people is not None:
        asked.people.add(row.person_id)
    if asked.numbers is None:
        return masked_tail(row.id_number_tail)
    return asked.numbers.get(row.person_id, "")


def _categories(row: Any) -> str:
    return labels.joined(sorted(row.categories or ()), labels.CATEGORIES)


def roster(office: Office, connection: Connection, asked: Asked) -> Listing:
    """花名册: who serves, under which contract, for which pay."""
    rows = at_work(connection, asked)
    paths = _places(connection, rows)
    cells = []
    for number, row in enumerate(rows, 1):
        dossier = dossier_from_json(row.dossier)
        term = f"{dossier.term_starts_on}至{dossier.term_ends_on}" if dossier.term_starts_on else ""
        cells.append(
            [
                number, row.name, SEXES.get(row.sex, row.sex), _number(asked, row), _categories(row), paths[row.region],
                row.title, row.employer, dossier.started_on, term, row.prior_months, _monthly(office, row), row.id, "",
            ]
        )  # fmt: skip
    columns = [
        Column("序号", 6, "number"), Column("姓名", 12), Column("性别", 6), Column("身份证号码", 22),
        Column("人员类别", 20), Column("村（社区）", 18), Column("岗位名称", 16), Column("用人单位", 20),
        Column("上岗日期", 12, "day"), Column("合同（协议）期限", 26), Column("此前已享受月数", 9, "number"),
        Column("月基本待遇（元）", 12, "money", added=True), Column("编号", 8, "number"), Column("备注", 14),
    ]  # fmt: skip
    return Listing("公益性岗位在岗人员花名册", columns, cells, _above(connection, asked), (SIGNED,), by=VILLAGE)


def _monthly(office: Office, row: Any) -> int:
    standard_fen = standard_of(dossier_from_json(row.dossier), row.monthly_fen)
    return base_fen(office.procedure(row.procedure), row.kind, standard_fen)


def ledger(office: Office, connection: Connection, asked: Asked) -> Listing:
    """台账: every hire with the day of each station."""
    rows = _read(connection, _hires(asked))
    paths = _places(connection, rows)
    cells = []
    for number, row in enumerate(rows, 1):
        d = dossier_from_json(row.dossier)
        stage = office.procedure(row.procedure).stage_by_name.get(row.stage)
        cells.append(
            [
                number, row.id, row.name, SEXES.get(row.sex, row.sex), _number(asked, row), paths[row.region],
                row.title, stage.zh if stage else row.stage, d.applied_on, d.posted_on, d.notice_ends_on, d.approved_on,
                d.trained_on, d.started_on, d.signed_on, d.term_ends_on, d.ruled_grade and _grade(office, row, d),
                d.ended_on,
            ]
        )  # fmt: skip
    days = ("报名", "公示起", "公示止", "审定", "培训", "上岗", "签订", "期限止")
    columns = [
        Column("序号", 6, "number"), Column("编号", 8, "number"), Column("姓名", 12), Column("性别", 6),
        Column("身份证号码", 22), Column("村（社区）", 18), Column("岗位名称", 16), Column("当前环节", 14),
        *(Column(name, 12, "day") for name in days), Column("考核", 10), Column("离岗", 12, "day"),
    ]  # fmt: skip
    return Listing("公益性岗位管理台账", columns, cells, _above(connection, asked), (SIGNED,))


def _grade(office: Office, row: Any, dossier: Any) -> str:
    grade = office.procedure(row.procedure).assessment.grade(dossier.ruled_grade or "")
    return f"{dossier.ruled_year}年{grade.zh}" if grade else ""


# ---- what is reported --------------------------------------------------------------------------------------------


def filings(office: Office, connection: Connection, asked: Asked) -> Listing:
    """备案表: what had to be reported between two days, to whom, by when, and when it was sent."""
    columns = (filing.c.filing, filing.c.to_roles, filing.c.due_on, filing.c.sent_on, filing.c.receipt)
    asked_for = (
        _hires(asked)
        .add_columns(*columns)
        .join(filing, filing.c.hire_id == hire.c.id)
        .where(filing.c.due_on.between(asked.since, asked.until))
        .order_by(None)
        .order_by(filing.c.due_on, hire.c.id)
    )
    rows = _read(connection, asked_for)
    paths = _places(connection, rows)
    cells = []
    for number, row in enumerate(rows, 1):
        procedure = office.procedure(row.procedure)
        cells.append(
            [
                number, _filing(procedure, row.filing), row.name, _number(asked, row), paths[row.region], row.title,
                _to(procedure, row.to_roles), row.due_on, row.sent_on, row.receipt or "",
                "" if row.sent_on else "未报送" if row.due_on >= asked.on else "逾期未报送",
            ]
        )  # fmt: skip
    found = [
        Column("序号", 6, "number"), Column("备案事项", 18), Column("姓名", 12), Column("身份证号码", 22),
        Column("村（社区）", 18), Column("岗位名称", 16), Column("报送机关", 18), Column("应报送日", 12, "day"),
        Column("实际报送日", 12, "day"), Column("收文号", 16), Column("备注", 12),
    ]  # fmt: skip
    return Listing("公益性岗位备案情况表", found, cells, _above(connection, asked, days=True), (SIGNED,))


def _filing(procedure: Procedure, name: str) -> str:
    known = (one for step in procedure.steps for one in step.files)
    return next((one.zh for one in known if one.filing == name), name)


def _to(procedure: Procedure, roles: Sequence[str]) -> str:
    return "、".join(role_name(procedure, role) for role in roles or ())


def assessments(office: Office, connection: Connection, asked: Asked) -> Listing:
    """考核表: points and grade of a year, ruled on or proposed."""
    asked_for = (
        _hires(asked)
        .add_columns(assessment.c.points_tenths, assessment.c.grade, assessment.c.ruled_seq, assessment.c.evidence)
        .join(assessment, assessment.c.hire_id == hire.c.id)
        .where(assessment.c.corrected_by.is_(None))
        .where(assessment.c.year == asked.since.year, or_(assessment.c.ruled_seq.is_not(None), hire.c.serving))
    )
    latest: dict[int, Any] = {}
    for row in _read(connection, asked_for):
        known = latest.get(row.id)
        if known is None or known.ruled_seq is None:
            latest[row.id] = row
    paths = _places(connection, list(latest.values()))
    cells = []
    for number, row in enumerate(latest.values(), 1):
        grade = office.procedure(row.procedure).assessment.grade(row.grade)
        points = None if row.points_tenths is None else row.points_tenths / 10
        ruled = "已审定" if row.ruled_seq is not None else "待审定"
        cells.append(
            [
                number, row.name, _number(asked, row), paths[row.region], row.title, points,
                grade.zh if grade else row.grade, ruled, row.evidence or "", "",
            ]
        )  # fmt: skip
    columns = [
        Column("序号", 6, "number"), Column("姓名", 12), Column("身份证号码", 22), Column("村（社区）", 18),
        Column("岗位名称", 16), Column("得分", 9, "number"), Column("等次", 12), Column("状态", 10),
        Column("依据", 26), Column("本人签字", 14),
    ]  # fmt: skip
    title = f"{asked.since.year}年度公益性岗位人员考核表"
    return Listing(title, columns, cells, _above(connection, asked), (SIGNED,), by=VILLAGE)


def changes(office: Office, connection: Connection, asked: Asked) -> Listing:
    """变更、空岗情况表: who came and who left between two days, and which places are free that were so by the last.

    Who came is told by the first day at work, signed or not; a place is free that somebody left and nobody was
    announced for, or that is announced and waits for people.
    """
    rows: list[list[Any]] = []
    first_day = hire.c.dossier["first_started_on"].as_string()
    came = _hires(
        asked,
        first_day.between(asked.since.isoformat(), asked.until.isoformat()),
        hire.c.state != State.WITHDRAWN.value,
    ).add_columns(first_day.label("first_day"))
    left = (
        _hires(asked)
        .add_columns(departure.c.ended_on, departure.c.ground)
        .join(departure, departure.c.hire_id == hire.c.id)
        .where(departure.c.ended_on.between(asked.since, asked.until), departure.c.corrected_by.is_(None))
    )
    arrived, departed = _read(connection, came), _read(connection, left)
    free = free_places(connection, asked.scope, asked.region, asked.until, MOST_ROWS + 1)
    if len(free) > MOST_ROWS:
        raise _too_long()
    paths = _places(connection, [*arrived, *departed, *free])
    for row in arrived:
        day = date.fromisoformat(row.first_day)
        rows.append(["新上岗", row.name, _number(asked, row), paths[row.region], row.title, day, ""])
    for row in departed:
        ground = office.procedure(row.procedure).ground_by_name.get(row.ground)
        why = ground.zh if ground else row.ground
        rows.append(["离岗", row.name, _number(asked, row), paths[row.region], row.title, row.ended_on, why])
    for place in free:
        why = "招聘中" if place.announced else "离岗后尚未补充"
        rows.append(["空岗", "", "", paths[place.region], place.post_title, place.since, why])
    cells = [[number, *row, ""] for number, row in enumerate(sorted(rows, key=lambda row: row[5]), 1)]
    columns = [
        Column("序号", 6, "number"), Column("变动", 10), Column("姓名", 12), Column("身份证号码", 22),
        Column("村（社区）", 18), Column("岗位名称", 16), Column("日期", 12, "day"), Column("原因", 20),
        Column("备注", 14),
    ]  # fmt: skip
    return Listing("公益性岗位变更、空岗情况表", columns, cells, _above(connection, asked, days=True), (SIGNED,))


def _above(connection: Connection, asked: Asked, *, days: bool = False) -> list[str]:
    place = region_paths(connection, {asked.region}).get(asked.region, asked.region)
    when = f"{asked.since}至{asked.until}" if days else f"{asked.on}"
    return [f"{STAMP}{place}　　　　{when}"]


def _places(connection: Connection, rows: Sequence[Any]) -> dict[str, str]:
    return region_paths(connection, {row.region for row in rows})


#: the lists that are made of a region and some days
LISTS: Mapping[str, Made] = {
    "roster": roster,
    "ledger": ledger,
    "filings": filings,
    "assessments": assessments,
    "changes": changes,
}
#: those that leave the house for an office that needs whole numbers; the others are for one's own desk
IN_FULL = ("roster", "filings")
