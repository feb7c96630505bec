"""Flow coverage: the flows of an integration that a run exercised, and the expected flows that it did not.

A flow is an event that the app acknowledged, the ending of a consent journey, an endpoint that the app called, or a kind of
error that a call received. The config states the expected events. The expected endpoints are those that the app called in
any scenario. Every ending of a journey is expected. Every kind of error is expected if the app calls the API.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from msgspec import Struct

from fiskil_harness.core.config import Facts
from fiskil_harness.core.config.hooks import MESSAGE
from fiskil_harness.core.model import DATASETS, USUAL_PERMISSIONS, Ending
from fiskil_harness.core.model.events import EVENT_KINDS, matches_any
from fiskil_harness.core.model.permission import untried_in_a_run
from fiskil_harness.journal import Exchange, Journal, Journey, SdkMessagePassed
from fiskil_harness.journal.queries.api_calls import acknowledged_events, calls
from fiskil_harness.probes.outcome import USES, Outcome

LEFT = "ABANDONED"
ENDINGS = (*(ending.value for ending in Ending if ending is not Ending.INVALID), LEFT)
"""The expected endings of a consent journey, including a closed tab. INVALID, the use of an ended session, is left out."""
FACT = "app.facts.uses_events"
EVENT, ENDING = "event", "ending"
CALLED, ANSWERED, FAILED, ERROR = "called", "endpoint", "failed", "error"
"""Prefixes of marks (results of API calls): called at all, complete good response, bad or no response, and kind of error."""

ERRORS = ("401", "403", "429", "5xx", "no response", "damaged response")
"""Kinds of error that a run must exercise if the app calls the API; other kinds are only listed if they occurred."""


class Coverage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Coverage of one ``kind`` of flow: the flows that this run exercised, and the expected flows that it did not.

    ``problem`` is a key that the config lacks, so that the expected flows are unknown; '' if no key is missing.
    """

    kind: str
    exercised: tuple[str, ...]
    untested: tuple[str, ...]
    problem: str = ""


def coverage_marks(journal: Journal) -> tuple[str, ...]:
    """Return marks, the results of the app's API calls, sorted: ``called x``, ``endpoint x``, ``failed x``, ``error 429``.

    Calls to unknown endpoints and calls that the harness cut off are left out.
    """
    all_calls = [call for call in calls(journal) if call.route and not call.is_cut]
    marks = {f"{CALLED} {call.route}" for call in all_calls}
    for call in all_calls:
        error = _error_of(call)
        marks |= {f"{FAILED} {call.route}", f"{ERROR} {error}"} if error else {f"{ANSWERED} {call.route}"}
    return tuple(sorted(marks))


def _error_of(call: Exchange) -> str:
    """Return the kind of error that *call* received, or '' if it received a complete good response."""
    if call.status is None:
        return "no response"
    if call.status >= 500:
        return "5xx"
    if call.status >= 400:
        return str(call.status)
    return "damaged response" if call.bites else ""


def exercised_in(journal: Journal) -> tuple[str, ...]:
    """Return acknowledged events, endings of journeys and optional features in use, sorted.

    Examples are ``event consent.received``, ``ending APPROVED`` and ``uses app.drive.message``: an app's page received the
    message of a consent page that the app embeds.
    """
    events = {f"{EVENT} {event.kind}" for _, event in acknowledged_events(journal)}
    endings = {f"{ENDING} {journey.ending}" for journey in journal.all(Journey) if journey.ending in ENDINGS}
    features = {f"{USES} {MESSAGE}"} if journal.all(SdkMessagePassed) else set()
    return tuple(sorted(events | endings | features))


def expected_of(facts: Facts, marks: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the flows that a run must exercise.

    A wildcard in ``uses_events`` matches only events of datasets that the app requests from end users. Events of energy
    retailers are left out if the app uses bank data too. Errors are expected only if the app called an endpoint.

    Args:
        marks: Marks of the app's calls in all scenarios, as `coverage_marks` returns them.
    """
    permissions = tuple(facts.datasets or USUAL_PERMISSIONS)
    permitted_events = [
        dataset.event
        for dataset in DATASETS.values()
        if dataset.permission is not None and dataset.is_permitted_by(permissions)
    ]
    untried_names = untried_in_a_run(permissions)
    untried_events = {
        dataset.event
        for dataset in DATASETS.values()
        if dataset.permission is not None and dataset.is_permitted_by(untried_names)
    }
    named = {kind for pattern in facts.uses_events or () for kind in _matching_kinds(pattern, permitted_events)}
    kinds = named - untried_events
    called_endpoints = _names_after(marks, CALLED)
    return (
        *(f"{EVENT} {kind}" for kind in sorted(kinds)),
        *(f"{ENDING} {ending}" for ending in ENDINGS),
        *(f"{ANSWERED} {text}" for text in called_endpoints),
        *(expected_errors() if called_endpoints else ()),
    )


def unused_kinds(facts: Facts, outcomes: Iterable[Outcome]) -> set[str]:
    """Return the kinds of events of Fiskil that the app acknowledged, and that ``uses_events`` leaves out."""
    flows = {flow for outcome in outcomes for flow in outcome.coverage}
    kinds = {*_names_after(flows, EVENT)} & {*EVENT_KINDS}
    return {kind for kind in kinds if not matches_any(kind, facts.uses_events or ())}


def expected_errors() -> tuple[str, ...]:
    """Return the kinds of error that are expected if the app calls the API, as flows: ``error 401``, ``error 403`` ..."""
    return tuple(f"{ERROR} {error}" for error in ERRORS)


def untested(facts: Facts, exercised: Iterable[str], marks: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the expected flows that are neither in *exercised* nor in *marks*, in the order of `expected_of`."""
    flows = {*exercised, *marks}
    return tuple(text for text in expected_of(facts, marks) if text not in flows)


def coverage(facts: Facts, exercised: Iterable[str], marks: Iterable[str] = ()) -> tuple[Coverage, ...]:
    """Return one `Coverage` for each kind: working and failing endpoints, kinds of error, events, endings.

    Args:
        exercised: Events and endings of all scenarios, as `exercised_in` returns them.
        marks: Marks of the app's calls in all scenarios, as `coverage_marks` returns them.
    """
    flows = {*exercised, *marks}
    expected_flows = expected_of(facts, marks)
    kinds = (
        ("endpoints", ANSWERED, expected_flows),
        ("endpoints that failed", FAILED, tuple(f"{FAILED} {text}" for text in _names_after(marks, CALLED))),
        ("kinds of error", ERROR, expected_flows),
        ("events", EVENT, expected_flows),
        ("endings of a journey", ENDING, expected_flows),
    )
    return tuple(
        Coverage(
            kind=kind,
            exercised=tuple(_names_after(flows, word)),
            untested=tuple(_names_after({*expected} - flows, word)),
            problem=FACT if word == EVENT and facts.uses_events is None else "",
        )
        for kind, word, expected in kinds
    )


def _names_after(flows: Iterable[str], word: str) -> list[str]:
    """Return the flows that begin with *word*, without that word, sorted."""
    return sorted(text.removeprefix(f"{word} ") for text in flows if text.startswith(f"{word} "))


def _matching_kinds(pattern: str, permitted_events: Iterable[str]) -> Iterable[str]:
    if not set(pattern) & set("*?["):
        return [pattern]
    candidates = [*(kind for kind in EVENT_KINDS if kind.startswith("consent.")), *permitted_events]
    return [kind for kind in candidates if fnmatchcase(kind, pattern)]
