"""The 49 practices: for each, the probes that may count for it, and the probes that must pass to prove it."""

from functools import cache
from typing import Any

import msgspec
from msgspec import Struct, structs

from fiskil_harness.core import catalog, plugins
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.probes import PROBES, Finding, name_of


class Practice(Struct, frozen=True, kw_only=True):
    """One of Fiskil's best practices. ``kind`` is experiment, observation or attested.

    Findings of the probes in ``probes`` may count for the practice; the probes in ``needed`` must pass to prove it. If
    ``measure`` is ``flows``, the flow coverage of all scenarios decides instead of probes. If ``needs_every_route`` is true,
    each route that the app uses must also have met each kind of fault. A person may attest a measured practice only if the
    config lacks the hook ``attestable_without`` and states every fact in ``attestable_with``. ``single`` is the reason why
    only one experiment can prove the practice; other practices have at least two. ``stated_part`` is the part of the
    practice that the config alone may state, and ``stated_because`` is the reason why no experiment can try it.
    """

    id: str
    title: str
    section: str
    kind: str
    hooks: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    measure: str = ""
    needs_every_route: bool = False
    attestable_without: str = ""
    attestable_with: tuple[str, ...] = ()
    single: str = ""
    stated_part: str = ""
    stated_because: str = ""

    @property
    def is_measured(self) -> bool:
        """True if the harness can decide the practice by probes or by coverage."""
        return bool(self.needed or self.measure)


@cache
def all_practices() -> dict[str, Practice]:
    """Return every practice by id, in the order of Fiskil's documentation page; its probes include those of plugins.

    Raises:
        ConfigError: fixtures/practices.toml has an invalid row.
    """
    try:
        practices = msgspec.convert(catalog.read_fixture("practices.toml")["practice"], tuple[Practice, ...])
    except msgspec.ValidationError as error:
        raise ConfigError(f"fixtures/practices.toml is invalid: {error}.") from None
    return {row.id: structs.replace(row, probes=(*row.probes, *_of_plugins(row.id))) for row in practices}


def _of_plugins(practice_id: str) -> list[str]:
    """Return the names of the probes of plugins that count for a practice."""
    return [name for name, kind in PROBES.items() if practice_id in kind.practices]


plugins.on_change(all_practices.cache_clear)


def practice(practice_id: str) -> Practice:
    """Return the practice with this id.

    Raises:
        UnknownName: No practice has this id; the message suggests the most similar id.
    """
    if practice_id not in all_practices():
        raise UnknownName("practice", practice_id, all_practices(), place="fixtures/practices.toml")
    return all_practices()[practice_id]


def counting_for(practice_ids: tuple[str, ...], finding: Finding) -> Finding:
    """Return *finding* with the practices that it counts for: those of *practice_ids* whose row lists the finding's probe.

    If none of the rows in practices.toml lists the probe, the finding counts for all of *practice_ids*. An example is the
    finding about a failed step.
    """
    allowed = tuple(practice_id for practice_id in practice_ids if finding.probe in practice(practice_id).probes)
    return structs.replace(finding, practices=allowed or practice_ids)


def refuse_bad_pairs(name: str, practice_ids: tuple[str, ...], probes: tuple[Any, ...]) -> None:
    """Raise ConfigError unless every probe counts for one of the practices, and every practice lists one of the probes.

    Args:
        name: The scenario's name, for the message.
        practice_ids: The ids of the scenario's practices.
        probes: The scenario's probes.

    Raises:
        ConfigError: A probe counts for none of the practices, or a practice lists none of the probes.
    """
    for probe in probes:
        if practice_ids and not any(_may_count(probe, practice_id) for practice_id in practice_ids):
            allowed = [practice_id for practice_id in all_practices() if _may_count(probe, practice_id)]
            raise ConfigError(
                f"Scenario {name!r} has the probe {name_of(probe)}, which counts for none of its practices. "
                f"It counts for: {', '.join(allowed) or 'none'}."
            )
    for practice_id in practice_ids:
        allowed = list(practice(practice_id).probes)
        if probes and not any(_may_count(probe, practice_id) for probe in probes):
            raise ConfigError(
                f"Scenario {name!r} names the practice {practice_id}, but none of its probes counts for it. "
                f"Probes that do: {', '.join(allowed) or 'none'}."
            )


def _may_count(probe: Any, practice_id: str) -> bool:
    """Return whether findings of *probe* may count for a practice, also if no plugin has registered its class yet."""
    return name_of(probe) in practice(practice_id).probes or practice_id in getattr(probe, "practices", ())
