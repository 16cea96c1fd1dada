"""Looking after an installation (维护): upgrading the database, backing it up, and the generated documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Answer, CommandFailed, Console, command
from api.cli.rooms import ready, shown_url, sqlite_file
from states.say import say

File = Annotated[Path, typer.Argument(metavar="FILE", help="备份文件 / backup file")]


def add_to(app: typer.Typer) -> None:
    for name, function in (("migrate", migrate), ("backup", backup), ("restore", restore), ("docs", docs)):
        command(app, name)(function)


def migrate(console: Console) -> Answer:
    """建立或升级数据库；已是最新时不作改动。

    Makes the database or brings it up to date; changes nothing when it is.
    """
    from workflow import migrate as steps

    url = console.settings.database_url
    file = sqlite_file(url)
    before = None if file is not None and not file.exists() else steps.current(url)
    steps.upgrade(url)
    after = steps.head()
    if before == after:
        told = say("数据库已是最新（{revision}）", revision=after)
    else:
        told = say("数据库已升级至{revision}", revision=after)
    document = {"database": shown_url(console.settings), "before": before, "after": after, "changed": before != after}
    return Answer(document, (console.text(told),))


def backup(console: Console, file: File) -> Answer:
    """备份数据库到一个新文件；服务可以继续运行。

    Backs the database up into a new file while the service goes on. The secret is not in it: keep that apart.
    """
    from workflow import backup as copies

    ready(console.settings)
    made = copies.backup(console.settings.database_url, file)
    lines = (
        console.gettext(
            "已备份到{file}（{size}字节，SHA-256 {digest}）", file=str(file), size=made.size, digest=made.sha256
        ),
        console.gettext("身份证号等以密钥封存，密钥不在备份里：请另行保管 ZAIGANG_SECRET 或数据文件夹中的 secret 文件"),
    )
    return Answer({"file": str(file), "bytes": made.size, "sha256": made.sha256, "revision": made.revision}, lines)


def restore(
    console: Console,
    file: File,
    replace: Annotated[
        bool, typer.Option("--replace", help="覆盖现有数据（先留一份）/ replace what is there (a copy is kept)")
    ] = False,
) -> Answer:
    """从备份恢复；数据库里已有数据时，须写明 --replace。

    Restores a backup. A database that holds anything is only replaced with --replace, after a copy of it was kept.
    """
    from workflow import backup as copies
    from workflow import migrate as steps

    url = console.settings.database_url
    done = copies.restore(url, file, replace=replace)
    lines = [console.gettext("已从{file}恢复", file=str(file))]
    if done.kept is not None:
        lines.append(console.gettext("原有数据另存为{file}", file=str(done.kept)))
    if done.revision != steps.head():
        lines.append(console.gettext("备份来自较早的版本，请运行 zaigang migrate"))
    kept = None if done.kept is None else str(done.kept)
    return Answer({"file": str(file), "revision": done.revision, "kept": kept}, tuple(lines))


def docs(
    console: Console,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="文档文件夹 / folder of the documents")] = Path(
        "docs"
    ),
) -> Answer:
    """重新生成由办法而来的文档：流程图、步骤表、格式说明、要求对照表。

    Writes the pages that are made from the procedures: pictures, tables, schema, traceability.
    """
    from states import generated, traceability

    if not folder.is_dir():
        raise CommandFailed(say("没有这个文件夹"), where=str(folder), mend=say("在项目的最上层运行，或写明文件夹"))
    wrong = traceability.faults(traceability.requirements(), traceability.claims())
    if wrong:
        raise CommandFailed(
            say("要求对照表不成立，共{n}处", n=len(wrong)), faults=[("", say("{fault}", fault=w)) for w in wrong]
        )
    generated.generate(folder)
    traceability.write(folder / "traceability.md")
    files = sorted([*generated.contents(), "traceability.md"])
    return Answer({"folder": str(folder), "files": files}, (console.gettext("已生成{n}个文件", n=len(files)),))
