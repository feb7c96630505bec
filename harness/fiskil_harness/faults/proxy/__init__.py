"""Between app and API: records every exchange and lets faults bite."""

from harness.link.door import Door
from harness.link.link import Link
from harness.link.protocol import LinkProtocol
from harness.link.relay import Relay
from harness.link.rules import CONNECTION, Rule, Rules

__all__ = ["CONNECTION", "Door", "Link", "LinkProtocol", "Relay", "Rule", "Rules"]
