"""The ``judge`` command: judges a recorded run again, without the app."""

from pathlib import Path
from typing import Any

import click

from fiskil_harness.cli import options
from fiskil_harness.cli.gate import with_exit_codes


@click.command(
    "judge",
    epilog=with_exit_codes(
        options.examples(
            "fiskil-harness judge gate.journal",
            "fiskil-harness judge gate.journal --json report.json --html report.html",
        )
    ),
)
@click.argument("path", metavar="FILE", type=options.FILE)
@click.option(
    "--config",
    "config_file",
    metavar="FILE",
    type=options.FILE,
    help="The config that names your plugins  [default: fiskil-harness.toml, else pyproject.toml].",
)
@options.verbose
@options.json_file
@options.readable_reports
def judge_command(path: Path, config_file: Path | None, is_verbose: bool, **reports: Any) -> int:
    """Judge the run in FILE again, which `run --journal` or `gate --journal` wrote. No app is started or called.

    The probes of this installation examine what was recorded. If they are those of the run, the findings are the same. The
    config and the date are those of the run, too. A generated plan keeps the finding that it had. Plugins are those of your
    own config: a module that FILE names is never imported.

    \f
    Raises:
        UsageError: FILE is no complete, unaltered journal of this format, or a report cannot be written.
    """
    from fiskil_harness.cli.results import RunRequest, present
    from fiskil_harness.core.config import load_plugins
    from fiskil_harness.gate import journal_file

    load_plugins(config_file)
    run = journal_file.StoredRun(path)
    recorded = run.header.run
    request = RunRequest(
        command=recorded.command,
        again=recorded.again,
        again_for_scenario=recorded.again_for_scenario,
        is_verbose=is_verbose,
        **reports,
    )
    request.check()
    return present(journal_file.judge(run), settings=run.settings, request=request)
