"""Remembers work that an app left unfinished, so that later waits for it time out sooner.

A wait that finds the app idle or working clears it. A slow app must get the same verdict whatever ran before: only after
two scenarios without a result do waits get shorter. See the theory of operation in ``effects``.
"""

import msgspec
from msgspec import Struct

from fiskil_harness.app.template_values import Values

UNCHANGED_S = 0.25
"""The time without change after which an app is idle, in real seconds."""
LEAST_S = 2.0
"""The shortest patience with new pending work, in real seconds."""
IN_FULL = 2
"""The number of waits in a row that have the full limit: one slow wait may be bad luck."""
STUCK_S = 2.0
"""The first patience with work that was pending before, in real seconds."""
GLANCE_S = 0.05
"""The shortest patience with work that was pending before: as long as for an app with nothing pending."""


class Backlog(Struct, frozen=True, kw_only=True):
    """Work that an app left unfinished.

    ``scenario`` left it first, and ``message`` is the unprocessed message there that has waited longest, if it is known.
    ``pending`` is how much was pending at the end of the last wait. ``new_waits`` counts consecutive scenarios (within one
    scenario, its waits) that ended with new work pending; ``old_waits`` counts waits that ended with only old work pending.
    ``values`` identify the end user of the last query, and ``effect_count`` is the number of effects in its report.
    """

    scenario: str = ""
    message: str = ""
    pending: int = 0
    new_waits: int = 0
    old_waits: int = 0
    values: Values = msgspec.field(default_factory=dict)
    effect_count: int = 0

    @property
    def since(self) -> str:
        """The scenario and, if known, the message since which work is unfinished, as text."""
        return f"{self.scenario}, {self.message}" if self.message else self.scenario

    def patience_s(self, cap_s: float) -> float:
        """Return how long new pending work may show no progress, in real seconds.

        Args:
            cap_s: The limit of the whole wait.
        """
        halvings = max(0, self.new_waits - IN_FULL + 1)
        return max(cap_s * 0.5**halvings, min(cap_s, LEAST_S))

    def old_patience_s(self) -> float:
        """Return how long work that was pending before may show no progress, in real seconds."""
        return max(STUCK_S * 0.5**self.old_waits, GLANCE_S)

    def after_stuck_wait(self, *, is_old: bool, new_waits: int, scenario: str, message: str) -> "Backlog":
        """Return the backlog after one more wait that ended stuck.

        Args:
            is_old: The same work was pending before.
            new_waits: The count for new work; unused if *is_old*.
            scenario: The scenario that waited.
            message: Its first unprocessed message, or empty. It is kept if *scenario* was the first and had none so far.
        """
        is_first = not self.scenario
        fills_in = self.scenario == scenario and not self.message
        return msgspec.structs.replace(
            self,
            scenario=scenario if is_first else self.scenario,
            message=message if is_first or fills_in else self.message,
            new_waits=self.new_waits if is_old else new_waits,
            old_waits=self.old_waits + is_old,
        )

    def updated(self, *, applied: dict[str, int] | None, pending: int | None, values: Values) -> "Backlog":
        """Return the backlog with the report at the end of the wait; *values* identify the end user that was queried."""
        return msgspec.structs.replace(self, pending=pending or 0, effect_count=sum((applied or {}).values()), values=values)

    def has_progressed(self, *, applied: dict[str, int] | None, pending: int | None) -> bool:
        """Return true if a new report for the same end user shows that work was completed since.

        Counts that were reset, as by a restart, do not show that.
        """
        if applied is not None:
            return sum(applied.values()) > self.effect_count
        return pending is not None and pending < self.pending


NONE = Backlog()
"""No known unfinished work."""
