"""completes_work_once: a message that was delivered once has its effect once."""

from collections.abc import Callable

import pytest

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import CompletesWorkOnce, Verdict
from fiskil_harness.probes.evaluation import general_failures
from tests.probes.receivers import receiver_journal

PROBE = CompletesWorkOnce()


def test_one_effect_of_one_delivery_passes() -> None:
    """The last counts decide."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.effects(applied={"e0": 1})

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_a_second_effect_of_one_delivery_fails_in_every_scenario() -> None:
    """No scenario has to name the probe."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.effects(applied={"e0": 2})

    [finding] = [finding for finding in general_failures((), courier.journal) if finding.probe == "completes_work_once"]

    assert finding.observed == "message e0 was delivered once and applied more than once"
    assert finding.evidence == ("e0 attempt 1: 204",)
    assert finding.practices == ("webhooks.idempotent",)


@pytest.mark.parametrize("fields", [{"attempt": 2}, {"kind": "replay"}, {"kind": "unusual"}])
def test_a_second_delivery_may_be_the_reason(fields: dict[str, object]) -> None:
    """The probe applies_once judges repeated messages."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.deliver("e0", **fields)  # type: ignore[arg-type]
    courier.effects(applied={"e0": 2})

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_an_unacknowledged_message_is_not_judged() -> None:
    """An app may apply a message whose response was lost, and Fiskil would deliver it again."""
    courier = receiver_journal()
    courier.deliver("e0", status=500)
    courier.effects(applied={"e0": 2})

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("interrupt", [JournalBuilder.kill, lambda courier: courier.hook("fail")])
def test_an_interruption_may_be_the_reason(interrupt: Callable[[JournalBuilder], object]) -> None:
    """A killed app begins its work again, and so does one that was made to fail."""
    courier = receiver_journal()
    courier.deliver("e0")
    interrupt(courier)
    courier.effects(applied={"e0": 2})

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_without_counts_or_with_work_left_is_not_judged() -> None:
    """Without counts, nothing shows a second effect; a busy app may still apply a message again."""
    silent, busy = receiver_journal(), receiver_journal()
    for courier in (silent, busy):
        courier.deliver("e0")
    silent.effects(state={"any": 1})
    busy.effects(applied={"e0": 1}, pending=1, is_idle=False)

    assert PROBE.examine(silent.journal).hook == f"{EFFECTS}: applied"
    assert PROBE.examine(busy.journal).verdict is Verdict.INCONCLUSIVE
