"""Values with the names of classes are read with msgspec's messages: one reason, and one path from the outermost value."""

from typing import Any

import msgspec
import pytest

from fiskil_harness import Scenario, faults
from fiskil_harness.core import plugins

FAULT = {"type": "inject_fault", "route": "token", "fault": {"type": "status", "status": 503}}


def plan(*steps: Any) -> dict[str, Any]:
    return {"practices": [], "probes": [], "steps": list(steps)}


def test_nested_values_are_read() -> None:
    """A step with a fault is read with the classes of both."""
    (step,) = plugins.convert(plan(FAULT), Scenario).steps

    assert (type(step).__name__, step.fault) == ("InjectFault", faults.Status(status=503))


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (3, "Expected `object`, got `int` - at `$.steps[0]`"),
        ({}, "Object missing required field `type` - at `$.steps[0]`"),
        ({"type": 3}, "Expected `str`, got `int` - at `$.steps[0].type`"),
        ({"type": "nothing"}, "Invalid value 'nothing' - at `$.steps[0].type`"),
        ({"type": "advance", "days": "x"}, "Expected `float`, got `str` - at `$.steps[0].days`"),
        ({**FAULT, "fault": None}, "Expected `object`, got `null` - at `$.steps[0].fault`"),
        ({**FAULT, "fault": {"type": "status", "status": []}}, "Expected `int`, got `array` - at `$.steps[0].fault.status`"),
    ],
)
def test_an_error_has_one_path(step: Any, message: str) -> None:
    """The path begins at the outermost value, in JSON text and in values that were read before."""
    with pytest.raises(msgspec.ValidationError) as of_value:
        plugins.convert(plan(step), Scenario)
    with pytest.raises(msgspec.ValidationError) as of_text:
        plugins.decode(msgspec.json.encode(plan(step)), Scenario)

    assert (str(of_value.value), str(of_text.value)) == (message, message)
