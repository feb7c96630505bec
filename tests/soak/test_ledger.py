"""The ledger: nothing that was written is lost, and a line that was cut off spoils no other line."""

from pathlib import Path

import pytest

from fiskil_harness.errors import UsageError
from fiskil_harness.soak.ledger import (
    Closed,
    LedgerFile,
    Lived,
    Opened,
    Reply,
    Request,
    Sent,
    read_folder,
    read_ledger,
)


def sent(number: int, *, at: float = 10.0, message_id: str = "m1") -> Sent:
    """Return a line about a genuine message."""
    return Sent(number, at, message_id, "ann", "genuine", "first", "steady", "consent.updated", 1)


def test_lines_come_back_as_they_were_written(tmp_path: Path) -> None:
    """Attempts have their replies, and all other lines are found."""
    file = LedgerFile(tmp_path / "worker-0.ledger")
    lines = [
        Opened("worker-0", "run", 5.0),
        sent(1),
        Reply(1, 204, 0.02, 0.01),
        Request(11.0, "refresh", "steady", 200, 0.1),
        Lived("eve", 2, True),
        Closed(12.0, 3),
    ]

    for line in lines:
        file.write(line)
    file.close()

    ledger = read_ledger(file.path)
    assert (ledger.worker, ledger.began_at, ledger.is_closed, ledger.unsent, ledger.torn) == ("worker-0", 5.0, True, 3, 0)
    assert [(attempt.sent, attempt.reply) for attempt in ledger.attempts] == [(lines[1], lines[2])]
    assert (ledger.requests, ledger.lived) == ((lines[3],), (lines[4],))


def test_a_killed_worker_leaves_attempts_without_an_outcome(tmp_path: Path) -> None:
    """Without a reply and a last line, the attempt is unknown and the ledger is not closed."""
    file = LedgerFile(tmp_path / "worker-0.ledger")
    file.write(Opened("worker-0", "run", 5.0))
    file.write(sent(1))

    ledger = read_ledger(file.path)

    assert (ledger.is_closed, [attempt.is_unknown for attempt in ledger.attempts]) == (False, [True])


def test_a_line_that_was_cut_off_is_counted_and_left_out(tmp_path: Path) -> None:
    """The lines before it, and those of a process that went on, stay."""
    path = tmp_path / "worker-0.ledger"
    file = LedgerFile(path)
    file.write(sent(1))
    file.close()
    with path.open("ab") as raw:
        raw.write(b'["sent",2,11.0,"m')
        raw.write(b"\n")
    again = LedgerFile(path)
    again.write(sent(3, message_id="m3"))
    again.close()

    ledger = read_ledger(path)

    assert (ledger.torn, [attempt.sent.message_id for attempt in ledger.attempts]) == (1, ["m1", "m3"])


def test_numbers_are_unique_in_one_file(tmp_path: Path) -> None:
    """Attempts and replies are matched by them."""
    file = LedgerFile(tmp_path / "worker-0.ledger")

    assert [file.next_number() for _ in range(3)] == [1, 2, 3]


def test_merging_orders_attempts_by_their_intended_time(tmp_path: Path) -> None:
    """The ledgers of two workers become one course of events, and the run began with the first of them."""
    for worker, began_at, at in (("worker-1", 6.0, 12.0), ("worker-0", 5.0, 11.0)):
        file = LedgerFile(tmp_path / f"{worker}.ledger")
        file.write(Opened(worker, "run", began_at))
        file.write(sent(1, at=at, message_id=f"of {worker}"))
        file.close()

    ledger = read_folder(tmp_path)

    assert [attempt.sent.message_id for attempt in ledger.attempts] == ["of worker-0", "of worker-1"]
    assert (ledger.began_at, [worker.worker for worker in ledger.workers]) == (5.0, ["worker-0", "worker-1"])


def test_a_ledger_of_another_format_is_refused(tmp_path: Path) -> None:
    """A worker of another version does not give a wrong verdict."""
    file = LedgerFile(tmp_path / "worker-0.ledger")
    file.write(Opened("worker-0", "run", 5.0, version=9))
    file.close()

    with pytest.raises(UsageError, match=r"worker-0\.ledger is a ledger of format 9\. This version reads format 1\."):
        read_folder(tmp_path)
