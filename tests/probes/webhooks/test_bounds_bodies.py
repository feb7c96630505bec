"""bounds_bodies: an unsigned body is cut off where the team says so, and nobody is held to what nobody said."""

import msgspec
import pytest

from fiskil_harness.journal import Flood, Journal, Limits, MachinePaused
from fiskil_harness.probes import BoundsBodies, Finding, Verdict

MEBI = 1 << 20


def examined(
    *floods: Flood | MachinePaused, body_bytes: int | None = MEBI, body_s: float | None = 5, assumed: tuple[str, ...] = ()
) -> Finding:
    journal = Journal()
    limits = Limits(call_deadline_s=4, request_deadline_s=12, fresh_s=5, body_bytes=body_bytes, body_s=body_s)
    journal.write(msgspec.structs.replace(limits, assumed=assumed))
    for flood in floods:
        journal.write(flood)
    finding: Finding = BoundsBodies().examine(journal)
    return finding


@pytest.mark.parametrize("status", [413, None])
def test_an_answer_or_a_closed_connection_passes(status: int | None) -> None:
    """What buffers hold is not what was read."""
    finding = examined(Flood(name="announced", taken_bytes=6 * MEBI, took_s=0.1, status=status, is_over=True))

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


@pytest.mark.parametrize("is_over", [False, True])
def test_a_body_that_is_read_far_beyond_the_bound_fails(is_over: bool) -> None:
    """Whether or not something came in the end."""
    finding = examined(Flood(name="in_chunks", taken_bytes=33 * MEBI, took_s=0.1, status=401, is_over=is_over))

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("in chunks: still read beyond 1048576 bytes",)


def test_a_drip_that_nobody_ends_fails() -> None:
    """A byte now and then keeps a thread for good."""
    finding = examined(Flood(name="drip", taken_bytes=70, took_s=7, is_over=False))

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("drip: still read beyond 5 s",))


def test_a_drip_that_is_cut_off_in_time_passes() -> None:
    """A second is the machine's own slowness."""
    assert examined(Flood(name="drip", taken_bytes=50, took_s=5.5, is_over=True)).verdict is Verdict.PASS


@pytest.mark.parametrize(("took_s", "verdict"), [(6.4, Verdict.FAIL), (6.2, Verdict.INCONCLUSIVE)])
def test_a_machine_that_stood_still_leaves_a_doubt(took_s: float, verdict: Verdict) -> None:
    """Five seconds are promised, one is given, and for a third of one nobody got anywhere."""
    finding = examined(Flood(name="drip", taken_bytes=60, took_s=took_s, is_over=True), MachinePaused(at_s=3, lasted_s=0.3))

    assert finding.verdict is verdict


@pytest.mark.parametrize(
    ("body_bytes", "body_s", "hook"),
    [(None, 5, "app.limits.body_bytes"), (MEBI, None, "app.limits.body_s"), (None, None, "app.limits.body_bytes")],
)
def test_what_nobody_promised_accuses_nobody(body_bytes: int | None, body_s: float | None, hook: str) -> None:
    """The key that would hold the promise is named."""
    finding = examined(body_bytes=body_bytes, body_s=body_s)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, hook)


def test_a_bound_that_was_only_assumed_accuses_nobody() -> None:
    """What was seen is told, with the key that would hold the promise; a bound that was kept is kept."""
    assumed = ("body_bytes", "body_s")
    long = Flood(name="announced", taken_bytes=33 * MEBI, took_s=0.1, status=401, is_over=True)
    kept = Flood(name="drip", taken_bytes=50, took_s=5.5, is_over=True)

    finding = examined(long, kept, assumed=assumed)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.body_bytes")
    assert finding.observed == "announced: still read beyond 1048576 bytes, and no bound was promised"
    assert examined(kept, assumed=assumed).verdict is Verdict.PASS
