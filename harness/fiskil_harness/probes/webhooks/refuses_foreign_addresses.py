"""Are correctly signed messages refused if they come from an IP address that is not Fiskil's?"""

from collections.abc import Iterable

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import FORGERY_ADDRESSES, SOURCE_ADDRESSES, AllowedAddresses, Delivery, Journal, StepFailed
from fiskil_harness.journal.queries.deliveries import describe
from fiskil_harness.journal.queries.repeated_pairs import had_effect, had_effect_when_genuine, was_applied
from fiskil_harness.probes.probe import Finding, Probe

ALLOW_LIST = "app.facts.allowed_ips"


class RefusesForeignAddresses(Probe, frozen=True, kw_only=True, tag="refuses_foreign_addresses"):
    """Check that a message from an IP address outside the allow list is not applied.

    The control is the same message from Fiskil's address, which must be applied. The probe needs an allow list in the
    config, because Fiskil publishes no list of its addresses. The list is wrong if it lacks the address of the control.
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
        if not any(delivery.status is not None for delivery in foreign):
            return self._without_responses(journal, foreign)
        foreign = [delivery for delivery in foreign if not was_applied(journal, delivery)]
        if not foreign:
            return self.inconclusive("the messages had been applied before they came from a foreign address")
        applied = [
            delivery for delivery in foreign if had_effect(journal, delivery, genuine=_from_fiskil(journal, delivery))
        ]
        if applied:
            observed = f"{len(applied)} of {len(foreign)} messages from an address outside the allow list were applied"
            lines = tuple(f"{describe(delivery)}, from an address outside the allow list" for delivery in applied)
            return self.fails(observed, evidence=lines)
        controls = [_from_fiskil(journal, delivery) for delivery in foreign]
        if not all(had_effect_when_genuine(journal, control) for control in controls):
            return self.inconclusive("the same message from Fiskil's address had no visible effect either", hook=EFFECTS)
        left_out = _left_out(journal, controls)
        if left_out:
            return self.inconclusive(f"the app applies messages from {left_out}, which {ALLOW_LIST} leaves out")
        return self._pass(foreign)

    def _without_responses(self, journal: Journal, foreign: list[Delivery]) -> Finding:
        if foreign:
            return self.inconclusive(f"no connection from a foreign address was possible: {foreign[0].problem}")
        reasons = [trouble.reason for trouble in journal.all(StepFailed) if trouble.hook == ALLOW_LIST]
        observed = reasons[0] if reasons else "no message was delivered from a foreign address"
        return self.inconclusive(observed, hook=ALLOW_LIST)

    def _pass(self, foreign: list[Delivery]) -> Finding:
        acknowledged = sum(1 for delivery in foreign if delivery.is_acknowledged)
        remark = f"{acknowledged} messages from outside the allow list got 2xx, although without an effect"
        observed = f"{len(foreign)} messages from outside the allow list had no effect"
        return self.passes(observed, examined=len(foreign), advice=(remark,) if acknowledged else ())


def _left_out(journal: Journal, controls: Iterable[Delivery | None]) -> str:
    """Return the address of a control that the allow list in the config does not cover, or ''."""
    addresses = [control.source_ip for control in controls if control is not None]
    return next((each for each in addresses if any(not listed.covers(each) for listed in journal.all(AllowedAddresses))), "")


def _from_fiskil(journal: Journal, foreign: Delivery) -> Delivery | None:
    """Return the first later delivery of the same message from Fiskil's IP address, or None."""
    later = (
        delivery
        for delivery in journal.all(Delivery)
        if delivery.message_id == foreign.message_id and delivery.at_s > foreign.at_s
    )
    return next((delivery for delivery in later if delivery.source_ip in SOURCE_ADDRESSES), None)
