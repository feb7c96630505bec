"""The ``gate`` command: the whole gate, a fast one, one shard, or a comparison with a baseline."""

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fiskil_harness.cli import options
from fiskil_harness.cli.hosted import HOSTED, refuse_local_writes, run_hosted
from fiskil_harness.cli.runs import app_arguments, arguments_of, load_settings, play, repeat_arguments
from fiskil_harness.core.version import version
from fiskil_harness.errors import UsageError

if TYPE_CHECKING:
    from fiskil_harness.core.config import Settings
    from fiskil_harness.gate.judgement import Comparison, GateResult, Judgement

EXIT_CODES = """

\b
Exit codes:
  0 open, or with --baseline nothing is worse    1 something is violated
  2 usage, config, or the app does not start     3 something is not proven
  4 internal error of the harness                130 interrupted
"""


def with_exit_codes(text: str) -> str:
    """Return *text*, the end of a help page, followed by the exit codes of the gate."""
    return text + EXIT_CODES


@click.command(
    epilog=with_exit_codes(
        options.examples(
            "fiskil-harness gate",
            "fiskil-harness gate --fast",
            "fiskil-harness gate --only-required",
            "fiskil-harness gate --json report.json --junit report.xml",
            "fiskil-harness gate --journal gate.journal",
            "fiskil-harness gate --baseline report.json",
            "fiskil-harness gate --expect webhooks.idempotent,webhook_repeated",
            "fiskil-harness gate --shard 1/3 --json shard1.json",
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
@options.gate_workers
@click.option("--fast", "is_fast", is_flag=True, help="Test each question once, in the cheapest scenario.")
@click.option(
    "--only-required",
    "is_only_required",
    is_flag=True,
    help="Run only the scenarios of the practices that [gate] required lists.",
)
@click.option("--shard", metavar="K/N", help="Run only shard K of N; `merge` judges the whole from all of them.")
@options.baseline
@options.expect
@options.interpretations
@click.option(
    "--all-interpretations",
    "is_all_interpretations",
    is_flag=True,
    help="Run the app under every alternative interpretation of a doubtful clause as well.",
)
@options.api
@options.allow_writes
@options.verbose
@options.reports
@options.journal_file
def gate_command(
    seed: int,
    config_file: Path | None,
    gallery_name: str | None,
    workers: int | None,
    is_fast: bool,
    is_only_required: bool,
    shard: str | None,
    baseline_path: Path | None,
    expected: tuple[str, ...],
    interpretations: tuple[str, ...],
    is_all_interpretations: bool,
    api: str,
    allow_writes: bool,
    **reports: Any,
) -> int:
    """Run every scenario. The gate is open if nothing is violated and every required practice is proven.

    With --fast each question (such as a probe of a practice) is tested in one scenario only, which takes half a minute for
    the reference app. The report lists the scenarios that were left out.

    The scenarios of required practices run first. With --only-required no others run, and the report says so.

    With --baseline the exit code depends only on what is worse than in that report: 1 if something is newly violated, 3 if
    something is no longer proven or the config became looser, else 0.

    With --expect the gate stays shut, with exit code 3, if a listed scenario did not run to its end, or if no experiment
    had a result about a listed practice.

    The gate decides by the chosen interpretations. With --all-interpretations the app also runs under every alternative
    interpretation. If the app fails under one, the report shows that, but the gate stays open unless the config requires
    this interpretation: [gate] interpretations = "all", or a list of clauses or clause=choice. Required interpretations run
    in every gate.
    """
    from fiskil_harness.cli.results import RunRequest, conclude
    from fiskil_harness.core.clock import real_now, stopwatch
    from fiskil_harness.gate import expectations
    from fiskil_harness.gate.fast_selection import parse_shard, scenarios_of_shard
    from fiskil_harness.gate.judgement import Shard, check, judge
    from fiskil_harness.gate.shards import judge_shard, plan
    from fiskil_harness.runner.session import default_workers

    _refuse_contradictory_options(
        is_fast=is_fast,
        shard=shard,
        baseline_path=baseline_path,
        expected=expected,
        is_all_interpretations=is_all_interpretations,
        **reports,
    )
    refuse_local_writes(api, allow_writes=allow_writes)
    settings = load_settings(config_file, gallery_name, interpretations)
    check(settings)
    if api == HOSTED:
        local_only: dict[str, object] = {
            "--gallery": gallery_name,
            "--workers": (workers or 1) > 1,
            "--all-interpretations": is_all_interpretations,
            "--fast": is_fast,
            "--only-required": is_only_required,
            "--shard": shard,
            "--baseline": baseline_path,
            "--expect": expected,
            "--journal": reports.get("journal_path"),
        }
        return run_hosted((), settings, seed, config_file, interpretations, local_only, allow_writes=allow_writes, **reports)
    number, count = parse_shard(shard) if shard else (1, 1)
    names = expectations.parse(expected)
    before = read_baseline(baseline_path)
    planned = plan(
        settings, is_fast=is_fast, is_all_interpretations=is_all_interpretations, is_only_required=is_only_required
    )
    arguments = repeat_arguments(seed, config_file, gallery_name, interpretations)
    own: dict[str, object] = {"--workers": workers, "--fast": is_fast, "--only-required": is_only_required, "--shard": shard}
    own |= {"--all-interpretations": is_all_interpretations, "--baseline": baseline_path, "--expect": names}
    gate_arguments = arguments_of(own)
    scenarios = scenarios_of_shard(planned.scenarios, number, count)
    at_start, most_workers = (workers, workers) if workers else default_workers(settings)
    request = RunRequest(
        command="gate",
        again=f"fiskil-harness gate{arguments}{gate_arguments}",
        again_for_scenario=f"fiskil-harness run {{scenario}}{arguments}",
        replay_with=app_arguments(config_file, gallery_name, interpretations),
        workers=min(at_start, max(len(scenarios), 1)),
        most_workers=most_workers,
        **reports,
    )
    elapsed = stopwatch()
    session = play(scenarios, settings, seed, request)
    today = real_now().date()
    judge_with: dict[str, Any] = {"settings": settings, "seed": seed, "today": today}
    judge_with |= {"is_fast": is_fast, "left_out": planned.left_out}
    if shard:
        own_shard = Shard(
            number=number,
            count=count,
            is_all_interpretations=is_all_interpretations,
            is_only_required=is_only_required,
        )
        judgement, own_shard = judge_shard(session.outcomes, shard=own_shard, **judge_with)
        return conclude(judgement, session, settings=settings, request=request, took_s=elapsed(), shard=own_shard)
    marks = session.coverage_marks
    judge_with |= {"is_only_required": is_only_required, "expected": names}
    judgement = judge(session.outcomes, is_whole=session.is_whole, coverage_marks=marks, **judge_with)
    comparison = compared(judgement, before, baseline_path, settings=settings, today=today, coverage_marks=marks)
    return conclude(judgement, session, settings=settings, request=request, took_s=elapsed(), comparison=comparison)


def read_baseline(path: Path | None) -> "GateResult | None":
    """Return the baseline in the file at *path*; None without a path.

    Raises:
        UsageError: The file is not the unaltered report of a whole gate.
    """
    from fiskil_harness.gate.baseline import refuse_no_baseline

    before = read_unaltered(path) if path else None
    if before is not None:
        refuse_no_baseline(before, str(path))
    return before


def compared(
    judgement: "Judgement",
    before: "GateResult | None",
    path: Path | None,
    *,
    settings: "Settings",
    today: date,
    coverage_marks: Collection[str],
) -> "Comparison | None":
    """Compare *judgement* with the baseline *before*, which was read from *path*; return None without a baseline."""
    from fiskil_harness.gate.baseline import compare
    from fiskil_harness.gate.digests import digest_of

    if before is None:
        return None
    ours: dict[str, Any] = {"digest": digest_of(settings), "harness": version(), "name": str(path)}
    return compare(judgement, before, settings=settings, today=today, coverage_marks=coverage_marks, **ours)


def read_unaltered(path: Path) -> "GateResult":
    """Return the report in the file at *path*.

    Raises:
        UsageError: The file is not a report, or the report was altered: its result does not match its digest.
    """
    from fiskil_harness.gate import saved_reports
    from fiskil_harness.gate.report import sealing

    whole = saved_reports.read(path)
    reasons = sealing.altered(whole)
    if not reasons:
        return whole
    is_same_version = whole.run.harness == version()
    versions = "" if is_same_version else f" It was written by fiskil-harness {whole.run.harness}, and this is {version()}."
    raise UsageError(
        f"{str(path)!r} was altered: {'; '.join(reasons)}.{versions} Use the original report, or create it again."
    )


def _refuse_contradictory_options(
    *,
    is_fast: bool,
    shard: str | None,
    baseline_path: Path | None,
    expected: tuple[str, ...],
    is_all_interpretations: bool,
    **reports: Any,
) -> None:
    if is_fast and is_all_interpretations:
        raise UsageError("--fast tests each question once, and --all-interpretations tests many again. Remove one of them.")
    if shard and baseline_path:
        raise UsageError("--baseline needs a whole gate, and --shard runs a part of one. Give --baseline to `merge`.")
    if shard and expected:
        raise UsageError("--expect needs a whole gate, and --shard runs a part of one. Give --expect to `merge`.")
    if shard and reports.get("json_path") is None:
        raise UsageError("`merge` needs the JSON report of each shard. Add --json FILE.")
