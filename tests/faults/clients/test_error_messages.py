"""Categories of exceptions: they come from the system's error, so they stay the same if a library renames its exceptions."""

import errno
import socket
import ssl

import pytest

from tests.faults.clients.error_messages import error_word


class RenamedYesterday(Exception):
    """An exception with a name that no library uses."""


class ReadTimeoutOfTomorrow(RenamedYesterday):
    """Its name contains the reason."""


class ConnectTimeoutOfTomorrow(RenamedYesterday):
    """Its name contains the reason."""


def caused(cause: BaseException) -> BaseException:
    """Return a library's exception that was raised from *cause*."""
    error = RenamedYesterday("something went wrong")
    error.__cause__ = cause
    return error


RESET = ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
SYSTEM = [
    (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "refused"),
    (socket.gaierror(-2, "Name or service not known"), "no-address"),
    (ssl.SSLCertVerificationError("certificate verify failed"), "tls-rejected"),
    (ssl.SSLError("wrong version number"), "tls-error"),
    (RESET, "reset"),
    (TimeoutError("timed out"), "read-timeout"),
]


@pytest.mark.parametrize(("cause", "word"), SYSTEM, ids=str)
def test_a_system_error_is_recognised_under_any_exception(cause: BaseException, word: str) -> None:
    """A system error is recognised as the cause of an exception and in its arguments."""
    assert error_word(caused(cause), is_in_body=False) == word
    assert error_word(RenamedYesterday("aborted", cause), is_in_body=False) == word


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (RESET, "reset-in-body"),
        (ReadTimeoutOfTomorrow(), "read-timeout-in-body"),
        (RenamedYesterday("incomplete"), "truncated"),
    ],
    ids=str,
)
def test_an_end_within_the_body_is_marked(error: BaseException, word: str) -> None:
    """After the head has arrived, the category contains that the error was in the body."""
    assert error_word(error, is_in_body=True) == word


def test_a_connect_timeout_is_not_a_read_timeout() -> None:
    """Connect and read timeouts differ, because an app may retry at once if nothing has been sent."""
    assert error_word(ConnectTimeoutOfTomorrow(), is_in_body=False) == "connect-timeout"
    assert error_word(ReadTimeoutOfTomorrow(), is_in_body=False) == "read-timeout"


def test_an_early_end_is_not_a_reset() -> None:
    """The standard library's exception for an early end without an errno counts as closed."""
    early = ConnectionResetError("Remote end closed connection without response")

    assert error_word(caused(early), is_in_body=False) == "closed"


def test_an_unexplained_error_is_a_protocol_error() -> None:
    """An error that nothing explains comes from the parser, in head and body alike."""
    assert error_word(RenamedYesterday("illegal status line"), is_in_body=False) == "protocol-error"
    assert error_word(RenamedYesterday("illegal chunk header"), is_in_body=True) == "protocol-error"


def test_circular_causes_are_read_once() -> None:
    """Two exceptions that cause each other do not loop forever."""
    first, second = RenamedYesterday("one"), RenamedYesterday("two")
    first.__cause__, second.__cause__ = second, first

    assert error_word(first, is_in_body=False) == "protocol-error"
