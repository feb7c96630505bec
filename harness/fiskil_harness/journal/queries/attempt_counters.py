"""Counters of tries: numbers in an app's state that tell how often something was received or tried, not what it did.

A twin that was told more often, or was disturbed, may show a higher one, up to one for each further delivery or disturbance.
"""

import re
from collections import Counter

from fiskil_harness.journal import Delivery, Exchange, HookCall, Journal, Started
from fiskil_harness.journal.queries.api_calls import end_user_of
from fiskil_harness.journal.queries.state import Leaves

_NAMED = re.compile(r"attempt|retr[yi]|tries|(?<![a-z])try|deliver|receiv|seen|dup(e|lic)|repeat|replay", re.IGNORECASE)


def extra_attempts(journal: Journal, *, of: str, than: str) -> int:
    """How many more reasons to try one twin gave the app than another did: deliveries, orders to fail, faults and kills."""
    reasons = _reasons(journal, of) - _reasons(journal, than)
    kills = sum(1 for started in journal.all(Started) if started.how.startswith("kill"))
    messages = {delivery.message_id for delivery in journal.all(Delivery) if delivery.participant == of}
    return max(0, reasons) + kills * len(messages)


def is_counter(path: str, one: Leaves, other: Leaves, *, most: int) -> bool:
    """Whether *path* says in both the same but for numbers that are higher in *other*, by *most* altogether at most.

    A moment where there was none before is such a number too: that of the last try.
    """
    if not most:
        return False
    fewer, more = (
        one.get(path, Counter()) - other.get(path, Counter()),
        other.get(path, Counter()) - one.get(path, Counter()),
    )
    if fewer.total() != more.total() or not fewer:
        return False
    if set(fewer) == {"null"} and set(more) == {"<moment>"}:
        return True
    low, high = _numbers(fewer), _numbers(more)
    if low is None or high is None or any(left > right for left, right in zip(low, high, strict=True)):
        return False
    return sum(high) - sum(low) <= most


def is_named_so(path: str) -> bool:
    """Whether the last word of a path speaks of tries."""
    return bool(_NAMED.search(path.rpartition(".")[2]))


def _reasons(journal: Journal, participant: str) -> int:
    made = [delivery for delivery in journal.all(Delivery) if delivery.participant == participant]
    owners = {end_user_of(delivery) for delivery in made} - {""}
    orders = sum(
        1 for hook_call in journal.all(HookCall) if hook_call.hook == "fail" and hook_call.participant == participant
    )
    bitten = sum(1 for call in journal.all(Exchange) if call.bites and call.end_user_id in owners and not call.is_stray)
    return len(made) + orders + bitten


def _numbers(values: Counter[str]) -> list[int] | None:
    texts = sorted(values.elements())
    if not all(text.isascii() and text.isdigit() for text in texts):
        return None
    return sorted(int(text) for text in texts)
