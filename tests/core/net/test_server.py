"""Servers on loopback: they start and stop immediately, and report exceptions of the harness's applications."""

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
from tests.plain_http import plain_client


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """Respond with ``hello``."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


async def broken(scope: Any, receive: Any, send: Any) -> None:
    """Raise an exception before any response."""
    raise ZeroDivisionError("ours")


async def half(scope: Any, receive: Any, send: Any) -> None:
    """Announce a longer body than is sent."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"50")]})
    await send({"type": "http.response.body", "body": b"hello", "more_body": True})


async def stalling(scope: Any, receive: Any, send: Any) -> None:
    """Never respond."""
    await asyncio.sleep(3600)


@pytest.fixture
def crashes() -> list[Crash]:
    """Return the list that collects crashes."""
    return []


@pytest.fixture
def loop(crashes: list[Crash]) -> Iterator[Loop]:
    """Yield a running event loop."""
    with Loop(crashes=crashes) as running:
        yield running


def is_closed_by_peer(sock: socket.socket) -> bool:
    """Return True if the other side has closed or reset the connection."""
    try:
        return sock.recv(10) == b""
    except ConnectionResetError:
        return True


def get(server: Server) -> httpx.Response:
    return httpx.get(server.url, trust_env=False, timeout=30)


def test_a_server_responds_as_soon_as_it_exists(loop: Loop) -> None:
    """No caller has to wait for the server; the system chooses its port."""
    server = Server(loop, hello)

    assert get(server).text == "hello"
    assert server.url == f"http://{LOOPBACK}:{server.port}"
    server.close()


def test_a_requested_port_is_used(loop: Loop) -> None:
    """The requested port is used, and is free again after closing."""
    port = free_port()

    first = Server(loop, hello, port=port)
    first.close()
    second = Server(loop, hello, port=port)

    assert get(second).text == "hello"
    second.close()


def test_a_port_in_use_is_an_error(loop: Loop) -> None:
    """The message names the port and states what to do."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(UsageError) as raised:
            Server(loop, hello, port=port)

    assert str(raised.value) == f"Port {port} is in use. Name another, or leave it out and the system chooses one."


@pytest.mark.parametrize("port", [-1, 65_536, 10**9])
def test_a_number_that_is_not_a_port_is_an_error(loop: Loop, port: int) -> None:
    """The message contains the number and the allowed range."""
    with pytest.raises(UsageError) as raised:
        Server(loop, hello, port=port)

    assert str(raised.value) == f"{port} is not a port. Ports go from 1 to 65535; 0 lets the system choose."


def test_a_server_listens_on_one_address_only(loop: Loop) -> None:
    """Other addresses than 127.0.0.1 refuse the connection."""
    server = Server(loop, hello)

    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.2", server.port))
    server.close()


def test_closing_drops_all_connections_immediately(loop: Loop, crashes: list[Crash]) -> None:
    """An open connection and a pending request do not delay closing; a second call does nothing."""
    server = Server(loop, stalling, crashes=crashes)
    with socket.create_connection((LOOPBACK, server.port), timeout=30) as idle:
        with socket.create_connection((LOOPBACK, server.port), timeout=30) as waiting:
            waiting.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            elapsed = stopwatch()

            server.close()
            server.close()

            assert elapsed() < 30
            assert is_closed_by_peer(waiting)
        assert is_closed_by_peer(idle)
    assert crashes == []


def test_a_server_may_be_closed_after_its_loop() -> None:
    """Nothing is left to close, and no warning is issued."""
    loop = Loop()
    server = Server(loop, hello)
    loop.close()
    loop.close()

    server.close()


def test_a_closed_loop_leaves_no_thread() -> None:
    """Closing the loop ends its thread."""
    before = set(threading.enumerate())
    with Loop() as loop:
        Server(loop, hello)
        assert len(set(threading.enumerate()) - before) == 1

    assert set(threading.enumerate()) <= before


def test_an_exception_of_a_harness_application_is_recorded(
    loop: Loop, crashes: list[Crash], capfd: pytest.CaptureFixture[str]
) -> None:
    """The client gets 500, the crash is recorded, nothing is printed, and the next request is served."""
    server = Server(loop, broken, crashes=crashes)

    statuses = [get(server).status_code for _ in range(2)]

    assert statuses == [500, 500]
    assert [(crash.place, crash.error) for crash in crashes] == [("server", "ZeroDivisionError: ours")] * 2
    assert "in broken" in crashes[0].trace
    assert capfd.readouterr().err == ""
    server.close()


def test_an_exception_of_another_application_is_logged(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    """An application that does not belong to the harness has its tracebacks in the log."""
    server = Server(loop, broken)

    with caplog.at_level(logging.ERROR, logger="uvicorn.error"):
        assert get(server).status_code == 500

    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]
    server.close()


def test_an_incomplete_response_is_no_crash(loop: Loop, crashes: list[Crash], capfd: pytest.CaptureFixture[str]) -> None:
    """Faults cut responses on purpose: the client sees the error, and nothing is recorded or printed."""
    server = Server(loop, half, crashes=crashes)

    with pytest.raises(httpx.RemoteProtocolError):
        get(server)

    assert crashes == []
    assert capfd.readouterr().err == ""
    server.close()


def test_an_uncaught_exception_on_the_loop_is_recorded(loop: Loop, crashes: list[Crash]) -> None:
    """An exception in a callback is a defect of the harness."""
    loop.asyncio.call_soon_threadsafe(lambda: 1 // 0)

    assert wait_until(lambda: crashes, cap_s=30)
    assert (crashes[0].place, crashes[0].error[:18]) == ("loop", "ZeroDivisionError:")


def test_a_connection_error_is_no_crash(loop: Loop, crashes: list[Crash], capfd: pytest.CaptureFixture[str]) -> None:
    """The other side closed the connection, so nothing is recorded or printed."""
    has_run = threading.Event()

    def reset() -> None:
        raise ConnectionResetError("by peer")

    loop.asyncio.call_soon_threadsafe(reset)
    loop.asyncio.call_soon_threadsafe(has_run.set)

    assert has_run.wait(30)
    assert crashes == []
    assert capfd.readouterr().err == ""


def test_a_plain_text_client_on_a_tls_port_is_disconnected(
    tmp_path_factory: pytest.TempPathFactory, capfd: pytest.CaptureFixture[str]
) -> None:
    """A client without TLS gets no HTTP response and causes no crash; a TLS client is served."""
    folder = tmp_path_factory.mktemp("tls")
    with LocalFiskil(workdir=folder, is_tls=True) as fiskil:
        port = int(fiskil.api_url.rpartition(":")[2])
        with socket.create_connection((LOOPBACK, port), timeout=30) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"HTTP" not in plain.recv(100)

        context = client_context(fiskil.certificates.ca_file)
        response = httpx.get(f"{fiskil.api_url}/v1/institutions/88888", verify=context, trust_env=False, timeout=30)

        assert response.status_code == 200
        assert fiskil.sandbox.crashes == []
    assert capfd.readouterr().err == ""


def test_the_servers_certificate_is_not_trusted_by_default(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Only a client that trusts the harness's authority trusts the server."""
    with LocalFiskil(workdir=tmp_path_factory.mktemp("tls"), is_tls=True) as fiskil, pytest.raises(httpx.ConnectError):
        httpx.get(f"{fiskil.api_url}/v1/institutions", verify=ssl.create_default_context(), trust_env=False, timeout=30)


def test_work_on_the_loop_returns_its_result(loop: Loop) -> None:
    """A result or exception reaches the calling thread."""

    async def work() -> int:
        return 42

    async def fails() -> int:
        raise KeyError("x")

    assert loop.run(work()) == 42
    with pytest.raises(KeyError):
        loop.run(fails())


def test_work_that_exceeds_its_time_limit_is_cancelled(loop: Loop) -> None:
    """The caller gets TimeoutError, and the loop keeps running."""

    async def work() -> int:
        return 42

    with pytest.raises(TimeoutError):
        loop.run(asyncio.sleep(60), timeout_s=0.02)

    assert loop.run(work()) == 42


@pytest.mark.parametrize("hidden_module", ["uvloop", "no_such_module"], ids=["asyncio", "uvloop"])
def test_responses_are_sent_without_delay(monkeypatch: pytest.MonkeyPatch, hidden_module: str) -> None:
    """On both event loops Nagle's algorithm, which would delay each response by 40 ms, is off."""
    monkeypatch.setitem(sys.modules, hidden_module, None)

    with Loop() as loop, plain_client() as client:
        server = Server(loop, hello)
        responses = [client.get(server.url) for _ in range(40)]

    assert {response.status_code for response in responses} == {200}
    assert min(response.elapsed.total_seconds() for response in responses[1:]) < 0.03
