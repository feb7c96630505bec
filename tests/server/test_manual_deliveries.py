"""Deliveries in a test: what the sandbox has to tell reaches any receiver, again, late or never."""

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.errors import StepError, UnknownName, UnsafeTarget, UsageError
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.server.manual_deliveries import Deliveries
from fiskil_harness.webhooks import sign


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    """A receiver that answers as it is told."""
    with HTTPServer(host="127.0.0.1", port=0) as server:
        yield server


@pytest.fixture
def deliveries(fiskil: LocalFiskil) -> Deliveries:
    """Rosa has consented and her accounts are synced: there is something to tell."""
    fiskil.authorise(fiskil.enrol("rosa"))
    return Deliveries(fiskil)


def test_everything_due_is_handed_over_by_publish_time(deliveries: Deliveries, receiver: HTTPServer) -> None:
    """Each event arrives once, signed, the consent first."""
    receiver.expect_request("/hook").respond_with_data("", status=204)

    made = deliveries.deliver(receiver.url_for("/hook"))

    assert made[0].event == "e0"
    assert deliveries.events["e0"].kind == "consent.received"
    assert [delivery.outcome for delivery in made] == ["ack"] * len(deliveries.events)
    assert deliveries.deliver() == []


def test_the_signature_covers_the_very_bytes(deliveries: Deliveries, receiver: HTTPServer, fiskil: LocalFiskil) -> None:
    """What arrives verifies under the secret that the sandbox hands out."""
    receiver.expect_request("/hook").respond_with_data("", status=204)

    deliveries.deliver(receiver.url_for("/hook"))

    request = receiver.log[0][0]
    assert request.headers["X-Fiskil-Signature"] == sign(request.get_data(), fiskil.credentials.webhook_secret)


def test_a_retry_has_other_bytes_and_a_replay_the_same(deliveries: Deliveries, receiver: HTTPServer) -> None:
    """The attempt number is part of a retry's body; a replay is the latest attempt again."""
    receiver.expect_request("/hook").respond_with_data("", status=204)
    first = deliveries.deliver(receiver.url_for("/hook"))[0]

    retried, replayed = deliveries.retry("e0"), deliveries.replay("e0")

    assert (retried.attempt, replayed.attempt, replayed.kind) == (2, 2, "replay")
    assert first.body != retried.body == replayed.body


def test_what_is_refused_comes_again_along_the_schedule(
    deliveries: Deliveries, receiver: HTTPServer, fiskil: LocalFiskil
) -> None:
    """Sandbox time moves on to the next attempt, which is acknowledged."""
    for status in (503, 204):
        receiver.expect_ordered_request("/hook").respond_with_data("", status=status)
    for event in list(deliveries.events)[1:]:
        deliveries.drop(event)

    made = deliveries.deliver(receiver.url_for("/hook"), attempts=5)

    assert [(delivery.attempt, delivery.outcome) for delivery in made] == [(1, "refuse"), (2, "ack")]
    assert fiskil.sandbox.clock.offset.total_seconds() >= 60


def test_mistakes_are_said_in_words(deliveries: Deliveries) -> None:
    """No receiver, an unknown event, a replay of nothing, a machine that is not this one."""
    with pytest.raises(UsageError, match="Name the receiver"):
        deliveries.deliver()
    with pytest.raises(UnknownName, match="No event 'e99'"):
        deliveries.retry("e99", "http://127.0.0.1:9/hook")
    with pytest.raises(StepError, match="never delivered"):
        deliveries.replay("e1", "http://127.0.0.1:9/hook")
    with pytest.raises(UnsafeTarget, match="not loopback"):
        deliveries.deliver("http://192.0.2.1/hook")


def test_what_is_refused_for_haste_is_told_as_it_is(deliveries: Deliveries, receiver: HTTPServer) -> None:
    """A test of one's own that makes a receiver say 429 sees one attempt and its answer."""
    receiver.expect_request("/hook").respond_with_data("", status=429)

    made = deliveries.deliver(receiver.url_for("/hook"))

    assert {(delivery.kind, delivery.attempt, delivery.status, delivery.outcome) for delivery in made} == {
        ("genuine", 1, 429, "refuse")
    }
    assert len(receiver.log) == len(made)
