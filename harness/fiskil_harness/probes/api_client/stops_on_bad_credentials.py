"""Does the app give up politely while its key pair is refused, and recover when it is good again?"""

from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Exchange, HookCall, Idle, Journal, Key, Started
from fiskil_harness.journal.queries.api_calls import bearer, began_s, bitten_by, calls, is_fine, is_unheard, routes_of
from fiskil_harness.journal.queries.work_requested import over_s, work_count
from fiskil_harness.probes.probe import PlainProbe

TRIES = 3
PATIENCE = "app.limits.request_deadline_s"


class StopsOnBadCredentials(PlainProbe, frozen=True, kw_only=True, tag="stops_on_bad_credentials"):
    """A refused key pair is tried at most three times for each thing that the app was asked to do, and not while left alone.

    When the pair is accepted again the app works again, after a restart at the latest.
    """

    expected: ClassVar[str] = "a few tries, an error, and work again once the key is good"
    source: ClassVar[str] = "token.bad-credentials"
    fix: ClassVar[str] = "treat 401 and 403 of POST /v1/token as final: report them, and try again only when asked again"

    def examine(self, journal: Journal) -> Finding:
        """Count refused exchanges and look for life afterwards."""
        made = calls(journal)
        refused = [call for call in made if call.route == "token" and call.status in {401, 403}]
        turned_away = [call for call in made if call.route != "token" and call.status == 401]
        is_bad = bool(journal.all(Key) or bitten_by(journal, "KeyRefused"))
        if not is_bad or not (refused or turned_away):
            return self.inconclusive("the app never showed a refused key pair to the API")
        bad = refused or turned_away
        allowed = TRIES * max(1, work_count(journal, bad[0].at_s, bad[-1].ended_s))
        if len(refused) > allowed:
            seen = f"a refused key pair was exchanged more than {TRIES} times for each thing the app was asked to do"
            return self.fails(seen, evidence=_lines(refused), examined=routes_of(refused))
        if _idle_tries(journal, refused) > TRIES:
            seen = f"a refused key pair was exchanged more than {TRIES} times while the app was left alone"
            return self.fails(seen, evidence=_lines(refused), examined=routes_of(refused))
        return self._recovery(journal, made, examined=routes_of([*refused, *turned_away]))

    def _recovery(self, journal: Journal, made: list[Exchange], *, examined: int) -> Finding:
        good_from = _good_from(journal)
        if good_from is None:
            return self.inconclusive("the key pair was not made good again, so recovery could not be seen")
        if any(call.at_s >= good_from and bearer(call) and is_fine(call) for call in made):
            return self.passes("the refused key pair was not insisted on, and the app recovered", examined=examined)
        asked_again = [
            hook_call
            for hook_call in journal.all(HookCall)
            if hook_call.hook == "refresh" and began_s(hook_call) >= good_from
        ]
        if any(is_unheard(journal, hook_call) for hook_call in asked_again):
            return self.inconclusive("the app was still at work when the harness stopped waiting for it", hook=PATIENCE)
        if asked_again and all(hook_call.status is None or hook_call.status >= 400 for hook_call in asked_again):
            seen = "the app does not recover after its key pair was accepted again"
            return self.fails(seen, evidence=("refresh failed with a good key pair",), examined=examined)
        return self.inconclusive("the app was not seen at work after its key pair was accepted again")


def _lines(refused: list[Exchange]) -> tuple[str, ...]:
    return tuple(sorted({f"POST token: {call.status}" for call in refused}))


def _idle_tries(journal: Journal, refused: list[Exchange]) -> int:
    stretches = [(idle.at_s, idle.at_s + idle.seconds) for idle in journal.all(Idle)]
    return max((sum(1 for call in refused if begin <= call.at_s < end) for begin, end in stretches), default=0)


def _good_from(journal: Journal) -> float | None:
    """When the pair became good for the last time: accepted again, or the app restarted with the right one.

    Where a fault refused it, a restart is waited for as well: an app may leave alone for a while what refused it.
    """
    keys, bitten = journal.all(Key), bitten_by(journal, "KeyRefused")
    if not keys:
        return next(
            (started.at_s for started in journal.all(Started) if started.how == "restart" and started.at_s > over_s(bitten)),
            None,
        )
    if keys[-1].state == "accepted":
        return keys[-1].at_s
    if keys[-1].state == "wrong":
        later = [
            started.at_s for started in journal.all(Started) if started.how == "restart" and started.at_s > keys[-1].at_s
        ]
        return later[-1] if later else None
    return None
