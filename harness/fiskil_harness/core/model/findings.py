"""Findings of probes: what was observed, what was expected, the source and the fix."""

import enum

from msgspec import UNSET, Struct, UnsetType


class Verdict(enum.StrEnum):
    """The verdict of a probe, in order of weight. The verdict of several findings is the heaviest."""

    PASS = "PASS"
    INCONCLUSIVE = "INCONCLUSIVE"
    FAIL = "FAIL"

    @property
    def weight(self) -> int:
        """The rank of the verdict; FAIL has the highest."""
        return list(Verdict).index(self)


def heaviest(verdicts: list[Verdict]) -> Verdict:
    """Return the heaviest of *verdicts*; INCONCLUSIVE if the list is empty."""
    return max(verdicts, key=lambda verdict: verdict.weight) if verdicts else Verdict.INCONCLUSIVE


class Kind(enum.StrEnum):
    """The kind of situation in which something was observed, from the most frequent to the least."""

    PRODUCTION = "happens in production"
    POSSIBLE = "can happen"
    DEFENCE = "defence in depth"


class Case(Struct, frozen=True, kw_only=True):
    """One named variant that a probe examined, with its own verdict.

    ``events`` are the symbols, such as ``e0``, of the events that were delivered for this variant.
    """

    name: str
    verdict: Verdict
    observed: str = ""
    events: tuple[str, ...] = ()


class Finding(Struct, frozen=True, kw_only=True):
    """The result of one probe.

    ``examined`` is the number of things that the probe examined. It may depend on timing, so a report does not contain it.
    ``hook`` is the missing hook that made the result INCONCLUSIVE. ``cases`` are the variants that the probe distinguishes.
    ``advice`` never changes a verdict. All texts use symbols such as ``e0`` in place of ids, so that two runs with the same
    seed have equal findings. ``stated`` is the part of a PASS that the config alone says and no observation confirms, as a
    sentence fragment; "" if there is none.

    ``practices`` are the ids of the practices that the finding counts for. ``kind`` is the kind of situation that the
    scenario caused, and ``kind_source`` the clause and the page that say so; "" if there is none. A probe leaves these
    fields empty; the evaluation of the scenario sets them.
    """

    probe: str
    verdict: Verdict
    observed: str
    expected: str = ""
    source: str = ""
    fix: str = ""
    evidence: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    hook: str = ""
    examined: int | UnsetType = UNSET
    cases: tuple[Case, ...] = ()
    practices: tuple[str, ...] = ()
    stated: str = ""
    kind: Kind | None = None
    kind_source: str = ""
