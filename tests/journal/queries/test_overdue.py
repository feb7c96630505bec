"""Messages that were not applied by the promised time."""

import pytest

from fiskil_harness.journal import EventCreated
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.overdue import is_overdue


@pytest.mark.parametrize(("waited_s", "expected"), [(4.0, False), (6.0, True)])
def test_a_message_is_overdue_after_the_promised_time(tape: JournalBuilder, waited_s: float, expected: bool) -> None:
    """The time begins with its own acknowledgement; other messages may come later."""
    tape.deliver("e0")
    tape.wait(waited_s)
    tape.deliver("e2")
    tape.effects({}, pending=None, unchanged_s=100.0)

    [first, _] = tape.journal.all(EventCreated)
    assert is_overdue(tape.journal, first) is expected
