"""The guard of a relay before a hosted account: reading passes, everything else is refused and never leaves this machine."""

import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.net.server import Loop
from fiskil_harness.core.net.uvicorn_protocol import HttpRequest
from fiskil_harness.faults.proxy import Relay
from fiskil_harness.faults.proxy.reverse.read_only_guard import Guard
from fiskil_harness.journal import Exchange, Journal, Refused
from tests.faults.proxy.reverse.scripted import ASK, OK, Scripted


def exchange(body: bytes, more: bytes = b"Content-Type: application/json\r\n", target: bytes = b"/v1/token") -> bytes:
    return b"POST %s HTTP/1.1\r\nHost: relay\r\n%sContent-Length: %d\r\n\r\n%s" % (target, more, len(body), body)


def asking_with(token: bytes) -> bytes:
    return ASK.replace(b"Bearer abc", token)


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
ODD = {
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
NO_HTTP = {
    "small letters": b"post /v1/end-users HTTP/1.1\r\nHost: relay\r\nContent-Length: 2\r\n\r\n{}",
    "mixed letters": b"Delete /v1/consent/1 HTTP/1.1\r\nHost: relay\r\n\r\n",
    "length and chunks": b"POST /v1/token HTTP/1.1\r\nHost: relay\r\nContent-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
    "two lengths": b"POST /v1/token HTTP/1.1\r\nHost: relay\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}",
    "space before the colon": b"POST /v1/token HTTP/1.1\r\nHost: relay\r\nContent-Length : 2\r\n\r\n{}",
    "connect": b"CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: relay\r\n\r\n",
}


def whole_answers(came: bytes) -> int:
    """How many answers are there from their first byte to their last; each tells its length."""
    head, end, rest = came.partition(b"\r\n\r\n")
    length = int((re.search(rb"\r\ncontent-length: (\d+)", head.lower()) or [b"", b"0"])[1])
    return 1 + whole_answers(rest[length:]) if end and len(rest) >= length else 0


class Guarded:
    """A guarded relay before a scripted API, with a journal."""

    def __init__(self, loop: Loop, *scripts: bytes, **told: Any) -> None:
        self.api = Scripted(loop, list(scripts) or [OK] * 9)
        self.guard = guard = Guard(client_id="checked", **told)
        asked = HttpRequest("POST", "/v1/token", "/v1/token", b"", [], b"", None)
        for token in (b"abc", b"abd"):
            guard.learn(asked, b"/v1/token", 200, b'{"token":"%s"}' % token)
        self.relay = Relay(loop, upstream=self.api.url, guard=guard)
        self.journal = Journal()
        self.relay.begin(self.journal)

    def say(self, *requests: bytes) -> bytes:
        """What comes back to *requests*, sent at once on one connection: as many answers, or fewer and its end."""
        with socket.create_connection(("127.0.0.1", self.relay.port), timeout=30) as sock:
            sock.sendall(b"".join(requests))
            came = b""
            while whole_answers(came) < len(requests) and (more := sock.recv(65_536)):
                came += more
        return came

    @property
    def refused(self) -> list[str]:
        """The kinds of what was refused."""
        wait_until(lambda: not self.relay.open_requests, cap_s=30)
        return [refused.kind for refused in self.journal.all(Refused)]


@pytest.fixture
def guarded() -> Iterator[Callable[..., Guarded]]:
    """Makes guarded relays."""
    made: list[Guarded] = []
    with Loop() as loop:
        yield lambda *scripts, **told: made.append(Guarded(loop, *scripts, **told)) or made[-1]
        for guarded in made:
            guarded.relay.close()
            guarded.api.close()


def test_reading_and_tokens_pass(guarded: Callable[..., Guarded]) -> None:
    """What an integration needs to read is passed on and counted."""
    rig = guarded()

    said = rig.say(TOKEN) + rig.say(ASK)

    assert said.count(b"HTTP/1.1 200 OK") == 2
    assert (rig.guard.passed, len(rig.api.heard), rig.refused) == (2, 2, [])


@pytest.mark.parametrize("name", WRITES)
def test_a_write_is_refused(guarded: Callable[..., Guarded], name: str) -> None:
    """With an answer of our own, an entry of its own and an exchange; the API hears nothing."""
    rig = guarded()

    said = rig.say(WRITES[name])

    assert said.startswith(b"HTTP/1.1 403")
    assert b"refused_by_fiskil_harness" in said
    assert b"--allow-writes" in said
    assert (rig.refused, rig.api.heard, rig.api.connections) == (["write"], [], 0)
    assert [call.status for call in rig.journal.all(Exchange)] == [403]


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("lets_write", [False, True])
def test_what_can_be_read_in_two_ways_is_refused(guarded: Callable[..., Guarded], name: str, lets_write: bool) -> None:
    """Also where writing is allowed: nobody knows what it would do."""
    rig = guarded(lets_write=lets_write)

    said = rig.say(ODD[name])

    assert said.startswith(b"HTTP/1.1 403")
    assert (rig.refused, rig.api.heard) == (["form"], [])


@pytest.mark.parametrize("name", NO_HTTP)
def test_what_is_no_http_goes_nowhere(guarded: Callable[..., Guarded], name: str) -> None:
    """A method in small letters is no method, and a body of two lengths has none."""
    rig = guarded(lets_write=True)

    said = rig.say(NO_HTTP[name])

    assert said[9:12] in {b"400", b"403", b"501"}
    assert rig.api.heard == []


@pytest.mark.parametrize("name", ["post", "put", "patch", "delete", "post in chunks"])
def test_allowed_writes_pass(guarded: Callable[..., Guarded], name: str) -> None:
    """Who allows writes has them."""
    rig = guarded(lets_write=True)

    assert rig.say(WRITES[name]).startswith(b"HTTP/1.1 200")
    assert (len(rig.api.heard), rig.refused) == (1, [])


def test_nothing_after_a_refusal_passes_on_its_connection(guarded: Callable[..., Guarded]) -> None:
    """What was pipelined behind it is dropped: it might be the rest of what was refused."""
    rig = guarded()

    said = rig.say(ASK, WRITES["post"], ASK, WRITES["delete"])

    assert (said.count(b"HTTP/1.1 200"), said.count(b"HTTP/1.1 403")) == (1, 1)
    assert len(rig.api.heard) == 1


def test_a_write_in_pieces_is_refused(guarded: Callable[..., Guarded]) -> None:
    """Its head alone does not go on while the body is still to come: who waits to be told so has shown it alone."""
    rig = guarded()
    head, _, body = WRITES["post"].replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n").partition(b"{")

    with socket.create_connection(("127.0.0.1", rig.relay.port), timeout=30) as sock:
        sock.sendall(head)
        first = sock.recv(65_536)
        sock.sendall(b"{" + body)
        said = sock.recv(65_536)

    assert first == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert said.startswith(b"HTTP/1.1 403")
    assert (rig.api.heard, rig.api.connections) == ([], 0)


def test_a_get_after_the_same_head_is_looked_at_again(guarded: Callable[..., Guarded]) -> None:
    """A client whose headers are known already is not trusted with another target."""
    rig = guarded()
    again = ASK.replace(b"end_user_id=eu_1", b"_method=DELETE")

    said = rig.say(ASK) + rig.say(ASK) + rig.say(again)

    assert (said.count(b"HTTP/1.1 200"), rig.refused) == (2, ["form"])


def test_the_bound_holds(guarded: Callable[..., Guarded]) -> None:
    """After so many requests nothing passes any more, and that is told as such."""
    rig = guarded(most_requests=2)

    said = [rig.say(ASK)[9:12] for _ in range(3)]

    assert said == [b"200", b"200", b"403"]
    assert (rig.refused, rig.guard.is_spent) == (["bound"], True)


def test_the_time_is_bounded_too() -> None:
    """A run that lasts too long sends no more."""
    guard = Guard(client_id="checked", most_s=10, elapsed_s=lambda: 10.0)

    found = guard.objection_to(HttpRequest("GET", "/v1/consent", "/v1/consent", b"", [], b"", None), b"/v1/consent")

    assert found is not None
    assert found.kind == "bound"


@pytest.mark.parametrize(
    "target", [b"https://elsewhere.example/v1", b"//elsewhere.example/v1", b"http:elsewhere", b"\\\\elsewhere.example/"]
)
def test_no_redirect_leads_elsewhere(guarded: Callable[..., Guarded], target: bytes) -> None:
    """A client that follows redirects gets no place to go to with its token."""
    rig = guarded(b"HTTP/1.1 302 Found\r\nLocation: " + target + b"\r\nContent-Length: 0\r\n\r\n")

    said = rig.say(ASK)

    assert said.startswith(b"HTTP/1.1 302")
    assert b"elsewhere" not in said


def test_a_redirect_at_home_stays(guarded: Callable[..., Guarded]) -> None:
    """It leads to the relay."""
    rig = guarded(b"HTTP/1.1 302 Found\r\nLocation: /v1/consent\r\nContent-Length: 0\r\n\r\n")

    assert b"location: /v1/consent" in rig.say(ASK).lower()


def test_a_dead_token_is_refused_here(guarded: Callable[..., Guarded]) -> None:
    """As the API words it, without asking it; another token passes, and nothing counts as refused by us."""
    rig = guarded()
    before = rig.say(ASK)
    rig.guard.expire_tokens()

    dead, fresh = rig.say(ASK), rig.say(ASK.replace(b"Bearer abc", b"Bearer abd"))

    assert [said[9:12] for said in (before, dead, fresh)] == [b"200", b"401", b"200"]
    assert b"invalid or expired token" in dead
    assert (len(rig.api.heard), rig.refused) == (2, [])


OTHERS = {
    "json": exchange(b'{"client_id":"mine","client_secret":"s"}'),
    "json in other letters": exchange(b'{"Client_ID":"mine","client_secret":"s"}'),
    "json twice": exchange(b'{"client_id":"mine","client_secret":"s","client_id":"checked"}'),
    "json twice, the other way": exchange(b'{"client_id":"checked","client_secret":"s","client_id":"mine"}'),
    "form": exchange(b"client_id=mine&client_secret=s", FORM),
    "form twice": exchange(b"client_id=checked&client_secret=s&client_id=mine", FORM),
    "form behind a semicolon": exchange(b"client_id=checked;client_id=mine", FORM),
    "json that is said to be a form": exchange(b'{"client_id":"mine","a":"&client_id=checked"}', FORM),
    "basic": exchange(b"", b"Authorization: Basic bWluZTpz\r\n"),
    "basic beside json": exchange(b'{"client_id":"checked"}', b"Authorization: Basic bWluZTpz\r\n"),
    "basic that is none": exchange(b'{"client_id":"checked"}', b"Authorization: Basic ???\r\n"),
    "nobody": exchange(b"{}"),
    "no object": exchange(b'["client_id","checked"]'),
    "no json": exchange(b"client_id=checked"),
    "packed": exchange(b"\x1f\x8b\x08", b"Content-Encoding: gzip\r\n"),
    "a foreign token beside the pair": TOKEN.replace(b"Host: relay", b"Host: relay\r\nAuthorization: Bearer foreign"),
    "token": asking_with(b"Bearer foreign"),
    "token in small letters": asking_with(b"bearer foreign"),
    "token without a scheme": asking_with(b"foreign"),
    "token behind a known one": asking_with(b"Bearer foreign, Bearer abc"),
    "two headers": asking_with(b"Bearer abc\r\nAuthorization: Bearer foreign"),
    "pair instead of a token": asking_with(b"Basic bWluZTpz"),
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("lets_write", [False, True])
def test_credentials_that_nobody_looked_at_are_refused(guarded: Callable[..., Guarded], name: str, lets_write: bool) -> None:
    """An app that runs with a production pair reaches nothing with it, nor with a token of it; the words say what to do."""
    rig = guarded(lets_write=lets_write)

    said = rig.say(OTHERS[name])

    assert said.startswith(b"HTTP/1.1 403")
    assert b"client_id" in said
    assert (rig.refused, rig.api.heard, rig.api.connections) == (["pair"], [], 0)


def test_a_foreign_token_writes_nothing(guarded: Callable[..., Guarded]) -> None:
    """Also where writing is allowed."""
    rig = guarded(lets_write=True)

    rig.say(WRITES["delete"].replace(b"Host: relay", b"Host: relay\r\nAuthorization: Bearer foreign"))

    assert (rig.refused, rig.api.heard) == (["pair"], [])


@pytest.mark.parametrize("target", [b"/v1/token?a=1", b"/v1/%74oken", b"/token", b"/v1/token/", b"/v1/Token"])
def test_another_spelling_of_the_exchange_is_refused_where_writing_is_allowed(
    guarded: Callable[..., Guarded], target: bytes
) -> None:
    """No pair passes on a way on which nobody looks at it."""
    rig = guarded(lets_write=True)

    rig.say(exchange(b'{"client_id":"mine","client_secret":"s"}', target=target))

    assert (rig.refused, rig.api.heard) == (["form"], [])


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
    """However the pair is told; the token that comes back may be used from the next request on."""
    answer = b'{"token":"fresh","expires_in":900}'
    told = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer)
    rig = guarded(told, OK)

    said = [rig.say(chunk)[9:12] for chunk in (request_bytes, asking_with(b"Bearer fresh"), asking_with(b"Bearer stale"))]

    assert said == [b"200", b"200", b"403"]
    assert (len(rig.api.heard), rig.refused) == (2, ["pair"])


def test_a_request_without_a_token_passes(guarded: Callable[..., Guarded]) -> None:
    """It shows nothing to anybody, and what an app does without one is a probe's matter."""
    rig = guarded()

    assert rig.say(ASK.replace(b"Authorization: Bearer abc\r\n", b"")).startswith(b"HTTP/1.1 200")
    assert rig.say(asking_with(b"Bearer")).startswith(b"HTTP/1.1 200")
    assert rig.refused == []


def test_a_refused_exchange_gives_no_token() -> None:
    """What an API says with an error is no token."""
    guard = Guard(client_id="checked")
    asked = HttpRequest("POST", "/v1/token", "/v1/token", b"", [], b"", None)
    guard.learn(asked, b"/v1/token", 401, b'{"token":"abc"}')
    headers = [(b"Authorization", b"Bearer abc")]

    found = guard.objection_to(HttpRequest("GET", "/v1/consent", "/v1/consent", b"", headers, b"", None), b"/v1/consent")

    assert found is not None
    assert found.kind == "pair"


@pytest.mark.parametrize(
    "request_bytes",
    [
        exchange(b"client_id=mine&client_secret=hush-hush", FORM),
        exchange(b"", b"Authorization: Basic bWluZTpodXNoLWh1c2g=\r\n"),
    ],
    ids=["form", "basic"],
)
def test_a_secret_that_was_refused_is_known_to_the_redactor(guarded: Callable[..., Guarded], request_bytes: bytes) -> None:
    """However it was told: the exchange is in the journal, and the secret shows nowhere."""
    rig = guarded()

    rig.say(request_bytes)

    assert rig.refused == ["pair"]
    assert ("client_secret", "hush-hush") in set(rig.relay.secrets())
