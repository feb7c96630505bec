"""``/v1/energy``: the rows of each endpoint, its filters, and everything that it refuses."""

from datetime import date

import httpx
import msgspec
import pytest

from fiskil_harness.core.model.energy import EnergyAccountSpec
from fiskil_harness.sandbox.energy.calendar import Period
from fiskil_harness.sandbox.energy.reads import CAPACITY_KW, EXPORT, Meter
from tests.sandbox.energy.households import LISTS, RETAILER, every_row, household, rows
from tests.sandbox.still import Still

EVENTS = [
    "energy.plans.sync.completed",
    "energy.accounts.sync.completed",
    "energy.balances.sync.completed",
    "energy.servicepoints.sync.completed",
    "energy.invoices.sync.completed",
    "energy.billing.sync.completed",
    "energy.concessions.sync.completed",
    "energy.paymentschedules.sync.completed",
    "energy.der.sync.completed",
    "energy.usage.sync.completed",
]


@pytest.mark.parametrize("path", LISTS)
def test_a_household_has_no_rows_before_its_syncs(still: Still, api: httpx.Client, path: str) -> None:
    """A consent alone has no rows. Source: data.after-sync"""
    consent = household(still, is_synced=False)

    assert rows(api, path, consent) == []


def test_energy_datasets_become_ready_one_by_one(still: Still) -> None:
    """Each has one event, the plans first; those of accounts and balances list the account ids.

    Source: sync.timing, sync.public-data, webhooks.events
    """
    consent = household(still, is_synced=False)
    still.sandbox.clock.advance(seconds=20)

    events = still.sandbox.events[1:]

    assert [event.kind for event in events] == EVENTS
    ids = tuple(row.account_id for row in still.sandbox.rows(consent, "energy_accounts"))
    assert [event.account_ids for event in events] == [None, ids, ids, *([None] * 7)]
    assert len(ids) == 2


def test_plans_are_synced_on_request(still: Still) -> None:
    """Plans are public and not part of a consent, but their sync has an event. Source: webhooks.events"""
    consent = household(still, is_synced=False)

    still.sandbox.sync(consent, "plans")

    assert still.sandbox.events[1].kind == "energy.plans.sync.completed"


@pytest.mark.parametrize("path", LISTS)
def test_energy_rows_carry_their_ids(still: Still, api: httpx.Client, path: str) -> None:
    """Rows have their prefix, institution and arrangement, and none of our internal fields.

    Source: energy.invoice-without-arrangement
    """
    consent = household(still, "priya", path)

    served = every_row(api, path, consent)

    assert served
    assert {row["institution_id"] for row in served} == {RETAILER}
    assert {row.get("arrangement_id") for row in served} == {None if path == "invoice" else consent.arrangement_id}
    assert all(row["fiskil_id"].startswith(LISTS[path][2]) for row in served)
    assert len({row["fiskil_id"] for row in served}) == len(served)
    assert not any("key" in row or None in row.values() for row in served)


def test_rows_refer_to_listed_accounts(still: Still, api: httpx.Client) -> None:
    """Every row of an account or a service point refers to one that is listed."""
    consent = household(still)
    accounts = {row["account_id"] for row in rows(api, "accounts", consent)}
    points = {row["service_point_id"] for row in rows(api, "service-points", consent)}

    for path in ("balances", "invoice", "billing", "concessions", "payment-schedules"):
        assert {row["account_id"] for row in rows(api, path, consent)} <= accounts
    for path in ("usage", "der"):
        assert {row["service_point_id"] for row in rows(api, path, consent)} == points
    named = {value for row in rows(api, "accounts", consent) for plan in row["plans"] for value in plan["service_point_ids"]}
    assert named == points
    assert {value for row in rows(api, "invoice", consent) for value in row["service_points"]} == points


def test_reads_name_a_register_of_their_meter(still: Still, api: httpx.Client) -> None:
    """Meter, register and suffix of a read are those of the service point."""
    consent = household(still, "rosa", "service-points", "usage")
    (point,) = rows(api, "service-points", consent)

    registers = {
        (meter["meter_id"], row["register_id"], row["register_suffix"], row["controlled_load"])
        for meter in point["meters"]
        for row in meter["registers"]
    }

    keys = ("meter_id", "register_id", "register_suffix", "controlled_load")
    assert {tuple(row[key] for key in keys) for row in rows(api, "usage", consent)} == registers
    assert len(registers) == 3


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
@pytest.mark.parametrize("path", LISTS)
def test_energy_is_equal_in_every_version(still: Still, api: httpx.Client, path: str, version: str) -> None:
    """The version header is returned, and the body does not change. Source: energy.versions"""
    consent = household(still, "ben", path)

    params = {"end_user_id": consent.end_user_id}
    plain = api.get(f"/v1/energy/{path}", params=params)
    versioned = api.get(f"/v1/energy/{path}", params=params, headers={"x-fiskil-version": version})

    assert versioned.json() == plain.json()
    assert versioned.headers["x-fiskil-version"] == version


@pytest.mark.parametrize("path", LISTS)
def test_a_bank_has_no_energy_rows(still: Still, api: httpx.Client, path: str) -> None:
    """A bank has no energy rows, and a retailer no banking rows. Source: energy.permissions"""
    bank, retailer = still.consent("rosa"), household(still, "ben", path)

    assert rows(api, path, bank) == []
    assert api.get(f"/v1/banking/accounts?end_user_id={retailer.end_user_id}").json()["accounts"] == []


def test_a_retailer_consent_covers_energy_only(still: Still, api: httpx.Client) -> None:
    """The consent has the nine energy permissions. Source: energy.permissions"""
    consent = household(still, "ben", "accounts")

    listed = api.get("/v1/consent", params={"end_user_id": consent.end_user_id}).json()["consents"][0]

    assert sorted(listed["permissions"]) == sorted(dataset for _, dataset, _ in LISTS.values())
    assert (listed["institution_type"], listed["institution_id"]) == ("energy", RETAILER)
    assert listed["account_ids"] == [row["account_id"] for row in rows(api, "accounts", consent)]


def test_a_revoked_consent_serves_no_energy_rows(still: Still, api: httpx.Client) -> None:
    """No row of an ended consent is served. Source: data.deleted-end-user"""
    consent = household(still)

    still.sandbox.revoke(consent)

    assert [rows(api, path, consent) for path in LISTS] == [[]] * len(LISTS)


def test_two_households_share_no_id(still: Still, api: httpx.Client) -> None:
    """Two people, or one person under two end users, have no row id in common."""
    consents = [household(still, "ben"), household(still, "rosa"), household(still, "ben")]

    for path in LISTS:
        ids = [row["fiskil_id"] for consent in consents for row in rows(api, path, consent)]
        assert len(ids) == len(set(ids))


def test_a_later_energy_consent_shows_the_same_rows(still: Still, api: httpx.Client) -> None:
    """The same end user at the same retailer keeps every row id under a new arrangement."""
    end_user = still.enrol("ben")
    ids_by_consent = []
    for _ in range(2):
        consent = still.sandbox.authorise(end_user, institution_id=RETAILER)
        still.sandbox.sync(consent, "billing")
        ids_by_consent.append([row["fiskil_id"] for row in rows(api, "billing", consent)])
        still.sandbox.revoke(consent)

    assert ids_by_consent[0] == ids_by_consent[1]
    assert ids_by_consent[0]


def test_usage_needs_more_than_one_page(still: Still, api: httpx.Client) -> None:
    """A year of daily reads needs two pages of 1,000 rows. Source: paging.links, energy.order"""
    consent = household(still, "priya", "usage")

    served = every_row(api, "usage", consent)

    assert len(served) > len(rows(api, "usage", consent)) == 1000
    days = [row["read_start_date"] for row in served]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize("path", ["invoice", "billing"])
def test_energy_filters_by_account(still: Still, api: httpx.Client, path: str) -> None:
    """Only rows of the account are returned, and none for an unknown one. Source: energy.filters"""
    consent = household(still, "priya", "accounts", path)
    for account in rows(api, "accounts", consent):
        served = rows(api, path, consent, account_id=account["account_id"])
        assert {row["account_id"] for row in served} == {account["account_id"]}

    assert rows(api, path, consent, account_id="0") == []


def test_energy_filters_by_invoice(still: Still, api: httpx.Client) -> None:
    """The filter returns one invoice and its charges; payments have no invoice. Source: energy.filters"""
    consent = household(still, "priya", "invoice", "billing")
    number = rows(api, "invoice", consent)[1]["invoice_number"]

    (invoice,) = rows(api, "invoice", consent, invoice_number=number)
    charges = rows(api, "billing", consent, invoice_number=number)

    assert invoice["invoice_number"] == number
    assert {row["transaction_u_type"] for row in charges} <= {"usage", "demand", "onceOff", "otherCharges"}
    assert {row["account_id"] for row in charges} == {invoice["account_id"]}
    assert rows(api, "invoice", consent, invoice_number="x") == rows(api, "billing", consent, invoice_number="x") == []


@pytest.mark.parametrize("path", ["usage", "invoice"])
def test_energy_filters_by_service_point(still: Still, api: httpx.Client, path: str) -> None:
    """Only rows of the service point are returned; gas has none. Source: energy.filters"""
    consent = household(still, "priya", "service-points", path)
    (point,) = rows(api, "service-points", consent)

    served = rows(api, path, consent, service_point_id=point["service_point_id"])

    assert len(served) > 0
    assert path == "usage" or len(served) < len(rows(api, path, consent))
    assert rows(api, path, consent, service_point_id="sp-0") == []


def test_usage_filters_by_day(still: Still, api: httpx.Client) -> None:
    """Both days are included, and either may be left out. Source: energy.usage-dates"""
    consent = household(still, "rosa", "usage")
    oldest, newest = "2026-01-10", "2026-01-12"

    both = rows(api, "usage", consent, **{"read_start_date.oldest": oldest, "read_start_date.newest": newest})
    since = rows(api, "usage", consent, **{"read_start_date.oldest": oldest})
    until = rows(api, "usage", consent, **{"read_start_date.newest": newest})

    assert {row["read_start_date"] for row in both} == {"2026-01-10", "2026-01-11", "2026-01-12"}
    assert len(since) + len(until) - len(both) == len(rows(api, "usage", consent))


def test_the_newest_day_may_be_left_out(still: Still, api: httpx.Client) -> None:
    """Under the other interpretation the last day is excluded. Source: energy.usage-dates"""
    still.sandbox.choose_interpretations({"energy.usage-dates": "before-newest"})
    consent = household(still, "rosa", "usage")

    served = rows(api, "usage", consent, **{"read_start_date.oldest": "2026-01-10", "read_start_date.newest": "2026-01-12"})

    assert {row["read_start_date"] for row in served} == {"2026-01-10", "2026-01-11"}


@pytest.mark.parametrize("name", ["read_start_date.oldest", "read_start_date.newest"])
@pytest.mark.parametrize(
    "value", ["2026-01-10T00:00:00Z", "2026-1-10", "20260110", "2026-02-30", "2026-W02-1", "10/01/2026", "yesterday", "\x00"]
)
def test_usage_accepts_only_dates(still: Still, api: httpx.Client, name: str, value: str) -> None:
    """Instants and all other values are refused. Source: data.date-only, errors.simple"""
    response = api.get("/v1/energy/usage", params={"end_user_id": "eu_1", name: value})

    assert (response.status_code, response.json()["name"]) == (400, "InvalidRequest")
    assert set(response.json()) == {"id", "name", "message"}
    assert name in response.json()["message"]


@pytest.mark.parametrize("path", LISTS)
def test_energy_needs_an_end_user(still: Still, api: httpx.Client, path: str) -> None:
    """Without end_user_id, or with an empty one, the response is 400 InvalidRequest. Source: data.end-user-required"""
    for query in ("", "?end_user_id="):
        response = api.get(f"/v1/energy/{path}{query}")
        assert (response.status_code, response.json()["name"]) == (400, "InvalidRequest")


@pytest.mark.parametrize("path", LISTS)
def test_energy_refuses_bad_pages(still: Still, api: httpx.Client, path: str) -> None:
    """A size that is not a number gets 400, an invented cursor 503. Source: paging.bad-cursor"""
    params = {"end_user_id": "eu_1"}

    size = api.get(f"/v1/energy/{path}", params={**params, "page[size]": "many"})
    cursor = api.get(f"/v1/energy/{path}", params={**params, "page[after]": "made-up"})

    assert (size.status_code, size.json()["name"]) == (400, "InvalidRequest")
    assert cursor.status_code == 503


@pytest.mark.parametrize("path", [*LISTS, "plans", "plans/ESD100001MRE3@EME"])
def test_energy_refuses_invalid_requests(still: Still, api: httpx.Client, path: str) -> None:
    """An invalid token gets 401, another method 405, another version label 400. Source: token.expired, versions.header"""
    url = f"/v1/energy/{path}"
    params = {"end_user_id": "eu_1", "institution_id": RETAILER}

    refused = [
        api.get(url, params=params, headers={"authorization": "Bearer nobody's"}),
        api.post(url, params=params),
        api.get(url, params=params, headers={"x-fiskil-version": "2.0.0"}),
    ]

    assert [response.status_code for response in refused] == [401, 405, 400]
    assert all(set(response.json()) == {"id", "name", "message"} for response in refused)


@pytest.mark.parametrize("path", [*LISTS, "plans", "plans/ESD100001MRE3@EME"])
def test_energy_needs_its_scope(still: Still, api: httpx.Client, path: str) -> None:
    """A key without the energy scope gets 403. Source: token.scopes"""
    still.sandbox.configure(scopes=("api:banking", "api:user.read", "api:user.write"))

    response = still.client().get(f"/v1/energy/{path}", params={"end_user_id": "eu_1", "institution_id": RETAILER})

    assert (response.status_code, set(response.json())) == (403, {"id", "name", "message"})


@pytest.mark.parametrize("path", LISTS)
def test_an_unknown_end_user_has_no_household(still: Still, api: httpx.Client, path: str) -> None:
    """The response is 200 with an empty list, not 404. Source: data.deleted-end-user"""
    root = LISTS[path][0]

    assert api.get(f"/v1/energy/{path}?end_user_id=eu_nobody").json() == {root: [], "links": {}}


@pytest.mark.parametrize("path", ["invoices", "balance", "payment-schedule", "service_points", "derRecords"])
def test_corrected_paths_do_not_exist(still: Still, api: httpx.Client, path: str) -> None:
    """Only the documented odd paths exist. Source: energy.invoice-path"""
    assert api.get(f"/v1/energy/{path}?end_user_id=eu_1").status_code == 404


@pytest.mark.parametrize("path", LISTS)
def test_without_the_permission_energy_may_be_refused(still: Still, api: httpx.Client, path: str) -> None:
    """Under one interpretation, a request that no consent covers gets 403. Source: data.missing-permission"""
    consent = household(still, "ben", path)
    others = tuple(permission for permission in consent.permissions if permission != LISTS[path][1])
    with still.sandbox.store.changing() as store:
        store.consents[consent.arrangement_id] = msgspec.structs.replace(consent, permissions=others)
    still.sandbox.choose_interpretations({"data.missing-permission": "403"})

    response = api.get(f"/v1/energy/{path}", params={"end_user_id": consent.end_user_id})

    assert (response.status_code, set(response.json())) == (403, {"id", "name", "message"})


@pytest.mark.parametrize("path", ["invoice", "billing"])
def test_an_unknown_energy_account_may_be_refused(still: Still, api: httpx.Client, path: str) -> None:
    """Under one interpretation, a filter by an unknown account gets 404. Source: data.unknown-account"""
    still.sandbox.choose_interpretations({"data.unknown-account": "404"})
    consent = household(still, "ben", "accounts", path)

    response = api.get(f"/v1/energy/{path}", params={"end_user_id": consent.end_user_id, "account_id": "0"})

    assert (response.status_code, set(response.json())) == (404, {"id", "name", "message"})


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("state", "sunniest", "darkest"), [("NSW", 12, 6), ("VIC", 1, 6), ("TAS", 1, 6), ("WA", 1, 6), ("NT", 10, 2)]
)
def test_solar_export_follows_the_season_of_the_place(seed: int, state: str, sunniest: int, darkest: int) -> None:
    """The south exports most in summer, the tropics in the dry season; no half hour exceeds the limit of the connection."""
    spec = EnergyAccountSpec(key="home", name="Home", plan_id="a", daily_kwh="1.0", solar_kw="6.6")
    months = [Period(first=date(2025, month, 1), last=date(2025, month, 28)) for month in (sunniest, darkest)]

    exported = [
        [read for read in Meter(seed, "a@b.c", spec, state=state).reads((month,), until=month.last) if read.suffix == EXPORT]
        for month in months
    ]

    sunny, dark = (sum(read.total for read in reads) for reads in exported)
    assert sunny > dark * 1.05
    assert (sunny > dark * 1.6) == (state != "NT")
    assert max(wh for reads in exported for read in reads for wh in read.wh) <= CAPACITY_KW * 500
