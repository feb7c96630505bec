"""The verdict about pages, hooks and lives, from ledgers that are written by hand."""

import pytest

from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.soak.checks import Given, Messages
from fiskil_harness.soak.checks.request_checks import serves_requests
from fiskil_harness.soak.ledger import Lived, Request
from fiskil_harness.soak.observed import Observed
from tests.soak.ledgers import BEGAN_AT, given, ledger

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


def request(status: int, *, at_s: float = 1.0, latency_s: float = 0.1, retry_after: str = "") -> Request:
    """Return a request for a page."""
    return Request(BEGAN_AT + at_s, "page", "steady", status, latency_s, retry_after=retry_after)


def judged_requests(material: Given) -> Finding:
    """Return the finding about pages, hooks and lives."""
    return serves_requests(material, Messages(material.ledger, None))


@pytest.mark.parametrize(
    ("last", "verdict"),
    [
        (request(200), PASS),
        (request(503, retry_after="1"), PASS),
        (request(404), PASS),
        (request(500), FAIL),
        (request(503), FAIL),
        (request(0), FAIL),
    ],
)
def test_a_page_that_fails_under_load_is_found(last: Request, verdict: Verdict) -> None:
    """503 with Retry-After is lawful."""
    assert judged_requests(given(ledger(requests=(request(200), last)))).verdict is verdict


def test_without_a_request_nothing_is_proven() -> None:
    """A config without pages and sessions leaves the question open."""
    assert judged_requests(given(ledger())).verdict is INCONCLUSIVE


def test_a_page_that_never_works_proves_nothing() -> None:
    """The path in the config may be wrong."""
    found = judged_requests(given(ledger(requests=(request(404), request(404)))))

    assert (found.verdict, found.observed.rpartition("; ")[2]) == (INCONCLUSIVE, "no request of page succeeded")


@pytest.mark.parametrize(("at_s", "verdict"), [(2.0, FAIL), (5.0, PASS), (7.0, PASS), (9.5, FAIL)])
def test_a_page_may_fail_while_the_api_is_in_trouble(at_s: float, verdict: Verdict) -> None:
    """In a brown-out of ten seconds the API is in trouble from second 3 to 6."""
    written = ledger(requests=(request(200), request(500, at_s=at_s)))

    assert judged_requests(given(written, shape="brown-out", planned=10)).verdict is verdict


@pytest.mark.parametrize(("exits", "verdict"), [((), FAIL), (("at 5 s it exited with 1",), INCONCLUSIVE)])
def test_a_page_of_a_killed_app_proves_nothing(exits: tuple[str, ...], verdict: Verdict) -> None:
    """Another check says that the app ended."""
    written = ledger(requests=(request(200), request(0)))

    assert judged_requests(given(written, observed=Observed(exits=exits))).verdict is verdict


@pytest.mark.parametrize(("shape", "verdict"), [("steady", INCONCLUSIVE), ("brown-out", PASS)])
def test_a_life_that_was_cut_short_proves_nothing(shape: str, verdict: Verdict) -> None:
    """While the API is in trouble a session may fail."""
    written = ledger(lived=(Lived("eve", 0, False), Lived("kim", 0, True)))

    assert judged_requests(given(written, shape=shape)).verdict is verdict
