"""The ``soak`` command: puts load on the app with Locust, and judges afterwards what the app did."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fiskil_harness.cli import options

if TYPE_CHECKING:
    from collections.abc import Callable

    from fiskil_harness.soak.observed import Sample
    from fiskil_harness.soak.shapes import Phase

DEFAULT_PORT = 5557
NOTE_EVERY_S = 5


@click.command(
    epilog=options.examples(
        "fiskil-harness soak --rate 30 --duration 120 --shape brown-out",
        "fiskil-harness soak --workers 2 --html soak.html -- --csv $PWD/locust",
        "fiskil-harness soak --master --expect-workers 4 --bind-host 10.0.0.5",
        "fiskil-harness soak --worker --master-host 10.0.0.5",
    )
)
@options.config
@click.option("--shape", default="steady", show_default=True, help="steady, ramp, burst, brown-out or nightly-sync.")
@click.option("--rate", type=click.FloatRange(0.1), default=20, show_default=True, metavar="N", help="Deliveries a second.")
@click.option(
    "--duration",
    "duration_s",
    type=click.FloatRange(0.1),
    default=60,
    show_default=True,
    metavar="S",
    help="Seconds of load.",
)
@click.option(
    "--users",
    type=click.IntRange(1),
    default=40,
    show_default=True,
    metavar="N",
    help="Simulated users that send at a time.",
)
@click.option(
    "--spawn-rate", type=click.FloatRange(0.1), default=100, show_default=True, metavar="N", help="Users to start a second."
)
@click.option(
    "--end-users", type=click.IntRange(1), default=40, show_default=True, metavar="N", help="End users connected beforehand."
)
@click.option(
    "--lives",
    type=click.IntRange(0, 50),
    default=3,
    show_default=True,
    metavar="N",
    help="Generated lives of new end users.",
)
@click.option(
    "--sample",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    metavar="N",
    help="End users whose effects are read.",
)
@click.option(
    "--settle",
    "settle_s",
    type=click.FloatRange(0),
    default=60,
    show_default=True,
    metavar="S",
    help="Longest wait for idle.",
)
@click.option("--workers", type=click.IntRange(0, 64), default=0, metavar="N", help="Worker processes on this machine.")
@click.option("--master", "is_master", is_flag=True, help="Wait for workers on other machines.")
@click.option(
    "--expect-workers", type=click.IntRange(0, 200), default=0, metavar="N", help="With --master: number of workers."
)
@click.option("--bind-host", default="127.0.0.1", show_default=True, metavar="HOST", help="With --master: where to listen.")
@click.option("--bind-port", type=click.IntRange(0, 65535), default=0, metavar="PORT", help="With --master: the port.")
@click.option("--worker", "is_worker", is_flag=True, help="Be a worker of the master at --master-host.")
@click.option("--master-host", metavar="HOST", help="With --worker: the master's host.")
@click.option("--master-port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True, metavar="PORT")
@click.option("--web-port", type=click.IntRange(0, 65535), default=0, metavar="PORT", help="Port of Locust's own web page.")
@click.option("--locustfile", type=options.FILE, metavar="FILE", help="Write a locustfile for your own Locust, and stop.")
@click.option("--keep", type=options.FILE, metavar="FOLDER", help="Keep the ledgers and Locust's log in this folder.")
@options.seed
@options.json_file
@click.option("--html", "html_path", metavar="FILE", type=options.FILE, help="Write the report as one HTML page.")
@click.argument("locust_arguments", nargs=-1, metavar="[-- LOCUST OPTIONS]")
def soak_command(
    config_file: Path | None,
    shape: str,
    rate: float,
    duration_s: float,
    users: int,
    spawn_rate: float,
    end_users: int,
    lives: int,
    sample: int,
    settle_s: float,
    workers: int,
    is_master: bool,
    expect_workers: int,
    bind_host: str,
    bind_port: int,
    is_worker: bool,
    master_host: str | None,
    master_port: int,
    web_port: int,
    locustfile: Path | None,
    keep: Path | None,
    seed: int,
    json_path: Path | None,
    html_path: Path | None,
    locust_arguments: tuple[str, ...],
) -> int:
    """Put load on the app for minutes or hours, and judge what it did.

    Locust sends webhooks, consent journeys and page requests at planned times. Afterwards the command reads the app's
    effects: every acknowledged message was applied once, no forgery was, and each end user has the state of a twin without
    load. See docs/soak.md.

    \f
    Raises:
        UsageError: The options exclude each other, Locust is missing, or the target is not allowed.
    """
    from fiskil_harness.cli.json_reports import texts_beside, write
    from fiskil_harness.core.config import load
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate.report import files
    from fiskil_harness.soak.locust_process import write_locustfile
    from fiskil_harness.soak.report import html, terminal
    from fiskil_harness.soak.request import SoakRequest
    from fiskil_harness.soak.run import run

    if locustfile is not None:
        write_locustfile(locustfile)
        click.echo(f"Wrote {locustfile}.")
        return 0
    if is_worker:
        if not master_host or is_master or workers:
            raise UsageError("--worker needs --master-host HOST, and excludes --master and --workers.")
        return _work(master_host, master_port)
    if master_host:
        raise UsageError("--master-host is for --worker. Add --worker, or remove it.")
    if is_master and not expect_workers and not workers:
        raise UsageError("--master needs the number of workers: --expect-workers N, or --workers N on this machine.")
    if 0 < expect_workers < workers:
        raise UsageError(f"--expect-workers {expect_workers} is below --workers {workers}; it counts all workers.")
    request = SoakRequest(
        shape=shape,
        rate=rate,
        duration_s=duration_s,
        users=users,
        spawn_rate=spawn_rate,
        end_users=end_users,
        workers=workers,
        expect_workers=expect_workers or workers,
        is_master=is_master,
        bind_host=bind_host,
        bind_port=bind_port or (DEFAULT_PORT if is_master else 0),
        web_port=web_port,
        seed=seed,
        sample=sample,
        settle_s=settle_s,
        lives=lives,
        locust_arguments=locust_arguments,
        keep=str(keep or ""),
    )
    if html_path is not None:
        files.refuse_unwritable(html_path)
    with texts_beside(json_path):
        result = run(load(config_file), request, on_note=_note, on_sample=_progress())
        for line in terminal.lines(result):
            click.echo(line)
    write({"soak": result}, json_path)
    if html_path is not None:
        files.write(html_path, html.render(result))
    return terminal.EXIT_CODES[result.verdict]


def _note(text: str) -> None:
    click.echo(text, err=True)


def _progress() -> "Callable[[Sample, Phase], None]":
    """Return a function that prints a line about the load every few seconds."""
    printed_s = [0.0]

    def show(sample: "Sample", phase: "Phase") -> None:
        if sample.at_s - printed_s[0] >= NOTE_EVERY_S:
            printed_s[0] = sample.at_s
            pending = "" if sample.pending is None else f", {sample.pending} pending in the sample"
            click.echo(f"  {sample.at_s:5.0f} s  {phase.name}{pending}", err=True)

    return show


def _work(master_host: str, master_port: int) -> int:
    """Be a worker until the master ends.

    Raises:
        UsageError: Locust is missing, the versions differ, or the master does not respond.
    """
    from fiskil_harness.core.clock import pause
    from fiskil_harness.errors import UsageError
    from fiskil_harness.runner.run_folder import new_run_folder, remove_run_folder
    from fiskil_harness.soak.locust_process import Locust, require_locust

    require_locust()
    folder = new_run_folder("soak-")
    locust = Locust(folder)
    try:
        locust.start_worker(master_host, master_port)
        while locust.is_running():
            pause(0.2)
        if locust.problem():
            raise UsageError(locust.problem())
        if locust.exit_code():
            raise UsageError(f"Locust ended with exit code {locust.exit_code()}. Its last lines:\n{locust.last_lines()}")
    except KeyboardInterrupt:
        locust.stop()
        raise
    finally:
        remove_run_folder(folder)
    sys.stdout.flush()
    return 0
