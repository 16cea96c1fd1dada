"""Setting a month of attendance right (考勤更正) whose pay sheet was handed in or paid: one asks, another decides.

What would follow for the money is shown before either of them acts. The month then is a new version of itself, on the
office's record. A sheet that was not paid is void and made anew; one that was paid stands: what is still owed is paid
by a supplementary sheet (补差), what was paid too much is claimed back. Owed is what the month comes to less what was
paid of it, and what was handed back by a claim is owed again as far as the month comes to it (``states.top_up``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from states.attendance import KEEPERS, UNKNOWN, check, check_days, lacking_days, service_of
from states.clocks import local_day
from states.facts import Actor, Hire
from states.paid_back import Back
from states.pay import NotPaid
from states.refusals import InputRefused, NoSuchHire, StepNotOffered
from states.say import Sentence, say
from states.top_up import difference_fen
from workflow import office_log
from workflow.attendance import BOOK, CONFIRMERS, keep_corrected
from workflow.attendance_outlook import allowed
from workflow.attendance_rows import Entry, Kept, StaleMonth, months
from workflow.office import Office
from workflow.pay_keeping import DRAFT, PAID, line, sheet
from workflow.pay_rows import MONTHLY, month_of_hire
from workflow.plain_words import words
from workflow.queries.scope import Scope
from workflow.reading import load_hires
from workflow.tables import metadata

table, hire_table, person = (metadata.tables[name] for name in ("attendance_correction", "hire", "person"))
#: of those that wait, so many are told at once
TOLD = 100


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would follow for the money. ``given_fen``: what the person received, or is to, by the ``sheets`` there are,
    less what they handed back of the month since (``states.paid_back``).

    ``anew_fen``: what the month would bring, None where it could not be reckoned; ``why`` then says why, and where
    nothing would be paid. ``sheets``: number and status; ``back``: what was claimed back of the month.
    """

    given_fen: int
    anew_fen: int | None
    why: Sentence | None
    sheets: tuple[tuple[int, str], ...]
    back: Back = field(default_factory=Back)

    @property
    def fen(self) -> int | None:
        """Above nought what is still owed, below it what was paid too much."""
        return None if self.anew_fen is None else self.anew_fen - self.given_fen

    @property
    def paid(self) -> bool:
        """Whether money has gone out by now."""
        return any(status == PAID for _, status in self.sheets)


def foresee(office: Office, hire_id: int, month: date, marks: str, actor: Actor, at: datetime) -> Foreseen:
    """What would follow if the month said ``marks``. Nothing is written; ``at`` is aware.

    Raises NoSuchHire, StepNotOffered where no sheet was handed in, InputRefused for marks that cannot be.
    """
    with office.database.reading() as connection:
        hire = load_hires(connection, [hire_id]).get(hire_id)
        allowed(hire, hire_id, actor, CONFIRMERS)
        assert hire is not None
        _check(hire, month, marks, local_day(at))
        return _foreseen(office, connection, hire_id, month, marks)


def ask(
    office: Office,
    hire_id: int,
    month: date,
    marks: str,
    reason: str,
    actor: Actor,
    at: datetime,
    *,
    version: int,
    shown: int | None,
) -> int:
    """Asks that a month say ``marks``, with a reason, and returns the number of the proposal; another person decides.

    ``version``: of the month that was seen; ``shown``: the difference in fen that was. Raises as ``foresee``,
    StaleMonth, InputRefused without a reason or a change.
    """
    kept = words(reason, 2, 500)
    try:
        with office.database.transaction() as connection:
            hire = load_hires(connection, [hire_id]).get(hire_id)
            allowed(hire, hire_id, actor, KEEPERS)
            assert hire is not None
            before = _seen(connection, hire_id, month, version)
            _check(hire, month, marks, local_day(at))
            if marks == before.marks and before.claimed is None:
                raise InputRefused({"marks": say("与现在的记录相同，没有要更正的")})
            if kept is None:
                raise InputRefused({"reason": say("请写明更正的理由和依据（2至500字）")})
            found = _foreseen(office, connection, hire_id, month, marks)
            _as_shown(found, shown)
            values = {"hire_id": hire_id, "month": month, "version": version, "marks": marks, "reason": kept}
            by = {"asked_by": actor.person_key, "asked_for": _principal(actor, hire.region), "asked_at": at}
            values |= {**by, "account_id": actor.account_id, "fen": found.fen}
            number = int(connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one())
            _log(office, connection, "correction_asked", number, values, actor, at)
            return number
    except IntegrityError as error:
        raise StepNotOffered(say("本月已有一份考勤更正在等待另一人确认")) from error


def decide(
    office: Office, number: int, actor: Actor, at: datetime, *, uphold: bool, shown: int | None, opinion: str = ""
) -> Foreseen | None:
    """Another person confirms a proposal, or turns it down; what followed for the money, None where nothing did.

    ``shown``: the difference in fen that was shown. Raises NoSuchHire, StepNotOffered for whoever asked or stood behind
    it, for the person themselves and where it was decided or is out of date, InputRefused.
    """
    said = words(opinion, 0, 500)
    if said is None:
        raise InputRefused({"opinion": say("意见不超过500字，不能有控制字符")})
    with office.database.transaction() as connection:
        row = connection.execute(select(table).where(table.c.id == number).with_for_update()).one_or_none()
        if row is None:
            raise NoSuchHire(number)
        hire = load_hires(connection, [row.hire_id]).get(row.hire_id)
        keys = allowed(hire, row.hire_id, actor, CONFIRMERS)
        if row.decided_by is not None:
            raise StepNotOffered(say("这份考勤更正已经办理"))
        if keys & {row.asked_by, row.asked_for}:
            raise StepNotOffered(say("更正由您提出，须由另一人确认"), forbidden=True)
        assert hire is not None
        found = _carry_out(office, connection, row, hire, actor, at, shown) if uphold else None
        by = {"decided_by": actor.person_key, "decided_for": _principal(actor, hire.region), "decided_at": at}
        values = {**by, "upheld": uphold, "opinion": said or None}
        connection.execute(update(table).where(table.c.id == number).values(values))
        act = "correction_confirmed" if uphold else "correction_refused"
        _log(office, connection, act, number, row._mapping, actor, at)
    return found


def _carry_out(
    office: Office, connection: Connection, row: Any, hire: Hire, actor: Actor, at: datetime, shown: int | None
) -> Foreseen:
    before = _seen(connection, hire.id, row.month, row.version)
    _check(hire, row.month, row.marks, local_day(at))
    found = _foreseen(office, connection, hire.id, row.month, row.marks)
    _as_shown(found, shown)
    lacking = lacking_days(row.marks, before.device) if before.device is not None else frozenset()
    after = replace(
        before,
        marks=row.marks,
        claimed=None,
        source="page",
        version=before.version + 1,
        recorded_by=row.asked_by,
        recorded_for=row.asked_for,
        account_id=row.account_id,
        recorded_at=at,
        exception=row.reason if lacking else None,
        exception_by=actor.person_key if lacking else None,
    )
    keep_corrected(office, connection, Entry(hire.id, row.marks, row.version), before, after, actor, at)
    return found


# ---- what is looked for ------------------------------------------------------------------------------------------


def waiting(connection: Connection, scope: Scope) -> list[Row[Any]]:
    """The proposals within the scope that nobody decided yet, the oldest first, with the names around them."""
    asked = (
        select(table, hire_table.c.region, person.c.name)
        .join(hire_table, hire_table.c.id == table.c.hire_id)
        .join(person, person.c.id == hire_table.c.person_id)
        .where(table.c.decided_by.is_(None), scope.regions(hire_table.c.region))
        .order_by(table.c.id)
        .limit(TOLD)
    )
    return list(connection.execute(asked).all())


def of_month(connection: Connection, hire_id: int, month: date) -> Sequence[Row[Any]]:
    """Every proposal about a month, the first first."""
    asked = select(table).where(table.c.hire_id == hire_id, table.c.month == month).order_by(table.c.id)
    return connection.execute(asked).all()


def sheets_of(connection: Connection, hire_id: int, month: date) -> tuple[tuple[int, str], ...]:
    """The live sheets of a month on which a hire stands and which were handed in: number and status."""
    asked = (
        select(sheet.c.id, sheet.c.status)
        .join(line, line.c.sheet_id == sheet.c.id)
        .where(line.c.hire_id == hire_id, line.c.month == month, line.c.kind == MONTHLY, line.c.live)
        .where(sheet.c.status != DRAFT)
        .order_by(sheet.c.id)
    )
    return tuple((int(row.id), str(row.status)) for row in connection.execute(asked))


# ---- what holds --------------------------------------------------------------------------------------------------


def _foreseen(office: Office, connection: Connection, hire_id: int, month: date, marks: str) -> Foreseen:
    sheets = sheets_of(connection, hire_id, month)
    if not sheets:
        raise StepNotOffered(say("本月还没有提交发放表，请直接在考勤表上修改"))
    given, answer, back = month_of_hire(office, connection, hire_id, month, marks)
    received = sum(one.net_fen for one in given) - back.repaid_fen
    difference = difference_fen(answer, given, back)
    why = answer.why if isinstance(answer, NotPaid) else None
    return Foreseen(received, None if difference is None else received + difference, why, sheets, back)


def _seen(connection: Connection, hire_id: int, month: date, version: int) -> Kept:
    before = months(connection, [hire_id], month, hold=True).get(hire_id)
    if before is None or before.version != version:
        raise StaleMonth(hire_id, before.version if before else 0)
    return before


def _check(hire: Hire, month: date, marks: str, today: date) -> None:
    fault = check(marks, month) or check_days(marks, month, service_of(hire), today)
    if fault is None and UNKNOWN in marks:
        fault = say("更正之后，在岗的每一天都要有考勤记录")
    if fault is not None:
        raise InputRefused({"marks": fault})


def _as_shown(found: Foreseen, shown: int | None) -> None:
    if found.fen != shown:
        raise StepNotOffered(say("金额与刚才显示的不同，请看过新的金额以后再办"))


def _principal(actor: Actor, region: str) -> str | None:
    """In whose place a deputy acts, where they have no such role of their own."""
    grants = [grant for grant in actor.grants if grant.role in CONFIRMERS and grant.covers(region)]
    return None if any(grant.deputy_for is None for grant in grants) else grants[0].deputy_for


def _log(office: Office, connection: Connection, act: str, number: int, row: Any, actor: Actor, at: datetime) -> None:
    facts = {"correction": number, "hire": row["hire_id"], "month": row["month"].isoformat(), "fen": row["fen"]}
    office_log.write(connection, BOOK, act, actor, at, {**facts, "lines": []}, office.setting.algorithm)
