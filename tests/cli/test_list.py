"""The command ``list``: every named thing by kind, without running anything."""

import json

import pytest

from fiskil_harness import faults
from fiskil_harness.cli import main
from fiskil_harness.cli.explain_fault import fault_lines
from fiskil_harness.cli.list import KINDS


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what ``fiskil-harness list`` prints."""
    with pytest.raises(SystemExit) as ending:
        main(["list", *arguments])
    assert ending.value.code == 0
    return capsys.readouterr().out


def test_without_a_kind_the_kinds_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Each has a description and the number of its members."""
    shown = listed(capsys)

    assert [line.split()[0] for line in shown.splitlines()] == list(KINDS)
    assert "(49)" in shown


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_listed_within_eighty_columns(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each row has a name and a description."""
    shown = listed(capsys, kind)

    assert max(len(line) for line in shown.splitlines()) <= 80
    rows = json.loads(listed(capsys, kind, "--json", "-"))
    assert rows
    assert all(row["name"] and row["about"] for row in rows)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("scenarios", "happy_path"),
        ("hosted", "hosted_idle"),
        ("people", "rosa"),
        ("faults", "reset_peer"),
        ("steps", "deliver"),
        ("probes", "applies_once"),
        ("practices", "webhooks.idempotent"),
        ("hooks", "app.observe.effects"),
        ("routes", "banking.transactions"),
        ("institutions", "88888"),
    ],
)
def test_names_are_those_that_other_commands_accept(kind: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A listed name can be used as an argument."""
    assert name in [row["name"] for row in json.loads(listed(capsys, kind, "--json", "-"))]


def test_a_fault_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """The text has the effect, the usage, the Python call, and for each id a description and an example."""
    shown = listed(capsys, "faults", "truncated_json")

    assert shown.splitlines()[0] == "truncated_json"
    assert "  usage   truncated_json [keep 50 %]\n" in shown
    assert "  python  faults.TruncatedJson(keep_percent=50)\n" in shown
    assert "  J-TRUNC  The JSON is cut, and its announced length matches.\n    A correct client notices" in shown
    assert "    --fault 'banking.transactions: truncated_json keep 50 %'\n" in shown


@pytest.mark.parametrize("fault", faults.FAULTS)
def test_every_fault_is_explained_within_eighty_columns(fault: str) -> None:
    """Each has at least one example to copy."""
    lines = list(fault_lines(fault))

    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.startswith("    --fault '")]


def test_a_name_of_another_kind_is_one_row(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown name is refused with the nearest match."""
    assert [row["name"] for row in json.loads(listed(capsys, "people", "rosa", "--json", "-"))] == ["rosa"]
    with pytest.raises(SystemExit) as ending:
        main(["list", "faults", "rest_peer"])
    assert ending.value.code == 2
    assert "No fault 'rest_peer'. Did you mean 'reset_peer'" in capsys.readouterr().err


def test_faults_are_listed_as_python_calls_them(capsys: pytest.CaptureFixture[str]) -> None:
    """Each row has the class, and its parameters with their defaults."""
    about = {row["name"]: row["about"].partition(":")[0] for row in json.loads(listed(capsys, "faults", "--json", "-"))}

    assert about["status"] == "Status(status=503, retry_after_s=None)"
    assert {name: repr(eval(call, vars(faults))) for name, call in about.items()} == about  # noqa: S307


@pytest.mark.parametrize(("entry_id", "words"), [("N-RESET-MID", "reset_peer"), ("T-REVOKED", "A correct client")])
def test_an_id_of_the_fault_catalogue_is_explained(capsys: pytest.CaptureFixture[str], entry_id: str, words: str) -> None:
    """The text names the faults with this id, or the reason why there is none."""
    shown = listed(capsys, "faults", entry_id)

    assert words in shown
    assert max(len(line) for line in shown.splitlines()) <= 80
