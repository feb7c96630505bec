"""Needles: every secret of a journal, to be looked for in what an app writes, says and keeps."""

from collections.abc import Collection

from fiskil_harness.core.redaction import Index
from fiskil_harness.journal import Canaries, Journal

ACCOUNT_NUMBER = "account number"
EXPECTED_SIGNATURE = "expected signature"
WHOLE = frozenset({ACCOUNT_NUMBER, EXPECTED_SIGNATURE})
"""Kinds of which only the whole is a leak: last digits are there to be shown, and a forgery may resemble what it is not."""
CREDENTIALS = ("access token", "client secret", "webhook secret")
"""What opens a door, and belongs nowhere but in the app's memory and its stores."""


def index_of(journal: Journal, kinds: Collection[str] = ()) -> Index:
    """Every value of *kinds* (default: of all) that the journal knows to be secret."""
    index = Index()
    for canaries in journal.all(Canaries):
        for kind, values in canaries.values.items():
            if not kinds or kind in kinds:
                for value in values:
                    index.add(kind, value, has_parts=kind not in WHOLE)
    return index
