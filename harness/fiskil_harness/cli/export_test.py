"""The option ``replay --as-test``: runs a saved plan again, and writes its deliveries as a test that needs no harness."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fiskil_harness.core.config import Settings
    from fiskil_harness.scenario.scenario import Scenario


def write_as_test(scenario: "Scenario", settings: "Settings", *, seed: int, plan: Path, path: Path) -> int:
    """Run *scenario*, and write its deliveries as a test to *path* and as curl lines to a ``.sh`` file of the same name.

    For a life plan (a random sequence of actions and faults) only the test is written, and this test needs the harness.

    Args:
        plan: The file of the saved plan; the test contains the file's name.

    Raises:
        UsageError: *path* is not a Python file or cannot be written.
        PlanError: The plan generates plans itself, needs a hook that the config does not set, did not finish, or sends
            nothing that a plain test can check.
    """
    from fiskil_harness.errors import PlanError, UsageError
    from fiskil_harness.gate.report import files
    from fiskil_harness.runner.worker import Worker
    from fiskil_harness.scenario.generation.pytest_export import export
    from fiskil_harness.scenario.generation.scenario_export import export_scenario, is_life_plan
    from fiskil_harness.scenario.selection import is_generated

    if path.suffix != ".py":
        raise UsageError(
            f"--as-test writes a Python file, but {str(path)!r} has another suffix. Use {str(path.with_suffix('.py'))!r}."
        )
    shell_path = path.with_suffix(".sh")
    for output in (path, shell_path):
        files.refuse_unwritable(output)
    if is_generated(scenario):
        raise PlanError(f"{plan} generates plans itself. Use one of the failed plans in fiskil-plans.")
    worker = Worker(settings, seed=seed)
    try:
        driver = worker.start()
        missing = [hook for hook in scenario.needs if not driver.app.has(hook)]
        if missing:
            raise PlanError(f"{plan} needs {', '.join(missing)}, which the config does not set. Nothing was written.")
        journal, crashed = driver.perform(scenario)
        findings = driver.judge(scenario, journal, crashed)
        if crashed:
            raise PlanError(f"{plan} did not finish: {worker.redactor.redact(crashed)}. Nothing was written.")
        if is_life_plan(scenario):
            text = export_scenario(scenario, findings, plan=plan.name, seed=seed, file=path.name)
            files.write_each([(path, worker.redactor.redact(text))])
            click.echo(f"Wrote {path}, which needs fiskil-harness, because the faults act between the app and the API.")
            click.echo(f"Run it with: pytest {path} --fiskil-config fiskil-harness.toml")
            return 0
        secret = driver.fiskil.credentials.webhook_secret
        exported = export(scenario, journal, findings, settings=settings, secret=secret, plan=str(plan), seed=seed)
        texts = [(path, worker.redactor.redact(exported.test)), (shell_path, worker.redactor.redact(exported.shell))]
    finally:
        worker.close()
    files.write_each(texts)
    click.echo(f"Wrote {path}, and its deliveries as curl lines to {shell_path}.")
    click.echo(f"Run it with: RECEIVER_URL=... FISKIL_WEBHOOK_SECRET=... pytest {path}")
    return 0
