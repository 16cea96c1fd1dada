"""The page of an import (导入): the form for a file, then what it says line by line, and the faults to take home.

One page for every list that is looked at before it is taken; what a list means is told by whoever shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from api.pages.render import Page
from states.say import Sentence, say
from workflow.files import FileRefused
from workflow.imports.carried import Carried
from workflow.imports.uploads import examined
from workflow.imports.workbook import MOST_BYTES

PARTIAL = "partial"
NOT_ALL = say("还有错误，没有导入。请改正文件，或勾选“有误的除外，其余导入”。")


@dataclass(frozen=True, slots=True)
class RowView:
    """A line of the list as the look shows it; ``stop``: it will not be taken."""

    name: str
    where: str
    words: str
    notes: Sequence[str] = ()
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What a list comes to. ``counts``: words with numbers; ``ready``: how many lines pressing the button takes.

    ``asks``: what else may be chosen with it, by the name of its field.
    """

    text: str
    sent: Carried
    counts: Sequence[tuple[Sentence, int]]
    rows: Sequence[RowView]
    ready: int
    asks: Sequence[tuple[str, Sentence]] = ()


@dataclass(frozen=True, slots=True)
class Screen:
    """The page. ``action``: the address of the form; ``hint``: what file is wanted; ``downloads``: addresses, words."""

    page: Page
    here: str
    title: Sentence
    lead: str
    crumbs: Sequence[tuple[str, str]]
    action: str
    hint: Sentence
    downloads: Sequence[tuple[str, Sentence]] = ()
    template: str = "import_any.html"
    more: Mapping[str, Any] = field(default_factory=dict)

    def ask(self, fault: Sentence | None = None) -> Response:
        """The form alone; ``fault``: why a file was not read."""
        return self._shown(422 if fault else 200, fault=self.page.tell(fault) if fault else "")

    def show(self, look: Look, refusal: Sentence | None = None) -> Response:
        """What a list comes to; ``refusal``: why it was not taken."""
        tell = self.page.tell
        return self._shown(
            422 if refusal else 200,
            refusal=tell(refusal) if refusal else "",
            list=look.text,
            counts=[(tell(words), number) for words, number in look.counts],
            ready=look.ready,
            asks=[(name, tell(words)) for name, words in look.asks],
            faults=look.sent.faults,
            back=bool(look.sent.cells),
            stopped=[row for row in look.rows if row.stop],
            rows=[row for row in look.rows if not row.stop],
        )

    def _shown(self, status: int, **found: Any) -> Response:
        nothing = {"fault": "", "refusal": "", "list": "", "counts": (), "ready": 0, "back": False, "asks": ()}
        return self.page.show(
            self.template,
            self.here,
            status=status,
            title=self.page.tell(self.title),
            lead=self.lead,
            crumbs=self.crumbs,
            action=self.action,
            hint=self.page.tell(self.hint),
            downloads=[(href, self.page.tell(words)) for href, words in self.downloads],
            megabytes=MOST_BYTES // 1024 // 1024,
            **{**nothing, "faults": (), "rows": (), "stopped": (), **self.more, **found},
        )


@contextmanager
def sent_file(page: Page, form: FormData) -> Iterator[Path]:
    """The file of the form, examined as every upload is, and gone at the end. Raises FileRefused."""
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise FileRefused(say("请先选择要导入的文件"))
    with examined(page.office, sent.file, sent.filename) as path:
        yield path


def where(page: Page, sheet: str, row: int) -> str:
    """The place of a line as the clerk sees it."""
    return " ".join(part for part in (sheet, page.tell(say("第{n}行", n=row)) if row else "") if part)
