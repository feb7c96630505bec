"""The ``relay`` command: runs a relay in front of the hosted API until Ctrl-C."""

from pathlib import Path

import click

from fiskil_harness.cli import options
from fiskil_harness.cli.serve import LAST_LINE, PORT, bite_lines, fault_lines, never_bit_lines, until_interrupted


@click.command(
    epilog=options.examples(
        "fiskil-harness relay https://api.fiskil.com --har calls.har",
        "fiskil-harness relay https://api.fiskil.com \\",
        "    --fault 'banking.transactions: reset_peer after 20 bytes, first 2'",
    )
)
@click.argument("upstream", metavar="URL")
@click.option("--api-port", metavar="PORT", type=PORT, default=0, help="Port of the relay  [default: a free one].")
@click.option("--control-port", metavar="PORT", type=PORT, default=0, help="Port of the control API  [default: a free one].")
@click.option(
    "--ca-file", metavar="FILE", type=options.FILE, help="Certificates to trust for URL  [default: those of the system]."
)
@options.faults
@options.har_file
def relay_command(
    upstream: str,
    api_port: int,
    control_port: int,
    ca_file: Path | None,
    faults: tuple[str, ...],
    har_path: Path | None,
) -> int:
    """Forward requests from this machine to the API at URL, and to no other host, until Ctrl-C.

    Configure your app to use the printed api_url. Every call is recorded, faults act on it, and links in responses point to
    the relay. The control API under /_sandbox/ returns the last 200 calls, also as HAR, and sets and lifts faults.
    Credentials are forwarded and never shown.

    \f
    Raises:
        UsageError: A fault, the URL, a port or a file cannot be used.
    """
    from fiskil_harness.core.config import load_plugins
    from fiskil_harness.errors import UsageError
    from fiskil_harness.faults.expression import rules_of
    from fiskil_harness.gate.report import files
    from fiskil_harness.journal import har
    from fiskil_harness.server.relay_server import RelayServer

    load_plugins()
    rules = [rule for text in faults for rule in rules_of(text)]
    if har_path is not None:
        files.refuse_unwritable(har_path)
    if ca_file is not None and not ca_file.is_file():
        raise UsageError(f"The file {str(ca_file)!r} does not exist. Give a file with certificates to trust.")
    with until_interrupted() as interrupted:
        relaying = RelayServer(
            upstream,
            ca_file=ca_file,
            port=api_port,
            control_port=control_port,
            faults=rules,
            on_bite=lambda bite: click.echo(bite_lines(bite)),
        )
        try:
            click.echo(f"api_url      {relaying.relay.url}")
            click.echo(f"upstream     {relaying.relay.upstream_url}")
            click.echo(f"control      {relaying.control_url}/_sandbox/exchanges")
            for rule in rules:
                click.echo(fault_lines(rule))
            click.echo(LAST_LINE)
            interrupted.wait()
            for line in never_bit_lines(relaying.log):
                click.echo(line)
        finally:
            calls = relaying.log.har() if har_path is not None else {}
            relaying.close()
    if har_path is not None:
        files.write(har_path, har.render(calls))
    click.echo("Stopped.", err=True)
    return 0
