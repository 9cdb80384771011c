"""Every route of the application, with what guards it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route

from api.permissions import PUBLIC, Allowed, covers

PARTS = {
    "key": "1048577",
    "number": "202609-001",
    "token": "x",
    "kind": "orders",
    "measure": "volume",
    "name": "feedback.bpmn",
    "username": "nobody",
}
OTHER_PART = "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90"


@dataclass(frozen=True)
class Door:
    """One method of one path, and the actions that its caller must be allowed (路由)."""

    method: str
    template: str
    actions: tuple[str, ...]

    @property
    def path(self) -> str:
        """A path that leads there, to things that do not exist."""
        return re.sub(r"{(\w+)}", lambda found: PARTS.get(found[1], OTHER_PART), self.template)

    @property
    def is_public(self) -> bool:
        """Whether the table of permissions lists it as public."""
        return (self.method, self.template) in PUBLIC

    def takes(self, *scope: str) -> bool:
        """Say whether a token of this scope gets in."""
        return all(covers(frozenset(scope), action) for action in self.actions)


def doors(app: FastAPI) -> list[Door]:
    """Return all ways into an application, whatever made them."""
    return list(dict.fromkeys(door for route in app.routes for door in _of(route)))


def _of(route: BaseRoute) -> Iterator[Door]:
    included = getattr(route, "original_router", None)
    if included is not None:
        for inner in included.routes:
            yield from _of(inner)
    elif isinstance(route, Mount):
        # What is below it cannot be known: it is one way in.
        yield Door("GET", route.path, ())
    else:
        # Something else again would have to be looked at first.
        assert isinstance(route, Route), route
        guards = tuple(_actions(route.dependant)) if isinstance(route, APIRoute) else ()
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield Door(method, route.path, tuple(dict.fromkeys(guards)))


def _actions(dependant: Dependant) -> Iterator[str]:
    for inner in dependant.dependencies:
        if isinstance(inner.call, Allowed):
            yield inner.call.action
        yield from _actions(inner)
