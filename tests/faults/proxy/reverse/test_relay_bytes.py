"""The bytes that pass a relay: unchanged, except for the links that a client follows."""

import gzip
from collections.abc import Callable

import pytest

from fiskil_harness.journal import shortened
from tests.faults.proxy.reverse.scripted import CSV, GET, OK, POST, Rig, json_response

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.parametrize(
    "response",
    [
        OK,
        b"HTTP/1.1 200 OK\r\nx-odd: spaced\r\nset-cookie: a=1\r\nset-cookie: b=2\r\ncontent-length: 1\r\n\r\nx",
        b"HTTP/1.1 404 Not Found\r\ncontent-type: text/plain\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\netag: x\r\n\r\n",
    ],
)
def test_a_response_passes_byte_for_byte(rig: Callable[..., Rig], response: bytes) -> None:
    """Status, headers and body are the hosted API's own."""
    assert rig(response).send(GET) == response


@pytest.mark.parametrize(
    "response",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-A\r\n\r\n2;a=b\r\nhi\r\n0\r\nX-A: 1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 200 Fine by me\r\nConnection: close, x-hop\r\nX-Hop: 1\r\n\r\nhi<close>",
        b"HTTP/1.0 200 OK\r\nKeep-Alive: 5\r\n\r\nhi<close>",
    ],
)
def test_a_response_has_the_framing_of_the_relay(rig: Callable[..., Rig], response: bytes) -> None:
    """Headers that concern the connection to the hosted API are replaced by a length; the body is the hosted API's own."""
    assert rig(response).send(GET) == b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"


def test_the_request_names_the_upstream_host(rig: Callable[..., Rig]) -> None:
    """The request names the upstream host, accepts no compression, and contains the client's credentials."""
    relay_rig = rig(OK)

    relay_rig.send(
        b"GET /v1/x?a=%5B HTTP/1.1\r\nHost: relay\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer abc\r\nX-A: b\r\n\r\n"
    )

    (received,) = relay_rig.api.requests
    head = received.split(b"\r\n")
    assert head[0] == b"GET /v1/x?a=%5B HTTP/1.1"
    assert sorted(head[1:-2]) == [
        b"accept-encoding: identity",
        b"authorization: Bearer abc",
        b"host: " + relay_rig.api.url.removeprefix("http://").encode(),
        b"x-a: b",
    ]


def test_a_target_with_another_host_goes_to_the_upstream(rig: Callable[..., Rig]) -> None:
    """A request whose target names another host is sent to the hosted API."""
    relay_rig = rig(OK)

    relay_rig.send(b"GET http://elsewhere.example/v1/x?y=1 HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n")

    assert relay_rig.api.requests[0].startswith(b"GET /v1/x?y=1 HTTP/1.1\r\nhost: 127.0.0.1:")


@pytest.mark.parametrize(
    ("written", "rewritten"),
    [
        ('{"links": {"next": "API/v1/a?b=1"}}', '{"links": {"next": "RELAY/v1/a?b=1"}}'),
        (r'{"next":"API\/v1"}', r'{"next":"RELAY\/v1"}'),
        ('{"auth_url" : "API?sess_id=1"}', '{"auth_url" : "RELAY?sess_id=1"}'),
        ('{"auth_url":"API"}', '{"auth_url":"RELAY"}'),
        ('{"next":"API0/v1"}', '{"next":"API0/v1"}'),
        ('{"next":"API.example/v1"}', '{"next":"API.example/v1"}'),
        ('{"next":"API@evil.example/v1"}', '{"next":"API@evil.example/v1"}'),
        ('{"description":"API/v1"}', '{"description":"API/v1"}'),
        ('{"next":"see API/v1"}', '{"next":"see API/v1"}'),
    ],
)
def test_only_links_that_are_followed_are_rewritten(rig: Callable[..., Rig], written: str, rewritten: str) -> None:
    """A link to the upstream origin leads to the relay, with a matching length; longer hosts and other values stay."""
    relay_rig = rig()
    relay_rig.api.scripts.append(json_response(written.replace("API", relay_rig.api.url)))

    response = relay_rig.send(GET)

    expected = rewritten.replace("API", relay_rig.api.url).replace("RELAY", relay_rig.relay.url).encode()
    assert response.partition(b"\r\n\r\n")[2] == expected
    assert b"content-length: %d\r\n" % len(expected) in response
    assert [exchange.response_body for exchange in relay_rig.exchanges] == [expected]


def test_escaped_links_stay_escaped(rig: Callable[..., Rig]) -> None:
    r"""Some encoders write a slash as ``\/``, and then the relay does too."""
    relay_rig = rig()
    relay_rig.api.scripts.append(json_response('{"next":"' + relay_rig.api.url.replace("/", "\\/") + '\\/v1"}'))

    response = relay_rig.send(GET)

    assert response.endswith(b'{"next":"' + relay_rig.relay.url.encode().replace(b"/", b"\\/") + b'\\/v1"}')


def test_a_chunked_page_is_rewritten(rig: Callable[..., Rig]) -> None:
    """A link across two chunks is rewritten, and the response gets a length."""
    relay_rig = rig()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b'{"next":"%s/v1"}' % relay_rig.api.url.encode()
    relay_rig.api.scripts.append(head + b"c\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (body[:12], len(body) - 12, body[12:]))

    response = relay_rig.send(GET)

    assert response.endswith(b'\r\n\r\n{"next":"%s/v1"}' % relay_rig.relay.url.encode())
    assert b"chunked" not in response


def test_a_redirect_stays_on_the_relay(rig: Callable[..., Rig]) -> None:
    """A Location at the upstream origin leads to the relay; another one stays."""
    relay_rig = rig()
    moved = b"HTTP/1.1 302 Found\r\nLocation: %s/v1/b\r\nContent-Length: 0\r\n\r\n"
    relay_rig.api.scripts += [moved % relay_rig.api.url.encode(), moved % b"https://elsewhere.example"]

    responses = relay_rig.send(GET, GET)

    assert b"location: %s/v1/b\r\n" % relay_rig.relay.url.encode() in responses
    assert b"location: https://elsewhere.example/v1/b\r\n" in responses


def test_pipelined_requests_are_served_in_order(rig: Callable[..., Rig]) -> None:
    """Pipelined requests are sent one after another, and their responses arrive in order."""
    relay_rig = rig(CSV % 1 + b"a", CSV % 1 + b"b", CSV % 1 + b"c")

    responses = relay_rig.send(GET, POST, GET)

    assert responses == CSV % 1 + b"a" + CSV % 1 + b"b" + CSV % 1 + b"c"
    assert [exchange.number for exchange in relay_rig.exchanges] == [1, 2, 3]


def test_long_bodies_pass_and_are_shortened_in_the_journal(rig: Callable[..., Rig]) -> None:
    """A megabyte each way arrives completely; the journal has digest, length and beginning."""
    body = bytes(range(256)) * 4096
    relay_rig = rig(CSV % len(body) + body)

    upload = b"POST /v1/x HTTP/1.1\r\nHost: r\r\nContent-Length: %d\r\n\r\n" % len(body)
    response = relay_rig.send(upload + body)

    assert response == CSV % len(body) + body
    assert relay_rig.api.requests[0].endswith(b"\r\n\r\n" + body)
    assert [(exchange.request_body, exchange.response_body) for exchange in relay_rig.exchanges] == [
        (shortened(body), shortened(body))
    ]


def test_a_chunked_request_passes(rig: Callable[..., Rig]) -> None:
    """A client that waits for 100 Continue gets it, and the body of its chunks reaches the hosted API with a length."""
    relay_rig = rig(OK)

    with relay_rig.open() as sock, sock.makefile("rb") as received:
        sock.sendall(b"POST /v1/x HTTP/1.1\r\nHost: r\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
        assert received.read(len(CONTINUE)) == CONTINUE
        sock.sendall(b"2\r\n{}\r\n0\r\n\r\n")
        assert received.read(len(OK)) == OK

    head, _, body = relay_rig.api.requests[0].partition(b"\r\n\r\n")
    assert b"\r\ncontent-length: 2" in head
    assert b"transfer-encoding" not in head
    assert b"expect" not in head
    assert body == b"{}"


def test_a_response_to_head_has_no_body(rig: Callable[..., Rig]) -> None:
    """The relay does not wait for the body that a response to HEAD announces."""
    announced = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n"
    relay_rig = rig(announced, OK)

    assert relay_rig.send(GET.replace(b"GET", b"HEAD"), GET) == announced + OK


def test_an_http_1_0_client_gets_no_chunks(rig: Callable[..., Rig]) -> None:
    """A chunked response has a length for a client of HTTP/1.0."""
    relay_rig = rig(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")

    response = relay_rig.send(GET.replace(b"HTTP/1.1", b"HTTP/1.0"))

    assert response.endswith(b"\r\n\r\nhi")
    assert b"content-length: 2\r\n" in response


def test_a_compressed_page_is_rewritten(rig: Callable[..., Rig]) -> None:
    """A link in an unrequested compressed response is rewritten; a response without a link stays compressed."""
    relay_rig = rig()
    page, other = gzip.compress(b'{"next":"%s/v1"}' % relay_rig.api.url.encode()), gzip.compress(b'{"a":1}')
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n"
    relay_rig.api.scripts += [head % len(page) + page, head % len(other) + other]

    responses = relay_rig.send(GET, GET)

    assert b'\r\n\r\n{"next":"%s/v1"}' % relay_rig.relay.url.encode() in responses
    assert responses.endswith(head % len(other) + other)
