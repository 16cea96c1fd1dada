"""Notices as workbooks (公示表): who is proposed, how long it hangs, and whom an objection is told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from states.labels import notice_length, period
from states.procedure import Procedure
from workflow.office import Office
from workflow.queries.places import region_paths
from workflow.queries.public_notices import contact_of
from workflow.queries.scope import Scope
from workflow.tables import metadata
from workflow.workbooks.layout import Column, Listing

hire, person, post, opening, notice = (
    metadata.tables[name] for name in ("hire", "person", "post", "opening", "notice")
)
SEXES = {"M": "男", "F": "女"}


def hires_notice(office: Office, connection: Connection, scope: Scope, name: str) -> Listing | None:
    """拟聘人员公示表: the people of one notice, by the fields that are put up; None for no such sheet."""
    asked = (
        select(notice, person.c.name, person.c.sex, hire.c.region, hire.c.procedure, post.c.title, post.c.employer)
        .join(hire, hire.c.id == notice.c.hire_id)
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(notice.c.sheet == name, notice.c.corrected_by.is_(None), scope.regions(hire.c.region))
        .order_by(hire.c.region, hire.c.id)
    )
    rows = list(connection.execute(asked).all())
    if not rows:
        return None
    paths = region_paths(connection, {row.region for row in rows})
    cells = [
        [number, row.name, SEXES.get(row.sex, row.sex), paths[row.region], row.title, ""]
        for number, row in enumerate(rows, 1)
    ]
    columns = [
        Column("序号", 7, "number"), Column("姓名", 16), Column("性别", 8), Column("村（社区）", 28),
        Column("拟聘岗位", 24), Column("备注", 17),
    ]  # fmt: skip
    first = rows[0]
    above = [f"公示单位（盖章）：{first.employer}", f"公示时间：{_hangs(office.procedure(first.procedure), first)}"]
    below = [f"合计：{len(rows)}人", objections_to(connection, first.region, first.employer)]
    return Listing("公益性岗位拟聘人员公示表", columns, cells, above, below, landscape=False, posted=True)


def _hangs(procedure: Procedure, row: Any) -> str:
    """From when to when, and how long that is by the document's own counting."""
    length = notice_length(procedure, row.round)
    days = f"（共{period(procedure, length).rstrip('*')}）" if length is not None else ""
    return f"{row.posted_on} 至 {row.ends_on}{days}"


def objections_to(connection: Connection, region: str, employer: str = "公示单位") -> str:
    """Whom an objection is told and by which telephone; a line to fill in where none is set for the region."""
    contact = contact_of(connection, region)
    where = f"　　地址：{contact.address}" if contact.address else ""
    telephone = contact.telephone or "　　　　　　　　"
    return f"如有异议，请在公示期内向{contact.office or employer}反映。联系电话：{telephone}{where}"
