"""A list that somebody sends by a form (上传名单): examined as every upload is, read where it lies, and not kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from workflow import files
from workflow.file_checks import sniff
from workflow.imports.workbook import ZIP
from workflow.office import Office

ENDINGS = (".xlsx", ".xls", ".csv", ".txt")


@contextmanager
def examined(office: Office, content: bytes | BinaryIO, name: str) -> Iterator[Path]:
    """The file in a folder of its own, which only this process may read and which is gone at the end.

    ``name``: what the sender calls it; only its ending counts. Raises FileRefused for what no upload may be: too large,
    hostile, infected.
    """
    data = files.received(content, name)
    if data.startswith(ZIP):
        sniff(data)
    office.scanner.check(data)
    ending = Path(name).suffix.lower()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list{ending if ending in ENDINGS else ''}"
        path.write_bytes(data)
        yield path
