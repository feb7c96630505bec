"""What a scraper reads: two formats of text, and a clear word for everything else."""

import pytest

from fiskil_harness.app.monitoring.prometheus import NoMetrics, scraped

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
    """An exemplar is no sample."""
    assert scraped(OPENMETRICS, "application/openmetrics-text") == {
        'calls_total{status="503"}': 3.0,
        'took_bucket{le="0.1"}': 1.0,
        'took_bucket{le="+Inf"}': 2.0,
        "took_sum": 1.5,
        "took_count": 2.0,
    }


def test_what_is_nearly_openmetrics_is_read() -> None:
    """A counter without its suffix breaks the format and hides nothing."""
    text = b'# TYPE calls counter\ncalls{status="503"} 3 # {trace_id="abc"} 1\n# EOF\n'

    assert scraped(text, "text/plain") == {'calls_total{status="503"}': 3.0}


def test_no_number_is_no_sample() -> None:
    """A quantile of nothing is NaN, which would differ from itself."""
    assert scraped(b'took{quantile="0.9"} NaN\ntook_count 0\n', "text/plain") == {"took_count": 0.0}


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"<html></html>", "text/html", "answers HTML or XML"),
        (b'{"calls": 3}', "application/json", "answers JSON"),
        (b"\x0a\x05calls", "application/vnd.google.protobuf", "answers in protobuf"),
        (b"\x1f\x8b\x08", "text/plain", "answers bytes that are no text"),
        (b"calls three", "text/plain", "does not answer in Prometheus' text format"),
        (b"# nothing\n", "text/plain", "shows no sample"),
    ],
)
def test_another_format_is_named(body: bytes, kind: str, words: str) -> None:
    """Nothing is counted from it."""
    with pytest.raises(NoMetrics, match=words):
        scraped(body, kind)
