"""uses_one_message_id: of two message_ids in a body, one is used for deduplication and effect."""

import pytest

from fiskil_harness.probes import Finding, UsesOneMessageId, Verdict
from tests.probes.receivers import receiver_journal

PROBE = UsesOneMessageId()


def examined(counts: dict[str, int] | None, *statuses: int) -> Finding:
    """Return the finding after two messages with two ids each; *counts* are by number of the id, 0 is in both."""
    courier = receiver_journal()
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
    applied = None if counts is None else {f"id-{number}": count for number, count in counts.items()}
    courier.effects(applied=applied, state={"consents": {}})
    return PROBE.examine(courier.journal)


@pytest.mark.parametrize("counts", [{"0": 1}, {"1": 1, "2": 1}, {}, {"1": 0}])
def test_an_app_that_uses_one_id_consistently_passes(counts: dict[str, int]) -> None:
    """It may use the first ids, the last ids, or none."""
    assert examined(counts, 204, 204).verdict is Verdict.PASS


def test_an_app_that_refuses_passes() -> None:
    """A body with two ids may be refused."""
    assert examined({}, 400, 400).verdict is Verdict.PASS
    assert examined({"1": 1}, 204, 400).verdict is Verdict.PASS


def test_an_id_applied_twice_fails() -> None:
    """The app deduplicates by the last id and applies the first."""
    finding = examined({"0": 2}, 204, 204)

    assert finding.verdict is Verdict.FAIL
    assert (
        finding.observed == "an id was applied twice: the receiver deduplicates by the last of two ids and applies the first"
    )


def test_a_lost_message_fails() -> None:
    """The app deduplicates by the first id and applies the last, so the second message is lost."""
    finding = examined({"1": 1}, 204, 204)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("message_id twice, repeated 1: 204", "message_id twice, repeated 2: 204")


def test_without_counts_or_messages_the_result_is_inconclusive() -> None:
    """The finding without counts names the hook."""
    assert examined(None, 204, 204).hook == "app.observe.effects: applied"
    assert examined({}).verdict is Verdict.INCONCLUSIVE
