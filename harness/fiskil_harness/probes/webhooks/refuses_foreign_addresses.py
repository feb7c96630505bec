"""Are correctly signed messages refused if they come from an IP address that is not Fiskil's?"""

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import FORGERY_ADDRESSES, SOURCE_ADDRESSES, Delivery, Journal, StepFailed
from fiskil_harness.journal.queries.deliveries import describe
from fiskil_harness.journal.queries.repeated_pairs import had_effect, had_effect_when_genuine, was_applied
from fiskil_harness.probes.probe import Finding, PlainProbe

ALLOW_LIST = "app.facts.allowed_ips"


class RefusesForeignAddresses(PlainProbe, frozen=True, kw_only=True, tag="refuses_foreign_addresses"):
    """Check that a message from an IP address outside the allow list is not applied.

    The control is the same message from Fiskil's address, which must be applied. The probe needs an allow list in the
    config, because Fiskil publishes no list of its addresses.
    """

    needs = (EFFECTS,)
    around = ("deliver_from_unknown_address", "retry")
    expected = "no effect of a message from an address outside the allow list"
    source = "webhooks.source-ip"
    fix = "compare the connection's address with the allow list, and trust forwarding headers only from your own proxy"

    def examine(self, journal: Journal) -> Finding:
        """Compare the effects before and after each delivery from a foreign IP address."""
        foreign = [
            delivery
            for delivery in journal.all(Delivery)
            if delivery.source_ip not in {*SOURCE_ADDRESSES, *FORGERY_ADDRESSES}
        ]
        if not foreign:
            has_no_list = any(trouble.hook == ALLOW_LIST for trouble in journal.all(StepFailed))
            observed = "the config neither passes {webhook_source_ips} to the app nor states app.facts.allowed_ips"
            return self.inconclusive(
                observed if has_no_list else "no message was delivered from a foreign address", hook=ALLOW_LIST
            )
        if not any(delivery.status is not None for delivery in foreign):
            return self.inconclusive(f"no connection from a foreign address was possible: {foreign[0].problem}")
        foreign = [delivery for delivery in foreign if not was_applied(journal, delivery)]
        if not foreign:
            return self.inconclusive("the messages had been applied before they came from a foreign address")
        applied = [
            delivery for delivery in foreign if had_effect(journal, delivery, genuine=_from_fiskil(journal, delivery))
        ]
        if applied:
            observed = f"{len(applied)} of {len(foreign)} messages from an address outside the allow list were applied"
            lines = tuple(f"{describe(delivery)}, from an address outside the allow list" for delivery in applied)
            return self.fails(observed, evidence=lines, examined=len(foreign))
        controlled = [delivery for delivery in foreign if had_effect_when_genuine(journal, _from_fiskil(journal, delivery))]
        if len(controlled) < len(foreign):
            return self.inconclusive("the same message from Fiskil's address had no visible effect either", hook=EFFECTS)
        acknowledged = sum(1 for delivery in foreign if delivery.is_acknowledged)
        remark = f"{acknowledged} messages from outside the allow list got 2xx, although without an effect"
        observed = f"{len(foreign)} messages from outside the allow list had no effect"
        return self.passes(observed, examined=len(foreign), advice=(remark,) if acknowledged else ())


def _from_fiskil(journal: Journal, foreign: Delivery) -> Delivery | None:
    """Return the first later delivery of the same message from Fiskil's IP address, or None."""
    later = (
        delivery
        for delivery in journal.all(Delivery)
        if delivery.message_id == foreign.message_id and delivery.at_s > foreign.at_s
    )
    return next((delivery for delivery in later if delivery.source_ip in SOURCE_ADDRESSES), None)
