"""The generated JSON schemas: current, and that of the config agrees with the parser about good and bad configs."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from fiskil_harness.cli.doctor_checks import Check, DoctorReport, State
from fiskil_harness.cli.list import Row
from fiskil_harness.contract.drift import ClauseCheck, DocumentDeviation
from fiskil_harness.contract.report import ContractReport
from fiskil_harness.contract.schemathesis_run import ContractRun, Failure, Phase
from fiskil_harness.core.config import load, parse
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.gate.selftest.matrix import BugRow, Catch, PracticeRow, SelftestReport, SelftestResult
from tests.paths import FIXTURES, ROOT
from tools.json_schemas import config_schema, documents, report_schema

TEMPLATE = ROOT / "harness" / "fiskil_harness" / "cli" / "template" / "fiskil-harness.toml"
EXAMPLES = sorted((ROOT / "examples").glob("*/fiskil-harness.toml"))
GALLERY = sorted(path for path in (ROOT / "gallery").rglob("*.toml") if path.name != "gallery.toml")
GOOD = {
    "a request as text": "app.ready = 'GET /healthz'",
    "a request as table": "app.ready = { request = 'GET /healthz', headers = { A = 'b' } }",
    "the name of a sender": "app.webhook.scheme = 'github'",
    "a scheme": "app.webhook.scheme = { kind = 'standard-webhooks' }",
    "dotted clauses": "[sandbox.interpretations]\ntoken.lifetime = 3600",
    "dotted events": "[app.observe]\neffects = 'GET /effects'\n[app.observe.reducer]\nstate = '$.consents[{consent_id}]'\nbecomes.consent.revoked = 1",
    "a whole number of seconds": "app.ready_s = 5",
    "a date": "[app.facts]\nkey_created = 2026-01-01",
    "a waiver": "[[waive]]\npractice = 'webhooks.idempotent'\nreason = 'r'\nowner = 'o'\n"
    "date = 2026-01-01\nexpires = 2027-01-01",
    "all practices": "gate.required = 'all'",
    "some practices": "gate.required = ['webhooks.idempotent']",
}
BAD = {
    "an unknown table": "apps.command = 'x'",
    "an unknown key": "app.comand = 'x'",
    "an unknown key of a table": "app.limits.ack = 3",
    "a field of the harness": "folder = 'x'",
    "a number as command": "app.command = 3",
    "a text as seconds": "app.ready_s = '3'",
    "a request without method": "app.ready = '/healthz'",
    "a request as list": "app.ready = ['GET', '/healthz']",
    "a request with an unknown key": "app.ready = { request = 'GET /', body = 'x' }",
    "an unknown sender": "app.webhook.scheme = 'git'",
    "an unknown digest": "app.webhook.scheme = { digest = 'base32' }",
    "a fact that is none": "app.facts.tls_ends_at = 'app'",
    "a text as list": "app.facts.datasets = 'accounts'",
    "a number as flag": "app.facts.one_off = 1",
    "an invalid date": "app.facts.key_created = 'soon'",
    "an incomplete waiver": "[[waive]]\npractice = 'webhooks.idempotent'",
    "a table as list": "[[app]]\ncommand = 'x'",
    "a word for all practices": "gate.required = 'every'",
    "a clause with a list": "sandbox.interpretations = { 'token.lifetime' = [1] }",
}
REPORTS: dict[str, Any] = {
    "contract": ContractReport(
        where="here",
        seed=0,
        clauses=[ClauseCheck(clause="a", sentence="b", outcome="holds", expected="c", observed="d")],
        misfits=[DocumentDeviation(operation="a", version="v1", message="b")],
        exercises=[
            ContractRun(
                version="v1",
                seed=0,
                described=frozenset({"a"}),
                phases={"fuzzing": Phase(cases=1, operations={"a"}, succeeded={"a"})},
                failures=[Failure(operation="a", check="b", message="c")],
                troubles=["d"],
            )
        ],
        crashes=["trace"],
    ),
    "doctor": DoctorReport(checks=(Check(hook="app", state=State.WORKS, message="starts"),), exit_code=0),
    "list": [Row(name="rosa", about="a person")],
    "selftest": SelftestReport(
        seed=0,
        apps=(
            SelftestResult(
                name="a", title="b", framework="c", collection="d", caught=(Catch(subject="e", scenario="f", probe="g"),)
            ),
        ),
        bugs=(BugRow(row=1, bug="a", having=("a",), detected=()),),
        practices=(PracticeRow(practice="a", caught=("b",)),),
        exit_code=1,
    ),
}


@pytest.fixture(scope="module")
def is_valid() -> Callable[[dict[str, Any]], bool]:
    """Return a function that validates a config with an independent implementation, which sees dates as texts."""
    validator = jsonschema.Draft7Validator(config_schema(), format_checker=jsonschema.FormatChecker(["date"]))
    return lambda raw: validator.is_valid(json.loads(json.dumps(raw, default=str)))


@pytest.mark.parametrize("name", documents())
def test_the_files_are_current(name: str) -> None:
    """After a change of a type, run `make docs`."""
    assert (FIXTURES / "schemas" / name).read_text(encoding="utf-8") == documents()[name]


def test_the_schema_of_the_config_is_a_schema() -> None:
    """An independent implementation accepts it."""
    jsonschema.Draft7Validator.check_schema(config_schema())


@pytest.mark.parametrize("path", [*EXAMPLES, *GALLERY], ids=lambda path: str(path.relative_to(ROOT)))
def test_every_config_of_the_repository_is_valid(path: Path, is_valid: Callable[..., bool]) -> None:
    """The schema accepts what the parser loads."""
    assert load(path)
    assert is_valid(tomllib.loads(path.read_text(encoding="utf-8")))


def test_every_key_of_the_template_is_valid(is_valid: Callable[..., bool]) -> None:
    """The schema knows each key that `init` writes, and each in a comment."""
    assert is_valid(tomllib.loads(TEMPLATE.read_text(encoding="utf-8").replace("#: ", "")))


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_each_short_form_is_valid(text: str, is_valid: Callable[..., bool], tmp_path: Path) -> None:
    """Both accept it."""
    raw = tomllib.loads(text)

    assert parse(raw, folder=tmp_path)
    assert is_valid(raw)


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_each_bad_config_is_refused(text: str, is_valid: Callable[..., bool], tmp_path: Path) -> None:
    """Both refuse it."""
    raw = tomllib.loads(text)

    with pytest.raises((ConfigError, UnknownName)):
        parse(raw, folder=tmp_path)
    assert not is_valid(raw)


@pytest.mark.parametrize("kind", REPORTS)
def test_a_report_matches_its_schema(kind: str) -> None:
    """Every field is in the schema, and an additional one is invalid."""
    document = json.loads(msgspec.json.encode(REPORTS[kind]))

    jsonschema.validate(document, report_schema(kind))
    extended = [*document, {"surprise": 1}] if isinstance(document, list) else {**document, "surprise": 1}
    assert not jsonschema.Draft202012Validator(report_schema(kind)).is_valid(extended)
