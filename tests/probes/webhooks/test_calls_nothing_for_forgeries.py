"""calls_nothing_for_forgeries: a message that Fiskil did not sign starts no API call."""

import pytest

from fiskil_harness.journal import ApiUrlMissing, Idle
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import CallsNothingForForgeries, Verdict
from tests.probes.receivers import receiver_journal

PROBE = CallsNothingForForgeries()
ROUTE = "banking.accounts"
KIND = "banking.accounts.sync.completed"


@pytest.fixture
def courier() -> JournalBuilder:
    """A receiver that read a dataset after a genuine sync event."""
    courier = receiver_journal()
    courier.deliver("e1")
    courier.call(ROUTE)
    courier.next_step()
    return courier


def test_no_calls_during_forgeries_pass(courier: JournalBuilder) -> None:
    """Refused forgeries cause no API call."""
    courier.forge("unsigned", claims=KIND)
    courier.forge("other_secret", claims=KIND)

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_a_call_for_each_forgery_fails(courier: JournalBuilder) -> None:
    """Several equal calls within one step cannot be the app's own schedule."""
    for name in ("unsigned", "other_secret", "empty_key"):
        courier.forge(name, claims=KIND)
        courier.call(ROUTE)

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "API calls began while only forged messages arrived: banking.accounts"


def test_one_call_is_inconclusive(courier: JournalBuilder) -> None:
    """It may be a scheduled poll."""
    courier.forge("unsigned", claims=KIND)
    courier.call(ROUTE)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_calls_about_other_end_users_do_not_count(courier: JournalBuilder) -> None:
    """Work for another end user continues."""
    courier.forge("unsigned", claims=KIND)
    for _ in range(3):
        courier.call(ROUTE, participant="other")

    assert PROBE.examine(courier.journal).verdict is Verdict.PASS


def test_calls_in_other_steps_do_not_count(courier: JournalBuilder) -> None:
    """A call that begins before or after the forgeries has another cause."""
    courier.forge("unsigned", claims=KIND)
    courier.next_step()
    for _ in range(3):
        courier.call(ROUTE)

    assert PROBE.examine(courier.journal).verdict is Verdict.PASS


def test_an_app_that_calls_nothing_is_inconclusive() -> None:
    """Without a call after a genuine message, no call is expected after a forged one."""
    courier = receiver_journal()
    courier.deliver("e1")
    courier.next_step()
    courier.forge("unsigned", claims=KIND)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_without_the_api_url_gets_the_hook_named() -> None:
    """Without {api_url} in its environment no call can be observed."""
    courier = receiver_journal()
    courier.journal.write(ApiUrlMissing())
    courier.deliver("e1")
    courier.next_step()
    courier.forge("unsigned", claims=KIND)

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "{api_url} in [app.env]")


def test_a_genuine_message_of_another_kind_is_no_control() -> None:
    """An API call after one kind of event proves nothing about another kind."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.call("consents.list")
    courier.next_step()
    courier.forge("unsigned", claims=KIND)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_without_forgeries_the_result_is_inconclusive(courier: JournalBuilder) -> None:
    """The probe needs at least one forgery."""
    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_calls_that_continue_without_forgeries_are_inconclusive(courier: JournalBuilder) -> None:
    """An app may poll; in as long a time without forgeries it makes the same calls."""
    for name in ("unsigned", "other_secret", "empty_key"):
        courier.forge(name, claims=KIND)
        courier.call(ROUTE)
    courier.next_step()
    courier.journal.write(Idle(step=courier.step, seconds=1))
    courier.call(ROUTE)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_a_call_before_the_idle_time_began_excuses_nothing(courier: JournalBuilder) -> None:
    """A forgery may have caused a call that the app makes while the harness still waits for it to become idle."""
    for name in ("unsigned", "other_secret", "empty_key"):
        courier.forge(name, claims=KIND)
        courier.call(ROUTE)
    courier.next_step()
    courier.call(ROUTE)
    courier.journal.write(Idle(step=courier.step, seconds=1, at_s=courier.now_s + 1))

    assert PROBE.examine(courier.journal).verdict is Verdict.FAIL


def test_one_late_call_in_the_idle_time_excuses_no_ten(courier: JournalBuilder) -> None:
    """On a busy machine, work for the last forgery begins after the idle time has begun."""
    for _ in range(10):
        courier.forge("unsigned", claims=KIND)
        courier.call(ROUTE)
    courier.next_step()
    courier.journal.write(Idle(step=courier.step, seconds=1))
    courier.call(ROUTE)

    assert PROBE.examine(courier.journal).verdict is Verdict.FAIL
