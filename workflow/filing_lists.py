"""Reports that are owed (备案): lists of them as a file, and many recorded as sent at once.

A list is made of what is open of one kind in a place; its file is kept sealed under its digest, so that what was sent
can be shown again to the byte. Recording it as sent takes the step ``file`` for each hire, in its own trail. Every act
stands in the office log too (book ``filings``), without anything about people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select, tuple_, update

from states.clocks import local_day
from states.facts import Actor
from states.labels import role_name
from states.meets import enforces
from states.procedure import Procedure
from states.refusals import InputRefused, NoSuchHire, Refusal, StepNotOffered
from states.say import Sentence, say
from states.steps import FilingLine
from states.vocabulary import State
from workflow import files, office_log
from workflow.engine import bulk
from workflow.masking import masked_tail
from workflow.office import Office
from workflow.plain_words import words
from workflow.queries.paging import PAGE, begins_with, page_size
from workflow.queries.places import region_paths
from workflow.queries.scope import Scope, narrowed, scoped, within
from workflow.rates import CODE
from workflow.sealing import Seal
from workflow.tables import metadata
from workflow.workbooks.layout import Column, Listing, workbook

BOOK = "filings"
#: what one list may hold: it is recorded as sent in one go
MOST = 1000
hire, person, post, opening, filing, table = (
    metadata.tables[name] for name in ("hire", "person", "post", "opening", "filing", "filing_list")
)
#: where a page of filings ended
Key = tuple[date, int, int]


class NoSuchList(NoSuchHire):
    """There is no such list, or not for this actor."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many filings are owed, and how many of them are late."""

    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a list: how many were recorded, and why the others were not, by hire."""

    done: int
    refused: dict[int, Refusal]


# ---- what is owed ------------------------------------------------------------------------------------------------


def owed(
    connection: Connection,
    scope: Scope,
    today: date,
    *,
    which: str = "open",
    region: str | None = None,
    after: Key | None = None,
    limit: int = PAGE,
) -> tuple[list[Row[Any]], Key | None]:
    """Filings within the scope, the most urgent first: ``open``, ``overdue`` or ``sent``; where to go on from."""
    limit = page_size(limit)
    asked = _rows().where(_in_sight(scope, region), _that(which, today))
    if after is not None:
        asked = asked.where(tuple_(filing.c.due_on, filing.c.hire_id, filing.c.seq) > tuple_(*after))
    asked = asked.order_by(filing.c.due_on, filing.c.hire_id, filing.c.seq).limit(limit + 1)
    rows = list(connection.execute(asked).all())
    last = rows[limit - 1] if len(rows) > limit else None
    return rows[:limit], (last.due_on, last.hire_id, last.seq) if last else None


def counts(connection: Connection, scope: Scope, today: date, region: str | None = None) -> Counts:
    """How many are owed and how many are late, within the scope."""
    asked = (
        select(func.count(), func.count().filter(filing.c.due_on < today))
        .join(hire, hire.c.id == filing.c.hire_id)
        .where(filing.c.sent_on.is_(None), _in_sight(scope, region))
    )
    return Counts(*connection.execute(asked).one())


def _rows() -> Select[Any]:
    return (
        select(
            filing,
            hire.c.region,
            hire.c.procedure,
            hire.c.person_id,
            person.c.name,
            person.c.id_number_tail,
            post.c.title,
        )
        .join(hire, hire.c.id == filing.c.hire_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .outerjoin(person, person.c.id == hire.c.person_id)
    )


def _in_sight(scope: Scope, region: str | None) -> ColumnElement[bool]:
    # nothing is owed of an entry that was taken back (撤销录入)
    return within(hire.c.region, narrowed(scope.prefixes, region)) & (hire.c.state != State.WITHDRAWN.value)


def _that(which: str, today: date) -> ColumnElement[bool]:
    if which == "sent":
        return filing.c.sent_on.is_not(None)
    waits = filing.c.sent_on.is_(None)
    return waits & (filing.c.due_on < today) if which == "overdue" else waits


def lines_of(procedure: Procedure) -> Iterator[FilingLine]:
    """The kinds of report that a document asks for, each once, in the order of its steps."""
    seen: set[str] = set()
    for step in procedure.steps:
        for line in step.files:
            if line.filing not in seen:
                seen.add(line.filing)
                yield line


# ---- lists -------------------------------------------------------------------------------------------------------


@enforces("XY-24", "XY-37", "LC-18", "BH-04", "BH-16", "BH-18", "BH-55", "NM-24")
def make(office: Office, seal: Seal, procedure_id: str, name: str, region: str, actor: Actor, at: datetime) -> int:
    """Makes a list of what is owed of one kind in a place, the oldest first, and returns its number.

    What stands on a list that waits to be sent is left out; two who make one at once wait for each other. Raises
    InputRefused, also where nothing is owed; StepNotOffered for whoever reports nothing of the kind there.
    """
    line = _line(office, procedure_id, name)
    if line is None or not CODE.fullmatch(region):
        raise InputRefused({"filing": say("请选择备案事项和地区")})
    if line.by not in actor.roles_in(region):
        raise StepNotOffered(say("这一项由别的单位报送，您不能编制名单"), forbidden=True)
    with office.database.session() as session:
        office_log.hold(session, BOOK, at)
        connection = session.connection()
        waiting = _on_waiting_lists(connection, procedure_id, name, region)
        asked = (
            _rows()
            .where(filing.c.filing == name, filing.c.sent_on.is_(None), within(hire.c.region, (region,)))
            .where(hire.c.state != State.WITHDRAWN.value)
            .where(begins_with(hire.c.procedure, f"{procedure_id}@"))
            .order_by(filing.c.due_on, filing.c.hire_id, filing.c.seq)
        )
        rows = [row for row in connection.execute(asked) if (row.hire_id, row.seq) not in waiting][:MOST]
        if not rows:
            raise InputRefused({"filing": say("这个地区没有待报送的这一项，或者都已列入待报送的名单")})
        content = workbook(_listing(office, connection, line, procedure_id, region, rows, local_day(at)))
        digest = files.keep(office, connection, seal, content, "made here", at)
        values: dict[str, Any] = {"procedure_id": procedure_id, "region": region, "filing": name, "digest": digest}
        values |= {"entries": [[row.hire_id, row.seq] for row in rows], "people": len(rows)}
        values |= {"made_by": actor.person_key, "account_id": actor.account_id, "made_at": at}
        number = int(connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one())
        facts = {"list": number, "filing": name, "region": region, "people": len(rows), "digest": digest}
        office_log.write(connection, BOOK, "made", actor, at, facts, office.setting.algorithm)
    return number


def _line(office: Office, procedure_id: str, name: str) -> FilingLine | None:
    try:
        procedure = office.catalogue.current(procedure_id)
    except LookupError:
        return None
    return next((line for line in lines_of(procedure) if line.filing == name), None)


def _on_waiting_lists(connection: Connection, procedure_id: str, name: str, region: str) -> set[tuple[int, int]]:
    around = [region[:length] for length in range(len(region) + 1)]
    asked = select(table.c.entries).where(
        table.c.procedure_id == procedure_id,
        table.c.filing == name,
        table.c.sent_on.is_(None),
        table.c.dropped_at.is_(None),
        within(table.c.region, (region,)) | table.c.region.in_(around),
    )
    return {(hire_id, seq) for entries in connection.execute(asked).scalars() for hire_id, seq in entries}


def _listing(
    office: Office,
    connection: Connection,
    line: FilingLine,
    procedure_id: str,
    region: str,
    rows: Sequence[Row[Any]],
    today: date,
    numbers: Mapping[int, str] | None = None,
) -> Listing:
    """The list on paper: identity numbers by their last four, or in full by ``numbers``."""
    paths = region_paths(connection, {region, *(row.region for row in rows)})
    procedure = office.catalogue.current(procedure_id)
    to = "、".join(role_name(procedure, role.value) for role in line.to)
    cells = [
        [number, row.name or "", _number(row, numbers), paths[row.region], row.title, row.due_on, ""]
        for number, row in enumerate(rows, 1)
    ]
    columns = [
        Column("序号", 6, "number"), Column("姓名", 14), Column("身份证号码", 22), Column("村（社区）", 26),
        Column("岗位名称", 18), Column("应报送日", 13, "day"), Column("备注", 18),
    ]  # fmt: skip
    above = [f"报送单位（盖章）：{paths[region]}", f"报送机关：{to}　　依据：{procedure.document.number}{line.cite}"]
    below = [f"合计：{len(rows)}人", f"经办人：　　　　　　联系电话：　　　　　　编制日期：{today}"]
    return Listing(f"公益性岗位{line.zh}名单", columns, cells, above, below)


def _number(row: Row[Any], numbers: Mapping[int, str] | None) -> str:
    return masked_tail(row.id_number_tail or "") if numbers is None else numbers.get(row.person_id, "")


def in_full(office: Office, connection: Connection, row: Any, numbers: Mapping[int, str], today: date) -> Listing:
    """A list with the full numbers of its people, with the digest of the one that was made. Raises NoSuchList."""
    line = _line(office, row.procedure_id, row.filing)
    if line is None:
        raise NoSuchList(row.id)
    people = people_on(connection, row, limit=row.people)
    listing = _listing(office, connection, line, row.procedure_id, row.region, people, today, numbers)
    return replace(listing, below=[*listing.below, f"名单第{row.id}号摘要：{row.digest}"])


def lists(connection: Connection, scope: Scope, *, before: int | None = None, limit: int = PAGE) -> list[Row[Any]]:
    """The lists within the scope, the newest first."""
    asked = select(table).where(scope.regions(table.c.region)).order_by(table.c.id.desc()).limit(page_size(limit))
    return list(connection.execute(asked if before is None else asked.where(table.c.id < before)).all())


def one(connection: Connection, scope: Scope, number: int) -> Row[Any]:
    """One list. Raises NoSuchList."""
    row = connection.execute(select(table).where(table.c.id == number, scope.regions(table.c.region))).one_or_none()
    if row is None:
        raise NoSuchList(number)
    return row


def people_on(connection: Connection, row: Any, limit: int = PAGE) -> list[Row[Any]]:
    """The first filings on a list as they stand now."""
    keys = [tuple(entry) for entry in row.entries[:limit]]
    asked = _rows().where(tuple_(filing.c.hire_id, filing.c.seq).in_(keys), filing.c.filing == row.filing)
    return list(connection.execute(asked.order_by(filing.c.due_on, filing.c.hire_id)).all())


def send(office: Office, number: int, sent_on: date | None, receipt: str, actor: Actor, at: datetime) -> Sent:
    """Records that a list was sent, for each hire on it; what was recorded singly before stays as it is.

    ``at`` is aware. A hire that cannot take the step is named with its reason and stays owed. Taken again after a
    fault it goes on where it ended. Raises NoSuchList, InputRefused, StepNotOffered.
    """
    faults: dict[str, Sentence] = {}
    kept = words(receipt, 2, 200)
    with office.database.reading() as connection:
        row = one(connection, scoped(actor), number)
    if sent_on is None or not local_day(row.made_at) <= sent_on <= local_day(at):
        faults["sent_on"] = say("请填写报送日期：编制名单之日至今天之间")
    if kept is None:
        faults["receipt"] = say("请填写收文号或回执（2至200字）")
    if faults or sent_on is None or kept is None:
        raise InputRefused(faults)
    _may(office, row, actor)
    refused: dict[int, Refusal] = {}
    for wave in _waves(row.entries):
        payloads = {hire_id: {"filing": row.filing, "seq": seq} for hire_id, seq in wave.items()}
        payload = {"sent_on": sent_on, "receipt": kept}
        answers = bulk(office, list(wave), "file", actor, at, payload, batch=f"filing-list-{number}", payloads=payloads)
        refused |= {i: a for i, a in zip(wave, answers, strict=True) if isinstance(a, Refusal)}
    with office.database.transaction() as connection:
        still = _owed_of(connection, row)
        values = {"sent_on": sent_on, "receipt": kept, "sent_by": actor.person_key, "sent_at": at}
        mine = (table.c.id == number, table.c.sent_on.is_(None), table.c.dropped_at.is_(None))
        if connection.execute(update(table).where(*mine).values(values)).rowcount:
            facts = {"list": number, "sent_on": sent_on.isoformat(), "digest": row.digest, "left": len(still)}
            office_log.write(connection, BOOK, "sent", actor, at, facts, office.setting.algorithm)
    left = {hire_id: why for hire_id, why in refused.items() if hire_id in still}
    return Sent(row.people - len(still), left)


def drop(office: Office, number: int, actor: Actor, at: datetime) -> None:
    """Takes a list back that was not sent; its filings can be listed anew. Raises NoSuchList, StepNotOffered."""
    with office.database.transaction() as connection:
        row = one(connection, scoped(actor), number)
        _may(office, row, actor)
        mine = (table.c.id == number, table.c.sent_on.is_(None), table.c.dropped_at.is_(None))
        if connection.execute(update(table).where(*mine).values(dropped_at=at)).rowcount != 1:
            raise StepNotOffered(say("这份名单已经报送或者作废"))
        office_log.write(connection, BOOK, "dropped", actor, at, {"list": number}, office.setting.algorithm)


def _may(office: Office, row: Any, actor: Actor) -> None:
    line = _line(office, row.procedure_id, row.filing)
    if line is None or line.by not in actor.roles_in(row.region):
        raise StepNotOffered(say("这份名单由别的单位报送"), forbidden=True)
    if row.sent_on is not None or row.dropped_at is not None:
        raise StepNotOffered(say("这份名单已经报送或者作废"))


def _waves(entries: Iterable[Sequence[int]]) -> Iterator[dict[int, int]]:
    """The entries so that a hire stands in each only once: a hire may owe two reports of one kind."""
    left = [(int(hire_id), int(seq)) for hire_id, seq in entries]
    while left:
        wave: dict[int, int] = {}
        later = []
        for hire_id, seq in left:
            if hire_id in wave:
                later.append((hire_id, seq))
            else:
                wave[hire_id] = seq
        yield wave
        left = later


def _owed_of(connection: Connection, row: Any) -> set[int]:
    keys = [tuple(entry) for entry in row.entries]
    asked = select(filing.c.hire_id).where(
        tuple_(filing.c.hire_id, filing.c.seq).in_(keys), filing.c.filing == row.filing, filing.c.sent_on.is_(None)
    )
    return set(connection.execute(asked).scalars())
