"""``zaigang procedure move``: what moving hires to another version of their document would change (换版试算)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import Answer, CommandFailed, Console
from api.cli.rooms import opened
from states.say import say

if TYPE_CHECKING:
    from states.move_preview import Preview

_COLUMNS = (
    "hire_id", "region", "stage", "new_stage", "possible", "why_not", "deadlines", "pay_fen", "new_pay_fen",
    "lawful_until", "new_lawful_until", "refusals",
)  # fmt: skip


def move(
    console: Console,
    old: Annotated[str, typer.Option("--from", metavar="ID@VERSION", help="现在的版本 / the present version")],
    new: Annotated[str, typer.Option("--to", metavar="ID@VERSION", help="拟移到的版本 / the version to move to")],
    region: Annotated[str, typer.Option("--region", help="地区编码，默认全部 / division code, default all")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只试算，不写入 / only look, write nothing")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="输出 CSV / print CSV")] = False,
) -> Answer:
    """逐件试算移到另一版本会改变什么：环节、期限、待遇、最后合法日。换版本身由两个人在网页上办理。

    Foretells hire by hire what another version would change. The move itself is made by two people on the page.
    """
    from workflow.moving import look_at_many

    if not dry_run:
        mend = say("加 --dry-run 试算；在聘用页面点“换版”，一人提出，另一人确认")
        raise CommandFailed(say("换版须由两个人在网页上办理"), where="--dry-run", mend=mend)
    if region and not region.isalnum():
        raise CommandFailed(say("地区编码只能是数字和字母"), where="--region")
    with opened(console) as office:
        for option, key in (("--from", old), ("--to", new)):
            try:
                office.procedure(key)
            except KeyError:
                raise CommandFailed(say("没有名为“{key}”的办法", key=key), where=option) from None
        rows = [_row(console, look) for look in look_at_many(office, old, new, office.now(), region)]
    possible = sum(row["possible"] for row in rows)
    document = {"from": old, "to": new, "hires": len(rows), "possible": possible, "rows": rows}
    if as_csv:
        return Answer(document, tuple(_csv(rows)))
    last = console.gettext("共{n}件，可以移{m}件；只试算，没有写入", n=len(rows), m=possible)
    return Answer(document, (*(_line(row) for row in rows), last))


def _row(console: Console, look: Preview) -> dict[str, Any]:
    lawful, new_lawful = look.lawful
    return {
        "hire_id": look.hire.id,
        "region": look.hire.region,
        "stage": look.hire.stage,
        "new_stage": look.stage.stage if look.stage is not None else None,
        "possible": look.possible,
        "why_not": [console.text(said) for said in look.obstacles],
        "deadlines": {line.name: [_iso(line.before), _iso(line.after)] for line in look.deadlines},
        "pay_fen": look.pay_fen[0],
        "new_pay_fen": look.pay_fen[1],
        "lawful_until": _iso(lawful),
        "new_lawful_until": _iso(new_lawful),
        "refusals": [
            {"act": act, "article": answer.article, "say": console.text(answer.verdict.say)}
            for act, answer in look.refusals
        ],
    }


def _iso(day: Any) -> str | None:
    return None if day is None else day.isoformat()


def _line(row: dict[str, Any]) -> str:
    moved = [f"{name} {before or '—'}→{after or '—'}" for name, (before, after) in row["deadlines"].items()]
    said = row["why_not"] or [f"{row['stage']}→{row['new_stage']}", *moved]
    return f"{'✓' if row['possible'] else '✕'} {row['hire_id']} {row['region']}  " + "；".join(said)


def _csv(rows: Sequence[dict[str, Any]]) -> list[str]:
    made = io.StringIO()
    writer = csv.DictWriter(made, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        plain = {
            "why_not": "；".join(row["why_not"]),
            "deadlines": "；".join(f"{name} {a or '—'}→{b or '—'}" for name, (a, b) in row["deadlines"].items()),
            "refusals": "；".join(f"{one['act']}: {one['say']}" for one in row["refusals"]),
        }
        writer.writerow({**row, **plain})
    return made.getvalue().splitlines()
