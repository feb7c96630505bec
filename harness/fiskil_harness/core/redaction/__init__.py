"""Search for secrets in texts, in any encoding and in part, and their removal.

The probes that search for leaks and the redactor of the reports use the same index, so they agree on what a leak is.
"""

from fiskil_harness.core.redaction.secret import SHORTEST_PART, Secret
from fiskil_harness.core.redaction.secret_index import Hit, Index

__all__ = ["SHORTEST_PART", "Hit", "Index", "Secret"]
