"""Passwords that anybody would try first are told from others."""

from __future__ import annotations

import pytest

from models.password_rule import is_guessable


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "8305729164",
        "aaaaaaaaaaaa",
        "abababababab",
        "qwertyuiop",
        "QwertyUiop12",
        "1qaz2wsx3edc",
        "1q2w3e4r5t6y",
        "!@#$%^&*()",
        "password123",
        "P@ssw0rd2024",
        "Administrator1",
        "woaini1314520",
        "Bihuan2026!",
        "zhaolei2026",
        "ZhaoLei!!!!",
        "S0101-S0101",
    ],
)
def test_what_anybody_would_try_first_is_guessable(password: str) -> None:
    assert is_guessable(password, "zhaolei", "S0101")


@pytest.mark.parametrize(
    "password",
    [
        "a long secret",
        "another long secret",
        "correct horse battery",
        "Tr0ub4dor&3x",
        "83!05#72@91%",
        "我们下午三点去看海鸥吧",
        "zhaolei likes tea",
        "a password for tests",
    ],
)
def test_what_says_more_than_that_is_not(password: str) -> None:
    assert not is_guessable(password, "zhaolei", "S0101")
