"""What pages read beside ``workflow.queries``: names of places, a whole trail, and the notice behind an address."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from workflow import queries
from workflow.queries import Scope, TrailLine
from workflow.tables import metadata

notice, region = metadata.tables["notice"], metadata.tables["region"]
hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))
#: codes of villages and communities are longer than those of townships, which they begin with
TOWNSHIP_CODE = 9
TRAIL_PAGE = 200


def place_names(connection: Connection, codes: Collection[str]) -> dict[str, str]:
    """Names of places by code, a village after its township: 吕河镇冬青村."""
    wanted = {code for code in codes if code}
    known = queries.region_names(connection, wanted | {code[:TOWNSHIP_CODE] for code in wanted})
    found = {}
    for code in wanted:
        above = known.get(code[:TOWNSHIP_CODE], "") if len(code) > TOWNSHIP_CODE else ""
        found[code] = f"{above}{known.get(code, code)}"
    return found


def whole_trail(connection: Connection, scope: Scope, hire_id: int) -> list[TrailLine]:
    """Every entry of a hire, the first first."""
    found: list[TrailLine] = []
    while True:
        after = found[-1].seq if found else 0
        lines = queries.trail(connection, scope, hire_id, after, TRAIL_PAGE)
        found += lines
        if len(lines) < TRAIL_PAGE:
            return found


# ---- public notices ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Posted:
    """One person on a public notice: an allow-list, to which nothing is added by reading more (公示内容)."""

    hire_id: int
    seq: int
    opening_id: int
    name: str
    sex: str
    home: str
    post: str
    employer: str
    region: str
    procedure: str
    round: int
    posted_on: date
    ends_on: date
    provisional: bool
    article: str


def notices_on_show(connection: Connection, on: date, opening_id: int | None = None) -> list[Posted]:
    """The notices that hang on the day ``on``: not closed, not replaced by a later one, within their days."""
    later = notice.alias("later")
    replaced = select(later.c.seq).where(later.c.hire_id == notice.c.hire_id, later.c.seq > notice.c.seq)
    home = region.alias("home")
    asked = (
        select(
            notice.c.hire_id,
            notice.c.seq,
            hire.c.opening_id,
            person.c.name,
            person.c.sex,
            home.c.name.label("home"),
            post.c.title.label("post"),
            post.c.employer,
            hire.c.region,
            hire.c.procedure,
            *(notice.c[name] for name in ("round", "posted_on", "ends_on", "provisional", "article")),
        )
        .select_from(notice)
        .join(hire, hire.c.id == notice.c.hire_id)
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .outerjoin(home, home.c.code == person.c.home_region)
        .where(~replaced.correlate(notice).exists(), notice.c.closed_on.is_(None))
        .where(notice.c.posted_on <= on, notice.c.ends_on >= on, hire.c.state.not_in(("rejected", "withdrawn")))
        .order_by(notice.c.ends_on.desc(), notice.c.hire_id)
        .limit(PUBLIC_MOST)
    )
    if opening_id is not None:
        asked = asked.where(hire.c.opening_id == opening_id)
    return [Posted(**row._mapping) for row in connection.execute(asked)]


#: more than a province has on show on one day
PUBLIC_MOST = 2000


def opening_of_notice(connection: Connection, hire_id: int, seq: int) -> int | None:
    """The opening of a notice that hangs or once hung; None if there never was one."""
    asked = (
        select(hire.c.opening_id)
        .join(notice, notice.c.hire_id == hire.c.id)
        .where(notice.c.hire_id == hire_id, notice.c.seq == seq)
    )
    return connection.execute(asked).scalar()
