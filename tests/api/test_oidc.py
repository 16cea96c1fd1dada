"""Signing in by an identity provider (统一认证), against a real one that can go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from sqlalchemy import update
from starlette.testclient import TestClient

from api.app import create_app
from states.vocabulary import Role
from tests.api.support import PARENT, SECRET, Service
from tests.support import identity_provider
from tests.support.identity_provider import IdentityProvider, provided
from workflow import accounts
from workflow.settings import Settings
from workflow.tables import metadata

HRSS = (Role.HRSS, PARENT)


@dataclass
class House:
    service: Service
    provider: IdentityProvider
    app: Any

    def browser(self, token: str | None = None) -> TestClient:
        client = TestClient(self.app, headers={"accept": "text/html"}, follow_redirects=False)
        if token:
            client.cookies.set("zaigang", token)
        return client

    def sent(self, client: TestClient, path: str = "/sign-in/oidc") -> str:
        """Goes to the provider and returns the address it sends the visitor back to."""
        gone = client.get(path)
        assert gone.status_code == 303, gone.text
        assert gone.headers["location"].startswith(self.provider.issuer + "/authorize")
        back = requests.get(gone.headers["location"], allow_redirects=False, timeout=10).headers["location"]
        parts = urlsplit(back)
        return f"{parts.path}?{parts.query}"

    def an_account(self, linked: bool = True) -> int:
        number = self.service.account((HRSS,))
        if linked:
            self.link(number)
        return number

    def link(self, number: int) -> None:
        account = metadata.tables["account"]
        subject = f"{self.provider.issuer}|{self.provider.subject}"
        with self.service.world.office.database.transaction() as connection:
            connection.execute(update(account).where(account.c.id == number).values(oidc_subject=subject))


@pytest.fixture
def house(service: Service) -> Iterator[House]:
    with provided(service.world.clock) as provider:
        settings = Settings(
            database_url=service.url,
            secret=SECRET,  # type: ignore[arg-type]
            public_url="http://testserver",
            oidc_issuer=provider.issuer,
            oidc_client_id=identity_provider.CLIENT,
            oidc_client_secret=identity_provider.SECRET,  # type: ignore[arg-type]
            oidc_name="政务统一认证",
        )
        yield House(service, provider, create_app(settings, service.world.office))


def signed_in(client: TestClient) -> bool:
    return client.get("/account").status_code == 200


def test_whoever_is_linked_is_signed_in_and_goes_where_they_wanted(house: House) -> None:
    house.an_account()
    client = house.browser()
    assert "政务统一认证" in client.get("/sign-in").text
    came = client.get(house.sent(client, "/sign-in/oidc?next=/hires"))
    assert (came.status_code, came.headers["location"]) == (303, "/hires")
    assert signed_in(client)


def test_nobody_gets_an_account_by_being_known_elsewhere(house: House) -> None:
    house.an_account(linked=False)
    before = house.service.fingerprint()
    client = house.browser()
    came = client.get(house.sent(client))
    assert came.status_code == 401 and "还没有关联账户" in came.text
    assert not signed_in(client)
    now = house.service.fingerprint()
    assert now["account"] == before["account"]


def test_a_closed_account_is_not_signed_in(house: House) -> None:
    number = house.an_account()
    with house.service.world.office.database.session() as session:
        accounts.disable(session, number, house.service.world.clock())
    client = house.browser()
    assert client.get(house.sent(client)).status_code == 401
    assert not signed_in(client)


WRONG: dict[str, dict[str, Any]] = {
    "nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "issuer": {"iss": "https://elsewhere.example"},
    "audience": {"aud": "another client"},
    "two audiences": {"aud": ["zaigang", "another"]},
    "expired": {"exp": 1},
    "no end": {"exp": None},
    "from tomorrow": {"iat": 4_000_000_000},
    "nobody": {"sub": None},
    "no signature": {"alg": "none"},
}


@pytest.mark.parametrize("what", [*WRONG, "foreign key"])
def test_a_token_that_does_not_hold_signs_nobody_in(house: House, what: str) -> None:
    house.an_account()
    house.provider.wrong = WRONG.get(what, {})
    house.provider.foreign_key = what == "foreign key"
    client = house.browser()
    came = client.get(house.sent(client))
    assert came.status_code == 401 and "没有成功" in came.text
    assert not signed_in(client)
    house.provider.wrong, house.provider.foreign_key = {}, False
    assert client.get(house.sent(client)).status_code == 303, "and without the fault it would have"


def test_a_state_counts_once_and_in_the_browser_that_was_sent(house: House) -> None:
    house.an_account()
    client, other = house.browser(), house.browser()
    back = house.sent(client)
    house.sent(other)
    assert other.get(back).status_code == 401, "another browser"
    kept = client.cookies["oidc"]
    assert client.get(back).status_code == 303
    again = house.browser()
    again.cookies.set("oidc", kept)
    assert again.get(back).status_code == 401, "a second time"
    assert len(house.provider.used) == 1
    for nonsense in ("", "?state=", "?state=x&code=y", "?code=y", "?state=%00&code=%ff"):
        assert client.get("/sign-in/oidc/callback" + nonsense).status_code in (400, 401), nonsense


@pytest.mark.parametrize(("minutes", "status"), [(10, 303), (11, 401)])
def test_a_state_lasts_ten_minutes(house: House, minutes: int, status: int) -> None:
    house.an_account()
    client = house.browser()
    back = house.sent(client)
    house.service.world.clock.moment += timedelta(minutes=minutes)
    assert client.get(back).status_code == status


def test_the_verifier_belongs_to_the_code(house: House) -> None:
    """A code that was stolen on the way is of no use: the exchange wants what never left the server."""
    house.an_account()
    client, thief = house.browser(), house.browser()
    stolen = parse_qs(urlsplit(house.sent(client)).query)["code"][0]
    own = parse_qs(urlsplit(house.sent(thief)).query)["state"][0]
    assert thief.get(f"/sign-in/oidc/callback?state={own}&code={stolen}").status_code == 401
    assert not signed_in(thief)


def test_a_holder_links_and_unlinks_their_own_account(house: House) -> None:
    number = house.an_account(linked=False)
    client = house.browser(house.service.session_of(number))
    came = client.get(house.sent(client, "/account/oidc/link"))
    assert (came.status_code, came.headers["location"]) == (303, "/account")
    fresh = house.browser()
    assert fresh.get(house.sent(fresh)).status_code == 303 and signed_in(fresh)
    second = house.service.account((HRSS,))
    rival = house.browser(house.service.session_of(second))
    assert rival.get(house.sent(rival, "/account/oidc/link")).status_code == 409, "one subject, one account"


def test_what_was_begun_by_one_account_links_no_other(house: House) -> None:
    one, other = house.an_account(linked=False), house.an_account(linked=False)
    client = house.browser(house.service.session_of(one))
    back = house.sent(client, "/account/oidc/link")
    client.cookies.set("zaigang", house.service.session_of(other))
    assert client.get(back).status_code == 409
    assert house.service.world.ask("SELECT count(*) FROM account WHERE oidc_subject IS NOT NULL") == [(0,)]


def test_linking_wants_somebody_who_was_there_within_the_hour(house: House) -> None:
    client = house.browser(house.service.session_of(house.an_account(linked=False)))
    for _ in range(3):
        house.service.world.clock.moment += timedelta(minutes=20)
        assert signed_in(client)
    house.service.world.clock.moment += timedelta(minutes=1)
    asked = client.get("/account/oidc/link")
    assert asked.status_code == 403 and "再次验证身份" in asked.text


def test_without_a_provider_there_is_no_such_page(quick: Service) -> None:
    assert quick.nobody.get("/sign-in/oidc", headers={"accept": "text/html"}).status_code == 404
    assert "/sign-in/oidc" not in quick.nobody.get("/sign-in", headers={"accept": "text/html"}).text


def test_a_provider_that_is_away_stops_nobody_from_using_a_password(quick: Service) -> None:
    settings = Settings(database_url=quick.url, secret=SECRET, oidc_issuer="http://127.0.0.1:9", oidc_client_id="x")  # type: ignore[arg-type]
    client = TestClient(create_app(settings, quick.world.office), headers={"accept": "text/html"})
    away = client.get("/sign-in/oidc")
    assert away.status_code == 503 and "用户名和密码" in away.text
    assert client.get("/sign-in").status_code == 200
