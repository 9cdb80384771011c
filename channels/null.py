"""A driver that sends nothing and remembers everything, for tests."""

from typing import NamedTuple


class Given(NamedTuple):
    """What the driver was asked to send."""

    address: str
    title: str
    body: str


class Null:
    """Keeps messages in memory (空驱动)."""

    def __init__(self) -> None:
        self.given: list[Given] = []

    def accepts(self, address: str) -> bool:
        """Accept everything that has a schema."""
        return "://" in address

    def send(self, address: str, title: str, body: str) -> None:
        """Remember a message."""
        self.given.append(Given(address, title, body))
