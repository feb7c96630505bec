"""What the app was asked to do, and when it was at rest: whose doing a call may be."""

from harness.journal import Delivery, Effects, HookCall, Journal
from harness.probes.calls import began_s

NOT_WORK = frozenset({"fail"})
"""Hooks that ask for no work at the API."""


def is_at_rest(effects: Effects) -> bool:
    """Whether the app had come to the end of what it had been asked."""
    return effects.is_quiescent and effects.moment not in {"ordered", "halved"}


def says_so(effects: Effects) -> bool:
    """Whether it was at rest by its own word, and not only because nothing was seen to move."""
    return is_at_rest(effects) and effects.pending == 0


def rest_before(journal: Journal, moment_s: float) -> float:
    """When the app was last at rest before *moment_s*; the beginning where it never was."""
    return max((one.at_s for one in journal.all(Effects) if is_at_rest(one) and one.at_s < moment_s), default=0.0)


def askings(journal: Journal) -> list[float]:
    """When something was asked of the app that may make it call the API: a request, or a delivery, each at its beginning."""
    hooks = [began_s(one) for one in journal.all(HookCall) if one.hook not in NOT_WORK]
    deliveries = [one.at_s for one in journal.all(Delivery)]
    return sorted([*hooks, *deliveries])


def asked_between(journal: Journal, since_s: float, until_s: float) -> int:
    """How many things were asked of the app after *since_s* and before *until_s*."""
    return sum(1 for one in askings(journal) if since_s < one < until_s)
