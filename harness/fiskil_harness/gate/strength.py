"""The strength of a proof: the experiments behind each practice, and the flawed apps that these experiments catch.

An experiment is a scenario with a probe that the practice needs. Two experiments are independent if their steps differ.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase

from msgspec import Struct

from fiskil_harness.core import route_grid
from fiskil_harness.errors import UnknownName
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.probes import Verdict, name_of
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import Practice, all_practices
from fiskil_harness.sandbox.api.routes import ROUTES
from fiskil_harness.scenario.scenario import GeneratedScenario, Scenario, load
from fiskil_harness.scenario.steps import (
    AttemptJourney,
    Authorise,
    AuthoriseEach,
    AuthoriseElsewhere,
    AuthoriseInTwoTabs,
    AuthoriseTogether,
    Cancel,
    CloseTab,
    Conclude,
    DeliverDuringConnect,
    DeliverDuringRefresh,
    Deny,
    Disconnect,
    DisturbRoutes,
    EmbedConsentPage,
    FailInBrowser,
    InjectFault,
    MistypeCode,
    PressConnect,
    Refresh,
    RevokeDuringRefresh,
    RevokeInBrowser,
    StartSession,
    WalkInBrowser,
)
from fiskil_harness.scenario.steps import name_of as step_name
from fiskil_harness.scenario.steps.composite import written_out

FOREGROUND, BACKGROUND = route_grid.MOMENTS
JOURNEYS = (
    AttemptJourney,
    Authorise,
    AuthoriseEach,
    AuthoriseElsewhere,
    AuthoriseInTwoTabs,
    AuthoriseTogether,
    Cancel,
    CloseTab,
    Conclude,
    Deny,
    EmbedConsentPage,
    FailInBrowser,
    MistypeCode,
    PressConnect,
    StartSession,
    WalkInBrowser,
)
"""Steps in which an end user makes a consent journey or a part of it."""

REQUESTS = (
    DeliverDuringConnect,
    DeliverDuringRefresh,
    Disconnect,
    PressConnect,
    Refresh,
    RevokeDuringRefresh,
    RevokeInBrowser,
)
"""Steps in which an end user waits for the app's response."""

DELIVERIES = ("burst", "deliver", "late_retry", "replay", "retry")
"""How the names of steps begin in which the app gets messages."""


class Strength(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The experiments that prove a practice, and what they try.

    ``journeys`` are the consent journeys in these experiments, and ``routes`` the API routes that met a fault. ``moments``
    are foreground, if a person waits for the app, and background. ``flawed_apps`` are the apps of the gallery that violate
    the practice and fail in one of the experiments. ``single`` is the reason why the practice has only one experiment.
    """

    practice: str
    experiments: tuple[str, ...]
    journeys: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()
    flawed_apps: tuple[str, ...] = ()
    single: str = ""


def strengths(outcomes: Sequence[Outcome]) -> tuple[Strength, ...]:
    """Return the strength of each practice for which an experiment of *outcomes* passed, in the order of Fiskil's page."""
    passed = {
        practice.id: [outcome.scenario for outcome in outcomes if _has_passed(outcome, practice)]
        for practice in all_practices().values()
    }
    return tuple(
        _strength_of(practice, names, {name: scenario for name in names if (scenario := _scenario(name)) is not None})
        for practice in all_practices().values()
        if (names := passed[practice.id])
    )


def possible_strengths(scenarios: Iterable[Scenario]) -> tuple[Strength, ...]:
    """Return the strength that each practice has if every experiment in *scenarios* passes."""
    by_name = {scenario.name: scenario for scenario in scenarios}
    return tuple(
        _strength_of(practice, [name for name in by_name if is_experiment(by_name[name], practice)], by_name)
        for practice in all_practices().values()
    )


def is_experiment(scenario: Scenario, practice: Practice) -> bool:
    """Return True if *scenario* names the practice and has a probe that the practice needs."""
    return practice.id in scenario.practices and any(name_of(probe) in practice.needed for probe in scenario.probes)


def _has_passed(outcome: Outcome, practice: Practice) -> bool:
    return any(
        finding.verdict is Verdict.PASS and finding.probe in practice.needed and practice.id in finding.practices
        for finding in outcome.findings
    )


def _scenario(name: str) -> Scenario | None:
    """Return the scenario called *name*; None for a team's own scenario, which is not in the package."""
    with suppress(UnknownName):
        return load(name)
    return None


def _strength_of(practice: Practice, names: Sequence[str], scenarios: dict[str, Scenario]) -> Strength:
    own = [scenarios[name] for name in names if name in scenarios]
    return Strength(
        practice=practice.id,
        experiments=tuple(names),
        journeys=_in_order(journey for scenario in own for journey in _journeys(scenario)),
        routes=_in_order(route for scenario in own for route in _routes(scenario)),
        moments=_in_order(moment for scenario in own for moment in _moments(scenario)),
        flawed_apps=tuple(
            app.name
            for app in gallery.apps().values()
            if practice.id in app.violates and not set(names).isdisjoint(app.scenarios)
        ),
        single=practice.single,
    )


def _journeys(scenario: Scenario) -> Iterator[str]:
    for step in _steps(scenario):
        if isinstance(step, JOURNEYS):
            place = getattr(step, "at", "") or getattr(step, "outcome", "")
            yield step_name(step).replace("_", " ") + (f" ({place})" if place else "")


def _routes(scenario: Scenario) -> Iterator[str]:
    """Yield the names of the routes that meet a fault; a pattern stands for every route that it matches."""
    for step in _steps(scenario):
        if isinstance(step, InjectFault | DisturbRoutes):
            yield from (route.name for route in ROUTES if fnmatchcase(route.name, step.route))


def _moments(scenario: Scenario) -> Iterator[str]:
    cell = route_grid.parse(scenario.name)
    if cell is not None:
        yield cell.moment
        return
    yield from (FOREGROUND for step in _steps(scenario) if isinstance(step, (*REQUESTS, *JOURNEYS)))
    yield from (
        BACKGROUND for step in _steps(scenario) if step_name(step).startswith(("deliver", "retry", "replay", "burst"))
    )


def _steps(scenario: Scenario) -> tuple[object, ...]:
    return () if isinstance(scenario, GeneratedScenario) else written_out(scenario.steps)


def _in_order(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(texts)))
