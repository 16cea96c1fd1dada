"""Named places at which a test may kill the process (断点). Without the environment variable they do nothing.

``ZAIGANG_FAILPOINT=after_write`` kills at the first passage of that place, ``after_write:3`` at the third. The kill is
SIGKILL: no handler, no cleanup, as when the power goes. The variable is read once, when the program starts.
"""

from __future__ import annotations

import os
import signal

NAMES = (
    "after_begin",
    "after_read",
    "after_decide",
    "before_write",
    "after_write",
    "before_commit",
    "after_commit",
    "after_claim",
    "after_send",
)


class _Armed:
    def __init__(self, text: str | None) -> None:
        name, _, count = (text or "").partition(":")
        if name and name not in NAMES:
            raise ValueError(f"no failpoint {name}; there are {', '.join(NAMES)}")
        self.name = name or None
        self.left = int(count or 1)


_armed = _Armed(os.environ.get("ZAIGANG_FAILPOINT"))


def arm(text: str | None) -> None:
    """Arms a failpoint in a process that was forked from one already running; None disarms."""
    global _armed
    _armed = _Armed(text)


def failpoint(name: str) -> None:
    """Dies here if this place is armed and its count has run down."""
    if _armed.name == name:
        _armed.left -= 1
        if _armed.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
