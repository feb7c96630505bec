"""repeats_no_work: repeated messages cause no API call and no change of the state."""

from typing import Any

import pytest

from fiskil_harness.journal import Effects, RepetitionRound
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import RepeatsNoWork, Verdict
from tests.probes.receivers import receiver_journal

PROBE = RepeatsNoWork()
READ = "banking.accounts"


def play(
    courier: JournalBuilder,
    *rounds: tuple[bool, bool],
    states: tuple[Any, ...] = (),
    is_idle: bool = True,
    ends_with_report: bool = False,
) -> None:
    """Record rounds: whether the app reads in the control period and after the repetitions; *states* are those after it.

    A round ends a moment after the last report of effects, or at the time of it.
    """
    courier.deliver("e0")
    courier.effects(applied={"e0": 1}, state={"n": 0}, moment="settled")
    for number, (in_control, after_repetition) in enumerate(rounds):
        began_s = courier.now_s
        if in_control:
            courier.call(READ)
        courier.effects(applied={"e0": 1}, state=states[number - 1] if number and states else {"n": 0}, moment="settled")
        repeated_s = courier.now_s
        courier.deliver("e0", attempt=2)
        if after_repetition:
            courier.call(READ)
        courier.effects(applied={"e0": 1}, state=states[number] if states else {"n": 0}, moment="settled", is_idle=is_idle)
        courier.now_s += 0.01
        reported_s = courier.journal.all(Effects)[-1].at_s
        courier.journal.write(
            RepetitionRound(
                at_s=reported_s if ends_with_report else courier.now_s,
                participant="",
                end_user_id="eu-alice",
                began_s=began_s,
                repeated_s=repeated_s,
                messages=1,
            )
        )


def test_an_app_that_reads_after_each_repetition_fails() -> None:
    """Its count of one contradicts the calls."""
    courier = receiver_journal()
    play(courier, (False, True), (False, True), (False, True))

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("called again: GET banking.accounts",)


@pytest.mark.parametrize(
    "rounds",
    [
        ((False, False),),
        ((False, True),),
        ((False, True), (False, False)),
        ((False, True), (False, True)),
        ((False, False), (False, True), (False, True)),
        ((False, True), (False, False), (False, True)),
        ((False, True), (False, True), (True, True)),
        ((False, True), (False, True), (False, False)),
    ],
)
def test_reads_that_may_have_another_cause_pass(rounds: tuple[tuple[bool, bool], ...]) -> None:
    """The app does not read after every repetition, or it reads without one too."""
    courier = receiver_journal()
    play(courier, *rounds)

    assert PROBE.examine(courier.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("ends_with_report", [False, True])
def test_a_state_that_changes_with_each_repetition_fails(*, ends_with_report: bool) -> None:
    """An amount is added again; a report at the very end of a round belongs to it."""
    courier = receiver_journal()
    states = ({"total": "10.5"}, {"total": "21.0"}, {"total": "31.5"})
    play(courier, *[(False, False)] * 3, states=states, ends_with_report=ends_with_report)

    finding = PROBE.examine(courier.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("changed again: $.total",)


def test_a_counter_of_deliveries_passes() -> None:
    """It grows by one for each delivery."""
    courier = receiver_journal()
    play(courier, *[(False, False)] * 3, states=({"n": 1}, {"n": 2}, {"n": 3}))

    assert PROBE.examine(courier.journal).verdict is Verdict.PASS


def test_a_busy_app_is_inconclusive() -> None:
    """Its work may belong to the first delivery."""
    courier = receiver_journal()
    play(courier, (False, True), (False, True), (False, True), is_idle=False)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_without_a_round_the_result_is_inconclusive() -> None:
    """Nothing was repeated."""
    finding = PROBE.examine(receiver_journal().journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "no acknowledged message was repeated while nothing else happened"


def test_a_round_without_a_message_is_inconclusive() -> None:
    """The app had acknowledged no message that could be repeated."""
    courier = receiver_journal()
    courier.write(RepetitionRound(at_s=9, participant="", end_user_id="eu-alice", began_s=7, repeated_s=8, messages=0))
    courier.call(READ)

    assert PROBE.examine(courier.journal).verdict is Verdict.INCONCLUSIVE


def test_without_calls_and_state_the_hook_is_named() -> None:
    """An app that shows neither API calls nor effects cannot be judged."""
    courier = receiver_journal()
    courier.deliver("e0")
    courier.journal.write(
        RepetitionRound(at_s=9, participant="", end_user_id="eu-alice", began_s=7, repeated_s=8, messages=1)
    )

    finding = PROBE.examine(courier.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")
    assert finding.observed == "the app made no API call and reports no state"
