"""Payees, direct debits and scheduled payments: their unions, and their agreement with the history."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from fiskil_harness.core.model import Consent
from fiskil_harness.sandbox import sync
from fiskil_harness.sandbox.consents import consents
from fiskil_harness.sandbox.consents.people import generated_person
from tests.sandbox.still import NOON, Still

PATHS = {
    "payees": "/v1/banking/payees",
    "direct_debits": "/v1/banking/acccounts/direct-debits",
    "scheduled_payments": "/v1/banking/payments/scheduled",
}
PREFIXES = {"payees": "bank_payee_", "direct_debits": "bank_dd_", "scheduled_payments": "bank_sp_"}


def rows(api: httpx.Client, dataset: str, consent: Consent, **query: Any) -> list[dict[str, Any]]:
    path = PATHS.get(dataset, f"/v1/banking/{dataset}")
    response = api.get(path, params={"end_user_id": consent.end_user_id, "page[size]": "1000", **query})
    served: list[dict[str, Any]] = response.json()[dataset]
    return served


def crowd(still: Still) -> list[Consent]:
    """Return consents of twelve generated people, who together have every kind of account and payee."""
    return [still.everything(generated_person(seed=number, number=number)) for number in range(12)]


def members(row: dict[str, Any], union: str, names: dict[str, str]) -> list[str]:
    """Return the present member of a union, after a check that it is the named one."""
    present = [name for name in names.values() if name in row]
    assert present == [names[row[union]]]
    return present


@pytest.mark.parametrize("dataset", PATHS)
def test_payments_need_their_permission(still: Still, api: httpx.Client, dataset: str) -> None:
    """The usual consent permits none of them, so the lists are empty. Source: permissions.usual, data.missing-permission"""
    assert rows(api, dataset, still.consent("rosa")) == []


@pytest.mark.parametrize("dataset", PATHS)
def test_a_missing_permission_may_be_refused(still: Still, api: httpx.Client, dataset: str) -> None:
    """Under that interpretation the response is 403 in the simple form. Source: data.missing-permission, errors.simple"""
    consent = still.consent("rosa")
    still.sandbox.choose_interpretations({"data.missing-permission": "403"})

    response = api.get(PATHS[dataset], params={"end_user_id": consent.end_user_id})

    assert (response.status_code, set(response.json())) == (403, {"id", "name", "message"})


@pytest.mark.parametrize("dataset", PATHS)
def test_payments_have_their_ids(still: Still, api: httpx.Client, dataset: str) -> None:
    """Rows have a prefix, arrangement and institution, and are paged. Source: paging.links"""
    consent = still.everything()

    served = rows(api, dataset, consent)
    first = api.get(PATHS[dataset], params={"end_user_id": consent.end_user_id, "page[size]": "1"}).json()

    assert served
    assert {row["fiskil_id"].startswith(PREFIXES[dataset]) for row in served} == {True}
    assert {row["arrangement_id"] for row in served} == {consent.arrangement_id}
    assert first[dataset] == served[:1]
    assert ("next" in first["links"]) == (len(served) > 1)


@pytest.mark.parametrize("dataset", PATHS)
def test_payments_need_an_end_user(still: Still, api: httpx.Client, dataset: str) -> None:
    """A request without an end user gets 400 InvalidRequest. Source: data.end-user-required"""
    response = api.get(PATHS[dataset])

    assert (response.status_code, response.json()["name"]) == (400, "InvalidRequest")


@pytest.mark.parametrize(
    ("dataset", "kind"),
    [
        ("payees", "banking.payees.sync.completed"),
        ("direct_debits", "banking.directdebits.sync.completed"),
        ("scheduled_payments", "banking.scheduledpayments.sync.completed"),
    ],
)
def test_a_sync_of_payments_emits_an_event(still: Still, api: httpx.Client, dataset: str, kind: str) -> None:
    """The event has no account_ids; that of payees lists the payee ids. Source: webhooks.events"""
    consent = still.everything()
    (event,) = [event for event in still.sandbox.events if event.kind == kind]

    assert event.account_ids is None
    assert event.extra == (
        {"payee_ids": [row["payee_id"] for row in rows(api, "payees", consent)]} if dataset == "payees" else {}
    )


def test_payees_come_in_every_kind(still: Still, api: httpx.Client) -> None:
    """payee_u_type names the one member that is present. Source: payees.unions"""
    unions = {
        "biller": "biller",
        "digitalWallet": "digital_wallet",
        "domestic": "domestic",
        "international": "international",
    }
    accounts = {"account": "account", "card": "card", "payId": "pay_id"}
    members_seen: set[str] = set()
    for consent in crowd(still):
        for payee in rows(api, "payees", consent):
            members_seen.update(members(payee, "payee_u_type", unions))
            if "domestic" in payee:
                members_seen.update(members(payee["domestic"], "payee_account_u_type", accounts))

    assert members_seen == {*unions.values(), *accounts.values()}


def test_a_direct_debit_has_its_latest_payment(still: Still, api: httpx.Client) -> None:
    """Amount and time are those of the newest posted debit by that business. Source: direct-debits.last-debit"""
    examined = 0
    for consent in crowd(still):
        moved = [row for row in rows(api, "transactions", consent, status="POSTED") if row["type"] == "DIRECT_DEBIT"]
        debits = rows(api, "direct_debits", consent)
        assert {debit["authorised_entity"]["description"] for debit in debits} == {row["merchant_name"] for row in moved}
        for debit in debits:
            newest = next(row for row in moved if row["merchant_name"] == debit["authorised_entity"]["description"])
            assert debit["account_id"] == newest["account_id"]
            assert Decimal(debit["last_debit_amount"]) == -Decimal(newest["amount"])
            assert debit["last_debit_date_time"] == newest["posting_date_time"]
            examined += 1

    assert examined > 5


def test_the_path_of_direct_debits_has_three_cs(still: Still, api: httpx.Client) -> None:
    """The corrected path gets 404, except under that interpretation. Source: direct-debits.path, paths.direct-debits"""
    consent = still.everything()
    path = "/v1/banking/accounts/direct-debits"

    before = api.get(path, params={"end_user_id": consent.end_user_id})
    still.sandbox.choose_interpretations({"paths.direct-debits": "both"})
    after = api.get(path, params={"end_user_id": consent.end_user_id})

    assert before.status_code == 404
    assert after.json()["direct_debits"] == rows(api, "direct_debits", consent)


def test_orders_pay_own_accounts_or_saved_payees(still: Still, api: httpx.Client) -> None:
    """Orders pay from an own account to an own account or a saved payee; every recurrence occurs.

    Source: scheduled-payments.unions
    """
    recurrences = {
        "onceOff": "once_off",
        "intervalSchedule": "interval_schedule",
        "lastWeekDay": "last_week_day",
        "eventBased": "event_based",
    }
    members_seen: set[str] = set()
    for consent in crowd(still):
        own = {row["account_id"] for row in rows(api, "accounts", consent)}
        payees = {row["payee_id"] for row in rows(api, "payees", consent)}
        for order in rows(api, "scheduled_payments", consent):
            members_seen.update(members(order["recurrence"], "recurrence_u_type", recurrences))
            assert order["from"]["account_id"] in own
            for payment in order["payment_set"]:
                targets = members(payment["to"], "to_utype", {"accountId": "account_id", "payeeId": "payee_id"})
                assert payment["to"][targets[0]] in own | payees
                assert payment["is_amount_calculated"] == ("amount" not in payment)

    assert members_seen == set(recurrences.values())


def test_orders_agree_with_the_history(still: Still, api: httpx.Client) -> None:
    """Rosa's rent and savings have the amounts and intervals of the orders."""
    consent = still.everything()
    moved = rows(api, "transactions", consent, status="POSTED")
    orders = {row["nickname"]: row for row in rows(api, "scheduled_payments", consent)}

    for name, every in (("RENT LODGE RENTALS PTY LTD", "P14D"), ("TRANSFER TO RAINY DAY", "P14D")):
        (payment,) = orders[name]["payment_set"]
        amounts = {Decimal(row["amount"]) for row in moved if row["description"] == name}
        assert amounts == {-Decimal(payment["amount"])}
        assert orders[name]["recurrence"]["interval_schedule"]["intervals"] == [{"interval": every}]


def test_an_order_without_an_end_has_no_payment_count(still: Still, api: httpx.Client) -> None:
    """Rent is paid until further notice, so no number of remaining payments is given."""
    consent = still.everything()

    orders = {row["nickname"]: row for row in rows(api, "scheduled_payments", consent)}

    schedule = orders["RENT LODGE RENTALS PTY LTD"]["recurrence"]["interval_schedule"]
    assert schedule == {"intervals": [{"interval": "P14D"}], "non_business_day_treatment": "AFTER"}


def test_a_single_payment_is_in_the_future(still: Still, api: httpx.Client) -> None:
    """A scheduled single payment is not in the past."""
    dates = [
        row["recurrence"]["once_off"]["payment_date"]
        for consent in crowd(still)
        for row in rows(api, "scheduled_payments", consent)
        if "once_off" in row["recurrence"]
    ]

    assert dates
    assert min(dates) > NOON.date().isoformat()


def test_fewer_accounts_have_fewer_orders(still: Still, api: httpx.Client) -> None:
    """Orders from an account that is not shared are not returned."""
    still.sandbox.configure(permissions=("accounts", "scheduled_payments", "direct_debits"))
    end_user = still.enrol("rosa")
    with still.sandbox.store.changing() as store:
        consent = consents.grant(
            store,
            end_user_id=end_user.end_user_id,
            institution_id="88888",
            person=end_user.person,
            account_keys=("savings",),
        )
        sync.begin(store, consent)
    still.sandbox.sync(consent, "scheduled_payments")
    (account,) = rows(api, "accounts", consent)

    assert {row["from"]["account_id"] for row in rows(api, "scheduled_payments", consent)} == {account["account_id"]}
    assert "RENT LODGE RENTALS PTY LTD" not in {row["nickname"] for row in rows(api, "scheduled_payments", consent)}
    assert rows(api, "direct_debits", consent) == []
