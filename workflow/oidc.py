"""Signing in by an identity provider (统一认证): OpenID Connect, authorization code with PKCE, as an option.

An account is known at the provider by ``issuer|subject`` and by nothing else; its holder links it from their own
account. Nobody gets an account by being known elsewhere. State and nonce are made here, kept for a few minutes and
count once; the state also has to come back in the browser that was sent away.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete, select

from states.refusals import Refusal
from states.say import say
from workflow.settings import Settings
from workflow.tables import OidcState, metadata
from workflow.unit_of_work import Database

LASTS = timedelta(minutes=10)
#: clocks of two machines differ
LEEWAY = timedelta(seconds=60)
ALGORITHMS = ["RS256", "PS256", "ES256"]
TIMEOUT_SECONDS = 10
CALLBACK = "/sign-in/oidc/callback"
_state, _account = metadata.tables["oidc_state"], metadata.tables["account"]


class IdentityRefused(Refusal):
    """The provider's answer does not hold, or has come before; the reason is for the log, not for the visitor."""

    def __init__(self, why: str) -> None:
        super().__init__(say("统一认证没有成功。请重新登录，或改用用户名和密码"), why=why)


class NotLinked(Refusal):
    """The provider knows the visitor, and no account of ours is linked to that."""

    def __init__(self) -> None:
        super().__init__(say("这个统一认证身份还没有关联账户。请先用用户名和密码登录，在“我的账户”里关联"))


class ProviderAway(Refusal):
    """The provider does not answer, or not as a provider does."""

    def __init__(self) -> None:
        super().__init__(say("统一认证暂时不能使用。请稍后再试，或改用用户名和密码"))


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who came back: the subject as ``account.oidc_subject`` holds it, and where they wanted to go."""

    subject: str
    next_page: str


@dataclass
class Provider:
    """An identity provider by its issuer; what it publishes about itself is asked for once, its keys when needed."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    _metadata: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> Provider | None:
        """The provider of the settings; None where none is set."""
        if not settings.oidc_issuer or not settings.oidc_client_id:
            return None
        secret = settings.oidc_client_secret
        return cls(
            settings.oidc_issuer,
            settings.oidc_client_id,
            secret.get_secret_value() if secret else "",
            settings.public_url.rstrip("/") + CALLBACK,
        )

    def begin(self, database: Database, at: datetime, next_page: str) -> tuple[str, str]:
        """Where the visitor is sent, and the state that their browser keeps. Raises ProviderAway."""
        endpoint = self._published("authorization_endpoint")
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        with database.session() as session:
            session.connection().execute(delete(_state).where(_state.c.created_at < at - LASTS))
            session.add(
                OidcState(
                    state_hash=_hash(state), nonce=nonce, verifier=verifier, next_page=next_page[:500], created_at=at
                )
            )
        url, _ = self._session().create_authorization_url(endpoint, state=state, code_verifier=verifier, nonce=nonce)
        return str(url), state

    def finish(self, database: Database, at: datetime, state: str, kept_state: str, code: str) -> Claimed:
        """What the provider says of the visitor who came back with ``state`` and ``code``.

        ``kept_state``: of the visitor's browser. Raises IdentityRefused, ProviderAway.
        """
        if not state or not hmac.compare_digest(state.encode(), kept_state.encode()):
            raise IdentityRefused("another browser")
        sent = _taken(database, state, at)
        claims = self._claims(self._token(code, sent.verifier))
        self._check(claims, sent.nonce, at)
        return Claimed(f"{self.issuer}|{claims['sub']}", sent.next_page)

    def _token(self, code: str, verifier: str) -> str:
        endpoint = self._published("token_endpoint")
        try:
            with self._session() as client:
                answer = client.fetch_token(endpoint, code=code, code_verifier=verifier, timeout=TIMEOUT_SECONDS)
        except OAuthError as refused:
            raise IdentityRefused(f"the code: {refused.error}") from None
        except (requests.RequestException, ValueError):
            raise ProviderAway from None
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise IdentityRefused("no identity token")
        return token

    def _claims(self, token: str) -> Mapping[str, Any]:
        keys = _fetched(self._published("jwks_uri"))
        try:
            return jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as fault:
            raise IdentityRefused(f"the signature: {type(fault).__name__}") from None

    def _check(self, claims: Mapping[str, Any], nonce: str, at: datetime) -> None:
        """OpenID Connect Core 1.0, 3.1.3.7. Raises IdentityRefused."""
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        now, leeway = at.timestamp(), LEEWAY.total_seconds()
        expires, issued, subject = claims.get("exp"), claims.get("iat"), claims.get("sub")
        faults = {
            "issuer": claims.get("iss") != self.issuer,
            "audience": self.client_id not in audiences,
            "party": len(audiences) > 1 and claims.get("azp") != self.client_id,
            "expired": not isinstance(expires, (int, float)) or expires + leeway <= now,
            "issued": not isinstance(issued, (int, float)) or issued - leeway > now,
            "nonce": not isinstance(claims.get("nonce"), str) or not hmac.compare_digest(claims["nonce"], nonce),
            "subject": not isinstance(subject, str) or not 1 <= len(subject) <= 255,
        }
        wrong = [name for name, found in faults.items() if found]
        if wrong:
            raise IdentityRefused(", ".join(wrong))

    def _published(self, name: str) -> str:
        """One of the addresses that the provider publishes. Raises ProviderAway."""
        if not self._metadata:
            found = _fetched(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise ProviderAway
            self._metadata = dict(found)
        value = self._metadata.get(name)
        if not isinstance(value, str) or not value.startswith(("https://", "http://")):
            raise ProviderAway
        return value

    def _session(self) -> OAuth2Session:
        return OAuth2Session(
            self.client_id,
            self.client_secret,
            scope="openid",
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
        )


def account_with(database: Database, subject: str) -> int:
    """The number of the open account that is linked to a subject. Raises NotLinked."""
    with database.reading() as connection:
        found = select(_account.c.id).where(_account.c.oidc_subject == subject, _account.c.disabled_at.is_(None))
        number = connection.execute(found).scalar()
    if number is None:
        raise NotLinked
    return int(number)


def _taken(database: Database, state: str, at: datetime) -> Any:
    """What was kept under a state; it is there for one who comes back, once. Raises IdentityRefused."""
    with database.transaction() as connection:
        row = connection.execute(select(_state).where(_state.c.state_hash == _hash(state))).first()
        gone = connection.execute(delete(_state).where(_state.c.state_hash == _hash(state))).rowcount
    if row is None or gone != 1:
        raise IdentityRefused("no such state, or it has come before")
    if at - row.created_at > LASTS:
        raise IdentityRefused("too late")
    return row


def _fetched(url: str) -> dict[str, Any]:
    try:
        answer = requests.get(url, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError):
        raise ProviderAway from None
    if not isinstance(found, dict):
        raise ProviderAway
    return found


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
