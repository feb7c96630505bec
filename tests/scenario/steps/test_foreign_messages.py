"""Steps of honest signatures in the wrong place: whose ids they carry, and where they come from."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import Delivery, EventCreated, Journal, Trouble
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.webhooks import sign
from tests.apps.mailbox import Mailbox

Perform = Callable[..., Journal]


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    """One server for the module, because stopping one takes half a second."""
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as one:
        yield one


@pytest.fixture
def mailbox(server: HTTPServer) -> Mailbox:
    """A receiver that keeps what it gets."""
    return Mailbox(server)


@pytest.fixture
def perform(mailbox: Mailbox, drive: Callable[..., Driver]) -> Perform:
    """Perform steps with these facts about the app; the journal."""

    def run(*given: steps.AnyStep, facts: dict[str, Any] | None = None) -> Journal:
        driver = drive(mailbox.settings(facts=facts or {}))
        journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=given, probes=()))
        secret = driver.fiskil.credentials.webhook_secret
        assert not crashed
        assert mailbox.signatures == [sign(body, secret) for body in mailbox.bodies]
        return journal

    return run


def test_a_foreign_message_carries_ids_that_nobody_has(perform: Perform, mailbox: Mailbox) -> None:
    """It is honestly signed, and nothing is due for it."""
    journal = perform(steps.Authorise(), steps.Deliver(), steps.DeliverForeign())

    genuine, foreign = (message["data"] for message in mailbox.messages)
    assert (foreign["end_user_id"], foreign["consent_id"]) != (genuine["end_user_id"], genuine["consent_id"])
    assert (journal.all(Delivery)[1].kind, journal.all(Delivery)[1].name) == ("foreign", "nobody")
    assert len(journal.all(EventCreated)) == 1


def test_a_mixed_message_carries_ids_of_two(perform: Perform, mailbox: Mailbox) -> None:
    """The consent of one, the end user of the other."""
    perform(
        steps.Authorise(),
        steps.Authorise(twin="second"),
        steps.Deliver(),
        steps.DeliverMixed(consent_of="", end_user_of="second"),
    )

    first, second, mixed = (message["data"] for message in mailbox.messages)
    assert (mixed["consent_id"], mixed["end_user_id"]) == (first["consent_id"], second["end_user_id"])


def test_a_mixture_of_one_is_refused() -> None:
    """It would be an ordinary message."""
    with pytest.raises(ConfigError, match=r"DeliverMixed: consent_of and end_user_of are both 'a'"):
        steps.DeliverMixed(consent_of="a", end_user_of="a").check()


def test_a_stranger_speaks_from_another_address(perform: Perform, mailbox: Mailbox) -> None:
    """Where a list is stated, and the message counts as an attempt."""
    journal = perform(
        steps.Authorise(), steps.DeliverFromUnknownAddress("e0"), steps.Retry("e0"), facts={"allowed_ips": ["127.0.0.1"]}
    )

    assert [request.remote_addr for request in mailbox.requests] == ["127.0.0.2", "127.0.0.1"]
    assert [(delivery.attempt, delivery.source_ip) for delivery in journal.all(Delivery)] == [
        (1, "127.0.0.2"),
        (2, "127.0.0.1"),
    ]


def test_a_stranger_may_claim_an_address(perform: Perform, mailbox: Mailbox) -> None:
    """In every header that proxies use."""
    perform(
        steps.Authorise(),
        steps.DeliverFromUnknownAddress("e0", claims="127.0.0.1"),
        facts={"allowed_ips": ["127.0.0.1"]},
    )

    headers = mailbox.requests[0].headers
    assert (headers["X-Forwarded-For"], headers["X-Real-IP"], headers["Forwarded"]) == (
        "127.0.0.1",
        "127.0.0.1",
        "for=127.0.0.1",
    )


@pytest.mark.parametrize(
    ("allowed", "stranger"),
    [(["127.0.0.1", "127.0.0.2"], "127.0.0.3"), (["127.0.0.0/29"], "127.0.0.8"), (["example.com"], "127.0.0.2")],
)
def test_a_stranger_is_not_on_the_list(perform: Perform, mailbox: Mailbox, allowed: list[str], stranger: str) -> None:
    """Addresses and networks count; what is neither is nobody's."""
    perform(steps.Authorise(), steps.DeliverFromUnknownAddress("e0"), facts={"allowed_ips": allowed})

    assert mailbox.requests[0].remote_addr == stranger


@pytest.mark.parametrize("facts", [{}, {"allowed_ips": ["127.0.0.0/8"]}])
def test_without_a_list_no_stranger_comes(perform: Perform, mailbox: Mailbox, facts: dict[str, Any]) -> None:
    """Nobody can be judged by a list that nobody stated, or by one that holds everybody here."""
    journal = perform(steps.Authorise(), steps.DeliverFromUnknownAddress("e0"), facts=facts)

    assert mailbox.requests == []
    assert [trouble.hook for trouble in journal.all(Trouble)] == ["app.facts.allowed_ips"]


def test_an_unknown_event_is_one_that_fiskil_does_not_have(perform: Perform, mailbox: Mailbox) -> None:
    """With fields that no message has, and judged like any other."""
    journal = perform(steps.Authorise(), steps.DeliverUnknownEvent())

    assert mailbox.kinds == ["telco.account.updated"]
    assert mailbox.messages[0]["data"]["details"] == {"n": 1}
    assert [(delivery.kind, delivery.is_judged) for delivery in journal.all(Delivery)] == [("genuine", True)]


def test_many_unknown_events_can_be_delivered(perform: Perform, mailbox: Mailbox) -> None:
    """Each is a message of its own, and they come in bursts."""
    journal = perform(steps.Authorise(), steps.DeliverUnknownEvent(times=60))

    assert len({message["message_id"] for message in mailbox.messages}) == 60
    assert len({delivery.group for delivery in journal.all(Delivery)}) == 2


def test_no_unknown_event_at_all_is_refused() -> None:
    """Nothing would happen."""
    with pytest.raises(ConfigError, match=r"DeliverUnknownEvent: times count from 1, got 0\."):
        steps.DeliverUnknownEvent(times=0).check()


def test_lookalikes_differ_in_one_field_besides_their_id(perform: Perform, mailbox: Mailbox) -> None:
    """Ids that are one number to a double, or one text to whoever trims it or ignores its letters' size; and other facts."""
    perform(steps.Authorise(), steps.Authorise(twin="b"), steps.Deliver(), steps.DeliverLookalikes(beside="b"))

    messages = mailbox.messages[2:]
    ids = [message.pop("message_id") for message in messages]
    first, same, big, next_big, with_zero, with_blank, small, capital, *_ = ids
    assert len(set(ids)) == len(ids) == 10
    assert all(message == messages[0] for message in messages[:8])
    assert (float(big) == float(next_big), int(with_zero) == int(first)) == (True, True)
    assert (with_blank.strip(), small, capital.lower()) == (first, f"m{first}", small)
    assert (len(first), len(same), len(big)) == (16, 16, 17)
    somebody, somebody_else = messages[0]["data"], messages[9]["data"]
    assert messages[9]["publish_time"] == messages[0]["publish_time"]
    assert {name for name in somebody if somebody[name] != somebody_else.get(name)} == {"end_user_id", "consent_id"}


def test_a_refused_lookalike_is_retried(perform: Perform, mailbox: Mailbox) -> None:
    """As Fiskil would, up to five times."""
    mailbox.status = 503

    journal = perform(steps.Authorise(), steps.DeliverLookalikes())

    assert [delivery.attempt for delivery in journal.all(Delivery)] == [1, 2, 3, 4, 5] * 9
