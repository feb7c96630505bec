"""OTLP over HTTP: from a request's bytes to its message, and the answers that its sender understands.

What cannot be read is refused with the status that the protocol asks for, and in a line that says what was expected.
"""

import zlib
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces

JSON, PROTOBUF = "application/json", "application/x-protobuf"
LARGEST_BYTES = 8 * 1024 * 1024
GZIP = 16 + zlib.MAX_WBITS
INVALID = 3
"""gRPC's number for an argument that is none."""

_REQUESTS: dict[str, Any] = {
    "metrics": metrics.ExportMetricsServiceRequest,
    "logs": logs.ExportLogsServiceRequest,
    "traces": traces.ExportTraceServiceRequest,
}
_ANSWERS: dict[str, Any] = {
    "metrics": metrics.ExportMetricsServiceResponse,
    "logs": logs.ExportLogsServiceResponse,
    "traces": traces.ExportTraceServiceResponse,
}
_REJECTED = {"metrics": "rejected_data_points", "logs": "rejected_log_records", "traces": "rejected_spans"}


class Unreadable(Exception):
    """A request that is no OTLP; ``status`` is the answer, ``begun`` what was unpacked of its body before that failed."""

    def __init__(self, status: int, words: str, *, begun: bytes = b"") -> None:
        self.status = status
        self.begun = begun
        super().__init__(words)


def decoded(signal: str, body: bytes, *, content_type: str) -> Any:
    """The message of a request, whose *body* is unpacked.

    Raises:
        Unreadable: Another format, or cut.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in {JSON, PROTOBUF}:
        raise Unreadable(415, f"OTLP comes as {PROTOBUF} or {JSON}, and this came as {kind or 'nothing named'}")
    message: Message = _REQUESTS[signal]()
    try:
        if kind == PROTOBUF:
            message.ParseFromString(body)
        elif not body.lstrip().startswith(b"{"):
            raise ValueError(kind)
        else:
            # Ids are written in hexadecimal here, which is read as base64 without harm: nobody looks at them.
            json_format.Parse(body, message, ignore_unknown_fields=True)
    except (DecodeError, json_format.ParseError, UnicodeDecodeError, RecursionError, ValueError):
        raise Unreadable(400, f"the body is no request to export {signal} in {kind}") from None
    return message


def unpacked(body: bytes, encoding: str) -> bytes:
    """The body of a request without its compression.

    Raises:
        Unreadable: Another compression than gzip, cut, or too large.
    """
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return body
    if encoding != "gzip":
        raise Unreadable(415, f"OTLP is compressed by gzip or not at all, and this by {encoding}")
    try:
        unpacking = zlib.decompressobj(GZIP)
        plain = unpacking.decompress(body, LARGEST_BYTES + 1)
    except zlib.error:
        raise Unreadable(400, "the body is not compressed by gzip as its content-encoding says") from None
    if len(plain) > LARGEST_BYTES:
        raise Unreadable(413, f"the body is longer than {LARGEST_BYTES // 1024 // 1024} MiB", begun=plain[:LARGEST_BYTES])
    if not unpacking.eof:
        raise Unreadable(400, "the body is cut: its gzip has no end", begun=plain)
    if unpacking.unused_data:
        raise Unreadable(400, "something stands behind the end of the body's gzip", begun=plain)
    return plain


def accepted(signal: str, content_type: str, *, rejected: int, words: str) -> bytes:
    """The answer to a request that was taken, wholly or (*rejected* of its parts were not, *words* say why) in part."""
    answer: Any = _ANSWERS[signal]()
    if rejected:
        partial = answer.partial_success
        setattr(partial, _REJECTED[signal], rejected)
        partial.error_message = words
    told: bytes = json_format.MessageToJson(answer).encode() if _is_json(content_type) else answer.SerializeToString()
    return told


def refused(content_type: str, words: str) -> bytes:
    """The body of a refusal: a ``google.rpc.Status``, in the format of the request where that is one of the two."""
    if content_type.partition(";")[0].strip().lower() != PROTOBUF:
        from msgspec import json

        return json.encode({"code": INVALID, "message": words})
    text = words.encode()[:127]  # so its length fits into one byte
    return bytes((0x08, INVALID, 0x12, len(text))) + text


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == JSON
