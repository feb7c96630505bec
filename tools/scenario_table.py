"""Every scenario for a reader: what it bears on, what goes wrong in it, who judges, and which flawed apps it catches.

``python -m tools.scenario_table > docs/scenarios.md`` writes the page anew; a test demands that it is current.
"""

from collections.abc import Iterable

from fiskil_harness.faults.text import fault_text
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.gate.selftest.assignment import is_explored
from fiskil_harness.probes import name_of as probe_name
from fiskil_harness.probes.practices import all_practices
from fiskil_harness.scenario.scenario import Scenario, load_all
from fiskil_harness.scenario.steps import InjectFault, Step
from fiskil_harness.scenario.steps import name_of as step_name

HEAD = """# Every scenario, and the flawed apps that it catches

Made from the scenarios and the gallery by `make docs`; a test demands that it is current.

{count} scenarios, each under the practice that it bears on first. `fiskil-harness run NAME` runs one on your app, and
`fiskil-harness run NAME --gallery APP` on one of the {flawed} flawed apps that ship. {clients} of the scenarios bear on
more than what an app receives.
"""

COLUMNS = "| scenario | what happens | bears on | what goes wrong | judged by | catches |"
RULE = "|---|---|---|---|---|---|"
ORDINARY = frozenset({"authorise", "deliver", "refresh", "wait_until_idle", "start_session", "sync"})
"""Steps of a good day."""

RECEIVING = ("webhooks.", "server.webhooks", "sandbox.webhook")


def page() -> str:
    """The page ``docs/scenarios.md``."""
    every = load_all()
    catching = catches()
    flawed = sum(app.collection == "flawed" for app in gallery.apps().values())
    clients = sum(is_about_client(scenario) for scenario in every)
    lines = [HEAD.format(count=len(every), flawed=flawed, clients=clients)]
    for practice_id, practice in all_practices().items():
        own = [scenario for scenario in every if scenario.practices[:1] == (practice_id,)]
        if own:
            lines += [f"## {practice.title}", "", f"`{practice_id}`", "", COLUMNS, RULE]
            lines += [_row(scenario, catching.get(scenario.name, ())) for scenario in own]
            lines.append("")
    return "\n".join(lines)


def catches() -> dict[str, tuple[str, ...]]:
    """By scenario, the flawed apps whose entry says that they fail in it."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in gallery.apps().values():
        if entry.collection == "flawed":
            for name in entry.scenarios:
                found[name] = (*found.get(name, ()), entry.name)
    return found


def is_about_client(scenario: Scenario) -> bool:
    """Whether it bears on how the app asks and keeps, and not on how it receives alone."""
    return any(not practice.startswith(RECEIVING) for practice in scenario.practices)


def what_goes_wrong(steps: Iterable[Step]) -> tuple[str, ...]:
    """The faults, with the routes they wait on, and the other steps that no good day has; each once."""
    told = [
        f"{step.route}: {fault_text(step.fault)}" if isinstance(step, InjectFault) else step_name(step)
        for step in steps
        if step_name(step) not in ORDINARY
    ]
    return tuple(dict.fromkeys(told))


def _row(one: Scenario, catching: tuple[str, ...]) -> str:
    cells = (
        f"`{one.name}`",
        one.title,
        ", ".join(one.practices),
        _listed(what_goes_wrong(one.steps)) or "nothing",
        _listed(probe_name(probe) for probe in one.probes),
        _listed(catching) or ("what chance brings about" if is_explored(one) else "nobody"),
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(f"`{name}`" for name in names))


if __name__ == "__main__":
    import click

    click.echo(page(), nl=False)
