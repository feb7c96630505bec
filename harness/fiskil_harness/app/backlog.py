"""Record of the work that an app left unfinished, so that later waits for the app time out sooner.

A wait that ends with the app idle or making progress clears the record. Waits for new work get shorter only after two
scenarios ended with the app stuck, so that one slow scenario does not change later verdicts. See the theory of operation
in ``effects``.
"""

import msgspec
from msgspec import Struct

from fiskil_harness.core.config.template_values import Values

UNCHANGED_S = 0.25
"""An app whose report is unchanged for this time counts as idle, in real seconds."""
LEAST_S = 2.0
"""The shortest time without progress after which new pending work counts as stuck, in real seconds."""
IN_FULL = 2
"""The number of stuck waits after which later waits for new work get shorter: a single slow wait may be chance."""
STUCK_S = 2.0
"""The time without progress after which work from an earlier wait counts as stuck at first, in real seconds."""
GLANCE_S = 0.05
"""The shortest time without progress after which work from an earlier wait counts as stuck, in real seconds."""


class Backlog(Struct, frozen=True, kw_only=True):
    """Work that an app left unfinished in earlier waits.

    Attributes:
        scenario: The first scenario after which the app was stuck; empty if there is none.
        message: The message of that scenario that has been unprocessed for the longest time; empty if it is not known.
        pending: The number of pending tasks at the end of the last wait.
        new_waits: The number of consecutive scenarios (within a scenario: waits) that ended stuck with new work pending.
        old_waits: The number of waits that ended stuck with only work from earlier waits pending.
        values: Template values that identify the end user of the last effects query.
        effect_count: The number of effects in the response to that query.
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
        """The scenario and, if known, the message that first left work unfinished, as text."""
        return f"{self.scenario}, {self.message}" if self.message else self.scenario

    def patience_s(self, cap_s: float) -> float:
        """Return the time without progress after which new pending work counts as stuck, in real seconds.

        Args:
            cap_s: The limit of the whole wait.
        """
        halvings = max(0, self.new_waits - IN_FULL + 1)
        return max(cap_s * 0.5**halvings, min(cap_s, LEAST_S))

    def old_patience_s(self) -> float:
        """Return the time without progress after which work from an earlier wait counts as stuck, in real seconds."""
        return max(STUCK_S * 0.5**self.old_waits, GLANCE_S)

    def after_stuck_wait(self, *, is_old: bool, new_waits: int, scenario: str, message: str) -> "Backlog":
        """Return the backlog after one more wait that ended with the app stuck.

        Args:
            is_old: True if the same work was already pending in an earlier wait.
            new_waits: The new value of ``new_waits``; ignored if *is_old* is true.
            scenario: The scenario that waited.
            message: The first unprocessed message of *scenario*, or empty. It is stored only if *scenario* is the first
                scenario that left work unfinished, and has stored no message yet.
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
        """Return the backlog with the values of the report at the end of a wait. *values* identify the queried end user."""
        return msgspec.structs.replace(self, pending=pending or 0, effect_count=sum((applied or {}).values()), values=values)

    def has_progressed(self, *, applied: dict[str, int] | None, pending: int | None) -> bool:
        """Return true if a new report for the same end user shows that the app has completed work since the last report.

        Lower counts are not progress: a restart of the app may have reset them.
        """
        if applied is not None:
            return sum(applied.values()) > self.effect_count
        return pending is not None and pending < self.pending


NONE = Backlog()
"""No known unfinished work."""
