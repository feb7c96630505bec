"""Does the app end in the same state, whatever the order in which it was told?"""

from typing import ClassVar

from harness.journal import Journal
from harness.probes.base import PlainProbe
from harness.probes.finding import Finding
from harness.probes.records import EFFECTS
from harness.probes.twins import compare_twins


class EndsLikeItsTwin(PlainProbe, frozen=True, kw_only=True, tag="ends_like_its_twin"):
    """The twin that was told the same facts out of order, late or again ends as the one that was told in order (I5, I6)."""

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    around: ClassVar[tuple[str, ...]] = ("deliver",)
    expected: ClassVar[str] = "the same state as after the same events in order"
    source: ClassVar[str] = "webhooks.order"
    fix: ClassVar[str] = (
        "let publish_time decide which of two facts about a consent is newer, and read datasets from the API"
    )

    def examine(self, journal: Journal) -> Finding:
        """Compare twins."""
        comparison = compare_twins(journal)
        if comparison.reason:
            return self.cannot_tell(comparison.reason, hook=comparison.hook)
        if comparison.differences:
            seen = f"the twins end differently at {len(comparison.differences)} of {comparison.compared} places"
            return self.fails(seen, evidence=comparison.differences, examined=comparison.compared, advice=comparison.advice)
        seen = f"the twins end alike at {comparison.compared} places"
        return self.holds(seen, examined=comparison.compared, advice=comparison.advice)
