"""Another key than at the first start is refused before anything is written with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from migrations.keys import FILES, check_keys
from models.key_check import KeyMismatchError

pytestmark = pytest.mark.integration


def start(owner_engine: Engine, folder: Path) -> None:
    with Session(owner_engine) as session, session.begin():
        check_keys(session, folder)


@pytest.mark.parametrize("name", FILES)
def test_a_swapped_key_stops_the_start_and_the_right_one_goes_on(
    owner_engine: Engine, tmp_path: Path, name: str
) -> None:
    for file in FILES:
        (tmp_path / file).write_bytes(file.encode().ljust(32, b"1"))
    start(owner_engine, tmp_path)
    right = (tmp_path / name).read_bytes()

    (tmp_path / name).write_bytes(bytes(32))
    with pytest.raises(KeyMismatchError, match=name):
        start(owner_engine, tmp_path)
    (tmp_path / name).write_bytes(right)

    start(owner_engine, tmp_path)
