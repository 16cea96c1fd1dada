"""The papers of a run in one file (文书包): a .docx for each hire, and a workbook that lists them and who has none.

Each paper is opened by ``making.open_paper``: with the same right, masked for the same readers, and on the record
of the person whose paper it is.
"""

from __future__ import annotations

import hashlib
import io
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from states.clocks import SHANGHAI, local_day
from states.facts import Actor
from states.refusals import NoSuchHire
from workflow.file_checks import EXTENSIONS
from workflow.file_checks.names import clean_name
from workflow.office import Office
from workflow.papers import making
from workflow.papers.kinds import heading_of
from workflow.papers.many import PaperRun
from workflow.papers.rendering import DOCX
from workflow.queries.hires import HireLine, hire_lines
from workflow.queries.places import region_paths
from workflow.queries.scope import scoped
from workflow.sealing import Seal
from workflow.workbooks.layout import Column, Listing, workbook

INDEX = "文书目录.xlsx"
MADE, BEFORE, NONE = "已制作", "此前已制作", "没有制作"
OUT_OF_SIGHT = "已不在您可以查看的范围内"
#: letters of a person's name in that of a file: some file systems end at 255 bytes
_LONGEST = 30
_COLUMNS = (
    Column("序号", 6, "number"), Column("聘用编号", 9, "number"), Column("姓名", 12), Column("村（社区）", 24),
    Column("岗位名称", 16), Column("结果", 12), Column("文书编号", 24), Column("文件名", 36),
    Column("文件摘要（SHA-256）", 34), Column("说明", 40),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Entry:
    """A hire of the run: its paper as it is handed out, or why there is none."""

    hire_id: int
    result: str
    number: str = ""
    name: str = ""
    content: bytes = b""
    why: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest() if self.name else ""


def package(office: Office, seal: Seal, run: PaperRun, actor: Actor, at: datetime) -> bytes:
    """The bytes of a .zip: ``INDEX`` first, then the papers under their numbers and names.

    That each was opened is kept in the log of its person. ``at`` is aware. Raises workflow.sealing.SealBroken.
    """
    scope = scoped(actor)
    ids = [*(hire_id for hire_id, _ in run.made), *(hire_id for hire_id, _ in run.refused)]
    with office.database.reading(scope.reach) as connection:
        lines = {line.id: line for line in hire_lines(connection, scope, ids)}
        places = region_paths(connection, {line.region for line in lines.values()})
    entries = list(_entries(office, seal, run, lines, actor, at))
    day = run.at.astimezone(SHANGHAI).timetuple()[:6]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(_part(INDEX, day), workbook(_index(office, run, entries, lines, places, actor)))
        for entry in entries:
            if entry.name:
                made.writestr(_part(entry.name, day), entry.content)
    return target.getvalue()


def _part(name: str, day: tuple[int, ...]) -> zipfile.ZipInfo:
    part = zipfile.ZipInfo(name, (day[0], day[1], day[2], day[3], day[4], day[5]))
    part.compress_type = zipfile.ZIP_DEFLATED
    return part


def _entries(
    office: Office, seal: Seal, run: PaperRun, lines: Mapping[int, HireLine], actor: Actor, at: datetime
) -> Iterator[_Entry]:
    taken: set[str] = set()
    for hire_id, digest in run.made:
        try:
            opened = making.open_paper(office, seal, hire_id, digest, actor, at)
        except NoSuchHire:  # it went to another region since, or the reader did
            yield _Entry(hire_id, NONE, why=OUT_OF_SIGHT)
            continue
        who = lines[hire_id].person_name if hire_id in lines else None
        stem = f"{opened.line.number}-{(who or '')[:_LONGEST]}{'' if opened.full else '（脱敏）'}"
        result = BEFORE if hire_id in run.again else MADE
        yield _Entry(hire_id, result, opened.line.number, file_name(stem, taken), opened.content)
    for hire_id, why in run.refused:
        yield _Entry(hire_id, NONE, why="；".join(why))


def file_name(stem: str, taken: set[str]) -> str:
    """A name that every file system takes, unlike those in ``taken``, which takes it in.

    Two names differ if they do so on a system that knows no capitals; two counties may number their papers alike.
    """
    flat = stem.replace("/", " ").replace("\\", " ")
    name, again = clean_name(flat, EXTENSIONS[DOCX]), 1
    while _folded(name) in taken:
        again += 1
        name = clean_name(f"{flat} ({again})", EXTENSIONS[DOCX])
    taken.add(_folded(name))
    return name


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _index(
    office: Office,
    run: PaperRun,
    entries: list[_Entry],
    lines: Mapping[int, HireLine],
    places: Mapping[str, str],
    actor: Actor,
) -> Listing:
    rows = []
    for place, entry in enumerate(entries, 1):
        line = lines.get(entry.hire_id)
        about = (line.person_name or "", places[line.region], line.post_title) if line else ("", "", "")
        rows.append([place, entry.hire_id, *about, entry.result, entry.number, entry.name, entry.digest, entry.why])
    titles = dict.fromkeys(heading_of(office.procedure(line.procedure), run.kind) for line in lines.values())
    number = sum(bool(entry.name) for entry in entries)
    above = (
        f"制作人：{actor.name}　　制作日期：{local_day(run.at)}　　批次：{run.id}",
        f"共{len(entries)}人　　文书{number}份　　没有制作{len(entries) - number}人",
    )
    return Listing(f"文书目录：{'、'.join(titles)}", _COLUMNS, rows, above, sheet="文书目录")
