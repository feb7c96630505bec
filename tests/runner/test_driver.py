"""The driver: an incomplete scenario never passes, and the same seed gives the same findings."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from fiskil_harness import faults, probes
from fiskil_harness.core.config import Settings
from fiskil_harness.errors import AppError
from fiskil_harness.journal import EventCreated, Journal, Output
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario

REPEATED = Scenario(
    name="repeated",
    practices=("webhooks.idempotent",),
    steps=(steps.Authorise(), steps.Deliver(), steps.Retry("e0"), steps.Replay("e0")),
    probes=(probes.AppliesOnce(),),
)

Drive = Callable[..., Driver]
MakeSettings = Callable[..., Settings]


def test_a_correct_app_passes(drive: Drive, receiver_settings: MakeSettings) -> None:
    """A correct receiver passes, and the finding states what was examined."""
    outcome = drive(receiver_settings()).run(REPEATED)

    assert outcome.verdict is Verdict.PASS
    assert outcome.findings[0].observed == "1 messages were delivered repeatedly and applied once"


def test_a_flawed_app_fails_with_evidence(drive: Drive, receiver_settings: MakeSettings) -> None:
    """The finding names the message, the attempts and the responses."""
    outcome = drive(receiver_settings(FLAW="no_dedupe")).run(REPEATED)

    assert outcome.verdict is Verdict.FAIL
    assert outcome.findings[0].observed == (
        "message e0 was applied 3 times (attempts 1 and 2 and 2 replayed, responses 204 and 204 and 204)"
    )
    assert outcome.findings[0].fix


def test_the_same_seed_gives_the_same_outcome(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Two runs with other ids and ports have equal outcomes."""
    first = drive(receiver_settings(FLAW="no_dedupe"), seed=5).run(REPEATED)
    second = drive(receiver_settings(FLAW="no_dedupe"), seed=5).run(REPEATED)

    assert msgspec.json.encode(first) == msgspec.json.encode(second)


def test_ids_are_new_in_each_run(drive: Drive, receiver_settings: MakeSettings) -> None:
    """An app that remembers the messages of one run accepts those of the next as new."""
    driver = drive(receiver_settings())

    verdicts = [driver.run(REPEATED).verdict for _ in range(3)]

    assert verdicts == [Verdict.PASS] * 3


def test_a_missing_hook_is_named(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Without the hook that a probe needs, no step runs, and the finding names the hook."""
    outcome = drive(receiver_settings(app={"observe": {}})).run(REPEATED)

    assert outcome.missing == ("app.observe.effects",)
    assert [(finding.verdict, finding.hook) for finding in outcome.findings] == [
        (Verdict.INCONCLUSIVE, "app.observe.effects")
    ]


@pytest.mark.parametrize(("flaw", "verdict"), [("", Verdict.INCONCLUSIVE), ("does_nothing", Verdict.FAIL)])
def test_without_the_effects_hook_responses_are_judged(
    drive: Drive, receiver_settings: MakeSettings, flaw: str, verdict: Verdict
) -> None:
    """The scenario runs for the probes of responses; a probe of effects names the hook."""
    forged = Scenario(
        name="forged",
        title="A forged message arrives.",
        practices=("webhooks.signature", "webhooks.retries"),
        steps=(steps.Authorise(), steps.Deliver(), steps.Forge("unsigned")),
        probes=(probes.RefusesForgeries(), probes.AcknowledgesGenuine(), probes.LosesNothing()),
    )

    outcome = drive(receiver_settings(app={"observe": {}}, FLAW=flaw)).run(forged)

    found = {finding.probe: (finding.verdict, finding.hook) for finding in outcome.findings}
    assert outcome.missing == ()
    assert found["acknowledges_genuine"] == (Verdict.PASS, "")
    assert found["refuses_forgeries"][0] is verdict
    assert found["loses_nothing"] == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_a_fault_that_never_fired_is_inconclusive(drive: Drive, receiver_settings: MakeSettings) -> None:
    """A scenario whose fault met no request is INCONCLUSIVE, although its probes pass."""
    broken = msgspec.structs.replace(
        REPEATED, steps=(steps.InjectFault("banking.transactions", faults.Stall()), *REPEATED.steps)
    )

    outcome = drive(receiver_settings()).run(broken)

    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert (
        outcome.findings[-1].observed
        == "Stall(after_bytes=0) on 'banking.transactions' bit 0 of 1 times: nothing matched it"
    )
    assert outcome.findings[-1].hook == "{api_url} in [app.env]"


def test_a_failed_step_is_inconclusive(drive: Drive, receiver_settings: MakeSettings) -> None:
    """A failed step makes the scenario INCONCLUSIVE, and the finding names the step and its number."""
    early = msgspec.structs.replace(REPEATED, steps=(steps.Sync("accounts"),))

    outcome = drive(receiver_settings()).run(early)

    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert "step 1 (sync (dataset accounts)) could not be done" in outcome.findings[-1].observed


def test_a_probe_with_nothing_to_examine_is_inconclusive(drive: Drive, receiver_settings: MakeSettings) -> None:
    """A probe that has nothing to examine does not pass."""
    outcome = drive(receiver_settings()).run(msgspec.structs.replace(REPEATED, steps=(steps.Authorise(),)))

    assert outcome.verdict is Verdict.INCONCLUSIVE


def test_an_app_that_does_nothing_is_inconclusive(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Responding with 200 to everything does not pass."""
    outcome = drive(receiver_settings(FLAW="does_nothing")).run(REPEATED)

    assert outcome.verdict is Verdict.INCONCLUSIVE


def test_lines_that_the_log_gets_late_count_in_a_scenario_that_is_advice_only(
    drive: Drive, receiver_settings: MakeSettings, tmp_path: Path
) -> None:
    """The provider sends what it must not, so that a failure would be advice."""
    log = tmp_path / "app.log"
    log.touch()
    driver = drive(receiver_settings(app={"observe": {"logs": [str(log)]}}))
    advisory = Scenario(
        name="advisory",
        practices=("logs.webhook-receipts",),
        steps=(steps.Authorise(), steps.Sync(), steps.Deliver(), steps.RepeatIds()),
        probes=(probes.LogsReceipts(),),
    )
    journal, crashed = driver.perform(advisory)
    lines = [f"{event.kind} {event.message_id}\n" for event in journal.all(EventCreated)]
    journal.discard(Output)
    journal.write(Output(place="app.log", text=lines[0].encode()))
    log.write_text("".join(lines))

    outcome = driver.outcome(advisory, journal, crashed)

    assert outcome.counts_if
    assert (outcome.findings[0].verdict, outcome.findings[0].advice) == (Verdict.PASS, ())


def test_an_app_that_exits_is_an_error(drive: Drive, receiver_settings: MakeSettings) -> None:
    """An app that does not start raises AppError with its exit code."""
    with pytest.raises(AppError, match="The app exited with 7"):
        drive(receiver_settings(EXITS="1")).run(REPEATED)


@pytest.mark.parametrize("flaw", ["dies", "dies_slowly"])
def test_an_app_that_dies_during_a_scenario_is_restarted(drive: Drive, receiver_settings: MakeSettings, flaw: str) -> None:
    """A scenario during which the app dies does not pass, and the app runs again in the next scenario."""
    driver = drive(receiver_settings(FLAW=flaw))

    first = driver.run(REPEATED)
    second = driver.run(msgspec.structs.replace(REPEATED, steps=(steps.Authorise(),)))

    assert first.verdict is not Verdict.PASS
    assert second.verdict is Verdict.INCONCLUSIVE
    assert [finding.probe for finding in second.findings] == ["applies_once"]


@pytest.mark.parametrize(("clause", "choice", "restarts"), [("token.lifetime", "3600", 2), ("data.ended-consent", "403", 0)])
def test_the_app_restarts_when_interpretations_change_that_it_may_keep(
    drive: Drive,
    receiver_settings: MakeSettings,
    monkeypatch: pytest.MonkeyPatch,
    clause: str,
    choice: str,
    restarts: int,
) -> None:
    """A token outlives its scenario, so the app restarts before and after; what concerns one end user's data does not."""
    driver = drive(receiver_settings())
    restarted: list[None] = []
    restart = driver.app.restart
    monkeypatch.setattr(driver.app, "restart", lambda: restarted.append(restart()))

    for interpretations in ({}, {clause: choice}, {clause: choice}, {}):
        outcome = driver.run(msgspec.structs.replace(REPEATED, interpretations=interpretations))
        assert outcome.verdict is Verdict.PASS

    assert len(restarted) == restarts


def test_the_sandbox_is_empty_after_a_scenario(drive: Drive, receiver_settings: MakeSettings) -> None:
    """After a scenario no end user, consent or fault is left, and sandbox time is real time."""
    driver = drive(receiver_settings())

    driver.run(REPEATED)

    store = driver.fiskil.sandbox.store
    assert (store.end_users, store.consents, driver.fiskil.proxy.rules.waiting()) == ({}, {}, [])
    assert driver.fiskil.sandbox.clock.offset.total_seconds() == 0


class Broken(msgspec.Struct, frozen=True, tag="broken"):
    """A probe that raises an internal error."""

    needs: tuple[str, ...] = ()
    observes: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    judges_responses: bool = False

    def examine(self, journal: Journal) -> Finding:
        """Raise an error whose text must not appear in a report."""
        raise ValueError(f"secret words {journal!r}")


def test_a_probe_that_raises_is_inconclusive(drive: Drive, receiver_settings: MakeSettings) -> None:
    """An error in a probe is INCONCLUSIVE and names only its type; the findings of other probes stay."""
    scenario = msgspec.structs.replace(REPEATED, probes=(Broken(), *REPEATED.probes))  # type: ignore[arg-type]

    outcome = drive(receiver_settings()).run(scenario)

    assert [finding.verdict for finding in outcome.findings] == [Verdict.INCONCLUSIVE, Verdict.PASS]
    assert outcome.findings[0].observed == "the probe itself failed with ValueError"
    assert outcome.verdict is Verdict.INCONCLUSIVE
