"""Following what one sent in (查询办理情况): by the code of the receipt, without an account or anybody's data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.dependencies import AddressDep
from api.pages.forms import Field
from api.pages.objecting import SentDep
from api.pages.render import OpenPageDep, Page
from states.say import Sentence, say
from workflow import objections, public_applications, receipts
from workflow.objections import Progress
from workflow.public_limits import admit
from workflow.queries.public_notices import contact_of
from workflow.receipts import Ticket

router = APIRouter()
FORM = "receipt"


@router.get("/public/receipt")
def ask(page: OpenPageDep) -> Response:
    """The form for the code."""
    return _show(page, "", None, None)


@router.post("/public/receipt")
def tell(page: OpenPageDep, form: SentDep, address: AddressDep) -> Response:
    """Where the thing stands. The code travels in the body, never in an address. Raises TooMany."""
    typed = form.get("code")
    code = typed.strip()[:100] if isinstance(typed, str) else ""
    if receipts.normalised(code) is None:
        fault = say("回执号由12个字母和数字组成，例如ABCD-2345-WXYZ，请核对后再填")
        return _show(page, code, fault if code else say("请填写回执号"), None)
    admit(page.office.database, FORM, address, page.at)
    with page.office.database.reading() as connection:
        tickets = receipts.find(connection, code)
        entries = _entries(page, connection, tickets)
    if not entries:
        return _show(page, code, say("没有这个回执号，请核对后再填；仍查不到的，请向公示或招聘单位询问"), None)
    return _show(page, code, None, entries)


def _show(page: Page, code: str, fault: Sentence | None, entries: list[dict[str, Any]] | None) -> Response:
    page.headers["X-Robots-Tag"] = "noindex"
    field = Field(
        "code",
        page.tell(say("回执号")),
        value=code if entries is None else "",
        required=True,
        hint=page.tell(say("提交时给您的12位字母和数字，不分大小写，横线可以不输。")),
        error=page.tell(fault) if fault else "",
        autocomplete="off",
    )
    status = 422 if fault else 200
    return page.show("public_receipt.html", "receipt", status=status, field=field, entries=entries, code=code)


def _entries(page: Page, connection: Connection, tickets: Sequence[Ticket]) -> list[dict[str, Any]]:
    found = [_objection(page, connection, one) for one in objections.progress(connection, tickets)]
    return found + [one for ticket in tickets if (one := _application(page, connection, ticket)) is not None]


def _objection(page: Page, connection: Connection, one: Progress) -> dict[str, Any]:
    standing = one.standing
    contact = contact_of(connection, standing.region)
    due = page.day(standing.due_on) if standing.due_on else ""
    facts = [
        (say("所反映的公示"), page.tell(say("{post}拟聘人员公示", post=standing.post_title))),
        (say("公示单位"), standing.employer),
        (say("收到日期"), page.day(standing.lodged_on)),
    ]
    if standing.ended:
        headline, kind = say("已终结：所反映的人员已不再聘用"), "done"
    elif standing.upheld is None:
        headline, kind = say("正在办理，应于{day}前答复", day=due) if due else say("正在办理"), "open"
    else:
        headline = say("异议成立，该人员不予聘用") if standing.upheld else say("经核实，异议不成立")
        kind = "done"
        facts.append((say("答复日期"), page.day(standing.answered_on) if standing.answered_on else "—"))
        facts.append((say("理由"), one.reason or "—"))
    if contact.telephone:
        facts.append((say("联系电话"), contact.telephone))
    return {
        "kind": kind,
        "headline": page.tell(headline),
        "provisional": standing.provisional and kind == "open",
        "facts": [(page.tell(name), value) for name, value in facts],
        "may_withdraw": False,
    }


def _application(page: Page, connection: Connection, ticket: Ticket) -> dict[str, Any] | None:
    """An application sent in on the public form of an announcement."""
    if ticket.application_id is None:
        return None
    status = public_applications.status_of(connection, ticket.application_id)
    if status is None:
        return None
    facts = [
        (say("所报岗位"), status.post),
        (say("用人单位"), status.employer),
        (say("收到时间"), page.moment(status.received_at)),
    ]
    waits = status.status == "waiting"
    return {
        "kind": "open" if waits else "done",
        "headline": page.tell(status.sentence),
        "provisional": False,
        "facts": [(page.tell(name), value) for name, value in facts],
        "may_withdraw": waits,
    }


@router.post("/public/receipt/withdrawal")
def withdraw(page: OpenPageDep, form: SentDep, address: AddressDep) -> Response:
    """Takes back an application that nobody has dealt with yet. Raises TooMany."""
    typed = form.get("code")
    admit(page.office.database, FORM, address, page.at)
    done = public_applications.withdraw(page.office, typed if isinstance(typed, str) else "", page.at)
    words = say("已撤回报名。") if done else say("没有撤回：这次报名已经受理、答复或撤回。请再查询一次。")
    return page.go("/public/receipt", words, "" if done else "care")
