"""The pages of pay days, filings, policies, claims and of what villages publish, and what they show in the county."""

from __future__ import annotations

from dataclasses import dataclass

from tests.browser.county import TOWN, County
from workflow import filing_lists

DOCUMENT = "xunyang-2022-88"


@dataclass(frozen=True)
class Funds:
    """Numbers of what the addresses name."""

    filing_list: int


def prepare_funds(county: County) -> Funds:
    """A list of contracts that waits to be sent."""
    world, clerk = county.world, county.town
    listed = filing_lists.make(world.office, county.seal, DOCUMENT, "contract", TOWN, clerk, world.clock())
    return Funds(listed)


def addresses(made: Funds) -> list[tuple[str, str, str, str]]:
    """Name, who looks, the route as the app knows it, and its address."""
    clerk = "lvhe"
    return [
        ("pay-days", clerk, "/pay/days", "/pay/days?month=2026-05"),
        ("filings", clerk, "/filings", "/filings"),
        ("filings-late", "ducha", "/filings", "/filings?which=overdue"),
        ("filing-list", clerk, "/filings/lists/{number}", f"/filings/lists/{made.filing_list}"),
    ]
