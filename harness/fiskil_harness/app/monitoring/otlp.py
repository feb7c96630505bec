"""The receiver of what an app exports by OTLP over HTTP: metrics become samples, log records lines; traces are taken.

It answers as a collector does. Nothing is forwarded; of what it refuses no sample is made, but secrets are looked for in it.
"""

import threading
from typing import Any

from msgspec import Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fiskil_harness.app.monitoring.otlp_decoding import JSON, PROTOBUF, Unreadable, accepted, decoded, refused
from fiskil_harness.app.monitoring.otlp_points import Points, labels_of, text_of
from fiskil_harness.app.monitoring.received import Pile, received
from fiskil_harness.core.clock import real_now
from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.net.server import Loop, Server

_SIGNALS = ("metrics", "logs", "traces")
MOST_LINES = 100_000
NS = 1_000_000_000


class Moment(Struct, frozen=True, kw_only=True):
    """A moment in real time, and how often each process had exported by then."""

    at_ns: int
    exports: dict[int, int]


class Telemetry:
    """Listens for ``/v1/metrics``, ``/v1/logs`` and ``/v1/traces``.

    ``sent`` is each request as it came, but unpacked, also one that was refused or came to another path.
    """

    def __init__(self, loop: Loop, *, crashes: list[Crash] | None = None) -> None:
        self.sent = Pile()
        self._points = Points()
        self._lines: list[str] = []
        self._lag_s = 0.0
        self._refusal = ""
        self._lock = threading.Lock()
        routes = [Route("/v1/{signal}", self._take, methods=["POST"]), Route("/{rest:path}", self._take, methods=["POST"])]
        self._server = Server(loop, Starlette(routes=routes), crashes=crashes)
        self.url = self._server.url

    @property
    def samples(self) -> dict[str, float] | None:
        """Every sample as it stands; None where no metrics have come yet."""
        with self._lock:
            return dict(self._points.samples) if self._points.sources else None

    @property
    def has_deltas(self) -> bool:
        """Whether some of it comes in differences, so that nothing may come where nothing changes."""
        return self._points.has_deltas

    @property
    def refusal(self) -> str:
        """Why something was refused, in words; empty where nothing was."""
        return self._refusal

    @property
    def lag_s(self) -> float:
        """How late log records have come, at most, in real seconds."""
        return self._lag_s

    @property
    def line_count(self) -> int:
        """How many log records have come."""
        return len(self._lines)

    def lines_since(self, count: int) -> list[str]:
        """The log records behind the first *count*, one line each."""
        with self._lock:
            return self._lines[count:]

    def moment(self) -> Moment:
        """Now."""
        with self._lock:
            exports = {source.number: source.exports for source in self._points.sources.values()}
        return Moment(at_ns=_now_ns(), exports=exports)

    def fresh_since(self, moment: Moment) -> set[int]:
        """The processes whose state after *moment* has come: a point is younger, or a second export has arrived."""
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
        kind = request.headers.get("content-type", "")
        came = await received(request)
        with self._lock:
            self.sent.add(came.sent)
        if came.is_cut:
            return Response(status_code=400)
        if signal not in _SIGNALS:
            return self._refused(404, kind, f"metrics are exported to /v1/metrics, and not to {request.url.path[:80]}")
        try:
            if came.error is not None:
                raise came.error
            message = decoded(signal, came.body, content_type=kind)
        except Unreadable as error:
            return self._refused(error.status, kind, str(error))
        rejected, words = self._keep(signal, message)
        if rejected:
            self._refusal = words
        answer = accepted(signal, kind, rejected=rejected, words=words)
        return Response(answer, media_type=kind.partition(";")[0].strip().lower())

    def _refused(self, status: int, kind: str, words: str) -> Response:
        self._refusal = words
        media_type = PROTOBUF if kind.partition(";")[0].strip().lower() == PROTOBUF else JSON
        return Response(refused(kind, words), status_code=status, media_type=media_type)

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
            self._lag_s = max(self._lag_s, (now_ns - written_ns) / NS)


def _line(record: Any) -> str:
    told = [record.severity_text, text_of(record.body), *(f"{name}={value}" for name, value in labels_of(record.attributes))]
    return " ".join(value for value in told if value).replace("\n", "\n ")


def _now_ns() -> int:
    return int(real_now().timestamp() * NS)
