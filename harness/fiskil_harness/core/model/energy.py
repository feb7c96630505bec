"""Energy plans with their prices, and energy accounts.

Prices are decimal text in dollars without GST; energy is in kilowatt-hours; times of day are those of the east coast.
"""

from msgspec import Struct

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


class Rate(Struct, frozen=True, kw_only=True):
    """The price of a kilowatt-hour. ``type`` is the API's name of the period.

    A rate without ``start`` applies whenever no other rate does.
    """

    unit_price: str
    type: str = "ALL_DAY"
    days: tuple[str, ...] = WEEKDAYS
    start: str = ""
    end: str = ""


class Fee(Struct, frozen=True, kw_only=True):
    """A one-off charge of a retailer; ``type`` and ``term`` are values of the API."""

    type: str
    amount: str
    description: str
    term: str = "FIXED"


class EnergyPlan(Struct, frozen=True, kw_only=True):
    """A plan, active from ``effective_from`` until ``effective_to`` or without end.

    ``demand`` is the price per day of a kilowatt in the highest half hour; ``feed_in`` is paid for a kilowatt-hour of solar
    power.
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
        """The API's value for how the plan charges."""
        model = "TIME_OF_USE" if len(self.rates) > 1 else "SINGLE_RATE"
        return f"{model}_CONT_LOAD" if self.controlled_load else model


class EnergyAccountSpec(Struct, frozen=True, kw_only=True):
    """An account at a retailer as a person's file describes it; meters, reads and bills are derived from it and the seed.

    Args:
        months: Number of months with reads and bills before the current month.
        meter: ``interval`` (half hours) or ``basic`` (one read per bill).
        payment: The API's kind of payment schedule; a manual payer has paid half of the latest due bill.
        concession: An amount off each bill, or a percentage of its usage.
        ended_months_ago: When the contract ended, at the end of a month; ``months`` count back from there. 0 if it has not.
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
        """The supplied energy, in the words of the consent page."""
        return "Gas" if self.is_gas else "Electricity"
