import socket
from pathlib import Path

import pytest

from stack.ports import HOST, NoPortError, Ports, is_free


@pytest.fixture
def listener() -> socket.socket:
    server = socket.socket()
    server.bind((HOST, 0))
    server.listen()
    return server


def test_a_port_that_somebody_listens_on_is_not_free(listener: socket.socket) -> None:
    port = listener.getsockname()[1]

    with listener:
        assert not is_free(port)

    assert is_free(port)


def test_two_stacks_never_choose_one_port_even_before_their_servers_listen() -> None:
    first, second = Ports(), Ports()

    chosen = first.choose("api"), second.choose("api")

    assert chosen[0] != chosen[1]
    first.close()
    second.close()


def test_a_remembered_port_is_taken_again_while_it_is_free(tmp_path: Path) -> None:
    note = tmp_path / "ports.json"
    before, other, after = Ports(), Ports(), Ports()
    wanted = before.choose_all({"api": 0, "postgres": 0}, note)
    before.close()

    assert after.choose_all({"api": 0, "postgres": 0}, note) == wanted

    after.close()
    assert other.hold(wanted["api"])
    moved = after.choose_all({"api": 0, "postgres": 0}, note)
    assert moved["api"] != wanted["api"]
    assert moved["postgres"] == wanted["postgres"]
    other.close()
    after.close()


def test_chosen_ports_lie_below_those_that_the_kernel_gives_to_outgoing_connections() -> None:
    ports = Ports()

    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])

    assert all(ports.choose(name) < lowest for name in ("api", "postgres", "temporal", "prefect"))
    ports.close()


def test_a_fixed_port_in_use_is_an_error_that_names_it(
    listener: socket.socket, tmp_path: Path
) -> None:
    port = listener.getsockname()[1]

    with listener, pytest.raises(NoPortError, match=f"{port} for api"):
        Ports().choose_all({"api": port}, tmp_path / "ports.json")
