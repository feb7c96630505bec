"""calls_nothing_for_forgeries: what Fiskil did not sign starts no API call."""

import pytest

from fiskil_harness.journal import ApiUrlMissing
from fiskil_harness.probes import CallsNothingForForgeries, Verdict
from tests.probes.courier import Courier

PROBE = CallsNothingForForgeries()
ROUTE = "banking.accounts"
KIND = "banking.accounts.sync.completed"


@pytest.fixture
def courier() -> Courier:
    """A genuine sync event was followed by a reading."""
    one = Courier()
    one.deliver("e1")
    one.call(ROUTE)
    one.next_step()
    return one


def test_a_quiet_api_passes(courier: Courier) -> None:
    """Forgeries that are refused at the door ask the API for nothing."""
    courier.forge("unsigned", claims=KIND)
    courier.forge("other_secret", claims=KIND)

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_a_call_for_each_forgery_fails(courier: Courier) -> None:
    """Several equal calls within one step are no schedule of the app's own."""
    for name in ("unsigned", "other_secret", "empty_key"):
        courier.forge(name, claims=KIND)
        courier.call(ROUTE)

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "calls began while only forged messages arrived: banking.accounts"


def test_one_call_may_be_the_apps_own(courier: Courier) -> None:
    """A poll that happens to come now accuses nobody, and proves nothing."""
    courier.forge("unsigned", claims=KIND)
    courier.call(ROUTE)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_calls_about_others_do_not_count(courier: Courier) -> None:
    """Work for another end user goes on."""
    courier.forge("unsigned", claims=KIND)
    for _ in range(3):
        courier.call(ROUTE, participant="other")

    assert PROBE.examine(courier.journal).verdict is Verdict.PASS


def test_calls_in_other_steps_do_not_count(courier: Courier) -> None:
    """What begins before or after the forgeries has another cause."""
    courier.forge("unsigned", claims=KIND)
    courier.next_step()
    for _ in range(3):
        courier.call(ROUTE)

    assert PROBE.examine(courier.journal).verdict is Verdict.PASS


def test_an_app_that_reads_nothing_proves_nothing() -> None:
    """Without a call after a genuine message none is missed after a forged one."""
    courier = Courier()
    courier.deliver("e1")
    courier.next_step()
    courier.forge("unsigned", claims=KIND)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_is_not_told_the_api_lacks_that() -> None:
    """Its team reads what would help: no call of it can be seen."""
    courier = Courier()
    courier.journal.write(ApiUrlMissing())
    courier.deliver("e1")
    courier.next_step()
    courier.forge("unsigned", claims=KIND)

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "{api_url} in [app.env]")


def test_a_genuine_message_of_another_kind_is_no_control() -> None:
    """A reading after one kind of event says nothing about another."""
    courier = Courier()
    courier.deliver("e0")
    courier.call("consents.list")
    courier.next_step()
    courier.forge("unsigned", claims=KIND)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_nothing_forged_proves_nothing(courier: Courier) -> None:
    """The probe wants to have seen forgeries."""
    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE
