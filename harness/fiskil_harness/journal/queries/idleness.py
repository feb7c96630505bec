"""What the app was asked to do, and when it was at rest: whose doing a call may be."""

from fiskil_harness.journal import Delivery, Effects, HookCall, Journal
from fiskil_harness.journal.queries.api_calls import began_s

NOT_WORK = frozenset({"fail"})
"""Hooks that ask for no work at the API."""


def was_idle(effects: Effects) -> bool:
    """Whether the app had come to the end of what it had been asked."""
    return effects.is_idle and effects.moment not in {"ordered", "halved"}


def reported_idle(effects: Effects) -> bool:
    """Whether it was at rest by its own word, and not only because nothing was seen to move."""
    return was_idle(effects) and effects.pending == 0


def idle_before(journal: Journal, moment_s: float) -> float:
    """When the app was last at rest before *moment_s*, for everybody who had asked for something; 0 where it never was."""
    rests = [
        (effects.at_s, effects.participant)
        for effects in journal.all(Effects)
        if was_idle(effects) and effects.at_s < moment_s
    ]
    asked = _asked_by(journal)

    def is_for_all(rest_s: float) -> bool:
        open_since = {whom: at_s for at_s, whom in asked if at_s < rest_s}
        return all(any(whom == other and at_s < one_s for one_s, other in rests) for whom, at_s in open_since.items())

    return next((rest_s for rest_s, _ in sorted(rests, reverse=True) if is_for_all(rest_s)), 0.0)


def work_times(journal: Journal) -> list[float]:
    """When something was asked of the app that may make it call the API: a request, or a delivery, each at its beginning."""
    return [at_s for at_s, _ in _asked_by(journal)]


def work_between(journal: Journal, since_s: float, until_s: float) -> int:
    """How many things were asked of the app after *since_s* and before *until_s*."""
    return sum(1 for work_time in work_times(journal) if since_s < work_time < until_s)


def _asked_by(journal: Journal) -> list[tuple[float, str]]:
    hooks = [
        (began_s(hook_call), hook_call.participant) for hook_call in journal.all(HookCall) if hook_call.hook not in NOT_WORK
    ]
    return sorted([*hooks, *((delivery.at_s, delivery.participant) for delivery in journal.all(Delivery))])
