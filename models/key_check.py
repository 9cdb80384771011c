"""Whether the key files are the ones that this database was written with."""

from hashlib import sha256
from hmac import compare_digest, digest

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

_PURPOSE = b"bihuan key check"


class KeyCheck(SQLModel, table=True):
    """What a key makes of a fixed text (密钥校验); the key cannot be found from it."""

    __tablename__ = "key_check"

    name: str = Field(primary_key=True)
    mark: bytes


class KeyMismatchError(Exception):
    """A key file is not the one that this database was written with; says which."""


def hold(session: Session, name: str, key: bytes) -> None:
    """Note a key at its first start, and hold every later one against the note.

    Raises:
        KeyMismatchError: going on would make unreadable rows beside readable ones.
    """
    mark = digest(key, _PURPOSE + name.encode(), sha256)
    session.execute(insert(KeyCheck).values(name=name, mark=mark).on_conflict_do_nothing())
    known = session.get(KeyCheck, name)
    if known is None or not compare_digest(known.mark, mark):
        raise KeyMismatchError(name)
