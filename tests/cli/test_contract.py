"""The command ``contract``: its output, its JSON file and its exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.cli import main
from fiskil_harness.contract.sample_household import SampleEndUser
from fiskil_harness.server.local_fiskil import LocalFiskil

ONE = ("--api-version", "v3", "--examples", "1")


def code_of(*arguments: str) -> int:
    """Return the exit code of ``fiskil-harness contract``."""
    with pytest.raises(SystemExit) as ending:
        main(["contract", *arguments])
    return int(ending.value.code or 0)


@pytest.fixture
def remote(fiskil: LocalFiskil, monkeypatch: pytest.MonkeyPatch) -> LocalFiskil:
    """Return a sandbox that is used like the hosted API: by its URL, with a key pair from the environment."""
    SampleEndUser(fiskil)
    monkeypatch.setenv("FISKIL_CONTRACT_CLIENT_ID", fiskil.credentials.client_id)
    monkeypatch.setenv("FISKIL_CONTRACT_CLIENT_SECRET", fiskil.credentials.client_secret)
    return fiskil


@pytest.mark.full
def test_the_local_sandbox_passes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The exit code is 0; the output has every phase with its counts, and the JSON file the same."""
    path = tmp_path / "contract.json"

    assert code_of("--api-version", "v1", "--examples", "1", "--json", str(path)) == 0

    shown = capsys.readouterr().out
    assert all(phase in shown for phase in ("examples", "coverage", "fuzzing", "stateful"))
    assert "34 of 34 operations" in shown
    assert "0 failures." in shown
    written = json.loads(path.read_text(encoding="utf-8"))
    assert {clause["outcome"] for clause in written["clauses"]} == {"holds"}
    assert written["exercises"][0]["failures"] == []


@pytest.mark.full
def test_a_remote_api_is_only_read(remote: LocalFiskil, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is changed, no stateful phase runs, and no secret is shown."""
    before = (dict(remote.sandbox.store.end_users), dict(remote.sandbox.store.consents))

    assert code_of("--url", remote.api_url, *ONE) == 0

    shown = capsys.readouterr().out
    assert "stateful" not in shown
    assert "27 of 27 operations" in shown
    assert (remote.sandbox.store.end_users, remote.sandbox.store.consents) == before
    assert remote.credentials.client_secret not in shown


@pytest.mark.slow
def test_no_file_is_left_in_the_current_folder(remote: LocalFiskil, tmp_path: Path) -> None:
    """Hypothesis and Schemathesis would keep files there, and read them in the next run."""
    command = [sys.executable, "-m", "fiskil_harness", "contract", "--url", remote.api_url, *ONE]

    subprocess.run(command, cwd=tmp_path, check=True, timeout=120, stdout=subprocess.DEVNULL)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_drift_is_reported_by_clause(remote: LocalFiskil, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 1; the line has the clause, the expected and the observed value. Source: token.lifetime"""
    remote.sandbox.choose_interpretations({"token.lifetime": "3600"})

    assert code_of("--url", remote.api_url, *ONE) == 1
    assert "DRIFT token.lifetime: " in (shown := capsys.readouterr().out)
    assert "expected 900, seen 3600" in shown


@pytest.mark.slow
def test_a_response_that_matches_no_document_is_a_failure(
    remote: LocalFiskil, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    """The exit code is 1; a plain request and Schemathesis both detect it."""
    served = remote.sandbox.store.served
    key = next(pair for pair in served if pair[1] == "balances")
    served[key] = tuple(msgspec.structs.replace(row, current_balance="plenty") for row in served[key])

    assert code_of("--url", remote.api_url, *ONE) == 1

    shown = capsys.readouterr().out
    assert "DRIFT banking.balances v3: body: /balances/0/current_balance" in shown
    assert "FAIL  v3  GET /v1/banking/balances: " in shown
    request.getfixturevalue("witness").take()


def test_a_missing_key_pair_is_refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is 2, and the message names the variable to set."""
    monkeypatch.delenv("FISKIL_CONTRACT_CLIENT_ID", raising=False)

    assert code_of("--hosted") == 2
    assert "FISKIL_CONTRACT_CLIENT_ID" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [("--api-version", "v4"), ("--examples", "0"), ("--interpretation", "token.lifetime=1")]
)
def test_an_invalid_option_is_refused(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 2."""
    assert code_of(*arguments) == 2
