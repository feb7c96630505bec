"""Generates ``docs/scenarios.md``: every scenario with its practices, faults, probes and the flawed apps it catches.

``python -m tools.scenario_table > docs/scenarios.md`` writes the page; a test fails if it is not current.
"""

from collections.abc import Iterable

from fiskil_harness.faults.text import fault_text
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.probes import name_of as probe_name
from fiskil_harness.probes.practices import all_practices
from fiskil_harness.scenario.scenario import GeneratedScenario, Scenario, load_all
from fiskil_harness.scenario.steps import DisturbRoutes, InjectFault, Step
from fiskil_harness.scenario.steps import name_of as step_name

HEAD = """# Every scenario, and the flawed apps that it catches

Generated from the scenarios and the gallery by `make docs`; a test fails if this page is not current.

{count} scenarios, each under the first practice that it tests. `fiskil-harness run NAME` runs one on your app, and
`fiskil-harness run NAME --gallery APP` runs it on one of the {flawed} flawed apps of the package. {clients} of the scenarios
test more than the receiving of webhooks.
"""

COLUMNS = "| scenario | what happens | practices | what goes wrong | probes | catches |"
RULE = "|---|---|---|---|---|---|"
ORDINARY = frozenset({"authorise", "deliver", "refresh", "wait_until_idle", "start_session", "sync"})
"""Steps in which nothing goes wrong."""

RECEIVING = ("webhooks.", "server.webhooks", "sandbox.webhook")


def page() -> str:
    """Return the page ``docs/scenarios.md``."""
    scenarios = load_all()
    caught_apps = catches()
    flawed = sum(app.collection == "flawed" for app in gallery.apps().values())
    clients = sum(is_about_client(scenario) for scenario in scenarios)
    lines = [HEAD.format(count=len(scenarios), flawed=flawed, clients=clients)]
    for practice_id, practice in all_practices().items():
        own_scenarios = [scenario for scenario in scenarios if scenario.practices[:1] == (practice_id,)]
        if own_scenarios:
            lines += [f"## {practice.title}", "", f"`{practice_id}`", "", COLUMNS, RULE]
            lines += [_row(scenario, caught_apps.get(scenario.name, ())) for scenario in own_scenarios]
            lines.append("")
    return "\n".join(lines)


def catches() -> dict[str, tuple[str, ...]]:
    """Return, by scenario, the flawed apps whose gallery entry states that they fail in it."""
    caught_apps: dict[str, tuple[str, ...]] = {}
    for entry in gallery.apps().values():
        if entry.collection == "flawed":
            for name in entry.scenarios:
                caught_apps[name] = (*caught_apps.get(name, ()), entry.name)
    return caught_apps


def is_about_client(scenario: Scenario) -> bool:
    """Return True if *scenario* tests more than how the app receives webhooks."""
    return any(not practice.startswith(RECEIVING) for practice in scenario.practices)


def what_goes_wrong(steps: Iterable[Step]) -> tuple[str, ...]:
    """Return the faults with their routes, and the other steps in which something goes wrong; each once."""
    texts = [
        f"{step.route}: {fault_text(step.fault)}" if isinstance(step, InjectFault | DisturbRoutes) else step_name(step)
        for step in steps
        if step_name(step) not in ORDINARY
    ]
    return tuple(dict.fromkeys(texts))


def _row(scenario: Scenario, caught_apps: tuple[str, ...]) -> str:
    wrong = (
        f"generated plans of the kind `{scenario.kind}`"
        if isinstance(scenario, GeneratedScenario)
        else _listed(what_goes_wrong(scenario.steps))
    )
    cells = (
        f"`{scenario.name}`",
        scenario.title,
        ", ".join(scenario.practices),
        wrong or "nothing",
        _listed(probe_name(probe) for probe in scenario.probes),
        _listed(caught_apps) or ("depends on the seed" if isinstance(scenario, GeneratedScenario) else "none"),
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(f"`{name}`" for name in names))


if __name__ == "__main__":
    import click

    click.echo(page(), nl=False)
