"""The flows of an integration that a run exercised, and those that it should have: whatever was not tried is not tested.

A flow is an event that the app acknowledged, or a way in which a consent journey ended. What an app uses is what its team
says it uses; every journey can end in each way.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from harness.journal import Journal, Journey
from harness.model import DATASETS, USUAL_PERMISSIONS, Ending
from harness.model.event import EVENT_KINDS
from harness.probes.calls import told
from harness.settings import Facts

LEFT = "ABANDONED"
ENDINGS = (*(one.value for one in Ending if one is not Ending.INVALID), LEFT)
"""How a journey can end for a person, closing the tab included. A session that is over already begins no journey."""
FACT = "app.facts.uses_events"
EVENT, ENDING = "event", "ending"


def exercised_in(journal: Journal) -> tuple[str, ...]:
    """The flows of one scenario, sorted."""
    events = {f"{EVENT} {event.kind}" for _, event in told(journal)}
    endings = {f"{ENDING} {one.ending}" for one in journal.all(Journey) if one.ending in ENDINGS}
    return tuple(sorted(events | endings))


def expected_of(facts: Facts) -> tuple[str, ...]:
    """The flows that an app must have been through which uses what *facts* say.

    A pattern with a wildcard stands for the events of the datasets that end users are asked for.
    """
    asked = tuple(facts.datasets or USUAL_PERMISSIONS)
    met = [one.event for one in DATASETS.values() if one.permission is not None and one.is_permitted_by(asked)]
    kinds = {kind for pattern in facts.uses_events or () for kind in _meant(pattern, met)}
    return (*(f"{EVENT} {kind}" for kind in sorted(kinds)), *(f"{ENDING} {one}" for one in ENDINGS))


def untested(facts: Facts, exercised: Iterable[str]) -> tuple[str, ...]:
    """What should have been exercised and was not."""
    done = set(exercised)
    return tuple(one for one in expected_of(facts) if one not in done)


def _meant(pattern: str, met: Iterable[str]) -> Iterable[str]:
    if not set(pattern) & set("*?["):
        return [pattern]
    known = [*(kind for kind in EVENT_KINDS if kind.startswith("consent.")), *met]
    return [kind for kind in known if fnmatchcase(kind, pattern)]
