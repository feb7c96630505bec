"""Consents that cover other accounts or datasets from now on, and a bank that the sandbox only lists."""

import httpx
import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.model import Consent
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.sandbox.consents.amendment import amend, make_accessible
from tests.sandbox.still import Still


def connect(still: Still, *account_keys: str) -> Consent:
    """Return Rosa's consent, synced."""
    rosa = still.sandbox.add_person(catalog.person("rosa"))
    consent = still.sandbox.authorise(still.sandbox.create_end_user(rosa), account_keys=account_keys)
    for dataset in consent.permissions:
        still.sandbox.sync(consent, dataset)
    return consent


def change(still: Still, consent: Consent, *, accounts: tuple[str, ...] = (), datasets: tuple[str, ...] = ()) -> Consent:
    with still.sandbox.store.changing() as store:
        return amend(store, consent, account_keys=accounts, permissions=datasets)


def listed(api: httpx.Client, consent: Consent, dataset: str) -> int:
    body = api.get(f"/v1/banking/{dataset}", params={"end_user_id": consent.end_user_id}).json()
    return len(body[dataset])


def test_an_amended_consent_no_longer_serves_what_it_left_out(still: Still, api: httpx.Client) -> None:
    """The change applies at once, and the list of consents shows it. Source: auth-session.renewal"""
    consent = connect(still)

    amended = change(still, consent, accounts=("everyday",), datasets=("accounts", "balances"))

    (listed_consent,) = api.get("/v1/consent", params={"end_user_id": consent.end_user_id}).json()["consents"]
    assert [listed(api, consent, dataset) for dataset in ("accounts", "balances", "transactions")] == [1, 1, 0]
    assert (listed_consent["arrangement_id"], listed_consent["permissions"]) == (
        consent.arrangement_id,
        ["accounts", "balances"],
    )
    assert still.sandbox.events[-1].kind == "consent.updated"
    assert amended.account_keys == ("everyday",)


def test_an_amended_consent_no_longer_syncs_what_it_left_out(still: Still) -> None:
    """A day later only the remaining datasets are synced. Source: sync.recurrence"""
    consent = connect(still)
    change(still, consent, datasets=("accounts",))
    count_before = len(still.sandbox.events)

    still.sandbox.clock.advance(days=1, minutes=1)

    assert {event.kind for event in still.sandbox.events[count_before:]} == {"banking.accounts.sync.completed"}


def test_added_accounts_are_served_after_the_next_sync(still: Still, api: httpx.Client) -> None:
    """A sync begins with the amendment."""
    consent = connect(still, "everyday")

    amended = change(still, consent, accounts=("everyday", "savings"))
    before = listed(api, consent, "accounts")
    still.sandbox.sync(amended, "accounts")

    assert (before, listed(api, consent, "accounts")) == (1, 2)


def test_an_invalid_amendment_is_refused(still: Still) -> None:
    """An unknown account, an unknown dataset and an ended consent are refused."""
    consent = connect(still)

    with pytest.raises(UnknownName, match=r"No account 'saving' in the file of rosa\. Did you mean 'savings'"):
        change(still, consent, accounts=("saving",))
    with pytest.raises(UnknownName, match="No dataset 'account'"):
        change(still, consent, datasets=("account",))
    still.sandbox.revoke(consent)
    with pytest.raises(UsageError, match="The consent has ended"):
        change(still, still.sandbox.consents_of(consent.end_user_id)[-1], datasets=("accounts",))


def test_a_listed_bank_is_reached_until_the_next_reset(still: Still) -> None:
    """A listed bank can be made accessible, as in production, until the next reset. Source: institutions.sandbox-bank"""
    with still.sandbox.store.changing() as store:
        make_accessible(store, "40")
        reached = store.institutions["40"].is_accessible
        with pytest.raises(UnknownName, match="No institution '4'"):
            make_accessible(store, "4")
    still.sandbox.reset()

    assert (reached, still.sandbox.store.institutions["40"].is_accessible) == (True, False)
