"""Causes of INCONCLUSIVE findings: one block for each cause, with the number of questions and the remedy.

A question is one probe in one scenario. ``fixtures/inconclusive_causes.toml`` lists the causes; a missing hook or fact is a
cause of its own. A finding about a step or fault that did not happen also explains the other findings of its scenario.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.tags import package_of
from fiskil_harness.errors import ConfigError
from fiskil_harness.probes import PROBES, Finding, Verdict
from fiskil_harness.probes.coverage import EVENT
from fiskil_harness.probes.outcome import Outcome

FILE = "inconclusive_causes.toml"
OTHER = "other"
"""The cause of findings that no other cause of the table explains."""
REFUSED, REFUSED_EVERYTHING = "refused", "every genuine message was refused"
"""The cause of questions that need an effect if the receiver refused everything, and the beginning of that observation."""
REASONS_KEPT = 3
"""The number of different observations that a group contains."""


class Cause(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the table. ``id`` is the missing hook or fact, or a word for another cause.

    ``title`` completes the sentence "inconclusive, because ...". ``line`` is the config line that cures the cause, and
    ``table`` the header of its table; both are "" if no line of the config cures it. A finding has this cause if its probe
    is one of *probes*, its text contains one of *texts*, or the package of its probe is one of *packages*.
    """

    id: str
    title: str
    remedy: str
    table: str = ""
    line: str = ""
    probes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One INCONCLUSIVE finding: the probe, and the scenario in which it could not decide."""

    scenario: str
    probe: str


class CauseGroup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All questions of a run that are INCONCLUSIVE for one cause.

    ``cause``, ``title``, ``remedy``, ``table`` and ``line`` are those of the table's row. ``reasons`` are the most frequent
    observations, without repetitions. ``practices`` are those that the findings count for.
    """

    cause: str
    title: str
    remedy: str
    table: str = ""
    line: str = ""
    questions: tuple[Question, ...]
    reasons: tuple[str, ...] = ()
    practices: tuple[str, ...] = ()


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    cause: tuple[Cause, ...]


@cache
def causes() -> dict[str, Cause]:
    """Return every cause of the table by its id, in the order of the table.

    Raises:
        ConfigError: ``fixtures/inconclusive_causes.toml`` is not in the documented format.
    """
    try:
        rows = msgspec.convert(catalog.read_fixture(FILE), _Table).cause
    except msgspec.ValidationError as error:
        raise ConfigError(f"fixtures/{FILE} is invalid: {error}.") from None
    return {row.id: row for row in rows}


def cause_groups(outcomes: Iterable[Outcome]) -> tuple[CauseGroup, ...]:
    """Return the INCONCLUSIVE findings of *outcomes* by cause, the cause with most questions first."""
    members: dict[str, list[tuple[Outcome, Finding]]] = {}
    rows: dict[str, Cause] = {}
    played = tuple(outcomes)
    refusal = _refusal_of_everything(played)
    for outcome in played:
        for finding in outcome.findings:
            if finding.verdict is Verdict.INCONCLUSIVE:
                cause, explained = cause_of(finding, outcome), finding
                if refusal and cause.id.startswith(EFFECTS):
                    # Without any effect, a hook that reports effects would not help.
                    cause, explained = causes()[REFUSED], msgspec.structs.replace(finding, observed=refusal, hook="")
                rows[cause.id] = cause
                members.setdefault(cause.id, []).append((outcome, explained))
    groups = [_group(cause, members[cause.id]) for cause in rows.values()]
    return tuple(sorted(groups, key=lambda group: (-len(group.questions), group.cause)))


def _refusal_of_everything(outcomes: Iterable[Outcome]) -> str:
    """Return the observation that the receiver refused every genuine message of the run; "" if it acknowledged one."""
    played = tuple(outcomes)
    if any(mark.startswith(f"{EVENT} ") for outcome in played for mark in outcome.coverage):
        return ""
    observations = [finding.observed for outcome in played for finding in outcome.findings]
    return min((text for text in observations if text.startswith(REFUSED_EVERYTHING)), key=len, default="")


def cause_of(finding: Finding, outcome: Outcome) -> Cause:
    """Return the cause of an INCONCLUSIVE *finding* of *outcome*."""
    if finding.hook:
        return causes().get(finding.hook) or _unlisted(finding.hook)
    obstacle = next(filter(None, map(_obstacle, (finding, *outcome.findings))), None)
    return obstacle or _by_text(finding) or _by_package(finding) or causes()[OTHER]


def _obstacle(finding: Finding) -> Cause | None:
    """Return the cause that a finding about a step or fault that did not happen gives to its whole scenario."""
    if finding.verdict is not Verdict.INCONCLUSIVE:
        return None
    row = next((cause for cause in causes().values() if finding.probe in cause.probes), None)
    return row and (causes().get(finding.hook) or _by_text(finding) or row)


def _by_text(finding: Finding) -> Cause | None:
    return next(
        (cause for cause in causes().values() if any(text in finding.observed for text in cause.texts)),
        None,
    )


def _by_package(finding: Finding) -> Cause | None:
    kind = PROBES.get(finding.probe)
    package = package_of(kind) if kind else ""
    return next((cause for cause in causes().values() if package in cause.packages), None)


def _unlisted(hook: str) -> Cause:
    return Cause(id=hook, title=f"the config does not set {hook}", remedy=f"Set {hook}; `fiskil-harness init` shows how.")


def _group(cause: Cause, members: list[tuple[Outcome, Finding]]) -> CauseGroup:
    obstacles = [finding.observed for _, finding in members if _obstacle(finding)]
    reasons = Counter(obstacles or [finding.observed for _, finding in members])
    return CauseGroup(
        cause=cause.id,
        title=cause.title,
        remedy=cause.remedy,
        table=cause.table,
        line=cause.line,
        questions=tuple(Question(scenario=outcome.scenario, probe=finding.probe) for outcome, finding in members),
        reasons=tuple(text for text, _ in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))[:REASONS_KEPT]),
        practices=tuple(sorted({practice for _, finding in members for practice in finding.practices})),
    )
