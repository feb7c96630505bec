"""The receiver of the app's OTLP exports over HTTP: metrics become samples, log records become lines, traces are accepted.

The receiver responds like an OpenTelemetry collector, but forwards nothing. Rejected exports yield no samples, but are
searched for secrets. Without the extra "monitoring" every export is accepted and none is decoded.
"""

import threading
from typing import Any

from msgspec import Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fiskil_harness.app.monitoring.extra import missing_extra
from fiskil_harness.app.monitoring.otlp_decoding import (
    JSON,
    PROTOBUF,
    SIGNALS,
    Unreadable,
    accepted,
    accepted_unread,
    decoded,
    refused,
)
from fiskil_harness.app.monitoring.otlp_points import Points, labels_of, text_of
from fiskil_harness.app.monitoring.received import RequestLog, received
from fiskil_harness.core.clock import real_now
from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.net.server import Loop, Server

MOST_LINES = 100_000
NS = 1_000_000_000


class Moment(Struct, frozen=True, kw_only=True):
    """A point in real time (ns since the epoch), and the number of exports that each process had sent until then."""

    at_ns: int
    exports: dict[int, int]


class Telemetry:
    """An HTTP server for ``/v1/metrics``, ``/v1/logs`` and ``/v1/traces``.

    ``sent`` contains every request, decompressed, including rejected requests and requests to other paths. ``url`` is the
    server's URL.

    Args:
        loop: The event loop thread on which the server runs.
        crashes: The list to which each internal error of the server is added, if given.
    """

    def __init__(self, loop: Loop, *, crashes: list[Crash] | None = None) -> None:
        self.sent = RequestLog()
        self._points = Points()
        self._lines: list[str] = []
        self.lag_s = 0.0
        """The longest time from writing a log record to its arrival so far, in real seconds."""
        self.refusal = ""
        """The reason for the latest rejection of an export; empty if no export was rejected."""
        self.unread: set[str] = set()
        """The signals that the app exported, but that were not decoded because the extra is missing."""
        self._lock = threading.Lock()
        routes = [Route("/v1/{signal}", self._take, methods=["POST"]), Route("/{rest:path}", self._take, methods=["POST"])]
        self._server = Server(loop, Starlette(routes=routes), crashes=crashes)
        self.url = self._server.url

    @property
    def samples(self) -> dict[str, float] | None:
        """The current value of every sample; None if no metrics have arrived yet."""
        with self._lock:
            return dict(self._points.samples) if self._points.sources else None

    @property
    def has_deltas(self) -> bool:
        """True if some metrics have delta temporality: an app may not export such a metric while it is unchanged."""
        return self._points.has_deltas

    @property
    def line_count(self) -> int:
        """The number of log records so far."""
        return len(self._lines)

    def lines_since(self, count: int) -> list[str]:
        """Return the log records after the first *count*, one line each."""
        with self._lock:
            return self._lines[count:]

    def moment(self) -> Moment:
        """Return the current time and number of exports, to be passed to ``fresh_since`` later."""
        with self._lock:
            exports = {source.number: source.exports for source in self._points.sources.values()}
        return Moment(at_ns=_now_ns(), exports=exports)

    def fresh_since(self, moment: Moment) -> set[int]:
        """Return the numbers of the processes that have exported their state as it was after *moment*.

        Such a process has sent a data point that is newer than *moment*, or at least two exports since *moment*.
        """
        with self._lock:
            sources = list(self._points.sources.values())
        return {
            source.number
            for source in sources
            if source.exports > moment.exports.get(source.number, 0)
            and (source.newest_ns > moment.at_ns or source.exports > moment.exports.get(source.number, 0) + 1)
        }

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    async def _take(self, request: Request) -> Response:
        signal = request.path_params.get("signal", "")
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        arrived = await received(request)
        with self._lock:
            self.sent.add(arrived.sent)
        if arrived.is_cut:
            return Response(status_code=400)
        if signal not in SIGNALS:
            words = f"metrics must be exported to /v1/metrics, not to {request.url.path[:80]}"
            return self._refused(404, content_type, words)
        try:
            if arrived.error is not None:
                raise arrived.error
            if missing_extra():
                self.unread.add(signal)
                return Response(accepted_unread(content_type), media_type=content_type)
            message = decoded(signal, arrived.body, content_type=content_type)
        except Unreadable as error:
            return self._refused(error.status, content_type, str(error))
        rejected, words = self._keep(signal, message)
        if rejected:
            self.refusal = words
        return Response(accepted(signal, content_type, rejected=rejected, words=words), media_type=content_type)

    def _refused(self, status: int, content_type: str, words: str) -> Response:
        self.refusal = words
        media_type = PROTOBUF if content_type == PROTOBUF else JSON
        return Response(refused(content_type, words), status_code=status, media_type=media_type)

    def _keep(self, signal: str, message: Any) -> tuple[int, str]:
        with self._lock:
            if signal == "metrics":
                return self._points.take(message)
            if signal == "logs":
                self._note_lines(message)
        return 0, ""

    def _note_lines(self, message: Any) -> None:
        now_ns = _now_ns()
        records = [
            log_record for part in message.resource_logs for scope in part.scope_logs for log_record in scope.log_records
        ]
        for record in records[: MOST_LINES - len(self._lines)]:
            self._lines.append(_line(record))
            written_ns = record.time_unix_nano or record.observed_time_unix_nano or now_ns
            self.lag_s = max(self.lag_s, (now_ns - written_ns) / NS)


def _line(record: Any) -> str:
    attributes = (f"{name}={value}" for name, value in labels_of(record.attributes))
    return " ".join(filter(None, (record.severity_text, text_of(record.body), *attributes))).replace("\n", "\n ")


def _now_ns() -> int:
    return int(real_now().timestamp() * NS)
