"""Requests to a sink: the newest are kept, and discarded ones are marked."""

from fiskil_harness.app.monitoring.received import DISCARDED, MOST_BYTES, RequestLog, RequestText


def test_the_oldest_requests_are_discarded_first() -> None:
    """Positions do not change, so that each scenario finds its own requests."""
    log = RequestLog()
    large = RequestText(text=bytes(MOST_BYTES // 2))

    for _ in range(3):
        log.add(large)

    assert len(log) == 3
    assert [(len(request_text.text), request_text.problem) for request_text in log.since(0)] == [
        (0, DISCARDED),
        *[(MOST_BYTES // 2, "")] * 2,
    ]
    assert log.since(2) == [large]
