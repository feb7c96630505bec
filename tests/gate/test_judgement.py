"""The gate: how findings, attestations and waivers decide the status of each practice, the decision and the exit code."""

import datetime
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from fiskil_harness.core.config import AppSettings, Attestation, GateSettings, Observe, Settings, Waiver, parse
from fiskil_harness.core.config.given import is_in_config
from fiskil_harness.core.config.hooks import MESSAGE, ORIGIN_IN_MESSAGE, SECRET_IN_ENV
from fiskil_harness.core.config.schema import Facts, Tls
from fiskil_harness.core.route_grid import KINDS
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.gate.judgement import Decision, Judgement, check, exit_code, judge, report_only, routes_met
from fiskil_harness.gate.practice_status import PracticeStatus, Status, may_be_attested
from fiskil_harness.gate.report.text import findings_to_show
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.evaluation import NOT_RUN
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import all_practices, practice

IDEMPOTENT, HTTPS, NETWORK = "webhooks.idempotent", "webhooks.https", "edge.network-errors"
UNTESTED = next(practice.id for practice in all_practices().values() if practice.attestable_without)
TODAY = datetime.date(2026, 6, 1)
YESTERDAY, TOMORROW = datetime.date(2026, 5, 31), datetime.date(2026, 6, 2)

OutcomeOf = Callable[..., Outcome]


def passing(outcome_of: OutcomeOf, practice_id: str) -> Outcome:
    """Return an outcome in which every probe that *practice_id* needs passed."""
    return outcome_of(practice_id, *((name, Verdict.PASS) for name in all_practices()[practice_id].needed))


def status_of(settings: Settings, *outcomes: Outcome, practice_id: str = IDEMPOTENT) -> PracticeStatus:
    """Return the status of one practice."""
    judgement = judge(outcomes, settings=settings, seed=1, today=TODAY)
    return next(status for status in judgement.statuses if status.practice == practice_id)


def requiring(*practice_ids: str, attest: tuple[Attestation, ...] = (), waive: tuple[Waiver, ...] = ()) -> Settings:
    """Return settings that require these practices."""
    return Settings(gate=GateSettings(required=practice_ids), attest=attest, waive=waive)


def attested(*, date: datetime.date = YESTERDAY, expires: datetime.date = TOMORROW) -> Attestation:
    """Return an attestation of a practice that no experiment tests here."""
    return Attestation(practice=UNTESTED, statement="seen by Ada", owner="Ada", date=date, expires=expires)


def waived(practice_id: str = IDEMPOTENT, *, expires: datetime.date = TOMORROW) -> Waiver:
    """Return a waiver of a violation."""
    return Waiver(practice=practice_id, reason="next release", owner="Bo", date=YESTERDAY, expires=expires)


def test_every_practice_has_a_status_in_the_order_of_the_page() -> None:
    """All 49 practices are reported, even if nothing ran."""
    judgement = judge([], settings=Settings(), seed=1, today=TODAY)

    assert [status.practice for status in judgement.statuses] == list(all_practices())
    assert {status.status for status in judgement.statuses} == {Status.NOT_PROVEN}


@pytest.mark.parametrize("judged", [judge, report_only])
def test_the_number_of_things_examined_is_not_in_the_result(outcome_of: OutcomeOf, judged: Callable[..., Judgement]) -> None:
    """Two runs with one seed may differ in that number, and must not differ in their results."""
    outcome = passing(outcome_of, IDEMPOTENT)
    results = [
        judged(
            [
                structs.replace(
                    outcome, findings=tuple(structs.replace(finding, examined=count) for finding in outcome.findings)
                )
            ],
            settings=Settings(),
            seed=1,
            today=TODAY,
        )
        for count in (6, 7)
    ]

    assert results[0] == results[1]
    assert b'"examined"' not in msgspec.json.encode(results[0])


def test_a_practice_is_proven_when_every_needed_probe_passed(outcome_of: OutcomeOf) -> None:
    """The reason names the probes that passed."""
    status = status_of(Settings(), passing(outcome_of, IDEMPOTENT))

    assert status.status is Status.PROVEN
    assert "applies_once" in status.reason


def test_without_a_needed_probe_a_practice_is_not_proven(outcome_of: OutcomeOf) -> None:
    """A scenario that names a practice but contains none of its needed probes proves nothing."""
    status = status_of(Settings(), outcome_of(IDEMPOTENT, ("survives_every_plan", Verdict.PASS)))

    assert (status.status, "applies_once" in status.reason) == (Status.NOT_PROVEN, True)


def test_any_failure_violates_the_practice(outcome_of: OutcomeOf) -> None:
    """The reason names the probe and the scenario, whatever else passed."""
    failed = outcome_of(IDEMPOTENT, ("applies_once", Verdict.FAIL), scenario="webhook_repeated")

    status = status_of(Settings(), passing(outcome_of, IDEMPOTENT), failed)

    assert (status.status, status.reason) == (Status.VIOLATED, "applies_once in webhook_repeated")


def test_a_probe_that_passed_for_another_practice_does_not_count(outcome_of: OutcomeOf) -> None:
    """The reason states that the probe did not run in a scenario of this practice."""
    own = outcome_of("cache.invalidated", ("drops_revoked_rows", Verdict.PASS), scenario="consent_expires")
    other = outcome_of(IDEMPOTENT, ("holds_newest_values", Verdict.PASS), scenario="account_closed_at_bank")

    status = status_of(Settings(), own, other, practice_id="cache.invalidated")

    assert status.status is Status.NOT_PROVEN
    assert status.reason == "not run in a scenario of this practice: holds_newest_values"


def test_an_inconclusive_finding_prevents_proof(outcome_of: OutcomeOf) -> None:
    """One INCONCLUSIVE finding is enough, although every needed probe passed in another scenario."""
    inconclusive = outcome_of(IDEMPOTENT, ("every_fault_bit", Verdict.INCONCLUSIVE), scenario="webhook_burst")

    status = status_of(Settings(), passing(outcome_of, IDEMPOTENT), inconclusive)

    assert (status.status, status.reason) == (Status.NOT_PROVEN, "inconclusive in webhook_burst")


def test_a_finding_counts_only_for_the_practices_of_its_scenario(outcome_of: OutcomeOf) -> None:
    """A failure in a scenario does not affect practices that the scenario does not name."""
    failed = outcome_of("webhooks.retries", ("applies_once", Verdict.FAIL))

    status = status_of(Settings(), passing(outcome_of, IDEMPOTENT), failed)

    assert status.status is Status.PROVEN


def test_a_missing_hook_is_named_with_what_it_would_unlock(outcome_of: OutcomeOf) -> None:
    """The reason and the list of missing hooks both name the hook."""
    without_hook = outcome_of(IDEMPOTENT, ("applies_once", Verdict.INCONCLUSIVE), missing=("app.observe.effects",))

    judgement = judge([without_hook], settings=Settings(), seed=1, today=TODAY)

    status = next(status for status in judgement.statuses if status.practice == IDEMPOTENT)
    assert (status.reason, status.hooks) == ("the config does not set app.observe.effects", ("app.observe.effects",))
    assert [(unlock.hook, unlock.practices) for unlock in judgement.unlocks if IDEMPOTENT in unlock.practices] == [
        ("app.observe.effects", (IDEMPOTENT,))
    ]


@pytest.mark.parametrize("hooks", [(MESSAGE,), (MESSAGE, ORIGIN_IN_MESSAGE)])
def test_a_missing_optional_hook_does_not_prevent_proof(outcome_of: OutcomeOf, hooks: tuple[str, ...]) -> None:
    """An app that does not embed the consent page needs no message hook; the list of missing hooks still names it."""
    optional = outcome_of(IDEMPOTENT, ("applies_once", Verdict.INCONCLUSIVE), scenario="optional", missing=hooks)

    judgement = judge([passing(outcome_of, IDEMPOTENT), optional], settings=requiring(IDEMPOTENT), seed=1, today=TODAY)

    assert (judgement.decision, judgement.verdict) == (Decision.OPEN, Verdict.PASS)
    assert {(unlock.hook, unlock.practices) for unlock in judgement.unlocks} >= {(hook, (IDEMPOTENT,)) for hook in hooks}


@pytest.mark.parametrize("hooks", [(MESSAGE,), (MESSAGE, ORIGIN_IN_MESSAGE)])
def test_an_app_that_uses_a_feature_needs_its_hook(outcome_of: OutcomeOf, hooks: tuple[str, ...]) -> None:
    """A page of the app was seen to receive the consent page's message, so leaving out the message hook proves nothing."""
    optional = outcome_of(IDEMPOTENT, ("applies_once", Verdict.INCONCLUSIVE), scenario="optional", missing=hooks)
    seen = structs.replace(passing(outcome_of, IDEMPOTENT), coverage=(f"uses {MESSAGE}",))

    judgement = judge([seen, optional], settings=requiring(IDEMPOTENT), seed=1, today=TODAY)

    status = next(status for status in judgement.statuses if status.practice == IDEMPOTENT)
    assert (judgement.decision, status.status, status.hooks) == (Decision.SHUT, Status.NOT_PROVEN, hooks)


@pytest.mark.parametrize("hooks", [(MESSAGE,), (MESSAGE, "app.drive.start_session")])
def test_a_scenario_without_its_hooks_alone_proves_nothing(outcome_of: OutcomeOf, hooks: tuple[str, ...]) -> None:
    """A practice needs another scenario as proof; and a scenario that also needs a required hook counts for every app."""
    without_hooks = outcome_of(IDEMPOTENT, ("applies_once", Verdict.INCONCLUSIVE), missing=hooks)

    judgement = judge([without_hooks], settings=requiring(IDEMPOTENT), seed=1, today=TODAY)

    status = next(status for status in judgement.statuses if status.practice == IDEMPOTENT)
    assert (status.status, judgement.verdict) == (Status.NOT_PROVEN, Verdict.INCONCLUSIVE)
    assert status.hooks == tuple(sorted(hooks))


def test_a_scenario_that_does_not_concern_the_app_prevents_no_proof(outcome_of: OutcomeOf) -> None:
    """A remark says why it did not run; alone it proves nothing."""
    unconcerned = structs.replace(
        outcome_of(IDEMPOTENT, ("concerns_app", Verdict.INCONCLUSIVE)), scenario="other", outside="no dates"
    )
    outcomes = [passing(outcome_of, IDEMPOTENT), unconcerned]

    judgement = judge(outcomes, settings=requiring(IDEMPOTENT), seed=1, today=TODAY)

    assert judgement.decision is Decision.OPEN
    assert "Not run, because no dates: other." in judgement.remarks
    assert findings_to_show(judgement) == []
    assert judgement.causes == ()
    assert status_of(Settings(), unconcerned).status is Status.NOT_PROVEN


def test_the_gate_opens_for_what_is_required(outcome_of: OutcomeOf) -> None:
    """A list of required practices is enough, and the judgement contains the counts."""
    judgement = judge([passing(outcome_of, IDEMPOTENT)], settings=requiring(IDEMPOTENT), seed=1, today=TODAY)

    assert judgement.decision is Decision.OPEN
    assert (judgement.required, judgement.required_met, judgement.practices) == (1, 1, 49)


def test_a_violation_outside_the_required_list_keeps_the_gate_shut(outcome_of: OutcomeOf) -> None:
    """No practice may be violated, whether it is required or not."""
    outcomes = [passing(outcome_of, IDEMPOTENT), outcome_of("webhooks.retries", ("loses_nothing", Verdict.FAIL))]

    judgement = judge(outcomes, settings=requiring(IDEMPOTENT), seed=1, today=TODAY)

    assert (judgement.decision, exit_code(judgement)) == (Decision.SHUT, 1)


def test_every_practice_is_required_by_default(outcome_of: OutcomeOf) -> None:
    """Without a list, any practice that is not proven keeps the gate shut."""
    judgement = judge([passing(outcome_of, IDEMPOTENT)], settings=Settings(), seed=1, today=TODAY)

    assert (judgement.decision, judgement.required, exit_code(judgement)) == (Decision.SHUT, 49, 3)


def test_an_attestation_counts_if_no_experiment_can_test_the_practice() -> None:
    """The status is attested, with owner and date, and the gate opens."""
    settings = requiring(UNTESTED, attest=(attested(),))

    judgement = judge([], settings=settings, seed=1, today=TODAY)

    status = next(status for status in judgement.statuses if status.practice == UNTESTED)
    assert (status.status, status.reason) == (Status.ATTESTED, "Ada, until 2026-06-02: seen by Ada")
    assert judgement.decision is Decision.OPEN


@pytest.mark.parametrize(
    ("date", "expires", "words"),
    [(YESTERDAY, YESTERDAY, "expired on 2026-05-31"), (TOMORROW, TOMORROW, "is not valid before 2026-06-02")],
)
def test_an_attestation_outside_its_dates_does_not_count(date: datetime.date, expires: datetime.date, words: str) -> None:
    """The practice is not proven, and the reason states that the attestation has expired or is not valid yet."""
    settings = requiring(UNTESTED, attest=(attested(date=date, expires=expires),))

    status = status_of(settings, practice_id=UNTESTED)

    assert (status.status, words in status.reason) == (Status.NOT_PROVEN, True)


def test_a_waiver_opens_the_gate_and_the_violation_is_still_shown(outcome_of: OutcomeOf) -> None:
    """The status stays violated."""
    settings = requiring(IDEMPOTENT, waive=(waived(),))

    judgement = judge([outcome_of(IDEMPOTENT, ("applies_once", Verdict.FAIL))], settings=settings, seed=1, today=TODAY)

    status = next(status for status in judgement.statuses if status.practice == IDEMPOTENT)
    assert (status.status, status.waiver) == (Status.VIOLATED, "accepted by Bo until 2026-06-02: next release")
    assert (judgement.decision, exit_code(judgement)) == (Decision.OPEN, 0)


def test_an_expired_waiver_does_not_count(outcome_of: OutcomeOf) -> None:
    """It is invalid from the day after its expiry."""
    settings = requiring(IDEMPOTENT, waive=(waived(expires=YESTERDAY),))

    judgement = judge([outcome_of(IDEMPOTENT, ("applies_once", Verdict.FAIL))], settings=settings, seed=1, today=TODAY)

    assert (judgement.decision, exit_code(judgement)) == (Decision.SHUT, 1)


def test_a_waiver_for_a_proven_practice_is_an_error(outcome_of: OutcomeOf) -> None:
    """It keeps the gate shut, with a message that states what to do."""
    settings = requiring(IDEMPOTENT, waive=(waived(),))

    judgement = judge([passing(outcome_of, IDEMPOTENT)], settings=settings, seed=1, today=TODAY)

    assert judgement.config_errors == (
        "[[waive]] webhooks.idempotent is not needed: the practice is proven. Remove the waiver.",
    )
    assert (judgement.decision, exit_code(judgement)) == (Decision.SHUT, 2)


def test_a_waiver_does_not_replace_a_proof(outcome_of: OutcomeOf) -> None:
    """It accepts an observed violation, but not a practice that was not tested."""
    judgement = judge([], settings=requiring(IDEMPOTENT, waive=(waived(),)), seed=1, today=TODAY)

    assert (judgement.decision, exit_code(judgement)) == (Decision.SHUT, 3)
    (status,) = [status for status in judgement.statuses if status.practice == IDEMPOTENT]
    assert status.reason.endswith("; the waiver of Bo accepts a violation, but does not replace a proof")


@pytest.mark.parametrize(
    ("config", "hook", "is_given"),
    [
        ({}, "app.drive.fail", False),
        ({"app": {"drive": {"fail": {"request": "POST /fail/{point}"}}}}, "app.drive.fail", True),
        ({"app": {"object": "shop:App"}}, "app.drive.fail", True),
        ({"app": {"object": "shop:App"}}, "app.facts.uses_events", False),
        ({"app": {"facts": {"uses_events": ["consent.*"]}}}, "app.facts.uses_events", True),
        ({}, "app.limits.request_deadline_s", False),
        ({"app": {"limits": {"request_deadline_s": 20}}}, "app.limits.request_deadline_s", True),
    ],
)
def test_a_hook_is_in_the_config_or_may_be_in_the_object(config: dict[str, object], hook: str, *, is_given: bool) -> None:
    """An object may provide any hook; facts and limits come only from the config, and a default limit does not count."""
    assert is_in_config(parse(config, folder=Path()), hook) is is_given


def test_an_unknown_practice_is_refused_with_the_nearest_match() -> None:
    """A mistyped id in the config is an error before anything runs."""
    with pytest.raises(UnknownName, match=r"No practice 'webhooks.idempotnet'.*Did you mean 'webhooks.idempotent'"):
        check(requiring("webhooks.idempotnet"))


EXPLAINED = "ux.explains-access"
DIGEST = "1f00c4d2aa07"


def explained(verdict: Verdict, *, hook: str = "") -> Outcome:
    """Return the outcome of the scenario that looks at the explanation."""
    found = Finding(probe="explains_access", verdict=verdict, observed="x", hook=hook, practices=(EXPLAINED,))
    return Outcome(scenario="access_explained", title="", practices=(EXPLAINED,), seed=1, findings=(found,))


def reviewed(*screenshots: str, practice_id: str = EXPLAINED) -> Attestation:
    """Return an attestation of a page by its screenshots."""
    return Attestation(
        practice=practice_id, statement="clear", owner="Ada", date=YESTERDAY, expires=TOMORROW, screenshots=screenshots
    )


@pytest.mark.parametrize(
    ("hook", "mark", "expected", "words"),
    [
        ("", f"screenshot {DIGEST}99", Status.ATTESTED, "Ada, until 2026-06-02: clear"),
        ("app.facts.dataset_words", f"screenshot {DIGEST}99", Status.ATTESTED, "clear"),
        ("", "screenshot 77", Status.NOT_PROVEN, f"is for the screenshot {DIGEST}, which no page shows any more"),
        ("app.observe.pages", f"screenshot {DIGEST}99", Status.NOT_PROVEN, "does not replace app.observe.pages"),
    ],
    ids=["same", "unknown words", "changed", "no pages"],
)
def test_an_attestation_by_screenshots_counts_while_the_pages_look_the_same(
    hook: str, mark: str, expected: Status, words: str
) -> None:
    """Words could not decide, and a person looked at the screenshots."""
    outcomes = [explained(Verdict.INCONCLUSIVE, hook=hook)]
    settings = requiring(EXPLAINED, attest=(reviewed(DIGEST),))

    judgement = judge(outcomes, settings=settings, seed=1, today=TODAY, coverage_marks=[mark])

    status = next(status for status in judgement.statuses if status.practice == EXPLAINED)
    assert (status.status, words in status.reason) == (expected, True)


def test_a_violation_is_never_attested_by_screenshots() -> None:
    """Effects outrank opinions."""
    settings = requiring(EXPLAINED, attest=(reviewed(DIGEST),))

    judgement = judge(
        [explained(Verdict.FAIL)],
        settings=settings,
        seed=1,
        today=TODAY,
        coverage_marks=[f"screenshot {DIGEST}"],
    )

    assert next(status for status in judgement.statuses if status.practice == EXPLAINED).status is Status.VIOLATED


@pytest.mark.parametrize(
    ("attestation", "words"),
    [(reviewed(DIGEST, practice_id=IDEMPOTENT), "is not about pages"), (reviewed("left.png"), "hexadecimal digits")],
)
def test_screenshots_without_a_page_or_digest_are_refused(attestation: Attestation, words: str) -> None:
    """The practice must be about pages, and a digest has 12 digits or more."""
    with pytest.raises(ConfigError, match=words):
        check(requiring(attestation.practice, attest=(attestation,)))


def test_requiring_nothing_is_refused() -> None:
    """A gate without required practices would always open."""
    with pytest.raises(ConfigError, match=r"gate\.required is empty"):
        check(requiring())


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (requiring(UNTESTED, attest=(attested(), attested())), "twice"),
        (requiring(IDEMPOTENT, waive=(waived("webhook.retries"),)), "Did you mean 'webhooks.retries'"),
        (
            requiring(
                IDEMPOTENT,
                attest=(Attestation(practice=IDEMPOTENT, statement="x", owner="Ada", date=YESTERDAY, expires=TOMORROW),),
            ),
            "experiments can test it",
        ),
        (
            requiring(
                IDEMPOTENT,
                waive=(Waiver(practice=IDEMPOTENT, reason=" ", owner="Bo", date=YESTERDAY, expires=TOMORROW),),
            ),
            "needs an owner and a reason",
        ),
    ],
    ids=["twice", "unknown practice", "testable", "empty"],
)
def test_an_invalid_statement_is_refused(settings: Settings, words: str) -> None:
    """Attestations and waivers are checked before anything runs."""
    with pytest.raises((ConfigError, UnknownName)) as refusal:
        check(settings)

    assert words in str(refusal.value)


def test_an_attestation_is_refused_if_the_hooks_for_an_experiment_are_given() -> None:
    """If the config names pages, experiments test the practices about pages."""
    pages = AppSettings(observe=Observe(pages={"connect": "/connect"}))
    settings = msgspec.structs.replace(requiring(UNTESTED, attest=(attested(),)), app=pages)

    with pytest.raises(ConfigError, match=r"ux\.explains-access is not accepted, because experiments can test it"):
        check(settings)


def test_without_pages_practices_about_pages_may_be_attested() -> None:
    """Only practices that allow it can be attested."""
    settings = requiring(UNTESTED, attest=(attested(),))

    check(settings)

    assert [practice.id for practice in all_practices().values() if may_be_attested(practice, settings)] == [
        "ux.explains-access",
        "ux.transparent-use",
    ]


BEHIND_PROXY = Facts(production_webhook_url="https://api.example.com/hook", tls_ends_at="proxy")


@pytest.mark.parametrize(
    ("app", "is_accepted"),
    [
        (AppSettings(facts=BEHIND_PROXY), True),
        (AppSettings(url="http://127.0.0.1:8000", facts=BEHIND_PROXY, tls=Tls()), False),
        (AppSettings(facts=Facts(production_webhook_url="https://api.example.com/hook")), False),
        (AppSettings(facts=Facts(tls_ends_at="proxy")), False),
        (AppSettings(), False),
    ],
    ids=["proxy", "app serves TLS", "place unknown", "address unknown", "no fact"],
)
def test_https_may_be_attested_if_tls_ends_at_a_proxy(app: AppSettings, is_accepted: bool) -> None:
    """No experiment reaches a proxy in front of the app; the config must state both facts."""
    settings = Settings(app=app)

    assert may_be_attested(practice("webhooks.https"), settings) is is_accepted


def test_https_at_a_proxy_is_attested_and_not_proven(outcome_of: OutcomeOf) -> None:
    """The reason names the owner and the expiry date."""
    statement = msgspec.structs.replace(attested(), practice=HTTPS)
    settings = msgspec.structs.replace(requiring(HTTPS, attest=(statement,)), app=AppSettings(facts=BEHIND_PROXY))
    check(settings)

    judgement = judge(
        [outcome_of(HTTPS, ("serves_https_only", Verdict.INCONCLUSIVE))], settings=settings, seed=1, today=TODAY
    )

    https = next(status for status in judgement.statuses if status.practice == HTTPS)
    assert (https.status, judgement.decision) == (Status.ATTESTED, Decision.OPEN)
    assert https.reason.startswith("Ada, until ")


def test_a_plain_http_production_url_is_a_violation_despite_an_attestation(outcome_of: OutcomeOf) -> None:
    """An observation outranks a statement."""
    statement = msgspec.structs.replace(attested(), practice=HTTPS)
    settings = msgspec.structs.replace(requiring(HTTPS, attest=(statement,)), app=AppSettings(facts=BEHIND_PROXY))

    judgement = judge([outcome_of(HTTPS, ("serves_https_only", Verdict.FAIL))], settings=settings, seed=1, today=TODAY)

    assert judgement.decision is Decision.SHUT


def test_a_refused_attestation_names_the_facts_that_the_config_must_state() -> None:
    """The message states under which condition an attestation counts."""
    statement = msgspec.structs.replace(attested(), practice=HTTPS)

    with pytest.raises(
        ConfigError, match=r"An attestation counts only where the config states app\.facts\.production_webhook_url and app"
    ):
        check(requiring(HTTPS, attest=(statement,)))


def test_a_run_of_some_scenarios_makes_no_decision(outcome_of: OutcomeOf) -> None:
    """Only the practices that the scenarios name have a status, and none is required."""
    judgement = report_only([passing(outcome_of, IDEMPOTENT)], settings=Settings(), seed=1, today=TODAY)

    assert [(status.practice, status.is_required) for status in judgement.statuses] == [(IDEMPOTENT, False)]
    assert judgement.decision is Decision.NOT_REQUESTED


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([Verdict.PASS], 0),
        ([Verdict.PASS, Verdict.INCONCLUSIVE], 3),
        ([Verdict.INCONCLUSIVE, Verdict.FAIL], 1),
        ([], 3),
    ],
    ids=["pass", "inconclusive", "failure outranks inconclusive", "nothing ran"],
)
def test_the_exit_code_of_a_run_is_its_heaviest_verdict(outcome_of: OutcomeOf, verdicts: list[Verdict], code: int) -> None:
    """The exit code is 0 for PASS, 1 for FAIL and 3 for INCONCLUSIVE; a run without scenarios is inconclusive."""
    outcomes = [
        outcome_of(IDEMPOTENT, ("applies_once", verdict), scenario=f"s{number}") for number, verdict in enumerate(verdicts)
    ]

    assert exit_code(report_only(outcomes, settings=Settings(), seed=1, today=TODAY)) == code


def test_an_internal_error_outranks_an_interruption_and_every_verdict(outcome_of: OutcomeOf) -> None:
    """Exit code 4 outranks 130, which outranks the verdict."""
    judgement = judge([outcome_of(IDEMPOTENT, ("applies_once", Verdict.FAIL))], settings=Settings(), seed=1, today=TODAY)

    codes = [
        exit_code(judgement, was_interrupted=True, has_internal_error=True),
        exit_code(judgement, was_interrupted=True),
        exit_code(judgement),
    ]

    assert codes == [4, 130, 1]


def test_scenarios_are_sorted_by_name(outcome_of: OutcomeOf) -> None:
    """The judgement does not depend on the order in which workers finish."""
    first, second = outcome_of(IDEMPOTENT, scenario="a"), outcome_of(IDEMPOTENT, scenario="b")

    forward = judge([first, second], settings=Settings(), seed=1, today=TODAY)
    backward = judge([second, first], settings=Settings(), seed=1, today=TODAY)

    assert forward == backward


def test_a_hook_that_is_in_the_config_is_not_missing(outcome_of: OutcomeOf) -> None:
    """A finding may name a hook whose response is incomplete; the config does set this hook."""
    settings = Settings()
    incomplete = Finding(probe="applies_once", verdict=Verdict.INCONCLUSIVE, observed="no counts", hook="app.webhook")

    status = status_of(settings, outcome_of(IDEMPOTENT, incomplete, scenario="webhook_repeated"))

    assert (status.hooks, status.reason) == ((), "inconclusive in webhook_repeated")


def test_an_incomplete_run_keeps_the_gate_shut(outcome_of: OutcomeOf) -> None:
    """A gate that did not run everything stays shut, whatever passed."""
    settings, outcomes = requiring(IDEMPOTENT), [passing(outcome_of, IDEMPOTENT)]

    whole = judge(outcomes, settings=settings, seed=1, today=TODAY)
    incomplete = judge(outcomes, settings=settings, seed=1, today=TODAY, is_whole=False)

    assert (whole.decision, incomplete.decision) == (Decision.OPEN, Decision.SHUT)


def test_a_hook_that_a_finding_needs_is_named(outcome_of: OutcomeOf) -> None:
    """If the config does not set the hook of an inconclusive finding, the reason names the hook."""
    without_hook = Finding(
        probe="loses_nothing", verdict=Verdict.INCONCLUSIVE, observed="nothing reported", hook="app.drive.fail"
    )

    status = status_of(Settings(), outcome_of(IDEMPOTENT, without_hook))

    assert (status.hooks, status.reason) == (("app.drive.fail",), "the config does not set app.drive.fail")


def test_a_webhook_secret_that_is_not_in_the_environment_is_named(outcome_of: OutcomeOf) -> None:
    """The reason states where to pass the secret, and the list of missing hooks states what that allows."""
    observed = f"pass {SECRET_IN_ENV}"
    without_secret = Finding(probe="every_step_done", verdict=Verdict.INCONCLUSIVE, observed=observed, hook=SECRET_IN_ENV)
    settings = Settings(app=AppSettings(env={"PORT": "{port}"}))

    judgement = judge([outcome_of(IDEMPOTENT, without_secret)], settings=settings, seed=1, today=TODAY)

    status = next(status for status in judgement.statuses if status.practice == IDEMPOTENT)
    unlocks = [(unlock.hook, unlock.purpose) for unlock in judgement.unlocks if IDEMPOTENT in unlock.practices]
    assert status.reason == "the config does not set {webhook_secret} in [app.env]"
    assert unlocks == [(SECRET_IN_ENV, "allows starting the app without the secret")]


def test_a_practice_that_is_attested_and_waived_is_refused() -> None:
    """The two statements contradict each other."""
    waiver = waived(UNTESTED)

    with pytest.raises(ConfigError, match=f"{UNTESTED} is both attested and waived"):
        check(Settings(attest=(attested(),), waive=(waiver,)))


@pytest.mark.parametrize(
    ("date", "expires", "words"),
    [
        (YESTERDAY, YESTERDAY, "by Ada expired on 2026-05-31, so it does not count."),
        (TOMORROW, TOMORROW, "by Ada is not valid before 2026-06-02, so it does not count."),
        (YESTERDAY, TODAY, "by Ada expires today, on 2026-06-01."),
        (YESTERDAY, TOMORROW, "by Ada expires tomorrow, on 2026-06-02."),
        (YESTERDAY, datetime.date(2026, 6, 15), "by Ada expires in 14 days, on 2026-06-15."),
    ],
)
def test_a_statement_that_expires_is_remarked(date: datetime.date, expires: datetime.date, words: str) -> None:
    """A remark states that a statement has expired, is not valid yet, or expires soon."""
    settings = requiring(UNTESTED, attest=(attested(date=date, expires=expires),))

    (remark,) = judge([], settings=settings, seed=1, today=TODAY).remarks

    assert remark.startswith(f"[[attest]] {UNTESTED} {words}")


def test_a_statement_that_expires_later_is_not_remarked() -> None:
    """There is no remark 15 days before the expiry."""
    settings = requiring(UNTESTED, attest=(attested(expires=datetime.date(2026, 6, 16)),))

    assert judge([], settings=settings, seed=1, today=TODAY).remarks == ()


def test_unfinished_scenarios_are_one_remark(outcome_of: OutcomeOf) -> None:
    """The report has one line, however many scenarios did not finish."""
    unfinished = [outcome_of(IDEMPOTENT, (NOT_RUN, Verdict.INCONCLUSIVE), scenario=f"s{number}") for number in range(9)]

    judgement = judge(
        [passing(outcome_of, IDEMPOTENT), *unfinished], settings=Settings(), seed=1, today=TODAY, is_whole=False
    )

    assert judgement.remarks == ("9 of 10 scenarios did not finish.",)
    assert findings_to_show(judgement) == []


@pytest.mark.parametrize(("datasets", "count"), [(("accounts", "usage"), 1), (("usage",), 0), (("accounts",), 0), (None, 0)])
def test_energy_data_beside_bank_data_is_a_remark(datasets: tuple[str, ...] | None, count: int) -> None:
    """A run tries banks or energy retailers, so an app that uses both needs two runs."""
    settings = Settings(app=AppSettings(facts=Facts(datasets=datasets)))

    remarks = judge([], settings=settings, seed=1, today=TODAY).remarks

    assert [remark.split(",")[0] for remark in remarks] == ["Energy data was not tried"] * count


def test_a_fast_gate_opens_with_a_remark(outcome_of: OutcomeOf) -> None:
    """A remark states that each question was tested once."""
    judgement = judge(
        [passing(outcome_of, IDEMPOTENT)],
        settings=requiring(IDEMPOTENT),
        seed=1,
        today=TODAY,
        is_fast=True,
        left_out=("other", "another"),
    )

    assert judgement.decision is Decision.OPEN
    assert judgement.remarks == ("A fast gate: it tested each question once, in 1 of 3 scenarios, and left the others out.",)


def test_a_fault_that_a_route_did_not_meet_prevents_proof(outcome_of: OutcomeOf) -> None:
    """The reason names route, fault and moment; a fast gate, which tests each question once, does not require it."""
    outcomes = [passing(outcome_of, NETWORK)]
    kinds = [f"met foreground token {kind}" for kind in KINDS if kind != "stalls"]
    marks = ["used foreground token", *kinds]

    whole = judge(outcomes, settings=Settings(), seed=0, today=TODAY, coverage_marks=marks)
    fast = judge(outcomes, settings=Settings(), seed=0, today=TODAY, coverage_marks=marks, is_fast=True)

    (status,) = [status for status in whole.statuses if status.practice == NETWORK]
    assert (status.status, status.reason.partition(";")[0]) == (
        Status.NOT_PROVEN,
        "not tested: token stalls in the foreground",
    )
    assert [row.missing for row in routes_met(whole, marks)] == [("stalls",)]
    assert [status.status for status in fast.statuses if status.practice == NETWORK] == [Status.PROVEN]
