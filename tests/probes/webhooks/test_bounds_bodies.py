"""bounds_bodies: an unsigned body is cut off at the configured limits, and only there."""

import msgspec
import pytest

from fiskil_harness.journal import EndlessBody, Journal, Limits, MachinePaused
from fiskil_harness.journal.queries.pauses import EXCUSED_BY_PAUSE
from fiskil_harness.probes import BoundsBodies, Finding, Verdict

MEBI = 1 << 20


def examined(
    *floods: EndlessBody | MachinePaused,
    body_bytes: int | None = MEBI,
    body_s: float | None = 5,
    assumed: tuple[str, ...] = (),
) -> Finding:
    """Return the probe's finding for a journal with these limits and floods."""
    journal = Journal()
    limits = Limits(call_deadline_s=4, request_deadline_s=12, fresh_s=5, body_bytes=body_bytes, body_s=body_s)
    journal.write(msgspec.structs.replace(limits, assumed=assumed))
    for flood in floods:
        journal.write(flood)
    finding: Finding = BoundsBodies().examine(journal)
    return finding


@pytest.mark.parametrize(("status", "end"), [(413, "with a response"), (None, "without a response")])
def test_a_response_or_a_closed_connection_passes(status: int | None, end: str) -> None:
    """Bytes in the buffers do not count as read."""
    finding = examined(
        EndlessBody(name="announced", taken_bytes=6 * MEBI, took_s=0.1, status=status, was_ended_by_receiver=True)
    )

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert [(case.name, case.verdict, case.observed) for case in finding.cases] == [
        ("announced", Verdict.PASS, f"announced: cut off, {end}")
    ]


@pytest.mark.parametrize(("more", "verdict"), [(0, Verdict.PASS), (1, Verdict.FAIL)])
def test_buffers_may_hold_sixteen_mebibytes(more: int, verdict: Verdict) -> None:
    """The network accepts them although the receiver has not read them."""
    taken_bytes = MEBI + 16 * MEBI + more
    flood = EndlessBody(name="announced", taken_bytes=taken_bytes, took_s=0.1, status=413, was_ended_by_receiver=True)

    assert examined(flood).verdict is verdict


@pytest.mark.parametrize("is_over", [False, True])
def test_a_body_read_far_beyond_the_limit_fails(is_over: bool) -> None:
    """It fails with and without a response at the end."""
    finding = examined(
        EndlessBody(name="in_chunks", taken_bytes=33 * MEBI, took_s=0.1, status=401, was_ended_by_receiver=is_over)
    )

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("in chunks: still read beyond 1048576 bytes",)


def test_a_drip_that_the_receiver_never_ends_fails() -> None:
    """An occasional byte occupies a thread forever."""
    finding = examined(EndlessBody(name="drip", taken_bytes=70, took_s=7, was_ended_by_receiver=False))

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("drip: still read beyond 5 s",))


@pytest.mark.parametrize(("took_s", "verdict"), [(5.5, Verdict.PASS), (6.0, Verdict.PASS), (6.01, Verdict.FAIL)])
def test_a_drip_that_is_cut_off_in_time_passes(took_s: float, verdict: Verdict) -> None:
    """One second is allowed for the machine's own slowness."""
    flood = EndlessBody(name="drip", taken_bytes=50, took_s=took_s, was_ended_by_receiver=True)

    assert examined(flood).verdict is verdict


@pytest.mark.parametrize(("took_s", "verdict"), [(6.4, Verdict.FAIL), (6.2, Verdict.INCONCLUSIVE)])
def test_a_machine_pause_makes_a_late_end_inconclusive(took_s: float, verdict: Verdict) -> None:
    """The limit is 5 s, 1 s is tolerated, and the machine was paused for 0.3 s."""
    finding = examined(
        EndlessBody(name="drip", taken_bytes=60, took_s=took_s, was_ended_by_receiver=True),
        MachinePaused(at_s=3, lasted_s=0.3),
    )

    observed = f"drip: read {EXCUSED_BY_PAUSE}"
    assert (finding.verdict, finding.hook) == (verdict, "")
    assert [case.verdict for case in finding.cases] == [verdict]
    assert (finding.observed == finding.cases[0].observed == observed) is (verdict is Verdict.INCONCLUSIVE)


@pytest.mark.parametrize(
    ("body_bytes", "body_s", "hook"),
    [(None, 5, "app.limits.body_bytes"), (MEBI, None, "app.limits.body_s"), (None, None, "app.limits.body_bytes")],
)
def test_without_a_limit_the_result_is_inconclusive(body_bytes: int | None, body_s: float | None, hook: str) -> None:
    """The finding names the key that would set the limit."""
    finding = examined(body_bytes=body_bytes, body_s=body_s)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, hook)


@pytest.mark.parametrize(
    ("assumed", "verdict", "hook"),
    [
        (("body_s",), Verdict.INCONCLUSIVE, "app.limits.body_s"),
        (("body_bytes",), Verdict.FAIL, ""),
        ((), Verdict.FAIL, ""),
    ],
)
def test_a_drip_is_judged_by_the_limit_of_seconds(assumed: tuple[str, ...], verdict: Verdict, hook: str) -> None:
    """The other limit in the config makes no difference."""
    flood = EndlessBody(name="drip", taken_bytes=70, took_s=7, was_ended_by_receiver=False)

    finding = examined(flood, assumed=assumed)

    assert (finding.verdict, finding.hook) == (verdict, hook)
    assert [(case.name, case.verdict) for case in finding.cases] == [("drip", verdict)]


def test_an_exceeded_assumed_limit_is_inconclusive() -> None:
    """The finding reports the observation and names the key; a limit that was not exceeded passes."""
    assumed = ("body_bytes", "body_s")
    exceeding = EndlessBody(name="announced", taken_bytes=33 * MEBI, took_s=0.1, status=401, was_ended_by_receiver=True)
    within = EndlessBody(name="drip", taken_bytes=50, took_s=5.5, was_ended_by_receiver=True)

    finding = examined(exceeding, within, assumed=assumed)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.body_bytes")
    assert finding.observed == "announced: still read beyond 1048576 bytes, and the config sets no limit"
    assert examined(within, assumed=assumed).verdict is Verdict.PASS
