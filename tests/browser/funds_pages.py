"""The pages of pay days, filings, policies, claims and of what villages publish, and what they show in the county."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from tests.browser.county import TOWN, County
from workflow import filing_lists
from workflow.tables import metadata

DOCUMENT, MAY = "xunyang-2022-88", date(2026, 5, 1)


@dataclass(frozen=True)
class Funds:
    """Numbers of what the addresses name."""

    filing_list: int
    claim: int
    publication: int


def prepare_funds(county: County) -> Funds:
    """A list of contracts that waits to be sent."""
    world, clerk = county.world, county.town
    listed = filing_lists.make(world.office, county.seal, DOCUMENT, "contract", TOWN, clerk, world.clock())
    return Funds(listed, _a_claim(county), _a_publication(county))


def _a_publication(county: County) -> int:
    """What a village says of its posts, under a document that asks for it."""
    world, hire = county.world, county.hires["刘桂英"]
    with world.office.database.transaction() as connection:
        place = select(metadata.tables["hire"].c.region).where(metadata.tables["hire"].c.id == hire)
        values: dict[str, object] = {
            "procedure_id": DOCUMENT,
            "duties": "摸清劳动力底数。",
            "telephone": "0915-7201234",
        }
        values["scheme"], values["published_on"] = "每年评价一次，服务对象参加。", world.clock.today
        who = {"published_by": county.town.person_key, "published_at": world.clock()}
        table = metadata.tables["publication"]
        made = table.insert().values(**values, **who, region=place.scalar_subquery()).returning(table.c.id)
        return int(connection.execute(made).scalar_one())


def _a_claim(county: County) -> int:
    """A policy of the county, and a claim of one month of somebody at work."""
    world, hire = county.world, county.hires["刘桂英"]
    day, who = world.clock.today, {"recorded_by": county.hrss.person_key, "recorded_at": world.clock()}
    tables = metadata.tables
    with world.office.database.transaction() as connection:
        policy = {"region": TOWN[:6], "insurer": "人保财险旬阳支公司", "number": "PEAC20266109810000001"}
        days = {"from_on": day.replace(month=1, day=1), "until_on": day.replace(day=28), "premium_fen": 3_600_000}
        connection.execute(tables["policy"].insert().values(**policy, **days, **who))
        person = select(tables["hire"].c.person_id).where(tables["hire"].c.id == hire)
        money = {"fen": 620_50, "people": 1, "months": 1, "received_fen": 600_00, "charged_fen": 0}
        about = {"procedure_id": DOCUMENT, "region": TOWN, "from_month": MAY, "until_month": MAY, "status": "received"}
        sent = {"handed_in_on": day, "receipt": "收文〔2026〕9号", "received_on": day, "voucher": "回单0615"}
        by = {"made_by": county.town.person_key, "made_at": world.clock()}
        made = tables["subsidy_claim"].insert().values(**about, **money, **sent, **by)
        number = int(connection.execute(made.returning(tables["subsidy_claim"].c.id)).scalar_one())
        line = {"claim_id": number, "hire_id": hire, "month": MAY, "fen": 620_50, "live": True}
        connection.execute(tables["claim_line"].insert().values(**line, person_id=person.scalar_subquery()))
    return number


def addresses(made: Funds) -> list[tuple[str, str, str, str]]:
    """Name, who looks, the route as the app knows it, and its address."""
    clerk = "lvhe"
    return [
        ("pay-days", clerk, "/pay/days", "/pay/days?month=2026-05"),
        ("filings", clerk, "/filings", "/filings"),
        ("filings-late", "ducha", "/filings", "/filings?which=overdue"),
        ("insurance", "renshe", "/insurance", "/insurance"),
        ("claims", clerk, "/claims", "/claims"),
        ("publications", "cunli", "/publications", "/publications"),
        ("public-villages", "-", "/public/villages", "/public/villages"),
        ("public-village", "-", "/public/villages/{number}", f"/public/villages/{made.publication}"),
        ("claim", "renshe", "/claims/{number}", f"/claims/{made.claim}"),
        ("filing-list", clerk, "/filings/lists/{number}", f"/filings/lists/{made.filing_list}"),
    ]
