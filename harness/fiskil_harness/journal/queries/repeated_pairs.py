"""One message that is handed over twice: in a way in which it must have no effect, and then honestly."""

from fiskil_harness.journal import Delivery, Effects, Journal
from fiskil_harness.journal.queries.state import StateReader, moved_alike


def was_applied(journal: Journal, delivery: Delivery) -> bool:
    """Whether the message had been applied before it came in the first way."""
    before, _ = _around(journal, delivery)
    return bool(before and before.applied and before.applied.get(delivery.message_id, 0))


def had_effect(journal: Journal, delivery: Delivery, *, honest: Delivery | None) -> bool:
    """Whether the count rose, or the state moved where the *honest* delivery would move it."""
    before, after = _around(journal, delivery)
    if after is not None and after.applied is not None:
        return after.applied.get(delivery.message_id, 0) > 0
    if honest is None or before is None or after is None:
        return False
    reading = StateReader(journal)
    final = _around(journal, honest)[1]
    if final is None:
        return False
    states = [reading.leaves(effects.state) for effects in (before, after, final)]
    return bool(moved_alike((states[0], states[2]), (states[0], states[1])))


def works(journal: Journal, honest: Delivery | None) -> bool:
    """Whether the honest delivery showed an effect."""
    if honest is None or honest.outcome != "ack":
        return False
    before, after = _around(journal, honest)
    if before is None or after is None:
        return False
    if after.applied is not None:
        return after.applied.get(honest.message_id, 0) > 0
    reading = StateReader(journal)
    return reading.leaves(before.state) != reading.leaves(after.state)


def _around(journal: Journal, delivery: Delivery) -> tuple[Effects | None, Effects | None]:
    found = [
        effects
        for effects in journal.all(Effects)
        if effects.step == delivery.step and effects.participant == delivery.participant
    ]
    by_moment = {effects.moment: effects for effects in found}
    return by_moment.get("before"), by_moment.get("after")
