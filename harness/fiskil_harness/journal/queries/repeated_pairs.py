"""Queries about messages that are delivered twice: first as a bad delivery without any effect, then as a genuine one.

The genuine delivery shows which effect the first delivery would have had, if the app had accepted it.
"""

from fiskil_harness.journal import Delivery, Effects, Journal
from fiskil_harness.journal.queries.rows import effects_around
from fiskil_harness.journal.queries.state import StateReader, equal_changes


def was_applied(journal: Journal, delivery: Delivery) -> bool:
    """Return True if the app had already applied the message before *delivery*."""
    before, _ = _around(journal, delivery)
    return bool(before and before.applied and before.applied.get(delivery.message_id))


def had_effect(journal: Journal, delivery: Delivery, *, genuine: Delivery | None) -> bool:
    """Return True if *delivery* had an effect: the app counted the message as applied, or its state changed as by *genuine*.

    Args:
        genuine: The later genuine delivery of the same message, or None if there was none.
    """
    before, after = _around(journal, delivery)
    if after is not None and after.applied is not None:
        return after.applied.get(delivery.message_id, 0) > 0
    if genuine is None or before is None or after is None:
        return False
    reader = StateReader(journal)
    final = _around(journal, genuine)[1]
    if final is None:
        return False
    states = [reader.leaves(effects.state) for effects in (before, after, final)]
    return bool(equal_changes((states[0], states[2]), (states[0], states[1])))


def had_effect_when_genuine(journal: Journal, genuine: Delivery | None) -> bool:
    """Return True if *genuine* was acknowledged and had an effect."""
    if genuine is None or not genuine.is_acknowledged:
        return False
    before, after = _around(journal, genuine)
    if before is None or after is None:
        return False
    if after.applied is not None:
        return after.applied.get(genuine.message_id, 0) > 0
    reader = StateReader(journal)
    return reader.leaves(before.state) != reader.leaves(after.state)


def _around(journal: Journal, delivery: Delivery) -> tuple[Effects | None, Effects | None]:
    return effects_around(journal, delivery.step, delivery.participant)
