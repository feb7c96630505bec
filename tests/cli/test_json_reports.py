"""The option ``--json -``: standard output gets one JSON document and nothing else."""

import json
from pathlib import Path

import click
import jsonschema
import pytest

from fiskil_harness.cli.json_reports import texts_beside, write
from fiskil_harness.errors import UsageError
from tests.cli.conftest import Program
from tools.json_schemas import report_schema


def test_texts_go_to_standard_error_beside_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    """The report is all that standard output contains."""
    with texts_beside(Path("-")):
        click.echo("a text")
    write({"a": 1}, Path("-"))

    shown = capsys.readouterr()
    assert (json.loads(shown.out), shown.err) == ({"a": 1}, "a text\n")


def test_texts_stay_on_standard_output_beside_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file has the report."""
    path = tmp_path / "report.json"

    with texts_beside(path):
        click.echo("a text")
    write({"a": 1}, path)

    assert capsys.readouterr().out == "a text\n"
    assert json.loads(path.read_text()) == {"a": 1}


def test_a_file_that_cannot_be_written_is_refused_first(tmp_path: Path) -> None:
    """Nothing runs that could not be reported."""
    with pytest.raises(UsageError, match="no_such_folder"), texts_beside(tmp_path / "no_such_folder" / "report.json"):
        pytest.fail("the block ran")


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [("doctor",), ("list", "faults"), ("selftest", "stdlib_last_to_arrive_wins")], ids=lambda words: words[0]
)
def test_standard_output_is_the_report_alone(program: Program, arguments: tuple[str, ...]) -> None:
    """It matches the published schema, and no command reads standard input."""
    completed = program(*arguments, "--json", "-")

    assert completed.returncode == 0, completed.stderr
    jsonschema.validate(json.loads(completed.stdout), report_schema(arguments[0]))


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("run", "thrice.py"), ("gate", "--shard", "150/150")], ids=lambda words: words[0])
def test_standard_output_of_a_run_is_the_report_alone(program: Program, arguments: tuple[str, ...]) -> None:
    """The texts for readers are on standard error."""
    completed = program(*arguments, "--json", "-")

    assert json.loads(completed.stdout)["format"] == "fiskil-harness/report/7"
    assert completed.stderr
