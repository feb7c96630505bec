"""The strategies for a team's own tests: genuine messages verify, forgeries do not, and plans are valid."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fiskil_harness import Scenario, signature, strategies
from fiskil_harness.core.model.events import EVENT_KINDS, Event, Message
from fiskil_harness.webhooks.forgeries.catalogue import Forged

SECRET = "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlISE="
BRIEF = settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@BRIEF
@given(strategies.events(("consent.received", "consent.revoked")))
def test_events_have_the_chosen_kinds(event: Event) -> None:
    """Ids have the formats of the API."""
    assert event.kind in {"consent.received", "consent.revoked"}
    assert (event.end_user_id[:3], len(event.end_user_id), len(event.message_id)) == ("eu_", 30, 36)


@BRIEF
@given(strategies.deliveries(SECRET))
def test_deliveries_are_genuine(message: Message) -> None:
    """The signature covers exactly the bytes of the body."""
    assert signature.verify(message.body, dict(message.headers), SECRET)
    assert json.loads(message.body)["message_id"] == message.message_id


@BRIEF
@given(st.data())
def test_deliveries_of_another_sender_are_genuine(data: st.DataObject) -> None:
    """A dialect gives messages in its own format."""
    svix = signature.preset("svix")
    secret = svix.scheme.secret_of(SECRET)

    message = data.draw(strategies.deliveries(secret, dialect=svix))

    assert signature.verify(message.body, dict(message.headers), secret, dialect=svix)


@BRIEF
@given(strategies.bodies(SECRET))
def test_bodies_are_json(body: bytes) -> None:
    """A body is one message of a documented kind."""
    assert json.loads(body)["data"]["event"] in EVENT_KINDS


@BRIEF
@given(strategies.forgeries(SECRET))
def test_forgeries_are_not_genuine(forged: Forged) -> None:
    """No forgery verifies."""
    assert not signature.verify(forged.body, dict(forged.headers), SECRET)


@BRIEF
@given(st.sampled_from(("deliveries", "order", "forgeries", "everything")).flatmap(strategies.plans))
def test_plans_are_valid(plan: Scenario) -> None:
    """A plan can be played: its names exist, and its probes count for its practices."""
    assert plan.check().steps
