"""refuses_strangers: honest signatures from other addresses have no effect."""

from typing import Any

from fiskil_harness.journal import Trouble
from fiskil_harness.probes import Finding, RefusesStrangers, Verdict
from tests.probes.courier import Courier

STRANGER = "127.0.0.2"


def examined(courier: Courier) -> Finding:
    finding: Finding = RefusesStrangers().examine(courier.journal)
    return finding


def visited(
    *,
    after: dict[str, Any],
    finally_: dict[str, Any],
    before: dict[str, Any] | None = None,
    status: int = 403,
    retry: int = 204,
) -> Finding:
    """A stranger's attempt, then the honest one; what the app told before, in between and at the end."""
    courier = Courier()
    courier.event("e0")
    courier.effects(**(before or {"applied": {}}), moment="before")
    courier.deliver("e0", source_ip=STRANGER, status=status)
    courier.effects(**after, moment="after")
    courier.next_step()
    courier.effects(**after, moment="before")
    courier.deliver("e0", attempt=2, status=retry)
    courier.effects(**finally_, moment="after")
    return examined(courier)


def test_a_stranger_without_effect_passes() -> None:
    """The same message has its effect when it comes from Fiskil's address."""
    finding = visited(after={"applied": {}}, finally_={"applied": {"e0": 1}})

    assert (finding.verdict, finding.examined, finding.advice) == (Verdict.PASS, 1, ())


def test_a_stranger_with_an_effect_fails() -> None:
    """Whatever it was answered."""
    finding = visited(after={"applied": {"e0": 1}}, finally_={"applied": {"e0": 1}}, status=403)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("e0 attempt 1: 403, from an address off the list",)


def test_2xx_without_effect_is_advice() -> None:
    """An answer alone harms nobody."""
    finding = visited(after={"applied": {}}, finally_={"applied": {"e0": 1}}, status=200)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("1 messages from off the list got 2xx, though without effect",)


def test_without_counts_the_state_tells() -> None:
    """It moved where the honest retry would have moved it, or it did not."""
    on, off = {"state": {"s": "on"}}, {"state": {"s": "off"}}

    assert visited(before=on, after=off, finally_=off).verdict is Verdict.FAIL
    assert visited(before=on, after=on, finally_=off).verdict is Verdict.PASS


def test_a_counter_of_refusals_accuses_nobody() -> None:
    """Only a move to where the honest message leads counts."""
    finding = visited(
        before={"state": {"s": "on", "refused": 0}},
        after={"state": {"s": "on", "refused": 1}},
        finally_={"state": {"s": "off", "refused": 2}},
    )

    assert finding.verdict is Verdict.PASS


def test_without_an_honest_effect_nothing_is_proven() -> None:
    """An app that refuses everybody refuses strangers in vain."""
    assert visited(after={"applied": {}}, finally_={"applied": {}}).verdict is Verdict.INCONCLUSIVE
    assert visited(after={"applied": {}}, finally_={"applied": {}}, retry=403).verdict is Verdict.INCONCLUSIVE


def test_without_a_list_nothing_is_judged() -> None:
    """Fiskil publishes no addresses, so only a list that the config states counts."""
    courier = Courier()
    courier.journal.write(Trouble(what="no list", hook="app.facts.allowed_ips"))

    finding = examined(courier)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.allowed_ips")
    assert finding.observed.startswith("the config neither passes {webhook_source_ips}")


def test_a_machine_without_a_second_address_proves_nothing() -> None:
    """Where 127.0.0.2 cannot be spoken from, nobody was strange."""
    courier = Courier()
    courier.deliver("e0", source_ip=STRANGER, status=None, trouble="no connection: Cannot assign requested address")

    assert examined(courier).observed == "the strangers could not connect: no connection: Cannot assign requested address"


def test_a_state_that_is_not_told_around_the_honest_retry_accuses_nobody() -> None:
    """Where nobody knows where the honest message leads, a move may be a counter of refusals."""
    courier = Courier()
    courier.event("e0")
    courier.effects(state={"s": "on"}, moment="before")
    courier.deliver("e0", source_ip=STRANGER, status=403)
    courier.effects(state={"s": "off"}, moment="after")
    courier.next_step()
    courier.deliver("e0", attempt=2, status=204)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_a_stranger_whom_nobody_followed_accuses_nobody() -> None:
    """Without an honest retry there is nothing to compare with."""
    courier = Courier()
    courier.event("e0")
    courier.effects(state={"s": "on"}, moment="before")
    courier.deliver("e0", source_ip=STRANGER, status=403)
    courier.effects(state={"s": "off"}, moment="after")

    assert examined(courier).verdict is Verdict.INCONCLUSIVE
