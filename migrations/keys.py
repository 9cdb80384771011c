"""The key files held against what the database was written with."""

from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import key_check, key_epoch
from models.key_folder import FIRST, INDEX, epochs, file_name, make_epoch
from models.personal_key import PersonalKey

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


def check_epochs(session: Session, folder: Path) -> None:
    """Hold the keys of epochs likewise; the one that wraps must be there.

    Raises:
        KeyMismatchError: it is not, or a file holds another key.
    """
    found = epochs(folder)
    for path in (folder / INDEX, *found.values()):
        if path.exists():
            key_check.hold(session, path.name, path.read_bytes())
    present = key_epoch.present(session)
    if found and present not in found:
        raise key_check.KeyMismatchError(file_name(present))


def make_first(session: Session, folder: Path) -> None:
    """Make the first epoch's key in a folder of its own, unless the database knows one.

    Raises:
        KeyMismatchError: it does, and the folder is empty: a new key would open nothing.
    """
    if epochs(folder):
        return
    known = session.scalar(select(func.count()).select_from(PersonalKey))
    if known or session.get(key_check.KeyCheck, FIRST) or key_epoch.present(session) > 1:
        raise key_check.KeyMismatchError(file_name(key_epoch.present(session)))
    make_epoch(folder, 1)
