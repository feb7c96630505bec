"""Does a message whose processing failed leave its id and a reason in the app's log?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import FAIL, LOGS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, HookCall, Journal
from fiskil_harness.journal.queries.api_calls import began_s
from fiskil_harness.journal.queries.deliveries import genuine
from fiskil_harness.journal.queries.logs import Log, log_of, reports_failure
from fiskil_harness.probes.probe import PlainProbe


class LogsFailedProcessing(PlainProbe, frozen=True, kw_only=True, tag="logs_failed_processing"):
    """Where the app was made to fail once, a line names the message that was being worked on and tells of a failure."""

    needs: ClassVar[tuple[str, ...]] = (FAIL,)
    expected: ClassVar[str] = "message_id and reason of each processing that failed"
    source: ClassVar[str] = "practices: log failed webhook processing"
    fix: ClassVar[str] = "catch every failure of the work around one message, and log its message_id and what went wrong"

    def examine(self, journal: Journal) -> Finding:
        """Look for each ordered failure that happened."""
        ordered = [
            hook_call
            for hook_call in journal.all(HookCall)
            if hook_call.hook == "fail" and hook_call.status is not None and hook_call.status < 400
        ]
        if not ordered:
            return self.inconclusive("the app was not made to fail")
        if not _has_failed(journal):
            return self.inconclusive("the app does not tell that it has failed", hook="app.observe.effects: failed")
        log = log_of(journal)
        if log.problem:
            return self.inconclusive(log.problem, hook=LOGS)
        silent, examined = 0, 0
        for number, order in enumerate(ordered):
            until_s = began_s(ordered[number + 1]) if number + 1 < len(ordered) else float("inf")
            worked_on = {
                delivery.message_id
                for delivery in genuine(journal)
                if order.at_s <= delivery.at_s + delivery.took_s < until_s
            }
            examined += bool(worked_on)
            silent += bool(worked_on) and not any(_is_told(log, text) for text in worked_on)
        if silent:
            seen = "a message's processing failed, and no line of the log names it as failed"
            return self.fails(seen, evidence=("no line with its message_id and a failure",), examined=examined)
        return self.passes("each failure of processing is in the log", examined=examined)


def _has_failed(journal: Journal) -> bool:
    counts = [effects.failed for effects in journal.all(Effects) if effects.failed is not None]
    return bool(counts) and max(counts) > min(counts)


def _is_told(log: Log, message_id: str) -> bool:
    return any(reports_failure(record, None) for record in log.naming(message_id))
