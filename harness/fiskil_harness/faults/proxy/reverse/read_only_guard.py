"""The guard of a relay to a hosted account: it passes reads, and the exchange of the checked key pair for a token.

Every other request is refused before a byte of it leaves this machine. An ambiguous request is refused too, because the API
might read it as a write, and so is a request with credentials of another key pair. The number of requests and the time are
limited.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.net.uvicorn_protocol import HttpRequest
from fiskil_harness.faults.fault import Reply
from fiskil_harness.faults.proxy.api_errors import refusal
from fiskil_harness.faults.proxy.exchange import version_of
from fiskil_harness.faults.proxy.reverse.credentials_guard import tokens_in, why_other_pair, why_other_token
from fiskil_harness.faults.proxy.reverse.form_fields import is_form, pairs_in
from fiskil_harness.journal import RefusalKind
from fiskil_harness.sandbox.problems import unauthorized

READ_METHODS = frozenset({"GET", "HEAD"})
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
TOKEN_TARGET = b"/v1/token"
"""The target of a token exchange, in the only accepted spelling."""
LARGEST_TOKEN_BODY = 16_384
OTHER_METHOD = frozenset({"method", "http-method", "method-override", "http-method-override"})
"""Names of headers, parameters and fields with which frameworks override the method; ``x-`` is left out, ``_`` is ``-``."""
OTHER_PATH = frozenset({"x-original-url", "x-original-uri", "x-rewrite-url", "x-forwarded-path", "x-forwarded-uri"})
WRITE: Final = "write"
FORM_OF_REQUEST: Final = "form"
PAIR: Final = "pair"
LIMIT: Final = "bound"

PAST_LIMIT = "the limit of this run was reached"


class Refusal(Struct, frozen=True, kw_only=True):
    """The reason why a request does not pass.

    Args:
        kind: ``write``, ``form`` (ambiguous request), ``pair`` (other credentials), or ``bound`` (a limit is reached).
        why: The reason, as a sentence fragment.
    """

    kind: RefusalKind
    why: str

    @property
    def reply(self) -> Reply:
        """The relay's own response, which no client can mistake for the API's; it ends the connection."""
        body = msgspec.json.encode(
            {"error": "refused_by_fiskil_harness", "message": f"fiskil-harness did not pass this on: {self.why}."}
        )
        head = ((b"content-type", b"application/json"), (b"x-fiskil-harness", b"refused"), (b"connection", b"close"))
        return Reply(status=403, headers=head, body=b"").with_body(body)


class Guard:
    """Decides which requests of one run pass; the sender counts the requests sent to the API in ``passed``."""

    def __init__(
        self,
        *,
        client_id: str,
        allows_writes: bool = False,
        most_requests: int = 500,
        most_s: float = 600.0,
        elapsed_s: Callable[[], float] | None = None,
    ) -> None:
        """Start to count requests and time.

        Args:
            client_id: The client id of the checked pair: only this pair may be exchanged, and only its tokens may be used.
            allows_writes: True if requests that change something pass too.
            most_requests: The limit of requests.
            most_s: The limit of time, in seconds.
            elapsed_s: Real seconds since the run began (default: since now).
        """
        self.client_id, self.allows_writes = client_id, allows_writes
        self.most_requests, self.most_s = most_requests, most_s
        self.passed = 0
        self._issued: set[bytes] = set()
        self._used: set[bytes] = set()
        self._expired: set[bytes] = set()
        self._elapsed_s = elapsed_s or stopwatch()

    @property
    def is_spent(self) -> bool:
        """True if a limit is reached, so nothing passes any more."""
        return self.passed >= self.most_requests or self._elapsed_s() >= self.most_s

    def objection_to(self, request: HttpRequest, target: bytes, *, is_complete: bool = True) -> Refusal | None:
        """Return the reason why *request* must not pass; None if it may pass.

        Args:
            request: The request.
            target: The target in the request line, as received.
            is_complete: True if the body is complete.
        """
        objection = (
            ambiguity(request, target)
            or self._writing(request, target, is_complete=is_complete)
            or self._foreign_credentials(request, target)
        )
        if objection is not None:
            return objection
        return Refusal(kind=LIMIT, why=PAST_LIMIT) if self.is_spent else None

    def remember_token(self, request: HttpRequest, target: bytes, status: int | None, body: bytes) -> None:
        """Remember the token in *body*, the response to *request*, so that requests with this token pass."""
        if request.method == "POST" and target == TOKEN_TARGET and status is not None and 200 <= status < 300:
            self._issued |= tokens_in(body)

    def expire_tokens(self) -> None:
        """Refuse every token that was used so far: the API still accepts it, but requests with it no longer pass."""
        self._expired |= self._used

    def accept_tokens(self) -> None:
        """Let requests with expired tokens pass again."""
        self._expired.clear()

    def unauthorised(self, request: HttpRequest) -> Reply | None:
        """Return the API's 401 response if ``expire_tokens`` has expired the token of *request*. Source: token.expired"""
        value = next((value for name, value in request.headers if name.lower() == b"authorization"), b"")
        token = value.rpartition(b" ")[2]
        if token not in self._expired:
            self._used |= {token} - {b""}
            return None
        version = version_of(request.headers)
        return refusal(unauthorized(), method=request.method, raw_path=request.raw_path, version=version)

    def _writing(self, request: HttpRequest, target: bytes, *, is_complete: bool) -> Refusal | None:
        method = request.method
        if method in READ_METHODS:
            has_body = bool(request.body) or not is_complete or _announces_body(request.headers)
            return Refusal(kind=FORM_OF_REQUEST, why=f"a {method} with a body can be read in two ways") if has_body else None
        if method not in WRITING:
            return Refusal(kind=FORM_OF_REQUEST, why=f"{method} is not a method that an integration needs")
        if self.allows_writes:
            return None
        if method == "POST" and target == TOKEN_TARGET and is_complete and len(request.body) <= LARGEST_TOKEN_BODY:
            return None
        return Refusal(kind=WRITE, why=f"{method} may change the hosted account, and this run only reads (--allow-writes)")

    def _foreign_credentials(self, request: HttpRequest, target: bytes) -> Refusal | None:
        """Return a refusal for unchecked credentials, which may give access to data of real people."""
        if request.method == "POST" and target == TOKEN_TARGET:
            why = why_other_pair(request, self.client_id)
            basic = [(name, value) for name, value in request.headers if not value.strip().lower().startswith(b"basic ")]
            why = why or why_other_token(basic, self._issued)
        elif request.method in WRITING and unquote(request.raw_path).rstrip("/").casefold().endswith("/token"):
            return Refusal(kind=FORM_OF_REQUEST, why="it may be another spelling of POST /v1/token")
        else:
            why = why_other_token(request.headers, self._issued)
        return Refusal(kind=PAIR, why=why) if why else None


def ambiguity(request: HttpRequest, target: bytes) -> Refusal | None:
    """Return a refusal if the relay and the API might read *request* differently; otherwise None."""
    why = _target_problem(target) or _header_problem(request.headers) or _hidden_method(request)
    return Refusal(kind=FORM_OF_REQUEST, why=why) if why else None


def _target_problem(target: bytes) -> str:
    if not target.startswith(b"/") or target.startswith(b"//"):
        return "its target is not a path"
    if any(byte <= 0x20 or byte >= 0x7F for byte in target) or b"#" in target or b"\\" in target:
        return "its target contains invalid characters"
    path = unquote(target.partition(b"?")[0].decode("ascii"))
    if {".", ".."} & set(path.split("/")) or "\\" in path or any(ord(text) < 0x20 for text in path):
        return "its path contains segments that change its meaning"
    return ""


def _header_problem(headers: Iterable[tuple[bytes, bytes]]) -> str:
    fields = [(name.lower(), value) for name, value in headers]
    if any(byte in value for _, value in fields for byte in b"\r\n\0"):
        return "a header contains a line break"
    if not all(re.fullmatch(rb"[!#$%&'*+.^_`|~0-9a-z-]+", name) for name, _ in fields):
        return "a header has an invalid name"
    lengths = [value.strip() for name, value in fields if name == b"content-length"]
    codings = [value.strip().lower() for name, value in fields if name == b"transfer-encoding"]
    if len(lengths) > 1 or (lengths and not lengths[0].isdigit()) or (lengths and codings):
        return "it states the length of its body in two ways"
    if codings and codings != [b"chunked"]:
        return "it frames its body in an unusual way"
    if any(name in {b"upgrade", b"http2-settings"} for name, _ in fields):
        return "it requests another protocol"
    return ""


def _hidden_method(request: HttpRequest) -> str:
    names = {name.lower().decode("latin-1") for name, _ in request.headers}
    if any(_means_method(name) for name in names):
        return "a header names another method"
    if OTHER_PATH & names:
        return "a header names another path"
    if any(_means_method(name) for name, _ in pairs_in(request.query.decode("latin-1"))):
        return "its query names another method"
    if request.body and any(_means_method(name) for name in _names_in(request)):
        return "its body names another method"
    return ""


def _means_method(name: str) -> bool:
    plain = re.split(r"[\[\].]", name.strip().lower())[0]
    return plain.replace("_", "-").strip("-").removeprefix("x-") in OTHER_METHOD


def _names_in(request: HttpRequest) -> list[str]:
    kinds = [value for name, value in request.headers if name.lower() == b"content-type"]
    if is_form(request.headers) or b"multipart" in b"".join(kinds).lower():
        text = request.body.decode("latin-1")
        parts = re.findall(r'\bname="?([^";\r\n]+)', text)
        return [*parts, *(name for name, _ in pairs_in(text))]
    try:
        document: Any = msgspec.json.decode(request.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []
    return list(document) if isinstance(document, dict) else []


def _announces_body(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    for name, value in headers:
        if name.lower() == b"transfer-encoding" or (name.lower() == b"content-length" and value.strip() != b"0"):
            return True
    return False
