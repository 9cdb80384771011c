"""What the provider of logins says over HTTP: bounded in time and size (身份提供方应答)."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import httpx

from api.problem import Problem

_TIMEOUT = httpx.Timeout(5.0)
_MOST = 1_000_000
_OK = 200
_LOGGER = logging.getLogger(__name__)


def get(address: str) -> Mapping[str, Any]:
    """Return a document of the provider.

    Raises:
        Problem: `provider_unavailable`.
    """
    status, found = _ask("GET", address)
    if status != _OK:
        _LOGGER.warning("login provider: status %d for a document", status)
        raise Problem("provider_unavailable")
    return found


def post(
    address: str, form: Mapping[str, str], basic: tuple[str, str] | None
) -> tuple[int, Mapping[str, Any]]:
    """Return status and body of the answer to a form.

    Raises:
        Problem: `provider_unavailable`.
    """
    return _ask("POST", address, form, basic)


def _ask(
    method: str,
    address: str,
    form: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
) -> tuple[int, Mapping[str, Any]]:
    auth = None if basic is None else httpx.BasicAuth(*basic)
    accept = {"Accept": "application/json"}
    try:
        # Redirects are not followed: the addresses are those of the provider's own description.
        with (
            httpx.Client(timeout=_TIMEOUT, auth=auth, headers=accept) as client,
            client.stream(method, address, data=form) as answer,
        ):
            return answer.status_code, _body(answer)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
        # The message may quote an address with a code in it.
        _LOGGER.warning("login provider: %s", type(error).__name__)
        raise Problem("provider_unavailable") from None


def _body(answer: httpx.Response) -> Mapping[str, Any]:
    text = b""
    for part in answer.iter_bytes():
        text += part
        if len(text) > _MOST:
            raise ValueError("too long")
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 (handled with the other malformed bodies)
    return found
