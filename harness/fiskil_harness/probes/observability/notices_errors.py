"""Does something move in the app's monitoring when calls to the API fail?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.api_calls import bitten_by, routes_of
from fiskil_harness.probes.observability.metric_probe import WatchingProbe, watched


class NoticesErrors(WatchingProbe, frozen=True, kw_only=True, tag="notices_errors"):
    """While the API fails a metric moves that ordinary work leaves alone, or an alert comes; afterwards it is calm again.

    A count of the app's own answers that failed with the API's is such a metric too.
    """

    expected: ClassVar[str] = "a metric of failures that moves, or an alert, and calm again afterwards"
    source: ClassVar[str] = "practices: alert on elevated error rates"
    fix: ClassVar[str] = "count calls to the API by status, and alert on the share that fails"

    def examine(self, journal: Journal) -> Finding:
        """Compare the measurements."""
        failed = [call for call in bitten_by(journal, "Status") if (call.status or 0) >= 500]
        if not failed:
            return self.inconclusive("no call to the API failed")
        seen = watched(journal, "bad", "mended")
        if seen.problem:
            return self.inconclusive(seen.problem, hook=METRICS)
        before = "slow" if "slow" in seen.samples else "good"
        return self.judged(seen, what="calls to the API failed", before=before, examined=routes_of(failed))
