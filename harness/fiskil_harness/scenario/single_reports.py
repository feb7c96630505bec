"""Scenarios with faults in which the sandbox reports each dataset once.

A fault acts on one read. If a later event reported the same rows again, the app would read them again, and repair what the
fault damaged before anything can be observed. So such a scenario leaves out the events that Fiskil may leave out: those of
early stages of a dataset, and those of public data.
"""

from fiskil_harness.core.config import Settings
from fiskil_harness.core.model import DATASETS
from fiskil_harness.core.model.events import matches_any
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import name_of

DISTURBING = frozenset({"disturb_routes", "inject_fault"})
"""Steps that need API calls of the app, and disturb them."""
EARLY, PUBLIC = "sync.early-transactions", "sync.public-data"
"""The clauses about the events that Fiskil may leave out."""


def single_reports(scenario: Scenario, settings: Settings) -> dict[str, str]:
    """Return the interpretations that a scenario with faults needs besides its own, so that it reports each dataset once.

    A clause that the config chooses stays as it is. So do events for which the app waits: early ones if the config names
    them and not the later ones about the same rows, and those of public data if it names them.
    """
    if not any(name_of(step) in DISTURBING for step in scenario.steps):
        return {}
    used = settings.app.facts.uses_events or ()
    named = [dataset for dataset in DATASETS.values() if dataset.event in used]
    waits_for_early = any(dataset.label and not matches_any(DATASETS[dataset.label].event, used) for dataset in named)
    waits_for_public = any(dataset.permission is None for dataset in named)
    needed = {EARLY: not waits_for_early and "none", PUBLIC: not waits_for_public and "silent"}
    return {clause: choice for clause, choice in needed.items() if choice and clause not in settings.sandbox.interpretations}
