"""One account at a retailer: what of it stays as it is, whatever the day."""

from functools import cached_property

from fiskil_harness.core.model.energy import EnergyAccountSpec, EnergyPlan
from fiskil_harness.core.model.energy_rows import UsageRead
from fiskil_harness.sandbox.energy.bills import Biller
from fiskil_harness.sandbox.energy.connection_point import Site, site_of
from fiskil_harness.sandbox.energy.context import EnergyContext
from fiskil_harness.sandbox.energy.reads import Meter


class Holding:
    """One account: what of it stays as it is from one day to the next."""

    def __init__(self, books: EnergyContext, spec: EnergyAccountSpec, plan: EnergyPlan) -> None:
        self.books, self.spec, self.plan = books, spec, plan
        self.has_leaks = books.interpretation("energy.camel-keys") == "camel"
        self.account_id = books.digits(10, spec.key)
        self.meter, self.biller = Meter(books.seed, books.person.email, spec), Biller(spec, plan)
        self.reads: dict[str, UsageRead] = {}

    @property
    def account_number(self) -> str:
        """The number on the bills."""
        return self.books.digits(8, f"{self.spec.key}:number")

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Where the household is connected; gas has none."""
        return () if self.spec.is_gas else (site_of(self.books, self.spec, self.plan),)
