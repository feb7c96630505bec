"""trusts_consent_page_only: what another window posts moves nothing, where the consent page's message moves something."""

from typing import Any

from fiskil_harness.journal import Journal, SdkMessagePassed
from fiskil_harness.probes import TrustsConsentPageOnly, Verdict
from tests.probes.tape import Tape

PROBE = TrustsConsentPageOnly()
CANCELLED = "AUTH_SESSION_CANCELLED"
OPEN, OVER = {"connection": "pending"}, {"connection": "cancelled"}


def told(tape: Tape, step: int, before: Any, after: Any, *, is_genuine: bool, error_type: str = CANCELLED) -> Journal:
    """In a step of its own, each end user's page was told something, and the app's state looked so before and after."""
    who = "b" if is_genuine else "a"
    tape.effects(before, moment="before", participant=who, step=step)
    tape.journal.write(
        SdkMessagePassed(
            at_s=tape.now_s, step=step, participant=who, session="s", error_type=error_type, is_genuine=is_genuine
        )
    )
    tape.effects(after, moment="after", participant=who, step=step)
    return tape.journal


def test_a_stranger_that_moves_nothing_passes(tape: Tape) -> None:
    """The consent page's own word moved another end user's state."""
    told(tape, 1, OPEN, OPEN, is_genuine=False)

    finding = PROBE.examine(told(tape, 2, OPEN, OVER, is_genuine=True))

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "what another window posted moved nothing")


def test_a_stranger_that_is_believed_fails(tape: Tape) -> None:
    """The state went where the consent page's message leads."""
    told(tape, 1, OPEN, OVER, is_genuine=False)

    finding = PROBE.examine(told(tape, 2, OPEN, OVER, is_genuine=True))

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "a window of another origin moved the state as the consent page does: $.connection",
    )


def test_a_note_about_the_stranger_is_lawful(tape: Tape) -> None:
    """An app may write down that somebody tried; that is no ending."""
    told(tape, 1, OPEN, {**OPEN, "ignored": ["https://elsewhere.example"]}, is_genuine=False)

    assert PROBE.examine(told(tape, 2, OPEN, OVER, is_genuine=True)).verdict is Verdict.PASS


def test_standing_still_proves_nothing_where_nothing_moves(tape: Tape) -> None:
    """An app may not show attempts at all."""
    told(tape, 1, OPEN, OPEN, is_genuine=False)

    finding = PROBE.examine(told(tape, 2, OPEN, OPEN, is_genuine=True))

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the consent page's own message was not seen to move anything",
    )


def test_other_words_of_the_consent_page_are_no_control(tape: Tape) -> None:
    """A success that moves something says nothing about cancellations."""
    told(tape, 1, OPEN, OVER, is_genuine=False)

    assert PROBE.examine(told(tape, 2, OPEN, OVER, is_genuine=True, error_type="")).verdict is Verdict.INCONCLUSIVE


def test_without_a_stranger_there_is_nothing_to_tell(tape: Tape) -> None:
    """Nobody else posted."""
    finding = PROBE.examine(told(tape, 1, OPEN, OVER, is_genuine=True))

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "no other window posted anything")
