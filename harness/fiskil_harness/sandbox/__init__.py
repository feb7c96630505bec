"""The local Fiskil: API and consent page over one state, with Python calls for what a person or the clock would do."""

from fiskil_harness.sandbox.sandbox import Sandbox
from fiskil_harness.sandbox.store import Credentials

__all__ = ["Credentials", "Sandbox"]
