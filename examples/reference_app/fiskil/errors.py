"""Errors of calls to Fiskil.

FiskilError
 +-- Unavailable    may be temporary: network, 429, 5xx, an invalid response
 |    +-- TimedOut  the deadline passed
 +-- Untrusted      the certificate is not trusted; nothing was sent
 +-- Refused        the credentials or the token are not accepted
 +-- Rejected       the request is refused permanently
"""


class FiskilError(Exception):
    """A call that failed. Its text contains no value from the request or the response.

    ``was_sent`` is False only if Fiskil certainly has not received the request.
    """

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        error_id: str = "",
        retry_after_s: float | None = None,
        was_sent: bool = True,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.error_id = error_id
        self.retry_after_s = retry_after_s
        self.was_sent = was_sent


class Unavailable(FiskilError):
    """The call may succeed later."""


class TimedOut(Unavailable):
    """There was no complete response within the deadline."""


class Untrusted(FiskilError):
    """The server could not prove that it is Fiskil."""


class Refused(FiskilError):
    """Fiskil returned 401; an immediate retry cannot help."""


class Rejected(FiskilError):
    """Fiskil returned a 4xx that the same request will always receive."""
