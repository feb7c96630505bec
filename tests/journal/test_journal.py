"""The record keeps order and bound, whether an entry came whole or in parts."""

from fiskil_harness.journal import Idle, Journal, Started


def test_an_entry_that_came_in_parts_is_made_when_somebody_reads() -> None:
    """It stands where it was written, and is made once."""
    made: list[float] = []
    journal = Journal()

    def idle(seconds: float) -> Idle:
        made.append(seconds)
        return Idle(seconds=seconds)

    journal.write(Started(how="start"))
    journal.write_parts(idle, 1.5)
    journal.write(Started(how="stop"))
    before = list(made)

    assert [type(entry) for entry in journal] == [Started, Idle, Started]
    assert journal.all(Idle) == [Idle(seconds=1.5)]
    assert (before, made) == ([], [1.5])


def test_a_bounded_record_keeps_the_newest() -> None:
    """What is older is gone, read or not."""
    journal = Journal(newest=2)
    for number in range(3):
        journal.write_parts(lambda seconds: Idle(seconds=seconds), number)

    assert [idle.seconds for idle in journal.all(Idle)] == [1, 2]
    journal.write(Started(how="stop"))
    assert (len(journal), journal.all(Idle)) == (2, [Idle(seconds=2)])
