"""The catalogue of what can break between app and API: what happens, what a correct client does, and how to have it."""

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
"""The parts of the catalogue, in its order, and their titles."""


class CatalogueEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that can break: ``happens`` says what, ``client`` completes "a correct client ...".

    It is had by a fault (``ask`` are expressions that certainly bite), by a step (perhaps with the value of a field, as in
    ``change=amend``), in a scenario, by a person, under a reading, or judged by a probe. ``reason`` says why it cannot be,
    or in what sense it is.
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
        """Whether it can be had, or the reason why not is said."""
        return bool(self.expressions or self.steps or self.scenarios or self.people or self.interpretations or self.reason)

    def expressions_with(self, fault: str) -> tuple[str, ...]:
        """The expressions in ``ask`` with the fault called so."""
        return tuple(text for text in self.expressions if fault in {name_of(rule.fault) for rule in rules_of(text)})


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    entry: tuple[CatalogueEntry, ...]


@cache
def entries() -> dict[str, CatalogueEntry]:
    """Every entry by id, in the order of the catalogue."""
    return read_entries(catalog.read_fixture(FILE))


def read_entries(written: dict[str, Any]) -> dict[str, CatalogueEntry]:
    """The entries of a parsed file, by id.

    Raises:
        ConfigError: The file does not fit, an id stands twice, or an entry has no answer.
        UnknownName: No family is called so.
    """
    try:
        found = msgspec.convert(written, _File).entry
    except msgspec.ValidationError as error:
        raise ConfigError(f"fixtures/{FILE} does not fit: {error}.") from None
    twice = [value for value, count in Counter(catalogue_entry.id for catalogue_entry in found).items() if count > 1]
    if twice:
        raise ConfigError(f"fixtures/{FILE} has {twice[0]!r} twice. Keep one.")
    for catalogue_entry in found:
        if catalogue_entry.family not in FAMILIES:
            raise UnknownName("family", catalogue_entry.family, FAMILIES, place=f"fixtures/{FILE}")
        if not catalogue_entry.is_covered:
            raise ConfigError(f"fixtures/{FILE} says neither how {catalogue_entry.id!r} can be had nor why it cannot.")
    return {catalogue_entry.id: catalogue_entry for catalogue_entry in found}


def entries_of(fault: str) -> tuple[CatalogueEntry, ...]:
    """The entries of the catalogue that the fault called so brings about."""
    if fault not in FAULTS:
        raise UnknownName("fault", fault, FAULTS, now=new_name("faults", fault))
    return tuple(entry for entry in entries().values() if entry.id in FAULTS[fault].ids)


def name_of(fault: object) -> str:
    """A fault's name in expressions."""
    return str(fault.__struct_config__.tag)  # type: ignore[attr-defined]
