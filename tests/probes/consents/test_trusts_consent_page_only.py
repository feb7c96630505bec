"""trusts_consent_page_only: a message from another window changes nothing, unlike the consent page's message."""

from typing import Any

from fiskil_harness.journal import Journal, SdkMessagePassed
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import TrustsConsentPageOnly, Verdict

PROBE = TrustsConsentPageOnly()
CANCELLED = "AUTH_SESSION_CANCELLED"
OPEN, ENDED = {"connection": "pending"}, {"connection": "cancelled"}


def post(
    tape: JournalBuilder, step: int, before: Any, after: Any, *, is_genuine: bool, error_type: str = CANCELLED
) -> Journal:
    """In its own step a page of an end user receives a message, with the app's state before and after."""
    participant = "b" if is_genuine else "a"
    tape.effects(before, moment="before", participant=participant, step=step)
    tape.journal.write(
        SdkMessagePassed(
            at_s=tape.now_s, step=step, participant=participant, session="s", error_type=error_type, is_genuine=is_genuine
        )
    )
    tape.effects(after, moment="after", participant=participant, step=step)
    return tape.journal


def test_a_foreign_message_without_effect_passes(tape: JournalBuilder) -> None:
    """The consent page's own message changed another end user's state."""
    post(tape, 1, OPEN, OPEN, is_genuine=False)

    finding = PROBE.examine(post(tape, 2, OPEN, ENDED, is_genuine=True))

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "messages from other windows changed nothing")


def test_a_foreign_message_with_the_same_effect_fails(tape: JournalBuilder) -> None:
    """The state changed as it does after the consent page's message."""
    post(tape, 1, OPEN, ENDED, is_genuine=False)

    finding = PROBE.examine(post(tape, 2, OPEN, ENDED, is_genuine=True))

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "a message from another origin changed the state as the consent page's message does: $.connection",
    )


def test_a_note_about_the_foreign_message_passes(tape: JournalBuilder) -> None:
    """An app may record the attempt; that is no ending."""
    post(tape, 1, OPEN, {**OPEN, "ignored": ["https://elsewhere.example"]}, is_genuine=False)

    assert PROBE.examine(post(tape, 2, OPEN, ENDED, is_genuine=True)).verdict is Verdict.PASS


def test_an_unchanged_state_proves_nothing_without_a_control(tape: JournalBuilder) -> None:
    """An app may not show attempts in its state."""
    post(tape, 1, OPEN, OPEN, is_genuine=False)

    finding = PROBE.examine(post(tape, 2, OPEN, OPEN, is_genuine=True))

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the consent page's own message changed no state",
    )


def test_another_message_of_the_consent_page_is_no_control(tape: JournalBuilder) -> None:
    """A success that changes the state proves nothing about cancellations."""
    post(tape, 1, OPEN, ENDED, is_genuine=False)

    assert PROBE.examine(post(tape, 2, OPEN, ENDED, is_genuine=True, error_type="")).verdict is Verdict.INCONCLUSIVE


def test_without_a_foreign_message_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """No other window posted a message."""
    finding = PROBE.examine(post(tape, 1, OPEN, ENDED, is_genuine=True))

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "no other window posted a message")
