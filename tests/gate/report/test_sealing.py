"""Digests of a report: whoever changes something in it is found out, and one seed gives one evidence."""

import datetime
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.core.config import AppSettings, Attestation, Settings
from fiskil_harness.gate.digests import digest_of
from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.report import json
from fiskil_harness.gate.report.sealing import altered, completed


def read_back(whole: GateResult) -> GateResult:
    """The report as it is in a file."""
    return msgspec.json.decode(json.render(whole), type=GateResult)


def test_a_report_that_nobody_touched_is_what_it_was(shown: GateResult) -> None:
    """Also after the way through a file."""
    assert altered(shown) == []
    assert altered(read_back(shown)) == []


def test_a_verdict_that_was_changed_is_found(shown: GateResult) -> None:
    """The evidence is the whole result."""
    forged = msgspec.structs.replace(shown, result=msgspec.structs.replace(shown.result, required_met=49))

    (reason,) = altered(forged)

    assert reason.startswith("the result changed: its digest is ")


@pytest.mark.parametrize("part", ["stories", "pictures", "exhibits", "measured"])
def test_whatever_is_shown_is_sealed_too(shown: GateResult, part: str) -> None:
    """A story that was taken out is missed."""
    (reason,) = altered(msgspec.structs.replace(shown, **{part: ()}))

    assert reason.startswith("the part that shows what happened changed")


def test_digests_that_were_changed_do_not_fit_the_seal(shown: GateResult) -> None:
    """Another config, and nothing else."""
    other = msgspec.structs.replace(shown.digests, config="d" * 64)

    (reason,) = altered(msgspec.structs.replace(shown, digests=other))

    assert reason == "the digests themselves changed: the seal does not fit them"


def test_one_result_gives_one_evidence(shown: GateResult) -> None:
    """Times and stories may differ from run to run."""
    later = msgspec.structs.replace(shown, run=msgspec.structs.replace(shown.run, took_s=99.0), stories=())

    again = completed(later, config="c" * 64)

    assert again.digests.evidence == shown.digests.evidence
    assert again.digests.seal != shown.digests.seal


def test_where_a_config_lies_does_not_matter_but_what_it_says_does() -> None:
    """Dates and folders included."""
    day = datetime.date(2026, 6, 1)
    settings = Settings(attest=(Attestation(practice="a", statement="b", owner="c", date=day, expires=day),))

    moved = msgspec.structs.replace(settings, folder=Path("elsewhere"), source="elsewhere/fiskil-harness.toml")
    other = msgspec.structs.replace(settings, app=AppSettings(command="other"))

    assert digest_of(moved) == digest_of(settings)
    assert digest_of(other) != digest_of(settings)


def test_a_secret_of_the_config_is_in_no_digest() -> None:
    """A short one could be guessed from it; a template is no secret."""

    def with_env(**env: str) -> str:
        return digest_of(Settings(app=AppSettings(env=env)))

    assert with_env(DB_PASSWORD="one") == with_env(DB_PASSWORD="two")
    assert with_env(FLAW="one") != with_env(FLAW="two")
    assert with_env(API_KEY="{client_id}") != with_env(API_KEY="{client_secret}")
