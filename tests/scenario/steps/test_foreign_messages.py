"""Steps that deliver rightly signed messages with foreign ids, from unlisted addresses, or with unknown content."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.core.config.webhook_format import PRESETS
from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import Delivery, EventCreated, Journal, StepFailed
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.webhooks import sign
from tests.apps.mailbox import Mailbox

Perform = Callable[..., Journal]


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    """One server for the module, because stopping one takes half a second."""
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as http_server:
        yield http_server


@pytest.fixture
def mailbox(server: HTTPServer) -> Mailbox:
    """A receiver that keeps the requests it gets."""
    return Mailbox(server)


@pytest.fixture
def perform(mailbox: Mailbox, drive: Callable[..., Driver]) -> Perform:
    """Perform steps with these facts about the app, and return the journal."""

    def run(*sequence: steps.AnyStep, facts: dict[str, Any] | None = None) -> Journal:
        driver = drive(mailbox.settings(facts=facts or {}))
        journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))
        secret = driver.fiskil.credentials.webhook_secret
        assert not crashed
        assert mailbox.signatures == [sign(body, secret) for body in mailbox.bodies]
        return journal

    return run


def test_a_foreign_message_has_unknown_ids(perform: Perform, mailbox: Mailbox) -> None:
    """It is rightly signed, and no event of the sandbox belongs to it."""
    journal = perform(steps.Authorise(), steps.Deliver(), steps.DeliverForeign())

    genuine, foreign = (message["data"] for message in mailbox.messages)
    assert (foreign["end_user_id"], foreign["consent_id"]) != (genuine["end_user_id"], genuine["consent_id"])
    assert (journal.all(Delivery)[1].kind, journal.all(Delivery)[1].name) == ("foreign", "unknown")
    assert len(journal.all(EventCreated)) == 1


def test_a_mixed_message_has_ids_of_two_end_users(perform: Perform, mailbox: Mailbox) -> None:
    """It names the consent of one and the end user id of the other."""
    perform(
        steps.Authorise(),
        steps.Authorise(twin="second"),
        steps.Deliver(),
        steps.DeliverMixed(consent_of="", end_user_of="second"),
    )

    first, second, mixed = (message["data"] for message in mailbox.messages)
    assert (mixed["consent_id"], mixed["end_user_id"]) == (first["consent_id"], second["end_user_id"])


def test_a_mixed_message_needs_two_end_users() -> None:
    """Otherwise it would be an ordinary message."""
    with pytest.raises(ConfigError, match=r"DeliverMixed: consent_of and end_user_of are both 'a'"):
        steps.DeliverMixed(consent_of="a", end_user_of="a").check()


def test_an_unlisted_address_sends_the_message(perform: Perform, mailbox: Mailbox) -> None:
    """That needs a stated list, and the message counts as an attempt."""
    journal = perform(
        steps.Authorise(), steps.DeliverFromUnknownAddress("e0"), steps.Retry("e0"), facts={"allowed_ips": ["127.0.0.1"]}
    )

    assert [request.remote_addr for request in mailbox.requests] == ["127.0.0.2", "127.0.0.1"]
    assert [(delivery.attempt, delivery.source_ip) for delivery in journal.all(Delivery)] == [
        (1, "127.0.0.2"),
        (2, "127.0.0.1"),
    ]


def test_headers_may_contain_a_listed_address(perform: Perform, mailbox: Mailbox) -> None:
    """Every header that proxies use contains it."""
    perform(
        steps.Authorise(),
        steps.DeliverFromUnknownAddress("e0", forwarded_for="127.0.0.1"),
        facts={"allowed_ips": ["127.0.0.1"]},
    )

    headers = mailbox.requests[0].headers
    assert (headers["X-Forwarded-For"], headers["X-Real-IP"], headers["Forwarded"]) == (
        "127.0.0.1",
        "127.0.0.1",
        "for=127.0.0.1",
    )


@pytest.mark.parametrize(
    ("allowed", "source_ip"),
    [(["127.0.0.1", "127.0.0.2"], "127.0.0.3"), (["127.0.0.0/29"], "127.0.0.8"), (["example.com"], "127.0.0.2")],
)
def test_the_sending_address_is_not_on_the_list(
    perform: Perform, mailbox: Mailbox, allowed: list[str], source_ip: str
) -> None:
    """Addresses and networks count; other entries match no address."""
    perform(steps.Authorise(), steps.DeliverFromUnknownAddress("e0"), facts={"allowed_ips": allowed})

    assert mailbox.requests[0].remote_addr == source_ip


@pytest.mark.parametrize("facts", [{}, {"allowed_ips": ["127.0.0.0/8"]}])
def test_without_a_list_nothing_is_sent(perform: Perform, mailbox: Mailbox, facts: dict[str, Any]) -> None:
    """An app cannot be judged without a stated list, or by one that contains every local address."""
    journal = perform(steps.Authorise(), steps.DeliverFromUnknownAddress("e0"), facts=facts)

    assert mailbox.requests == []
    assert [trouble.hook for trouble in journal.all(StepFailed)] == ["app.facts.allowed_ips"]


def test_an_unknown_event_has_a_new_kind(perform: Perform, mailbox: Mailbox) -> None:
    """It has unknown fields, and is judged like any other message."""
    journal = perform(steps.Authorise(), steps.DeliverUnknownEvent())

    assert mailbox.kinds == ["telco.account.updated"]
    assert mailbox.messages[0]["data"]["details"] == {"n": 1}
    assert [(delivery.kind, delivery.is_judged) for delivery in journal.all(Delivery)] == [("genuine", True)]


def test_many_unknown_events_can_be_delivered(perform: Perform, mailbox: Mailbox) -> None:
    """Each is a separate message, and they are sent in bursts."""
    journal = perform(steps.Authorise(), steps.DeliverUnknownEvent(times=60))

    assert len({message["message_id"] for message in mailbox.messages}) == 60
    assert len({delivery.group for delivery in journal.all(Delivery)}) == 2


def test_zero_unknown_events_are_refused() -> None:
    """The step would do nothing."""
    with pytest.raises(ConfigError, match=r"DeliverUnknownEvent: times must be 1 or greater, got 0\."):
        steps.DeliverUnknownEvent(times=0).check()


def test_lookalikes_differ_in_one_field_besides_their_id(perform: Perform, mailbox: Mailbox) -> None:
    """Some ids are equal as floating-point numbers, or after trimming or changing the case; other fields differ too."""
    perform(steps.Authorise(), steps.Authorise(twin="b"), steps.Deliver(), steps.DeliverLookalikes(beside="b"))

    messages = mailbox.messages[2:]
    ids = [message.pop("message_id") for message in messages]
    first, same, big, next_big, with_zero, with_blank, small, capital, *_ = ids
    assert len(set(ids)) == len(ids) == 10
    assert all(message == messages[0] for message in messages[:8])
    assert (float(big) == float(next_big), int(with_zero) == int(first)) == (True, True)
    assert (with_blank.strip(), small, capital.lower()) == (first, f"m{first}", small)
    assert (len(first), len(same), len(big)) == (16, 16, 17)
    own, others = messages[0]["data"], messages[9]["data"]
    assert messages[9]["publish_time"] == messages[0]["publish_time"]
    assert {name for name in own if own[name] != others.get(name)} == {"end_user_id", "consent_id"}


@pytest.mark.parametrize("scheme", [name for name, dialect in PRESETS.items() if dialect.has_id_in_header])
def test_ids_in_headers_do_not_differ_by_blanks(drive: Callable[..., Driver], mailbox: Mailbox, scheme: str) -> None:
    """HTTP parsers remove blanks around a value, so to a correct app such ids are equal. Source: RFC 9110, 5.5"""
    driver = drive(mailbox.settings(webhook={"scheme": scheme}))
    played = (steps.Authorise(), steps.Deliver(), steps.DeliverLookalikes())

    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=played, probes=()))

    ids = [delivery.message_id for delivery in journal.all(Delivery)]
    assert not crashed
    assert len({message_id.strip() for message_id in ids}) == len(ids) >= 8


def test_a_refused_lookalike_is_retried(perform: Perform, mailbox: Mailbox) -> None:
    """It gets up to five attempts, like any event."""
    mailbox.status = 503

    journal = perform(steps.Authorise(), steps.DeliverLookalikes())

    assert [delivery.attempt for delivery in journal.all(Delivery)] == [1, 2, 3, 4, 5] * 9
