"""Readable ids of parametrized tests: the name of a person or scenario, and the text of a fault."""

from fiskil_harness.core.model import Person
from fiskil_harness.faults.fault import Fault
from fiskil_harness.faults.text import fault_text
from fiskil_harness.scenario.scenario import Scenario


def id_of(value: object) -> str | None:
    """Return the id of a parameter, None for a value of another library."""
    if isinstance(value, Fault):
        return fault_text(value).replace(" ", "-")
    return value.name or None if isinstance(value, Person | Scenario) else None
