"""Does something move in the app's monitoring when it fails to take or to process webhooks?"""

from typing import ClassVar

from harness.journal import HookCall, Journal
from harness.probes.base import PlainProbe
from harness.probes.finding import Finding
from harness.probes.monitors import METRICS, watched
from harness.probes.receipts import genuine

FAIL = "app.drive.fail"


class NoticesFailedDeliveries(PlainProbe, frozen=True, kw_only=True, tag="notices_failed_deliveries"):
    """While deliveries or their processing fail a metric moves that good deliveries leave alone, or an alert arrives."""

    needs: ClassVar[tuple[str, ...]] = (FAIL,)
    expected: ClassVar[str] = "a metric of failed deliveries that moves, or an alert"
    source: ClassVar[str] = "practices: alert on webhook delivery failures"
    fix: ClassVar[str] = "count deliveries and processing by outcome, and alert on those that fail"

    def examine(self, journal: Journal) -> Finding:
        """Compare the readings."""
        ordered = [
            one for one in journal.all(HookCall) if one.hook == "fail" and one.status is not None and one.status < 400
        ]
        refused = [one for one in genuine(journal) if one.outcome != "ack"]
        if not ordered or not refused:
            return self.cannot_tell("no delivery failed")
        seen = watched(journal, "bad")
        if seen.lack:
            return self.cannot_tell(seen.lack, hook=METRICS)
        if seen.alerts("good", "bad"):
            return self.holds("an alert arrived while deliveries failed", examined=1)
        if seen.readings["bad"].samples is None:
            return self.cannot_tell("no alert came, and the app shows no metrics", hook=METRICS)
        if seen.news("good", "bad"):
            return self.holds("a metric moved that good deliveries leave alone", examined=1)
        return self.fails("deliveries failed, and nothing in the app's monitoring moved")
