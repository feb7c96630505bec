"""The catalogue of failures between app and API: what happens, what a correct client does, and how to cause each failure."""

from collections import Counter
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.core.renamed import new_name
from fiskil_harness.core.tags import name_of
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
"""The families of failures by id, in the order of the catalogue, with their titles."""


class CatalogueEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of the fault catalogue: a failure that can happen between app and API.

    Args:
        id: The id in the catalogue, such as ``N-RESET-MID``.
        family: A key of ``FAMILIES``.
        happens: One sentence that describes the failure.
        client: What a correct client does, as the rest of the sentence "A correct client ...".
        expressions: Fault expressions that always cause the failure.
        steps: Names of scenario steps that cause the failure, some with the value of a field, as in ``change=amend``.
        scenarios: Names of scenarios in which the failure happens.
        people: Names of fixture persons for whom the failure happens.
        interpretations: Interpretations of the documentation under which the failure happens, as ``clause=choice``.
        probes: Names of probes that check the app's behaviour in the failure.
        reason: Why the failure cannot be caused, or a remark on how it is caused.
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
        """True if the entry lists a cause of the failure, or a reason why there is none."""
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
    """Return the entries of a parsed catalogue file by id.

    Args:
        written: The content of ``faults.toml``: a table with the array ``entry``.

    Raises:
        ConfigError: The structure is invalid, an id occurs twice, or an entry has neither a cause nor a reason.
        UnknownName: The family of an entry does not exist.
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
