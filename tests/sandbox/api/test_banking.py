"""``/v1/banking``: rows as of the latest sync, and every filter."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from fiskil_harness.core.model import Consent
from fiskil_harness.errors import UnknownName
from fiskil_harness.sandbox import EndUser
from tests.sandbox.still import Still

DATASETS = ["accounts", "balances", "transactions"]


def rows(api: httpx.Client, dataset: str, consent: Consent, **query: Any) -> list[dict[str, Any]]:
    params = {"end_user_id": consent.end_user_id, "page[size]": "1000", **query}
    served: list[dict[str, Any]] = api.get(f"/v1/banking/{dataset}", params=params).json()[dataset]
    return served


@pytest.mark.parametrize("dataset", DATASETS)
def test_before_the_first_sync_there_are_no_rows(still: Still, api: httpx.Client, dataset: str) -> None:
    """A consent alone has no rows. Source: data.after-sync"""
    consent = still.consent("rosa", is_synced=False)

    assert rows(api, dataset, consent) == []


def test_each_dataset_is_ready_at_its_own_time(still: Still, api: httpx.Client) -> None:
    """Accounts are ready after 2 s, balances after 4 s, basic transactions after 8 s; each stage has one event.

    Source: sync.timing, sync.early-transactions
    """
    consent = still.consent("rosa", is_synced=False)
    readiness = []
    for _ in range(6):
        readiness.append([bool(rows(api, dataset, consent)) for dataset in DATASETS])
        still.sandbox.clock.advance(seconds=2)

    assert readiness == [
        [False, False, False],
        [True, False, False],
        [True, True, False],
        [True, True, False],
        [True, True, True],
        [True, True, True],
    ]
    assert [event.kind for event in still.sandbox.events] == [
        "consent.received",
        *(f"banking.{name}.sync.completed" for name in ("products", *DATASETS[:2], "transactions.basic", DATASETS[2])),
    ]


def test_a_sync_event_names_its_accounts(still: Still, api: httpx.Client) -> None:
    """account_ids are those of the consent; consent.received and the event of products have none. Source: webhooks.events"""
    consent = still.consent("rosa")
    ids = tuple(row["account_id"] for row in rows(api, "accounts", consent))

    assert [event.account_ids for event in still.sandbox.events] == [None, None, ids, ids, ids, ids]


def test_an_account_has_its_fields(still: Still, api: httpx.Client) -> None:
    """An account has every field in the API's form, and none of our internal fields."""
    consent = still.consent("rosa")

    account = rows(api, "accounts", consent)[0]
    of_product = {name: account.pop(name) for name in ("deposit_rate", "deposit_rates", "features", "fees", "addresses")}

    assert all(of_product.values())
    assert account == {
        "fiskil_id": account["fiskil_id"],
        "account_id": account["account_id"],
        "arrangement_id": consent.arrangement_id,
        "institution_id": "88888",
        "display_name": "Everyday Account",
        "masked_number": "xxxxx" + account["account_number"][-4:],
        "account_number": account["account_number"],
        "bsb": account["bsb"],
        "product_name": "Everyday Access",
        "product_category": "TRANS_AND_SAVINGS_ACCOUNTS",
        "account_ownership": "ONE_PARTY",
        "open_status": "OPEN",
        "is_owned": True,
        "creation_date": account["creation_date"],
    } | {name: account[name] for name in ("nickname", "bundle_name") if name in account}


@pytest.mark.parametrize("dataset", DATASETS)
def test_rows_carry_their_prefix(still: Still, api: httpx.Client, dataset: str) -> None:
    """The prefix of fiskil_id shows the kind of a row."""
    consent = still.consent("rosa")
    prefix = {"accounts": "bank_account_", "balances": "bank_balance_", "transactions": "bank_tx_"}[dataset]

    assert {row["fiskil_id"].removeprefix(prefix).isalnum() for row in rows(api, dataset, consent)} == {True}


@pytest.mark.parametrize("name", ["rosa", "ben", "priya"])
def test_served_balances_add_up(still: Still, api: httpx.Client, name: str) -> None:
    """A served balance is the opening amount and every served POSTED row. Source: data.balances-add-up"""
    consent = still.consent(name)
    person = still.enrol(name).person
    openings = {
        row["account_id"]: spec.opening for row, spec in zip(rows(api, "accounts", consent), person.accounts, strict=True)
    }
    moved = dict.fromkeys(openings, Decimal(0))
    next_url: str | None = f"/v1/banking/transactions?end_user_id={consent.end_user_id}&status=POSTED&page[size]=1000"
    while next_url:
        response = api.get(next_url).json()
        for row in response["transactions"]:
            moved[row["account_id"]] += Decimal(row["amount"])
        next_url = response["links"].get("next")

    for balance in rows(api, "balances", consent):
        account_id = balance["account_id"]
        assert Decimal(balance["current_balance"]) == Decimal(openings[account_id]) + moved[account_id]


def test_pending_rows_have_no_posting_time(still: Still, api: httpx.Client) -> None:
    """They come first; one has no date, one has an execution time. Source: data.pending-dates, data.order"""
    consent = still.consent("rosa")

    served = rows(api, "transactions", consent)

    assert [row["status"] for row in served[:3]] == ["PENDING", "PENDING", "POSTED"]
    assert [("posting_date_time" in row, "execution_date_time" in row) for row in served[:3]] == [
        (False, True),
        (False, False),
        (True, False),
    ]


def test_posted_rows_are_newest_first_across_consents(still: Still, api: httpx.Client) -> None:
    """Two consents of one end user make one ordered list. Source: data.order"""
    end_user = still.enrol("rosa")
    for holder in (end_user.person, still.enrol("ben").person):
        consent = still.sandbox.authorise(EndUser(still.sandbox, holder, end_user_id=end_user.end_user_id))
        still.sandbox.sync(consent, "transactions")

    served = rows(api, "transactions", consent)

    posted = [row["posting_date_time"] for row in served if row["status"] == "POSTED"]
    assert posted == sorted(posted, reverse=True)
    assert {row["arrangement_id"] for row in served} == {
        consent.arrangement_id for consent in still.sandbox.consents_of(end_user.end_user_id)
    }
    assert [row["status"] for row in served] == sorted(row["status"] for row in served)


def test_status_filters(still: Still, api: httpx.Client) -> None:
    """PENDING and POSTED split the rows; any other status is refused."""
    consent = still.consent("rosa")

    split = [len(rows(api, "transactions", consent, status=status)) for status in ("PENDING", "POSTED")]
    response = api.get("/v1/banking/transactions", params={"end_user_id": consent.end_user_id, "status": "DONE"})

    assert split[0] == 2
    assert sum(split) == len(rows(api, "transactions", consent))
    assert (response.status_code, response.json()["name"]) == (400, "InvalidRequest")


@pytest.mark.parametrize("dataset", ["balances", "transactions"])
def test_account_filters(still: Still, api: httpx.Client, dataset: str) -> None:
    """Only rows of the account are returned, and none for an unknown one."""
    consent = still.consent("rosa")
    first, _ = rows(api, "accounts", consent)

    assert {row["account_id"] for row in rows(api, dataset, consent, account_id=first["account_id"])} == {
        first["account_id"]
    }
    assert rows(api, dataset, consent, account_id="0") == []


def test_categories_filter_together(still: Still, api: httpx.Client) -> None:
    """secondary_category may be repeated and selects rows of any of them. Source: data.category-filter"""
    consent = still.consent("rosa")
    categories = ["FOOD_AND_DRINK_GROCERIES", "INCOME_SALARY"]

    served = rows(api, "transactions", consent, secondary_category=categories)

    assert {row["category"]["secondary_category"] for row in served} == set(categories)
    assert rows(api, "transactions", consent, secondary_category="NOTHING") == []


def test_times_filter_and_drop_rows_without_one(still: Still, api: httpx.Client) -> None:
    """``from`` and ``to`` are inclusive and use the posting, else the execution time; rows without a date are left out.

    Source: data.time-filter
    """
    consent = still.consent("rosa")
    served = rows(api, "transactions", consent)
    moment = next(row["posting_date_time"] for row in served if row["status"] == "POSTED")

    exact = rows(api, "transactions", consent, **{"from": moment, "to": moment})
    everything = rows(api, "transactions", consent, **{"from": "2000-01-01T00:00:00Z"})

    assert [row["posting_date_time"] for row in exact] == [moment]
    assert len(served) - len(everything) == 1
    assert [row["status"] for row in everything[:2]] == ["PENDING", "POSTED"]


def test_offsets_are_understood(still: Still, api: httpx.Client) -> None:
    """The same instant in another time zone selects the same rows. Source: data.rfc3339"""
    consent = still.consent("rosa")

    utc = rows(api, "transactions", consent, **{"from": "2026-02-20T00:00:00Z"})
    east = rows(api, "transactions", consent, **{"from": "2026-02-20T10:00:00+10:00"})

    assert utc == east
    assert utc


@pytest.mark.parametrize(
    "value",
    [
        "2025-07-01",
        "2025-07-01T00:00:00",
        "2025-07-01 00:00:00Z",
        "2025-07-01T00:00Z",
        "20250701T000000Z",
        "2025-W27-2T00:00:00Z",
        "2025-07-01T00:00:00 10:00",
        "2025-13-01T00:00:00Z",
        "2025-02-30T00:00:00Z",
        "2025-07-01T25:00:00Z",
        "0000-01-01T00:00:00Z",
        "2025-07-01T00:00:00+99:99",
        "٢٠٢٥-07-01T00:00:00Z",
        "1751328000",
        "yesterday",
        "\x00",
        "'; drop table",
    ],
)
@pytest.mark.parametrize("name", ["from", "to"])
def test_anything_but_rfc3339_is_refused(still: Still, api: httpx.Client, name: str, value: str) -> None:
    """The response has the observed message. Source: data.rfc3339, errors.simple"""
    response = api.get("/v1/banking/transactions", params={"end_user_id": "eu_1", name: value})

    assert response.status_code == 400
    assert response.json() == {
        "id": response.json()["id"],
        "name": "InvalidRequest",
        "message": f"invalid {name} datetime: not in RFC3339 format",
    }


@pytest.mark.parametrize(
    "value",
    ["2025-07-01T00:00:00.123456789Z", "2025-07-01t00:00:00z", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"],
)
def test_every_rfc3339_instant_is_accepted(still: Still, api: httpx.Client, value: str) -> None:
    """Fractions, lower case and extreme years are accepted. Source: data.rfc3339"""
    consent = still.consent("rosa")

    for name in ("from", "to"):
        response = api.get("/v1/banking/transactions", params={"end_user_id": consent.end_user_id, name: value})
        assert response.status_code == 200


def test_a_reversed_time_range_is_empty(still: Still, api: httpx.Client) -> None:
    """A ``from`` after ``to`` returns no rows and no error. Source: data.time-filter"""
    consent = still.consent("rosa")

    assert rows(api, "transactions", consent, **{"from": "2026-02-02T00:00:00Z", "to": "2026-02-01T00:00:00Z"}) == []


def test_a_sync_shows_the_changes_since_the_last_one(still: Still, api: httpx.Client) -> None:
    """The API serves the rows of the latest sync until the next one. Source: data.after-sync"""
    consent = still.consent("rosa")
    before = rows(api, "transactions", consent)
    row = next(
        transaction
        for transaction in still.sandbox.ledger(consent).statement_newest_first()
        if transaction.status == "POSTED"
    )
    still.sandbox.ledger(consent).amend(row.key, amount="-77.77")

    assert rows(api, "transactions", consent) == before

    still.sandbox.sync(consent, "transactions")
    after = {row["fiskil_id"]: row["amount"] for row in rows(api, "transactions", consent)}
    assert after[row.fiskil_id] == "-77.77"


def test_fetch_returns_the_current_balance(still: Still, api: httpx.Client) -> None:
    """With account_id and fetch=true the balance is current; without account_id it is the last sync's. Source: data.fetch"""
    consent = still.consent("rosa")
    account_id, before = rows(api, "balances", consent)[0]["account_id"], rows(api, "balances", consent)[0]
    row = next(
        transaction
        for transaction in still.sandbox.ledger(consent).statement_newest_first()
        if transaction.account_id == account_id and transaction.status == "POSTED"
    )
    still.sandbox.ledger(consent).remove(row.key)

    (fetched,) = rows(api, "balances", consent, account_id=account_id, fetch="true")

    assert Decimal(fetched["current_balance"]) == Decimal(before["current_balance"]) - Decimal(row.amount)
    assert rows(api, "balances", consent, fetch="true")[0] == before
    assert rows(api, "balances", consent, account_id=account_id)[0] == before


def test_fetch_is_true_or_false(still: Still, api: httpx.Client) -> None:
    """Any other value is refused. Source: data.fetch"""
    assert api.get("/v1/banking/balances?end_user_id=eu_1&fetch=yes").status_code == 400


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_end_user_must_be_named(still: Still, api: httpx.Client, dataset: str) -> None:
    """Without end_user_id, or with an empty one, the response is 400 InvalidRequest. Source: data.end-user-required"""
    for query in ("", "?end_user_id="):
        response = api.get(f"/v1/banking/{dataset}{query}")
        assert (response.status_code, response.json()["name"]) == (400, "InvalidRequest")


@pytest.mark.parametrize("dataset", DATASETS)
def test_an_unknown_end_user_has_no_rows(still: Still, api: httpx.Client, dataset: str) -> None:
    """The response is 200 with an empty list, not 404. Source: data.deleted-end-user"""
    assert api.get(f"/v1/banking/{dataset}?end_user_id=eu_nobody").json() == {dataset: [], "links": {}}


def test_a_later_consent_shows_the_same_rows(still: Still, api: httpx.Client) -> None:
    """The same person at the same institution keeps every row id under a new arrangement."""
    end_user = still.enrol("rosa")
    ids_by_consent = []
    for _ in range(2):
        consent = still.sandbox.authorise(end_user)
        still.sandbox.sync(consent, "transactions")
        ids_by_consent.append({row["fiskil_id"] for row in rows(api, "transactions", consent)})
        still.sandbox.revoke(consent)

    assert ids_by_consent[0] == ids_by_consent[1]


@pytest.mark.parametrize("status", ["HEALTHY", "DEGRADED", "OUTAGE"])
def test_fetch_needs_the_institution(still: Still, api: httpx.Client, status: str) -> None:
    """During an outage fetch=true gets 502, and synced rows are still served. Source: data.fetch-outage"""
    consent = still.consent("rosa")
    account_id = rows(api, "accounts", consent)[0]["account_id"]
    still.sandbox.set_connection("88888", status)
    params = {"end_user_id": consent.end_user_id, "account_id": account_id, "fetch": "true"}

    response = api.get("/v1/banking/balances", params=params)
    synced = api.get("/v1/banking/balances", params=params | {"fetch": "false"})

    assert response.status_code == (502 if status == "OUTAGE" else 200)
    assert set(response.json()) == ({"id", "name", "message"} if status == "OUTAGE" else {"balances", "links"})
    assert (synced.status_code, len(synced.json()["balances"])) == (200, 1)


def test_an_outage_ends_with_a_reset(still: Still, api: httpx.Client) -> None:
    """Until the reset, the institution reports the outage. Source: institutions.status"""
    still.sandbox.set_connection("88888", "OUTAGE")
    during = api.get("/v1/institutions/88888").json()["status"]
    still.sandbox.reset()

    assert during == {"connections": {"status": "OUTAGE"}}
    assert api.get("/v1/institutions/88888").json()["status"] == {"connections": {"status": "HEALTHY"}}


@pytest.mark.parametrize(("institution_id", "status"), [("7", "OUTAGE"), ("88888", "DOWN")])
def test_an_unknown_connection_status_is_refused(still: Still, institution_id: str, status: str) -> None:
    """An unknown institution or status is reported."""
    with pytest.raises(UnknownName):
        still.sandbox.set_connection(institution_id, status)


def test_a_present_end_user_sees_the_same(still: Still, api: httpx.Client) -> None:
    """The x-fiskil-client headers do not change the response. Source: data.consumer-present"""
    consent = still.consent("rosa")
    params = {
        "end_user_id": consent.end_user_id,
        "fetch": "true",
        "account_id": rows(api, "accounts", consent)[0]["account_id"],
    }
    present = {"x-fiskil-client-ip-address": "203.0.113.7", "x-fiskil-client-user-agent": "Mozilla/5.0"}

    responses = [api.get("/v1/banking/balances", params=params, headers=headers).json() for headers in ({}, present)]

    assert responses[0] == responses[1]
    assert len(responses[0]["balances"]) == 1


def test_absent_is_not_null(still: Still, api: httpx.Client) -> None:
    """No row of any dataset contains null. Source: data.absent-fields"""
    consent = still.consent("ben")

    assert not [row for dataset in DATASETS for row in rows(api, dataset, consent) if None in row.values()]


@pytest.mark.parametrize(
    ("interpretation", "events", "counts"),
    [
        ("none", ["transactions"], [0, 0, 0, 0, 0, 1]),
        ("basic", ["transactions.basic", "transactions"], [0, 0, 0, 0, 1, 1]),
        ("recent-and-basic", ["transactions.recent", "transactions.basic", "transactions"], [0, 0, 0, 1, 1, 1]),
    ],
)
def test_transactions_may_come_in_stages(
    still: Still, api: httpx.Client, interpretation: str, events: list[str], counts: list[int]
) -> None:
    """Recent rows, all rows, then all rows with details are served; each stage has an event.

    Source: sync.early-transactions
    """
    still.sandbox.choose_interpretations({"sync.early-transactions": interpretation})
    consent = still.consent("priya", is_synced=False)
    served_by_time = []
    for _ in range(6):
        served_by_time.append(rows(api, "transactions", consent))
        still.sandbox.clock.advance(seconds=2)
    kinds = [event.kind for event in still.sandbox.events if "transactions" in event.kind]

    assert kinds == [f"banking.{event}.sync.completed" for event in events]
    assert [int(bool(served)) for served in served_by_time] == counts
    early = [served for served in served_by_time[:-1] if served]
    assert all("merchant_name" not in value for served in early for value in served)
    assert "merchant_name" in served_by_time[-1][0]
    if interpretation == "recent-and-basic":
        assert min(row["posting_date_time"] for row in served_by_time[3]) >= "2025-12-02T12:00:00Z"


def test_a_stage_never_takes_details_away(still: Still, api: httpx.Client) -> None:
    """A basic sync after the full one emits its event and changes no row. Source: sync.early-transactions"""
    consent = still.consent("rosa")
    before = rows(api, "transactions", consent)

    still.sandbox.sync(consent, "basic_transactions")

    assert rows(api, "transactions", consent) == before
    assert still.sandbox.events[-1].kind == "banking.transactions.basic.sync.completed"
