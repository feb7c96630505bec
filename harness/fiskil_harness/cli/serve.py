"""The ``serve`` command: serves a local Fiskil until Ctrl-C."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fiskil_harness.cli import options
from fiskil_harness.core import signals
from fiskil_harness.errors import ConfigError, UsageError
from fiskil_harness.gate.report import files

if TYPE_CHECKING:
    from fiskil_harness.core.clauses import Interpretations
    from fiskil_harness.faults.proxy import Rule
    from fiskil_harness.journal import Bite
    from fiskil_harness.server.exchange_log import ExchangeLog
    from fiskil_harness.server.serving import LocalServer
    from fiskil_harness.server.state_file import StateFile

PORT = click.IntRange(0, 65535)
FIRST_PORT = 8700
"""The default port of the API, so that a config can be written once; the other servers have the next two."""
LAST_LINE = "Press Ctrl-C to stop."
"""The last line that is printed at the start; when it appears, the server is ready."""


@click.command(
    epilog=options.examples(
        "fiskil-harness serve --env-file .env.fiskil",
        "fiskil-harness serve --env-file .env.fiskil \\",
        "    --webhook-url http://127.0.0.1:8000/webhooks/fiskil --compress 60",
        "fiskil-harness serve --interpretation token.lifetime=3600",
        "fiskil-harness serve \\",
        "    --fault 'banking.transactions: reset_peer after 20 bytes, first 2'",
        "curl -d '{\"minutes\": 5}' http://127.0.0.1:8702/_sandbox/clock/advance",
    )
)
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65533),
    default=FIRST_PORT,
    help=f"Port of the API; the consent page and the control API have the next two. 0 chooses free ones "
    f"[default: {FIRST_PORT}].",
)
@click.option("--api-port", metavar="PORT", type=PORT, help="Port of the API  [default: --port].")
@click.option("--auth-port", metavar="PORT", type=PORT, help="Port of the consent page  [default: --port + 1].")
@click.option("--control-port", metavar="PORT", type=PORT, help="Port of the control API  [default: --port + 2].")
@click.option(
    "--env-file", metavar="FILE", type=options.FILE, help="Write the credentials to FILE, which only you can read."
)
@click.option(
    "--state",
    "state_path",
    metavar="FILE",
    type=options.FILE,
    help="Keep end users, consents, tokens, undelivered messages and the clock in FILE, and continue from it.",
)
@click.option("--webhook-url", metavar="URL", help="Deliver webhooks to URL in real time, with retries.")
@click.option(
    "--secret-env", metavar="NAME", help="The environment variable with the signing secret  [default: a new secret]."
)
@click.option(
    "--compress",
    metavar="FACTOR",
    type=click.FloatRange(min=1, max=3600),
    default=1,
    help="Divide the delays between attempts by FACTOR: with 60, a minute becomes a second  [default: 1].",
)
@click.option(
    "--tls",
    "is_tls",
    is_flag=True,
    help="Serve the API and the consent page over TLS; SSL_CERT_FILE in the env file names their CA certificate.",
)
@click.option(
    "--auth-origin",
    metavar="URL",
    help="The consent page's origin in auth_url, such as https://auth.fiskil.com  [default: where it is served].",
)
@click.option(
    "--api-version",
    "version",
    metavar="VERSION",
    type=click.Choice(("v1", "v2", "v3")),
    default="v3",
    help="The version that the account is pinned to, for requests without X-Fiskil-Version: v1, v2 or v3  [default: v3].",
)
@click.option(
    "--embed-from",
    metavar="ORIGIN",
    multiple=True,
    help="Let pages of ORIGIN embed the consent page, besides those of redirect_uri and cancel_uri; may be repeated. "
    "file: allows files, * any page.",
)
@options.faults
@options.har_file
@options.interpretations
@options.seed
def serve_command(
    port: int,
    api_port: int | None,
    auth_port: int | None,
    control_port: int | None,
    env_file: Path | None,
    state_path: Path | None,
    webhook_url: str | None,
    secret_env: str | None,
    compress: float,
    is_tls: bool,
    auth_origin: str | None,
    version: str,
    embed_from: tuple[str, ...],
    faults: tuple[str, ...],
    har_path: Path | None,
    interpretations: tuple[str, ...],
    seed: int,
) -> int:
    """Serve the API, the consent page and a control API on this machine, in real time, until Ctrl-C.

    Credentials are written to the env file only. The control API under /_sandbox/ returns the state, advances the clock,
    sets faults, completes syncs, lists and repeats deliveries, and resets everything. Each delivery attempt and each bite of
    a fault is printed. The last 200 API calls are at /_sandbox/har, and at the end in the --har file. The consent page
    posts the messages of the Link SDK. Pages of any origin may embed it if redirect_uri and cancel_uri are empty; a refused
    frame is printed.

    The same seed gives the same ids at every start. With --state the next start also continues where this one ended:
    everything that a response confirmed is in the file, which contains the secrets. A message is repeated if the process
    was killed between its delivery and the next write. Faults, the delivery log and the CA certificate are new.

    A fault is one line with route, fault and number of times: 'banking.transactions: reset_peer after 20 bytes, first 2'.
    """
    import tempfile

    from fiskil_harness.core.clauses import Interpretations, parse
    from fiskil_harness.core.config import load_plugins
    from fiskil_harness.faults.expression import rules_of
    from fiskil_harness.journal import har
    from fiskil_harness.server.serving import LocalServer
    from fiskil_harness.webhooks import delivery_log as log

    load_plugins()
    secret, chosen = _secret(secret_env), Interpretations(parse(interpretations))
    rules = [rule for text in faults for rule in rules_of(text)]
    if env_file is not None:
        _refuse_other_file(env_file)
    if har_path is not None:
        files.refuse_unwritable(har_path)
    with (
        _state_file(state_path, seed, but=(env_file, har_path)) as state_file,
        tempfile.TemporaryDirectory(prefix="fiskil-harness-serve-") as folder,
        until_interrupted() as interrupted,
    ):
        serving = LocalServer(
            workdir=Path(folder),
            seed=seed,
            api_port=port_of(api_port, port, 0),
            auth_port=port_of(auth_port, port, 1),
            control_port=port_of(control_port, port, 2),
            webhook_url=webhook_url,
            webhook_secret=secret,
            interpretations=chosen,
            compress=compress,
            is_tls=is_tls,
            auth_origin=auth_origin,
            version=version,
            faults=rules,
            embed_from=embed_from,
            state_file=state_file,
            on_state_error=lambda message: click.echo(_wrapped(f"state        not saved: {message}"), err=True),
            on_delivery=lambda record: click.echo(log.line(record)),
            on_bite=lambda bite: click.echo(bite_lines(bite)),
            on_frame_refused=lambda origin: click.echo(refused_frame_line(origin)),
        )
        path = env_file or Path(folder) / "fiskil.env"
        try:
            files.write(path, serving.environment(), mode=0o600)
            lines = start_lines(serving, path, state_file, chosen=chosen, faults=rules, webhook_url=webhook_url)
            click.echo("\n".join([*lines, LAST_LINE]))
            interrupted.wait()
            for line in never_bit_lines(serving.log):
                click.echo(line)
        finally:
            calls = serving.log.har() if har_path is not None else {}
            serving.close()
            if env_file is not None:
                env_file.unlink(missing_ok=True)
    if har_path is not None:
        files.write(har_path, har.render(calls))
    click.echo("Stopped.", err=True)
    return 0


def address_lines(serving: "LocalServer") -> list[str]:
    """Return lines with the URLs of the API, the consent page and the control API."""
    fiskil = serving.fiskil
    lines = [f"api_url      {fiskil.api_url}", f"auth_url     {fiskil.auth_origin}"]
    if fiskil.auth_origin != fiskil.auth_url:
        lines.append(f"served at    {fiskil.auth_url}")
    return [*lines, f"control      {serving.control_url}/_sandbox/state"]


def start_lines(
    serving: "LocalServer",
    env_file: Path,
    state_file: "StateFile | None",
    *,
    chosen: "Interpretations",
    faults: "list[Rule]",
    webhook_url: str | None,
) -> list[str]:
    """Return the lines that are printed at the start: the addresses, the files and what was chosen."""
    lines = [*address_lines(serving), f"credentials  {env_file}"]
    lines += [state_line(state_file)] if state_file is not None else []
    lines += [f"clause       {clause_id}={choice}" for clause_id, choice in chosen.chosen.items()]
    lines += [fault_lines(rule) for rule in faults]
    lines += [f"webhooks to  {webhook_url}"] if webhook_url else []
    sdk_lines = link_snippet(serving.fiskil.auth_origin)
    return [*lines, *(f"{label:12} {line}" for label, line in zip(("link SDK", ""), sdk_lines, strict=True))]


def state_line(state_file: "StateFile") -> str:
    """Return the line about the state file: where it is, and whether this start continues from it."""
    return f"state        {state_file.path} ({'continued' if state_file.content else 'new'})"


def link_snippet(auth_url: str) -> tuple[str, str]:
    """Return two lines of JavaScript that open the consent page with the Link SDK. Source: sdk.messages"""
    return (
        'import { link } from "@fiskil/link";',
        f'const {{ consentID }} = await link(sessionId, {{ authServer: "{auth_url}" }});',
    )


def bite_lines(bite: "Bite") -> str:
    """Return the lines for a bite (a fault that acted): its time, route, request number, position, and fault."""
    position = f"byte {bite.byte_offset}" if bite.byte_offset >= 0 else "head"
    place = f"{bite.route}, request {bite.request_number}, {position}" if bite.request_number else f"a {bite.route}"
    return _wrapped(f"{bite.at_s:9.3f} s  {place}: {bite.fault}")


def refused_frame_line(origin: str) -> str:
    """Return the line about a page of *origin* that could not embed the consent page; "" is a page without an origin."""
    page = origin or "a page that sent no origin"
    return f"frame        refused for {page}: allow it with --embed-from {origin or 'file:'}"


def fault_lines(rule: "Rule") -> str:
    """Return the lines for the terminal that describe one fault that is set."""
    from fiskil_harness.faults.expression import text_of

    return _wrapped(f"fault        {text_of(rule)}")


def never_bit_lines(log: "ExchangeLog") -> list[str]:
    """Return lines for the terminal about the faults that never acted, each with the reason."""
    return [_wrapped(f"never bit    {text}: {problem}") for text, problem in log.faults_without_bite()]


def _wrapped(line: str) -> str:
    from fiskil_harness.gate.report.text import wrapped

    return "\n".join(text.rstrip() for text in wrapped(line, 80, later_indent=" " * 13))


def _secret(secret_env: str | None) -> str | None:
    from fiskil_harness.core.config import environment
    from fiskil_harness.webhooks.fiskil_signature import key_of

    if secret_env is None:
        return None
    secret = environment(secret_env)
    if secret is None:
        raise ConfigError(f"{secret_env} is not set. Put the signing secret there, or remove --secret-env for a new one.")
    key_of(secret)
    return secret


@contextmanager
def _state_file(path: Path | None, seed: int, *, but: tuple[Path | None, ...]) -> Iterator["StateFile | None"]:
    """Yield the state file at *path*, which must be none of the other files in *but*; None without a path."""
    from functools import partial

    from fiskil_harness.server.state_file import StateFile

    if path is None:
        yield None
        return
    if path.resolve() in [other.resolve() for other in but if other is not None]:
        raise UsageError(f"{str(path)!r} is also the path of --env-file or --har. Give --state another file.")
    files.refuse_unwritable(path)
    with closing(StateFile(path, seed=seed, write=partial(files.write, mode=0o600))) as state_file:
        yield state_file


def _refuse_other_file(path: Path) -> None:
    from fiskil_harness.server.serving import ENV_HEADER

    files.refuse_unwritable(path)
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    if not text.startswith(ENV_HEADER):
        raise UsageError(f"{str(path)!r} exists and was not written by serve, so it was not changed. Give another file.")
    if _is_serving(text):
        raise UsageError(
            f"{str(path)!r} belongs to a serve that is still running, so it was not changed. Give another file."
        )


def _is_serving(text: str) -> bool:
    """Return True if a server listens at the API's URL in *text*, the content of an env file."""
    import socket
    from urllib.parse import urlsplit

    url = dict(line.partition("=")[::2] for line in text.splitlines()).get("FISKIL_BASE_URL", "")
    try:
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 0), timeout=1):
            return True
    except (OSError, ValueError):
        return False


def port_of(chosen: int | None, first: int, offset: int) -> int:
    """Return the *chosen* port, or the one with this *offset* from *first*; 0, for a free one, if *first* is 0."""
    return chosen if chosen is not None else first and first + offset


@contextmanager
def until_interrupted() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C, SIGTERM and SIGHUP set, so that the command can clean up before it ends."""
    interrupted = threading.Event()
    with signals.handled_by(lambda *_: interrupted.set()):
        yield interrupted
