"""From findings to bugs: which bugs are present, which are absent, and which are unknown."""

from fiskil_harness.gate.diagnosis import NOT_SENT, Diagnosis, diagnose
from fiskil_harness.gate.report.text import bug_counts
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


def outcome(scenario: str, *findings: Finding) -> Outcome:
    """Return the outcome of *scenario* with these findings."""
    return Outcome(scenario=scenario, title="", practices=("webhooks.idempotent",), seed=0, findings=findings)


def finding(probe: str, verdict: Verdict, *cases: str) -> Finding:
    """Return a finding in which each case has the verdict."""
    each = tuple(Case(name=name, verdict=verdict, observed=f"{name}: observed") for name in cases)
    return Finding(probe=probe, verdict=verdict, observed="the finding", cases=each)


def verdicts(*outcomes: Outcome) -> dict[str, Diagnosis]:
    """Return the diagnoses by bug."""
    return {diagnosis.bug: diagnosis for diagnosis in diagnose(outcomes)}


REPEATED = outcome("webhook_repeated", finding("applies_once", Verdict.FAIL, "replay", "retry"))
BURST = outcome("webhook_burst", finding("loses_nothing", Verdict.PASS), finding("applies_once", Verdict.FAIL))
LOST = finding("loses_nothing", Verdict.FAIL, "every_message", "plain")
REFUSED = finding("acknowledges_genuine", Verdict.FAIL, "every_message")


def test_a_cause_explains_its_special_cases() -> None:
    """A receiver without deduplication is not said to lose bursts, nor to miss only retries."""
    diagnoses = verdicts(REPEATED, BURST)

    assert diagnoses["no-dedupe"].verdict is Verdict.FAIL
    assert {diagnoses[bug].verdict for bug in ("replay-applied", "retry-applied", "crashes-on-burst")} == {
        Verdict.INCONCLUSIVE
    }
    assert diagnoses["crashes-on-burst"].observed == (
        "unknown, because the receiver does not recognise duplicates, which explains the failure"
    )


def test_a_cause_does_not_explain_what_another_probe_detects() -> None:
    """A receiver without deduplication may lose messages of a burst as well."""
    lossy = outcome("webhook_burst", finding("loses_nothing", Verdict.FAIL, "burst"))

    assert verdicts(REPEATED, lossy)["crashes-on-burst"].verdict is Verdict.FAIL


def test_a_bug_that_is_itself_explained_explains_nothing() -> None:
    """Lost bursts would explain a lost similar message, but here the bursts are explained by missing deduplication."""
    similar = outcome("webhook_similar_messages", finding("applies_each", Verdict.FAIL))
    lossy = outcome("webhook_burst", finding("loses_nothing", Verdict.FAIL))

    assert verdicts(REPEATED, BURST, similar)["wrong-key-scope"].verdict is Verdict.FAIL
    assert verdicts(lossy, similar)["wrong-key-scope"].verdict is Verdict.INCONCLUSIVE


def test_a_special_case_alone_is_reported() -> None:
    """Without the cause, the special case is the bug."""
    assert verdicts(BURST)["crashes-on-burst"].verdict is Verdict.FAIL


def test_a_receiver_that_refuses_everything_does_not_refuse_news_in_particular() -> None:
    """An unknown event was refused like every other one."""
    diagnosis = verdicts(outcome("webhook_unknown_event_or_field", REFUSED))["news-refused"]

    assert diagnosis.verdict is Verdict.INCONCLUSIVE
    assert diagnosis.observed == "unknown, because the receiver refuses every genuine message"


def test_a_receiver_that_loses_everything_has_no_trouble_with_equal_times_in_particular() -> None:
    """No message was applied, whatever its time."""
    assert verdicts(outcome("webhook_equal_publish_times", LOST))["equal-times"].verdict is Verdict.INCONCLUSIVE


def test_a_receiver_that_refuses_unknown_events_has_no_trouble_with_equal_times_in_particular() -> None:
    """One of the events with equal times is of a kind that the app does not use, and was refused for that."""
    news = outcome("webhook_unknown_event_or_field", finding("acknowledges_genuine", Verdict.FAIL, "unknown_event"))

    diagnoses = verdicts(news, outcome("webhook_equal_publish_times", finding("loses_nothing", Verdict.FAIL)))

    assert diagnoses["news-refused"].verdict is Verdict.FAIL
    assert diagnoses["equal-times"].verdict is Verdict.INCONCLUSIVE


def test_a_general_failure_in_another_scenario_counts() -> None:
    """A receiver that fails with undisturbed messages shows nothing about special ones."""
    reads = outcome("happy_path", finding("reads_after_event", Verdict.FAIL))

    assert verdicts(reads)["payload-trusted"].verdict is Verdict.FAIL
    assert verdicts(reads, outcome("webhook_delivered", LOST))["payload-trusted"].verdict is Verdict.INCONCLUSIVE


def test_a_general_failure_gives_no_bug_a_clean_record() -> None:
    """An app that applies nothing passes the test of kinds of events, but no experiment reached the bug."""
    kinds = outcome("webhook_event_kinds_distinguished", finding("distinguishes_events", Verdict.PASS))

    assert verdicts(kinds)["events-alike"].verdict is Verdict.PASS
    assert verdicts(kinds, outcome("webhook_delivered", LOST))["events-alike"].verdict is Verdict.INCONCLUSIVE


def test_forms_that_the_scheme_does_not_have_leave_no_bug_unknown() -> None:
    """The receiver responded to everything, so everything that its signature scheme has was sent."""
    cases = (("unsigned", Verdict.PASS), ("responds_to_junk", Verdict.PASS))

    diagnosis = diagnosed("missing-header-passes", *cases)

    assert (diagnosis.verdict, diagnosis.observed) == (Verdict.PASS, "1 case passed")


def test_a_failure_of_another_form_is_no_reason_why_a_bug_is_unknown() -> None:
    """Nothing of the kind was sent, whatever else the receiver accepted."""
    diagnosis = diagnosed("timestamp-unsigned", ("unsigned", Verdict.FAIL), verdict=Verdict.FAIL)

    assert (diagnosis.verdict, diagnosis.observed) == (Verdict.INCONCLUSIVE, NOT_SENT)


def test_refusals_alone_show_that_a_bug_is_absent_and_are_counted() -> None:
    """Without effects, the response is all that there is; the report says how many bugs it decided."""
    cases = tuple(Case(name=name, verdict=Verdict.PASS) for name in ("unsigned", "empty_header", "responds_to_junk"))
    finding = Finding(
        probe="refuses_forgeries", verdict=Verdict.INCONCLUSIVE, observed="refused", hook="app.observe.effects", cases=cases
    )
    outcome = Outcome(scenario="webhook_forged", title="", practices=("webhooks.signature",), seed=0, findings=(finding,))

    diagnoses = diagnose([outcome])

    diagnosis = next(each for each in diagnoses if each.bug == "missing-header-passes")
    assert (diagnosis.verdict, diagnosis.by_responses) == (Verdict.PASS, True)
    assert "1 not found (1 by the responses alone)" in bug_counts([diagnosis])
