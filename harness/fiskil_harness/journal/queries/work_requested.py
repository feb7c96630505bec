"""What the app was asked to do, and whether it was seen at work again after something was over."""

from fiskil_harness.journal import Delivery, Effects, Exchange, HookCall, Journal, Started
from fiskil_harness.journal.queries.api_calls import acknowledged_events, bearer, began_s, calls, is_fine, is_unheard

UNSEEN = "the app was not seen at work after it was over"


def work_count(journal: Journal, since_s: float, until_s: float) -> int:
    """How many hooks, deliveries and starts fall between two moments: reasons to call the API."""
    hooks = sum(1 for hook_call in journal.all(HookCall) if hook_call.at_s >= since_s and began_s(hook_call) <= until_s)
    starts = sum(1 for started in journal.all(Started) if started.how == "restart" and since_s <= started.at_s <= until_s)
    deliveries = sum(
        1 for acknowledged_event, _ in acknowledged_events(journal) if since_s <= acknowledged_event.at_s <= until_s
    )
    return hooks + starts + deliveries


def jobs_begun(journal: Journal, *, before_s: float, until_s: float) -> int:
    """How many hooks and deliveries came after the app was last at rest before one moment, and until another."""
    rests = [effects.at_s for effects in journal.all(Effects) if effects.is_idle and effects.moment != "ordered"]
    rest_s = max((moment for moment in rests if moment < before_s), default=0.0)
    begun = [began_s(hook_call) for hook_call in journal.all(HookCall) if hook_call.hook != "fail"]
    begun += [delivery.at_s for delivery in journal.all(Delivery)]
    return sum(1 for moment in begun if rest_s < moment < until_s)


def works_after(journal: Journal, over_s: float, routes: frozenset[str] = frozenset()) -> bool | None:
    """Whether the app works again after *over_s*, on all *routes* where they are named; None where that was not seen.

    An app may leave an API alone for a while that has failed it. Only one that was started again has forgotten that.
    """
    fine = [call for call in calls(journal) if call.at_s >= over_s and bearer(call) and is_fine(call)]
    if fine and routes <= {call.route for call in fine}:
        return True
    started = [started.at_s for started in journal.all(Started) if started.how == "restart" and started.at_s > over_s]
    asked = [
        hook_call
        for hook_call in journal.all(HookCall)
        if started and hook_call.hook == "refresh" and began_s(hook_call) >= started[0]
    ]
    if not asked or any(
        is_unheard(journal, hook_call) or (hook_call.status is not None and hook_call.status < 400) for hook_call in asked
    ):
        return None
    return False


def over_s(bitten: list[Exchange]) -> float:
    """When the last of some calls that were spoilt had ended."""
    return max(call.ended_s for call in bitten)


def is_gone(journal: Journal, since_s: float) -> bool:
    """Whether the app answered nothing that it was asked since then, twice at least and at once, though nobody killed it."""
    killed = any(started.how.startswith("kill") and started.at_s > since_s for started in journal.all(Started))
    asked = [hook_call for hook_call in journal.all(HookCall) if hook_call.at_s >= since_s]
    silent = [hook_call for hook_call in asked if hook_call.status is None and not is_unheard(journal, hook_call)]
    return not killed and len(silent) >= 2 and len(silent) == len(asked)
