"""Webhook deliveries that a test controls: any event of the sandbox, to any receiver on loopback, in any order."""

from collections.abc import Sequence
from functools import partial

from fiskil_harness.core.model import Event
from fiskil_harness.errors import UsageError
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.webhooks import Dispatcher, Sender, Target
from fiskil_harness.webhooks.retry_schedule import Parcel
from fiskil_harness.webhooks.sender import Outgoing


class Deliveries:
    """Delivers the events of a sandbox. Events are called ``e0``, ``e1`` ... in the order in which they happened.

    Each method returns the deliveries it made, with ``status``, ``outcome`` (ack, refuse or indeterminate) and ``attempt``.
    Without a *url*, a delivery goes to the URL of the latest delivery.
    """

    def __init__(self, fiskil: LocalFiskil) -> None:
        self._fiskil = fiskil
        self.reset()

    def reset(self) -> None:
        """Forget the events, the URL and the journal. Call it after the sandbox was reset."""
        self._dispatcher = Dispatcher(self._fiskil.sandbox, lambda: self._fiskil.dialect)
        self._url = ""
        self.journal = Journal()

    @property
    def events(self) -> dict[str, Event]:
        """Every event so far, by its name."""
        return {f"e{number}": event for number, event in enumerate(self._fiskil.sandbox.events)}

    def deliver(self, url: str = "", *, attempts: int = 1) -> list[Delivery]:
        """Deliver every event that is due, by publish time, and return the deliveries.

        Args:
            url: URL of the receiver, on loopback (default: the URL of the latest delivery).
            attempts: The most attempts for each event; an acknowledged event gets no further attempt. Above 1, the sandbox
                clock advances along the retry schedule. Fiskil itself makes at most 5 attempts.

        Raises:
            UsageError: No URL was given yet, or the URL cannot be used.
            UnsafeTarget: The URL is not on loopback.
        """
        deliveries: list[Delivery] = []

        def send(due: Sequence[Parcel]) -> bool:
            deliveries.extend(self._dispatcher.attempt(parcel, partial(self._send, url)) for parcel in due)
            return True

        self._dispatcher.deliver_due(send, attempts=attempts)
        return deliveries

    def retry(self, event: str, url: str = "") -> Delivery:
        """Make the next attempt for *event*, even if it was acknowledged. The message id is the same, the signature is new.

        Raises:
            UnknownName: There is no such event.
            UsageError: No URL was given yet, or the URL cannot be used.
            UnsafeTarget: The URL is not on loopback.
        """
        return self._dispatcher.attempt(self._find(event), partial(self._send, url))

    def replay(self, event: str, url: str = "") -> Delivery:
        """Send the bytes of the latest attempt for *event* again, unchanged.

        Raises:
            UnknownName: There is no such event.
            UsageError: No URL was given yet, the URL cannot be used, or *event* was never delivered.
            UnsafeTarget: The URL is not on loopback.
        """
        parcel = self._find(event)
        delivery = self._send(url, self._dispatcher.outgoing(parcel, kind="replay"))
        self._dispatcher.settle(parcel, delivery)
        return delivery

    def drop(self, event: str) -> None:
        """Discard *event*, so that ``deliver`` makes no further attempt for it.

        Raises:
            UnknownName: There is no such event.
        """
        self._dispatcher.collect()
        self._dispatcher.outbox.drop(event)

    def _find(self, event: str) -> Parcel:
        self._dispatcher.collect()
        return self._dispatcher.outbox.find(event)

    def _send(self, url: str, outgoing: Outgoing) -> Delivery:
        self._url = url or self._url
        if not self._url:
            raise UsageError(
                "No receiver is known yet. Pass its address: deliveries.deliver('http://127.0.0.1:8000/webhooks/fiskil')."
            )
        return Sender(self._fiskil.loop, Target.of(self._url)).attempt(outgoing, self.journal)
