"""The fixed part of an energy account: everything that does not depend on the day."""

from functools import cached_property

from fiskil_harness.core.model.energy import EnergyAccountSpec, EnergyPlan
from fiskil_harness.core.model.energy_rows import UsageRead
from fiskil_harness.sandbox.energy.bills import Biller
from fiskil_harness.sandbox.energy.connection_point import Site, site_of
from fiskil_harness.sandbox.energy.context import EnergyContext
from fiskil_harness.sandbox.energy.reads import Meter


class SupplyAccount:
    """The fixed part of one account, and the meter reads generated so far."""

    def __init__(self, context: EnergyContext, spec: EnergyAccountSpec, plan: EnergyPlan) -> None:
        self.context, self.spec, self.plan = context, spec, plan
        self.has_leaks = context.interpretation("energy.camel-keys") == "camel"
        self.account_id = context.digits(10, spec.key)
        self.meter, self.biller = Meter(context.seed, context.person.email, spec), Biller(spec, plan)
        self.reads: dict[str, UsageRead] = {}

    @property
    def account_number(self) -> str:
        """Return the account number that the bills show."""
        return self.context.digits(8, f"{self.spec.key}:number")

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Return the points at which the household is connected to the electricity grid; empty for gas."""
        return () if self.spec.is_gas else (site_of(self.context, self.spec, self.plan),)
