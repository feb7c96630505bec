"""Between app and API: records every exchange and lets faults bite."""

from fiskil_harness.faults.proxy.connections.acceptor import Door
from fiskil_harness.faults.proxy.proxy import Link
from fiskil_harness.faults.proxy.reverse.relay import Relay
from fiskil_harness.faults.proxy.uvicorn_protocol import LinkProtocol
from fiskil_harness.faults.rules import CONNECTION, Rule, Rules

__all__ = ["CONNECTION", "Door", "Link", "LinkProtocol", "Relay", "Rule", "Rules"]
