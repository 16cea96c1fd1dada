"""Points of an assessment in a real browser: noted at a phone, refused kindly, shown to whoever rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.api.pages.test_points_page import BAIHE, DAY, Office
from tests.browser.county import served
from tests.browser.looking import lead_on
from tests.browser.test_every_page import looked_over
from tests.conftest import MigratedTemplate
from tests.journeys.test_baihe import HEAD, HRSS, REGIONS, TOWN
from tests.journeys.test_baihe import _contracted as contracted
from tests.support.browser import DESK, PHONE
from tests.support.world import World


@pytest.fixture
def office(migrated_template: MigratedTemplate, tmp_path: Path) -> Iterator[Office]:
    path = tmp_path / "county.sqlite3"
    path.write_bytes(Path(migrated_template.sqlite()).read_bytes())
    world = World.on(f"sqlite:///{path}", date(2022, 6, 13), REGIONS)
    hire = contracted(world)
    world.walk_to(DAY)
    yield Office(world, f"sqlite:///{path}", hire, BAIHE)
    world.close()


def entered(page: Page, site: str, username: str, language: str = "zh") -> Page:
    page.goto(f"{site}/sign-in?lang={language}")
    lead_on(page, page.get_by_role("button", name=re.compile(f"^{username}")))
    return page


@pytest.mark.slow
def test_a_village_cadre_notes_points_and_the_bureau_sees_what_it_rules_on(
    office: Office, phone: Page, new_page: Callable[..., Page], screenshot: Callable[[Page, str], Path]
) -> None:
    with served(office.app) as site:
        entered(phone, site, "cun").goto(f"{site}/hires/{office.hire}")
        phone.locator("#noting-matter > summary").click()
        form = phone.locator("#noting-matter form")
        form.get_by_label("项目和级别").select_option("bonus_commended|county")
        form.get_by_label("事项").fill("县级先进集体")
        lead_on(phone, form.get_by_role("button"))  # without its evidence
        expect(phone.locator("#noting-matter .wrong")).to_have_text("此项必填")
        assert phone.locator("#noting-matter").get_by_label("事项").input_value() == "县级先进集体"
        phone.locator("#noting-matter").get_by_label("佐证材料").fill("县委〔2022〕3号")
        lead_on(phone, phone.locator("#noting-matter form").get_by_role("button"))
        expect(phone.locator(".points caption")).to_contain_text("2022年度：101分，优秀")

        do = office.world.do
        check = {"month": 11, "listed": 101, "asked": 11, "correct": 10, "evidence": "抽查表"}
        do(office.hire, "note_point", HRSS, year=2022, item="bonus_phone_check", **check)
        do(office.hire, "assess", HEAD, year=2022)
        do(office.hire, "review_assessment", TOWN)
        faults: list[str] = []
        for language, size in (("zh", PHONE), ("en", DESK)):
            page = entered(new_page(size), site, "renshe", language)
            page.goto(f"{site}/hires/{office.hire}")
            faults += looked_over(page, f"points-{size['width']}-{language}", size["width"], screenshot)
            expect(page.locator("#step-rule_assessment .points tfoot")).to_contain_text("105")
        assert not faults, "\n".join(faults)
