"""Does each call to the API, successful or failed, leave a line in the app's log?"""

from fiskil_harness.core.config.hooks import LOGS
from fiskil_harness.journal import Exchange, Journal
from fiskil_harness.journal.queries.api_calls import calls, is_complete_success
from fiskil_harness.journal.queries.logs import Log, has_status, log_of, names_endpoint, reports_failure
from fiskil_harness.probes.probe import Finding, Probe


class LogsApiCalls(Probe, frozen=True, kw_only=True, tag="logs_api_calls"):
    """Check that the log mentions every endpoint that the app called, and reports each failure.

    A failure that a retry resolved need not be reported, because one line about the call is enough. A call that was still
    open at the end is ignored, because the app logs it when it ends.
    """

    is_general = True
    expected = "a line with endpoint and status for each call, whether it succeeded or failed"
    source = "practices: log API successes and failures"
    fix = "log method, route and status in the one place that all calls go through, on success and on failure"

    def examine(self, journal: Journal) -> Finding:
        """Look for log lines about each called endpoint, and about each failure without a later good response."""
        api_calls = [call for call in calls(journal) if not call.is_cut]
        log = log_of(journal)
        if not api_calls:
            return self.inconclusive("the app made no API call that ended before the scenario")
        if log.problem:
            return self.inconclusive(log.problem, hook=LOGS)
        routes = {call.route: call for call in api_calls}
        unnamed = sorted(
            route for route, call in routes.items() if not any(names_endpoint(record, call) for record in log.records)
        )
        if unnamed:
            lines = tuple(f"no line about {route}" for route in unnamed)
            return self.fails(f"{unnamed[0]} was called, but no line of the log names it", evidence=lines)
        failures = _last_failures(api_calls)
        unlogged = sorted(failure.route for failure in failures if not _is_logged(log, failure))
        if unlogged:
            lines = tuple(f"no line about the failure of {route}" for route in unlogged)
            observed = f"{unlogged[0]} failed, but no line of the log reports it"
            return self.fails(observed, evidence=lines)
        if not failures:
            return self.inconclusive("every call succeeded, so logging of failures was not tested")
        return self.passes("the log names every called endpoint and its failures", examined=len(routes))


def _last_failures(api_calls: list[Exchange]) -> list[Exchange]:
    """Return, for each route, the first call that failed after the last good response of that route."""
    last_good = {call.route: call.number for call in api_calls if is_complete_success(call)}
    failed = [call for call in api_calls if not is_complete_success(call) and call.number > last_good.get(call.route, 0)]
    return list({call.route: call for call in reversed(failed)}.values())


def _is_logged(log: Log, failed: Exchange) -> bool:
    """Return True if a record names the endpoint and reports the failure.

    The status may also be in the next record, because some loggers write a separate record for the response.
    """
    following = (*log.records[1:], "")
    return any(
        names_endpoint(record, failed) and (reports_failure(record, failed.status) or has_status(after, failed.status))
        for record, after in zip(log.records, following, strict=True)
    )
