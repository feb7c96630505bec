"""holds_newest_values: a row that changed between two syncs shows its new values, in any form."""

from typing import Any

import pytest

from fiskil_harness.core.config.hooks import STATE
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.rows import NO_VISIBLE_EFFECT, PENDING, STILL_BUSY
from fiskil_harness.probes import Finding, HoldsNewestValues, Verdict
from fiskil_harness.probes.stored_rows.holds_newest_values import CLOSED_ACCOUNTS

PROBE = HoldsNewestValues("transactions")
SYNCED = "banking.transactions.sync.completed"


def change_row(tape: JournalBuilder, before: Any, after: Any, **changes: Any) -> None:
    """Row ``a`` changes while the state is *before*; after the event the state is *after*."""
    tape.rows(tape.transaction("a"))
    tape.deliver_event(SYNCED)
    tape.effects(before, moment="before")
    tape.rows(tape.transaction("a", **changes))
    tape.deliver_event(SYNCED)
    tape.effects(after)


def state_with(tape: JournalBuilder, **values: Any) -> list[dict[str, Any]]:
    """A state with row ``a`` and only these values of it."""
    return [{"fiskil_id": tape.transaction("a")["fiskil_id"], **values}]


def test_new_values_pass(tape: JournalBuilder) -> None:
    """The app updates the record."""
    change_row(tape, state_with(tape, amount="-12.50"), state_with(tape, amount="-6001.20"), amount="-6001.20")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_old_values_fail_by_field(tape: JournalBuilder) -> None:
    """The app still shows the first version after the event of a newer one."""
    state = [tape.transaction("a")]

    change_row(tape, state, state, amount="-6001.20", status="PENDING")

    finding = PROBE.examine(tape.journal)
    assert (finding.verdict, finding.evidence) == (
        Verdict.FAIL,
        ("a: amount has the old value", "a: status has the old value"),
    )


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ({"title": "COFFEE a"}, {"title": "LUNCH"}, Verdict.PASS),
        ({"title": "COFFEE a"}, {"title": "COFFEE a"}, Verdict.INCONCLUSIVE),
        ({"notes": [{"text": "COFFEE a"}]}, {"notes": [{"text": "COFFEE a"}], "title": "LUNCH"}, Verdict.INCONCLUSIVE),
        ({"title": "COFFEE a"}, {"title": None}, Verdict.INCONCLUSIVE),
    ],
    ids=["replaced", "kept", "that of the other field", "removed"],
)
def test_a_value_that_another_field_has_counts_only_where_it_was_replaced(
    tape: JournalBuilder, before: dict[str, Any], after: dict[str, Any], verdict: Verdict
) -> None:
    """The old value may be that of the other field, which did not change; it may be in a list of the row."""
    notes = [{"text": "COFFEE a"}]
    tape.rows(tape.transaction("a", notes=notes))
    tape.deliver_event(SYNCED)
    tape.effects(state_with(tape, **before), moment="before")
    tape.rows(tape.transaction("a", notes=notes, description="LUNCH"))
    tape.deliver_event(SYNCED)
    tape.effects(state_with(tape, **after))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (verdict, int(verdict is Verdict.PASS))


@pytest.mark.parametrize(
    ("before", "after"),
    [(-12.5, -6001.2), (1250, 600120), ("12.50", "6001.20"), (12.5, 6001.2)],
    ids=["float", "cents", "unsigned", "unsigned float"],
)
def test_money_may_have_any_form(tape: JournalBuilder, before: Any, after: Any) -> None:
    """Cents, floats and unsigned amounts are equal amounts."""
    change_row(tape, state_with(tape, amount=before), state_with(tape, amount=after), amount="-6001.20")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("stale", [-12.5, 1250, "12.50"])
def test_an_old_amount_fails_in_every_form(tape: JournalBuilder, stale: Any) -> None:
    """An old amount in cents is still an old amount."""
    change_row(tape, state_with(tape, amount=stale), state_with(tape, amount=stale), amount="-6001.20")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_old_values_kept_as_history_pass(tape: JournalBuilder) -> None:
    """A record may contain its earlier values if it shows the latest one."""
    after = state_with(tape, amount="-6001.20", history=["-12.50"])

    change_row(tape, state_with(tape, amount="-12.50"), after, amount="-6001.20")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_fields_that_the_app_does_not_store_are_not_judged(tape: JournalBuilder) -> None:
    """An app that stores amounts only need not update descriptions."""
    state = state_with(tape, amount="-12.50")

    change_row(tape, state, state, description="CORRECTED 1")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_a_change_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """Two equal syncs prove nothing."""
    change_row(tape, state_with(tape, amount="-12.50"), state_with(tape, amount="-12.50"))

    assert PROBE.examine(tape.journal).observed == "no row of transactions changed between two syncs"


def test_a_row_outside_the_requested_period_is_not_judged(tape: JournalBuilder) -> None:
    """An app that reads only the last days does not know of a change months ago."""
    state = state_with(tape, amount="-12.50")
    tape.rows(tape.transaction("a"))
    tape.deliver_event(SYNCED)
    tape.effects(state, moment="before")
    tape.rows(tape.transaction("a", amount="-6001.20"))
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", query="end_user_id=eu-alice&from=2026-11-01T00%3A00%3A00Z")
    tape.effects(state)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("first_day", "verdict", "observed"),
    [
        (
            "2026-09-28",
            Verdict.FAIL,
            "changed transactions still show the old values after the app was notified of a new sync",
        ),
        (
            "2026-09-24",
            Verdict.FAIL,
            "changed transactions still show the old values after the app was notified of a new sync",
        ),
        ("2026-09-23", Verdict.INCONCLUSIVE, "the app did not read the changed rows of transactions again"),
        ("2026-09-01", Verdict.INCONCLUSIVE, "the app did not read the changed rows of transactions again"),
    ],
)
def test_rows_that_were_not_read_again_fail_if_they_are_recent(
    tape: JournalBuilder, first_day: str, verdict: Verdict, observed: str
) -> None:
    """An app may read rows of last month again at night, but not those of this week."""
    old, newest = tape.transaction("a", posting_date_time=f"{first_day}T09:00:00Z"), tape.transaction("b")
    tape.rows(old, newest)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions")
    tape.effects([old, newest], moment="before")
    tape.rows({**old, "amount": "-6001.20"}, newest)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", query="end_user_id=eu-alice&from=2026-10-01T00%3A00%3A00Z")
    tape.effects([old, newest])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (verdict, observed)


def test_a_changed_row_that_no_query_ever_selected_is_not_judged(tape: JournalBuilder) -> None:
    """The app reads from a later day than the row's, before the change and after it."""
    old = tape.transaction("a", posting_date_time="2026-09-28T09:00:00Z")
    tape.rows(old, tape.transaction("b"))
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", query="end_user_id=eu-alice&from=2026-09-30T00%3A00%3A00Z")
    tape.effects([old], moment="before")
    tape.rows({**old, "amount": "-6001.20"}, tape.transaction("b"))
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", query="end_user_id=eu-alice&from=2026-10-01T00%3A00%3A00Z")
    tape.effects([old])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "no row of transactions changed between two syncs",
    )


def test_a_row_that_was_not_read_again_is_named(tape: JournalBuilder) -> None:
    """The evidence states the cause."""
    old = tape.transaction("a", posting_date_time="2026-09-30T09:00:00Z")
    tape.rows(old)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions")
    tape.effects([old], moment="before")
    tape.rows({**old, "amount": "-6001.20"})
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", query="end_user_id=eu-alice&from=2026-10-01T00%3A00%3A00Z")
    tape.effects([old])

    assert PROBE.examine(tape.journal).evidence == ("a: amount has the old value, and the app did not read the row again",)


def test_a_wrong_value_of_a_nested_field_is_named(tape: JournalBuilder) -> None:
    """The state shows it beside the id, under the last part of its name."""
    reads = [
        {
            "key": "read 1",
            "fiskil_id": "energy_usage_1",
            "unit_of_measure": "KWH",
            "interval_read": {"aggregate_value": total},
        }
        for total in (14.203, 9.517)
    ]
    tape.rows(reads[0], dataset="usage")
    tape.effects([{"fiskil_id": "energy_usage_1", "unit": "KWH", "aggregate_value": 7}], moment="before")
    tape.rows(reads[1], dataset="usage")
    tape.deliver_event("energy.usage.sync.completed")
    tape.effects([{"fiskil_id": "energy_usage_1", "unit": "KWH", "aggregate_value": 8}])

    finding = HoldsNewestValues("usage").examine(tape.journal)

    assert finding.observed.startswith(
        "the app's state shows a value that the API never served: read 1: aggregate_value is 8"
    )


def test_a_rounded_value_is_named(tape: JournalBuilder) -> None:
    """The row is there, with a value that the API never served."""
    shown = [{**tape.transaction("a"), "amount": amount} for amount in ("-13", "-6001.2")]

    change_row(tape, [shown[0]], [shown[1]], amount="-6001.25")

    finding = PROBE.examine(tape.journal)
    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "")
    assert finding.observed.endswith(
        "that the API never served: a: amount is -6001.2, and the API served -12.50 or -6001.25"
    )


@pytest.mark.parametrize(("pending", "observed", "hook"), [(1, STILL_BUSY, ""), (None, NO_VISIBLE_EFFECT, PENDING)])
def test_a_busy_app_is_not_judged(tape: JournalBuilder, pending: int | None, observed: str, hook: str) -> None:
    """The new values may still arrive."""
    state = state_with(tape, amount="-12.50")
    tape.rows(tape.transaction("a"))
    tape.deliver_event(SYNCED)
    tape.effects(state, moment="before")
    tape.rows(tape.transaction("a", amount="-6001.20"))
    tape.deliver_event(SYNCED)
    tape.effects(state, pending=pending, is_idle=False)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed, finding.hook) == (Verdict.INCONCLUSIVE, observed, hook)


def test_an_app_that_was_not_notified_is_not_judged(tape: JournalBuilder) -> None:
    """The event of the second sync was refused, and no refresh followed."""
    state = state_with(tape, amount="-12.50")
    tape.rows(tape.transaction("a"))
    tape.deliver_event(SYNCED)
    tape.effects(state, moment="before")
    tape.rows(tape.transaction("a", amount="-6001.20"))
    tape.deliver_event(SYNCED, outcome="refuse")
    tape.effects(state)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app was not notified of the latest sync of transactions",
    )


def test_an_app_whose_state_is_unknown_is_not_judged(tape: JournalBuilder) -> None:
    """The finding names what the effects hook does not report."""
    change_row(tape, None, None, amount="-6001.20")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, STATE)
    assert finding.observed == "the effects hook does not report `state`"


def test_every_changed_value_that_is_shown_is_examined(tape: JournalBuilder) -> None:
    """Two fields of one row are two values."""
    new = {"amount": "-6001.20", "description": "COFFEE AND CAKE"}
    change_row(tape, state_with(tape, amount="-12.50", description="COFFEE a"), state_with(tape, **new), **new)

    finding = PROBE.examine(tape.journal)

    assert (finding.observed, finding.examined) == ("2 changed values are up to date", 2)


def change_types(tape: JournalBuilder, shown: dict[str, str]) -> None:
    """The type of rows ``a`` and ``b`` changes; the state shows the types in *shown* before and after."""
    kinds = {"a": "PAYMENT", "b": "PAYMENT", "c": "FEE"}
    state = [{"fiskil_id": f"bank_tx_{key}", "kind": kind} for key, kind in shown.items()]
    tape.rows(*(tape.transaction(key, type=kind) for key, kind in kinds.items()))
    tape.deliver_event(SYNCED)
    tape.effects(state, moment="before")
    tape.rows(*(tape.transaction(key, type="TRANSFER" if kind == "PAYMENT" else kind) for key, kind in kinds.items()))
    tape.deliver_event(SYNCED)
    tape.effects(state)


@pytest.mark.parametrize("kind", ["PAYMENT", "OTHER"])
def test_a_constant_of_the_app_is_not_an_old_value(tape: JournalBuilder, kind: str) -> None:
    """The app gives the fee another name than the API, so the word is not the API's type."""
    change_types(tape, {"a": "PAYMENT", "b": "PAYMENT", "c": kind})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_shared_value_that_the_app_stores_fails_when_it_is_old(tape: JournalBuilder) -> None:
    """The app shows the type of each row, and keeps it."""
    change_types(tape, {"a": "PAYMENT", "b": "PAYMENT", "c": "FEE"})

    assert PROBE.examine(tape.journal).evidence == ("a: type has the old value", "b: type has the old value")


def test_a_value_that_no_other_row_has_needs_no_comparison(tape: JournalBuilder) -> None:
    """The app shows the amount of the newest row only, and keeps it."""
    state = [*state_with(tape, amount="-12.50"), {"fiskil_id": "bank_tx_b"}]
    other = tape.transaction("b", amount="-20.00")
    tape.rows(tape.transaction("a"), other)
    tape.deliver_event(SYNCED)
    tape.effects(state, moment="before")
    tape.rows(tape.transaction("a", amount="-6001.20"), other)
    tape.deliver_event(SYNCED)
    tape.effects(state)

    assert PROBE.examine(tape.journal).evidence == ("a: amount has the old value",)


def test_empty_values_are_not_judged(tape: JournalBuilder) -> None:
    """An empty text in the state may belong to any field."""
    state = state_with(tape, amount="-12.50", note="")
    tape.rows(tape.transaction("a", reference=""))
    tape.deliver_event(SYNCED)
    tape.effects(state, moment="before")
    tape.rows(tape.transaction("a", reference="CORRECTED"))
    tape.deliver_event(SYNCED)
    tape.effects(state)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_value_that_another_field_has_now_is_not_judged(tape: JournalBuilder) -> None:
    """The old posting time is still the time of execution, which the app shows."""
    moment = "2026-10-01T09:00:00Z"
    state = state_with(tape, time=moment)
    tape.rows(tape.transaction("a", execution_date_time=moment))
    tape.deliver_event(SYNCED)
    tape.effects(state, moment="before")
    tape.rows(tape.transaction("a", execution_date_time=moment, posting_date_time="2026-10-02T09:00:00Z"))
    tape.deliver_event(SYNCED)
    tape.effects(state)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_fields_of_nested_objects_are_judged(tape: JournalBuilder) -> None:
    """The app stores the category in a column of its own."""
    state = state_with(tape, category="RENT")
    tape.rows(tape.transaction("a", category={"primary_category": "RENT"}))
    tape.deliver_event(SYNCED)
    tape.effects(state, moment="before")
    tape.rows(tape.transaction("a", category={"primary_category": "FOOD"}))
    tape.deliver_event(SYNCED)
    tape.effects(state)

    assert PROBE.examine(tape.journal).evidence == ("a: category.primary_category has the old value",)


def change_two_datasets(tape: JournalBuilder, *, account_name: str) -> None:
    """A transaction and an account change, and the app reads both; afterwards it shows the account as *account_name*."""
    for amount, name, shown in (("-12.50", "Everyday", "Everyday"), ("-6001.20", "Daily", account_name)):
        tape.rows(tape.transaction("a", amount=amount))
        tape.rows({"key": "acc", "fiskil_id": "bank_acc_1", "display_name": name}, dataset="accounts")
        tape.deliver_event(SYNCED)
        tape.deliver_event("banking.accounts.sync.completed")
        tape.call("banking.transactions")
        tape.call("banking.accounts")
        tape.effects([*state_with(tape, amount=amount), {"fiskil_id": "bank_acc_1", "name": shown}])


def test_every_dataset_that_the_app_reads_is_judged(tape: JournalBuilder) -> None:
    """The transaction is up to date, but the account's name is not."""
    change_two_datasets(tape, account_name="Everyday")

    finding = HoldsNewestValues("").examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("acc: display_name has the old value",))
    assert finding.observed == "changed accounts still show the old values after the app was notified of a new sync"


@pytest.mark.parametrize(("new_amount", "reads_accounts"), [("-12.50", True), ("-6001.20", False)])
def test_a_dataset_without_a_change_or_a_read_is_left_out(
    tape: JournalBuilder, new_amount: str, *, reads_accounts: bool
) -> None:
    """One dataset is judged: the other one did not change, or the app never read it."""
    account = {"key": "acc", "fiskil_id": "bank_acc_1", "display_name": "Everyday"}
    for amount, name in (("-12.50", "Everyday"), (new_amount, "Daily")):
        tape.rows(tape.transaction("a", amount=amount))
        tape.rows({**account, "display_name": name}, dataset="accounts")
        tape.deliver_event(SYNCED)
        tape.deliver_event("banking.accounts.sync.completed")
        tape.call("banking.transactions")
        if reads_accounts:
            tape.call("banking.accounts")
        account_name = name if reads_accounts else "Everyday"
        tape.effects([*state_with(tape, amount=amount), {"fiskil_id": "bank_acc_1", "name": account_name}])

    finding = HoldsNewestValues("").examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_datasets_of_another_end_user_are_left_out(tape: JournalBuilder) -> None:
    """The app read nothing about the first one."""
    tape.rows(tape.transaction("a"), participant="b")
    tape.call("banking.transactions", participant="b")

    assert HoldsNewestValues("").examine(tape.journal).observed == "the app read no dataset"


def test_values_of_every_dataset_pass(tape: JournalBuilder) -> None:
    """Both rows are up to date."""
    change_two_datasets(tape, account_name="Daily")

    finding = HoldsNewestValues("").examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_without_a_read_nothing_is_judged(tape: JournalBuilder) -> None:
    """An app that reads no data cannot show old data."""
    assert HoldsNewestValues("").examine(tape.journal).observed == "the app read no dataset"


def test_the_only_row_in_the_apps_own_notation_is_not_judged(tape: JournalBuilder) -> None:
    """The app shows the row, but money with its currency. No other row shows what each sync changes."""
    change_row(tape, state_with(tape, amount="AUD 12.50 debit"), state_with(tape, amount="x"), amount="-6001.20")

    finding = PROBE.examine(tape.journal)
    assert (finding.verdict, finding.hook, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "",
        "the app's state does not show that amount changed",
    )


def change_one_of_two(tape: JournalBuilder, before: dict[str, Any], after: dict[str, Any]) -> Finding:
    """Return the finding after account ``a`` was closed, with these records of it; that of ``b`` shows the sync's time."""
    accounts = [{"key": key, "fiskil_id": f"bank_acc_{key}", "open_status": "OPEN"} for key in "ab"]
    for at, record, status in ((1, before, "OPEN"), (2, after, "CLOSED")):
        tape.rows({**accounts[0], "open_status": status}, accounts[1], dataset="accounts")
        tape.call("banking.accounts")
        tape.deliver_event("banking.accounts.sync.completed")
        tape.effects([{"ref": "bank_acc_a", "at": at, **record}, {"ref": "bank_acc_b", "at": at, "isOpen": True}])
    return HoldsNewestValues("accounts").examine(tape.journal)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ({"isOpen": True}, {"isOpen": False}, Verdict.PASS),
        ({"flags": {"state": "active"}}, {"flags": {"state": "gone"}}, Verdict.PASS),
        ({"isOpen": True}, {"isOpen": True}, Verdict.INCONCLUSIVE),
        ({"isOpen": True}, {"isOpen": None}, Verdict.INCONCLUSIVE),
        ({"isOpen": True}, {}, Verdict.INCONCLUSIVE),
        ({"isOpen": True}, {"note": "new"}, Verdict.INCONCLUSIVE),
        ({"entries": [1]}, {"entries": [2]}, Verdict.INCONCLUSIVE),
    ],
)
def test_a_value_in_another_notation_must_be_replaced(
    tape: JournalBuilder, before: dict[str, Any], after: dict[str, Any], verdict: Verdict
) -> None:
    """The time of the sync changes in each record, so it proves nothing."""
    finding = change_one_of_two(tape, before, after)

    assert (finding.verdict, finding.examined) == (verdict, int(verdict is Verdict.PASS))


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ({"amount": "-12.50"}, {"amount": "12.50"}, Verdict.PASS),
        ({"cents": -1250}, {"cents": 1250}, Verdict.PASS),
        ({"amount": "12.50", "way": "out"}, {"amount": "12.50", "way": "in"}, Verdict.PASS),
        ({"amount": "12.50 debit"}, {"amount": "12.50 credit"}, Verdict.PASS),
        ({"amount": "12.50"}, {"amount": "12.50"}, Verdict.INCONCLUSIVE),
        ({"amount": "12.50", "rev": 1}, {"amount": "12.50", "rev": 2}, Verdict.INCONCLUSIVE),
        ({"amount": "12.50", "at": "2026-10-01"}, {"amount": "12.50", "at": "2026-10-02"}, Verdict.INCONCLUSIVE),
        ({"text": "-12.50 AUD"}, {"text": "-12.50 AUD"}, Verdict.INCONCLUSIVE),
        ({"amount": "12.50", "total": "-12.50"}, {"amount": "12.50", "total": "-12.50"}, Verdict.INCONCLUSIVE),
        ({"amount": "-12.50"}, {"amount": "-12.50"}, Verdict.FAIL),
        ({"amount": "-12.50", "etag": "x"}, {"amount": "-12.50", "etag": "y"}, Verdict.FAIL),
        ({"cents": -1250}, {"cents": -1250}, Verdict.FAIL),
        ({"amount": -12.5}, {"amount": -12.5}, Verdict.FAIL),
        ({"amount": "-12.50", "n": 10**5000}, {"amount": "12.50", "n": "sNaN"}, Verdict.PASS),
    ],
)
def test_an_amount_that_changed_its_sign_must_look_different(
    tape: JournalBuilder, before: dict[str, Any], after: dict[str, Any], verdict: Verdict
) -> None:
    """An app may show the direction in a field of its own, or not at all; only a shown minus that stays is a FAIL."""
    other = tape.transaction("b", amount="-7.00")
    shown = {name: {"-12.50": "-7.00", -1250: -700, -12.5: -7.0}.get(value, value) for name, value in before.items()}
    if "total" in shown:
        shown["total"] = "-19.50"
    for record, amount in ((before, "-12.50"), (after, "12.50")):
        tape.rows(tape.transaction("a", amount=amount), other)
        tape.deliver_event(SYNCED)
        tape.effects([*state_with(tape, **record), {"fiskil_id": other["fiskil_id"], **shown}])

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is verdict
    if verdict is Verdict.INCONCLUSIVE:
        assert finding.observed == "the app's state does not show that amount of a changed its sign"


def test_a_closed_account_that_looks_open_names_the_fact(tape: JournalBuilder) -> None:
    """The app may not store whether an account is open."""
    finding = change_one_of_two(tape, {}, {})

    assert (finding.hook, finding.observed) == (CLOSED_ACCOUNTS, "the app's state does not show that open_status changed")


def test_a_state_without_the_changed_row_is_not_judged(tape: JournalBuilder) -> None:
    """The finding names the effects hook, which reports no id of the row."""
    change_row(tape, {"total": "-12.50"}, {"total": "-12.50"}, amount="-6001.20")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook, finding.observed) == (
        Verdict.INCONCLUSIVE,
        STATE,
        "the app's state contains no fiskil_id of a changed row",
    )


def test_an_app_that_reads_other_datasets_only_is_not_judged(tape: JournalBuilder) -> None:
    """The finding names the fact that states which datasets the app uses."""
    tape.call("banking.accounts")
    change_row(tape, {"total": 1}, {"total": 1}, amount="-6001.20")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "app.facts.datasets",
        "the app reads other datasets and no transactions",
    )


def test_an_app_that_reads_nothing_after_a_change_keeps_old_values(tape: JournalBuilder) -> None:
    """It read the row before the change only."""
    tape.call("banking.transactions")
    state = state_with(tape, amount="-12.50")
    change_row(tape, state, state, amount="-6001.20")

    assert PROBE.examine(tape.journal).evidence == ("a: amount has the old value",)


def test_old_values_after_an_unrenewed_token_are_inconclusive(tape: JournalBuilder) -> None:
    """The app could not read the new values; the practice about tokens covers that."""
    state = [tape.transaction("a")]
    tape.call("banking.transactions", status=401)

    change_row(tape, state, state, amount="-6001.20")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def lose_reference(tape: JournalBuilder, before: Any, after: Any) -> None:
    """Row ``a`` loses its reference while the state is *before*; after the event the state is *after*."""
    row = tape.transaction("a", reference="R1")
    tape.rows(row)
    tape.deliver_event(SYNCED)
    tape.effects(before, moment="before")
    tape.rows({name: value for name, value in row.items() if name != "reference"})
    tape.deliver_event(SYNCED)
    tape.effects(after)


def test_a_value_that_the_api_no_longer_serves_fails(tape: JournalBuilder) -> None:
    """An app that updates only the fields of the response keeps the old value."""
    state = state_with(tape, reference="R1")

    lose_reference(tape, state, state)

    finding = PROBE.examine(tape.journal)
    expected = "a: reference has the old value, although the API no longer serves the field"
    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, (expected,))


@pytest.mark.parametrize("shape", ["absent", "null", "empty", "versions", "history", "log", "newest", "fallback"])
def test_a_state_without_the_removed_value_passes(tape: JournalBuilder, shape: str) -> None:
    """The old value may be kept in a version, a history or a log, and another field may have the same value."""
    (old,) = state_with(tape, reference="R1", amount="-12.50")
    (new,) = state_with(tape, amount="-12.50")
    shapes: dict[str, tuple[Any, Any]] = {
        "absent": ([old], [new]),
        "null": ([old], [{**new, "reference": None}]),
        "empty": ([old], [{**new, "reference": ""}]),
        "versions": ([{**old, "valid_to": None}], [{**old, "valid_to": "2026-01-02"}, {**new, "valid_to": None}]),
        "history": ([old], [{**new, "history": [old], "last": {"reference": "R1"}}]),
        "log": ({"rows": [old], "inserted": [old]}, {"rows": [new], "inserted": [old]}),
        "newest": ({"newest": old["fiskil_id"], "rows": [old]}, {"newest": old["fiskil_id"], "rows": [new]}),
        "fallback": ([old], [{**new, "title": "R1"}]),
    }

    lose_reference(tape, *shapes[shape])

    finding = PROBE.examine(tape.journal)
    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_a_row_that_is_no_longer_shown_has_no_old_value(tape: JournalBuilder) -> None:
    """Other probes judge whether rows are shown."""
    (old,) = state_with(tape, reference="R1")

    lose_reference(tape, [old], {"rows": []})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
