"""The digest of a report: a changed result is detected, and equal results have equal digests."""

import datetime
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from fiskil_harness.core.config import AppSettings, Attestation, Settings
from fiskil_harness.gate.digests import digest_of
from fiskil_harness.gate.judgement import GateResult, Shard
from fiskil_harness.gate.report import json
from fiskil_harness.gate.report.sealing import altered, completed
from fiskil_harness.probes.outcome import Measure


def read_back(whole: GateResult) -> GateResult:
    """Return the report after writing it as JSON and reading it."""
    return msgspec.json.decode(json.render(whole), type=GateResult)


def test_an_unchanged_report_is_not_altered(complete: GateResult) -> None:
    """The same is true after writing and reading the report."""
    assert altered(complete) == []
    assert altered(read_back(complete)) == []


def test_a_changed_result_is_detected(complete: GateResult) -> None:
    """The digest covers the whole result."""
    forged = msgspec.structs.replace(complete, result=msgspec.structs.replace(complete.result, required_met=49))

    (reason,) = altered(forged)

    assert reason.startswith("the result changed: its SHA-256 is ")


@pytest.mark.parametrize("part", ["stories", "pictures", "excerpts", "measured"])
def test_only_the_result_is_covered(complete: GateResult, part: str) -> None:
    """Everything else differs between two runs with the same seed."""
    assert altered(msgspec.structs.replace(complete, **{part: ()})) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: replace(whole, shard=replace(whole.shard, is_all_interpretations=True)),
        lambda whole: replace(whole, shard=replace(whole.shard, interpretation_outcomes=whole.result.scenarios)),
        lambda whole: replace(whole, shard=None),
        lambda whole: replace(whole, measured=(Measure(scenario="s", took_s=1.0, coverage_marks=("called accounts",)),)),
        lambda whole: replace(whole, run=replace(whole.run, was_interrupted=True)),
        lambda whole: replace(whole, run=replace(whole.run, internal_errors=1)),
    ],
    ids=["shard", "interpretation outcomes", "no shard", "marks", "interrupted", "internal errors"],
)
def test_the_digest_of_a_shard_covers_what_merge_needs(
    complete: GateResult, change: Callable[[GateResult], GateResult]
) -> None:
    """A shard does not decide, so its result alone says too little; times may differ."""
    shard = completed(replace(complete, shard=Shard(number=1, count=2)))
    later = replace(shard, run=replace(shard.run, took_s=99.0))

    assert (altered(read_back(shard)), altered(later)) == ([], [])
    assert altered(change(shard))


def test_a_report_without_a_digest_is_altered(complete: GateResult) -> None:
    """Removing the digest hides nothing."""
    (reason,) = altered(msgspec.structs.replace(complete, sha256=""))

    assert reason.endswith("but the report has none")


def test_equal_results_have_equal_digests(complete: GateResult) -> None:
    """Times and stories may differ between two runs."""
    later = msgspec.structs.replace(complete, run=msgspec.structs.replace(complete.run, took_s=99.0), stories=())

    assert completed(later).sha256 == complete.sha256 != ""


def test_the_config_digest_depends_on_the_content_only() -> None:
    """The place of the config file does not change its digest."""
    day = datetime.date(2026, 6, 1)
    settings = Settings(attest=(Attestation(practice="a", statement="b", owner="c", date=day, expires=day),))

    moved = msgspec.structs.replace(settings, folder=Path("elsewhere"), source="elsewhere/fiskil-harness.toml")
    other = msgspec.structs.replace(settings, app=AppSettings(command="other"))

    assert digest_of(moved) == digest_of(settings)
    assert digest_of(other) != digest_of(settings)


def test_the_config_digest_does_not_cover_secrets() -> None:
    """A short secret could be guessed from a digest; a template is no secret."""

    def with_env(**env: str) -> str:
        return digest_of(Settings(app=AppSettings(env=env)))

    assert with_env(DB_PASSWORD="one") == with_env(DB_PASSWORD="two")
    assert with_env(FLAW="one") != with_env(FLAW="two")
    assert with_env(API_KEY="{client_id}") != with_env(API_KEY="{client_secret}")
