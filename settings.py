"""Settings of every door, read once from the environment and the file `.env` (设置)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent
SERVERS = ("postgres", "temporal", "prefect")
DOORS = ("migrations", "worker", "api", "flows")

LOOPBACK = ("localhost", "127.0.0.1", "::1")

# A stack for a demonstration or a test reads no settings of the person who starts it.
ENV_FILE = Path(os.environ.get("BIHUAN_ENV_FILE", PROJECT / ".env"))
# Where containers find their secrets: a file `bihuan_<field>` counts as that variable.
SECRETS = Path("/run/secrets")

Words = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """What a deployment may choose; each field is `BIHUAN_<FIELD>` in the environment.

    The supervisor fills in the addresses of the servers it starts. An address that the deployment
    sets itself names an external server, which is then not started. Empty means not set.
    """

    model_config = SettingsConfigDict(
        env_prefix="BIHUAN_",
        env_file=ENV_FILE,
        env_ignore_empty=True,
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
        extra="ignore",
        frozen=True,
    )

    home: Path = PROJECT / ".bihuan"
    parts: Words = SERVERS + DOORS
    log_level: str = "info"
    locale: str = "zh-CN"

    # Addresses may hold passwords: they stay out of repr and so out of logs.
    database_url: str = Field(default="", repr=False)
    owner_database_url: str = Field(default="", repr=False)

    temporal_address: str = ""
    temporal_namespace: str = "bihuan"
    temporal_retention_days: int = Field(default=90, ge=1)
    task_queue: str = "bihuan"

    prefect_api_url: str = ""
    prefect_database_url: str = Field(default="", repr=False)

    api_host: str = "127.0.0.1"
    api_port: int = Field(default=0, ge=0, le=65535)
    public_url: str = ""
    intake_rate_per_minute: int = Field(default=600, ge=1)
    # Otherwise what one process owner drew is deployed only when another one has approved it.
    one_pair_of_eyes: bool = False
    # Off: the API serves the console as it was built before, if it was.
    console_build: bool = True

    # Where attachments lie, encrypted; unset: in the home. Sizes are bytes.
    attachments: Path | None = None
    attachment_bytes: int = Field(default=20_000_000, ge=1, le=199_000_000)
    attachment_item_bytes: int = Field(default=200_000_000, ge=1)
    # What customers may send with an item, and what all senders may without telling one.
    intake_files: int = Field(default=10, ge=0, le=100)
    intake_bytes: int = Field(default=50_000_000, ge=1)
    intake_waiting_bytes: int = Field(default=5_000_000_000, ge=1)
    # Gets a file at its input and ends with 0 for clean, 1 for infected; empty: nobody looks.
    scan_command: str = ""
    scan_seconds: float = Field(default=60.0, gt=0)

    # Where manifests are published, best on another machine's disk; unset: in the home.
    manifests: Path | None = None
    # Whether the addresses of notices get number, hash and signature of each.
    manifest_notices: bool = False

    # Where archives of closed instances go, encrypted; unset: in the home.
    archive: Path | None = None

    # A session of the console ends after so long without use, and after so long in any case.
    session_idle_minutes: int = Field(default=60, ge=1)
    session_hours: int = Field(default=12, ge=1)
    # No API token lives longer.
    token_days: int = Field(default=365, ge=1)
    # Off: people log in by the provider below only.
    password_login: bool = True

    # Login by OpenID Connect; empty issuer: none.
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    oidc_scopes: Words = ("openid", "profile")
    # Which claim names the person, and by what.
    oidc_claim: str = "preferred_username"
    oidc_person_field: Literal["username", "staff_number"] = "username"
    # The department in which unknown people are made, inactive; empty: they are refused.
    oidc_new_department: str = ""
    # The claim that lists a person's groups, and the role that each gives; empty: roles are ours.
    oidc_roles_claim: str = ""
    oidc_roles: dict[str, str] = Field(default_factory=dict)

    secrets_dir: Path | None = None
    # Where epoch keys are made and destroyed, with the ledger of erasures; unset: with the secrets.
    keys: Path | None = None
    # Unset: only the embedded database gets people to try the service with.
    demo_people: bool | None = None
    demo_logins_file: Path | None = None
    time_scale: float = Field(default=1.0, gt=0)

    notice_urls: Words = Field(default=(), repr=False)
    # Where customers are reached, by channel, with `{contact}` in it: {"email": "mailtos://..."}.
    customer_addresses: dict[str, str] = Field(default_factory=dict, repr=False)
    notice_schemas: Words = ("mailto", "mailtos", "wecombot", "dingtalk", "feishu", "json", "jsons")

    @field_validator("parts", "notice_urls", "notice_schemas", "oidc_scopes", mode="before")
    @classmethod
    def _split_words(cls, value: object) -> object:
        """Accept words separated by blanks, since addresses may contain commas."""
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator("parts")
    @classmethod
    def _check_parts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        known = SERVERS + DOORS
        if unknown := [part for part in value if part not in known]:
            raise ValueError(f"unknown parts {unknown}, known are {list(known)}")
        return value

    @field_validator("home")
    @classmethod
    def _resolve_home(cls, value: Path) -> Path:
        return (PROJECT / value.expanduser()).resolve()

    @model_validator(mode="after")
    def _check_provider(self) -> Self:
        """Refuse a provider that could be overheard, and half a one."""
        if self.oidc_issuer and not is_guarded(self.oidc_issuer):
            raise ValueError("BIHUAN_OIDC_ISSUER: https is needed, except on this machine")
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("BIHUAN_OIDC_ISSUER needs BIHUAN_OIDC_CLIENT_ID")
        if not self.password_login and not self.oidc_issuer:
            raise ValueError("without passwords BIHUAN_OIDC_ISSUER is needed: nobody could log in")
        return self

    @property
    def secrets_path(self) -> Path:
        """Folder of the key files service.key, epoch.key and link.key."""
        return self.secrets_dir or self.home / "secrets"

    @property
    def keys_path(self) -> Path:
        """Folder of the epoch keys, the ledger of erasures and the wrapped keys of persons."""
        return self.keys or self.secrets_path

    @property
    def attachments_path(self) -> Path:
        """Folder of the attachments."""
        return self.attachments or self.home / "attachments"

    @property
    def manifests_path(self) -> Path:
        """Folder of the published manifests."""
        return self.manifests or self.home / "manifests"

    @property
    def archive_path(self) -> Path:
        """Folder of the archives of closed instances."""
        return self.archive or self.home / "archive"

    @property
    def demo_logins_path(self) -> Path:
        """File with one `username password role` a line, mode 0600."""
        return self.demo_logins_file or self.home / "demo-logins.txt"


def is_guarded(address: str) -> bool:
    """Say whether nobody can listen on the way to an address: https, or this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def load() -> Settings:
    """Read the settings of this process."""
    return Settings()
