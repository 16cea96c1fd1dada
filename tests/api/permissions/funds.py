"""The days of pay, filings, policies, claims, sources and what villages publish: who sees and who does what."""

from __future__ import annotations

from tests.api.permissions.pages import form, page
from tests.api.permissions.rules import Rules, always

FUNDS: Rules = {
    ("GET", "/pay/days"): page(always(200)),
    ("POST", "/pay/days"): form(always(422)),
}
