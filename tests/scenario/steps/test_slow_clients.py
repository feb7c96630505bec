"""Deliveries beside slow clients: one trial for each behaviour, unless a response is late."""

from fiskil_harness.journal import Delivery, SlowClient
from fiskil_harness.scenario import steps
from tests.scenario.steps.conftest import Perform

BEHAVIOURS = ["sends_nothing", "sends_headers_slowly", "sends_body_slowly", "keeps_connection_open"]


def test_an_event_is_delivered_beside_each_slow_client(perform: Perform) -> None:
    """Each trial has its own event, and the first delivery is made without a slow client."""
    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.DeliverBesideEverySlowClient())

    deliveries, clients = journal.all(Delivery)[1:], journal.all(SlowClient)
    beside = [delivery.event for delivery in deliveries if delivery.name != "alone"]
    assert deliveries[0].name == "alone"
    assert all(delivery.is_acknowledged for delivery in deliveries)
    assert list(dict.fromkeys(client.behaviour for client in clients)) == BEHAVIOURS
    assert [client.event for client in clients] == beside
    assert len(set(beside)) == len(beside)


def test_a_client_that_the_receiver_disconnects_gets_no_second_trial(perform: Perform) -> None:
    """The test's receiver closes each connection after its response, so no client keeps one open."""
    journal, _ = perform(steps.Authorise(), steps.Deliver(), steps.DeliverBesideEverySlowClient())

    waits_s = [client.ended_s for client in journal.all(SlowClient) if client.behaviour == "keeps_connection_open"]
    assert len(waits_s) == 1
    assert waits_s[0] is not None
