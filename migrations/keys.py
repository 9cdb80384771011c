"""The key files held against what the database was written with."""

from pathlib import Path

from sqlalchemy.orm import Session

from models import key_check, key_epoch
from models.key_folder import INDEX, epochs, file_name

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
    _check_epochs(session, folder)


def _check_epochs(session: Session, folder: Path) -> None:
    """Hold the later epochs' keys likewise; the one that wraps must be there."""
    found = epochs(folder)
    later = [folder / INDEX, *(path for epoch, path in found.items() if epoch > 1)]
    for path in later:
        if path.exists():
            key_check.hold(session, path.name, path.read_bytes())
    present = key_epoch.present(session)
    if found and present not in found:
        raise key_check.KeyMismatchError(file_name(present))
