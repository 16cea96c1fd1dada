"""Files: what is taken, what is refused and at what cost, how they are kept, and what looks for viruses."""

from __future__ import annotations

import hashlib
import io
import json
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import Figures
from tests.support import files_to_send as files_of
from workflow import files
from workflow.file_checks import EXTENSIONS, FileRefused, sniff
from workflow.file_checks.images import MOST_PIXELS, MOST_SIDE
from workflow.file_checks.names import clean_name
from workflow.office import Office
from workflow.sealing import Seal, SealBroken
from workflow.settings import Settings
from workflow.virus import NOT_CHECKED

AT = datetime(2026, 6, 15, 1, tzinfo=UTC)
SEAL = Seal.from_secret(b"a secret for tests only, long enough to be one")
CLEAN = "import sys; sys.stdin.buffer.read(); sys.exit({status})"


def office_of(url: str, **settings: str) -> Office:
    return Office.open(Settings(database_url=url, **settings))  # type: ignore[arg-type]


@pytest.fixture
def office(migrated_url: str) -> Iterator[Office]:
    office = office_of(migrated_url)
    yield office
    office.database.dispose()


# ---- what is taken -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("media_type", files_of.GOOD)
def test_every_kind_is_known_by_its_content(media_type: str) -> None:
    assert sniff(files_of.GOOD[media_type]()) == media_type


def test_every_accepted_kind_but_one_is_tried() -> None:
    assert set(EXTENSIONS) - set(files_of.GOOD) == {"application/vnd.oasis.opendocument.spreadsheet"}


def test_a_file_is_kept_once_sealed_under_its_digest(office: Office) -> None:
    photo = files_of.jpeg()
    first = files.store(office, SEAL, io.BytesIO(photo), "照片.jpg", AT)
    again = files.store(office, SEAL, photo, "同一张.jpeg", AT)
    assert first.digest == again.digest == hashlib.sha256(photo).hexdigest()
    assert (first.size, first.media_type, first.name) == (len(photo), "image/jpeg", "照片.jpg")
    assert (first.checked, again.name) == (NOT_CHECKED, "同一张.jpg")
    with office.database.reading() as connection:
        ((sealed, size),) = connection.exec_driver_sql("SELECT sealed, size FROM stored_file").fetchall()
    assert size == len(photo)
    assert photo[:20] not in bytes(sealed)
    assert files.open_file(office, SEAL, first.digest) == photo


def test_sealed_bytes_open_at_their_own_place_and_under_their_own_secret_only(office: Office) -> None:
    one = files.store(office, SEAL, files_of.jpeg(), "a.jpg", AT).digest
    two = files.store(office, SEAL, files_of.png(), "b.png", AT).digest
    with pytest.raises(SealBroken):
        files.open_file(office, Seal.from_secret(b"another secret, just as long as it has to be"), one)
    assert files.open_file(office, Seal.from_secret(b"y" * 40, b"a secret for tests only, long enough to be one"), one)
    with office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE stored_file SET digest = 'moved' || substr(digest, 6)")
    with pytest.raises(SealBroken):
        files.open_file(office, SEAL, "moved" + two[5:])
    with pytest.raises(KeyError):
        files.open_file(office, SEAL, one)


def test_the_limit_of_size_is_held_on_both_sides(office: Office) -> None:
    def of_size(size: int) -> bytes:
        made = files_of.pdf()
        return made.replace(b"endobj\ntrailer", b"endobj\n%" + b"x" * (size - len(made) - 1) + b"trailer")

    assert files.store(office, SEAL, io.BytesIO(of_size(files.MOST_BYTES)), "a.pdf", AT).size == files.MOST_BYTES
    for content in (of_size(files.MOST_BYTES + 1), io.BytesIO(of_size(files.MOST_BYTES + 1))):
        with pytest.raises(FileRefused, match="超过8MB"):
            files.store(office, SEAL, content, "a.pdf", AT)


def test_a_stream_is_not_read_much_further_than_a_file_may_be(office: Office) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return bytes(size)

    endless = Endless()
    with pytest.raises(FileRefused, match="超过8MB"):
        files.store(office, SEAL, endless, "a.pdf", AT)  # type: ignore[arg-type]
    assert endless.given <= files.MOST_BYTES + 256 * 1024


@pytest.mark.parametrize(
    ("width", "height", "fits"),
    [
        (MOST_SIDE, 1, True),
        (MOST_SIDE + 1, 1, False),
        (8000, MOST_PIXELS // 8000, True),
        (8000, MOST_PIXELS // 8000 + 1, False),
        (0, 5, False),
    ],
)
@pytest.mark.parametrize("kind", ["png", "jpeg", "heic"])
def test_the_size_of_a_picture_is_held_on_both_sides(kind: str, width: int, height: int, fits: bool) -> None:
    picture = getattr(files_of, kind)(width, height)
    if fits:
        assert sniff(picture) == f"image/{kind}"
    else:
        with pytest.raises(FileRefused):
            sniff(picture)


# ---- names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("公示照片.JPG", "公示照片.jpg"),
        ("照片.jpg.exe", "照片.jpg"),
        ("D:\\资料\\桌面\\照片.png", "照片.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("photo\u202egpj.exe", "photogpj.jpg"),
        ("NUL", "_NUL.jpg"),
        ("com1.jpg", "_com1.jpg"),
        ("", "file.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("...", "file.jpg"),
        ('a"b;filename=x.jpg', "a b;filename=x.jpg"),
        ("会议记录2026.6.15.pdf", "会议记录2026.6.15.jpg"),
        ("长" * 300, "长" * 120 + ".jpg"),
    ],
)
def test_a_name_keeps_what_people_meant_and_nothing_else(given: str, kept: str) -> None:
    assert clean_name(given, "jpg") == kept


@pytest.mark.parametrize("name", ["a\0.jpg", "a\r\nset-cookie: x.jpg", "a\n.jpg"])
def test_a_name_with_hidden_signs_is_refused(office: Office, name: str) -> None:
    with pytest.raises(FileRefused, match="文件名"):
        files.store(office, SEAL, files_of.jpeg(), name, AT)


# ---- hostile files (promises G1, G2) -----------------------------------------------------------------------------

_CHILD = """
import json, pathlib, sys, time
from datetime import UTC, datetime
from workflow import files
from workflow.file_checks import FileRefused
from workflow.office import Office
from workflow.sealing import Seal
from workflow.settings import Settings

office, seal = Office.open(Settings(database_url=sys.argv[1])), Seal.from_secret(b"x" * 40)
for path in sorted(pathlib.Path(sys.argv[2]).iterdir()):
    began, said = time.perf_counter(), None
    try:
        with path.open("rb") as stream:
            files.store(office, seal, stream, path.name, datetime.now(UTC))
    except FileRefused as refused:
        said = str(refused.reason)
    print(json.dumps([path.name, time.perf_counter() - began, said]), flush=True)
with open("/proc/self/status") as status:
    print(next(int(line.split()[1]) for line in status if line.startswith("VmHWM")))
"""


@contextmanager
def listening() -> Iterator[tuple[str, list[object]]]:
    """An address on this machine, and who called there."""
    called: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                called.append(line.getpeername())
                line.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x", called
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_hostile_files_are_refused_quickly_in_little_memory_and_call_nobody(
    migrated_sqlite_url: str, tmp_path: Path, figures: Figures
) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    with listening() as (address, called):
        hostile = files_of.hostile(address)
        for name, (content, _) in hostile.items():
            (folder / name).write_bytes(content)
        ran = subprocess.run(
            [sys.executable, "-c", _CHILD, migrated_sqlite_url, str(folder)],
            capture_output=True,
            text=True,
            timeout=110,
            check=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
    *lines, peak = ran.stdout.splitlines()
    outcome = {name: (seconds, said) for name, seconds, said in map(json.loads, lines)}
    assert outcome.keys() == hostile.keys() and len(hostile) >= 30
    reasons = {name: None if reason is None else str(reason) for name, (_, reason) in hostile.items()}
    assert [name for name, (_, said) in outcome.items() if said is None] == []
    assert {n: said for n, (_, said) in outcome.items() if reasons[n] not in (None, said)} == {}
    slowest = max(seconds for seconds, _ in outcome.values())
    figures(
        "hostile files",
        refused=len(hostile),
        slowest_ms=round(slowest * 1000),
        peak_mb=int(peak) // 1024,
        called_back=len(called),
    )
    assert {name: seconds for name, (seconds, _) in outcome.items() if seconds >= 2} == {}
    assert int(peak) < 200 * 1024
    assert called == []


# ---- viruses -----------------------------------------------------------------------------------------------------


def a_command(tmp_path: Path, body: str) -> str:
    script = tmp_path / "scan"
    script.write_text(f"#!{sys.executable}\n{body}\n")
    script.chmod(0o755)
    return str(script)


def test_a_command_that_finds_nothing_lets_the_file_pass(migrated_sqlite_url: str, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    command = a_command(tmp_path, f"import sys; open({str(seen)!r}, 'wb').write(sys.stdin.buffer.read())")
    office = office_of(migrated_sqlite_url, virus_scan_command=command)
    assert files.store(office, SEAL, files_of.jpeg(), "a.jpg", AT).checked == "scan"
    assert seen.read_bytes() == files_of.jpeg()
    office.database.dispose()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (CLEAN.format(status=1), "带有病毒"),
        (CLEAN.format(status=2), "没有给出结果"),
        ("import os; os.abort()", "没有给出结果"),
        ("raise SystemExit('no database')", "带有病毒"),
    ],
)
def test_a_command_that_finds_something_or_fails_refuses_the_file(
    migrated_sqlite_url: str, tmp_path: Path, body: str, said: str
) -> None:
    office = office_of(migrated_sqlite_url, virus_scan_command=a_command(tmp_path, body))
    with pytest.raises(FileRefused, match=said):
        files.store(office, SEAL, files_of.jpeg(), "a.jpg", AT)
    with office.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM stored_file").scalar() == 0
    office.database.dispose()


def test_a_command_that_is_not_there_refuses_the_file(migrated_sqlite_url: str, tmp_path: Path) -> None:
    office = office_of(migrated_sqlite_url, virus_scan_command=str(tmp_path / "nothing"))
    with pytest.raises(FileRefused, match="没有给出结果"):
        files.store(office, SEAL, files_of.jpeg(), "a.jpg", AT)
    office.database.dispose()


@contextmanager
def clamd(path: Path, answer: bytes) -> Iterator[list[bytes]]:
    """A scanner that speaks as clamd does, and what it was sent."""
    sent: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def serve() -> None:
            line, _ = server.accept()
            with line, line.makefile("rb") as reading:
                assert reading.read(10) == b"zINSTREAM\0"
                found = b""
                while size := struct.unpack(">I", reading.read(4))[0]:
                    found += reading.read(size)
                sent.append(found)
                line.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield sent
        thread.join(5)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"stream: OK\0", None),
        (b"stream: Eicar-Test-Signature FOUND\0", "带有病毒"),
        (b"INSTREAM size limit exceeded. ERROR\0", "没有给出结果"),
        (b"", "没有给出结果"),
    ],
)
def test_clamd_is_asked_by_its_own_protocol(
    migrated_sqlite_url: str, tmp_path: Path, answer: bytes, said: str | None
) -> None:
    office = office_of(migrated_sqlite_url, virus_scan_socket=str(tmp_path / "c"))
    photo = files_of.jpeg(comment=b"x" * 60_000, after=b"y" * 200_000)
    with clamd(tmp_path / "c", answer) as sent:
        if said is None:
            assert files.store(office, SEAL, photo, "a.jpg", AT).checked == "clamd"
        else:
            with pytest.raises(FileRefused, match=said):
                files.store(office, SEAL, photo, "a.jpg", AT)
    assert sent == [photo]
    office.database.dispose()
