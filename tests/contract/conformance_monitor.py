"""Checks every response of every sandbox in this process, and collects those that violate the contract."""

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
"""The declaration of faults that break random bytes: any part of the response may deviate from the contract."""

_ROUTES = {route.name: route for route in ROUTES}


class ResponseKind(Struct, frozen=True, kw_only=True):
    """A kind of response: route, version and status. The route is "" if no route matched the request."""

    route: str
    version: str
    status: int


class Violation(Struct, frozen=True, kw_only=True):
    """A response that violates the contract, or a fault that broke other parts of a response than the fault declares."""

    response: ResponseKind
    message: str

    def __str__(self) -> str:
        where = self.response.route or "no route"
        return f"{where} {self.response.version} {self.response.status}: {self.message}"


class ConformanceMonitor:
    """Receives the responses that the sandbox and its proxy report.

    Attributes:
        response_counts: Number of responses by kind.
        bite_counts: Number of responses that each fault broke, by the fault's name.
        violations: The violations since the last ``take``.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.response_counts: Counter[ResponseKind] = Counter()
        self.bite_counts: Counter[str] = Counter()
        self.violations: list[Violation] = []

    @contextmanager
    def watching(self) -> Iterator["ConformanceMonitor"]:
        """Check all traffic inside the block."""
        WATCHERS.append(self.check_response)
        BITTEN.append(self.check_bitten_response)
        try:
            yield self
        finally:
            WATCHERS.remove(self.check_response)
            BITTEN.remove(self.check_bitten_response)

    def take(self) -> list[Violation]:
        """Return the violations since the last call, and forget them."""
        with self._lock:
            violations, self.violations = self.violations, []
        return violations

    def check_response(self, sent: ApiResponseSent) -> None:
        """Check a response of the API itself."""
        response = Response(
            method=sent.method,
            path=sent.route.path if sent.route else "",
            version=sent.version,
            status=sent.status,
            headers=_headers_by_name(sent.headers),
            body=sent.body,
            family=sent.family,
            interpretations=sent.interpretations,
        )
        kind = ResponseKind(route=sent.route.name if sent.route else "", version=sent.version, status=sent.status)
        response_deviations = deviations(response)
        with self._lock:
            self.response_counts[kind] += 1
            self.violations += [
                Violation(response=kind, message=f"{deviation.place}: {deviation.message}")
                for deviation in response_deviations
            ]

    def check_bitten_response(self, bitten: Bitten) -> None:
        """Check that a response broken by a fault deviates in every part that the fault declares, and in no other part."""
        broken_parts = _broken_parts(bitten)
        declared = _declared_parts(bitten)
        if BYTES in declared or (bitten.is_joint and broken_parts <= declared):
            declared = broken_parts
        if bitten.has_left and broken_parts != declared:
            return
        with self._lock:
            self.bite_counts[bitten.fault] += 1
            if bitten.route and bitten.status is not None:
                self.response_counts[ResponseKind(route=bitten.route, version=bitten.version, status=bitten.status)] += 1
            if broken_parts != declared:
                kind = ResponseKind(route=bitten.route, version=bitten.version, status=bitten.status or 0)
                message = f"{bitten.fault} declares {_listed(declared)} but broke {_listed(broken_parts)}"
                self.violations.append(Violation(response=kind, message=message))


def _declared_parts(bitten: Bitten) -> set[str]:
    """Return the parts of the response in which the fault must deviate from the contract.

    A declared status counts only if the operation does not describe it. With such an undescribed status, headers, media type
    and body are not checked, so they are removed.
    """
    declared = set(bitten.spoils)
    route = _ROUTES.get(bitten.route)
    described = statuses(document(bitten.version), bitten.method, route.path) if route else {}
    is_described = described.get(str(bitten.status), "reading") != "reading"
    if STATUS not in declared or is_described:
        return declared - {STATUS}
    return declared - {HEADERS, MEDIA_TYPE, BODY}


def _broken_parts(bitten: Bitten) -> set[str]:
    if bitten.flaw or bitten.status is None:
        return {bitten.flaw or "response"}
    route = _ROUTES.get(bitten.route)
    response = Response(
        method=bitten.method,
        path=route.path if route else "",
        version=bitten.version,
        status=bitten.status,
        headers=_headers_by_name(bitten.headers),
        body=_decoded(bitten),
        family=route.family if route else "core",
    )
    response_deviations: tuple[Deviation, ...] = deviations(response)
    repeated = {HEADERS} if len(response.headers) < len(bitten.headers) else set()
    return {deviation.place for deviation in response_deviations} | repeated


def _decoded(bitten: Bitten) -> bytes:
    """Return the body, decompressed if a header declares gzip; empty if the body is not valid gzip then."""
    if (b"content-encoding", b"gzip") not in bitten.headers:
        return bitten.body
    try:
        return gzip.decompress(bitten.body)
    except (OSError, EOFError, zlib.error):
        return b""


def _headers_by_name(headers: tuple[tuple[bytes, bytes], ...]) -> dict[str, str]:
    """Return the headers by lower-case name; a repeated header has its first value."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in reversed(headers)}


def _listed(parts: set[str]) -> str:
    return ", ".join(sorted(parts)) or "nothing"
