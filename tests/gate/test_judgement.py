"""The gate: findings blame the practices of their scenario, doubt never proves, and statements count for their time."""

import datetime
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.core.config import AppSettings, Attestation, GateSettings, Observe, Settings, Waiver, parse
from fiskil_harness.core.config.hooks import MESSAGE, ORIGIN_IN_MESSAGE, SECRET_IN_ENV
from fiskil_harness.core.config.schema import Facts, Tls
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.gate.judgement import Decision, check, exit_code, judge, report_only
from fiskil_harness.gate.practice_status import PracticeStatus, Status, is_in_config, may_be_attested
from fiskil_harness.gate.report.text import findings_to_show
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.evaluation import NOT_RUN
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import all_practices, practice

IDEMPOTENT, HTTPS = "webhooks.idempotent", "webhooks.https"
UNTESTED = next(all_practice.id for all_practice in all_practices().values() if all_practice.attestable_without)
TODAY = datetime.date(2026, 6, 1)
YESTERDAY, TOMORROW = datetime.date(2026, 5, 31), datetime.date(2026, 6, 2)

OutcomeOf = Callable[..., Outcome]


def passing(outcome_of: OutcomeOf, practice_id: str) -> Outcome:
    """An outcome in which every probe that *practice_id* needs passed."""
    return outcome_of(practice_id, *((name, Verdict.PASS) for name in all_practices()[practice_id].needed))


def standing_of(settings: Settings, *outcomes: Outcome, practice_id: str = IDEMPOTENT) -> PracticeStatus:
    """Where the app stands with one practice."""
    judgement = judge(outcomes, settings=settings, seed=1, today=TODAY)
    return next(status for status in judgement.statuses if status.practice == practice_id)


def requiring(*practice_ids: str, attest: tuple[Attestation, ...] = (), waive: tuple[Waiver, ...] = ()) -> Settings:
    """Settings that require these practices."""
    return Settings(gate=GateSettings(required=practice_ids), attest=attest, waive=waive)


def attested(*, date: datetime.date = YESTERDAY, expires: datetime.date = TOMORROW) -> Attestation:
    """A statement about a practice that no experiment can tell."""
    return Attestation(practice=UNTESTED, statement="seen by Ada", owner="Ada", date=date, expires=expires)


def waived(practice_id: str = IDEMPOTENT, *, expires: datetime.date = TOMORROW) -> Waiver:
    """An accepted violation."""
    return Waiver(practice=practice_id, reason="next release", owner="Bo", date=YESTERDAY, expires=expires)


def test_every_practice_has_a_standing_in_the_order_of_the_page() -> None:
    """All 49 are reported, also when nothing ran."""
    judgement = judge([], settings=Settings(), seed=1, today=TODAY)

    assert [status.practice for status in judgement.statuses] == list(all_practices())
    assert {status.status for status in judgement.statuses} == {Status.NOT_PROVEN}


def test_a_practice_is_proven_when_every_needed_probe_passed(outcome_of: OutcomeOf) -> None:
    """Proven names the probes and where they passed."""
    found = standing_of(Settings(), passing(outcome_of, IDEMPOTENT))

    assert found.status is Status.PROVEN
    assert "applies_once" in found.reason


def test_a_needed_probe_that_never_passed_leaves_a_practice_unproven(outcome_of: OutcomeOf) -> None:
    """A scenario that bears on a practice without asking what it needs proves nothing."""
    found = standing_of(Settings(), outcome_of(IDEMPOTENT, ("survives_every_plan", Verdict.PASS)))

    assert (found.status, "applies_once" in found.reason) == (Status.NOT_PROVEN, True)


def test_one_failure_violates_whatever_else_passed(outcome_of: OutcomeOf) -> None:
    """Any FAIL violates, and the reason names the probe and the scenario."""
    failed = outcome_of(IDEMPOTENT, ("applies_once", Verdict.FAIL), scenario="webhook_repeated")

    found = standing_of(Settings(), passing(outcome_of, IDEMPOTENT), failed)

    assert (found.status, found.reason) == (Status.VIOLATED, "applies_once in webhook_repeated")


def test_a_probe_that_passed_elsewhere_was_not_run_here(outcome_of: OutcomeOf) -> None:
    """What passed in a scenario of another practice is not said to have never passed."""
    here = outcome_of("cache.invalidated", ("drops_revoked_rows", Verdict.PASS), scenario="consent_expires")
    elsewhere = outcome_of(IDEMPOTENT, ("holds_newest_values", Verdict.PASS), scenario="account_closed_at_bank")

    found = standing_of(Settings(), here, elsewhere, practice_id="cache.invalidated")

    assert found.status is Status.NOT_PROVEN
    assert found.reason == "not run in a scenario of this practice: holds_newest_values"


def test_doubt_leaves_a_practice_unproven(outcome_of: OutcomeOf) -> None:
    """One INCONCLUSIVE finding that counts is enough, though every needed probe passed elsewhere."""
    doubtful = outcome_of(IDEMPOTENT, ("every_fault_bit", Verdict.INCONCLUSIVE), scenario="webhook_burst")

    found = standing_of(Settings(), passing(outcome_of, IDEMPOTENT), doubtful)

    assert (found.status, found.reason) == (Status.NOT_PROVEN, "inconclusive in webhook_burst")


def test_a_finding_blames_only_the_practices_of_its_scenario(outcome_of: OutcomeOf) -> None:
    """A failure in one scenario says nothing about practices that it does not name."""
    failed = outcome_of("webhooks.retries", ("applies_once", Verdict.FAIL))

    found = standing_of(Settings(), passing(outcome_of, IDEMPOTENT), failed)

    assert found.status is Status.PROVEN


def test_a_missing_hook_is_named_with_what_it_would_unlock(outcome_of: OutcomeOf) -> None:
    """The reason, and the list of what the config does not give, name the hook."""
    lacking = outcome_of(IDEMPOTENT, ("applies_once", Verdict.INCONCLUSIVE), missing=("app.observe.effects",))

    judgement = judge([lacking], settings=Settings(), seed=1, today=TODAY)

    found = next(status for status in judgement.statuses if status.practice == IDEMPOTENT)
    assert (found.reason, found.hooks) == ("the config lacks app.observe.effects", ("app.observe.effects",))
    assert [(unlock.hook, unlock.practices) for unlock in judgement.unlocks if IDEMPOTENT in unlock.practices] == [
        ("app.observe.effects", (IDEMPOTENT,))
    ]


@pytest.mark.parametrize("hooks", [(MESSAGE,), (MESSAGE, ORIGIN_IN_MESSAGE)])
def test_what_is_about_other_apps_leaves_nothing_unproven(outcome_of: OutcomeOf, hooks: tuple[str, ...]) -> None:
    """An app that embeds nothing owes no answer to a message; the hook is named all the same."""
    aside = outcome_of(IDEMPOTENT, ("applies_once", Verdict.INCONCLUSIVE), scenario="aside", missing=hooks)

    judgement = judge([passing(outcome_of, IDEMPOTENT), aside], settings=requiring(IDEMPOTENT), seed=1, today=TODAY)

    assert (judgement.decision, judgement.verdict) == (Decision.OPEN, Verdict.PASS)
    assert {(unlock.hook, unlock.practices) for unlock in judgement.unlocks} >= {(hook, (IDEMPOTENT,)) for hook in hooks}


@pytest.mark.parametrize("hooks", [(MESSAGE,), (MESSAGE, "app.drive.start_session")])
def test_what_lacks_more_or_stands_alone_proves_nothing(outcome_of: OutcomeOf, hooks: tuple[str, ...]) -> None:
    """Nothing was seen of the app; and what lacks another hook as well is about every app."""
    aside = outcome_of(IDEMPOTENT, ("applies_once", Verdict.INCONCLUSIVE), missing=hooks)

    judgement = judge([aside], settings=requiring(IDEMPOTENT), seed=1, today=TODAY)

    found = next(status for status in judgement.statuses if status.practice == IDEMPOTENT)
    assert (found.status, judgement.verdict) == (Status.NOT_PROVEN, Verdict.INCONCLUSIVE)
    assert found.hooks == tuple(sorted(hooks))


def test_the_gate_opens_for_what_is_required(outcome_of: OutcomeOf) -> None:
    """A list of required practices is enough, and the judgement says how many of how many."""
    judgement = judge([passing(outcome_of, IDEMPOTENT)], settings=requiring(IDEMPOTENT), seed=1, today=TODAY)

    assert judgement.decision is Decision.OPEN
    assert (judgement.required, judgement.required_met, judgement.practices) == (1, 1, 49)


def test_a_violation_outside_the_required_list_keeps_the_gate_shut(outcome_of: OutcomeOf) -> None:
    """Nothing may be violated, required or not."""
    outcomes = [passing(outcome_of, IDEMPOTENT), outcome_of("webhooks.retries", ("loses_nothing", Verdict.FAIL))]

    judgement = judge(outcomes, settings=requiring(IDEMPOTENT), seed=1, today=TODAY)

    assert (judgement.decision, exit_code(judgement)) == (Decision.SHUT, 1)


def test_all_is_required_unless_a_list_is_given(outcome_of: OutcomeOf) -> None:
    """Without a list the gate asks for everything, and what is not proven keeps it shut."""
    judgement = judge([passing(outcome_of, IDEMPOTENT)], settings=Settings(), seed=1, today=TODAY)

    assert (judgement.decision, judgement.required, exit_code(judgement)) == (Decision.SHUT, 49, 3)


def test_an_attestation_counts_where_no_experiment_can_tell() -> None:
    """It is shown as such, with owner and date, and opens the gate."""
    settings = requiring(UNTESTED, attest=(attested(),))

    judgement = judge([], settings=settings, seed=1, today=TODAY)

    found = next(status for status in judgement.statuses if status.practice == UNTESTED)
    assert (found.status, found.reason) == (Status.ATTESTED, "Ada, until 2026-06-02: seen by Ada")
    assert judgement.decision is Decision.OPEN


@pytest.mark.parametrize(
    ("date", "expires", "words"),
    [(YESTERDAY, YESTERDAY, "expired on 2026-05-31"), (TOMORROW, TOMORROW, "begins only on 2026-06-02")],
)
def test_a_statement_outside_its_time_counts_as_absent(date: datetime.date, expires: datetime.date, words: str) -> None:
    """An attestation that has expired, or has not begun, leaves the practice unproven and says why."""
    settings = requiring(UNTESTED, attest=(attested(date=date, expires=expires),))

    found = standing_of(settings, practice_id=UNTESTED)

    assert (found.status, words in found.reason) == (Status.NOT_PROVEN, True)


def test_a_waiver_lets_a_violation_pass_and_still_shows_it(outcome_of: OutcomeOf) -> None:
    """The standing stays violated; the gate opens."""
    settings = requiring(IDEMPOTENT, waive=(waived(),))

    judgement = judge([outcome_of(IDEMPOTENT, ("applies_once", Verdict.FAIL))], settings=settings, seed=1, today=TODAY)

    found = next(status for status in judgement.statuses if status.practice == IDEMPOTENT)
    assert (found.status, found.waiver) == (Status.VIOLATED, "accepted by Bo until 2026-06-02: next release")
    assert (judgement.decision, exit_code(judgement)) == (Decision.OPEN, 0)


def test_an_expired_waiver_lets_nothing_pass(outcome_of: OutcomeOf) -> None:
    """The day after its expiry it counts as absent."""
    settings = requiring(IDEMPOTENT, waive=(waived(expires=YESTERDAY),))

    judgement = judge([outcome_of(IDEMPOTENT, ("applies_once", Verdict.FAIL))], settings=settings, seed=1, today=TODAY)

    assert (judgement.decision, exit_code(judgement)) == (Decision.SHUT, 1)


def test_a_waiver_for_something_that_passes_is_itself_an_error(outcome_of: OutcomeOf) -> None:
    """It keeps the gate shut with a complaint that says what to do."""
    settings = requiring(IDEMPOTENT, waive=(waived(),))

    judgement = judge([passing(outcome_of, IDEMPOTENT)], settings=settings, seed=1, today=TODAY)

    assert judgement.complaints == (
        "[[waive]] webhooks.idempotent waives nothing: the practice is proven. Remove the waiver.",
    )
    assert (judgement.decision, exit_code(judgement)) == (Decision.SHUT, 2)


def test_a_waiver_does_not_stand_in_for_proof(outcome_of: OutcomeOf) -> None:
    """It accepts a violation that was seen, not one that was never looked for."""
    judgement = judge([], settings=requiring(IDEMPOTENT, waive=(waived(),)), seed=1, today=TODAY)

    assert (judgement.decision, exit_code(judgement)) == (Decision.SHUT, 3)
    (found,) = [status for status in judgement.statuses if status.practice == IDEMPOTENT]
    assert found.reason.endswith("; the waiver of Bo accepts a violation, and does not stand for a proof")


@pytest.mark.parametrize(
    ("config", "hook", "is_there"),
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
def test_a_hook_is_in_the_config_or_may_be_in_the_object(config: dict[str, object], hook: str, *, is_there: bool) -> None:
    """An object may have any method; facts and limits are stated by the config alone, and a default is no promise."""
    assert is_in_config(parse(config, folder=Path()), hook) is is_there


def test_an_unknown_practice_is_refused_with_the_nearest_match() -> None:
    """A mistyped id in the config is an error before anything runs."""
    with pytest.raises(UnknownName, match=r"No practice 'webhooks.idempotnet'.*Did you mean 'webhooks.idempotent'"):
        check(requiring("webhooks.idempotnet"))


def test_requiring_nothing_is_refused() -> None:
    """A gate that asks for nothing would always open."""
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
            "experiments can tell",
        ),
        (
            requiring(
                IDEMPOTENT,
                waive=(Waiver(practice=IDEMPOTENT, reason=" ", owner="Bo", date=YESTERDAY, expires=TOMORROW),),
            ),
            "needs an owner and a reason",
        ),
    ],
    ids=["twice", "unknown practice", "experiments can tell", "says nothing"],
)
def test_a_statement_that_cannot_be_meant_is_refused(settings: Settings, words: str) -> None:
    """What the config says about the gate is checked before anything runs."""
    with pytest.raises((ConfigError, UnknownName)) as refusal:
        check(settings)

    assert words in str(refusal.value)


def test_what_is_attested_is_experimented_with_where_the_hooks_are_given() -> None:
    """Who gives pages needs no statement about them, and none is taken."""
    pages = AppSettings(observe=Observe(pages={"connect": "/connect"}))
    settings = msgspec.structs.replace(requiring(UNTESTED, attest=(attested(),)), app=pages)

    with pytest.raises(ConfigError, match=r"ux\.explains-access does not count, because experiments can tell"):
        check(settings)


def test_where_no_page_is_given_a_person_may_stand_for_what_pages_say() -> None:
    """Only rows that allow it."""
    settings = requiring(UNTESTED, attest=(attested(),))

    check(settings)

    assert [all_practice.id for all_practice in all_practices().values() if may_be_attested(all_practice, settings)] == [
        "ux.explains-access",
        "ux.transparent-use",
    ]


BEHIND_PROXY = Facts(production_webhook_url="https://api.example.com/hook", tls_ends_at="proxy")


@pytest.mark.parametrize(
    ("app", "is_taken"),
    [
        (AppSettings(facts=BEHIND_PROXY), True),
        (AppSettings(url="http://127.0.0.1:8000", facts=BEHIND_PROXY, tls=Tls()), False),
        (AppSettings(facts=Facts(production_webhook_url="https://api.example.com/hook")), False),
        (AppSettings(facts=Facts(tls_ends_at="proxy")), False),
        (AppSettings(), False),
    ],
    ids=["proxy", "speaks TLS itself", "nobody says where", "no address", "nothing is said"],
)
def test_where_tls_ends_at_a_proxy_a_person_may_stand_for_it(app: AppSettings, is_taken: bool) -> None:
    """No experiment reaches what stands in front of the app; without both facts one does, or nobody knows."""
    settings = Settings(app=app)

    assert may_be_attested(practice("webhooks.https"), settings) is is_taken


def test_a_proxy_is_attested_and_never_proven(outcome_of: OutcomeOf) -> None:
    """The standing names who stands for it, and until when."""
    statement = msgspec.structs.replace(attested(), practice=HTTPS)
    settings = msgspec.structs.replace(requiring(HTTPS, attest=(statement,)), app=AppSettings(facts=BEHIND_PROXY))
    check(settings)

    judgement = judge(
        [outcome_of(HTTPS, ("serves_https_only", Verdict.INCONCLUSIVE))], settings=settings, seed=1, today=TODAY
    )

    standing = next(status for status in judgement.statuses if status.practice == HTTPS)
    assert (standing.status, judgement.decision) == (Status.ATTESTED, Decision.OPEN)
    assert standing.reason.startswith("Ada, until ")


def test_a_plain_url_of_production_is_a_violation_whatever_is_attested(outcome_of: OutcomeOf) -> None:
    """What was seen outranks what is stated."""
    statement = msgspec.structs.replace(attested(), practice=HTTPS)
    settings = msgspec.structs.replace(requiring(HTTPS, attest=(statement,)), app=AppSettings(facts=BEHIND_PROXY))

    judgement = judge([outcome_of(HTTPS, ("serves_https_only", Verdict.FAIL))], settings=settings, seed=1, today=TODAY)

    assert judgement.decision is Decision.SHUT


def test_a_refused_statement_says_what_the_config_must_state() -> None:
    """Whoever is stuck reads the way out."""
    statement = msgspec.structs.replace(attested(), practice=HTTPS)

    with pytest.raises(ConfigError, match=r"Only where the config states app\.facts\.production_webhook_url and app"):
        check(requiring(HTTPS, attest=(statement,)))


def test_a_few_scenarios_ask_no_gate(outcome_of: OutcomeOf) -> None:
    """Only the practices that they bear on have a standing, and none is required."""
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
    ids=["pass", "doubt", "failure outranks doubt", "nothing ran"],
)
def test_the_exit_code_of_a_run_is_its_heaviest_verdict(outcome_of: OutcomeOf, verdicts: list[Verdict], code: int) -> None:
    """0 holds, 1 FAIL, 3 inconclusive; 1 outranks 3, and nothing is no pass."""
    outcomes = [outcome_of(IDEMPOTENT, ("applies_once", verdict), scenario=f"s{n}") for n, verdict in enumerate(verdicts)]

    assert exit_code(report_only(outcomes, settings=Settings(), seed=1, today=TODAY)) == code


def test_a_fault_of_our_own_outranks_an_interruption_and_every_verdict(outcome_of: OutcomeOf) -> None:
    """4 before 130 before what was found."""
    judgement = judge([outcome_of(IDEMPOTENT, ("applies_once", Verdict.FAIL))], settings=Settings(), seed=1, today=TODAY)

    codes = [
        exit_code(judgement, was_interrupted=True, has_fault=True),
        exit_code(judgement, was_interrupted=True),
        exit_code(judgement),
    ]

    assert codes == [4, 130, 1]


def test_scenarios_are_told_by_name_whatever_order_they_ended_in(outcome_of: OutcomeOf) -> None:
    """Workers end in any order; the judgement does not show it."""
    first, second = outcome_of(IDEMPOTENT, scenario="a"), outcome_of(IDEMPOTENT, scenario="b")

    one = judge([first, second], settings=Settings(), seed=1, today=TODAY)
    other = judge([second, first], settings=Settings(), seed=1, today=TODAY)

    assert one == other


def test_a_finding_that_names_a_hook_of_the_config_does_not_call_it_missing(outcome_of: OutcomeOf) -> None:
    """An effects hook that tells too little is not one that the config lacks."""
    settings = Settings()
    told_little = Finding(probe="applies_once", verdict=Verdict.INCONCLUSIVE, observed="no counts", hook="app.webhook")

    found = standing_of(settings, outcome_of(IDEMPOTENT, told_little, scenario="webhook_repeated"))

    assert (found.hooks, found.reason) == ((), "inconclusive in webhook_repeated")


def test_a_run_that_was_cut_short_opens_nothing(outcome_of: OutcomeOf) -> None:
    """Whatever passed before, a gate that did not see everything stays shut."""
    settings, outcomes = requiring(IDEMPOTENT), [passing(outcome_of, IDEMPOTENT)]

    whole = judge(outcomes, settings=settings, seed=1, today=TODAY)
    cut = judge(outcomes, settings=settings, seed=1, today=TODAY, is_whole=False)

    assert (whole.decision, cut.decision) == (Decision.OPEN, Decision.SHUT)


def test_a_hook_that_a_finding_lacks_is_named(outcome_of: OutcomeOf) -> None:
    """A probe that lacked a hook which the config does not give leaves the practice unproven for want of it."""
    lacking = Finding(probe="loses_nothing", verdict=Verdict.INCONCLUSIVE, observed="nothing told", hook="app.drive.fail")

    found = standing_of(Settings(), outcome_of(IDEMPOTENT, lacking))

    assert (found.hooks, found.reason) == (("app.drive.fail",), "the config lacks app.drive.fail")


def test_a_secret_from_elsewhere_is_named_with_where_to_pass_it(outcome_of: OutcomeOf) -> None:
    """Whatever else [app.env] holds; and the entry says what that is good for."""
    seen = f"pass {SECRET_IN_ENV}"
    lacking = Finding(probe="every_step_done", verdict=Verdict.INCONCLUSIVE, observed=seen, hook=SECRET_IN_ENV)
    settings = Settings(app=AppSettings(env={"PORT": "{port}"}))

    judgement = judge([outcome_of(IDEMPOTENT, lacking)], settings=settings, seed=1, today=TODAY)

    found = next(status for status in judgement.statuses if status.practice == IDEMPOTENT)
    assert found.reason == "the config lacks {webhook_secret} in [app.env]"
    found = [(unlock.hook, unlock.purpose) for unlock in judgement.unlocks if IDEMPOTENT in unlock.practices]
    assert found == [(SECRET_IN_ENV, "lets the app be started without it")]


def test_who_attests_and_waives_the_same_is_refused() -> None:
    """One says that it holds, the other that it need not."""
    waiver = waived(UNTESTED)

    with pytest.raises(ConfigError, match=f"{UNTESTED} is attested and waived"):
        check(Settings(attest=(attested(),), waive=(waiver,)))


@pytest.mark.parametrize(
    ("date", "expires", "words"),
    [
        (YESTERDAY, YESTERDAY, "by Ada expired on 2026-05-31, so it counts as absent."),
        (TOMORROW, TOMORROW, "by Ada begins only on 2026-06-02, so it counts as absent."),
        (YESTERDAY, TODAY, "by Ada expires today, on 2026-06-01."),
        (YESTERDAY, TOMORROW, "by Ada expires tomorrow, on 2026-06-02."),
        (YESTERDAY, datetime.date(2026, 6, 15), "by Ada expires in 14 days, on 2026-06-15."),
    ],
)
def test_what_time_does_to_statements_is_told(date: datetime.date, expires: datetime.date, words: str) -> None:
    """Whether they count no more, not yet, or soon no more."""
    settings = requiring(UNTESTED, attest=(attested(date=date, expires=expires),))

    (remark,) = judge([], settings=settings, seed=1, today=TODAY).remarks

    assert remark.startswith(f"[[attest]] {UNTESTED} {words}")


def test_of_a_statement_with_time_left_nothing_is_said() -> None:
    """Fifteen days are enough."""
    settings = requiring(UNTESTED, attest=(attested(expires=datetime.date(2026, 6, 16)),))

    assert judge([], settings=settings, seed=1, today=TODAY).remarks == ()


def test_what_did_not_run_is_one_line(outcome_of: OutcomeOf) -> None:
    """However many scenarios an interruption left out."""
    cut = [outcome_of(IDEMPOTENT, (NOT_RUN, Verdict.INCONCLUSIVE), scenario=f"s{number}") for number in range(9)]

    judgement = judge([passing(outcome_of, IDEMPOTENT), *cut], settings=Settings(), seed=1, today=TODAY, is_whole=False)

    assert judgement.remarks == ("9 of 10 scenarios did not run to their end.",)
    assert findings_to_show(judgement) == []


def test_a_fast_gate_opens_and_says_that_it_is_fast(outcome_of: OutcomeOf) -> None:
    """Each question was asked once."""
    judgement = judge(
        [passing(outcome_of, IDEMPOTENT)],
        settings=requiring(IDEMPOTENT),
        seed=1,
        today=TODAY,
        is_fast=True,
        left_out=("other", "another"),
    )

    assert judgement.decision is Decision.OPEN
    assert judgement.remarks == ("A fast gate: it asked each question once, in 1 of 3 scenarios, and left the others out.",)
