"""Words for what clients raise: from what the system said, and so the same when a library renames its exceptions."""

import errno
import socket
import ssl

import pytest

from tests.faults.clients.error_messages import complaint


class RenamedYesterday(Exception):
    """An exception that no version of any library has."""


class ReadTimeoutOfTomorrow(RenamedYesterday):
    """Its name says what it is about."""


class ConnectTimeoutOfTomorrow(RenamedYesterday):
    """So does this one's."""


def caused(cause: BaseException) -> BaseException:
    """A library's exception that was raised from *cause*."""
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
def test_the_system_is_heard_through_any_name(cause: BaseException, word: str) -> None:
    """As the cause of an exception, and as what it carries along."""
    assert complaint(caused(cause), is_in_body=False) == word
    assert complaint(RenamedYesterday("aborted", cause), is_in_body=False) == word


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (RESET, "reset-in-body"),
        (ReadTimeoutOfTomorrow(), "read-timeout-in-body"),
        (RenamedYesterday("incomplete"), "truncated"),
    ],
    ids=str,
)
def test_an_end_within_the_body_is_told_as_one(error: BaseException, word: str) -> None:
    """The head had come, so the status was known."""
    assert complaint(error, is_in_body=True) == word


def test_a_connect_that_takes_too_long_is_not_a_read() -> None:
    """An app may ask again at once after the first, for nothing has been sent."""
    assert complaint(ConnectTimeoutOfTomorrow(), is_in_body=False) == "connect-timeout"
    assert complaint(ReadTimeoutOfTomorrow(), is_in_body=False) == "read-timeout"


def test_an_early_end_is_no_reset() -> None:
    """The standard library's name for it is a kind of reset, but no system said so."""
    early = ConnectionResetError("Remote end closed connection without response")

    assert complaint(caused(early), is_in_body=False) == "closed"


def test_all_else_is_the_protocol_s() -> None:
    """What nothing explains is what the parser refused, and where it did is chance."""
    assert complaint(RenamedYesterday("illegal status line"), is_in_body=False) == "protocol-error"
    assert complaint(RenamedYesterday("illegal chunk header"), is_in_body=True) == "protocol-error"


def test_causes_that_go_round_are_looked_at_once() -> None:
    """An exception may be its own context."""
    first, second = RenamedYesterday("one"), RenamedYesterday("two")
    first.__cause__, second.__cause__ = second, first

    assert complaint(first, is_in_body=False) == "protocol-error"
