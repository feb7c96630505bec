"""``report``: what can be done with a JSON report when the run is over."""

from pathlib import Path

import click

from fiskil_harness.cli import options


@click.group(
    "report",
    epilog=options.examples(
        "fiskil-harness report verify report.json",
        "fiskil-harness report render report.json --html report.html",
    ),
)
def report_command() -> None:
    """Check a JSON report, or write it in other forms."""


@report_command.command(
    "verify",
    epilog=options.examples(
        "fiskil-harness report verify report.json",
        "fiskil-harness report verify report.json --config fiskil-harness.toml",
    ),
)
@click.argument("path", metavar="FILE", type=options.FILE)
@options.config
@click.option("--seal", metavar="DIGEST", help="The seal that was kept elsewhere; the report must have this one.")
def verify_command(path: Path, config_file: Path | None, seal: str | None) -> int:
    """Reckon the digests of the report in FILE anew, and say whether it was altered.

    With --config the report must also have been made with that config. The digests are no signature: who alters a report
    can reckon them anew. Keep its seal elsewhere, and give it with --seal.

    Exit codes: 0 it is what it was, 1 it was altered or was made otherwise, 2 it is no report of this format.
    """
    from fiskil_harness.gate import saved_reports
    from fiskil_harness.gate.report import sealing

    whole = saved_reports.read(path)
    reasons = sealing.altered(whole)
    if seal is not None and seal != whole.digests.seal:
        reasons.append(f"the seal is {whole.digests.seal}, and {seal} was expected")
    if config_file is not None:
        from fiskil_harness.core.config import load
        from fiskil_harness.gate.digests import digest_of

        found = digest_of(load(config_file))
        if found != whole.digests.config:
            reasons.append(f"it was made with another config: {config_file} has {found}, the report {whole.digests.config}")
    if reasons:
        click.echo(f"{path} was altered, or is not what was expected:")
        for reason in reasons:
            click.echo(f"  {reason}")
        return 1
    told = whole.digests
    click.echo(f"{path} is what it was: seed {told.seed}, fiskil-harness {told.harness}.")
    click.echo(f"  evidence  {told.evidence}\n  config    {told.config}\n  seal      {told.seal}")
    return 0


@report_command.command(
    "render",
    epilog=options.examples(
        "fiskil-harness report render report.json --html report.html",
        "fiskil-harness report render report.json --markdown comment.md --junit report.xml",
    ),
)
@click.argument("path", metavar="FILE", type=options.FILE)
@options.forms
def render_command(path: Path, html_path: Path | None, markdown_path: Path | None, junit_path: Path | None) -> int:
    """Write the report in FILE as an HTML page, as Markdown or as JUnit XML; '-' is standard output."""
    from fiskil_harness.cli.results import STANDARD_OUTPUT
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate import saved_reports
    from fiskil_harness.gate.report import files, html, junit, markdown

    wanted = [(html_path, html.render), (markdown_path, markdown.render), (junit_path, junit.render)]
    asked = [(where, render) for where, render in wanted if where is not None]
    if not asked:
        raise UsageError("Nothing to write was asked for. Give --html, --markdown or --junit, each with a file.")
    for where, _ in asked:
        if where != STANDARD_OUTPUT:
            files.refuse_unwritable(where)
    whole = saved_reports.read(path)
    for where, render in asked:
        if where == STANDARD_OUTPUT:
            click.echo(render(whole), nl=False)
    files.write_each((where, render(whole)) for where, render in asked if where != STANDARD_OUTPUT)
    return 0
