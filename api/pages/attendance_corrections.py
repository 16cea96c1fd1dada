"""Setting a person's month of attendance right (考勤更正): what it would cost, the proposal, the second person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.inputs import PathId
from api.pages import reading
from api.pages.attendance import month_in
from api.pages.attendance_view import month_words
from api.pages.filling import Filling, Given, faults_of
from api.pages.forms import Field
from api.pages.hires import whole
from api.pages.ledgers import Cell, Form, Table, show
from api.pages.render import FormDep, Page, PageDep, RecentFormDep
from api.pages.submitted import given_of
from api.problems import NotFound
from states.attendance import MARKS, OFF, composed, read_exceptions, written
from states.pay import yuan
from states.refusals import InputRefused, NoSuchHire, Refusal
from states.say import Sentence, say
from workflow import attendance, attendance_sheets
from workflow import attendance_corrections as corrections
from workflow.attendance_corrections import Foreseen
from workflow.attendance_sheets import SheetRow
from workflow.pay_keeping import STATUSES
from workflow.queries import HireLine, hire_line, scoped

router = APIRouter()
ADDRESS = "/attendance/hires/{hire_id}/{month}"


@dataclass(frozen=True, slots=True)
class Case:
    """One person's month: the line of the hire, its row on the sheet, the pay sheets, and every proposal about it."""

    line: HireLine
    month: date
    place: str
    row: SheetRow
    sheets: tuple[tuple[int, str], ...]
    proposals: tuple[Any, ...]

    @property
    def address(self) -> str:
        return ADDRESS.format(hire_id=self.line.id, month=f"{self.month:%Y-%m}")

    @property
    def waiting(self) -> Any:
        return next((one for one in self.proposals if one.decided_by is None), None)

    @property
    def begins(self) -> str:
        """What the form begins with: what was recorded, and the calendar on days that were not on post then."""
        kept = self.row.kept
        if kept is None:
            return ""
        days = zip(kept.said, self.row.usual, strict=True)
        return written("".join(usual if OFF in (code, usual) else code for code, usual in days), self.row.usual)


@router.get(ADDRESS)
def show_one(page: PageDep, hire_id: PathId, month: str) -> Response:
    """What was recorded and paid of a month, the proposals about it, and the form of the next act."""
    return _page(page, _case(page, hire_id, month), {})


@router.post(ADDRESS)
def ask(page: PageDep, form: FormDep, hire_id: PathId, month: str) -> Response:
    """Shows what would follow for the money; asked again after that, proposes the correction."""
    case, given = _case(page, hire_id, month), given_of(form)
    filling = Filling(page, given)
    try:
        marks = _marks(case, filling.first("exceptions"))
        found = corrections.foresee(page.office, hire_id, case.month, marks, page.actor, page.at)
        if "shown" not in given:
            return _page(page, case, given, found=found)
        reason, version = filling.first("reason"), whole(filling.first("version")) or 0
        corrections.ask(
            page.office, hire_id, case.month, marks, reason, page.actor, page.at,
            version=version, shown=_fen(filling.first("shown")),
        )  # fmt: skip
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _page(page, case, given, refusal)
    return page.go(case.address, say("已提出更正，等待另一人确认。"))


@router.post(ADDRESS + "/decide")
def decide(page: PageDep, form: RecentFormDep, hire_id: PathId, month: str) -> Response:
    """A second person confirms the proposal that waits, or turns it down."""
    case, given = _case(page, hire_id, month), given_of(form)
    filling, waits = Filling(page, given), case.waiting
    uphold = filling.first("decision") == "yes"
    try:
        if waits is None or whole(filling.first("correction")) != waits.id:
            raise NotFound
        found = corrections.decide(
            page.office, waits.id, page.actor, page.at,
            uphold=uphold, shown=_fen(filling.first("shown")), opinion=filling.first("opinion"),
        )  # fmt: skip
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _page(page, case, given, refusal)
    return page.go(case.address, say("已登记不予更正，考勤不变。") if found is None else _next(found))


def _case(page: Page, hire_id: int, text: str) -> Case:
    scope, month = scoped(page.actor), month_in(text)
    with page.reading() as connection:
        line = hire_line(connection, scope, hire_id)
        if line is None or month is None or not scope.covers(line.region):
            raise NotFound
        calendar = page.office.setting.calendar
        rows = attendance_sheets.sheet(connection, scope, line.region, month, page.today, calendar)
        row = next((row for row in rows if row.hire_id == hire_id), None)
        if row is None:
            raise NotFound
        names = reading.place_names(connection, {line.region})
        sheets = corrections.sheets_of(connection, hire_id, month)
        proposals = tuple(corrections.of_month(connection, hire_id, month))
    return Case(line, month, names[line.region], row, sheets, proposals)


def _marks(case: Case, text: str) -> str:
    found = read_exceptions(text, case.month)
    if isinstance(found, Sentence):
        raise InputRefused({"exceptions": found})
    return composed(case.row.usual, found)


def _fen(text: str) -> int | None:
    """A difference as the form carries it; None where the month could not be reckoned."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    number = whole(digits)
    return None if number is None else sign * number


# ---- as the page shows it ----------------------------------------------------------------------------------------


def _page(
    page: Page, case: Case, given: Given, refusal: Refusal | None = None, found: Foreseen | None = None
) -> Response:
    name, words = case.line.person_name, month_words(page, case.month)
    faults = faults_of(refusal)
    named = {"marks": "exceptions"}
    filling = Filling(page, given, {named.get(field, field): why for field, why in faults.items()})
    seen = found or _seen(page, case)
    notes = [page.tell(words) for words in _told(page, seen)] if seen is not None else []
    return show(
        page,
        "attendance",
        say("{name} · {month}考勤更正", name=name or "", month=words),
        say("发放表已经提交或发放的月份，考勤由两个人更正：一人写明理由提出，另一人确认；金额先算给双方看。"),
        crumbs=[
            (f"/attendance?month={case.month:%Y-%m}", page.tell(say("考勤"))),
            (f"/attendance/hires/{case.line.id}", page.tell(say("{name}的考勤台账", name=name or ""))),
        ],
        links=[(f"/attendance/{case.line.region}/{case.month:%Y-%m}", page.tell(say("这个月的考勤表")))],
        notes=notes,
        tables=[_record(page, case), _sheets(page, case), _proposals(page, case)],
        forms=_forms(page, case, filling, found, seen),
        refusal=refusal,
    )


def _seen(page: Page, case: Case) -> Foreseen | None:
    """What the proposal that waits would come to, for whoever may decide it."""
    if case.waiting is None or not page.actor.roles_in(case.line.region) & attendance.CONFIRMERS:
        return None
    try:
        return corrections.foresee(
            page.office, case.line.id, case.month, case.waiting.marks, page.actor, page.at
        )  # fmt: skip
    except Refusal:
        return None


def _told(page: Page, found: Foreseen) -> list[Sentence]:
    """What would follow, in words; where money was claimed back of the month, with what came of that."""
    told, back = _follows(found), found.back
    if back.number:
        sums = {"repaid": yuan(back.repaid_fen), "open": yuan(back.open_fen)}
        words_ = say(
            "第{number}号追回：本月已退回{repaid}元，已从已发中减去；尚未退回{open}元。", number=back.number, **sums
        )
        told.append(words_)
    return told


def _follows(found: Foreseen) -> list[Sentence]:
    if found.anew_fen is None or found.fen is None:
        return [say("更正以后，本月还不能核算，原因是："), found.why or say("考勤没有记全")]
    facts = {"now": yuan(found.anew_fen), "given": yuan(found.given_fen), "fen": yuan(abs(found.fen))}
    if not found.fen:
        return [say("更正以后，本月实发仍是{given}元，没有增减。", **facts)]
    if not found.paid:
        sheet = "、".join(str(number) for number, _ in found.sheets)
        return [
            say(
                "更正以后，本月实发由{given}元变为{now}元；第{sheet}号发放表随之作废，须重新编制和审批。",
                **facts, sheet=sheet,
            )
        ]  # fmt: skip
    if found.fen > 0:
        return [say("更正以后，本月应实发{now}元，已发{given}元，还欠{fen}元：确认以后编制补发表补差。", **facts)]
    return [say("更正以后，本月应实发{now}元，已发{given}元，多发{fen}元：确认以后到追回台账登记。", **facts)]


def _next(found: Foreseen) -> Sentence:
    if not found.fen:
        return say("考勤已更正，金额没有增减。")
    if not found.paid:
        return say("考勤已更正，原发放表已作废，请重新编制。")
    if found.fen > 0:
        return say("考勤已更正，还欠{fen}元，请编制这个月的补发表。", fen=yuan(found.fen))
    return say("考勤已更正，多发{fen}元，请到追回台账登记。", fen=yuan(-found.fen))


def _signs(marks: str) -> str:
    return "".join(MARKS[code].sign for code in marks)


def _record(page: Page, case: Case) -> Table:
    kept = case.row.kept
    columns = [page.tell(one) for one in (say("月份"), say("逐日"), say("第几版"), say("登记时间"))]
    rows: list[list[Cell | str]] = []
    if kept is not None:
        words = month_words(page, case.month)
        rows = [[words, Cell(_signs(kept.marks), case.place), str(kept.version), page.moment(kept.recorded_at)]]
    return Table(page.tell(say("现在的记录")), columns, rows, page.tell(say("这个月还没有考勤记录。")))


def _sheets(page: Page, case: Case) -> Table:
    rows: list[list[Cell | str]] = [
        [Cell(page.tell(say("第{n}号", n=number)), href=f"/pay/{number}"), page.tell(STATUSES[status])]
        for number, status in case.sheets
    ]
    columns = [page.tell(say("发放表")), page.tell(say("办理情况"))]
    none = say("这个月还没有提交发放表，不用更正：请直接在考勤表上修改。")
    return Table(page.tell(say("发放表")), columns, rows, page.tell(none))


def _proposals(page: Page, case: Case) -> Table:
    columns = [say("提出时间"), say("更正为"), say("理由"), say("增减（元）"), say("结果")]
    rows: list[list[Cell | str]] = [
        [
            page.moment(one.asked_at),
            _signs(one.marks),
            one.reason,
            "—" if one.fen is None else yuan(one.fen),
            Cell(_result(page, one), one.opinion or ""),
        ]
        for one in case.proposals
    ]
    return Table(page.tell(say("更正记录")), [page.tell(one) for one in columns], rows, page.tell(say("没有更正过。")))


def _result(page: Page, one: Any) -> str:
    if one.decided_by is None:
        return page.tell(say("等待另一人确认"))
    return page.tell(say("{at}确认", at=page.moment(one.decided_at)) if one.upheld else say("不予更正"))


def _forms(page: Page, case: Case, filling: Filling, found: Foreseen | None, seen: Foreseen | None) -> list[Form]:
    if not case.sheets:
        return []
    if case.waiting is not None:
        return _decision(page, case, filling, seen)
    if not attendance.may_keep(page.actor, case.line.region) or case.row.kept is None:
        return []
    hint = say("空着就是按日历全勤；有例外的写日子和符号，例如{example}。", example="3-5病，8事")
    fields = [
        filling.field("exceptions", say("更正后的例外"), hint=hint, value=case.begins),
        filling.field("reason", say("更正的理由和依据"), "prose", required=True),
    ]
    if found is None:
        title = page.tell(say("提出更正"))
        return [Form(title, fields, page.tell(say("先看金额怎样变")), case.address)]
    carried = {"shown": "" if found.fen is None else str(found.fen), "version": str(case.row.version)}
    return [Form(page.tell(say("提出更正")), [*fields, *_hidden(carried)], page.tell(say("提出更正")), case.address)]


def _hidden(values: Mapping[str, str]) -> list[Field]:
    return [Field(name, name, "hidden", value) for name, value in values.items()]


def _decision(page: Page, case: Case, filling: Filling, seen: Foreseen | None) -> list[Form]:
    waits = case.waiting
    may = bool(page.actor.roles_in(case.line.region) & attendance.CONFIRMERS)
    if not may or page.actor.person_key in (waits.asked_by, waits.asked_for):
        return []
    shown = "" if seen is None or seen.fen is None else str(seen.fen)
    carried = {"correction": str(waits.id), "shown": shown}
    opinion, action = filling.field("opinion", say("意见"), "prose"), f"{case.address}/decide"
    yes, no = page.tell(say("确认更正")), page.tell(say("不予更正"))
    return [
        Form(yes, [opinion, *_hidden({**carried, "decision": "yes"})], yes, action),
        Form(no, _hidden({**carried, "decision": "no"}), no, action, adverse=True, folded=True),
    ]
