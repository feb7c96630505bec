"""Hostile requests: they get the documented error, never a traceback or a 500, and the next request is served."""

import contextlib
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from fiskil_harness.sandbox.api.routes import ROUTES
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.sandbox.still import Still

HEAD = b" HTTP/1.1\r\nHost: x\r\n"
MALFORMED = {
    "binary": b"\x00\x01\x02\xff\r\n\r\n",
    "tls": bytes.fromhex("16030100d0010000cc0303") + bytes(200),
    "lower case method": b"get /v1/end-users" + HEAD + b"\r\n",
    "unknown method": b"BREW /v1/end-users" + HEAD + b"\r\n",
    "unknown version": b"GET /v1/end-users HTTP/9.9\r\n\r\n",
    "http 2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "connect": b"CONNECT a:80" + HEAD + b"\r\n",
    "no path": b"GET http://elsewhere.example" + HEAD + b"\r\n",
    "raw utf-8 path": "GET /v1/ü".encode() + HEAD + b"\r\n",
    "raw utf-8 query": "GET /v1/end-users?email=ü".encode() + HEAD + b"\r\n",
    "raw invalid utf-8 path": b"GET /v1/\xff" + HEAD + b"\r\n",
    "two lengths": b"POST /v1/token" + HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "length and chunks": b"POST /v1/token" + HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "negative length": b"POST /v1/token" + HEAD + b"Content-Length: -1\r\n\r\n{}",
    "length beyond 64 bits": b"POST /v1/token" + HEAD + b"Content-Length: 99999999999999999999999\r\n\r\n{}",
    "bad chunk": b"POST /v1/token" + HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
    "nul in a header": b"GET /v1/end-users" + HEAD + b"X: a\x00b\r\n\r\n",
    "folded header": b"GET /v1/end-users" + HEAD + b"X: a\r\n b\r\n\r\n",
    "bare carriage return": b"GET /v1/end-users HTTP/1.1\rHost: x\r\r",
}
TOO_LONG = {
    "url": b"GET /" + b"a" * 90_000,
    "header": b"GET /" + HEAD + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
    "header without end": b"GET /" + HEAD + b"X: " + b"a" * 200_000,
    "headers": b"GET /" + HEAD + b"a: b\r\n" * 30_000,
}
POSTS = ["/v1/token", "/v1/end-users", "/v1/end-users/{end_user_id}", "/v1/auth/session"]
JUNK = {
    "nothing": b"",
    "no json": b"{",
    "two documents": b"{} {}",
    "null": b"null",
    "list": b"[]",
    "text": b'"x"',
    "number": b"1e999",
    "deep list": b"[" * 200_000,
    "deep object": b'{"a":' * 100_000,
    "deep value": b'{"email":' + b"[" * 200_000,
    "deep unknown": b'{"unknown":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "lone surrogate": b'{"email":"\\ud800","client_id":"\\ud800"}',
    "invalid utf-8": b'{"email":"\xff"}',
    "byte order mark": b"\xef\xbb\xbf{}",
    "wrong types": b'{"email":5,"client_id":[],"client_secret":{},"end_user_id":true,"redirect_uri":1}',
    "utf-16": '{"email":"a"}'.encode("utf-16"),
    "form": b"client_id=a&client_secret=b",
}
PATHS = {
    path: {route.method for route in ROUTES if route.path == path} for path in dict.fromkeys(route.path for route in ROUTES)
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
REFUSED = [(path, method) for path, allowed in PATHS.items() for method in METHODS if method not in allowed]


@pytest.fixture
def quiet(fiskil: LocalFiskil, capfd: pytest.CaptureFixture[str]) -> Iterator[LocalFiskil]:
    """Yield a complete local Fiskil, proxy included; afterwards it must still serve and have logged nothing."""
    yield fiskil
    assert httpx.get(f"{fiskil.api_url}/v1/institutions/88888", timeout=30, trust_env=False).status_code == 200
    assert httpx.get(fiskil.auth_url, timeout=30, trust_env=False).status_code == 404
    assert [crash.trace for crash in fiskil.sandbox.crashes] == []
    assert capfd.readouterr().err == ""


def exchange(url: str, raw: bytes) -> bytes:
    """Send *raw* and read until the server closes."""
    parts = urlsplit(url)
    received = b""
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as sock:
        # The response and a reset of the connection may come before everything is sent; received bytes can be read anyway.
        with contextlib.suppress(ConnectionError):
            sock.sendall(raw)
        with contextlib.suppress(ConnectionError):
            while chunk := sock.recv(65536):
                received += chunk
    return received


@pytest.mark.parametrize("server", ["api_url", "auth_url"])
@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_http_is_refused_and_closed(quiet: LocalFiskil, server: str, raw: bytes) -> None:
    """Malformed HTTP gets 400, and the connection closes."""
    assert exchange(getattr(quiet, server), raw).startswith(b"HTTP/1.1 400 Bad Request\r\n")


@pytest.mark.parametrize("server", ["api_url", "auth_url"])
@pytest.mark.parametrize("raw", TOO_LONG.values(), ids=TOO_LONG.keys())
def test_endless_heads_are_refused(quiet: LocalFiskil, server: str, raw: bytes) -> None:
    """A head above 64 kB gets 431, and the connection closes."""
    assert exchange(getattr(quiet, server), raw).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("server", ["api_url", "auth_url"])
@pytest.mark.parametrize(
    "raw",
    [
        b"POST /v1/token" + HEAD + b"Content-Length: 50\r\n\r\n{",
        b"POST /" + HEAD + b"Content-Length: 50\r\n\r\nact=",
        b"POST /v1/token" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"GET /v1/end",
        b"",
    ],
)
def test_a_client_that_disconnects_causes_no_error(quiet: LocalFiskil, server: str, raw: bytes) -> None:
    """Half a request followed by a disconnect has no consequence."""
    parts = urlsplit(getattr(quiet, server))

    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as sock:
        sock.sendall(raw)


@pytest.mark.parametrize("kind", ["websocket", "h2c"])
def test_an_upgrade_is_ignored(quiet: LocalFiskil, kind: str) -> None:
    """The request gets the same response as without the upgrade. Source: errors.unauthorized"""
    response = httpx.get(
        f"{quiet.api_url}/v1/end-users", headers={"connection": "Upgrade", "upgrade": kind}, timeout=30, trust_env=False
    )

    assert response.status_code == 401


@pytest.mark.parametrize("body", JUNK.values(), ids=JUNK.keys())
@pytest.mark.parametrize("path", POSTS)
def test_invalid_bodies_are_bad_requests(still: Still, api: httpx.Client, path: str, body: bytes) -> None:
    """Every invalid body gets 400 bad_request in the goa form. Source: errors.goa"""
    end_user = still.enrol()

    response = api.post(path.format(end_user_id=end_user.end_user_id), content=body)

    assert response.status_code == 400
    assert response.headers["content-type"] == "application/vnd.goa.error"
    assert (response.json()["name"], response.json()["fault"]) == ("bad_request", False)


@pytest.mark.parametrize("body", JUNK.values(), ids=JUNK.keys())
def test_invalid_bodies_of_data_are_invalid_requests(still: Still, api: httpx.Client, body: bytes) -> None:
    """Every invalid body gets 400 InvalidRequest in the simple form. Source: errors.simple"""
    response = api.post("/v1/banking/transactions/category", content=body)

    assert (response.status_code, response.headers["content-type"]) == (400, "application/json")
    assert (response.json()["name"], set(response.json())) == ("InvalidRequest", {"id", "name", "message"})


def test_unusual_json_text_is_kept(still: Still, api: httpx.Client) -> None:
    """NUL, astral characters and long text are returned unchanged. Source: end-users.create"""
    name = "\x00\u2028\U0001f600" + "x" * 100_000

    end_user_id = api.post("/v1/end-users", json={"name": name}).json()["end_user_id"]

    assert api.get(f"/v1/end-users/{end_user_id}").json()["name"] == name


@pytest.mark.parametrize("path", POSTS)
def test_a_body_beyond_a_megabyte_is_refused(still: Still, api: httpx.Client, path: str) -> None:
    """It gets 413 in the goa form, and the connection closes. Source: errors.goa"""
    response = api.post(path, content=json.dumps({"email": "x" * 1_100_000}).encode())

    assert response.status_code == 413
    assert (response.json()["name"], response.headers["connection"]) == ("request_too_large", "close")


def test_a_huge_announced_body_is_refused_at_once(still: Still) -> None:
    """An announced length of ten gigabytes is refused before any byte of the body. Source: errors.goa"""
    raw = b"POST /v1/token" + HEAD + b"Content-Length: 10000000000\r\n\r\n"

    response = exchange(still.api_url, raw)

    assert response.startswith(b"HTTP/1.1 413 ")


def test_a_huge_chunked_body_is_refused_while_it_is_sent(quiet: LocalFiskil) -> None:
    """Without an announced length, the refusal follows after one megabyte, with or without the proxy. Source: errors.goa"""
    raw = b"POST /v1/token" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b"x" * 65_536 + b"\r\n") * 20

    assert exchange(quiet.api_url, raw).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(("path", "method"), REFUSED)
def test_a_wrong_method_gets_the_allowed_ones(still: Still, api: httpx.Client, path: str, method: str) -> None:
    """The response is 405 with every allowed method, in the form of the path's family. Source: errors.goa, errors.simple"""
    response = api.request(method, path.replace("{", "").replace("}", ""))

    assert response.status_code == 405
    assert response.headers["allow"] == ", ".join(sorted(PATHS[path]))
    is_data = path.startswith(("/v1/banking/", "/v1/common/", "/v1/energy/"))
    assert response.headers["content-type"] == ("application/json" if is_data else "application/vnd.goa.error")
    assert method == "HEAD" or response.json()["name"] == "method_not_allowed"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/",
        "/v2/end-users",
        "/end-users",
        "/v1/end-users/",
        "/v1/end-users/a/b",
        "/v1//end-users",
        "/V1/end-users",
        "/v1/%65nd-users",
        "/v1/accounts",
        "/v1/consent/../end-users",
        "/v1/banking/acounts",
        "/v1/energy/acounts",
        "/%00",
    ],
)
def test_an_unknown_path_is_not_found(still: Still, api: httpx.Client, path: str) -> None:
    """The response is 404 with an error in the family's form. Source: errors.goa, errors.simple"""
    raw = exchange(still.api_url, b"GET " + path.encode() + HEAD + b"Connection: close\r\n\r\n")

    head, _, body = raw.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 ")
    assert json.loads(body)["name"] == "not_found"
    assert ("fault" in json.loads(body)) is not path.startswith(("/v1/banking/", "/v1/energy/"))


@pytest.mark.parametrize(
    "query",
    [
        "end_user_id=%",
        "end_user_id=%zz&page[size]=%ff",
        "end_user_id=%00&from=%00",
        "end_user_id=a&end_user_id=b&end_user_id=",
        "end_user_id=%ff%fe&account_id=%c3%28",
        "=&&&==&end_user_id",
        "end_user_id=x&" + "a=b&" * 5_000,
        "end_user_id=" + "x" * 50_000,
        "end_user_id=x&page[after]=" + "A" * 50_000,
        "end_user_id[]=x&end_user_id[a][b]=y",
        "end_user_id=x&page%5Bsize%5D=1&page[size]=0",
        "end_user_id=x;page[size]=1",
        "end_user_id=x&status=PENDING%00",
        "end_user_id=x&from=2026-01-01T00:00:00+10:00",
    ],
)
@pytest.mark.parametrize("path", ["/v1/banking/transactions", "/v1/banking/accounts", "/v1/consent", "/v1/end-users"])
def test_unusual_queries_get_a_documented_response(still: Still, api: httpx.Client, path: str, query: str) -> None:
    """The status is 200 or a documented refusal. Source: errors.goa, errors.simple"""
    raw = exchange(
        still.api_url,
        f"GET {path}?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Authorization: {api.headers['authorization']}\r\n\r\n".encode(),
    )

    assert int(raw.split(b" ", 2)[1]) in {200, 400, 503}
    assert isinstance(json.loads(raw.partition(b"\r\n\r\n")[2]), dict)


def test_the_first_of_repeated_headers_counts(still: Still, api: httpx.Client) -> None:
    """A second Authorization or version header changes nothing. Source: versions.header"""
    good, bad = ("authorization", api.headers["authorization"]), ("authorization", "Bearer nonsense")
    versions = [("x-fiskil-version", "v1"), ("x-fiskil-version", "v9")]
    url = f"{still.api_url}/v1/end-users"

    first = httpx.get(url, headers=[good, bad, *versions], timeout=30, trust_env=False)
    second = httpx.get(url, headers=[bad, good, *versions], timeout=30, trust_env=False)

    assert (first.status_code, second.status_code) == (200, 401)
    assert first.json() == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/end-users/a%2Fb", 404),
        ("GET", "/v1/end-users/%00", 404),
        ("GET", "/v1/end-users/%ff%fe", 404),
        ("GET", "/v1/end-users/" + "x" * 30_000, 404),
        ("DELETE", "/v1/consent/%2e%2e%2f", 204),
        ("GET", "/v1/institutions/%F0%9F%98%80", 404),
    ],
)
def test_ids_of_any_kind_are_looked_up(still: Still, api: httpx.Client, method: str, path: str, status: int) -> None:
    """Any text is a possible id."""
    assert api.request(method, path).status_code == status


def test_an_id_is_decoded_once(still: Still, api: httpx.Client) -> None:
    """%2541 is the text %41, not the letter A."""
    person: Any = still.enrol().person
    still.sandbox.create_end_user(person, end_user_id="eu_%41")

    assert api.get("/v1/end-users/eu_%2541").json()["id"] == "eu_%41"
    assert api.get("/v1/end-users/eu_%41").status_code == 404
