"""Consents: how an app learns that one of them has ended, and which revocations of the app end one."""

import pytest

from fiskil_harness.journal import ConsentState
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.consents import was_notified_of_end
from fiskil_harness.journal.queries.disconnects import is_ended_by_app


def last_state(tape: JournalBuilder) -> ConsentState:
    """Return the last recorded state of a consent."""
    return tape.journal.all(ConsentState)[-1]


@pytest.mark.parametrize(("early_s", "is_notified"), [(0.0, True), (0.01, False)])
def test_a_read_during_a_refresh_shows_the_end(tape: JournalBuilder, early_s: float, is_notified: bool) -> None:
    """The app may read at once, but a read before the refresh was of other work."""
    tape.consent("arr1", is_active=False)
    tape.wait(1)
    tape.call("banking.transactions", at_s=4.0 - early_s)
    tape.now_s = 5.0
    tape.hook("refresh", took_s=1.0)

    assert was_notified_of_end(tape.journal, last_state(tape)) is is_notified


@pytest.mark.parametrize(("since_s", "until_s", "is_ended"), [(4.0, 5.0, True), (4.01, 5.0, False), (3.0, 4.0, False)])
def test_a_revocation_within_the_period_ends_a_consent(
    tape: JournalBuilder, since_s: float, until_s: float, is_ended: bool
) -> None:
    """The begin of the period is part of it, and the end is not."""
    tape.consent("arr1")
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1", at_s=4.0)

    assert is_ended_by_app(tape.journal, last_state(tape), since_s=since_s, until_s=until_s) is is_ended
