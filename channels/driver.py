"""What every driver can do."""

from typing import Protocol


class Driver(Protocol):
    """Sends a text to an address (驱动)."""

    def accepts(self, address: str) -> bool:
        """Say whether the address is well formed, without any traffic."""
        ...

    def send(self, address: str, title: str, body: str) -> None:
        """Send within seconds or fail.

        Raises:
            DeliveryError: it did not go out.
        """
        ...
