"""Every page, in both languages, at a desk and on a phone: it fits, nothing stands in the way of anyone, no error."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from api.pages.render import LANGUAGE_COOKIE
from tests.browser.conftest import SignIn
from tests.browser.county import County
from tests.browser.looking import lead_on, width_of
from tests.browser.pages import ANYBODY, CLERK, ELSEWHERE, FILES, Made, Sheet, prepare, routes_of, sheets
from tests.conftest import SOAK
from tests.support.browser import DESK, PHONE

#: accessibility rules beyond WCAG that we hold too, and every rule of WCAG 2.2 A and AA
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: pages are shared out among the workers of a run
PARTS = 10
#: the words of a fault that only developers understand
RAW = ("undefined", "{{", "%(", "Traceback", "&lt;", "None,", "=None")


@pytest.fixture
def made(county: County) -> Made:
    return prepare(county)


def test_every_page_is_listed(county: County, made: Made) -> None:
    known = routes_of(county.app())
    listed = {sheet.route for sheet in sheets(made)}
    assert known - listed - FILES - ELSEWHERE.keys() == set(), "add them to tests/browser/pages.py"
    assert (listed | ELSEWHERE.keys()) - known == set(), "these are no pages any more"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_fits_and_is_accessible(
    made: Made,
    site: str,
    sign_in: SignIn,
    new_page: Callable[..., Page],
    screenshot: Callable[[Page, str], Path],
    part: int,
) -> None:
    """Each page at both widths in both languages; the rules of accessibility once for each page, by turns in Chinese on
    a desk and in English on a phone, and twice in ``make soak``.

    ``PICTURES=1`` in the environment keeps a picture of each below test-results/.
    """
    faults: list[str] = []
    pages: dict[str, Page] = {}
    picture = screenshot if os.environ.get("PICTURES") else _no_picture
    for language, rules_at in (("zh", DESK), ("en", PHONE)):
        for place, sheet in enumerate(share(sheets(made), part)):
            ruled = SOAK or place % 2 == (language == "en")
            if sheet.who not in pages:
                pages[sheet.who] = new_page(DESK)
                if sheet.who != ANYBODY:
                    sign_in(pages[sheet.who], sheet.who)
            page = pages[sheet.who]
            _speak(page, site, language)
            response = page.goto(site + sheet.path)
            assert response is not None
            if response.status != sheet.status or page.url != site + sheet.path:
                faults.append(f"{sheet.name}: {response.status} at {page.url}")
                continue
            if not str(page.locator("html").get_attribute("lang")).startswith(language):
                faults.append(f"{sheet.name}: not in {language}")
            for size in (DESK, PHONE):
                page.set_viewport_size(size)  # type: ignore[arg-type]
                name, width = f"{sheet.name}-{size['width']}-{language}", size["width"]
                faults += looked_over(page, name, width, picture, rules=ruled and size is rules_at)
                page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = fold.wasOpen)")
            page.set_viewport_size(DESK)  # type: ignore[arg-type]
    assert not faults, "\n".join(faults)


def share(all_sheets: Iterable[Sheet], part: int) -> list[Sheet]:
    """One part of the pages, those of one reader together: signing in takes longer than looking at a page."""
    ordered = sorted(all_sheets, key=lambda sheet: sheet.who)
    return ordered[len(ordered) * part // PARTS : len(ordered) * (part + 1) // PARTS]


def test_the_parts_are_all_the_pages(made: Made) -> None:
    looked_at = [sheet.name for part in range(PARTS) for sheet in share(sheets(made), part)]
    assert sorted(looked_at) == sorted(sheet.name for sheet in sheets(made))


def _speak(page: Page, site: str, language: str) -> None:
    page.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": site}])


@pytest.mark.slow
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_what_a_form_leads_to(
    made: Made,
    site: str,
    sign_in: SignIn,
    new_page: Callable[..., Page],
    screenshot: Callable[[Page, str], Path],
    size: dict[str, int],
) -> None:
    """What is found, many at once, a refused step, a receipt: pages that have no address of their own."""
    page, width, faults = new_page(size), size["width"], []

    def look(name: str) -> None:
        faults.extend(looked_over(page, f"{name}-{width}", width, screenshot))

    sign_in(page, CLERK)
    page.locator("#find").fill("欧阳")
    lead_on(page, page.locator(".find button"))
    look("found")
    page.goto(f"{site}/hires?state=applied")
    lead_on(page, page.get_by_role("button", name="办理本页"))
    look("bulk-act")
    lead_on(page, page.get_by_role("button", name="批量制作文书"))
    look("papers-kinds")
    lead_on(page, page.get_by_role("button", name="报名登记表"))
    look("papers-preview")
    page.get_by_role("button", name="制作可以制作的").click()
    page.wait_for_url("**/bulk/papers/*")
    look("papers-done")
    page.goto(f"{site}/hires?state=applied")
    lead_on(page, page.get_by_role("button", name="办理本页"))
    lead_on(page, page.get_by_role("button", name="资格审查通过").first)
    look("bulk-fields")
    lead_on(page, page.get_by_role("button", name="看看每个人能不能办"))
    look("bulk-preview")
    page.get_by_role("button", name="资格审查通过：办理可以办的").click()
    page.wait_for_url("**/bulk/**")
    look("bulk-done")
    page.goto(f"{site}/hires/{made.hires['at work']}")
    page.locator("summary", has_text="辞职").first.click()
    refused = page.locator("details[open] form", has=page.locator("[name*=given_on]")).first
    lead_on(page, refused.locator("button").last)
    assert page.locator(".wrong").count() >= 1
    look("hire-refused")
    page.goto(f"{site}/public/receipt")
    page.locator("main input:not([type=hidden])").first.fill("AAAA-BBBB-CCCC")
    lead_on(page, page.locator("main form button").first)
    look("receipt-unknown")
    assert not faults, "\n".join(faults)


def _no_picture(page: Page, name: str) -> Path:
    return Path(name)


def looked_over(
    page: Page, name: str, width: int, screenshot: Callable[[Page, str], Path], *, rules: bool = True
) -> list[str]:
    """A picture of the page, and what is wrong with it when everything is unfolded; with ``rules``, for anyone."""
    screenshot(page, name)
    page.evaluate("""document.querySelectorAll('details').forEach(fold => {
        fold.wasOpen = fold.open; fold.removeAttribute('name'); fold.open = !fold.closest('.nav') })""")
    found = width_of(page)
    faults = [f"{name}: {found} px wide"] if found > width else []
    text = page.locator("body").inner_text()
    for code in page.locator("code").all_inner_texts():  # what is to be typed as it stands
        text = text.replace(code, "")
    faults += [f"{name}: says {word!r}" for word in RAW if word in text]
    if not rules:
        return faults
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    for violation in Axe().run(page, options=options).response["violations"]:
        places = [node["html"][:160] for node in violation["nodes"][:3]]
        faults.append(f"{name}: {violation['id']}: {violation['help']}: {places}")
    return faults


def test_a_page_without_accessibility_would_be_noticed(page: Page) -> None:
    page.set_content("<html><body><input type=text><p style='color:#bbb'>faint</p></body></html>")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert {"label", "color-contrast", "html-has-lang"} <= {v["id"] for v in found.response["violations"]}


def test_no_page_needs_a_script(county: County, sign_in: SignIn, site: str, new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, CLERK)
    page.goto(f"{site}/hires/{county.hires['欧阳文静']}")
    lead_on(page, page.get_by_role("button", name="资格审查通过"))
    assert "已办理：资格审查通过" in page.locator(".flash").inner_text()


# ---- print, large type, forced colours --------------------------------------------------------------------------

PRINTED = ("tasks", "hires", "hire-renewed", "hire-print", "manual", "overview", "announcement", "public-notice")


@pytest.mark.slow
def test_pages_print_without_what_is_only_for_the_screen(
    made: Made, site: str, sign_in: SignIn, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = new_page(DESK)
    sign_in(page, CLERK)
    for sheet in sheets(made):
        if sheet.name not in PRINTED:
            continue
        page.goto(site + sheet.path)
        page.emulate_media(media="print")
        for furniture in (".top", ".nav", ".foot", ".demo", ".skip", "button"):
            assert page.locator(furniture).locator("visible=true").count() == 0, f"{sheet.name} prints {furniture}"
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        paper = page.pdf(format="A4")
        assert paper.startswith(b"%PDF") and len(paper) > 5_000, sheet.name
        page.emulate_media(media="screen")


LARGE = ("tasks", "hires", "hire-applied", "inbox", "opening-new", "person-new", "public-notice", "public-apply")


@pytest.mark.slow
def test_type_twice_as_large_loses_nothing(
    made: Made, site: str, sign_in: SignIn, new_page: Callable[..., Page], screenshot: Callable[[Page, str], Path]
) -> None:
    """As a browser's zoom of 200 % on a screen of 1,280 px: the page has 640 px, and everything is still there."""
    page = new_page({"width": 640, "height": 450})
    sign_in(page, CLERK)
    for sheet in sheets(made):
        if sheet.name in LARGE:
            page.goto(site + sheet.path)
            screenshot(page, f"large-{sheet.name}")
            assert width_of(page) <= 640, sheet.name
            assert page.get_by_role("heading", level=1).is_visible()
            page.evaluate("document.documentElement.style.fontSize = '200%'")  # larger letters alone, on a desk
            page.set_viewport_size({"width": 1280, "height": 900})
            assert width_of(page) <= 1280, sheet.name
            page.set_viewport_size({"width": 640, "height": 450})


def test_forced_colours_and_stillness_are_respected(sign_in: SignIn, site: str, new_page: Callable[..., Page]) -> None:
    page = new_page(DESK, forced_colors="active", reduced_motion="reduce")
    sign_in(page, CLERK)
    button = page.locator("header .btn").first
    assert page.evaluate("b => getComputedStyle(b).borderTopWidth", button.element_handle()) != "0px"
    assert page.evaluate("b => getComputedStyle(b).transitionDuration", button.element_handle()) == "0s"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


# ---- the keyboard -----------------------------------------------------------------------------------------------

WALKED = ("tasks", "hires", "hire-applied", "inbox", "opening-new", "public-apply", "calendar")
REACHABLE = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter(e => e.tabIndex >= 0 && !e.disabled && e.type !== 'hidden' && e.checkVisibility({visibilityProperty: true}))
    .filter(e => e.type !== 'radio' || e.checked ||
        ![...document.getElementsByName(e.name)].some(o => o.checked || o.compareDocumentPosition(e) & 4))
    .map((e, i) => { e.dataset.walk = i; return e.outerHTML.slice(0, 90) })"""
FOCUSED = """() => { const e = document.activeElement, s = getComputedStyle(e);
    return [e.dataset.walk, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0, e.outerHTML.slice(0, 90)] }"""


@pytest.mark.slow
def test_everything_is_reached_by_the_keyboard_and_seen_when_it_is(
    made: Made, site: str, sign_in: SignIn, new_page: Callable[..., Page]
) -> None:
    page = new_page(DESK)
    sign_in(page, CLERK)
    faults = []
    for sheet in sheets(made):
        if sheet.name in WALKED:
            page.goto(site + sheet.path)
            wanted = page.evaluate(REACHABLE)
            page.evaluate("document.body.focus()")
            reached: dict[str, str] = {}
            for _ in range(len(wanted) * 3):  # a date has three stops
                page.keyboard.press("Tab")
                number, visible, html = page.evaluate(FOCUSED)
                if number is None:
                    break
                if not visible:
                    faults.append(f"{sheet.name}: no visible focus: {html}")
                reached[number] = html
            faults += [f"{sheet.name}: not reached: {h}" for i, h in enumerate(wanted) if str(i) not in reached]
    assert not faults, "\n".join(faults)


def test_the_first_key_leads_past_the_navigation(sign_in: SignIn, page: Page) -> None:
    sign_in(page, CLERK)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
