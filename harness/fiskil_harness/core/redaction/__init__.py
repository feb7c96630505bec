"""Secret values in texts: how they may be written, which part of one gives it away, and where that stands.

Whoever searches and whoever blots out ask the same index, so nothing is called a leak that our own reports could hold.
"""

from harness.leaks.index import Hit, Index
from harness.leaks.secret import PART, Secret

__all__ = ["PART", "Hit", "Index", "Secret"]
