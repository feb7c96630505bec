"""Servers on loopback: they listen at once, stop at once, and report what an application of ours raised."""

import asyncio
import logging
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from fiskil_harness.core.clock import stopwatch, wait_until
from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.net.server import LOOPBACK, Loop, Server, client_context, free_port
from fiskil_harness.errors import UsageError
from fiskil_harness.server.local_fiskil import LocalFiskil


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """Say hello."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


async def broken(scope: Any, receive: Any, send: Any) -> None:
    """Raise before anything is said."""
    raise ZeroDivisionError("ours")


async def half(scope: Any, receive: Any, send: Any) -> None:
    """Announce more than is sent."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"50")]})
    await send({"type": "http.response.body", "body": b"hello", "more_body": True})


async def stalling(scope: Any, receive: Any, send: Any) -> None:
    """Never answer."""
    await asyncio.sleep(3600)


@pytest.fixture
def crashes() -> list[Crash]:
    """Where crashes are noted."""
    return []


@pytest.fixture
def loop(crashes: list[Crash]) -> Iterator[Loop]:
    """A running event loop."""
    with Loop(crashes=crashes) as running:
        yield running


def ends(sock: socket.socket) -> bool:
    """Whether the other side has closed or reset the connection."""
    try:
        return sock.recv(10) == b""
    except ConnectionResetError:
        return True


def get(server: Server) -> httpx.Response:
    return httpx.get(server.url, trust_env=False, timeout=30)


def test_a_server_answers_as_soon_as_it_is_made(loop: Loop) -> None:
    """Nobody has to wait for it, and the system chose its port."""
    server = Server(loop, hello)

    assert get(server).text == "hello"
    assert server.url == f"http://{LOOPBACK}:{server.port}"
    server.close()


def test_a_port_may_be_chosen(loop: Loop) -> None:
    """The named one is used, and is free again after closing."""
    port = free_port()

    first = Server(loop, hello, port=port)
    first.close()
    second = Server(loop, hello, port=port)

    assert get(second).text == "hello"
    second.close()


def test_a_port_in_use_is_said(loop: Loop) -> None:
    """Which one, and what to do."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(UsageError) as raised:
            Server(loop, hello, port=port)

    assert str(raised.value) == f"Port {port} is in use. Name another, or leave it out and the system chooses one."


@pytest.mark.parametrize("port", [-1, 65_536, 10**9])
def test_what_is_no_port_is_said(loop: Loop, port: int) -> None:
    """The number, and which numbers there are."""
    with pytest.raises(UsageError) as raised:
        Server(loop, hello, port=port)

    assert str(raised.value) == f"{port} is not a port. Ports go from 1 to 65535; 0 lets the system choose."


def test_nobody_else_can_reach_it(loop: Loop) -> None:
    """It listens on 127.0.0.1 and on no other address."""
    server = Server(loop, hello)

    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.2", server.port))
    server.close()


def test_closing_drops_every_connection_at_once(loop: Loop, crashes: list[Crash]) -> None:
    """An open connection and a request without an answer do not hold it up, and twice is fine."""
    server = Server(loop, stalling, crashes=crashes)
    with socket.create_connection((LOOPBACK, server.port), timeout=30) as idle:
        with socket.create_connection((LOOPBACK, server.port), timeout=30) as waiting:
            waiting.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            elapsed = stopwatch()

            server.close()
            server.close()

            assert elapsed() < 30
            assert ends(waiting)
        assert ends(idle)
    assert crashes == []


def test_closing_after_the_loop_is_fine() -> None:
    """Nothing is left to do, and no warning comes of it."""
    loop = Loop()
    server = Server(loop, hello)
    loop.close()
    loop.close()

    server.close()


def test_no_thread_is_left() -> None:
    """A closed loop has ended its thread."""
    before = set(threading.enumerate())
    with Loop() as loop:
        Server(loop, hello)
        assert len(set(threading.enumerate()) - before) == 1

    assert set(threading.enumerate()) <= before


def test_an_exception_of_ours_is_noted_and_silent(
    loop: Loop, crashes: list[Crash], capfd: pytest.CaptureFixture[str]
) -> None:
    """500 for the client, a note for the driver, nothing on the terminal, and the next request is served."""
    server = Server(loop, broken, crashes=crashes)

    statuses = [get(server).status_code for _ in range(2)]

    assert statuses == [500, 500]
    assert [(crash.place, crash.error) for crash in crashes] == [("server", "ZeroDivisionError: ours")] * 2
    assert "in broken" in crashes[0].trace
    assert capfd.readouterr().err == ""
    server.close()


def test_an_exception_of_another_app_goes_to_logging(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    """An application that is not ours keeps its tracebacks where its owner looks for them."""
    server = Server(loop, broken)

    with caplog.at_level(logging.ERROR, logger="uvicorn.error"):
        assert get(server).status_code == 500

    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]
    server.close()


def test_an_answer_that_breaks_off_is_no_crash(loop: Loop, crashes: list[Crash], capfd: pytest.CaptureFixture[str]) -> None:
    """Faults do it on purpose: the client sees it, nobody writes about it."""
    server = Server(loop, half, crashes=crashes)

    with pytest.raises(httpx.RemoteProtocolError):
        get(server)

    assert crashes == []
    assert capfd.readouterr().err == ""
    server.close()


def test_what_nobody_on_the_loop_catches_is_noted(loop: Loop, crashes: list[Crash]) -> None:
    """An exception in a callback is a defect of ours."""
    loop.asyncio.call_soon_threadsafe(lambda: 1 // 0)

    assert wait_until(lambda: crashes, cap_s=30)
    assert (crashes[0].place, crashes[0].error[:18]) == ("loop", "ZeroDivisionError:")


def test_a_connection_that_breaks_is_no_crash(loop: Loop, crashes: list[Crash], capfd: pytest.CaptureFixture[str]) -> None:
    """The other side did it, on purpose or not."""
    done = threading.Event()

    def breaks() -> None:
        raise ConnectionResetError("by peer")

    loop.asyncio.call_soon_threadsafe(breaks)
    loop.asyncio.call_soon_threadsafe(done.set)

    assert done.wait(30)
    assert crashes == []
    assert capfd.readouterr().err == ""


def test_a_plain_client_on_a_tls_port_is_its_own_trouble(
    tmp_path_factory: pytest.TempPathFactory, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whoever speaks no TLS is dropped, and whoever does is served."""
    folder = tmp_path_factory.mktemp("tls")
    with LocalFiskil(workdir=folder, is_tls=True) as fiskil:
        port = int(fiskil.api_url.rpartition(":")[2])
        with socket.create_connection((LOOPBACK, port), timeout=30) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"HTTP" not in plain.recv(100)

        trusted = client_context(fiskil.certificates.ca_file)
        answer = httpx.get(f"{fiskil.api_url}/v1/institutions?client_id=x", verify=trusted, trust_env=False)

        assert answer.status_code == 200
        assert fiskil.sandbox.crashes == []
    assert capfd.readouterr().err == ""


def test_a_certificate_of_ours_is_not_trusted_by_itself(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Only who was told of the authority trusts the server."""
    with LocalFiskil(workdir=tmp_path_factory.mktemp("tls"), is_tls=True) as fiskil, pytest.raises(httpx.ConnectError):
        httpx.get(f"{fiskil.api_url}/v1/institutions", verify=ssl.create_default_context(), trust_env=False)


def test_work_on_the_loop_gives_its_result(loop: Loop) -> None:
    """From any thread, with its exceptions."""

    async def work() -> int:
        return 42

    async def fails() -> int:
        raise KeyError("x")

    assert loop.run(work()) == 42
    with pytest.raises(KeyError):
        loop.run(fails())


def test_work_that_takes_too_long_is_given_up(loop: Loop) -> None:
    """The bound is kept, and the loop goes on."""

    async def work() -> int:
        return 42

    with pytest.raises(TimeoutError):
        loop.run(asyncio.sleep(60), timeout_s=0.02)

    assert loop.run(work()) == 42


@pytest.mark.parametrize("hidden", ["uvloop", "no_such_module"], ids=["asyncio", "uvloop"])
def test_answers_come_without_delay(monkeypatch: pytest.MonkeyPatch, hidden: str) -> None:
    """Nagle's algorithm would hold every one of them for 40 ms, on each of the two event loops; so none would be sooner."""
    monkeypatch.setitem(sys.modules, hidden, None)

    with Loop() as loop, httpx.Client(trust_env=False, timeout=30) as client:
        server = Server(loop, hello)
        answers = [client.get(server.url) for _ in range(40)]

    assert {answer.status_code for answer in answers} == {200}
    assert min(answer.elapsed.total_seconds() for answer in answers[1:]) < 0.03
