"""Findings besides those of probes: the reasons why a run was incomplete."""

import msgspec
import pytest

from fiskil_harness.journal import Canaries, Exchange, FaultSet, Journal, StepIncomplete
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.secret_search import search_secrets
from fiskil_harness.probes import AppliesOnce, BacksOff, Finding, KeepsUrlsClean, RenewsTokenOnce, Verdict, name_of
from fiskil_harness.probes.evaluation import findings, general_failures, general_probes, lacks_log_lines, why_unfinished

PRACTICES = ("webhooks.idempotent", "tokens.not-logged")


def journal(*connections: int, fault: str = "") -> Journal:
    """Build a journal with one call for each connection, and with *fault*, which never bit."""
    recorded = Journal()
    for number, connection in enumerate(connections):
        moment = {"at_s": number * 0.1, "ended_s": number * 0.1 + 0.05}
        recorded.write(
            Exchange(number=number, route="token", method="POST", path="/v1/token", connection=connection, **moment)
        )
    if fault:
        recorded.write(FaultSet(fault=fault, route="connection", times=1, missing_bites=1, problem="nothing called it"))
    return recorded


def observations(recorded: Journal, *, crashed: str = "", missing: str = "") -> dict[str, str]:
    """Return the observation of each finding, by its probe."""
    reported = findings((AppliesOnce(),), recorded, practices=PRACTICES, crashed=crashed, missing=missing)
    return {finding.probe: finding.observed for finding in reported}


def test_every_finding_lists_the_practices_that_it_counts_for() -> None:
    """A probe counts for the practices that list it, and an incomplete run for all practices of the scenario."""
    reported = findings((AppliesOnce(),), journal(1, fault="Stall()"), practices=PRACTICES, crashed="", missing="")

    assert {finding.probe: finding.practices for finding in reported} == {
        "applies_once": ("webhooks.idempotent",),
        "every_fault_bit": PRACTICES,
    }


def test_a_missing_hook_replaces_all_other_findings() -> None:
    """No step was performed, so nothing else is reported."""
    assert observations(journal(fault="Stall()"), missing="app.drive") == {"applies_once": "the config gives no app.drive"}


def test_a_fault_that_never_bit_is_inconclusive() -> None:
    """The finding contains how often the fault bit, and why it did not."""
    observed = observations(journal(1, 2, fault="Stall()"))

    assert observed["every_fault_bit"] == "Stall() on 'connection' bit 0 of 1 times: nothing called it"


@pytest.mark.parametrize(("connections", "is_doubtful"), [((1, 2, 3), False), ((1, 1, 2), True), ((1,), True), ((), True)])
def test_an_app_that_reuses_no_connection_needs_no_stale_connection(connections: tuple[int, ...], is_doubtful: bool) -> None:
    """A connection for each call is correct; an app that used one twice could have found it closed."""
    observed = observations(journal(*connections, fault="StaleKeepalive(idle_ms=0, by='fin')"))

    assert ("every_fault_bit" in observed) is is_doubtful


@pytest.mark.parametrize(("times", "hook"), [(1, "app.facts.datasets"), (2, "")])
def test_a_fault_that_bit_once_needs_no_other_config(times: int, hook: str) -> None:
    """The hint names a missing fact only if the fault never bit."""
    recorded = journal(1)
    missing = {"missing_bites": 1, "problem": "nothing called it"}
    recorded.write(FaultSet(fault="Stall()", route="banking.payees", times=times, **missing))

    reported = findings((AppliesOnce(),), recorded, practices=PRACTICES, crashed="", missing="")

    assert [finding.hook for finding in reported if finding.probe == "every_fault_bit"] == [hook]


def test_a_hook_that_failed_is_reported(tape: JournalBuilder) -> None:
    """Other findings may be inconclusive for this reason."""
    tape.hook("refresh", status=500)

    reported = findings((BacksOff(),), tape.build(), practices=PRACTICES, crashed="", missing="")

    observed = "app.drive.refresh responded 500 although the API refused nothing and no fault acted"
    assert [(finding.probe, finding.observed, finding.hook) for finding in reported[1:]] == [
        ("every_step_done", observed, "")
    ]


@pytest.mark.parametrize(
    "responses", [("GET /effects/eu-alice responded 404",), ("GET /effects/eu-alice responded 404", "")]
)
def test_an_effects_hook_that_never_responds_is_reported(tape: JournalBuilder, responses: tuple[str, ...]) -> None:
    """Its path may be wrong; a hook that responded once has the right path."""
    tape.deliver("e0")
    for response in responses:
        tape.effects(None, pending=None, response=response)

    reported = findings((AppliesOnce(),), tape.build(), practices=PRACTICES, crashed="", missing="")

    problems = [(finding.probe, finding.hook) for finding in reported[1:]]
    assert problems == [("effects_reported", "")] * (len(responses) == 1)


def test_each_reason_is_reported_once() -> None:
    """A step that was cut short twice for one reason gives one finding."""
    recorded = journal()
    recorded.write(StepIncomplete(reason="it took too long", hook="app.limits"))
    recorded.write(StepIncomplete(reason="it took too long", hook="app.limits"))

    reported = findings((AppliesOnce(),), recorded, practices=PRACTICES, crashed="", missing="")

    assert [(finding.probe, finding.hook) for finding in reported[1:]] == [("every_step_done", "app.limits")]
    assert {finding.verdict for finding in reported} == {Verdict.INCONCLUSIVE}


def test_calls_far_apart_or_at_once_do_not_show_that_connections_are_not_reused() -> None:
    """A kept connection would have expired between such calls, or would have been in use."""
    recorded = journal(fault="StaleKeepalive(idle_ms=0, by='fin')")
    for number, (began_s, ended_s) in enumerate(((0.0, 1.0), (0.5, 1.5), (60.0, 60.1))):
        call = Exchange(number=number, route="token", method="POST", path="/v1/token", connection=number)
        recorded.write(msgspec.structs.replace(call, at_s=began_s, ended_s=ended_s))

    assert "every_fault_bit" in observations(recorded)


def test_a_general_probe_judges_every_journal() -> None:
    """A token in a URL fails in every scenario, and the FAIL counts for the practices of its probe."""
    recorded = journal()
    call = {"number": 1, "method": "GET", "path": "/v1/accounts", "at_s": 0.1, "ended_s": 0.2}
    headers = (("Authorization", "Bearer token-of-this-run"),)
    recorded.write(Canaries(values={"access token": ("token-of-this-run",)}))
    recorded.write(
        Exchange(route="banking.accounts", query="token=token-of-this-run", request_headers=headers, connection=1, **call)
    )

    failures = general_failures((AppliesOnce(),), search_secrets(recorded))

    assert [(finding.probe, finding.practices) for finding in failures] == [("keeps_urls_clean", ("tokens.not-logged",))]
    assert general_failures((KeepsUrlsClean(),), search_secrets(recorded)) == ()


def test_general_probes_need_no_preparation() -> None:
    """The harness prepares nothing for them: no effects around a step."""
    assert [name_of(probe) for probe in general_probes() if probe.around] == []
    assert len(general_probes()) > 30


@pytest.mark.parametrize(
    ("probe", "verdict", "is_lacking"),
    [
        ("logs_receipts", Verdict.FAIL, True),
        ("logs_receipts", Verdict.PASS, False),
        ("keeps_secrets_out_of_logs", Verdict.FAIL, False),
    ],
)
def test_only_missing_lines_may_come_late(probe: str, verdict: Verdict, *, is_lacking: bool) -> None:
    """A secret in a log stays there."""
    assert lacks_log_lines([Finding(probe=probe, verdict=verdict, observed="")]) is is_lacking


@pytest.mark.parametrize(("is_renewed", "count"), [(False, 1), (True, 0)])
def test_only_a_token_that_was_never_renewed_explains_why_an_app_stopped(
    tape: JournalBuilder, is_renewed: bool, count: int
) -> None:
    """Too many renewals are a flaw too, but the app could go on."""
    tape.expire_tokens()
    tape.call("banking.transactions", status=401)
    for number in range(4 if is_renewed else 0):
        tape.call("token", token=f"t{number + 2}")
    tape.effects({})

    explained = why_unfinished(tape.journal)

    assert RenewsTokenOnce().examine(tape.journal).verdict is Verdict.FAIL
    assert [(finding.probe, finding.verdict) for finding in explained] == [("renews_token_once", Verdict.FAIL)] * count
