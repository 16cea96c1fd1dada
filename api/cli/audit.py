"""``zaigang audit``: whether the trail is as it was written, and one hire's file for an auditor (审计)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.console import Answer, CommandFailed, Console, command, group
from api.cli.rooms import opened
from states.say import say

HELP = (
    "审计：核验哈希链、台账和现状，生成可离线核查的核查包。签名检查点尚未提供。\n\n"
    "Audit: verify chains, rows and standing, or write one hire's file to be checked offline. There are no signed "
    "checkpoints yet; keep the hash of a trail's last entry elsewhere, and compare it."
)


def add_to(app: typer.Typer) -> None:
    below = group(app, "audit", HELP)
    command(below, "verify")(verify)
    command(below, "bundle")(bundle)


def verify(
    console: Console,
    hire: Annotated[int | None, typer.Option("--hire", help="只核验这一件聘用 / only this hire")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="核验核查包，不需要数据库 / check a bundle, offline")
    ] = None,
    head: Annotated[
        str | None, typer.Option("--head", help="他处留存的末条哈希值 / hash of the last entry as kept elsewhere")
    ] = None,
) -> Answer:
    """核验审计记录；有一处不符，退出码为1。

    Verifies the trail: every entry, every row it speaks of, where every hire stands, and the logs of people. Exit
    status 1 if anything is not as it was written.
    """
    if file is not None:
        return _verify_file(console, file, head)
    if head is not None:
        raise CommandFailed(say("--head 只用于核查包"), where="--head", mend=say("同时写明 --file"))
    from workflow.audit import verify as verify_trail

    with opened(console) as office:
        if hire is not None:
            _must_exist(office, hire)
        report = verify_trail(office, hire)
        people = [] if hire is not None else _people(console, office)
        house = [] if hire is not None else _house(office)
        months = [] if hire is not None else _attendance(office)
    faults = [
        {"hire_id": f.hire_id, "seq": f.seq, "kind": f.kind, "what": console.text(f.sentence)} for f in report.faults
    ]
    sound = report.sound and not people and not house and not months
    document = {
        "sound": sound,
        "hires": report.hires,
        "entries": report.entries,
        "faults": faults,
        "people": people,
        "office_log": house,
        "attendance": months,
    }
    lines = [
        console.gettext("聘用{hire}，第{seq}条：{what}", hire=f["hire_id"], seq=f["seq"], what=f["what"])
        for f in faults
    ]
    lines += [console.gettext("人员{person}，第{seq}条日志不符（{kind}）", **fault) for fault in people]
    lines += [console.gettext("事务日志{book}，第{seq}条不符（{kind}）", **fault) for fault in house]
    lines += [console.gettext("聘用{hire}的{month}考勤与登记不符（{kind}）", **fault) for fault in months]
    number = len(faults) + len(people) + len(house) + len(months)
    facts = {"hires": report.hires, "entries": report.entries, "n": number}
    if sound:
        lines.append(console.gettext("核验{hires}件聘用、{entries}条记录，全部相符", **facts))
    else:
        lines.append(console.gettext("核验{hires}件聘用、{entries}条记录，{n}处不符", **facts))
    return Answer(document, tuple(lines), ok=sound)


def _must_exist(office: Any, hire_id: int) -> None:
    from states.refusals import NoSuchHire
    from workflow.reading import load_hires

    with office.database.reading() as connection:
        if hire_id not in load_hires(connection, [hire_id]):
            raise NoSuchHire(hire_id)


def _people(console: Console, office: Any) -> list[dict[str, Any]]:
    """The faults in the logs of people. Their commitments are keyed: the secret of this office is needed."""
    from sqlmodel import select

    from workflow import person_log
    from workflow.sealing import Seal
    from workflow.tables import Person

    with office.database.session() as session:
        if session.exec(select(Person.id).limit(1)).first() is None:
            return []
        found = person_log.verify(session, Seal.open(console.settings))
        return [{"person": fault.person_id, "seq": fault.seq, "kind": fault.kind} for fault in found]


def _house(office: Any) -> list[dict[str, Any]]:
    """The faults in the office log."""
    from workflow import office_log

    with office.database.reading() as connection:
        return [{"book": f.book, "seq": f.seq, "kind": f.kind} for f in office_log.verify(connection)]


def _attendance(office: Any) -> list[dict[str, Any]]:
    """The months of attendance that are not as the office log has them."""
    from workflow import attendance

    with office.database.reading() as connection:
        return [{"hire": f.hire_id, "month": f"{f.month:%Y-%m}", "kind": f.kind} for f in attendance.verify(connection)]


def _verify_file(console: Console, file: Path, head: str | None) -> Answer:
    from workflow.bundle import faults_of

    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise CommandFailed(
            say("不是JSON文件"), where=str(file), mend=say("请指向 zaigang audit bundle 生成的文件")
        ) from None
    if not isinstance(document, dict):
        document = {}
    faults = [console.text(sentence) for sentence in faults_of(document, head)]
    hire = document.get("hire")
    end = hire.get("audit_head") if isinstance(hire, dict) else None
    lines = [*faults]
    if not faults:
        lines.append(
            console.gettext("核查包完整：{n}条记录，末条哈希值{head}", n=len(document["entries"]), head=str(end))
        )
        if head is None:
            lines.append(console.gettext("是否被整份改写，须用 --head 对照他处留存的末条哈希值"))
    return Answer(
        {"sound": not faults, "head": end, "compared": head is not None, "faults": faults}, tuple(lines), not faults
    )


def bundle(
    console: Console,
    hire: Annotated[int, typer.Argument(metavar="HIRE", help="聘用的编号 / number of the hire")],
    output: Annotated[Path, typer.Option("--output", "-o", help="写入这个新文件 / write to this new file")],
) -> Answer:
    """生成一件聘用的核查包：全部记录、所适用的办法、期限的逐日推算。

    Writes one hire's file: its trail, the procedure version and the proofs of its days; no name and no number in it.
    """
    from workflow.bundle import bundle as make

    if output.exists():
        raise CommandFailed(say("文件已存在，没有覆盖"), where=str(output), mend=say("换一个文件名"))
    with opened(console) as office:
        document = make(office, hire, office.now())
    with output.open("x", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=1)
    facts = {"file": str(output), "entries": len(document["entries"]), "head": document["hire"]["audit_head"]}
    lines = (
        console.gettext("已写入{file}：{n}条记录", file=str(output), n=facts["entries"]),
        console.gettext("末条哈希值{head}，请另行留存", head=facts["head"]),
    )
    return Answer(facts, lines)
