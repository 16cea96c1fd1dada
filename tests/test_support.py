"""The neighbours that other tests rely on are there, and are what they say."""

from __future__ import annotations

import asyncio
import smtplib
import socket
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import create_engine, inspect, text

from tests.support.browser import DESK, Visit
from tests.support.postgres import Cluster, name_of
from tests.support.smtp import MailServer


def test_a_database_is_empty_and_ones_own(database_url: str) -> None:
    engine = create_engine(database_url)
    assert inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE 村 (名 varchar(20))"))
        connection.execute(text("INSERT INTO 村 VALUES ('石门村')"))
    with engine.begin() as connection:
        assert connection.execute(text("SELECT 名 FROM 村")).scalar_one() == "石门村"
    engine.dispose()


@pytest.mark.parametrize("again", [1, 2])
def test_what_one_test_wrote_the_next_does_not_see(database_url: str, again: int) -> None:
    test_a_database_is_empty_and_ones_own(database_url)


def test_postgresql_is_18_and_keeps_what_it_promised(postgres_cluster: Cluster) -> None:
    with postgres_cluster.admin() as connection:
        assert connection.info.server_version // 10_000 == 18
        # what was committed is with the system before it is answered: it outlives a server that is killed
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_the_application_is_no_superuser(postgresql_url: str) -> None:
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).scalar() is False
    engine.dispose()


def test_a_template_is_filled_once_and_copied(postgres_cluster: Cluster, new_database: Callable[..., str]) -> None:
    filled = []

    def fill(url: str) -> None:
        filled.append(url)
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE filled ()"))
        engine.dispose()

    try:
        for _ in range(2):
            url = new_database(postgres_cluster.template("a_template_of_this_test", fill))
            engine = create_engine(url)
            assert inspect(engine).get_table_names() == ["filled"]
            engine.dispose()
        assert len(filled) == 1
    finally:
        with postgres_cluster.admin() as connection:
            connection.execute("ALTER DATABASE a_template_of_this_test WITH ALLOW_CONNECTIONS true")
        postgres_cluster.drop_database("a_template_of_this_test")


def test_a_server_of_ones_own_survives_a_power_cut() -> None:
    with Cluster.running({"shared_buffers": "16MB"}) as cluster:
        name = name_of(cluster.new_database())
        cluster.crash()
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", cluster.port), timeout=1)
        cluster.start()
        with cluster.admin(name) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
    assert not cluster.folder.exists()


CHINESE = """<!doctype html><html lang=zh><meta charset=utf-8><title>在岗</title>
<h1>公益性岗位 公示</h1><p id=w></p><script>document.getElementById("w").textContent = innerWidth</script>"""


def test_a_page_is_shown_at_a_desk_and_on_a_phone(
    page: Page, phone: Page, screenshot: Callable[[Page, str], Path]
) -> None:
    for shown, width in ((page, "1440"), (phone, "360")):
        shown.set_content(CHINESE.replace("<title>", '<meta name=viewport content="width=device-width"><title>'))
        assert shown.locator("#w").inner_text() == width
        assert shown.evaluate("[navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone]") == [
            "zh-CN",
            "Asia/Shanghai",
        ]
        assert screenshot(shown, width).stat().st_size > 1000


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('<img src="http://example.org/a.png">', "asked another host"),
        ("<script>nothing.there()</script>", "script error"),
        (
            "<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\"><script>1</script>",
            "content security policy",
        ),
        (CHINESE, None),
    ],
)
def test_what_goes_wrong_in_a_page_is_noticed(browser: Browser, content: str, fault: str | None) -> None:
    visit = Visit(browser, DESK)
    page = visit.context.new_page()
    page.set_content(content)
    page.wait_for_load_state("networkidle")
    visit.context.close()
    assert [fault in said for said in visit.faults] == [True] if fault else visit.faults == []


def test_a_browser_leaves_no_event_loop_behind(page: Page) -> None:
    page.goto("about:blank")


def test_asyncio_runs_after_a_browser_test() -> None:
    asyncio.run(asyncio.sleep(0))


def test_and_the_browser_works_on_after_that(page: Page) -> None:
    page.set_content(CHINESE)
    assert page.title() == "在岗"


def a_letter() -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = "公示期满", "zaigang@example.cn", "zhang@example.cn"
    letter.set_content("石门村的公示今日期满。")
    letter.add_attachment(b"x", maintype="application", subtype="pdf", filename="公示.pdf")
    return letter


def send(server: MailServer) -> None:
    with smtplib.SMTP(server.host, server.port, timeout=5) as smtp:
        smtp.send_message(a_letter())


def test_the_mail_server_takes_a_letter(mail_server: MailServer) -> None:
    send(mail_server)
    [letter] = mail_server.wait_for(1)
    assert (letter.subject, letter.attachments) == ("公示期满", ["公示.pdf"])
    assert "石门村" in letter.text
    assert mail_server.to("zhang@example.cn") == [letter]


def test_the_mail_server_refuses_as_told(mail_server: MailServer) -> None:
    mail_server.refuse("451 4.3.0 Try again later", times=1)
    with pytest.raises(smtplib.SMTPDataError) as later:
        send(mail_server)
    assert later.value.smtp_code == 451
    send(mail_server)
    mail_server.refuse(at="rcpt")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(mail_server)
    mail_server.accept()
    send(mail_server)
    assert len(mail_server.letters) == 2


@pytest.mark.parametrize(("after_taking", "taken"), [(False, 0), (True, 1)])
def test_the_mail_server_hangs_up_as_told(mail_server: MailServer, after_taking: bool, taken: int) -> None:
    mail_server.drop(after_taking=after_taking)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(mail_server)
    assert len(mail_server.letters) == taken


def test_the_mail_server_goes_away(mail_server: MailServer) -> None:
    mail_server.stop()
    with pytest.raises(OSError):
        send(mail_server)
