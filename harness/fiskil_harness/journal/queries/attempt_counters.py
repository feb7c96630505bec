"""Recognise attempt counters in the app's state: numbers that grow with deliveries or attempts, not with effects.

Twins are end users with the same events. The twin that received more deliveries or disturbances may have a higher counter:
by at most one for each additional delivery or disturbance.
"""

import re
from collections import Counter

from fiskil_harness.journal import Delivery, Exchange, HookCall, Journal, ProcessChanged
from fiskil_harness.journal.queries.api_calls import end_user_of
from fiskil_harness.journal.queries.state import Leaves

_ATTEMPT_WORDS = re.compile(
    r"attempt|retr[yi]|tries|(?<![a-z])try|deliver|receiv|seen|dup(e|lic)|repeat|replay", re.IGNORECASE
)


def extra_attempts(journal: Journal, *, of: str, than: str) -> int:
    """Return how many more attempts the app may have made for the twin *of* than for the twin *than*.

    Each delivery, requested failure, fault and kill may cause one attempt.
    """
    reasons = _reasons(journal, of) - _reasons(journal, than)
    kills = sum(1 for started in journal.all(ProcessChanged) if started.is_kill)
    messages = {delivery.message_id for delivery in journal.all(Delivery) if delivery.participant == of}
    return max(0, reasons) + kills * len(messages)


def is_counter(path: str, first: Leaves, second: Leaves, *, most: int) -> bool:
    """Return True if the values at *path* differ only in whole numbers, which are higher in *second*.

    A null in *first* that is a timestamp in *second* counts as well: it may be the time of the last attempt.

    Args:
        most: Maximum sum of all increases.
    """
    if not most:
        return False
    values, others = first.get(path, Counter()), second.get(path, Counter())
    only_first, only_second = values - others, others - values
    if only_first.total() != only_second.total() or not only_first:
        return False
    if set(only_first) == {"null"} and set(only_second) == {"<moment>"}:
        return True
    low, high = _numbers(only_first), _numbers(only_second)
    if low is None or high is None or any(left > right for left, right in zip(low, high, strict=True)):
        return False
    return sum(high) - sum(low) <= most


def is_named_as_counter(path: str) -> bool:
    """Return True if the last name in *path* is typical of an attempt counter."""
    return bool(_ATTEMPT_WORDS.search(path.rpartition(".")[2]))


def _reasons(journal: Journal, participant: str) -> int:
    deliveries = [delivery for delivery in journal.all(Delivery) if delivery.participant == participant]
    owners = {end_user_of(delivery) for delivery in deliveries} - {""}
    failures = sum(1 for call in journal.all(HookCall) if call.is_failure_request and call.participant == participant)
    bitten = sum(
        1 for call in journal.all(Exchange) if call.bites and call.end_user_id in owners and not call.is_of_earlier_scenario
    )
    return len(deliveries) + failures + bitten


def _numbers(values: Counter[str]) -> list[int] | None:
    texts = sorted(values.elements())
    if not all(text.isascii() and text.isdigit() for text in texts):
        return None
    return sorted(int(text) for text in texts)
