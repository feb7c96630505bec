"""Time for which a browser may show a response again without a request to the app, as RFC 9111 defines it."""

from email.utils import parsedate_to_datetime

from fiskil_harness.journal import Fetched

REQUESTED_EACH_TIME = frozenset({"no-store", "no-cache"})


def kept_s(response: Fetched) -> float:
    """Return for how many seconds a browser may reuse *response* without a request; 0 if its headers state no time."""
    headers = {name.lower(): value for name, value in response.response_headers}
    directives = [part.strip().lower() for part in headers.get("cache-control", "").split(",")]
    if REQUESTED_EACH_TIME.intersection(directives):
        return 0.0
    ages = [part.partition("=")[2].strip('"') for part in directives if part.startswith("max-age=")]
    try:
        if ages:
            return max(0.0, float(ages[0]) - float(headers.get("age", 0)))
        expires, now = parsedate_to_datetime(headers["expires"]), parsedate_to_datetime(headers["date"])
        return max(0.0, (expires - now).total_seconds())
    except (KeyError, ValueError, TypeError):
        return 0.0
