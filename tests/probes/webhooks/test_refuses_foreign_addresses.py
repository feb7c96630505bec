"""refuses_foreign_addresses: correctly signed messages from foreign addresses have no effect."""

from typing import Any

import pytest

from fiskil_harness.journal import AllowedAddresses, StepFailed
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import Finding, RefusesForeignAddresses, Verdict
from tests.probes.receivers import receiver_journal

FOREIGN_IP = "127.0.0.2"


def examined(courier: JournalBuilder) -> Finding:
    """Return the probe's finding for the journal."""
    finding: Finding = RefusesForeignAddresses().examine(courier.journal)
    return finding


def delivered_twice(
    *,
    after: dict[str, Any],
    finally_: dict[str, Any],
    before: dict[str, Any] | None = None,
    status: int = 403,
    retry: int = 204,
    courier: JournalBuilder | None = None,
) -> Finding:
    """Return the finding for a delivery from a foreign address and a retry from Fiskil's, with the effects around each."""
    courier = courier or receiver_journal()
    courier.event("e0")
    courier.effects(**(before or {"applied": {}}), moment="before")
    courier.deliver("e0", source_ip=FOREIGN_IP, status=status)
    courier.effects(**after, moment="after")
    courier.next_step()
    courier.effects(**after, moment="before")
    courier.deliver("e0", attempt=2, status=retry)
    courier.effects(**finally_, moment="after")
    return examined(courier)


def test_a_foreign_delivery_without_an_effect_passes() -> None:
    """The same message has its effect when it comes from Fiskil's address."""
    finding = delivered_twice(after={"applied": {}}, finally_={"applied": {"e0": 1}})

    assert (finding.verdict, finding.examined, finding.advice) == (Verdict.PASS, 1, ())


def test_a_foreign_delivery_with_an_effect_fails() -> None:
    """Its response does not matter."""
    finding = delivered_twice(after={"applied": {"e0": 1}}, finally_={"applied": {"e0": 1}}, status=403)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("e0 attempt 1: 403, from an address outside the allow list",)


def test_2xx_without_an_effect_is_advice() -> None:
    """A response alone does no harm."""
    finding = delivered_twice(after={"applied": {}}, finally_={"applied": {"e0": 1}}, status=200)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("1 messages from outside the allow list got 2xx, although without an effect",)


def test_without_counts_the_state_decides() -> None:
    """The state changed as the retry from Fiskil's address changes it, or it did not."""
    on, off = {"state": {"s": "on"}}, {"state": {"s": "off"}}

    assert delivered_twice(before=on, after=off, finally_=off).verdict is Verdict.FAIL
    assert delivered_twice(before=on, after=on, finally_=off).verdict is Verdict.PASS


def test_a_counter_of_refusals_passes() -> None:
    """Only a change to the state after the genuine retry counts."""
    finding = delivered_twice(
        before={"state": {"s": "on", "refused": 0}},
        after={"state": {"s": "on", "refused": 1}},
        finally_={"state": {"s": "off", "refused": 2}},
    )

    assert finding.verdict is Verdict.PASS


def test_without_a_genuine_effect_the_result_is_inconclusive() -> None:
    """An app that refuses every message proves nothing about foreign addresses."""
    assert delivered_twice(after={"applied": {}}, finally_={"applied": {}}).verdict is Verdict.INCONCLUSIVE
    assert delivered_twice(after={"applied": {}}, finally_={"applied": {}}, retry=403).verdict is Verdict.INCONCLUSIVE


def test_without_an_allow_list_the_result_is_inconclusive() -> None:
    """Fiskil publishes no addresses, so only the list in the config counts."""
    courier = receiver_journal()
    courier.journal.write(StepFailed(reason="the config states no list", hook="app.facts.allowed_ips"))

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.allowed_ips")
    assert finding.observed == "the config states no list"


@pytest.mark.parametrize(
    ("networks", "verdict"), [(("127.0.0.1",), Verdict.PASS), (("10.0.0.0/8", "home"), Verdict.INCONCLUSIVE)]
)
def test_a_list_without_the_address_of_an_applied_message_is_wrong(networks: tuple[str, ...], verdict: Verdict) -> None:
    """The list states from where the app accepts messages, so it must contain the address from which it accepted one."""
    courier = receiver_journal()
    courier.journal.write(AllowedAddresses(networks=networks))

    finding = delivered_twice(after={"applied": {}}, finally_={"applied": {"e0": 1}}, courier=courier)

    assert finding.verdict is verdict
    wrong = "the app applies messages from 127.0.0.1, which app.facts.allowed_ips leaves out"
    assert verdict is Verdict.PASS or finding.observed == wrong


def test_a_machine_without_a_second_address_is_inconclusive() -> None:
    """If 127.0.0.2 is not available, no foreign delivery was made."""
    courier = receiver_journal()
    courier.deliver("e0", source_ip=FOREIGN_IP, status=None, problem="no connection: Cannot assign requested address")

    observed = "no connection from a foreign address was possible: no connection: Cannot assign requested address"
    assert examined(courier).observed == observed


def test_without_states_around_the_genuine_retry_the_result_is_inconclusive() -> None:
    """Without the effect of the genuine retry, a change may be a counter of refusals."""
    courier = receiver_journal()
    courier.event("e0")
    courier.effects(state={"s": "on"}, moment="before")
    courier.deliver("e0", source_ip=FOREIGN_IP, status=403)
    courier.effects(state={"s": "off"}, moment="after")
    courier.next_step()
    courier.deliver("e0", attempt=2, status=204)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_without_a_genuine_retry_the_result_is_inconclusive() -> None:
    """Without a retry from Fiskil's address there is no comparison."""
    courier = receiver_journal()
    courier.event("e0")
    courier.effects(state={"s": "on"}, moment="before")
    courier.deliver("e0", source_ip=FOREIGN_IP, status=403)
    courier.effects(state={"s": "off"}, moment="after")

    assert examined(courier).verdict is Verdict.INCONCLUSIVE
