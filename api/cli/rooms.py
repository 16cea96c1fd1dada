"""Opening the office for a command (开门): the database must be there and in the shape that this program expects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.console import CommandFailed, Console
from states.say import say

if TYPE_CHECKING:
    from states.facts import Actor
    from workflow.office import Office
    from workflow.settings import Settings


@contextmanager
def opened(console: Console) -> Iterator[Office]:
    """The office, closed again at the end. Raises CommandFailed if the database has to be made or upgraded first."""
    from workflow.demo_clock import DemoClock
    from workflow.office import Office

    settings = console.settings
    ready(settings)
    office = Office.open(settings)
    if settings.demo:
        office.now = DemoClock(office.database)
    try:
        yield office
    finally:
        office.database.dispose()


def ready(settings: Settings) -> None:
    """Raises CommandFailed unless the database is there and migrated."""
    from workflow import migrate

    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        raise CommandFailed(say("还没有数据库"), where=str(file), mend=say("先运行 zaigang migrate"))
    if migrate.pending(settings.database_url):
        raise CommandFailed(
            say("数据库与本程序的版本不一致"), where=shown_url(settings), mend=say("先备份，再运行 zaigang migrate")
        )


def sqlite_file(url: str) -> Path | None:
    """Where an SQLite database lies; None for another database, or one in memory."""
    from sqlalchemy.engine import make_url

    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        return None
    return Path(parsed.database)


def shown_url(settings: Settings) -> str:
    """The address of the database without its password."""
    from sqlalchemy.engine import make_url

    return make_url(settings.database_url).render_as_string(hide_password=True)


def actor_named(office: Office, username: str) -> Actor:
    """The person behind an account that is not closed, with its roles. Raises CommandFailed."""
    from sqlmodel import select

    from states.clocks import local_day
    from states.facts import Actor
    from workflow.accounts import grants_of
    from workflow.tables import Account

    with office.database.session() as session:
        found = session.exec(select(Account).where(Account.username == username)).first()
        if found is None or found.disabled_at is not None:
            raise CommandFailed(
                say("没有名为“{username}”的账户，或已停用", username=username),
                where="--by",
                mend=say("用 zaigang account list 查看账户"),
            )
        assert found.id is not None
        return Actor(found.id, found.person_key, found.name, grants_of(session, found.id, local_day(office.now())))
