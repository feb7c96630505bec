"""Does something move in the app's monitoring when it fails to take or to process webhooks?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import FAIL, METRICS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import HookCall, Journal
from fiskil_harness.journal.queries.deliveries import genuine
from fiskil_harness.probes.observability.metric_probe import WatchingProbe, watched


class NoticesFailedDeliveries(WatchingProbe, frozen=True, kw_only=True, tag="notices_failed_deliveries"):
    """While deliveries or their processing fail a metric moves that good deliveries leave alone, or an alert arrives.

    When they are good again it rests.
    """

    needs: ClassVar[tuple[str, ...]] = (FAIL,)
    expected: ClassVar[str] = "a metric of failed deliveries that moves, or an alert, and calm again afterwards"
    source: ClassVar[str] = "practices: alert on webhook delivery failures"
    fix: ClassVar[str] = "count deliveries and processing by outcome, and alert on those that fail"

    def examine(self, journal: Journal) -> Finding:
        """Compare the measurements."""
        ordered = [
            hook_call
            for hook_call in journal.all(HookCall)
            if hook_call.hook == "fail" and hook_call.status is not None and hook_call.status < 400
        ]
        refused = [delivery for delivery in genuine(journal) if delivery.outcome != "ack"]
        if not ordered or not refused:
            return self.inconclusive("no delivery failed")
        seen = watched(journal, "bad")
        if seen.problem:
            return self.inconclusive(seen.problem, hook=METRICS)
        return self.judged(seen, what="deliveries failed", before="good", examined=1)
