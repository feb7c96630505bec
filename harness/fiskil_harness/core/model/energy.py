"""Energy plans with their prices, and energy accounts.

Prices are decimal text in dollars without GST; energy is in kilowatt-hours. Times of day are in Australian eastern time.
"""

from msgspec import Struct

NETWORKS = (
    "Ausgrid",
    "CitiPower",
    "Energex",
    "Evoenergy",
    "Power and Water",
    "SA Power Networks",
    "TasNetworks",
    "Western Power",
)
"""The electricity networks in whose areas a retailer of the whole country sells."""
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


class Rate(Struct, frozen=True, kw_only=True):
    """The price of a kilowatt-hour in a period of the day. ``type`` is the API's name of this period.

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
    """An energy plan, active from ``effective_from`` until ``effective_to``, which is None for a plan without end.

    ``demand`` is the price per kilowatt and day, for the half hour with the highest usage. ``feed_in`` is the amount that
    the retailer pays for a kilowatt-hour of solar power.
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
    distributors: tuple[str, ...] = NETWORKS

    @property
    def pricing_model(self) -> str:
        """The API's value for the pricing model of the plan."""
        model = "TIME_OF_USE" if len(self.rates) > 1 else "SINGLE_RATE"
        return f"{model}_CONT_LOAD" if self.controlled_load else model


class EnergyAccountSpec(Struct, frozen=True, kw_only=True):
    """An account at an energy retailer, as a person's fixture file describes it.

    Meters, meter reads and bills are generated from this description and the seed.

    Args:
        months: Number of months with reads and bills before the current month.
        meter: ``interval`` (half hours) or ``basic`` (one read per bill).
        payment: The API's kind of payment schedule; a person who pays manually has paid half of the latest due bill.
        concession: An amount off each bill, or a percentage of its usage.
        ended_months_ago: Months since the contract ended; ``months`` then count back from its end. 0 for a current contract.
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
        """The kind of energy, as the consent page shows it."""
        return "Gas" if self.is_gas else "Electricity"
