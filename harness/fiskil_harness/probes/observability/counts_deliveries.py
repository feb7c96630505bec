"""Does the app's monitoring show that webhooks have stopped coming?"""

from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.journal import Journal, changed_samples, possibly_changed_samples
from fiskil_harness.journal.queries.api_calls import acknowledged_events
from fiskil_harness.probes.observability.metric_probe import UNCERTAIN, Monitoring, monitoring_of
from fiskil_harness.probes.probe import Finding, PlainProbe


class CountsDeliveries(PlainProbe, frozen=True, kw_only=True, tag="counts_deliveries"):
    """Check that the app's monitoring shows if webhook deliveries have stopped.

    A metric must change only with deliveries, or must be the time since the last delivery. An alert during the time without
    deliveries is accepted as well.
    """

    expected = "a count of deliveries, or the age of the last one"
    source = "practices: monitor webhook delivery health"
    fix = "count deliveries by outcome, or show how long ago the last one came"

    def examine(self, journal: Journal) -> Finding:
        """Compare a period without deliveries with a period in which deliveries came."""
        if not acknowledged_events(journal):
            return self.inconclusive("no delivery was acknowledged")
        monitoring = monitoring_of(journal, "refreshed")
        if monitoring.problem:
            return self.inconclusive(monitoring.problem, hook=METRICS)
        if monitoring.is_silence_alerted():
            return self.passes("an alert arrived while nothing was delivered", examined=1)
        if monitoring.metrics_problem:
            calm = monitoring.samples["calm"]
            reason = (
                monitoring.metrics_problem
                if calm.problem or calm.samples
                else "the app has no metrics, and no alert reported the silence"
            )
            return self.inconclusive(reason, hook=METRICS)
        return self._compare(monitoring)

    def _compare(self, monitoring: Monitoring) -> Finding:
        calm, idle, asked, good = (monitoring.samples[name] for name in ("calm", "idle", "refreshed", "good"))
        moved_in_silence, moved_by_reading = changed_samples(calm, idle), changed_samples(idle, asked)
        ages = {
            name
            for name in moved_in_silence
            if monitoring.grown(name, "calm", "idle") > 0 > monitoring.grown(name, "refreshed", "good")
        }
        if ages or changed_samples(asked, good) - moved_in_silence - moved_by_reading:
            return self.passes("the app's monitoring distinguishes deliveries from silence", examined=1)
        if (
            possibly_changed_samples(asked, good)
            - possibly_changed_samples(calm, idle)
            - possibly_changed_samples(idle, asked)
        ):
            return self.inconclusive(UNCERTAIN, hook=METRICS)
        return self.fails("deliveries came after a silence, and nothing in the app's monitoring shows the difference")
