"""Applications without an account (网上报名): sent in sealed, taken over or refused by a clerk, followed by a receipt.

Nothing of them is published. The number itself is kept sealed; its blind index holds one waiting application of a
person to an opening. A person comes into the register only when a clerk takes the application over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from states.clocks import local_day
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from workflow import announcements, public_limits, receipts
from workflow.office import Office
from workflow.person_input import read_person
from workflow.sealing import Place, Seal
from workflow.tables import PublicApplication, metadata

application = metadata.tables["public_application"]
hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))
FORM = "application"
#: what the form asks; anything else is not kept
ASKED = ("name", "id_number", "phone", "address", "education", "home_region", "retirement_category", "statements")
CLAIMED, NONCE = "claimed", "key"


class NotOpen(Refusal):
    """The announcement takes no applications on this day."""


# ---- sending in --------------------------------------------------------------------------------------------------


def send(office: Office, seal: Seal, opening_id: int, given: Mapping[str, Any], address: str, at: datetime) -> str:
    """Keeps an application, sealed, and returns its receipt code, which is shown this once.

    ``given``: ``ASKED``, ``claimed`` (codes of categories the person says to belong to), ``consent`` (to the use of the
    data), and ``key``, a nonce of the form: the same form sent twice has a receipt each time, and is one application.
    ``address``: where it was sent from, for counting. Raises InputRefused with every fault,
    public_limits.TooMany, NotOpen.
    """
    public_limits.admit(office.database, FORM, address, at)
    faults, values, key = _read(seal, given, at)
    if faults:
        raise InputRefused(faults)
    today = local_day(at)
    with office.database.reading() as connection:
        if announcements.one_on_show(connection, today, opening_id) is None:
            raise NotOpen(say("这则公告已经截止或撤销，不再受理报名。正在报名的公告见“招聘公告”"))
    try:
        with office.database.session() as session:
            again = _sent_before(session.connection(), seal, opening_id, key, values)
            if again is not None:
                return receipts.issue(session, at, application_id=again)
            if _live(session.connection(), opening_id, key):
                raise InputRefused({"id_number": _KNOWN})
            row = PublicApplication(
                opening_id=opening_id,
                person_key=key,
                sealed=seal.seal(orjson.dumps(values).decode(), place_of(opening_id, key)),
                received_at=at,
                status="waiting",
            )
            session.add(row)
            session.flush()
            return receipts.issue(session, at, application_id=row.id)
    except IntegrityError:
        raise InputRefused({"id_number": _KNOWN}) from None


_KNOWN = say("这个号码已经报名这个岗位，不必重复报名。请凭回执查询办理情况，或向联系人询问")


def faults_of(seal: Seal, given: Mapping[str, Any], names: Iterable[str], at: datetime) -> dict[str, Sentence]:
    """What is wrong with these fields of a form that is filled in part by part."""
    wanted = set(names)
    return {place: said for place, said in _read(seal, given, at)[0].items() if place.split(".")[0] in wanted}


def _read(seal: Seal, given: Mapping[str, Any], at: datetime) -> tuple[dict[str, Sentence], dict[str, Any], str]:
    asked = {name: given[name] for name in ASKED if given.get(name)}
    _, number, _, faults = read_person(seal, asked, local_day(at))
    if given.get("consent") != "yes":
        faults["consent"] = say("请勾选同意，否则不能在网上报名；也可以到现场报名")
    key = "" if number is None else seal.person_key(number.number)
    if number is not None:
        asked["id_number"] = number.number
    claimed = [str(code) for code in given.get(CLAIMED, ())][:30]
    return faults, {**asked, CLAIMED: claimed, NONCE: str(given.get(NONCE) or "")[:64]}, key


def _sent_before(
    connection: Connection, seal: Seal, opening_id: int, key: str, values: Mapping[str, Any]
) -> int | None:
    """The waiting application that this very form made: somebody pressed the button twice on a slow line."""
    asked = select(application.c.id, application.c.sealed).where(
        application.c.opening_id == opening_id, application.c.person_key == key, application.c.status == "waiting"
    )
    row = connection.execute(asked).one_or_none()
    if row is None or not values[NONCE]:
        return None
    same = orjson.loads(seal.unseal(row.sealed, place_of(opening_id, key))) == values
    return int(row.id) if same else None


def place_of(opening_id: int, key: str) -> Place:
    """Where the sealed text of an application stands."""
    return Place("public_application", "sealed", f"{opening_id}|{key}")


def _live(connection: Connection, opening_id: int, key: str) -> bool:
    """Whether this person waits on this opening, or was taken there."""
    waiting = select(application.c.id).where(
        application.c.opening_id == opening_id, application.c.person_key == key, application.c.status == "waiting"
    )
    return connection.execute(waiting).scalar() is not None or hire_of(connection, opening_id, key) is not None


def hire_of(connection: Connection, opening_id: int, key: str) -> int | None:
    """The live hire of this person on this opening."""
    asked = (
        select(hire.c.id)
        .join(person, person.c.id == hire.c.person_id)
        .where(hire.c.opening_id == opening_id, person.c.key == key, hire.c.state.not_in(("rejected", "withdrawn")))
    )
    return connection.execute(asked).scalar()


# ---- following it ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Status:
    """Where an application stands, as its receipt tells: waiting, taken, refused (with the reason) or withdrawn.

    ``hire_state``: the state of the hire once it was taken.
    """

    application_id: int
    status: str
    received_at: datetime
    opening_id: int
    post: str
    employer: str
    answered_at: datetime | None
    reason: str | None
    hire_state: str | None

    @property
    def facts(self) -> tuple[tuple[Sentence, str], ...]:
        """What its receipt shows beside: the post and the employer."""
        return ((say("报名岗位"), self.post), (say("用人单位"), self.employer))

    @property
    def sentence(self) -> Sentence:
        """The same in plain words."""
        if self.status == "refused":
            return say("没有受理。理由：{reason}", reason=self.reason or "")
        return {
            "waiting": say("已收到，正在等待工作人员受理。"),
            "taken": say("已受理，正在按程序办理。结果以公示和通知为准。"),
            "withdrawn": say("您已撤回这次报名。"),
        }[self.status]


def status_of(connection: Connection, application_id: int) -> Status | None:
    """Where an application stands; None if there is none. Holds nothing of the person."""
    row = connection.execute(
        select(
            application.c.id,
            application.c.status,
            application.c.received_at,
            application.c.opening_id,
            application.c.answered_at,
            application.c.answer,
            post.c.title,
            post.c.employer,
            hire.c.state,
        )
        .join(opening, opening.c.id == application.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .outerjoin(hire, hire.c.id == application.c.hire_id)
        .where(application.c.id == application_id)
    ).one_or_none()
    if row is None:
        return None
    times = (row.received_at, row.opening_id, row.title, row.employer, row.answered_at)
    return Status(row.id, row.status, *times, row.answer if row.status == "refused" else None, row.state)


def withdraw(office: Office, code: str, at: datetime) -> bool:
    """Takes a waiting application back by its receipt code (撤回报名). False: no such code, or it was answered."""
    with office.database.transaction() as connection:
        ids = [t.application_id for t in receipts.find(connection, code) if t.application_id is not None]
        taken_back = (
            update(application)
            .where(application.c.id.in_(ids), application.c.status == "waiting")
            .values(status="withdrawn", answered_at=at)
        )
        return bool(ids) and connection.execute(taken_back).rowcount == 1
