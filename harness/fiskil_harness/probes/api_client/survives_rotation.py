"""Can the app's key be rotated without a failure, and does its team do that often enough?"""

from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Declared, HookCall, Journal, Key
from fiskil_harness.journal.queries.api_calls import bearer, began_s, calls, is_fine, is_unheard
from fiskil_harness.probes.probe import PlainProbe

MOST_DAYS = 90
FACT = "app.facts.key_created"
PATIENCE = "app.limits.request_deadline_s"


class SurvivesRotation(PlainProbe, frozen=True, kw_only=True, tag="survives_rotation"):
    """With a second key in its environment the app works on when the first one is revoked, and keys live 90 days at most.

    The days are a fact that the config states: when the key was made, or after how many days keys are rotated.
    """

    expected: ClassVar[str] = "no failed call after the first key was revoked; keys no older than 90 days"
    source: ClassVar[str] = "practices: rotate API keys"
    fix: ClassVar[str] = "read the key at start and keep neither it nor its tokens beyond that; rotate every 90 days"

    def examine(self, journal: Journal) -> Finding:
        """Look at what the app did once the first key was gone, and at what the config states."""
        gone = [key.at_s for key in journal.all(Key) if key.state == "rotated"]
        if not gone:
            return self.inconclusive("no first key was revoked")
        asked = [
            hook_call for hook_call in journal.all(HookCall) if hook_call.hook == "refresh" and began_s(hook_call) >= gone[0]
        ]
        if any(is_unheard(journal, hook_call) for hook_call in asked):
            return self.inconclusive("the app was still at work when the harness stopped waiting for it", hook=PATIENCE)
        works = [call for call in calls(journal) if call.at_s >= gone[0] and bearer(call) and is_fine(call)]
        refused = [call for call in calls(journal) if call.at_s >= gone[0] and call.status in {401, 403}]
        if (
            asked
            and refused
            and (not works or all(hook_call.status is None or hook_call.status >= 400 for hook_call in asked))
        ):
            return self.fails("with its first key revoked the app works no more, though it was given a second")
        if not works:
            return self.inconclusive("the app was not seen at work after its first key was revoked")
        return self._of_age(next(iter(journal.all(Declared)), Declared()))

    def _of_age(self, stated: Declared) -> Finding:
        """What the config says about the keys of production."""
        if stated.key_age_days is not None and stated.key_age_days > MOST_DAYS:
            return self.fails(f"the key of production is older than {MOST_DAYS} days")
        if stated.rotate_days is not None and stated.rotate_days > MOST_DAYS:
            return self.fails(f"keys are rotated every {stated.rotate_days} days only")
        if stated.key_age_days is None and stated.rotate_days is None:
            return self.inconclusive("the config does not say how old the key is or how often it is rotated", hook=FACT)
        return self.passes("the app works on with its second key, and keys are young", examined=1)
