"""States are compared by content; ids, timestamps and orders make no difference."""

from typing import Any

import pytest

from fiskil_harness.journal.queries.state import StateReader, differing, equal_changes
from tests.probes.receivers import receiver_journal

ROW = "bank_tx_" + "0" * 64


@pytest.fixture
def reader() -> StateReader:
    """Return a reader for a journal in which twins a and b have their first event at midnight of 24 November."""
    courier = receiver_journal()
    courier.event("a.e0")
    courier.event("b.e0")
    courier.journal.names |= {ROW: "bank_tx_everyday:1", "1234567890": "account:everyday"}
    return StateReader(courier.journal)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"id": "consent-a"}, {"id": "consent-b"}),
        ({"seen": ["m-a.e0"]}, {"seen": ["m-b.e0"]}),
        ({"text": "eu-a: consent-a, ended"}, {"text": "eu-b: consent-b, ended"}),
        ({"consent-a": {"status": "active"}}, {"consent-b": {"status": "active"}}),
        ({"at": "2026-11-24T00:00:01Z"}, {"at": "2026-11-24T09:30:00.123+11:00"}),
        ({"at": "2026-11-24 00:00:01"}, {"at": "2026-11-25 00:00:01.5"}),
        ({"at": 1795564800}, {"at": 1795564801.5}),
        ({"at": 1795564800123}, {"at": 1795564899999}),
        ({"until": "2027-02-22"}, {"until": "2027-02-23"}),
        ({"text": "until 2027-02-22T10:00:00Z, then not"}, {"text": "until 2027-02-23T11:00:00Z, then not"}),
        ({"number": "xxxxx1234"}, {"number": "xxxxx9876"}),
        ({"rows": [{"v": 1}, {"v": 2}]}, {"rows": [{"v": 2}, {"v": 1}]}),
        ({"count": 1234567890}, {"count": "1234567890"}),
        ({}, {"rows": []}),
    ],
)
def test_equivalent_states_have_no_differences(reader: StateReader, first: Any, second: Any) -> None:
    """Own ids, timestamps of the scenario, masked numbers and orders make no difference."""
    assert differing(reader.leaves(first), reader.leaves(second)) == set()


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        ({"status": "active"}, {"status": "revoked"}, "$.status"),
        ({"v": 1}, {"v": 1.5}, "$.v"),
        ({"v": None}, {"v": False}, "$.v"),
        ({"v": "1"}, {"v": 2}, "$.v"),
        ({"rows": [{"v": 1}]}, {"rows": [{"v": 1}, {"v": 1}]}, "$.rows[*].v"),
        ({"id": "consent-a"}, {"id": "somebody's"}, "$.id"),
        ({"paid": "2026-10-01T09:00:00Z"}, {"paid": "2026-10-02T09:00:00Z"}, "$.paid"),
        ({"paid": "2026-10-01"}, {"paid": "2026-10-02"}, "$.paid"),
        ({"at": 1700000000}, {"at": 1700000001}, "$.at"),
        ({"rows": [ROW]}, {"rows": []}, "$.rows[*]"),
        ({"consent-a": {"v": 1}}, {}, "$[*]#key"),
    ],
)
def test_different_values_are_differences(reader: StateReader, first: Any, second: Any, path: str) -> None:
    """Values, counts, rows and earlier dates are compared."""
    assert path in differing(reader.leaves(first), reader.leaves(second))


def test_without_events_timestamps_are_compared_as_written(reader: StateReader) -> None:
    """Without an event, no timestamp belongs to the scenario."""
    alone = StateReader(receiver_journal().journal)

    assert differing(alone.leaves({"at": "2026-11-24T00:00:01Z"}), alone.leaves({"at": "2026-11-24T00:00:02Z"}))


def test_rows_are_named_by_symbol(reader: StateReader) -> None:
    """Symbols are the same in every run."""
    assert reader.leaves({"rows": [{"id": ROW}]}) == {"$.rows[*].id": {"bank_tx_everyday:1": 1}}


@pytest.mark.parametrize(
    ("suspect", "paths"),
    [
        (({"s": "on", "n": 0}, {"s": "off", "n": 0}), ["$.s"]),
        (({"s": "on", "n": 0}, {"s": "on", "n": 3}), []),
        (({"s": "new", "n": 0}, {"s": "off", "n": 0}), []),
        (({"s": "on", "n": 0}, {"s": "odd", "n": 0}), []),
    ],
)
def test_equal_moves_have_equal_values(reader: StateReader, suspect: tuple[Any, Any], paths: list[str]) -> None:
    """A path counts if both moves change the same value to the same new value."""
    known = (reader.leaves({"s": "on", "n": 0}), reader.leaves({"s": "off", "n": 0}))

    assert equal_changes(known, (reader.leaves(suspect[0]), reader.leaves(suspect[1]))) == paths
