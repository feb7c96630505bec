"""Does the app's monitoring show failed calls to the API?"""

from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.api_calls import bitten_by, is_complete_success, routes_of
from fiskil_harness.probes.observability.metric_probe import MonitoringProbe, is_repeated, monitoring_of


class NoticesErrors(MonitoringProbe, frozen=True, kw_only=True, tag="notices_errors"):
    """Check that a metric rises or an alert comes while the API fails, and not any more after the failure.

    The metric must be one that ordinary work does not change. If the API fails twice, with a time without failures in
    between, the same metric must rise both times. A count of the app's own failed responses is accepted too.
    """

    expected = "a metric of failures that changes, or an alert, and neither of them afterwards"
    source = "practices: alert on elevated error rates"
    fix = "count calls to the API by status, and alert on the share that fails"

    def examine(self, journal: Journal) -> Finding:
        """Compare the readings before, during and after the failure."""
        refused = [call for call in bitten_by(journal, "Status") if (call.status or 0) >= 500]
        failed = refused + [call for call in bitten_by(journal, "ResetPeer") if not is_complete_success(call)]
        if not failed:
            return self.inconclusive("no call to the API failed")
        monitoring = monitoring_of(journal, "failing", "recovered")
        if monitoring.problem:
            return self.inconclusive(monitoring.problem, hook=METRICS)
        if not is_repeated(monitoring, failed):
            # An app may have stopped calling an API that failed before.
            monitoring = monitoring.without_second_failure()
        before = "slow" if "slow" in monitoring.samples else "good"
        return self.judge(monitoring, failure="calls to the API failed", before=before, examined=routes_of(failed))
