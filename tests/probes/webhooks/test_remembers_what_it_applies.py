"""remembers_what_it_applies: of two message_ids in one body, the one that is remembered is the one that is applied."""

import pytest

from fiskil_harness.probes import Finding, RemembersWhatItApplies, Verdict
from tests.probes.courier import Courier

PROBE = RemembersWhatItApplies()


def examined(counts: dict[str, int] | None, *statuses: int) -> Finding:
    """Two messages with two ids each; *counts* by number of the id, of which 0 stands in both."""
    courier = Courier()
    for number in range(3):
        courier.journal.names[f"id-{number}"] = f"repeated:{number}"
    for number, status in enumerate(statuses, start=1):
        courier.send(
            event=f"repeated:{number}",
            participant="",
            message_id=f"id-{number}",
            attempt=1,
            kind="unusual",
            name="repeated_id",
            status=status,
            claims="consent.updated",
        )
    told = None if counts is None else {f"id-{number}": count for number, count in counts.items()}
    courier.effects(told, {"consents": {}})
    return PROBE.examine(courier.journal)


@pytest.mark.parametrize("counts", [{"0": 1}, {"1": 1, "2": 1}, {}, {"1": 0}])
def test_whoever_takes_the_same_of_two_everywhere_passes(counts: dict[str, int]) -> None:
    """The first, the last, or neither."""
    assert examined(counts, 204, 204).verdict is Verdict.PASS


def test_whoever_refuses_passes() -> None:
    """A body that says two things need not be taken."""
    assert examined({}, 400, 400).verdict is Verdict.PASS
    assert examined({"1": 1}, 204, 400).verdict is Verdict.PASS


def test_an_id_that_was_applied_twice_fails() -> None:
    """The last is remembered, the first is applied."""
    finding = examined({"0": 2}, 204, 204)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "an id was applied twice: the receiver remembers the last of two ids and applies the first"


def test_a_message_that_was_lost_fails() -> None:
    """The first is remembered, the last is applied: the second message counts as known."""
    finding = examined({"1": 1}, 204, 204)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("message_id twice, repeated 1: 204", "message_id twice, repeated 2: 204")


def test_without_counts_nothing_is_said() -> None:
    """Nor where nothing was sent."""
    assert examined(None, 204, 204).hook == "app.observe.effects: applied"
    assert examined({}).verdict is Verdict.INCONCLUSIVE
