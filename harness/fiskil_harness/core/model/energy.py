"""What an energy retailer sells and to whom: plans with their prices, and what a household takes from the grid.

Prices are decimal text in dollars without GST, energy is in kilowatt-hours; times of day are those of the east coast.
"""

from msgspec import Struct

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


class Rate(Struct, frozen=True, kw_only=True):
    """The price of a kilowatt-hour. ``type`` is the wire's word for when it holds.

    A rate without ``start`` holds whenever no other one does.
    """

    unit_price: str
    type: str = "ALL_DAY"
    days: tuple[str, ...] = WEEKDAYS
    start: str = ""
    end: str = ""


class Fee(Struct, frozen=True, kw_only=True):
    """What a retailer charges for something that happens once; ``type`` and ``term`` are the wire's."""

    type: str
    amount: str
    description: str
    term: str = "FIXED"


class EnergyPlan(Struct, frozen=True, kw_only=True):
    """A plan. It is active from ``effective_from`` until ``effective_to``, or for ever.

    ``demand`` is the price of a kilowatt of the highest half hour, per day; ``feed_in`` what the retailer pays for a
    kilowatt-hour of solar power.
    """

    plan_id: str
    display_name: str
    description: str
    daily_supply_charge: str
    rates: tuple[Rate, ...]
    effective_from: str
    last_updated: str
    effective_to: str | None = None
    fuel_type: str = "ELECTRICITY"
    type: str = "MARKET"
    customer_type: str = "RESIDENTIAL"
    bill_months: int = 1
    controlled_load: str | None = None
    feed_in: str | None = None
    demand: Rate | None = None
    connection: Fee | None = None
    distributors: tuple[str, ...] = ("Ausgrid",)

    @property
    def pricing_model(self) -> str:
        """The wire's word for how the plan charges."""
        model = "TIME_OF_USE" if len(self.rates) > 1 else "SINGLE_RATE"
        return f"{model}_CONT_LOAD" if self.controlled_load else model


class EnergyAccountSpec(Struct, frozen=True, kw_only=True):
    """An account at a retailer as a person's file describes it; meters, reads and bills are derived from it and the seed.

    Args:
        months: How many months of reads and bills there are before the month that runs.
        meter: ``interval`` (half hours) or ``basic`` (one read per bill).
        payment: The wire's kind of payment schedule; a manual payer is late with half of the latest bill that is due.
        concession: An amount off each bill, or a percentage of its usage.
        ended_months_ago: When the contract ended, at the end of a month; ``months`` are those before. 0 where it runs.
    """

    key: str
    name: str
    plan_id: str
    daily_kwh: str = "14.0"
    months: int = 6
    meter: str = "interval"
    solar_kw: str | None = None
    battery_kwh: str | None = None
    controlled_kwh: str | None = None
    payment: str = "directDebit"
    concession: str | None = None
    is_gas: bool = False
    ended_months_ago: int = 0

    @property
    def product(self) -> str:
        """What is supplied, as the consent page says it."""
        return "Gas" if self.is_gas else "Electricity"
