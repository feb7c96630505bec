"""Queries about access tokens that expired early, and about whether the app continued afterwards."""

from fiskil_harness.journal import Bite, Exchange, Journal, TokensExpired
from fiskil_harness.journal.queries.api_calls import is_complete_success


def expiry_times_s(journal: Journal) -> list[float]:
    """Return the times at which all tokens expired, by a step or by a fault."""
    by_fault = [bite.at_s for bite in journal.all(Bite) if bite.fault.startswith("ExpireTokens")]
    return [*(expiry.at_s for expiry in journal.all(TokensExpired)), *by_fault]


def is_locked_out(journal: Journal) -> bool:
    """Return true if a token expired or was refused, and the app has made no successful call since.

    Such an app would disturb the next scenario.
    """
    calls = [call for call in journal.all(Exchange) if not call.is_of_earlier_scenario and call.route != "token"]
    failures_s = [*expiry_times_s(journal), *(call.at_s for call in calls if call.status == 401)]
    return bool(failures_s) and not any(call.at_s > max(failures_s) and is_complete_success(call) for call in calls)
