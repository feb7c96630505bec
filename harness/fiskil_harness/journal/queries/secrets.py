"""Index of all secrets of a journal, to search for them in the app's output, responses and storage."""

from collections import defaultdict
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
    """Return an index of the secret values of *kinds* (default: all kinds). The next call with these kinds changes it."""
    secrets = frozenset(
        (kind, value)
        for canaries in journal.all(Canaries)
        for kind, values in canaries.values.items()
        if not kinds or kind in kinds
        for value in values
    )
    return _GROWING[tuple(kinds)].index_of(secrets)


class _GrowingIndex:
    """The latest index. Most secrets stay the same from scenario to scenario, and a new index of all of them takes long."""

    def __init__(self) -> None:
        self._index = Index()
        self._secrets: frozenset[tuple[str, str]] = frozenset()

    def index_of(self, secrets: frozenset[tuple[str, str]]) -> Index:
        """Return an index of exactly *secrets*."""
        if not self._secrets <= secrets:
            self._index, self._secrets = Index(), frozenset()
        for kind, value in sorted(secrets - self._secrets):
            self._index.add(kind, value, has_parts=kind not in WHOLE)
        self._secrets = secrets
        return self._index


_GROWING = defaultdict[tuple[str, ...], _GrowingIndex](_GrowingIndex)
