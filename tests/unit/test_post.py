"""The way out: who may be written to, and with what."""

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer, StreamRequestHandler, ThreadingTCPServer

import pytest
from typing_extensions import override

from channels import apprise_driver
from channels.apprise_driver import AppriseDriver
from channels.errors import AddressError, DeliveryError
from channels.null import Null
from channels.post import Post

REPLY = {
    "number": "202405-001",
    "text": "已更换配件",
    "staff_name": "李*",
    "staff_number": "1001",
    "staff_contact": "400****100",
}
MAIL = "mailto://service:secret@mail.example.org?from=service@example.org&to={contact}"


# One of Apprise's plugins imports a module that Python 3.13 no longer has.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


class Receiver(ThreadingHTTPServer):
    """An HTTP server that keeps what it is sent and answers when told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.address = f"127.0.0.1:{self.server_port}"
        self.received: list[dict[str, str]] = []
        self.status = 200
        self.release = threading.Event()
        self.release.set()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Receiver)
        text = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(json.loads(text))
        self.server.release.wait(10)
        self.send_response(self.server.status)
        self.end_headers()

    @override
    def log_message(self, *_: object) -> None:
        pass


class MailServer(ThreadingTCPServer):
    """Speaks as much SMTP as a client without a login needs."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _MailHandler)
        self.recipients: list[str] = []
        self.text = ""


class _MailHandler(StreamRequestHandler):
    @override
    def handle(self) -> None:
        self._answer("220 ready")
        for line in iter(self.rfile.readline, b""):
            verb = line.decode().strip().upper()
            if verb == "DATA":
                self._answer("354 go on")
                self._read_text()
            elif verb.startswith("RCPT"):
                self._server.recipients.append(line.decode().split(":")[1].strip())
            self._answer("221 bye" if verb == "QUIT" else "250 well")

    def _read_text(self) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        self._server.text = b"".join(lines).decode()

    @property
    def _server(self) -> MailServer:
        assert isinstance(self.server, MailServer)
        return self.server

    def _answer(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def _serving(server: BaseServer) -> Iterator[None]:
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A running HTTP server."""
    server = Receiver()
    with _serving(server):
        yield server
        server.release.set()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A running mail server."""
    server = MailServer()
    with _serving(server):
        yield server


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("smtp://user:hunter2@example.org", "schema_not_allowed"),
        ("hunter2", "schema_not_allowed"),
        ("https://hooks.slack.com/services/hunter2", "schema_not_allowed"),
        ("json://", "schema_not_allowed"),
        ("mailto://hunter2", "address_invalid"),
    ],
)
def test_a_refused_address_is_named_by_its_index_only(address: str, code: str) -> None:
    with pytest.raises(AddressError) as refused:
        Post(["json://localhost", address], schemas=["json", "mailto"], driver=AppriseDriver())

    assert str(refused.value) == f"{code}: address 1"
    assert "hunter2" not in repr(refused.value)


def test_a_customer_address_without_a_place_for_the_contact_is_refused() -> None:
    with pytest.raises(AddressError, match="contact_missing: address sms"):
        Post(
            [],
            schemas=["json"],
            driver=Null(),
            customer_addresses={"sms": "json://gateway.example.org/"},
        )


def test_a_notice_goes_to_the_address_at_its_index() -> None:
    driver = Null()
    post = Post(["json://a", "json://b"], schemas=["json"], driver=driver)

    post.notify(1, "feedback_critical", {"number": "202405-001"}, "en")

    assert post.addresses == 2
    assert [(given.address, given.title) for given in driver.given] == [
        ("json://b", "Critical feedback 202405-001")
    ]


def test_a_reader_of_another_language_gets_that_of_the_house() -> None:
    driver = Null()
    post = Post(["json://a"], schemas=["json"], driver=driver, locale="zh-CN")

    post.notify(0, "feedback_critical", {"number": "202405-001"}, "fr-FR")

    assert driver.given[0].title == "特急反馈 202405-001"


def test_a_reply_goes_to_the_contact_by_the_channel() -> None:
    driver = Null()
    post = Post([], schemas=["mailto"], driver=driver, customer_addresses={"email": MAIL})

    post.deliver("email", " wang+1@example.org ", "reply", REPLY, "zh-CN")

    assert driver.given[0].address.endswith("&to=wang%2B1%40example.org")
    assert "已更换配件" in driver.given[0].body
    assert "工号 1001" in driver.given[0].body


@pytest.mark.parametrize(
    ("channel", "contact", "code"),
    [
        ("wechat", "wang", "channel_not_configured"),
        ("email", "wang@example.org,zhao@example.org", "contact_invalid"),
        ("email", "13800138000", "contact_invalid"),
        ("sms", "138 0013", "contact_invalid"),
        ("sms", "138/001", "contact_invalid"),
    ],
)
def test_a_message_that_cannot_reach_exactly_its_customer_is_refused(
    channel: str, contact: str, code: str
) -> None:
    driver = Null()
    addresses = {"email": MAIL, "sms": "json://gateway.example.org/{contact}"}
    post = Post([], schemas=["mailto", "json"], driver=driver, customer_addresses=addresses)

    with pytest.raises(DeliveryError) as refused:
        post.deliver(channel, contact, "reply", REPLY, "zh-CN")

    assert refused.value.code == str(refused.value) == code
    assert not driver.given


def test_apprise_sends_title_and_text_unchanged(receiver: Receiver) -> None:
    post = Post([f"json://{receiver.address}/"], schemas=["json"], driver=AppriseDriver())

    post.notify(0, "flow_failed", {"flow": "<b>*daily*</b> 每日", "run": "7"}, "zh-CN")

    assert receiver.received[0]["title"] == "定时任务 <b>*daily*</b> 每日 失败"
    assert "运行 7" in receiver.received[0]["message"]


def test_a_refusing_address_is_an_error_that_tells_nothing_and_logs_nothing(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.status = 500
    address = f"json://user:hunter2@{receiver.address}/"
    post = Post([address], schemas=["json"], driver=AppriseDriver())

    with caplog.at_level(logging.DEBUG), pytest.raises(DeliveryError) as failed:
        post.notify(0, "feedback_critical", {"number": "202405-001"}, "zh-CN")

    assert str(failed.value) == "send_failed"
    assert "202405-001" not in caplog.text
    assert "hunter2" not in caplog.text


def test_an_address_that_does_not_answer_fails_in_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apprise_driver, "READ_SECONDS", 0.2)
    receiver.release.clear()
    post = Post([f"json://{receiver.address}/"], schemas=["json"], driver=AppriseDriver())

    with pytest.raises(DeliveryError, match="send_failed"):
        post.notify(0, "feedback_critical", {"number": "202405-001"}, "zh-CN")


def test_mail_is_sent_to_the_customer_alone(mail_server: MailServer) -> None:
    host = f"127.0.0.1:{mail_server.server_address[1]}"
    addresses = {"email": f"mailto://{host}/?from=service@example.org&to={{contact}}"}
    post = Post([], schemas=["mailto"], driver=AppriseDriver(), customer_addresses=addresses)

    post.deliver("email", "wang@example.org", "reply", REPLY, "zh-CN")

    mail = message_from_string(mail_server.text, policy=default)
    plain = mail.get_body(("plain",))
    assert mail_server.recipients == ["<wang@example.org>"]
    assert mail["Subject"] == "关于您的反馈 202405-001 的答复"
    assert plain is not None
    assert "已更换配件" in plain.get_content()
