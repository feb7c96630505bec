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
    r"attempt|retr[yi]|(?<![a-z])tr(y|ies)|deliver|receiv|seen|dup(e|lic)|repeat|replay", re.IGNORECASE
)
_MESSAGE = re.compile(r"e\d+")
"""Symbol of a message in the leaves of a state."""


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


def is_delivery_list(path: str, first: Leaves, second: Leaves, *, most: int) -> bool:
    """Return True if *path* is in a list of messages that only grew from *first* to *second*: it may list deliveries.

    Args:
        most: Maximum number of additional values.
    """
    container = path.rpartition("[*]")[0]
    extra = second.get(path, Counter()) - first.get(path, Counter())
    if not container or first.get(path, Counter()) - second.get(path, Counter()) or not 0 < extra.total() <= most:
        return False
    beside = [values for name, values in second.items() if name.startswith(f"{container}[*]")]
    return any(_MESSAGE.fullmatch(value) for values in beside for value in values)


def is_named_as_counter(path: str) -> bool:
    """Return True if the last name in *path*, or that of its list, is typical of an attempt counter."""
    names = {path.rpartition(".")[2], path.rpartition("[*]")[0].rpartition(".")[2]}
    return any(_ATTEMPT_WORDS.search(name) for name in names)


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
