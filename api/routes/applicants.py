"""Applicants of an announcement (报名人): their order with its reasons, and applications from the network."""

from __future__ import annotations

from fastapi import APIRouter

from api.dependencies import ActorDep, NowDep, OfficeDep, ReadDep, ScopeDep, SealDep, TranslateDep
from api.inputs import PathId
from api.opening_schemas import (
    FlagOut,
    RankedOut,
    RankingOut,
    RefuseIn,
    SubstituteOut,
    TakeIn,
    Taken,
    WaitingList,
    WaitingOut,
)
from api.problems import Forbidden, NotFound
from states.clocks import local_day
from states.facts import Actor
from states.say import Translate
from states.vocabulary import Role
from workflow import announcements, queries, reception
from workflow.announcement_text import scheme_of
from workflow.office import Office
from workflow.queries import HireFilter, OpeningLine, Scope
from workflow.ranking import Flag, Ranked, ranked, substitutes

router = APIRouter()


@router.get("/{opening_id}/ranking", summary="the applicants in their order, each place explained")
def ranking(
    opening_id: PathId,
    connection: ReadDep,
    office: OfficeDep,
    actor: ActorDep,
    scope: ScopeDep,
    at: NowDep,
    translate: TranslateDep,
) -> RankingOut:
    line = _line(office, scope, opening_id)
    procedure = office.procedure(line.procedure)
    offices = {role for step in procedure.steps for role in step.by} - {Role.APPLICANT, Role.SYSTEM}
    if not actor.roles_in(line.region) & offices:
        raise Forbidden
    today = local_day(at)
    found = queries.hires(connection, scope, HireFilter(opening_id=opening_id), limit=queries.MOST)
    lines = ranked(connection, procedure, [one.id for one in found.lines if one.person_id is not None], today)
    warning = announcements.window_warning(line.closes_on, line.announced_on, today)
    return RankingOut(
        items=scheme_of(line.content),
        ranked=[_ranked(one, translate) for one in lines],
        substitutes=[
            SubstituteOut(
                instead_of=one.instead_of.hire_id, proposed=one.proposed.hire_id, text=one.sentence.text(translate)
            )
            for one in substitutes(lines, line.places - line.taken)
        ],
        warning=None if warning is None else warning.text(translate),
    )


def _ranked(one: Ranked, translate: Translate) -> RankedOut:
    return RankedOut(
        hire_id=one.hire_id,
        name=one.name,
        stage=one.stage,
        state=one.state.value,
        standing=one.standing,
        rank=one.rank,
        tied=one.tied,
        tenths=one.tenths,
        items=dict(one.items),
        flags=[_flag(flag, translate) for flag in one.flags],
        text=one.sentence.text(translate),
    )


def _flag(flag: Flag, translate: Translate) -> FlagOut:
    return FlagOut(
        pool=flag.pool.name,
        label=flag.pool.zh,
        use=flag.pool.use,
        holds=flag.holds,
        category=flag.category,
        by=flag.by,
        on=flag.on,
        article=flag.article,
        text=flag.sentence.text(translate),
    )


# ---- from the network --------------------------------------------------------------------------------------------


@router.get("/{opening_id}/applications", summary="waiting applications from the network, the first first")
def waiting(
    opening_id: PathId, office: OfficeDep, actor: ActorDep, scope: ScopeDep, seal: SealDep, at: NowDep
) -> WaitingList:
    _taken_by(office, actor, scope, opening_id)
    found = reception.waiting(office, seal, opening_id, at)
    return WaitingList(
        items=[
            WaitingOut(
                id=one.id,
                received_at=one.received_at,
                name=one.name,
                id_number=one.id_number,
                education=one.values.get("education"),
                home_region=one.values.get("home_region"),
                claimed=list(one.values.get("claimed", [])),
                statements=list(one.values.get("statements", [])),
                person_id=one.person_id,
                differs=list(one.differs),
            )
            for one in found
        ]
    )


@router.post("/{opening_id}/applications/{application_id}/take", summary="register the person and take the application")
def taken(
    opening_id: PathId,
    application_id: PathId,
    given: TakeIn,
    office: OfficeDep,
    actor: ActorDep,
    scope: ScopeDep,
    seal: SealDep,
    at: NowDep,
) -> Taken:
    _application_of(office, actor, scope, opening_id, application_id)
    recognised = {code: {"by": said.by, "on": said.on.isoformat()} for code, said in given.recognised.items()}
    facts = (application_id, actor, at)
    return Taken(hire_id=reception.take(office, seal, *facts, recognised=recognised, renew=given.renew))


@router.post(
    "/{opening_id}/applications/{application_id}/refuse",
    summary="do not take an application, with a reason that the applicant reads",
    status_code=204,
)
def refused(
    opening_id: PathId,
    application_id: PathId,
    given: RefuseIn,
    office: OfficeDep,
    actor: ActorDep,
    scope: ScopeDep,
    at: NowDep,
) -> None:
    _application_of(office, actor, scope, opening_id, application_id)
    reception.refuse(office, application_id, actor, at, given.reason)


def _line(office: Office, scope: Scope, opening_id: int) -> OpeningLine:
    with office.database.reading(scope.reach) as connection:
        line = queries.opening_line(connection, scope, opening_id)
    if line is None:
        raise NotFound
    return line


def _taken_by(office: Office, actor: Actor, scope: Scope, opening_id: int) -> OpeningLine:
    """An announcement whose applications the actor takes. Raises NotFound, Forbidden."""
    line = _line(office, scope, opening_id)
    if not actor.roles_in(line.region) & reception.takers(office.procedure(line.procedure)):
        raise Forbidden
    return line


def _application_of(office: Office, actor: Actor, scope: Scope, opening_id: int, application_id: int) -> None:
    """Raises NotFound unless the application waits on this very announcement."""
    _taken_by(office, actor, scope, opening_id)
    with office.database.reading(scope.reach) as connection:
        if not reception.waits_on(connection, opening_id, application_id):
            raise NotFound
