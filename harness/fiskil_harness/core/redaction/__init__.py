"""Secret values in texts: how they may be written, which part of one gives it away, and where that stands.

Whoever searches and whoever blots out ask the same index, so nothing is called a leak that our own reports could hold.
"""

from fiskil_harness.core.redaction.secret import SHORTEST_PART, Secret
from fiskil_harness.core.redaction.secret_index import Hit, Index

__all__ = ["SHORTEST_PART", "Hit", "Index", "Secret"]
