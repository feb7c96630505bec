"""The gate as a command: whole, fast, in shards, against a baseline; and the judge of what the shards wrote."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fiskil_harness.cli import options
from fiskil_harness.cli.hosted import HOSTED, before_hosted, refuse_local_writes
from fiskil_harness.cli.run_options import app_of, played, quoted, settings_of, tail_of

if TYPE_CHECKING:
    from fiskil_harness.gate.judgement import GateResult

EXIT_CODES = """

\b
Exit codes:
  0 open, or with --baseline nothing is worse    1 something is violated
  2 usage, config, or an app that will not start  3 something is not proven
  4 a fault of the harness                        130 interrupted
"""


def _ends_with(lines: str) -> str:
    return lines + EXIT_CODES


@click.command(
    epilog=_ends_with(
        options.examples(
            "fiskil-harness gate",
            "fiskil-harness gate --fast",
            "fiskil-harness gate --json report.json --junit report.xml",
            "fiskil-harness gate --baseline report.json",
            "fiskil-harness gate --shard 1/3 --json part1.json",
            "fiskil-harness gate --seed 7 --gallery no_dedupe",
            "fiskil-harness gate --all-interpretations --workers 2",
            "fiskil-harness gate --interpretation token.lifetime=3600",
            "fiskil-harness gate --api hosted",
        )
    )
)
@options.seed
@options.config
@options.gallery
@options.share_of_machine
@click.option("--fast", "is_fast", is_flag=True, help="Ask each question once, in the cheapest scenario: half a minute.")
@click.option("--shard", metavar="K/N", help="Run this share of N alone; `merge` judges the whole from all of them.")
@options.baseline
@options.interpretations
@click.option(
    "--all-interpretations",
    "is_all_interpretations",
    is_flag=True,
    help="Try the app under each other reading of what the real API leaves in doubt.",
)
@options.api
@options.writes
@options.reports
def gate_command(
    seed: int,
    config_file: Path | None,
    gallery_name: str | None,
    workers: int | None,
    is_fast: bool,
    shard: str | None,
    baseline_path: Path | None,
    interpretations: tuple[str, ...],
    is_all_interpretations: bool,
    api: str,
    lets_write: bool,
    **reports: Any,
) -> int:
    """Run every scenario; the gate opens when nothing is violated and everything required is proven.

    With --fast each question is asked once, which takes half a minute; the report says so, and what was left out.

    With --baseline the exit code tells only of what got worse since that report: 1 where something is violated that was not,
    3 where something is no more proven, else 0.

    The chosen interpretations decide. With --all-interpretations the app is tried under each other one too, in the
    scenarios that come to it. A reading that breaks the app is told and shuts nothing, unless the config requires it:
    [gate] interpretations = "all", or a list of clauses or clause=choice. Those are tried in every gate.
    """
    from fiskil_harness.cli.results import Request, conclude
    from fiskil_harness.cli.version import version
    from fiskil_harness.core.clock import real_now, stopwatch
    from fiskil_harness.gate.baseline import compare, refuse_no_baseline
    from fiskil_harness.gate.digests import digest_of
    from fiskil_harness.gate.fast_selection import shard_of, share
    from fiskil_harness.gate.judgement import Share, check, judge
    from fiskil_harness.gate.shards import judge_share, plan
    from fiskil_harness.runner.session import default_workers

    _refuse_odd_pairs(
        is_fast=is_fast, shard=shard, baseline_path=baseline_path, is_all_interpretations=is_all_interpretations, **reports
    )
    refuse_local_writes(api, lets_write=lets_write)
    settings = settings_of(config_file, gallery_name, interpretations)
    check(settings)
    if api == HOSTED:
        alone: dict[str, object] = {"--gallery": gallery_name, "--workers": (workers or 1) > 1}
        alone |= {
            "--all-interpretations": is_all_interpretations,
            "--fast": is_fast,
            "--shard": shard,
            "--baseline": baseline_path,
        }
        return before_hosted((), settings, seed, config_file, interpretations, alone, lets_write=lets_write, **reports)
    number, count = shard_of(shard) if shard else (1, 1)
    before = _unaltered(baseline_path) if baseline_path else None
    if before is not None:
        refuse_no_baseline(before, str(baseline_path))
    planned = plan(settings, is_fast=is_fast, is_all_interpretations=is_all_interpretations)
    tail = tail_of(seed, config_file, gallery_name, interpretations)
    more = (f" --workers {workers}" if workers else "") + (" --fast" if is_fast else "")
    more += f" --shard {shard}" if shard else ""
    more += " --all-interpretations" if is_all_interpretations else ""
    more += f" --baseline {quoted([str(baseline_path)])}" if baseline_path else ""
    scenarios = share(planned.scenarios, number, count)
    asked = Request(
        command="gate",
        again=f"fiskil-harness gate{tail}{more}",
        again_for_scenario=f"fiskil-harness run {{scenario}}{tail}",
        replay_with=app_of(config_file, gallery_name, interpretations),
        workers=min(workers or default_workers(settings), max(len(scenarios), 1)),
        **reports,
    )
    elapsed = stopwatch()
    rehearsal = played(scenarios, settings, seed, asked)
    told: dict[str, Any] = {"settings": settings, "seed": seed, "today": real_now().date()}
    told |= {"is_fast": is_fast, "left_out": planned.left_out}
    if shard:
        mine = Share(number=number, count=count, is_all_interpretations=is_all_interpretations)
        judgement, mine = judge_share(rehearsal.outcomes, share=mine, **told)
        return conclude(judgement, rehearsal, settings=settings, asked=asked, took_s=elapsed(), share=mine)
    judgement = judge(rehearsal.outcomes, is_whole=rehearsal.is_whole, met=rehearsal.coverage_marks, **told)
    compared = None
    if before is not None:
        ours = {"digest": digest_of(settings), "harness": version(), "name": str(baseline_path)}
        compared = compare(judgement, before, settings=settings, today=told["today"], met=rehearsal.coverage_marks, **ours)
    return conclude(judgement, rehearsal, settings=settings, asked=asked, took_s=elapsed(), compared=compared)


@click.command(
    epilog=_ends_with(
        options.examples(
            "fiskil-harness merge part1.json part2.json part3.json",
            "fiskil-harness merge part*.json --html report.html --junit report.xml",
            "fiskil-harness merge part*.json --baseline main.json",
        )
    )
)
@click.argument("paths", metavar="PART...", nargs=-1, required=True, type=options.FILE)
@options.config
@options.gallery
@options.baseline
@options.interpretations
@options.reports
def merge_command(
    paths: tuple[Path, ...],
    config_file: Path | None,
    gallery_name: str | None,
    baseline_path: Path | None,
    interpretations: tuple[str, ...],
    **reports: Any,
) -> int:
    """Judge a gate from its parts: the JSON reports that `gate --shard` wrote, one of each share.

    The config must be the one that the parts were made with, and so must the version. A part that is missing keeps the gate
    shut.
    """
    from fiskil_harness.cli.results import Request, present
    from fiskil_harness.cli.version import version
    from fiskil_harness.core.clock import real_now
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate import shards
    from fiskil_harness.gate.baseline import compare, refuse_no_baseline
    from fiskil_harness.gate.digests import digest_of
    from fiskil_harness.gate.judgement import check

    if reports.get("har_path") is not None:
        raise UsageError("--har tells every call, and parts hold none. Give it to `gate --shard`.")
    settings = settings_of(config_file, gallery_name, interpretations)
    check(settings)
    before = _unaltered(baseline_path) if baseline_path else None
    if before is not None:
        refuse_no_baseline(before, str(baseline_path))
    found = [shards.Shard(name=str(path), whole=_unaltered(path)) for path in paths]
    shards.check(found, digest=digest_of(settings), harness=version())
    first = found[0].whole
    tail = tail_of(first.result.seed, config_file, gallery_name, interpretations)
    fast = " --fast" if first.result.is_fast else ""
    asked = Request(
        command="gate",
        again=f"fiskil-harness gate{tail}{fast}",
        again_for_scenario=f"fiskil-harness run {{scenario}}{tail}",
        replay_with=app_of(config_file, gallery_name, interpretations),
        **reports,
    )
    asked.check()
    today = real_now().date()
    whole = shards.merged(found, settings=settings, today=today, again=asked.again, again_one=asked.again_for_scenario)
    if before is not None:
        ours = {"digest": digest_of(settings), "harness": version(), "name": str(baseline_path)}
        met = shards.coverage_marks(found)
        whole = shards.against(whole, compare(whole.result, before, settings=settings, today=today, met=met, **ours))
    code = present(whole, settings=settings, asked=asked)
    missing = shards.missing(found)
    if missing:
        click.echo(missing, err=True)
    return 2 if missing and code not in {4, 130} else code


def _unaltered(path: Path) -> "GateResult":
    """The report at *path*, if it says what was written there.

    Raises:
        UsageError: It is no report, or does not fit its digests.
    """
    from fiskil_harness.cli.version import version
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate import saved_reports
    from fiskil_harness.gate.report import sealing

    whole = saved_reports.read(path)
    reasons = sealing.altered(whole)
    if not reasons:
        return whole
    ours = whole.run.harness == version()
    other = "" if ours else f" It is of fiskil-harness {whole.run.harness}, and this is {version()}."
    raise UsageError(
        f"{str(path)!r} was altered: {'; '.join(reasons)}.{other} Take the report as it was written, or make it again."
    )


def _refuse_odd_pairs(
    *, is_fast: bool, shard: str | None, baseline_path: Path | None, is_all_interpretations: bool, **reports: Any
) -> None:
    from fiskil_harness.errors import UsageError

    if is_fast and is_all_interpretations:
        raise UsageError("--fast asks each question once, and --all-interpretations asks many of them again. Leave one out.")
    if shard and baseline_path:
        raise UsageError("--baseline compares a whole gate, and --shard runs a share of one. Give --baseline to `merge`.")
    if shard and reports.get("json_path") is None:
        raise UsageError("--shard makes a part, and `merge` reads it as JSON. Add --json FILE.")
