"""The guard of a relay to a hosted account: reads pass, everything else is refused and never leaves this machine."""

import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.net.server import Loop
from fiskil_harness.core.net.uvicorn_protocol import HttpRequest
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.faults.proxy.reverse.read_only_guard import Guard
from fiskil_harness.faults.proxy.reverse.relay import Relay
from fiskil_harness.journal import Exchange, Journal, Refused
from tests.faults.proxy.reverse.scripted import GET, OK, Scripted


def exchange(body: bytes, headers: bytes = b"Content-Type: application/json\r\n", target: bytes = b"/v1/token") -> bytes:
    return b"POST %s HTTP/1.1\r\nHost: relay\r\n%sContent-Length: %d\r\n\r\n%s" % (target, headers, len(body), body)


def get_with(token: bytes) -> bytes:
    return GET.replace(b"Bearer abc", token)


TOKEN = exchange(b'{"client_id":"checked","client_secret":"s"}')
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"

WRITES = {
    "post": b"POST /v1/end-users HTTP/1.1\r\nHost: relay\r\nContent-Length: 2\r\n\r\n{}",
    "put": b"PUT /v1/end-users/eu_1 HTTP/1.1\r\nHost: relay\r\nContent-Length: 2\r\n\r\n{}",
    "patch": b"PATCH /v1/end-users/eu_1 HTTP/1.1\r\nHost: relay\r\nContent-Length: 2\r\n\r\n{}",
    "delete": b"DELETE /v1/consent/1 HTTP/1.1\r\nHost: relay\r\n\r\n",
    "post in chunks": b"POST /v1/end-users HTTP/1.1\r\nHost: relay\r\n" + CHUNKED + b"\r\n2\r\n{}\r\n0\r\n\r\n",
    "token with a query": b"POST /v1/token?a=1 HTTP/1.1\r\nHost: relay\r\nContent-Length: 2\r\n\r\n{}",
    "token spelt otherwise": b"POST /v1/%74oken HTTP/1.1\r\nHost: relay\r\nContent-Length: 2\r\n\r\n{}",
    "below the token": b"POST /v1/token/x HTTP/1.1\r\nHost: relay\r\nContent-Length: 2\r\n\r\n{}",
}
AMBIGUOUS = {
    "header": b"GET /v1/consent HTTP/1.1\r\nHost: relay\r\nX-HTTP-Method-Override: DELETE\r\n\r\n",
    "header of another name": b"GET /v1/consent HTTP/1.1\r\nHost: relay\r\nx-http-method: DELETE\r\n\r\n",
    "header with underscores": b"GET /v1/consent HTTP/1.1\r\nHost: relay\r\nX_Method_Override: DELETE\r\n\r\n",
    "another path": b"GET /v1/consent HTTP/1.1\r\nHost: relay\r\nX-Original-URL: /v1/end-users\r\n\r\n",
    "query": b"GET /v1/consent?_method=DELETE HTTP/1.1\r\nHost: relay\r\n\r\n",
    "query behind a semicolon": b"GET /v1/consent?a=1;_method=DELETE HTTP/1.1\r\nHost: relay\r\n\r\n",
    "query with brackets": b"GET /v1/consent?_method[]=DELETE HTTP/1.1\r\nHost: relay\r\n\r\n",
    "query with brackets in code": b"GET /v1/consent?_method%5B0%5D=DELETE HTTP/1.1\r\nHost: relay\r\n\r\n",
    "form behind a semicolon": exchange(b"a=1;_method=DELETE", FORM),
    "json with brackets": exchange(b'{"_method[]":"DELETE"}'),
    "query in code": b"GET /v1/consent?%5Fmethod=DELETE HTTP/1.1\r\nHost: relay\r\n\r\n",
    "form": b"POST /v1/token HTTP/1.1\r\nHost: relay\r\n" + FORM + b"Content-Length: 14\r\n\r\n_method=DELETE",
    "json": b'POST /v1/token HTTP/1.1\r\nHost: relay\r\nContent-Length: 15\r\n\r\n{"_method":"X"}',
    "absolute target": b"GET http://127.0.0.1:1/v1/consent HTTP/1.1\r\nHost: relay\r\n\r\n",
    "target of a network": b"GET //127.0.0.1:1/v1/consent HTTP/1.1\r\nHost: relay\r\n\r\n",
    "path that climbs": b"GET /v1/consent/../end-users HTTP/1.1\r\nHost: relay\r\n\r\n",
    "path that climbs in code": b"GET /v1/%2e%2e/end-users HTTP/1.1\r\nHost: relay\r\n\r\n",
    "get with a body": b"GET /v1/consent HTTP/1.1\r\nHost: relay\r\nContent-Length: 2\r\n\r\n{}",
    "get with chunks": b"GET /v1/consent HTTP/1.1\r\nHost: relay\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "options": b"OPTIONS /v1/consent HTTP/1.1\r\nHost: relay\r\n\r\n",
    "trace": b"TRACE /v1/consent HTTP/1.1\r\nHost: relay\r\n\r\n",
}
MALFORMED = {
    "small letters": b"post /v1/end-users HTTP/1.1\r\nHost: relay\r\nContent-Length: 2\r\n\r\n{}",
    "mixed letters": b"Delete /v1/consent/1 HTTP/1.1\r\nHost: relay\r\n\r\n",
    "length and chunks": b"POST /v1/token HTTP/1.1\r\nHost: relay\r\nContent-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
    "two lengths": b"POST /v1/token HTTP/1.1\r\nHost: relay\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}",
    "space before the colon": b"POST /v1/token HTTP/1.1\r\nHost: relay\r\nContent-Length : 2\r\n\r\n{}",
    "connect": b"CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: relay\r\n\r\n",
}


def count_complete_responses(received: bytes) -> int:
    """Return the number of complete responses; each states its length."""
    head, end, rest = received.partition(b"\r\n\r\n")
    length = int((re.search(rb"\r\ncontent-length: (\d+)", head.lower()) or [b"", b"0"])[1])
    return 1 + count_complete_responses(rest[length:]) if end and len(rest) >= length else 0


class Guarded:
    """A guarded relay in front of a scripted API, with a journal."""

    def __init__(self, loop: Loop, *scripts: bytes, **options: Any) -> None:
        self.api = Scripted(loop, list(scripts) or [OK] * 9)
        self.guard = guard = Guard(client_id="checked", **options)
        token_request = HttpRequest("POST", "/v1/token", "/v1/token", b"", [], b"", None)
        for token in (b"abc", b"abd"):
            guard.remember_token(token_request, b"/v1/token", 200, b'{"token":"%s"}' % token)
        self.relay = Relay(loop, upstream=self.api.url, guard=guard)
        self.journal = Journal()
        self.relay.begin(self.journal)

    def send(self, *requests: bytes) -> bytes:
        """Send *requests* at once on one connection, and return as many responses, or fewer and its end."""
        with socket.create_connection(("127.0.0.1", self.relay.port), timeout=30) as sock:
            sock.sendall(b"".join(requests))
            received = b""
            while count_complete_responses(received) < len(requests) and (chunk := sock.recv(65_536)):
                received += chunk
        return received

    @property
    def refused(self) -> list[str]:
        """Return the kinds of the refusals."""
        wait_until(lambda: not self.relay.open_requests, cap_s=30)
        return [refused.kind for refused in self.journal.all(Refused)]


@pytest.fixture
def guarded() -> Iterator[Callable[..., Guarded]]:
    """Return a function that makes guarded relays."""
    relays: list[Guarded] = []
    with Loop() as loop:
        yield lambda *scripts, **options: relays.append(Guarded(loop, *scripts, **options)) or relays[-1]
        for guarded in relays:
            guarded.relay.close()
            guarded.api.close()


def test_reads_and_token_exchanges_pass(guarded: Callable[..., Guarded]) -> None:
    """The requests that an integration needs for reading are passed on and counted."""
    rig = guarded()

    received = rig.send(TOKEN) + rig.send(GET)

    assert received.count(b"HTTP/1.1 200 OK") == 2
    assert (rig.guard.passed, len(rig.api.requests), rig.refused) == (2, 2, [])


@pytest.mark.parametrize("name", WRITES)
def test_a_write_is_refused(guarded: Callable[..., Guarded], name: str) -> None:
    """A write gets the guard's own response, a journal entry and an exchange; the API receives nothing."""
    rig = guarded()

    received = rig.send(WRITES[name])

    assert received.startswith(b"HTTP/1.1 403")
    assert b"refused_by_fiskil_harness" in received
    assert b"--allow-writes" in received
    assert (rig.refused, rig.api.requests, rig.api.connections) == (["write"], [], 0)
    assert [call.status for call in rig.journal.all(Exchange)] == [403]


@pytest.mark.parametrize("name", AMBIGUOUS)
@pytest.mark.parametrize("allows_writes", [False, True])
def test_an_ambiguous_request_is_refused(guarded: Callable[..., Guarded], name: str, allows_writes: bool) -> None:
    """An ambiguous request is refused even if writes are allowed."""
    rig = guarded(allows_writes=allows_writes)

    received = rig.send(AMBIGUOUS[name])

    assert received.startswith(b"HTTP/1.1 403")
    assert (rig.refused, rig.api.requests) == (["form"], [])


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_request_is_not_passed(guarded: Callable[..., Guarded], name: str) -> None:
    """A method in lower case is invalid, and so is a body with two lengths."""
    rig = guarded(allows_writes=True)

    received = rig.send(MALFORMED[name])

    assert received[9:12] in {b"400", b"403", b"501"}
    assert rig.api.requests == []


@pytest.mark.parametrize("name", ["post", "put", "patch", "delete", "post in chunks"])
def test_allowed_writes_pass(guarded: Callable[..., Guarded], name: str) -> None:
    """Writes pass if they are allowed."""
    rig = guarded(allows_writes=True)

    assert rig.send(WRITES[name]).startswith(b"HTTP/1.1 200")
    assert (len(rig.api.requests), rig.refused) == (1, [])


def test_a_fault_does_not_act_on_a_refused_request(guarded: Callable[..., Guarded]) -> None:
    """A refused request gets the guard's response, and the fault waits for a request that passes."""
    rig = guarded()
    rig.relay.rules.set(Rule(route="*", fault=faults.Status(status=503)))

    received = [rig.send(request)[9:12] for request in (WRITES["post"], GET, GET)]

    assert received == [b"403", b"503", b"200"]


def test_nothing_after_a_refusal_passes_on_its_connection(guarded: Callable[..., Guarded]) -> None:
    """Requests that were pipelined behind a refused one are dropped, because they might be part of it."""
    rig = guarded()

    received = rig.send(GET, WRITES["post"], GET, WRITES["delete"])

    assert (received.count(b"HTTP/1.1 200"), received.count(b"HTTP/1.1 403")) == (1, 1)
    assert len(rig.api.requests) == 1


def test_a_write_in_pieces_is_refused(guarded: Callable[..., Guarded]) -> None:
    """The head of a write is not passed on while its body is still to come."""
    rig = guarded()
    head, _, body = WRITES["post"].replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n").partition(b"{")

    address = ("127.0.0.1", rig.relay.port)
    with socket.create_connection(address, timeout=30) as sock, sock.makefile("rb") as received:
        sock.sendall(head)
        assert received.readline() + received.readline() == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"{" + body)
        assert received.readline().startswith(b"HTTP/1.1 403")

    assert (rig.api.requests, rig.api.connections) == ([], 0)


def test_a_get_with_known_headers_is_checked_again(guarded: Callable[..., Guarded]) -> None:
    """A request whose headers are known already is checked again, because its target may differ."""
    rig = guarded()
    changed_target = GET.replace(b"end_user_id=eu_1", b"_method=DELETE")

    received = rig.send(GET) + rig.send(GET) + rig.send(changed_target)

    assert (received.count(b"HTTP/1.1 200"), rig.refused) == (2, ["form"])


def test_the_number_of_requests_is_limited(guarded: Callable[..., Guarded]) -> None:
    """After the limit of requests nothing passes, and the response states that."""
    rig = guarded(most_requests=2)

    received = [rig.send(GET)[9:12] for _ in range(3)]

    assert received == [b"200", b"200", b"403"]
    assert (rig.refused, rig.guard.is_spent) == (["bound"], True)


def test_the_time_is_limited() -> None:
    """After the limit of time nothing passes."""
    guard = Guard(client_id="checked", most_s=10, elapsed_s=lambda: 10.0)

    refusals = guard.objection_to(HttpRequest("GET", "/v1/consent", "/v1/consent", b"", [], b"", None), b"/v1/consent")

    assert refusals is not None
    assert refusals.kind == "bound"


@pytest.mark.parametrize(
    "target", [b"https://elsewhere.example/v1", b"//elsewhere.example/v1", b"http:elsewhere", b"\\\\elsewhere.example/"]
)
def test_a_redirect_to_another_host_is_removed(guarded: Callable[..., Guarded], target: bytes) -> None:
    """A client that follows redirects gets no other host to send its token to."""
    rig = guarded(b"HTTP/1.1 302 Found\r\nLocation: " + target + b"\r\nContent-Length: 0\r\n\r\n")

    received = rig.send(GET)

    assert received.startswith(b"HTTP/1.1 302")
    assert b"elsewhere" not in received


def test_a_redirect_to_the_api_leads_to_the_relay(guarded: Callable[..., Guarded]) -> None:
    """A redirect to the API leads to the relay."""
    rig = guarded(b"HTTP/1.1 302 Found\r\nLocation: /v1/consent\r\nContent-Length: 0\r\n\r\n")

    assert b"location: /v1/consent" in rig.send(GET).lower()


def test_an_expired_token_is_refused_by_the_relay(guarded: Callable[..., Guarded]) -> None:
    """The relay refuses an expired token like the API does; another token passes, and no refusal is recorded."""
    rig = guarded()
    first = rig.send(GET)
    rig.guard.expire_tokens()

    expired, fresh = rig.send(GET), rig.send(GET.replace(b"Bearer abc", b"Bearer abd"))

    assert [received[9:12] for received in (first, expired, fresh)] == [b"200", b"401", b"200"]
    assert b"invalid or expired token" in expired
    assert (len(rig.api.requests), rig.refused) == (2, [])


UNCHECKED = {
    "json": exchange(b'{"client_id":"mine","client_secret":"s"}'),
    "json in other letters": exchange(b'{"Client_ID":"mine","client_secret":"s"}'),
    "json twice": exchange(b'{"client_id":"mine","client_secret":"s","client_id":"checked"}'),
    "json twice, the other way": exchange(b'{"client_id":"checked","client_secret":"s","client_id":"mine"}'),
    "form": exchange(b"client_id=mine&client_secret=s", FORM),
    "form twice": exchange(b"client_id=checked&client_secret=s&client_id=mine", FORM),
    "form behind a semicolon": exchange(b"client_id=checked;client_id=mine", FORM),
    "json declared as a form": exchange(b'{"client_id":"mine","a":"&client_id=checked"}', FORM),
    "basic": exchange(b"", b"Authorization: Basic bWluZTpz\r\n"),
    "basic beside json": exchange(b'{"client_id":"checked"}', b"Authorization: Basic bWluZTpz\r\n"),
    "basic that is none": exchange(b'{"client_id":"checked"}', b"Authorization: Basic ???\r\n"),
    "nobody": exchange(b"{}"),
    "no object": exchange(b'["client_id","checked"]'),
    "no json": exchange(b"client_id=checked"),
    "packed": exchange(b"\x1f\x8b\x08", b"Content-Encoding: gzip\r\n"),
    "a foreign token beside the pair": TOKEN.replace(b"Host: relay", b"Host: relay\r\nAuthorization: Bearer foreign"),
    "token": get_with(b"Bearer foreign"),
    "token in small letters": get_with(b"bearer foreign"),
    "token without a scheme": get_with(b"foreign"),
    "token after a checked one": get_with(b"Bearer foreign, Bearer abc"),
    "two headers": get_with(b"Bearer abc\r\nAuthorization: Bearer foreign"),
    "pair instead of a token": get_with(b"Basic bWluZTpz"),
}


@pytest.mark.parametrize("name", UNCHECKED)
@pytest.mark.parametrize("allows_writes", [False, True])
def test_unchecked_credentials_are_refused(guarded: Callable[..., Guarded], name: str, allows_writes: bool) -> None:
    """An app with a production key pair reaches nothing with it or with a token of it; the response states the remedy."""
    rig = guarded(allows_writes=allows_writes)

    received = rig.send(UNCHECKED[name])

    assert received.startswith(b"HTTP/1.1 403")
    assert b"client_id" in received
    assert (rig.refused, rig.api.requests, rig.api.connections) == (["pair"], [], 0)


def test_a_foreign_token_writes_nothing(guarded: Callable[..., Guarded]) -> None:
    """A foreign token is refused even if writes are allowed."""
    rig = guarded(allows_writes=True)

    rig.send(WRITES["delete"].replace(b"Host: relay", b"Host: relay\r\nAuthorization: Bearer foreign"))

    assert (rig.refused, rig.api.requests) == (["pair"], [])


@pytest.mark.parametrize("target", [b"/v1/token?a=1", b"/v1/%74oken", b"/token", b"/v1/token/", b"/v1/Token"])
def test_a_respelt_token_exchange_is_refused_with_writes_allowed(guarded: Callable[..., Guarded], target: bytes) -> None:
    """A key pair passes only in the one spelling that is checked."""
    rig = guarded(allows_writes=True)

    rig.send(exchange(b'{"client_id":"mine","client_secret":"s"}', target=target))

    assert (rig.refused, rig.api.requests) == (["form"], [])


@pytest.mark.parametrize(
    "request_bytes",
    [
        TOKEN,
        exchange(b"client_id=checked&client_secret=s", FORM),
        exchange(b"grant_type=client_credentials", FORM + b"Authorization: Basic Y2hlY2tlZDpz\r\n"),
        exchange(b"", b"Authorization: Basic Y2hlY2tlZDpz\r\n"),
    ],
    ids=["json", "form", "form with basic", "basic"],
)
def test_the_checked_pair_passes_and_its_token_is_known(guarded: Callable[..., Guarded], request_bytes: bytes) -> None:
    """The checked pair passes in every form, and its token may be used from the next request on."""
    response = b'{"token":"fresh","expires_in":900}'
    token_response = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        len(response),
        response,
    )
    rig = guarded(token_response, OK)

    received = [rig.send(chunk)[9:12] for chunk in (request_bytes, get_with(b"Bearer fresh"), get_with(b"Bearer stale"))]

    assert received == [b"200", b"200", b"403"]
    assert (len(rig.api.requests), rig.refused) == (2, ["pair"])


def test_a_request_without_a_token_passes(guarded: Callable[..., Guarded]) -> None:
    """A request without a token reveals nothing; a probe judges such requests."""
    rig = guarded()

    assert rig.send(GET.replace(b"Authorization: Bearer abc\r\n", b"")).startswith(b"HTTP/1.1 200")
    assert rig.send(get_with(b"Bearer")).startswith(b"HTTP/1.1 200")
    assert rig.refused == []


def test_a_refused_exchange_gives_no_token() -> None:
    """A token in an error response is not accepted."""
    guard = Guard(client_id="checked")
    token_request = HttpRequest("POST", "/v1/token", "/v1/token", b"", [], b"", None)
    guard.remember_token(token_request, b"/v1/token", 401, b'{"token":"abc"}')
    headers = [(b"Authorization", b"Bearer abc")]

    refusals = guard.objection_to(HttpRequest("GET", "/v1/consent", "/v1/consent", b"", headers, b"", None), b"/v1/consent")

    assert refusals is not None
    assert refusals.kind == "pair"


@pytest.mark.parametrize(
    "request_bytes",
    [
        exchange(b"client_id=mine&client_secret=hush-hush", FORM),
        exchange(b"", b"Authorization: Basic bWluZTpodXNoLWh1c2g=\r\n"),
    ],
    ids=["form", "basic"],
)
def test_a_secret_that_was_refused_is_known_to_the_redactor(guarded: Callable[..., Guarded], request_bytes: bytes) -> None:
    """The exchange is in the journal, and the redactor removes the secret everywhere."""
    rig = guarded()

    rig.send(request_bytes)

    assert rig.refused == ["pair"]
    assert ("client_secret", "hush-hush") in set(rig.relay.secrets())
