"""The file of demo logins."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe


@dataclass(frozen=True)
class Login:
    """A line of the file: who, with which password, as what."""

    username: str
    password: str
    role: str


def complete(path: Path, roles: Mapping[str, str]) -> list[Login]:
    """Return the logins of a file after adding those that it lacks.

    Args:
        path: the file, `username password role` a line; made with mode 0600 if missing.
        roles: the role of each username that must be there.
    """
    known = {login.username: login for login in _read(path)}
    missing = [
        Login(username, token_urlsafe(12), role)
        for username, role in roles.items()
        if username not in known
    ]
    logins = [*known.values(), *missing]
    if missing:
        _write(path, logins)
    return logins


def _read(path: Path) -> list[Login]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [Login(*line.split(maxsplit=2)) for line in lines if line.strip()]


def _write(path: Path, logins: list[Login]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    # Never readable by others, not even while it is written.
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{one.username} {one.password} {one.role}\n" for one in logins)
    fresh.rename(path)
