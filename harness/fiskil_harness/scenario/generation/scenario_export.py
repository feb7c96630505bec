"""A life rewritten as a test for those who have the harness: what breaks between an app and Fiskil, no plain test can break.

The file is a scenario as one would write it by hand, and one test that plays it.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness import faults, probes
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.life_plans import NAME
from fiskil_harness.scenario.scenario import Scenario

ROOMS = (("steps", steps), ("faults", faults), ("probes", probes))

TEXT = '''"""{title}

Written by fiskil-harness from {plan}, with seed {seed}. What goes wrong in it stands between the app and the API,
so it needs fiskil-harness and the app's config: pytest {file} --fiskil-config fiskil-harness.toml
"""

from fiskil_harness import Scenario, {rooms}

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


def test_the_app_comes_through(fiskil_worker):
    """Nothing is found broken, and something is seen to hold."""
    findings = fiskil_worker.play(SCENARIO).outcome.findings

    assert [f"{{one.probe}}: {{one.seen}}" for one in findings if one.verdict == "FAIL"] == []
    assert [one.probe for one in findings if one.verdict == "PASS"]
'''


def is_life(scenario: Scenario) -> bool:
    """Whether *scenario* is a drawn life."""
    return scenario.name == NAME


def rewrite(scenario: Scenario, findings: Iterable[Finding], *, plan: str, seed: int, file: str) -> str:
    """The text of a pytest file that plays *scenario*, and asks all that it asks; *findings* give the title."""
    failed = [finding for finding in findings if finding.verdict is Verdict.FAIL]
    title = f"A life of an end user: {failed[0].observed if failed else 'nothing was found broken'}.".replace('"', "'")
    lines = [_line(step) for step in scenario.steps]
    rooms = [name for name, _ in ROOMS if name != "faults" or any("faults." in line for line in lines)]
    return TEXT.format(
        title=title,
        plan=plan,
        seed=seed,
        file=file,
        rooms=", ".join(sorted(rooms)),
        name=scenario.name,
        steps="\n".join(lines),
        probes="\n".join(_line(probe) for probe in scenario.probes),
    )


def _line(value: Any) -> str:
    return f"        {as_python(value)},"


def as_python(value: Any) -> str:
    """*value* as Python that makes it again, without what is the default anyway."""
    if not isinstance(value, Struct):
        return _quoted(value)
    fields = [
        f"{field.name}={as_python(getattr(value, field.name))}"
        for field in msgspec.structs.fields(value)
        if getattr(value, field.name) != field.default
    ]
    name = type(value).__name__
    room = next(room for room, module in ROOMS if hasattr(module, name) and getattr(module, name) is type(value))
    return f"{room}.{name}({', '.join(fields)})"


def _quoted(value: Any) -> str:
    """As formatters write it: texts in double quotes."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple):
        return "(" + ", ".join(map(as_python, value)) + ("," if len(value) == 1 else "") + ")"
    return repr(value)
