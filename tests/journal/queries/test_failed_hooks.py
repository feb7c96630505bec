"""What was asked in vain is told where the API had no part in it."""

import pytest

from fiskil_harness.journal.queries.failed_hooks import failed_hook
from tests.probes.tape import Tape


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (500, "app.drive.refresh responded 500 although the API refused nothing and no fault acted"),
        (None, "app.drive.refresh did not respond although the API refused nothing and no fault acted"),
        (404, ""),
        (200, ""),
    ],
)
def test_a_failure_of_the_apps_own_is_told(tape: Tape, status: int | None, words: str) -> None:
    """A refusal with its reason is an answer."""
    tape.call("banking.accounts")
    tape.wait(1)
    tape.hook("refresh", status=status)

    assert failed_hook(tape.journal) == words


def test_an_api_that_fails_excuses_the_app(tape: Tape) -> None:
    """Its failing call lies within the hook."""
    tape.call("banking.accounts", status=503)
    tape.hook("refresh", status=502)

    assert failed_hook(tape.journal) == ""


def test_a_key_that_ended_excuses_the_app(tape: Tape) -> None:
    """It may have remembered the refusal, and called nothing."""
    tape.key("revoked")
    tape.hook("refresh", status=503)

    assert failed_hook(tape.journal) == ""


def test_what_nobody_need_answer_is_not_counted(tape: Tape) -> None:
    """An order to fail, for instance."""
    tape.hook("fail", status=500)

    assert failed_hook(tape.journal) == ""
