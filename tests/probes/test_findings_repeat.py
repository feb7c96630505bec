"""How often something was called or tried is a matter of time, so it enters no finding: same seed, same report."""

from collections.abc import Callable

import pytest

from fiskil_harness.journal import Journal
from fiskil_harness.probes import (
    AcknowledgesGenuine,
    AppliesOnce,
    CallsNothingForForgeries,
    Finding,
    GivesUpOnRefusals,
    KeepsDeadline,
    RenewsTokenOnce,
    RespectsRetryAfter,
    RetriesInBounds,
    SendsTokensItGot,
    StopsOnBadCredentials,
    TakesTokensInBounds,
)
from fiskil_harness.probes.probe import PlainProbe
from tests.probes.courier import Courier
from tests.probes.tape import Tape


def token_died_for(workers: int) -> Journal:
    """So many calls were under way when the token died."""
    tape = Tape()
    for _ in range(workers):
        tape.call("banking.transactions", status=401, took_s=1)
        tape.wait(-1)
    tape.wait(1)
    tape.call("token", token="t2")
    tape.call("banking.transactions", bearer="t2")
    return tape.journal


def outage_of(tries: int) -> Journal:
    """So many tries failed before one came through."""
    tape = Tape()
    for _ in range(tries):
        tape.call("banking.transactions", status=503, bites=("Status(503)",), response_headers=(("retry-after", "1"),))
        tape.wait(1)
    tape.call("banking.transactions")
    return tape.journal


def stalls_of(tries: int) -> Journal:
    """So many tries met an answer that never ended."""
    tape = Tape()
    for _ in range(tries):
        tape.call("banking.transactions", status=200, bites=("Stall(after_bytes=500)",), took_s=3)
    return tape.journal


def bad_key_tried(times: int) -> Journal:
    """The refused key pair was exchanged so often, and works again."""
    tape = Tape()
    tape.key("revoked")
    for _ in range(times):
        tape.call("token", status=401)
    tape.key("accepted")
    tape.call("banking.transactions", bearer="t2")
    return tape.journal


def refused_whatever_the_token(times: int) -> Journal:
    """So many calls were refused with tokens that were fresh, and one more came through."""
    tape = Tape()
    for number in range(times):
        tape.call("banking.transactions", status=401, bearer=f"t{number}", bites=("Unauthorised()",))
        tape.call("token")
    tape.call("banking.transactions")
    return tape.journal


def odd_tokens_taken(times: int) -> Journal:
    """So many tokens were taken that are told to live no time, and the last was used."""
    tape = Tape()
    for _ in range(times):
        tape.call("token", bites=("TokenLifetime(stated='zero')",))
    tape.call("banking.transactions", bearer="t2")
    return tape.journal


def forgeries_worked_on(calls: int) -> Journal:
    """Three forgeries led to so many calls."""
    courier = Courier()
    courier.deliver("e1")
    courier.call("banking.accounts")
    courier.next_step()
    for name in ("unsigned", "other_secret", "tampered"):
        courier.forge(name, claims="banking.accounts.sync.completed")
    for _ in range(calls):
        courier.call("banking.accounts")
    return courier.journal


def burst_lost_by(losers: int) -> Journal:
    """So many of a burst were told to come again, and came."""
    courier = Courier()
    courier.deliver("e0", group=1)
    for _ in range(losers):
        courier.deliver("e0", status=409, group=1)
    courier.deliver("e0", attempt=2)
    courier.effects({"e0": 1})
    return courier.journal


@pytest.mark.parametrize(
    ("probe", "happened"),
    [
        (RenewsTokenOnce(), token_died_for),
        (RetriesInBounds(), outage_of),
        (RespectsRetryAfter(), outage_of),
        (KeepsDeadline(), stalls_of),
        (StopsOnBadCredentials(), bad_key_tried),
        (GivesUpOnRefusals(), refused_whatever_the_token),
        (TakesTokensInBounds(), odd_tokens_taken),
        (SendsTokensItGot(), odd_tokens_taken),
        (AcknowledgesGenuine(), burst_lost_by),
        (AppliesOnce(), burst_lost_by),
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
def test_the_number_of_tries_enters_no_finding(probe: PlainProbe, happened: Callable[[int], Journal]) -> None:
    """Two or three tries read the same."""
    finding: Finding = probe.examine(happened(2))

    assert finding == probe.examine(happened(3))
    assert finding.examined > 0


def test_the_number_of_calls_for_forgeries_enters_no_finding() -> None:
    """Three or four calls read the same."""
    probe = CallsNothingForForgeries()

    assert probe.examine(forgeries_worked_on(3)) == probe.examine(forgeries_worked_on(4))
