"""holds_newest_values: a row that changed between two syncs shows its new values, in whatever form the app keeps them."""

from typing import Any

import pytest

from fiskil_harness.probes import HoldsNewestValues, Verdict
from tests.probes.tape import Tape

PROBE = HoldsNewestValues("transactions")
SYNCED = "banking.transactions.sync.completed"


def changed(tape: Tape, before: Any, after: Any, **changes: Any) -> None:
    """Row ``a`` changed after the app told *before*; told of it, the app tells *after*."""
    tape.rows(tape.transaction("a"))
    tape.told(SYNCED)
    tape.effects(before, moment="before")
    tape.rows(tape.transaction("a", **changes))
    tape.told(SYNCED)
    tape.effects(after)


def kept(tape: Tape, **values: Any) -> list[dict[str, Any]]:
    """A state with row ``a`` and only these values of it."""
    return [{"fiskil_id": tape.transaction("a")["fiskil_id"], **values}]


def test_new_values_pass(tape: Tape) -> None:
    """An update in place is what upsert means."""
    changed(tape, kept(tape, amount="-12.50"), kept(tape, amount="-6001.20"), amount="-6001.20")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_old_values_fail_by_field(tape: Tape) -> None:
    """The first version, kept after the app was told of a newer one, is stale."""
    state = [tape.transaction("a")]

    changed(tape, state, state, amount="-6001.20", status="PENDING")

    finding = PROBE.examine(tape.journal)
    assert (finding.verdict, finding.evidence) == (
        Verdict.FAIL,
        ("a: amount is the old one", "a: status is the old one"),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [(-12.5, -6001.2), (1250, 600120), ("12.50", "6001.20"), (12.5, 6001.2)],
    ids=["float", "cents", "unsigned", "unsigned float"],
)
def test_money_may_change_its_form(tape: Tape, before: Any, after: Any) -> None:
    """Cents, floats and unsigned amounts are the same money."""
    changed(tape, kept(tape, amount=before), kept(tape, amount=after), amount="-6001.20")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("stale", [-12.5, 1250, "12.50"])
def test_stale_money_is_seen_in_every_form(tape: Tape, stale: Any) -> None:
    """An app does not hide an old amount by keeping it in cents."""
    changed(tape, kept(tape, amount=stale), kept(tape, amount=stale), amount="-6001.20")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_old_values_kept_as_history_pass(tape: Tape) -> None:
    """A record may remember what it was, as long as it shows what it is."""
    after = kept(tape, amount="-6001.20", history=["-12.50"])

    changed(tape, kept(tape, amount="-12.50"), after, amount="-6001.20")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_fields_that_the_app_does_not_keep_are_not_judged(tape: Tape) -> None:
    """An app that keeps amounts only owes nothing about descriptions."""
    state = kept(tape, amount="-12.50")

    changed(tape, state, state, description="CORRECTED 1")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_a_change_there_is_nothing_to_see(tape: Tape) -> None:
    """Two equal syncs prove nothing."""
    changed(tape, kept(tape, amount="-12.50"), kept(tape, amount="-12.50"))

    assert PROBE.examine(tape.journal).observed == "no row of transactions changed between two syncs"


def test_a_row_outside_the_asked_window_is_not_judged(tape: Tape) -> None:
    """An app that reads the last days only cannot know of a change months ago."""
    state = kept(tape, amount="-12.50")
    tape.rows(tape.transaction("a"))
    tape.told(SYNCED)
    tape.effects(state, moment="before")
    tape.rows(tape.transaction("a", amount="-6001.20"))
    tape.told(SYNCED)
    tape.call("banking.transactions", query="end_user_id=eu_alice&from=2026-11-01T00%3A00%3A00Z")
    tape.effects(state)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_at_work_is_not_accused(tape: Tape) -> None:
    """The new values may still come."""
    state = kept(tape, amount="-12.50")
    tape.rows(tape.transaction("a"))
    tape.told(SYNCED)
    tape.effects(state, moment="before")
    tape.rows(tape.transaction("a", amount="-6001.20"))
    tape.told(SYNCED)
    tape.effects(state, pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_was_not_told_owes_nothing(tape: Tape) -> None:
    """The event of the second sync was refused, and nobody asked for a refresh."""
    state = kept(tape, amount="-12.50")
    tape.rows(tape.transaction("a"))
    tape.told(SYNCED)
    tape.effects(state, moment="before")
    tape.rows(tape.transaction("a", amount="-6001.20"))
    tape.told(SYNCED, outcome="refuse")
    tape.effects(state)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_every_changed_value_that_is_shown_is_examined(tape: Tape) -> None:
    """Two fields of one row are two values."""
    new = {"amount": "-6001.20", "description": "COFFEE AND CAKE"}
    changed(tape, kept(tape, amount="-12.50", description="COFFEE a"), kept(tape, **new), **new)

    finding = PROBE.examine(tape.journal)

    assert (finding.observed, finding.examined) == ("2 changed values are the newest", 2)
