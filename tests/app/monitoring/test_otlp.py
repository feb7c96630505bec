"""The receiver of OTLP: both formats, every kind of metric, and answers that an exporter understands."""

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
    with Loop() as one:
        yield one


@pytest.fixture
def telemetry(loop: Loop) -> Iterator[Telemetry]:
    """A receiver that has got nothing yet."""
    one = Telemetry(loop)
    yield one
    one.close()


@pytest.fixture
def post(telemetry: Telemetry) -> Post:
    """Send bytes to it."""

    def send(body: bytes, kind: str = "application/json", path: str = "/v1/metrics", **headers: str) -> httpx.Response:
        return httpx.post(telemetry.url + path, content=body, headers={"content-type": kind, **headers}, trust_env=False)

    return send


def export(*metrics: dict[str, Any], **resource: str) -> bytes:
    """A request in JSON."""
    attributes = [{"key": name, "value": {"stringValue": value}} for name, value in resource.items()]
    told = {"resource": {"attributes": attributes}, "scopeMetrics": [{"metrics": list(metrics)}]}
    return msgspec.json.encode({"resourceMetrics": [told]})


def a_sum(value: int, temporality: int = 2, **attributes: str) -> dict[str, Any]:
    """A counter."""
    told = [{"key": name, "value": {"stringValue": attribute}} for name, attribute in attributes.items()]
    points = [{"asInt": str(value), "timeUnixNano": str(time.time_ns()), "attributes": told}]
    return {"name": "calls", "sum": {"aggregationTemporality": temporality, "isMonotonic": True, "dataPoints": points}}


@pytest.mark.parametrize(("temporality", "value"), [(2, 4.0), (1, 7.0)])
def test_differences_are_added_up(telemetry: Telemetry, post: Post, temporality: int, value: float) -> None:
    """What is cumulative stands as it came last."""
    post(export(a_sum(3, temporality, status="503", endpoint="x")))
    post(export(a_sum(4, temporality, endpoint="x", status="503")))

    assert telemetry.samples == {'calls{endpoint="x",status="503"}': value}


def test_a_gauge_is_its_last_value(telemetry: Telemetry, post: Post) -> None:
    """One that is no number is left out."""
    gauge = {"name": "age", "gauge": {"dataPoints": [{"asDouble": 1.5}]}}
    empty = {"name": "share", "gauge": {"dataPoints": [{"asDouble": "NaN"}]}}

    post(export(gauge, empty))

    assert telemetry.samples == {"age": 1.5}


def test_a_histogram_has_a_count_a_sum_and_buckets(telemetry: Telemetry, post: Post) -> None:
    """Each bucket holds those below it, as a scraper has them."""
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
    """Scale 1 has two buckets for each power of two; all from a half to one lie below one."""
    point = {"count": "4", "scale": 1, "zeroCount": "1", "positive": {"offset": -2, "bucketCounts": ["1", "0", "2"]}}

    post(export({"name": "took", "exponentialHistogram": {"aggregationTemporality": 2, "dataPoints": [point]}}))

    samples = telemetry.samples or {}
    bounds = ['le="0.25"', 'le="0.5"', 'le="1"', 'le="2"', 'le="+Inf"']
    assert [samples[f"took_bucket{{{bound}}}"] for bound in bounds] == [1.0, 1.0, 2.0, 4.0, 4.0]


def test_a_summary_has_quantiles(telemetry: Telemetry, post: Post) -> None:
    """Beside its count and its sum."""
    point = {"count": "2", "sum": 0.5, "quantileValues": [{"quantile": 0.99, "value": 0.4}]}

    post(export({"name": "took", "summary": {"dataPoints": [point]}}))

    assert telemetry.samples == {"took_count": 2.0, "took_sum": 0.5, 'took{quantile="0.99"}': 0.4}


def test_protobuf_compressed_is_read_as_well(telemetry: Telemetry, post: Post) -> None:
    """The answer comes in the same format, and an empty one says that all was taken."""
    message = service.ExportMetricsServiceRequest()
    metric = message.resource_metrics.add().scope_metrics.add().metrics.add(name="calls")
    metric.sum.aggregation_temporality = wire.AGGREGATION_TEMPORALITY_CUMULATIVE
    metric.sum.data_points.add(as_int=2)

    answer = post(gzip.compress(message.SerializeToString()), PROTOBUF, **{"content-encoding": "gzip"})

    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, PROTOBUF, b"")
    assert telemetry.samples == {"calls": 2.0}


def test_two_processes_stay_apart(telemetry: Telemetry, post: Post) -> None:
    """The second one has a label, whatever it calls itself."""
    post(export(a_sum(1), instance="a3f"))
    post(export(a_sum(5), instance="9c1"))

    assert telemetry.samples == {"calls": 1.0, 'calls{resource="2"}': 5.0}


def test_what_says_nothing_is_rejected_in_part(telemetry: Telemetry, post: Post) -> None:
    """The rest is taken, and the exporter is told."""
    answer = post(export(a_sum(1), a_sum(1, temporality=0)))

    told = {"rejectedDataPoints": "1", "errorMessage": "calls says neither delta nor cumulative"}
    assert (answer.status_code, answer.json()) == (200, {"partialSuccess": told})
    assert telemetry.samples == {"calls": 1.0}


@pytest.mark.parametrize(
    ("body", "kind", "encoding", "status", "words"),
    [
        (
            b"calls 3",
            "text/plain",
            "",
            415,
            "comes as application/x-protobuf or application/json, and this came as text/plain",
        ),
        (b"{}", "application/json", "br", 415, "compressed by gzip or not at all, and this by br"),
        (b"{", "application/json", "", 400, "the body is no request to export metrics in application/json"),
        (b"[]", "application/json", "", 400, "the body is no request to export metrics in application/json"),
        (b"{}", "application/json", "gzip", 400, "not compressed by gzip"),
        (gzip.compress(b"{}" * 99, mtime=0)[:-9], "application/json", "gzip", 400, "its gzip has no end"),
        (gzip.compress(bytes(9_000_000), mtime=0), "application/json", "gzip", 413, "longer than 8 MiB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_junk_is_refused_in_words(
    telemetry: Telemetry, post: Post, body: bytes, kind: str, encoding: str, status: int, words: str
) -> None:
    """With the status that the protocol asks for; and a reader of the report is told as well."""
    answer = post(body, kind, **{"content-encoding": encoding})

    assert answer.status_code == status
    assert words in answer.json()["message"]
    assert words in telemetry.refusal
    assert telemetry.samples is None


def test_protobuf_that_is_none_is_refused_in_protobuf(post: Post) -> None:
    """As a google.rpc.Status: a code and a message."""
    answer = post(b"\xff\xff", PROTOBUF)

    assert (answer.status_code, answer.content[:3]) == (400, b"\x08\x03\x12")


def test_log_records_are_lines_and_traces_are_taken(telemetry: Telemetry, post: Post) -> None:
    """A record is its severity, its text and its attributes; a second line of it is indented."""
    attributes = [{"key": "endpoint", "value": {"stringValue": "GET /x"}}]
    record = {
        "severityText": "WARN",
        "body": {"stringValue": "failed\nagain"},
        "attributes": attributes,
        "traceId": "0a" * 16,
    }

    post(msgspec.json.encode({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}), path="/v1/logs")
    answer = post(b'{"resourceSpans": []}', path="/v1/traces")

    assert answer.status_code == 200
    assert telemetry.lines_since(0) == ["WARN failed\n again endpoint=GET /x"]


def test_an_export_of_what_was_known_before_is_not_fresh(telemetry: Telemetry, post: Post) -> None:
    """The next one is, by the time of its points or as the second that arrives."""
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
    ("body", "path", "encoding", "lack"),
    [
        (b'{"long":"' + b"x" * 100_000 + b'"}secret', "/v1/traces", "", ""),
        (gzip.compress(b"{}secret", mtime=0), "/v1/metrics", "gzip", ""),
        (gzip.compress(b"secret", mtime=0)[:-8], "/v1/logs", "gzip", "the body is cut: its gzip has no end"),
        (
            gzip.compress(b"secret", mtime=0) + b"more",
            "/v1/logs",
            "gzip",
            "something stands behind the end of the body's gzip",
        ),
        (b"secret", "/v1/logs", "br", "OTLP is compressed by gzip or not at all, and this by br"),
        (b"secret", "/other/path", "", ""),
        (b"secret" + bytes(9_000_000), "/v1/logs", "", "the body is longer than 8 MiB"),
    ],
)
def test_what_was_refused_is_kept_as_far_as_it_was_read(
    telemetry: Telemetry, post: Post, body: bytes, path: str, encoding: str, problem: str
) -> None:
    """A secret may stand in it all the same."""
    post(body, path=path, **{"content-encoding": encoding})

    (sent,) = telemetry.sent.since(0)
    assert (b"secret" in sent.text, sent.problem) == (True, problem)
