"""Steps that send forged and unusual messages: they match the registries, and the journal records their kind."""

from collections import Counter
from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.webhook_format import FISKIL, PRESETS
from fiskil_harness.errors import UnknownName
from fiskil_harness.journal import FORGERY_ADDRESSES, Delivery, Effects, EventCreated, Journal, Leak, ProcessChanged
from fiskil_harness.journal.queries.deliveries import of_kind
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.webhooks import sign
from fiskil_harness.webhooks.forgeries.catalogue import forgeries_of
from fiskil_harness.webhooks.forgery_sources import MOST_FORGERIES
from fiskil_harness.webhooks.payload_variants import ODDITIES, encodings_of
from fiskil_harness.webhooks.signature_variants import SPELLINGS
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]


def by_name(journal: Journal) -> dict[str, Delivery]:
    return {delivery.name: delivery for delivery in journal.all(Delivery)}


def test_every_forgery_is_sent_and_recorded(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """Each has a message id with a name, and none has the signature of its bytes."""
    journal, crashed = perform(steps.Authorise(), steps.ForgeEvery())

    deliveries = journal.all(Delivery)
    secret = driver.fiskil.credentials.webhook_secret
    assert not crashed
    assert [delivery.name for delivery in deliveries] == list(forgeries_of(FISKIL))
    assert {delivery.kind for delivery in deliveries} == {"forged"}
    assert len({delivery.message_id for delivery in deliveries}) == len(deliveries)
    assert [journal.names[delivery.message_id] for delivery in deliveries] == [
        f"forged:{name}" for name in forgeries_of(FISKIL)
    ]
    pairs = zip(mailbox.bodies, mailbox.signatures, strict=True)
    assert not any(sign(body, secret) == signature for body, signature in pairs)


def test_forgeries_come_from_several_addresses(perform: Perform) -> None:
    """A firewall that blocks an address after five invalid signatures blocks neither Fiskil nor the rest."""
    journal, _ = perform(steps.Authorise(), steps.ForgeEvery())

    addresses = Counter(delivery.source_ip for delivery in journal.all(Delivery))
    assert max(addresses.values()) == MOST_FORGERIES
    assert addresses.keys() <= set(FORGERY_ADDRESSES)


def test_forgeries_come_from_fiskils_address_if_no_other_is_accepted(drive: Callable[..., Driver], mailbox: Mailbox) -> None:
    """Otherwise the app would refuse the address, and not the signature."""
    driver = drive(mailbox.settings())
    driver.fiskil.forgery_sources.are_accepted = False

    journal, _ = driver.perform(Scenario(name="x", practices=(), steps=(steps.Authorise(), steps.ForgeEvery()), probes=()))

    assert {delivery.source_ip for delivery in journal.all(Delivery)} == {"127.0.0.1"}


@pytest.mark.parametrize(
    "step", [steps.Forge("time_old"), steps.Reencode("signature_first"), steps.Forge("decoded_key")], ids=repr
)
def test_variants_of_other_senders_are_not_sent(perform: Perform, mailbox: Mailbox, step: steps.Step) -> None:
    """Fiskil signs no time and sends one signature, so other variants are left out."""
    journal, crashed = perform(steps.Authorise(), step)

    assert (crashed, journal.all(Delivery), mailbox.bodies) == ("", [], [])


def test_another_sender_has_other_forgeries(drive: Callable[..., Driver], mailbox: Mailbox) -> None:
    """If the sender signs the time, a wrong time is forged; otherwise it is not."""
    driver = drive(mailbox.settings(webhook={"scheme": "standard-webhooks"}))

    journal, crashed = driver.perform(
        Scenario(name="x", practices=(), steps=(steps.Authorise(), steps.ForgeEvery()), probes=())
    )

    deliveries = journal.all(Delivery)
    assert not crashed
    assert [delivery.name for delivery in deliveries] == list(forgeries_of(PRESETS["standard-webhooks"]))
    assert {delivery.content["event"] for delivery in deliveries if delivery.name == "time_old"} == {"consent.revoked"}
    assert all(dict(delivery.headers)["webhook-id"] for delivery in deliveries)


def test_an_app_with_a_secret_from_another_source_keeps_it(
    drive: Callable[..., Driver], receiver_settings: Callable[..., Settings]
) -> None:
    """It cannot be started without the secret; the finding names the setting."""
    driver = drive(receiver_settings(FISKIL_WEBHOOK_SECRET="b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldA=="))

    (finding,) = driver.run(Scenario(name="x", practices=(), steps=(steps.ForgeWithoutSecret(),), probes=())).findings

    assert finding.observed == "the app has its webhook secret from another source; pass {webhook_secret} in [app.env]"
    assert finding.hook == "{webhook_secret} in [app.env]"


def test_a_restart_without_the_secret_comes_before_the_state_that_forgeries_may_change(
    drive: Callable[..., Driver], receiver_settings: Callable[..., Settings]
) -> None:
    """An app may lose data when it restarts; the forgeries are not the cause of that."""
    driver = drive(receiver_settings())

    journal, crashed = driver.perform(
        Scenario(name="x", practices=(), steps=(steps.Authorise(), steps.ForgeWithoutSecret()), probes=())
    )

    assert not crashed
    (restarted, *_), (forged, *_) = journal.all(ProcessChanged), of_kind(journal, "forged")
    before = [effects for effects in journal.all(Effects) if (effects.step, effects.moment) == (1, "before")]
    assert restarted.at_s < before[-1].at_s < forged.at_s


def test_a_forgery_has_the_requested_kind(perform: Perform, mailbox: Mailbox) -> None:
    """It concerns the participant's own consent, so that accepting it has an effect."""
    perform(steps.Authorise(), steps.Deliver(), steps.Forge("unsigned", kind="banking.accounts.sync.completed"))

    genuine, forged = mailbox.messages
    assert forged["data"]["event"] == "banking.accounts.sync.completed"
    assert forged["data"]["consent_id"] == genuine["data"]["consent_id"]
    assert forged["publish_time"] > genuine["publish_time"]


def test_a_forgery_has_a_kind_that_the_app_uses(mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """An event that the app ignores would hide that it was accepted."""
    driver = drive(mailbox.settings(facts={"uses_events": ["consent.updated"]}))

    driver.perform(Scenario(name="x", practices=(), steps=(steps.Authorise(), steps.Forge("unsigned")), probes=()))

    assert mailbox.kinds == ["consent.updated"]


def test_forgeries_create_no_events(perform: Perform) -> None:
    """No event of the sandbox belongs to a forgery, and nothing is due afterwards."""
    journal, _ = perform(steps.Authorise(), steps.Sync(), steps.Deliver(), steps.ForgeEvery(), steps.Deliver(attempts=5))

    assert [event.event for event in journal.all(EventCreated)] == ["e0", "e1", "e2", "e3"]
    assert [delivery.event for delivery in journal.all(Delivery) if delivery.kind == "genuine"] == ["e0", "e1", "e2", "e3"]


def test_a_response_with_the_signature_is_recorded_as_a_leak(perform: Perform, driver: Driver, server: HTTPServer) -> None:
    """The entry contains the place and the kind, and not the value."""
    secret = driver.fiskil.credentials.webhook_secret
    server.clear()
    server.expect_request("/webhooks/fiskil").respond_with_handler(
        lambda request: Response(f"expected {sign(request.get_data(), secret)}", status=401)
    )

    journal, _ = perform(steps.Authorise(), steps.Forge("unsigned"))

    (leak,) = journal.all(Leak)
    assert (leak.place, leak.kind, leak.line) == ("the response to forged:unsigned", "expected signature", "")


def test_every_encoding_has_a_new_event(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """Each is a real event, and its message is signed over its own bytes."""
    journal, crashed = perform(steps.Authorise(), steps.Deliver(), steps.ReencodeEvery())

    deliveries = journal.all(Delivery)[1:]
    secret = driver.fiskil.credentials.webhook_secret
    assert not crashed
    assert [delivery.name for delivery in deliveries] == [
        "extra_field",
        *(encoding.name for encoding in encodings_of(FISKIL) if not encoding.needs_accounts),
    ]
    assert len({delivery.message_id for delivery in deliveries}) == len(deliveries)
    assert {delivery.event for delivery in deliveries} <= {event.event for event in journal.all(EventCreated)}
    assert mailbox.signatures == [sign(body, secret) for body in mailbox.bodies]


def test_unknown_fields_are_judged_only_if_one_is_accepted(perform: Perform, mailbox: Mailbox) -> None:
    """If a receiver refuses a plain unknown field, refusing others says nothing about encodings."""
    mailbox.refused = b"note"

    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.ReencodeEvery())

    judged = {delivery.name for delivery in journal.all(Delivery) if delivery.is_judged}
    assert "pretty" in judged
    assert not any(encoding.has_extra and encoding.name in judged for encoding in encodings_of(FISKIL))


def test_missing_accounts_need_an_event_with_accounts(perform: Perform, mailbox: Mailbox) -> None:
    """A sync event usually names accounts; this one does not."""
    perform(steps.Authorise(), steps.Deliver(), steps.Reencode("no_account_ids"))

    assert mailbox.kinds[-1] == "banking.accounts.sync.completed"
    assert "account_ids" not in mailbox.messages[-1]["data"]


def test_notations_of_the_signature_repeat_the_same_bytes(perform: Perform, mailbox: Mailbox) -> None:
    """Only headers differ, and no response is judged."""
    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.SpellEverySignature("e0"))

    deliveries = by_name(journal)
    assert set(SPELLINGS) <= set(deliveries)
    assert len(set(mailbox.bodies)) == 1
    assert {(delivery.kind, delivery.is_judged) for name, delivery in deliveries.items() if name} == {("replay", False)}


def test_every_unusual_message_is_sent_and_none_is_judged(perform: Perform) -> None:
    """They belong to no event."""
    journal, crashed = perform(steps.Authorise(), steps.Deliver(), steps.DistortEvery())

    deliveries = journal.all(Delivery)[1:]
    assert not crashed
    assert [delivery.name for delivery in deliveries] == list(ODDITIES)
    assert {(delivery.kind, delivery.is_judged) for delivery in deliveries} == {("unusual", False)}
    assert [event.event for event in journal.all(EventCreated)] == ["e0"]


def test_one_unusual_message_can_be_sent(perform: Perform, mailbox: Mailbox) -> None:
    """It is selected by its name."""
    perform(steps.Authorise(), steps.Distort("list"))

    assert mailbox.bodies == [b"[1,2,3]"]


@pytest.mark.parametrize("step", [steps.Forge("unsinged"), steps.Reencode("prety"), steps.Distort("lists")])
def test_unknown_names_are_refused_before_anything_runs(step: steps.AnyStep) -> None:
    """The message names the nearest match."""
    with pytest.raises(UnknownName, match=r"Did you mean '"):
        step.check()
