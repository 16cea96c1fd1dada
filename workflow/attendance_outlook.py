"""What would become of attendance that somebody records (考勤核对): asked before writing, and again within it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, select

from states.attendance import KEEPERS, SEEN_BY_DEVICE, check, check_days, service_of
from states.clocks import local_day
from states.facts import Actor, Hire
from states.refusals import InputRefused, NoSuchHire, Refusal, StepNotOffered
from states.say import Sentence, say
from states.separation import preferred
from states.vocabulary import Role
from workflow.attendance_rows import DEVICE, Entry, Kept, StaleMonth, months, next_of, same, unexplained
from workflow.pay_sheets import PAID
from workflow.portions import in_portions
from workflow.queries import scoped
from workflow.reading import load_hires
from workflow.tables import metadata

LONGEST_REASON = 500
_sheet, _line = metadata.tables["pay_sheet"], metadata.tables["pay_line"]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would become of an entry. ``kind``: new, changed, unchanged, refused."""

    entry: Entry
    kind: str
    before: Kept | None = None
    after: Kept | None = None
    refusal: Refusal | None = None


def outlooks(
    connection: Connection,
    month: date,
    entries: Sequence[Entry],
    actor: Actor,
    at: datetime,
    source: str,
    *,
    hold: bool = False,
) -> list[Outlook]:
    """What would become of each entry, in their order. ``hold``: the months stay as they are read."""
    ids = [entry.hire_id for entry in entries]
    hires: dict[int, Hire] = {}
    for some in in_portions(ids):
        hires |= load_hires(connection, list(some))
    before = months(connection, ids, month, hold=hold)
    paid = paid_ones(connection, ids, month)
    found = []
    for entry in entries:
        known = before.get(entry.hire_id)
        try:
            _check(hires.get(entry.hire_id), entry, month, actor, local_day(at), source)
            principal = _principal(hires[entry.hire_id], actor)
            after = next_of(known, _cleaned(entry), month, actor, at, source, principal)
            if known is not None and same(known, after):
                found.append(Outlook(entry, "unchanged", known, known))
                continue
            _check_against(known, entry, source, paid=entry.hire_id in paid)
        except Refusal as refusal:
            found.append(Outlook(entry, "refused", known, refusal=refusal))
        else:
            found.append(Outlook(entry, "changed" if known else "new", known, after))
    return found


def _check(hire: Hire | None, entry: Entry, month: date, actor: Actor, today: date, source: str) -> None:
    allowed(hire, entry.hire_id, actor, KEEPERS)
    assert hire is not None
    if month.day != 1 or month > today:
        raise InputRefused({"month": say("这个月还没有开始，请选择已经开始的月份")})
    fault = check(entry.marks, month) or check_days(entry.marks, month, service_of(hire), today)
    if fault is None and source == DEVICE and set(entry.marks) - SEEN_BY_DEVICE:
        fault = say("考勤机只能说明谁到过；休息、请假和缺勤由人登记")
    if fault is not None:
        raise InputRefused({"marks": fault})
    if entry.exception is not None and (wrong := _reason_fault(entry.exception)) is not None:
        raise InputRefused({"exception": wrong})


def _check_against(before: Kept | None, entry: Entry, source: str, *, paid: bool) -> None:
    current = before.version if before else 0
    if entry.version != current:
        raise StaleMonth(entry.hire_id, current)
    if paid:
        raise already_paid()
    lacking = sorted(unexplained(before, entry)) if source != DEVICE else ()
    if lacking and not (entry.exception or "").strip():
        days = "、".join(str(day) for day in lacking)
        said = say("考勤机没有{days}日的记录；请写明原因（例如停电、故障），再由另一人确认", days=days)
        raise InputRefused({"exception": said})


def allowed(hire: Hire | None, hire_id: int, actor: Actor, roles: frozenset[Role]) -> frozenset[str]:
    """The natural persons who act: the actor, and whoever they stand in for. Raises NoSuchHire, StepNotOffered."""
    if hire is None or not scoped(actor).covers(hire.region):
        raise NoSuchHire(hire_id)
    grants = [grant for grant in actor.grants if grant.role in roles and grant.covers(hire.region)]
    if not grants:
        raise StepNotOffered(say("您在这个地区没有登记考勤的职责"), forbidden=True)
    keys = frozenset({actor.person_key, *(grant.deputy_for for grant in grants if grant.deputy_for)})
    if hire.person is not None and hire.person.key in keys:
        raise StepNotOffered(say("本人的考勤须由别人登记和确认"), forbidden=True)
    return keys


def _principal(hire: Hire, actor: Actor) -> str | None:
    """Whom the actor stands in for when keeping the attendance of a hire; None in a role of their own."""
    held = actor.roles_in(hire.region) & KEEPERS
    return actor.stands_for(preferred(actor, hire.region, held), hire.region)


def _cleaned(entry: Entry) -> Entry:
    return replace(entry, exception=(entry.exception or "").strip() or None)


def _reason_fault(reason: str) -> Sentence | None:
    text = reason.strip()
    if not text:
        return None
    if len(text) > LONGEST_REASON or not text.replace("\n", " ").isprintable():
        return say("请控制在{n}个字以内", n=LONGEST_REASON)
    return say("请写明原因，例如停电、考勤机故障") if len(text) < 2 else None


def already_paid() -> InputRefused:
    """A month that was paid: what is wrong in it is corrected, not written over."""
    return InputRefused({"month": say("本月待遇已经发放，考勤不能再改；确有错误的，请到本人的考勤台账办理更正")})


def paid_ones(connection: Connection, hire_ids: Iterable[int], month: date) -> frozenset[int]:
    """Those of ``hire_ids`` whose pay of the month went out."""
    return frozenset(on_sheets(connection, hire_ids, month, status=PAID))


def on_sheets(
    connection: Connection, hire_ids: Iterable[int], month: date, *, status: str | None = None
) -> Iterator[int]:
    """Those of ``hire_ids`` that stand on a live pay sheet of the month."""
    wanted = sorted(set(hire_ids))
    for some in in_portions(wanted):
        asked = select(_line.c.hire_id).distinct().join(_sheet, _sheet.c.id == _line.c.sheet_id)
        asked = asked.where(_line.c.month == month, _line.c.kind == "monthly", _line.c.live, _line.c.hire_id.in_(some))
        if status is not None:
            asked = asked.where(_sheet.c.status == status)
        yield from connection.execute(asked.order_by(_line.c.hire_id)).scalars().all()
