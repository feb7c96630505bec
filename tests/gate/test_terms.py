"""A loosened config is worse than the baseline, and a tightened config is not."""

import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from fiskil_harness.core.config import AppSettings, Attestation, GateSettings, Observe, RequestTemplate, Settings, Waiver
from fiskil_harness.core.config.schema import Connected, Facts, Limits, Reducer, SandboxSettings, Webhook
from fiskil_harness.core.config.webhook_format import Scheme
from fiskil_harness.core.model.events import EVENT_KINDS
from fiskil_harness.gate.baseline import compare
from fiskil_harness.gate.judgement import Comparison, GateResult, Judgement, judge
from fiskil_harness.gate.terms import Terms, loosened, terms_of
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.scenario.scenario import GeneratedScenario, load
from tests.gate.test_baseline import RUN

TODAY = datetime.date(2026, 6, 1)
DAY = datetime.timedelta(days=1)
IDEMPOTENT, HTTPS = "webhooks.idempotent", "server.https"
WAIVER = Waiver(practice=IDEMPOTENT, reason="soon", owner="Bo", date=TODAY, expires=TODAY + DAY)
ATTESTATION = Attestation(practice=HTTPS, statement="yes", owner="Bo", date=TODAY, expires=TODAY + DAY)
EFFECTS = RequestTemplate(request="GET /effects")


def limited(**limits: float) -> Settings:
    """Return a config that states *limits*."""
    return Settings(app=AppSettings(limits=Limits(**limits)), stated_limits=frozenset(limits))


def observing(**observe: Any) -> Settings:
    """Return a config with these settings of ``app.observe``."""
    return Settings(app=AppSettings(observe=Observe(**observe)))


def requiring(**gate: Any) -> Settings:
    """Return a config with these settings of ``gate``."""
    return Settings(gate=GateSettings(**gate))


def becoming(*kinds: str) -> Settings:
    """Return a config whose reducer states the value after these kinds of events."""
    return observing(reducer=Reducer(state="$.status", becomes=dict.fromkeys(kinds, "active")))


def connected_if(*values: Any) -> Settings:
    """Return a config in which *values* mean that an end user is connected."""
    return observing(connected=Connected(path="$.status", values=values))


def stating(**facts: Any) -> Settings:
    """Return a config with these facts."""
    return Settings(app=AppSettings(facts=Facts(**facts)))


def signed_with(**scheme: Any) -> Settings:
    """Return a config with a signature scheme that signs the time."""
    timed = Scheme(signs="{timestamp}.{body}", timestamp_header="X-Time", **scheme)
    return Settings(app=AppSettings(webhook=Webhook(scheme=timed)))


def choosing(**interpretations: str) -> Settings:
    """Return a config that chooses an interpretation of the token's lifetime."""
    chosen = {f"token.{name}": choice for name, choice in interpretations.items()}
    return Settings(sandbox=SandboxSettings(interpretations=chosen))


LOOSER = {
    "another interpretation than the default is chosen": (
        requiring(interpretations=("token.lifetime=3600",)),
        choosing(lifetime="3600"),
        ("gate.interpretations token.lifetime=900", "required", "not required"),
    ),
    "a kind of event has no value": (
        becoming("consent.received", "consent.revoked"),
        becoming("consent.received"),
        ("app.observe.reducer.becomes consent.revoked", "set", "not set"),
    ),
    "a log file is dropped": (
        observing(logs=("app.log", "worker.log")),
        observing(logs=("app.log",)),
        ("app.observe.logs file 2", "set", "not set"),
    ),
    "all log files are dropped": (observing(logs=("app.log",)), Settings(), ("app.observe.logs", "set", "not set")),
    "another value means connected": (
        connected_if("active"),
        connected_if("active", None),
        ("app.observe.connected.values null", "not accepted", "accepted"),
    ),
    "signatures are valid for longer": (
        signed_with(),
        signed_with(tolerance_s=900),
        ("app.webhook.scheme.tolerance_s", "300", "900"),
    ),
    "times in the future are accepted": (
        signed_with(),
        signed_with(accepts_future=True),
        ("app.webhook.scheme.accepts_future true", "not accepted", "accepted"),
    ),
    "a dataset is dropped": (
        stating(datasets=("accounts", "payees")),
        stating(datasets=("accounts",)),
        ("app.facts.datasets payees", "set", "not set"),
    ),
    "a kind of event is not used": (
        stating(uses_events=("*",)),
        stating(uses_events=tuple(kind for kind in EVENT_KINDS if kind != "consent.updated")),
        ("app.facts.uses_events consent.updated", "set", "not set"),
    ),
    "a kind of event of another sender is not used": (
        stating(uses_events=("consent.received", "invoice.paid")),
        stating(uses_events=("consent.received",)),
        ("app.facts.uses_events invoice.paid", "set", "not set"),
    ),
    "a plugin is dropped": (Settings(plugins=("team_probes",)), Settings(), ("plugins team_probes", "set", "not set")),
    "an interpretation is no longer required": (
        requiring(interpretations=("token.lifetime=3600",)),
        Settings(),
        ("gate.interpretations token.lifetime=3600", "required", "not required"),
    ),
    "a practice is no longer required": (
        requiring(required=(IDEMPOTENT, HTTPS)),
        requiring(required=(HTTPS,)),
        (f"gate.required {IDEMPOTENT}", "required", "not required"),
    ),
    "a new waiver": (Settings(), Settings(waive=(WAIVER,)), (f"waive {IDEMPOTENT}", "not set", "until 2026-06-02")),
    "a longer waiver": (
        Settings(waive=(WAIVER,)),
        Settings(waive=(replace(WAIVER, expires=TODAY + 2 * DAY),)),
        (f"waive {IDEMPOTENT}", "until 2026-06-02", "until 2026-06-03"),
    ),
    "a new attestation": (Settings(), Settings(attest=(ATTESTATION,)), (f"attest {HTTPS}", "not set", "attested")),
    "a larger limit": (limited(ack_s=1.5), limited(ack_s=5), ("app.limits.ack_s", "1.5", "5")),
    "a limit that is not stated": (limited(ack_s=10), Settings(), ("app.limits.ack_s", "10", "not set")),
    "a hook is dropped": (observing(effects=EFFECTS), Settings(), ("app.observe.effects", "set", "not set")),
    "a page is dropped": (
        observing(pages={"home": "/", "consent": "/consent"}),
        observing(pages={"home": "/"}),
        ("app.observe.pages.consent", "set", "not set"),
    ),
    "state is ignored": (
        Settings(),
        observing(ignore=("$.state.at",)),
        ("app.observe.ignore $.state.at", "not set", "ignored"),
    ),
    "defence in depth is off": (requiring(defence_in_depth=True), Settings(), ("gate.defence_in_depth", "true", "false")),
}


def judged(settings: Settings, *, seed: int = 0, outcomes: tuple[Outcome, ...] = ()) -> Judgement:
    """Return the judgement of a gate."""
    return judge(outcomes, settings=settings, seed=seed, today=TODAY)


def compared(before: Judgement, now: Judgement, settings: Settings) -> Comparison:
    """Return the comparison of *now* with *before*."""
    options: dict[str, Any] = {"digest": "same", "harness": "1", "name": "old.json", "coverage_marks": ()}
    return compare(now, GateResult(result=before, run=RUN), settings=settings, today=TODAY, **options)


def of_config(comparison: Comparison) -> list[tuple[str, str, str]]:
    """Return what is worse in the config: key, old value and new value."""
    return [
        (change.subject.removeprefix("config: "), change.before, change.now)
        for change in comparison.worse
        if change.subject.startswith("config: ")
    ]


@pytest.mark.parametrize(("strict", "loose", "expected"), LOOSER.values(), ids=LOOSER)
def test_a_looser_config_is_worse(strict: Settings, loose: Settings, expected: tuple[str, str, str]) -> None:
    """The comparison lists the key with both values, and the exit code is 3."""
    comparison = compared(judged(strict), judged(loose), loose)

    assert of_config(comparison) == [expected]
    assert comparison.exit_code == 3


@pytest.mark.parametrize(("strict", "loose", "_expected"), LOOSER.values(), ids=LOOSER)
def test_a_stricter_config_is_not_worse(strict: Settings, loose: Settings, _expected: tuple[str, str, str]) -> None:
    """The same change in the other direction does not count."""
    assert of_config(compared(judged(loose), judged(strict), strict)) == []


def test_a_renewed_attestation_is_not_worse() -> None:
    """Attestations expire, so a team must renew them."""
    renewed = Settings(attest=(replace(ATTESTATION, expires=TODAY + 9 * DAY),))

    assert of_config(compared(judged(Settings(attest=(ATTESTATION,))), judged(renewed), renewed)) == []


@pytest.mark.parametrize(("before", "now", "is_worse"), [(0, 7, True), (7, 0, False), (7, 8, False), (0, 0, False)])
def test_a_chosen_seed_is_worse_than_the_default(before: int, now: int, *, is_worse: bool) -> None:
    """A team could choose a seed with which its app happens to pass."""
    comparison = compared(judged(Settings(), seed=before), judged(Settings(), seed=now), Settings())

    assert of_config(comparison) == ([("--seed", "0, the default", "7")] if is_worse else [])


def test_a_required_interpretation_that_is_chosen_now_is_not_worse() -> None:
    """The app must still pass under it, and under the default."""
    strict = requiring(interpretations=("token.lifetime=3600",))
    chosen = replace(choosing(lifetime="3600"), gate=GateSettings(interpretations=("token.lifetime=900",)))

    assert of_config(compared(judged(strict), judged(chosen), chosen)) == []


def test_a_pattern_is_worth_its_events() -> None:
    """A team that writes the list instead of the pattern promises the same."""
    listed = stating(uses_events=EVENT_KINDS)

    assert of_config(compared(judged(stating(uses_events=("*",))), judged(listed), listed)) == []


def test_a_baseline_of_an_older_version_states_no_values() -> None:
    """A value that is missing in it is not compared."""
    old = replace(judged(Settings()), terms=Terms(hooks=("app.observe.connected",)))
    now = connected_if("active")

    assert of_config(compared(old, judged(now), now)) == []


def test_fewer_plans_are_worse() -> None:
    """A scenario that one of the gates did not run is not compared."""
    before = Terms(plans={"life_plans_generated": 10, "forgeries_generated": 15})

    (change,) = loosened(before, Terms(plans={"life_plans_generated": 9}))

    assert (change.key, change.before, change.now) == ("plans of life_plans_generated", "10", "9")
    assert list(loosened(Terms(plans={"life_plans_generated": 9}), before)) == []


def test_the_terms_contain_the_plans_of_each_generated_scenario() -> None:
    """Only scenarios that ran count."""
    generated = load("life_plans_generated")
    assert isinstance(generated, GeneratedScenario)

    terms = terms_of(Settings(), ["life_plans_generated", "webhook_repeated", "our_own"])

    assert terms.plans == {"life_plans_generated": generated.plans}
