"""Every command: its help in two languages, and its two options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from api.cli import app
from tests.cli.conftest import Office

runner = CliRunner()


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    below = getattr(command, "commands", None)
    if not below:
        yield path
        return
    for name, one in below.items():
        yield from commands(one, (*path, name))


ALL = sorted(commands(typer.main.get_command(app)))
#: what others rely on
WANTED = {
    ("serve",), ("worker",), ("demo",), ("migrate",), ("backup",), ("restore",), ("docs",), ("audit", "verify"),
    ("procedure", "list"), ("procedure", "show"), ("procedure", "check"), ("procedure", "graph"), ("procedure", "diff"),
    ("import", "allocation"), ("import", "roster"), ("import", "template", "roster"),
    ("import", "applicants"), ("import", "template", "applicants"), ("export", "hires"),
    ("export", "audit"), ("account", "create"), ("account", "grant"), ("account", "list"), ("calendar", "load"),
    *(("when", name) for name in (
        "working-days", "calendar-days", "months", "term", "limit", "retirement", "near-retirement", "pay-day", "age",
        "id-number",
    )),
}  # fmt: skip


def test_every_command_that_others_rely_on_is_there() -> None:
    assert set(ALL) >= WANTED


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_is_chinese_with_an_english_line(path: tuple[str, ...]) -> None:
    done = runner.invoke(app, [*path, "--help"])
    assert done.exit_code == 0
    text = done.output.split("Options:")[0].split("Arguments:")[0]
    assert re.search(r"[\u4e00-\u9fff]{3}", text), text
    assert re.search(r"[A-Za-z]+ [a-z-]+ [a-z]+", text.split("\n", 1)[1]), text
    assert "--json" in done.output
    assert "--lang" in done.output


def test_without_a_command_the_help_is_shown(office: Office) -> None:
    assert "Commands:" in office.run().out
    assert office.run("when").status == 2


def test_an_unknown_command_is_told(office: Office) -> None:
    ran = office.run("hire", "--json")
    assert (ran.status, ran.document["error"]["what"]) == (2, "没有hire这个命令")


def test_wrong_settings_are_named(office: Office) -> None:
    ran = office.run("procedure", "list", "--json", more={"ZAIGANG_TICK_SECONDS": "soon"})
    assert ran.status == 1
    assert ran.document["error"]["faults"][0]["where"] == "ZAIGANG_TICK_SECONDS"


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/none", "mysterious://x", "sqlite:////proc/no/such/place.db"]
)
def test_a_database_that_cannot_be_had_is_told(office: Office, url: str) -> None:
    ran = office.run("account", "list", "--json", more={"ZAIGANG_DATABASE_URL": url})
    assert ran.status == 1
    assert ran.document["error"]["mend"]
