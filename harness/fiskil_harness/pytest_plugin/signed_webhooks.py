"""Signed webhooks for a test that passes them to the app's handler itself, without a socket."""

import msgspec

from fiskil_harness.core.model import Event, Message
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.webhooks import seal


class SignedWebhooks:
    """Turns the events of a local Fiskil into signed messages. A message has ``headers``, ``body`` and ``message_id``."""

    def __init__(self, fiskil: LocalFiskil) -> None:
        self._fiskil = fiskil

    @property
    def events(self) -> tuple[Event, ...]:
        """Every event so far, in the order in which they happened."""
        return tuple(self._fiskil.sandbox.events)

    def messages(self, kind: str = "") -> list[Message]:
        """Return the first delivery attempt of each event so far, by publish time.

        Args:
            kind: The only kind of event to return, such as ``consent.received``; "" returns all.
        """
        chosen = [event for event in self.events if kind in {"", event.kind}]
        return [self.signed(event) for event in sorted(chosen, key=lambda event: event.publish_time)]

    def signed(self, event: Event, *, attempt: int = 1) -> Message:
        """Return the message of one delivery attempt of *event*.

        Attempts of one event have the same ``message_id``, but other bytes and another signature.

        Args:
            attempt: Counts from 1.
        """
        fiskil = self._fiskil
        return seal(event, attempt=attempt, secret=fiskil.credentials.webhook_secret, dialect=fiskil.dialect)

    def tampered(self, message: Message) -> Message:
        """Return *message* with one more space at the end of its body, so that its signature is wrong."""
        return msgspec.structs.replace(message, body=message.body + b" ")
