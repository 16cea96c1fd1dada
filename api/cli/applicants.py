"""``zaigang import applicants``: a list of applicants for an announcement comes in (导入报名表)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import Answer, Console
from api.cli.lists import By, DryRun, File, faults_told, not_kept, place_told
from api.cli.rooms import actor_named, opened
from states.say import say

if TYPE_CHECKING:
    from workflow.imports.applicant_runs import Run
    from workflow.imports.applicants import Applicants, Outcome

Opening = Annotated[int, typer.Option("--opening", metavar="N", min=1, help="公告的编号 / number of the announcement")]
Partial = Annotated[bool, typer.Option("--partial", help="有误的行除外，其余照常导入 / take the rows that are sound")]


def applicants(
    console: Console, file: File, opening: Opening, by: By, dry_run: DryRun = False, partial: Partial = False
) -> Answer:
    """导入一则公告的报名表：登记人员并受理报名，已报名的略过。全部错误一次列出，写明工作表、行和列。

    Imports the applicants for an announcement: each is registered and applies, whoever has applied is passed over.
    Every fault is told at once; nothing is kept while there is one, unless --partial is said. Whoever the document does
    not admit is listed with the reason, and the others are taken.
    """
    from api.reasons import reasons_of
    from workflow import bulk_runs
    from workflow.imports import applicant_runs
    from workflow.imports.applicants import opening_of, preview, read
    from workflow.sealing import Seal

    with opened(console) as office:
        actor, at = actor_named(office, by), office.now()
        seal = Seal.open(console.settings)
        if not dry_run:
            seal.bind(office.database, at)
        line = opening_of(office, opening, actor)
        found = read(office, seal, file, line, at)
        outlook = preview(office, seal, line, found.lines, actor, at)
        run = None
        if not dry_run and (partial or not found.faults):
            facts = (line, bulk_runs.new_id(at), found.lines, actor, at, lambda why: reasons_of(why, console.text))
            run = applicant_runs.run(office, seal, *facts, faulty=found.faulty_rows, digest=found.digest)
    told = tuple(_told(console, found, outlook, run, dry_run))
    return Answer(_document(console, found, outlook, run), told, ok=not found.faults or run is not None)


def _document(console: Console, found: Applicants, outlook: list[Outcome], run: Run | None) -> dict[str, Any]:
    """Plain values for a JSON answer; no name and no number of a person."""
    from api.reasons import reasons_of

    counts = Counter(one.kind for one in outlook)
    refused = [
        {"sheet": one.line.sheet, "row": one.line.row, "reasons": reasons_of(one.refusal, console.text)}
        for one in outlook
        if one.refusal is not None
    ]
    new, known, already = counts["new"], counts["known"], counts["already"]
    if run is not None:
        new, known, already = run.created, len(run.done) - run.created, run.already
        refused = [{"sheet": one.sheet, "row": one.row, "reasons": list(one.why)} for one in run.refused]
    return {
        "kept": run is not None,
        "run": None if run is None else run.id,
        "rows": found.rows,
        "new": new,
        "known": known,
        "already": already,
        "refused": refused,
        "hires": [] if run is None else [hire for hire, _ in run.done],
        "different": [
            {"sheet": one.line.sheet, "row": one.line.row, "fields": list(one.differs)}
            for one in outlook
            if one.differs
        ],
        "faulty_rows": found.faulty_rows,
        "faults": [fault.document(console.translate) for fault in found.faults],
        "warnings": [fault.document(console.translate) for fault in found.warnings],
    }


def _told(console: Console, found: Applicants, outlook: list[Outcome], run: Run | None, dry_run: bool) -> Iterator[str]:
    document = _document(console, found, outlook, run)
    yield from faults_told(console, found.faults)
    for warning in found.warnings:
        yield console.gettext("提示：{what}", what=place_told(console, warning) + console.text(warning.problem))
    for one in document["different"]:
        place = console.gettext("第{row}行", row=one["row"])
        yield console.gettext(
            "{place}：已登记，内容不同（{fields}），没有改动", place=place, fields="、".join(one["fields"])
        )
    for one in document["refused"]:
        place = console.gettext("第{row}行", row=one["row"])
        yield console.text(say("{place}：不予受理：{why}", place=place, why="；".join(one["reasons"])))
    yield console.gettext(
        "共{rows}人：新登记并报名{new}人，已登记、报名{known}人，早已报名{already}人，不予受理{refused}人，有误{wrong}行",
        rows=found.rows,
        new=document["new"],
        known=document["known"],
        already=document["already"],
        refused=len(document["refused"]),
        wrong=found.faulty_rows,
    )
    if run is None and not dry_run:
        yield console.gettext("共{n}处有误，没有导入", n=len(found.faults))
    yield from not_kept(console, dry_run)
