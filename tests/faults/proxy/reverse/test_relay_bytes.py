"""What passes a relay passes as it is, but for the links that a client follows."""

import gzip
from collections.abc import Callable

import pytest

from fiskil_harness.journal import shortened
from tests.faults.proxy.reverse.scripted import ASK, CLOSE, CSV, OK, POST, Rig, json_answer


@pytest.mark.parametrize(
    "answer",
    [
        OK,
        b"HTTP/1.1 200 Fine by me\r\nX-Odd:  spaced \r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-A\r\n\r\n2;a=b\r\nhi\r\n0\r\nX-A: 1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK,
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}<close>",
        b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold<close>",
    ],
)
def test_an_answer_passes_byte_for_byte(rig: Callable[..., Rig], answer: bytes) -> None:
    """Status line, headers and frame are the hosted API's own, whatever they are."""
    assert rig(answer).say(ASK) == answer.removesuffix(CLOSE)


def test_the_api_is_asked_as_itself(rig: Callable[..., Rig]) -> None:
    """Its host stands in the request, no compression is asked for, and credentials pass."""
    given = rig(OK)

    given.say(
        b"GET /v1/x?a=%5B HTTP/1.1\r\nHost: relay\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer abc\r\nX-A: b\r\n\r\n"
    )

    (heard,) = given.api.heard
    head = heard.split(b"\r\n")
    assert head[0] == b"GET /v1/x?a=%5B HTTP/1.1"
    assert sorted(head[1:-2]) == [
        b"accept-encoding: identity",
        b"authorization: Bearer abc",
        b"host: " + given.api.url.removeprefix("http://").encode(),
        b"x-a: b",
    ]


def test_no_request_leads_elsewhere(rig: Callable[..., Rig]) -> None:
    """A target that names another host is asked of the hosted API."""
    given = rig(OK)

    given.say(b"GET http://elsewhere.example/v1/x?y=1 HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n")

    assert given.api.heard[0].startswith(b"GET /v1/x?y=1 HTTP/1.1\r\nhost: 127.0.0.1:")


@pytest.mark.parametrize(
    ("said", "told"),
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
def test_only_links_that_are_followed_are_rewritten(rig: Callable[..., Rig], said: str, told: str) -> None:
    """A link to the hosted API's origin leads to the relay and the length fits; longer hosts and data stay as they are."""
    given = rig()
    given.api.scripts.append(json_answer(said.replace("API", given.api.url)))

    answer = given.say(ASK)

    expected = told.replace("API", given.api.url).replace("RELAY", given.relay.url).encode()
    assert answer.partition(b"\r\n\r\n")[2] == expected
    assert b"content-length: %d\r\n" % len(expected) in answer
    assert [exchange.response_body for exchange in given.exchanges] == [expected]


def test_escaped_links_stay_escaped(rig: Callable[..., Rig]) -> None:
    r"""Some encoders write a slash as ``\/``; so does the relay then."""
    given = rig()
    given.api.scripts.append(json_answer('{"next":"' + given.api.url.replace("/", "\\/") + '\\/v1"}'))

    answer = given.say(ASK)

    assert answer.endswith(b'{"next":"' + given.relay.url.encode().replace(b"/", b"\\/") + b'\\/v1"}')


def test_a_chunked_page_is_rewritten(rig: Callable[..., Rig]) -> None:
    """A link across two chunks is found, and the answer has a length of its own."""
    given = rig()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b'{"next":"%s/v1"}' % given.api.url.encode()
    given.api.scripts.append(head + b"c\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (body[:12], len(body) - 12, body[12:]))

    answer = given.say(ASK)

    assert answer.endswith(b'\r\n\r\n{"next":"%s/v1"}' % given.relay.url.encode())
    assert b"chunked" not in answer


def test_a_redirect_stays_on_the_relay(rig: Callable[..., Rig]) -> None:
    """A Location at the hosted API's origin leads to the relay; another stays."""
    given = rig()
    moved = b"HTTP/1.1 302 Found\r\nLocation: %s/v1/b\r\nContent-Length: 0\r\n\r\n"
    given.api.scripts += [moved % given.api.url.encode(), moved % b"https://elsewhere.example"]

    answers = given.say(ASK, ASK)

    assert b"location: %s/v1/b\r\n" % given.relay.url.encode() in answers
    assert b"Location: https://elsewhere.example/v1/b\r\n" in answers


def test_one_connection_serves_one_client(rig: Callable[..., Rig]) -> None:
    """Requests that come at once are asked one after another over one connection, and answered in their order."""
    given = rig(CSV % 1 + b"a", CSV % 1 + b"b", CSV % 1 + b"c")

    answers = given.say(ASK, POST, ASK)

    assert answers == CSV % 1 + b"a" + CSV % 1 + b"b" + CSV % 1 + b"c"
    assert given.api.connections == 1
    assert [exchange.number for exchange in given.exchanges] == [1, 2, 3]


def test_long_bodies_pass_and_are_kept_short(rig: Callable[..., Rig]) -> None:
    """A megabyte each way arrives whole; the journal has digest, length and head, as the link has them."""
    body = bytes(range(256)) * 4096
    given = rig(CSV % len(body) + body)

    upload = b"POST /v1/x HTTP/1.1\r\nHost: r\r\nContent-Length: %d\r\n\r\n" % len(body)
    answer = given.say(upload + body)

    assert answer == CSV % len(body) + body
    assert given.api.heard[0].endswith(b"\r\n\r\n" + body)
    assert [(exchange.request_body, exchange.response_body) for exchange in given.exchanges] == [
        (shortened(body), shortened(body))
    ]


def test_a_request_in_chunks_passes(rig: Callable[..., Rig]) -> None:
    """A client that waits for 100 Continue is told to go on, and its chunks reach the hosted API as chunks."""
    given = rig(OK)

    with given.open() as sock:
        sock.sendall(b"POST /v1/x HTTP/1.1\r\nHost: r\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"2\r\n{}\r\n0\r\n\r\n")
        assert sock.recv(1000) == OK

    head, _, body = given.api.heard[0].partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head
    assert b"expect" not in head
    assert body == b"2\r\n{}\r\n0\r\n\r\n"


def test_head_has_no_body(rig: Callable[..., Rig]) -> None:
    """The length that an answer to HEAD announces is not waited for."""
    announced = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    given = rig(announced, OK)

    assert given.say(ASK.replace(b"GET", b"HEAD"), ASK) == announced + OK


def test_an_old_client_gets_no_chunks(rig: Callable[..., Rig]) -> None:
    """What comes in chunks has a length for a client of HTTP/1.0."""
    given = rig(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")

    answer = given.say(ASK.replace(b"HTTP/1.1", b"HTTP/1.0"))

    assert answer.endswith(b"\r\n\r\nhi")
    assert b"content-length: 2\r\n" in answer


def test_a_compressed_page_is_rewritten(rig: Callable[..., Rig]) -> None:
    """An API that compresses though nobody asked for it does not lead a walk away; what has no link stays compressed."""
    given = rig()
    page, other = gzip.compress(b'{"next":"%s/v1"}' % given.api.url.encode()), gzip.compress(b'{"a":1}')
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    given.api.scripts += [head % len(page) + page, head % len(other) + other]

    answers = given.say(ASK, ASK)

    assert b'\r\n\r\n{"next":"%s/v1"}' % given.relay.url.encode() in answers
    assert answers.endswith(head % len(other) + other)
