"""The harness's HTTP client, built on httpx: it calls the app's hooks and pages, and the consent page."""

import ssl
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from msgspec import Struct

from fiskil_harness.core.clock import pause, stopwatch

LARGEST_RESPONSE = 16 * 1024 * 1024
LARGEST_PORT = 65_535
TOO_MANY, MOST_REPEATS, LONGEST_PAUSE_S = 429, 3, 5


class _TooLong(Exception):
    """The response body is longer than the client reads."""


_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (_TooLong, "the response is longer than 16 MiB"),
    (httpx.DecodingError, "the response is not encoded as its content-encoding says"),
    (httpx.NetworkError, "connection reset"),
    (httpx.UnsupportedProtocol, "the URL is not an HTTP URL"),
    (httpx.InvalidURL, "the URL is not an HTTP URL"),
)


class HttpReply(Struct, frozen=True, kw_only=True):
    """A response; or, in ``problem``, the reason why there is no response."""

    status: int | None = None
    headers: dict[str, str] = {}
    body: bytes = b""
    url: str = ""
    problem: str = ""

    @property
    def content_type(self) -> str:
        """The media type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def without_rate_limit(request: Callable[[], HttpReply], *, is_its_own: Callable[[], bool] = lambda: True) -> HttpReply:
    """Send a request again, after the stated pause, while the app's own rate limit refuses it with 429.

    A scenario does in seconds what end users do in hours. The last reply is returned after three repetitions.

    Args:
        is_its_own: False if the app may pass on a refusal of the API, which is never repeated.
    """
    reply = request()
    for _ in range(MOST_REPEATS):
        pause_s = reply.headers.get("retry-after", "")
        if reply.status != TOO_MANY or not pause_s.isdecimal() or int(pause_s) > LONGEST_PAUSE_S or not is_its_own():
            break
        pause(int(pause_s))
        reply = request()
    return reply


class HttpClient:
    """An HTTP client with a cookie jar. It follows no redirect.

    Each request has its own connection: a server may close one after an error, without saying so, while the next request
    is already on its way.
    """

    def __init__(self, *, timeout_s: float = 30.0, verify: Any = True) -> None:
        self._timeout_s = timeout_s
        self._verify = verify
        self._client = httpx.Client(
            timeout=timeout_s,
            follow_redirects=False,
            verify=_usual_trust() if verify is True else verify,
            trust_env=False,
            headers={"user-agent": "fiskil-harness"},
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def copy(self) -> "HttpClient":
        """Return another client with the same settings and the same cookies."""
        client = HttpClient(timeout_s=self._timeout_s, verify=self._verify)
        client._client.cookies = self._client.cookies
        return client

    def set_cookies(self, cookies: dict[str, str], *, url: str) -> None:
        """Set *cookies* for the host of *url*."""
        host = urlsplit(url).hostname or ""
        # The standard library's cookie jar knows a host without a dot by this name.
        domain = host if "." in host else f"{host}.local"
        for name, value in cookies.items():
            self._client.cookies.set(name, value, domain=domain)

    def request(
        self,
        method: str,
        url: str,
        *,
        json: Any = None,
        form: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> HttpReply:
        """Send one request; if it fails, return a reply with a ``problem``.

        *timeout_s* limits each read from the connection, and also the whole response.
        """
        limit_s = self._timeout_s if timeout_s is None else timeout_s
        elapsed = stopwatch()
        try:
            _require_port(url)
            with self._client.stream(method, url, json=json, data=form, headers=headers, timeout=limit_s) as response:
                body = _bounded(response, is_late=lambda: elapsed() > limit_s)
        except (httpx.TimeoutException, TimeoutError):
            return HttpReply(url=url, problem="no response within the limit")
        except httpx.ConnectError:
            return HttpReply(url=url, problem="connection refused")
        except (httpx.HTTPError, httpx.InvalidURL, _TooLong, ValueError) as error:
            return HttpReply(url=url, problem=_in_words(error))
        if response.url.scheme == "http" and "set-cookie" in response.headers:
            # Like a browser, the client also sends Secure cookies to this machine without TLS.
            for cookie in self._client.cookies.jar:
                cookie.secure = False
        lower_case = {name.lower(): value for name, value in response.headers.items()}
        return HttpReply(status=response.status_code, headers=lower_case, body=body, url=str(response.url))

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def __enter__(self) -> "HttpClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@cache
def _usual_trust() -> ssl.SSLContext:
    """Return the default TLS context of httpx. It is cached, because loading it takes longer than most requests."""
    return httpx.create_ssl_context(trust_env=False)


def _require_port(url: str) -> None:
    """Raise InvalidURL if the port does not exist: only its last 16 bits would be used, and they may be another port."""
    if (httpx.URL(url).port or 0) > LARGEST_PORT:
        raise httpx.InvalidURL("no such port")


def _bounded(response: httpx.Response, *, is_late: Callable[[], bool]) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if is_late():
            raise TimeoutError
        if len(body) > LARGEST_RESPONSE:
            raise _TooLong
    return bytes(body)


def _in_words(error: Exception) -> str:
    if isinstance(error, httpx.RemoteProtocolError):
        # httpx has one class for both causes; only its text differs.
        is_cut = any(word in str(error) for word in ("disconnected", "closed"))
        return "connection closed before the response was complete" if is_cut else "the response is not HTTP"
    return next((words for kind, words in _WORDS if isinstance(error, kind)), "the request could not be made")
