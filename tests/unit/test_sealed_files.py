"""Files in chunks: they stream, and whatever was changed is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.attachment_folder import AttachmentFolder
from models.sealed_file import CHUNK, SealedFileError, Sealer, Unsealer, digest

KEY = bytes(range(32))
ID = UUID(int=7)
SEALED = CHUNK + 16
HEAD = 11


def sealed(path: Path, plain: bytes, key: bytes = KEY, file_id: UUID = ID) -> Path:
    with path.open("wb") as target:
        sealer = Sealer(target, key, file_id)
        for start in range(0, len(plain), 50_000):
            sealer.write(plain[start : start + 50_000])
        sealer.finish()
    return path


def plain_of(size: int) -> bytes:
    return bytes(n * n % 251 for n in range(size))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_a_file_comes_back_as_it_was(tmp_path: Path, size: int) -> None:
    plain = plain_of(size)

    path = sealed(tmp_path / "f", plain)

    assert b"".join(Unsealer(path, KEY, ID, size).read()) == plain


@given(start=st.integers(0, 3 * CHUNK + 9), length=st.integers(0, 2 * CHUNK))
@settings(max_examples=60, deadline=None)
def test_any_range_is_what_lies_there(
    tmp_path_factory: pytest.TempPathFactory, start: int, length: int
) -> None:
    plain = plain_of(3 * CHUNK + 10)
    path = tmp_path_factory.getbasetemp() / "range"
    if not path.exists():
        sealed(path, plain)

    found = b"".join(Unsealer(path, KEY, ID, len(plain)).read(start, start + length))

    assert found == plain[start : start + length]


def change_a_byte(raw: bytes) -> bytes:
    return raw[:100] + bytes([raw[100] ^ 1]) + raw[101:]


def change_the_prefix(raw: bytes) -> bytes:
    return raw[:5] + bytes([raw[5] ^ 1]) + raw[6:]


def swap_two_chunks(raw: bytes) -> bytes:
    one, two = raw[HEAD : HEAD + SEALED], raw[HEAD + SEALED : HEAD + 2 * SEALED]
    return raw[:HEAD] + two + one + raw[HEAD + 2 * SEALED :]


def cut_the_last_chunk(raw: bytes) -> bytes:
    return raw[: HEAD + 2 * SEALED]


def repeat_a_chunk(raw: bytes) -> bytes:
    return raw[: HEAD + SEALED] + raw[HEAD : HEAD + SEALED] + raw[HEAD + 2 * SEALED :]


@pytest.mark.parametrize(
    "damage",
    [change_a_byte, change_the_prefix, swap_two_chunks, cut_the_last_chunk, repeat_a_chunk],
)
def test_whatever_was_changed_is_found(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    plain = plain_of(3 * CHUNK)
    path = sealed(tmp_path / "f", plain)

    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(SealedFileError):
        list(Unsealer(path, KEY, ID, len(plain)).read())


def test_a_file_cut_at_a_chunk_is_found_even_if_its_row_says_the_shorter_size(
    tmp_path: Path,
) -> None:
    path = sealed(tmp_path / "f", plain_of(3 * CHUNK))

    path.write_bytes(cut_the_last_chunk(path.read_bytes()))

    with pytest.raises(SealedFileError):
        list(Unsealer(path, KEY, ID, 2 * CHUNK).read())


def test_a_file_under_another_name_or_key_is_none(tmp_path: Path) -> None:
    path = sealed(tmp_path / "f", b"abc")

    with pytest.raises(SealedFileError):
        list(Unsealer(path, KEY, UUID(int=8), 3).read())
    with pytest.raises(SealedFileError):
        list(Unsealer(path, bytes(32), ID, 3).read())
    with pytest.raises(SealedFileError):
        list(Unsealer(tmp_path / "nothing", KEY, ID, 3).read())


def test_the_digest_needs_the_key_and_the_same_text_never_looks_the_same(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as target:
        sealer = Sealer(target, KEY, ID)
        sealer.write(b"abc")
        sealer.finish()
    sealed(tmp_path / "b", b"abc")

    assert sealer.digest == digest(KEY, iter([b"a", b"bc"]))
    assert sealer.digest != digest(bytes(32), iter([b"abc"]))
    assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    folder, kept = AttachmentFolder(tmp_path / "attachments"), uuid4()

    with folder.arriving() as arriving:
        arriving.file.write(b"abc")
        arriving.keep(folder.path(kept))
    with pytest.raises(ZeroDivisionError), folder.arriving() as arriving:
        arriving.file.write(bytes(1 // 0))

    files = [path for path in folder.root.rglob("*") if path.is_file()]
    assert files == [folder.path(kept)]
    assert files[0].stat().st_mode & 0o777 == 0o600
    assert (folder.remove(kept), folder.remove(kept)) == (True, False)
