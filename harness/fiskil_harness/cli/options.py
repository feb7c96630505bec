"""Options that several commands share, so that they read and behave alike everywhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]

FILE = click.Path(path_type=Path)


def examples(*lines: str) -> str:
    """Examples for the end of a help text, each on a line of its own."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def scenario_names(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """What a shell may complete *begun* to."""
    from fiskil_harness.core.catalog import scenario_names

    return [name for name in scenario_names() if name.startswith(begun)]


def gallery_names(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """What a shell may complete *begun* to."""
    from fiskil_harness.gate.selftest.gallery import apps

    return [name for name in apps() if name.startswith(begun)]


def interpretation_names(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """What a shell may complete *begun* to: clauses, then the interpretations of the one that is named."""
    from fiskil_harness.core.clauses import switches

    clause_id, equals, _ = begun.partition("=")
    if not equals:
        return [f"{switch}=" for switch in switches() if switch.startswith(begun)]
    known = switches()[clause_id].interpretations if clause_id in switches() else ()
    return [text for each_text in known if (text := f"{clause_id}={each_text}").startswith(begun)]


def interpretations(command: Command) -> Command:
    """``--interpretation CLAUSE=CHOICE``, as often as wanted."""
    return click.option(
        "--interpretation",
        "interpretations",
        metavar="CLAUSE=CHOICE",
        multiple=True,
        shell_complete=interpretation_names,
        help="Let another reading of a doubtful clause rule; may be repeated. See: list interpretations.",
    )(command)


def seed(command: Command) -> Command:
    """``--seed N``: the same seed gives the same people, rows, plans and report."""
    return click.option(
        "--seed",
        metavar="N",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        help="Seed of people, rows and plans: same seed, same report.",
    )(command)


def config(command: Command) -> Command:
    """``--config FILE``."""
    return click.option(
        "--config",
        "config_file",
        metavar="FILE",
        type=FILE,
        help="The config  [default: fiskil-harness.toml, else pyproject.toml].",
    )(command)


def gallery(command: Command) -> Command:
    """``--gallery NAME``: an app of the gallery, where a team would name its own config."""
    return click.option(
        "--gallery",
        "gallery_name",
        metavar="NAME",
        shell_complete=gallery_names,
        help="Take an app of the gallery instead of a config.",
    )(command)


def api(command: Command) -> Command:
    """``--api hosted``."""
    return click.option(
        "--api",
        "api",
        type=click.Choice(["local", "hosted"]),
        default="local",
        show_default=True,
        help="Before the local Fiskil, or before Fiskil's own API. See docs/hosted.md.",
    )(command)


def writes(command: Command) -> Command:
    """``--allow-writes``."""
    return click.option(
        "--allow-writes",
        "lets_write",
        is_flag=True,
        help="With --api hosted: let requests pass that change something at Fiskil.",
    )(command)


def json_file(command: Command) -> Command:
    """``--json FILE``, where ``-`` is standard output."""
    return click.option(
        "--json", "json_path", metavar="FILE", type=FILE, help="Write the report as JSON; '-' is standard output."
    )(command)


def reports(command: Command) -> Command:
    """Every report file."""
    return json_file(forms(har_file(command)))


def forms(command: Command) -> Command:
    """The forms of a report for people and dashboards."""
    for option in (
        click.option("--html", "html_path", metavar="FILE", type=FILE, help="Write the report as one HTML page."),
        click.option("--markdown", "markdown_path", metavar="FILE", type=FILE, help="Write the report as Markdown."),
        click.option("--junit", "junit_path", metavar="FILE", type=FILE, help="Write the report as JUnit XML."),
    ):
        command = option(command)
    return command


def faults(command: Command) -> Command:
    """``--fault EXPR``."""
    return click.option(
        "--fault",
        "faults",
        metavar="EXPR",
        multiple=True,
        help="Let a fault wait on a route; may be repeated. See: list faults, docs/faults.md.",
    )(command)


def har_file(command: Command) -> Command:
    """``--har FILE``."""
    return click.option(
        "--har",
        "har_path",
        metavar="FILE",
        type=FILE,
        help="Write every call of the API as HAR, without secrets.",
    )(command)


def plans(command: Command) -> Command:
    """``--plans N`` and ``--shrink-s N``: how many plans each random scenario draws, and how long one that fails is cut."""
    command = click.option(
        "--shrink-s",
        "shrink_s",
        metavar="S",
        type=click.FloatRange(0, 3600),
        default=None,
        help="Seconds to cut a failing plan down  [default: 60].",
    )(command)
    return click.option(
        "--plans",
        "plan_count",
        metavar="N",
        type=click.IntRange(1, 1000),
        default=None,
        help="Plans that each random scenario draws  [default: 15; 10 for order and lives].",
    )(command)


def pause(command: Command) -> Command:
    """``--pause``."""
    return click.option("--pause", "is_paused", is_flag=True, help="Stop before each step and show what has just happened.")(
        command
    )


def receiver(command: Command) -> Command:
    """What is to be known of a receiver that is running already, beside its URL."""
    for option in (
        click.option(
            "--scheme", metavar="NAME", help="Sign and word webhooks as another sender: github, shopify, standard-webhooks."
        ),
        click.option(
            "--uses-events", metavar="KIND", multiple=True, help="An event kind that the app acts on; may be repeated."
        ),
        click.option("--effects", metavar="REQUEST", help="How to ask what the app did, like 'GET /effects'."),
        click.option("--secret-env", metavar="NAME", help="The variable that holds the app's signing secret."),
    ):
        command = option(command)
    return command


def heavy(command: Command) -> Command:
    """``--heavy``, and what the receiver promises of long and of slow bodies."""
    for option in (
        click.option(
            "--body-s",
            "body_s",
            metavar="S",
            type=click.FloatRange(0.1, 58),
            default=None,
            help="With --heavy: the receiver promises to wait at most S seconds for a whole body.",
        ),
        click.option(
            "--body-bytes",
            "body_bytes",
            metavar="N",
            type=click.IntRange(1, 64 * 1024 * 1024),
            default=None,
            help="With --heavy: the receiver promises to read at most N bytes of an unsigned body.",
        ),
        click.option(
            "--heavy",
            "is_heavy",
            is_flag=True,
            help="Also send long and slow bodies, unsigned: at most 96 MiB and a minute each (webhook_endless_bodies).",
        ),
    ):
        command = option(command)
    return command


def workers(command: Command) -> Command:
    """``--workers N``: how many apps at once."""
    return click.option(
        "--workers",
        metavar="N",
        type=click.IntRange(1, 64),
        default=1,
        show_default=True,
        help="Apps to run side by side; needs {port} and {workdir} in the command.",
    )(command)


def share_of_machine(command: Command) -> Command:
    """``--workers N`` where the machine decides if nobody else does."""
    return click.option(
        "--workers",
        metavar="N",
        type=click.IntRange(1, 64),
        default=None,
        help="Apps to run side by side  [default: one for each core, 2 to 4, where the command uses {port} and {workdir}].",
    )(command)


def baseline(command: Command) -> Command:
    """``--baseline FILE``."""
    return click.option(
        "--baseline",
        "baseline_path",
        metavar="FILE",
        type=FILE,
        help="Fail only on what is worse than in this JSON report of an earlier gate.",
    )(command)
