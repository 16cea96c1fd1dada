"""A list of applicants in a real browser: many rows and many faults, at a desk and on a phone, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from states.identity_number import synthetic
from tests.browser.conftest import SignIn
from tests.browser.county import DAHE, County, number
from tests.browser.looking import lead_on
from tests.browser.test_every_page import looked_over
from tests.support.browser import DESK, PHONE
from tests.workflow.test_imports import a_workbook

HEADER = ("姓名", "公民身份号码", "户籍所在村（社区）", "文化程度", "身体条件")


def a_row(n: int, **more: Any) -> list[Any]:
    id_number = synthetic("610928", date(1990, 1, 1 + n // 400), 2 * (n % 400) + 1)
    values = {
        "姓名": f"试{n}",
        "公民身份号码": id_number,
        "户籍所在村（社区）": "冬青村",
        "文化程度": "高中",
        "身体条件": "是",
    }
    return [{**values, **more}[name] for name in HEADER]


def sent(page: Page, site: str, opening: int, path: Path) -> None:
    page.goto(f"{site}/openings/{opening}/import")
    page.locator("#file").set_input_files(path)
    lead_on(page, page.locator("form[enctype] button"))


@pytest.mark.slow
@pytest.mark.parametrize(("size", "language"), [(DESK, "zh"), (PHONE, "en")], ids=["desk", "phone"])
def test_a_list_of_applicants_is_looked_at_and_taken(
    county: County,
    site: str,
    sign_in: SignIn,
    new_page: Callable[..., Page],
    screenshot: Callable[[Page, str], Path],
    tmp_path: Path,
    language: str,
    size: dict[str, int],
) -> None:
    page, opening, width = new_page(size, java_script_enabled=True), county.openings[DAHE], size["width"]
    clerk_themselves = number("19800101", 1)
    rows = [a_row(n) for n in range(200)]
    rows[7] = a_row(7, 公民身份号码=clerk_themselves)
    wrong = [a_row(300 + n, 文化程度="秀才") for n in range(30)]
    faults: list[str] = []

    def look(name: str) -> None:
        faults.extend(looked_over(page, f"{name}-{width}-{language}", width, screenshot))

    sign_in(page, "lvhe", language)
    sent(page, site, opening, a_workbook(tmp_path / "wrong.xlsx", [HEADER, *rows, *wrong]))
    look("import-faults")
    lead_on(page, page.locator("form[action$=keep] button"))
    assert page.locator(".flash.stop").count() == 1
    look("import-not-kept")
    sent(page, site, opening, a_workbook(tmp_path / "sound.xlsx", [HEADER, *rows]))
    look("import-look")
    page.locator("form[action$=keep] button").click()
    page.wait_for_url("**/import/2*")
    look("import-done")
    assert page.locator("#done ~ table a").count() == 199
    assert county.world.ask("SELECT count(*) FROM person WHERE name LIKE '试%'") == [(199,)]
    page.goto(f"{site}/openings/{opening}/import")
    page.locator("#file").set_input_files({"name": "x.xlsx", "mimeType": "text/plain", "buffer": b"no workbook"})
    lead_on(page, page.locator("form[enctype] button"))
    look("import-refused")
    assert not faults, "\n".join(faults)


def test_a_list_is_taken_without_a_script(
    county: County, site: str, sign_in: SignIn, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, "lvhe")
    sent(page, site, county.openings[DAHE], a_workbook(tmp_path / "list.xlsx", [HEADER, a_row(1), a_row(2)]))
    page.locator("form[action$=keep] button").click()
    page.wait_for_url("**/import/2*")
    assert "已受理2人，不予受理0人" in page.locator("main").inner_text()
