"""Times at which work was requested of the app and at which the app was idle, to find the cause of an API call."""

from fiskil_harness.journal import Delivery, Effects, HookCall, Journal
from fiskil_harness.journal.queries.api_calls import began_s


def idle_before(journal: Journal, moment_s: float) -> float:
    """Return the last time before *moment_s* at which the app had no unfinished work for any participant; 0 if none."""
    idle_times = [
        (effects.at_s, effects.participant)
        for effects in journal.all(Effects)
        if effects.is_idle and effects.at_s < moment_s
    ]
    requests = _requests(journal)

    def is_for_all(idle_s: float) -> bool:
        busy_since = {participant: at_s for at_s, participant in requests if at_s < idle_s}
        return all(
            any(participant == other and at_s < later_s for later_s, other in idle_times)
            for participant, at_s in busy_since.items()
        )

    return next((idle_s for idle_s, _ in sorted(idle_times, reverse=True) if is_for_all(idle_s)), 0.0)


def work_times(journal: Journal) -> list[float]:
    """Return the times at which hook calls and deliveries began that may cause API calls, sorted."""
    return [at_s for at_s, _ in _requests(journal)]


def work_between(journal: Journal, since_s: float, until_s: float) -> int:
    """Return the number of hook calls and deliveries that began after *since_s* and before *until_s*."""
    return sum(1 for at_s in work_times(journal) if since_s < at_s < until_s)


def _requests(journal: Journal) -> list[tuple[float, str]]:
    hooks = [(began_s(call), call.participant) for call in journal.all(HookCall) if not call.is_failure_request]
    return sorted([*hooks, *((delivery.at_s, delivery.participant) for delivery in journal.all(Delivery))])
