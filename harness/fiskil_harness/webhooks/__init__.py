"""From events to signed messages to deliveries, ordinary and ugly."""

from harness.webhooks.message import seal
from harness.webhooks.outbox import Outbox
from harness.webhooks.rounds import hand_over
from harness.webhooks.sender import Sender, Target
from harness.webhooks.signature import sign

__all__ = ["Outbox", "Sender", "Target", "hand_over", "seal", "sign"]
