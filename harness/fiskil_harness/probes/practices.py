"""The 49 practices: which probes may bear on each, and which it needs before it counts as proven."""

from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.probes import name_of


class Practice(Struct, frozen=True, kw_only=True):
    """One of Fiskil's best practices. ``kind`` is experiment, observation or attested.

    Where ``measure`` is ``flows``, no probe of a scenario decides, but what all scenarios together exercised. Although
    experiments can tell, a person may stand for it where the config lacks ``attestable_without``, and states every fact in
    ``attestable_with``.
    """

    id: str
    title: str
    section: str
    kind: str
    hooks: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    measure: str = ""
    attestable_without: str = ""
    attestable_with: tuple[str, ...] = ()

    @property
    def is_measured(self) -> bool:
        """Whether anything of ours can tell."""
        return bool(self.needed or self.measure)


@cache
def all_practices() -> dict[str, Practice]:
    """Every practice by id, in the order of Fiskil's page."""
    try:
        found = msgspec.convert(catalog.read_fixture("practices.toml")["practice"], tuple[Practice, ...])
    except msgspec.ValidationError as error:
        raise ConfigError(f"fixtures/practices.toml does not fit: {error}.") from None
    return {practice.id: practice for practice in found}


def practice(practice_id: str) -> Practice:
    """The practice called *practice_id*; the nearest match is in the complaint."""
    if practice_id not in all_practices():
        raise UnknownName("practice", practice_id, all_practices(), place="fixtures/practices.toml")
    return all_practices()[practice_id]


def practices_of(probe: str, practice_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Those of *practice_ids* that a finding of *probe* counts for: all whose row lists it.

    What no row lists, such as a step that could not be performed, counts for all of them.
    """
    listing = tuple(practice_id for practice_id in practice_ids if probe in practice(practice_id).probes)
    return listing or practice_ids


def refuse_bad_pairs(name: str, practice_ids: tuple[str, ...], probes: tuple[Any, ...]) -> None:
    """Refuse a probe that bears on none of the scenario's practices, and a practice that none of its probes bears on."""
    names = [name_of(probe) for probe in probes]
    for probe in names:
        if practice_ids and not any(probe in practice(practice_id).probes for practice_id in practice_ids):
            allowed = [all_practice for all_practice in all_practices() if probe in practice(all_practice).probes]
            raise ConfigError(
                f"Scenario {name!r} asks {probe}, which bears on none of its practices. "
                f"It bears on: {', '.join(allowed) or 'none'}."
            )
    for practice_id in practice_ids:
        allowed = list(practice(practice_id).probes)
        if names and not set(names) & set(allowed):
            raise ConfigError(
                f"Scenario {name!r} names {practice_id}, and none of its probes bears on that. "
                f"Allowed there: {', '.join(allowed) or 'none'}."
            )
