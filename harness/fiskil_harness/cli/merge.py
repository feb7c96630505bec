"""The ``merge`` command: judges a gate from the reports of its shards."""

from pathlib import Path
from typing import Any

import click
import msgspec

from fiskil_harness.cli import options
from fiskil_harness.cli.gate import compared, read_baseline, read_unaltered, with_exit_codes
from fiskil_harness.cli.runs import app_arguments, arguments_of, load_settings, repeat_arguments
from fiskil_harness.core.version import version
from fiskil_harness.errors import UsageError


@click.command(
    epilog=with_exit_codes(
        options.examples(
            "fiskil-harness merge shard1.json shard2.json shard3.json",
            "fiskil-harness merge shard*.json --html report.html --junit report.xml",
            "fiskil-harness merge shard*.json --baseline main.json",
        )
    )
)
@click.argument("paths", metavar="SHARD...", nargs=-1, required=True, type=options.FILE)
@options.config
@options.gallery
@options.baseline
@options.expect
@options.interpretations
@options.verbose
@options.reports
def merge_command(
    paths: tuple[Path, ...],
    config_file: Path | None,
    gallery_name: str | None,
    baseline_path: Path | None,
    expected: tuple[str, ...],
    interpretations: tuple[str, ...],
    **reports: Any,
) -> int:
    """Judge a gate from the JSON reports that `gate --shard` wrote, one report of each shard.

    The config and the version of fiskil-harness must be those of the shards. If a shard is missing, the gate stays shut.

    \f
    Raises:
        ConfigError: The config is invalid.
        UsageError: The reports do not belong to the same gate, or a report cannot be read or written.
    """
    from fiskil_harness.cli.results import RunRequest, present
    from fiskil_harness.core.clock import real_now
    from fiskil_harness.gate import expectations, shards
    from fiskil_harness.gate.digests import digest_of
    from fiskil_harness.gate.judgement import check

    if reports.get("har_path") is not None:
        raise UsageError("--har writes every call, and reports of shards contain none. Give it to `gate --shard`.")
    if reports.get("app_log_path") is not None:
        raise UsageError("--app-log writes what the app prints, and nothing runs here. Give it to `gate --shard`.")
    settings = load_settings(config_file, gallery_name, interpretations)
    check(settings)
    names = expectations.parse(expected)
    before = read_baseline(baseline_path)
    shard_reports = [shards.ShardReport(name=str(path), whole=read_unaltered(path)) for path in paths]
    shards.check(shard_reports, digest=digest_of(settings), harness=version())
    first = shard_reports[0].whole
    arguments = repeat_arguments(first.result.seed, config_file, gallery_name, interpretations)
    own = arguments_of({"--fast": first.result.is_fast, "--only-required": shard_reports[0].shard.is_only_required})
    own += arguments_of({"--expect": names})
    request = RunRequest(
        command="gate",
        again=f"fiskil-harness gate{arguments}{own}",
        again_for_scenario=f"fiskil-harness run {{scenario}}{arguments}",
        replay_with=app_arguments(config_file, gallery_name, interpretations),
        **reports,
    )
    request.check()
    today = real_now().date()
    whole = shards.merged(
        shard_reports,
        settings=settings,
        today=today,
        again=request.again,
        again_for_scenario=request.again_for_scenario,
        expected=names,
    )
    marks = shards.coverage_marks(shard_reports)
    comparison = compared(whole.result, before, baseline_path, settings=settings, today=today, coverage_marks=marks)
    whole = msgspec.structs.replace(whole, comparison=comparison)
    code = present(whole, settings=settings, request=request)
    missing = shards.missing(shard_reports)
    if missing:
        click.echo(missing, err=True)
    return 2 if missing and code not in {4, 130} else code
