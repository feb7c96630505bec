"""The proxy between app and API: it records every exchange and applies faults."""

from fiskil_harness.faults.proxy.connections.acceptor import Acceptor
from fiskil_harness.faults.proxy.proxy import Proxy
from fiskil_harness.faults.proxy.uvicorn_protocol import ProxyProtocol
from fiskil_harness.faults.rules import CONNECTION, Rule, Rules

__all__ = ["CONNECTION", "Acceptor", "Proxy", "ProxyProtocol", "Rule", "Rules"]
