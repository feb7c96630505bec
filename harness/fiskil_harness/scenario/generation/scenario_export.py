"""Export of a life plan as a pytest file that needs the harness: only the harness can inject faults at the API.

The file contains a scenario as a person would write it, and one test that runs it.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness import faults, probes
from fiskil_harness.core.printable import python_text
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.life_plans import NAME
from fiskil_harness.scenario.scenario import Scenario

MODULES = (("steps", steps), ("faults", faults), ("probes", probes))

TEXT = '''"""{title}

Written by fiskil-harness from {plan}, with seed {seed}. It injects faults between the app and the API, so it needs
fiskil-harness and the app's config: pytest {file} --fiskil-config fiskil-harness.toml
"""

from fiskil_harness import Scenario, {modules}

SCENARIO = Scenario(
    name="{name}",
    practices=(),
    steps=(
{steps}
    ),
    probes=(
{probes}
    ),
)


def test_the_app_passes(fiskil_worker):
    """No probe fails, and at least one passes."""
    findings = fiskil_worker.play(SCENARIO).outcome.findings

    assert [f"{{finding.probe}}: {{finding.observed}}" for finding in findings if finding.verdict == "FAIL"] == []
    assert [finding.probe for finding in findings if finding.verdict == "PASS"]
'''


def is_life_plan(scenario: Scenario) -> bool:
    """Return true if *scenario* is a generated life plan."""
    return scenario.name == NAME


def export_scenario(scenario: Scenario, findings: Iterable[Finding], *, plan: str, seed: int, file: str) -> str:
    """Return the text of a pytest file that runs *scenario* with all its probes.

    Args:
        scenario: A life plan.
        findings: The findings of a run; the first failure is in the title.
        plan: Name of the plan file, for the header.
        file: Name of the pytest file, for the command in the header.
    """
    failed = [finding for finding in findings if finding.verdict is Verdict.FAIL]
    title = f"Life plan of an end user: {failed[0].observed if failed else 'no probe failed'}."
    lines = [_line(step) for step in scenario.steps]
    modules = [name for name, _ in MODULES if name != "faults" or any("faults." in line for line in lines)]
    return TEXT.format(
        title=python_text(title),
        plan=python_text(plan),
        seed=seed,
        file=python_text(file),
        modules=", ".join(sorted(modules)),
        name=python_text(scenario.name),
        steps="\n".join(lines),
        probes="\n".join(_line(probe) for probe in scenario.probes),
    )


def _line(value: Any) -> str:
    return f"        {as_python(value)},"


def as_python(value: Any) -> str:
    """Return the Python expression for *value*, without arguments that have their default."""
    if not isinstance(value, Struct):
        return _quoted(value)
    fields = [
        f"{field.name}={as_python(getattr(value, field.name))}"
        for field in msgspec.structs.fields(value)
        if getattr(value, field.name) != field.default
    ]
    name = type(value).__name__
    prefix = next(prefix for prefix, module in MODULES if hasattr(module, name) and getattr(module, name) is type(value))
    return f"{prefix}.{name}({', '.join(fields)})"


def _quoted(value: Any) -> str:
    """Return the Python expression for *value*, with strings in double quotes, as code formatters write them."""
    if isinstance(value, str):
        return f'"{python_text(value)}"'
    if isinstance(value, tuple):
        return "(" + ", ".join(map(as_python, value)) + ("," if len(value) == 1 else "") + ")"
    return repr(value)
