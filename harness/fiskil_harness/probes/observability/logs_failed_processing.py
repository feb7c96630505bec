"""Does the app's log contain the id and the reason of each message whose processing failed?"""

from fiskil_harness.core.config.hooks import FAIL, LOGS
from fiskil_harness.journal import Effects, Journal
from fiskil_harness.journal.queries.api_calls import began_s
from fiskil_harness.journal.queries.deliveries import genuine
from fiskil_harness.journal.queries.failpoints import accepted_requests
from fiskil_harness.journal.queries.logs import Log, log_of, reports_failure
from fiskil_harness.probes.probe import Finding, PlainProbe


class LogsFailedProcessing(PlainProbe, frozen=True, kw_only=True, tag="logs_failed_processing"):
    """Check that for each failure that the harness requested, a log line has the message's id and reports a failure."""

    needs = (FAIL,)
    expected = "message_id and reason of each processing that failed"
    source = "practices: log failed webhook processing"
    fix = "catch every error in the processing of a message, and log its message_id and the error"

    def examine(self, journal: Journal) -> Finding:
        """Look for a log line about each requested failure."""
        requested = accepted_requests(journal)
        if not requested:
            return self.inconclusive("no failure was requested from the app")
        if not _has_failed(journal):
            return self.inconclusive("the app does not report that it has failed", hook="app.observe.effects: failed")
        log = log_of(journal)
        if log.problem:
            return self.inconclusive(log.problem, hook=LOGS)
        unlogged, examined = 0, 0
        for number, request in enumerate(requested):
            until_s = began_s(requested[number + 1]) if number + 1 < len(requested) else float("inf")
            message_ids = {
                delivery.message_id
                for delivery in genuine(journal)
                if request.at_s <= delivery.at_s + delivery.took_s < until_s
            }
            examined += bool(message_ids)
            unlogged += bool(message_ids) and not any(_is_logged(log, message_id) for message_id in message_ids)
        if unlogged:
            observed = "the processing of a message failed, but no line of the log reports it"
            return self.fails(observed, evidence=("no line with its message_id and a failure",), examined=examined)
        return self.passes("each failed processing is in the log", examined=examined)


def _has_failed(journal: Journal) -> bool:
    counts = [effects.failed for effects in journal.all(Effects) if effects.failed is not None]
    return bool(counts) and max(counts) > min(counts)


def _is_logged(log: Log, message_id: str) -> bool:
    return any(reports_failure(record, None) for record in log.naming(message_id))
