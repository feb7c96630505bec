"""The 49 practices: which probes may bear on each, and which it needs before it counts as proven."""

from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from harness import catalog
from harness.errors import ConfigError, UnknownName
from harness.probes import name_of


class Practice(Struct, frozen=True, kw_only=True):
    """One of Fiskil's best practices. ``kind`` is experiment, observation or attested."""

    id: str
    title: str
    section: str
    kind: str
    hooks: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()


@cache
def all_practices() -> dict[str, Practice]:
    """Every practice by id, in the order of Fiskil's page."""
    try:
        found = msgspec.convert(catalog.read_fixture("practices.toml")["practice"], tuple[Practice, ...])
    except msgspec.ValidationError as error:
        raise ConfigError(f"fixtures/practices.toml does not fit: {error}.") from None
    return {one.id: one for one in found}


def practice(practice_id: str) -> Practice:
    """The practice called *practice_id*; the nearest match is in the complaint."""
    if practice_id not in all_practices():
        raise UnknownName("practice", practice_id, all_practices(), place="fixtures/practices.toml")
    return all_practices()[practice_id]


def refuse_bad_pairs(name: str, practice_ids: tuple[str, ...], probes: tuple[Any, ...]) -> None:
    """Refuse a probe that one of the scenario's practices does not allow: its finding would blame the wrong practice."""
    for practice_id in practice_ids:
        allowed = practice(practice_id).probes
        for probe in probes:
            if name_of(probe) not in allowed:
                raise ConfigError(
                    f"Scenario {name!r} pairs {name_of(probe)} with {practice_id}, which does not allow it. "
                    f"Allowed there: {', '.join(allowed) or 'none'}."
                )
