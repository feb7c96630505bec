"""Scenarios that force an interpretation which the config neither chooses nor requires.

Where Fiskil's documentation contradicts itself, an app may follow either interpretation, so a failure under the other one
shows no mistake.
"""

from fiskil_harness.core import catalog
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.config import Settings
from fiskil_harness.scenario.scenario import INTERPRETATION_SEPARATOR, Scenario, load


def is_required(settings: Settings, clause_id: str, choice: str) -> bool:
    """Return whether the gate opens only if the app passes under this interpretation."""
    required = settings.gate.interpretations
    return required == "all" or clause_id in required or f"{clause_id}={choice}" in required


def forced(scenario: Scenario, settings: Settings) -> tuple[str, ...]:
    """Return the interpretations, as ``clause=choice``, that *scenario* forces and the config neither chooses nor requires.

    An interpretation counts as forced only if the scenario that ships under this name has it. Another one was chosen by the
    person who wrote or saved the plan. Interpretation runs are judged separately, so they force nothing.
    """
    is_shipped = INTERPRETATION_SEPARATOR not in scenario.name and scenario.name in catalog.scenario_names()
    if not scenario.interpretations or not is_shipped:
        return ()
    chosen, own = Interpretations(settings.sandbox.interpretations), load(scenario.name).interpretations
    return tuple(
        f"{clause_id}={choice}"
        for clause_id, choice in scenario.interpretations.items()
        if own.get(clause_id) == choice != chosen.of(clause_id) and not is_required(settings, clause_id, choice)
    )
