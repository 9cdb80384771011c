"""What a command needs of the stack that runs: its database, its keys, its addresses (运行环境)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from models.database import engine
from models.imports import Tools
from models.key_folder import KeyFolder
from models.key_source import KeySourceError
from models.vault import Vault
from settings import Settings
from stack.errors import StackError
from stack.home import Home
from stack.postgres import APPLICATION, OWNER, Cluster


@dataclass(frozen=True)
class Running:
    """The stack of the settings: the one on their home, or the external servers they name."""

    settings: Settings
    state: dict[str, Any]

    @classmethod
    def find(cls, settings: Settings) -> Running:
        """Return what runs.

        Raises:
            StackError: nothing does, and the settings name no database.
        """
        state = Home(settings.home).read_state()
        if not state.get("ready") and not settings.database_url:
            raise StackError(f"nothing runs on {settings.home}; start it first: ./bihuan up")
        return cls(settings, state)

    @property
    def is_embedded(self) -> bool:
        """Whether the database is the one of the home."""
        return not self.settings.database_url

    def address(self, name: str) -> str:
        """Return the address of a part, "" if it is not known."""
        return str(self.state.get("addresses", {}).get(name, ""))

    def tools(self) -> Tools:
        """Return vault and keys."""
        try:
            keys = KeyFolder(self.settings.keys_path)
        except KeySourceError as error:
            raise StackError(f"{error} in {self.settings.keys_path}") from error
        return Tools(Vault(keys), keys)

    @contextmanager
    def database(self, *, as_owner: bool = False) -> Iterator[Engine]:
        """Connect to the database; what it refuses is told without what was sent.

        Raises:
            StackError: it cannot be reached, or refused a statement.
        """
        opened = engine(
            self.database_address(as_owner=as_owner), pool_size=2, application_name="bihuan admin"
        )
        try:
            yield opened
        except DBAPIError as error:
            # The message itself may quote a row.
            kind = type(error.orig).__name__
            raise StackError(f"the database refused ({kind}); nothing was changed") from None
        finally:
            opened.dispose()

    def database_address(self, *, as_owner: bool = False) -> str:
        """Return the address of the database, which may hold a password.

        Raises:
            StackError: the owner's is asked for and not configured.
        """
        chosen = self.settings
        if self.is_embedded:
            port = int(self.address("postgres").rpartition(":")[2])
            return Cluster(chosen.home, port=port).url(OWNER if as_owner else APPLICATION)
        if as_owner and not chosen.owner_database_url:
            raise StackError("set BIHUAN_OWNER_DATABASE_URL: only the owner may delete")
        return chosen.owner_database_url if as_owner else chosen.database_url
