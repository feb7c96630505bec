"""Do messages from other addresses than Fiskil's have no effect, though they are honestly signed?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import HOMES, Delivery, Journal, Trouble
from fiskil_harness.journal.queries.deliveries import line
from fiskil_harness.journal.queries.repeated_pairs import had_effect, was_applied, works
from fiskil_harness.probes.probe import PlainProbe

ALLOW_LIST = "app.facts.allowed_ips"


class RefusesStrangers(PlainProbe, frozen=True, kw_only=True, tag="refuses_strangers"):
    """A message that comes from an address off the list is not applied; the same message from Fiskil's address is.

    Judged only where the config states a list, because Fiskil publishes none.
    """

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    around: ClassVar[tuple[str, ...]] = ("deliver_from_unknown_address", "retry")
    expected: ClassVar[str] = "no effect of a message from an address that is not on the list"
    source: ClassVar[str] = "webhooks.source-ip"
    fix: ClassVar[str] = (
        "compare the connection's address with the list, and believe forwarding headers of your own proxy only"
    )

    def examine(self, journal: Journal) -> Finding:
        """Look at the counts, or the state, between the stranger's attempt and the honest one."""
        strange = [delivery for delivery in journal.all(Delivery) if delivery.source_ip not in HOMES]
        if not strange:
            has_no_list = any(trouble.hook == ALLOW_LIST for trouble in journal.all(Trouble))
            seen = "the config neither passes {webhook_source_ips} to the app nor states app.facts.allowed_ips"
            return self.inconclusive(seen if has_no_list else "no stranger delivered anything", hook=ALLOW_LIST)
        if not any(delivery.status is not None for delivery in strange):
            return self.inconclusive(f"the strangers could not connect: {strange[0].trouble}")
        strange = [delivery for delivery in strange if not was_applied(journal, delivery)]
        if not strange:
            return self.inconclusive("the messages of the strangers had been applied before they came")
        believed = [delivery for delivery in strange if had_effect(journal, delivery, honest=_from_home(journal, delivery))]
        if believed:
            seen = f"{len(believed)} of {len(strange)} messages from an address off the list were applied"
            return self.fails(seen, evidence=tuple(_words(delivery) for delivery in believed), examined=len(strange))
        controlled = [delivery for delivery in strange if works(journal, _from_home(journal, delivery))]
        if len(controlled) < len(strange):
            return self.inconclusive("the same message from Fiskil's address had no visible effect either", hook=EFFECTS)
        taken = sum(1 for delivery in strange if delivery.outcome == "ack")
        advice = (f"{taken} messages from off the list got 2xx, though without effect",) if taken else ()
        return self.passes(f"{len(strange)} messages from off the list had no effect", examined=len(strange), advice=advice)


def _from_home(journal: Journal, strange: Delivery) -> Delivery | None:
    """The first delivery of the same message from Fiskil's address after the stranger's."""
    later = (
        delivery
        for delivery in journal.all(Delivery)
        if delivery.message_id == strange.message_id and delivery.at_s > strange.at_s
    )
    return next((delivery for delivery in later if delivery.source_ip in HOMES), None)


def _words(one: Delivery) -> str:
    return line(one) + ", from an address off the list"
