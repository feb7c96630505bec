"""Index of all secrets of a journal, to search for them in the app's output, responses and storage."""

from collections.abc import Collection
from functools import lru_cache

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
    values = [
        (kind, value) for canaries in journal.all(Canaries) for kind in canaries.values for value in canaries.values[kind]
    ]
    return _index_of(tuple((kind, value) for kind, value in values if not kinds or kind in kinds))


@lru_cache(maxsize=16)
def _index_of(secrets: tuple[tuple[str, str], ...]) -> Index:
    """Return an index of *secrets*; several probes search for the same ones."""
    index = Index()
    for kind, value in secrets:
        index.add(kind, value, has_parts=kind not in WHOLE)
    return index
