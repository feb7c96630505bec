"""Does something move in the app's monitoring when calls to the API fail?"""

from typing import ClassVar

from harness.journal import Journal
from harness.probes.base import PlainProbe
from harness.probes.calls import bitten_by, routes_of
from harness.probes.finding import Finding
from harness.probes.monitors import METRICS, Watched, watched


class NoticesErrors(PlainProbe, frozen=True, kw_only=True, tag="notices_errors"):
    """While the API fails a metric moves that ordinary work leaves alone, or an alert comes; afterwards it is calm again.

    A count of the app's own answers that failed with the API's is such a metric too.
    """

    expected: ClassVar[str] = "a metric of failures that moves, or an alert, and calm again afterwards"
    source: ClassVar[str] = "practices: alert on elevated error rates"
    fix: ClassVar[str] = "count calls to the API by status, and alert on the share that fails"

    def examine(self, journal: Journal) -> Finding:
        """Compare the readings."""
        failed = [one for one in bitten_by(journal, "Status") if (one.status or 0) >= 500]
        if not failed:
            return self.cannot_tell("no call to the API failed")
        seen = watched(journal, "bad", "mended")
        if seen.lack:
            return self.cannot_tell(seen.lack, hook=METRICS)
        before = "slow" if "slow" in seen.readings else "good"
        news, alerts = seen.news(before, "bad"), seen.alerts(before, "bad")
        if not alerts and seen.readings["bad"].samples is None:
            return self.cannot_tell("no alert came, and the app shows no metrics", hook=METRICS)
        if not news and not alerts:
            return self.fails(
                "calls to the API failed, and nothing in the app's monitoring moved", examined=routes_of(failed)
            )
        if not alerts and not any(_rests(seen, name, before) for name in news):
            return self.fails(
                "what moved while the API failed goes on moving now that it is well", examined=routes_of(failed)
            )
        how = "an alert arrived" if alerts else "a metric moved that ordinary work leaves alone"
        return self.holds(f"{how} while the API failed", examined=routes_of(failed))


def _rests(seen: Watched, name: str, before: str) -> bool:
    """Whether a sample stands still afterwards, falls, or has gone back to where it was."""
    return seen.grown(name, "bad", "mended") <= 0 or seen.grown(name, before, "mended") == 0
