"""drops_removed_rows: a row that the institution removed no longer looks active."""

from typing import Any

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import DropsRemovedRows, Verdict

PROBE = DropsRemovedRows("transactions")
SYNCED = "banking.transactions.sync.completed"


def remove_row(tape: JournalBuilder, after: Any) -> None:
    """Row ``b`` is removed; after the event of that sync the app's state is *after*."""
    stays, goes = tape.transaction("a"), tape.transaction("b")
    tape.rows(stays, goes)
    tape.deliver_event(SYNCED)
    tape.effects({"rows": [stays, goes]}, moment="before")
    tape.rows(stays, removed=(goes["fiskil_id"],))
    tape.deliver_event(SYNCED)
    tape.effects(after)


def test_a_deleted_row_passes(tape: JournalBuilder) -> None:
    """The active view shows the rows of the latest sync."""
    remove_row(tape, {"rows": [tape.transaction("a")]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined, finding.advice) == (Verdict.PASS, 1, ())


def test_a_row_that_stays_unchanged_fails(tape: JournalBuilder) -> None:
    """A removed row in its old place looks like an active one."""
    remove_row(tape, {"rows": [tape.transaction("a"), tape.transaction("b")]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("kept b",))


@pytest.mark.parametrize("kind", ["marked", "moved", "listed"])
def test_a_row_kept_with_a_mark_passes(tape: JournalBuilder, kind: str) -> None:
    """Soft deletes pass, wherever the mark is."""
    stays, goes = tape.transaction("a"), tape.transaction("b")
    states = {
        "marked": {"rows": [stays, {**goes, "is_deleted": True}]},
        "moved": {"rows": [stays], "deleted": [goes]},
        "listed": {"rows": [stays, goes], "deleted_ids": [goes["fiskil_id"]]},
    }

    remove_row(tape, states[kind])

    finding = PROBE.examine(tape.journal)
    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("1 removed rows stay in the state with a mark",)


@pytest.mark.parametrize(("mark", "verdict"), [({"is_deleted": True}, Verdict.PASS), ({}, Verdict.FAIL)])
def test_a_mark_may_stay_over_several_syncs(tape: JournalBuilder, mark: dict[str, bool], verdict: Verdict) -> None:
    """The row is compared with the last state before its removal, not with a state that shows the mark."""
    stays, goes = tape.transaction("a"), tape.transaction("b")
    remove_row(tape, {"rows": [stays, {**goes, **mark}]})
    tape.rows(stays, removed=(goes["fiskil_id"],))
    tape.deliver_event(SYNCED)
    tape.effects({"rows": [stays, {**goes, **mark}]})

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_state_that_shows_no_row_proves_nothing(tape: JournalBuilder) -> None:
    """An app that lost all rows has not removed one on purpose."""
    remove_row(tape, {"rows": []})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: state")
    assert finding.observed == "the app's state contains no fiskil_id of these rows"


@pytest.mark.parametrize(
    ("route", "participant", "observed", "hook"),
    [
        ("banking.transactions", "", "the app's state contains no fiskil_id of these rows", "app.observe.effects: state"),
        ("banking.transactions", "b", "the app reads other datasets and no transactions", "app.facts.datasets"),
        ("banking.accounts", "", "the app reads other datasets and no transactions", "app.facts.datasets"),
    ],
)
def test_an_app_that_reads_other_data_only_shows_no_row(
    tape: JournalBuilder, route: str, participant: str, observed: str, hook: str
) -> None:
    """The finding names the fact that states which datasets the app uses."""
    tape.call(route, participant=participant)
    tape.rows(tape.transaction("a"), tape.transaction("b"))
    tape.deliver_event(SYNCED)
    tape.effects({"rows": []}, moment="before")
    tape.rows(tape.transaction("a"), removed=(tape.transaction("b")["fiskil_id"],))
    tape.deliver_event(SYNCED)
    tape.effects({"rows": []})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed, finding.hook) == (Verdict.INCONCLUSIVE, observed, hook)


def test_only_removed_rows_that_the_app_showed_are_examined(tape: JournalBuilder) -> None:
    """It showed one of two, and shows neither now."""
    stays, goes, unknown = (tape.transaction(key) for key in "abc")
    tape.rows(stays, goes, unknown)
    tape.deliver_event(SYNCED)
    tape.effects({"rows": [stays, goes]}, moment="before")
    tape.rows(stays, removed=(goes["fiskil_id"], unknown["fiskil_id"]))
    tape.deliver_event(SYNCED)
    tape.effects({"rows": [stays]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_without_a_removal_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """The sync removed no row."""
    tape.rows(tape.transaction("a"))
    tape.deliver_event(SYNCED)
    tape.effects([tape.transaction("a")])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "no row of transactions was removed between two syncs",
    )


def test_without_an_earlier_state_nothing_is_judged(tape: JournalBuilder) -> None:
    """The app may never have shown the row as active."""
    stays, goes = tape.transaction("a"), tape.transaction("b")
    tape.rows(stays, goes)
    tape.rows(stays, removed=(goes["fiskil_id"],))
    tape.deliver_event(SYNCED)
    tape.effects({"rows": [stays, goes]})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_a_state_the_hook_is_named(tape: JournalBuilder) -> None:
    """Nothing shows whether the row is gone."""
    remove_row(tape, None)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: state")


def remove_rows_of(tape: JournalBuilder, participant: str, *, kept: bool, dataset: str = "transactions") -> None:
    """Another end user has one row, which is removed; *kept*: the app still shows it."""
    row, stays = tape.transaction(f"{participant}1"), tape.transaction(f"{participant}2")
    tape.rows(row, stays, participant=participant, dataset=dataset)
    tape.effects({"rows": [row, stays]}, moment="before", participant=participant)
    tape.rows(stays, removed=(row["fiskil_id"],), participant=participant, dataset=dataset)
    tape.deliver_event(f"banking.{dataset}.sync.completed", participant=participant)
    tape.effects({"rows": [row, stays] if kept else [stays]}, participant=participant)


@pytest.mark.parametrize("keeps", [{"x": True, "y": False}, {"x": False, "y": True}, {"x": False, "y": False}])
def test_one_end_user_with_a_kept_row_is_enough_to_fail(tape: JournalBuilder, keeps: dict[str, bool]) -> None:
    """The rows of each end user are judged."""
    for participant, kept in keeps.items():
        remove_rows_of(tape, participant, kept=kept)

    assert PROBE.examine(tape.journal).verdict is (Verdict.FAIL if any(keeps.values()) else Verdict.PASS)


def test_end_users_without_a_removed_transaction_are_left_out(tape: JournalBuilder) -> None:
    """One lost an account only, and another one nothing."""
    remove_rows_of(tape, "x", kept=False)
    remove_rows_of(tape, "y", kept=True, dataset="accounts")
    tape.rows(tape.transaction("z"), participant="z")
    tape.effects({"rows": []}, participant="z")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_app_that_was_not_notified_is_not_judged(tape: JournalBuilder) -> None:
    """The event of the second sync was refused, and no refresh followed."""
    stays, goes = tape.transaction("a"), tape.transaction("b")
    tape.rows(stays, goes)
    tape.deliver_event(SYNCED)
    tape.effects([stays, goes], moment="before")
    tape.rows(stays, removed=(goes["fiskil_id"],))
    tape.deliver_event(SYNCED, outcome="refuse")
    tape.effects([stays, goes])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app was not notified of the latest sync of transactions",
    )


def test_a_busy_app_is_not_judged(tape: JournalBuilder) -> None:
    """It may still remove the row."""
    stays, goes = tape.transaction("a"), tape.transaction("b")
    tape.rows(stays, goes)
    tape.deliver_event(SYNCED)
    tape.effects([stays, goes], moment="before")
    tape.rows(stays, removed=(goes["fiskil_id"],))
    tape.deliver_event(SYNCED)
    tape.effects([stays, goes], pending=1, is_idle=False, waits_for="e1")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "")
    assert finding.observed == "the app was still busy when the scenario ended: e1 was not processed"


@pytest.mark.parametrize(("kept", "verdict"), [([], Verdict.PASS), (["a"], Verdict.FAIL)])
def test_an_empty_list_removes_every_row(tape: JournalBuilder, kept: list[str], verdict: Verdict) -> None:
    """The rows of each end user are judged, also if none is left."""
    row = tape.transaction("a")
    tape.rows(row, participant="emptied")
    tape.deliver_event(SYNCED, participant="emptied")
    tape.effects({"rows": [row]}, moment="before", participant="emptied")
    tape.rows(removed=(row["fiskil_id"],), participant="emptied")
    tape.deliver_event(SYNCED, participant="emptied")
    tape.effects({"rows": [tape.transaction(key) for key in kept]}, participant="emptied")

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_row_that_stays_after_an_unrenewed_token_is_inconclusive(tape: JournalBuilder) -> None:
    """The app could not read that the row is gone; the practice about tokens covers that."""
    tape.call("banking.transactions", status=401)
    remove_row(tape, {"rows": [tape.transaction("a"), tape.transaction("b")]})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
