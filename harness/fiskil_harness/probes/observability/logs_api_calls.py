"""Does each call to the API, well or ill, leave a line in the app's log?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import LOGS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Exchange, Journal
from fiskil_harness.journal.queries.api_calls import calls, is_fine
from fiskil_harness.journal.queries.logs import Log, has_status, log_of, names_endpoint, reports_failure
from fiskil_harness.probes.probe import PlainProbe


class LogsApiCalls(PlainProbe, frozen=True, kw_only=True, tag="logs_api_calls"):
    """Every endpoint that was called is named by the log, and where its last word was a failure, so is that.

    A call that failed and was repeated until it succeeded may leave one line for both.
    """

    expected: ClassVar[str] = "a line with endpoint and status for each call, whether it succeeded or failed"
    source: ClassVar[str] = "practices: log API successes and failures"
    fix: ClassVar[str] = "log method, route and status in the one place that all calls go through, on success and on failure"

    def examine(self, journal: Journal) -> Finding:
        """Look for each route, and for each failure that nothing followed."""
        made = calls(journal)
        log = log_of(journal)
        if not made:
            return self.inconclusive("the app called nothing")
        if log.problem:
            return self.inconclusive(log.problem, hook=LOGS)
        routes = {call.route: call for call in made}
        unnamed = sorted(
            route for route, call in routes.items() if not any(names_endpoint(record, call) for record in log.records)
        )
        if unnamed:
            lines = tuple(f"no line about {route}" for route in unnamed)
            return self.fails(
                f"{unnamed[0]} was called, and no line of the log names it", evidence=lines, examined=len(routes)
            )
        failures = _last_failures(made)
        silent = sorted(failure.route for failure in failures if not _is_told(log, failure))
        if silent:
            lines = tuple(f"no line about the failure of {route}" for route in silent)
            seen = f"{silent[0]} failed, and no line of the log says so"
            return self.fails(seen, evidence=lines, examined=len(routes))
        if not failures:
            return self.inconclusive("every call succeeded, so whether failures are logged cannot be seen")
        return self.passes("every endpoint that was called is named, failures too", examined=len(routes))


def _last_failures(made: list[Exchange]) -> list[Exchange]:
    """The first failure of each route that no good answer followed."""
    fine = {call.route: call.number for call in made if is_fine(call)}
    failed = [call for call in made if not is_fine(call) and call.number > fine.get(call.route, 0)]
    return list({call.route: call for call in reversed(failed)}.values())


def _is_told(log: Log, failed: Exchange) -> bool:
    """In the record that names the endpoint; or, as some loggers write an answer apart, by its status in the next one."""
    following = (*log.records[1:], "")
    return any(
        names_endpoint(record, failed) and (reports_failure(record, failed.status) or has_status(after, failed.status))
        for record, after in zip(log.records, following, strict=True)
    )
