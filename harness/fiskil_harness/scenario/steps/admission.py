"""Conditions under which a plugin may register a class of steps."""

from typing import Any

from fiskil_harness.scenario.steps.composite import CompositeStep
from fiskil_harness.scenario.steps.step import Step


def problem_of(kind: type[Any]) -> str:
    """Return why a plugin cannot register the class of steps *kind*, as the rest of a sentence; "" if it can."""
    if issubclass(kind, CompositeStep):
        return "" if kind.sequence is not CompositeStep.sequence else "has no method sequence(self)."
    return "" if kind.perform is not Step.perform else "has no method perform(self, stage)."
