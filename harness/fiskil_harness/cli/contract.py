"""The ``contract`` command: tests the local sandbox, or the hosted API, against the contract."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fiskil_harness.cli import options
from fiskil_harness.cli.json_reports import texts_beside, write
from fiskil_harness.core.printable import printable

if TYPE_CHECKING:
    from fiskil_harness.contract.report import ContractReport
    from fiskil_harness.core.clauses import Interpretations


@click.command(
    epilog=options.examples(
        "fiskil-harness contract",
        "fiskil-harness contract --api-version v1 --seed 3 --examples 20",
        "FISKIL_CONTRACT_CLIENT_ID=... FISKIL_CONTRACT_CLIENT_SECRET=... \\",
        "    fiskil-harness contract --hosted",
    )
)
@click.option("--hosted", "is_hosted", is_flag=True, help="Test Fiskil's own API, read-only.")
@click.option("--url", metavar="URL", help="Test the API at URL, read-only.")
@click.option(
    "--api-version",
    "versions",
    multiple=True,
    type=click.Choice(("v1", "v2", "v3")),
    help="Test only this version  [default: all].",
)
@click.option(
    "--examples",
    metavar="N",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help="Requests generated for each operation.",
)
@options.seed
@options.interpretations
@options.json_file
def contract_command(
    *,
    is_hosted: bool,
    url: str | None,
    versions: tuple[str, ...],
    examples: int,
    seed: int,
    interpretations: tuple[str, ...],
    json_path: Path | None,
) -> int:
    """Test an API against the contract: the OpenAPI documents, and every clause that read requests can test.

    Without --hosted or --url the local sandbox is tested, with every phase of Schemathesis. From another API the command
    only reads. The key pair for that API comes from FISKIL_CONTRACT_CLIENT_ID and FISKIL_CONTRACT_CLIENT_SECRET.
    FISKIL_CONTRACT_END_USER_ID is the id of an end user with data. If it is not set, the command looks for such an end user.
    """
    from fiskil_harness.contract.hosted_target import HOSTED
    from fiskil_harness.core.clauses import Interpretations, parse

    chosen = Interpretations(parse(interpretations))
    tested = versions or ("v1", "v2", "v3")
    address = url or (HOSTED if is_hosted else None)
    rest = tested, chosen, seed, examples
    with texts_beside(json_path):
        report = _test_remote(address, *rest) if address else _test_local(*rest)
        _show(report)
    write(report, json_path)
    return report.exit_code


def _test_local(versions: tuple[str, ...], interpretations: "Interpretations", seed: int, examples: int) -> "ContractReport":
    from fiskil_harness.contract.clause_checks import CheckContext
    from fiskil_harness.contract.client import Api
    from fiskil_harness.contract.report import ContractReport
    from fiskil_harness.contract.sample_household import RETAILER, SampleEndUser
    from fiskil_harness.contract.schemathesis_run import run_schemathesis
    from fiskil_harness.contract.stateful import walk
    from fiskil_harness.core.net.http_client import HttpClient
    from fiskil_harness.server.local_fiskil import LocalFiskil

    with (
        tempfile.TemporaryDirectory(prefix="fiskil-harness-contract-") as folder,
        LocalFiskil(workdir=Path(folder), seed=seed, interpretations=interpretations) as fiskil,
        HttpClient() as client,
    ):
        household = SampleEndUser(fiskil)
        target, credentials = household.target(), fiskil.credentials
        api = Api(client, fiskil.api_url)
        first = api.log_in(credentials.client_id, credentials.client_secret)
        ids = {**target.ids, "institution_id": RETAILER}
        context = CheckContext(api=api, first=first, client_id=credentials.client_id, ids=ids)
        report = ContractReport(where="the local sandbox", seed=seed)
        report.check(context, versions, interpretations)
        for version in versions:
            report.add(run_schemathesis(version, target, seed=seed, examples=examples))
            household.begin()
            report.add(walk(version, target, seed=seed, walks=max(8, examples), reset=household.begin))
        report.crashes = [crash.trace for crash in fiskil.sandbox.crashes]
        return report


def _test_remote(
    url: str, versions: tuple[str, ...], interpretations: "Interpretations", seed: int, examples: int
) -> "ContractReport":
    from fiskil_harness.contract.client import Api
    from fiskil_harness.contract.hosted_target import open_target
    from fiskil_harness.contract.report import ContractReport
    from fiskil_harness.contract.schemathesis_run import run_schemathesis
    from fiskil_harness.core.config import environment
    from fiskil_harness.core.net.http_client import HttpClient

    with HttpClient() as client:
        context, target = open_target(Api(client, url), environment)
        report = ContractReport(where=url, seed=seed)
        report.check(context, versions, interpretations)
        for version in versions:
            report.add(run_schemathesis(version, target, seed=seed, examples=examples))
        return report


def _show(report: "ContractReport") -> None:
    from fiskil_harness.cli.screen import console

    screen = console()
    for line in report.lines():
        screen.print(printable(line), markup=False)
