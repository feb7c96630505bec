"""Is a message that was delivered once also processed once?"""

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import Delivery, HookCall, Journal, ProcessChanged
from fiskil_harness.journal.queries.deliveries import applied, by_message, describe, why_busy
from fiskil_harness.probes.probe import Finding, Probe

MOST_NAMED = 5


class CompletesWorkOnce(Probe, frozen=True, kw_only=True, tag="completes_work_once"):
    """Check that the app does not complete its work for a message twice although the message was delivered once.

    The claim of a worker may end before its work does, for example because the API is slow. Another worker then takes the
    same message. Repeated deliveries, kills and requested failures are left to ``applies_once``.
    """

    is_general = True
    needs = (EFFECTS,)
    expected = "one effect of each message that was delivered once, however long its work takes"
    source = "webhooks.message-id"
    fix = (
        "write effect and completion in one transaction, and roll it back if the message is already complete; "
        "let a worker's claim last longer than its work, or renew it"
    )

    def examine(self, journal: Journal) -> Finding:
        """Look for messages with one delivery and several effects."""
        reported = applied(journal)
        if reported is None:
            return self.inconclusive("the effects hook reports no counts (applied)", hook=f"{EFFECTS}: applied")
        if reported.was_reset or _was_interrupted(journal):
            return self.inconclusive("the app was ended or made to fail, so it may have begun its work again")
        once = {
            message_id: deliveries[0]
            for message_id, deliveries in by_message(journal.all(Delivery)).items()
            if len(deliveries) == 1 and deliveries[0].is_genuine and deliveries[0].is_acknowledged
        }
        doubled = [delivery for message_id, delivery in once.items() if reported.counts.get(message_id, 0) > 1]
        if doubled:
            return self.fails(
                f"message {doubled[0].event} was delivered once and applied more than once",
                evidence=tuple(describe(delivery) for delivery in doubled[:MOST_NAMED]),
            )
        completed = [message_id for message_id in once if reported.counts.get(message_id, 0)]
        if not completed:
            return self.inconclusive("no message was delivered once and applied")
        if busy := why_busy(journal):
            return self.inconclusive(*busy)
        return self.passes(f"{len(completed)} messages were delivered once and applied once", examined=len(completed))


def _was_interrupted(journal: Journal) -> bool:
    """Return True if the app was killed or started again, or if its processing was made to fail."""
    has_ended = any(changed.is_kill or changed.is_restart for changed in journal.all(ProcessChanged))
    return has_ended or any(call.is_failure_request for call in journal.all(HookCall))
