"""The index of a journal's secrets has exactly the secrets of the journal of the latest call."""

from fiskil_harness.journal import Canaries, Journal
from fiskil_harness.journal.queries.secrets import CREDENTIALS
from fiskil_harness.journal.secret_search import index_of

OLD, NEW, NUMBER = "k3V9pQ7xTz2LmN8r", "Wd5Yb1Hs6GfJ4cRa", "482913377"


def journal(*tokens: str) -> Journal:
    """Return a journal of a scenario in which these tokens were known."""
    written = Journal()
    written.write(Canaries(values={"access token": tokens, "account number": (NUMBER,)}))
    return written


def found(known: Journal, *, kinds: tuple[str, ...] = ()) -> list[str]:
    """Return the kinds of the secrets that are found in a text with all of them."""
    return [hit.kind for hit in index_of(known, kinds).hits(f"{OLD} {NEW} {NUMBER}".encode())]


def test_an_index_grows_with_the_secrets_and_starts_again_without_them() -> None:
    """A later journal with more secrets finds all of them, and an earlier journal only its own."""
    assert found(journal(OLD)) == ["access token", "account number"]
    assert found(journal(OLD, NEW)) == ["access token", "access token", "account number"]
    assert found(journal(NEW)) == ["access token", "account number"]


def test_only_secrets_of_the_given_kinds_are_found() -> None:
    """The kinds of one call do not change another."""
    both = journal(OLD, NEW)

    assert found(both, kinds=CREDENTIALS) == ["access token", "access token"]
    assert found(both) == ["access token", "access token", "account number"]
