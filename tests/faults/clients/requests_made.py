"""What an HTTP client is asked to fetch, and what it tells its caller: no more than an app built on it would know."""

from typing import Protocol

from msgspec import Struct


class Question(Struct, frozen=True, kw_only=True):
    """One call. ``silence_s`` is the client's own limit on each read and on connecting, where it has one.

    ``deadline_s`` is the whole call's, and its caller's to keep. ``first_url`` is asked before, in the same way and by the
    same client, which then holds a connection already; what comes of that does not count.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: str
    silence_s: float
    deadline_s: float
    ca_file: str = ""
    first_url: str = ""


class Heard(Struct, frozen=True, kw_only=True):
    """What came of it. ``trouble`` is what the client complained of, in words of ours; empty if it handed an answer over.

    ``told`` are the client's own words for it. ``value`` is the JSON that the client read in the body, written anew; None
    where it read none. ``body`` has a letter for each byte. ``url`` is where the answer came from.
    """

    trouble: str = ""
    told: str = ""
    status: int = 0
    body: str = ""
    value: str | None = None
    url: str = ""


class Asked(Struct, frozen=True, kw_only=True):
    """A question on its way to a program that answers any number of them at once."""

    number: int
    question: Question


class Told(Struct, frozen=True, kw_only=True):
    """Its answer on the way back."""

    number: int
    heard: Heard


class Caller(Protocol):
    """An HTTP client with the limits that a careful app sets, and else as it comes.

    ``keeps_connections`` tells that a later call may find a connection that an earlier one has left open.
    """

    version: str
    keeps_connections: bool

    def ask(self, question: Question) -> Heard:
        """Fetch it. Any thread may ask."""

    def trusting(self, ca_file: str) -> "Caller":
        """One that may be asked for what *ca_file* vouches for, to be closed by itself."""

    def close(self) -> None:
        """Leave nothing behind."""
