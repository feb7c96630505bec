"""Recognise attempt counters in the app's state: numbers that grow with deliveries or attempts, not with effects.

Twins are end users with the same events. The twin that received more deliveries or disturbances may have a higher counter:
by at most one for each additional delivery or disturbance.
"""

import re
from collections import Counter
from collections.abc import Collection, Container

from fiskil_harness.journal import Delivery, Exchange, HookCall, Journal, ProcessChanged
from fiskil_harness.journal.queries.api_calls import end_user_of
from fiskil_harness.journal.queries.state import Leaves

_ATTEMPT_WORDS = re.compile(
    r"attempt|retr[yi]|(?<![a-z])tr(y|ies)|deliver|receiv|seen|dup(e|lic)|repeat|replay", re.IGNORECASE
)
_MESSAGE = re.compile(r"e\d+[a-z]?")
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


def body_sizes(journal: Journal, participant: str, *, since_s: float = 0.0) -> list[int]:
    """Return the size in bytes of each delivery since *since_s* that the app acknowledged to a participant."""
    return [len(delivery.body) for delivery in _received(journal, participant, since_s) if delivery.is_acknowledged]


def added_bytes(journal: Journal, *, of: str, than: str) -> range:
    """Return how many more bytes of deliveries the app may have received for the twin *of* than for the twin *than*.

    A delivery without an acknowledgement may have been received or not.
    """
    certain_of, certain_than = sum(body_sizes(journal, of)), sum(body_sizes(journal, than))
    possible_of, possible_than = (sum(len(delivery.body) for delivery in _received(journal, name)) for name in (of, than))
    return range(certain_of - possible_than, possible_of - certain_than + 1)


def is_total_size(path: str, first: Leaves, second: Leaves, *, added: Container[int]) -> bool:
    """Return True if *path* has one whole number, which is higher in *second* by *added* bytes: the size of deliveries."""
    low, high = _numbers(first.get(path, Counter())), _numbers(second.get(path, Counter()))
    return bool(low and high and len(low) == len(high) == 1 and low < high and high[0] - low[0] in added)


def is_delivery_list(path: str, first: Leaves, second: Leaves, *, most: int, sizes: Collection[int] = ()) -> bool:
    """Return True if *path* is in a list that only grew from *first* to *second*, and that may list deliveries.

    A list may do so if it contains messages, or if each of its additional numbers in one field is the size of a delivery.

    Args:
        most: Maximum number of additional values.
        sizes: The sizes of the deliveries in bytes.
    """
    container = path.rpartition("[*]")[0]
    extra = second.get(path, Counter()) - first.get(path, Counter())
    if not container or first.get(path, Counter()) - second.get(path, Counter()) or not 0 < extra.total() <= most:
        return False
    beside = {name: values for name, values in second.items() if name.startswith(f"{container}[*]")}
    if any(_MESSAGE.fullmatch(value) for values in beside.values() for value in values):
        return True
    texts = set(map(str, sizes))
    added = (values - first.get(name, Counter()) for name, values in beside.items())
    return any(values.total() == extra.total() and values.keys() <= texts for values in added)


def is_named_as_counter(path: str) -> bool:
    """Return True if the last name in *path*, or that of its list, is typical of an attempt counter."""
    names = {path.rpartition(".")[2], path.rpartition("[*]")[0].rpartition(".")[2]}
    return any(_ATTEMPT_WORDS.search(name) for name in names)


def _received(journal: Journal, participant: str, since_s: float = 0.0) -> list[Delivery]:
    return [
        delivery
        for delivery in journal.all(Delivery)
        if delivery.participant == participant and delivery.is_authentic and delivery.at_s >= since_s
    ]


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
