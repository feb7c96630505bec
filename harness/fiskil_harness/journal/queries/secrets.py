"""Index of all secrets of a journal, to search for them in the app's output, responses and storage."""

from collections.abc import Collection

from fiskil_harness.core.redaction import Index
from fiskil_harness.journal import Canaries, Journal

ACCOUNT_NUMBER = "account number"
EXPECTED_SIGNATURE = "expected signature"
WHOLE = frozenset({ACCOUNT_NUMBER, EXPECTED_SIGNATURE})
"""Kinds of secrets that count as leaked only if they are complete.

An app may show the last digits of an account number, and a forged signature may share a part with the valid signature.
"""
CREDENTIALS = ("access token", "client secret", "webhook secret")
"""Kinds of secrets that grant access; they may be only in the app's memory and in its storage."""


def index_of(journal: Journal, kinds: Collection[str] = ()) -> Index:
    """Return an index of the secret values of *kinds* (default: all kinds)."""
    index = Index()
    for canaries in journal.all(Canaries):
        for kind, values in canaries.values.items():
            if not kinds or kind in kinds:
                for value in values:
                    index.add(kind, value, has_parts=kind not in WHOLE)
    return index
