"""Every page, in both languages, at a desk and on a phone: it fits, nothing stands in the way of anyone, no error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import SignIn
from tests.browser.county import DAHE, County
from tests.support.browser import DESK, PHONE

#: accessibility rules beyond WCAG that we hold too, and every rule of WCAG 2.2 A and AA
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def addresses(county: County) -> dict[str, str]:
    """Every page by a name for its picture."""
    hires, opening = county.hires, county.openings[DAHE]
    (sheet,) = county.world.ask("SELECT max(seq) FROM notice WHERE hire_id = ?", hires["吴秀兰"])
    return {
        "tasks": "/",
        "tasks-empty": "/?procedure=baihe-2022-72",
        "hires": "/hires",
        "hires-none": "/hires?name=%E6%97%A0",
        "hire-applied": f"/hires/{hires['欧阳文静']}",
        "hire-refusing": f"/hires/{hires['long']}",
        "hire-on-notice": f"/hires/{hires['吴秀兰']}",
        "hire-at-work": f"/hires/{hires['at work']}",
        "hire-renewed": f"/hires/{hires['刘桂英']}",
        "hire-over-term": f"/hires/{hires['孙志强']}",
        "openings": "/openings",
        "opening-new": "/openings/new",
        "opening": f"/openings/{opening}",
        "apply": f"/openings/{opening}/apply",
        "notices": "/notices",
        "procedures": "/procedures",
        "procedure": "/procedures/xunyang-2022-88@1",
        "inbox": "/inbox",
        "overview": "/overview",
        "public": "/public",
        "public-notice": f"/public/notices/{hires['吴秀兰']}-{sheet[0]}",
        "not-found": "/hires/999999",
    }


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_fits_and_is_accessible(
    county: County,
    site: str,
    sign_in: SignIn,
    new_page: Callable[..., Page],
    screenshot: Callable[[Page, str], Path],
    size: dict[str, int],
    language: str,
) -> None:
    page = new_page(size)
    page.goto(f"{site}/sign-in?lang={language}")
    faults = looked_over(page, "sign-in", size, screenshot)
    sign_in(page, "lvhe", language)
    for name, path in addresses(county).items():
        response = page.goto(site + path)
        assert response is not None
        assert response.status == (404 if name == "not-found" else 200), path
        faults += looked_over(page, name, size, screenshot)
    assert not faults, "\n".join(faults)


def looked_over(page: Page, name: str, size: dict[str, int], screenshot: Callable[[Page, str], Path]) -> list[str]:
    """A picture of the page with everything unfolded, and what is wrong with it."""
    screenshot(page, name)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    width = page.evaluate("document.documentElement.scrollWidth")
    faults = [f"{name}: {width} px wide"] if width > size["width"] else []
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    for violation in found.response["violations"]:
        places = [node["html"][:160] for node in violation["nodes"][:3]]
        faults.append(f"{name}: {violation['id']}: {violation['help']}: {places}")
    return faults


def test_a_page_without_accessibility_would_be_noticed(page: Page) -> None:
    page.set_content("<html><body><input type=text><p style='color:#bbb'>faint</p></body></html>")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert {"label", "color-contrast", "html-has-lang"} <= {v["id"] for v in found.response["violations"]}


def test_no_page_needs_a_script(county: County, sign_in: SignIn, site: str, new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, "lvhe")
    page.goto(f"{site}/hires/{county.hires['欧阳文静']}")
    page.get_by_role("button", name="资格审查通过").click()
    assert "已办理：资格审查通过" in page.locator(".flash").inner_text()
