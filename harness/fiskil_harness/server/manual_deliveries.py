"""Deliveries in a test: the sandbox's events handed over to any receiver on loopback, again and in any order."""

from collections.abc import Sequence

from fiskil_harness.core.model import Event
from fiskil_harness.errors import UsageError
from fiskil_harness.journal import Delivery, DeliveryKind, Journal
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.webhooks import Outbox, Sender, Target, hand_over
from fiskil_harness.webhooks.dispatch import outgoing
from fiskil_harness.webhooks.retry_schedule import Parcel


class Deliveries:
    """Hands over what the sandbox has to tell. Events are called ``e0``, ``e1`` ... in the order in which they happened.

    Every verb answers with the deliveries it made: ``status``, ``outcome`` (ack, refuse or indeterminate), ``attempt``.
    The address of the latest delivery is where the next one goes, unless another is named.
    """

    def __init__(self, fiskil: LocalFiskil) -> None:
        self._fiskil = fiskil
        self._outbox = Outbox(fiskil.interpretation, lambda: fiskil.dialect)
        self._seen = 0
        self._url = ""
        self.journal = Journal()

    @property
    def events(self) -> dict[str, Event]:
        """Every event so far, by its symbol."""
        self._collect()
        return {f"e{number}": event for number, event in enumerate(self._fiskil.sandbox.events)}

    def deliver(self, url: str = "", *, attempts: int = 1) -> list[Delivery]:
        """Hand over everything due, by publish time; *attempts* above 1 moves the clock along the retry schedule.

        *attempts* is how often each event is tried at most, until it is acknowledged; Fiskil's own limit is 5.
        """
        made: list[Delivery] = []

        def send(due: Sequence[Parcel]) -> bool:
            made.extend(self._attempt(parcel, url) for parcel in due)
            return True

        hand_over(self._outbox, self._fiskil.sandbox.clock, send, collect=self._collect, attempts=attempts)
        return made

    def retry(self, event: str, url: str = "") -> Delivery:
        """The next attempt for *event*, whatever became of the last: the same id, other bytes, another signature."""
        self._collect()
        return self._attempt(self._outbox.find(event), url)

    def replay(self, event: str, url: str = "") -> Delivery:
        """The very same bytes as the latest attempt, again."""
        self._collect()
        return self._send(self._outbox.find(event), url, kind="replay")

    def drop(self, event: str) -> None:
        """Let *event* get lost on the way: no attempt is made."""
        self._collect()
        self._outbox.drop(event)

    def _attempt(self, parcel: Parcel, url: str) -> Delivery:
        parcel.next_attempt()
        return self._send(parcel, url, kind="genuine")

    def _send(self, parcel: Parcel, url: str, *, kind: DeliveryKind) -> Delivery:
        self._url = url or self._url
        if not self._url:
            raise UsageError("Name the receiver: deliveries.deliver('http://127.0.0.1:8000/webhooks/fiskil').")
        request = outgoing(parcel, secret=self._fiskil.credentials.webhook_secret, kind=kind)
        delivery = Sender(self._fiskil.loop, Target.of(self._url)).attempt(request, self.journal)
        parcel.settle(is_acknowledged=delivery.outcome == "ack", now=self._fiskil.sandbox.clock.now())
        return delivery

    def _collect(self) -> None:
        events = self._fiskil.sandbox.events
        for number in range(self._seen, len(events)):
            self._outbox.add(f"e{number}", events[number])
        self._seen = len(events)
