"""From findings to bugs: which bugs are present, which are absent, and which are unknown."""

from fiskil_harness.gate.diagnosis import Diagnosis, diagnose
from fiskil_harness.probes import Case, Finding, Verdict
from fiskil_harness.probes.outcome import Outcome


def diagnosed(bug: str, *cases: tuple[str, Verdict], verdict: Verdict = Verdict.PASS) -> Diagnosis:
    """Return the diagnosis of *bug* for these cases of forged deliveries."""
    finding = Finding(
        probe="refuses_forgeries",
        verdict=verdict,
        observed="the finding",
        cases=tuple(Case(name=name, verdict=verdict, observed=f"{name}: 204") for name, verdict in cases),
    )
    outcome = Outcome(scenario="webhook_forged", title="", practices=("webhooks.signature",), seed=0, findings=(finding,))
    return next(diagnosis for diagnosis in diagnose([outcome]) if diagnosis.bug == bug)


def test_one_failed_case_is_enough() -> None:
    """A bug without ``every`` is present if one of its cases fails."""
    diagnosis = diagnosed("missing-header-passes", ("unsigned", Verdict.FAIL), ("empty_header", Verdict.PASS))

    assert (diagnosis.verdict, diagnosis.cases, diagnosis.observed) == (Verdict.FAIL, ("unsigned",), "unsigned: 204")
    assert diagnosis.fix == "treat a missing or empty signature as a wrong one"


def test_a_bug_may_need_every_case_to_fail() -> None:
    """A receiver that accepts unsigned deliveries but refuses wrong signatures does verify something."""
    cases = [("unsigned", Verdict.FAIL), ("random_signature", Verdict.PASS), ("other_secret", Verdict.PASS)]

    assert diagnosed("nothing-verified", *cases).verdict is Verdict.PASS
    assert diagnosed("nothing-verified", *[(name, Verdict.FAIL) for name, _ in cases]).verdict is Verdict.FAIL


def test_an_inconclusive_case_is_not_a_pass() -> None:
    """If a case was not run or is inconclusive, the bug is unknown."""
    not_run = diagnosed("missing-header-passes", ("unsigned", Verdict.PASS))
    inconclusive = diagnosed("missing-header-passes", ("unsigned", Verdict.PASS), ("empty_header", Verdict.INCONCLUSIVE))

    assert (not_run.verdict, inconclusive.verdict) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)
    assert inconclusive.observed == "empty_header: 204"


def test_a_bug_without_a_result_has_a_reason() -> None:
    """No experiment can measure the time of a comparison, and a bug whose scenario did not run was not tested."""
    assert "no experiment over HTTP can detect it" in diagnosed("comparison-time").observed
    assert diagnosed("replay-applied").observed == "not tested"


def test_without_a_witness_there_is_no_diagnosis() -> None:
    """A run in which no witness ran has no diagnosis."""
    assert diagnose([]) == ()


def test_a_more_serious_bug_hides_lesser_ones() -> None:
    """A receiver that verifies nothing accepts every forgery, and is not reported to have a dozen bugs."""
    cases = [
        (name, Verdict.FAIL) for name in ("random_signature", "truncated_1", "truncated_4", "truncated_8", "truncated_42")
    ]

    lesser = diagnosed("prefix-compared", *cases)

    assert (lesser.verdict, lesser.observed) == (
        Verdict.INCONCLUSIVE,
        "unknown, because a more serious bug hides it: random_signature: 204",
    )
    assert diagnosed("prefix-compared", *cases[1:]).verdict is Verdict.FAIL


def test_cases_that_the_scheme_does_not_have_are_reported() -> None:
    """Fiskil signs no timestamp, so no case about timestamps was sent."""
    assert diagnosed("timestamp-misread", ("unsigned", Verdict.PASS)).observed == (
        "no such request was sent: this signature scheme has none"
    )
