"""A thing's revision as ETag, and If-Match on every change of it (版本条件)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from api.problem import Problem

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=40,
        description="The ETag of what is to change; another revision is refused.",
        examples=['"3"'],
    ),
]
CODES = ("if_match_missing", "revision_differs")


def etag(revision: int) -> str:
    """Return the ETag of a revision."""
    return f'"{revision}"'


def check(if_match: str | None, revision: int) -> None:
    """Refuse to change what is not as the caller knows it.

    Raises:
        Problem: `if_match_missing` or `revision_differs`.
    """
    if if_match is None:
        raise Problem("if_match_missing", revision=revision)
    tag = etag(revision)
    if if_match not in {"*", tag, f"W/{tag}"}:
        raise Problem("revision_differs", revision=revision)
