"""What the activities work with, made once by the worker's door."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from models import calendar_version

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from activities.definitions import Definitions
    from channels.post import Post
    from models.vault import Vault
    from models.working_calendar import WorkingCalendar


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


def calendars(engine: Engine) -> Callable[[int], WorkingCalendar]:
    """Return a look-up of calendars; a version never changes, so each is read once."""

    @lru_cache(maxsize=16)
    def load(version: int) -> WorkingCalendar:
        with Session(engine) as session:
            return calendar_version.load(session, version)

    return load
