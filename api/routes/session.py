"""Signing in and out, and who one is (登录). Programs send the token as ``Authorization: Bearer``."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.dependencies import AddressDep, AnySessionDep, OfficeDep, SealDep, SessionDep, SettingsDep
from api.schemas import Confirmation, Credentials, GrantOut, Me, Session
from api.security import drop_cookie, set_cookie
from workflow import second_factor, sign_in
from workflow.access_policy import policy_of
from workflow.account_office import note_policy
from workflow.demo_clock import session_moment

router = APIRouter(tags=["session"])


@router.post("/sign-in", summary="begin a session; the answer holds its token, a cookie too", status_code=201)
def begin(
    credentials: Credentials,
    response: Response,
    office: OfficeDep,
    settings: SettingsDep,
    seal: SealDep,
    where: AddressDep,
) -> Session:
    signed = second_factor.sign_in(
        office.database,
        seal,
        credentials.username,
        credentials.password.get_secret_value(),
        credentials.code,
        session_moment(office),
        address=where,
        lifetime=sign_in.Lifetime.of(settings),
        policy=policy_of(settings),
    )
    note_policy(office.database, policy_of(settings), office.now(), office.setting.algorithm)
    set_cookie(response, settings, signed.token)
    return Session(token=signed.token, form_token=signed.form_token, expires_at=signed.expires_at)


@router.post("/sign-out", summary="end the session", status_code=204)
def end(session: AnySessionDep, office: OfficeDep, settings: SettingsDep, response: Response) -> None:
    sign_in.sign_out(office.database, session.token)
    drop_cookie(response, settings)


@router.post("/confirm", summary="show again who one is, before signing, revealing or granting", status_code=204)
def confirm(
    given: Confirmation,
    session: SessionDep,
    office: OfficeDep,
    settings: SettingsDep,
    seal: SealDep,
    where: AddressDep,
) -> None:
    second_factor.confirm(
        office.database,
        seal,
        session.token,
        session.visit,
        given.shown.get_secret_value(),
        session_moment(office),
        address=where,
        policy=policy_of(settings),
    )


@router.get("/me", summary="who is signed in, and in which roles and regions")
def me(session: SessionDep) -> Me:
    visit = session.visit
    return Me(
        username=visit.username,
        name=visit.actor.name,
        language=visit.language,
        grants=[GrantOut(role=grant.role, region=grant.region) for grant in visit.actor.grants],
        form_token=visit.form_token,
        expires_at=visit.expires_at,
    )
