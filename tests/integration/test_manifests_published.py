"""Manifests published by mail and webhook, to real servers that fail in every way they do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from activities import delivery
from audit import sealing
from audit.proof_export import export
from channels import apprise_driver
from channels.apprise_driver import AppriseDriver
from channels.post import Post
from models import access_record, manifest_publication, notice_delivery
from models.manifest import Manifest
from proof import published
from proof.bundle import Bundle
from proof.signing import Verifier
from proof.whole import verify
from tests.integration.outside_peers import Peer, mail_server, webhook
from tests.sealed_chain import SIGNER

pytestmark = [
    pytest.mark.integration,
    # Apprise asks for a module that Python will not have for ever.
    pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning"),
]
VERIFIER = Verifier(SIGNER.public)
MAIL, HOOK = 0, 1


@dataclass
class Outside:
    """A house, and the two peers that its manifests go to."""

    engine: Engine
    post: Post
    mail: Peer
    hook: Peer

    def seal(self, at: datetime | None = None) -> Manifest:
        """Seal as the flow does."""
        now = at or datetime.now(UTC)
        with Session(self.engine) as session, session.begin():
            access_record.append(session, at=now, actor="a", action="login")
        return sealing.seal(self.engine, SIGNER, now, addresses=2)

    def deliver(self, address: int) -> bool:
        """Send what is due to one of the peers, as the worker does."""
        return delivery.deliver_next(self.engine, self.post, "en", address)

    def hurry(self) -> None:
        """Let the pause after a failure be over."""
        with self.engine.begin() as connection:
            connection.execute(
                text("UPDATE notice_delivery SET next_attempt_at = now() WHERE sent_at IS NULL")
            )

    def places(self, made: Manifest) -> list[bool]:
        """Return whether mail and webhook have it, as auditors are told."""
        with Session(self.engine) as session:
            told = manifest_publication.of(session, [made], addresses=2)[made.number]
        return [one.ok for one in told if one.target == manifest_publication.NOTICE]


@pytest.fixture
def outside(app_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    # A mail server may take the one for everything, a webhook the other one.
    monkeypatch.setattr(apprise_driver, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(apprise_driver, "READ_SECONDS", 0.5)
    with mail_server() as (mail, mailbox), webhook() as (hook, address):
        post = Post([mailbox, address], schemas=["mailto", "json"], driver=AppriseDriver())
        yield Outside(app_engine, post, mail, hook)


def marks(folder: Path, peer: Peer, name: str) -> list[tuple[int, str]]:
    """What a peer's messages tell, kept as files."""
    found = []
    for place, content in enumerate(peer.came):
        (folder / f"{place}-{name}").write_bytes(content)
        found += [one.mark for one in published.read(folder / f"{place}-{name}")]
    return [one for one in found if one is not None]


def test_a_manifest_reaches_mail_and_webhook_once(outside: Outside, tmp_path: Path) -> None:
    made = outside.seal()

    sent = [outside.deliver(one) for one in (MAIL, HOOK, MAIL, HOOK)]

    assert sent == [True, True, False, False]
    assert outside.places(made) == [True, True]
    told = [(1, made.hash.hex())]
    assert marks(tmp_path, outside.mail, "mail.eml") == told
    assert marks(tmp_path, outside.hook, "hook.json") == told
    assert made.signature.hex().encode() in outside.hook.came[0]


@pytest.mark.parametrize("trouble", ["refuses", "thinks"])
def test_a_peer_that_refuses_or_is_slow_gets_it_again(
    outside: Outside, tmp_path: Path, trouble: str
) -> None:
    made = outside.seal()
    for peer in (outside.mail, outside.hook):
        setattr(peer, trouble, 1.2)

    failed = [outside.deliver(one) for one in (MAIL, HOOK)]
    before = outside.places(made)
    for peer in (outside.mail, outside.hook):
        setattr(peer, trouble, 0)
    waits = outside.deliver(HOOK)
    outside.hurry()
    again = [outside.deliver(one) for one in (MAIL, HOOK)]

    assert (failed, before, waits, again) == ([True, True], [False, False], False, [True, True])
    assert outside.places(made) == [True, True]
    # Who was slow has it twice, and both tell the same.
    assert set(marks(tmp_path, outside.hook, "hook.json")) == {(1, made.hash.hex())}


def test_who_was_away_for_days_gets_all_with_the_manifest_of_the_day_of_their_return(
    outside: Outside, tmp_path: Path
) -> None:
    days_ago = datetime.now(UTC) - notice_delivery.GIVE_UP_AFTER - timedelta(hours=1)
    first = outside.seal(days_ago)
    outside.hook.refuses = True
    given_up = outside.deliver(HOOK)
    outside.hook.refuses = False
    outside.hook.came.clear()

    still = outside.deliver(HOOK)
    second = outside.seal()
    returned = [outside.deliver(HOOK) for _ in range(3)]

    assert (given_up, still, returned) == (True, False, [True, True, False])
    told = marks(tmp_path, outside.hook, "hook.json")
    assert sorted(told) == [(1, first.hash.hex()), (2, second.hash.hex())]


def test_a_tail_that_was_cut_with_its_manifests_shows_by_a_mail(
    outside: Outside, tmp_path: Path
) -> None:
    outside.seal()
    kept = outside.seal()
    while outside.deliver(MAIL) or outside.deliver(HOOK):
        pass
    messages = tmp_path / "kept"
    messages.mkdir()
    marks(messages, outside.mail, "mail.eml")
    marks(messages, outside.hook, "hook.json")
    told = [one for path in published.files(messages) for one in published.read(path)]
    export(outside.engine, tmp_path / "whole", datetime.now(UTC), actor="a", instances=None)
    whole = verify(Bundle(tmp_path / "whole"), VERIFIER, told)

    cut(tmp_path / "whole", kept.number)

    assert len(told) == 4
    assert whole.findings.first == {}
    found = verify(Bundle(tmp_path / "whole"), VERIFIER, told).findings.first
    assert found["manifests_truncated"].number == 2
    assert found["manifests_truncated"].data["published"] == 2

    (messages / "0-mail.eml").write_text(f"bihuan-manifest 1 {'0' * 64}\n")
    lied = verify(Bundle(tmp_path / "whole"), VERIFIER, published.read(messages / "0-mail.eml"))
    assert "manifest_replaced" in lied.findings.first


def test_a_peer_that_is_down_stops_nobody_else(outside: Outside) -> None:
    made = outside.seal()
    addresses = [f"json://127.0.0.1:{free_port()}/nobody", outside.post._addresses[HOOK]]
    post = Post(addresses, schemas=["json"], driver=AppriseDriver())

    tried = [delivery.deliver_next(outside.engine, post, "en", one) for one in (0, 1)]

    assert tried == [True, True]
    assert outside.places(made) == [False, True]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def cut(bundle: Path, number: int) -> None:
    """Take a manifest out of an export."""
    (bundle / "manifests" / f"{number:06}.json").unlink()
