"""``replay --as-test``: the plan is run once more, and what it sent is written as files that need no harness."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fiskil_harness.core.config import Settings
    from fiskil_harness.scenario.scenario import Scenario


def write_as_test(scenario: "Scenario", settings: "Settings", *, seed: int, plan: Path, path: Path) -> int:
    """Run *scenario*, and write the test to *path* and its deliveries as curl lines beside it; both or neither.

    A life is written as a test that needs the harness, alone.

    Raises:
        UsageError: *path* is no Python file or cannot be written.
        PlanError: The plan draws plans, came to no end, or sends nothing that a plain test can ask about.
    """
    from fiskil_harness.errors import PlanError, UsageError
    from fiskil_harness.gate.report import files
    from fiskil_harness.runner.worker import Worker
    from fiskil_harness.scenario.generation.pytest_export import retell
    from fiskil_harness.scenario.generation.scenario_export import is_life, rewrite
    from fiskil_harness.scenario.selection import is_explored

    if path.suffix != ".py":
        raise UsageError(
            f"--as-test writes a Python file, and {str(path)!r} is called otherwise. Try {str(path.with_suffix('.py'))!r}."
        )
    beside = path.with_suffix(".sh")
    for each_path in (path, beside):
        files.refuse_unwritable(each_path)
    if is_explored(scenario):
        raise PlanError(f"{plan} draws plans of its own. Name one of those that failed, in fiskil-plans.")
    worker = Worker(settings, seed=seed)
    try:
        driver = worker.start()
        missing = [hook for hook in scenario.needs if not driver.app.has(hook)]
        if missing:
            raise PlanError(f"{plan} needs {', '.join(missing)}, which the config does not give. Nothing was written.")
        journal, crashed = driver.perform(scenario)
        findings = driver.judge(scenario, journal, crashed)
        if crashed:
            raise PlanError(f"{plan} came to no end: {worker.redactor.redact(crashed)}. Nothing was written.")
        if is_life(scenario):
            text = rewrite(scenario, findings, plan=plan.name, seed=seed, file=path.name)
            files.write_each([(path, worker.redactor.redact(text))])
            click.echo(f"Wrote {path}, which needs fiskil-harness: what goes wrong stands between the app and the API.")
            click.echo(f"Run it with: pytest {path} --fiskil-config fiskil-harness.toml")
            return 0
        secret = driver.fiskil.credentials.webhook_secret
        retold = retell(scenario, journal, findings, settings=settings, secret=secret, plan=str(plan), seed=seed)
        texts = [(path, worker.redactor.redact(retold.test)), (beside, worker.redactor.redact(retold.shell))]
    finally:
        worker.close()
    files.write_each(texts)
    click.echo(f"Wrote {path}, and its deliveries as curl lines in {beside}.")
    click.echo(f"Run it with: RECEIVER_URL=... FISKIL_WEBHOOK_SECRET=... pytest {path}")
    return 0
