"""The first contact with an app rules out scenarios that cannot be decided, and no others."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from fiskil_harness import Probe, faults, probes
from fiskil_harness.core.config import Settings
from fiskil_harness.journal import Delivery, EventCreated, Exchange, Journal
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.entries.deliveries import DeliveryOutcome
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import FirstContact
from fiskil_harness.runner.first_contact import Ruling, first_contact, first_scenarios, ruling, skipped
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario, load, load_all

MakeSettings = Callable[..., Settings]
WITH_API = {"env": {"API": "{api_url}"}, "observe": {"effects": "GET /effects"}}
OF_EFFECTS = Scenario(
    name="of_effects", practices=("webhooks.idempotent",), steps=(steps.Authorise(),), probes=(probes.AppliesOnce(),)
)
OF_FAULTS = Scenario(
    name="of_faults",
    practices=("edge.network-errors",),
    steps=(steps.Authorise(), steps.InjectFault("banking.accounts", faults.Stall())),
    probes=(probes.KeepsDeadline(),),
)
OF_RESPONSES = Scenario(
    name="of_responses",
    practices=("webhooks.prompt-2xx",),
    steps=(steps.Authorise(),),
    probes=(probes.AcknowledgesPromptly(),),
)
OF_ROWS = Scenario(
    name="of_rows",
    practices=("sync.webhooks",),
    steps=(steps.Authorise(), steps.Sync("transactions"), steps.Deliver()),
    probes=(probes.HoldsEveryRow("transactions"), probes.AppliesOnce()),
)
NOTHING = FirstContact(delivered=3, acknowledged=3, reports=True)


def ruled(scenario: Scenario, contacts: FirstContact, settings: Settings) -> Ruling | None:
    """Return the ruling after one first scenario, which showed *contacts*."""
    return ruling(scenario, [load("webhook_delivered")], [contacts], settings)


def test_the_first_scenarios_are_short_and_calm(receiver_settings: MakeSettings) -> None:
    """One sends messages, one makes the app read, one makes it revoke, as far as the config has the hooks."""
    drive = {"refresh": {"request": "POST /refresh"}, "revoke": {"request": "POST /revoke"}}

    few = first_scenarios(load_all(), receiver_settings(app={"drive": {}}))
    more = first_scenarios(load_all(), receiver_settings(app={"drive": drive}))

    assert [scenario.name for scenario in few] == ["webhook_delivered"]
    assert {"app.drive.refresh", "app.drive.revoke"} <= {hook for scenario in more for hook in scenario.needs}
    assert not [step for scenario in more for step in scenario.steps if isinstance(step, steps.InjectFault)]


def test_a_short_run_has_no_first_scenarios(receiver_settings: MakeSettings) -> None:
    """A command that repeats one scenario runs it."""
    assert first_scenarios([load("webhook_delivered")], receiver_settings()) == []


@pytest.mark.parametrize(
    ("contacts", "problem"),
    [
        (NOTHING, "no genuine message had a visible effect"),
        (replace(NOTHING, acknowledged=0), "no genuine message was acknowledged"),
    ],
)
def test_without_any_effect_probes_of_effects_are_skipped(
    contacts: FirstContact, problem: str, receiver_settings: MakeSettings
) -> None:
    """Responses can still be judged."""
    settings = receiver_settings(app=WITH_API)

    why = ruled(OF_EFFECTS, contacts, settings)

    assert why == Ruling(reason=f"in webhook_delivered, {problem}, and the app made no API call", probe="every_step_done")
    assert ruled(OF_FAULTS, contacts, settings) is not None
    assert ruled(OF_RESPONSES, contacts, settings) is None


@pytest.mark.parametrize(
    "contacts",
    [
        replace(NOTHING, has_effect=True),
        replace(NOTHING, api_calls=1),
        replace(NOTHING, reports=False),
        replace(NOTHING, delivered=0),
        FirstContact(failed_step="step 3 (deliver) could not be done: busy", reports=True),
    ],
)
def test_an_app_that_did_anything_is_tested_completely(contacts: FirstContact, receiver_settings: MakeSettings) -> None:
    """Doubt skips nothing."""
    settings = receiver_settings(app=WITH_API)

    assert [ruled(scenario, contacts, settings) for scenario in (OF_EFFECTS, OF_FAULTS, OF_RESPONSES)] == [None] * 3


REFUSED = replace(NOTHING, fails_after_reads=True, api_calls=5)


def test_an_app_that_fails_after_each_read_is_not_tested_with_rows(receiver_settings: MakeSettings) -> None:
    """Its rows cannot be judged; its calls, its responses and the loss of its messages can."""
    settings = receiver_settings(app=WITH_API)
    of_loss = replace(OF_ROWS, probes=(*OF_ROWS.probes, probes.LosesNothing()))
    of_forgeries = replace(OF_ROWS, probes=(probes.RefusesForgeries(),))

    why = ruled(OF_ROWS, REFUSED, settings)

    reason = (
        "in webhook_delivered, every sync event for which the app read data was refused, and no message had a visible effect"
    )
    assert why == Ruling(reason=reason, probe="every_step_done")
    assert [ruled(each, REFUSED, settings) for each in (of_loss, of_forgeries, OF_EFFECTS, OF_FAULTS, OF_RESPONSES)] == [
        None
    ] * 5


@pytest.mark.parametrize(
    "contacts",
    [
        replace(REFUSED, has_effect=True),
        replace(REFUSED, fails_after_reads=False),
        replace(REFUSED, reports=False),
    ],
)
def test_an_app_that_acknowledges_a_sync_or_shows_an_effect_is_tested_with_rows(
    contacts: FirstContact, receiver_settings: MakeSettings
) -> None:
    """An app that does not use the datasets of the first scenarios may use others."""
    assert ruled(OF_ROWS, contacts, receiver_settings(app=WITH_API)) is None


@pytest.mark.parametrize(
    ("outcomes", "read_at_s", "fails_after_reads"),
    [
        (["refuse", "refuse"], 10.5, True),
        (["refuse", "refuse"], 13.0, False),
        (["refuse", "ack"], 10.5, False),
        (["refuse", "refuse"], None, False),
    ],
    ids=["refused", "read later", "retry acknowledged", "no read"],
)
def test_a_contact_states_whether_the_app_failed_after_each_read(
    outcomes: list[DeliveryOutcome], read_at_s: float | None, *, fails_after_reads: bool
) -> None:
    """The app ignores one sync event, and reads data while it handles the other one."""
    journal = Journal()
    kinds = {
        "m0": "consent.received",
        "m1": "banking.accounts.sync.completed",
        "m2": "banking.transactions.sync.completed",
    }
    for message_id, kind in kinds.items():
        journal.write(EventCreated(event=message_id, kind=kind, message_id=message_id, participant="", publish_time=""))
    attempts: list[tuple[str, DeliveryOutcome]] = [("m0", "ack"), ("m1", "ack"), *(("m2", outcome) for outcome in outcomes)]
    for at_s, (message_id, outcome) in enumerate(attempts, start=8):
        delivery = Delivery(event=message_id, participant="", message_id=message_id, attempt=1, body=b"{}", outcome=outcome)
        journal.write(replace(delivery, at_s=float(at_s), took_s=0.9))
    calls = [("token", 10.1), *([("banking.transactions", read_at_s)] if read_at_s else [])]
    for number, (route, at_s) in enumerate(calls, start=1):
        journal.write(Exchange(number=number, method="GET", path="/", route=route, at_s=at_s))

    contact = first_contact(journal, "")

    assert contact.fails_after_reads == fails_after_reads


def test_a_contact_leaves_calls_about_end_users_of_earlier_scenarios_out() -> None:
    """Work of earlier scenarios shows nothing about this one, and depends on the order of scenarios."""
    tape = JournalBuilder()
    tape.event("e1", kind="banking.accounts.sync.completed")
    delivery = tape.deliver("e1", status=500, took_s=1.0)
    read = Exchange(number=1, method="GET", path="/", route="banking.accounts", at_s=delivery.at_s + 0.1)
    tape.write(read)
    tape.write(replace(read, number=2, at_s=delivery.at_s + 5, is_of_earlier_scenario=True))

    contact = first_contact(tape.journal, "")

    assert (contact.fails_after_reads, contact.api_calls) == (True, 1)


def test_an_app_without_the_address_of_the_api_meets_no_faults(receiver_settings: MakeSettings) -> None:
    """The finding names the line of the config; what concerns messages runs."""
    receiver = replace(NOTHING, has_effect=True)

    why = ruled(OF_FAULTS, receiver, receiver_settings())

    assert why is not None
    assert (why.probe, why.hook) == ("every_fault_bit", "{api_url} in [app.env]")
    assert ruled(OF_EFFECTS, receiver, receiver_settings()) is None


class OfTeam(Probe, frozen=True, kw_only=True, tag="of_team"):
    """A probe of a plugin that is one module, without a package."""

    __module__ = "my_probes"


@pytest.mark.parametrize("contacts", [NOTHING, REFUSED])
def test_a_scenario_with_a_probe_of_a_plugin_runs(contacts: FirstContact, receiver_settings: MakeSettings) -> None:
    """The harness does not know the evidence that such a probe needs."""
    scenario = replace(OF_ROWS, probes=(probes.HoldsEveryRow("transactions"), OfTeam()))

    assert ruled(scenario, replace(contacts, has_effect=contacts is NOTHING), receiver_settings()) is None


def test_a_first_step_that_fails_rules_out_what_begins_with_it(receiver_settings: MakeSettings) -> None:
    """A scenario that begins in another way runs."""
    failed = FirstContact(failed_step="step 1 (authorise) could not be done: app.drive.start_session returned 500")
    other = replace(OF_EFFECTS, steps=(steps.StartSession(), *OF_EFFECTS.steps))

    why = ruled(OF_RESPONSES, failed, receiver_settings())

    assert why is not None
    assert why.reason == f"in webhook_delivered, {failed.failed_step}"
    assert ruled(other, failed, receiver_settings()) is None


def test_without_contacts_nothing_is_ruled_out(receiver_settings: MakeSettings) -> None:
    """A first scenario that did not end says nothing."""
    assert ruling(OF_EFFECTS, [load("webhook_delivered")], [], receiver_settings()) is None


def test_a_skipped_scenario_is_inconclusive() -> None:
    """It counts for its practices, and states why it did not run."""
    outcome = skipped(OF_FAULTS, Ruling(reason="the app made no API call", probe="every_fault_bit", hook="x"), seed=7)

    assert (outcome.verdict, outcome.seed, outcome.practices) == (Verdict.INCONCLUSIVE, 7, OF_FAULTS.practices)
    assert outcome.findings[0].observed == "skipped: the app made no API call"
    assert outcome.findings[0].practices == OF_FAULTS.practices
