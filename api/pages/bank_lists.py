"""Lists for the bank (银行代发清单) of a sheet: who took which, what a further one would hold, and changed cards."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep
from api.inputs import PathId
from api.pages import pay_words
from api.pages.filling import faults_of, refusal_of, status_of
from api.pages.hires import whole
from api.pages.pay_found import sheet_of
from api.pages.render import Page, PageDep, RecentFormDep
from api.pages.submitted import given_of
from api.pages.workbooks import workbook
from states.pay import yuan
from states.refusals import Refusal
from states.say import say
from workflow import bank_cards, bank_lists
from workflow.bank_lists import Outlook, Taken
from workflow.bank_results import DECIDERS
from workflow.pay_sheets import APPROVED, PAID, PAYERS, order_of, rows_of
from workflow.queries import pay as found
from workflow.sealing import Seal
from workflow.workbooks import pay_lists
from workflow.workbooks.layout import workbook as on_paper

router = APIRouter()


@router.get("/pay/{number}/bank")
def show(page: PageDep, seal: SealDep, number: PathId) -> Response:
    """The lists that were taken, and for whoever pays or approves what a further one would hold."""
    return _shown(page, seal, number)


@router.post("/pay/{number}/bank")
def take(page: PageDep, form: RecentFormDep, seal: SealDep, number: PathId) -> Response:
    """A list with full cards, to be sent to the bank; each card is put on the record of its person."""
    sheet_of(page, number)
    given = given_of(form)
    purpose = (given.get("purpose") or [""])[0]
    about = (page.office, seal, number, purpose, page.actor, page.at)
    try:
        if "copy" in given:
            return _file(page, bank_lists.copy(*about))
        return _file(page, bank_lists.take(*about, partial="partial" in given))
    except Refusal as refusal:
        return _shown(page, seal, number, refusal)


@router.post("/pay/{number}/bank/card")
def check(page: PageDep, form: RecentFormDep, seal: SealDep, number: PathId) -> Response:
    """Another person has compared a card that changed after the sheet was handed in."""
    sheet_of(page, number)
    given = given_of(form)
    hire, seen, basis = ((given.get(name) or [""])[0] for name in ("hire", "seen", "basis"))
    about = (whole(hire) or 0, whole(seen) or 0, basis, page.actor, page.at)
    try:
        bank_cards.check(page.office, seal, number, *about)
    except Refusal as refusal:
        return _shown(page, seal, number, refusal)
    return page.go(f"/pay/{number}/bank", say("卡号已核对。"))


def _file(page: Page, taken: Taken) -> Response:
    with page.reading() as connection:
        listing = pay_lists.bank(connection, taken, page.actor.name, page.today)
    name = f"银行代发-{taken.sheet.id}-{taken.number}.xlsx"
    return workbook(on_paper(listing), name, f"bank-{taken.sheet.id}-{taken.number}.xlsx")


def _shown(page: Page, seal: Seal, number: int, refusal: Refusal | None = None) -> Response:
    with page.reading() as connection:
        row = sheet_of(page, number, connection)
        roles = page.actor.roles_in(row.region)
        lists = bank_lists.lists_of(connection, number)
        ahead = None
        if row.status in (APPROVED, PAID) and roles & DECIDERS:
            rows = rows_of(page.office, connection, order_of(row), number)
            ahead = bank_lists.outlook(page.office, connection, seal, row, page.actor, rows)
        about = set(ahead.held if ahead else ()) | {int(key) for key in faults_of(refusal) if key.isdigit()}
        names = found.names_of(connection, about)
    return page.show(
        "pay_bank.html",
        "pay",
        status=status_of(refusal),
        refusal=refusal_of(page, refusal, say("没有办理")),
        faults=[pay_words.fault_of(page, name, why, names) for name, why in faults_of(refusal).items()],
        number=number,
        month=pay_words.month_in_words(page, row.month, row.kind),
        approved=row.status in (APPROVED, PAID),
        paid=row.status == PAID,
        may=ahead is not None and bool(roles & PAYERS),
        lists=[_list(page, one) for one in lists],
        ready=len(ahead.ready) if ahead else 0,
        sum=yuan(sum(text.row.net_fen for text in ahead.ready.values())) if ahead else "",
        held=_held(page, ahead, names) if ahead else (),
    )


def _list(page: Page, row: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "who": row.name or "",
        "at": page.moment(row.taken_at),
        "people": row.people,
        "sum": yuan(row.sum_fen),
        "digest": row.digest,
        "purpose": row.purpose,
    }


def _held(page: Page, ahead: Outlook, names: dict[int, str]) -> list[dict[str, Any]]:
    made = []
    for hire_id, why in ahead.held.items():
        card = ahead.cards[hire_id]
        last = card.changes[-1] if card.waits else None
        made.append(
            {
                "hire": hire_id,
                "name": names.get(hire_id, ""),
                "why": page.tell(why),
                "card_of": card.person_id if card.shared or not card.index else 0,
                "seen": last.seq if last else 0,
                "changed": page.tell(say("{who}于{at}改动", who=last.name, at=page.moment(last.at))) if last else "",
            }
        )
    return made
