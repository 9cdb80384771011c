"""Key sources, the cache of data keys, and the blind index."""

from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.customer import contact_index, normalise_contact
from models.data_key import DataKey
from models.key_cache import KeyCache
from models.key_source import FileKeySource, KeySourceError
from models.vault import reference

SOMEBODY = UUID(int=1)
SOMEBODY_ELSE = UUID(int=2)
FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in "13812345678")
SOURCE = FileKeySource({1: b"1" * 32})


def key() -> DataKey:
    return DataKey(AESGCM.generate_key(256))


def test_a_wrapped_key_is_unwrapped_for_its_own_person_only() -> None:
    wrapped = SOURCE.wrap(b"k" * 32, SOMEBODY)

    assert SOURCE.unwrap(wrapped, 1, SOMEBODY) == b"k" * 32
    assert b"k" * 8 not in wrapped
    with pytest.raises(KeySourceError):
        SOURCE.unwrap(wrapped, 1, SOMEBODY_ELSE)


def test_another_epoch_key_or_a_missing_one_is_an_error() -> None:
    wrapped = SOURCE.wrap(b"k" * 32, SOMEBODY)

    with pytest.raises(KeySourceError):
        FileKeySource({1: b"2" * 32}).unwrap(wrapped, 1, SOMEBODY)
    with pytest.raises(KeySourceError, match="epoch 1"):
        FileKeySource({2: b"2" * 32}).unwrap(wrapped, 1, SOMEBODY)


def test_the_newest_epoch_wraps_and_the_older_one_still_unwraps() -> None:
    old = SOURCE.wrap(b"k" * 32, SOMEBODY)
    both = FileKeySource({1: b"1" * 32, 2: b"2" * 32})

    assert both.epoch == 2
    assert both.unwrap(old, 1, SOMEBODY) == b"k" * 32
    assert both.unwrap(both.wrap(b"k" * 32, SOMEBODY), 2, SOMEBODY) == b"k" * 32


def test_a_key_file_that_is_missing_or_short_is_named_without_its_content(tmp_path: Path) -> None:
    with pytest.raises(KeySourceError, match=r"epoch\.key"):
        FileKeySource.read(tmp_path / "epoch.key")
    (tmp_path / "epoch.key").write_bytes(b"short")
    with pytest.raises(KeySourceError, match="32 bytes"):
        FileKeySource.read(tmp_path / "epoch.key")


def test_a_kept_key_ages_and_the_oldest_makes_room() -> None:
    now = [0.0]
    cache = KeyCache(size=2, seconds=60, clock=lambda: now[0])
    people = [UUID(int=n) for n in range(3)]

    for person in people:
        cache.put(person, b"wrapped", key())

    assert [cache.get(p, b"wrapped") is not None for p in people] == [False, True, True]
    now[0] = 60.0
    assert cache.get(people[2], b"wrapped") is None
    assert len(cache) == 0


def test_a_kept_key_is_not_given_for_another_wrapping_or_after_eviction() -> None:
    cache = KeyCache()
    cache.put(SOMEBODY, b"old", key())

    assert cache.get(SOMEBODY, b"new") is None
    cache.evict(SOMEBODY)
    assert cache.get(SOMEBODY, b"old") is None


@pytest.mark.parametrize(
    ("contact", "plain"),
    [
        ("138-1234-5678", "13812345678"),
        ("+86 138 1234 5678", "13812345678"),
        ("0086 13812345678", "13812345678"),
        (FULL_WIDTH, "13812345678"),
        ("(010) 1234 5678", "01012345678"),
        (" Zhang.San@Example.com ", "zhang.san@example.com"),
        ("WeiXin_8", "weixin_8"),
    ],
)
def test_one_contact_in_many_spellings_is_one_contact(contact: str, plain: str) -> None:
    assert normalise_contact(contact) == plain


def test_the_blind_index_depends_on_the_key_and_hides_the_contact() -> None:
    index = contact_index(SOURCE, "138-1234-5678")

    assert index == contact_index(SOURCE, "13812345678")
    assert index != contact_index(SOURCE, "13812345679")
    assert index != contact_index(FileKeySource({1: b"2" * 32}), "13812345678")
    assert b"138" not in index


def test_a_repeated_command_makes_the_same_reference() -> None:
    assert reference(1 << 20, "update-1", "plan") == reference(1 << 20, "update-1", "plan")
    assert reference(1 << 20, "update-1", "plan") != reference(1 << 20, "update-2", "plan")
    assert reference(1 << 20, "update-1", "plan") != reference(2 << 20, "update-1", "plan")
