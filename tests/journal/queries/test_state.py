"""States compared by what they say, whatever ids, moments and orders they carry."""

from typing import Any

import pytest

from fiskil_harness.journal.queries.state import StateReader, differing, moved_alike
from tests.probes.courier import Courier

ROW = "bank_tx_" + "0" * 64


@pytest.fixture
def reading() -> StateReader:
    """A journal in which twins a and b were told their first event at midnight of 24 November."""
    courier = Courier()
    courier.event("a.e0")
    courier.event("b.e0")
    courier.journal.names |= {ROW: "bank_tx_everyday:1", "1234567890": "account:everyday"}
    return StateReader(courier.journal)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"id": "consent-a"}, {"id": "consent-b"}),
        ({"seen": ["id-a.e0"]}, {"seen": ["id-b.e0"]}),
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
def test_the_same_is_said_differently(reading: StateReader, one: Any, other: Any) -> None:
    """Own ids, moments of the scenario, masked numbers and orders make no difference."""
    assert differing(reading.leaves(one), reading.leaves(other)) == set()


@pytest.mark.parametrize(
    ("one", "other", "path"),
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
def test_different_things_are_different(reading: StateReader, one: Any, other: Any, path: str) -> None:
    """Values, counts, rows and dates of the past count."""
    assert path in differing(reading.leaves(one), reading.leaves(other))


def test_without_events_no_moment_is_the_scenarios(reading: StateReader) -> None:
    """Where nothing was told, times are compared as they stand."""
    alone = StateReader(Courier().journal)

    assert differing(alone.leaves({"at": "2026-11-24T00:00:01Z"}), alone.leaves({"at": "2026-11-24T00:00:02Z"}))


def test_rows_are_named_by_symbol(reading: StateReader) -> None:
    """What a reader sees is the same in every run."""
    assert reading.leaves({"rows": [{"id": ROW}]}) == {"$.rows[*].id": {"bank_tx_everyday:1": 1}}


@pytest.mark.parametrize(
    ("suspect", "paths"),
    [
        (({"s": "on", "n": 0}, {"s": "off", "n": 0}), ["$.s"]),
        (({"s": "on", "n": 0}, {"s": "on", "n": 3}), []),
        (({"s": "new", "n": 0}, {"s": "off", "n": 0}), []),
        (({"s": "on", "n": 0}, {"s": "odd", "n": 0}), []),
    ],
)
def test_moving_alike_is_from_and_to_the_same(reading: StateReader, suspect: tuple[Any, Any], paths: list[str]) -> None:
    """A path counts when it left the same place for the same place."""
    known = (reading.leaves({"s": "on", "n": 0}), reading.leaves({"s": "off", "n": 0}))

    assert moved_alike(known, (reading.leaves(suspect[0]), reading.leaves(suspect[1]))) == paths
