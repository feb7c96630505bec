"""Looks at every answer of every sandbox in this process and remembers those that do not keep the contract."""

import gzip
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from fiskil_harness.contract.response_checks import (
    BODY,
    HEADERS,
    MEDIA_TYPE,
    STATUS,
    Deviation,
    Response,
    deviations,
    statuses,
)
from fiskil_harness.faults.proxy.observers import BITTEN, Bitten
from fiskil_harness.sandbox.api.routes import ROUTES
from fiskil_harness.sandbox.api.watching import WATCHERS, ApiResponseSent
from fiskil_harness.sandbox.openapi.documents import document

BYTES = "bytes"
"""What a fault declares that breaks whatever chance has it break."""

_ROUTES = {route.name: route for route in ROUTES}


class ResponseKind(Struct, frozen=True, kw_only=True):
    """Where an answer was seen: a route of a version, and its status. An answer to no route has an empty name."""

    route: str
    version: str
    status: int


class Violation(Struct, frozen=True, kw_only=True):
    """An answer that does not keep the contract, or a fault that broke something else than it declares."""

    response: ResponseKind
    message: str

    def __str__(self) -> str:
        where = self.response.route or "no route"
        return f"{where} {self.response.version} {self.response.status}: {self.message}"


class ConformanceMonitor:
    """Takes what the watchers hand over. ``seen`` counts answers, ``broken`` keeps what to complain of."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.seen: Counter[ResponseKind] = Counter()
        self.bitten: Counter[str] = Counter()
        self.broken: list[Violation] = []

    @contextmanager
    def watching(self) -> Iterator["ConformanceMonitor"]:
        """Look at all traffic inside the block."""
        WATCHERS.append(self.check_response)
        BITTEN.append(self.bitten_by)
        try:
            yield self
        finally:
            WATCHERS.remove(self.check_response)
            BITTEN.remove(self.bitten_by)

    def take(self) -> list[Violation]:
        """What there is to complain of since the last call."""
        with self._lock:
            taken, self.broken = self.broken, []
        return taken

    def check_response(self, one: ApiResponseSent) -> None:
        """Judge an answer of the API itself."""
        answer = Response(
            method=one.method,
            path=one.route.path if one.route else "",
            version=one.version,
            status=one.status,
            headers=_texts(one.headers),
            body=one.body,
            family=one.family,
            interpretations=one.interpretations,
        )
        seen = ResponseKind(route=one.route.name if one.route else "", version=one.version, status=one.status)
        found = deviations(answer)
        with self._lock:
            self.seen[seen] += 1
            self.broken += [Violation(response=seen, message=f"{each.place}: {each.message}") for each in found]

    def bitten_by(self, one: Bitten) -> None:
        """Judge an answer that a fault has spoiled: it breaks what the fault declares, all of it and nothing else."""
        parts = _parts(one)
        declared = _declared(one)
        if BYTES in declared or (one.is_joint and parts <= declared):
            declared = parts
        if one.has_left and parts != declared:
            return
        with self._lock:
            self.bitten[one.fault] += 1
            if one.route and one.status is not None:
                self.seen[ResponseKind(route=one.route, version=one.version, status=one.status)] += 1
            if parts != declared:
                seen = ResponseKind(route=one.route, version=one.version, status=one.status or 0)
                says = f"{one.fault} declares {_words(declared)} and broke {_words(parts)}"
                self.broken.append(Violation(response=seen, message=says))


def _declared(one: Bitten) -> set[str]:
    """What the fault declares. A status that the operation describes is no deviation; under any other nothing is judged."""
    declared = set(one.spoils)
    route = _ROUTES.get(one.route)
    described = statuses(document(one.version), one.method, route.path) if route else {}
    is_described = described.get(str(one.status), "reading") != "reading"
    if STATUS not in declared or is_described:
        return declared - {STATUS}
    return declared - {HEADERS, MEDIA_TYPE, BODY}


def _parts(one: Bitten) -> set[str]:
    if one.flaw or one.status is None:
        return {one.flaw or "answer"}
    route = _ROUTES.get(one.route)
    answer = Response(
        method=one.method,
        path=route.path if route else "",
        version=one.version,
        status=one.status,
        headers=_texts(one.headers),
        body=_decoded(one),
        family=route.family if route else "core",
    )
    found: tuple[Deviation, ...] = deviations(answer)
    repeated = {HEADERS} if len(answer.headers) < len(one.headers) else set()
    return {each.place for each in found} | repeated


def _decoded(one: Bitten) -> bytes:
    """The body as a client reads it; nothing where it is not encoded as the head says."""
    if (b"content-encoding", b"gzip") not in one.headers:
        return one.body
    try:
        return gzip.decompress(one.body)
    except (OSError, EOFError, zlib.error):
        return b""


def _texts(headers: tuple[tuple[bytes, bytes], ...]) -> dict[str, str]:
    """Headers by name; of one that stands twice, the first."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in reversed(headers)}


def _words(parts: set[str]) -> str:
    return ", ".join(sorted(parts)) or "nothing"
