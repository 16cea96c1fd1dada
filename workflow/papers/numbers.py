"""Numbers of papers (文书编号): 旬公岗合〔2026〕0001号, running by county, kind of paper and year, without a gap.

The last number is a row that whoever makes a paper holds until the paper is kept: a making that fails gives its number
back. The characters before the year are the county's own; until it has set them they follow from its name.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from states.clocks import local_day
from states.facts import Actor
from states.refusals import InputRefused
from states.say import say
from workflow import office_log
from workflow.authority import NotEntitled
from workflow.office import Office
from workflow.papers.kinds import PAPERS, Kind
from workflow.papers.rulers import may_rule
from workflow.tables import metadata

BOOK = "papers"
LONGEST = 12
#: a county's code; a shorter one stands for itself
COUNTY_CODE = 6
_numbering, _setting, _region = (metadata.tables[name] for name in ("numbering", "setting", "region"))
_PREFIX = "paper_prefix:"


def hold(connection: Connection, region: str, kind: Kind, at: datetime) -> None:
    """Keeps others from making such a paper in the county until the transaction ends."""
    county, year = region[:COUNTY_CODE], local_day(at).year
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    begun = {"region": county, "paper": kind.value, "year": year, "last": 0}
    connection.execute(dialect.insert(_numbering).values(begun).on_conflict_do_nothing())
    connection.execute(select(_numbering.c.last).where(*_row(county, kind, year)).with_for_update())


def next_number(connection: Connection, region: str, kind: Kind, at: datetime) -> str:
    """The next number, given when the caller's transaction is kept; for whoever ``hold``s the row."""
    county, year = region[:COUNTY_CODE], local_day(at).year
    raised = update(_numbering).where(*_row(county, kind, year)).values(last=_numbering.c.last + 1)
    last = connection.execute(raised.returning(_numbering.c.last)).scalar_one()
    return f"{prefix_of(connection, county)}{PAPERS[kind].mark}〔{year}〕{last:04d}号"


def _row(county: str, kind: Kind, year: int) -> tuple[ColumnElement[bool], ...]:
    return _numbering.c.region == county, _numbering.c.paper == kind.value, _numbering.c.year == year


def prefix_of(connection: Connection, county: str) -> str:
    """The characters before those of the kind: what the county has set, else 旬公岗 from its name. Not for a city."""
    found = connection.execute(select(_setting.c.value).where(_setting.c.name == _PREFIX + county)).scalar()
    if found:
        return str(found)
    name = connection.execute(select(_region.c.name).where(_region.c.code == county)).scalar() or ""
    return f"{name[:1]}公岗"


def set_prefix(office: Office, actor: Actor, county: str, prefix: str, at: datetime) -> None:
    """Sets them for a county; empty takes them back. Numbers that were given stay as they are.

    A city has none: the numbers of each of its counties run by themselves, and have to differ.
    ``at`` is aware. Raises NotEntitled, InputRefused.
    """
    prefix = "".join(prefix.split())
    with office.database.transaction() as connection:
        if not may_rule(connection, actor, county):
            raise NotEntitled
        if len(county) != COUNTY_CODE:
            raise InputRefused({"prefix": say("编号按县区分别排列，机关代字由各县区设定。请先选择县区")})
        if len(prefix) > LONGEST or not prefix.isprintable() or "〔" in prefix:
            raise InputRefused({"prefix": say("请填写不超过{n}个字的机关代字，例如：旬公岗", n=LONGEST)})
        connection.execute(delete(_setting).where(_setting.c.name == _PREFIX + county))
        if prefix:
            row = {"name": _PREFIX + county, "value": prefix, "changed_at": at}
            connection.execute(insert(_setting).values(row))
        facts = {"region": county, "set": bool(prefix)}
        office_log.write(connection, BOOK, "prefix", actor, at, facts, office.setting.algorithm)
