"""A failed hook is reported if the API was not the cause."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes.evaluation import failed_hook


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (500, "app.drive.refresh responded 500 although the API refused nothing and no fault acted"),
        (None, "app.drive.refresh did not respond although the API refused nothing and no fault acted"),
        (404, ""),
        (200, ""),
    ],
)
def test_a_failure_of_the_app_is_reported(tape: JournalBuilder, status: int | None, words: str) -> None:
    """A server error or a missing response is a failure; a 4xx status is not."""
    tape.call("banking.accounts")
    tape.wait(1)
    tape.hook("refresh", status=status)

    assert failed_hook(tape.journal) == words


def test_an_api_that_fails_excuses_the_app(tape: JournalBuilder) -> None:
    """A failed API call during the hook explains its failure."""
    tape.call("banking.accounts", status=503)
    tape.hook("refresh", status=502)

    assert failed_hook(tape.journal) == ""


def test_a_revoked_key_excuses_the_app(tape: JournalBuilder) -> None:
    """The app may have remembered the refusal and made no call."""
    tape.key("revoked")
    tape.hook("refresh", status=503)

    assert failed_hook(tape.journal) == ""


def test_a_failure_request_is_not_counted(tape: JournalBuilder) -> None:
    """The hook that requests a failure may fail itself."""
    tape.hook("fail", status=500)

    assert failed_hook(tape.journal) == ""
