"""``zaigang import`` and ``zaigang export``: lists of other programs come in, ours go out (导入、导出)."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from api.cli import applicants
from api.cli.console import Answer, CommandFailed, Console, command, group
from api.cli.lists import By, DryRun, File, faults_told, not_kept, place_told
from api.cli.rooms import actor_named, opened
from states.say import say
from states.when import day_of

if TYPE_CHECKING:
    from workflow.imports.allocation import AllocationReport
    from workflow.imports.roster import RosterReport
    from workflow.imports.template import Blank

Template = Annotated[Path, typer.Argument(metavar="FILE.xlsx")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="写入这个新文件 / write to this new file")]
Format = Annotated[str, typer.Option("--format", metavar="csv|jsonl", help="格式 / format")]


def add_to(app: typer.Typer) -> None:
    bring = group(
        app, "import", "导入：地区、指标分配表、花名册、报名表。\n\nImport: regions, allocations, rosters, applicants."
    )
    command(bring, "regions")(regions)
    command(bring, "allocation")(allocation)
    command(bring, "roster")(roster)
    command(bring, "applicants")(applicants.applicants)
    below = group(bring, "template", "模板。\n\nTemplates to fill in.")
    command(below, "roster")(template_roster)
    command(below, "applicants")(template_applicants)
    send = group(
        app,
        "export",
        "导出：只含该账户可见的内容，不含身份证号。\n\nExport: what an account may see, identity numbers never.",
    )
    command(send, "hires")(export_hires)
    command(send, "audit")(export_audit)


# ---- coming in ---------------------------------------------------------------------------------------------------


def regions(console: Console, file: File, dry_run: DryRun = False) -> Answer:
    """导入行政区划：列为 编码、上级、级别、名称（或 code、parent、level、name）。

    Imports the tree of regions; loaded whole or not at all, a second time changes nothing.
    """
    from workflow import regions as tree
    from workflow.imports.regions import read_regions

    rows = read_regions(file)
    with opened(console) as office:
        try:
            with office.database.session() as session:
                loaded = tree.load(session, rows)
                if dry_run:
                    raise _Undo
        except _Undo:
            pass
    document = {"kept": not dry_run, "added": loaded.added, "changed": loaded.changed, "unchanged": loaded.same}
    facts = {"added": loaded.added, "changed": loaded.changed, "same": loaded.same}
    line = console.gettext("新增{added}个，更名或改挂{changed}个，未变{same}个", **facts)
    return Answer(document, (line, *not_kept(console, dry_run)))


class _Undo(Exception):
    """Ends a transaction of which nothing is to be kept."""


def allocation(
    console: Console,
    file: File,
    procedure: Annotated[str, typer.Option("--procedure", help="办法编号 / id of the document")] = "liaocheng-2022-4",
    year: Annotated[
        int | None, typer.Option("--year", min=2000, max=2100, help="年份；默认取自表题 / default: from the title")
    ] = None,
    dry_run: DryRun = False,
) -> Answer:
    """导入指标分配表：县（市、区）、总数、城镇、乡村，末行合计。有一处不符就整份不导入。

    Imports an annex of places per area. Every row and column has to add up, or nothing is kept.
    """
    from workflow.imports.allocation import import_allocation

    with opened(console) as office:
        document = office.catalogue.current(procedure)
        with office.database.session() as session:
            report = import_allocation(session, document, file, year=year, dry_run=dry_run, office=office)
    return Answer(report.document(console.translate), tuple(_of_allocation(console, report)), ok=not report.faults)


def _of_allocation(console: Console, report: AllocationReport) -> Iterator[str]:
    yield from faults_told(console, report.faults)
    if report.faults:
        yield console.gettext("共{n}处有误，没有导入", n=len(report.faults))
        return
    yield console.gettext(
        "{procedure}，{year}年：新增{new}项，变更{changed}项，未变{same}项",
        procedure=report.procedure,
        year=report.year,
        new=len(report.new),
        changed=len(report.changed),
        same=len(report.unchanged),
    )
    for share in report.changed:
        yield f"  {share.area} {share.kind}: {share.before} → {share.places}"
    yield from not_kept(console, not report.kept)


def roster(
    console: Console,
    file: File,
    by: Annotated[
        str | None, typer.Option("--by", metavar="USERNAME", help="经办人的账户 / account of the person who acts")
    ] = None,
    dry_run: DryRun = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="有误的行除外，其余照常导入 / keep the rows that are sound")
    ] = False,
    update: Annotated[
        bool, typer.Option("--update", help="已登记而内容不同的，按本表更正 / change what is known otherwise")
    ] = False,
    home_region: Annotated[
        str | None, typer.Option("--home-region", help="没有户籍地一列时的地区编码 / region where the sheet has none")
    ] = None,
    education: Annotated[
        str | None, typer.Option("--education", help="没有文化程度一列时的代码 / education where the sheet has none")
    ] = None,
    woman_category: Annotated[
        str | None, typer.Option("--woman-category", metavar="woman55|woman50", help="没有原退休年龄一列时，女性的类别")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="YYYY-MM-DD", help="此前月数计至哪一日，默认今天 / default today")
    ] = None,
) -> Answer:
    """导入在岗人员花名册：登记人员和此前已享受的月数。全部错误一次列出，写明工作表、行和列。

    Imports the roster of people on post. Every fault is told at once, with sheet, row and column; nothing is kept while
    there is one, unless --partial is said. A second import changes nothing.
    """
    from states.facts import SYSTEM
    from workflow.imports.roster import import_roster
    from workflow.sealing import Seal

    defaults = _defaults(home_region, education, woman_category)
    day = _day(until)
    if by is None and not dry_run:
        raise CommandFailed(
            say("登记人员须写明经办人"), where="--by", mend=say("加 --by 用户名；只核对不写入时加 --dry-run")
        )
    with opened(console) as office:
        actor = SYSTEM if by is None else actor_named(office, by)
        at = office.now()
        seal = Seal.open(console.settings)
        if not dry_run:
            seal.bind(office.database, at)
        report = import_roster(
            office,
            seal,
            file,
            actor,
            at,
            defaults=defaults,
            partial=partial,
            update=update,
            dry_run=dry_run,
            until=day,
        )
    ok = not report.faults or (partial and report.kept)
    return Answer(report.document(console.translate), tuple(_of_roster(console, report, dry_run)), ok=ok)


def _defaults(home_region: str | None, education: str | None, woman_category: str | None) -> Any:
    from states.guards.labels import EDUCATION
    from workflow.imports.roster_rows import Defaults

    if education is not None and education not in EDUCATION:
        raise CommandFailed(
            say("没有这种文化程度：{value}", value=education),
            where="--education",
            mend=say("可以是：{known}", known="、".join(EDUCATION)),
        )
    if woman_category not in (None, "woman55", "woman50"):
        raise CommandFailed(
            say("没有“{value}”这种类别", value=str(woman_category)),
            where="--woman-category",
            mend=say("可以是：{known}", known="woman55、woman50"),
        )
    return Defaults(home_region, education, woman_category)


def _of_roster(console: Console, report: RosterReport, dry_run: bool) -> Iterator[str]:
    yield from faults_told(console, report.faults)
    for warning in report.warnings:
        yield console.gettext("提示：{what}", what=place_told(console, warning) + console.text(warning.problem))
    for outcome in report.outcomes:
        if outcome.kind == "different":
            place = console.gettext("第{row}行", row=outcome.row)
            fields = "、".join(outcome.fields)
            yield console.gettext("{place}：已登记，内容不同（{fields}），没有改动", place=place, fields=fields)
    yield console.gettext(
        "共{rows}人：新登记{new}人，更正{updated}人，未变{same}人，不同{different}人，有误{refused}行",
        rows=report.rows,
        new=report.count("created"),
        updated=report.count("updated"),
        same=report.count("unchanged"),
        different=report.count("different"),
        refused=report.refused_rows,
    )
    if report.faults and not report.kept and not dry_run:
        yield console.gettext("共{n}处有误，没有导入", n=len(report.faults))
    yield from not_kept(console, dry_run)


def template_roster(console: Console, file: Template) -> Answer:
    """生成空白花名册：号码列为文本格式，注明模板版本。

    Writes an empty roster to fill in, with numbers as text and the version of the template.
    """
    from workflow.imports.template import ROSTER

    return _blank(console, file, ROSTER)


def template_applicants(console: Console, file: Template) -> Answer:
    """生成空白报名表：号码列为文本格式，注明模板版本。按某一公告的办法定制的，在该公告的导入页下载。

    Writes an empty list of applicants to fill in. That of one announcement is on its import page.
    """
    from workflow.imports.applicant_template import blank_of

    return _blank(console, file, blank_of())


def _blank(console: Console, file: Path, blank: Blank) -> Answer:
    if file.suffix.lower() != ".xlsx":
        raise CommandFailed(
            say("模板是 .xlsx 文件"), where=str(file), mend=say("把文件名写作 {name}", name=f"{file.stem}.xlsx")
        )
    if file.exists():
        raise CommandFailed(say("文件已存在，没有覆盖"), where=str(file), mend=say("换一个文件名"))
    blank.write(file)
    return Answer({"file": str(file)}, (console.gettext("已写入{file}", file=str(file)),))


def _day(text: str | None) -> date | None:
    return None if text is None else day_of(text)


# ---- going out ---------------------------------------------------------------------------------------------------


def export_hires(console: Console, by: By, output: Output = None, form: Format = "csv") -> Answer | None:
    """导出聘用清单。

    The hires that the account may see.
    """
    from workflow import exports

    return _export(console, by, output, form, "hires", exports.HIRES)


def export_audit(console: Console, by: By, output: Output = None, form: Format = "csv") -> Answer | None:
    """导出审计记录：每一步由哪个角色在何时办理，及其哈希值。

    The audit entries that the account may see, with their hashes.
    """
    from workflow import exports

    return _export(console, by, output, form, "audit", exports.AUDIT)


def _export(
    console: Console, by: str, output: Path | None, form: str, what: str, fields: tuple[str, ...]
) -> Answer | None:
    from workflow import exports
    from workflow.queries import scoped

    if form not in ("csv", "jsonl"):
        raise CommandFailed(
            say("没有“{form}”这种格式", form=form), where="--format", mend=say("可以是：{known}", known="csv、jsonl")
        )
    read = exports.hires if what == "hires" else exports.audit
    with opened(console) as office:
        scope = scoped(actor_named(office, by))
        with exports.reading(office.database) as connection:
            lines = read(connection, scope)
            if console.as_json and output is None:
                return Answer({what: list(lines)})
            with _target(output) as file:
                count = _write(file, lines, fields, form)
    if output is None:
        return None
    return Answer(
        {"file": str(output), "lines": count}, (console.gettext("已写入{file}，共{n}行", file=str(output), n=count),)
    )


def _write(file: TextIO, lines: Iterable[dict[str, Any]], fields: tuple[str, ...], form: str) -> int:
    from workflow.exports import for_spreadsheet

    count = 0
    sheet = csv.writer(file, lineterminator="\r\n" if file is not sys.stdout else "\n")
    if form == "csv":
        sheet.writerow(fields)
    for line in lines:
        count += 1
        if form == "csv":
            sheet.writerow(for_spreadsheet(line[name] for name in fields))
        else:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return count


@contextmanager
def _target(output: Path | None) -> Iterator[TextIO]:
    """Standard output, or a new file that Excel knows for UTF-8."""
    if output is None:
        yield sys.stdout
        return
    if output.exists():
        raise CommandFailed(say("文件已存在，没有覆盖"), where=str(output), mend=say("换一个文件名"))
    encoding = "utf-8-sig" if output.suffix.lower() == ".csv" else "utf-8"
    with output.open("x", encoding=encoding, newline="") as file:
        yield file
