"""A local Fiskil: API and consent page over one shared state, and Python calls that act for people and move the clock."""

from fiskil_harness.sandbox.end_user import EndUser
from fiskil_harness.sandbox.sandbox import Sandbox
from fiskil_harness.sandbox.store import Credentials

__all__ = ["Credentials", "EndUser", "Sandbox"]
