"""Steps that repeat messages which the app already has: in other notations, and with two ids in one message."""

import json
from collections.abc import Callable

import pytest

from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import Delivery, Journal, StepIncomplete
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.steps.idempotency import PLAIN
from fiskil_harness.webhooks import sign
from fiskil_harness.webhooks.signature_variants import SPELLINGS
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]


def test_each_notation_has_a_new_event(perform: Perform) -> None:
    """It is delivered as usual, and repeated in that notation; one event is repeated unchanged."""
    journal, crashed = perform(steps.Authorise(), steps.Deliver(), steps.RepeatInEverySpelling())

    deliveries = journal.all(Delivery)
    replays = [delivery for delivery in deliveries if delivery.kind == "replay"]
    assert not crashed
    assert [delivery.name for delivery in replays] == [PLAIN, *SPELLINGS]
    assert len({delivery.message_id for delivery in replays}) == len(replays)
    assert {delivery.message_id for delivery in replays} <= {
        delivery.message_id for delivery in deliveries if delivery.kind == "genuine"
    }


def test_the_unchanged_repetition_is_identical(perform: Perform, mailbox: Mailbox) -> None:
    """Bytes and headers are equal, so that a second effect has no other cause."""
    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.RepeatInEverySpelling())

    message_id = _unchanged(journal).message_id
    first, replay = [delivery for delivery in journal.all(Delivery) if delivery.message_id == message_id]
    assert (first.body, first.headers) == (replay.body, replay.headers)


def test_messages_with_two_ids_are_signed(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """The first id is the same in both bodies, the second is not, and each body is signed."""
    journal, crashed = perform(steps.Authorise(), steps.RepeatIds())

    pairs = [json.loads(body, object_pairs_hook=list) for body in mailbox.bodies]
    ids = [[value for key, value in pair if key == "message_id"] for pair in pairs]
    secret = driver.fiskil.credentials.webhook_secret
    assert not crashed
    assert [[journal.names[value] for value in pair] for pair in ids] == [
        ["repeated:0", "repeated:1"],
        ["repeated:0", "repeated:2"],
    ]
    assert mailbox.signatures == [sign(body, secret) for body in mailbox.bodies]


def test_an_id_in_a_header_is_repeated(drive: Callable[..., Driver], mailbox: Mailbox) -> None:
    """If the body has no id, its header is sent twice."""
    driver = drive(mailbox.settings(webhook={"scheme": "github"}))

    journal, _ = driver.perform(_scenario(steps.Authorise(), steps.RepeatIds()))

    ids = [[value for name, value in delivery.headers if name == "X-GitHub-Delivery"] for delivery in journal.all(Delivery)]
    assert [[journal.names[text] for text in pair] for pair in ids] == [
        ["repeated:0", "repeated:1"],
        ["repeated:0", "repeated:2"],
    ]


def test_generated_bodies_are_signed_and_counted(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """A third is valid, and all have the right signature of their bytes."""
    journal, crashed = perform(steps.Authorise(), steps.Fuzz(count=12))

    deliveries = journal.all(Delivery)
    secret = driver.fiskil.credentials.webhook_secret
    assert not crashed
    assert sorted(delivery.name for delivery in deliveries) == ["broken"] * 8 + ["valid"] * 4
    assert [delivery.event for delivery in deliveries] == [f"fuzz:{number}" for number in range(12)]
    assert mailbox.signatures == [sign(body, secret) for body in mailbox.bodies]


def test_sending_has_a_time_limit(perform: Perform) -> None:
    """The rest is not sent, and that is recorded."""
    journal, crashed = perform(steps.Authorise(), steps.Fuzz(count=5, limit_s=1e-9))

    assert not crashed
    assert [cut_short.reason for cut_short in journal.all(StepIncomplete)] == [
        "sending generated bodies took longer than 1e-09 s, so the rest was not sent"
    ]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (steps.Fuzz(count=0), "Fuzz: count must be from 1 to 1000, got 0."),
        (steps.Fuzz(limit_s=0), "Fuzz: limit_s must be greater than 0, got 0."),
    ],
)
def test_invalid_numbers_are_refused(step: steps.Fuzz, words: str) -> None:
    """They are refused before a body is generated."""
    with pytest.raises(ConfigError, match=words):
        step.check()


def _unchanged(journal: Journal) -> Delivery:
    return next(delivery for delivery in journal.all(Delivery) if delivery.name == PLAIN)


def _scenario(*sequence: steps.Step) -> object:
    from fiskil_harness.scenario.scenario import Scenario

    return Scenario(name="x", practices=(), steps=sequence, probes=())
