"""What customers are called where nobody shall know who they are (假名)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from models.key_source import KeySource

_SHOWN = 24


def pseudonyms(keys: KeySource) -> Callable[[UUID], str]:
    """Return a function that gives each customer the same name every time.

    The name follows from a key of the house: nobody else can tell whose it is, and after the key
    was changed old names lead nowhere.
    """
    key = keys.derive("customers in event logs")

    def name(customer: UUID) -> str:
        return hmac.digest(key, customer.bytes, "sha256").hex()[:_SHOWN]

    return name
