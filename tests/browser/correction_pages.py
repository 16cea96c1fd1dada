"""Pages of corrections: a first day that one officer wants set right, waiting for another."""

from __future__ import annotations

from datetime import date, timedelta

from tests.browser.county import County


def prepare_correction(county: County) -> dict[str, str]:
    """Proposes that somebody at work began a day earlier; the addresses of the form and of the proposal."""
    world, hire = county.world, county.hires["刘桂英"]
    ((entry, on),) = world.ask("SELECT seq, on_day FROM audit_entry WHERE hire_id = ? AND act = 'start'", hire)
    earlier = date.fromisoformat(str(on)) - timedelta(days=1)
    told = {"values": {"started_on": earlier.isoformat()}, "reason": "签到表上是前一天", "evidence": "签到表"}
    world.do(hire, "propose_correction", county.town, entry=entry, **told)
    return {
        "/hires/{hire_id}/corrections/new": f"/hires/{hire}/corrections/new?entry={entry}",
        "/hires/{hire_id}/corrections": f"/hires/{hire}/corrections",
    }
