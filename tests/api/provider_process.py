"""The provider of logins as a process that the tests start, end and go through."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from api.identity_provider import ProviderRules
from tests.api.login_provider import PASSWORD

SCRIPT = Path(__file__).with_name("login_provider.py")
CLIENT_ID, CLIENT_SECRET = "bihuan-client", "a secret: of/the client+"
PUBLIC_URL = "http://bihuan.test"


def new_key() -> str:
    """Return an RSA key as PEM."""
    made = rsa.generate_private_key(65537, 2048)
    return made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@dataclass
class ProviderProcess:
    """One provider on one port; ended and begun again it may have another key."""

    port: int
    folder: Path
    key: str = field(default_factory=new_key)
    _child: subprocess.Popen[bytes] | None = None

    @property
    def issuer(self) -> str:
        """What it calls itself."""
        return f"http://127.0.0.1:{self.port}/o"

    @property
    def rules(self) -> ProviderRules:
        """What our settings say of it."""
        return ProviderRules(self.issuer, CLIENT_ID, CLIENT_SECRET, PUBLIC_URL)

    def begin(self) -> None:
        """Start it and wait until it answers."""
        file = self.folder / "provider.pem"
        file.write_text(self.key, "ascii")
        told = [CLIENT_ID, CLIENT_SECRET, self.rules.redirect_uri]
        command = [sys.executable, str(SCRIPT), str(self.port), str(file), *told]
        with (self.folder / "provider.log").open("ab") as log:
            self._child = subprocess.Popen(command, stdout=log, stderr=log)
        for _ in range(600):
            try:
                httpx.get(f"{self.issuer}/.well-known/openid-configuration", timeout=60)
            except httpx.TransportError:
                assert self._child.poll() is None, (self.folder / "provider.log").read_text()
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the provider does not answer")

    def end(self) -> None:
        """End it."""
        if self._child is not None:
            self._child.terminate()
            self._child.wait(60)
            self._child = None

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()


def answer_of(address: str, username: str, *, password: str = PASSWORD) -> str:
    """Log in at the provider as a browser does; return where it sends the browser back to."""
    with httpx.Client(base_url=address.split("/o/", maxsplit=1)[0], timeout=60) as client:
        answer = client.get(address)
        while not answer.headers.get("location", "").startswith(PUBLIC_URL):
            answer = _next(client, answer, username, password)
        return str(answer.headers["location"])


def _next(
    client: httpx.Client, answer: httpx.Response, username: str, password: str
) -> httpx.Response:
    if answer.is_redirect:
        return client.get(urljoin(str(answer.url), answer.headers["location"]))
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.text)
    assert found, answer.text
    form = {"username": username, "password": password, "csrfmiddlewaretoken": found[1]}
    posted = client.post(str(answer.url), data=form)
    assert posted.is_redirect, posted.text
    return posted
