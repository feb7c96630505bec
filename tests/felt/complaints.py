"""What a Python client's exception says, in words that outlive the exception's name.

First comes what the operating system or OpenSSL said, wherever in the chain of causes it stands; the client's own classes are
asked only for what they alone know, by words in their names and messages.
"""

import socket
import ssl
from collections.abc import Iterator

CLOSED = ("disconnected", "closed connection", "without response", "connection closed", "server closed")
CUT = ("incompleteread", "not completed", "incomplete", "not enough data", "more expected", "prematurely")


def complaint(error: BaseException, *, is_in_body: bool) -> str:
    """The word for *error*, which came before the head of the answer was there, or in its body.

    What the parser of a client refuses is a ``protocol-error``: all that nothing else explains.
    """
    every = list(_chain(error))
    names = " ".join(cls.__name__ for one in every for cls in type(one).__mro__).lower()
    words = " ".join(str(one) for one in every).lower()
    where = "-in-body" if is_in_body else ""
    if any(isinstance(one, socket.gaierror) for one in every):
        return "no-address"
    if any(isinstance(one, ConnectionRefusedError) for one in every):
        return "refused"
    if any(_is_of_tls(one) for one in every):
        return "tls-rejected" if any(isinstance(one, ssl.SSLCertVerificationError) for one in every) else f"tls-error{where}"
    if "toomanyredirects" in names or "too many redirects" in words:
        return "too-many-redirects"
    if "timeout" in names:
        return f"read-timeout{where}" if "connect" not in _timeouts(every) else "connect-timeout"
    if "decod" in names or "contentencoding" in names or "decompress" in words:
        return "decode-error"
    if "contenttype" in names:
        return "wrong-type"
    if any(_is_reset(one) for one in every):
        return f"reset{where}"
    if is_in_body and any(word in names + words for word in (*CUT, *CLOSED)):
        return "truncated"
    if not is_in_body and any(word in names + words for word in CLOSED):
        return "closed"
    return f"protocol-error{where}"


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


def _is_of_tls(error: BaseException) -> bool:
    return isinstance(error, ssl.SSLError) and not isinstance(error, TimeoutError)


def _is_reset(error: BaseException) -> bool:
    """Whether the connection was reset; the standard library counts an early end as a reset too, but without a number."""
    return isinstance(error, ConnectionResetError | BrokenPipeError) and error.errno is not None


def _timeouts(every: list[BaseException]) -> str:
    return " ".join(type(one).__name__ for one in every if "timeout" in type(one).__name__.lower()).lower()
