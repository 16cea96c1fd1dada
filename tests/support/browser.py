"""A real browser for tests: the system's Chromium, driven by Playwright, at the width of a desk and of a phone.

A page under test must work on a closed county network. So names other than this machine's do not resolve in this
browser, and a test fails at its end when one of its pages asked another host, broke its own content security policy or
left a script error behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

RESULTS = Path(__file__).parents[2] / "test-results"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",  # tests may run as root, where Chromium has no sandbox
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}
HERE = {"127.0.0.1", "localhost", ""}


def find_browser() -> str | None:
    """The path of a Chromium on this machine."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Loop:
    """Playwright's synchronous calls leave an event loop marked as running in this thread, and ``asyncio.run`` of any
    later test would refuse to work. So the mark is taken off between browser tests, and put on again for them."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def put_away(self) -> None:
        self._loop = asyncio._get_running_loop() or self._loop
        asyncio._set_running_loop(None)

    def take_up(self) -> None:
        asyncio._set_running_loop(self._loop)


_loop = Loop()


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """A browser outside of pytest: ``with launched() as browser: page = browser.new_page()``."""
    path = find_browser()
    if path is None:
        raise RuntimeError(f"no browser: none of {', '.join(NAMES)} is on the PATH; as root, make test installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def _browser_process() -> Iterator[Browser]:
    if find_browser() is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is on the PATH; as root, make test installs one")
    with launched() as browser:
        _loop.put_away()
        yield browser
        _loop.take_up()


@pytest.fixture
def browser(_browser_process: Browser) -> Iterator[Browser]:
    """The browser, one per worker. For a second person in the same story use ``new_page``, not this."""
    _loop.take_up()
    yield _browser_process
    _loop.put_away()


class Visit:
    """One browser context with what went wrong in its pages."""

    def __init__(self, browser: Browser, size: dict[str, int], **options: Any) -> None:
        self.faults: list[str] = []
        self.context: BrowserContext = browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **options,
        )
        self.context.set_default_timeout(15_000)
        self.context.on("request", self._asked)
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.faults.append(f"script error: {error.error}"))

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and (address.hostname or "") not in HERE:
            self.faults.append(f"the page asked another host for {request.url}: serve it ourselves")

    def _said(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(f"the page broke its content security policy: {message.text}")


@pytest.fixture
def new_page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each with cookies of its own: ``new_page()`` at desk width, ``new_page(PHONE)`` at a phone's.

    Further arguments go to Playwright's ``new_context`` (``java_script_enabled=False``, ``reduced_motion="reduce"``).
    """
    visits: list[Visit] = []

    def open_page(size: dict[str, int] = DESK, **options: Any) -> Page:
        visits.append(Visit(browser, size, **options))
        return visits[-1].context.new_page()

    yield open_page
    failed = getattr(request.node, "failed_in_call", False)
    faults: list[str] = []
    for visit in visits:
        if failed:
            for page in visit.context.pages:
                with contextlib.suppress(Exception):  # the picture is a help; its failure must not hide the test's
                    page.screenshot(path=picture(request.node, "failed"), full_page=True)
        faults += visit.faults
        visit.context.close()
    if faults and not failed:
        pytest.fail("\n".join(dict.fromkeys(faults)), pytrace=False)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page at desk width, 1440 px."""
    return new_page(DESK)


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    """A page at the width of a phone, 360 px."""
    return new_page(PHONE, device_scale_factor=2, is_mobile=True, has_touch=True)


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[[Page, str], Path]:
    """Takes a picture of a whole page: ``screenshot(page, "worklist")`` → its path below test-results/."""

    def take(page: Page, name: str) -> Path:
        path = picture(request.node, name)
        page.screenshot(path=path, full_page=True)
        return path

    return take


def picture(node: pytest.Item, name: str) -> Path:
    module, _, test = node.nodeid.partition("::")
    folder = RESULTS / module.removeprefix("tests/").removesuffix(".py")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / (re.sub(r"[^\w.=-]+", "-", f"{test}-{name}").strip("-") + ".png")
