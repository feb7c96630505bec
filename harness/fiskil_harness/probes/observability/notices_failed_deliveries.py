"""Does the app's monitoring show webhooks that it failed to accept or to process?"""

from fiskil_harness.core.config.hooks import FAIL, METRICS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.deliveries import genuine
from fiskil_harness.journal.queries.failpoints import accepted_requests
from fiskil_harness.probes.observability.metric_probe import MonitoringProbe, monitoring_of


class NoticesFailedDeliveries(MonitoringProbe, frozen=True, kw_only=True, tag="notices_failed_deliveries"):
    """Check that a metric changes or an alert comes while deliveries or their processing fail, and not afterwards.

    The metric must be one that good deliveries do not change.
    """

    needs = (FAIL,)
    expected = "a metric of failed deliveries that changes, or an alert, and neither of them afterwards"
    source = "practices: alert on webhook delivery failures"
    fix = "count deliveries and processing by outcome, and alert on those that fail"

    def examine(self, journal: Journal) -> Finding:
        """Compare the readings before and during the failure."""
        requested = accepted_requests(journal)
        refused = [delivery for delivery in genuine(journal) if not delivery.is_acknowledged]
        if not requested or not refused:
            return self.inconclusive("no delivery failed")
        monitoring = monitoring_of(journal, "failing")
        if monitoring.problem:
            return self.inconclusive(monitoring.problem, hook=METRICS)
        return self.judge(monitoring, failure="deliveries failed", before="good", examined=1)
