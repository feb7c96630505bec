"""The comparison of the gate's findings about a gallery app with the facts about that app."""

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
from fiskil_harness.gate.selftest.matrix import bug_table, evaluate, practice_table, scenarios_for
from fiskil_harness.probes import Case, Finding, Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import counting_for
from tests.gate.selftest.expectations import is_correct

TODAY = datetime.date(2026, 11, 25)
FORGED = ("unsigned", "random_signature", "other_secret", "empty_header")


def judged(*findings: tuple[str, str, Finding]) -> Callable[[], Judgement]:
    """Return a function that returns the judgement of *findings*, each with its scenario and practice."""
    outcomes = [
        Outcome(scenario=scenario, title="", practices=(practice,), seed=0, findings=(counting_for((practice,), finding),))
        for scenario, practice, finding in findings
    ]
    settings = load(folder=catalog.folder("examples") / "reference_app")
    return lambda: judgement.judge(outcomes, settings=settings, seed=0, today=TODAY)


def forged(verdict: Verdict, **more: Any) -> tuple[str, str, Finding]:
    """Return a finding about forged deliveries, with its scenario and practice."""
    cases = tuple(Case(name=name, verdict=verdict) for name in FORGED)
    finding = Finding(probe="refuses_forgeries", verdict=verdict, observed="41 of them", cases=cases, **more)
    return "webhook_forged", "webhooks.signature", finding


def repeated(verdict: Verdict, **more: Any) -> tuple[str, str, Finding]:
    """Return a finding about repeated deliveries, with its scenario and practice."""
    return (
        "webhook_repeated",
        "webhooks.idempotent",
        Finding(probe="applies_once", verdict=verdict, observed="twice", **more),
    )


@pytest.fixture
def flawed() -> GalleryApp:
    """Return an app that does not verify signatures."""
    return replace(gallery.app("any_signature_accepted"), bugs=("nothing-verified",), may=())


def test_a_caught_flaw_is_listed_with_its_probe(flawed: GalleryApp) -> None:
    """The practice and the bug are listed with the probe and scenario that detected them."""
    result = evaluate(flawed, judged(forged(Verdict.FAIL), repeated(Verdict.PASS)))

    assert is_correct(result)
    assert [(catch.subject, catch.probe, catch.scenario) for catch in result.caught] == [
        ("webhooks.signature", "refuses_forgeries", "webhook_forged"),
        ("1 nothing-verified", "refuses_forgeries", "webhook_forged"),
    ]


def test_a_flaw_that_was_not_caught_is_overlooked(flawed: GalleryApp) -> None:
    """The result lists the practice, the probe, the scenario and the bug."""
    result = evaluate(flawed, judged(forged(Verdict.PASS)))

    assert result.overlooked == ("webhooks.signature", "refuses_forgeries", "webhook_forged", "nothing-verified")
    assert not is_correct(result)


def test_an_unexpected_violation_is_a_false_alarm(flawed: GalleryApp) -> None:
    """A violation in ``may`` is a known consequence of the flaw, and no false alarm."""
    judgement_of_both = judged(forged(Verdict.FAIL), repeated(Verdict.FAIL))

    assert evaluate(flawed, judgement_of_both).false_alarms == ("webhooks.idempotent: applies_once in webhook_repeated",)
    assert is_correct(evaluate(replace(flawed, may=("webhooks.idempotent",)), judgement_of_both))


def test_a_correct_app_must_pass_every_probe() -> None:
    """A FAIL is a false alarm, and an INCONCLUSIVE finding is reported unless a hook is missing."""
    correct = gallery.app("stdlib_receiver")

    assert evaluate(correct, judged(repeated(Verdict.FAIL))).false_alarms == ("webhook_repeated: applies_once FAIL: twice",)
    assert evaluate(correct, judged(repeated(Verdict.INCONCLUSIVE))).inconclusive
    assert is_correct(evaluate(correct, judged(repeated(Verdict.INCONCLUSIVE, hook="app.observe.effects"))))
    assert is_correct(evaluate(correct, judged(repeated(Verdict.PASS))))


def test_an_app_that_does_nothing_must_not_be_trusted() -> None:
    """A practice that is proven for such an app is reported as overlooked."""
    idle = gallery.app("does_nothing")

    repeated_work = Finding(probe="repeats_no_work", verdict=Verdict.PASS, observed="nothing", examined=1)
    both = judged(repeated(Verdict.PASS, examined=1), ("webhook_repeated_while_idle", "webhooks.idempotent", repeated_work))

    assert evaluate(idle, both).overlooked == ("webhooks.idempotent",)
    assert is_correct(evaluate(idle, judged(repeated(Verdict.INCONCLUSIVE))))


def test_an_app_that_cannot_run_has_a_reason(flawed: GalleryApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is a missing tool, or an app that does not start."""

    def fails() -> Judgement:
        raise AppError("The app ended with code 1.\nTraceback")

    assert evaluate(flawed, fails).not_tried == "The app ended with code 1."
    monkeypatch.setenv("PATH", "")
    assert evaluate(gallery.app("node_receiver"), fails).not_tried == "needs node (Node.js)"


def test_the_bug_table_has_a_row_for_each_bug() -> None:
    """A bug that no app has is listed without apps, with the reason why no experiment detects it."""
    entry = replace(gallery.app("any_signature_accepted"), bugs=())
    rows = {row.bug: row for row in bug_table([evaluate(entry, judged(forged(Verdict.FAIL)))])}

    assert (rows["comparison-time"].row, rows["comparison-time"].having) == (6, ())
    assert "no experiment over HTTP" in rows["comparison-time"].reason
    assert len(rows) == 58


def test_the_number_of_scenarios_depends_on_the_entry() -> None:
    """Some apps run all quick scenarios, others only as many as their entry sets."""
    assert len(scenarios_for(gallery.app("stdlib_receiver"))) > 12
    assert len(scenarios_for(gallery.app("no_dedupe"))) == len(gallery.app("no_dedupe").scenarios) + gallery.OTHERS


def test_the_practice_table_lists_caught_and_missed_apps(flawed: GalleryApp) -> None:
    """It has a row for every practice that an app can violate; a practice about runs has none."""
    caught, missed = evaluate(flawed, judged(forged(Verdict.FAIL))), evaluate(flawed, judged(forged(Verdict.PASS)))

    rows = {row.practice: row for row in practice_table([caught])}
    rows_of_missed = {row.practice: row for row in practice_table([missed])}

    assert len(rows) == 48
    assert rows["webhooks.signature"].caught == (flawed.name,)
    assert (rows["webhooks.retries"].caught, rows["webhooks.retries"].missed) == ((), ())
    assert rows_of_missed["webhooks.signature"].missed == (flawed.name,)
