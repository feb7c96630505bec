"""Caching of pages: for how long a browser may show a response again without a request."""

import pytest

from fiskil_harness.journal import Fetched
from fiskil_harness.journal.queries.page_caching import kept_s

DATE = ("Date", "Thu, 01 Oct 2026 09:00:00 GMT")
EXPIRES = ("Expires", "Thu, 01 Oct 2026 09:02:00 GMT")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ((), 0.0),
        ((("Cache-Control", "max-age=60"),), 60.0),
        ((("cache-control", "Private,MAX-AGE=60"),), 60.0),
        ((("Cache-Control", 'private, max-age="60"'),), 60.0),
        ((("Cache-Control", "max-age=60"), ("Age", "45")), 15.0),
        ((("Cache-Control", "max-age=60"), ("Age", "90")), 0.0),
        ((("Cache-Control", "s-maxage=60"),), 0.0),
        ((("Cache-Control", "no-cache, max-age=60"),), 0.0),
        ((("Cache-Control", "max-age=60,no-store"),), 0.0),
        ((("Cache-Control", "max-age=soon"),), 0.0),
        ((("Cache-Control", "max-age=60=90"),), 0.0),
        ((("Cache-Control", "max-age=60, max-age=90"),), 60.0),
        ((DATE, EXPIRES), 120.0),
        ((("Date", EXPIRES[1]), ("Expires", DATE[1])), 0.0),
        ((EXPIRES,), 0.0),
        ((DATE,), 0.0),
        ((DATE, ("Expires", "0")), 0.0),
        ((DATE, ("Expires", "Thu, 01 Oct 2026 09:02:00 -0000")), 0.0),
        ((("Cache-Control", "max-age=60"), DATE, EXPIRES), 60.0),
        ((("Cache-Control", "no-store"), DATE, EXPIRES), 0.0),
    ],
)
def test_headers_state_how_long_a_page_is_kept(headers: tuple[tuple[str, str], ...], seconds: float) -> None:
    """A maximum age counts before an expiry, and a value that cannot be read is none."""
    response = Fetched(participant="", page="home", url="https://app.example/", response_headers=headers)

    assert kept_s(response) == seconds
