"""``/v1/consent``: its fields, every way in which a consent ends, and what ends with it."""

from datetime import timedelta

import httpx
import pytest

from fiskil_harness.core.clock import rfc3339
from fiskil_harness.core.model import Consent
from tests.sandbox.still import NOON, Still


def read(api: httpx.Client, consent: Consent) -> dict[str, object]:
    (row,) = api.get("/v1/consent", params={"end_user_id": consent.end_user_id}).json()["consents"]
    return dict(row)


def test_a_consent_has_every_documented_field(still: Still, api: httpx.Client) -> None:
    """A consent has identity, times, duration, institution, permissions and accounts. Source: consents.list"""
    consent = still.consent("rosa", is_synced=False)

    assert read(api, consent) == {
        "arrangement_id": consent.arrangement_id,
        "active": True,
        "account_ids": [account.account_id for account in still.sandbox.ledger(consent).accounts.values()],
        "app_name": "Test app",
        "app_logo": "",
        "created_at": "2026-03-02T12:00:00Z",
        "expires_at": "2026-05-31T12:00:00Z",
        "duration": 7_776_000,
        "end_user_id": consent.end_user_id,
        "end_user_email": "rosa.keane@example.com",
        "institution_id": "88888",
        "institution_name": "Banking Sandbox Data Holder",
        "institution_logo": f"{still.auth_url}/pictures/88888-logo.svg",
        "institution_type": "banking",
        "last_accessed": "2026-03-02T12:00:00Z",
        "last_consent": "2026-03-02T12:00:00Z",
        "permissions": ["accounts", "balances", "transactions"],
        "termination_reason": None,
    }


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_older_versions_return_bare_arrays(still: Still, api: httpx.Client, version: str) -> None:
    """v1 and v2 have no envelope. Source: versions.v3-envelope"""
    consent = still.consent("rosa")

    response = api.get("/v1/consent", params={"end_user_id": consent.end_user_id}, headers={"x-fiskil-version": version})

    assert [row["arrangement_id"] for row in response.json()] == [consent.arrangement_id]


def test_reading_data_is_recorded(still: Still) -> None:
    """last_accessed is the latest data request under the consent, not the listing of consents."""
    consent = still.consent("rosa")
    still.sandbox.clock.advance(hours=1)
    client = still.client()
    client.get("/v1/banking/accounts", params={"end_user_id": consent.end_user_id})
    moment = rfc3339(still.sandbox.clock.now())
    still.sandbox.clock.advance(minutes=1)

    assert read(client, consent)["last_accessed"] == moment


def test_active_filters_consents(still: Still, api: httpx.Client) -> None:
    """active=true and active=false split the list; any other value is refused."""
    consent = still.consent("rosa")
    query = {"end_user_id": consent.end_user_id}
    still.sandbox.revoke(consent)

    assert api.get("/v1/consent", params=query | {"active": "true"}).json()["consents"] == []
    assert len(api.get("/v1/consent", params=query | {"active": "false"}).json()["consents"]) == 1
    assert api.get("/v1/consent", params=query | {"active": "maybe"}).status_code == 400


def test_consents_of_all_end_users_are_listed(still: Still, api: httpx.Client) -> None:
    """Without end_user_id the list has the consents of every end user. Source: consents.end-user-required"""
    consents = [still.consent("rosa"), still.consent("sam")]

    listed = api.get("/v1/consent").json()["consents"]

    assert {row["end_user_id"] for row in listed} == {consent.end_user_id for consent in consents}


def test_revoking_ends_everything_at_once(still: Still, api: httpx.Client) -> None:
    """Data is no longer served, pending syncs stop, and an event is emitted. Source: consents.every-ending-reported"""
    consent = still.consent("rosa", is_synced=False)
    still.sandbox.sync(consent, "accounts")

    response = api.delete(f"/v1/consent/{consent.arrangement_id}")
    still.sandbox.clock.advance(minutes=10)

    assert response.status_code == 204
    assert read(api, consent)["termination_reason"] == "Revoked"
    assert api.get("/v1/banking/accounts", params={"end_user_id": consent.end_user_id}).json()["accounts"] == []
    assert [event.kind for event in still.sandbox.events] == [
        "consent.received",
        "banking.products.sync.completed",
        "banking.accounts.sync.completed",
        "consent.revoked",
    ]


@pytest.mark.parametrize("name", ["nobody-has-this", "a%2Fb", "%00", "%ff", "a%20b"])
def test_revoking_an_unknown_consent_returns_204(still: Still, api: httpx.Client, name: str) -> None:
    """The id is not checked. Source: consents.revoke-unknown"""
    assert api.delete(f"/v1/consent/{name}").status_code == 204


def test_revoking_twice_emits_one_event(still: Still, api: httpx.Client) -> None:
    """The second revocation changes nothing. Source: consents.every-ending-reported"""
    consent = still.consent("rosa")

    statuses = [api.delete(f"/v1/consent/{consent.arrangement_id}").status_code for _ in range(2)]

    assert statuses == [204, 204]
    assert [event.kind for event in still.sandbox.events].count("consent.revoked") == 1


def test_a_consent_expires_after_ninety_days(still: Still, api: httpx.Client) -> None:
    """It then has the reason Expired, and consent.revoked is emitted at that instant. Source: consents.expiry-event"""
    consent = still.consent("rosa")
    still.sandbox.clock.advance_to(consent.expires_at)

    ended = still.sandbox.consents_of(consent.end_user_id)[0]

    assert (ended.is_active, ended.termination_reason, ended.ended_at) == (False, "Expired", consent.expires_at)
    assert (still.sandbox.events[-1].kind, still.sandbox.events[-1].publish_time) == ("consent.revoked", consent.expires_at)


def test_a_consent_is_active_until_the_instant_of_its_expiry(still: Still, api: httpx.Client) -> None:
    """The expiry is exact to the microsecond. Source: consents.expiry-event"""
    consent = still.consent("rosa", is_synced=False)

    still.sandbox.clock.advance(seconds=7_776_000 - 0.000001)

    assert still.sandbox.consents_of(consent.end_user_id)[0].is_active


def test_due_events_are_emitted_in_order(still: Still) -> None:
    """In one jump of a year, syncs and endings of two consents are ordered by time. Source: consents.expiry-event"""
    first = still.consent("rosa", is_synced=False)
    still.sandbox.clock.advance(days=30)
    second = still.consent("ben", is_synced=False)

    still.sandbox.clock.advance(days=365)

    events = still.sandbox.events
    assert [event.publish_time for event in events] == sorted(event.publish_time for event in events)
    assert [event.end_user_id for event in events if event.kind == "consent.revoked"] == [
        first.end_user_id,
        second.end_user_id,
    ]


def test_a_sync_after_the_end_of_its_consent_never_completes(still: Still) -> None:
    """A consent that ends before its sync is ready cancels that sync. Source: consents.expiry-event"""
    still.sandbox.choose_interpretations({"sync.recurrence": "on-demand"})
    consent = still.consent("rosa")
    still.sandbox.clock.advance_to(consent.expires_at - timedelta(seconds=3))
    still.sandbox.begin_sync(consent, "transactions")

    still.sandbox.clock.advance(days=1)

    assert [event.kind for event in still.sandbox.events][-2:] == ["banking.transactions.sync.completed", "consent.revoked"]
    assert [event.kind for event in still.sandbox.events].count("banking.transactions.sync.completed") == 1


def test_confirming_again_emits_an_event(still: Still) -> None:
    """consent.updated has the consent's id. Source: webhooks.events"""
    consent = still.consent("rosa")

    still.sandbox.touch_consent(consent)

    assert (still.sandbox.events[-1].kind, still.sandbox.events[-1].consent_id) == (
        "consent.updated",
        consent.arrangement_id,
    )


def test_a_reset_forgets_consents_and_returns_to_real_time(still: Still, api: httpx.Client) -> None:
    """People, consents and events are gone, and late requests get the response for deleted end users."""
    consent = still.consent("rosa")
    still.sandbox.clock.advance(days=3)

    still.sandbox.reset()

    assert still.sandbox.clock.now() == NOON
    assert still.sandbox.events == ()
    assert api.get("/v1/banking/accounts", params={"end_user_id": consent.end_user_id}).json()["accounts"] == []
    assert api.get(f"/v1/end-users/{consent.end_user_id}").status_code == 404
