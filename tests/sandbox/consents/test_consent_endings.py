"""Every way in which a consent ends, and what ends with it: data, syncs, events and open pages."""

import httpx
import pytest

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core.model import Consent, Ending
from fiskil_harness.errors import UsageError
from fiskil_harness.sandbox import EndUser
from fiskil_harness.sandbox.consents import consents, sessions
from tests.sandbox.consents.walks import walk_to
from tests.sandbox.energy.households import LISTS, household, rows
from tests.sandbox.still import Still

TRANSACTIONS = "banking.transactions.sync.completed"


def listed(api: httpx.Client, consent: Consent) -> dict[str, object]:
    (row,) = api.get("/v1/consent", params={"end_user_id": consent.end_user_id}).json()["consents"]
    return dict(row)


def accounts(api: httpx.Client, consent: Consent) -> list[dict[str, object]]:
    served: list[dict[str, object]] = api.get("/v1/banking/accounts", params={"end_user_id": consent.end_user_id}).json()[
        "accounts"
    ]
    return served


def kinds(still: Still) -> list[str]:
    return [event.kind for event in still.sandbox.events]


@pytest.mark.parametrize("by", ["end_user", "institution"])
def test_an_ending_at_the_institution_is_reported_as_revoked(still: Still, api: httpx.Client, by: str) -> None:
    """The API does not report who ended it; the sandbox records it. Source: consents.termination-reason"""
    consent = still.consent("rosa")

    still.sandbox.revoke(consent, by=by)

    assert (listed(api, consent)["active"], listed(api, consent)["termination_reason"]) == (False, "Revoked")
    assert still.sandbox.consents_of(consent.end_user_id)[0].ended_by == by
    assert (accounts(api, consent), kinds(still)[-1]) == ([], "consent.revoked")


def test_an_ending_by_the_app_is_reported_as_revoked(still: Still, api: httpx.Client) -> None:
    """DELETE ends a consent like the other ways. Source: consents.termination-reason, consents.own-revocation"""
    consent = still.consent("rosa")

    api.delete(f"/v1/consent/{consent.arrangement_id}")

    assert listed(api, consent)["termination_reason"] == "Revoked"
    assert still.sandbox.consents_of(consent.end_user_id)[0].ended_by == "app"


@pytest.mark.parametrize("days", [1, 90, 365])
def test_the_console_sets_the_duration_of_a_consent(still: Still, api: httpx.Client, days: int) -> None:
    """A consent lasts from one day to twelve months, exact to the microsecond. Source: consents.period"""
    still.sandbox.configure(consent_days=days)
    consent = still.consent("rosa", is_synced=False)
    assert listed(api, consent)["duration"] == days * 86_400

    still.sandbox.clock.advance(seconds=days * 86_400 - 0.000001)
    alive = still.sandbox.consents_of(consent.end_user_id)[0].is_active
    still.sandbox.clock.advance(seconds=0.000001)

    assert (alive, still.sandbox.consents_of(consent.end_user_id)[0].is_active) == (True, False)
    assert listed(still.client(), consent)["termination_reason"] == "Expired"


@pytest.mark.parametrize("days", [-1, 366])
def test_no_consent_lasts_longer_than_a_year(still: Still, days: int) -> None:
    """A duration that the console does not offer is refused. Source: consents.period"""
    with pytest.raises(UsageError, match=rf"lasts from 1 to 365 days, or 0 for a one-off one; got {days} days\."):
        still.sandbox.configure(consent_days=days)


def test_a_one_off_consent_is_synced_once(still: Still, api: httpx.Client) -> None:
    """It lasts a day, in which each dataset is synced once. Source: consents.one-off"""
    still.sandbox.configure(consent_days=0)
    consent = still.consent("rosa", is_synced=False)
    assert listed(api, consent)["duration"] == 86_400

    still.sandbox.clock.advance(days=2)

    assert kinds(still) == [
        "consent.received",
        "banking.products.sync.completed",
        "banking.accounts.sync.completed",
        "banking.balances.sync.completed",
        "banking.transactions.basic.sync.completed",
        TRANSACTIONS,
        "consent.revoked",
    ]
    assert (still.sandbox.events[-1].publish_time - consent.created_at).total_seconds() == 86_400


def test_a_one_off_consent_may_end_once_it_was_read(still: Still) -> None:
    """Under the other interpretation, the last sync ends it. Source: consents.one-off"""
    still.sandbox.choose_interpretations({"consents.one-off": "ends-when-read"})
    still.sandbox.configure(consent_days=0)
    consent = still.consent("rosa", is_synced=False)

    still.sandbox.clock.advance(minutes=1)

    ended = still.sandbox.consents_of(consent.end_user_id)[0]
    assert (ended.is_active, ended.termination_reason) == (False, "Expired")
    assert [event.publish_time for event in still.sandbox.events[-2:]] == [ended.ended_at, ended.ended_at]


def test_closing_the_last_account_ends_the_consent(still: Still, api: httpx.Client) -> None:
    """The institution ends it at that instant, not when the first of several accounts closes.

    Source: consents.accounts-closed
    """
    consent = still.consent("rosa")
    person = still.enrol("rosa").person

    still.sandbox.close_account(person, "savings")
    is_active_after_one = listed(api, consent)["active"]
    still.sandbox.clock.advance(minutes=5)
    still.sandbox.close_account(person, "everyday")

    ended = still.sandbox.consents_of(consent.end_user_id)[0]
    assert (is_active_after_one, ended.ended_by, ended.termination_reason) == (True, "institution", "Revoked")
    assert (ended.ended_at, kinds(still)[-1]) == (still.sandbox.clock.now(), "consent.revoked")
    assert accounts(api, consent) == []


def test_an_account_that_was_not_chosen_does_not_keep_a_consent(still: Still) -> None:
    """Only the accounts that the end user chose count. Source: consents.accounts-closed"""
    end_user = still.enrol("rosa")
    with still.sandbox.store.changing() as store:
        consent = consents.grant(
            store,
            end_user_id=end_user.end_user_id,
            institution_id="88888",
            person=end_user.person,
            account_keys=("savings",),
        )

    still.sandbox.close_account(end_user.person, "savings")

    assert not still.sandbox.consents_of(consent.end_user_id)[0].is_active


def test_closing_an_energy_account_ends_its_consent(still: Still, api: httpx.Client) -> None:
    """A retailer's account closes like a bank's. Source: consents.accounts-closed"""
    consent = household(still, "ben", "accounts")
    person = still.enrol("ben").person

    still.sandbox.close_account(person, "flat")

    assert kinds(still)[-1] == "consent.revoked"
    assert rows(api, "accounts", consent) == []


def test_ending_stops_daily_syncs(still: Still) -> None:
    """An ended consent emits no event, however much time passes. Source: consents.every-ending-reported"""
    consent = still.consent("rosa")
    still.sandbox.clock.advance(days=2)

    still.sandbox.revoke(consent)
    kinds_before = kinds(still)
    still.sandbox.clock.advance(days=400)

    assert kinds(still) == kinds_before
    assert kinds_before[-1] == "consent.revoked"
    assert still.sandbox.store.syncs.of(consent.arrangement_id) == []


def test_deleting_an_end_user_ends_everything(still: Still, api: httpx.Client, form_browser: FormBrowser) -> None:
    """Consents, syncs and open pages end, and each consent has one event. Source: end-users.delete-ends-consents"""
    bank = still.consent("rosa")
    end_user = EndUser(still.sandbox, still.enrol("rosa").person, end_user_id=bank.end_user_id)
    still.sandbox.authorise(end_user, institution_id="99999")
    with still.sandbox.store.changing() as store:
        session = sessions.open_session(store, end_user_id=bank.end_user_id, redirect_uri="", cancel_uri="")

    api.delete(f"/v1/end-users/{bank.end_user_id}")
    still.sandbox.clock.advance(days=3)
    form_browser.open(still.page_of(session))

    assert [consent.ended_by for consent in still.sandbox.consents_of(bank.end_user_id)] == ["app", "app"]
    assert kinds(still)[-2:] == ["consent.revoked", "consent.revoked"]
    assert (still.standing(session).ending, form_browser.page.status) == (Ending.INVALID, 410)


def test_a_session_ends_with_its_end_user(still: Still, api: httpx.Client) -> None:
    """Even if the same id is enrolled again, the old session stays invalid. Source: auth-session.deleted-end-user"""
    session = still.invite()
    api.delete(f"/v1/end-users/{session.end_user_id}")

    person = still.enrol("rosa").person
    still.sandbox.create_end_user(person, end_user_id=session.end_user_id)

    assert still.standing(session).ending is Ending.INVALID


def renewal(still: Still, form_browser: FormBrowser, consent: Consent) -> sessions.AuthSession:
    """Return a session that renews *consent*, at its last screen."""
    with still.sandbox.store.changing() as store:
        session = sessions.open_session(
            store,
            end_user_id=consent.end_user_id,
            redirect_uri="",
            cancel_uri="",
            institution_id="88888",
            arrangement_id=consent.arrangement_id,
        )
    form_browser.open(still.page_of(session))
    form_browser.submit("identify", email="rosa.keane@example.com")
    form_browser.submit("enter_code", code=form_browser.text_of("data-code"))
    return session


def test_a_renewal_over_fewer_accounts_stops_serving_the_others(
    still: Still, api: httpx.Client, form_browser: FormBrowser
) -> None:
    """Accounts that the end user no longer chose are not served until a later sync. Source: auth-session.renewal"""
    consent = still.consent("rosa")
    ledger = still.sandbox.ledger(consent)

    renewal(still, form_browser, consent)
    form_browser.submit("select", account="savings")
    form_browser.submit("confirm")

    savings_id = ledger.accounts["savings"].account_id
    query = {"end_user_id": consent.end_user_id, "page[size]": "1000"}
    for path in ("accounts", "balances", "transactions"):
        assert {row["account_id"] for row in api.get(f"/v1/banking/{path}", params=query).json()[path]} == {savings_id}
    assert listed(api, consent)["account_ids"] == [savings_id]


def test_a_renewal_of_an_ended_consent_is_a_new_consent(still: Still, api: httpx.Client, form_browser: FormBrowser) -> None:
    """If the consent ends while the page is open, the journey continues and creates another consent.

    Source: auth-session.renewal-of-ended
    """
    consent = still.consent("rosa")
    renewal(still, form_browser, consent)

    still.sandbox.revoke(consent)
    form_browser.submit("select", account="savings")
    form_browser.submit("confirm")

    first, second = still.sandbox.consents_of(consent.end_user_id)
    assert (first.is_active, second.is_active) == (False, True)


def test_a_renewal_of_an_ended_consent_may_be_refused(still: Still, api: httpx.Client, form_browser: FormBrowser) -> None:
    """Under the other interpretation, page and API refuse it. Source: auth-session.renewal-of-ended"""
    still.sandbox.choose_interpretations({"auth-session.renewal-of-ended": "refused"})
    consent = still.consent("rosa")
    session = renewal(still, form_browser, consent)

    still.sandbox.revoke(consent)
    form_browser.submit("select", account="savings")
    body = {
        "end_user_id": consent.end_user_id,
        "redirect_uri": "",
        "cancel_uri": "",
        "arrangement_id": consent.arrangement_id,
    }
    response = api.post("/v1/auth/session", json=body)

    assert (form_browser.page.status, still.standing(session).ending) == (410, Ending.INVALID)
    assert (response.status_code, response.json()["message"]) == (400, "the consent that arrangement_id names is over")
    assert len(still.sandbox.consents_of(consent.end_user_id)) == 1


def test_the_page_offers_no_closed_account(still: Still, form_browser: FormBrowser) -> None:
    """An end user who returns chooses among open accounts. Source: accounts.closed"""
    person = still.enrol("rosa").person
    still.sandbox.close_account(person, "savings")

    walk_to("accounts", still, form_browser)

    assert list(form_browser.choices("account")) == ["everyday"]


@pytest.mark.parametrize("path", LISTS)
def test_every_energy_dataset_is_synced_daily(still: Still, api: httpx.Client, path: str) -> None:
    """A day later each dataset but the public plans has another event. Source: sync.recurrence, sync.public-data"""
    consent = household(still, "ben", is_synced=False)
    still.sandbox.clock.advance(hours=1)
    first = kinds(still)

    still.sandbox.clock.advance(days=1)

    assert consent.is_active
    assert kinds(still) == [*first, *first[2:]]
