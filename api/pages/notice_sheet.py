"""One sheet as its office sees it (一份公示): persons, boards with what shows that they hung, and the count of days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.forms import Field
from api.pages.notice_forms import board_rows
from api.pages.public import grouped
from api.pages.record import Proved
from api.pages.render import Page
from states.clocks import reckon
from states.labels import notice_length, period
from states.procedure import Procedure, article_of
from states.say import Sentence, say
from states.steps import Step
from states.vocabulary import RecordKind
from workflow.notices import ATTACH, restarting_step
from workflow.queries import BoardLine, NoticeLine, SheetLine

Given = Mapping[str, list[str]]
Faults = Mapping[str, Sentence]


def sheet_view(page: Page, line: SheetLine, place: str, given: Given, faults: Faults, of: str) -> dict[str, Any]:
    """What the page shows; ``of``: the form that was refused, shown again as it was filled in, with its faults."""
    procedure = page.office.procedure(line.procedure)
    mine = (given, faults)
    nothing: tuple[Given, Faults] = ({}, {})
    return {
        "sheet": {
            "number": line.sheet,
            "post": line.post_title,
            "place": place,
            "employer": line.employer,
            "begins_on": line.begins_on,
            "ends_on": line.ends_on,
            "provisional": line.provisional,
            "article": article_of(procedure, line.article),
            "procedure": procedure.document.number,
            "public": f"/public/notices/{line.sheet}" if line.hangs else None,
            "missing": page.tell(say("{n}处缺少张贴凭证", n=len(line.without_evidence)))
            if line.without_evidence
            else "",
            "open_objections": line.open_objections,
        },
        "people": [_person(page, procedure, one) for one in line.people],
        "boards": [_board(board) for board in line.boards],
        "count": _count(page, procedure, line),
        "restart": _restart(page, procedure, line, *(mine if of == "restart" else nothing)),
        "evidence": _evidence(page, procedure, line, *(mine if of == "evidence" else nothing)),
    }


def _person(page: Page, procedure: Procedure, one: NoticeLine) -> dict[str, Any]:
    stage = procedure.stage_by_name.get(one.stage)
    if one.replaced:
        standing, kind = say("已更正，另行公示"), "soft"
    elif one.open_objections:
        standing, kind = say("异议待处理，公示对其不能结束"), "care"
    elif one.closed_on is not None:
        standing, kind = say("公示期满，无未处理异议"), "done"
    elif one.hangs:
        standing, kind = say("正在公示"), "open"
    else:
        standing, kind = say("已不在公示中"), "soft"
    return {
        "hire_id": one.hire_id,
        "name": one.person_name,
        "stage": page.named(stage) if stage else one.stage,
        "standing": page.tell(standing),
        "kind": kind,
        "objections": page.tell(say("{n}件未处理", n=one.open_objections)) if one.open_objections else "",
    }


def _board(board: BoardLine) -> dict[str, Any]:
    return {
        "name": board.name,
        "posted_on": board.posted_on,
        "evidence": [
            {
                "name": one.name,
                "digest": grouped(one.digest),
                "href": one.address or f"/hires/{one.hire_id}/documents/{one.seq}",
                "outside": one.address is not None,
            }
            for one in board.evidence
        ],
    }


def _count(page: Page, procedure: Procedure, line: SheetLine) -> dict[str, Any] | None:
    """How the last day was counted, day by day, from the last board that counts."""
    length = notice_length(procedure, line.round)
    reckoned = reckon(procedure, length, line.begins_on, page.office.setting.calendar) if length else None
    if length is None or reckoned is None:
        return None
    last = max((board.posted_on for board in line.boards), default=line.begins_on)
    base = say("从最后一处张贴之日{day}起算", day=page.day(line.begins_on))
    if last < line.begins_on:
        base = say(
            "最后一处张贴于{last}，登记并上网公示于{day}，从{day}起算",
            last=page.day(last),
            day=page.day(line.begins_on),
        )
    return {
        "length": page.tell(say("共{length}", length=period(procedure, length, page.language).rstrip("*"))),
        "base": page.tell(base),
        "reading": page.tell(reckoned.reading),
        "caution": page.tell(reckoned.caution) if reckoned.caution else "",
        "differs": reckoned.on != line.ends_on,
        "proof": [Proved(p.on, p.number, p.counted, page.tell(p.why)) for p in reckoned.proof],
    }


def _restart(page: Page, procedure: Procedure, line: SheetLine, given: Given, faults: Faults) -> dict[str, Any] | None:
    """The form by which the sheet is corrected and put up again; None where the reader may not, or nobody is left."""
    step = restarting_step(procedure, line)
    if step is None or not _may(page, step, line):
        return None
    known = [(board.zh, page.named(board)) for board in procedure.announcement.boards]
    hung = {board.name: board.posted_on for board in line.boards}
    opinion = Field(
        "opinion",
        page.tell(say("更正了什么、为什么重新公示")),
        "prose",
        (given.get("opinion") or [""])[0],
        required=True,
        error=page.tell(faults["opinion"]) if "opinion" in faults else "",
        lines=2,
        prefix="restart-",
    )
    return {
        "name": page.named(step),
        "article": article_of(procedure, step.cite),
        "boards": board_rows(page, known, given, hung),
        "opinion": opinion,
        "faults": [page.tell(fault) for name, fault in faults.items() if name != "opinion"],
        "opened": bool(faults),
    }


def _evidence(page: Page, procedure: Procedure, line: SheetLine, given: Given, faults: Faults) -> dict[str, Any] | None:
    """The form for a photo or an address; None where the reader only looks on."""
    rules = page.office.rulebook.rules(line.procedure)
    stages = {one.stage for one in line.people if not one.replaced}
    steps = [step for stage in stages if (step := rules.step(stage, ATTACH)) is not None]
    if not any(_may(page, step, line) for step in steps):
        return None

    def error(name: str) -> str:
        return page.tell(faults[name]) if name in faults else ""

    names = tuple((board.name, board.name) for board in line.boards)
    first = next(iter(line.without_evidence), line.boards[0].name if line.boards else "")
    chosen = frozenset({(given.get("board") or [first])[0]})
    return {
        "fields": [
            Field(
                "board",
                page.tell(say("哪一处")),
                "select",
                options=names,
                chosen=chosen,
                error=error("board"),
                prefix="ev-",
            ),
            Field(
                "file",
                page.tell(say("照片或扫描件")),
                "file",
                hint=page.tell(say("现场照片须能看清公示内容和张贴位置。")),
                error=error("file"),
                prefix="ev-",
            ),
            Field(
                "address",
                page.tell(say("或者：网上公示的网址")),
                "url",
                (given.get("address") or [""])[0],
                error=error("address"),
                prefix="ev-",
            ),
        ],
        "opened": bool(faults),
    }


def _may(page: Page, step: Step, line: SheetLine) -> bool:
    return bool(page.actor.roles_in(line.region) & frozenset(step.by)) and step.records in (
        RecordKind.NOTICE,
        RecordKind.DOCUMENT,
    )
