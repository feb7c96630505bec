"""Decodes OTLP requests over HTTP, and encodes the responses in the format of the request.

An unreadable request gets the status that the protocol requires, and a message that states what was expected. The message
types are those of an optional dependency, so this module imports them when it decodes the first request.
"""

import zlib
from functools import cache
from typing import Any

JSON, PROTOBUF = "application/json", "application/x-protobuf"
LARGEST_BYTES = 8 * 1024 * 1024
GZIP = 16 + zlib.MAX_WBITS
INVALID = 3
"""gRPC's status code INVALID_ARGUMENT."""

SIGNALS = {"metrics": "rejected_data_points", "logs": "rejected_log_records", "traces": "rejected_spans"}
"""The field of each signal's response that contains the number of rejected items."""


class Unreadable(Exception):
    """A request that is not valid OTLP.

    ``status`` is the HTTP status of the response. ``begun`` is the part of the body that was decompressed before the error.
    """

    def __init__(self, status: int, words: str, *, begun: bytes = b"") -> None:
        self.status = status
        self.begun = begun
        super().__init__(words)


def decoded(signal: str, body: bytes, *, content_type: str) -> Any:
    """Return the protobuf message in a request to export *signal*.

    Args:
        signal: ``metrics``, ``logs`` or ``traces``.
        body: The decompressed request body.
        content_type: The media type of the request in lower case, without parameters.

    Raises:
        Unreadable: The content type is neither JSON nor protobuf, or the body is not valid in that format.
    """
    if content_type not in {JSON, PROTOBUF}:
        raise Unreadable(415, f"the content type is {content_type or 'missing'}; OTLP requires {PROTOBUF} or {JSON}")
    from google.protobuf import json_format
    from google.protobuf.message import DecodeError

    message: Any = _message_types()[signal][0]()
    try:
        if content_type == PROTOBUF:
            message.ParseFromString(body)
        elif not body.lstrip().startswith(b"{"):
            raise ValueError(content_type)
        else:
            # OTLP writes ids in hex, but this parser reads base64. The wrong ids do no harm, because no code uses them.
            json_format.Parse(body, message, ignore_unknown_fields=True)
    except (DecodeError, json_format.ParseError, UnicodeDecodeError, RecursionError, ValueError):
        raise Unreadable(400, f"the body is not a valid request to export {signal} in {content_type}") from None
    return message


def decompressed(body: bytes, encoding: str) -> bytes:
    """Return a request body without its compression.

    Raises:
        Unreadable: The compression is not gzip, or the body is truncated, followed by other bytes, or too large.
    """
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return body
    if encoding != "gzip":
        raise Unreadable(415, f"the content encoding is {encoding}; OTLP allows gzip or none")
    try:
        unpacking = zlib.decompressobj(GZIP)
        plain = unpacking.decompress(body, LARGEST_BYTES + 1)
    except zlib.error:
        raise Unreadable(400, "the body is not gzip, although its Content-Encoding says so") from None
    if len(plain) > LARGEST_BYTES:
        raise Unreadable(413, f"the body is longer than {LARGEST_BYTES // 1024 // 1024} MiB", begun=plain[:LARGEST_BYTES])
    if not unpacking.eof:
        raise Unreadable(400, "the gzip body is truncated", begun=plain)
    if unpacking.unused_data:
        raise Unreadable(400, "other bytes follow the end of the gzip body", begun=plain)
    return plain


def accepted(signal: str, content_type: str, *, rejected: int, words: str) -> bytes:
    """Return the response body for an accepted request, which reports *rejected* items and the reason *words*."""
    from google.protobuf import json_format

    message: Any = _message_types()[signal][1]()
    if rejected:
        setattr(message.partial_success, SIGNALS[signal], rejected)
        message.partial_success.error_message = words
    body: bytes = json_format.MessageToJson(message).encode() if content_type == JSON else message.SerializeToString()
    return body


def accepted_unread(content_type: str) -> bytes:
    """Return the response body for an accepted request that was not decoded: an empty message in its format."""
    return b"{}" if content_type == JSON else b""


def refused(content_type: str, words: str) -> bytes:
    """Return the response body for a rejected request: a ``google.rpc.Status`` in protobuf or, by default, in JSON."""
    if content_type != PROTOBUF:
        from msgspec import json

        return json.encode({"code": INVALID, "message": words})
    text = words.encode()[:127]  # its length then fits into one byte
    return bytes((0x08, INVALID, 0x12, len(text))) + text


@cache
def _message_types() -> dict[str, tuple[Any, Any]]:
    """Return the types of request and response of each signal."""
    from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
    from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces

    return {
        "metrics": (metrics.ExportMetricsServiceRequest, metrics.ExportMetricsServiceResponse),
        "logs": (logs.ExportLogsServiceRequest, logs.ExportLogsServiceResponse),
        "traces": (traces.ExportTraceServiceRequest, traces.ExportTraceServiceResponse),
    }
