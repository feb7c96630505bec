"""From findings to bugs: which is there, which is not, and where nobody can tell."""

from fiskil_harness.gate.diagnosis import Diagnosis, diagnose
from fiskil_harness.probes import Case, Finding, Verdict
from fiskil_harness.probes.outcome import Outcome


def diagnosed(bug: str, *cases: tuple[str, Verdict], verdict: Verdict = Verdict.PASS) -> Diagnosis:
    """What is said of *bug* when forgeries came to this."""
    finding = Finding(
        probe="refuses_forgeries",
        verdict=verdict,
        observed="the finding",
        cases=tuple(Case(name=name, verdict=verdict, observed=f"{name}: 204") for name, verdict in cases),
    )
    outcome = Outcome(scenario="webhook_forged", title="", practices=("webhooks.signature",), seed=0, findings=(finding,))
    return next(diagnosis for diagnosis in diagnose([outcome]) if diagnosis.bug == bug)


def test_one_case_is_enough() -> None:
    """A bug that any case shows is there when one does."""
    one = diagnosed("missing-header-passes", ("unsigned", Verdict.FAIL), ("empty_header", Verdict.PASS))

    assert (one.verdict, one.cases, one.observed) == (Verdict.FAIL, ("unsigned",), "unsigned: 204")
    assert one.fix == "treat a missing or empty signature as a wrong one"


def test_every_case_may_be_needed() -> None:
    """Whoever accepts what is unsigned but no wrong signature does verify."""
    some = [("unsigned", Verdict.FAIL), ("random_signature", Verdict.PASS), ("other_secret", Verdict.PASS)]

    assert diagnosed("nothing-verified", *some).verdict is Verdict.PASS
    assert diagnosed("nothing-verified", *[(name, Verdict.FAIL) for name, _ in some]).verdict is Verdict.FAIL


def test_doubt_is_no_pass() -> None:
    """A case that was not tried or came to nothing leaves the bug open."""
    untried = diagnosed("missing-header-passes", ("unsigned", Verdict.PASS))
    doubtful = diagnosed("missing-header-passes", ("unsigned", Verdict.PASS), ("empty_header", Verdict.INCONCLUSIVE))

    assert (untried.verdict, doubtful.verdict) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)
    assert doubtful.observed == "empty_header: 204"


def test_what_nobody_can_see_says_why() -> None:
    """The comparison's time is out of reach, and a bug whose scenario did not run was not tried."""
    assert "no experiment over HTTP can detect it" in diagnosed("comparison-time").seen
    assert diagnosed("replay-applied").observed == "not tried"


def test_nothing_is_said_of_what_was_not_looked_at() -> None:
    """A run without a single witness has no diagnosis."""
    assert diagnose([]) == ()


def test_a_greater_bug_explains_the_lesser_ones() -> None:
    """Whoever verifies nothing believes every forgery, and is not said to have a dozen bugs."""
    cases = [
        (name, Verdict.FAIL) for name in ("random_signature", "truncated_1", "truncated_4", "truncated_8", "truncated_42")
    ]

    lesser = diagnosed("prefix-compared", *cases)

    assert (lesser.verdict, lesser.observed) == (
        Verdict.INCONCLUSIVE,
        "cannot be told beside a greater bug: random_signature: 204",
    )
    assert diagnosed("prefix-compared", *cases[1:]).verdict is Verdict.FAIL


def test_what_the_sender_does_not_send_says_so() -> None:
    """Fiskil signs no time, so nothing about times was sent."""
    assert diagnosed("timestamp-misread", ("unsigned", Verdict.PASS)).observed == (
        "nothing of the kind was sent: this way of signing has none"
    )
