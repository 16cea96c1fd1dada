"""Accounts for system administrators, and the office log for audit administrators (账户与事务日志)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query

from api.access_schemas import AccountIn, AccountOpened, AccountOut, FirstPassword, LogEntry
from api.dependencies import ActorDep, NowDep, OfficeDep, ReadDep, RecentDep, SealDep
from api.inputs import After, Limit, PathId, Slug, a_word, cursor, key_of, number_of
from api.schemas import Page
from states.vocabulary import Role
from workflow import account_office, office_log
from workflow.authority import must_be
from workflow.queries.paging import PAGE

router = APIRouter(tags=["access"])
Text = Annotated[str, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]


@router.get("/accounts", summary="accounts by user name, for system administrators")
def listed(
    actor: ActorDep, read: ReadDep, text: Text = "", after: After = None, limit: Limit = PAGE
) -> Page[AccountOut]:
    must_be(actor, Role.SYSTEM_ADMIN)
    rows = account_office.lines(read, text=text, after=_name_of(after), limit=limit + 1)
    items = [
        AccountOut(
            id=row.id, username=row.username, name=row.name, disabled_at=row.disabled_at, second_factor=row.enrolled
        )
        for row in rows[:limit]
    ]
    return Page(items=items, next=cursor([items[-1].username]) if len(rows) > limit else None)


@router.post(
    "/accounts", summary="open an account without roles; its first password is told this once", status_code=201
)
def opened(
    given: AccountIn, _recent: RecentDep, actor: ActorDep, office: OfficeDep, seal: SealDep, at: NowDep
) -> AccountOpened:
    with office.database.session() as session:
        number, password = account_office.open_account(
            session,
            seal,
            actor,
            at,
            username=given.username,
            person=given.id_number.get_secret_value(),
            name=given.name,
            email=given.email,
            language=given.language,
            algorithm=office.setting.algorithm,
        )
    return AccountOpened(id=number, password=password)


@router.post("/accounts/{account_id}/close", summary="close an account; its sessions end at once", status_code=204)
def closed(account_id: PathId, _recent: RecentDep, actor: ActorDep, office: OfficeDep, at: NowDep) -> None:
    with office.database.session() as session:
        account_office.close(session, actor, at, account_id, office.setting.algorithm)


@router.post("/accounts/{account_id}/reopen", summary="open a closed account again", status_code=204)
def reopened(account_id: PathId, _recent: RecentDep, actor: ActorDep, office: OfficeDep, at: NowDep) -> None:
    with office.database.session() as session:
        account_office.reopen(session, actor, at, account_id, office.setting.algorithm)


@router.post("/accounts/{account_id}/password", summary="set a new first password, told this once")
def password_reset(
    account_id: PathId, _recent: RecentDep, actor: ActorDep, office: OfficeDep, at: NowDep
) -> FirstPassword:
    with office.database.session() as session:
        password = account_office.reset_password(session, actor, at, account_id, office.setting.algorithm)
    return FirstPassword(password=password)


@router.post("/accounts/{account_id}/second-factor", summary="take a lost second factor away", status_code=204)
def second_factor_reset(account_id: PathId, _recent: RecentDep, actor: ActorDep, office: OfficeDep, at: NowDep) -> None:
    with office.database.session() as session:
        account_office.reset_second_factor(session, actor, at, account_id, office.setting.algorithm)


@router.get("/office-log", summary="what was done beside the hires, for audit administrators")
def log(
    actor: ActorDep, read: ReadDep, book: Slug = office_log.ACCESS, after: After = None, limit: Limit = PAGE
) -> Page[LogEntry]:
    must_be(actor, Role.AUDIT_ADMIN)
    rows = office_log.entries(read, book, before=number_of(after), limit=limit + 1)
    items = [_entry(row) for row in rows[:limit]]
    return Page(items=items, next=cursor([items[-1].seq]) if len(rows) > limit else None)


def _entry(row: Any) -> LogEntry:
    at: datetime = row.at
    return LogEntry(
        book=row.book,
        seq=row.seq,
        at=at,
        actor=row.actor_key,
        username=row.username,
        act=row.act,
        facts=orjson.loads(row.body)["facts"],
        hash=row.hash,
    )


def _name_of(after: str | None) -> str:
    key = key_of(after, a_word)
    return "" if key is None else str(key[0])
