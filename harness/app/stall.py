"""What an app leaves undone, remembered from wait to wait: what has not moved before is not waited for as long again.

A wait that finds the app at rest forgets it all.
"""

import msgspec
from msgspec import Struct

STILL_S = 0.25
"""So long nothing has changed in an app that is idle, in real seconds; nobody gives up on one before that."""
STUCK_S = 2.0
"""So long what has been pending since before is watched for a change the first time, in real seconds."""
GLANCE_S = 0.05
"""So long it is watched in the end, as long as an app that says that nothing is pending."""


class Stall(Struct, frozen=True, kw_only=True):
    """How much is pending, the scenario that left it, and the message there that has waited longest, where that is known.

    ``new_waits`` and ``old_waits`` count the waits in a row that ended so: with something newly pending, and with nothing
    but what had been pending before.
    """

    scenario: str = ""
    message: str = ""
    pending: int = 0
    new_waits: int = 0
    old_waits: int = 0

    @property
    def since(self) -> str:
        """Since when, in words: the scenario and the message."""
        return f"{self.scenario}, {self.message}" if self.message else self.scenario

    def patience_s(self, cap_s: float) -> float:
        """How long something newly pending may stand still, where nobody waits for longer than *cap_s*."""
        return max(cap_s * 0.5**self.new_waits, STILL_S)

    def old_patience_s(self) -> float:
        """How long what was pending before may stand still."""
        return max(STUCK_S * 0.5**self.old_waits, GLANCE_S)

    def again(self, *, pending: int, backlog: int, scenario: str, message: str) -> "Stall":
        """What is known after one more wait in vain, in *scenario*, before which so much of *backlog* was pending."""
        is_old = 0 < pending == backlog
        is_first = not self.scenario
        fills_in = self.scenario == scenario and not self.message
        return msgspec.structs.replace(
            self,
            scenario=scenario if is_first else self.scenario,
            message=message if is_first or fills_in else self.message,
            pending=pending,
            new_waits=self.new_waits + (not is_old),
            old_waits=self.old_waits + is_old,
        )


NONE = Stall()
"""Nothing is known to be left undone."""
