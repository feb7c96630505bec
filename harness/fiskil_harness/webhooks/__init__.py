"""Turns events into signed messages, and delivers them in regular or malformed requests."""

from fiskil_harness.webhooks.dispatch import Dispatcher
from fiskil_harness.webhooks.fiskil_signature import sign
from fiskil_harness.webhooks.message import seal
from fiskil_harness.webhooks.retry_schedule import Outbox
from fiskil_harness.webhooks.sender import Sender, Target

__all__ = ["Dispatcher", "Outbox", "Sender", "Target", "seal", "sign"]
