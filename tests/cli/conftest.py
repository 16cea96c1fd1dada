"""The command in an office of its own: in this process, and where it matters in a process of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from api.cli import main

PROGRAM = Path(sys.executable).with_name("zaigang")
SECRET = "a secret for tests, at least 32 bytes long"


@dataclass(frozen=True)
class Ran:
    """A command that has ended: its status, and what it said."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What ``--json`` printed: exactly one document, or this fails."""
        return json.loads(self.out)


@dataclass
class Office:
    """An installation: a folder, a database and the environment of its commands."""

    folder: Path
    url: str
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ZAIGANG_")}
        self.environment = {
            **kept,
            "XDG_DATA_HOME": str(self.folder / "data"),
            "ZAIGANG_DATABASE_URL": self.url,
            "ZAIGANG_SECRET": SECRET,
            **self.environment,
        }

    def run(self, *arguments: object, more: Mapping[str, str] | None = None, stdin: str = "") -> Ran:
        """Runs ``main`` to its end, with the environment of this office. ``more``: further environment."""
        out, err, status = io.StringIO(), io.StringIO(), 0
        with (
            mock.patch.dict(os.environ, {**self.environment, **(more or {})}, clear=True),
            mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")),
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                main([str(argument) for argument in arguments])
            except SystemExit as end:
                status = int(end.code or 0)
        return Ran(status, out.getvalue(), err.getvalue())

    def really(self, *arguments: object, more: Mapping[str, str] | None = None, stdin: str = "") -> Ran:
        """Runs ``zaigang`` as an office does, in a process of its own."""
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)],
            env={**self.environment, **(more or {})},
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def did(self, *arguments: object, more: Mapping[str, str] | None = None) -> Any:
        """Runs it with ``--json`` and gives its document; fails unless the command succeeded."""
        ran = self.run(*arguments, "--json", more=more)
        assert ran.status == 0, ran
        return ran.document

    def account(self, username: str, role: str, region: str, number: str) -> None:
        """An account of a natural person."""
        secrets = {"ZAIGANG_NEW_PASSWORD": "a password of some length", "ZAIGANG_NEW_ID_NUMBER": number}
        self.did("account", "create", username, "--name", username, "--role", role, "--region", region, more=secrets)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office on SQLite whose database does not exist yet."""
    return Office(tmp_path, f"sqlite:///{tmp_path / 'office.db'}")


@pytest.fixture
def migrated_office(tmp_path: Path, migrated_url: str) -> Office:
    """An office on a migrated database without rows: on SQLite and on PostgreSQL."""
    return Office(tmp_path, migrated_url)
