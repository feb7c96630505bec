"""Does the app's monitoring show webhooks that it failed to accept or to process?

Processing that fails after the acknowledgement may succeed when the app retries it. A correct app need not count that, so it
is a FAIL only if the message is lost.
"""

from fiskil_harness.core.config.hooks import FAIL, METRICS
from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.journal import Delivery, FailureReplaced, Journal
from fiskil_harness.journal.queries.deliveries import failed_deliveries, genuine
from fiskil_harness.journal.queries.failpoints import accepted_requests, replaced_failures, why_failure_unobserved
from fiskil_harness.journal.queries.rows import last_effects
from fiskil_harness.probes.observability.metric_probe import MonitoringProbe, is_repeated, monitoring_of


class NoticesFailedDeliveries(MonitoringProbe, frozen=True, kw_only=True, tag="notices_failed_deliveries"):
    """Check that a metric changes or an alert comes while deliveries or their processing fail, and not afterwards.

    The metric must be one that good deliveries do not change. If deliveries fail twice, the same metric must rise both
    times. For an app without ``app.drive.fail``, refused forgeries are the failed deliveries. A correct app need not count
    these, so they cause no FAIL.
    """

    expected = "a metric of failed deliveries that changes, or an alert, and neither of them afterwards"
    source = "practices: alert on webhook delivery failures"
    fix = "count deliveries and processing by outcome, and alert on those that fail"

    def examine(self, journal: Journal) -> Finding:
        """Compare the readings before and during the failure."""
        if journal.all(FailureReplaced):
            return self._judge_forgeries(journal)
        requested = accepted_requests(journal)
        refused = failed_deliveries(genuine(journal))
        if not requested or not (refused or not why_failure_unobserved(journal)):
            return self.inconclusive("no delivery failed")
        monitoring = monitoring_of(journal, "failing")
        if monitoring.problem:
            return self.inconclusive(monitoring.problem, hook=METRICS)
        if refused:
            if not is_repeated(monitoring, refused):
                monitoring = monitoring.without_second_failure()
            return self.judge(monitoring, failure="deliveries failed", before="good", examined=1)
        finding = self.judge(monitoring, failure="the processing of messages failed", before="good", examined=1)
        if finding.verdict is not Verdict.FAIL or _has_lost(journal):
            return finding
        return self.inconclusive(f"{finding.observed}; it may count only messages whose last retry fails", hook=METRICS)

    def _judge_forgeries(self, journal: Journal) -> Finding:
        refused = [failure for failure in replaced_failures(journal) if isinstance(failure, Delivery)]
        if not refused:
            return self.inconclusive("no delivery failed", hook=FAIL)
        monitoring = monitoring_of(journal, "failing")
        if monitoring.problem:
            return self.inconclusive(monitoring.problem, hook=METRICS)
        if not is_repeated(monitoring, refused):
            monitoring = monitoring.without_second_failure()
        finding = self.judge(monitoring, failure="deliveries were refused", before="good", examined=len(refused))
        if finding.verdict is not Verdict.FAIL:
            return finding
        return self.inconclusive(f"{finding.observed}; it may count only genuine deliveries that fail", hook=FAIL)


def _has_lost(journal: Journal) -> bool:
    """Return True if the idle app has not applied a message that it acknowledged."""
    end = last_effects(journal)
    if end is None or not end.is_idle or end.applied is None:
        return False
    acknowledged = {delivery.message_id for delivery in genuine(journal) if delivery.is_acknowledged}
    return any(not end.applied.get(message_id) for message_id in acknowledged)
