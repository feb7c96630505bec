"""Coverage of routes: the kinds of fault that each route met in the foreground and in the background."""

import pytest

from fiskil_harness.core.route_grid import KINDS
from fiskil_harness.journal import Exchange
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes.route_coverage import RouteCoverage, kind_of, missing_faults, route_coverage, route_marks


@pytest.mark.parametrize(
    ("status", "bites", "kind"),
    [
        (503, ("Status(status=503)",), "fails"),
        (None, ("Timeout()",), "stalls"),
        (200, ("Drip(every_ms=200)",), "drips"),
        (200, ("ResetPeer(after_bytes=1)",), "breaks-off"),
        (None, ("BeginOutage()",), "breaks-off"),
        (403, ("Status(status=403)",), "refused"),
        (429, ("Status(status=429)",), "rate-limited"),
        (401, (), "expired-token"),
        (401, ("Drip(every_ms=200)",), "drips"),
        (404, (), ""),
        (None, (), ""),
        (399, ("Status(status=399)",), ""),
        (400, ("Status(status=400)",), "refused"),
        (401, ("Status(status=401)",), "expired-token"),
        (428, ("Status(status=428)",), "refused"),
        (430, ("Status(status=430)",), "refused"),
        (499, ("Status(status=499)",), "refused"),
        (500, ("Status(status=500)",), "fails"),
        (429, (), ""),
        (500, (), ""),
        (500, ("Timeout()", "Drip(every_ms=200)"), "stalls"),
        (500, ("Drip(every_ms=200)", "ResetPeer(after_bytes=1)"), "drips"),
        (200, (), ""),
        (200, ("ErrorInside(rows=error)",), ""),
    ],
)
def test_a_call_meets_one_kind_of_fault(status: int | None, bites: tuple[str, ...], kind: str) -> None:
    """Only a fault makes a refusal count, because a correct call may be refused too."""
    call = Exchange(number=1, route="consents.list", method="GET", path="/", status=status, bites=bites)

    assert kind_of(call) == kind


@pytest.mark.parametrize(
    ("status", "kind"), [(200, ""), (401, "refused"), (403, "refused"), (429, "rate-limited"), (500, "fails"), (None, "")]
)
def test_a_refused_key_pair_counts_without_a_fault(status: int | None, kind: str) -> None:
    """No correct token request is refused."""
    assert kind_of(Exchange(number=1, route="token", method="POST", path="/", status=status)) == kind


def test_marks_name_route_moment_and_kind() -> None:
    """A response without a body is noted, because it cannot arrive slowly."""
    tape = JournalBuilder()
    tape.call("consents.list")
    tape.call("end_users.delete", status=204, bites=("Latency(latency_ms=250)",))
    tape.call("consents.revoke", status=204)
    tape.call("consents.revoke", status=503, bites=("Status(status=503)",))
    tape.hook("revoke", took_s=0.4)

    assert route_marks(tape.journal) == (
        "bodyless consents.revoke",
        "met foreground consents.revoke fails",
        "used foreground consents.list",
        "used foreground consents.revoke",
        "used foreground end_users.delete",
    )


def test_every_kind_is_required_of_a_route_at_each_moment_of_its_use() -> None:
    """A token cannot expire where tokens are issued, and a response without a body cannot be slow."""
    marks = (
        "bodyless consents.revoke",
        "called token",
        "met background token fails",
        "met foreground banking.accounts stalls",
        "used background token",
        "used foreground banking.accounts",
        "used foreground consents.revoke",
    )

    accounts, revoke, token = route_coverage(marks)

    assert accounts == RouteCoverage(
        route="banking.accounts",
        moment="foreground",
        met=("stalls",),
        missing=("fails", "drips", "breaks-off", "refused", "rate-limited", "expired-token"),
    )
    assert set(KINDS) - set(revoke.missing) == {"drips"}
    assert (token.moment, token.met) == ("background", ("fails",))
    assert "expired-token" not in token.missing


def test_missing_faults_are_texts() -> None:
    """A route that was never called is not required."""
    kinds = [f"met foreground consents.list {kind}" for kind in KINDS if kind != "drips"]

    assert missing_faults(["used foreground consents.list", *kinds]) == ("consents.list drips in the foreground",)
    assert missing_faults([]) == ()


@pytest.mark.parametrize(
    ("is_idle", "marks"),
    [(True, ("used foreground banking.accounts",)), (False, ()), (None, ("used foreground banking.accounts",))],
)
def test_a_route_is_used_in_the_foreground_if_no_other_work_can_be_the_cause(
    is_idle: bool | None, marks: tuple[str, ...]
) -> None:
    """A worker of the app may process an earlier message while a person waits; without effects that is unknown."""
    tape = JournalBuilder()
    tape.deliver_event("banking.accounts.sync.completed")
    if is_idle is not None:
        tape.effects({}, is_idle=is_idle)
    tape.call("banking.accounts")
    tape.hook("start_session", took_s=0.1)

    assert route_marks(tape.journal) == marks


def test_a_fault_in_the_foreground_counts_although_other_work_may_be_the_cause() -> None:
    """The app met the fault while a person waited."""
    tape = JournalBuilder()
    tape.deliver_event("banking.accounts.sync.completed")
    tape.effects({}, is_idle=False)
    tape.call("banking.accounts", status=503, bites=("Status(status=503)",))
    tape.hook("refresh", took_s=0.1)

    assert route_marks(tape.journal) == ("met foreground banking.accounts fails",)
