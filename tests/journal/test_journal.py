"""The journal keeps the order of entries and its limit, for complete and for deferred entries."""

from fiskil_harness.journal import Idle, Journal, ProcessChanged


def test_a_deferred_entry_is_built_on_the_first_read() -> None:
    """It keeps the position at which it was written, and is built once."""
    built: list[float] = []
    journal = Journal()

    def idle(seconds: float) -> Idle:
        built.append(seconds)
        return Idle(seconds=seconds)

    journal.write(ProcessChanged(change="start"))
    journal.write_deferred(idle, 1.5)
    journal.write(ProcessChanged(change="stop"))
    before = list(built)

    assert [type(entry) for entry in journal] == [ProcessChanged, Idle, ProcessChanged]
    assert journal.all(Idle) == [Idle(seconds=1.5)]
    assert (before, built) == ([], [1.5])


def test_a_bounded_record_keeps_the_newest() -> None:
    """Older entries are dropped, whether they were read or not."""
    journal = Journal(newest=2)
    for number in range(3):
        journal.write_deferred(lambda seconds: Idle(seconds=seconds), number)

    assert [idle.seconds for idle in journal.all(Idle)] == [1, 2]
    journal.write(ProcessChanged(change="stop"))
    assert (len(journal), journal.all(Idle)) == (2, [Idle(seconds=2)])


def test_entries_can_be_discarded_before_they_are_written_again() -> None:
    """Entries of other classes stay."""
    journal = Journal()
    journal.write(ProcessChanged(change="start"))
    journal.write_deferred(lambda seconds: Idle(seconds=seconds), 1.5)

    journal.discard(Idle)
    journal.write(Idle(seconds=2))

    assert list(journal) == [ProcessChanged(change="start"), Idle(seconds=2)]


def test_a_span_begins_when_it_began() -> None:
    """However late the end is recorded, the begin is exact, so an API call at that moment lies within the span."""
    journal = Journal()
    began_s = journal.elapsed_s()

    span = journal.span(began_s)

    assert abs(span["at_s"] - span["took_s"] - began_s) < 1e-9
    assert span["took_s"] > 0
