"""What the activities work with, made once by the worker's door."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from activities.definitions import Definitions
from models import calendar_version
from models.key_folder import KeyFolder
from models.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Engine

    from channels.post import Post
    from models.working_calendar import WorkingCalendar

# How many steps run at once, each with a connection of its own.
THREADS = 16


@dataclass(frozen=True)
class House:
    """Database, vault, definitions, calendars and the way out.

    Attributes:
        engine: PostgreSQL as the application role.
        post: sends messages to people outside.
        calendar: the working calendar of a version.
        time_scale: factor on every duration; 1 in earnest.
        public_url: where customers reach the service, for links.
        link_key: signs those links.
    """

    engine: Engine
    vault: Vault
    definitions: Definitions
    post: Post
    calendar: Callable[[int], WorkingCalendar]
    time_scale: float = 1.0
    public_url: str = ""
    link_key: bytes = b""


def furnish(
    engine: Engine,
    *,
    secrets: Path,
    keys: Path | None = None,
    post: Post,
    time_scale: float,
    public_url: str,
) -> House:
    """Return a house on a database with the keys of a folder.

    Args:
        engine: PostgreSQL as the application role.
        secrets: the folder of `link.key`.
        keys: the folder of the epoch keys; None: the same.
        post: the way out.
        time_scale: factor on every duration.
        public_url: for links to customers.
    """
    return House(
        engine=engine,
        vault=Vault(KeyFolder(keys or secrets)),
        definitions=Definitions(engine),
        post=post,
        calendar=calendars(engine),
        time_scale=time_scale,
        public_url=public_url,
        link_key=(secrets / "link.key").read_bytes(),
    )


def calendars(engine: Engine) -> Callable[[int], WorkingCalendar]:
    """Return a look-up of calendars; a version never changes, so each is read once."""

    @lru_cache(maxsize=16)
    def load(version: int) -> WorkingCalendar:
        with Session(engine) as session:
            return calendar_version.load(session, version)

    return load
