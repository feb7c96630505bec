"""The secrets that the search of a finished journal found in the app's output, responses, pages and storage."""

from collections import defaultdict
from collections.abc import Collection

from fiskil_harness.journal import Entry, Journal, SecretFound, SecretsSearched
from fiskil_harness.journal.entries.secrets import SearchedPart

ACCESS_TOKEN = "access token"
ACCOUNT_NUMBER = "account number"
EXPECTED_SIGNATURE = "expected signature"
WEBHOOK_SECRET = "webhook secret"
WHOLE = frozenset({ACCOUNT_NUMBER, EXPECTED_SIGNATURE})
"""Kinds of secrets that count as leaked only if they are complete.

An app may show the last digits of an account number, and a forged signature may share a part with the valid signature.
"""
CREDENTIALS = (ACCESS_TOKEN, "client secret", WEBHOOK_SECRET)
"""Kinds of secrets that grant access; they may be only in the app's memory and in its storage."""
STORING_HEADERS = ("set-cookie", "location")
"""Response headers whose cookies and URLs a browser stores."""


class SecretsFound:
    """The result of the search of one journal."""

    def __init__(self, journal: Journal) -> None:
        """Read the result.

        Raises:
            ValueError: The journal was not searched, so that no result would mean nothing.
        """
        if not journal.all(SecretsSearched):
            raise ValueError("the journal was not searched for secrets")
        found = defaultdict[tuple[str, int, str, int], list[SecretFound]](list)
        for hit in journal.all(SecretFound):
            found[hit.entry, hit.number, hit.part, hit.header].append(hit)
        counts = defaultdict[str, int](int)
        self._numbers: dict[int, int] = {}
        for entry in journal if found else ():
            name = type(entry).__name__
            self._numbers[id(entry)] = counts[name]
            counts[name] += 1
        self._found = found

    def of(
        self, entry: Entry, part: SearchedPart = "text", *, header: int = 0, kinds: Collection[str] = ()
    ) -> list[SecretFound]:
        """Return the secrets in a *part* of an *entry* of the journal.

        Args:
            header: The index of the header, if the part is one header.
            kinds: The kinds of secrets to return (default: all).
        """
        hits = self._found.get((type(entry).__name__, self._numbers.get(id(entry), -1), part, header), [])
        return [hit for hit in hits if not kinds or hit.kind in kinds]
