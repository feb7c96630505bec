"""Steps of a sender who is not Fiskil: what arrives is what the registries say, and the journal knows it for what it is."""

from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.webhook_format import FISKIL, PRESETS
from fiskil_harness.errors import UnknownName
from fiskil_harness.journal import Delivery, EventCreated, Journal, Leak
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.webhooks import sign
from fiskil_harness.webhooks.forgeries.catalogue import forgeries_of
from fiskil_harness.webhooks.payload_variants import ODDITIES, SPELLINGS, encodings_of
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]


def by_name(journal: Journal) -> dict[str, Delivery]:
    return {delivery.name: delivery for delivery in journal.all(Delivery)}


def test_every_forgery_is_sent_and_known(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """Each under an id of its own that stands for it, none with the signature of its bytes."""
    journal, crashed = perform(steps.Authorise(), steps.ForgeEvery())

    made = journal.all(Delivery)
    secret = driver.fiskil.credentials.webhook_secret
    assert not crashed
    assert [delivery.name for delivery in made] == list(forgeries_of(FISKIL))
    assert {delivery.kind for delivery in made} == {"forged"}
    assert len({delivery.message_id for delivery in made}) == len(made)
    assert [journal.names[delivery.message_id] for delivery in made] == [f"forged:{name}" for name in forgeries_of(FISKIL)]
    assert not any(sign(body, secret) == given for body, given in zip(mailbox.bodies, mailbox.signatures, strict=True))


@pytest.mark.parametrize(
    "step", [steps.Forge("time_old"), steps.Reencode("signature_first"), steps.Forge("decoded_key")], ids=repr
)
def test_what_the_sender_in_force_cannot_send_is_not_sent(perform: Perform, mailbox: Mailbox, step: steps.PlainStep) -> None:
    """Fiskil signs no time, and one signature alone: a plan that says otherwise does nothing, and its probes see nothing."""
    journal, crashed = perform(steps.Authorise(), step)

    assert (crashed, journal.all(Delivery), mailbox.bodies) == ("", [], [])


def test_another_sender_has_forgeries_of_its_own(drive: Callable[..., Driver], mailbox: Mailbox) -> None:
    """Where the time is signed, a wrong time is forged; where it is not, nothing of the kind is sent."""
    driver = drive(mailbox.settings(webhook={"scheme": "standard-webhooks"}))

    journal, crashed = driver.perform(
        Scenario(name="x", practices=(), steps=(steps.Authorise(), steps.ForgeEvery()), probes=())
    )

    made = journal.all(Delivery)
    assert not crashed
    assert [delivery.name for delivery in made] == list(forgeries_of(PRESETS["standard-webhooks"]))
    assert {delivery.content["event"] for delivery in made if delivery.name == "time_old"} == {"consent.revoked"}
    assert all(dict(delivery.headers)["webhook-id"] for delivery in made)


def test_an_app_with_a_secret_from_elsewhere_keeps_it(
    drive: Callable[..., Driver], receiver_settings: Callable[..., Settings]
) -> None:
    """It cannot be started without; the finding says what to pass, and where."""
    driver = drive(receiver_settings(FISKIL_WEBHOOK_SECRET="b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldA=="))

    (finding,) = driver.run(Scenario(name="x", practices=(), steps=(steps.ForgeWithoutSecret(),), probes=())).findings

    assert finding.observed == "the app has its webhook secret from elsewhere; pass {webhook_secret} in [app.env]"
    assert finding.hook == "{webhook_secret} in [app.env]"


def test_a_forgery_claims_what_it_is_told_to(perform: Perform, mailbox: Mailbox) -> None:
    """About the participant's own consent, so that believing it has an effect."""
    perform(steps.Authorise(), steps.Deliver(), steps.Forge("unsigned", kind="banking.accounts.sync.completed"))

    genuine, forged = mailbox.messages
    assert forged["data"]["event"] == "banking.accounts.sync.completed"
    assert forged["data"]["consent_id"] == genuine["data"]["consent_id"]
    assert forged["publish_time"] > genuine["publish_time"]


def test_a_forgery_claims_what_the_app_uses(mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """An event that the app ignores would hide that it is believed."""
    driver = drive(mailbox.settings(facts={"uses_events": ["consent.updated"]}))

    driver.perform(Scenario(name="x", practices=(), steps=(steps.Authorise(), steps.Forge("unsigned")), probes=()))

    assert mailbox.kinds == ["consent.updated"]


def test_forging_tells_the_sandbox_nothing(perform: Perform) -> None:
    """No event of the sandbox belongs to a forgery, and nothing is due afterwards."""
    journal, _ = perform(steps.Authorise(), steps.Sync(), steps.Deliver(), steps.ForgeEvery(), steps.Deliver(attempts=5))

    assert [event.event for event in journal.all(EventCreated)] == ["e0", "e1", "e2", "e3"]
    assert [delivery.event for delivery in journal.all(Delivery) if delivery.kind == "genuine"] == ["e0", "e1", "e2", "e3"]


def test_an_answer_that_tells_the_signature_is_noted(perform: Perform, driver: Driver, server: HTTPServer) -> None:
    """The entry says where and what, and not the value."""
    secret = driver.fiskil.credentials.webhook_secret
    server.clear()
    server.expect_request("/webhooks/fiskil").respond_with_handler(
        lambda request: Response(f"expected {sign(request.get_data(), secret)}", status=401)
    )

    journal, _ = perform(steps.Authorise(), steps.Forge("unsigned"))

    (leak,) = journal.all(Leak)
    assert (leak.place, leak.kind, leak.line) == ("the answer to forged:unsigned", "expected signature", "")


def test_every_re_encoding_is_a_fact_of_its_own(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """Something happened each time, and what arrives is signed over its own bytes."""
    journal, crashed = perform(steps.Authorise(), steps.Deliver(), steps.ReencodeEvery())

    made = journal.all(Delivery)[1:]
    secret = driver.fiskil.credentials.webhook_secret
    assert not crashed
    assert [delivery.name for delivery in made] == [
        "extra_field",
        *(encoding.name for encoding in encodings_of(FISKIL) if not encoding.needs_accounts),
    ]
    assert len({delivery.message_id for delivery in made}) == len(made)
    assert {delivery.event for delivery in made} <= {event.event for event in journal.all(EventCreated)}
    assert mailbox.signatures == [sign(body, secret) for body in mailbox.bodies]


def test_new_fields_are_judged_only_where_one_is_taken(perform: Perform, mailbox: Mailbox) -> None:
    """A receiver that refuses a plain new field says nothing about bytes by refusing others."""
    mailbox.refused = b"note"

    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.ReencodeEvery())

    judged = {delivery.name for delivery in journal.all(Delivery) if delivery.is_judged}
    assert "pretty" in judged
    assert not any(encoding.has_extra and encoding.name in judged for encoding in encodings_of(FISKIL))


def test_missing_accounts_are_missing_from_an_event_that_has_some(perform: Perform, mailbox: Mailbox) -> None:
    """A sync event tells accounts; this one does not."""
    perform(steps.Authorise(), steps.Deliver(), steps.Reencode("no_account_ids"))

    assert mailbox.kinds[-1] == "banking.accounts.sync.completed"
    assert "account_ids" not in mailbox.messages[-1]["data"]


def test_spellings_repeat_the_very_bytes(perform: Perform, mailbox: Mailbox) -> None:
    """Only headers differ, and no answer is judged."""
    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.SpellEverySignature("e0"))

    made = by_name(journal)
    assert set(SPELLINGS) <= set(made)
    assert len(set(mailbox.bodies)) == 1
    assert {(delivery.kind, delivery.is_judged) for name, delivery in made.items() if name} == {("replay", False)}


def test_every_oddity_is_sent_and_none_judged(perform: Perform) -> None:
    """They are nobody's events."""
    journal, crashed = perform(steps.Authorise(), steps.Deliver(), steps.DistortEvery())

    made = journal.all(Delivery)[1:]
    assert not crashed
    assert [delivery.name for delivery in made] == list(ODDITIES)
    assert {(delivery.kind, delivery.is_judged) for delivery in made} == {("unusual", False)}
    assert [event.event for event in journal.all(EventCreated)] == ["e0"]


def test_one_oddity_can_be_sent(perform: Perform, mailbox: Mailbox) -> None:
    """By its name."""
    perform(steps.Authorise(), steps.Distort("list"))

    assert mailbox.bodies == [b"[1,2,3]"]


@pytest.mark.parametrize("step", [steps.Forge("unsinged"), steps.Reencode("prety"), steps.Distort("lists")])
def test_unknown_names_are_refused_before_anything_starts(step: steps.AnyStep) -> None:
    """With the nearest that there is."""
    with pytest.raises(UnknownName, match=r"Did you mean '"):
        step.check()
