"""Hearings: what the judge says of an app, held against what is true of it."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from fiskil_harness.core import catalog
from fiskil_harness.core.config import load
from fiskil_harness.errors import AppError
from fiskil_harness.gate import judgement
from fiskil_harness.gate.judgement import Judgement
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.gate.selftest.gallery import GalleryApp
from fiskil_harness.gate.selftest.matrix import evaluate, practice_table, scenarios_for, table
from fiskil_harness.probes import Case, Finding, Verdict
from fiskil_harness.probes.outcome import Outcome

TODAY = datetime.date(2026, 11, 25)
FORGED = ("unsigned", "random_signature", "other_secret", "empty_header")


def judged(*findings: tuple[str, str, Finding]) -> Callable[[], Judgement]:
    """A judgement of findings in scenarios with a practice."""
    outcomes = [
        Outcome(scenario=scenario, title="", practices=(practice,), seed=0, findings=(finding,))
        for scenario, practice, finding in findings
    ]
    settings = load(folder=catalog.folder("examples") / "reference_app")
    return lambda: judgement.judge(outcomes, settings=settings, seed=0, today=TODAY)


def forged(verdict: Verdict, **more: Any) -> tuple[str, str, Finding]:
    """What is said of forgeries."""
    cases = tuple(Case(name=name, verdict=verdict) for name in FORGED)
    finding = Finding(probe="refuses_forgeries", verdict=verdict, observed="41 of them", cases=cases, **more)
    return "webhook_forged", "webhooks.signature", finding


def repeated(verdict: Verdict, **more: Any) -> tuple[str, str, Finding]:
    """What is said of repetitions."""
    return (
        "webhook_repeated",
        "webhooks.idempotent",
        Finding(probe="applies_once", verdict=verdict, observed="twice", **more),
    )


@pytest.fixture
def flawed() -> GalleryApp:
    """An app that verifies nothing."""
    return replace(gallery.app("any_signature_accepted"), bugs=("nothing-verified",), may=())


def test_a_flaw_that_was_found_is_told_with_its_witness(flawed: GalleryApp) -> None:
    """For the practice and for the bug: which probe, in which scenario."""
    heard = evaluate(flawed, judged(forged(Verdict.FAIL), repeated(Verdict.PASS)))

    assert heard.is_correct
    assert [(catch.what, catch.probe, catch.scenario) for catch in heard.caught] == [
        ("webhooks.signature", "refuses_forgeries", "webhook_forged"),
        ("1 nothing-verified", "refuses_forgeries", "webhook_forged"),
    ]


def test_a_flaw_that_was_not_found_is_overlooked(flawed: GalleryApp) -> None:
    """The practice, the probe that was to fail, the scenario in which it was to, and the bug."""
    heard = evaluate(flawed, judged(forged(Verdict.PASS)))

    assert heard.overlooked == ("webhooks.signature", "refuses_forgeries", "webhook_forged", "nothing-verified")
    assert not heard.is_correct


def test_blame_for_something_else_is_a_false_alarm(flawed: GalleryApp) -> None:
    """Unless it may follow from the flaw."""
    told = judged(forged(Verdict.FAIL), repeated(Verdict.FAIL))

    assert evaluate(flawed, told).false_alarms == ("webhooks.idempotent: applies_once in webhook_repeated",)
    assert evaluate(replace(flawed, may=("webhooks.idempotent",)), told).is_correct


def test_correct_apps_are_neither_accused_nor_doubted() -> None:
    """A question that stays open for want of a hook is no doubt."""
    correct = gallery.app("stdlib_receiver")

    assert evaluate(correct, judged(repeated(Verdict.FAIL))).false_alarms == ("webhook_repeated: applies_once FAIL: twice",)
    assert evaluate(correct, judged(repeated(Verdict.INCONCLUSIVE))).inconclusive
    assert evaluate(correct, judged(repeated(Verdict.INCONCLUSIVE, hook="app.observe.effects"))).is_correct
    assert evaluate(correct, judged(repeated(Verdict.PASS))).is_correct


def test_whoever_does_nothing_is_not_trusted() -> None:
    """A gate that opens for it is a flaw of ours."""
    idle = gallery.app("does_nothing")

    assert evaluate(idle, judged(repeated(Verdict.PASS, examined=1))).overlooked == ("webhooks.idempotent",)
    assert evaluate(idle, judged(repeated(Verdict.INCONCLUSIVE))).is_correct


def test_an_app_that_cannot_be_tried_says_why(flawed: GalleryApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tool that is missing, or an app that does not start."""

    def fails() -> Judgement:
        raise AppError("The app ended with code 1.\nTraceback")

    assert evaluate(flawed, fails).not_tried == "The app ended with code 1."
    monkeypatch.setenv("PATH", "")
    assert evaluate(gallery.app("node_receiver"), fails).not_tried == "needs node (Node.js)"


def test_the_table_tells_each_bug_with_its_apps() -> None:
    """Those that have it, and those where it was seen."""
    one = replace(gallery.app("any_signature_accepted"), bugs=())
    rows = {row.bug: row for row in table([evaluate(one, judged(forged(Verdict.FAIL)))])}

    assert (rows["comparison-time"].row, rows["comparison-time"].having) == (6, ())
    assert "no experiment over HTTP" in rows["comparison-time"].reason
    assert len(rows) == 58


def test_apps_meet_few_or_all() -> None:
    """Correct receivers and those that do nothing meet all that takes a moment; others as many as their entry says."""
    assert len(scenarios_for(gallery.app("stdlib_receiver"))) > 12
    assert len(scenarios_for(gallery.app("no_dedupe"))) == len(gallery.app("no_dedupe").scenarios) + 2


def test_a_row_names_who_was_caught_by_its_id_and_who_was_not(flawed: GalleryApp) -> None:
    """For every practice that an app can violate; what is about a run has no row."""
    caught, missed = evaluate(flawed, judged(forged(Verdict.FAIL))), evaluate(flawed, judged(forged(Verdict.PASS)))

    rows = {practice_row.practice: practice_row for practice_row in practice_table([caught])}

    assert len(rows) == 48
    assert rows["webhooks.signature"].caught == (flawed.name,)
    assert (rows["webhooks.retries"].caught, rows["webhooks.retries"].missed) == ((), ())
    assert {practice_row.practice: practice_row for practice_row in practice_table([missed])}[
        "webhooks.signature"
    ].missed == (flawed.name,)
