"""delays_no_other_end_user: retries for some end users do not delay the messages about others."""

import pytest

from fiskil_harness.journal import IsolationRound, MachinePaused
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import DelaysNoOtherEndUser, Verdict
from tests.probes.receivers import receiver_journal

PROBE = DelaysNoOtherEndUser()
SYNC = "banking.accounts.sync.completed"
READ = "banking.accounts"
BITES = ("Status(status=503)",)


def begin(courier: JournalBuilder, *, control: bool = True) -> float:
    """Record an earlier message that the app reads at once, and the one that waits; return when that is delivered."""
    courier.event("e0", SYNC)
    courier.event("e1", SYNC)
    courier.deliver("e0")
    if control:
        courier.call(READ)
    courier.wait(1)
    courier.effects({"n": 0}, moment="before")
    began_s = courier.now_s
    courier.deliver("e1")
    return began_s


def fail(courier: JournalBuilder, *, times: int, every_s: float) -> None:
    """Record reads for another end user, which fail."""
    for _ in range(times):
        courier.wait(every_s - 0.05)
        courier.call(READ, participant="p2", status=503, bites=BITES)


def end(courier: JournalBuilder, began_s: float, *, processes: int | None = None, refusals: int = 0) -> None:
    """Record the end of the round."""
    courier.effects({"n": 0}, moment="after")
    courier.write(
        IsolationRound(
            at_s=courier.now_s,
            participant="",
            end_user_id="eu-alice",
            failing_ids=("eu-p2",),
            began_s=began_s,
            processes=processes,
            refusals=refusals,
        )
    )


def test_a_message_that_waits_while_failing_reads_are_repeated_fails() -> None:
    """The app calls the API all the time, so no circuit breaker is open."""
    courier = receiver_journal()
    began_s = begin(courier)
    fail(courier, times=16, every_s=1)
    end(courier, began_s)

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert (
        finding.observed == "a message waited for more than 15 s, while the app repeated failing reads for other end users"
    )
    assert finding.evidence == (f"e1 {SYNC}",)


@pytest.mark.parametrize(("times", "words"), [(4, "while reads for other end users failed"), (0, "at once")])
def test_a_message_that_is_read_meanwhile_passes(times: int, words: str) -> None:
    """Its end user's reads succeed; the finding states if there was anything to wait for."""
    courier = receiver_journal()
    began_s = begin(courier)
    fail(courier, times=times, every_s=1)
    courier.call(READ)
    end(courier, began_s)

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, f"a message was processed {words}")


def test_a_look_up_of_consents_does_not_process_a_sync() -> None:
    """The rows are still old."""
    courier = receiver_journal()
    began_s = begin(courier)
    courier.call("consents.list")
    fail(courier, times=17, every_s=1)
    end(courier, began_s)

    assert PROBE.examine(courier.journal).verdict is Verdict.FAIL


def test_an_app_that_uses_consent_events_only_is_judged_by_them() -> None:
    """No sync event was delivered, so any call for the end user processes the message."""
    courier = receiver_journal()
    began_s = courier.now_s
    courier.event("e2")
    courier.deliver("e2")
    courier.call("consents.list")
    end(courier, began_s)

    assert PROBE.examine(courier.journal).verdict is Verdict.PASS


def test_a_read_after_the_limit_still_fails() -> None:
    """Customers waited too long."""
    courier = receiver_journal()
    began_s = begin(courier)
    fail(courier, times=17, every_s=1)
    courier.call(READ)
    end(courier, began_s)

    assert PROBE.examine(courier.journal).verdict is Verdict.FAIL


def test_pauses_between_calls_are_in_doubt() -> None:
    """A circuit breaker may be open in each pause."""
    courier = receiver_journal()
    began_s = begin(courier)
    fail(courier, times=5, every_s=4)
    end(courier, began_s)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def refresh_bystander(courier: JournalBuilder) -> None:
    """Record failing reads every four seconds, and successful ones of a bystander each second."""
    for number in range(17):
        courier.wait(0.9)
        courier.call(READ, participant="p3")
        if number % 4 == 0:
            courier.call(READ, participant="p2", status=503, bites=BITES)


@pytest.mark.parametrize(
    ("processes", "verdict"), [(1, Verdict.FAIL), (2, Verdict.INCONCLUSIVE), (None, Verdict.INCONCLUSIVE)]
)
def test_calls_for_a_bystander_show_that_no_breaker_is_open(processes: int | None, verdict: Verdict) -> None:
    """Each process has its own breaker, so the calls may belong to another one."""
    courier = receiver_journal()
    began_s = begin(courier)
    refresh_bystander(courier)
    end(courier, began_s, processes=processes)

    assert PROBE.examine(courier.journal).verdict is verdict


def test_each_failing_endpoint_must_be_called() -> None:
    """Each endpoint may have its own circuit breaker."""
    courier = receiver_journal()
    began_s = begin(courier)
    courier.call("banking.balances", participant="p2", status=503, bites=BITES)
    fail(courier, times=17, every_s=1)
    end(courier, began_s)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_an_open_circuit_breaker_passes_with_advice() -> None:
    """A refresh that fails without a call shows it."""
    courier = receiver_journal()
    began_s = begin(courier)
    fail(courier, times=5, every_s=4)
    end(courier, began_s, refusals=2)

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.observed == "a circuit breaker stopped all API calls after the failures"
    assert "circuit breaker" in finding.advice[0]


def test_an_app_that_stops_all_calls_is_in_doubt() -> None:
    """A circuit breaker may be open."""
    courier = receiver_journal()
    began_s = begin(courier)
    fail(courier, times=2, every_s=1)
    for _ in range(17):
        courier.wait(1)
        courier.call(READ, participant="p3")
    end(courier, began_s, processes=1)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_without_an_earlier_read_the_result_is_in_doubt() -> None:
    """The app may read nothing for such messages."""
    courier = receiver_journal()
    began_s = begin(courier, control=False)
    fail(courier, times=17, every_s=1)
    end(courier, began_s)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("called_s", "verdict"),
    [(-0.5, Verdict.INCONCLUSIVE), (0, Verdict.FAIL), (15, Verdict.FAIL), (15.5, Verdict.INCONCLUSIVE)],
)
def test_an_earlier_message_must_have_been_read_in_time(called_s: float, verdict: Verdict) -> None:
    """A call before the earlier message, or long after it, does not show that the app reads for such messages."""
    courier = receiver_journal()
    courier.event("e0", SYNC)
    courier.event("e1", SYNC)
    courier.now_s = 10.0
    courier.deliver("e0", at_s=10.0)
    courier.call(READ, at_s=10 + called_s, ended_s=10.1 + called_s)
    courier.now_s = 30.0
    courier.deliver("e1")
    fail(courier, times=16, every_s=1)
    end(courier, 30.0)

    assert PROBE.examine(courier.journal).verdict is verdict


def test_a_pause_of_the_machine_is_left_out() -> None:
    """The app could not work meanwhile."""
    courier = receiver_journal()
    began_s = begin(courier)
    fail(courier, times=16, every_s=1)
    courier.write(MachinePaused(at_s=began_s + 5, lasted_s=2))
    end(courier, began_s)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_without_a_promise_the_result_names_the_limit() -> None:
    """Without app.limits.fresh_s no wait is too long."""
    courier = JournalBuilder(uses=("*",), assumed=("fresh_s",))
    began_s = begin(courier)
    fail(courier, times=17, every_s=1)
    end(courier, began_s)

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.fresh_s")


@pytest.mark.parametrize("effects", [{"applied": {"e1": 1}}, {"state": {"n": 1}}])
def test_a_receiver_without_api_calls_passes_by_its_effects(effects: dict[str, object]) -> None:
    """It counts messages, or changes its state."""
    courier = receiver_journal()
    began_s = begin(courier, control=False)
    courier.effects(moment="after", **{"state": {"n": 0}, **effects})
    end_s = courier.now_s
    courier.write(
        IsolationRound(at_s=end_s, participant="", end_user_id="eu-alice", failing_ids=("eu-p2",), began_s=began_s)
    )

    assert PROBE.examine(courier.journal).verdict is Verdict.PASS


def test_an_app_without_calls_and_effects_is_in_doubt() -> None:
    """Nothing shows what it did."""
    courier = receiver_journal()
    began_s = begin(courier, control=False)
    end(courier, began_s)

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_without_a_round_the_result_is_in_doubt() -> None:
    """No fault was set."""
    assert PROBE.examine(receiver_journal().journal).verdict is Verdict.INCONCLUSIVE
