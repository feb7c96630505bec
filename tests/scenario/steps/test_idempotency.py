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
    again = [one for one in made if one.kind == "replay"]
    assert not crashed
    assert [one.name for one in again] == [PLAIN, *SPELLINGS]
    assert len({one.message_id for one in again}) == len(again)
    assert {one.message_id for one in again} <= {one.message_id for one in made if one.kind == "genuine"}


def test_the_plain_one_is_the_very_same(perform: Perform, mailbox: Mailbox) -> None:
    """Bytes and headers, so that a second effect has no other reason."""
    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.RepeatInEverySpelling())

    first, again = [one for one in journal.all(Delivery) if one.message_id == _plain(journal).message_id]
    assert (first.body, first.headers) == (again.body, again.headers)


def test_two_ids_are_signed_as_they_stand(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """The first id is the same in both bodies, the second is not, and each body is signed."""
    journal, crashed = perform(steps.Authorise(), steps.RepeatIds())

    pairs = [json.loads(body, object_pairs_hook=list) for body in mailbox.bodies]
    ids = [[value for key, value in pair if key == "message_id"] for pair in pairs]
    secret = driver.fiskil.credentials.webhook_secret
    assert not crashed
    assert [[journal.names[one] for one in pair] for pair in ids] == [
        ["repeated:0", "repeated:1"],
        ["repeated:0", "repeated:2"],
    ]
    assert mailbox.signatures == [sign(body, secret) for body in mailbox.bodies]


def test_an_id_in_a_header_stands_in_two_lines(drive: Callable[..., Driver], mailbox: Mailbox) -> None:
    """Where the body has no id, its header comes twice."""
    driver = drive(mailbox.settings(webhook={"scheme": "github"}))

    journal, _ = driver.perform(_scenario(steps.Authorise(), steps.RepeatIds()))

    ids = [[value for name, value in one.headers if name == "X-GitHub-Delivery"] for one in journal.all(Delivery)]
    assert [[journal.names[one] for one in pair] for pair in ids] == [
        ["repeated:0", "repeated:1"],
        ["repeated:0", "repeated:2"],
    ]


def test_drawn_bodies_are_signed_and_counted(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """A third is lawful, and all have right signatures of what they are."""
    journal, crashed = perform(steps.Authorise(), steps.Fuzz(count=12))

    made = journal.all(Delivery)
    secret = driver.fiskil.credentials.webhook_secret
    assert not crashed
    assert sorted(one.name for one in made) == ["broken"] * 8 + ["valid"] * 4
    assert [one.event for one in made] == [f"fuzz:{number}" for number in range(12)]
    assert mailbox.signatures == [sign(body, secret) for body in mailbox.bodies]


def test_what_takes_too_long_is_cut_short(perform: Perform) -> None:
    """The rest is not sent, and that is written down."""
    journal, _ = perform(steps.Authorise(), steps.Fuzz(count=5, limit_s=1e-9))

    assert [one.what for one in journal.all(CutShort)] == [
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
    return next(one for one in journal.all(Delivery) if one.name == PLAIN)


def _scenario(*given: steps.PlainStep) -> object:
    from fiskil_harness.scenario.scenario import Scenario

    return Scenario(name="x", practices=(), steps=given, probes=())
