"""What a Python client's exception says, in words that outlive the exception's name.

First comes what the operating system or OpenSSL said, wherever in the chain of causes it stands; the client's own classes
are asked only for what they alone know, by words in their names and messages.
"""

import socket
import ssl
from collections.abc import Callable, Iterator

CLOSED = ("disconnected", "closed connection", "without response", "connection closed", "server closed")
CUT = ("incompleteread", "not completed", "incomplete", "not enough data", "more expected", "prematurely")
BROKEN = ("invalidchunk", "bad chunk")


def complaint(error: BaseException, *, is_in_body: bool) -> str:
    """The word for *error*, which came before the head of the answer was there, or in its body.

    What the parser of a client refuses is a ``protocol-error``: all that nothing else explains. It has no place, for a
    parser that gets head and body in one read refuses both, and how they come is chance.
    """
    said = _Said(error)
    word = next((word for word, holds in WORDS if holds(said)), "protocol-error")
    if word == "closed" and is_in_body:
        return "truncated"
    return f"{word}-in-body" if is_in_body and word in {"read-timeout", "reset"} else word


class _Said:
    """All that an exception says: what it stands for, the names of its classes, and its words."""

    def __init__(self, error: BaseException) -> None:
        self.every = list(_chain(error))
        self.names = " ".join(cls.__name__ for base_exception in self.every for cls in type(base_exception).__mro__).lower()
        self.words = self.names + " ".join(str(base_exception) for base_exception in self.every).lower()

    def has(self, *kinds: type[BaseException]) -> bool:
        return any(isinstance(base_exception, kinds) for base_exception in self.every)

    def tells(self, words: tuple[str, ...]) -> bool:
        return any(word in self.words for word in words)

    @property
    def is_reset(self) -> bool:
        """The standard library counts an early end as a reset too, but without a number."""
        return any(
            isinstance(base_exception, ConnectionResetError | BrokenPipeError) and base_exception.errno is not None
            for base_exception in self.every
        )

    @property
    def is_late_connection(self) -> bool:
        late = [
            type(base_exception).__name__.lower()
            for base_exception in self.every
            if "timeout" in type(base_exception).__name__.lower()
        ]
        return any("connect" in name for name in late)


WORDS: tuple[tuple[str, Callable[[_Said], bool]], ...] = (
    ("no-address", lambda said: said.has(socket.gaierror)),
    ("refused", lambda said: said.has(ConnectionRefusedError)),
    ("tls-rejected", lambda said: said.has(ssl.SSLCertVerificationError)),
    ("tls-error", lambda said: said.has(ssl.SSLError) and "timeout" not in said.names),
    ("too-many-redirects", lambda said: said.tells(("toomanyredirects", "too many redirects"))),
    ("connect-timeout", lambda said: said.is_late_connection),
    ("read-timeout", lambda said: "timeout" in said.names),
    ("decode-error", lambda said: said.tells(("decodingerror", "decodeerror", "contentencoding", "decompress"))),
    ("wrong-type", lambda said: "contenttype" in said.names),
    ("reset", lambda said: said.is_reset),
    ("protocol-error", lambda said: said.tells(BROKEN)),
    ("closed", lambda said: said.tells(CLOSED + CUT)),
)
"""Each word of ours and what makes it, the surest first."""


def _chain(error: BaseException) -> Iterator[BaseException]:
    """*error* and all that it stands for: its causes, and exceptions that it carries along."""
    seen: list[BaseException] = []
    left: list[object] = [error]
    while left:
        one = left.pop(0)
        if isinstance(one, BaseException) and not any(one is known for known in seen):
            seen.append(one)
            yield one
            left += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
