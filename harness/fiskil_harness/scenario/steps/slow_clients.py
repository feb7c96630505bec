"""Step that delivers events while slow clients are connected, to show whether the receiver serves one client at a time."""

from typing import TYPE_CHECKING

from fiskil_harness.journal import Delivery
from fiskil_harness.journal import SlowClient as SlowClientConnected
from fiskil_harness.scenario.steps.events import new_event
from fiskil_harness.scenario.steps.step import Step
from fiskil_harness.webhooks.slow_client import SlowClient

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

LASTS_S = (0.4, 1.2)
"""How long a slow client stays in each trial, in real seconds.

The second trial is made only if the response of the first one came after the slow client had left.
"""
LEAST_WAIT_S = 0.3
"""If the receiver disconnects the slow client sooner than this, no second trial is made; in real seconds."""
UNSIGNED = b"{}"


class DeliverBesideEverySlowClient(Step, frozen=True, kw_only=True, tag="deliver_beside_every_slow_client"):
    """A new event is delivered while another client is connected and sends nothing, or sends a request slowly.

    The slow client leaves when the event is acknowledged. If the event is acknowledged only after the slow client has left,
    another event is delivered while the slow client stays longer. Before and after that, events are delivered without a slow
    client.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver one event in each trial.

        Raises:
            StepError: The participant has no consent yet.
        """
        end_user = stage.end_user(self.twin)
        _deliver_alone(stage, end_user)
        for behaviour, slow in _slow_clients(stage).items():
            for lasts_s in LASTS_S:
                delivery, ended_s = _deliver_beside(stage, end_user, behaviour, slow, lasts_s=lasts_s)
                if ended_s is None or ended_s < LEAST_WAIT_S:
                    break
                if not delivery.has_response:
                    return
                _deliver_alone(stage, end_user)


def _slow_clients(stage: "Stage") -> dict[str, SlowClient]:
    """Return the slow clients by their behaviour."""
    target = stage.sender.target
    line = f"POST {target.path} HTTP/1.1\r\nHost: {target.host}:{target.port}\r\n".encode("latin-1")
    head = line + b"Content-Type: application/json\r\n"
    return {
        "sends_nothing": SlowClient(),
        "sends_headers_slowly": SlowClient(opening=line + b"X-Trace: ", piece=b"a"),
        "sends_body_slowly": SlowClient(opening=head + b"Content-Length: 4096\r\n\r\n", piece=b" "),
        "keeps_connection_open": SlowClient(opening=head + b"Content-Length: %d\r\n\r\n%s" % (len(UNSIGNED), UNSIGNED)),
    }


def _deliver_alone(stage: "Stage", end_user: "EndUser") -> None:
    parcel = new_event(stage, end_user)
    stage.dispatcher.attempt(parcel, lambda outgoing: stage.sender.attempt(outgoing, stage.journal), name="alone")


def _deliver_beside(
    stage: "Stage", end_user: "EndUser", behaviour: str, slow: SlowClient, *, lasts_s: float
) -> tuple[Delivery, float | None]:
    """Deliver a new event beside *slow*, and record when the slow client left."""
    parcel = new_event(stage, end_user)
    parcel.next_attempt()
    outgoing = stage.dispatcher.outgoing(parcel, name=f"beside a client that {behaviour.replace('_', ' ')}")
    delivery, ended_s = stage.sender.deliver_during(outgoing, stage.journal, slow=slow, lasts_s=lasts_s)
    stage.dispatcher.settle(parcel, delivery)
    stage.journal.write(
        SlowClientConnected(**stage.journal.stamp(), behaviour=behaviour, event=parcel.symbol, ended_s=ended_s)
    )
    return delivery, ended_s
