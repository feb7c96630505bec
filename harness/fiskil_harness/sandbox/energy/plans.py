"""Energy plans in the API's format: a plan in the list, its detail, and the contract of an account."""

from functools import partial
from typing import Any

from fiskil_harness.core.model import Institution
from fiskil_harness.core.model.energy import EnergyPlan, Rate
from fiskil_harness.sandbox.energy.prices import holds, rate_at, windows


def summary(institution: Institution, plan: EnergyPlan) -> dict[str, Any]:
    """Return a plan as ``/v1/energy/plans`` lists it."""
    site = f"https://{plan.plan_id.split('@')[0].lower()}.example"
    fields = {
        "plan_id": plan.plan_id,
        "institution_id": institution.institution_id,
        "brand": institution.brand,
        "brand_name": institution.name,
        "display_name": plan.display_name,
        "description": plan.description,
        "type": plan.type,
        "fuel_type": plan.fuel_type,
        "customer_type": plan.customer_type,
        "effective_from": plan.effective_from,
        "effective_to": plan.effective_to,
        "last_updated": plan.last_updated,
        "application_uri": f"{site}/apply",
        "additional_information": {
            "overview_uri": f"{site}/overview",
            "terms_uri": f"{site}/terms",
            "eligibility_uri": f"{site}/eligibility",
            "pricing_uri": f"{site}/pricing",
            "bundle_uri": f"{site}/bundles",
        },
        "geography": {"distributors": list(plan.distributors), "included_postcodes": [], "excluded_postcodes": []},
    }
    return {name: value for name, value in fields.items() if value is not None}


def detail(institution: Institution, plan: EnergyPlan) -> dict[str, Any]:
    """Return a plan as ``/v1/energy/plans/{plan_id}`` returns it."""
    full = {
        **contract(plan),
        "term_type": "ONGOING",
        "benefit_period": "None",
        "terms": f"The terms of {plan.display_name}.",
        "meter_types": ["BASIC", "INTERVAL"],
        "cooling_off_days": 10,
        "bill_frequency": [f"P{plan.bill_months}M"],
    }
    return {**summary(institution, plan), "metering_charges": metering(plan), contract_key(plan): full}


def contract_key(plan: EnergyPlan) -> str:
    """Return the key of a plan's contract."""
    return "gas_contract" if plan.fuel_type == "GAS" else "electricity_contract"


def metering(plan: EnergyPlan) -> list[dict[str, Any]]:
    """Return the metering charges; empty unless the plan has a price for the meter's installation."""
    if plan.connection is None:
        return []
    return [{"display_name": plan.connection.description, "minimum_value": plan.connection.amount, "period": "P1Y"}]


def contract(plan: EnergyPlan) -> dict[str, Any]:
    """Return the plan's terms of supply; all keys are in snake_case."""
    return {
        "pricing_model": plan.pricing_model,
        "time_zone": "AEST",
        "is_fixed": False,
        "variation": "Prices may change with twenty business days of notice.",
        "on_expiry_description": "The plan goes on until you leave it.",
        "additional_fee_information": "Fees are charged only where they are listed.",
        "payment_option": ["DIRECT_DEBIT", "CREDIT_CARD", "BPAY"],
        "intrinsic_green_power": {"green_percentage": "0.00"},
        "controlled_load": _controlled_load(plan),
        "discounts": [],
        "incentives": [],
        "green_power_charges": [],
        "eligibility": [{"type": "EXISTING_CUST", "information": "For the household that lives at the address."}],
        "fees": _fees(plan),
        "solar_feed_in_tariff": _feed_in(plan),
        "tariff_period": _periods(plan),
    }


def with_leaks(terms: dict[str, Any]) -> dict[str, Any]:
    """Return the contract with the keys of rate blocks in camelCase. Source: energy.camel-keys"""
    names = {"single_rate": "singleRate", "time_of_use_rates": "timeOfUseRates"}
    renamed = {
        part: [{names.get(key, key): value for key, value in term.items()} for term in terms[part]]
        for part in ("controlled_load", "tariff_period")
    }
    return {**terms, **renamed}


def _controlled_load(plan: EnergyPlan) -> list[dict[str, Any]]:
    if plan.controlled_load is None:
        return []
    rate = {
        "display_name": "Hot water",
        "description": "Heated at night.",
        "daily_supply_charge": "0.00",
        "period": f"P{plan.bill_months}M",
        "rates": [_price(plan.controlled_load)],
    }
    return [{"display_name": "Controlled load", "rate_block_u_type": "singleRate", "single_rate": rate}]


def _fees(plan: EnergyPlan) -> list[dict[str, Any]]:
    fee = plan.connection
    if fee is None:
        return []
    return [{"type": fee.type, "term": fee.term, "amount": fee.amount, "description": fee.description}]


def _feed_in(plan: EnergyPlan) -> list[dict[str, Any]]:
    if plan.feed_in is None:
        return []
    return [
        {
            "display_name": "Solar feed-in",
            "description": "Paid for what the household sends to the grid.",
            "scheme": "OTHER",
            "payer_type": "RETAILER",
            "tariff_u_type": "singleTariff",
            "single_tariff": {"period": f"P{plan.bill_months}M", "rates": [_price(plan.feed_in)]},
        }
    ]


def _periods(plan: EnergyPlan) -> list[dict[str, Any]]:
    """Return one tariff for the whole year, and one more for the demand charge if there is one."""
    year: dict[str, Any] = {
        "type": "OTHER",
        "start_date": "01-01",
        "end_date": "12-31",
        "daily_supply_charge_type": "SINGLE",
        "time_zone": "AEST",
    }
    usual = {**year, "display_name": plan.display_name, "daily_supply_charge": plan.daily_supply_charge}
    if len(plan.rates) == 1:
        (rate,) = plan.rates
        block = {"display_name": "Usage", "period": f"P{plan.bill_months}M", "rates": [_price(rate.unit_price)]}
        tariffs = [{**usual, "rate_block_u_type": "singleRate", "single_rate": block}]
    else:
        blocks = [_block(plan, rate) for rate in plan.rates]
        tariffs = [{**usual, "rate_block_u_type": "timeOfUseRates", "time_of_use_rates": blocks}]
    if plan.demand is not None:
        charges = [_demand(plan.demand)]
        tariffs.append({**year, "display_name": "Demand", "rate_block_u_type": "demandCharges", "demand_charges": charges})
    return tariffs


def _block(plan: EnergyPlan, rate: Rate) -> dict[str, Any]:
    """Return a rate with all its windows; each half hour of a week is in one window of the plan."""
    times = windows(lambda weekday, half_hour: rate_at(plan, weekday, half_hour) is rate)
    name = rate.type.replace("_", " ").capitalize()
    return {"display_name": name, "type": rate.type, "rates": [_price(rate.unit_price)], "time_of_use": times}


def _demand(rate: Rate) -> dict[str, Any]:
    (times,) = windows(partial(holds, rate))
    return {
        **times,
        "display_name": "Demand",
        "amount": rate.unit_price,
        "measure_unit": "KW",
        "measurement_period": "TARIFF_PERIOD",
        "charge_period": "DAY",
    }


def _price(unit_price: str) -> dict[str, Any]:
    return {"measure_unit": "KWH", "unit_price": unit_price}
