"""Settings by environment (设置): every name begins with ``ZAIGANG_``; a ``.env`` file is read too."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def data_folder() -> Path:
    """The user's data folder for Zaigang: ``$XDG_DATA_HOME/zaigang`` or ``~/.local/share/zaigang``."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "zaigang"


def calendar_home() -> Path:
    """Where an installation that names no folder keeps the years it has loaded itself."""
    return data_folder() / "calendar"


def _calendar_folder() -> Path | None:
    home = calendar_home()
    return home if home.is_dir() else None


class Settings(BaseSettings):
    """What an installation sets. Every field has a default that suits one laptop."""

    model_config = SettingsConfigDict(env_prefix="ZAIGANG_", env_file=".env", extra="ignore")

    database_url: str = Field(default_factory=lambda: f"sqlite:///{data_folder() / 'zaigang.db'}")
    #: 32 bytes or more, as text; sealing and blind index derive from it. Kept in a file of the data folder if not set.
    secret: SecretStr | None = None
    procedure_folder: Path | None = None
    #: year files laid over the shipped ones; ``calendar`` in the data folder once a year was loaded there
    calendar_folder: Path | None = Field(default_factory=_calendar_folder)
    audit_hash: Literal["sha256", "sm3"] = "sha256"
    language: Literal["zh", "en"] = "zh"
    #: the address under which people reach the service, for links in letters
    public_url: str = "http://127.0.0.1:8750"
    smtp_host: str | None = None
    smtp_port: int = 25
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_starttls: bool = False
    mail_from: str = "zaigang@localhost"
    tick_seconds: float = Field(default=20.0, ge=0.2)
    session_idle_minutes: int = 30
    session_hours: int = 12
    #: what looks for viruses in uploads: a command that reads the file (clamdscan -), or the socket of clamd
    virus_scan_command: str | None = None
    virus_scan_socket: str | None = None
    #: what signing in demands (``access_policy``); a stricter preset bounds the two limits above
    access_policy: Literal["ordinary", "mlps3"] = "ordinary"
    #: an identity provider (OpenID Connect) beside the password; its name stands on the button
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_name: str = "OIDC"
    #: demo only: a bar that moves the clock; never set it where real people work
    demo: bool = False
