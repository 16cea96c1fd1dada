"""``zaigang account``: the first accounts of an office that begins without the demonstration (账户)."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Annotated

import typer

from api.cli.console import Answer, CommandFailed, Console, command, group
from api.cli.rooms import opened
from states.facts import Grant
from states.refusals import InputRefused
from states.say import say
from states.vocabulary import Role

RoleOption = Annotated[
    str, typer.Option("--role", metavar="|".join(r.value for r in Role if r is not Role.SYSTEM), help="角色 / role")
]
RegionOption = Annotated[
    str,
    typer.Option(
        "--region", metavar="CODE", help="地区编码，及其以下；all 为全部 / region and all below it; all: everywhere"
    ),
]
Username = Annotated[str, typer.Argument(metavar="USERNAME", help="用户名 / user name")]
ONLY_ASKED = say("已有两位安全管理员，控制台只能提出授权：请其中一位在“系统管理—授权”中确认后生效").pattern
PASSWORD, NUMBER = "ZAIGANG_NEW_PASSWORD", "ZAIGANG_NEW_ID_NUMBER"


def add_to(app: typer.Typer) -> None:
    below = group(app, "account", "账户：开立、授权、重置、列出。\n\nAccounts: create, grant, reset, list.")
    command(below, "create")(create)
    command(below, "grant")(grant)
    command(below, "reset")(reset)
    command(below, "list")(list_all)


def create(
    console: Console,
    username: Username,
    name: Annotated[str, typer.Option("--name", help="姓名 / name of the person")],
    role: RoleOption,
    region: RegionOption,
    email: Annotated[str | None, typer.Option("--email", help="邮箱 / e-mail")] = None,
) -> Answer:
    """开立账户。密码和公民身份号码在终端输入，或取自环境变量，不写在命令里。

    Creates an account for a natural person. Password and identity number are asked for at the terminal, or taken from
    ZAIGANG_NEW_PASSWORD and ZAIGANG_NEW_ID_NUMBER; they never stand in the command. Once two people are security
    administrators, the role is only asked for: one of them confirms it.
    """
    from workflow.access_policy import policy_of
    from workflow.accounts import create_account, grant_faults
    from workflow.granting import from_console
    from workflow.office_log import ACCESS, CONSOLE_ACTOR, write
    from workflow.sealing import Seal

    granted = Grant(_role(role), _region(region))
    with opened(console) as office:
        seal = Seal.open(console.settings)
        seal.bind(office.database, office.now())
        number = _secretly(console, NUMBER, console.gettext("公民身份号码："))
        password = _secretly(console, PASSWORD, console.gettext("密码："), twice=True)
        with office.database.session() as session:
            try:
                account_id = create_account(
                    session,
                    seal,
                    username=username,
                    password=password,
                    person=number,
                    name=name,
                    email=email,
                    language="en" if console.language == "en" else "zh",
                    at=office.now(),
                    policy=policy_of(console.settings),
                )
            except InputRefused as refused:
                # whoever types it all again should hear of every fault at once
                raise InputRefused({**refused.faults, **grant_faults(session, [granted])}) from None
            at, algorithm = office.now(), office.setting.algorithm
            write(session, ACCESS, "account_opened", CONSOLE_ACTOR, at, {"account": account_id}, algorithm)
            given = from_console(session, account_id, granted.role, granted.region, at, algorithm)
    lines = [console.gettext("已开立账户{username}（第{n}号）", username=username, n=account_id)]
    lines += [] if given else [console.gettext(ONLY_ASKED)]
    grants = [[granted.role.value, granted.region]]
    key = "grants" if given else "waiting"
    return Answer({"account_id": account_id, "username": username, key: grants}, tuple(lines))


def grant(console: Console, username: Username, role: RoleOption, region: RegionOption) -> Answer:
    """给账户授予一个地区的角色；其会话随即结束。已有两位安全管理员时，只能提出，由其中一位确认。

    Gives an account a role in a region; its sessions end at once. Once two people are security administrators, it only
    asks, and one of them confirms.
    """
    from sqlmodel import select

    from states.clocks import local_day
    from workflow.accounts import grants_of
    from workflow.granting import from_console
    from workflow.tables import Account

    with opened(console) as office, office.database.session() as session:
        found = session.exec(select(Account).where(Account.username == username)).first()
        if found is None or found.id is None:
            raise CommandFailed(
                say("没有名为“{username}”的账户", username=username), mend=say("用 zaigang account list 查看账户")
            )
        algorithm = office.setting.algorithm
        given = from_console(session, found.id, _role(role), _region(region), office.now(), algorithm)
        session.flush()
        grants = [[g.role.value, g.region] for g in grants_of(session, found.id, local_day(office.now()))]
    lines = [console.gettext("{username}现有：{grants}", username=username, grants=_grants(grants))]
    lines += [] if given else [console.gettext(ONLY_ASKED)]
    return Answer({"username": username, "grants": grants, "in_force": given}, tuple(lines))


def reset(console: Console, username: Username) -> Answer:
    """重置账户的密码和动态口令；本人首次登录时须更换密码。

    Sets a new first password, told this once, and takes the second factor away. The only way for administrators.
    """
    from workflow import account_office
    from workflow.office_log import CONSOLE_ACTOR

    with opened(console) as office, office.database.session() as session:
        number = account_office.number_of(session, username)
        if number is None:
            raise CommandFailed(
                say("没有名为“{username}”的账户", username=username), mend=say("用 zaigang account list 查看账户")
            )
        at, algorithm = office.now(), office.setting.algorithm
        account_office.reset_second_factor(session, CONSOLE_ACTOR, at, number, algorithm)
        password = account_office.reset_password(session, CONSOLE_ACTOR, at, number, algorithm)
    told = console.gettext("初始密码：{password}（本人首次登录时须更换）", password=password)
    return Answer({"username": username, "password": password}, (told,))


def list_all(console: Console) -> Answer:
    """列出全部账户及其角色。

    Every account with its roles and regions.
    """
    from sqlmodel import select

    from states.clocks import local_day
    from workflow.accounts import grants_of
    from workflow.tables import Account

    with opened(console) as office, office.database.session() as session:
        rows = []
        for account in session.exec(select(Account).order_by(Account.username)):
            assert account.id is not None
            grants = [[g.role.value, g.region] for g in grants_of(session, account.id, local_day(office.now()))]
            rows.append(
                {
                    "account_id": account.id,
                    "username": account.username,
                    "name": account.name,
                    "disabled": account.disabled_at is not None,
                    "grants": grants,
                }
            )
    lines = []
    for row in rows:
        closed = console.gettext("（已停用）") if row["disabled"] else ""
        lines.append(f"{row['username']}  {row['name']}{closed}  {_grants(row['grants'])}")  # type: ignore[arg-type]
    return Answer({"accounts": rows}, tuple(lines or [console.gettext("还没有账户")]))


def _grants(grants: list[list[str]]) -> str:
    return "、".join(f"{role}@{region or 'all'}" for role, region in grants)


def _role(text: str) -> Role:
    known = [role.value for role in Role if role not in (Role.SYSTEM, Role.PUBLIC)]
    if text not in known:
        raise CommandFailed(
            say("没有“{role}”这个角色", role=text), where="--role", mend=say("可以是：{known}", known="、".join(known))
        )
    return Role(text)


def _region(text: str) -> str:
    """A missing code must not become the whole country by a slip: the whole tree is spelled out."""
    if not text.strip():
        raise CommandFailed(
            say("请写明地区编码"), where="--region", mend=say("例如 --region 610981；全部地区写 --region all")
        )
    return "" if text == "all" else text.strip().upper()


def _secretly(console: Console, variable: str, prompt: str, *, twice: bool = False) -> str:
    """From the environment, or typed unseen. Raises CommandFailed where nobody can be asked."""
    given = os.environ.get(variable)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise CommandFailed(
            say("没有终端可以输入"), where=variable, mend=say("设置环境变量{name}后再试", name=variable)
        )
    typed = getpass.getpass(prompt)
    if twice and getpass.getpass(console.gettext("再输入一次：")) != typed:
        raise CommandFailed(say("两次输入不一致"), mend=say("重新运行命令"))
    return typed
