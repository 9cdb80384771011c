"""A `House` for tests: real database and vault, nothing leaves it."""

from __future__ import annotations

from activities.definitions import Definitions
from activities.house import House, calendars
from channels.null import Null
from channels.post import Post
from models.database import engine
from models.key_source import FileKeySource
from models.vault import Vault

KEY = bytes(range(32))


def quiet_house(database_url: str, *, time_scale: float = 1.0) -> House:
    """What the activities work with, and a post that only remembers."""
    database = engine(database_url, pool_size=8)
    return House(
        engine=database,
        vault=Vault(FileKeySource({1: KEY})),
        definitions=Definitions(database),
        post=Post((), schemas=(), driver=Null()),
        calendar=calendars(database),
        time_scale=time_scale,
        public_url="http://127.0.0.1",
        link_key=KEY,
    )
