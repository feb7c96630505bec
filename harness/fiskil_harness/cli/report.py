"""The ``report`` command: verifies a JSON report of an earlier run, writes it in other formats, or lists its tasks."""

from pathlib import Path

import click

from fiskil_harness.cli import options


@click.group(
    "report",
    epilog=options.examples(
        "fiskil-harness report verify report.json",
        "fiskil-harness report render report.json --html report.html",
        "fiskil-harness report tasks report.json",
    ),
)
def report_command() -> None:
    """Verify a JSON report, write it in other formats, or list its failures as tasks."""


@report_command.command(
    "verify",
    epilog=options.examples(
        "fiskil-harness report verify report.json",
        "fiskil-harness report verify report.json --config fiskil-harness.toml",
    ),
)
@click.argument("path", metavar="FILE", type=options.FILE)
@options.config
@click.option("--sha256", metavar="DIGEST", help="The digest that you stored elsewhere; the report must have the same.")
def verify_command(path: Path, config_file: Path | None, sha256: str | None) -> int:
    """Compute the SHA-256 of the result in the report FILE again, and report whether the result was altered.

    With --config the report must also belong to that config. The digest identifies no author: a person who alters a report
    can compute it again. Store the digest elsewhere, and pass it with --sha256.

    Exit codes: 0 unchanged, 1 altered or not the expected report, 2 not a report of this format.
    """
    from fiskil_harness.gate import saved_reports
    from fiskil_harness.gate.report import sealing

    whole = saved_reports.read(path)
    reasons = sealing.altered(whole)
    if sha256 is not None and sha256 != whole.sha256:
        reasons.append(f"the SHA-256 of the result is {whole.sha256}, but {sha256} was expected")
    if config_file is not None:
        from fiskil_harness.core.config import load
        from fiskil_harness.gate.digests import digest_of

        expected = digest_of(load(config_file))
        if expected != whole.run.digest:
            reasons.append(
                f"it belongs to another config: {config_file} has the digest {expected}, the report {whole.run.digest}"
            )
    if reasons:
        click.echo(f"{path} was altered, or is not the expected report:")
        for reason in reasons:
            click.echo(f"  {reason}")
        return 1
    click.echo(f"The result in {path} is unchanged: seed {whole.result.seed}, fiskil-harness {whole.run.harness}.")
    click.echo(f"  sha256  {whole.sha256}")
    click.echo("The digest identifies no author: a person who alters a report can compute it again.")
    return 0


@report_command.command(
    "render",
    epilog=options.examples(
        "fiskil-harness report render report.json --html report.html",
        "fiskil-harness report render report.json --markdown comment.md --junit report.xml",
    ),
)
@click.argument("path", metavar="FILE", type=options.FILE)
@options.readable_reports
def render_command(path: Path, html_path: Path | None, markdown_path: Path | None, junit_path: Path | None) -> int:
    """Write the report in FILE as an HTML page, as Markdown or as JUnit XML; '-' is standard output.

    \f
    Raises:
        UsageError: No output was given, or a file cannot be read or written.
    """
    from fiskil_harness.cli.results import STANDARD_OUTPUT
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate import saved_reports
    from fiskil_harness.gate.report import files, html, junit, markdown

    renderers = [(html_path, html.render), (markdown_path, markdown.render), (junit_path, junit.render)]
    outputs = [(output, render) for output, render in renderers if output is not None]
    if not outputs:
        raise UsageError("No output was given. Add --html, --markdown or --junit, each with a file.")
    for output, _ in outputs:
        if output != STANDARD_OUTPUT:
            files.refuse_unwritable(output)
    whole = saved_reports.read(path)
    for output, render in outputs:
        if output == STANDARD_OUTPUT:
            click.echo(render(whole), nl=False)
    files.write_each((output, render(whole)) for output, render in outputs if output != STANDARD_OUTPUT)
    return 0


@report_command.command("tasks", epilog=options.examples("fiskil-harness report tasks report.json"))
@click.argument("path", metavar="FILE", type=options.FILE)
def tasks_command(path: Path) -> int:
    """Print each failure in the report FILE as a task, as a JSON array on standard output.

    A task has what shows the failure, the rule, the remedy with code in the app's language, the command that runs it again,
    and when the task is done. Failures with the same cause are one task. The array is empty if nothing failed.
    """
    from fiskil_harness.gate import saved_reports
    from fiskil_harness.gate.report import tasks

    click.echo(tasks.render(saved_reports.read(path)), nl=False)
    return 0
