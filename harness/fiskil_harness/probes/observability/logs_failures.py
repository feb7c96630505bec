"""Does the log contain the ids that support needs after a failed consent journey or an API error?"""

import re

from fiskil_harness.core.config.hooks import LOGS
from fiskil_harness.journal import Exchange, Journal, Journey, Visit
from fiskil_harness.journal.queries.api_calls import calls, fields_of
from fiskil_harness.journal.queries.logs import Log, log_of, names_endpoint, reports_failure, without_requests
from fiskil_harness.probes.probe import Finding, Probe

_ERROR_ID = re.compile(r"error[_ -]?id\W{1,4}\w{6,}", re.IGNORECASE)


class LogsFailures(Probe, frozen=True, kw_only=True, tag="logs_failures"):
    """Check that the log reports each failed consent journey from which the browser returned to the app.

    A log line must have the session id or the end user id and report a failure, or must have the error type. A line in
    unknown words counts if no line about a successful journey has the same words. If an
    ``error_id`` of the API is not in the log, that gives advice only.
    """

    is_general = True
    expected = "error_id, session_id or end_user_id of each failure, and what it was"
    source = "practices: log errors for debugging"
    fix = "log error_type, error_id, session_id and end_user_id when a failed journey returns"

    def examine(self, journal: Journal) -> Finding:
        """Look for a log line about each failed journey."""
        failed = [journey for journey in journal.all(Journey) if journey.has_error and _came_back(journal, journey)]
        if not failed:
            return self.inconclusive("no failed journey returned to the app")
        log = without_requests(log_of(journal))
        if log.problem:
            return self.inconclusive(log.problem, hook=LOGS)
        succeeded = [journey.session for journey in journal.all(Journey) if not journey.has_error]
        unlogged = [
            journey
            for journey in failed
            if not _is_logged(log, journey) and not log.particular([journey.session], succeeded)
        ]
        if len(unlogged) <= _count_error_ids(journal, log):
            unlogged = []  # logged by error ids, which only Fiskil can resolve
        if unlogged:
            lines = tuple(f"no line about attempt {journey.attempt}: {journey.ending}" for journey in unlogged)
            return self.fails(
                f"a journey ended with {unlogged[0].ending}, but no line of the log reports it",
                evidence=lines,
            )
        observed = f"all {len(failed)} failed journeys are in the log"
        return self.passes(observed, examined=len(failed), advice=_unnamed_errors(journal, log))


def _came_back(journal: Journal, journey: Journey) -> bool:
    """Return True if, after the journey, the browser returned to a page of the app and received a response."""
    return any(
        visit.participant == journey.participant
        and visit.step == journey.step
        and visit.status is not None
        and not visit.is_elsewhere
        for visit in journal.all(Visit)
    )


def _is_logged(log: Log, journey: Journey) -> bool:
    if log.naming(journey.ending):
        return True
    return any(reports_failure(record, None) for record in log.naming(journey.session, journey.end_user_id))


def _count_error_ids(journal: Journal, log: Log) -> int:
    """Return the number of records that report a failure with an error id, except those about API calls."""
    routes = {call.route: call for call in calls(journal)}.values()
    records = (record for record in log.records if _ERROR_ID.search(record) and reports_failure(record, None))
    return sum(1 for record in records if not any(names_endpoint(record, call) for call in routes))


def _unnamed_errors(journal: Journal, log: Log) -> tuple[str, ...]:
    failed = {call.route: _error_id(call) for call in calls(journal) if call.status is not None and call.status >= 400}
    unlogged = sorted(route for route, error_id in failed.items() if error_id and not log.naming(error_id))
    return tuple(f"the error_id of a failed {route} is not in the log, but Fiskil's support needs it" for route in unlogged)


def _error_id(failed: Exchange) -> str:
    body = fields_of(failed.response_body)
    error_id = body.get("error_id") or body.get("id")
    return error_id if isinstance(error_id, str) else ""
