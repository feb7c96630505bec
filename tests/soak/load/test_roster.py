"""The master's list of workers: each place has one worker, and each worker one ledger."""

from pathlib import Path

from fiskil_harness.soak.load.roster import Roster


def test_a_surplus_worker_gets_no_place(tmp_path: Path) -> None:
    """Its slots would repeat those of another worker."""
    roster = Roster(2, folder=tmp_path)

    assert [roster.place_of(node_id) for node_id in ("a", "b", "c", "a")] == [0, 1, None, 0]


def test_a_worker_writes_into_its_own_ledger_only(tmp_path: Path) -> None:
    """Parts come in order; a gap, another name and an unknown worker are refused."""
    roster = Roster(2, folder=tmp_path)
    roster.place_of("a")
    roster.place_of("b")

    accepted = [
        roster.store("b", "worker-1.ledger", 0, b"one"),
        roster.store("b", "worker-1.ledger", 3, b"two"),
        roster.store("b", "worker-1.ledger", 10**9, b"far"),
        roster.store("b", "worker-1.ledger", -1, b"far"),
        roster.store("b", "worker-0.ledger", 0, b"other"),
        roster.store("c", "worker-None.ledger", 0, b"other"),
    ]

    assert accepted == [True, True, False, False, False, False]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"worker-1.ledger": b"onetwo"}
