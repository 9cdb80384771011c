"""A session or API token as it is listed (令牌视图)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from models.access_token import AccessToken


class TokenView(BaseModel):
    """A way in that holds; its text is never shown again (令牌).

    `kind` is `cookie`, `bearer` or `api`; `last_used_at` is known to the minute; `scope` is None
    for sessions, which may whatever the person may.
    """

    id: UUID
    kind: str
    via: str
    name: str | None
    scope: list[str] | None
    created_at: AwareDatetime
    last_used_at: AwareDatetime
    expires_at: AwareDatetime
    current: bool


EXAMPLE: dict[str, Any] = {
    "id": "0b7f3c52-6f52-4b1e-8a53-9a6a4f1c2d90",
    "kind": "cookie",
    "via": "password",
    "name": None,
    "scope": None,
    "created_at": "2024-05-06T02:00:00Z",
    "last_used_at": "2024-05-06T02:40:00Z",
    "expires_at": "2024-05-06T14:00:00Z",
    "current": True,
}


def view(token: AccessToken, current: UUID | None = None) -> TokenView:
    """Return what is shown of a token."""
    return TokenView(
        id=token.id,
        kind=token.kind,
        via=token.via,
        name=token.name,
        scope=token.scope,
        created_at=token.created_at,
        last_used_at=token.last_used_at,
        expires_at=token.expires_at,
        current=token.id == current,
    )
