"""What the app was asked to do, and whether it was seen at work again after something was over."""

from fiskil_harness.journal import Delivery, Effects, Exchange, HookCall, Journal, Started
from fiskil_harness.journal.queries.api_calls import acknowledged_events, bearer, began_s, calls, is_fine, is_unheard

UNSEEN = "the app was not seen at work after it was over"


def work_count(journal: Journal, since_s: float, until_s: float) -> int:
    """How many hooks, deliveries and starts fall between two moments: reasons to call the API."""
    hooks = sum(1 for one in journal.all(HookCall) if one.at_s >= since_s and began_s(one) <= until_s)
    starts = sum(1 for one in journal.all(Started) if one.how == "restart" and since_s <= one.at_s <= until_s)
    deliveries = sum(1 for one, _ in acknowledged_events(journal) if since_s <= one.at_s <= until_s)
    return hooks + starts + deliveries


def jobs_begun(journal: Journal, *, before_s: float, until_s: float) -> int:
    """How many hooks and deliveries came after the app was last at rest before one moment, and until another."""
    rests = [one.at_s for one in journal.all(Effects) if one.is_idle and one.moment != "ordered"]
    rest_s = max((moment for moment in rests if moment < before_s), default=0.0)
    begun = [began_s(one) for one in journal.all(HookCall) if one.hook != "fail"]
    begun += [one.at_s for one in journal.all(Delivery)]
    return sum(1 for moment in begun if rest_s < moment < until_s)


def works_after(journal: Journal, over_s: float, routes: frozenset[str] = frozenset()) -> bool | None:
    """Whether the app works again after *over_s*, on all *routes* where they are named; None where that was not seen.

    An app may leave an API alone for a while that has failed it. Only one that was started again has forgotten that.
    """
    fine = [one for one in calls(journal) if one.at_s >= over_s and bearer(one) and is_fine(one)]
    if fine and routes <= {one.route for one in fine}:
        return True
    started = [one.at_s for one in journal.all(Started) if one.how == "restart" and one.at_s > over_s]
    asked = [one for one in journal.all(HookCall) if started and one.hook == "refresh" and began_s(one) >= started[0]]
    if not asked or any(is_unheard(journal, one) or (one.status is not None and one.status < 400) for one in asked):
        return None
    return False


def over_s(bitten: list[Exchange]) -> float:
    """When the last of some calls that were spoilt had ended."""
    return max(one.ended_s for one in bitten)


def is_gone(journal: Journal, since_s: float) -> bool:
    """Whether the app answered nothing that it was asked since then, twice at least and at once, though nobody killed it."""
    killed = any(one.how.startswith("kill") and one.at_s > since_s for one in journal.all(Started))
    asked = [one for one in journal.all(HookCall) if one.at_s >= since_s]
    silent = [one for one in asked if one.status is None and not is_unheard(journal, one)]
    return not killed and len(silent) >= 2 and len(silent) == len(asked)
