"""The repository itself: what lies where, and what must not stand in any file of it.

Each check is a function from values to faults, so that it can be shown to refuse a bad sample. The samples and patterns
are put together from pieces: this file, too, is searched.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOP_LEVEL = {
    "states", "workflow", "notifications", "api", "tests", "docs", "benchmarks",
    "Makefile", "README.md", "pyproject.toml", "requirements.lock", "requirements-dev.lock",
}  # fmt: skip
Check = Callable[[str, str], Iterator[str]]
LOCKS = ("requirements.lock", "requirements-dev.lock")

# Where packages come from is the business of whoever installs them: many counties have a mirror, or no network.
REGISTRY = re.compile(
    r"\bpypi\.(org|python|tuna|douban|mirrors)|pythonhosted\.|registry\.npm|\bnpmjs\.|npmmirror\.|registry\.yarnpkg|"
    r"\b(deb|security|ftp|snapshot)\.debian\.|archive\.ubuntu\.|\bcrates\.io|rubygems\.org|proxy\.golang|"
    r"repo1?\.maven|\bmirrors?\.(aliyun|tuna|ustc|cloud\.tencent|huaweicloud|163)\b|repo\.huaweicloud|"
    r"--(extra-)?index-url|--[f]ind-links|\b(extra-)?index-url\s*=",
    re.IGNORECASE,
)
MACHINE_PATH = re.compile(
    r"(?<![\w./~<{-])(/[r]oot/|/(home|Users)/[\w.-]+/|/(work|workspace|builds)/[\w.-]+/[\w.-]+\.(py|md|sh|yaml|toml)\b|"
    r"[A-Z]:\\\\?Users\\)"
)
UNFINISHED = re.compile(r"\b(" + "TO" + "DO|FIX" + "ME|Not" + r"ImplementedError)\b")


@cache
def tracked() -> list[str]:
    """The files of the repository, also those not yet committed, by their paths from its top."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        return [path for path in listed.stdout.split("\0") if path and (ROOT / path).is_file()]
    return [  # unpacked from an archive
        path.relative_to(ROOT).as_posix()
        for name in sorted(TOP_LEVEL)
        for path in sorted([ROOT / name, *(ROOT / name).rglob("*")])
        if path.is_file() and "__pycache__" not in path.parts
    ]


@cache
def texts() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in tracked():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content[:8000]:
            found[path] = content.decode("utf-8")
    return found


# -- the checks -------------------------------------------------------------------------------------------------------


def strangers_at_the_top(paths: list[str]) -> Iterator[str]:
    for name in sorted({path.split("/")[0] for path in paths}):
        if name not in TOP_LEVEL and not name.startswith("."):
            yield f"{name} lies at the top level: put it into the package it belongs to, or below docs/"


def said(pattern: re.Pattern[str], instead: str, path: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if found := pattern.search(line):
            yield f"{path}:{number}: {found.group()!r}: {instead}"


def registries(path: str, text: str) -> Iterator[str]:
    yield from said(REGISTRY, "name the package, not where it is fetched from", path, text)


def machine_paths(path: str, text: str) -> Iterator[str]:
    instead = "a path of one machine: make it relative to the file, or a setting"
    yield from said(MACHINE_PATH, instead, path, text)
    here = {ROOT, Path.home()}
    own = "|".join(re.escape(str(folder)) for folder in here if len(folder.parts) >= 3)
    if own:
        yield from said(re.compile(rf"({own})\b"), instead, path, text)


def unfinished(path: str, text: str) -> Iterator[str]:
    yield from said(UNFINISHED, "finish it, or take it out and say in the documents what is not there", path, text)


def unlocked(path: str, text: str) -> Iterator[str]:
    """A lock file pins every package to one version, by hash, and says nothing of where it comes from."""
    entries = re.split(r"\n(?=\S)", text.replace("\\\n", " "))
    for entry in entries:
        entry = "\n".join(line for line in entry.splitlines() if not line.lstrip().startswith("#")).strip()
        if not entry:
            continue
        name = entry.split()[0]
        if "://" in entry or entry.startswith("-"):
            yield f"{path}: {name} names a place: run make lock"
        elif not re.match(r"[A-Za-z0-9._-]+(\[[\w,]+\])?==\S+", entry):
            yield f"{path}: {name} is not pinned to one version: run make lock"
        elif "--hash=sha256:" not in entry:
            yield f"{path}: {name} has no hash: run make lock"


def pins(text: str) -> dict[str, str]:
    return {_plain(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE)}


def not_in_the_lock(wanted: list[str], locked: dict[str, str]) -> Iterator[str]:
    for requirement in wanted:
        name = _plain(re.split(r"[\s\[<>=!~;]", requirement)[0])
        if name not in locked:
            yield f"{name} is in pyproject.toml but not in the lock file: run make lock"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# -- asked of the repository ------------------------------------------------------------------------------------------


def test_the_top_level_holds_only_what_belongs_there() -> None:
    assert list(strangers_at_the_top(tracked())) == []


@pytest.mark.parametrize("check", [registries, machine_paths, unfinished])
def test_no_file_says(check: Check) -> None:
    faults = [fault for path, text in texts().items() for fault in check(path, text)]
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("path", LOCKS)
def test_a_lock_file_pins_by_hash_and_names_no_place(path: str) -> None:
    assert list(unlocked(path, texts()[path])) == []


def test_both_lock_files_agree_and_are_complete() -> None:
    small, big = (pins(texts()[path]) for path in LOCKS)
    assert small.items() <= big.items()
    project = tomllib.loads(texts()["pyproject.toml"])
    run = project["project"]["dependencies"] + project["dependency-groups"]["build"]
    develop = [*run, *project["dependency-groups"]["test"], *project["dependency-groups"]["lint"]]
    assert [*not_in_the_lock(run, small), *not_in_the_lock(develop, big)] == []


def test_every_text_ends_its_lines_as_the_others_do() -> None:
    assert [path for path, text in texts().items() if "\r" in text or (text and not text.endswith("\n"))] == []


# -- asked of the checks ----------------------------------------------------------------------------------------------


def test_a_stranger_at_the_top_is_noticed() -> None:
    [fault] = strangers_at_the_top(["states/a.py", "utils/b.py", ".ci/run", "README.md"])
    assert fault.startswith("utils ")


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        (registries, "pip install -i https://" + "pypi" + ".org/simple x"),
        (registries, "pip install --index" + "-url=x y"),
        (registries, "https://files.python" + "hosted.org/x.whl"),
        (registries, "deb http://" + "deb.deb" + "ian.org/debian bookworm main"),
        (registries, '"resolved": "https://' + "registry.np" + 'mjs.org/x"'),
        (registries, "https://" + "mirrors.ali" + "yun.com/simple"),
        (machine_paths, "cd /ro" + "ot/zaigang"),
        (machine_paths, "open('/ho" + "me/zhang/zaigang/a.txt')"),
        (machine_paths, "C:\\Us" + "ers\\zhang"),
        (machine_paths, "see /wo" + "rk/main/design.md"),
        (unfinished, "# TO" + "DO: later"),
        (unfinished, "raise Not" + "ImplementedError"),
    ],
)
def test_what_must_not_stand_in_a_file_is_noticed(check: Check, bad: str) -> None:
    assert len(list(check("a.txt", f"first line\n{bad}\n"))) >= 1


@pytest.mark.parametrize("check", [registries, machine_paths, unfinished])
def test_what_may_stand_in_a_file_passes(check: Check) -> None:
    good = "from a package registry; /usr/bin/env bash; http://127.0.0.1:8000/home/today; todos; ~/work/a/b.py; /work/3"
    assert list(check("a.txt", good)) == []


def test_this_very_checkout_is_a_machine_path() -> None:
    if len(ROOT.parts) >= 3:
        assert list(machine_paths("a.txt", f"cd {ROOT}/states"))


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ("a==1 \\\n    --hash=sha256:0\nb==2\n    # via a\n", "no hash"),
        ("a>=1 \\\n    --hash=sha256:0\n", "not pinned"),
        ("a @ https://example.org/a.whl \\\n    --hash=sha256:0\n", "names a place"),
        ("--no-binary x\n", "names a place"),
    ],
)
def test_a_loose_lock_file_is_noticed(bad: str, word: str) -> None:
    [fault] = unlocked("x.lock", bad)
    assert word in fault


def test_a_package_missing_from_the_lock_is_noticed() -> None:
    [fault] = not_in_the_lock(["Typer>=1", "pwdlib[argon2]>=0.3", "py_yaml"], {"typer": "1", "pwdlib": "1"})
    assert fault.startswith("py-yaml ")
