"""Steps that tell again what the app has: in other spellings, and with two ids in one message."""

import json
from collections.abc import Callable

import pytest

from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import CutShort, Delivery, Journal
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.steps.idempotency import PLAIN
from fiskil_harness.webhooks import sign
from fiskil_harness.webhooks.signature_variants import SPELLINGS
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]


def test_each_spelling_has_an_event_of_its_own(perform: Perform) -> None:
    """It is delivered as always, and comes again so spelt; one comes again as it was."""
    journal, crashed = perform(steps.Authorise(), steps.Deliver(), steps.RepeatInEverySpelling())

    made = journal.all(Delivery)
    again = [delivery for delivery in made if delivery.kind == "replay"]
    assert not crashed
    assert [delivery.name for delivery in again] == [PLAIN, *SPELLINGS]
    assert len({delivery.message_id for delivery in again}) == len(again)
    assert {delivery.message_id for delivery in again} <= {
        delivery.message_id for delivery in made if delivery.kind == "genuine"
    }


def test_the_plain_one_is_the_very_same(perform: Perform, mailbox: Mailbox) -> None:
    """Bytes and headers, so that a second effect has no other reason."""
    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.RepeatInEverySpelling())

    first, again = [delivery for delivery in journal.all(Delivery) if delivery.message_id == _plain(journal).message_id]
    assert (first.body, first.headers) == (again.body, again.headers)


def test_two_ids_are_signed_as_they_stand(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
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


def test_an_id_in_a_header_stands_in_two_lines(drive: Callable[..., Driver], mailbox: Mailbox) -> None:
    """Where the body has no id, its header comes twice."""
    driver = drive(mailbox.settings(webhook={"scheme": "github"}))

    journal, _ = driver.perform(_scenario(steps.Authorise(), steps.RepeatIds()))

    ids = [[value for name, value in delivery.headers if name == "X-GitHub-Delivery"] for delivery in journal.all(Delivery)]
    assert [[journal.names[text] for text in pair] for pair in ids] == [
        ["repeated:0", "repeated:1"],
        ["repeated:0", "repeated:2"],
    ]


def test_drawn_bodies_are_signed_and_counted(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """A third is lawful, and all have right signatures of what they are."""
    journal, crashed = perform(steps.Authorise(), steps.Fuzz(count=12))

    made = journal.all(Delivery)
    secret = driver.fiskil.credentials.webhook_secret
    assert not crashed
    assert sorted(delivery.name for delivery in made) == ["broken"] * 8 + ["valid"] * 4
    assert [delivery.event for delivery in made] == [f"fuzz:{number}" for number in range(12)]
    assert mailbox.signatures == [sign(body, secret) for body in mailbox.bodies]


def test_what_takes_too_long_is_cut_short(perform: Perform) -> None:
    """The rest is not sent, and that is written down."""
    journal, _ = perform(steps.Authorise(), steps.Fuzz(count=5, limit_s=1e-9))

    assert [cut_short.what for cut_short in journal.all(CutShort)] == [
        "sending drawn bodies took longer than 1e-09 s, so the rest was not sent"
    ]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (steps.Fuzz(count=0), "Fuzz: count must be from 1 to 1000, got 0."),
        (steps.Fuzz(limit_s=0), "Fuzz: limit_s must be greater than 0, got 0."),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(step: steps.Fuzz, words: str) -> None:
    """Before anything is drawn."""
    with pytest.raises(ConfigError, match=words):
        step.check()


def _plain(journal: Journal) -> Delivery:
    return next(delivery for delivery in journal.all(Delivery) if delivery.name == PLAIN)


def _scenario(*given: steps.PlainStep) -> object:
    from fiskil_harness.scenario.scenario import Scenario

    return Scenario(name="x", practices=(), steps=given, probes=())
