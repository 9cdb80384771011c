"""The key files held against what the database was written with."""

from pathlib import Path

from sqlalchemy.orm import Session

from models import key_check

FILES = ("service.key", "epoch.key", "link.key")


def check_keys(session: Session, folder: Path) -> None:
    """Refuse to start with another key (密钥核对): it would write what the right one cannot read.

    Raises:
        KeyMismatchError: a file holds another key than at the first start.
    """
    for name in FILES:
        path = folder / name
        if path.exists():
            key_check.hold(session, name, path.read_bytes())
