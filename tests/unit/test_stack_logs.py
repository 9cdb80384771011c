import asyncio
import io
import os
from pathlib import Path

from stack.logs import CHUNK, Log, LogFile


def test_every_line_on_the_terminal_names_its_part(tmp_path: Path) -> None:
    terminal = io.StringIO()
    log = Log(tmp_path, terminal)

    log.write("api", "已启动".encode())
    log.say("ready")

    assert terminal.getvalue() == "api        | 已启动\nbihuan     | ready\n"
    assert (tmp_path / "api.log").read_text() == "已启动\n"
    log.close()


def test_a_quiet_log_keeps_the_lines_of_the_parts_in_their_files(tmp_path: Path) -> None:
    terminal = io.StringIO()
    log = Log(tmp_path, terminal, quiet=True)

    log.write("api", b"one")
    log.say("two")

    assert terminal.getvalue() == "bihuan     | two\n"
    assert (tmp_path / "api.log").read_text() == "one\n"
    log.close()


def test_a_terminal_that_is_gone_does_not_stop_the_log(tmp_path: Path) -> None:
    terminal = io.StringIO()
    terminal.close()
    log = Log(tmp_path, terminal)

    log.write("api", b"one")
    log.write("api", b"two")

    assert (tmp_path / "api.log").read_text() == "one\ntwo\n"
    log.close()


def test_a_grown_file_is_put_aside_and_the_oldest_goes(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "api.log", limit=10, kept=2)

    for number in range(4):
        file.write(f"line {number}".encode())
    file.close()

    texts = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert texts == {"api.log": "line 3\n", "api.log.1": "line 2\n", "api.log.2": "line 1\n"}


async def test_lines_are_whole_however_they_arrive_and_an_endless_one_is_cut(
    tmp_path: Path,
) -> None:
    log = Log(tmp_path, None)
    reader, writer = os.pipe()
    follow = asyncio.create_task(log.follow("api", reader))

    with os.fdopen(writer, "wb", buffering=0) as pipe:
        for piece in ("一二".encode()[:4], "一二".encode()[4:] + b"\nlast"):
            await asyncio.to_thread(pipe.write, piece)
            await asyncio.sleep(0.01)
        await asyncio.to_thread(pipe.write, b"x" * (3 * CHUNK) + b"\nend")
    await follow

    lines = (tmp_path / "api.log").read_text().splitlines()
    assert lines[0] == "一二"
    assert max(len(line) for line in lines) <= 2 * CHUNK
    assert lines[-1] == "end"
    assert log.last("api")[-1] == "end"
    log.close()
