"""What goes wrong beside a relay is told as a gateway tells it, and the journal knows whose doing it was."""

import socket
from collections.abc import Callable

import httpx
import pytest

from fiskil_harness.core.clock import wait_until
from fiskil_harness.faults.proxy import Relay
from fiskil_harness.journal import Journal, Unreached
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.proxy.reverse.scripted import ASK, CLOSE, CSV, OK, POST, Rig, Scripted, ended, json_answer


def test_a_kept_connection_that_died_is_no_news(rig: Callable[..., Rig]) -> None:
    """A GET that a kept connection swallowed is asked again, once, over a new one."""
    given = rig(OK, CLOSE, OK)

    assert given.say(ASK, ASK) == OK + OK
    assert given.api.connections == 2
    assert given.journal.all(Unreached) == []


def test_what_may_not_be_repeated_is_not(rig: Callable[..., Rig]) -> None:
    """A POST that a kept connection swallowed gets a 502, and the journal knows that it was the hosted API's doing."""
    given = rig(OK, CLOSE)

    answers = given.say(ASK, POST)

    assert answers.startswith(OK + b"HTTP/1.1 502 Bad Gateway\r\n")
    assert given.api.connections == 1
    assert [exchange.status for exchange in given.exchanges] == [200, 502]
    assert [(unreached.request_number, unreached.what) for unreached in given.journal.all(Unreached)] == [
        (2, "the connection ended without a response")
    ]


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (CLOSE, "the connection ended without a response"),
        (b"SMTP ready\r\n", "the API's response is not HTTP"),
        (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            "the API requested another protocol",
        ),
        (
            b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a"<close>',
            "the response is incomplete",
        ),
    ],
)
def test_no_answer_is_a_502(rig: Callable[..., Rig], answer: bytes, what: str) -> None:
    """Where the client has got nothing yet, it is told by a gateway's status, and why."""
    given = rig(answer)

    told = given.say(ASK)

    assert told.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    assert [unreached.what for unreached in given.journal.all(Unreached)] == [what]
    assert given.relay.open_requests == 0


def test_a_body_that_breaks_off_breaks_off(rig: Callable[..., Rig]) -> None:
    """A body on its way cannot be taken back: the client's connection ends where the hosted API's did."""
    given = rig(CSV % 9 + b"abc" + CLOSE)

    assert given.say(ASK) == CSV % 9 + b"abc"
    assert [(exchange.status, exchange.response_body) for exchange in given.exchanges] == [(200, b"abc")]
    assert [unreached.what for unreached in given.journal.all(Unreached)] == ["the response is incomplete"]


def test_nobody_there_is_a_502(rig: Callable[..., Rig]) -> None:
    """A hosted API that refuses connections is told of, and the client's connection is kept."""
    given = rig()
    kept = socket.socket()
    kept.bind(("127.0.0.1", 0))  # a port that is taken, and on which nobody listens
    nobody = Relay(given.loop, upstream=f"http://127.0.0.1:{kept.getsockname()[1]}")
    journal = Journal()
    nobody.begin(journal)

    with kept, httpx.Client(base_url=nobody.url, timeout=30, trust_env=False) as client:
        statuses = [client.get("/v1/x").status_code, client.get("/v1/y").status_code]

    assert statuses == [502, 502]
    assert journal.all(Unreached)[1].what == "no connection: Connection refused"
    assert len({call.connection for call in ended(nobody, journal)}) == 1
    nobody.close()


def test_what_nobody_asked_for_reaches_nobody(rig: Callable[..., Rig]) -> None:
    """Bytes of a second answer are never taken for the answer to the next request."""
    given = rig(json_answer('{"a":1}') + CSV % 4 + b"evil", CSV % 4 + b"good")

    answers = given.say(ASK, ASK)

    assert b"evil" not in answers
    assert answers.endswith(b"good")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/9.9.9\r\n\r\n", b"400"),
        (b"CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000, b"431"),
    ],
)
def test_what_is_no_request_is_refused(rig: Callable[..., Rig], request_: bytes, status: bytes) -> None:
    """The hosted API never hears of it."""
    given = rig()

    with given.open() as sock:
        sock.sendall(request_)
        answer = b"".join(iter(lambda: sock.recv(65_536), b""))

    assert answer.startswith(b"HTTP/1.1 " + status)
    assert given.api.heard == []


def test_a_client_that_leaves_is_told_of(rig: Callable[..., Rig]) -> None:
    """An exchange whose client goes away before the answer stands in the journal without a status."""
    given = rig(b"")

    with given.open() as sock:
        sock.sendall(ASK)
        wait_until(lambda: bool(given.api.heard), cap_s=30)

    assert [exchange.status for exchange in given.exchanges] == [None]


def test_the_certificate_of_the_api_must_hold(fiskil: LocalFiskil, rig: Callable[..., Rig]) -> None:
    """Over https a certificate is believed under the given authority, and not under the system's."""
    pair = (fiskil.certificates.chain_file, fiskil.certificates.key_file)
    api = Scripted(fiskil.loop, [OK, OK], certificate=pair)
    trusting = Relay(fiskil.loop, upstream=api.url, ca_file=fiskil.certificates.ca_file)
    doubting = Relay(fiskil.loop, upstream=api.url)

    answers = [httpx.get(f"{relay.url}/v1/x", timeout=30, trust_env=False) for relay in (trusting, doubting)]

    assert [answer.status_code for answer in answers] == [200, 502]
    assert "its certificate is invalid: unable to get local issuer certificate" in answers[1].text
    assert len(api.heard) == 1
    trusting.close()
    doubting.close()
    api.close()


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_body_that_comes_while_the_relay_connects_stops_nothing(fiskil: LocalFiskil, times: int) -> None:
    """A handshake takes longer than a body: the connection's later requests are read all the same."""
    pair = (fiskil.certificates.chain_file, fiskil.certificates.key_file)
    api = Scripted(fiskil.loop, [OK] * (1 + times), certificate=pair)
    relay = Relay(fiskil.loop, upstream=api.url, ca_file=fiskil.certificates.ca_file)
    head, _, body = POST.partition(b"\r\n\r\n")
    with socket.create_connection(("127.0.0.1", relay.port), timeout=30) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(head + b"\r\n\r\n")
        sock.sendall(body)
        answers = [answered(sock), *(asked(sock, ASK) for _ in range(times))]

    relay.close()
    api.close()
    assert answers == [OK] * (1 + times)


def asked(sock: socket.socket, request: bytes) -> bytes:
    sock.sendall(request)
    return answered(sock)


def answered(sock: socket.socket) -> bytes:
    """One answer of the length of ``OK``."""
    return b"".join(sock.recv(1) for _ in range(len(OK)))
