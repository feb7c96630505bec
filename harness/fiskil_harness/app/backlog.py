"""What an app leaves undone, remembered from wait to wait: what has not moved before is not waited for as long again.

A wait that finds the app at rest or at work forgets it all. A slow app must be judged alike whatever ran before, so two vain
scenarios in a row are waited for in full, a scenario's last wait is as long as if it were its only one, and an app that gets
something done has the whole time again.
"""

import msgspec
from msgspec import Struct

from fiskil_harness.app.template_values import Values

UNCHANGED_S = 0.25
"""So long nothing has changed in an app that is idle, in real seconds."""
LEAST_S = 2.0
"""So long something newly pending is watched for a change at least, in real seconds."""
IN_FULL = 2
"""So many vain waits in a row have the whole time: one may have been bad luck."""
STUCK_S = 2.0
"""So long what has been pending since before is watched for a change the first time, in real seconds."""
GLANCE_S = 0.05
"""So long it is watched in the end, as long as an app that says that nothing is pending."""


class Backlog(Struct, frozen=True, kw_only=True):
    """How much is pending, the scenario that left it, and the message there that has waited longest, where that is known.

    ``new_waits`` counts in a row the scenarios (in one scenario, its waits) that ended with something newly pending,
    ``old_waits`` the waits that ended with nothing but what had been pending before. ``values`` say who was asked about
    last, and ``done`` is how many effects were told then.
    """

    scenario: str = ""
    message: str = ""
    pending: int = 0
    new_waits: int = 0
    old_waits: int = 0
    values: Values = msgspec.field(default_factory=dict)
    done: int = 0

    @property
    def since(self) -> str:
        """Since when, in words: the scenario and the message."""
        return f"{self.scenario}, {self.message}" if self.message else self.scenario

    def patience_s(self, cap_s: float) -> float:
        """How long something newly pending may stand still, where nobody waits for longer than *cap_s*."""
        halvings = max(0, self.new_waits - IN_FULL + 1)
        return max(cap_s * 0.5**halvings, min(cap_s, LEAST_S))

    def old_patience_s(self) -> float:
        """How long what was pending before may stand still."""
        return max(STUCK_S * 0.5**self.old_waits, GLANCE_S)

    def again(self, *, is_old: bool, new_waits: int, scenario: str, message: str) -> "Backlog":
        """What is known after one more vain wait, in *scenario*: for what was pending before, or as the *new_waits*-th."""
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
        """The same, with what the app told at the end of the wait when it was asked with *values*."""
        return msgspec.structs.replace(self, pending=pending or 0, done=sum((applied or {}).values()), values=values)

    def is_overtaken(self, *, applied: dict[str, int] | None, pending: int | None) -> bool:
        """Whether the app, asked again about the same, got something done since; of a new process, that is not known."""
        if applied is not None:
            return sum(applied.values()) > self.done
        return pending is not None and pending < self.pending


NONE = Backlog()
"""Nothing is known to be left undone."""
