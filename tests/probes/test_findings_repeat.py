"""Findings do not contain numbers that depend on timing, such as counts of calls: the same seed gives the same report."""

from collections.abc import Callable

import pytest

from fiskil_harness.journal import Journal
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import (
    AcknowledgesGenuine,
    AppliesOnce,
    CallsNothingForForgeries,
    Finding,
    GivesUpOnRefusals,
    KeepsDeadline,
    RenewsTokenOnce,
    RequestsTokensInBounds,
    RespectsRetryAfter,
    RetriesInBounds,
    SendsIssuedTokensOnly,
    StopsOnBadCredentials,
)
from fiskil_harness.probes.probe import Probe
from tests.probes.receivers import receiver_journal


def token_expired_during(calls: int) -> Journal:
    """Build a journal in which *calls* calls were in flight when the token expired."""
    tape = JournalBuilder()
    for _ in range(calls):
        tape.call("banking.transactions", status=401, took_s=1)
        tape.wait(-1)
    tape.wait(1)
    tape.call("token", token="t2")
    tape.call("banking.transactions", bearer="t2")
    return tape.journal


def outage(attempts: int) -> Journal:
    """Build a journal in which *attempts* attempts failed before one succeeded."""
    tape = JournalBuilder()
    for _ in range(attempts):
        tape.call("banking.transactions", status=503, bites=("Status(503)",), response_headers=(("retry-after", "1"),))
        tape.wait(1)
    tape.call("banking.transactions")
    return tape.journal


def stalls(attempts: int) -> Journal:
    """Build a journal in which *attempts* attempts received a response that never ended."""
    tape = JournalBuilder()
    for _ in range(attempts):
        tape.call("banking.transactions", status=200, bites=("Stall(after_bytes=500)",), took_s=3)
    return tape.journal


def refused_key_exchanged(times: int) -> Journal:
    """Build a journal in which a revoked key was exchanged *times* times before it was accepted again."""
    tape = JournalBuilder()
    tape.key("revoked")
    for _ in range(times):
        tape.call("token", status=401)
    tape.key("accepted")
    tape.call("banking.transactions", bearer="t2")
    return tape.journal


def fresh_tokens_refused(times: int) -> Journal:
    """Build a journal in which *times* calls with fresh tokens were refused before one succeeded."""
    tape = JournalBuilder()
    for number in range(times):
        tape.call("banking.transactions", status=401, bearer=f"t{number}", bites=("Unauthorised()",))
        tape.call("token")
    tape.call("banking.transactions")
    return tape.journal


def zero_lifetime_tokens(times: int) -> Journal:
    """Build a journal in which *times* tokens with a stated lifetime of 0 were requested, and the last one was used."""
    tape = JournalBuilder()
    for _ in range(times):
        tape.call("token", bites=("TokenLifetime(stated='zero')",))
    tape.call("banking.transactions", bearer="t2")
    return tape.journal


def forgeries_causing(calls: int) -> Journal:
    """Build a journal in which three forgeries caused *calls* calls."""
    courier = receiver_journal()
    courier.deliver("e1")
    courier.call("banking.accounts")
    courier.next_step()
    for name in ("unsigned", "other_secret", "tampered"):
        courier.forge(name, claims="banking.accounts.sync.completed")
    for _ in range(calls):
        courier.call("banking.accounts")
    return courier.journal


def burst_with_conflicts(conflicts: int) -> Journal:
    """Build a journal in which *conflicts* deliveries of a burst got 409, and a retry was acknowledged."""
    courier = receiver_journal()
    courier.deliver("e0", group=1)
    for _ in range(conflicts):
        courier.deliver("e0", status=409, group=1)
    courier.deliver("e0", attempt=2)
    courier.effects(applied={"e0": 1})
    return courier.journal


@pytest.mark.parametrize(
    ("probe", "build"),
    [
        (RenewsTokenOnce(), token_expired_during),
        (RetriesInBounds(), outage),
        (RespectsRetryAfter(), outage),
        (KeepsDeadline(), stalls),
        (StopsOnBadCredentials(), refused_key_exchanged),
        (GivesUpOnRefusals(), fresh_tokens_refused),
        (RequestsTokensInBounds(), zero_lifetime_tokens),
        (SendsIssuedTokensOnly(), zero_lifetime_tokens),
        (AcknowledgesGenuine(), burst_with_conflicts),
        (AppliesOnce(), burst_with_conflicts),
    ],
    ids=[
        "renews",
        "retries",
        "waits",
        "deadline",
        "credentials",
        "refusals",
        "exchanges",
        "tokens",
        "acknowledges",
        "applies",
    ],
)
def test_the_number_of_attempts_does_not_change_a_finding(probe: Probe, build: Callable[[int], Journal]) -> None:
    """Two and three attempts give the same finding."""
    finding: Finding = probe.examine(build(2))

    assert finding == probe.examine(build(3))
    assert finding.examined > 0


def test_the_number_of_calls_for_forgeries_does_not_change_a_finding() -> None:
    """Three and four calls give the same finding."""
    probe = CallsNothingForForgeries()

    assert probe.examine(forgeries_causing(3)) == probe.examine(forgeries_causing(4))
