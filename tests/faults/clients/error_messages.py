"""Categories for the exceptions of Python clients, independent of the exceptions' names.

Errors of the operating system and of OpenSSL come first, wherever they are in the chain of causes. Names and messages of the
client's own classes only decide what nothing else shows.
"""

import socket
import ssl
from collections.abc import Callable, Iterator

CLOSED = ("disconnected", "closed connection", "without response", "connection closed", "server closed")
CUT = ("incompleteread", "not completed", "incomplete", "not enough data", "more expected", "prematurely")
BROKEN = ("invalidchunk", "bad chunk")


def error_word(error: BaseException, *, is_in_body: bool) -> str:
    """Return the category of *error*; *is_in_body* means that the head of the response had arrived.

    Everything that no other category explains is a ``protocol-error`` of the client's parser. It has no ``-in-body``: a
    parser that gets head and body in one read refuses both, and how they are split is random.
    """
    chain = _ErrorChain(error)
    word = next((word for word, matches in WORDS if matches(chain)), "protocol-error")
    if word == "closed" and is_in_body:
        return "truncated"
    return f"{word}-in-body" if is_in_body and word in {"read-timeout", "reset"} else word


class _ErrorChain:
    """An exception with its causes, the names of their classes, and their messages."""

    def __init__(self, error: BaseException) -> None:
        self.errors = list(_chain(error))
        self.names = " ".join(cls.__name__ for exception in self.errors for cls in type(exception).__mro__).lower()
        self.words = self.names + " ".join(str(exception) for exception in self.errors).lower()

    def has(self, *kinds: type[BaseException]) -> bool:
        return any(isinstance(exception, kinds) for exception in self.errors)

    def mentions(self, words: tuple[str, ...]) -> bool:
        return any(word in self.words for word in words)

    @property
    def is_reset(self) -> bool:
        """True for a real reset; the standard library raises the same class for an early end, but without an errno."""
        return any(
            isinstance(exception, ConnectionResetError | BrokenPipeError) and exception.errno is not None
            for exception in self.errors
        )

    @property
    def is_late_connection(self) -> bool:
        late = [
            type(exception).__name__.lower() for exception in self.errors if "timeout" in type(exception).__name__.lower()
        ]
        return any("connect" in name for name in late)


WORDS: tuple[tuple[str, Callable[[_ErrorChain], bool]], ...] = (
    ("no-address", lambda chain: chain.has(socket.gaierror)),
    ("refused", lambda chain: chain.has(ConnectionRefusedError)),
    ("tls-rejected", lambda chain: chain.has(ssl.SSLCertVerificationError)),
    ("tls-error", lambda chain: chain.has(ssl.SSLError) and "timeout" not in chain.names),
    ("too-many-redirects", lambda chain: chain.mentions(("toomanyredirects", "too many redirects"))),
    ("connect-timeout", lambda chain: chain.is_late_connection),
    ("read-timeout", lambda chain: "timeout" in chain.names),
    ("decode-error", lambda chain: chain.mentions(("decodingerror", "decodeerror", "contentencoding", "decompress"))),
    ("wrong-type", lambda chain: "contenttype" in chain.names),
    ("reset", lambda chain: chain.is_reset),
    ("protocol-error", lambda chain: chain.mentions(BROKEN)),
    ("closed", lambda chain: chain.mentions(CLOSED + CUT)),
)
"""Each category with its condition, the most certain first."""


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* with its causes, and the exceptions in its arguments, each once."""
    yielded: list[BaseException] = []
    remaining: list[object] = [error]
    while remaining:
        candidate = remaining.pop(0)
        if isinstance(candidate, BaseException) and not any(candidate is other for other in yielded):
            yielded.append(candidate)
            yield candidate
            remaining += [candidate.__cause__, candidate.__context__, getattr(candidate, "reason", None), *candidate.args]
