"""Definitions by digest: immutable, so each is read and parsed once a process (流程定义库)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from bpmn import deployment
from models import process_definition

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from bpmn.model import Definition

_KEPT = 64


class DefinitionNotFoundError(LookupError):
    """No definition has this digest."""


class Definitions:
    """What was deployed, parsed, the most recently used kept."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._load = lru_cache(maxsize=_KEPT)(self._read)

    def get(self, digest: str) -> Definition:
        """Return the definition of a digest.

        Raises:
            DefinitionNotFoundError: nothing was deployed under this digest.
        """
        return self._load(digest)

    def _read(self, digest: str) -> Definition:
        with Session(self._engine) as session:
            resources = process_definition.load_resources(session, digest)
        if not resources:
            raise DefinitionNotFoundError(digest)
        return deployment.load(digest, resources)
