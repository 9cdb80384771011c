"""What a password that somebody chooses must be (密码要求)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.problem import Problem
from models.password_rule import SHORTEST, is_guessable
from models.person import Person

Password = Annotated[str, Field(min_length=SHORTEST, max_length=200, repr=False)]


def check_password(password: str, *own: str) -> None:
    """Refuse what anybody would try first, names of the person's own included.

    Raises:
        Problem: `fields_invalid` with `password_guessable`.
    """
    if is_guessable(password, *own):
        wrong = {"field": "password", "code": "password_guessable"}
        raise Problem("fields_invalid", errors=[wrong])


def check_password_of(someone: Person, password: str) -> None:
    """Refuse what anybody would try first for this person.

    Raises:
        Problem: as `check_password`.
    """
    check_password(password, someone.username, someone.staff_number, someone.display_name)
