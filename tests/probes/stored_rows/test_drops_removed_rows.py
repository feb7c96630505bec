"""drops_removed_rows: a row that vanished no longer looks like an active one."""

from typing import Any

import pytest

from fiskil_harness.probes import DropsRemovedRows, Verdict
from tests.probes.tape import Tape

PROBE = DropsRemovedRows("transactions")
SYNCED = "banking.transactions.sync.completed"


def removed(tape: Tape, after: Any) -> None:
    """Row ``b`` vanished; told of it, the app tells *after*."""
    stays, goes = tape.transaction("a"), tape.transaction("b")
    tape.rows(stays, goes)
    tape.told(SYNCED)
    tape.effects({"rows": [stays, goes]}, moment="before")
    tape.rows(stays, removed=(goes["fiskil_id"],))
    tape.told(SYNCED)
    tape.effects(after)


def test_a_row_that_left_passes(tape: Tape) -> None:
    """The active view shows what the latest sync has."""
    removed(tape, {"rows": [tape.transaction("a")]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_a_row_that_stays_unchanged_fails(tape: Tape) -> None:
    """A removed row that stands where it stood cannot be told from an active one."""
    removed(tape, {"rows": [tape.transaction("a"), tape.transaction("b")]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("kept b",))


@pytest.mark.parametrize("how", ["marked", "moved", "listed"])
def test_a_row_kept_with_a_mark_passes(tape: Tape, how: str) -> None:
    """Soft deletes are what the practice asks for, wherever the mark stands."""
    stays, goes = tape.transaction("a"), tape.transaction("b")
    states = {
        "marked": {"rows": [stays, {**goes, "is_deleted": True}]},
        "moved": {"rows": [stays], "deleted": [goes]},
        "listed": {"rows": [stays, goes], "deleted_ids": [goes["fiskil_id"]]},
    }

    removed(tape, states[how])

    finding = PROBE.examine(tape.journal)
    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("1 removed rows stay in the state with a mark",)


def test_a_state_that_shows_no_row_proves_nothing(tape: Tape) -> None:
    """An app that lost everything has not removed a row on purpose."""
    removed(tape, {"rows": []})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_a_removal_there_is_nothing_to_see(tape: Tape) -> None:
    """A sync that removed nothing is no experiment."""
    tape.rows(tape.transaction("a"))
    tape.told(SYNCED)
    tape.effects([tape.transaction("a")])

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_was_not_told_owes_nothing(tape: Tape) -> None:
    """The event of the second sync was refused, and nobody asked for a refresh."""
    stays, goes = tape.transaction("a"), tape.transaction("b")
    tape.rows(stays, goes)
    tape.told(SYNCED)
    tape.effects([stays, goes], moment="before")
    tape.rows(stays, removed=(goes["fiskil_id"],))
    tape.told(SYNCED, outcome="refuse")
    tape.effects([stays, goes])

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_at_work_is_not_accused(tape: Tape) -> None:
    """The row may still go."""
    stays, goes = tape.transaction("a"), tape.transaction("b")
    tape.rows(stays, goes)
    tape.told(SYNCED)
    tape.effects([stays, goes], moment="before")
    tape.rows(stays, removed=(goes["fiskil_id"],))
    tape.told(SYNCED)
    tape.effects([stays, goes], pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
