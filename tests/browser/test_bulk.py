"""One step for many, walked in a browser by keyboard and without scripts: two cannot, and it is told why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SignIn
from tests.browser.county import PASSWORD, County
from tests.browser.looking import lead_on, width_of
from tests.support.browser import DESK, PHONE


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_step_for_four_of_whom_two_cannot(
    county: County,
    sign_in: SignIn,
    new_page: Callable[..., Page],
    screenshot: Callable[[Page, str], Path],
    size: dict[str, int],
) -> None:
    page = sign_in(new_page(size, java_script_enabled=False), "lvhe")
    for name in ("欧阳文静", "高大伟", "买买提·阿不都热合曼·热西提", "孙志强"):
        page.get_by_role("checkbox", name=f"勾选{name}").press("Space")
    page.get_by_role("button", name="办理勾选的").press("Enter")
    page.get_by_role("button", name="资格审查通过（3人）").press("Enter")
    page.get_by_label("意见").fill("材料齐全，同意。")
    lead_on(page, page.get_by_role("button", name="看看每个人能不能办"), "Enter")
    assert "可以办2人，不能办2人。还没有办理。" in page.get_by_role("status").inner_text()
    screenshot(page, "bulk")
    assert county.world.hire(county.hires["欧阳文静"]).stage == "applied"
    lead_on(page, page.get_by_role("button", name="资格审查通过：办理可以办的2人"), "Enter")
    if page.locator("#shown").count():  # who signs for so many shows again who they are
        page.locator("#shown").fill(PASSWORD)
        lead_on(page, page.locator("main button").first, "Enter")
    assert "已办理2人，没有办理2人。" in page.locator("main").inner_text()
    screenshot(page, "bulk-done")
    refused = page.get_by_role("region", name="没有办理（2人）").inner_text()
    assert "尚未签署" in refused
    assert "孙志强" in refused
    assert {county.world.hire(county.hires[name]).stage for name in ("欧阳文静", "高大伟")} == {"checked"}
    assert county.world.hire(county.hires["long"]).stage == "applied"
    assert width_of(page) <= size["width"]
