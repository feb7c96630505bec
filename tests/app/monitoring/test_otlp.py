"""The receiver of OTLP: both formats, every kind of metric, and responses that an exporter understands."""

import gzip
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgspec
import pytest
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as service
from opentelemetry.proto.metrics.v1 import metrics_pb2 as wire

from fiskil_harness.app.monitoring import Telemetry
from fiskil_harness.core.net.server import Loop

Post = Callable[..., httpx.Response]
PROTOBUF = "application/x-protobuf"


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    """One loop for the module."""
    with Loop() as loop:
        yield loop


@pytest.fixture
def telemetry(loop: Loop) -> Iterator[Telemetry]:
    """A receiver without any exports."""
    telemetry = Telemetry(loop)
    yield telemetry
    telemetry.close()


@pytest.fixture
def post(telemetry: Telemetry) -> Post:
    """Send bytes to it."""

    def send(body: bytes, kind: str = "application/json", path: str = "/v1/metrics", **headers: str) -> httpx.Response:
        return httpx.post(
            telemetry.url + path, content=body, headers={"content-type": kind, **headers}, trust_env=False, timeout=30
        )

    return send


def export(*metrics: dict[str, Any], **resource: str) -> bytes:
    """Return a request in JSON."""
    attributes = [{"key": name, "value": {"stringValue": value}} for name, value in resource.items()]
    resource_metrics = {"resource": {"attributes": attributes}, "scopeMetrics": [{"metrics": list(metrics)}]}
    return msgspec.json.encode({"resourceMetrics": [resource_metrics]})


def a_sum(value: int, temporality: int = 2, **attributes: str) -> dict[str, Any]:
    """Return a counter."""
    pairs = [{"key": name, "value": {"stringValue": attribute}} for name, attribute in attributes.items()]
    points = [{"asInt": str(value), "timeUnixNano": str(time.time_ns()), "attributes": pairs}]
    return {"name": "calls", "sum": {"aggregationTemporality": temporality, "isMonotonic": True, "dataPoints": points}}


@pytest.mark.parametrize(("temporality", "value"), [(2, 4.0), (1, 7.0)])
def test_delta_values_are_summed(telemetry: Telemetry, post: Post, temporality: int, value: float) -> None:
    """Delta values are summed, and of cumulative values the latest counts."""
    post(export(a_sum(3, temporality, status="503", endpoint="x")))
    post(export(a_sum(4, temporality, endpoint="x", status="503")))

    assert telemetry.samples == {'calls{endpoint="x",status="503"}': value}


def test_a_gauge_is_its_last_value(telemetry: Telemetry, post: Post) -> None:
    """A gauge that is not a number is left out."""
    gauge = {"name": "age", "gauge": {"dataPoints": [{"asDouble": 1.5}]}}
    empty = {"name": "share", "gauge": {"dataPoints": [{"asDouble": "NaN"}]}}

    post(export(gauge, empty))

    assert telemetry.samples == {"age": 1.5}


def test_a_histogram_has_a_count_a_sum_and_buckets(telemetry: Telemetry, post: Post) -> None:
    """Each bucket includes the lower ones, as a scraper reads them."""
    point = {"count": "3", "sum": 2.5, "bucketCounts": ["1", "1", "1"], "explicitBounds": [0.1, 1]}

    post(export({"name": "took", "histogram": {"aggregationTemporality": 2, "dataPoints": [point]}}))

    assert telemetry.samples == {
        "took_count": 3.0,
        "took_sum": 2.5,
        'took_bucket{le="0.1"}': 1.0,
        'took_bucket{le="1"}': 2.0,
        'took_bucket{le="+Inf"}': 3.0,
    }


def test_an_exponential_histogram_has_the_bounds_of_every_scale(telemetry: Telemetry, post: Post) -> None:
    """Scale 1 has two buckets for each power of two; all from a half to one are below one."""
    point = {"count": "4", "scale": 1, "zeroCount": "1", "positive": {"offset": -2, "bucketCounts": ["1", "0", "2"]}}

    post(export({"name": "took", "exponentialHistogram": {"aggregationTemporality": 2, "dataPoints": [point]}}))

    samples = telemetry.samples or {}
    bounds = ['le="0.25"', 'le="0.5"', 'le="1"', 'le="2"', 'le="+Inf"']
    assert [samples[f"took_bucket{{{bound}}}"] for bound in bounds] == [1.0, 1.0, 2.0, 4.0, 4.0]


def test_a_summary_has_quantiles(telemetry: Telemetry, post: Post) -> None:
    """A summary has a count, a sum and quantiles."""
    point = {"count": "2", "sum": 0.5, "quantileValues": [{"quantile": 0.99, "value": 0.4}]}

    post(export({"name": "took", "summary": {"dataPoints": [point]}}))

    assert telemetry.samples == {"took_count": 2.0, "took_sum": 0.5, 'took{quantile="0.99"}': 0.4}


def test_compressed_protobuf_is_read(telemetry: Telemetry, post: Post) -> None:
    """The response has the same format, and an empty one means that everything was accepted."""
    message = service.ExportMetricsServiceRequest()
    metric = message.resource_metrics.add().scope_metrics.add().metrics.add(name="calls")
    metric.sum.aggregation_temporality = wire.AGGREGATION_TEMPORALITY_CUMULATIVE
    metric.sum.data_points.add(as_int=2)

    response = post(gzip.compress(message.SerializeToString()), PROTOBUF, **{"content-encoding": "gzip"})

    assert (response.status_code, response.headers["content-type"], response.content) == (200, PROTOBUF, b"")
    assert telemetry.samples == {"calls": 2.0}


def test_samples_of_two_processes_are_separate(telemetry: Telemetry, post: Post) -> None:
    """Samples of the second process have a label."""
    post(export(a_sum(1), instance="a3f"))
    post(export(a_sum(5), instance="9c1"))

    assert telemetry.samples == {"calls": 1.0, 'calls{resource="2"}': 5.0}


def test_invalid_metrics_are_rejected_in_part(telemetry: Telemetry, post: Post) -> None:
    """Invalid metrics are rejected with a reason, and the rest is accepted."""
    response = post(export(a_sum(1), a_sum(1, temporality=0)))

    partial = {"rejectedDataPoints": "1", "errorMessage": "calls is neither delta nor cumulative"}
    assert (response.status_code, response.json()) == (200, {"partialSuccess": partial})
    assert telemetry.samples == {"calls": 1.0}


@pytest.mark.parametrize(
    ("body", "kind", "encoding", "status", "words"),
    [
        (
            b"calls 3",
            "text/plain",
            "",
            415,
            "the content type is text/plain; OTLP requires application/x-protobuf or application/json",
        ),
        (b"{}", "application/json", "br", 415, "the content encoding is br; OTLP allows gzip or none"),
        (b"{", "application/json", "", 400, "the body is not a valid request to export metrics in application/json"),
        (b"[]", "application/json", "", 400, "the body is not a valid request to export metrics in application/json"),
        (b"{}", "application/json", "gzip", 400, "the body is not gzip, although its Content-Encoding says so"),
        (gzip.compress(b"{}" * 99, mtime=0)[:-9], "application/json", "gzip", 400, "the gzip body is truncated"),
        (gzip.compress(bytes(9_000_000), mtime=0), "application/json", "gzip", 413, "longer than 8 MiB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_invalid_request_is_rejected_with_a_reason(
    telemetry: Telemetry, post: Post, body: bytes, kind: str, encoding: str, status: int, words: str
) -> None:
    """The status is that of the protocol, and the exporter and the report get the reason."""
    response = post(body, kind, **{"content-encoding": encoding})

    assert response.status_code == status
    assert words in response.json()["message"]
    assert words in telemetry.refusal
    assert telemetry.samples is None


def test_invalid_protobuf_is_rejected_in_protobuf(post: Post) -> None:
    """The rejection is a google.rpc.Status with a code and a message."""
    response = post(b"\xff\xff", PROTOBUF)

    assert (response.status_code, response.content[:3]) == (400, b"\x08\x03\x12")


def test_log_records_are_lines_and_traces_are_accepted(telemetry: Telemetry, post: Post) -> None:
    """A line has severity, text and attributes; further lines of the text are indented."""
    attributes = [{"key": "endpoint", "value": {"stringValue": "GET /x"}}]
    record = {
        "severityText": "WARN",
        "body": {"stringValue": "failed\nagain"},
        "attributes": attributes,
        "traceId": "0a" * 16,
    }

    post(msgspec.json.encode({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}), path="/v1/logs")
    response = post(b'{"resourceSpans": []}', path="/v1/traces")

    assert response.status_code == 200
    assert telemetry.lines_since(0) == ["WARN failed\n again endpoint=GET /x"]


def test_an_export_of_earlier_points_is_not_fresh(telemetry: Telemetry, post: Post) -> None:
    """The next export is fresh by the time of its points, or because it is the second."""
    early = export(a_sum(1))
    since = telemetry.moment()

    post(early)
    assert telemetry.fresh_since(since) == set()
    post(early)
    assert telemetry.fresh_since(since) == {1}
    since = telemetry.moment()
    post(export(a_sum(2)))
    assert telemetry.fresh_since(since) == {1}


@pytest.mark.parametrize(
    ("body", "path", "encoding", "problem"),
    [
        (b'{"long":"' + b"x" * 100_000 + b'"}secret', "/v1/traces", "", ""),
        (gzip.compress(b"{}secret", mtime=0), "/v1/metrics", "gzip", ""),
        (gzip.compress(b"secret", mtime=0)[:-8], "/v1/logs", "gzip", "the gzip body is truncated"),
        (
            gzip.compress(b"secret", mtime=0) + b"more",
            "/v1/logs",
            "gzip",
            "other bytes follow the end of the gzip body",
        ),
        (b"secret", "/v1/logs", "br", "the content encoding is br; OTLP allows gzip or none"),
        (b"secret", "/other/path", "", ""),
        (b"secret" + bytes(9_000_000), "/v1/logs", "", "the body is longer than 8 MiB"),
    ],
)
def test_a_rejected_request_is_kept_as_far_as_it_was_read(
    telemetry: Telemetry, post: Post, body: bytes, path: str, encoding: str, problem: str
) -> None:
    """A rejected request may contain a secret, so it is kept as far as it was read."""
    post(body, path=path, **{"content-encoding": encoding})

    (sent,) = telemetry.sent.since(0)
    assert (b"secret" in sent.text, sent.problem) == (True, problem)
