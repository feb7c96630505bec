"""Does a journey that came to nothing, and an error of the API, leave in the log what support would ask for?"""

import re
from typing import Any, ClassVar

import msgspec

from fiskil_harness.core.config.hooks import LOGS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Exchange, Journal, Journey, Visit
from fiskil_harness.journal.queries.api_calls import calls
from fiskil_harness.journal.queries.logs import Log, log_of, names_endpoint, reports_failure, without_requests
from fiskil_harness.probes.probe import PlainProbe

APPROVED, LEFT, CLAIMED = "APPROVED", "ABANDONED", "CLAIMED"
UNHEARD = frozenset({APPROVED, LEFT, CLAIMED})
"""Endings that no browser tells the app as a failure."""

_ERROR_ID = re.compile(r"error[_ -]?id\W{1,4}\w{6,}", re.IGNORECASE)


class LogsFailures(PlainProbe, frozen=True, kw_only=True, tag="logs_failures"):
    """Each failed journey that the app was told of is in the log by its session, its end user or its error, as a failure.

    Errors of the API carry an id of their own; that it is nowhere in the log is advice, since not every answer has one.
    """

    expected: ClassVar[str] = "error_id, session_id or end_user_id of each failure, and what it was"
    source: ClassVar[str] = "practices: log errors for debugging"
    fix: ClassVar[str] = "log error_type, error_id, session_id and end_user_id where a failed journey comes back"

    def examine(self, journal: Journal) -> Finding:
        """Look for each failure."""
        failed = [
            journey for journey in journal.all(Journey) if journey.ending not in UNHEARD and _came_back(journal, journey)
        ]
        if not failed:
            return self.inconclusive("no journey that failed came back to the app")
        log = without_requests(log_of(journal))
        if log.problem:
            return self.inconclusive(log.problem, hook=LOGS)
        silent = [journey for journey in failed if not _is_told(log, journey)]
        if len(silent) <= _ids_told(journal, log):
            silent = []  # by ids that only Fiskil can resolve
        if silent:
            lines = tuple(f"no line about attempt {journey.attempt}: {journey.ending}" for journey in silent)
            return self.fails(
                f"a journey ended with {silent[0].ending}, and no line of the log says so",
                evidence=lines,
                examined=len(failed),
            )
        seen = f"all {len(failed)} failed journeys are in the log"
        return self.passes(seen, examined=len(failed), advice=_unnamed_errors(journal, log))


def _came_back(journal: Journal, journey: Journey) -> bool:
    """Whether the browser came back to a page of the app that answered."""
    return any(
        visit.participant == journey.participant
        and visit.step == journey.step
        and visit.status is not None
        and not visit.is_elsewhere
        for visit in journal.all(Visit)
    )


def _is_told(log: Log, journey: Journey) -> bool:
    if log.naming(journey.ending):
        return True
    return any(reports_failure(record, None) for record in log.naming(journey.session, journey.end_user_id))


def _ids_told(journal: Journal, log: Log) -> int:
    """How many records tell of a failure by the id of an error, and of no call to the API."""
    made = {call.route: call for call in calls(journal)}.values()
    told = (record for record in log.records if _ERROR_ID.search(record) and reports_failure(record, None))
    return sum(1 for record in told if not any(names_endpoint(record, call) for call in made))


def _unnamed_errors(journal: Journal, log: Log) -> tuple[str, ...]:
    failed = {call.route: _error_id(call) for call in calls(journal) if call.status is not None and call.status >= 400}
    silent = sorted(route for route, error_id in failed.items() if error_id and not log.naming(error_id))
    return tuple(
        f"the error_id of a failed {route} is not in the log, and Fiskil's support would ask for it" for route in silent
    )


def _error_id(failed: Exchange) -> str:
    try:
        told: Any = msgspec.json.decode(failed.response_body)
    except (msgspec.DecodeError, RecursionError):
        return ""
    found = told.get("error_id") or told.get("id") if isinstance(told, dict) else ""
    return found if isinstance(found, str) else ""
