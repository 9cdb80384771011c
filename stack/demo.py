"""Logins of the people to try the service with (演示账号)."""

from __future__ import annotations

import secrets
from pathlib import Path

from stack.keys import write_private

# Username and role; the migrations step knows their departments.
PEOPLE = (
    ("specialist1", "specialist"),
    ("specialist2", "specialist"),
    ("lead", "team_lead"),
    ("duty", "duty_manager"),
    ("engineer1", "engineer"),
    ("engineer2", "engineer"),
    ("technical_head", "head"),
    ("operations1", "staff"),
    ("operations_head", "head"),
    ("logistics1", "staff"),
    ("logistics_head", "head"),
    ("product1", "product_manager"),
    ("product_head", "head"),
    ("service_head", "head"),
    ("account1", "account_manager"),
    ("director", "management"),
    ("owner", "process_owner"),
    ("auditor", "auditor"),
    ("admin", "administrator"),
)
HEADER = "# username password role (demo people of this home only)"


def read_logins(path: Path) -> dict[str, str]:
    """Return the password of each username in the file."""
    if not path.exists():
        return {}
    lines = [line.split() for line in path.read_text().splitlines()]
    return {words[0]: words[1] for words in lines if words and words[0] != "#"}


def make_logins(path: Path) -> None:
    """Write a random password for each of the demo people, keeping those already given out."""
    known = read_logins(path)
    lines = [
        f"{username} {known.get(username) or secrets.token_urlsafe(12)} {role}"
        for username, role in PEOPLE
    ]
    write_private(path, "\n".join([HEADER, *lines, ""]).encode())
