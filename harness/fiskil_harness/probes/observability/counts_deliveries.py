"""Could anybody see in the app's monitoring that webhooks have stopped coming?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Journal, moved, moved_perhaps
from fiskil_harness.journal.queries.api_calls import acknowledged_events
from fiskil_harness.probes.observability.metric_probe import UNCERTAIN, Watched, watched
from fiskil_harness.probes.probe import PlainProbe


class CountsDeliveries(PlainProbe, frozen=True, kw_only=True, tag="counts_deliveries"):
    """A sample moves with good deliveries and stands still without them, or is an age that falls when one arrives.

    From such a sample a silence can be seen. An alert that comes within the silent stretch would do as well.
    """

    expected: ClassVar[str] = "a count of deliveries, or the age of the last one"
    source: ClassVar[str] = "practices: monitor webhook delivery health"
    fix: ClassVar[str] = "count deliveries by outcome, or show how long ago the last one came"

    def examine(self, journal: Journal) -> Finding:
        """Compare a silent stretch with one in which deliveries came."""
        if not acknowledged_events(journal):
            return self.inconclusive("nothing was acknowledged")
        seen = watched(journal, "asked")
        if seen.problem:
            return self.inconclusive(seen.problem, hook=METRICS)
        if seen.is_missed():
            return self.passes("an alert arrived while nothing was delivered", examined=1)
        if seen.blind:
            calm = seen.samples["calm"]
            why = (
                seen.blind if calm.problem or calm.samples else "the app shows no metrics, and no alert told of the silence"
            )
            return self.inconclusive(why, hook=METRICS)
        return self._compared(seen)

    def _compared(self, seen: Watched) -> Finding:
        calm, idle, asked, good = (seen.samples[name] for name in ("calm", "idle", "asked", "good"))
        in_silence, by_reading = moved(calm, idle), moved(idle, asked)
        ages = {name for name in in_silence if seen.grown(name, "calm", "idle") > 0 > seen.grown(name, "asked", "good")}
        if ages or moved(asked, good) - in_silence - by_reading:
            return self.passes("the app's monitoring tells deliveries from silence", examined=1)
        if moved_perhaps(asked, good) - moved_perhaps(calm, idle) - moved_perhaps(idle, asked):
            return self.inconclusive(UNCERTAIN, hook=METRICS)
        return self.fails("deliveries came after a silence, and nothing in the app's monitoring shows the difference")
