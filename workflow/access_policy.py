"""What signing in demands (登录要求): two presets, chosen by ``Settings.access_policy``.

``ordinary`` suits an office network. ``mlps3`` follows the third level of the classified protection of cybersecurity
(等保三级, GB/T 22239-2019, 8.1.4.1 身份鉴别): two factors, passwords of several kinds that are changed, short sessions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from states.say import Sentence, say

if TYPE_CHECKING:
    from workflow.settings import Settings

PASSWORD_AT_MOST = 200
_COMMON = frozenset({"1234567890", "0123456789", "qwertyuiop", "password12", "password123", "1q2w3e4r5t", "zaigang123"})
_KINDS = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"\d"), re.compile(r"[^A-Za-z\d]"))


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """One preset. ``recent``: how long ago a person must have shown who they are to sign, reveal, export or grant.

    ``idle`` and ``absolute`` bound a session; ``password_days`` None: no password grows too old; ``failures``: wrong
    tries of one account within a quarter of an hour, after which no other is heard until the quarter is over.
    """

    name: str
    recent: timedelta
    idle: timedelta
    absolute: timedelta
    failures: int
    second_factor: bool = False
    password_at_least: int = 10
    password_kinds: int = 1
    password_days: int | None = None
    former_passwords: int = 0

    def password_faults(self, password: str, username: str) -> dict[str, Sentence]:
        """What is wrong with a new password: length, kinds of signs, guessability."""
        if len(password) < self.password_at_least:
            return {"password": say("密码至少{length}位", length=self.password_at_least)}
        if len(password) > PASSWORD_AT_MOST:
            return {"password": say("密码最多{length}位", length=PASSWORD_AT_MOST)}
        if sum(bool(kind.search(password)) for kind in _KINDS) < self.password_kinds:
            return {"password": say("密码须含大写字母、小写字母、数字、符号中的{n}种", n=self.password_kinds)}
        lowered = password.lower()
        if lowered in _COMMON or len(set(lowered)) < 4 or (len(username) >= 4 and username.lower() in lowered):
            return {"password": say("密码过于常见或包含用户名，请换一个")}
        return {}


ORDINARY = AccessPolicy(
    "ordinary",
    recent=timedelta(minutes=60),
    idle=timedelta(minutes=30),
    absolute=timedelta(hours=12),
    failures=10,
)
MLPS3 = AccessPolicy(
    "mlps3",
    recent=timedelta(minutes=15),
    idle=timedelta(minutes=15),
    absolute=timedelta(hours=8),
    failures=5,
    second_factor=True,
    password_at_least=12,
    password_kinds=3,
    password_days=90,
    former_passwords=5,
)
POLICIES: Mapping[str, AccessPolicy] = {policy.name: policy for policy in (ORDINARY, MLPS3)}


def policy_of(settings: Settings) -> AccessPolicy:
    """The preset that an installation has chosen."""
    return POLICIES[settings.access_policy]
