"""Does the app's monitoring show that webhooks have stopped coming?"""

from itertools import pairwise

from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.journal import Journal, changed_samples, possibly_changed_samples
from fiskil_harness.journal.queries.api_calls import acknowledged_events
from fiskil_harness.probes.observability.metric_probe import SEVERAL_PROCESSES, UNCERTAIN, Monitoring, monitoring_of
from fiskil_harness.probes.probe import Finding, Probe

LATE = "a metric changed with the first deliveries, but only much later with the next ones, so it may also be a clock"


class CountsDeliveries(Probe, frozen=True, kw_only=True, tag="counts_deliveries"):
    """Check that the app's monitoring shows if webhook deliveries have stopped.

    A metric must change only with deliveries, also with later ones, or must be the time since the last delivery. An alert
    during the time without deliveries is accepted as well.
    """

    observes = (METRICS,)
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
        counts = changed_samples(asked, good) - moved_in_silence - moved_by_reading
        if ages or counts & _later_changes(monitoring, ("good", "failing", "recovered")):
            return self.passes("the app's monitoring distinguishes deliveries from silence", examined=1)
        if counts & _later_changes(monitoring, ("recovered", "failing_again", "recovered_again", "over")):
            return self.inconclusive(LATE, hook=METRICS)
        if monitoring.mixed_counter:
            return self.inconclusive(SEVERAL_PROCESSES.format(name=monitoring.mixed_counter), hook=METRICS)
        if counts:
            return self.fails("a metric changed with the first deliveries after a silence, but not with the next ones")
        if (
            possibly_changed_samples(asked, good)
            - possibly_changed_samples(calm, idle)
            - possibly_changed_samples(idle, asked)
        ):
            return self.inconclusive(UNCERTAIN, hook=METRICS)
        return self.fails("deliveries came after a silence, and nothing in the app's monitoring shows the difference")


def _later_changes(monitoring: Monitoring, moments: tuple[str, ...]) -> set[str]:
    """Return the metrics that changed between the readings at *moments*, with each of which deliveries came.

    If there is none but the first, the scenario made no further deliveries, and every metric is returned.
    """
    readings = [monitoring.samples[moment] for moment in moments if moment in monitoring.samples]
    if len(readings) < 2:
        return set(monitoring.samples["good"].samples or {})
    return {name for earlier, later in pairwise(readings) for name in changed_samples(earlier, later)}
