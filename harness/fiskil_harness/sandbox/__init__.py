"""The local Fiskil: API and consent page over one state, with Python calls for actions of people and of the clock."""

from fiskil_harness.sandbox.sandbox import Sandbox
from fiskil_harness.sandbox.store import Credentials

__all__ = ["Credentials", "Sandbox"]
