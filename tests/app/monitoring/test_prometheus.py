"""The formats that a scraper reads, and a clear error for every other one."""

import pytest

from fiskil_harness.app.monitoring.prometheus import NoMetrics, parse_samples

OPENMETRICS = b"""# TYPE calls counter
calls_total{status="503"} 3.0 # {trace_id="abc"} 0.5 1520879607.789
# TYPE took histogram
took_bucket{le="0.1"} 1 # {trace_id="def"} 0.05
took_bucket{le="+Inf"} 2
took_sum 1.5
took_count 2
# EOF
"""


def test_openmetrics_with_exemplars_are_samples() -> None:
    """Exemplars are not samples."""
    assert parse_samples(OPENMETRICS, "application/openmetrics-text") == {
        'calls_total{status="503"}': 3.0,
        'took_bucket{le="0.1"}': 1.0,
        'took_bucket{le="+Inf"}': 2.0,
        "took_sum": 1.5,
        "took_count": 2.0,
    }


def test_invalid_openmetrics_is_read_as_text() -> None:
    """A counter without its suffix is invalid OpenMetrics, but it is read."""
    text = b'# TYPE calls counter\ncalls{status="503"} 3 # {trace_id="abc"} 1\n# EOF\n'

    assert parse_samples(text, "text/plain") == {'calls_total{status="503"}': 3.0}


def test_nan_is_no_sample() -> None:
    """An empty quantile is NaN, which is not equal to itself, so it is left out."""
    assert parse_samples(b'took{quantile="0.9"} NaN\ntook_count 0\n', "text/plain") == {"took_count": 0.0}


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"<html></html>", "text/html", "returns HTML or XML"),
        (b'{"calls": 3}', "application/json", "returns JSON"),
        (b"\x0a\x05calls", "application/vnd.google.protobuf", "returns protobuf"),
        (b"\x1f\x8b\x08", "text/plain", "returns bytes that are not UTF-8 text"),
        (b"calls three", "text/plain", "does not return Prometheus' text format"),
        (b"# nothing\n", "text/plain", "returns no sample"),
    ],
)
def test_another_format_is_an_error_that_names_it(body: bytes, kind: str, words: str) -> None:
    """Another format yields no samples, and the error names it."""
    with pytest.raises(NoMetrics, match=words):
        parse_samples(body, kind)
