"""``/v1/energy/plans``: the list, the detail of one plan, and what is refused."""

from typing import Any

import httpx
import pytest

from fiskil_harness.core import catalog
from tests.sandbox.energy.households import RETAILER, household, rows
from tests.sandbox.still import Still

BRAND = "5d1f6b4e-0c6a-4f0e-9a55-6f1e2b8c9d10"
WEEK = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


def plans(api: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    response = api.get("/v1/energy/plans", params={"institution_id": RETAILER, **query})
    assert response.status_code == 200, response.text
    listed: list[dict[str, Any]] = response.json()["plans"]
    return listed


def test_active_plans_are_listed(api: httpx.Client) -> None:
    """The default and ``active`` list the same plans; ``all`` adds those that have ended. Source: energy.plans-status"""
    active, everything = plans(api), plans(api, status="all")

    assert plans(api, status="active") == active
    assert [row["display_name"] for row in everything if row not in active] == ["Winter Saver"]
    assert [row["last_updated"] for row in everything] == sorted((row["last_updated"] for row in everything), reverse=True)


def test_a_plan_is_active_until_its_end(still: Still, api: httpx.Client) -> None:
    """A plan is inactive at the exact instant of its end, and before its beginning. Source: energy.plans-status"""
    from msgspec.structs import replace

    retailer = still.sandbox.store.institutions[RETAILER]
    model = retailer.plans[0]
    times = {
        "ends now": ("2024-01-01T00:00:00Z", "2026-03-02T12:00:00Z"),
        "ends later": ("2024-01-01T00:00:00Z", "2026-03-02T12:00:01Z"),
        "begins now": ("2026-03-02T12:00:00Z", None),
        "begins later": ("2026-03-02T12:00:01Z", None),
    }
    changed = tuple(
        replace(model, plan_id=name, effective_from=time, effective_to=end) for name, (time, end) in times.items()
    )
    still.sandbox.store.institutions[RETAILER] = replace(retailer, plans=changed)

    assert {plan["plan_id"] for plan in plans(api)} == {"ends later", "begins now"}


def test_plans_are_found_by_brand_or_institution(api: httpx.Client) -> None:
    """Either parameter selects the retailer. Source: energy.plans-retailer"""
    by_brand = api.get("/v1/energy/plans", params={"retailer_id": BRAND}).json()["plans"]

    assert by_brand == plans(api)
    assert {plan["institution_id"] for plan in plans(api, institution_id="140")} == {"140"}


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"institution_id": ""},
        {"institution_id": RETAILER, "retailer_id": BRAND},
        {"institution_id": RETAILER, "status": "ACTIVE"},
        {"institution_id": RETAILER, "status": "expired"},
        {"institution_id": RETAILER, "page[size]": "0"},
        {"institution_id": "88888"},
        {"institution_id": "0"},
        {"retailer_id": "nobody"},
    ],
)
def test_plans_refuse_a_request_without_one_retailer(api: httpx.Client, query: dict[str, str]) -> None:
    """No retailer, both parameters, a bank, an unknown retailer, status or page size get 400.

    Source: energy.plans-retailer, energy.plans-unknown-retailer
    """
    response = api.get("/v1/energy/plans", params=query)

    assert (response.status_code, response.json()["name"]) == (400, "InvalidRequest")
    assert set(response.json()) == {"id", "name", "message"}


def test_an_unknown_retailer_may_have_no_plans(still: Still, api: httpx.Client) -> None:
    """Under the other interpretation the list is empty. Source: energy.plans-unknown-retailer"""
    still.sandbox.choose_interpretations({"energy.plans-unknown-retailer": "empty"})

    assert api.get("/v1/energy/plans?institution_id=0").json() == {"plans": [], "links": {}}


def test_plans_come_in_pages(api: httpx.Client) -> None:
    """Links lead through all plans. Source: paging.links"""
    first = api.get("/v1/energy/plans", params={"institution_id": RETAILER, "page[size]": "2"}).json()
    second = api.get(first["links"]["next"]).json()

    assert [row["plan_id"] for row in first["plans"] + second["plans"]] == [plan["plan_id"] for plan in plans(api)][:4]
    assert "prev" in second["links"]


def test_a_bad_cursor_of_plans_is_unavailable(api: httpx.Client) -> None:
    """An invented cursor gets 503, as for other lists. Source: paging.bad-cursor"""
    assert api.get("/v1/energy/plans", params={"institution_id": RETAILER, "page[after]": "x"}).status_code == 503


def test_a_plan_in_detail_is_the_listed_one_with_its_contract(api: httpx.Client) -> None:
    """The detail is under ``data``, in snake_case, with a gas or an electricity contract. Source: energy.plan-detail-root"""
    for listed in plans(api, status="all"):
        detail = api.get(f"/v1/energy/plans/{listed['plan_id']}").json()["data"]
        contract = detail.pop("gas_contract" if listed["fuel_type"] == "GAS" else "electricity_contract")

        assert detail.pop("metering_charges") is not None
        assert detail == listed
        assert contract["tariff_period"]
        assert not [key for key in every_key(contract) if key != key.lower()]


def test_windows_are_those_of_the_plan(api: httpx.Client) -> None:
    """Windows are exact to the minute, and a rate without hours has the rest of the week."""
    detail = api.get("/v1/energy/plans/ESD100002MRE5@EME").json()["data"]
    (tariff,) = detail["electricity_contract"]["tariff_period"]

    assert {rate["type"]: rate["time_of_use"] for rate in tariff["time_of_use_rates"]} == {
        "PEAK": [{"days": list(WEEK[:5]), "start_time": "15:00", "end_time": "20:59"}],
        "SHOULDER": [
            {"days": list(WEEK[:5]), "start_time": "07:00", "end_time": "14:59"},
            {"days": list(WEEK[:5]), "start_time": "21:00", "end_time": "21:59"},
            {"days": list(WEEK[5:]), "start_time": "07:00", "end_time": "21:59"},
        ],
        "OFF_PEAK": [
            {"days": list(WEEK), "start_time": "00:00", "end_time": "06:59"},
            {"days": list(WEEK), "start_time": "22:00", "end_time": "23:59"},
        ],
    }


def test_each_half_hour_of_a_week_has_one_price(api: httpx.Client) -> None:
    """The windows of a time-of-use plan neither overlap nor leave a gap."""
    checked = 0
    for listed in plans(api, status="all"):
        detail = api.get(f"/v1/energy/plans/{listed['plan_id']}").json()["data"]
        for tariff in (detail.get("electricity_contract") or detail["gas_contract"])["tariff_period"]:
            for clock in (f"{at // 2:02d}:{at % 2 * 30:02d}" for at in range(48 if "time_of_use_rates" in tariff else 0)):
                for day in WEEK:
                    windows = [window for rate in tariff["time_of_use_rates"] for window in rate["time_of_use"]]
                    assert (
                        sum(
                            day in window["days"] and window["start_time"] <= clock <= window["end_time"]
                            for window in windows
                        )
                        == 1
                    )
                    checked += 1

    assert checked == 2 * 48 * 7


@pytest.mark.parametrize("plan_id", ["nothing", "ESD100001MRE3", "%2e%2e", "a%2Fb", "x" * 500])
def test_an_unknown_plan_is_refused(api: httpx.Client, plan_id: str) -> None:
    """An unknown plan gets 400 InvalidRequest. Source: energy.plan-unknown"""
    response = api.get(f"/v1/energy/plans/{plan_id}")

    assert (response.status_code, response.json()["name"]) == (400, "InvalidRequest")


def test_an_unknown_plan_may_be_not_found(still: Still, api: httpx.Client) -> None:
    """Under the other interpretation the status is 404. Source: energy.plan-unknown"""
    still.sandbox.choose_interpretations({"energy.plan-unknown": "404"})

    assert api.get("/v1/energy/plans/nothing").status_code == 404


def test_an_account_has_the_contract_of_its_plan(still: Still, api: httpx.Client) -> None:
    """The terms are the same, except for camelCase keys and the fields of an offer. Source: energy.camel-keys"""
    consent = household(still, "rosa")
    (account,) = rows(api, "accounts", consent)
    (plan,) = account["plans"]
    name = plan["plan_overview"]["display_name"]
    listed = next(plan for plan in plans(api) if plan["display_name"] == name)

    offered = api.get(f"/v1/energy/plans/{listed['plan_id']}").json()["data"]["electricity_contract"]
    contract = plan["plan_detail"]["electricity_contract"]

    assert set(offered) - set(contract) == {
        "term_type",
        "benefit_period",
        "terms",
        "meter_types",
        "cooling_off_days",
        "bill_frequency",
    }
    assert [key for key in every_key(contract) if key != key.lower()] == ["singleRate", "timeOfUseRates"]
    assert contract["tariff_period"][0]["timeOfUseRates"] == offered["tariff_period"][0]["time_of_use_rates"]
    assert contract["controlled_load"][0]["singleRate"] == offered["controlled_load"][0]["single_rate"]


def test_every_household_has_a_plan_that_exists() -> None:
    """People of the fixtures have plans of the institutions' fixtures, of the right fuel."""
    plans_by_id = {plan.plan_id: plan for institution in catalog.institutions().values() for plan in institution.plans}

    for person in catalog.people().values():
        for spec in person.energy:
            assert (plans_by_id[spec.plan_id].fuel_type == "GAS") == spec.is_gas
            assert spec.meter != "basic" or len(plans_by_id[spec.plan_id].rates) == 1


def every_key(value: Any) -> list[str]:
    """Return every key in a JSON value, in order."""
    if isinstance(value, list):
        return [key for inner in value for key in every_key(inner)]
    if isinstance(value, dict):
        return [key for name, inner in value.items() for key in (name, *every_key(inner))]
    return []
