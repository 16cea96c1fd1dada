"""Subsidies for social insurance (社保补贴申领): what employers advanced, claimed, received, and what the county bears.

A claim takes the employer's shares of paid sheets, each month of each person once; the database holds that. Where a
document's sheets reckon no shares, what was paid in for each month is entered.

Pay itself is claimed by nobody here. What the bank did with a line is therefore not asked, line kind by line kind: of
money that arrived, waits or was refused and is owed the insurance was paid in all the same, and so it was of a line
that was closed for good (不再发放); only where a supplementary sheet reckons the month anew is the old line no longer
live, and the new one carries the share. What refused pay costs its sources is said by ``charges`` and ``funds``.

Every act stands in the office log (book ``claims``), in sums. Amounts are fen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from states.attendance_marks import month_days
from states.clocks import local_day
from states.employment import Provision
from states.facts import Actor
from states.meets import enforces
from states.procedure import Procedure
from states.refusals import InputRefused, NoSuchHire, StepNotOffered
from states.say import Sentence, say
from states.vocabulary import Role
from workflow import office_log
from workflow.masking import masked_tail
from workflow.office import Office
from workflow.pay_rows import MONTHLY, people_of, services_of
from workflow.pay_sheets import PAID
from workflow.plain_words import words
from workflow.queries.paging import PAGE, page_size
from workflow.queries.places import region_paths
from workflow.queries.scope import Scope, scoped, within
from workflow.rates import CODE
from workflow.tables import metadata
from workflow.workbooks.layout import Column, Listing

BOOK = "claims"
PREPARED, HANDED_IN, RECEIVED, VOID = "prepared", "handed_in", "received", "void"
#: the provisions of a document by which its insurance shares are claimed back
PROVISIONS = ("insurance_subsidy", "subsidy_application")
#: who says what the county bears of the rest
CHARGERS = frozenset({Role.HRSS, Role.FINANCE, Role.COUNTY})
MOST_MONTHS = 12
MOST_SHARE = 1_000_000
claim, line, hire, person = (metadata.tables[name] for name in ("subsidy_claim", "claim_line", "hire", "person"))
sheet, paid_line, opening, post = (metadata.tables[name] for name in ("pay_sheet", "pay_line", "opening", "post"))
STATUSES = {
    PREPARED: say("已编制，待申报"),
    HANDED_IN: say("已申报，待拨付"),
    RECEIVED: say("已拨付"),
    VOID: say("已作废"),
}


class NoSuchClaim(NoSuchHire):
    """There is no such claim, or not for this actor."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Between whoever advanced the shares, the subsidy and the county, in fen."""

    advanced: int
    claimed: int
    received: int
    charged: int

    @property
    def open(self) -> int:
        """What was advanced and nobody has made good yet."""
        return self.advanced - self.received - self.charged


def provision_of(procedure: Procedure) -> Provision | None:
    """The provision by which shares are claimed back; None: the document has none."""
    return next((one for one in (*procedure.benefits, *procedure.funding) if one.name in PROVISIONS), None)


def claimants(procedure: Procedure) -> frozenset[Role]:
    """Who claims: the role that the document names, else whoever employs."""
    found = provision_of(procedure)
    if found is None:
        return frozenset()
    return frozenset({found.role}) if found.role else frozenset({Role.EMPLOYER, Role.TOWNSHIP})


@enforces("LC-25", "BH-28", "BH-32")
def prepare(
    office: Office,
    procedure_id: str,
    region: str,
    from_month: date | None,
    until_month: date | None,
    share_fen: int,
    actor: Actor,
    at: datetime,
) -> int:
    """Makes a claim of what was paid in a place in some months and not claimed yet; returns its number.

    ``share_fen``: what was paid in for each person and month where the sheets reckon no share; 0: only what they say.
    ``at`` is aware. Raises InputRefused with every fault, also where nothing is left to claim; StepNotOffered.
    """
    procedure = _procedure(office, procedure_id)
    faults: dict[str, Sentence] = {}
    if procedure is None or provision_of(procedure) is None:
        faults["procedure"] = say("这份办法没有社会保险补贴")
    if not CODE.fullmatch(region):
        faults["region"] = say("请选择地区")
    if from_month is None or until_month is None or not _is_span(from_month, until_month, local_day(at)):
        faults["until_month"] = say("请选择已经结束的月份，最多12个月")
    if not 0 <= share_fen <= MOST_SHARE:
        faults["share"] = say("请填写每人每月的单位缴费，例如620.50；发放表上已有的不填")
    if faults or procedure is None or from_month is None or until_month is None:
        raise InputRefused(faults)
    if not actor.roles_in(region) & claimants(procedure):
        raise StepNotOffered(say("社保补贴由别的单位申报"), forbidden=True)
    try:
        with office.database.transaction() as connection:
            found = _unclaimed(office, connection, procedure, region, from_month, until_month, share_fen)
            if not found:
                raise InputRefused({"until_month": say("这几个月没有已发放而未申报的单位缴费")})
            people = {row["person_id"] for row in found}
            values = {
                "procedure_id": procedure_id, "region": region, "from_month": from_month, "until_month": until_month,
                "people": len(people), "months": len(found), "fen": sum(row["fen"] for row in found),
                "status": PREPARED, "received_fen": 0, "charged_fen": 0, "made_by": actor.person_key,
                "account_id": actor.account_id, "made_at": at,
            }  # fmt: skip
            number = int(connection.execute(insert(claim).values(values).returning(claim.c.id)).scalar_one())
            connection.execute(insert(line), [{**row, "claim_id": number, "live": True} for row in found])
            _log(office, connection, "prepared", number, actor, at, fen=values["fen"], people=len(people))
    except IntegrityError:
        raise InputRefused({"until_month": say("其中有人的这几个月刚刚列入另一份申领，请再编制一次")}) from None
    return number


def _procedure(office: Office, procedure_id: str) -> Procedure | None:
    try:
        return office.catalogue.current(procedure_id)
    except LookupError:
        return None


def _is_span(first: date, last: date, today: date) -> bool:
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return first.day == last.day == 1 and 1 <= months <= MOST_MONTHS and last < today.replace(day=1)


def _unclaimed(
    office: Office,
    connection: Connection,
    procedure: Procedure,
    region: str,
    first: date,
    last: date,
    share_fen: int,
) -> list[dict[str, Any]]:
    """The months of paid sheets that stand on no claim, each once for a person, with the employer's share of it.

    A month in which nobody was on post after all, because the end was entered late, is claimed for nobody.
    """
    asked = _paid(procedure, region).where(paid_line.c.month.between(first, last))
    claimed = exists().where(line.c.person_id == paid_line.c.person_id, line.c.month == paid_line.c.month, line.c.live)
    rows = connection.execute(asked.where(~claimed).order_by(paid_line.c.hire_id, paid_line.c.month)).all()
    services = services_of(office, connection, people_of(connection, (row.hire_id for row in rows)))
    found: dict[tuple[int, date], list[Any]] = defaultdict(list)
    for row in rows:
        found[row.person_id, row.month].append(row)
    kept = []
    for (person_id, month), lines in found.items():
        if not any(services[one.hire_id].served(month_days(month)) for one in lines):
            continue
        most = max(lines, key=lambda one: int(one.employer_fen))
        fen = sum(one.employer_fen for one in lines) or share_fen
        kept.append({"hire_id": most.hire_id, "person_id": person_id, "month": month, "fen": fen})
    return [row for row in kept if row["fen"] > 0]


def _paid(procedure: Procedure, region: str) -> Any:
    found = provision_of(procedure)
    asked = (
        select(paid_line.c.hire_id, paid_line.c.person_id, paid_line.c.month, paid_line.c.employer_fen)
        .join(sheet, sheet.c.id == paid_line.c.sheet_id)
        .join(hire, hire.c.id == paid_line.c.hire_id)
        .where(sheet.c.procedure == procedure.procedure, sheet.c.status == PAID, paid_line.c.live)
        .where(paid_line.c.kind == MONTHLY, within(hire.c.region, (region,)))
    )
    return asked.where(hire.c.kind.in_(found.kinds)) if found is not None and found.kinds else asked


# ---- what becomes of it ------------------------------------------------------------------------------------------


def hand_in(office: Office, number: int, on: date | None, receipt: str, actor: Actor, at: datetime) -> None:
    """Records that a claim was handed in. Raises NoSuchClaim, StepNotOffered, InputRefused."""
    with office.database.transaction() as connection:
        row = _held(office, connection, number, actor, claimants, PREPARED)
        kept = _said(on, receipt, "handed_in_on", "receipt", local_day(row.made_at), local_day(at))
        _set(connection, number, status=HANDED_IN, handed_in_on=on, receipt=kept)
        _log(office, connection, "handed_in", number, actor, at)


def receive(office: Office, number: int, on: date | None, fen: int, voucher: str, actor: Actor, at: datetime) -> None:
    """Records what was paid of a claim, in fen: never more than was claimed. Raises as ``hand_in``."""
    with office.database.transaction() as connection:
        row = _held(office, connection, number, actor, claimants, HANDED_IN)
        if fen < 0:
            raise InputRefused({"fen": say("请填写到账金额，例如1200或1200.50；没有到账的填0")})
        if fen > row.fen - row.charged_fen:
            raise InputRefused({"fen": say("到账金额应不超过申领金额")})
        kept = _said(on, voucher, "received_on", "voucher", row.handed_in_on, local_day(at))
        _set(connection, number, status=RECEIVED, received_on=on, received_fen=fen, voucher=kept)
        _log(office, connection, "received", number, actor, at, fen=fen)


def charge(office: Office, number: int, fen: int, voucher: str, actor: Actor, at: datetime) -> None:
    """Charges what the subsidy did not pay of a claim to the county's budget, in fen. Raises as ``hand_in``."""
    with office.database.transaction() as connection:
        row = _held(office, connection, number, actor, lambda procedure: CHARGERS, RECEIVED)
        if fen <= 0:
            raise InputRefused({"fen": say("请填写大于零的列支金额，例如200或200.50")})
        if fen > row.fen - row.received_fen:
            raise InputRefused({"fen": say("列支金额应不超过申领与到账的差额")})
        kept = words(voucher, 2, 200)
        if kept is None:
            raise InputRefused({"voucher": say("请填写凭证号（2至200字）")})
        _set(connection, number, charged_fen=fen, charge_voucher=kept)
        _log(office, connection, "charged", number, actor, at, fen=fen)


def void(office: Office, number: int, actor: Actor, at: datetime) -> None:
    """Takes a claim back that nothing was paid of; its months can be claimed anew. Raises as ``hand_in``."""
    with office.database.transaction() as connection:
        _held(office, connection, number, actor, claimants, PREPARED, HANDED_IN)
        _set(connection, number, status=VOID)
        connection.execute(update(line).where(line.c.claim_id == number).values(live=False))
        _log(office, connection, "void", number, actor, at)


def _held(office: Office, connection: Connection, number: int, actor: Actor, roles: Any, *statuses: str) -> Any:
    row = connection.execute(select(claim).where(claim.c.id == number).with_for_update()).one_or_none()
    if row is None or not scoped(actor).covers(row.region):
        raise NoSuchClaim(number)
    procedure = _procedure(office, row.procedure_id)
    if procedure is None or not actor.roles_in(row.region) & roles(procedure):
        raise StepNotOffered(say("这一项由别的单位办理，您不能登记"), forbidden=True)
    if row.status not in statuses:
        raise StepNotOffered(say("这份申领现在是“{status}”，不能这样办理", status=STATUSES[row.status].pattern))
    return row


def _said(on: date | None, text: str, day: str, words_of: str, first: date, today: date) -> str:
    faults: dict[str, Sentence] = {}
    if on is None or not first <= on <= today:
        faults[day] = say("请填写日期：{first}至今天之间", first=first)
    kept = words(text, 2, 200)
    if kept is None:
        faults[words_of] = say("请填写收文号或凭证号（2至200字）")
    if faults or kept is None:
        raise InputRefused(faults)
    return kept


def _set(connection: Connection, number: int, **values: Any) -> None:
    connection.execute(update(claim).where(claim.c.id == number).values(values))


def _log(
    office: Office, connection: Connection, act: str, number: int, actor: Actor, at: datetime, **facts: int
) -> None:
    office_log.write(connection, BOOK, act, actor, at, {"claim": number, **facts}, office.setting.algorithm)


# ---- looking -----------------------------------------------------------------------------------------------------


def one(connection: Connection, scope: Scope, number: int) -> Row[Any]:
    """One claim. Raises NoSuchClaim."""
    row = connection.execute(select(claim).where(claim.c.id == number, scope.regions(claim.c.region))).one_or_none()
    if row is None:
        raise NoSuchClaim(number)
    return row


def claims(connection: Connection, scope: Scope, *, limit: int = PAGE) -> list[Row[Any]]:
    """The claims within the scope, the newest first."""
    asked = select(claim).where(scope.regions(claim.c.region)).order_by(claim.c.id.desc())
    return list(connection.execute(asked.limit(page_size(limit))).all())


def people_on(connection: Connection, number: int) -> list[Row[Any]]:
    """Who stands on a claim: months and sum of each."""
    asked = (
        select(
            hire.c.id, hire.c.region, hire.c.person_id, person.c.name, person.c.id_number_tail, post.c.title,
            func.min(line.c.month).label("first"), func.max(line.c.month).label("last"),
            func.count().label("months"), func.sum(line.c.fen).label("fen"),
        )
        .join(hire, hire.c.id == line.c.hire_id)
        .join(person, person.c.id == line.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(line.c.claim_id == number)
        .group_by(hire.c.id, hire.c.region, hire.c.person_id, person.c.name, person.c.id_number_tail, post.c.title)
        .order_by(hire.c.region, hire.c.id)
    )  # fmt: skip
    return list(connection.execute(asked).all())


def ledger(office: Office, connection: Connection, scope: Scope, procedure_id: str) -> Ledger:
    """What was advanced by the paid sheets of a document within the scope, and what became of it."""
    procedure = office.catalogue.current(procedure_id)
    paid = _paid(procedure, "").where(scope.regions(hire.c.region)).subquery()
    advanced = connection.execute(select(func.coalesce(func.sum(paid.c.employer_fen), 0))).scalar_one()
    live = (claim.c.procedure_id == procedure_id, claim.c.status != VOID, scope.regions(claim.c.region))
    sums = [func.coalesce(func.sum(claim.c[name]), 0) for name in ("fen", "received_fen", "charged_fen")]
    claimed, received, charged = connection.execute(select(*sums).where(*live)).one()
    # what was entered by hand was advanced too, though no sheet says so
    on_sheet = exists().where(
        paid_line.c.person_id == line.c.person_id, paid_line.c.month == line.c.month, paid_line.c.live,
        paid_line.c.kind == MONTHLY, paid_line.c.employer_fen > 0,
    )  # fmt: skip
    by_hand = select(func.coalesce(func.sum(line.c.fen), 0)).join(claim, claim.c.id == line.c.claim_id)
    entered = connection.execute(by_hand.where(line.c.live, ~on_sheet, *live)).scalar_one()
    return Ledger(int(advanced) + int(entered), int(claimed), int(received), int(charged))


def paper(office: Office, connection: Connection, row: Any, numbers: Mapping[int, str] | None = None) -> Listing:
    """社会保险补贴申领表: the claim on paper, identity numbers by their last four, or in full by ``numbers``."""
    rows = people_on(connection, row.id)
    paths = region_paths(connection, {row.region, *(one.region for one in rows)})
    procedure = office.catalogue.current(row.procedure_id)
    found = provision_of(procedure)
    cells = [
        [n, one.name, _number(one, numbers), paths[one.region], one.title,
         f"{one.first:%Y-%m}至{one.last:%Y-%m}", int(one.months), int(one.fen), ""]
        for n, one in enumerate(rows, 1)
    ]  # fmt: skip
    columns = [
        Column("序号", 6, "number"), Column("姓名", 12), Column("身份证号码", 22), Column("村（社区）", 22),
        Column("岗位名称", 16), Column("补贴期间", 20), Column("月数", 7, "number", added=True),
        Column("单位缴费（元）", 13, "money", added=True), Column("备注", 12),
    ]  # fmt: skip
    basis = f"{procedure.document.number}{found.cite}" if found else procedure.document.number
    above = [f"申报单位（盖章）：　　　　　　　　地区：{paths[row.region]}", f"第{row.id}号　　依据：{basis}"]
    total = f"合计：{row.people}人，{row.months}个月，{row.fen / 100:.2f}元"
    below = [total, "填表人：　　　　　　　　审核人：　　　　　　　　负责人：　　　　　　　　日期：　　年　　月　　日"]
    months = f"{row.from_month:%Y年%m月}至{row.until_month:%Y年%m月}"
    return Listing(f"{months}公益性岗位社会保险补贴申领表", columns, cells, above, below)


def _number(one: Row[Any], numbers: Mapping[int, str] | None) -> str:
    return masked_tail(one.id_number_tail) if numbers is None else numbers.get(one.person_id, "")
