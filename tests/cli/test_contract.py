"""The command that holds an API to the contract: what it prints, what it writes, and its exit codes."""

import json
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.cli import main
from fiskil_harness.contract.sample_household import Household
from fiskil_harness.server.local_fiskil import LocalFiskil

ONE = ("--api-version", "v3", "--examples", "1")


def code_of(*arguments: str) -> int:
    """The exit code of ``fiskil-harness contract``."""
    with pytest.raises(SystemExit) as ending:
        main(["contract", *arguments])
    return int(ending.value.code or 0)


@pytest.fixture
def elsewhere(fiskil: LocalFiskil, monkeypatch: pytest.MonkeyPatch) -> LocalFiskil:
    """A sandbox that is reached as the hosted API is: by its address and the environment's key pair."""
    Household(fiskil)
    monkeypatch.setenv("FISKIL_CONTRACT_CLIENT_ID", fiskil.credentials.client_id)
    monkeypatch.setenv("FISKIL_CONTRACT_CLIENT_SECRET", fiskil.credentials.client_secret)
    return fiskil


@pytest.mark.full
def test_the_local_sandbox_holds(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit 0, every phase with its counts, and the same as JSON."""
    path = tmp_path / "contract.json"

    assert code_of("--api-version", "v1", "--examples", "1", "--json", str(path)) == 0

    shown = capsys.readouterr().out
    assert all(phase in shown for phase in ("examples", "coverage", "fuzzing", "stateful"))
    assert "34 of 34 operations" in shown
    assert "0 failures." in shown
    written = json.loads(path.read_text(encoding="utf-8"))
    assert {value["outcome"] for value in written["clauses"]} == {"holds"}
    assert written["exercises"][0]["failures"] == []


@pytest.mark.full
def test_an_api_elsewhere_is_only_read(elsewhere: LocalFiskil, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is created, changed or deleted, no stateful phase runs, and no secret is shown."""
    before = (dict(elsewhere.sandbox.store.end_users), dict(elsewhere.sandbox.store.consents))

    assert code_of("--url", elsewhere.api_url, *ONE) == 0

    shown = capsys.readouterr().out
    assert "stateful" not in shown
    assert "27 of 27 operations" in shown
    assert (elsewhere.sandbox.store.end_users, elsewhere.sandbox.store.consents) == before
    assert elsewhere.credentials.client_secret not in shown


@pytest.mark.slow
def test_drift_is_told_clause_by_clause(elsewhere: LocalFiskil, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1; the clause, what it expects and what was seen. Source: token.lifetime"""
    elsewhere.sandbox.read_as({"token.lifetime": "3600"})

    assert code_of("--url", elsewhere.api_url, *ONE) == 1
    assert "DRIFT token.lifetime: " in (shown := capsys.readouterr().out)
    assert "expected 900, seen 3600" in shown


@pytest.mark.slow
def test_an_answer_that_fits_no_document_is_a_failure(
    elsewhere: LocalFiskil, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    """Exit 1, from one plain read and from Schemathesis."""
    served = elsewhere.sandbox.store.served
    key = next(pair for pair in served if pair[1] == "balances")
    served[key] = tuple(msgspec.structs.replace(row, current_balance="plenty") for row in served[key])

    assert code_of("--url", elsewhere.api_url, *ONE) == 1

    shown = capsys.readouterr().out
    assert "DRIFT banking.balances v3: body: /balances/0/current_balance" in shown
    assert "FAIL  v3  GET /v1/banking/balances: " in shown
    request.getfixturevalue("witness").take()


def test_without_a_key_pair_it_says_what_to_set(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 2, before anything is asked."""
    monkeypatch.delenv("FISKIL_CONTRACT_CLIENT_ID", raising=False)

    assert code_of("--hosted") == 2
    assert "FISKIL_CONTRACT_CLIENT_ID" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [("--api-version", "v4"), ("--examples", "0"), ("--interpretation", "token.lifetime=1")]
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2."""
    assert code_of(*arguments) == 2
