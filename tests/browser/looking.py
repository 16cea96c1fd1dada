"""How a test looks at a page: after it has been led on, and only once there is something to look at."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def lead_on(page: Page, what: Locator, key: str | None = None) -> None:
    """Clicks what leads to another page (or presses ``key`` on it) and waits until that one stands: a click alone may
    return while the old page is still there, or none."""
    with page.expect_navigation():
        what.press(key) if key else what.click()


def width_of(page: Page) -> int:
    """How wide the page is, in CSS pixels; more than the screen's width means that it must be moved sideways."""
    return int(page.locator("html").evaluate("page => page.scrollWidth"))
