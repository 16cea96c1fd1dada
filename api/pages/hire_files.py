"""Files on the hire page (材料): the list, one to download, one to add by a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.pages import words
from api.pages.forms import Field
from api.pages.render import Page, new_key
from states.facts import Hire
from states.procedure import Procedure
from states.say import Sentence, say
from workflow.files import MOST_BYTES
from workflow.queries.case_file import DocumentLine
from workflow.virus import NOT_CHECKED

UPLOAD = "upload"
FILE = "file"
KINDS: dict[str, Sentence] = {
    "application": say("报名材料"),
    "board": say("公示张贴的照片"),
    "evidence": say("证明材料"),
    "other": say("其他"),
}
#: what the file chooser of a browser offers first; the content decides
ACCEPT = ".pdf,.jpg,.jpeg,.png,.webp,.heic,.docx,.xlsx,.odt,.ods,.ofd"
_TYPES: dict[str, Sentence] = {
    "application/pdf": say("PDF"),
    "application/ofd": say("OFD"),
    "image": say("照片"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": say("文字文档"),
    "application/vnd.oasis.opendocument.text": say("文字文档"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": say("表格"),
    "application/vnd.oasis.opendocument.spreadsheet": say("表格"),
}


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as the list shows it; ``href`` is empty for evidence that lies elsewhere and is only told."""

    name: str
    kind: str
    about: str
    who: str
    digest: str
    checked: str
    href: str
    address: str


@dataclass(frozen=True, slots=True)
class UploadView:
    """The form for adding a file."""

    fields: list[Field]
    accept: str
    error: str
    opened: bool
    key: str = field(default_factory=new_key)


def files_of(page: Page, procedure: Procedure, hire: Hire, lines: Sequence[DocumentLine]) -> list[FileView]:
    """The files, the latest first, with who added them when."""
    return [_file(page, procedure, hire, line) for line in lines]


def _file(page: Page, procedure: Procedure, hire: Hire, line: DocumentLine) -> FileView:
    role = words.roles_in_words(page, procedure, [line.role])
    who = page.tell(say("{who}（{role}）", who=line.by or page.tell(say("账户已注销")), role=role))
    kind = page.tell(KINDS.get(line.kind, KINDS["other"]))
    if line.board:
        kind = page.tell(say("{kind}：{board}", kind=kind, board=line.board))
    stop = ", " if page.language == "en" else "，"
    about = stop.join(part for part in (_type(page, line.media_type), size_in_words(line.size)) if part)
    return FileView(
        line.name,
        kind,
        "" if line.address else about,
        f"{page.moment(line.at)} · {who}",
        line.digest,
        "" if line.address else page.tell(_checked(line.checked)),
        "" if line.address else f"/hires/{hire.id}/documents/{line.seq}",
        line.address or "",
    )


def _type(page: Page, media_type: str) -> str:
    found = _TYPES.get(media_type) or _TYPES.get(media_type.partition("/")[0])
    return page.tell(found) if found else ""


def _checked(checked: str | None) -> Sentence:
    """Honest about what nobody looked at."""
    if checked is None or checked == NOT_CHECKED:
        return say("未查毒")
    return say("已查毒（{by}）", by=checked)


def size_in_words(size: int) -> str:
    """Bytes as people read them."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(1, round(size / 1024))} KB"


def upload_form(page: Page, hire: Hire, given: Mapping[str, list[str]], fault: Sentence | None) -> UploadView:
    """The form for a file; after a refusal the file has to be chosen again, what was chosen beside it stays."""
    chosen = (given.get("kind") or ["board" if hire.dossier.boards and hire.dossier.notice_ends_on else "other"])[0]
    kinds = tuple((code, page.tell(called)) for code, called in KINDS.items())
    fields = [Field("kind", page.tell(say("这是什么材料")), "radio", options=kinds, chosen=frozenset({chosen}))]
    if hire.dossier.boards:
        board = (given.get("board") or [""])[0]
        none = ("", page.tell(say("与张贴处无关")))
        options = (none, *((name, name) for name in hire.dossier.boards))
        label = page.tell(say("照片上是哪一处公示栏"))
        fields.append(Field("board", label, "select", options=options, chosen=frozenset({board}), prefix=f"{UPLOAD}-"))
    return UploadView(fields, ACCEPT, page.tell(fault) if fault else "", fault is not None)


def hint(page: Page) -> str:
    """What may be sent."""
    return page.tell(say("PDF、照片、docx、xlsx、odt、ods或OFD，每份不超过{most}MB。", most=MOST_BYTES // 1024 // 1024))


def about_of(given: Mapping[str, list[str]]) -> dict[str, Any]:
    """What the form says of a file, beside the file."""
    kind, board = ((given.get(name) or [""])[0].strip() for name in ("kind", "board"))
    return {"kind": kind or "other", "board": board or None}
