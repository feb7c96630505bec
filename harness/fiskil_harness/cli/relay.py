"""The command that puts a relay before the hosted API until Ctrl-C."""

from pathlib import Path

import click

from fiskil_harness.cli import options
from fiskil_harness.cli.serve import PORT, bite_lines, fault_lines, never_bit_lines, until_interrupted


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
@click.option("--ca-file", metavar="FILE", type=options.FILE, help="Whom to trust for URL  [default: as the system does].")
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
    """Stand on this machine before the API at URL, and nowhere else, until Ctrl-C.

    Point your app at the printed api_url: every call is recorded, faults bite, and links in answers lead back here.
    Under /_sandbox/ a control API tells the newest 200 calls, also as HAR, and sets and lifts faults. Credentials pass
    through and are shown nowhere.
    """
    from fiskil_harness.errors import UsageError
    from fiskil_harness.faults.expression import rules_of
    from fiskil_harness.gate.report import files
    from fiskil_harness.journal import har
    from fiskil_harness.server.relay_server import Relaying

    rules = [rule for text in faults for rule in rules_of(text)]
    if har_path is not None:
        files.refuse_unwritable(har_path)
    if ca_file is not None and not ca_file.is_file():
        raise UsageError(f"There is no file {str(ca_file)!r} with certificates to trust.")
    with until_interrupted() as interrupted:
        relaying = Relaying(
            upstream,
            ca_file=ca_file,
            port=api_port,
            control_port=control_port,
            faults=rules,
            tell_bite=lambda bite: click.echo(bite_lines(bite)),
        )
        try:
            click.echo(f"api_url      {relaying.relay.url}")
            click.echo(f"leads to     {relaying.relay.upstream_url}")
            click.echo(f"control      {relaying.control_url}/_sandbox/exchanges")
            for rule in rules:
                click.echo(fault_lines(rule))
            click.echo("Ctrl-C ends it.")
            interrupted.wait()
            for line in never_bit_lines(relaying.log):
                click.echo(line)
        finally:
            told = relaying.log.har() if har_path is not None else {}
            relaying.close()
    if har_path is not None:
        files.write(har_path, har.render(told))
    click.echo("Ended; nothing is left.", err=True)
    return 0
