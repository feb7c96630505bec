"""Does the app's monitoring show webhooks that it failed to accept or to process?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import FAIL, METRICS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import HookCall, Journal
from fiskil_harness.journal.queries.deliveries import genuine
from fiskil_harness.probes.observability.metric_probe import MonitoringProbe, is_repeated, monitoring_of


class NoticesFailedDeliveries(MonitoringProbe, frozen=True, kw_only=True, tag="notices_failed_deliveries"):
    """Check that a metric changes or an alert comes while deliveries or their processing fail, and not afterwards.

    The metric must be one that good deliveries do not change. If deliveries fail twice, the same metric must rise both
    times.
    """

    needs: ClassVar[tuple[str, ...]] = (FAIL,)
    expected: ClassVar[str] = "a metric of failed deliveries that changes, or an alert, and neither of them afterwards"
    source: ClassVar[str] = "practices: alert on webhook delivery failures"
    fix: ClassVar[str] = "count deliveries and processing by outcome, and alert on those that fail"

    def examine(self, journal: Journal) -> Finding:
        """Compare the readings before and during the failure."""
        requested = [
            call
            for call in journal.all(HookCall)
            if call.is_failure_request and call.status is not None and call.status < 400
        ]
        refused = [delivery for delivery in genuine(journal) if not delivery.is_acknowledged]
        if not requested or not refused:
            return self.inconclusive("no delivery failed")
        monitoring = monitoring_of(journal, "failing")
        if monitoring.problem:
            return self.inconclusive(monitoring.problem, hook=METRICS)
        if not is_repeated(monitoring, refused):
            monitoring = monitoring.without_second_failure()
        return self.judge(monitoring, failure="deliveries failed", before="good", examined=1)
