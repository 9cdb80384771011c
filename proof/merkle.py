"""Merkle trees as in RFC 6962, section 2.1."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root of the tree over leaves in order (默克尔根); of none the hash of nothing."""
    level = [sha256(b"\0" + leaf).digest() for leaf in leaves]
    if not level:
        return sha256().digest()
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [sha256(b"\1" + left + right).digest() for left, right in pairs]
        # One without a partner goes up as it is.
        level = above + level[len(above) * 2 :]
    return level[0]
