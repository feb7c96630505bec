"""The catalogue of what can break between app and API: what happens, what a correct client does, and how to cause it."""

from collections import Counter
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.core.renamed import new_name
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.expression import rules_of

FILE = "faults.toml"
FAMILIES = {
    "network": "Network",
    "tls": "TLS",
    "dns": "Names and addresses",
    "framing": "HTTP framing",
    "status": "Statuses and rates",
    "payload": "Payload",
    "paging": "Paging",
    "data": "Data over time",
    "auth": "Authentication",
    "journey": "The consent journey",
    "consent": "The life of a consent",
    "clock": "Clock",
}
"""The families of the catalogue in its order, with their titles."""


class CatalogueEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that can break.

    Args:
        id: The id in the catalogue, such as ``N-RESET-MID``.
        family: A key of ``FAMILIES``.
        happens: One sentence: what happens.
        client: What a correct client does; completes the sentence "A correct client ...".
        expressions: Fault expressions that cause it with certainty.
        steps: Names of steps that cause it, perhaps with the value of a field, as in ``change=amend``.
        scenarios: Names of scenarios in which it happens.
        people: Names of fixture persons with whom it happens.
        interpretations: Interpretations under which it happens, as ``clause=choice``.
        probes: Names of probes that judge it.
        reason: Why it cannot be caused, or in which sense it is.
    """

    id: str
    family: str
    happens: str
    client: str
    expressions: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    interpretations: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    reason: str = ""

    @property
    def is_covered(self) -> bool:
        """True if the entry can be caused, or gives the reason why it cannot."""
        return bool(self.expressions or self.steps or self.scenarios or self.people or self.interpretations or self.reason)

    def expressions_with(self, fault: str) -> tuple[str, ...]:
        """Return the expressions that contain the fault named *fault*."""
        return tuple(text for text in self.expressions if fault in {name_of(rule.fault) for rule in rules_of(text)})


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    entry: tuple[CatalogueEntry, ...]


@cache
def entries() -> dict[str, CatalogueEntry]:
    """Return every entry by id, in the order of the catalogue."""
    return read_entries(catalog.read_fixture(FILE))


def read_entries(written: dict[str, Any]) -> dict[str, CatalogueEntry]:
    """Return the entries of a parsed file by id.

    Args:
        written: The content of ``faults.toml``: a table with the array ``entry``.

    Raises:
        ConfigError: The file has another structure, an id occurs twice, or an entry is not covered.
        UnknownName: A family does not exist.
    """
    try:
        parsed = msgspec.convert(written, _File).entry
    except msgspec.ValidationError as error:
        raise ConfigError(f"fixtures/{FILE} has an invalid structure: {error}.") from None
    duplicates = [value for value, count in Counter(entry.id for entry in parsed).items() if count > 1]
    if duplicates:
        raise ConfigError(f"fixtures/{FILE} contains {duplicates[0]!r} twice. Remove one of them.")
    for entry in parsed:
        if entry.family not in FAMILIES:
            raise UnknownName("family", entry.family, FAMILIES, place=f"fixtures/{FILE}")
        if not entry.is_covered:
            raise ConfigError(f"fixtures/{FILE} has neither a way to cause {entry.id!r} nor a reason why there is none.")
    return {entry.id: entry for entry in parsed}


def entries_of(fault: str) -> tuple[CatalogueEntry, ...]:
    """Return the catalogue entries that the fault named *fault* causes.

    Raises:
        UnknownName: No fault has this name.
    """
    if fault not in FAULTS:
        raise UnknownName("fault", fault, FAULTS, now=new_name("faults", fault))
    return tuple(entry for entry in entries().values() if entry.id in FAULTS[fault].ids)


def name_of(fault: object) -> str:
    """Return a fault's name in expressions."""
    return str(fault.__struct_config__.tag)  # type: ignore[attr-defined]
