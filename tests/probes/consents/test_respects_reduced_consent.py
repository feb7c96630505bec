"""respects_reduced_consent: the app works with fewer permissions than requested, and deletes withdrawn data."""

from typing import Any

import pytest

from fiskil_harness.journal import Declared
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import RespectsReducedConsent, Verdict

PROBE = RespectsReducedConsent()
ACCOUNT = {"key": "everyday", "fiskil_id": "acc1", "arrangement_id": "arr1", "open_status": "OPEN"}
CLOSED = {**ACCOUNT, "open_status": "CLOSED"}
ROW = JournalBuilder.transaction("a", arrangement_id="arr1")
BOTH: dict[str, Any] = {"accounts": [ACCOUNT], "transactions": [ROW]}


def withdraw_transactions(tape: JournalBuilder) -> None:
    """Transactions leave the consent."""
    tape.consent("arr1")
    tape.rows(ACCOUNT, dataset="accounts")
    tape.rows(ROW)
    tape.effects(BOTH, moment="before")
    tape.consent("arr1", "accounts", "balances")


def test_rows_of_a_withdrawn_dataset_fail(tape: JournalBuilder) -> None:
    """The app was notified of the change, and shows the rows as before."""
    withdraw_transactions(tape)
    tape.deliver_event("consent.updated", consent="arr1")
    tape.effects(BOTH)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("kept transactions a",))
    assert finding.observed == "earlier transactions are still in the app's state although they are no longer shared"


def test_a_refresh_notifies_as_well(tape: JournalBuilder) -> None:
    """An app that reads everything again knows which datasets the consent covers."""
    withdraw_transactions(tape)
    tape.wait(1)
    tape.hook("refresh")
    tape.effects(BOTH)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("after", [{"accounts": [ACCOUNT]}, {"accounts": [ACCOUNT], "transactions": []}, None])
def test_deleted_rows_of_a_withdrawn_dataset_pass(tape: JournalBuilder, after: Any) -> None:
    """Rows of other datasets may stay."""
    withdraw_transactions(tape)
    tape.deliver_event("consent.updated", consent="arr1")
    tape.effects(after)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("change", [{"outcome": "refuse"}, {"is_subscribed": False}, {"consent": "arr9"}])
def test_an_app_that_was_not_notified_does_not_fail(tape: JournalBuilder, change: dict[str, Any]) -> None:
    """The event was refused, is not used by the app, or names another consent."""
    withdraw_transactions(tape)
    tape.deliver_event("consent.updated", **{"consent": "arr1", **change})
    tape.effects(BOTH)

    assert PROBE.examine(tape.journal).verdict is not Verdict.FAIL


def test_rows_that_another_consent_covers_may_stay(tape: JournalBuilder) -> None:
    """The dataset left one consent and is in another."""
    withdraw_transactions(tape)
    tape.consent("arr2")
    tape.deliver_event("consent.updated", consent="arr1")
    tape.effects(BOTH)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_busy_app_is_not_judged(tape: JournalBuilder) -> None:
    """It may still delete the rows."""
    withdraw_transactions(tape)
    tape.deliver_event("consent.updated", consent="arr1")
    tape.effects(BOTH, pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_id_that_another_dataset_has_too_proves_nothing(tape: JournalBuilder) -> None:
    """Balances may have the ids of accounts, which are still shared."""
    balance = {"key": "everyday", "fiskil_id": "acc1", "arrangement_id": "arr1", "current_balance": "1.00"}
    tape.consent("arr1")
    tape.rows(ACCOUNT, dataset="accounts")
    tape.rows(balance, dataset="balances")
    tape.effects({"accounts": [ACCOUNT]}, moment="before")
    tape.consent("arr1", "accounts")
    tape.deliver_event("consent.updated", consent="arr1")
    tape.effects({"accounts": [ACCOUNT]})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def withhold_transactions(tape: JournalBuilder, *, account: Any = CLOSED) -> None:
    """Transactions were never granted; the next sync reads *account*, and its event is lost."""
    tape.consent("arr1", "accounts", "balances")
    tape.rows(ACCOUNT, dataset="accounts")
    tape.deliver_event("banking.accounts.sync.completed")
    tape.call("banking.accounts")
    tape.rows(account, dataset="accounts")
    tape.effects({"accounts": [ACCOUNT]}, moment="before")


def refresh(tape: JournalBuilder, *refusals: int, status: int | None, state: Any) -> None:
    """The app reads everything again on request, and gets *refusals* for transactions."""
    tape.wait(1)
    for refusal in refusals:
        tape.call("banking.transactions", status=refusal)
    tape.hook("refresh", status=status, took_s=0.5)
    tape.effects(state)


def test_a_refresh_that_fails_because_of_withheld_data_fails(tape: JournalBuilder) -> None:
    """The app reads none of the shared data any more."""
    withhold_transactions(tape)
    refresh(tape, 403, status=502, state={"accounts": [ACCOUNT]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("refused banking.transactions",))


def test_a_refresh_without_news_to_read_passes(tape: JournalBuilder) -> None:
    """The last sync changed no row, so the unchanged state shows nothing."""
    withhold_transactions(tape, account=ACCOUNT)
    refresh(tape, 403, status=502, state={"accounts": [ACCOUNT]})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_app_that_requests_other_datasets_misses_none_of_the_usual_ones(tape: JournalBuilder) -> None:
    """The config says that the app requests energy accounts only, and the consent covers them."""
    tape.write(Declared(datasets=("energy_accounts",)))
    tape.consent("arr1", "energy_accounts")
    tape.call("energy.accounts")
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the app was notified of no withdrawn permission, and no requested one was withheld"


@pytest.mark.parametrize(
    ("refusals", "status", "state"),
    [
        ((), 200, [CLOSED]),
        ((403,), 200, [CLOSED]),
        ((403,), 502, [CLOSED]),
        ((403,), 429, [ACCOUNT]),
        ((403,), None, [ACCOUNT]),
        ((503,), 502, [ACCOUNT]),
        ((403, 503), 502, [ACCOUNT]),
    ],
)
def test_reading_the_other_data_or_an_api_failure_passes(
    tape: JournalBuilder, refusals: tuple[int, ...], status: int | None, state: Any
) -> None:
    """The app may request the data once, report an error, get 429, or find the API unavailable."""
    withhold_transactions(tape)
    refresh(tape, *refusals, status=status, state={"accounts": state})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_refresh_that_reports_an_error_for_withheld_data_fails(tape: JournalBuilder) -> None:
    """The customer gets an error each time, although the app stored what is shared."""
    withhold_transactions(tape)
    tape.deliver_event("consent.received", consent="arr1")
    refresh(tape, 403, status=502, state={"accounts": [CLOSED]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("refused banking.transactions",))
    assert finding.observed == "a refresh responded 502 because data that is not shared was refused"


@pytest.mark.parametrize(
    ("refusals", "status"), [((403,), 200), ((403,), 409), ((403,), 302), ((403,), None), ((403, 503), 502), ((), 502)]
)
def test_an_error_of_the_refresh_for_another_reason_passes(
    tape: JournalBuilder, refusals: tuple[int, ...], status: int | None
) -> None:
    """The app reports success, what is missing or nothing, or something else failed too."""
    withhold_transactions(tape)
    tape.deliver_event("consent.received", consent="arr1")
    refresh(tape, *refusals, status=status, state={"accounts": [CLOSED]})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "disturb", [JournalBuilder.request_failure, lambda tape: tape.key("revoked"), withdraw_transactions]
)
def test_an_error_of_the_refresh_during_a_failure_passes(tape: JournalBuilder, disturb: Any) -> None:
    """The harness requested a failure, changed the key pair, or changed the consent without an event."""
    withhold_transactions(tape)
    tape.deliver_event("consent.received", consent="arr1")
    tape.wait(1)
    disturb(tape)
    refresh(tape, 403, status=502, state={"accounts": [CLOSED]})

    assert PROBE.examine(tape.journal).verdict is not Verdict.FAIL


@pytest.mark.parametrize(("refusals", "status", "count"), [((403,), 303, 1), ((), 303, 0), ((403,), 200, 0)])
def test_a_redirect_after_a_refusal_passes_with_advice(
    tape: JournalBuilder, refusals: tuple[int, ...], status: int, count: int
) -> None:
    """The page that follows may report a failure, which only a person can see."""
    withhold_transactions(tape)
    refresh(tape, *refusals, status=status, state={"accounts": [CLOSED]})

    finding = PROBE.examine(tape.journal)

    advice = "a refresh redirected after banking.transactions was refused: check that the page reports no failure"
    assert (finding.verdict, finding.advice) == (Verdict.PASS, (advice,) * count)


def test_a_redirect_that_leaves_every_row_unread_fails(tape: JournalBuilder) -> None:
    """The app leads to a page after the first refusal."""
    withhold_transactions(tape)
    refresh(tape, 403, status=303, state={"accounts": [ACCOUNT]})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_requesting_withheld_data_repeatedly_fails(tape: JournalBuilder) -> None:
    """More than twenty calls within three seconds are too many."""
    withhold_transactions(tape)
    for _ in range(21):
        tape.call("banking.transactions", status=403)
    tape.effects({"accounts": [CLOSED]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("refused banking.transactions",))


def test_requesting_withheld_data_occasionally_passes(tape: JournalBuilder) -> None:
    """Each refresh may request it again."""
    withhold_transactions(tape)
    for _ in range(30):
        tape.call("banking.transactions", status=403)
        tape.wait(0.2)
    tape.effects({"accounts": [CLOSED]})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_refusal_of_granted_data_is_inconclusive(tape: JournalBuilder) -> None:
    """A 403 on data that the consent covers proves nothing about the permissions."""
    tape.consent("arr1")
    for _ in range(30):
        tape.call("banking.transactions", status=403)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("kind", "consent", "verdict"),
    [
        ("consent.received", "arr1", Verdict.FAIL),
        ("consent.updated", "arr1", Verdict.FAIL),
        ("consent.received", "arr9", Verdict.PASS),
        ("banking.accounts.sync.completed", "arr1", Verdict.PASS),
        ("consent.revoked", "arr1", Verdict.PASS),
    ],
)
def test_an_app_knows_the_permissions_by_an_event_about_the_consent(
    tape: JournalBuilder, kind: str, consent: str, verdict: Verdict
) -> None:
    """Only an app that was notified of the consent itself can know which data is not shared."""
    withhold_transactions(tape)
    tape.deliver_event(kind, consent=consent)
    refresh(tape, 403, status=500, state={"accounts": [CLOSED]})

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("earlier_s", "verdict"), [(0.0, Verdict.PASS), (0.01, Verdict.FAIL)])
def test_an_event_that_arrives_with_the_refresh_is_too_late(
    tape: JournalBuilder, earlier_s: float, verdict: Verdict
) -> None:
    """The app has to know the permissions before the refresh begins."""
    withhold_transactions(tape)
    delivered_s = tape.now_s
    tape.deliver_event("consent.received", consent="arr1")
    tape.call("banking.transactions", status=403)
    tape.hook("refresh", status=502, took_s=tape.now_s - delivered_s - earlier_s)
    tape.effects({"accounts": [CLOSED]})

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("earlier_s", "verdict"), [(0.0, Verdict.FAIL), (0.01, Verdict.PASS)])
def test_the_state_is_read_after_the_response_of_the_refresh(
    tape: JournalBuilder, earlier_s: float, verdict: Verdict
) -> None:
    """A state from before the response does not show that the refresh stored nothing."""
    withhold_transactions(tape)
    tape.wait(1)
    tape.call("banking.transactions", status=403)
    responded_s = tape.now_s
    tape.hook("refresh", status=502, took_s=0.5)
    tape.now_s = responded_s - earlier_s
    tape.effects({"accounts": [ACCOUNT]})

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_later_change_of_the_consent_is_no_excuse(tape: JournalBuilder) -> None:
    """The app knew what was shared when it refreshed."""
    withhold_transactions(tape)
    tape.deliver_event("consent.received", consent="arr1")
    refresh(tape, 403, status=502, state={"accounts": [CLOSED]})
    tape.consent("arr1", "accounts", "balances")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL
