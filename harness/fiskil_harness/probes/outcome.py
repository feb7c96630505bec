"""Results of one scenario: its outcome, its measurements, and the material that reports show."""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from fiskil_harness.core.config.hooks import OPTIONAL
from fiskil_harness.core.model.findings import Finding, Verdict, heaviest
from fiskil_harness.journal.entries.plan_pairs import PairCoverage
from fiskil_harness.probes.evidence import Excerpt, Picture, Printed, Story

CONCERN, NOT_CONCERNED = "concerns_app", "this scenario does not concern the app"
"""Name and beginning of the finding of a scenario that does not concern the app."""
USES = "uses"
"""The prefix of entries of ``Outcome.coverage`` that name the hook of an optional feature which the app was seen to use."""


class Outcome(Struct, frozen=True, kw_only=True):
    """The outcome of one scenario. ``missing`` are the hooks that the scenario needs and the config omits.

    ``interpretations`` maps a clause id to the interpretation that the scenario chose. ``clauses_used`` are the ids of the
    clauses that the app relied on, in a run of an interpretation. ``coverage`` lists acknowledged events, endings of consent
    journeys, and optional features that the app was seen to use, see `exercised_in`. ``counts_if`` is the setting in the
    config without which the outcome counts for nothing; "" if it counts. ``outside`` is the reason why the scenario does not
    concern the app, so that nothing was performed; "" if it does.
    """

    scenario: str
    title: str
    practices: tuple[str, ...]
    seed: int
    findings: tuple[Finding, ...]
    missing: tuple[str, ...] = ()
    interpretations: dict[str, str] = {}
    clauses_used: tuple[str, ...] = ()
    coverage: tuple[str, ...] = ()
    counts_if: str = ""
    outside: str = ""

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all findings."""
        return heaviest([finding.verdict for finding in self.findings])

    @property
    def needs_optional_hooks_only(self) -> bool:
        """True if every missing hook is for an optional feature, so that the scenario does not apply to this app."""
        return bool(self.missing) and OPTIONAL.issuperset(self.missing)


def without_counts(outcome: Outcome) -> Outcome:
    """Return *outcome* without the numbers of things that its probes examined: two runs with one seed may differ in them."""
    return replace(outcome, findings=tuple(replace(finding, examined=UNSET) for finding in outcome.findings))


def applicable(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes that apply to the app.

    The outcome of a scenario that does not concern the app is left out. An outcome that lacks only hooks for optional
    features is left out, unless some scenario saw the app use the feature: the config then must give the hook.
    """
    features = {flow for outcome in outcomes for flow in outcome.coverage}
    return [
        outcome
        for outcome in outcomes
        if not outcome.outside
        and (not outcome.needs_optional_hooks_only or any(f"{USES} {hook}" in features for hook in outcome.missing))
    ]


class Measure(Struct, frozen=True, kw_only=True):
    """Measurements of one scenario. They may differ between runs and affect no verdict. Durations are in real time.

    ``pairs`` counts the pairs of actions that occurred together in a generated life plan (a random sequence of actions);
    None if the scenario has no such plans. ``coverage_marks`` are the results of the app's API calls, see
    `coverage.coverage_marks`.
    """

    scenario: str
    took_s: float
    exchanges: int = 0
    deliveries: int = 0
    slowest_acknowledgement_ms: float | None = None
    notes: tuple[str, ...] = ()
    pairs: PairCoverage | None = None
    coverage_marks: tuple[str, ...] = ()


class FirstContact(Struct, frozen=True, kw_only=True):
    """Basic facts about the app, from one undisturbed scenario.

    ``failed_step`` states why the scenario did not run to its end. ``delivered`` and ``acknowledged`` count genuine
    messages. ``fails_after_reads`` is True if the app read data only while it handled sync events, and refused each of these
    events. ``reports`` is True if the effects hook responded, ``has_effect`` if it reported anything done or stored.
    """

    failed_step: str = ""
    delivered: int = 0
    acknowledged: int = 0
    fails_after_reads: bool = False
    reports: bool = False
    has_effect: bool = False
    api_calls: int = 0


class Recording(Struct, frozen=True, kw_only=True):
    """One scenario for a journal file: ``line`` is its compressed line, ``digest`` the SHA-256 of the line."""

    scenario: str
    line: bytes
    digest: str


class Played(Struct, frozen=True, kw_only=True):
    """All results of one scenario that was run.

    ``plans`` are the generated plans that failed, as JSON. ``traceback`` is that of an error in the harness, or ''.
    ``excerpts`` are the parts of the journal that explain failed findings. ``har`` is a HAR document with every exchange,
    ``story`` the events of each step, ``pictures`` the screenshots of pages, and ``printed`` an excerpt of the app's output;
    None if the scenario passed. ``recording`` is the scenario for a journal file, if that was requested.
    """

    outcome: Outcome
    measure: Measure
    plans: tuple[str, ...] = ()
    traceback: str = ""
    excerpts: tuple[Excerpt, ...] = ()
    har: dict[str, Any] = {}
    story: Story | None = None
    pictures: tuple[Picture, ...] = ()
    printed: Printed | None = None
    first_contact: FirstContact = FirstContact()
    recording: Recording | None = None
