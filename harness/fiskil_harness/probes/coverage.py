"""The flows of an integration that a run exercised, and those that it should have: whatever was not tried is not tested.

A flow is an event that the app acknowledged, a way in which a consent journey ended, an endpoint that the app called, or a
kind of error that a call met. The events that an app uses are those that its team says it uses, its endpoints are those that
it called in any scenario; every journey can end in each way, and every call can meet each error.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from msgspec import Struct

from fiskil_harness.core.config import Facts
from fiskil_harness.core.model import DATASETS, USUAL_PERMISSIONS, Ending
from fiskil_harness.core.model.events import EVENT_KINDS
from fiskil_harness.journal import Exchange, Journal, Journey
from fiskil_harness.journal.queries.api_calls import acknowledged_events, calls

LEFT = "ABANDONED"
ENDINGS = (*(ending.value for ending in Ending if ending is not Ending.INVALID), LEFT)
"""How a journey can end for a person, closing the tab included. A session that is over already begins no journey."""
FACT = "app.facts.uses_events"
EVENT, ENDING = "event", "ending"
CALLED, ANSWERED, FAILED, ERROR = "called", "endpoint", "failed", "error"
"""What calls come to: the endpoint was called, gave a good answer, gave a bad one or none; and what kind of error."""

ERRORS = ("401", "403", "429", "5xx", "no answer", "damaged answer")
"""The kinds of error that every app which calls the API comes to meet; others are told where they were met."""


class Coverage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one *kind* of flow came to: exercised in this run, and used by the app but not exercised.

    ``lack`` is what the config does not give, without which nobody knows what the app uses.
    """

    kind: str
    exercised: tuple[str, ...]
    untested: tuple[str, ...]
    problem: str = ""


def coverage_marks(journal: Journal) -> tuple[str, ...]:
    """What the app's calls came to in one scenario, sorted: ``called x``, ``endpoint x``, ``failed x``, ``error 429``."""
    made = [call for call in calls(journal) if call.route and not call.is_cut]
    met = {f"{CALLED} {call.route}" for call in made}
    for call in made:
        error = _error_of(call)
        met |= {f"{FAILED} {call.route}", f"{ERROR} {error}"} if error else {f"{ANSWERED} {call.route}"}
    return tuple(sorted(met))


def _error_of(call: Exchange) -> str:
    """The kind of error that *call* met; empty where it got the whole of a good answer."""
    if call.status is None:
        return "no answer"
    if call.status >= 500:
        return "5xx"
    if call.status >= 400:
        return str(call.status)
    return "damaged answer" if call.bites else ""


def exercised_in(journal: Journal) -> tuple[str, ...]:
    """The flows of one scenario, sorted."""
    events = {f"{EVENT} {event.kind}" for _, event in acknowledged_events(journal)}
    endings = {f"{ENDING} {journey.ending}" for journey in journal.all(Journey) if journey.ending in ENDINGS}
    return tuple(sorted(events | endings))


def expected_of(facts: Facts, met: Iterable[str] = ()) -> tuple[str, ...]:
    """The flows that an app must have been through which uses what *facts* say, and whose calls *met* what they met.

    A pattern with a wildcard stands for the events of the datasets that end users are asked for. An app that calls nothing
    can meet no error.
    """
    asked = tuple(facts.datasets or USUAL_PERMISSIONS)
    known = [
        dataset.event for dataset in DATASETS.values() if dataset.permission is not None and dataset.is_permitted_by(asked)
    ]
    kinds = {kind for pattern in facts.uses_events or () for kind in _meant(pattern, known)}
    used = _named(met, CALLED)
    return (
        *(f"{EVENT} {kind}" for kind in sorted(kinds)),
        *(f"{ENDING} {ending}" for ending in ENDINGS),
        *(f"{ANSWERED} {text}" for text in used),
        *(expected_errors() if used else ()),
    )


def expected_errors() -> tuple[str, ...]:
    """The kinds of error that an app which calls the API must have met."""
    return tuple(f"{ERROR} {error}" for error in ERRORS)


def untested(facts: Facts, exercised: Iterable[str], met: Iterable[str] = ()) -> tuple[str, ...]:
    """What should have been exercised and was not."""
    done = {*exercised, *met}
    return tuple(text for text in expected_of(facts, met) if text not in done)


def coverage(facts: Facts, exercised: Iterable[str], met: Iterable[str] = ()) -> tuple[Coverage, ...]:
    """What was exercised and what was not: endpoints that answered and that failed, kinds of error, events, endings."""
    done = {*exercised, *met}
    wanted = expected_of(facts, met)
    kinds = (
        ("endpoints", ANSWERED, wanted),
        ("endpoints that failed", FAILED, tuple(f"{FAILED} {text}" for text in _named(met, CALLED))),
        ("kinds of error", ERROR, wanted),
        ("events", EVENT, wanted),
        ("endings of a journey", ENDING, wanted),
    )
    return tuple(
        Coverage(
            kind=kind,
            exercised=tuple(_named(done, word)),
            untested=tuple(_named({*asked} - done, word)),
            problem=FACT if word == EVENT and facts.uses_events is None else "",
        )
        for kind, word, asked in kinds
    )


def _named(told: Iterable[str], word: str) -> list[str]:
    """What stands after *word* in those that begin with it, sorted."""
    return sorted(text.removeprefix(f"{word} ") for text in told if text.startswith(f"{word} "))


def _meant(pattern: str, met: Iterable[str]) -> Iterable[str]:
    if not set(pattern) & set("*?["):
        return [pattern]
    known = [*(kind for kind in EVENT_KINDS if kind.startswith("consent.")), *met]
    return [kind for kind in known if fnmatchcase(kind, pattern)]
