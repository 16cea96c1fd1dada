"""Figures and budgets of a place (标准、资金安排): set with their source from a day on, and on the record.

A figure is never overwritten: a new one begins on its own day, so that a month of before is reckoned as it was. A
budget may be changed; each change stands in the office log (book ``rates``).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from states.facts import Actor
from states.rates import RATES, Figure, in_force
from states.refusals import InputRefused, StepNotOffered
from states.say import Sentence, say
from states.vocabulary import Role
from workflow import office_log
from workflow.office import Office
from workflow.plain_words import words
from workflow.queries.scope import Scope, within
from workflow.tables import metadata

BOOK = "rates"
rate, budget = (metadata.tables[name] for name in ("rate", "budget"))
#: who sets figures and says what money there is
SETTERS = frozenset({Role.HRSS, Role.FINANCE, Role.COUNTY, Role.RURAL})
MOST_FEN = 10**13
#: what a region code is made of, the tree of GB/T 2260 and our own below it
CODE = re.compile(r"[0-9]{2}[0-9A-Z]{0,10}")
MOST_OF = {"fen": 10**8, "ppm": 10**6, "days": 31, "hours": 400}


def set_rate(
    office: Office,
    name: str,
    region: str,
    from_on: date | None,
    value: int | None,
    source: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Sets a figure (``states.rates.RATES``) from a day on and returns its number.

    ``value``: whole fen, millionths, days or hours; None, like a day of None, for what could not be read. Raises
    StepNotOffered, InputRefused with every fault, also where one begins on that day already.
    """
    _may(actor, region)
    faults: dict[str, Sentence] = {}
    if not CODE.fullmatch(region):
        faults["region"] = say("请填写地区编码")
    if name not in RATES:
        faults["name"] = say("请选择是哪一项标准")
    if value is None:
        faults["value"] = say("请按单位填写数值：金额填元，比例填百分数")
    elif name in RATES and not 0 <= value <= MOST_OF[RATES[name].unit]:
        faults["value"] = say("数值超出范围")
    if from_on is None:
        faults["from_on"] = say("请填写起始日")
    if words(source, 2, 300) is None:
        faults["source"] = say("请写明依据（文号或会议）")
    if faults or from_on is None:
        raise InputRefused(faults)
    values = {"name": name, "region": region, "from_on": from_on, "value": value, "source": source.strip()}
    try:
        with office.database.transaction() as connection:
            made = insert(rate).values(**values, **_by(actor, at)).returning(rate.c.id)
            number = int(connection.execute(made).scalar_one())
            facts = {"rate": number, "name": name, "region": region, "from": from_on.isoformat(), "value": value}
            office_log.write(connection, BOOK, "rate_set", actor, at, facts, office.setting.algorithm)
            return number
    except IntegrityError:
        raise InputRefused({"from_on": say("这一天起已有标准；标准不覆盖，请用新的起始日")}) from None


def set_budget(
    office: Office,
    procedure_id: str,
    region: str,
    year: int | None,
    source: str,
    fen: int | None,
    basis: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Says what a source gives for a document in a region and a year, in fen; a later word replaces the earlier.

    None stands for a year or a sum that could not be read. Raises StepNotOffered, InputRefused with every fault.
    """
    _may(actor, region)
    faults: dict[str, Sentence] = {}
    if not CODE.fullmatch(region):
        faults["region"] = say("请填写地区编码")
    if fen is None:
        faults["fen"] = say("请填写金额，例如3000000")
    elif not 0 <= fen <= MOST_FEN:
        faults["fen"] = say("金额超出范围")
    if words(basis, 2, 300) is None:
        faults["basis"] = say("请写明依据（文号或会议）")
    if words(source, 1, 48) is None:
        faults["source"] = say("请填写资金来源")
    if year is None or not 2000 <= year <= 2100:
        faults["year"] = say("请填写年份")
    if procedure_id not in {procedure.procedure for procedure in office.catalogue.all()}:
        faults["procedure"] = say("没有这个办法")
    if faults:
        raise InputRefused(faults)
    key = {"procedure_id": procedure_id, "region": region, "year": year, "source": source.strip()}
    values = {"fen": fen, "basis": basis.strip(), **_by(actor, at)}
    with office.database.transaction() as connection:
        mine = [budget.c[name] == value for name, value in key.items()]
        if not connection.execute(update(budget).where(*mine).values(values)).rowcount:
            connection.execute(insert(budget).values(**key, **values))
        office_log.write(connection, BOOK, "budget_set", actor, at, {**key, "fen": fen}, office.setting.algorithm)


def _may(actor: Actor, region: str) -> None:
    """What is no code of a region is a fault of the form, for whoever sets figures anywhere."""
    held = actor.roles_in(region) if CODE.fullmatch(region) else {grant.role for grant in actor.grants}
    if not held & SETTERS:
        raise StepNotOffered(say("您在这个地区没有设定标准和资金的职责"), forbidden=True)


def _by(actor: Actor, at: datetime) -> dict[str, Any]:
    return {"set_by": actor.person_key, "account_id": actor.account_id, "set_at": at}


def rates(connection: Connection, scope: Scope) -> list[Row[Any]]:
    """The figures that count for the reader, by name, region and day, the latest first."""
    asked = select(rate).where(_holds(rate.c.region, scope)).order_by(rate.c.name, rate.c.region, rate.c.from_on.desc())
    return list(connection.execute(asked).all())


def budgets(connection: Connection, scope: Scope) -> list[Row[Any]]:
    """What money there is for the reader's regions, the latest year first."""
    asked = (
        select(budget)
        .where(_holds(budget.c.region, scope))
        .order_by(budget.c.year.desc(), budget.c.procedure_id, budget.c.region, budget.c.source)
    )
    return list(connection.execute(asked).all())


def figures_in_force(connection: Connection, region: str, on: date) -> dict[str, int]:
    """The figures that count in a region on a day, by name; what nobody has set is missing."""
    around = [region[:length] for length in range(len(region) + 1)]
    asked = select(rate.c.name, rate.c.region, rate.c.from_on, rate.c.value).where(rate.c.region.in_(around))
    return in_force((Figure(*row) for row in connection.execute(asked)), region, on)


def _holds(column: Any, scope: Scope) -> Any:
    """What is set for a larger region counts for every place within it."""
    around = {prefix[:length] for prefix in scope.prefixes for length in range(len(prefix) + 1)}
    return or_(within(column, scope.prefixes), column.in_(sorted(around)))
