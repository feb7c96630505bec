"""Figures of a run: latencies by phase, and the course over time."""

from fiskil_harness.soak.figures import ON_PURPOSE, delivery_latencies, over_time, percentile, request_latencies
from fiskil_harness.soak.ledger import Request
from tests.soak.ledgers import BEGAN_AT, attempt, ledger


def test_percentiles_are_values_that_occurred() -> None:
    """The 99th percentile of a thousand values is the 990th."""
    values = [number / 1000 for number in range(1, 1001)]

    assert [percentile(values, share) for share in (0.5, 0.99, 0.999)] == [0.5, 0.99, 0.999]
    assert [percentile(values[:1], share) for share in (0.5, 1.0)] == [0.001, 0.001]
    assert percentile([], 0.5) == 0.0


def test_latencies_are_grouped_by_phase() -> None:
    """Forgeries do not count, put-off attempts and errors are counted apart."""
    rows = delivery_latencies(
        ledger(
            attempt("m1", latency_s=0.2),
            attempt("m2", number=2, phase="burst", latency_s=3.0),
            attempt("m3", number=3, phase="burst", status=503, retry_after="1"),
            attempt("m4", number=4, phase="burst", status=500),
            attempt("m5", number=5, phase="burst", status=0, problem=ON_PURPOSE),
            attempt("f1", number=6, phase="burst", origin="forged", status=401),
        )
    )

    assert [(row.phase, row.count, row.longest_s, row.put_off, row.errors) for row in rows] == [
        ("steady", 1, 0.2, 0, 0),
        ("burst", 1, 3.0, 1, 1),
    ]


def test_pages_are_grouped_by_name() -> None:
    """A 503 with Retry-After is lawful for a page too."""
    requests = (
        Request(BEGAN_AT, "page", "steady", 200, 0.1),
        Request(BEGAN_AT, "page", "steady", 503, 0.1, retry_after="1"),
        Request(BEGAN_AT, "page", "steady", 0, 5.0, problem="no response in time"),
    )

    (row,) = request_latencies(ledger(requests=requests))

    assert (row.name, row.count, row.put_off, row.errors) == ("page", 1, 1, 1)


def test_the_course_has_one_point_a_second() -> None:
    """Rates are per second, and attempts before the load are left out."""
    written = ledger(*(attempt(f"m{number}", number=number, at_s=number / 10) for number in range(-5, 20)))

    points = over_time(written, duration_s=10)

    assert [(point.at_s, point.sent, point.acknowledged) for point in points] == [(0.0, 10.0, 10.0), (1.0, 10.0, 10.0)]
