"""The driver for the many services that Apprise knows."""

import logging

from apprise import Apprise, AppriseAsset, NotifyFormat

from channels.errors import DeliveryError

CONNECT_SECONDS = 10.0
READ_SECONDS = 10.0


class AppriseDriver:
    """Sends through Apprise, with a limit on every wait and without a word in the logs."""

    def __init__(self) -> None:
        # Both print addresses, and Apprise the texts too.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        self._asset = AppriseAsset(async_mode=False)

    def accepts(self, address: str) -> bool:
        """Say whether Apprise understands the address."""
        return Apprise.instantiate(address, asset=self._asset) is not None

    def send(self, address: str, title: str, body: str) -> None:
        """Send one message.

        Raises:
            DeliveryError: `send_failed`; Apprise tells no more, and its texts hold addresses.
        """
        service = Apprise.instantiate(address, asset=self._asset)
        if service is None:
            raise DeliveryError("address_unknown")
        service.socket_connect_timeout = CONNECT_SECONDS
        service.socket_read_timeout = READ_SECONDS
        try:
            # A plain text: services that show HTML or Markdown get it escaped.
            gone = service.notify(body=body, title=title, body_format=NotifyFormat.TEXT)
        except Exception:  # noqa: BLE001 (a hundred plugins; what they raise holds addresses)
            raise DeliveryError("send_failed") from None
        if not gone:
            raise DeliveryError("send_failed")
