"""jobs: when an app was at rest, and how much it was asked since."""

import pytest

from fiskil_harness.journal.queries.idleness import idle_before, work_between, work_times
from tests.probes.tape import Tape


def test_nothing_at_all_is_no_rest(tape: Tape) -> None:
    """Without a look nobody knows."""
    tape.told("consent.received")

    assert idle_before(tape.journal, 100) == 0


def test_the_last_look_that_found_it_idle_counts(tape: Tape) -> None:
    """A later one that was capped does not."""
    tape.told("consent.received")
    tape.effects({}, moment="settled")
    tape.effects({}, moment="settled", is_idle=False)

    assert idle_before(tape.journal, 100) == pytest.approx(1.05)


def test_all_who_asked_must_be_done(tape: Tape) -> None:
    """One end user's rest is none of the app's while another waits, and then it is."""
    tape.told("consent.received", participant="a")
    tape.told("consent.received", participant="b")
    tape.effects({}, moment="settled", participant="a")
    before = idle_before(tape.journal, 100)
    tape.effects({}, moment="settled", participant="b")

    assert before == 0
    assert idle_before(tape.journal, 100) == pytest.approx(1.15)


def test_requests_and_deliveries_are_asked_at_their_beginning(tape: Tape) -> None:
    """An order to fail asks for nothing."""
    tape.told("consent.received")
    tape.hook("fail")
    tape.wait(1)
    tape.hook("refresh", took_s=0.5)

    assert work_times(tape.journal) == pytest.approx([1.0, 1.6])
    assert work_between(tape.journal, 1.0, 2.0) == 1
