"""Signed links to surveys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from string import ascii_letters, digits
from uuid import UUID

import pytest

from activities.survey_link import (
    LinkExpiredError,
    LinkInvalidError,
    address,
    sign,
    verify,
)

KEY = bytes(range(32))
SURVEY = UUID("6f5b1c3e-0d0a-5c55-9c0e-4b0d5a1f7e21")
ALPHABET = frozenset(ascii_letters + digits + "-_")
NOW = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)
END = NOW + timedelta(days=7)


def test_a_link_opens_its_survey_until_it_expires() -> None:
    token = sign(SURVEY, END, KEY)

    assert verify(token, KEY, END - timedelta(seconds=1)) == SURVEY
    with pytest.raises(LinkExpiredError):
        verify(token, KEY, END)


def test_a_link_that_was_changed_anywhere_opens_nothing() -> None:
    token = sign(SURVEY, END, KEY)

    for place, character in enumerate(token):
        for other in sorted(ALPHABET - {character}):
            with pytest.raises(LinkInvalidError):
                verify(token[:place] + other + token[place + 1 :], KEY, NOW)


def test_a_link_signed_with_another_key_opens_nothing() -> None:
    with pytest.raises(LinkInvalidError):
        verify(sign(SURVEY, END, bytes(32)), KEY, NOW)


@pytest.mark.parametrize("token", ["", "x", "客" * 75, "=" * 75, "a" * 74, "a" * 10_000])
def test_what_is_no_token_opens_nothing(token: str) -> None:
    with pytest.raises(LinkInvalidError):
        verify(token, KEY, NOW)


def test_nothing_is_signed_without_a_key() -> None:
    with pytest.raises(ValueError, match="key"):
        sign(SURVEY, END, b"")


def test_the_address_is_below_the_public_one() -> None:
    assert address("https://help.example/", "abc") == "https://help.example/survey/abc"
